#!/usr/bin/env python3
"""A small CDS Hooks service to test the kit with: right by itself, and wrong in every way that is named on the command
line. Prints its base URL once it listens.

    broken_service.py [FAULT...]
"""

import json
import sys
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = set()
SERVICE = {
    "hook": "order-sign",
    "id": "orders",
    "title": "Orders",
    "description": "Says something about every drug order.",
    "prefetch": {"patient": "Patient/{{context.patientId}}", "conditions": "Condition?patient={{context.patientId}}"},
}
ORIGIN = "https://kit.example.org"


def bad(name):
    return name in FAULTS


def discovery():
    service = dict(SERVICE)
    if bad("no-description"):
        del service["description"]
    if bad("empty-members"):
        service["usageRequirements"] = ""
    if bad("deep-token"):
        service["prefetch"] = {**service["prefetch"], "drug": "Medication?_id={{context.draftOrders.entry.id}}"}
    if bad("absolute-template"):
        service["prefetch"] = {**service["prefetch"], "x": "/Patient/{{context.patientId}}"}
    return {"services": {"orders": service} if bad("services-object") else [service]}


def refuse(diagnostics, status=400):
    body = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "processing", "diagnostics": diagnostics}],
    }
    return (status, {"error": diagnostics}) if bad("errors-without-outcome") else (status, body)


def orders_of(context):
    bundle = context.get("draftOrders")
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        return None
    found = []
    for entry in bundle.get("entry") or []:
        order = entry.get("resource") or {}
        kind = order.get("resourceType")
        if kind not in ("MedicationRequest", "MedicationOrder"):
            continue
        patient = (order.get("subject") or order.get("patient") or {}).get("reference", "")
        if patient.rsplit("/", 1)[-1] != context.get("patientId") and not bad("any-patient"):
            continue
        if order.get("status") in ("entered-in-error", "cancelled", "stopped", "completed") and not bad("any-status"):
            continue
        if (order.get("doNotPerform") or order.get("reportedBoolean")) and not bad("do-not-perform"):
            continue
        found.append((f"{kind}/{order.get('id')}", order))
    return found


def card_for(reference, hook_instance):
    card = {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, hook_instance + reference)),
        "summary": "Think again",
        "detail": "An order of a drug.",
        "indicator": "info",
        "source": {"label": "Kit", "url": "https://example.org"},
        "suggestions": [
            {
                "label": "Remove the order",
                "uuid": str(uuid.uuid4()),
                "actions": [{"type": "delete", "description": "Remove it", "resourceId": reference}],
            }
        ],
        "selectionBehavior": "at-most-one",
        "overrideReasons": [{"code": "x", "system": "urn:example:kit", "display": "I know better"}],
        "links": [{"label": "More", "url": "https://example.org/more", "type": "absolute"}],
    }
    if bad("long-summary"):
        card["summary"] = "x" * 140
    if bad("invented-indicator"):
        card["indicator"] = "hard-stop"
    if bad("no-source-label"):
        card["source"] = {}
    if bad("no-selection-behavior"):
        del card["selectionBehavior"]
    if bad("null-member"):
        card["links"] = None
    if bad("unknown-member"):
        card["colour"] = "red"
    if bad("upper-case-action"):
        card["suggestions"][0]["actions"][0]["type"] = "DELETE"
    if bad("no-action-description"):
        del card["suggestions"][0]["actions"][0]["description"]
    if bad("invented-target"):
        card["suggestions"][0]["actions"][0]["resourceId"] = "MedicationRequest/other"
    if bad("no-override-display"):
        del card["overrideReasons"][0]["display"]
    if bad("smart-context-object"):
        card["links"][0]["appContext"] = {"x": 1}
    if bad("patient-in-link"):
        card["links"][0]["url"] += "?p=example-ibm"
    if bad("random-text"):
        card["detail"] = str(uuid.uuid4())
    return card


def answer(body):
    if bad("crash-on-deep-json") and body.count(b"[") > 1000:
        return 500, {}
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return refuse("not JSON", 200 if bad("errors-with-200") else 400)
    if not isinstance(value, dict):
        return refuse("no object")
    if value.get("hook") != "order-sign" and not bad("any-hook"):
        return refuse("hook must be order-sign")
    context = value.get("context")
    if not isinstance(value.get("hookInstance"), str) and not bad("no-hook-instance-needed"):
        return refuse("hookInstance is required")
    if not isinstance(context, dict):
        return refuse("context is required")
    user = context.get("userId")
    if not isinstance(user, str) or "/" not in user:
        return refuse("userId is required")
    if bad("strict-members") and "x" in value:
        return refuse("unknown member")
    orders = orders_of(context)
    if orders is None:
        return refuse("draftOrders must be a Bundle")
    if bad("silence-is-204") and not orders:
        return 204, None
    return 200, {"cards": [card_for(reference, str(value.get("hookInstance"))) for reference, _ in orders]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def reply(self, status, value, **headers):
        data = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        if data:
            self.send_header("Content-Type", "text/html" if bad("html-content-type") else "application/json")
        self.send_header("Content-Length", str(len(data)))
        if not bad("cacheable"):
            self.send_header("Cache-Control", "no-store")
        origin = self.headers.get("Origin")
        if origin == ORIGIN and not (bad("no-cors-on-errors") and status >= 400) or bad("cors-for-all") and origin:
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Vary", "Origin")
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        if status == 413:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def read_body(self):
        if (self.headers.get("Transfer-Encoding") or "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while True:
            size = int(self.rfile.readline().strip() or b"0", 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body

    def do_GET(self):
        if self.path.split("?")[0].rstrip("/") == "/cds-services":
            return self.reply(200, discovery())
        if self.path == "/cds-services/orders":
            return self.reply(405, None, Allow="POST, OPTIONS")
        return self.reply(404, None)

    def do_OPTIONS(self):
        self.reply(
            204,
            None,
            Access_Control_Allow_Methods="GET, POST, OPTIONS",
            Access_Control_Allow_Headers="authorization, content-type, accept",
            Access_Control_Max_Age="600",
        )

    def do_POST(self):
        if int(self.headers.get("Content-Length") or 0) > 50_000_000:
            return self.reply(*refuse("too large", 413))
        body = self.read_body()
        if self.path == "/cds-services/orders/feedback":
            return self.feedback(body)
        if self.path.replace("//", "/") != "/cds-services/orders":
            return self.reply(404, None)
        kind = (self.headers.get("Content-Type") or "").split(";")[0].strip().lower()
        if kind not in ("application/json", "application/fhir+json"):
            return self.reply(*refuse("must be JSON", 200 if bad("any-content-type") else 415))
        status, value = answer(body)
        return self.reply(status, value)

    def feedback(self, body):
        value = json.loads(body)
        entries = value.get("feedback") if isinstance(value, dict) else None
        if not isinstance(entries, list):
            return self.reply(*refuse("feedback must be an array"))
        good = [
            e
            for e in entries
            if isinstance(e, dict)
            and (e.get("outcome") == "overridden" or e.get("outcome") == "accepted" and e.get("acceptedSuggestions"))
        ]
        if entries and not good and not bad("any-feedback"):
            return self.reply(*refuse("no entry can be used"))
        return self.reply(200, {})

    def log_message(self, *_args):
        pass


def main():
    FAULTS.update(sys.argv[1:])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
