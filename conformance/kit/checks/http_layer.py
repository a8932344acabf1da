"""1.2 HTTP layer and 1.3 status codes."""

import json
import time

from ..client import NoAnswer, strict_json
from ..requests import bundle_of, empty_bundle
from . import Failed, Skipped, expect, expect_status, is_outcome, row


def good_call(session):
    service = session.service()
    return service, session.path(service), json.dumps(session.request(service)).encode()


def without_reason_or_data(session):
    """The request that asks most of a service: no prefetch, no FHIR server, and orders that give no reason."""
    service = session.service()
    body = session.request(service, prefetch=False)
    body.pop("fhirServer", None)
    body.pop("fhirAuthorization", None)
    for entry in (bundle_of(body) or {}).get("entry", []):
        for name in ("reasonCode", "reasonReference", "note"):
            entry.get("resource", {}).pop(name, None)
    return service, body


@row("HTTP-01")
def a_call(session):
    service = session.service()
    cards = session.cards(session.request(service), service)
    return f"POST {session.path(service)}: 200, {len(cards)} card(s)"


@row("HTTP-02")
def strict_bodies(session):
    service = session.service()
    for answer, what in (
        (session.discovery(), "discovery"),
        (session.call(session.request(service), service), "cards"),
    ):
        try:
            strict_json(answer.body)
        except ValueError as error:
            raise Failed(f"{what}: {error}") from error
        expect(answer.body[:1] == b"{", f"{what} begins with {answer.body[:3]!r}")
    return "strict JSON, UTF-8, no BOM"


def json_type(answer):
    return (answer.header("Content-Type") or "").split(";")[0].strip().lower() in ("application/json",)


@row("HTTP-03")
def content_type(session):
    service, path, body = good_call(session)
    answers = {"discovery": session.discovery(), "200": session.post(path, body), "400": session.post(path, b"{")}
    for what, answer in answers.items():
        fine = (
            json_type(answer)
            or (not answer.body)
            or (what == "400" and (answer.header("Content-Type") or "").startswith("application/fhir+json"))
        )
        expect(fine, f"{what}: Content-Type {answer.header('Content-Type')}")
    return "application/json on 200 and on errors"


@row("HTTP-04")
def request_content_types(session):
    service, path, body = good_call(session)
    for kind in ("Application/JSON; charset=UTF-8", "application/json", "application/fhir+json"):
        fresh = json.dumps(session.request(service)).encode()
        expect_status(session.post(path, fresh, Content_Type=kind), 200, kind)
    expect_status(session.post(path, body, Content_Type="text/xml"), 415, "text/xml")
    return "any case, with parameters; text/xml 415"


@row("HTTP-05")
def accept(session):
    service, path, body = good_call(session)
    for kind in (None, "*/*", "application/json", "application/json, text/plain, */*"):
        expect_status(session.post(path, session.request(service), Accept=kind), 200, f"Accept: {kind}")
    answer = session.post(path, body, Accept="text/html")
    expect_status(answer, (200, 406), "Accept: text/html")
    return f"200 for each; text/html alone: {answer.status}"


@row("HTTP-06")
def other_statuses(session):
    service = session.service()
    unknown = expect_status(
        session.post("/cds-services/kit-no-such-service", session.request(service)), 404, "an unknown service"
    )
    expect(not unknown.body or is_outcome(unknown), f"404 with {unknown}")
    wrong = session.client.request(
        "GET", session.path(service), headers=session.headers(session.path(service), body=False)
    )
    expect_status(wrong, 405, "GET on a service")
    expect("POST" in (wrong.header("Allow") or ""), f"405 with Allow: {wrong.header('Allow')}")
    return f"unknown service 404, GET 405 with Allow: {wrong.header('Allow')}"


@row("HTTP-07")
def half_a_second(session):
    service = session.service()
    times = []
    for _ in range(20):
        body = session.request(service)
        start = time.monotonic()
        expect_status(session.call(body, service), 200, "a call")
        times.append(time.monotonic() - start)
    worst = sorted(times)[18]
    expect(worst <= 0.5, f"95th percentile of 20 calls: {worst * 1000:.0f} ms")
    return f"95th percentile of 20 calls, connection included: {worst * 1000:.0f} ms"


@row("HTTP-08")
def http_1_1(session):
    service, path, body = good_call(session)
    connection = session.client.connection()
    try:
        for turn in ("first", "second"):
            expect_status(
                session.post(path, session.request(service), connection=connection),
                200,
                f"{turn} call on one connection",
            )
    finally:
        connection.close()

    def head(extra):
        lines = [f"POST {session.client.prefix}{path} HTTP/1.1", f"Host: {session.client.netloc}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in session.headers(path).items()]
        return ("\r\n".join(lines + extra) + "\r\n\r\n").encode()

    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:])) + b"0\r\n\r\n"
    expect_status(session.client.exchange(head(["Transfer-Encoding: chunked"]) + chunks), 200, "a chunked body")
    answer = session.client.exchange(head([f"Content-Length: {len(body)}", "Expect: 100-continue"]), then=body)
    expect_status(answer, 200, "Expect: 100-continue")
    return "keep-alive, chunked body, Expect: 100-continue"


@row("HTTP-09")
def body_limit(session):
    service = session.service()
    body = session.request(service)
    filler = [
        {
            "resource": {
                "resourceType": "Observation",
                "id": f"kit-{n}",
                "status": "final",
                "code": {"coding": [{"system": "urn:example:kit", "code": "filler"}], "text": "x" * 4500},
                "subject": {"reference": "Patient/" + body["context"].get("patientId", "p")},
                "valueString": str(n),
            }
        }
        for n in range(2000)
    ]
    prefetch = body.setdefault("prefetch", {})
    key = next(
        (k for k, t in (service.get("prefetch") or {}).items() if t.startswith("Observation")), "kit-observations"
    )
    bundle = prefetch.get(key) or empty_bundle()
    prefetch[key] = {**bundle, "entry": list(bundle.get("entry") or []) + filler}
    size = len(json.dumps(body)) / 1e6
    expect_status(session.call(body, service), 200, f"{size:.1f} MB with 2000 Observations")
    path = session.path(service)
    lines = [
        f"POST {session.client.prefix}{path} HTTP/1.1",
        f"Host: {session.client.netloc}",
        "Content-Length: 8589934592",
    ]
    lines += [f"{name}: {value}" for name, value in session.headers(path).items()]
    answer = session.client.exchange(("\r\n".join(lines) + "\r\n\r\n").encode())
    expect_status(answer, 413, "8 GiB announced")
    return f"{size:.1f} MB: 200; 8 GiB announced: 413 without a byte of it sent"


@row("HTTP-10")
def hostile_json(session):
    service, path, good = good_call(session)
    text = good.decode()
    bodies = {
        "100 000 nested arrays": b"[" * 100000 + b"]" * 100000,
        "nesting inside context": text.replace(
            '"context": {', '"context": {"x": ' + "[" * 5000 + "]" * 5000 + ",", 1
        ).encode(),
        "a member twice": text.replace('"hook":', '"hook": "patient-view", "hook":', 1).encode(),
        "a huge number": text.replace('"context": {', '"context": {"x": 1e99999,', 1).encode(),
        "a long number": text.replace('"context": {', '"context": {"x": ' + "9" * 5000 + ",", 1).encode(),
        "a lone surrogate": text.replace('"context": {', '"context": {"x": "\\ud800",', 1).encode(),
        "a NUL": text.replace('"context": {', '"context": {"x": "\\u0000",', 1).encode(),
        "a raw NUL": good + b"\0",
        "bad UTF-8": text.replace('"context": {', '"context": {"x": "\xff\xfe",', 1).encode("latin-1", "replace"),
        "a BOM": b"\xef\xbb\xbf" + good,
        "half a body": good[: len(good) // 2],
        "nothing": b"",
    }
    said = []
    for what, body in bodies.items():
        try:
            answer = session.post(path, body)
        except NoAnswer as error:
            raise Failed(f"{what}: {error}") from error
        expect(answer.status < 500, f"{what}: answered {answer}")
        said.append(f"{what} {answer.status}")
    session.alive()
    return "; ".join(said)


@row("HTTP-11")
def numbers_keep_their_form(session):
    service, body = session.drawing("update")
    for entry in bundle_of(body)["entry"]:
        entry["resource"]["extension"] = [{"url": "urn:example:kit", "valueDecimal": "@@"}]
    answer = session.call(json.dumps(body).replace('"@@"', "1.50").encode(), service)
    expect_status(answer, 200, "an order with 1.50")
    expect(b'"update"' in answer.body, "with an extension the order draws no update")
    expect(b"1.50" in answer.body, "1.50 came back in another form")
    return "1.50 came back as 1.50"


@row("HTTP-12")
def no_store(session):
    service = session.service()
    found = session.call(session.request(service), service).header("Cache-Control") or ""
    expect("no-store" in found, f"Cache-Control: {found or 'absent'}")
    return f"Cache-Control: {found}"


@row("HTTP-20")
def data_that_cannot_be_had(session):
    service, body = without_reason_or_data(session)
    answer = session.call(body, service)
    if answer.status == 200:
        raise Skipped("the service answered 200 without any prefetch: it requires no data for this request")
    expect_status(answer, 412, "no prefetch and no FHIR server")
    said = ["neither prefetch nor FHIR server: 412"]
    if session.ehr:
        for status in (404, 500):
            session.ehr.reset()
            failing = session.with_ehr(body)
            session.ehr.behaviour.status = {"*": status}
            expect_status(session.call(failing, service), 412, f"the FHIR server answers {status}")
            said.append(f"FHIR server answers {status}: 412")
        session.ehr.reset()
    return "; ".join(said)


@row("HTTP-21")
def empty_is_not_missing(session):
    service, _ = without_reason_or_data(session)
    body = session.request(service)
    if "prefetch" not in body:
        raise Skipped("the service asks for no prefetch")
    for key, value in body["prefetch"].items():
        if isinstance(value, dict) and value.get("resourceType") == "Bundle":
            body["prefetch"][key] = empty_bundle()
    for entry in (bundle_of(body) or {}).get("entry", []):
        for name in ("reasonCode", "reasonReference"):
            entry.get("resource", {}).pop(name, None)
    expect_status(session.call(body, service), 200, "every search came back empty")
    return "every search empty, no reason in the order: 200"


@row("HTTP-22")
def errors_are_outcomes(session):
    service, path, _good = good_call(session)
    found = {"not JSON": session.post(path, b"{"), "no context": session.post(path, {"hook": service["hook"]})}
    missing = session.call(without_reason_or_data(session)[1], service)
    if missing.status == 412:
        found["missing data"] = missing
    for what, answer in found.items():
        expect(400 <= answer.status < 500, f"{what}: answered {answer}")
        expect(is_outcome(answer), f"{what}: {answer} is no OperationOutcome")
    return ", ".join(f"{what}: {answer.status}" for what, answer in found.items())


@row("HTTP-23")
def no_mixture(session):
    service, path, good = good_call(session)
    answers = [
        session.post(path, b"{"),
        session.post(path, good),
        session.post(path, {"hook": service["hook"]}),
        session.call(without_reason_or_data(session)[1], service),
    ]
    for answer in answers:
        try:
            body = answer.json()
        except ValueError:
            body = {}
        expect(not (answer.status != 200 and "cards" in body), f"{answer.status} with cards")
        expect(not (answer.status == 200 and "resourceType" in body), "200 with an error text")
    return "cards with 200 only, OperationOutcome with errors only"
