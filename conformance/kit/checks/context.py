"""2.8 Reading rules for the context."""

import copy
import json

from ..requests import bundle_of, without_uuids
from . import Skipped, expect, expect_status, row

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ANOTHER_DRUG = {"system": RXNORM, "code": "161", "display": "acetaminophen"}
ALIASES = {
    RXNORM: "urn:oid:2.16.840.1.113883.6.88",
    "http://hl7.org/fhir/sid/ndc": "urn:oid:2.16.840.1.113883.6.69",
    "http://hl7.org/fhir/sid/icd-10-cm": "urn:oid:2.16.840.1.113883.6.90",
    "http://snomed.info/sct": "urn:oid:2.16.840.1.113883.6.96",
}


def orders(body):
    return [entry["resource"] for entry in bundle_of(body)["entry"] if isinstance(entry.get("resource"), dict)]


def changed(session, what, change, essence=False):
    """Every draft order changed by `change(order, entry, body)`: the same cards."""
    service = session.ordering()
    session.usual_cards(service)
    body = session.request(service)
    for entry in bundle_of(body)["entry"]:
        change(entry["resource"], entry, body)
    return session.same(body, what, service, essence)


def silent(session, what, change):
    service = session.ordering()
    session.usual_cards(service)
    body = session.request(service)
    for order in orders(body):
        change(order)
    cards = session.cards(body, service)
    expect(not cards, f"{what}: {len(cards)} card(s), {cards[0].get('summary') if cards else ''}")
    return f"{what}: no card"


@row("CTX-01")
def draft_orders(session):
    service = session.ordering()
    for value in (None, [], "x", {"resourceType": "Patient", "id": "x"}):
        body = session.request(service)
        body["context"]["draftOrders"] = value
        if value is None:
            del body["context"]["draftOrders"]
        expect_status(session.call(body, service), 400, f"draftOrders {type(value).__name__}")
    return "missing, array, string, Patient: 400"


@row("CTX-02")
def bundle_type(session):
    service = session.ordering()
    for value in (None, "collection", "searchset", "batch"):
        body = session.request(service)
        bundle_of(body).pop("type", None)
        if value:
            bundle_of(body)["type"] = value
        session.same(body, f"type {value}", service)
    return "without type, collection, searchset, batch: the same cards"


@row("CTX-03")
def no_full_url(session):
    return changed(session, "entries without fullUrl", lambda _o, entry, _b: entry.pop("fullUrl", None))


@row("CTX-04")
def no_entries(session):
    service = session.ordering()
    for entries in ([], None):
        body = session.request(service)
        body["context"]["draftOrders"] = {"resourceType": "Bundle", "type": "collection"}
        if entries is not None:
            body["context"]["draftOrders"]["entry"] = entries
        answer = expect_status(session.call(body, service), 200, "no orders")
        expect(answer.json() == {"cards": []}, f"answered {answer}")
    return '{"cards":[]}'


@row("CTX-05")
def other_orders(session):
    service = session.ordering()
    body = session.request(service)
    patient = {"reference": "Patient/" + body["context"]["patientId"]}
    bundle_of(body)["entry"] = [
        {"resource": {"resourceType": "KitInvention", "id": "1"}},
        {"resource": {"resourceType": "NutritionOrder", "id": "2"}},
        {
            "resource": {
                "resourceType": "MedicationRequest",
                "id": "3",
                "status": "draft",
                "intent": "order",
                "subject": patient,
                "medicationCodeableConcept": {"coding": [ANOTHER_DRUG]},
            }
        },
    ]
    cards = session.cards(body, service)
    return f"an invented type, a NutritionOrder, another drug: 200, {len(cards)} card(s)"


@row("CTX-06")
def status(session):
    changed(session, "status active", lambda order, _e, _b: order.update(status="active"))
    for value in ("entered-in-error", "cancelled", "stopped", "completed"):
        silent(session, f"status {value}", lambda order, value=value: order.update(status=value))
    return "active: the same cards; entered-in-error, cancelled, stopped, completed: none"


@row("CTX-07")
def not_orders(session):
    silent(session, "doNotPerform", lambda order: order.update(doNotPerform=True))
    silent(session, "reportedBoolean", lambda order: order.update(reportedBoolean=True))
    return "doNotPerform and reported: no card"


def drug(order):
    concept = order.get("medicationCodeableConcept")
    if not isinstance(concept, dict) or not concept.get("coding"):
        raise Skipped("the order names its drug in another way than medicationCodeableConcept")
    return concept


@row("CTX-08")
def drug_by_reference(session):
    said = []
    for form in ("#contained", "Type/id of an entry", "fullUrl", "prefetched"):
        service = session.ordering()
        session.usual_cards(service)
        body = session.request(service)
        for number, order in enumerate(orders(body)):
            if order.get("resourceType") != "MedicationRequest":
                continue
            medication = {"resourceType": "Medication", "id": f"kit-drug-{number}", "code": drug(order)}
            del order["medicationCodeableConcept"]
            urn = f"urn:uuid:8f1c7d52-5a0e-4d1c-9d0b-00000000000{number}"
            reference = {"#contained": f"#{medication['id']}", "fullUrl": urn}.get(
                form, f"Medication/{medication['id']}"
            )
            order["medicationReference"] = {"reference": reference}
            if form == "#contained":
                order["contained"] = [medication]
            elif form == "prefetched":
                body.setdefault("prefetch", {})[f"kit-drug-{number}"] = medication
            else:
                bundle_of(body)["entry"].append({"fullUrl": urn, "resource": medication})
        session.same(body, f"drug as {form}", service, essence=True)
        said.append(form)
    return ", ".join(said) + ": the same cards"


@row("CTX-09")
def all_codings(session):
    def local_first(order, _entry, _body):
        drug(order)["coding"] = [
            {"system": "urn:oid:1.2.3.4", "code": "L1", "display": "local"},
            {"code": "no-system"},
            *drug(order)["coding"],
        ]

    def aliases(order, _entry, _body):
        for concept in [drug(order), *(order.get("reasonCode") or [])]:
            for coding in concept.get("coding") or []:
                coding["system"] = ALIASES.get(coding.get("system"), coding.get("system"))

    changed(session, "a local coding first", local_first, essence=True)
    changed(session, "systems as OIDs", aliases, essence=True)
    return "local codings first, and systems as OIDs: the same cards"


@row("CTX-10")
def codes_outrank_words(session):
    def another(order):
        drug(order)["coding"] = [ANOTHER_DRUG]

    return silent(session, "the usual text with the code of acetaminophen", another)


@row("CTX-11")
def ordered_dose(session):
    def typed(order, _entry, _body):
        for dosage in order.get("dosageInstruction") or []:
            doses = dosage.get("doseAndRate")
            if not doses or "doseQuantity" not in doses[0]:
                raise Skipped("the order has no doseAndRate with a doseQuantity")
            system = "http://epic.com/CodeSystem/dose-rate-type"

            def entry(code, quantity):
                return {"type": {"coding": [{"system": system, "code": code}]}, "doseQuantity": quantity}

            other = {"value": 12345, "unit": "mL", "system": "http://unitsofmeasure.org", "code": "mL"}
            dosage["doseAndRate"] = [
                entry("calculated", other),
                entry("admin-amount", other),
                entry("ordered", doses[0]["doseQuantity"]),
            ]

    return changed(session, "calculated and admin-amount beside ordered", typed)


@row("CTX-12")
def odd_units(session):
    service = session.ordering()
    for quantity in (
        {"value": 30, "unit": "gm"},
        {"value": 1, "unit": "pill", "code": "{pill}"},
        {"value": 1, "unit": "kit"},
        {"value": "30"},
        {"unit": "g"},
        {"value": 30},
    ):
        body = session.request(service)
        for order in orders(body):
            order["dosageInstruction"] = [{"doseAndRate": [{"doseQuantity": quantity}]}]
        expect_status(session.call(body, service), 200, f"dose {quantity}")
    return "gm, {pill}, an invented unit, a string, no value, no unit: 200"


@row("CTX-13")
def object_or_array(session):
    def turned(order, _entry, _body):
        for name in ("category", "reasonCode", "dosageInstruction"):
            if isinstance(order.get(name), list) and len(order[name]) == 1:
                order[name] = order[name][0]
        dosage = order.get("dosageInstruction")
        if isinstance(dosage, dict) and isinstance(dosage.get("doseAndRate"), list):
            dosage["doseAndRate"] = dosage["doseAndRate"][0]
        if isinstance(order.get("medicationCodeableConcept"), dict):
            concept = order["medicationCodeableConcept"]
            if len(concept.get("coding") or []) == 1:
                concept["coding"] = concept["coding"][0]

    return changed(session, "objects where arrays are due", turned)


@row("CTX-14")
def the_same_id_twice(session):
    service = session.ordering()
    body = session.request(service)
    again = copy.deepcopy(bundle_of(body)["entry"][0])
    again["resource"]["priority"] = "urgent"
    bundle_of(body)["entry"].append(again)
    answers = [session.call(body, service) for _ in range(3)]
    expect_status(answers[0], (200, 400), "one id twice")
    said = {json.dumps(without_uuids(session.cards_in(a))) if a.status == 200 else a.body for a in answers}
    expect(len(said) == 1, "three calls, several answers")
    return f"{answers[0].status}, three times the same"


def selecting(session):
    service = session.service(("order-select",))
    session.usual_cards(service)
    body = session.request(service)
    if not body["context"].get("selections"):
        raise Skipped("the order-select request selects nothing")
    return service, body


@row("CTX-15")
def selected_orders_only(session):
    service, body = selecting(session)
    usual = session.usual_cards(service)
    body["context"]["selections"] = []
    cards = session.cards(body, service)
    expect(not cards, f"nothing selected, {len(cards)} card(s)")
    body = session.request(service)
    body["context"]["selections"].append("MedicationRequest/kit-none-such")
    session.same(body, "an unmatched selection", service)
    everything = session.request(service)
    everything["context"]["selections"] = [f"{o.get('resourceType')}/{o.get('id')}" for o in orders(everything)]
    more = session.cards(everything, service)
    return f"selected: {len(usual)} card(s), all selected: {len(more)}, none selected: 0; unmatched selections ignored"


@row("CTX-16")
def absolute_selections(session):
    service, body = selecting(session)
    body["context"]["selections"] = ["https://ehr.example.org/fhir/" + s for s in body["context"]["selections"]]
    return session.same(body, "absolute selections", service)


@row("CTX-17")
def order_dispatch(session):
    service = session.service(("order-dispatch",))
    old, new = session.request(service), session.request(service)
    order = old["context"]["order"]
    old["context"].pop("dispatchedOrders", None)
    new["context"].pop("order", None)
    new["context"]["dispatchedOrders"] = [order]
    hyphenated = copy.deepcopy(new)
    hyphenated["context"]["dispatched-orders"] = hyphenated["context"].pop("dispatchedOrders")
    first = session.cards(old, service)
    for body in (new, hyphenated):
        session.equal(first, session.cards(body, service), "another spelling")
    return "three spellings, the same cards"


@row("CTX-19")
def missing_elements(session):
    said = []
    for name in ("authoredOn", "requester", "encounter", "intent", "priority"):
        changed(session, f"without {name}", lambda order, _e, _b, name=name: order.pop(name, None))
        said.append(name)

    def absent(order, _entry, _body):
        order["requester"] = {
            "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
        }

    changed(session, "a requester that is only a data-absent-reason", absent)
    return f"without {', '.join(said)}, and with a data-absent-reason: the same cards"
