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
    out += a == Availability::provided ? 'p' : could_not_be_read(a) ? 'f' : 'n';
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
      {"{'patient':{'resourceType':'Patient','id':'p2'}}", "fnnnn"},
      {"{'item1':{'resourceType':'Condition','subject':{'reference':'Patient/p2'}}}", "nfnnn", 0},
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

std::string of(std::string const& type, std::string const& patient) {
  return "{'resourceType':'" + type + "','" + (type == "AllergyIntolerance" ? "patient" : "subject") + "':" + patient +
         ",'code':{'text':'CIDP'}}";
}
std::string named(std::string const& literal) { return "{'reference':'" + literal + "'}"; }

TEST(ReadChart, PREF_14_what_holds_another_patients_resources_could_not_be_read) {
  std::string const ours = of("Condition", named("Patient/p1"));
  std::string const theirs = of("Condition", named("Patient/p2"));
  auto const answer_to = [](std::string const& search) {
    return "{'resourceType':'Bundle','link':[{'relation':'self','url':'" + search + "'}]}";
  };
  struct Case {
    std::string prefetch;
    std::string available;
    std::size_t conditions = 0;
  };
  Case const cases[] = {
      {"{'observations':" + bundle_of(of("Observation", named("Patient/p2"))) + "}", "nnfnn"},
      {"{'allergies':" + bundle_of(of("AllergyIntolerance", named("Patient/p2"))) + "}", "nnnfn"},
      {"{'conditions':" + bundle_of(theirs) + "}", "nfnnn"},
      {"{'conditions':{'resourceType':'Bundle','entry':[{'resource':" + ours + "},{'resource':" + theirs + "}]}}",
       "nfnnn", 1},
      {"{'a':" + theirs + ",'conditions':" + bundle_of(ours) + "}", "nfnnn", 1},
      {"{'conditions':" + bundle_of(ours) + ",'a':" + theirs + "}", "nfnnn", 1},
      // Somebody's conditions in place of the allergies: neither is known.
      {"{'allergies':" + bundle_of(theirs) + "}", "nfnfn"},
      {"{'allergies':" + bundle_of(ours) + "}", "npnfn", 1},
      {"{'medications':" + bundle_of(of("MedicationRequest", named("Patient/p2"))) + "}", "nnnnf"},
      {"{'procedures':" + bundle_of(of("Procedure", named("Patient/p2"))) + ",'medications':null}", "nnnnf"},
      {"{'patient':{'resourceType':'Patient','id':'p2','gender':'male'}}", "fnnnn"},
      {"{'patient':" + bundle_of("{'resourceType':'Patient','id':'p2'}") + "}", "fnnnn"},
      {"{'conditions':" + answer_to("https://h/fhir/Condition?patient=p1") + "}", "npnnn"},
      {"{'conditions':" + answer_to("https://h/fhir/Condition?subject=Patient%2Fp1&_count=9") + "}", "npnnn"},
      {"{'conditions':" + answer_to("https://h/fhir/Condition?code=a&patient=p2") + "}", "nfnnn"},
      {"{'conditions':" + answer_to("Condition?subject:Patient=Patient/p2") + "}", "nfnnn"},
      {"{'conditions':" + answer_to("https://h/fhir?_getpages=5f0c") + "}", "npnnn"},
  };
  for (Case const& c : cases) {
    Gathered const got(c.prefetch);
    EXPECT_EQ(availability(got.chart), c.available) << c.prefetch;
    EXPECT_EQ(got.chart.conditions.size(), c.conditions) << c.prefetch;
    EXPECT_EQ(got.chart.patient.sex, Sex::unknown) << c.prefetch;
  }
}

TEST(ReadChart, PREF_14_whose_a_resource_is_in_every_form_of_reference) {
  struct Case {
    std::string patient;  ///< Condition.subject
    bool ours;
    std::string more{};  ///< further members of the Condition
  };
  Case const cases[] = {
      {named("Patient/p1"), true},
      {named("https://h/fhir/Patient/p1"), true},
      {named("Patient/p1/_history/2"), true},
      {named("p1"), true},
      {"'Patient/p1'", true},
      {"[" + named("Patient/p1") + "]", true},
      {named("urn:uuid:0b-1"), true},
      {"{'display':'A B'}", true},
      {"{'identifier':{'system':'urn:mrn','value':'1'}}", true},
      {"{'identifier':{'system':'urn:other','value':'7'}}", true},
      {named("#p"), true},
      {named("#p"), true, ",'contained':[{'resourceType':'Patient','id':'p'}]"},
      {named("#p"), true,
       ",'contained':[{'resourceType':'Patient','id':'p','identifier':[{'system':'urn:mrn','value':'1'}]}]"},
      {named("Patient/p2"), false},
      {named("Patient/p11"), false},
      {named("https://h/fhir/Patient/p2"), false},
      {named("Device/p1"), false},
      {named("Group/p1"), false},
      {named("urn:uuid:0b-2"), false},
      {named("urn:uuid:nobody"), false},
      {"'Patient/p2'", false},
      {"[" + named("Patient/p1") + "," + named("Patient/p2") + "]", false},
      {"{'identifier':{'system':'urn:mrn','value':'2'}}", false},
      {named("#p"), false,
       ",'contained':[{'resourceType':'Patient','id':'p','identifier':[{'system':'urn:mrn','value':'2'}]}]"},
      {named("#p"), false, ",'contained':[{'resourceType':'Device','id':'p'}]"},
      {named("Patient/p1"), false, ",'patient':{'reference':'Patient/p2'}"},
  };
  std::string const patients =
      "{'resourceType':'Bundle','entry':["
      "{'fullUrl':'urn:uuid:0b-1','resource':{'resourceType':'Patient','id':'p1','identifier':["
      "{'system':'urn:mrn','value':'1'},{'system':'urn:ssn','value':'9'}]}}]}";
  for (Case const& c : cases) {
    Gathered const got("{'patient':" + patients + ",'x':{'resourceType':'Condition','code':{'text':'CIDP'},'subject':" +
                       c.patient + c.more + "}}");
    EXPECT_EQ(availability(got.chart), c.ours ? "ppnnn" : "pfnnn") << c.patient << c.more;
    EXPECT_EQ(got.chart.conditions.size(), c.ours ? 1U : 0U) << c.patient << c.more;
  }
}

TEST(ReadChart, PREF_14_what_is_left_out_is_counted_by_type_and_source) {
  Texts texts;
  base::Json const& prefetch = texts("{'conditions':" + bundle_of(of("Condition", named("Patient/p2"))) +
                                     ",'x':{'resourceType':'Zebra','subject':{'reference':'Patient/p3'}}}");
  base::Json const& page = texts(bundle_of(of("Condition", named("Patient/p2"))));
  Fetched const fetched[] = {{"conditions", {&page, &page}, true}};
  Sources sources(&prefetch, nullptr, fetched);
  ResourceIndex index;
  sources.add_to(index);
  std::vector<ForeignResources> foreign;
  EXPECT_EQ(availability(std::move(sources).read("p1", index, foreign)), "nfnnn");
  std::string seen;
  for (auto const& one : foreign) {
    seen += one.type + (one.fetched ? " fetched " : " prefetch ") + std::to_string(one.count) + "\n";
  }
  EXPECT_EQ(seen, "Condition prefetch 1\nCondition fetched 2\nother prefetch 1\n");
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

TEST(ReadBundleChart, a_Patient_without_id_is_known_by_its_fullUrl) {
  Texts texts;
  ResourceIndex index;
  std::vector<base::Json const*> orders, others;
  Chart const chart = read_bundle_chart(texts(R"({'resourceType':'Bundle','type':'transaction','entry':[
      {'fullUrl':'urn:uuid:pp','resource':{'resourceType':'Patient','gender':'female'}},
      {'fullUrl':'urn:uuid:qq','resource':{'resourceType':'Patient','gender':'male','birthDate':'1950-01-01'}},
      {'resource':{'resourceType':'Condition','subject':{'reference':'urn:uuid:pp'},'code':{'text':'CIDP'}}},
      {'resource':{'resourceType':'Condition','subject':{'reference':'urn:uuid:qq'},'code':{'text':'GBS'}}},
      {'resource':{'resourceType':'MedicationRequest','status':'draft','subject':{'reference':'urn:uuid:pp'}}},
      {'resource':{'resourceType':'MedicationRequest','status':'draft','subject':{'reference':'urn:uuid:qq'}}},
      {'resource':{'resourceType':'MedicationRequest','status':'completed','subject':{'reference':'urn:uuid:pp'}}}]})"),
                                        "", index, orders, {}, &others);
  EXPECT_EQ(chart.patient.id, "pp");
  EXPECT_EQ(chart.patient.sex, Sex::female);
  EXPECT_FALSE(chart.patient.birth_date);
  ASSERT_EQ(chart.conditions.size(), 1U);
  EXPECT_EQ(chart.conditions.front().code.text, "CIDP");
  EXPECT_EQ(orders.size(), 1U);
  EXPECT_EQ(others.size(), 2U);
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

TEST(ReadBundleChart, without_patient_the_first_order_says_whose_data_count) {
  Texts texts;
  ResourceIndex index;
  std::vector<base::Json const*> orders;
  std::vector<base::Json const*> others;
  Chart const chart = read_bundle_chart(
      texts("{'resourceType':'Bundle','entry':["
            "{'resource':{'resourceType':'Condition','id':'c1','subject':{'reference':'Patient/p2'},"
            "'code':{'text':'CIDP'}}},"
            "{'resource':{'resourceType':'MedicationRequest','subject':{'reference':'https://h/Patient/p1'}}},"
            "{'resource':{'resourceType':'MedicationRequest','id':'m2','subject':{'reference':'Patient/p2'}}},"
            "{'resource':{'resourceType':'Condition','id':'c2','subject':{'reference':'Patient/p1'},"
            "'code':{'text':'IBM'}}}]}"),
      "", index, orders, {}, &others);
  EXPECT_EQ(chart.patient.id, "p1");
  EXPECT_EQ(orders.size(), 1U);
  EXPECT_EQ(others.size(), 1U) << "told as an order of another patient";
  ASSERT_EQ(chart.conditions.size(), 1U);
  EXPECT_EQ(chart.conditions.front().code.text, "IBM");
}

}  // namespace
}  // namespace ivig::fhir
