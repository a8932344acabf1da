#include "fhir/gather.h"

#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

struct Gathered {
  Texts texts;
  ResourceIndex index;
  Chart chart;

  explicit Gathered(std::string const& prefetch, std::string const& draft = "{}") {
    base::Json const& sent = texts(prefetch);
    base::Json const& bundle = texts(draft);
    chart = read_chart(&sent, &bundle, "p1", index);
  }
};

/// Availability of patient, conditions, observations, allergies, treatments: n(ot provided), f(ailed), p(rovided).
std::string availability(Chart const& chart) {
  std::string out;
  for (Availability const a : {chart.patient_available, chart.conditions_available, chart.observations_available,
                               chart.allergies_available, chart.treatments_available}) {
    out += a == Availability::provided ? 'p' : a == Availability::failed ? 'f' : 'n';
  }
  return out;
}

std::string const kError = "{'resourceType':'OperationOutcome','issue':[{'severity':'error'}]}";
std::string const kFatal = "{'resourceType':'OperationOutcome','issue':{'severity':'fatal'}}";
std::string const kWarning = "{'resourceType':'OperationOutcome','issue':[{'severity':'warning'}]}";
std::string const kCondition = "{'resourceType':'Condition','id':'c1','code':{'text':'CIDP'}}";

std::string bundle_of(std::string const& resource, std::string const& more = "") {
  return "{'resourceType':'Bundle','entry':[{'resource':" + resource + "}]" + more + "}";
}

TEST(ReadChart, PREF_02_to_PREF_12_what_is_available) {
  struct Case {
    std::string prefetch;
    std::string available;
    std::size_t conditions = 0;
  };
  std::string const next = ",'link':[{'relation':'self'},{'relation':'next','url':'https://h/2'}]";
  Case const cases[] = {
      {"{}", "nnnnn"},
      {"null", "nnnnn"},
      {"[]", "nnnnn"},
      {"{'patient':null,'conditions':null,'observations':null,'allergies':null,'medications':null}", "ppppp"},
      {"{'conditions':{'resourceType':'Bundle'}}", "npnnn"},
      {"{'conditions':{'resourceType':'Bundle','total':9,'entry':[]}}", "npnnn"},
      {"{'procedures':null}", "nnnnp"},
      {"{'medicationStatements':null}", "nnnnp"},
      {"{'treatments':null}", "nnnnp"},
      {"{'item1':null,'item2':{'resourceType':'Bundle'}}", "nnnnn"},
      {"{'conditions':" + bundle_of(kCondition) + "}", "npnnn", 1},
      {"{'conditions':" + kCondition + "}", "npnnn", 1},
      {"{'item1':" + bundle_of(kCondition) + "}", "npnnn", 1},
      {"{'item1':" + kCondition + "}", "npnnn", 1},
      {"{'conditions':" + kError + "}", "nfnnn"},
      {"{'conditions':" + kFatal + "}", "nfnnn"},
      {"{'conditions':{'resourceType':'OperationOutcome'}}", "nfnnn"},
      {"{'item1':" + kError + "}", "nnnnn"},
      {"{'conditions':" + kWarning + "}", "npnnn"},
      {"{'conditions':" + bundle_of(kWarning) + "}", "npnnn"},
      {"{'conditions':" + bundle_of(kError) + "}", "nfnnn"},
      {"{'conditions':" + bundle_of(kCondition, next) + "}", "nfnnn", 1},
      {"{'item1':" + bundle_of(kCondition, next) + "}", "nfnnn", 1},
      {"{'medications':" + kError + ",'procedures':null}", "nnnnf"},
      {"{'procedures':null,'medications':" + kError + "}", "nnnnf"},
      {"{'user':'123','n':5,'a':[],'conditions':'x'}", "nnnnn"},
      {"{'patient':{'response':{'status':'200 OK'},'resource':{'resourceType':'Patient','id':'p1'}}}", "pnnnn"},
      {"{'conditions':{'response':{'status':'200 OK'},'resource':null}}", "npnnn"},
      {"{'conditions':{'response':{'status':'500'}}}", "nfnnn"},
      {"{'conditions':{'response':{'status':'200 OK'},'resource':" + bundle_of(kCondition) + "}}", "npnnn", 1},
      {"{'patient':" + bundle_of("{'resourceType':'Patient'}") + "}", "pnnnn"},
      {"{'patient':{'resourceType':'Patient','id':'p2'}}", "nnnnn"},
      {"{'item1':{'resourceType':'Condition','subject':{'reference':'Patient/p2'}}}", "nnnnn", 0},
      {"{'conditions':null,'conditions':" + kError + "}", "nfnnn"},
      {"{'conditions':{'resourceType':'Bundle','entry':[{'search':{'mode':'match'}},null,{'resource':null},"
       "{'resource':" +
           kCondition + "}]}}",
       "npnnn", 1},
      {"{'conditions':{'entry':[{'resource':" + kCondition + "}]}}", "npnnn", 1},
      {"{'all':" + bundle_of(bundle_of(kCondition)) + "}", "npnnn", 1},
      {"{'a':" + kCondition + ",'b':" + kCondition + "}", "npnnn", 1},
      {"{'m':{'resourceType':'Medication','id':'m1'}}", "nnnnn"},
      {"{'x':{'resourceType':'AllergyIntolerance'},'y':{'resourceType':'Observation'},'z':{'resourceType':'Procedure'}"
       "}",
       "nnppp"},
  };
  for (Case const& c : cases) {
    Gathered const got(c.prefetch);
    EXPECT_EQ(availability(got.chart), c.available) << c.prefetch;
    EXPECT_EQ(got.chart.conditions.size(), c.conditions) << c.prefetch;
  }
}

TEST(ReadChart, PREF_14_resources_of_another_patient_are_ignored_but_the_empty_answer_counts) {
  Gathered const got(
      "{'observations':" + bundle_of("{'resourceType':'Observation','subject':{'reference':'Patient/p2'}}") + "}");
  EXPECT_TRUE(got.chart.observations.empty());
  EXPECT_EQ(availability(got.chart), "nnpnn");
}

TEST(ReadChart, PREF_13_draft_entries_outrank_prefetch_and_draft_orders_are_no_treatments) {
  Gathered const got(
      R"({'medications':{'resourceType':'Bundle','entry':[
            {'resource':{'resourceType':'MedicationRequest','id':'r1','status':'active'}},
            {'resource':{'resourceType':'MedicationRequest','id':'r0','status':'active'}}]},
          'conditions':{'resourceType':'Condition','id':'c1','code':{'text':'old'}},
          'medication':{'resourceType':'Medication','id':'m1','code':{'text':'from prefetch'}}})",
      R"({'resourceType':'Bundle','entry':[
            {'resource':{'resourceType':'MedicationRequest','id':'r1','status':'draft'}},
            {'resource':{'resourceType':'Condition','id':'c1','code':{'text':'new'}}},
            {'resource':{'resourceType':'Medication','id':'m1','code':{'text':'from draft'}}}]})");
  ASSERT_EQ(got.chart.treatments.size(), 1U);
  EXPECT_EQ(got.chart.treatments[0].id, "r0");
  ASSERT_EQ(got.chart.conditions.size(), 1U);
  EXPECT_EQ(shown(got.chart.conditions[0].code), "/ new");
  Texts texts;
  Order const order = read_order(texts("{'resourceType':'MedicationRequest','medicationReference':"
                                       "{'reference':'Medication/m1'}}"),
                                 got.index, got.chart);
  EXPECT_EQ(shown(order.drug), "/ from draft");
}

TEST(ReadChart, draft_entries_other_than_the_patient_make_no_kind_available) {
  Gathered const got("{}", "{'entry':[]}");
  EXPECT_EQ(availability(got.chart), "nnnnn");
  Gathered const more("{}", R"({'resourceType':'Bundle','entry':[{'resource':{'resourceType':'Patient','id':'p1',
      'gender':'male'}},{'resource':{'resourceType':'Condition','code':{'text':'CIDP'}}}]})");
  EXPECT_EQ(availability(more.chart), "pnnnn");
  EXPECT_EQ(more.chart.patient.sex, Sex::male);
  EXPECT_EQ(more.chart.conditions.size(), 1U);
}

TEST(ReadChart, CTX_14_of_equal_entries_of_a_bundle_the_last_counts) {
  Gathered const got(R"({'conditions':{'resourceType':'Bundle','entry':[
      {'resource':{'resourceType':'Condition','id':'a','code':{'text':'first'}}},
      {'resource':{'resourceType':'Condition','id':'b','code':{'text':'other'}}},
      {'resource':{'resourceType':'Condition','id':'a','code':{'text':'last'}}}]}})");
  ASSERT_EQ(got.chart.conditions.size(), 2U);
  EXPECT_EQ(shown(got.chart.conditions[0].code), "/ other");
  EXPECT_EQ(shown(got.chart.conditions[1].code), "/ last");
}

TEST(ReadChart, CTX_08_treatments_find_medications_under_any_key_and_by_full_url) {
  Gathered const got(R"({'medications':{'resourceType':'Bundle','entry':[
      {'resource':{'resourceType':'MedicationRequest','id':'r0','medicationReference':{'reference':'urn:uuid:aa'}}}]},
      'zzz':{'resourceType':'Bundle','entry':[{'fullUrl':'urn:uuid:aa','resource':{'resourceType':'Medication',
      'code':{'text':'rituximab'}}}]}})");
  EXPECT_EQ(shown(got.chart.treatments.at(0).what), "/ rituximab");
}

TEST(ReadChart, without_any_input_is_empty) {
  ResourceIndex index;
  Chart const chart = read_chart(nullptr, nullptr, "Patient/p1", index);
  EXPECT_EQ(availability(chart), "nnnnn");
  EXPECT_EQ(chart.patient.id, "p1");
}

TEST(ReadBundleChart, reads_patient_chart_and_orders_from_one_bundle) {
  Texts texts;
  ResourceIndex index;
  std::vector<base::Json const*> orders;
  Chart const chart = read_bundle_chart(texts(R"({'resourceType':'Bundle','entry':[
      {'fullUrl':'urn:uuid:pp','resource':{'resourceType':'Patient','id':'p7','gender':'female'}},
      {'resource':{'resourceType':'Condition','subject':{'reference':'urn:uuid:pp'},'code':{'text':'CIDP'}}},
      {'resource':{'resourceType':'Condition','subject':{'reference':'Patient/other'},'code':{'text':'GBS'}}},
      {'resource':{'resourceType':'MedicationRequest','id':'r1','status':'draft'}},
      {'resource':{'resourceType':'MedicationRequest','id':'r2'}},
      {'resource':{'resourceType':'ServiceRequest','id':'r3','status':'on-hold','intent':'plan'}},
      {'resource':{'resourceType':'MedicationOrder','id':'r4','status':'completed'}},
      {'resource':{'resourceType':'ProcedureRequest','id':'r5','status':'unknown'}},
      {'resource':{'resourceType':'MedicationRequest','id':'r6','status':'entered-in-error'}},
      {'resource':{'resourceType':'MedicationRequest','id':'r7','subject':{'reference':'Patient/other'}}}]})"),
                                        "", index, orders);
  EXPECT_EQ(chart.patient.id, "p7");
  EXPECT_EQ(chart.conditions.size(), 1U);
  EXPECT_EQ(orders.size(), 4U);
  EXPECT_EQ(chart.treatments.size(), 5U);
  EXPECT_EQ(availability(chart), "ppppp");
}

TEST(ReadBundleChart, without_patient_only_the_kinds_present_are_provided) {
  Texts texts;
  ResourceIndex index;
  std::vector<base::Json const*> orders;
  EXPECT_EQ(availability(read_bundle_chart(texts(bundle_of(kCondition)), "", index, orders)), "npnnn");
  EXPECT_EQ(availability(read_bundle_chart(texts("{'resourceType':'MedicationRequest'}"), "", index, orders)), "nnnnp");
  EXPECT_EQ(orders.size(), 1U);
  EXPECT_EQ(availability(read_bundle_chart(texts("[]"), "", index, orders)), "nnnnn");
}

}  // namespace
}  // namespace ivig::fhir
