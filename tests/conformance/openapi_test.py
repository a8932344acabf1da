#!/usr/bin/env python3
"""GET /openapi.json says what the server does: every path, method, status, header and body. Usage: openapi_test.py BINARY"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = ROOT / "build/release/ivig-cds"
sys.path.insert(0, str(ROOT / "conformance"))

from jsonschema import Draft202012Validator, RefResolver  # noqa: E402

from kit.client import Client  # noqa: E402
from kit.ports import free_port  # noqa: E402
from kit.requests import read  # noqa: E402

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class OpenApiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        base = f"http://127.0.0.1:{free_port()}"
        config = Path(cls.folder.name) / "openapi.yaml"
        config.write_text(f"""listen: [{base}]
public_url: {base}
admin: http://127.0.0.1:{free_port()}
auth: off
rules: {ROOT / "rules"}
store: sqlite:{cls.folder.name}/decisions.db
store_wait_seconds: 60
limits: {{body_bytes: 100000}}
log: {{level: error, format: text}}
""")
        cls.process = subprocess.Popen([BINARY, "serve", "--config", config], stdout=subprocess.PIPE, text=True)
        cls.process.stdout.readline()
        cls.client = Client(base)
        cls.document = cls.client.request("GET", "/openapi.json", headers={"Accept": "application/json"}).json()

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.wait(timeout=30)
        cls.process.stdout.close()
        cls.folder.cleanup()

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for name in node["$ref"][2:].split("/"):
                target = target[name]
            node = target
        return node

    def check(self, path, method, answer):
        """The answer is one that the document has for the path and method."""
        place = f"{method.upper()} {path}: {answer.status}"
        operation = self.document["paths"][path][method]
        self.assertIn(str(answer.status), operation["responses"], place)
        response = self.resolve(operation["responses"][str(answer.status)])
        for name, header in response.get("headers", {}).items():
            if header.get("required") or name == "WWW-Authenticate":
                self.assertIsNotNone(answer.header(name), f"{place}: no {name}")
        content = response.get("content")
        if content is None:
            self.assertEqual(answer.body, b"", place)
            return
        kind = (answer.header("Content-Type") or "").split(";")[0]
        self.assertIn(kind, content, place)
        if kind == "application/json" and answer.body:
            schema = content[kind]["schema"]
            resolver = RefResolver("", self.document)
            errors = list(Draft202012Validator(schema, resolver=resolver).iter_errors(answer.json()))
            self.assertEqual([f"{e.json_path} {e.message[:200]}" for e in errors], [], place)

    def test_it_is_the_openapi_of_this_version(self):
        self.assertRegex(self.document["openapi"], r"^3\.1\.")
        version = subprocess.run([BINARY, "version"], capture_output=True, text=True, check=True).stdout
        self.assertIn(self.document["info"]["version"], version.split("\n")[0])

    def test_its_paths_are_those_that_discovery_offers(self):
        listed = {f"/cds-services/{s['id']}" for s in self.client.request("GET", "/cds-services").json()["services"]}
        self.assertEqual(
            {p for p in self.document["paths"] if p.count("/") == 2 and p.startswith("/cds-services/")}, listed
        )

    def test_gets_answer_as_described(self):
        for path, item in self.document["paths"].items():
            if "get" not in item:
                continue
            url = path
            for parameter in item["get"].get("parameters", []):
                url = url.replace("{%s}" % parameter["name"], parameter["example"])
            for accept, status in (("application/json", 200), ("text/html", None), ("image/png", 406)):
                answer = self.client.request("GET", url, headers={"Accept": accept})
                if status:
                    self.assertEqual(answer.status, status, f"{url} {accept}")
                self.check(path, "get", answer)

    def test_posts_answer_as_described(self):
        order = read("order-sign-ibm")
        bare = read("order-sign-no-reason")
        del bare["prefetch"]
        for path, item in self.document["paths"].items():
            if "post" not in item or path.endswith("/feedback"):
                continue
            hook = "order-select" if "select" in path else "order-sign"

            def fitted(body):
                body = {**body, "hook": hook}
                if hook == "order-select":
                    body["context"] = {**body["context"], "selections": ["MedicationRequest/ivig-1"]}
                return json.dumps(body).encode()

            said = set()
            for data, headers in (
                (fitted(order), {}),
                (b"{", {}),
                (b"{}", {}),
                (fitted(bare), {}),
                (b"x" * 200000, {}),
                (fitted(order), {"Content-Type": "text/xml"}),
                (fitted(order), {"Accept": "image/png"}),
            ):
                answer = self.client.request("POST", path, data, {**JSON, **headers})
                self.check(path, "post", answer)
                said.add(answer.status)
            self.assertEqual(said, {200, 400, 412, 413, 415, 406})

    def test_feedback_answers_as_described(self):
        good = {"feedback": [{"card": "x", "outcome": "overridden", "outcomeTimestamp": "2026-11-25T10:00:00Z"}]}
        for path in [p for p in self.document["paths"] if p.endswith("/feedback")]:
            for data in (json.dumps(good).encode(), b"{", b"{}"):
                self.check(path, "post", self.client.request("POST", path, data, JSON))

    def test_other_methods_are_refused_as_described(self):
        for path, item in self.document["paths"].items():
            if "{" in path:
                continue
            described = [m for m in METHODS if m in item][0]
            for method in ("put", "delete", "get" if described == "post" else "post"):
                answer = self.client.request(method.upper(), path, b"" if method != "get" else None)
                if answer.status == 404 and path.endswith("/feedback"):
                    continue  # not offered
                self.assertEqual(answer.status, 405, f"{method} {path}")
                self.check(path, described, answer)
                self.assertIn(described.upper(), answer.header("Allow"))

    def test_its_schemas_are_those_of_the_kit(self):
        for name, file in (
            ("Cards", "response-2.0"),
            ("Request", "request-2.0"),
            ("Discovery", "discovery-2.0"),
            ("Feedback", "feedback"),
            ("OperationOutcome", "operation-outcome"),
        ):
            schema = json.loads((ROOT / f"conformance/schemas/{file}.schema.json").read_text("utf-8"))
            for inner, definition in schema.pop("$defs", {}).items():
                self.assertEqual(
                    self.renamed(definition), self.document["components"]["schemas"][inner[0].upper() + inner[1:]]
                )
            schema.pop("$schema")
            self.assertEqual(self.renamed(schema), self.document["components"]["schemas"][name], file)

    def renamed(self, value):
        if isinstance(value, dict):
            return {
                k: "#/components/schemas/" + v[8].upper() + v[9:] if k == "$ref" else self.renamed(v)
                for k, v in value.items()
            }
        return [self.renamed(v) for v in value] if isinstance(value, list) else value


if __name__ == "__main__":
    BINARY = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else BINARY
    unittest.main()
