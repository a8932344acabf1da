#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

/// Reads an order beside a chart with Condition/c1 (active) and Condition/c2 (refuted).
struct OrderReader {
  Texts texts;
  ResourceIndex index;
  Chart chart;

  OrderReader() {
    chart.patient.id = "p1";
    for (char const* json :
         {"{'resourceType':'Condition','id':'c1','code':{'coding':[{'code':'G61.81'}],'text':'CIDP'}}",
          "{'resourceType':'Condition','id':'c2','code':{'text':'GBS'},'verificationStatus':'refuted'}",
          "{'resourceType':'Condition','id':'c3','code':{'text':'MMN'},'verificationStatus':'entered-in-error'}",
          "{'resourceType':'Condition','id':'c4','code':{'text':'SPS'},'subject':{'reference':'Patient/p2'}}",
          "{'resourceType':'Observation','id':'o1','code':{'text':'weakness'}}",
          ("{'resourceType':'Medication','id':'m1','code':{'coding':[{'system':'rx','code':'1'},{'system':'ndc',"
           "'code':'2'}],'text':'Privigen'},'ingredient':[{'itemCodeableConcept':{'text':'IgG'}}]}")}) {
      base::Json const& resource = texts(json);
      index.add(resource, "");
      read_into_chart(resource, "p1", index, chart);
    }
  }
  Order operator()(std::string const& members, std::string const& type = "MedicationRequest") {
    std::string const comma = members.empty() ? "" : ",";
    return read_order(texts("{'resourceType':'" + type + "','id':'r1'" + comma + members + "}"), index, chart);
  }
};

TEST(ReadOrder, CTX_08_the_drug_in_every_form) {
  struct Case {
    char const* members;
    char const* drug;
    bool unresolved;
    char const* ingredient;
  };
  std::string const privigen = "rx|1| ndc|2| / Privigen";
  Case const cases[] = {
      {"'medicationCodeableConcept':{'coding':[{'code':'1'}],'text':'x'}", "|1| / x", false, ""},
      {"'medicationReference':{'reference':'Medication/m1','display':'IVIG'}", privigen.c_str(), false, "/ IgG"},
      {"'medicationReference':{'reference':'https://h/Medication/m1'}", privigen.c_str(), false, "/ IgG"},
      {"'medicationReference':[{'reference':'Medication/m1'}]", privigen.c_str(), false, "/ IgG"},
      {"'medicationReference':'Medication/m1'", privigen.c_str(), false, "/ IgG"},
      {"'medication':{'reference':{'reference':'Medication/m1'}}", privigen.c_str(), false, "/ IgG"},
      {"'medication':{'reference':'Medication/m1'}", privigen.c_str(), false, "/ IgG"},
      {"'medication':{'concept':{'coding':[{'code':'1'}]}}", "|1|", false, ""},
      {"'medication':{'coding':[{'code':'1'}]}", "|1|", false, ""},
      {"'contained':[{'resourceType':'Medication','id':'m','code':{'text':'Gamunex'}}],"
       "'medicationReference':{'reference':'#m'}",
       "/ Gamunex", false, ""},
      {"'contained':[{'resourceType':'Medication','id':'m','code':{'coding':[{'code':'9'}]},"
       "'product':{'ingredient':{'item':{'reference':'#s'}}}},{'resourceType':'Substance','id':'s','code':{'text':'Ig'"
       "}}],'medicationReference':{'reference':'#m','display':'shown'}",
       "|9| / shown", false, "/ Ig"},
      {"'contained':[{'resourceType':'Medication','id':'m','ingredient':[{'item':{'concept':{'text':'Ig'}}}]}],"
       "'medicationReference':{'reference':'#m'}",
       "", false, "/ Ig"},
      {"'medicationReference':{'reference':'Medication/none','display':'IVIG 10%'}", "/ IVIG 10%", true, ""},
      {"'medicationReference':{'display':'IVIG 10%'}", "/ IVIG 10%", true, ""},
      {"'medicationReference':{'identifier':{'system':'ndc','value':'7'},'display':'d'}", "ndc|7|d / d", true, ""},
      {"'medicationReference':{'reference':'#none'}", "", true, ""},
      {"'medicationCodeableConcept':{'coding':[{'code':'1'}]},'medicationReference':{'reference':'Medication/none'}",
       "|1|", false, ""},
      {"'medicationReference':{'extension':[]}", "", false, ""},
      {"'medicationReference':5", "", false, ""},
      {"", "", false, ""},
  };
  OrderReader read;
  for (Case const& c : cases) {
    Order const order = read(c.members);
    EXPECT_EQ(shown(order.drug), c.drug) << c.members;
    EXPECT_EQ(order.drug_unresolved, c.unresolved) << c.members;
    EXPECT_EQ(order.ingredients.empty() ? "" : shown(order.ingredients[0]), c.ingredient) << c.members;
  }
}

TEST(ReadOrder, CTX_05_the_code_of_a_service_request_is_its_drug) {
  OrderReader read;
  EXPECT_EQ(shown(read("'code':{'coding':[{'code':'J1459'}]}", "ServiceRequest").drug), "|J1459|");
  EXPECT_EQ(shown(read("'code':{'concept':{'coding':[{'code':'J1459'}]}}", "ServiceRequest").drug), "|J1459|");
  EXPECT_EQ(shown(read("'code':{'text':'IVIG'}", "ProcedureRequest").drug), "/ IVIG");
}

TEST(ReadOrder, reasons_of_every_version_with_their_paths) {
  struct Case {
    char const* members;
    char const* what;       ///< of the first reason; "-" when there is none
    char const* condition;  ///< id of the chart's Condition
    char const* path;
  };
  Case const cases[] = {
      {"'reasonCode':[{'text':'CIDP'}]", "/ CIDP", "", "MedicationRequest.reasonCode[0]"},
      {"'reasonCode':[{},{'text':'CIDP'}]", "/ CIDP", "", "MedicationRequest.reasonCode[1]"},
      {"'reasonCode':{'text':'CIDP'}", "/ CIDP", "", "MedicationRequest.reasonCode"},
      {"'reasonCodeableConcept':{'text':'CIDP'}", "/ CIDP", "", "MedicationRequest.reasonCodeableConcept"},
      {"'reason':[{'concept':{'text':'CIDP'}}]", "/ CIDP", "", "MedicationRequest.reason[0]"},
      {"'reason':[{'reference':{'reference':'Condition/c1'}}]", "|G61.81| / CIDP", "c1", "MedicationRequest.reason[0]"},
      {"'reasonReference':[{'reference':'Condition/c1'}]", "|G61.81| / CIDP", "c1",
       "MedicationRequest.reasonReference[0]"},
      {"'reasonReference':{'reference':'https://h/Condition/c1'}", "|G61.81| / CIDP", "c1",
       "MedicationRequest.reasonReference"},
      {"'reasonReference':[{'reference':'urn:uuid:c1'}]", "|G61.81| / CIDP", "c1",
       "MedicationRequest.reasonReference[0]"},
      {"'reasonReference':[{'reference':'Condition/c2'}]", "/ GBS", "c2", "MedicationRequest.reasonReference[0]"},
      {"'reasonReference':[{'reference':'Condition/c3'}]", "-", "", ""},
      {"'reasonReference':[{'reference':'Condition/c4'}]", "-", "", ""},
      {"'reasonReference':[{'reference':'Observation/o1'}]", "/ weakness", "", "MedicationRequest.reasonReference[0]"},
      {"'contained':[{'resourceType':'Condition','id':'c1','code':{'text':'MFS'}}],"
       "'reasonReference':[{'reference':'#c1'}]",
       "/ MFS", "", "MedicationRequest.reasonReference[0]"},
      {"'contained':[{'resourceType':'Condition','id':'k','code':{'text':'MFS'},'verificationStatus':'refuted'}],"
       "'reasonReference':[{'reference':'#k'}]",
       "-", "", ""},
      {"'reasonReference':[{'reference':'Condition/none','display':'CIDP'}]", "/ CIDP", "",
       "MedicationRequest.reasonReference[0]"},
      {"'reasonReference':[{'reference':'Condition/none'}]", "", "", "MedicationRequest.reasonReference[0]"},
      {"'reasonReference':[{'extension':[]}]", "-", "", ""},
      {"'reasonCode':[{'extension':[{'url':'u'}]}]", "-", "", ""},
      {"'reasonCode':5", "-", "", ""},
  };
  OrderReader read;
  ASSERT_EQ(read.chart.conditions.size(), 2U);
  for (Case const& c : cases) {
    Order const order = read(c.members);
    ASSERT_EQ(order.reasons.empty(), std::string_view(c.what) == "-") << c.members;
    if (order.reasons.empty()) continue;
    Order::Reason const& reason = order.reasons[0];
    EXPECT_EQ(shown(reason.what), c.what) << c.members;
    EXPECT_EQ(reason.condition == nullptr ? "" : reason.condition->id, c.condition) << c.members;
    EXPECT_EQ(reason.path, c.path) << c.members;
  }
}

TEST(ReadOrder, an_absurd_number_of_reasons_is_cut_off) {
  OrderReader read;
  std::string items = "{'text':'x'}";
  for (int i = 0; i < 5000; ++i) items += ",{'text':'x'}";
  EXPECT_EQ(read("'reasonCode':[" + items + "]").reasons.size(), 100U);
}

TEST(ReadOrder, CTX_07_do_not_perform_and_reported) {
  OrderReader read;
  EXPECT_TRUE(read("'doNotPerform':true").do_not_perform);
  EXPECT_FALSE(read("'doNotPerform':'true'").do_not_perform);
  EXPECT_TRUE(read("'reportedBoolean':true").reported);
  EXPECT_TRUE(read("'reported':true").reported);
  EXPECT_TRUE(read("'reportedReference':{'reference':'Patient/p1'}").reported);
  EXPECT_FALSE(read("'reportedReference':{'extension':[]}").reported);
  EXPECT_FALSE(read("'reportedBoolean':false").reported);
}

TEST(ReadOrder, CTX_13_CTX_19_reads_the_remaining_elements_and_lives_without_them) {
  OrderReader read;
  Order const full = read(R"('status':'active','intent':'order','subject':{'reference':'Patient/p1'},
      'dosageInstruction':[{'route':{'text':'IV'}},{'route':{'coding':[{'code':'sc'}]}},7],'note':[{'text':'n'}],
      'priorPrescription':{'reference':'MedicationRequest/r0'},'groupIdentifier':{'value':'g'},
      'identifier':[{'system':'s','value':'v'},{'system':'s'},{'value':'w'}],'authoredOn':'2026-11-24')");
  EXPECT_EQ(full.resource_type, "MedicationRequest");
  EXPECT_EQ(full.id, "r1");
  EXPECT_EQ(full.status, "active");
  EXPECT_EQ(full.intent, "order");
  EXPECT_EQ(full.patient_reference, "Patient/p1");
  EXPECT_EQ(full.dosages.size(), 2U);
  ASSERT_EQ(full.routes.size(), 2U);
  EXPECT_EQ(shown(full.routes[1]), "|sc|");
  EXPECT_EQ(full.notes.size(), 1U);
  EXPECT_EQ(full.prior_order, "MedicationRequest/r0");
  EXPECT_EQ(full.group, "g");
  EXPECT_EQ(full.identifiers, (std::vector<std::string>{"s|v", "|w"}));
  EXPECT_EQ(full.authored, day(2026, 11, 24));
  EXPECT_NE(full.resource, nullptr);

  Order const dstu2 = read(
      "'patient':{'reference':'Patient/p1'},'dosageInstruction':{'route':{'text':'IV'}},'note':'n',"
      "'dateWritten':'2026-11-24','identifier':{'value':'w'}",
      "MedicationOrder");
  EXPECT_EQ(dstu2.patient_reference, "Patient/p1");
  EXPECT_EQ(dstu2.routes.size(), 1U);
  EXPECT_EQ(dstu2.notes.size(), 1U);
  EXPECT_EQ(dstu2.authored, day(2026, 11, 24));
  EXPECT_EQ(dstu2.identifiers.size(), 1U);

  Order const bare = read("");
  EXPECT_EQ(bare.status, "");
  EXPECT_EQ(bare.authored, std::nullopt);
  EXPECT_TRUE(bare.reasons.empty());
}

TEST(ReadOrder, order_types_are_those_of_every_version) {
  for (char const* type : {"MedicationRequest", "MedicationOrder", "ServiceRequest", "ProcedureRequest"}) {
    EXPECT_TRUE(is_order_type(type)) << type;
  }
  for (char const* type : {"", "Medication", "NutritionOrder", "VisionPrescription", "medicationrequest"}) {
    EXPECT_FALSE(is_order_type(type)) << type;
  }
}

}  // namespace
}  // namespace ivig::fhir
