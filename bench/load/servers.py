"""The servers of a run: ours, as a user would start it, and the company that it is measured beside."""

import http.client
import json
import shutil
from urllib.parse import urlsplit

from .generators import PATH
from .process import BENCH, ROOT, SERVER, Failure, run

ISSUER = "https://ehr.example.org/fhir"
PUBLIC_URL = "https://cds.example.org"


def start_own(fleet, name, **settings):
    """`ivig-cds serve` with every setting at its default except addresses, and those given. On a plain and a TLS port."""
    config = {
        "listen": ["http://127.0.0.1:0", "https://127.0.0.1:0"],
        "admin": None,
        "public_url": PUBLIC_URL,
        "auth": "off",
        "store": "none",
        "rules": str(ROOT / "rules"),
        "tls": {"certificate": "server.pem", "key": "server.key"},
        **settings,
    }
    file = fleet.folder / f"{name.replace(' ', '-')}.yaml"
    file.write_text(json.dumps(config), "utf-8")  # JSON is YAML
    return fleet.start(name, [SERVER, "serve", "--config", file],
                       len(config["listen"]) + (config["admin"] is not None))


def post(process, body, token=None):
    """One call. Returns status and body of the answer."""
    address = urlsplit(process.url())
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def install_fastify(folder):
    """Into build/, from the lock file beside the sources: nothing is installed into the tree."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Failure("node and npm are not installed")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "server.js"):
        source, target = ROOT / "bench/fastify" / name, folder / name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            shutil.rmtree(folder / "node_modules", ignore_errors=True)
            shutil.copy(source, target)
    if not (folder / "node_modules/.package-lock.json").exists():
        run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], 120, cwd=folder)


class Servers:
    """Started when first asked for, kept for the run."""

    def __init__(self, fleet, certificates, card_body):
        self.fleet, self.certificates = fleet, certificates
        self.kept = {}
        own = self["ivig-cds"]
        status, card = post(own, card_body)
        if status != 200 or b'"summary"' not in card:
            raise Failure(f"the request of the measurements is answered {status} without a card")
        self.card = fleet.folder / "card.json"  # what all the others answer: as many bytes as ours
        self.card.write_bytes(card)

    def __getitem__(self, name):
        if name not in self.kept:
            self.kept[name] = self.start(name)
        return self.kept[name]

    def start(self, name):
        static = [BENCH / "static_responder"]
        if name == "ivig-cds":
            return start_own(self.fleet, name)
        if name == "ivig-cds, no access log":
            return start_own(self.fleet, "ivig-cds-no-log", log={"level": "warn"})
        if name == "static":
            return self.fleet.start(name, [*static, self.card])
        if name == "static, 64 KiB buffer":
            return self.fleet.start("static-64", [*static, self.card, "--buffer", 65536])
        if name == "static TLS":
            return self.fleet.start(name, [*static, self.card, "--tls", self.certificates / "server.pem",
                                           self.certificates / "server.key"])
        if name == "DOM":
            return self.fleet.start(name, [*static, self.card, "--parse"])
        if name == "cpprestsdk":
            return self.fleet.start(name, [BENCH / "cpprest_listener", self.card])
        if name == "Fastify":
            folder = ROOT / "build/bench/fastify"
            install_fastify(folder)
            return self.fleet.start(name, ["node", folder / "server.js", self.card])
        raise KeyError(name)
