#!/usr/bin/env python3
"""Serves the order-entry page on loopback: its own files, the examples, and where the service is.

    conformance/sandbox/serve.py --port 8444 --service http://127.0.0.1:8445 --public-url https://127.0.0.1:8443

The service must allow the page's origin (cors.origins). Prints the page's URL once it listens; port 0 takes a free one.
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
}


def title_of(file):
    """The example's own words on itself, from index.json; otherwise its name."""
    known = {row["file"]: row for row in json.loads((EXAMPLES / "index.json").read_text("utf-8"))["examples"]}
    return known.get(file.name, {}).get("title", file.stem)


def examples():
    """The requests that the page can show: those with draft orders."""
    found = []
    for file in sorted(EXAMPLES.glob("*.json")):
        body = json.loads(file.read_text("utf-8"))
        if isinstance(body, dict) and isinstance(body.get("context", {}).get("draftOrders"), dict):
            found.append({"file": file.name, "title": title_of(file)})
    first = "order-sign-ibm.json"
    return sorted(found, key=lambda row: (row["file"] != first, row["file"]))


def content(path, config):
    """(type, bytes) of what is at a path, or None."""
    if path == "/config.json":
        return TYPES[".json"], json.dumps(config).encode()
    if path == "/examples/index.json":
        return TYPES[".json"], json.dumps(examples()).encode()
    folder, name = (
        (EXAMPLES, path[len("/examples/") :]) if path.startswith("/examples/") else (HERE, path[1:] or "index.html")
    )
    file = folder / name
    try:
        if "/" in name or name.startswith(".") or file.suffix not in TYPES or not file.is_file():
            return None
        return TYPES[file.suffix], file.read_bytes()
    except (OSError, ValueError):  # a name that is too long, or that no file can have
        return None


def handler(config):
    policy = f"default-src 'self'; img-src 'self' data:; connect-src 'self' {config['service']}; base-uri 'none'; form-action 'none'"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 30

        def do_GET(self):
            found = content(self.path.split("?")[0], config)
            kind, data = found or ("text/plain; charset=utf-8", b"no such file\n")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_args):
            pass

    return Handler


def main():
    parser = argparse.ArgumentParser(description="Serves the order-entry page on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--service", required=True, metavar="URL", help="where the page calls the service")
    parser.add_argument("--public-url", metavar="URL", help="the service's public URL, in the links of its cards")
    options = parser.parse_args()
    config = {"service": options.service.rstrip("/"), "publicUrl": (options.public_url or options.service).rstrip("/")}
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(config))
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
