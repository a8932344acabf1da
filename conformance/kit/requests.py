"""Requests that the kit sends: the examples beside it or the caller's files, fitted to what a service asks for."""

import copy
import json
import re
import uuid
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from .ehr import patient_of

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
DRAFT_HOOKS = ("order-sign", "order-select")
BUNDLE_OF = {
    "order-sign": "draftOrders",
    "order-select": "draftOrders",
    "medication-prescribe": "medications",
    "order-review": "orders",
    "medication-refill": "medications",
}


class Examples:
    """What to send to each hook. A caller's file goes before the kit's own for the same hook."""

    def __init__(self, files=()):
        self.given = [json.loads(Path(file).read_text("utf-8")) for file in files]
        for file, body in zip(files, self.given):
            if not isinstance(body, dict) or not isinstance(body.get("context"), dict):
                raise ValueError(f"{file} is no CDS Hooks request (an object with context)")
        self.own = {"order-sign": read("order-sign-ibm"), "order-select": read("order-select-one-of-two")}
        self.more = [read(file.stem) for file in sorted(EXAMPLES.glob("order-*.json"))]

    def base(self, hook):
        """A request for the hook, and whether the caller gave it."""
        for body in self.given:
            if body.get("hook") == hook:
                return copy.deepcopy(body), True
        order = self.own["order-sign"]
        if hook in self.own:
            return copy.deepcopy(self.own[hook]), False
        context = {name: order["context"][name] for name in ("userId", "patientId", "encounterId")}
        if hook in BUNDLE_OF:
            context[BUNDLE_OF[hook]] = order["context"]["draftOrders"]
        if hook == "appointment-book":
            context["appointments"] = {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [
                    {
                        "resource": {
                            "resourceType": "Appointment",
                            "id": "kit-1",
                            "status": "proposed",
                            "participant": [
                                {"actor": {"reference": "Patient/" + context["patientId"]}, "status": "accepted"}
                            ],
                        }
                    }
                ],
            }
        if hook == "order-dispatch":
            context = {
                "patientId": context["patientId"],
                "order": "MedicationRequest/ivig-1",
                "dispatchedOrders": ["MedicationRequest/ivig-1"],
                "performer": "Organization/kit-1",
            }
        return (
            copy.deepcopy({"hook": hook, "hookInstance": "", "context": context, "prefetch": order["prefetch"]}),
            False,
        )

    def corpus(self, hook):
        """Every request known for the hook."""
        given = [copy.deepcopy(body) for body in self.given if body.get("hook") == hook]
        return given or [copy.deepcopy(body) for body in self.more if body.get("hook") == hook]


def read(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))


def fresh(body):
    body = copy.deepcopy(body)
    body["hookInstance"] = str(uuid.uuid4())
    return body


def chart_of(body):
    """The resources of a request's prefetch, once each."""
    found = {}
    for value in (body.get("prefetch") or {}).values():
        if not isinstance(value, dict):
            continue
        entries = value.get("entry", []) if value.get("resourceType") == "Bundle" else [{"resource": value}]
        for entry in entries:
            resource = entry.get("resource")
            if isinstance(resource, dict) and "resourceType" in resource:
                found[(resource["resourceType"], resource.get("id", len(found)))] = resource
    return list(found.values())


def fill_prefetch(templates, body, chart):
    """What an EHR would send for a service's templates, from a chart. None where there is nothing to send."""
    prefetch = {}
    for key, template in (templates or {}).items():
        query = re.sub(r"\{\{\s*([^}]*?)\s*\}\}", lambda token: resolve(token.group(1), body["context"]), str(template))
        prefetch[key] = run_query(query, chart)
    return prefetch


def resolve(token, context):
    if token.startswith("context."):
        value = context.get(token[len("context.") :], "")
        return value if isinstance(value, str) else ""
    user = re.fullmatch(r"user(Practitioner|PractitionerRole|Patient|RelatedPerson)Id", token)
    kind, _, identity = str(context.get("userId", "")).partition("/")
    return identity if user and kind == user.group(1) else ""


def run_query(query, chart):
    url = urlsplit(query)
    kind, _, identity = url.path.partition("/")
    if identity:
        return next((r for r in chart if r["resourceType"] == kind and r.get("id") == identity), None)
    asked = parse_qs(url.query)
    wanted = [value.rsplit("/", 1)[-1] for name in ("patient", "subject") for value in asked.get(name, [])]
    wanted += [part for value in asked.get("_id", []) for part in value.split(",")]
    found = [
        r
        for r in chart
        if r["resourceType"] == kind and (not wanted or patient_of(r) in wanted or r.get("id") in wanted)
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "entry": [{"resource": r, "search": {"mode": "match"}} for r in found],
    }
    return bundle


def empty_bundle():
    return {"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": []}


def outcome(severity="error", code="exception"):
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "diagnostics": "made up by the conformance kit"}],
    }


def as_stu3(order):
    """An R4 MedicationRequest in the shape of STU3."""
    order = copy.deepcopy(order)
    if "encounter" in order:
        order["context"] = order.pop("encounter")
    if "requester" in order:
        order["requester"] = {"agent": order["requester"]}
    flatten_dose(order)
    return order


def as_dstu2(order):
    """An R4 MedicationRequest as a DSTU2 MedicationOrder."""
    order = copy.deepcopy(order)
    order["resourceType"] = "MedicationOrder"
    for old, new in (("subject", "patient"), ("authoredOn", "dateWritten"), ("requester", "prescriber")):
        if old in order:
            order[new] = order.pop(old)
    for name in ("intent", "priority"):
        order.pop(name, None)
    if order.get("reasonCode"):
        order["reasonCodeableConcept"] = order.pop("reasonCode")[0]
    if order.get("reasonReference"):
        order["reasonReference"] = order["reasonReference"][0]
    flatten_dose(order)
    for dosage in order.get("dosageInstruction", []):
        dosage.pop("sequence", None)
        repeat = dosage.get("timing", {}).get("repeat", {})
        for old, new in (
            ("periodUnit", "periodUnits"),
            ("durationUnit", "durationUnits"),
            ("boundsDuration", "boundsQuantity"),
        ):
            if old in repeat:
                repeat[new] = repeat.pop(old)
    return order


def flatten_dose(order):
    for dosage in order.get("dosageInstruction", []):
        doses = dosage.pop("doseAndRate", None) or []
        if doses:
            dosage.update({name: value for name, value in doses[0].items() if name != "type"})


def bundle_of(body):
    """The Bundle of orders in a request's context, or None."""
    found = body["context"].get(BUNDLE_OF.get(body.get("hook"), "draftOrders"))
    return found if isinstance(found, dict) and isinstance(found.get("entry"), list) and found["entry"] else None


def scan(value, wrong, path="$"):
    """Every path below `value` for which `wrong(path, value)` holds."""
    found = [path] if wrong(path, value) else []
    if isinstance(value, dict):
        for name, inner in value.items():
            found += scan(inner, wrong, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += scan(inner, wrong, f"{path}[{index}]")
    return found


def has_no_value(_path, value):
    return value is None or value == "" or value == [] or value == {}


def without_uuids(cards):
    """Cards as they compare: equal input gives equal cards apart from uuids."""
    cards = copy.deepcopy(cards)
    for card in cards:
        card.pop("uuid", None)
        for suggestion in card.get("suggestions") or []:
            if isinstance(suggestion, dict):
                suggestion.pop("uuid", None)
    return cards
