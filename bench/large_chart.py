#!/usr/bin/env python3
"""Writes an order-sign request whose chart is large: by default 20 conditions, 200 observations and 30 medications.

    bench/large_chart.py [--conditions 20] [--observations 200] [--medications 30] > request.json

The patient is made up; the order is for inclusion body myositis, so that a card is due.
"""
import argparse
import json

CONDITIONS = [("I10", "Essential hypertension"), ("E78.5", "Hyperlipidemia"), ("M54.50", "Low back pain"),
              ("J30.2", "Seasonal allergic rhinitis"), ("K21.9", "Reflux disease"), ("F41.9", "Anxiety disorder"),
              ("H52.4", "Presbyopia"), ("L30.9", "Dermatitis"), ("N39.0", "Urinary tract infection"),
              ("M17.0", "Osteoarthritis of both knees")]
RESULTS = [("718-7", "Hemoglobin", "g/dL", 13.2), ("2345-7", "Glucose", "mg/dL", 98), ("2823-3", "Potassium", "mmol/L", 4.1),
           ("2951-2", "Sodium", "mmol/L", 139), ("2160-0", "Creatinine", "mg/dL", 0.9), ("6690-2", "Leukocytes", "10*3/uL", 6.4),
           ("777-3", "Platelets", "10*3/uL", 231), ("1742-6", "ALT", "U/L", 22), ("8480-6", "Systolic pressure", "mm[Hg]", 128),
           ("29463-7", "Body weight", "kg", 80)]
DRUGS = ["Lisinopril 10 mg tablet", "Atorvastatin 20 mg tablet", "Metoprolol 50 mg tablet", "Omeprazole 20 mg capsule",
         "Vitamin D 1000 units", "Ibuprofen 400 mg tablet", "Cetirizine 10 mg tablet", "Levothyroxine 50 mcg tablet"]


def concept(system, code, text):
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def bundle(resources):
    for resource in resources:  # as servers send them
        resource["meta"] = {"versionId": "1", "lastUpdated": "2026-11-20T10:15:00.000+00:00"}
        resource["identifier"] = [{"system": "urn:oid:1.2.3", "value": f"x-{resource['id']}"}]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(resources),
            "entry": [{"fullUrl": f"https://ehr.example.org/r4/{r['resourceType']}/{r['id']}", "resource": r}
                      for r in resources]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conditions", type=int, default=20)
    parser.add_argument("--observations", type=int, default=200)
    parser.add_argument("--medications", type=int, default=30)
    asked = parser.parse_args()
    subject = {"reference": "Patient/p1"}
    icd10 = "http://hl7.org/fhir/sid/icd-10-cm"
    ibm = concept(icd10, "G72.41", "Inclusion body myositis [IBM]")
    conditions = [{"resourceType": "Condition", "id": f"c{i}", "subject": subject,
                   "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active"),
                   "verificationStatus": concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", "Confirmed"),
                   "code": concept(icd10, *CONDITIONS[i % len(CONDITIONS)]), "onsetDateTime": "2019-04-02"}
                  for i in range(asked.conditions - 1)]
    conditions.append({**conditions[0], "id": "ibm", "code": ibm} if conditions else
                      {"resourceType": "Condition", "id": "ibm", "subject": subject, "code": ibm})
    observations = []
    for i in range(asked.observations):
        code, name, unit, value = RESULTS[i % len(RESULTS)]
        observations.append({"resourceType": "Observation", "id": f"o{i}", "status": "final", "subject": subject,
                             "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory")],
                             "code": concept("http://loinc.org", code, name),
                             "effectiveDateTime": f"2026-{1 + i % 11:02d}-{1 + i % 28:02d}T08:30:00Z",
                             "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
                             "referenceRange": [{"low": {"value": value / 2, "unit": unit}, "high": {"value": value * 2, "unit": unit}}]})
    medications = [{"resourceType": "MedicationRequest", "id": f"m{i}", "status": "active", "intent": "order", "subject": subject,
                    "medicationCodeableConcept": {"text": DRUGS[i % len(DRUGS)]}, "authoredOn": "2025-02-03",
                    "dosageInstruction": [{"text": "1 daily", "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}]}
                   for i in range(asked.medications)]
    order = {"resourceType": "MedicationRequest", "id": "rx-1", "status": "draft", "intent": "order", "subject": subject,
             "medicationCodeableConcept": concept("http://www.nlm.nih.gov/research/umls/rxnorm", "1809520", "Privigen 10% 200 mL"),
             "reasonCode": [ibm],
             "dosageInstruction": [{"text": "0.4 g/kg daily for 5 days",
                                    "route": concept("http://snomed.info/sct", "47625008", "Intravenous route"),
                                    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "count": 5}},
                                    "doseAndRate": [{"doseQuantity": {"value": 0.4, "unit": "g/kg",
                                                                      "system": "http://unitsofmeasure.org", "code": "g/kg"}}]}]}
    print(json.dumps({
        "hook": "order-sign", "hookInstance": "6f1d9a52-6c0b-4bb6-9f0d-1a2b3c4d5e6f",
        "context": {"userId": "Practitioner/dr-1", "patientId": "p1",
                    "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}},
        "prefetch": {"patient": {"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1958-03-09"},
                     "conditions": bundle(conditions), "observations": bundle(observations), "allergies": bundle([]),
                     "medications": bundle(medications), "medicationStatements": bundle([]), "procedures": bundle([])}}))


if __name__ == "__main__":
    main()
