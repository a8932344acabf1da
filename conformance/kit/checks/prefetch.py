"""1.5 Prefetch data received."""

import copy

from ..requests import bundle_of, empty_bundle, outcome
from . import Skipped, expect, expect_status, row


def request(session):
    """A good request that has prefetch, and the service."""
    service = session.service()
    body = session.request(service)
    if not body.get("prefetch"):
        raise Skipped("the service asks for no prefetch; give --request FILE")
    return service, body


def search_keys(body, filled=False):
    """Keys that hold a Bundle."""
    return [
        key
        for key, value in body["prefetch"].items()
        if isinstance(value, dict) and value.get("resourceType") == "Bundle" and (value.get("entry") or not filled)
    ]


def decisive(session, service):
    """A request whose orders give no reason, so that the chart decides; cards with and without its Conditions.

    Skipped when the Conditions make no difference: then nothing could be seen."""
    _service, body = request(session)
    for entry in (bundle_of(body) or {}).get("entry", []):
        for name in ("reasonCode", "reasonReference"):
            entry["resource"].pop(name, None)
    key = next(
        (
            k
            for k in search_keys(body, True)
            if body["prefetch"][k]["entry"][0].get("resource", {}).get("resourceType") == "Condition"
        ),
        None,
    )
    if key is None:
        raise Skipped("the prefetch holds no Conditions")
    without = copy.deepcopy(body)
    without["prefetch"][key] = empty_bundle()
    with_conditions, with_none = session.cards(body, service), session.cards(without, service)
    if [session.essence(c) for c in with_conditions] == [session.essence(c) for c in with_none]:
        raise Skipped("the Conditions of the request make no difference to the cards")
    return body, key, with_conditions, with_none


@row("PREF-01")
def published_keys(session):
    service, body = request(session)
    expect_status(session.call(body, service), 200, "prefetch under the published keys")
    return f"{len(body['prefetch'])} key(s): 200"


@row("PREF-02")
def missing_key_is_fetched(session):
    service, body = request(session)
    key = next((k for k in search_keys(body) if k in (service.get("prefetch") or {})), None)
    if key is None:
        raise Skipped("no search among the published keys")
    kind = service["prefetch"][key].partition("?")[0]
    body = session.with_ehr(body)
    session.ehr.reset()
    del body["prefetch"][key]
    expect_status(session.call(body, service), 200, f"{key} left out")
    asked = session.ehr.asked_for(kind)
    expect(asked, f"{key} was left out and no {kind} was asked for")
    return f"{key} left out: asked {asked[0].path[:100]}"


@row("PREF-03")
def null_is_known_empty(session):
    service, body = request(session)
    keys = search_keys(body)
    if not keys:
        raise Skipped("no search among the prefetch keys")
    forms = {
        "null": None,
        "a Bundle without entry": {"resourceType": "Bundle", "type": "searchset", "total": 0},
        "entry: []": empty_bundle(),
    }
    found = {}
    for name, value in forms.items():
        changed = copy.deepcopy(body)
        for key in keys:
            changed["prefetch"][key] = value
        if session.ehr:
            changed = session.with_ehr(changed)
            session.ehr.reset()
        found[name] = session.cards(changed, service)
        if session.ehr:
            kinds = {t.partition("?")[0] for k, t in (service.get("prefetch") or {}).items() if k in keys}
            asked = [seen.path for kind in kinds for seen in session.ehr.asked_for(kind)]
            expect(not asked, f"{name}: asked again: {asked[:1]}")
    for name, cards in found.items():
        session.equal(found["entry: []"], cards, name)
    return f"three forms of \"none\": the same {len(found['null'])} card(s)" + (
        ", not asked again" if session.ehr else ""
    )


@row("PREF-04")
def failed_query(session):
    service, body = request(session)
    said = []
    for key in body["prefetch"]:
        changed = copy.deepcopy(body)
        changed["prefetch"][key] = outcome()
        answer = expect_status(session.call(changed, service), (200, 412), f"OperationOutcome as {key}")
        said.append(f"{key} {answer.status}")
    return "OperationOutcome(error) as value: " + ", ".join(said)


@row("PREF-05")
def warning_entry(session):
    service, body = request(session)
    keys = search_keys(body)
    if not keys:
        raise Skipped("no search among the prefetch keys")
    plain, remark = copy.deepcopy(body), copy.deepcopy(body)
    for key in keys:
        plain["prefetch"][key] = empty_bundle()
        remark["prefetch"][key] = {
            **empty_bundle(),
            "entry": [{"resource": outcome("warning", "not-found"), "search": {"mode": "outcome"}}],
        }
    session.equal(session.cards(plain, service), session.cards(remark, service), "a warning entry in an empty Bundle")
    return "an OperationOutcome(warning) entry is a remark: same cards as an empty Bundle"


@row("PREF-06")
def either_form(session):
    service, body = request(session)
    swapped = []
    for key, value in body["prefetch"].items():
        if not isinstance(value, dict):
            continue
        if value.get("resourceType") == "Bundle":
            entries = value.get("entry") or []
            if len(entries) != 1 or "resource" not in entries[0]:
                continue
            body["prefetch"][key] = entries[0]["resource"]
        else:
            body["prefetch"][key] = {**empty_bundle(), "total": 1, "entry": [{"resource": value}]}
        swapped.append(key)
    if not swapped:
        raise Skipped("no key with exactly one resource")
    return session.same(body, f"{', '.join(swapped)} in the other form", service)


@row("PREF-07")
def pages(session):
    if session.ehr is None:
        raise Skipped("needs --ehr, the stub EHR's origin, which the service must allow")
    service = session.service()
    body, key, with_conditions, none = decisive(session, service)
    whole = body["prefetch"][key]
    paged = copy.deepcopy(body)
    bundle = paged["prefetch"][key] = copy.deepcopy(whole)
    kind = "Condition"
    session.ehr.reset()
    paged = session.with_ehr(paged)
    conditions = [e["resource"] for e in whole["entry"]]
    session.ehr.load(conditions + [r for (t, _), r in session.ehr.resources.items() if t != kind])
    # The prefetched page is empty but for the link: everything that decides is on the pages behind it.
    bundle["entry"] = []
    bundle = paged["prefetch"][key]
    bundle["entry"] = []
    bundle["link"] = [
        {"relation": "next", "url": f"{session.ehr.fhir}/{kind}?patient={paged['context']['patientId']}&kit-page=0"}
    ]
    answer = expect_status(session.call(paged, service), (200, 412), "Conditions on the second page")
    asked = session.ehr.asked_for(kind)
    if asked:
        session.equal(with_conditions, session.cards_in(answer), "Conditions on the second page")
    said = f"the second page was followed ({len(asked)} request(s))" if asked else "the second page was not asked for"
    paged.pop("fhirAuthorization")
    paged.pop("fhirServer")
    without_token = expect_status(session.call(paged, service), (200, 412), "a paged Bundle without a token")
    for each in (without_token,) if asked else (answer, without_token):
        if each.status == 200:
            texts = [session.essence(card) for card in session.cards_in(each)]
            expect(texts != [session.essence(card) for card in none], "half a search is taken for the whole")
    return f"{said}; without a token: {without_token.status}"


@row("PREF-08")
def foreign_next_link(session):
    service, body = request(session)
    keys = search_keys(body)
    if session.ehr is None or session.trap is None or not keys:
        raise Skipped("needs --ehr, the stub EHR's origin, which the service must allow")
    body = session.with_ehr(body)
    session.trap.reset()
    body["prefetch"][keys[0]]["link"] = [{"relation": "next", "url": session.trap.fhir + "/Condition?kit-page=1"}]
    answer = expect_status(session.call(body, service), (200, 412), "next on another origin")
    expect(not session.trap.seen, "the other origin was called")
    session.ehr.reset()
    second = session.with_ehr(session.request(service, prefetch=False))
    session.ehr.behaviour.page, session.ehr.behaviour.next_origin = 1, session.trap.origin
    expect_status(session.call(second, service), (200, 412), "a fetched page whose next is elsewhere")
    session.ehr.reset()
    expect(not session.trap.seen, "the other origin was called from a fetched page")
    return f"not followed, neither from prefetch ({answer.status}) nor from a fetched page"


@row("PREF-09")
def totals_and_includes(session):
    service, body = request(session)
    keys = search_keys(body)
    if not keys:
        raise Skipped("no search among the prefetch keys")
    for key in keys:
        bundle = body["prefetch"][key]
        bundle["total"] = 7777
        bundle.setdefault("entry", []).append({"fullUrl": "urn:uuid:6a1d2b0e-0000-4000-8000-000000000000"})
        bundle["entry"].append(
            {"resource": {"resourceType": "Organization", "id": "kit", "name": "kit"}, "search": {"mode": "include"}}
        )
    return session.same(body, "a wrong total, an entry without resource, an included Organization", service)


@row("PREF-10")
def values_that_are_no_objects(session):
    service, body = request(session)
    body["prefetch"].update({"user": "123", "kit-number": 7, "kit-array": [1]})
    expect_status(session.call(body, service), 200, "string, number and array as values")
    return '"user": "123", a number, an array: 200'


@row("PREF-11")
def wrapped_form(session):
    service, body = request(session)
    wrapped = [key for key, value in body["prefetch"].items() if isinstance(value, dict)]
    for key in wrapped:
        body["prefetch"][key] = {"response": {"status": "200 OK"}, "resource": body["prefetch"][key]}
    return session.same(body, f"{len(wrapped)} value(s) wrapped as before 1.0", service)


@row("PREF-12")
def other_key_names(session):
    service, body = request(session)
    names = iter(["item1", "-user", "kit", "x.y", "0"] + [f"item{n}" for n in range(2, 50)])

    def has_resources(value):
        return isinstance(value, dict) and (value.get("resourceType") != "Bundle" or value.get("entry"))

    # What is empty keeps its name: nothing else says what there is none of.
    body["prefetch"] = {next(names) if has_resources(value) else key: value for key, value in body["prefetch"].items()}
    return session.same(body, "other key names", service)


@row("PREF-13")
def drafts_outrank_prefetch(session):
    body, order = session.order_request()
    other = copy.deepcopy(order)
    other["medicationCodeableConcept"] = {"text": "kit placebo"}
    other.pop("medicationReference", None)
    body.setdefault("prefetch", {})["kit-medications"] = {**empty_bundle(), "total": 1, "entry": [{"resource": other}]}
    return session.same(body, "prefetch has another version of the draft order", session.ordering())


@row("PREF-14")
def foreign_resources(session):
    service = session.service()
    body, key, _with, none = decisive(session, service)
    for entry in body["prefetch"][key]["entry"]:
        entry["resource"]["subject"] = {"reference": "Patient/kit-somebody-else"}
    cards = session.cards(body, service)
    # The detail may say that something was left out; what is advised may not change.
    advised = [[(card.get("summary"), card.get("indicator")) for card in one] for one in (none, cards)]
    expect(advised[0] == advised[1], f"Conditions of another patient: {advised[1]} instead of {advised[0]}")
    return "another patient's Conditions have no effect"


@row("PREF-15")
def both_sources(session):
    service, body = request(session)
    session.usual_cards(service)
    fetched = session.with_ehr(body)
    session.ehr.reset()
    fetched.pop("prefetch")
    found = session.same(fetched, "everything from the FHIR server, nothing prefetched", service)
    return f"{found}; {len(session.ehr.fhir_calls())} FHIR request(s)"


@row("PREF-16")
def resources_without_id(session):
    service, body = request(session)
    patient = next(
        (v for v in body["prefetch"].values() if isinstance(v, dict) and v.get("resourceType") == "Patient"), None
    )
    if patient is None:
        raise Skipped("no Patient among the prefetch")
    patient.pop("id", None)
    expect_status(session.call(body, service), 200, "a Patient without id")
    try:
        return session.same(body, "a Patient without id", service)
    except Skipped:
        return "a Patient without id: 200"
