// A FHIR server that mixes up patients or answers, whatever it does, changes nobody's cards. Real sockets, plain and
// TLS; calls of two patients one after the other.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "certs/outbound_trust.h"
#include "hooks/case_input.h"
#include "tests/support/fetching_service.h"
#include "tests/support/test_certificates.h"

namespace ivig::hooks {
namespace {

using test::bundle;
using test::coded;
using test::condition;
using test::FetchingService;
using test::FhirServer;
using test::ivig_order;
using test::kIcd10Cm;
using test::Misbehaviour;
using test::OrderRequest;
using Kind = test::Misbehaviour::Kind;

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// The same text about another patient.
std::string of_patient(std::string const& id, std::string const& text) {
  std::string const about = replaced(replaced(text, "Patient/p1", "Patient/" + id), "'id':'p1'", "'id':'" + id + "'");
  return replaced(about, R"("patientId":"p1")", R"("patientId":")" + id + "\"");
}

std::string gbs() { return coded(kIcd10Cm, "G61.0"); }
/// Selective deficiency of IgA: a card says so, unless the conditions are not known.
std::string iga_deficiency() { return condition("iga-deficiency", coded(kIcd10Cm, "D80.2")); }

constexpr char const* kTypes[] = {"Patient/",           "Condition?",           "Observation?", "AllergyIntolerance?",
                                  "MedicationRequest?", "MedicationStatement?", "Procedure?"};

class Identity : public testing::TestWithParam<bool> {
 protected:
  test::TestCertificates certificates;
  FhirServer server{"/fhir", GetParam()
                                 ? FhirServer::Tls{certificates.file("server.pem"), certificates.file("server.key")}
                                 : FhirServer::Tls{}};
  FetchingService service{*certs::load_outbound_trust(certificates.file("ca.pem"))};

  /// p1 is well; p2 has a deficiency of IgA.
  void SetUp() override {
    service.allow({base()});
    for (std::string const id : {"p1", "p2"}) {
      server.put(of_patient(id, test::patient()));
      server.put(of_patient(id, test::observation("weight-" + id, "29463-7", "Body weight", "80", "kg")));
      server.put(of_patient(id, condition("gbs-" + id, gbs())));
    }
    server.put(of_patient("p2", iga_deficiency()));
  }
  [[nodiscard]] std::string base() const { return server.base("localhost"); }
  [[nodiscard]] std::string request(std::string const& id) const {
    return of_patient(id, test::without_prefetch(ivig_order("a", gbs()), test::access(base())).text());
  }
  void misbehave(std::string const& id, Misbehaviour const& how) {
    for (std::string const type : kTypes) {
      server.misbehave(type.ends_with('/') ? type + id : type + "patient=" + id, how);
    }
  }
  /// The answer where every query about this patient fails.
  std::string with_nothing(std::string const& id) {
    misbehave(id, {Kind::status, 500});
    std::string answer = service.answer(request(id));
    server.behave();
    return answer;
  }
};

TEST_P(Identity, R1_no_answer_to_one_patients_call_is_read_in_anothers) {
  std::string const undisturbed = service.answer(request("p2"));
  ASSERT_NE(undisturbed.find("IgA"), std::string::npos) << undisturbed;
  std::string const nothing = with_nothing("p1");
  struct Case {
    Misbehaviour how;
    std::string cause;  ///< in the report of each query; empty: the answer may count
  };
  Case const cases[] = {
      {{Kind::before, 0, "HTTP/1.1 100 Continue\r\n\r\n"}, "an interim answer came, status 100"},
      {{Kind::before, 0, "HTTP/1.1 102 Processing\r\n\r\n"}, "an interim answer came, status 102"},
      {{Kind::before, 0, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"}, "an interim answer came, status 103"},
      {{Kind::after, 0, "{}"}, "bytes follow the answer"},
      {{Kind::after, 0,
        "HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}"},
       "bytes follow the answer"},
      {{Kind::wire, 0, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b"},
       "the body has a Content-Encoding, which was not asked for"},
      {{Kind::endless, 0, "HTTP/1.1 200 OK\r\n"}, "the head of the answer is too long"},
      {{Kind::twice, 0, ""}, ""},
  };
  for (Case const& c : cases) {
    misbehave("p1", c.how);
    auto const first = service.outcome(request("p1"));
    ASSERT_TRUE(first) << first.error().detail;
    if (!c.cause.empty()) {
      EXPECT_EQ(first->answer->body, nothing) << c.cause;
      EXPECT_EQ(first->queries.size(), 7U);
      for (auto const& query : first->queries) {
        EXPECT_NE(query.result, "complete");
        EXPECT_EQ(query.cause, c.cause);
      }
    }
    EXPECT_EQ(service.answer(request("p2")), undisturbed) << c.cause;
    server.behave();
  }
}

TEST_P(Identity, R1b_another_patients_data_are_counted_and_never_taken_for_none) {
  for (std::string const id : {"p1", "p2"}) {
    std::string const nothing = with_nothing(id);
    server.answer_as(id == "p1" ? "p2" : "p1");
    auto const outcome = service.outcome(request(id));
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_EQ(outcome->answer->body, nothing);
    EXPECT_NE(nothing.find("allergies"), std::string::npos) << "the gap is stated: " << nothing;
    std::size_t conditions = 0;
    std::size_t answers = 0;
    for (auto const& one : outcome->foreign) {
      EXPECT_TRUE(one.fetched);
      if (one.type == "Condition") conditions = one.count;
      if (one.type == "Bundle") answers = one.count;
    }
    EXPECT_EQ(conditions, id == "p1" ? 2U : 1U);
    EXPECT_EQ(answers, 6U) << "searches that say themselves whom they are about";
    server.answer_as("");
  }
}

INSTANTIATE_TEST_SUITE_P(Plain, Identity, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Tls, Identity, testing::Values(true));

/// As the order services and as `check`: both must say the same.
struct Prefetched {
  test::OrderAnswers answers;

  std::vector<std::string> gaps(OrderRequest const& request) {
    auto input = read_case(request.text(), {});
    if (!input) return {input.error().detail};
    auto const decisions = input->decide(*test::tree_knowledge(), test::call_day());
    return decisions.empty() ? std::vector<std::string>{"no decision"} : decisions[0].gaps;
  }
};

TEST(IdentityOfPrefetch, R1b_what_is_another_patients_leaves_a_gap_and_silences_nothing) {
  using Texts = std::vector<std::string>;
  Prefetched prefetched;
  std::string const theirs = of_patient("p2", condition("c9", coded(kIcd10Cm, "I10")));
  std::string const allergy =
      "{'resourceType':'AllergyIntolerance','id':'a9','patient':{'reference':'Patient/p2'},'code':{'text':'peanut'}}";
  std::string const failed = "{'resourceType':'OperationOutcome','issue':[{'severity':'error'}]}";
  OrderRequest request{{ivig_order("a", gbs())}, {condition("c1", gbs())}};
  EXPECT_EQ(prefetched.gaps(request), Texts{});

  request.prefetch = {{"conditions", bundle({theirs})}, {"allergies", bundle({allergy})}};
  EXPECT_EQ(prefetched.gaps(request), (Texts{"conditions", "allergies"}));
  std::string const said = prefetched.answers.said(request);
  request.prefetch = {{"conditions", failed}, {"allergies", failed}};
  EXPECT_EQ(prefetched.answers.said(request), said);

  // What is ours among it counts all the same.
  request.prefetch = {{"conditions", bundle({theirs, iga_deficiency()})}, {"allergies", bundle({allergy})}};
  EXPECT_EQ(prefetched.gaps(request), (Texts{"conditions", "allergies"}));
  EXPECT_NE(prefetched.answers.said(request).find("IgA"), std::string::npos) << prefetched.answers.said(request);
}

TEST(FetchPages, PREF_07_next_links_as_servers_write_them_are_followed) {
  for (std::string const form :
       {"?patient=p1&_page=%", "Condition?patient=p1&_page=%", "/fhir/Condition?patient=p1&_page=%",
        "/fhir/Condition?patient=p1&code=http://loinc.org|1-8&_page=%"}) {
    FhirServer server;
    FetchingService service;
    service.allow({server.base()});
    server.put(condition("c1", gbs()));
    server.put(iga_deficiency());
    server.page_size(1);
    server.next_link(form);
    OrderRequest request{{ivig_order("a", gbs())}};
    request.prefetch = {{"conditions", ""}};
    request.more = test::access(server.base());
    EXPECT_NE(service.answer(request).find("IgA"), std::string::npos) << form;
    EXPECT_EQ(server.log().size(), 2U) << form;

    // The first page came by prefetch; its own link says from where.
    server.forget();
    request.prefetch = {{"conditions", "{'resourceType':'Bundle','link':[{'relation':'self','url':'" + server.base() +
                                           "/Condition?patient=p1'},{'relation':'next','url':'" +
                                           replaced(form, "%", "1") + "'}]}"}};
    (void)service.answer(request);
    ASSERT_EQ(server.log().size(), 1U) << form;
    EXPECT_TRUE(server.log()[0].target.starts_with("/fhir/Condition?patient=p1")) << server.log()[0].target;
    EXPECT_TRUE(server.log()[0].target.ends_with("_page=1")) << server.log()[0].target;
  }
}

}  // namespace
}  // namespace ivig::hooks
