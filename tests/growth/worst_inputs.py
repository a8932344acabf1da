#!/usr/bin/env python3
"""The dearest requests that could be thought of, at a size of choice, and what `ivig-cds check` takes for each.

    python3 tests/growth/worst_inputs.py                      # 4 MB of each kind: seconds, and seconds for a MB
    python3 tests/growth/worst_inputs.py --megabytes 16 notes codings
    python3 tests/growth/worst_inputs.py --write DIR          # only writes them, for a load generator

The exit status is 1 where no IVIG order was decided, so that nothing was measured. Times are for a person to look at. What must not grow is held by tests/growth (steps, not seconds).
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BINARY = HERE.parent.parent / "build" / "release" / "ivig-cds"

SENTENCES = (
    "No evidence of GBS or CIDP, possible MG, history of stroke; anti-MAG antibody positive. "
    "Family history of lupus. Prednisone failed, rituximab not tolerated, no response to plasma exchange. "
    "Rule out dermatomyositis, not only polyneuropathy but CIDP relapse, IgA deficiency excluded. "
)
WORDS = "no possible GBS CIDP MG, not only history of prednisone failed stroke, ruled out or IgA deficiency positive "
PATIENT = {"reference": "Patient/p1"}


def order(number, **more):
    found = {
        "resourceType": "MedicationRequest", "id": f"o{number}", "status": "draft", "intent": "order",
        "subject": PATIENT, "medicationCodeableConcept": {"text": "Privigen 10% IVIG"},
        "reasonCode": [{"text": "CIDP"}],
        "dosageInstruction": [{"text": "0.4 g/kg daily for 5 days"}],
    }
    found.update(more)
    return found


def request(chart=(), orders=None, **more):
    body = {
        "hook": "order-sign", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/x", "patientId": "p1", "draftOrders": {
            "resourceType": "Bundle", "type": "collection",
            "entry": [{"resource": one} for one in (orders or [order(1)])]}},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1960-02-03"},
            "chart": {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in chart]}},
    }
    body.update(more)
    return body


def condition(number, **more):
    return {"resourceType": "Condition", "id": f"c{number}", "subject": PATIENT, "code": {"text": "CIDP"}, **more}


def coding(number):
    return {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": f"G{number}", "display": f"name {number}"}


def nested(depth):
    """Members of an element with so many extensions, each inside the last: two levels of JSON each."""
    found = [{"url": "y", "valueString": "z"}]
    for _ in range(depth - 1):
        found = [{"url": "x", "extension": found}]
    return {"extension": found}


def questions(count, depth=20):
    item = {"linkId": "iga-deficiency", "answer": [{"valueBoolean": True}]}
    for level in range(depth):
        item = {"linkId": f"l{level}", "item": [item]}
    wide = [{"linkId": f"q{i}", "answer": [{"valueBoolean": True}]} for i in range(count)]
    return {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "subject": PATIENT,
            "item": wide + [item]}


def text(repeated, size):
    return (repeated * (size // len(repeated) + 1))[:size]


# Kind -> what refuses it before anything is decided.
REFUSED = {"orders": "limits.orders", "orders_without_id": "limits.orders", "other_orders": "limits.orders",
           "long_patient_id": "context.patientId"}

# Kind -> a request that is about that many bytes long.
KINDS = {}


def kind(build):
    KINDS[build.__name__] = build
    return build


@kind
def notes(size):
    return request([condition(1, note=[{"text": text(SENTENCES, size)}])])


@kind
def dense_note(size):
    return request([condition(1, note=[{"text": text(WORDS, size)}])])


@kind
def note_of_one_word(size):
    return request([condition(1, note=[{"text": text("a", size)}])])


@kind
def note_of_commas(size):
    return request([condition(1, code={"text": "CIDP, prednisone failed"}, note=[{"text": text("prednisone, ", size)}])])


@kind
def note_of_questions(size):
    return request([condition(1, note=[{"text": text("?", size)}])])


@kind
def many_notes(size):
    return request([condition(1, note=[{"text": f"note {i}"} for i in range(size // 22)])])


@kind
def conditions_with_notes(size):
    return request([condition(i, note=[{"text": text(WORDS, 100)}]) for i in range(size // 230)])


@kind
def conditions_ambiguous(size):
    return request([condition(i, code={"text": "GBS, day 5"}) for i in range(size // 115)],
                   [order(1, reasonCode=[{"text": "Guillain-Barre syndrome"}])])


@kind
def observations(size):
    return request([{"resourceType": "Observation", "id": f"v{i}", "status": "final", "subject": PATIENT,
                     "code": {"text": "IgA"}, "valueQuantity": {"value": i % 9 + 1, "unit": "mg/dL"}}
                    for i in range(size // 160)])


@kind
def components(size):
    return request([{"resourceType": "Observation", "id": "v" * 5000, "status": "final", "subject": PATIENT,
                     "component": [{"code": {"text": "IgA"}, "valueString": "positive"} for _ in range(size // 60)]}])


@kind
def observation_text(size):
    return request([{"resourceType": "Observation", "id": "v", "status": "final", "subject": PATIENT,
                     "code": {"text": "immunofixation"}, "valueString": text(" no IgG kappa, IgM lambda", size)}])


@kind
def allergies(size):
    return request([{"resourceType": "AllergyIntolerance", "id": f"a{i}", "patient": PATIENT,
                     "code": {"text": "immune globulin"}, "criticality": "high",
                     "reaction": [{"manifestation": [{"text": "anaphylaxis"}], "severity": "severe"}]}
                    for i in range(size // 230)])


@kind
def reactions(size):
    return request([{"resourceType": "AllergyIntolerance", "id": "a", "patient": PATIENT,
                     "code": {"text": "immune globulin"},
                     "reaction": [{"manifestation": [{"text": f"anaphylaxis {i}"}], "substance": {"text": f"IVIG {i}"}}
                                  for i in range(size // 80)]}])


@kind
def treatments(size):
    return request([{"resourceType": "MedicationStatement", "id": f"t{i}", "status": "completed", "subject": PATIENT,
                     "medicationCodeableConcept": {"text": "prednisone"}, "note": [{"text": "failed"}],
                     "effectiveDateTime": "2026-01-02"} for i in range(size // 230)])


@kind
def active_orders(size):
    return request([order(i, id=f"t{i}", status="active", authoredOn=f"20{i % 90 + 10}-01-01",
                          dosageInstruction=[{"text": "25 g once", "timing": {"event": [f"20{i % 90 + 10}-01-{i % 28 + 1:02}"]}}])
                    for i in range(size // 330)])


@kind
def codings_on_the_drug(size):
    return request(orders=[order(1, medicationCodeableConcept={
        "text": "Privigen 10% IVIG", "coding": [
            {"system": "urn:drugs", "code": f"P{i}", "display": f"Privigen {i} g"} for i in range(size // 65)]})])


@kind
def codings_on_a_condition(size):
    return request([condition(1, code={"coding": [coding(i) for i in range(size // 85)]})])


@kind
def identifiers(size):
    ids = [{"system": "urn:s", "value": str(i)} for i in range(size // 80)]
    return request(orders=[order(1, identifier=ids), order(2, identifier=[{**one, "value": "x" + one["value"]} for one in ids])])


@kind
def orders(size):
    return request(orders=[order(i) for i in range(size // 320)])


@kind
def orders_without_id(size):
    found = [order(i) for i in range(size // 320)]
    for one in found:
        del one["id"]
    return request(orders=found)


@kind
def hundred_orders_and_a_chart(size):
    return request([condition(i, note=[{"text": text(WORDS, 100)}]) for i in range(size // 230)],
                   [order(i) for i in range(100)])


@kind
def hundred_orders_and_notes(size):
    return request([condition(i, code={"text": "GBS, day 5"}, note=[{"text": text(SENTENCES, size // 100)}])
                    for i in range(100)],
                   [order(i, reasonCode=[{"text": "Guillain-Barre syndrome"}],
                          reasonReference=[{"reference": f"Condition/c{j}"} for j in range(100)]) for i in range(100)])


@kind
def other_orders(size):
    return request(orders=[order(i, medicationCodeableConcept={"text": "aspirin"}) for i in range(size // 320)] + [order(0)])


@kind
def dosages(size):
    return request(orders=[order(1, dosageInstruction=[
        {"text": f"{i + 1} g daily for 5 days"} for i in range(size // 42)])])


@kind
def structured_dosages(size):
    return request(orders=[order(1, dosageInstruction=[
        {"doseAndRate": [{"doseQuantity": {"value": i + 1, "unit": "g"}}], "timing": {"repeat": {"count": 3, "period": i + 1, "periodUnit": "wk"}}}
        for i in range(size // 140)])])


@kind
def doses_and_rates(size):
    return request(orders=[order(1, dosageInstruction=[{"doseAndRate": [
        {"doseQuantity": {"value": i + 1, "unit": "g"}} for i in range(size // 50)]}])])


@kind
def events(size):
    return request(orders=[order(1, dosageInstruction=[{"text": "25 g", "timing": {"event": [
        f"{2000 + i % 5000:04}-01-{i % 28 + 1:02}" for i in range(size // 14)]}}])])


@kind
def dose_text(size):
    return request(orders=[order(1, dosageInstruction=[{"text": text("0.4 g/kg daily for 5 days. ", size)}])])


@kind
def schedule_code(size):
    return request(orders=[order(1, dosageInstruction=[{
        "doseAndRate": [{"doseQuantity": {"value": 25, "unit": "g"}}],
        "timing": {"code": {"text": text("every day 1 and 2 for ", size)}}}])])


@kind
def answers(size):
    return request([questions(size // 60)])


@kind
def responses(size):
    return request([questions(3, 2) for _ in range(size // 330)])


@kind
def contained(size):
    found = [{"resourceType": "Condition", "id": f"k{i}", "code": {"text": "CIDP"}} for i in range(size // 75)]
    return request(orders=[order(1, contained=found, reasonReference=[{"reference": f"#k{i}"} for i in range(100)],
                                 reasonCode=[])])


@kind
def ingredients(size):
    return request(orders=[order(1, medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[
        {"resourceType": "Medication", "id": "m",
         "ingredient": [{"itemReference": {"reference": f"#i{i}"}} for i in range(size // 50)]}])])


@kind
def reasons(size):
    return request([condition(1, note=[{"text": text(WORDS, 2000)}])], [order(1, reasonReference=[
        {"reference": "Condition/c1", "display": f"r{i}"} for i in range(size // 55)])])


@kind
def references(size):
    return request([{"resourceType": "MedicationRequest", "id": f"t{i}", "status": "active", "subject": PATIENT,
                     "medicationReference": {"reference": f"Medication/m{i}"}} for i in range(size // 160)],
                   fhirServer="https://h/fhir")


@kind
def nested_bundles(size):
    inner = [condition(i) for i in range(size // 115)]
    for _ in range(14):
        inner = [{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in inner]}]
    return request(inner)


@kind
def extensions(size):
    return request([condition(i, **nested(25)) for i in range(size // 680)])


@kind
def members(size):
    return request([condition(1, **{f"m{i}": 1 for i in range(size // 12)})])


@kind
def prefetch_keys(size):
    body = request()
    body["prefetch"].update({f"k{i}": {"resourceType": "Condition", "id": f"c{i}", "subject": PATIENT} for i in range(size // 85)})
    return body


@kind
def urls(size):
    return request(orders=[order(1, medicationCodeableConcept={"text": text("www.", size)})])


@kind
def long_ids(size):
    return request([condition(i, id="c" * 10000, note=[{"text": text(WORDS, 200)}]) for i in range(size // 10300)],
                   [order(i, id=str(i) + "o" * 10000) for i in range(20)])


@kind
def long_patient_id(size):
    name = "p" * (size // 2)
    body = request([condition(i, subject={"reference": "Patient/p1"}) for i in range(size // 230)])
    body["context"]["patientId"] = name
    return body


@kind
def selections(size):
    body = request(orders=[order(i) for i in range(100)])
    body["hook"] = "order-select"
    body["context"]["selections"] = ["MedicationRequest/o1"] + [f"https://h/MedicationRequest/x{i}" for i in range(size // 40)]
    return body


@kind
def order_notes(size):
    return request(orders=[order(1, note=[{"text": text("Goal: wean prednisone. ", size)}])])


@kind
def reason_text(size):
    return request(orders=[order(1, reasonCode=[{"text": text(SENTENCES, size)}])])


@kind
def same_substrings(size):
    return request([condition(1, code={"coding": [{"display": text("a", 3000) + str(i)} for i in range(size // 3030)]})])


def request_text(name, size):
    """At most `size` bytes, of which the builders know only about how many they make."""
    text = json.dumps(KINDS[name](size), separators=(",", ":"))
    if len(text) > size:
        text = json.dumps(KINDS[name](size * size // len(text) * 99 // 100), separators=(",", ":"))
    return text


def measured(name, status, length, error):
    """Whether an IVIG order was decided, or refused for the reason that the kind is there to show."""
    if name in REFUSED:
        return REFUSED[name] in error
    return status == 0 and ("skipped:" not in error or length > len('{"cards":[]}\n'))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", default=[], help="default: all")
    parser.add_argument("--megabytes", type=float, default=4)
    parser.add_argument("--binary", default=str(BINARY))
    parser.add_argument("--write", metavar="DIR")
    parser.add_argument("--format", default="cards")
    options = parser.parse_args()
    size = int(options.megabytes * 1_000_000)
    worst, skipped = 0.0, []
    with tempfile.TemporaryDirectory(prefix="worst-") as folder:
        folder = pathlib.Path(options.write or folder)
        folder.mkdir(parents=True, exist_ok=True)
        empty = folder / "nothing.json"
        empty.write_text(json.dumps(request(orders=[order(1, status="cancelled")])))
        if not options.write:
            subprocess.run([options.binary, "check", str(empty)], capture_output=True, check=False)
            base = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            print(f"start of the program: {base:.2f} s of processor time, left out below")
        for name in options.kinds or KINDS:
            path = folder / f"{name}.json"
            path.write_text(request_text(name, size))
            if options.write:
                continue
            megabytes = path.stat().st_size / 1e6
            start = time.monotonic()
            try:
                before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
                answer = subprocess.run([options.binary, "check", "--format", options.format, str(path)],
                                        capture_output=True, timeout=120, check=False)
                took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
                status, length, error = answer.returncode, len(answer.stdout), answer.stderr.decode()[:160].strip()
            except subprocess.TimeoutExpired:
                took, status, length, error = time.monotonic() - start, "-", 0, "more than 120 s"
            if not measured(name, status, length, error):
                skipped.append(name)
            worst = max(worst, (took - base) / megabytes)
            print(f"{name:28} {megabytes:6.1f} MB  {max(took - base, 0):7.2f} s  {max(took - base, 0) / megabytes:6.3f} s/MB"
                  f"  answer {length:9}  exit {status}  {error.split('json: ')[-1]}", flush=True)
            path.unlink()
    if not options.write:
        print(f"worst: {worst:.3f} s/MB")
    if skipped:
        print("not measured, because no IVIG order was decided: " + ", ".join(skipped))
    return 1 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
