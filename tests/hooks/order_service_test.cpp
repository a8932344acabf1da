// The services end to end, from the bytes of a request to the bytes of the answer: which order is about what.
#include "hooks/order_service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/order_answers.h"

namespace ivig::hooks {
namespace {

using test::bundle;
using test::coded;
using test::condition;
using test::dosage;
using test::ivig_order;
using test::ivig_order_in;
using test::kIcd10Cm;
using test::kRxNorm;
using test::medication_request;
using test::OrderAnswers;
using test::OrderRequest;
using test::words;

// An order that deserves a warning and one that is fine, so that what was recognised can be told from the answer.
std::string ibm() { return coded(kIcd10Cm, "G72.41"); }
std::string gbs() { return coded(kIcd10Cm, "G61.0"); }

/// A MedicationRequest for inclusion body myositis with the given drug members.
std::string ordered(std::string const& drug, std::string const& more = "") {
  return medication_request("a",
                            drug + "," + dosage() + ",'reasonCode':[" + ibm() + "]" + (more.empty() ? "" : "," + more));
}

struct OrderService : testing::Test {
  OrderAnswers service;
};

TEST_F(OrderService, RESP_01_CTX_04_05_nothing_to_check_is_an_empty_array) {
  for (auto const& drafts : std::vector<std::vector<std::string>>{
           {},
           {"{'resourceType':'VisionPrescription','id':'v','patient':{'reference':'Patient/p1'}}"},
           {"{'resourceType':'NutritionOrder','id':'n'}"},
           {"{'resourceType':'Patient','id':'p1'}"},
           {medication_request("m", "'medicationCodeableConcept':" + words("amoxicillin 500 mg"))},
           {medication_request("m", "")},
           {"{'resourceType':'MedicationRequest'}"},
       }) {
    auto answer = service.answer(OrderRequest{drafts}.text());
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer, R"({"cards":[]})");
  }
}

TEST_F(OrderService, RESP_05_REQ_15_16_equal_calls_get_equal_answers_in_any_order) {
  std::string const first = OrderRequest{{ivig_order("a", ibm())}}.text();
  std::string const other = OrderRequest{{ivig_order("b", gbs()), ivig_order("c", words("gout"))}}.text();
  auto const answer = service.answer(first);
  (void)service.answer(other);
  EXPECT_EQ(*service.answer(first), *answer);
}

TEST_F(OrderService, CARD_01_a_uuid_belongs_to_one_instance_and_one_order) {
  OrderRequest request{{ivig_order("a", ibm()), ivig_order("b", ibm())}};
  auto const cards = service.cards(request);
  ASSERT_EQ(cards.size(), 2U);
  EXPECT_NE(cards[0].uuid, cards[1].uuid);
  request.instance = "00000000-0000-4000-8000-000000000001";
  auto const again = service.cards(request);
  ASSERT_EQ(again.size(), 2U);
  EXPECT_NE(cards[0].uuid, again[0].uuid);
}

TEST_F(OrderService, CTX_08_the_drug_in_every_form_gives_the_same_card) {
  std::string const medication = "{'resourceType':'Medication','id':'m1','code':" + test::privigen() + "}";
  auto by_reference = [](std::string const& reference) {
    return ordered("'medicationReference':{'reference':'" + reference + "'}");
  };
  auto entry = [&](std::string const& url) { return "{'fullUrl':'" + url + "','resource':" + medication + "}"; };
  std::string const urn = "urn:uuid:7f9c2ba4-e88f-4cc5-a1de-7d8b7f9d3f10";
  struct Case {
    char const* form;
    OrderRequest request;
  };
  std::string const local = "{'system':'urn:oid:1.2.3','code':'IG10'}";
  Case const cases[] = {
      {"code", {{ordered("'medicationCodeableConcept':" + test::privigen())}}},
      {"second coding (CTX-09)",
       {{ordered("'medicationCodeableConcept':{'coding':[" + local + ",{'system':'" + kRxNorm +
                 "','code':'1809520'}]}")}}},
      {"system as OID (CTX-09)",
       {{ordered("'medicationCodeableConcept':{'coding':[" + local +
                 ",{'system':'urn:oid:2.16.840.1.113883.6.88','code':'1809520'}]}")}}},
      {"contained", {{ordered("'contained':[" + medication + "],'medicationReference':{'reference':'#m1'}")}}},
      {"entry, relative", {{by_reference("Medication/m1"), medication}}},
      {"entry before the order", {{medication, by_reference("Medication/m1")}}},
      {"entry, absolute",
       {{by_reference("https://ehr.example.org/fhir/Medication/m1"),
         entry("https://ehr.example.org/fhir/Medication/m1")}}},
      {"entry, urn:uuid", {{by_reference(urn), entry(urn)}}},
      {"prefetched under a key of its own", {{by_reference("Medication/m1")}, {}, {}, {{"medication", medication}}}},
      {"prefetched in a Bundle", {{by_reference("Medication/m1")}, {}, {}, {{"item7", bundle({medication})}}}},
      {"R5 concept", {{ordered("'medication':{'concept':" + test::privigen() + "}")}}},
      {"R5 reference", {{ordered("'medication':{'reference':{'reference':'Medication/m1'}}"), medication}}},
      {"text", {{ordered("'medicationCodeableConcept':" + words("Privigen 10% intravenous"))}}},
      {"brand in the display of an unresolved reference (low certainty)",
       {{ordered("'medicationReference':{'reference':'Medication/elsewhere','display':'Privigen 10%'}")}}},
  };
  for (Case const& c : cases) EXPECT_EQ(service.indicators(c.request), "warning") << c.form;
}

TEST_F(OrderService, CTX_10_text_is_not_believed_against_a_code_of_something_else) {
  std::string const albumin = "'medicationCodeableConcept':{'coding':[{'system':'" + std::string(kRxNorm) +
                              "','code':'828529','display':'Albumin Human, USP'}],'text':'IVIG'}";
  EXPECT_EQ(service.said({{ordered(albumin)}}), "");
}

TEST_F(OrderService, CTX_06_07_only_live_orders_are_checked) {
  auto with_status = [](std::string const& status) {
    std::string order = ivig_order("a", ibm());
    return order.replace(order.find("'draft'"), 7, "'" + status + "'");
  };
  for (char const* status : {"draft", "active", "on-hold", "unknown"})
    EXPECT_EQ(service.indicators({{with_status(status)}}), "warning") << status;
  for (char const* status : {"entered-in-error", "cancelled", "stopped", "completed"})
    EXPECT_EQ(service.said({{with_status(status)}}), "") << status;
  EXPECT_EQ(service.said({{ivig_order("a", ibm(), "'doNotPerform':true")}}), "");
  EXPECT_EQ(service.said({{ivig_order("a", ibm(), "'reportedBoolean':true")}}), "");
}

TEST_F(OrderService, CTX_02_03_13_19_bundles_as_clients_write_them) {
  std::string const order = ivig_order("a", ibm());
  auto draft = [&](std::string const& bundle_text) {
    std::string text = OrderRequest{{}}.text();
    std::string const old = test::json("'draftOrders':" + bundle({}, "collection"));
    return text.replace(text.find(old), old.size(), test::json("'draftOrders':" + bundle_text));
  };
  for (auto const& bundle_text :
       {"{'resourceType':'Bundle','entry':[{'resource':" + order + "}]}",
        "{'resourceType':'Bundle','type':'batch','entry':[{'fullUrl':'https://h/x','resource':" + order + "}]}",
        "{'resourceType':'Bundle','type':'searchset','total':99,'entry':{'resource':" + order + "}}",
        "{'resourceType':'Bundle','entry':[null,{},{'resource':null},{'resource':" + order + "},{'resource':[]}]}"}) {
    auto const cards = service.cards_of(draft(bundle_text));
    ASSERT_EQ(cards.size(), 1U) << bundle_text;
    EXPECT_EQ(cards[0].indicator, "warning") << bundle_text;
  }
  std::string const sandbox =
      "{'resourceType':'MedicationRequest','id':'request-123','subject':{'reference':'Patient/p1'}"
      ",'medicationCodeableConcept':" +
      test::privigen() + ",'reasonCode':" + ibm() + ",'category':{'text':'outpatient'}}";
  EXPECT_EQ(service.indicators({{sandbox}}), "warning") << "no status, no intent, objects for arrays";
}

TEST_F(OrderService, CTX_14_of_two_entries_with_one_identity_the_last_counts) {
  EXPECT_EQ(service.said({{ivig_order("a", ibm()), ivig_order("a", gbs())}}), "");
  EXPECT_EQ(service.indicators({{ivig_order("a", gbs()), ivig_order("a", ibm())}}), "warning");
}

TEST_F(OrderService, REQ_11_ACT_07_a_long_id_comes_back_whole) {
  std::string const id = "e" + std::string(200, 'x') + "3.a-b_c" + std::string(11, 'y');
  auto const cards = service.cards({{ivig_order(id, ibm())}});
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_EQ(cards[0].target, "MedicationRequest/" + id);
}

TEST_F(OrderService, ACT_07_an_order_without_id_gets_a_card_without_action) {
  std::string order = ivig_order("a", ibm());
  order.replace(order.find("'id':'a',"), 9, "");
  auto const cards = service.cards({{order}});
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_EQ(cards[0].target, "");
}

TEST_F(OrderService, REQ_12_orders_of_another_patient_get_no_guidance) {
  auto of = [](std::string const& subject) {
    std::string order = ivig_order("a", ibm());
    return order.replace(order.find("Patient/p1"), 10, subject);
  };
  EXPECT_EQ(service.said({{of("Patient/p2")}}), "");
  EXPECT_EQ(service.said({{of("https://other.example.org/fhir/Patient/p2")}}), "");
  EXPECT_EQ(service.indicators({{of("https://other.example.org/fhir/Patient/p1")}}), "warning");
  EXPECT_EQ(service.indicators({{of("Patient/p1/_history/3")}}), "warning");
}

TEST_F(OrderService, CARD_12_two_orders_get_a_card_each_in_their_order) {
  auto const cards = service.cards(
      {{ivig_order_in("2027-01", "a", ibm()), ivig_order_in("2027-03", "b", gbs()),
        ivig_order_in("2027-05", "c", coded(kIcd10Cm, "G14")), ivig_order_in("2027-07", "d", words("gout"))}});
  ASSERT_EQ(cards.size(), 3U);
  EXPECT_EQ(cards[0].target, "MedicationRequest/a");
  EXPECT_EQ(cards[1].target, "MedicationRequest/c");
  EXPECT_EQ(cards[2].indicator, "info");
  for (auto const& card : cards) EXPECT_NE(card.detail.find("Privigen"), std::string::npos) << card.detail;
}

TEST_F(OrderService, CTX_15_16_order_select_comments_on_selected_orders_only) {
  OrderRequest request{{ivig_order("a", ibm()), ivig_order("b", coded(kIcd10Cm, "G14"))}};
  struct Case {
    std::vector<std::string> selections;
    std::string targets;
  };
  for (Case const& c : std::vector<Case>{
           {{"MedicationRequest/b"}, "MedicationRequest/b "},
           {{"https://ehr.example.org/fhir/MedicationRequest/b"}, "MedicationRequest/b "},
           {{"MedicationRequest/b", "MedicationRequest/a", "MedicationRequest/b"},
            "MedicationRequest/a MedicationRequest/b "},
           {{"MedicationRequest/none"}, ""},
           {{"ServiceRequest/b"}, ""},
           {{"b"}, ""},
           {{"xMedicationRequest/b"}, ""},
           {{""}, ""},
           {{}, ""},
       }) {
    request.selections = c.selections;
    std::string targets;
    for (auto const& card : service.cards(request)) targets += card.target + " ";
    EXPECT_EQ(targets, c.targets) << test::joined(c.selections);
  }
}

TEST_F(OrderService, CTX_15_order_select_without_selections_says_nothing) {
  OrderRequest request{{ivig_order("a", ibm())}};
  request.selections.emplace();
  std::string text = request.text();
  std::string const empty = test::json(",'selections':[]");
  text.erase(text.find(empty), empty.size());
  EXPECT_TRUE(service.cards_of(text).empty());
}

TEST_F(OrderService, REQ_13_the_same_order_in_each_FHIR_version) {
  std::string const drug = test::privigen();
  for (auto const& order :
       {"{'resourceType':'MedicationOrder','id':'a','status':'draft','patient':{'reference':'Patient/p1'},"
        "'medicationCodeableConcept':" +
            drug + ",'reasonCodeableConcept':" + ibm() + "}",
        "{'resourceType':'MedicationRequest','id':'a','status':'draft','intent':'order','subject':{'reference':"
        "'Patient/p1'},'context':{'reference':'Encounter/e'},'requester':{'agent':{'reference':'Practitioner/x'}},"
        "'medicationCodeableConcept':" +
            drug + ",'reasonCode':[" + ibm() + "]}",
        "{'resourceType':'MedicationRequest','id':'a','status':'draft','intent':'order','subject':{'reference':"
        "'Patient/p1'},'medication':{'concept':" +
            drug + "},'reason':[{'concept':" + ibm() + "}]}",
        "{'resourceType':'ServiceRequest','id':'a','status':'draft','intent':'order','subject':{'reference':"
        "'Patient/p1'},'code':{'coding':[{'system':'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets','code':"
        "'J1459'}]},'reasonCode':[" +
            ibm() + "]}"}) {
    auto const cards = service.cards({{order}});
    ASSERT_EQ(cards.size(), 1U) << order;
    EXPECT_EQ(cards[0].indicator, "warning") << order;
  }
}

TEST_F(OrderService, the_reason_by_reference_in_every_form) {
  auto referring = [](std::string const& reference, std::string const& more = "") {
    return ivig_order("a", "",
                      more + (more.empty() ? "" : ",") + "'reasonReference':[{'reference':'" + reference + "'}]");
  };
  std::string const ibm_problem = condition("c1", ibm());
  EXPECT_EQ(service.indicators({{referring("Condition/c1")}, {ibm_problem}}), "warning") << "prefetched";
  EXPECT_EQ(service.indicators({{referring("https://h/fhir/Condition/c1")}, {ibm_problem}}), "warning") << "absolute";
  EXPECT_EQ(service.indicators({{referring("Condition/c1"), ibm_problem}}), "warning") << "an entry of the Bundle";
  EXPECT_EQ(service.indicators({{referring("#c", "'contained':[{'resourceType':'Condition','id':'c','code':" + ibm() +
                                                     ",'subject':{'reference':'Patient/p1'}}]")}}),
            "warning")
      << "contained";
  EXPECT_EQ(service.indicators({{ivig_order("a", "",
                                            "'reasonReference':[{'reference':'Condition/unknown','display':"
                                            "'Inclusion body myositis'}]")}}),
            "warning")
      << "by its display";
}

TEST_F(OrderService, PREF_13_the_order_of_the_context_outranks_that_of_the_record) {
  OrderRequest request{{ivig_order("a", gbs())}};
  request.prefetch = {{"medications", bundle({ivig_order("a", ibm())})}};
  EXPECT_EQ(service.said(request), "");
}

TEST_F(OrderService, PREF_06_12_the_form_and_the_key_of_a_prefetch_value_do_not_matter) {
  std::string const problem = condition("c1", ibm());
  for (auto const& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"conditions", bundle({problem})},
           {"conditions", problem},
           {"conditions", "{'response':{'status':'200 OK'},'resource':" + bundle({problem}) + "}"},
           {"item1", bundle({problem})},
           {"-problems", problem},
       }) {
    OrderRequest request{{ivig_order("a")}};
    request.prefetch = {{"conditions", ""}, {key, value}};
    EXPECT_EQ(service.indicators(request), "warning") << key << " " << value.substr(0, 40);
  }
}

TEST_F(OrderService, HTTP_20_412_only_without_reason_and_without_conditions) {
  auto with_conditions = [](std::string const& order, std::string const& value) {
    OrderRequest request{{order}};
    request.prefetch = {{"conditions", value}};
    return request.text();
  };
  std::string const failed = "{'resourceType':'OperationOutcome','issue':[{'severity':'error','code':'exception'}]}";
  std::string const paged =
      "{'resourceType':'Bundle','type':'searchset','link':[{'relation':'next','url':'https://h/2'}],'entry':[]}";
  for (auto const& lacking : {std::string(), failed, paged, std::string("'123'"), std::string("7")}) {
    for (auto const& order : {ivig_order("a"), ivig_order("a", words("as discussed"))}) {
      auto answer = service.answer(with_conditions(order, lacking));
      ASSERT_FALSE(answer) << lacking << "\n" << *answer;
      EXPECT_EQ(answer.error().code, base::Errc::missing_data);
      EXPECT_EQ(answer.error().where, "prefetch.conditions");
      EXPECT_NE(answer.error().detail.find("conditions"), std::string::npos);
    }
    EXPECT_TRUE(service.answer(with_conditions(ivig_order("a", gbs()), lacking))) << "a reason is enough";
    EXPECT_TRUE(service.answer(
        with_conditions(medication_request("m", "'medicationCodeableConcept':" + words("amoxicillin")), lacking)))
        << "no IVIG";
  }
}

TEST_F(OrderService, HTTP_21_PREF_03_05_known_empty_is_no_gap) {
  std::string const remark =
      "{'resourceType':'Bundle','type':'searchset','total':0,'entry':[{'search':{'mode':'outcome'},'resource':{"
      "'resourceType':'OperationOutcome','issue':[{'severity':'warning','code':'processing'}]}}]}";
  for (auto const& empty :
       {std::string("null"), bundle({}), std::string("{'resourceType':'Bundle','type':'searchset'}"), remark}) {
    OrderRequest fine{{ivig_order("a", gbs())}};
    fine.prefetch = {{"conditions", empty}, {"allergies", empty}, {"medications", empty}, {"procedures", empty}};
    EXPECT_EQ(service.said(fine), "") << empty;
    OrderRequest open{{ivig_order("a")}};
    open.prefetch = {{"conditions", empty}};
    EXPECT_EQ(service.indicators(open), "info") << empty;
  }
}

TEST_F(OrderService, CARD_13_a_gap_is_said_where_the_order_would_be_silent) {
  OrderRequest request{{ivig_order("a", gbs())}};
  request.prefetch = {{"allergies", ""}};
  auto const cards = service.cards(request);
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_EQ(cards[0].indicator, "info");
  EXPECT_NE(cards[0].summary.find("allergies"), std::string::npos) << cards[0].summary;
  request.prefetch = {{"allergies", "{'resourceType':'OperationOutcome','issue':[{'severity':'fatal'}]}"}};
  EXPECT_EQ(service.indicators(request), "info");
  service.options.gap_cards = false;
  EXPECT_EQ(service.said(request), "");
}

TEST_F(OrderService, CARD_13_a_gap_is_named_on_the_card_that_is_shown_anyway) {
  OrderRequest request{{ivig_order("a", ibm())}};
  request.prefetch = {{"allergies", ""}};
  auto const cards = service.cards(request);
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_EQ(cards[0].indicator, "warning");
  EXPECT_NE(cards[0].detail.find("allergies"), std::string::npos) << cards[0].detail;
}

TEST_F(OrderService, CARD_03_LOG_02_text_of_the_request_is_inert_on_the_card) {
  std::string const hostile =
      "<script>alert(1)</script> [x](javascript:alert(1)) ![i](https://evil.example/p.png) | `code` www.evil.example "
      "https://evil.example \\u0000\\n# heading inclusion body myositis";
  std::string const printable = hostile.substr(0, hostile.find("\\u0000")) + "inclusion body myositis";
  auto const cards =
      service.cards({{medication_request("a", "'medicationCodeableConcept':" + words("Privigen " + printable) + "," +
                                                  dosage() + ",'reasonCode':[" + words(printable) + "]")}});
  ASSERT_EQ(cards.size(), 1U);  // the shape is checked by cards()
  EXPECT_EQ(cards[0].indicator, "warning");
}

TEST_F(OrderService, EXT_04_every_profile_gets_an_answer_of_its_own_version) {
  OrderRequest const request{{ivig_order_in("2027-01", "a", ibm()), ivig_order_in("2027-03", "b", words("gout"))}};
  for (char const* name : {"generic", "epic", "oracle-health", "cds-hooks-1.0", "sandbox"}) {
    service.options.profile = *client_profile(name);
    EXPECT_EQ(service.indicators(request), "warning info") << name;
  }
}

TEST_F(OrderService, REQ_13_PREF_16_HTTP_10_odd_shapes_never_crash) {
  for (char const* odd : {"null", "1", "'x'", "[]", "{}", "[[]]", "[null]", "[1,'x',{}]", "{'reference':{}}", "true"}) {
    for (char const* member :
         {"subject", "medicationCodeableConcept", "medicationReference", "reasonCode", "reasonReference",
          "dosageInstruction", "contained", "status", "identifier", "note", "extension", "authoredOn"}) {
      std::string const order =
          "{'resourceType':'MedicationRequest','id':'a','" + std::string(member) + "':" + odd + "}";
      EXPECT_TRUE(service.answer(OrderRequest{{order}}.text())) << order;
      EXPECT_TRUE(service.answer(OrderRequest{{ivig_order("b", ibm(), "'" + std::string(member) + "':" + odd)}}.text()))
          << member << " " << odd;
    }
    for (char const* key : {"patient", "conditions", "observations", "allergies", "medications", "x"}) {
      OrderRequest request{{ivig_order("a", ibm())}};
      request.prefetch = {{key, odd}};
      EXPECT_TRUE(service.answer(request.text())) << key << " " << odd;
    }
  }
}

}  // namespace
}  // namespace ivig::hooks
