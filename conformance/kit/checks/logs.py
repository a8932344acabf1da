"""1.13 Audit and logs: only where the operator lets the kit read the service's log (`log` of --setup)."""

from ..client import NoAnswer
from . import expect, expect_status, row
from .http_layer import without_reason_or_data


@row("LOG-02")
def no_patient_data(session):
    log = session.need("log", "the service's log file: log of --setup")
    service = session.service()
    body = session.request(service)
    for value in body.get("prefetch", {}).values():
        if isinstance(value, dict) and value.get("resourceType") == "Patient":
            value["name"] = [{"family": "Kitsecretfamily", "given": ["Kitsecretgiven"]}]
            value["identifier"] = [{"system": "urn:example:mrn", "value": "KITSECRETMRN"}]
    expect_status(session.call(body, service), 200, "a call")
    service, bad = without_reason_or_data(session)
    bad["context"]["patientId"] = "Kitsecret/patient"
    session.call(bad, service)
    try:
        session.client.request("GET", "/cds-services/Kitsecretpath", headers=session.headers("/", body=False))
    except NoAnswer:
        pass
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read().lower()
    found = [word for word in ("kitsecret", str(body["context"]["patientId"]).lower()) if word in text]
    expect(not found, f"{found[0] if found else ''} stands in the log")
    return f"no name, MRN, patient id or path of a caller in {len(text)} bytes of log"


@row("JWT-21")
def no_tokens_in_logs(session):
    session.need_key()
    log = session.need("log", "the service's log file: log of --setup")
    service = session.service()
    token = session.token(session.path(service))
    session.call(session.request(service), service, token=token)
    session.call(session.request(service), service, token=token + "x")
    with open(log, encoding="utf-8", errors="replace") as file:
        text = file.read()
    expect(
        token not in text and token.rsplit(".", 1)[1] not in text and token.split(".")[1] not in text,
        "a client token stands in the log",
    )
    return "neither a good nor a refused token is in the log"
