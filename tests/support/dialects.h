#pragma once
// One patient's chart and order, written as DSTU2, STU3, R4 and R5 would write them.

#include <string>
#include <utility>
#include <vector>

#include "fhir/version.h"
#include "tests/support/order_request.h"

namespace ivig::test {

/// Members that every version spells alike are written once; the others differ by version.
class Dialect {
 public:
  explicit Dialect(fhir::Version version) : version_(version) {}

  /// The order: Privigen 4 g/kg a day for five days, its reason a Condition of the chart, its drug a Medication.
  [[nodiscard]] std::string order() const {
    std::string const dose = "{'value':4,'unit':'g/kg','system':'http://unitsofmeasure.org','code':'g/kg'}";
    std::string const timing =
        of("'boundsQuantity':", "'boundsDuration':", "'boundsDuration':", "'boundsDuration':") +
        "{'value':5,'unit':'days','system':'http://unitsofmeasure.org','code':'d'},'frequency':1,"
        "'period':1," +
        of("'periodUnits'", "'periodUnit'", "'periodUnit'", "'periodUnit'") + ":'d'";
    std::string const dosage =
        "'dosageInstruction':[{'route':" + coded(kSnomed, "47625008") + ",'timing':{'repeat':{" + timing + "}}," +
        (is_old() ? "'doseQuantity':" + dose : "'doseAndRate':[{'doseQuantity':" + dose + "}]") + "}]";
    std::string const reason =
        of("'reasonReference':{'reference':'Condition/c1'}", "'reasonReference':[{'reference':'Condition/c1'}]",
           "'reasonReference':[{'reference':'Condition/c1'}]", "'reason':[{'reference':{'reference':'Condition/c1'}}]");
    return resource(
        of("MedicationOrder", "MedicationRequest", "MedicationRequest", "MedicationRequest"), "a",
        "'status':'draft'" + std::string(version_ == fhir::Version::dstu2 ? "" : ",'intent':'order'") + "," +
            subject("patient") + "," + drug("Medication/m1") + "," + dosage + "," + reason + "," +
            of("'dateWritten'", "'authoredOn'", "'authoredOn'", "'authoredOn'") + ":'2026-11-25'," +
            of("'prescriber':{'reference':'Practitioner/d'}", "'requester':{'agent':{'reference':'Practitioner/d'}}",
               "'requester':{'reference':'Practitioner/d'}", "'requester':{'reference':'Practitioner/d'}"));
  }

  [[nodiscard]] std::string medication() const {
    return resource("Medication", "m1",
                    "'code':" + privigen() + "," +
                        of("'product':{'form':" + words("solution") + "}", "'form':" + words("solution"),
                           "'form':" + words("solution"), "'doseForm':" + words("solution")));
  }

  /// Problems, the first of them the reason; the last two must not count.
  [[nodiscard]] std::vector<std::string> conditions() const {
    return {problem("c1", coded(kIcd10Cm, "G72.41"), "active", "confirmed"),
            problem("c2", coded(kIcd10Cm, "I63.9"), "active", "confirmed"),
            problem("c3", coded(kIcd10Cm, "G61.81"), "active", "refuted"),
            problem("c4", coded(kIcd10Cm, "I26.99"), "active", "entered-in-error")};
  }

  [[nodiscard]] std::vector<std::string> observations() const {
    return {result("o1", "29463-7", "80", "kg", ""), result("o2", "2458-8", "3", "mg/dL", "L"),
            result("o3", "2160-0", "2.6", "mg/dL", "H")};
  }

  [[nodiscard]] std::vector<std::string> allergies() const {
    std::string const what = "{'text':'Immune globulin intravenous'}";
    std::string const manifestation = of(words("Anaphylaxis"), words("Anaphylaxis"), words("Anaphylaxis"),
                                         "{'concept':" + words("Anaphylaxis") + "}");
    std::string const status = of("'status':'confirmed'", "'clinicalStatus':'active','verificationStatus':'confirmed'",
                                  concept_status("allergyintolerance"), concept_status("allergyintolerance"));
    return {resource("AllergyIntolerance", "al1",
                     of("'substance':", "'code':", "'code':", "'code':") + what + "," + status + ",'criticality':'" +
                         of("CRITH", "high", "high", "high") + "','patient':{'reference':'Patient/p1'},'type':" +
                         of("'allergy'", "'allergy'", "'allergy'", words("allergy")) +
                         ",'reaction':[{'manifestation':[" + manifestation + "],'severity':'severe'}]")};
  }

  /// An earlier order, a statement, and what was given.
  [[nodiscard]] std::vector<std::string> earlier_orders() const {
    std::string const when = of("'dateWritten'", "'authoredOn'", "'authoredOn'", "'authoredOn'");
    return {resource(of("MedicationOrder", "MedicationRequest", "MedicationRequest", "MedicationRequest"), "h1",
                     "'status':'completed'," + subject("patient") + "," + inline_drug("prednisone 20 mg tablet") + "," +
                         when + ":'2026-03-01'," + why("reasonCodeableConcept", "reasonCode"))};
  }
  [[nodiscard]] std::vector<std::string> statements() const {
    return {resource("MedicationStatement", "h2",
                     "'status':'" + of("completed", "completed", "completed", "recorded") + "'," + subject("patient") +
                         "," + inline_drug("azathioprine") +
                         ",'effectivePeriod':{'start':'2026-01-05','end':'2026-06-30'}," +
                         why("reasonForUseCodeableConcept", "reasonCode"))};
  }
  [[nodiscard]] std::vector<std::string> administrations() const {
    return {resource(
        "MedicationAdministration", "h3",
        "'status':'completed'," + subject("patient") + "," + inline_drug("methotrexate") + "," +
            of("'effectiveTimeDateTime'", "'effectiveDateTime'", "'effectiveDateTime'", "'occurenceDateTime'") +
            ":'2026-02-02'," + why("reasonGiven", "reasonCode"))};
  }
  [[nodiscard]] std::vector<std::string> procedures() const {
    return {
        resource("Procedure", "h4",
                 "'status':'completed'," + subject("subject") + ",'code':" + words("Plasma exchange") + "," +
                     of("'performedDateTime'", "'performedDateTime'", "'performedDateTime'", "'occurrenceDateTime'") +
                     ":'2026-05-05'," + why("reasonCodeableConcept", "reasonCode"))};
  }

  /// "Is there muscle weakness?" yes: as items, or as DSTU2's groups and questions.
  [[nodiscard]] std::string answers() const {
    std::string const answer = "'linkId':'q1','answer':[{'valueBoolean':true}]";
    return resource("QuestionnaireResponse", "q",
                    "'status':'completed','authored':'2026-11-24'," + subject("subject") + "," +
                        (version_ == fhir::Version::dstu2 ? "'group':{'linkId':'g','question':[{" + answer + "}]}"
                                                          : "'item':[{'linkId':'g','item':[{" + answer + "}]}]"));
  }

  /// The infusion ordered as a service, by its HCPCS code.
  [[nodiscard]] std::string infusion() const {
    std::string const j = "{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/HCPCS','code':'J1459'}]}";
    return resource(is_old() ? "ProcedureRequest" : "ServiceRequest", "a",
                    "'status':'draft','intent':'order'," + subject("subject") +
                        ",'code':" + (version_ == fhir::Version::r5 ? "{'concept':" + j + "}" : j) + "," +
                        why("reasonCodeableConcept", "reasonCode"));
  }

 private:
  /// One of four spellings.
  [[nodiscard]] std::string of(std::string const& dstu2, std::string const& stu3, std::string const& r4,
                               std::string const& r5) const {
    switch (version_) {
      case fhir::Version::dstu2: return dstu2;
      case fhir::Version::stu3: return stu3;
      case fhir::Version::r4: return r4;
      case fhir::Version::r5: break;
    }
    return r5;
  }
  [[nodiscard]] bool is_old() const { return version_ == fhir::Version::dstu2 || version_ == fhir::Version::stu3; }

  static std::string resource(std::string const& type, std::string const& id, std::string const& members) {
    return "{'resourceType':'" + type + "','id':'" + id + "'," + members + "}";
  }
  /// `dstu2` is the name of the member in DSTU2, "subject" since.
  [[nodiscard]] std::string subject(std::string const& dstu2) const {
    return "'" + (version_ == fhir::Version::dstu2 ? dstu2 : "subject") + "':{'reference':'Patient/p1'}";
  }
  [[nodiscard]] std::string drug(std::string const& reference) const {
    std::string const literal = "{'reference':'" + reference + "'}";
    return version_ == fhir::Version::r5 ? "'medication':{'reference':" + literal + "}"
                                         : "'medicationReference':" + literal;
  }
  [[nodiscard]] std::string inline_drug(std::string const& name) const {
    return version_ == fhir::Version::r5 ? "'medication':{'concept':" + words(name) + "}"
                                         : "'medicationCodeableConcept':" + words(name);
  }
  /// The reason G72.41, under its names in DSTU2 and in STU3 and R4.
  [[nodiscard]] std::string why(std::string const& dstu2, std::string const& later) const {
    std::string const reason = coded(kIcd10Cm, "G72.41");
    return of("'" + dstu2 + "':" + reason, "'" + later + "':[" + reason + "]", "'" + later + "':[" + reason + "]",
              "'reason':[{'concept':" + reason + "}]");
  }
  static std::string concept_status(std::string const& of_what) {
    std::string const system = "http://terminology.hl7.org/CodeSystem/" + of_what;
    return "'clinicalStatus':" + coded(system + "-clinical", "active") +
           ",'verificationStatus':" + coded(system + "-verification", "confirmed");
  }
  [[nodiscard]] std::string problem(std::string const& id, std::string const& code, std::string const& clinical,
                                    std::string const& verification) const {
    std::string const statuses =
        is_old() ? "'clinicalStatus':'" + clinical + "','verificationStatus':'" + verification + "'"
                 : "'clinicalStatus':" + coded("http://terminology.hl7.org/CodeSystem/condition-clinical", clinical) +
                       ",'verificationStatus':" +
                       coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", verification);
    return resource("Condition", id,
                    subject("patient") + ",'code':" + code + "," + statuses + ",'" +
                        of("dateRecorded", "assertedDate", "recordedDate", "recordedDate") + "':'2026-08-08'");
  }
  [[nodiscard]] std::string result(std::string const& id, std::string const& loinc, std::string const& value,
                                   std::string const& unit, std::string const& flag) const {
    std::string const interpretation = coded("http://hl7.org/fhir/v2/0078", flag);
    return resource(
        "Observation", id,
        "'status':'final','subject':{'reference':'Patient/p1'},'code':" + coded("http://loinc.org", loinc) +
            ",'effectiveDateTime':'2026-11-20','valueQuantity':{'value':" + value + ",'unit':'" + unit +
            "','system':'http://unitsofmeasure.org','code':'" + unit + "'}" +
            (flag.empty() ? "" : ",'interpretation':" + (is_old() ? interpretation : "[" + interpretation + "]")));
  }

  fhir::Version version_;
};

}  // namespace ivig::test
