#!/usr/bin/env python3
"""Writes a made-up year of a hospital group as a FHIR R4 Bulk Data export, or the same orders as CDS Hooks requests.

  bench/make_year.py --orders 100000 --out build/year            # export: one NDJSON file a resource type
  bench/make_year.py --orders 2000 --requests --out build/calls  # requests.ndjson: one order-sign call a line

Nobody in it exists: names, dates and numbers come from a seeded generator, so the same arguments write the same bytes.
The mix of reasons, doses, gaps and mistakes is meant to be plausible, not to be a statistic of anything.
"""
import argparse
import datetime
import json
import pathlib
import random

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"

# weight, ICD-10-CM, words, regimen: how the order is usually dosed. "" as code: only words are written down.
REASONS = [
    (22, "G61.81", "Chronic inflammatory demyelinating polyneuropathy", "maintenance"),
    (9, "G61.82", "Multifocal motor neuropathy", "maintenance"),
    (8, "G61.0", "Guillain-Barre syndrome", "course"),
    (9, "G70.01", "Myasthenia gravis with acute exacerbation", "course"),
    (5, "G70.00", "Myasthenia gravis without acute exacerbation", "maintenance"),
    (4, "M33.13", "Other dermatomyositis without myopathy", "monthly"),
    (3, "M33.20", "Polymyositis", "monthly"),
    (2, "G72.49", "Immune-mediated necrotizing myopathy", "monthly"),
    (3, "G72.41", "Inclusion body myositis [IBM]", "monthly"),
    (2, "G25.82", "Stiff-man syndrome", "monthly"),
    (1, "G70.80", "Lambert-Eaton syndrome", "course"),
    (4, "", "small fiber neuropathy", "monthly"),
    (3, "", "POTS, autonomic neuropathy", "monthly"),
    (3, "E11.42", "Type 2 diabetes mellitus with diabetic polyneuropathy", "course"),
    (2, "G14", "Postpolio syndrome", "course"),
    (2, "G35.A", "Relapsing-remitting multiple sclerosis", "monthly"),
    (2, "G04.81", "Autoimmune encephalitis", "course"),
    (2, "M35.06", "Sjögren syndrome with neuropathy", "monthly"),
    (2, "", "neurosarcoidosis", "monthly"),
    (2, "G62.9", "Polyneuropathy, unspecified", "course"),
    (6, "D80.1", "Nonfamilial hypogammaglobulinemia", "replacement"),
    (3, "D69.3", "Immune thrombocytopenic purpura", "course"),
]
# weight, RxNorm code or "", words
PRODUCTS = [
    (35, "1809520", "Privigen 10% 200 mL"),
    (25, "", "Gammagard Liquid 10% infusion"),
    (20, "", "Gamunex-C 10% solution"),
    (12, "", "Octagam 10%"),
    (8, "", "immune globulin (human) intravenous 10 %"),
]
OTHER_DRUGS = ["prednisone 20 mg tablet", "azathioprine 50 mg tablet", "metformin 500 mg tablet", "lisinopril 10 mg",
               "atorvastatin 40 mg", "amoxicillin 500 mg", "pyridostigmine 60 mg", "levothyroxine 50 mcg",
               "methotrexate 2.5 mg", "apixaban 5 mg", "gabapentin 300 mg", "mycophenolate mofetil 500 mg"]
OTHER_CONDITIONS = [("I10", "Essential (primary) hypertension"), ("E11.9", "Type 2 diabetes mellitus"),
                    ("E78.5", "Hyperlipidemia, unspecified"), ("J45.909", "Asthma"), ("M54.50", "Low back pain"),
                    ("N18.31", "Chronic kidney disease, stage 3a"), ("I48.91", "Unspecified atrial fibrillation"),
                    ("K21.9", "Gastro-esophageal reflux disease"), ("F32.9", "Depression"),
                    ("I26.99", "Other pulmonary embolism without acute cor pulmonale")]
FAMILY = ["Quillfeather", "Okonkwo-Bell", "Marchetti", "Lindqvist", "Abernathy", "Soto", "Nakamura", "Wojcik"]
GIVEN = ["Ada", "Bram", "Chidi", "Dora", "Emil", "Farah", "Gus", "Hana", "Ivo", "June"]


def coded(system, code, words):
    concept = {"text": words}
    if code:
        concept["coding"] = [{"system": system, "code": code, "display": words}]
    return concept


def pick(rng, weighted):
    return rng.choices(weighted, weights=[item[0] for item in weighted])[0]


class Year:
    def __init__(self, rng, year, emit):
        self.rng, self.emit = rng, emit
        self.first = datetime.date(year, 1, 1)
        self.orders = self.patients = self.serial = 0

    def identifier(self, prefix):
        self.serial += 1
        return f"{prefix}-{self.serial:08d}"

    def day(self, low=0, high=364):
        return self.first + datetime.timedelta(days=self.rng.randint(low, high))

    def resource(self, kind, prefix, **members):
        subject = members.pop("subject", None)
        body = {"resourceType": kind, "id": self.identifier(prefix),
                "meta": {"versionId": "1", "lastUpdated": f"{self.first.year + 1}-01-04T02:00:00Z"}}
        if subject:
            body["patient" if kind == "AllergyIntolerance" else "subject"] = {"reference": f"Patient/{subject}"}
        body.update(members)
        self.emit(kind, body)
        return body

    def patient(self):
        rng = self.rng
        self.patients += 1
        born = datetime.date(self.first.year - rng.randint(3, 92), rng.randint(1, 12), rng.randint(1, 28))
        return self.resource(
            "Patient", "p", active=True, gender=rng.choice(["female", "male"]), birthDate=born.isoformat(),
            name=[{"use": "official", "family": rng.choice(FAMILY), "given": [rng.choice(GIVEN)]}],
            identifier=[{"system": "urn:example:mrn", "value": f"MRN-{self.patients:07d}"}],
            address=[{"city": "Exampleton", "state": "XX", "country": "US"}])["id"]

    def condition(self, patient, code, words, day, status="active"):
        self.resource(
            "Condition", "c", subject=patient, code=coded(ICD, code, words), recordedDate=day.isoformat(),
            clinicalStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                                        "code": status}]},
            verificationStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                                            "code": "confirmed"}]},
            category=[{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-category",
                                   "code": "problem-list-item"}]}])

    def result(self, patient, code, words, value, unit, day):
        category = "vital-signs" if "ody" in words else "laboratory"
        self.resource(
            "Observation", "o", subject=patient, status="final", code=coded(LOINC, code, words),
            category=[{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                   "code": category}]}],
            effectiveDateTime=f"{day.isoformat()}T08:30:00Z", issued=f"{day.isoformat()}T11:02:00Z",
            valueQuantity={"value": value, "unit": unit, "system": UCUM, "code": unit})

    def record(self, patient, ivig):
        """What any chart holds. Returns the weight, or None where nobody wrote it down."""
        rng = self.rng
        for code, words in rng.sample(OTHER_CONDITIONS, rng.randint(0, 4)):
            self.condition(patient, code, words, self.day(-1500, 100), rng.choice(["active"] * 4 + ["resolved"]))
        weight = round(rng.gauss(78, 16), 1)
        weight = max(weight, 16.0)
        if rng.random() < (0.92 if ivig else 0.7):
            for _ in range(rng.randint(1, 3)):
                self.result(patient, "29463-7", "Body weight", weight, "kg", self.day(-200, 200))
            self.result(patient, "8302-2", "Body height", round(rng.gauss(169, 10)), "cm", self.day(-300, 100))
        for _ in range(rng.randint(1, 6)):
            day = self.day(-250, 300)
            self.result(patient, "2160-0", "Creatinine [Mass/volume] in Serum or Plasma",
                        round(max(0.4, rng.gauss(0.95, 0.3)), 2), "mg/dL", day)
            self.result(patient, "718-7", "Hemoglobin [Mass/volume] in Blood", round(rng.gauss(13.4, 1.4), 1), "g/dL",
                        day)
        if ivig and rng.random() < 0.6:
            self.result(patient, "2458-8", "IgA [Mass/volume] in Serum or Plasma",
                        3 if rng.random() < 0.01 else round(rng.gauss(190, 60)), "mg/dL", self.day(-300, 0))
        if rng.random() < 0.15:
            self.resource("AllergyIntolerance", "a", subject=patient,
                          code={"text": rng.choice(["penicillin", "sulfa drugs", "latex", "immune globulin"])},
                          criticality=rng.choice(["low", "high", "unable-to-assess"]),
                          reaction=[{"manifestation": [{"text": rng.choice(["rash", "headache", "anaphylaxis"])}]}])
        for words in rng.sample(OTHER_DRUGS, rng.randint(1, 5)):
            self.medication(patient, coded(RXNORM, "", words), self.day(-400, 330), status="active",
                            dosageInstruction=[{"text": "as directed"}])
        return weight

    def medication(self, patient, drug, day, **more):
        concept = {"medicationReference": drug} if "reference" in drug else {"medicationCodeableConcept": drug}
        return self.resource("MedicationRequest", "m", subject=patient, intent="order", **concept,
                             authoredOn=f"{day.isoformat()}T09:15:00Z",
                             requester={"reference": f"Practitioner/dr-{self.rng.randint(1, 40)}"}, **more)

    def dosage(self, regimen, weight, repeats):
        rng = self.rng
        per_kg, days, weeks = {"course": (0.4, 5, 0), "maintenance": (1.0, 1, 3), "monthly": (0.5, 4, 4),
                               "replacement": (0.5, 1, 4)}[regimen]
        if regimen == "maintenance" and not repeats:
            per_kg, days = 0.4, 5  # the first course
        slip = rng.random()
        if slip < 0.01:
            per_kg *= 10  # a decimal point lost
        elif slip < 0.05:
            per_kg *= 1.5
        elif slip < 0.10:
            per_kg = round(per_kg * 0.6, 2)
        if slip > 0.97:
            return [{"text": "per protocol"}]
        unit, value = ("g/kg", per_kg) if rng.random() < 0.7 else ("g", round(per_kg * weight / 5) * 5 or 5)
        timing = {"frequency": 1, "period": 1, "periodUnit": "d", "count": days,
                  "boundsDuration": {"value": days, "unit": "days", "system": UCUM, "code": "d"}}
        words = f"{value} {unit} IV once daily for {days} day{'s' if days > 1 else ''}"
        if days == 1:
            timing = {"frequency": 1, "period": weeks or 4, "periodUnit": "wk"}
            words = f"{value} {unit} IV every {weeks or 4} weeks"
        instruction = {"text": words, "timing": {"repeat": timing},
                       "doseAndRate": [{"doseQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit}}]}
        if rng.random() < 0.9:
            instruction["route"] = {"coding": [{"system": SNOMED, "code": "47625008", "display": "Intravenous route"}]}
        return [instruction]

    def treated_patient(self, most):
        rng = self.rng
        patient = self.patient()
        weight = self.record(patient, True)
        _, code, words, regimen = pick(rng, REASONS)
        listed = rng.random()
        if listed < 0.85:
            self.condition(patient, code, words, self.day(-1200, 20))
        repeated = regimen in ("maintenance", "monthly", "replacement")
        count = min(most, rng.randint(4, 16) if repeated else rng.choice([1, 1, 1, 2]))
        day = self.day(0, 60 if count > 4 else 330)
        _, product, name, = pick(rng, PRODUCTS)
        for number in range(count):
            if day.year > self.first.year:
                break
            drug = coded(RXNORM, product, name)
            if product and rng.random() < 0.3:
                drug = {"reference": f"Medication/med-{product}", "display": name}
            more = {"status": rng.choice(["active", "completed", "completed", "completed", "stopped"]),
                    "dosageInstruction": self.dosage(regimen, weight, number > 0)}
            if rng.random() < 0.88:
                more["reasonCode"] = [coded(ICD, code if rng.random() < 0.9 else "", words)]
            self.medication(patient, drug, day, **more)
            self.orders += 1
            day += datetime.timedelta(days=rng.choice([21, 21, 28, 28, 30]))

    def formulary(self):
        for _, product, name in PRODUCTS:
            if product:
                self.emit("Medication", {"resourceType": "Medication", "id": f"med-{product}", "status": "active",
                                         "code": coded(RXNORM, product, name)})


class Export:
    """One NDJSON file a resource type."""

    def __init__(self, folder):
        self.folder, self.files = folder, {}

    def __call__(self, kind, body):
        if kind not in self.files:
            self.files[kind] = (self.folder / f"{kind}.ndjson").open("w", encoding="utf-8")
        self.files[kind].write(json.dumps(body, separators=(",", ":"), ensure_ascii=False) + "\n")

    def close(self):
        for file in self.files.values():
            file.close()


class Requests:
    """One order-sign call for each order of a patient, with the patient's record as prefetch."""

    KEYS = {"Condition": "conditions", "Observation": "observations", "AllergyIntolerance": "allergies",
            "MedicationRequest": "medications"}

    def __init__(self, folder, rng):
        self.file = (folder / "requests.ndjson").open("w", encoding="utf-8")
        self.rng, self.chart = rng, []

    def __call__(self, kind, body):
        if kind == "Medication":
            return
        if kind == "Patient":
            self.flush()
        self.chart.append(body)

    def flush(self):
        orders = [body for body in self.chart if body["resourceType"] == "MedicationRequest"]
        for order in orders:
            if "dosageInstruction" not in order or order["dosageInstruction"] == [{"text": "as directed"}]:
                if self.rng.random() > 0.1:  # orders for other drugs are signed as well
                    continue
            prefetch = {"patient": self.chart[0]}
            for kind, key in self.KEYS.items():
                prefetch[key] = {"resourceType": "Bundle", "type": "searchset",
                                 "entry": [{"resource": body} for body in self.chart
                                           if body["resourceType"] == kind and body is not order]}
            call = {"hook": "order-sign", "hookInstance": f"00000000-0000-4000-8000-{self.rng.getrandbits(48):012x}",
                    "context": {"userId": "Practitioner/dr-1", "patientId": self.chart[0]["id"],
                                "draftOrders": {"resourceType": "Bundle", "type": "collection",
                                                "entry": [{"resource": {**order, "status": "draft"}}]}},
                    "prefetch": prefetch}
            self.file.write(json.dumps(call, separators=(",", ":"), ensure_ascii=False) + "\n")
        self.chart = []

    def close(self):
        self.flush()
        self.file.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=100_000, help="IVIG orders (default: 100000)")
    parser.add_argument("--others", type=float, default=2.0, help="patients without IVIG for each with (default: 2)")
    parser.add_argument("--year", type=int, default=2025)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--requests", action="store_true", help="CDS Hooks requests instead of an export")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to write to; made if missing")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(options.seed)
    emit = Requests(options.out, rng) if options.requests else Export(options.out)
    year = Year(rng, options.year, emit)
    year.formulary()
    while year.orders < options.orders:
        year.treated_patient(options.orders - year.orders)
        others = options.others
        while others > 0 and rng.random() < others:
            year.record(year.patient(), False)
            others -= 1
    emit.close()
    print(f"{year.orders} IVIG orders, {year.patients} patients, {year.serial} resources in {options.out}")


if __name__ == "__main__":
    main()
