#pragma once
// Requests and resources of made-up patients, written with single quotes for double ones.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ivig::test {

/// JSON text from text in which ' stands for ".
inline std::string json(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

inline std::string joined(std::vector<std::string> const& parts) {
  std::string text;
  for (auto const& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

inline std::string bundle(std::vector<std::string> const& resources, std::string const& type = "searchset") {
  std::string entries;
  for (auto const& resource : resources) {
    bool is_entry = resource.starts_with("{'resource'") && !resource.starts_with("{'resourceType'");
    is_entry = is_entry || resource.starts_with("{'fullUrl'");
    entries += (entries.empty() ? "" : ",") + (is_entry ? resource : "{'resource':" + resource + "}");
  }
  return "{'resourceType':'Bundle','type':'" + type + "','entry':[" + entries + "]}";
}

/// {'text':...} or, with a code, {'coding':[...],'text':...}.
inline std::string words(std::string const& text) { return "{'text':'" + text + "'}"; }
inline std::string coded(std::string const& system, std::string const& code, std::string const& text = "") {
  return "{'coding':[{'system':'" + system + "','code':'" + code + "'}]" +
         (text.empty() ? "" : ",'text':'" + text + "'") + "}";
}

inline constexpr char const* kIcd10Cm = "http://hl7.org/fhir/sid/icd-10-cm";
inline constexpr char const* kRxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
inline constexpr char const* kSnomed = "http://snomed.info/sct";

/// Privigen 10 %, 200 mL: intravenous only.
inline std::string privigen() { return coded(kRxNorm, "1809520", "Privigen 10% 200 mL"); }

/// 0.4 g/kg a day for five days; with the intravenous route unless it is left out.
inline std::string dosage(bool with_route = true) {
  return std::string("'dosageInstruction':[{'text':'0.4 g/kg once daily for 5 days',") +
         (with_route ? "'route':{'coding':[{'system':'http://snomed.info/sct','code':'47625008'}]}," : "") +
         "'timing':{'repeat':{'frequency':1,'period':1,'periodUnit':'d','count':5,"
         "'boundsDuration':{'value':5,'unit':'days','system':'http://unitsofmeasure.org','code':'d'}}},"
         "'doseAndRate':[{'doseQuantity':{'value':0.4,'unit':'g/kg','system':'http://unitsofmeasure.org',"
         "'code':'g/kg'}}]}]";
}

/// A MedicationRequest of patient p1 with the given further members.
inline std::string medication_request(std::string const& id, std::string const& members) {
  return "{'resourceType':'MedicationRequest','id':'" + id +
         "','status':'draft','intent':'order','subject':{'reference':'Patient/p1'}" +
         (members.empty() ? "" : "," + members) + "}";
}

/// A Privigen order with an ordinary dose; `reason` is a CodeableConcept, or empty for none.
inline std::string ivig_order(std::string const& id, std::string const& reason = "", std::string const& more = "") {
  return medication_request(id, "'medicationCodeableConcept':" + privigen() + "," + dosage() +
                                    (reason.empty() ? "" : ",'reasonCode':[" + reason + "]") +
                                    (more.empty() ? "" : "," + more));
}

/// The same order for five days of its own, so that several of them are no duplicates of each other.
inline std::string ivig_order_in(std::string const& month, std::string const& id, std::string const& reason) {
  std::string order = ivig_order(id, reason);
  std::string const duration =
      "'boundsDuration':{'value':5,'unit':'days','system':'http://unitsofmeasure.org','code':'d'}";
  return order.replace(order.find(duration), duration.size(),
                       "'boundsPeriod':{'start':'" + month + "-01','end':'" + month + "-05'}");
}

/// A condition of patient p1; active and confirmed unless other statuses are given.
inline std::string condition(std::string const& id, std::string const& code, std::string const& clinical = "active",
                             std::string const& verification = "confirmed", std::string const& more = "") {
  return "{'resourceType':'Condition','id':'" + id +
         "','subject':{'reference':'Patient/p1'},'clinicalStatus':{'coding':[{'system':"
         "'http://terminology.hl7.org/CodeSystem/condition-clinical','code':'" +
         clinical +
         "'}]},'verificationStatus':{'coding':[{'system':"
         "'http://terminology.hl7.org/CodeSystem/condition-ver-status','code':'" +
         verification + "'}]},'code':" + code + (more.empty() ? "" : "," + more) + "}";
}

inline std::string observation(std::string const& id, std::string const& loinc, std::string const& text,
                               std::string const& value, std::string const& unit) {
  return "{'resourceType':'Observation','id':'" + id +
         "','status':'final','subject':{'reference':'Patient/p1'},'code':{'coding':[{'system':'http://loinc.org',"
         "'code':'" +
         loinc + "'}],'text':'" + text + "'},'effectiveDateTime':'2026-11-20','valueQuantity':{'value':" + value +
         ",'unit':'" + unit + "','system':'http://unitsofmeasure.org','code':'" + unit + "'}}";
}

/// A man of 52 years, 80 kg, with normal IgA and kidneys: nothing but the indication is at issue.
inline std::string patient() {
  return "{'resourceType':'Patient','id':'p1','gender':'male','birthDate':'1974-03-09',"
         "'name':[{'family':'Quillfeather','given':['Marmaduke']}],"
         "'identifier':[{'system':'urn:example:mrn','value':'MRN-7741903'}]}";
}
inline std::string well_observations() {
  return bundle({observation("weight", "29463-7", "Body weight", "80", "kg"),
                 observation("height", "8302-2", "Body height", "178", "cm"),
                 observation("iga", "2458-8", "IgA", "145", "mg/dL"),
                 observation("creatinine", "2160-0", "Creatinine", "0.8", "mg/dL")});
}

/// A call of a service. Every part can be replaced before text() is taken.
struct OrderRequest {
  std::vector<std::string> drafts;
  std::vector<std::string> conditions{};
  std::optional<std::vector<std::string>> selections{};         ///< makes it order-select
  std::vector<std::pair<std::string, std::string>> prefetch{};  ///< replaces or adds keys; "" leaves a key out
  std::string instance = "6f1d9a52-6c0b-4bb6-9f0d-1a2b3c4d5e6f";
  std::string more{};          ///< further members at the top
  std::string more_context{};  ///< and of the context

  [[nodiscard]] std::string text() const {
    std::vector<std::pair<std::string, std::string>> keys{
        {"patient", patient()},     {"conditions", bundle(conditions)}, {"observations", well_observations()},
        {"allergies", bundle({})},  {"medications", bundle({})},        {"medicationStatements", bundle({})},
        {"procedures", bundle({})},
    };
    for (auto const& [key, value] : prefetch) {
      auto known = std::find_if(keys.begin(), keys.end(), [&name = key](auto const& one) { return one.first == name; });
      if (known == keys.end()) keys.emplace_back(key, value);
      else known->second = value;
    }
    std::vector<std::string> members;
    for (auto const& [key, value] : keys) {
      if (!value.empty()) members.push_back("'" + key + "':" + value);
    }
    std::string selected;
    if (selections) {
      for (auto const& one : *selections) selected += (selected.empty() ? "'" : ",'") + one + "'";
      selected = ",'selections':[" + selected + "]";
    }
    return json("{'hook':'" + std::string(selections ? "order-select" : "order-sign") + "','hookInstance':'" +
                instance + "','context':{'userId':'Practitioner/dr-1','patientId':'p1'" + selected +
                (more_context.empty() ? "" : "," + more_context) + ",'draftOrders':" + bundle(drafts, "collection") +
                "},'prefetch':{" + joined(members) + "}" + (more.empty() ? "" : "," + more) + "}");
  }
};

}  // namespace ivig::test
