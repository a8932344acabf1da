"""The kit's own EHR: a FHIR server over a small chart, a JWK Set, and a list of everything that was asked of it."""

import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PATIENT_PARAMETERS = ("patient", "subject", "_id")


@dataclass
class Seen:
    """A request that reached the stub."""

    method: str
    path: str  # with query
    headers: dict

    def header(self, name):
        return self.headers.get(name.lower())


@dataclass
class Behaviour:
    """How the FHIR server answers until `reset`."""

    status: dict = field(default_factory=dict)  # resource type or "*" -> status instead of 200
    delay: float = 0.0  # seconds before each answer
    page: int = 0  # entries per page; 0: all on one page
    next_origin: str = ""  # origin of `next` links, if not the stub's own


class Ehr:
    """Listens at once; `origin` is how services reach it. FHIR is at {origin}/fhir, keys are at {origin}/jwks.json."""

    def __init__(self, host="127.0.0.1", port=0, certificate=None, key=None, public_host=None):
        self.resources = {}  # (type, id) -> resource
        self.seen = []
        self.keys = []  # what /jwks.json offers
        self.jwks_down = False
        self.behaviour = Behaviour()
        self.server = ThreadingHTTPServer((host, port), self._handler())
        self.server.daemon_threads = True
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
            scheme = "https"
        self.origin = f"{scheme}://{public_host or host}:{self.server.server_address[1]}"
        self.fhir = self.origin + "/fhir"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def reset(self):
        self.seen = []
        self.behaviour = Behaviour()
        self.jwks_down = False

    def load(self, resources):
        self.resources = {(r["resourceType"], r["id"]): r for r in resources if "id" in r}

    def fhir_calls(self):
        return [seen for seen in self.seen if seen.path.startswith("/fhir")]

    def asked_for(self, resource_type):
        prefix = "/fhir/" + resource_type
        return [s for s in self.fhir_calls() if s.path == prefix or s.path.startswith((prefix + "?", prefix + "/"))]

    def key_calls(self):
        return [seen for seen in self.seen if seen.path.startswith("/jwks")]

    def answer(self, seen, body):
        """Status, content type and JSON value for one request."""
        url = urlsplit(seen.path)
        if url.path.startswith("/jwks"):
            return (503, {}) if self.jwks_down else (200, {"keys": self.keys})
        if not url.path.startswith("/fhir/"):
            return 404, outcome("not-found")
        parts = [part for part in url.path[len("/fhir/") :].split("/") if part]
        if not parts:
            return 404, outcome("not-found")
        behaviour = self.behaviour
        if behaviour.delay:
            time.sleep(behaviour.delay)
        status = behaviour.status.get(parts[0], behaviour.status.get("*", 200))
        if status != 200:
            return status, outcome("exception")
        if parts[0] == "metadata":
            return 200, {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "kind": "instance",
                "date": "2026-01-01",
                "fhirVersion": "4.0.1",
                "format": ["json"],
            }
        if len(parts) == 2 and parts[1] != "_search":
            found = self.resources.get((parts[0], parts[1]))
            return (200, found) if found else (404, outcome("not-found"))
        return 200, self.search(parts[0], parse_qs(url.query + "&" + body.decode("utf-8", "replace")), url)

    def search(self, resource_type, query, url):
        """Matches by patient only; every other parameter is taken to be met, as many servers do with what they do
        not know. The kit's charts are small enough for that to be the truth."""
        wanted = [
            value.rsplit("/", 1)[-1]
            for name in PATIENT_PARAMETERS
            for part in query.get(name, [])
            for value in part.split(",")
        ]
        found = [
            r
            for (kind, _), r in self.resources.items()
            if kind == resource_type and (not wanted or patient_of(r) in wanted or r.get("id") in wanted)
        ]
        return self.bundle(found, url, int(query.get("kit-page", ["0"])[0]))

    def bundle(self, found, url, page):
        size = self.behaviour.page or len(found) or 1
        part = found[page * size : (page + 1) * size]
        bundle = {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(found),
            "link": [{"relation": "self", "url": f"{self.origin}{url.path}?{url.query}"}],
            "entry": [
                {"fullUrl": f"{self.fhir}/{r['resourceType']}/{r['id']}", "resource": r, "search": {"mode": "match"}}
                for r in part
            ],
        }
        if not part:
            del bundle["entry"]
        if (page + 1) * size < len(found):
            bundle["link"].append(
                {"relation": "next", "url": self.next_link(url.path[len("/fhir/") :], url.query, page + 1)}
            )
        return bundle

    def next_link(self, resource_type, query, page):
        kept = "&".join(part for part in query.split("&") if part and not part.startswith("kit-page="))
        return f"{self.behaviour.next_origin or self.origin}/fhir/{resource_type}?{kept}&kit-page={page}"

    def _handler(self):
        ehr = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            timeout = 30

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                seen = Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
                ehr.seen.append(seen)
                status, value = ehr.answer(seen, body)
                data = json.dumps(value).encode()
                kind = "application/json" if self.path.startswith("/jwks") else "application/fhir+json"
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(data)
                except OSError:
                    self.close_connection = True  # the service did not wait

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = serve

            def log_message(self, *_args):
                pass

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    pass  # a connection that was opened and dropped

        return Handler


def outcome(code):
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}


def patient_of(resource):
    reference = resource.get("subject") or resource.get("patient") or {}
    if resource["resourceType"] == "Patient":
        return resource.get("id")
    return str(reference.get("reference", "")).rsplit("/", 1)[-1]
