#!/usr/bin/env python3
"""Writes vignettes as CDS Hooks requests, as an EHR would send them.

    python3 conformance/vignettes/build.py v01           # one request on standard output
    python3 conformance/vignettes/build.py --out DIR     # all of them, one file each

The clinical facts of each vignette are in cases.json, harder.json and charts.json beside this script. Times are days before today,
so that the requests are never out of date. Codes are written "system:code" (systems below); their displays come from
the value sets in rules/valuesets, and a code that no value set holds as verified is refused unless the vignette gives
the display itself ("icd10cm:M54.5|Low back pain"), so that no code is made up. Whatever is no code is text.

What the members of a vignette mean:

  patient      age (years) or born (days ago), sex, weight ("80 kg", days ago; or a list of such pairs)
  conditions   a concept, or {is, clinical, verification, onset, ended, recorded, severity, stage, note, with}
  baseline     true: IgA, creatinine and eGFR of a healthy adult, taken last week
  labs         {is, value | text | coded, unit, low, high, interpretation, status, days, note, with}
  allergies    {is, reactions, severity, criticality, clinical, verification, type, note}
  treatments   {as, is, status, reason, outcome, note, from, to, intent, dose, with}
  order        {is, reason, dose, route, note, with}; reason null: none; a reason {ref: n} names condition n
  drafts       more orders, of the same form
  raw          {prefetch key: [resource, ...]} as they are
  absent       prefetch keys that did not come

In raw and with, %P stands for the patient's id, %D10 for ten days ago and %F3 for three days from now.
"""

import argparse
import datetime
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
VALUE_SETS = HERE.parent.parent / "rules" / "valuesets"
FILES = ("cases.json", "harder.json", "charts.json")
PREFETCH = ("patient", "conditions", "observations", "allergies", "medications", "medicationStatements", "procedures")
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"
SYSTEMS = {
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "icd9": "http://hl7.org/fhir/sid/icd-9-cm",
    "sct": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "loinc": "http://loinc.org",
    "atc": "http://www.whocc.no/atc",
    "hcpcs": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "cpt": "http://www.ama-assn.org/go/cpt",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "ndc": "http://hl7.org/fhir/sid/ndc",
    "pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
    "route": HL7 + "v3-RouteOfAdministration",
    "edqm": "http://standardterms.edqm.eu",
    "local": "urn:oid:1.2.36.1.2001.1005.17",
}
# How measured drugs are written in a dose, and their UCUM codes.
DOSE_UNITS = {
    "g/kg": "g/kg", "mg/kg": "mg/kg", "g": "g", "mg": "mg", "mL": "mL", "mL/kg": "mL/kg", "g/kg/day": "g/kg/d",
    "mg/kg/day": "mg/kg/d", "ug": "ug", "mL/h": "mL/h", "g/day": "g/d",
}
LAB_UNITS = {"umol/L": "umol/L", "mL/min/1.73m2": "mL/min/{1.73_m2}", "titer": "{titer}", "%": "%", "U/L": "U/L"}
KIND_OF_TREATMENT = {"MedicationRequest": "medications", "MedicationStatement": "medicationStatements",
                     "MedicationAdministration": "medicationStatements", "Procedure": "procedures",
                     "ServiceRequest": "procedures"}
CODED = re.compile(r"^(%s):([^|]+)(?:\|(.*))?$" % "|".join(SYSTEMS))


class BadCase(Exception):
    """A vignette that cannot be written out: says where and why."""


def value_set_displays(folder=VALUE_SETS):
    """(system, code) -> display, of the verified codes of all value sets. NDC and prefix entries included."""
    displays = {}
    for path in sorted(folder.glob("*.json")):
        for include in json.loads(path.read_text(encoding="utf-8")).get("compose", {}).get("include", []):
            for entry in include.get("concept", []):
                marks = {e.get("url", "").rsplit(":", 1)[-1]: e for e in entry.get("extension", [])}
                if marks.get("code-verification", {}).get("valueCode") == "verified":
                    displays.setdefault((include["system"], entry["code"]), entry.get("display", ""))
            for entry in include.get("filter", []):
                displays.setdefault((include["system"], entry["value"]), "")
    return displays


class Writer:
    """Writes one vignette. `today` is the day on which the order is signed."""

    def __init__(self, case, displays, today):
        self.case, self.displays, self.today = case, displays, today
        self.patient_id = "pt-" + case["id"]

    def day(self, ago):
        return (self.today - datetime.timedelta(days=ago)).isoformat()

    # Elements

    def coding(self, spec):
        name, code, display = CODED.match(spec).groups()
        system = SYSTEMS[name]
        if display is None:
            display = self.displays.get((system, code))
            prefixes = (code[:n] for n in range(3, len(code)))
            if display is None and not any((system, p) in self.displays for p in prefixes):
                raise BadCase(f"{self.case['id']}: {spec}: no value set holds this code as verified")
        coding = {"system": system, "code": code}
        if display:
            coding["display"] = display
        return coding

    def concept(self, spec):
        parts = [spec] if isinstance(spec, str) else spec
        codings = [self.coding(part) for part in parts if CODED.match(part)]
        text = [part for part in parts if not CODED.match(part)]
        concept = {"coding": codings} if codings else {}
        if text:
            concept["text"] = text[0]
        return concept

    def quantity(self, words, units):
        value, unit = words.split(" ", 1)
        comparator = re.match(r"[<>]=?", value)
        quantity = {"value": number(value[comparator.end():] if comparator else value)}
        if comparator:
            quantity["comparator"] = comparator.group()
        quantity["unit"] = unit
        code = units.get(unit, unit)
        if code:
            quantity.update(system=UCUM, code=code)
        return quantity

    def status(self, name, code):
        return {"coding": [{"system": HL7 + name, "code": code}]}

    def subject(self):
        return {"reference": "Patient/" + self.patient_id}

    # Resources

    def patient(self):
        spec = self.case["patient"]
        born = self.day(spec["born"]) if "born" in spec else self.birthday(spec.get("age"))
        patient = {
            "resourceType": "Patient", "id": self.patient_id,
            "meta": {"security": [{"system": HL7 + "v3-ActReason", "code": "HTEST"}]},
            "active": True, "name": [{"family": "Testcase", "given": [self.case["id"]]}],
            "gender": spec.get("sex", "unknown"),
        }
        if born:
            patient["birthDate"] = born
        return patient

    def birthday(self, age):
        """Half a year past the birthday, so that the age holds whatever the day."""
        if age is None:
            return None
        return (self.today - datetime.timedelta(days=int(age * 365.25) + 180)).isoformat()

    def condition(self, spec, number_of):
        if not isinstance(spec, dict):
            spec = {"is": spec}
        resource = {"resourceType": "Condition", "id": f"{self.case['id']}-c{number_of}"}
        clinical = spec.get("clinical", "active")
        if spec.get("verification") == "entered-in-error":
            clinical = spec.get("clinical")  # con-5: no clinical status beside entered-in-error
        if clinical:
            resource["clinicalStatus"] = self.status("condition-clinical", clinical)
        if spec.get("verification", "confirmed"):
            resource["verificationStatus"] = self.status("condition-ver-status", spec.get("verification", "confirmed"))
        resource["category"] = [self.status("condition-category", spec.get("category", "problem-list-item"))]
        if "severity" in spec:
            resource["severity"] = self.concept(spec["severity"])
        resource["code"] = self.concept(spec["is"])
        resource["subject"] = self.subject()
        for key, member in (("onset", "onsetDateTime"), ("ended", "abatementDateTime"), ("recorded", "recordedDate")):
            if key in spec:
                resource[member] = self.day(spec[key])
        if "stage" in spec:
            resource["stage"] = [{"summary": self.concept(spec["stage"])}]
        self.add_notes(resource, spec)
        return merged(resource, spec.get("with"))

    def add_notes(self, resource, spec):
        notes = spec.get("note")
        if notes:
            resource["note"] = [{"text": text} for text in ([notes] if isinstance(notes, str) else notes)]

    def observation(self, spec, name):
        resource = {
            "resourceType": "Observation", "id": f"{self.case['id']}-{name}", "status": spec.get("status", "final"),
            "category": [self.status("observation-category", spec.get("category", "laboratory"))],
            "code": self.concept(spec["is"]), "subject": self.subject(),
            "effectiveDateTime": self.day(spec.get("days", 7)),
        }
        if "value" in spec:
            resource["valueQuantity"] = self.quantity(f"{spec['value']} {spec['unit']}", LAB_UNITS)
        if "text" in spec:
            resource["valueString"] = spec["text"]
        if "coded" in spec:
            resource["valueCodeableConcept"] = self.concept(spec["coded"])
        if "interpretation" in spec:
            resource["interpretation"] = [self.status("v3-ObservationInterpretation", spec["interpretation"])]
        limits = {side: self.quantity(f"{spec[side]} {spec['unit']}", LAB_UNITS) for side in ("low", "high")
                  if side in spec}
        if limits:
            resource["referenceRange"] = [limits]
        self.add_notes(resource, spec)
        return merged(resource, spec.get("with"))

    def weights(self):
        weight = self.case["patient"].get("weight")
        if weight is None:
            return []
        pairs = weight if isinstance(weight[0], list) else [weight]
        units = {"lb": "[lb_av]"}
        written = []
        for i, (words, days) in enumerate(pairs):
            resource = self.observation({"is": ["loinc:29463-7", "Weight"], "category": "vital-signs", "days": days},
                                        f"w{i + 1}")
            resource["valueQuantity"] = self.quantity(words, units)
            written.append(resource)
        return written

    def labs(self):
        labs = list(self.case.get("labs", []))
        if self.case.get("baseline"):
            labs += [
                {"is": ["loinc:2458-8", "Immunoglobulin A"], "value": 145, "unit": "mg/dL", "low": 70, "high": 400},
                {"is": ["loinc:2160-0", "Creatinine"], "value": 0.8, "unit": "mg/dL", "low": 0.5, "high": 1.1},
                {"is": ["loinc:98979-8", "eGFR (CKD-EPI 2021)"], "value": 98, "unit": "mL/min/1.73m2"},
            ]
        return [self.observation(spec, f"l{i + 1}") for i, spec in enumerate(labs)]

    def allergy(self, spec, number_of):
        resource = {"resourceType": "AllergyIntolerance", "id": f"{self.case['id']}-a{number_of}"}
        if spec.get("clinical", "active"):
            resource["clinicalStatus"] = self.status("allergyintolerance-clinical", spec.get("clinical", "active"))
        resource["verificationStatus"] = self.status("allergyintolerance-verification",
                                                     spec.get("verification", "confirmed"))
        for member in ("type", "criticality"):
            if member in spec:
                resource[member] = spec[member]
        resource["code"] = self.concept(spec["is"])
        resource["patient"] = self.subject()
        if spec.get("reactions") or "severity" in spec:
            reaction = {"manifestation": [self.concept(one) for one in spec.get("reactions", [])]}
            if "severity" in spec:
                reaction["severity"] = spec["severity"]
            resource["reaction"] = [reaction]
        self.add_notes(resource, spec)
        return merged(resource, spec.get("with"))

    def treatment(self, spec, number_of):
        kind = spec.get("as", "MedicationStatement")
        resource = {"resourceType": kind, "id": f"{self.case['id']}-t{number_of}", "status": spec["status"]}
        what = "code" if kind in ("Procedure", "ServiceRequest") else "medicationCodeableConcept"
        if kind in ("MedicationRequest", "ServiceRequest"):
            resource["intent"] = spec.get("intent", "order")
        resource[what] = self.concept(spec["is"])
        resource["subject"] = self.subject()
        start, end = spec.get("from"), spec.get("to")
        if kind in ("MedicationRequest", "ServiceRequest"):
            if start is not None:
                resource["authoredOn"] = self.day(start)
        elif start is not None or end is not None:
            stem = "performed" if kind == "Procedure" else "effective"
            if end is None and spec["status"] not in ("active", "in-progress", "on-hold"):
                resource[stem + "DateTime"] = self.day(start)
            else:
                period = {"start": self.day(start)} if start is not None else {}
                if end is not None:
                    period["end"] = self.day(end)
                resource[stem + "Period"] = period
        if "reason" in spec:
            concept = self.concept(spec["reason"])
            one = kind in ("MedicationRequest", "Procedure")
            resource["statusReason"] = concept if one else [concept]
        if "outcome" in spec:
            resource["outcome"] = self.concept(spec["outcome"])
        if "dose" in spec:
            resource["dosageInstruction" if kind == "MedicationRequest" else "dosage"] = [{"text": spec["dose"]}]
        self.add_notes(resource, spec)
        return merged(resource, spec.get("with"))

    def dosage(self, spec, route):
        """Text, dose ("0.4 g/kg" or "1-2 g/kg"), every ("1 d"), count, for ("5 d"), route."""
        if isinstance(spec, str):
            spec = {"text": spec}
        dosage = {}
        if "text" in spec:
            dosage["text"] = spec["text"]
        repeat = {}
        if "for" in spec:
            length, unit = spec["for"].split()
            repeat["boundsDuration"] = {"value": number(length), "unit": unit, "system": UCUM, "code": unit}
        if "count" in spec:
            repeat["count"] = spec["count"]
        if "every" in spec:
            length, unit = spec["every"].split()
            repeat.update(frequency=1, period=number(length), periodUnit=unit)
        if repeat:
            dosage["timing"] = {"repeat": repeat}
        if route:
            dosage["route"] = self.concept(route)
        if "dose" in spec:
            kind = {"coding": [{"system": HL7 + "dose-rate-type", "code": "ordered"}]}
            value, unit = spec["dose"].split(" ", 1)
            ends = value.split("-")
            amount = [self.quantity(f"{end} {unit}", DOSE_UNITS) for end in ends]
            dosage["doseAndRate"] = [{"type": kind, "doseRange": {"low": amount[0], "high": amount[1]}}
                                     if len(ends) == 2 else {"type": kind, "doseQuantity": amount[0]}]
        return merged(dosage, spec.get("with"))

    def order(self, spec, name):
        resource = {
            "resourceType": "MedicationRequest", "id": f"{self.case['id']}-{name}", "status": "draft",
            "intent": "order", "medicationCodeableConcept": self.concept(spec["is"]), "subject": self.subject(),
            "authoredOn": self.day(0), "requester": {"reference": "Practitioner/neuro-1"},
        }
        reasons = spec.get("reason") or []
        codes = [reason for reason in reasons if not isinstance(reason, dict)]
        links = [reason for reason in reasons if isinstance(reason, dict)]
        if codes:
            resource["reasonCode"] = [self.concept(code) for code in codes]
        if links:
            resource["reasonReference"] = [{"reference": f"Condition/{self.case['id']}-c{link['ref']}"}
                                           for link in links]
        dosages = spec.get("dose", [])
        route = spec.get("route", "sct:47625008" if name == "ivig" else None)
        resource["dosageInstruction"] = [self.dosage(one, route) for one in
                                         ([dosages] if isinstance(dosages, (str, dict)) else dosages)]
        if not resource["dosageInstruction"]:
            del resource["dosageInstruction"]
        self.add_notes(resource, spec)
        return merged(resource, spec.get("with"))

    # The request

    def prefetch(self):
        sets = {key: [] for key in PREFETCH}
        sets["conditions"] = [self.condition(c, i + 1) for i, c in enumerate(self.case.get("conditions", []))]
        sets["observations"] = self.weights() + self.labs()
        sets["allergies"] = [self.allergy(a, i + 1) for i, a in enumerate(self.case.get("allergies", []))]
        for i, spec in enumerate(self.case.get("treatments", [])):
            resource = self.treatment(spec, i + 1)
            sets[KIND_OF_TREATMENT[resource["resourceType"]]].append(resource)
        for key, resources in self.case.get("raw", {}).items():
            sets.setdefault(key, []).extend(resources)
        written = {key: bundle(resources) for key, resources in sets.items() if key != "patient"}
        written["patient"] = self.patient()
        for key in self.case.get("absent", []):
            written.pop(key)
        return written

    def filled(self, resource):
        text = json.dumps(resource).replace("%P", self.patient_id)
        return json.loads(re.sub(r"%([DF])(\d+)", lambda m: self.day(int(m[2]) * (1 if m[1] == "D" else -1)), text))

    def request(self):
        drafts = [self.order(self.case["order"], "ivig")]
        drafts += [self.order(spec, f"d{i + 1}") for i, spec in enumerate(self.case.get("drafts", []))]
        for resource in self.case.get("raw", {}).get("draftOrders", []):
            drafts.append(resource)
        prefetch = self.prefetch()
        prefetch.pop("draftOrders", None)
        return self.filled({
            "hook": "order-sign", "hookInstance": "00000000-0000-4000-8000-" + self.case["id"].encode().hex().zfill(12),
            "context": {"userId": "Practitioner/neuro-1", "patientId": self.patient_id,
                        "draftOrders": {"resourceType": "Bundle", "type": "collection",
                                        "entry": [{"resource": draft} for draft in drafts]}},
            "prefetch": prefetch,
        })


def number(words):
    return float(words) if "." in words else int(words)


def bundle(resources):
    return {"resourceType": "Bundle", "type": "searchset", "total": len(resources),
            "entry": [{"fullUrl": f"https://ehr.example.org/fhir/{r['resourceType']}/{r.get('id', 'x')}",
                       "resource": r, "search": {"mode": "match"}} for r in resources]}


def merged(resource, more):
    """`more` laid over `resource`; null takes a member away."""
    for key, value in (more or {}).items():
        if value is None:
            resource.pop(key, None)
        elif isinstance(value, dict) and isinstance(resource.get(key), dict):
            merged(resource[key], value)
        else:
            resource[key] = value
    return resource


def load_cases(folder=HERE):
    cases = []
    for name in FILES:
        path = folder / name
        if path.exists():
            cases += json.loads(path.read_text(encoding="utf-8"))["cases"]
    ids = [case["id"] for case in cases]
    twice = {i for i in ids if ids.count(i) > 1}
    if twice:
        raise BadCase(f"used twice: {', '.join(sorted(twice))}")
    return cases


def write_request(case, displays, today):
    return Writer(case, displays, today).request()


def main():
    parser = argparse.ArgumentParser(description="Writes vignettes as CDS Hooks requests.")
    parser.add_argument("--out", metavar="DIR", help="a file for each vignette in this folder")
    parser.add_argument("ids", nargs="*", help="only these vignettes")
    options = parser.parse_args()
    try:
        displays, today = value_set_displays(), datetime.datetime.now(datetime.timezone.utc).date()
        for case in load_cases():
            if options.ids and case["id"] not in options.ids:
                continue
            text = json.dumps(write_request(case, displays, today), indent=1, ensure_ascii=False)
            if options.out:
                folder = pathlib.Path(options.out)
                folder.mkdir(parents=True, exist_ok=True)
                (folder / f"{case['id']}.json").write_text(text + "\n", encoding="utf-8")
            else:
                print(text)
    except (BadCase, KeyError, ValueError) as error:
        print(f"build.py: {error!r}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
