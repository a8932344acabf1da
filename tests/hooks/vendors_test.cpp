// Requests as vendors, the public sandbox and HL7's own samples shape them (the notes of the requirement table),
// written anew for an order of IVIG: each gives the cards of the textbook request.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/fetching_service.h"

namespace ivig::hooks {
namespace {

using test::coded;
using test::condition;
using test::FetchingService;
using test::FhirServer;
using test::ivig_order;
using test::kIcd10Cm;
using test::kSnomed;
using test::medication_request;
using test::OrderRequest;
using test::words;

std::string ibm() { return coded(kIcd10Cm, "G72.41"); }

struct Vendors : testing::Test {
  test::OrderAnswers service;

  std::string textbook() { return service.said({{ivig_order("a", ibm())}}); }
  std::string said(std::string const& text) {
    std::string all;
    for (auto const& card : service.cards_of(text)) all += card.indicator + ": " + card.summary;
    return all;
  }
};

/// The order as Epic drafts it: a long id, a Medication beside it, three dose entries, a local route first.
std::string epic_order(std::string const& id) {
  std::string const dose_type = "{'coding':[{'system':'http://epic.com/CodeSystem/dose-rate-type','code':'";
  auto const dose = [&](char const* type, char const* value, char const* unit) {
    return "{'type':" + dose_type + type + "'}]},'doseQuantity':{'value':" + value + ",'unit':'" + unit +
           "','system':'http://unitsofmeasure.org','code':'" + unit + "'}}";
  };
  return "{'resourceType':'MedicationRequest','id':'" + id +
         "','identifier':[{'use':'usual','system':'urn:oid:1.2.840.114350.1.13.0.1.7.2.798268'}],'status':'draft',"
         "'intent':'order','category':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/"
         "medicationrequest-category','code':'inpatient'}]},'medicationReference':{'reference':'Medication/" +
         id +
         "m','display':'immune globulin (PRIVIGEN) 10 % infusion'},'subject':{'reference':'Patient/p1','display':"
         "'Quillfeather, Marmaduke'},'encounter':{'reference':'Encounter/e1'},'requester':{'extension':[{'url':"
         "'http://hl7.org/fhir/StructureDefinition/"
         "data-absent-reason','valueCode':'unknown'}]},'recorder':{'reference':"
         "'Practitioner/dr-1'},'reasonCode':[{'coding':[{'system':'http://snomed.info/"
         "sct','code':'72315009'},{'system':"
         "'http://hl7.org/fhir/sid/icd-9-cm','code':'359.71'},{'system':'http://hl7.org/fhir/sid/icd-10-cm','code':"
         "'G72.41'}],'text':'Inclusion body myositis'}],'dosageInstruction':[{'text':'320 g, Intravenous, DAILY, "
         "for 5 doses','timing':{'repeat':{'boundsPeriod':{'start':'2026-11-25T10:00:00Z'},'count':5,'frequency':1,"
         "'period':1,'periodUnit':'d'},'code':{'text':'DAILY'}},'asNeededBoolean':false,'route':{'coding':[{'system':"
         "'urn:oid:1.2.840.114350.1.13.0.1.7.4.698288.7025','code':'11','display':'Intravenous'},{'system':"
         "'http://snomed.info/sct','code':'47625008'}]},'doseAndRate':[" +
         dose("calculated", "320", "g") + "," + dose("admin-amount", "3200", "mL") + "," +
         dose("ordered", "4", "g/kg") + "]}],'dispenseRequest':{'quantity':{'value':5}}}";
}

/// Its Medication: many codings of mixed kinds, and an ingredient whose strength is 1 to 1.
std::string epic_medication(std::string const& id) {
  return "{'resourceType':'Medication','id':'" + id +
         "m','code':{'coding':[{'system':'urn:oid:1.2.840.114350.1.13.0.1.7.2.698288','code':'211094'},{'system':"
         "'http://www.nlm.nih.gov/research/umls/rxnorm','code':'1809520'},{'system':'urn:oid:2.16.840.1.113883.6.68',"
         "'code':'19500010002020'}],'text':'immune globulin (PRIVIGEN) 10 % "
         "infusion'},'ingredient':[{'itemCodeableConcept':"
         "{'text':'immune globulin'},'strength':{'numerator':{'value':1},'denominator':{'value':1}}}]}";
}

std::string const kEpicId =
    "eOwWHbGRVELdSxOp3DvRo7QOD9LRGtlnIQTAgGKl-P0k.Jj6QaXlLzP5X6vdS9vsdeYl3Y7VnNyu2rJ8Tgh0uLQ3.e5qXwHbGRVELdSxOp3DvRo7"
    "QOD9LRGtlnIQTAgGKl-P0kJj6QaXlLzP5X6vdS9vsdeYl3Y7VnNyu2rJ8Tgh0uLQ3";

OrderRequest epic_request() {
  OrderRequest request{{epic_order(kEpicId), epic_medication(kEpicId)}};
  std::string const nothing =
      "{'resourceType':'Bundle','type':'searchset','total':0,'link':[{'relation':'self','url':'https://h/r4/x'}],"
      "'entry':[{'fullUrl':'urn:uuid:0','resource':{'resourceType':'OperationOutcome','issue':[{'severity':'warning',"
      "'code':'processing','diagnostics':'No results returned.'}]},'search':{'mode':'outcome'}}]}";
  for (auto const& prefetch : kPrefetch) {
    if (prefetch.key != "patient" && prefetch.key != "observations")
      request.prefetch.emplace_back(prefetch.key, nothing);
  }
  request.instance = "7cb2f6a0-5d7c-11ed-9b6a-0242ac120002";  // of version 1, time-based
  request.more =
      "'extension':{'com.epic.cdshooks.request.bpa-trigger-action':'23','com.epic.cdshooks.request.fhir-version':'R4',"
      "'com.epic.cdshooks.request.cds-hooks-specification-version':'1.1','internal.epic.x':[1,{}]}";
  request.more_context = "'encounterId':'e1'";
  return request;
}

TEST_F(Vendors, REQ_11_CTX_09_11_13_19_Epic_order_sign) {
  service.options.profile = *client_profile("epic");
  auto const cards = service.cards(epic_request());
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_NE(cards[0].detail.find("inclusion body myositis"), std::string::npos) << cards[0].detail;
  EXPECT_NE(cards[0].detail.find("4 g/kg"), std::string::npos) << "the dose typed as ordered:\n" << cards[0].detail;
  EXPECT_EQ(cards[0].target, "MedicationRequest/" + kEpicId);
}

TEST_F(Vendors, REQ_13_FHIR_06_Epic_without_prefetch_is_fetched_in_the_version_it_states) {
  FhirServer server("/interconnect/api/FHIR/DSTU2");
  server.put(test::patient());
  FetchingService fetching;
  fetching.allow({server.base()});
  OrderRequest request = epic_request();
  request.prefetch.clear();
  for (auto const& prefetch : kPrefetch) request.prefetch.emplace_back(prefetch.key, "");
  request.more =
      test::access(server.base(), "t",
                   "'expires_in':3600,'scope':'Patient.Read (R4) MedicationRequest.Search (Unsigned Order)'") +
      "," + request.more;
  std::string const answer = fetching.answer(request);
  EXPECT_NE(answer.find("inclusion body myositis"), std::string::npos) << answer;
  ASSERT_EQ(server.log().size(), 7U);
  for (auto const& asked : server.log()) EXPECT_EQ(asked.accept, "application/fhir+json") << "R4, whatever the path";
}

TEST_F(Vendors, EXT_04_CTX_09_Oracle_Health_with_local_codes_and_answers_of_1_0) {
  service.options.profile = *client_profile("oracle-health");
  std::string const drug =
      "'medicationCodeableConcept':{'coding':[{'system':'https://fhir.cerner.com/ec2458f2/synonym','code':'2749935',"
      "'userSelected':true},{'system':'http://www.nlm.nih.gov/research/umls/rxnorm','code':'1809520'},{'system':"
      "'http://multum.com/main-multum-drug-code','code':'7261'}],'text':'immune globulin intravenous'}";
  OrderRequest request{{medication_request("35256219", drug + "," + test::dosage() + ",'reasonCode':[" + ibm() + "]")}};
  request.more = "'fhirServer':'https://fhir-ehr.cerner.com/r4/ec2458f2-1e24-41c8-b71b-0e701af7583d'";
  EXPECT_EQ(service.said(request), textbook());
}

TEST_F(Vendors, CTX_02_03_13_CTX_12_the_public_sandbox) {
  std::string const order =
      "{'resourceType':'MedicationRequest','id':'request-123','status':'draft','intent':'order','category':{'coding':[{"
      "'code':'outpatient'}]},'subject':{'reference':'Patient/p1'},'medicationCodeableConcept':" +
      test::privigen() + ",'reasonCode':" + ibm() + "," + test::dosage() + "}";
  std::string text = OrderRequest{{order}}.text();
  std::string const type_first = "\"type\":\"collection\",";
  std::size_t const at = text.find(type_first);
  ASSERT_NE(at, std::string::npos);
  text.erase(at, type_first.size());
  EXPECT_EQ(said(text), textbook());
  std::string const pills =
      "{'resourceType':'MedicationRequest','id':'request-123','status':'draft','subject':{'reference':'Patient/p1'},"
      "'medicationCodeableConcept':{'coding':[{'system':'http://www.nlm.nih.gov/research/umls/"
      "rxnorm','code':'857002'}]},"
      "'dosageInstruction':[{'doseAndRate':[{'doseQuantity':{'value':1,'system':'http://unitsofmeasure.org','code':"
      "'{pill}'}}]}]}";
  EXPECT_EQ(service.said({{pills}}), "");
}

TEST_F(Vendors, PREF_06_a_client_that_unwraps_single_matches) {
  OrderRequest request{{ivig_order("a")}};
  request.prefetch = {{"conditions", condition("c1", ibm())},
                      {"observations", test::observation("iga", "2458-8", "IgA", "145", "mg/dL")}};
  EXPECT_NE(service.said(request).find("inclusion body myositis"), std::string::npos);
}

/// The order with its dose written in that way.
std::string dosed(std::string const& dose) {
  return medication_request("a", "'medicationCodeableConcept':" + test::privigen() + ",'reasonCode':[" + ibm() +
                                     "],'dosageInstruction':[{'route':" + coded(kSnomed, "47625008") +
                                     ",'timing':{'repeat':{'frequency':1,'period':1,'periodUnit':'d','count':5}}," +
                                     dose + "}]");
}

TEST_F(Vendors, CTX_02_13_samples_of_HL7_with_shapes_of_other_versions) {
  std::string const quantity =
      "'doseQuantity':{'value':4,'unit':'g/kg','system':'http://unitsofmeasure.org','code':'g/kg'}";
  auto const cards = service.cards({{dosed("'doseAndRate':[{" + quantity + "}]")}});
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_NE(cards[0].detail.find("4 g/kg"), std::string::npos) << cards[0].detail;
  // R4 with the dose on the dosage itself; STU3 and R4 with doseAndRate as an object.
  for (std::string const& shape : {quantity, "'doseAndRate':{" + quantity + "}"}) {
    auto const other = service.cards({{dosed(shape)}});
    ASSERT_EQ(other.size(), 1U) << shape;
    EXPECT_EQ(other[0].detail, cards[0].detail) << shape;
  }
  std::string const nutrition =
      "{'resourceType':'NutritionOrder','id':'n','patient':{'reference':'Patient/p1'},"
      "'dateTime':'2026-11-25','oralDiet':{'type':[" +
      words("low salt") + "]}}";
  EXPECT_EQ(service.said({{nutrition, ivig_order("a", ibm())}}), textbook());
  std::string const fragment =
      "{'resourceType':'MedicationOrder','id':'f','medicationCodeableConcept':" + test::privigen() +
      ",'reasonCodeableConcept':" + ibm() + "}";
  EXPECT_NE(service.said({{fragment}}).find("inclusion body myositis"), std::string::npos) << "a fragment is an order";
}

TEST_F(Vendors, REQ_11_ids_with_characters_that_no_id_may_hold) {
  std::string const id =
      "order\xE2\x80\x91"
      "1";  // U+2011, a non-breaking hyphen
  auto const cards = service.cards({{ivig_order(id, ibm())}});
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_EQ(cards[0].target, "MedicationRequest/" + id);
}

}  // namespace
}  // namespace ivig::hooks
