// What is missing comes from the EHR's FHIR server: what is asked, with which token, and what a failure costs.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "certs/outbound_trust.h"
#include "tests/support/fetching_service.h"
#include "tests/support/test_certificates.h"

namespace ivig::hooks {
namespace {

using test::access;
using test::Asked;
using test::bundle;
using test::coded;
using test::condition;
using test::FetchingService;
using test::FhirServer;
using test::ivig_order;
using test::kIcd10Cm;
using test::OrderRequest;
using test::without_prefetch;
using Kind = test::Misbehaviour::Kind;
using Texts = std::vector<std::string>;

std::string ibm() { return coded(kIcd10Cm, "G72.41"); }
std::string gbs() { return coded(kIcd10Cm, "G61.0"); }

constexpr char const* kFailed = "{'resourceType':'OperationOutcome','issue':[{'severity':'error'}]}";

Texts const kAllQueries{"/AllergyIntolerance?patient=p1",
                        "/Condition?patient=p1",
                        "/MedicationRequest?patient=p1",
                        "/MedicationStatement?patient=p1",
                        "/Observation?patient=p1&category=laboratory,vital-signs&_sort=-date&_count=200",
                        "/Patient/p1",
                        "/Procedure?patient=p1"};

/// The chart of OrderRequest, with one condition, on a server.
void fill(FhirServer& server) {
  server.put(test::patient());
  server.put(test::observation("weight", "29463-7", "Body weight", "80", "kg"));
  server.put(test::observation("height", "8302-2", "Body height", "178", "cm"));
  server.put(test::observation("iga", "2458-8", "IgA", "145", "mg/dL"));
  server.put(test::observation("creatinine", "2160-0", "Creatinine", "0.8", "mg/dL"));
  server.put(condition("c1", ibm()));
}

struct Fetch : testing::Test {
  FhirServer server;
  FetchingService service;
  test::OrderAnswers prefetched;

  void SetUp() override {
    fill(server);
    service.allow({server.base()});
  }
  std::string with_access() const { return access(server.base()); }
  /// The answer to the same order with everything prefetched.
  std::string expected(std::string const& order) {
    OrderRequest request{{order}, {condition("c1", ibm())}};
    auto const answer = prefetched.answer(request.text());
    return answer ? *answer : answer.error().where;
  }
};

TEST_F(Fetch, FHIR_01_03_12_PREF_02_15_nothing_prefetched_gives_the_same_cards) {
  server.demand_token("secret-1");
  EXPECT_EQ(service.answer(without_prefetch(ivig_order("a"), with_access())), expected(ivig_order("a")));
  EXPECT_EQ(server.targets(), kAllQueries);
  for (Asked const& asked : server.log()) {
    EXPECT_EQ(asked.method, "GET");
    EXPECT_EQ(asked.authorization, "Bearer secret-1") << asked.target;
    EXPECT_EQ(asked.accept, "application/fhir+json");
  }
}

TEST_F(Fetch, PREF_02_only_the_key_that_is_absent_is_asked_for) {
  std::string const want = expected(ivig_order("a"));
  for (auto const& prefetch : kPrefetch) {
    server.forget();
    OrderRequest request{{ivig_order("a")}, {condition("c1", ibm())}};
    request.prefetch = {{std::string(prefetch.key), ""}};
    request.more = with_access();
    EXPECT_EQ(service.answer(request), want) << prefetch.key;
    auto const targets = server.targets();
    ASSERT_EQ(targets.size(), 1U) << prefetch.key;
    std::string_view const type = prefetch.query.substr(0, prefetch.query.find_first_of("/?"));
    EXPECT_TRUE(targets[0].starts_with("/" + std::string(type))) << targets[0];
  }
}

TEST_F(Fetch, PREF_03_05_what_is_known_to_be_empty_is_not_asked_for) {
  std::string const remark =
      "{'resourceType':'Bundle','type':'searchset','total':0,'entry':[{'search':{'mode':'outcome'},'resource':{"
      "'resourceType':'OperationOutcome','issue':[{'severity':'warning','code':'processing'}]}}]}";
  for (std::string const& empty : {std::string("null"), bundle({}), std::string("{'resourceType':'Bundle'}"), remark}) {
    OrderRequest request{{ivig_order("a", gbs())}};
    for (auto const& prefetch : kPrefetch) request.prefetch.emplace_back(prefetch.key, empty);
    request.more = with_access();
    EXPECT_TRUE(service.answer(request).starts_with("{")) << empty;
  }
  EXPECT_EQ(server.targets(), Texts{});
}

TEST_F(Fetch, PREF_04_a_query_that_failed_at_the_client_is_not_repeated) {
  OrderRequest request{{ivig_order("a")}};
  request.prefetch = {{"conditions", kFailed}};
  request.more = with_access();
  EXPECT_EQ(service.answer(request), "412 prefetch.conditions");
  request.prefetch = {{"allergies", kFailed}, {"conditions", bundle({condition("c1", ibm())})}};
  EXPECT_NE(service.answer(request).find("allergies"), std::string::npos) << "the gap is stated";
  EXPECT_EQ(server.targets(), Texts{});
}

TEST_F(Fetch, PREF_07_further_pages_of_a_prefetched_bundle_are_followed) {
  server.page_size(1);
  server.put(condition("c2", coded(kIcd10Cm, "I10")));
  OrderRequest request{{ivig_order("a")}};
  // The decisive condition is on the second page, whatever the client calls the first.
  for (std::string const key : {"conditions", "item1"}) {
    server.forget();
    std::string const first =
        "{'resourceType':'Bundle','type':'searchset','link':[{'relation':'next','url':'" + server.base() +
        "/Condition?patient=p1&_page=0'}],'entry':[{'resource':" + condition("c0", coded(kIcd10Cm, "E78.5")) + "}]}";
    request.prefetch = {{"conditions", ""}, {key, first}};
    request.more = with_access();
    std::string const answer = service.answer(request);
    EXPECT_NE(answer.find("\"warning\""), std::string::npos) << answer;
    EXPECT_EQ(server.targets(), (Texts{"/Condition?patient=p1&_page=0", "/Condition?patient=p1&_page=1"})) << key;
    request.more.clear();
    EXPECT_EQ(service.answer(request), "412 prefetch.conditions") << "without a token it is no complete list";
  }
}

TEST_F(Fetch, PREF_07_pages_that_are_named_by_a_key_at_the_base_are_followed) {
  FhirServer hapi;
  hapi.page_size(1);
  hapi.pages_by_key();
  hapi.put(condition("c0", coded(kIcd10Cm, "I10")));  // a page of its own, before those that decide
  fill(hapi);
  service.allow({hapi.base()});
  EXPECT_EQ(service.answer(without_prefetch(ivig_order("a"), access(hapi.base()))), expected(ivig_order("a")));
  auto const targets = hapi.targets();
  EXPECT_EQ(std::count_if(targets.begin(), targets.end(), [](auto& t) { return t.starts_with("?_getpages="); }), 4)
      << "one more of conditions, three more of observations";
  for (Asked const& asked : hapi.log()) EXPECT_EQ(asked.authorization, "Bearer secret-1") << asked.target;
}

TEST_F(Fetch, PREF_08_pages_of_another_origin_are_not_contacted) {
  FhirServer other;
  service.allow({server.base(), other.base()});  // not even one that is allowed for other calls
  server.page_size(1);
  server.put(condition("c2", ibm()));
  server.next_origin(other.origin());
  EXPECT_EQ(service.answer(without_prefetch(ivig_order("a", gbs()), with_access())).find("412"), std::string::npos);
  OrderRequest request{{ivig_order("a")}};
  request.prefetch = {{"conditions", "{'resourceType':'Bundle','link':[{'relation':'next','url':'" + other.base() +
                                         "/Condition?patient=p1'}]}"}};
  request.more = with_access();
  EXPECT_EQ(service.answer(request), "412 prefetch.conditions");
  EXPECT_EQ(other.accepted(), 0);
}

TEST_F(Fetch, PREF_08_no_more_pages_and_bytes_than_allowed) {
  server.page_size(1);
  for (int i = 0; i < 20; ++i) server.put(condition("x" + std::to_string(i), coded(kIcd10Cm, "I10")));
  service.settings.pages = 3;
  auto const outcome = service.outcome(without_prefetch(ivig_order("a", gbs()), with_access()).text());
  ASSERT_TRUE(outcome);
  auto const targets = server.targets();
  EXPECT_EQ(std::count_if(targets.begin(), targets.end(), [](auto& t) { return t.starts_with("/Condition"); }), 3);
  std::map<std::string, std::string> in_part;
  for (auto const& query : outcome->queries) {
    if (query.result != "complete") in_part[query.resource] = query.result;
  }
  EXPECT_EQ(in_part, (std::map<std::string, std::string>{{"Condition", "too_large"}, {"Observation", "too_large"}}));
  server.page_size(1000);
  service.settings.answer_bytes = 1500;
  EXPECT_EQ(service.answer(without_prefetch(ivig_order("a"), with_access())), "412 prefetch.conditions");
}

TEST_F(Fetch, FHIR_02_05_07_08_REQ_03_04_without_right_and_address_nobody_is_called) {
  FhirServer other;
  std::string const order = ivig_order("a");
  for (std::string const& more : Texts{
           "'fhirServer':'" + server.base() + "'",
           access(server.base(), "t", "'expires_in':0"),
           access(server.base(), "t", "'expires_in':'300'"),
           access(server.base(), "t", "'token_type':'MAC'"),
           access(server.base(), "t", "'scope':null"),
           access(server.base(), "t", "'subject':null"),
           access(server.base(), "t", "'patient':'p2'"),
           access(server.base(), ""),
           access(server.base()).substr(access(server.base()).find("'fhirAuthorization'")),
           access(other.base()),
           access("https://127.0.0.1:" + std::to_string(server.port()) + "/fhir"),
           access("http://127.0.0.1@127.0.0.1:" + std::to_string(server.port()) + "/fhir"),
           access("http://localhost:" + std::to_string(server.port()) + "/fhir"),
           access("http://169.254.169.254/latest"),
           access("file:///etc/passwd"),
       }) {
    EXPECT_EQ(service.answer(without_prefetch(order, more)), "412 prefetch.conditions") << more;
  }
  service.settings.policy = {};
  EXPECT_EQ(service.answer(without_prefetch(order, with_access())), "412 prefetch.conditions") << "no allow-list";
  EXPECT_EQ(server.accepted() + other.accepted(), 0);
}

TEST_F(Fetch, FHIR_06_07_scope_is_a_hint_and_the_same_patient_is_no_mismatch) {
  for (std::string const& more : {access(server.base(), "t", "'scope':'Condition.Search (Problems) (R4)'"),
                                  access(server.base(), "t", "'patient':'p1','token_type':'bearer'")}) {
    EXPECT_EQ(service.answer(without_prefetch(ivig_order("a"), more)), expected(ivig_order("a"))) << more;
  }
}

TEST_F(Fetch, FHIR_09_paths_join_with_and_without_slash_and_ids_are_encoded) {
  (void)service.answer(without_prefetch(ivig_order("a"), with_access()));
  auto const plain = server.targets();
  server.forget();
  (void)service.answer(without_prefetch(ivig_order("a"), access(server.base() + "/")));
  EXPECT_EQ(server.targets(), plain);
  server.forget();
  std::string text = without_prefetch(ivig_order("a"), with_access()).text();
  text.replace(text.find("\"p1\""), 4, "\"a?b&c\"");
  (void)service.answer(text);
  EXPECT_EQ(server.targets(), Texts{}) << "the order is another patient's";
  std::size_t const subject = text.find("Patient/p1");
  text.replace(subject, 10, "Patient/a?b&c");
  (void)service.answer(text);
  EXPECT_TRUE(std::any_of(plain.begin(), plain.end(), [](auto& t) { return t == "/Patient/p1"; }));
  auto const odd = server.targets();
  EXPECT_TRUE(std::find(odd.begin(), odd.end(), "/Patient/a%3Fb%26c") != odd.end());
}

TEST_F(Fetch, FHIR_11_13_whatever_fails_degrades_to_412_or_a_stated_gap) {
  service.settings.time = std::chrono::milliseconds(400);
  service.settings.answer_bytes = 100'000;
  test::Misbehaviour large{Kind::oversize};
  large.bytes = 200'000;
  test::Misbehaviour raw{Kind::raw};
  raw.text = R"({"resourceType":"OperationOutcome","issue":[{"severity":"fatal"}]})";
  test::Misbehaviour empty_object{Kind::raw};
  empty_object.text = "{}";
  for (test::Misbehaviour const& how :
       std::vector<test::Misbehaviour>{{Kind::status, 401},
                                       {Kind::status, 403},
                                       {Kind::status, 404},
                                       {Kind::status, 429},
                                       {Kind::status, 500},
                                       {Kind::redirect, 0, server.base() + "/Elsewhere"},
                                       {Kind::drop},
                                       {Kind::truncate},
                                       {Kind::not_json},
                                       {Kind::hang},
                                       large,
                                       raw,
                                       empty_object}) {
    server.behave();
    server.misbehave("Condition", how);
    std::string const name = std::to_string(static_cast<int>(how.kind)) + " " + std::to_string(how.status);
    EXPECT_EQ(service.answer(without_prefetch(ivig_order("a"), with_access())), "412 prefetch.conditions") << name;
    std::string const answer = service.answer(without_prefetch(ivig_order("a", gbs()), with_access()));
    EXPECT_NE(answer.find("conditions"), std::string::npos) << name << answer;
    server.behave();
    server.misbehave("AllergyIntolerance", how);
    std::string const gap = service.answer(without_prefetch(ivig_order("a", gbs()), with_access()));
    EXPECT_NE(gap.find("allergies"), std::string::npos) << name << gap;
  }
}

TEST_F(Fetch, FHIR_04_JWT_21_each_call_uses_its_own_token_and_says_it_to_nobody) {
  std::string const first = service.answer(without_prefetch(ivig_order("a"), access(server.base(), "token-of-one")));
  std::size_t const calls = server.log().size();
  std::string const second = service.answer(without_prefetch(ivig_order("a"), access(server.base(), "token-of-two")));
  EXPECT_EQ(first, second);
  EXPECT_EQ(first.find("token-of"), std::string::npos);
  auto const log = server.log();
  for (std::size_t i = 0; i < log.size(); ++i) {
    EXPECT_EQ(log[i].authorization, i < calls ? "Bearer token-of-one" : "Bearer token-of-two");
  }
}

TEST_F(Fetch, PREFT_11_orders_of_other_drugs_cause_no_call) {
  for (std::string const& order :
       {test::medication_request("m", "'medicationCodeableConcept':{'text':'amoxicillin 500 mg'}"),
        test::medication_request("m", ""), std::string("{'resourceType':'NutritionOrder','id':'n'}")}) {
    EXPECT_EQ(service.answer(without_prefetch(order, with_access())), R"({"cards":[]})");
  }
  std::string cancelled = ivig_order("a");
  cancelled.replace(cancelled.find("'draft'"), 7, "'cancelled'");
  EXPECT_EQ(service.answer(without_prefetch(cancelled, with_access())), R"({"cards":[]})");
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(Fetch, CTX_08_a_medication_that_only_the_server_holds_is_read) {
  server.put("{'resourceType':'Medication','id':'m1','code':" + test::privigen() + "}");
  server.put("{'resourceType':'Medication','id':'m2','code':{'text':'albumin 25 %'}}");
  auto const ordered = [](std::string const& reference) {
    return test::medication_request("a", "'medicationReference':{'reference':'" + reference + "'}," + test::dosage());
  };
  std::string const want = expected(ivig_order("a"));
  EXPECT_EQ(service.answer(without_prefetch(ordered("Medication/m1"), with_access())), want);
  Texts all = kAllQueries;
  all.push_back("/Medication/m1");
  std::sort(all.begin(), all.end());
  EXPECT_EQ(server.targets(), all);
  EXPECT_EQ(server.log().front().target, "/fhir/Medication/m1") << "what the order is comes first";
  EXPECT_EQ(service.answer(without_prefetch(ordered(server.base() + "/Medication/m1"), with_access())), want);

  server.forget();
  EXPECT_EQ(service.answer(without_prefetch(ordered("Medication/m2"), with_access())), R"({"cards":[]})");
  EXPECT_EQ(server.targets(), Texts{"/Medication/m2"}) << "nothing else is read for another drug";
  server.forget();
  EXPECT_EQ(service.answer(without_prefetch(ordered("https://elsewhere.example/Medication/m1"), with_access())),
            R"({"cards":[]})");
  EXPECT_EQ(service.answer(without_prefetch(ordered("Medication/none"), with_access())), R"({"cards":[]})");
  EXPECT_EQ(server.targets(), Texts{"/Medication/none"});
}

TEST_F(Fetch, CTX_08_a_reason_that_no_list_holds_is_read) {
  server.put("{'resourceType':'Condition','id':'hidden','subject':{'reference':'Patient/other'},'code':" + gbs() + "}");
  server.put(condition("encounter-diagnosis", gbs()));
  std::string const order = ivig_order("a", "", "'reasonReference':[{'reference':'Condition/encounter-diagnosis'}]");
  OrderRequest request{{order}};
  request.more = with_access();
  EXPECT_EQ(service.answer(request), R"({"cards":[]})");
  EXPECT_EQ(server.targets(), Texts{"/Condition/encounter-diagnosis"});
  server.forget();
  request.drafts = {ivig_order("a", "", "'reasonReference':[{'reference':'Condition/hidden'}]")};
  EXPECT_NE(service.answer(request), R"({"cards":[]})") << "another patient's diagnosis is no reason";
}

TEST_F(Fetch, CTX_08_history_that_only_names_a_medication_is_looked_up) {
  server.put("{'resourceType':'Medication','id':'m9','code':{'text':'prednisone'}}");
  server.put(
      "{'resourceType':'MedicationRequest','id':'h1','status':'completed','subject':{'reference':'Patient/p1'},"
      "'medicationReference':{'reference':'Medication/m9'}}");
  (void)service.answer(without_prefetch(ivig_order("a"), with_access()));
  auto const targets = server.targets();
  EXPECT_TRUE(std::find(targets.begin(), targets.end(), "/Medication/m9") != targets.end());
}

TEST_F(Fetch, FHIR_10_PREFT_10_an_older_server_is_asked_in_its_own_words) {
  service.settings.version = fhir::Version::dstu2;
  (void)service.answer(without_prefetch(ivig_order("a"), with_access()));
  auto const targets = server.targets();
  auto const asked = [&](std::string const& target) {
    return std::find(targets.begin(), targets.end(), target) != targets.end();
  };
  EXPECT_TRUE(asked("/MedicationOrder?patient=p1"));
  EXPECT_TRUE(asked("/Observation?patient=p1&category=laboratory,vital-signs&_sort:desc=date&_count=200"));
  for (Asked const& line : server.log()) EXPECT_EQ(line.accept, "application/json+fhir");
}

TEST_F(Fetch, CTX_18_the_draft_itself_is_never_asked_for) {
  (void)service.answer(without_prefetch(ivig_order("a"), with_access()));
  for (std::string const& target : server.targets()) EXPECT_EQ(target.find("MedicationRequest/a"), std::string::npos);
}

TEST(FetchTls, FHIR_01_over_https_with_a_private_ca) {
  test::TestCertificates const certificates;
  FhirServer server("/api/FHIR/R4", {certificates.file("server.pem"), certificates.file("server.key")});
  fill(server);
  FetchingService service(*certs::load_outbound_trust(certificates.file("ca.pem")));
  service.allow({server.base("localhost")});
  auto const request = without_prefetch(ivig_order("a"), access(server.base("localhost")));
  auto const outcome = service.outcome(request.text());
  ASSERT_TRUE(outcome) << outcome.error().detail;
  EXPECT_EQ(outcome->queries.size(), 7U);
  for (auto const& query : outcome->queries) EXPECT_EQ(query.result, "complete");
  EXPECT_EQ(outcome->fhir_server, server.origin("localhost"));
  EXPECT_NE(outcome->answer->body.find("\"warning\""), std::string::npos);
  for (Asked const& asked : server.log()) EXPECT_EQ(asked.authorization, "Bearer secret-1");
}

}  // namespace
}  // namespace ivig::hooks
