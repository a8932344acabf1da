"""1.4 Request body."""

import copy
import json
import uuid

from ..requests import as_dstu2, as_stu3, bundle_of
from . import Skipped, expect, expect_status, row

MISSING = object()


def changed(body, member, value):
    body = copy.deepcopy(body)
    if value is MISSING:
        body.pop(member, None)
    else:
        body[member] = value
    return body


def refuses(session, member, values, what):
    service = session.service()
    body = session.request(service)
    for value in values:
        name = "left out" if value is MISSING else json.dumps(value)
        expect_status(session.call(changed(body, member, value), service), 400, f"{member} {name}")
    return what


@row("REQ-01")
def hook_is_required(session):
    return refuses(session, "hook", (MISSING, 7, ""), "missing, a number, empty: 400")


@row("REQ-02")
def hook_instance(session):
    service = session.service()
    for value in (str(uuid.uuid1()), str(uuid.uuid4()), str(uuid.uuid4()).upper()):
        expect_status(session.call(changed(session.request(service), "hookInstance", value), service), 200, value)
    return refuses(session, "hookInstance", (MISSING,), "version 1, version 4, upper case: 200; missing: 400")


@row("REQ-03")
def authorization_needs_a_server(session):
    service = session.service()
    body = session.request(service)
    body.pop("fhirServer", None)
    body["fhirAuthorization"] = {
        "access_token": "kit",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "x",
        "subject": "kit",
    }
    answer = expect_status(session.call(body, service), (200, 400), "fhirAuthorization without fhirServer")
    return "refused with 400" if answer.status == 400 else "the token is ignored"


@row("REQ-04")
def plain_http_server(session):
    if session.trap is None or not session.trap.origin.startswith("http://"):
        raise Skipped("needs the kit's trap server")
    service = session.service()
    session.trap.reset()
    body = session.request(service, prefetch=False)
    body["fhirServer"] = session.trap.fhir
    body["fhirAuthorization"] = {
        "access_token": "kit",
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "x",
        "subject": "kit",
    }
    answer = expect_status(session.call(body, service), (200, 400, 412), "fhirServer over http")
    expect(not session.trap.seen, "the http:// FHIR server was called")
    return f"{answer.status}, not contacted"


@row("REQ-05")
def context_is_required(session):
    return refuses(session, "context", (MISSING, [], "x"), "missing, array, string: 400")


@row("REQ-06")
def prefetch_may_be_absent(session):
    service = session.service()
    body = session.request(service, prefetch=False)
    body.pop("fhirAuthorization", None)
    answer = expect_status(session.call(body, service), (200, 412), "neither prefetch nor fhirAuthorization")
    return f"answered {answer.status}"


@row("REQ-07")
def unknown_members(session):
    service = session.service()
    body = session.request(service)
    body["x"] = 1
    body["context"]["x"] = {"y": [1]}
    if "prefetch" in body:
        body["prefetch"]["x-kit"] = {"y": [None, 1]}
    if session.ehr:
        body = session.with_ehr(body, x=1)
    if not session.cards(session.request(service), service):
        expect_status(session.call(body, service), 200, "unknown members")
        return "unknown members at every level: 200"
    return session.same(body, "unknown members at every level", service)


@row("REQ-08")
def null_is_absent(session):
    service = session.service()
    without = session.request(service)
    without["context"].pop("encounterId", None)
    with_null = copy.deepcopy(without)
    with_null["context"]["encounterId"] = None
    session.equal(session.cards(without, service), session.cards(with_null, service), "encounterId null")
    return "encounterId null is answered like encounterId left out"


@row("REQ-09")
def user_id(session):
    service = session.service()
    if "userId" not in session.request(service)["context"]:
        raise Skipped(f"{service['hook']} has no userId")
    for value, status in (("Practitioner/x", 200), ("PractitionerRole/x", 200), ("garbage", 400), (7, 400)):
        body = session.request(service)
        body["context"]["userId"] = value
        expect_status(session.call(body, service), status, f"userId {value!r}")
    return "Practitioner/x and PractitionerRole/x: 200; garbage: 400"


@row("REQ-10")
def bare_patient_id(session):
    service = session.service()
    body = session.with_ehr(session.request(service, prefetch=False))
    session.ehr.reset()
    session.call(body, service)
    wanted = body["context"]["patientId"]
    asked = session.ehr.fhir_calls()
    if not asked:
        raise Skipped("the service never asks the FHIR server (FHIR-01)")
    named = [seen for seen in asked if wanted in seen.path]
    expect(named and not any("Patient/Patient" in s.path for s in asked), f"asked {asked[0].path}")
    return f"asked {named[0].path}"


@row("REQ-11")
def long_ids(session):
    body, order = session.order_request()
    old, order["id"] = order["id"], "e" + "Ab.-_9" * 36 + "end"
    kind = order["resourceType"]
    for index, selected in enumerate(body["context"].get("selections") or []):
        if selected.endswith(f"{kind}/{old}"):
            body["context"]["selections"][index] = f"{kind}/{order['id']}"
    for entry in bundle_of(body)["entry"]:
        entry.pop("fullUrl", None)
    answer = expect_status(session.call(body, session.ordering()), 200, "an id of 220 characters")
    actions = [
        a for card in session.cards_in(answer) for s in card.get("suggestions", []) for a in s.get("actions", [])
    ]
    if not actions:
        raise Skipped("accepted, but no answer holds an action that would name the order")
    expect(order["id"].encode() in answer.body, "the id did not come back unchanged")
    return f"{len(order['id'])} characters came back unchanged"


@row("REQ-12")
def orders_of_another_patient(session):
    session.usual_cards()
    body = session.request(session.ordering())
    for entry in bundle_of(body)["entry"]:
        resource = entry["resource"]
        for name in ("subject", "patient"):
            if name in resource:
                resource[name] = {"reference": "Patient/kit-somebody-else"}
    cards = session.cards(body, session.ordering())
    expect(not cards, f"{len(cards)} card(s) for orders of another patient")
    body = session.request(session.ordering())
    for entry in bundle_of(body)["entry"]:
        subject = entry["resource"].get("subject")
        if subject and "reference" in subject:
            subject["reference"] = "https://another-host.example/fhir/" + subject["reference"]
    session.same(body, "an absolute reference to the patient on another host name")
    return "no card for another patient's order; an absolute reference to this patient is this patient"


@row("REQ-13")
def fhir_versions(session):
    session.usual_cards()
    for name, convert in (("STU3", as_stu3), ("DSTU2", as_dstu2)):
        body = session.request(session.ordering())
        for entry in bundle_of(body)["entry"]:
            if entry["resource"].get("resourceType") == "MedicationRequest":
                entry["resource"] = convert(entry["resource"])
        if name == "DSTU2" and "selections" in body["context"]:
            body["context"]["selections"] = [
                s.replace("MedicationRequest/", "MedicationOrder/") for s in body["context"]["selections"]
            ]
        session.same(body, name, session.ordering(), essence=True)
    return "the order as R4, STU3 and DSTU2: the same cards"


@row("REQ-14")
def hook_of_another_service(session):
    service = session.service()
    hooks = {s["hook"] for s in session.services() if s["id"] == service["id"]}
    other = next(h for h in ("patient-view", "order-sign") if h not in hooks)
    body = session.request(service)
    body["hook"] = other
    expect_status(session.post(session.path(service), body), 400, f"{other} to {service['id']}")
    return f"{other} to {service['id']}: 400"


@row("REQ-15")
def delivered_again(session):
    service = session.service()
    body = session.request(service)
    first, second = session.cards(body, service), session.cards(body, service)
    session.equal(first, second, "the same hookInstance again")
    return f"the same {len(first)} card(s)"


@row("REQ-16")
def no_state_between_calls(session):
    session.usual_cards()
    service = session.ordering()
    other = session.request(service)
    for entry in bundle_of(other)["entry"]:
        for name in ("reasonCode", "reasonReference"):
            entry["resource"].pop(name, None)
    session.call(other, service)
    return session.same(session.request(service), "after a call about something else", service)
