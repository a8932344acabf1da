// `ivig-cds check` never says that there is no IVIG order when there is one: it says why it was skipped. And `--date`.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/json_body.h"
#include "base/json_read.h"
#include "tests/support/order_request.h"
#include "tests/support/program.h"

namespace ivig::app {
namespace {

using base::string_member;
using test::bundle;
using test::json;
using test::OrderRequest;
using test::ProgramOutcome;

std::string ibm() { return test::coded(test::kIcd10Cm, "G72.41", "Inclusion body myositis"); }

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  std::size_t const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string with_status(std::string const& status) {
  return replaced(test::ivig_order("a", ibm()), "'draft'", "'" + status + "'");
}

/// {"decisions": n, "skipped": [{order, why}]}
struct Answer {
  std::size_t decisions = 0;
  std::vector<std::string> orders, reasons;
};

class CheckSkipped : public testing::Test {
 protected:
  ProgramOutcome check(std::string const& text, std::string const& arguments = "") {
    return program.run("check --rules " + std::string(IVIG_SOURCE_DIR) + "/rules " + arguments + " " +
                       program.file("case.json", text));
  }

  Answer answer(std::string const& text, std::string const& arguments = "") {
    ProgramOutcome const outcome = check(text, "--format json " + arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
    Answer answer;
    auto const body = base::JsonBody::parse(outcome.out, {});
    if (!body) {
      ADD_FAILURE() << outcome.out;
      return answer;
    }
    base::each((*body)->root(), "decisions", [&](base::Json const&, std::size_t) { ++answer.decisions; });
    base::each((*body)->root(), "skipped", [&](base::Json const& one, std::size_t) {
      answer.orders.emplace_back(string_member(one, "order"));
      answer.reasons.emplace_back(string_member(one, "why"));
    });
    EXPECT_NE(base::member((*body)->root(), "skipped"), nullptr);
    return answer;
  }

  test::Program program;
};

TEST_F(CheckSkipped, says_why_in_every_format) {
  struct Case {
    std::string order, why;
  };
  std::string const subcutaneous = replaced(test::ivig_order("a", ibm()), "'code':'47625008'", "'code':'34206005'");
  std::string const elsewhere =
      replaced(test::ivig_order("a", ibm()), "'medicationCodeableConcept':" + test::privigen(),
               "'medicationReference':{'reference':'Medication/none'}");
  for (Case const& c : std::vector<Case>{
           {with_status("completed"), "its status is completed"},
           {with_status("cancelled"), "its status is cancelled"},
           {with_status("stopped"), "its status is stopped"},
           {with_status("entered-in-error"), "its status is entered-in-error"},
           {with_status("draft-of-sorts"), "its status is draft-of-sorts"},
           {test::ivig_order("a", ibm(), "'doNotPerform':true"), "doNotPerform"},
           {test::ivig_order("a", ibm(), "'reportedBoolean':true"), "reported"},
           {subcutaneous, "route is not intravenous"},
           {elsewhere, "medication reference leads nowhere"},
           {replaced(test::ivig_order("a", ibm()), test::privigen(),
                     "{'coding':[{'system':'" + std::string(test::kRxNorm) +
                         "','code':'8640','display':'prednisone'}],'text':'IVIG'}"),
            "its coding another drug"},
           {replaced(test::ivig_order("a", ibm()), "Patient/p1", "Patient/p2"), "not the patient of this case"},
           {replaced(with_status("completed"), "Patient/p1", "Patient/p2"), "of this case; its status is completed"},
       }) {
    std::string const text = json(bundle({test::patient(), c.order}));
    Answer const found = answer(text);
    EXPECT_EQ(found.decisions, 0U) << c.order;
    ASSERT_EQ(found.orders, std::vector<std::string>{"MedicationRequest/a"}) << c.order;
    EXPECT_NE(found.reasons.front().find(c.why), std::string::npos) << found.reasons.front();

    ProgramOutcome const shown = check(text);
    EXPECT_EQ(shown.exit_code, 0);
    EXPECT_EQ(shown.out, "MedicationRequest/a  skipped: " + found.reasons.front() + "\n");
    ProgramOutcome const cards = check(text, "--format cards");
    EXPECT_NE(cards.error.find("MedicationRequest/a: skipped: " + found.reasons.front()), std::string::npos);
    EXPECT_EQ(cards.out, "{\"cards\":[]}\n");
  }
}

TEST_F(CheckSkipped, says_it_of_drafts_and_of_a_bare_order_too) {
  auto request = [](std::string const& order) { return OrderRequest{{order}}.text(); };
  for (std::string const& text :
       {request(with_status("completed")), request(test::ivig_order("a", ibm(), "'doNotPerform':true")),
        request(replaced(test::ivig_order("a", ibm()), "Patient/p1", "Patient/p2")), json(with_status("completed"))}) {
    Answer const found = answer(text);
    EXPECT_EQ(found.decisions, 0U) << text;
    EXPECT_EQ(found.orders.size(), 1U) << text;
  }
}

TEST_F(CheckSkipped, says_it_of_drafts_that_were_not_selected) {
  OrderRequest request{{test::ivig_order("a", ibm()), test::ivig_order("b", ibm())}};
  request.selections = {"MedicationRequest/b"};
  Answer const found = answer(request.text());
  EXPECT_EQ(found.decisions, 1U);
  ASSERT_EQ(found.orders, std::vector<std::string>{"MedicationRequest/a"});
  EXPECT_NE(found.reasons.front().find("selections"), std::string::npos);
}

TEST_F(CheckSkipped, orders_beside_drafts_are_the_record) {
  Answer const found = answer(json(bundle(
      {test::patient(), test::ivig_order("new", ibm()), replaced(with_status("active"), "'id':'a'", "'id':'old'")})));
  EXPECT_EQ(found.decisions, 1U);
  ASSERT_EQ(found.orders, std::vector<std::string>{"MedicationRequest/old"});
  EXPECT_NE(found.reasons.front().find("part of the record"), std::string::npos);
}

TEST_F(CheckSkipped, other_drugs_are_no_IVIG_order) {
  std::string const other = test::medication_request("b", "'medicationCodeableConcept':" + test::words("prednisone"));
  std::string const text = json(bundle({test::patient(), replaced(other, "'draft'", "'completed'")}));
  EXPECT_EQ(answer(text).orders.size(), 0U);
  EXPECT_NE(check(text).out.find("no IVIG order"), std::string::npos);
  Answer const judged = answer(OrderRequest{{test::ivig_order("a", ibm())}}.text());
  EXPECT_EQ(judged.decisions, 1U);
  EXPECT_EQ(judged.orders.size(), 0U);
}

// Clinical B14.
TEST_F(CheckSkipped, REQ_12_a_subject_in_the_same_Bundle_or_order_is_the_patient) {
  auto of = [](std::string const& subject) { return replaced(test::ivig_order("a", ibm()), "Patient/p1", subject); };
  std::string const contained =
      replaced(of("#me"), "'status'", "'contained':[{'resourceType':'Patient','id':'me'}],'status'");
  std::string const named = "{'fullUrl':'urn:uuid:me','resource':" + test::patient() + "}";
  std::string const nameless = "{'fullUrl':'urn:uuid:me','resource':{'resourceType':'Patient'}}";
  std::string const second = "{'fullUrl':'urn:uuid:you','resource':{'resourceType':'Patient'}}";
  for (std::string const& text :
       {json(bundle({named, of("urn:uuid:me")})), json(bundle({nameless, of("urn:uuid:me")})),
        json(bundle({nameless, second, of("urn:uuid:me")})), json(bundle({test::patient(), contained})),
        json(contained), OrderRequest{{contained}}.text(), OrderRequest{{named, of("urn:uuid:me")}}.text(),
        OrderRequest{{nameless, of("urn:uuid:me")}}.text()}) {
    Answer const found = answer(text);
    EXPECT_EQ(found.decisions, 1U) << text;
    EXPECT_EQ(found.orders.size(), 0U) << text;
  }
  for (std::string const& text :
       {json(bundle({nameless, second, of("urn:uuid:you")})), OrderRequest{{of("urn:uuid:nobody")}}.text()}) {
    Answer const found = answer(text);
    EXPECT_EQ(found.decisions, 0U) << text;
    EXPECT_EQ(found.orders.size(), 1U) << text;
  }
  // What is said of the order leads to the patient from outside it as well.
  EXPECT_NE(check(OrderRequest{{contained}}.text(), "--format json").out.find("\"patient\":\"Patient/p1\""),
            std::string::npos);
}

TEST_F(CheckSkipped, date_is_the_day_as_of_which_a_case_is_read) {
  std::string const late = test::condition("c1", ibm(), "active", "confirmed", "'recordedDate':'2025-06-01'");
  std::string const text = json(bundle({test::patient(), late, test::ivig_order("a")}));
  auto with = [&](std::string const& date) { return check(text, "--format json --date " + date).out; };
  EXPECT_EQ(with("2025-05-31").find("aanem-2023/ibm"), std::string::npos) << "the diagnosis came later";
  EXPECT_NE(with("2025-06-01").find("aanem-2023/ibm"), std::string::npos);
  for (char const* day : {"soon", "2026", "2026-02-30", "2026-1-31", "2026-01-31T10:00:00Z", "-1"}) {
    ProgramOutcome const outcome = check(text, "--date=" + std::string(day));
    EXPECT_EQ(outcome.exit_code, 2) << day;
    EXPECT_EQ(outcome.out, "") << day;
    EXPECT_NE(outcome.error.find("--date: must be a day"), std::string::npos) << outcome.error;
  }
}

TEST_F(CheckSkipped, date_tells_ages_of_results) {
  std::string const weight =
      replaced(test::observation("w", "29463-7", "Body weight", "70", "kg"), "2026-11-20", "2026-01-10");
  std::string const text = json(bundle({test::patient(), weight, test::ivig_order("a", ibm())}));
  std::string const near = check(text, "--format json --date 2026-01-20").out;
  std::string const far = check(text, "--format json --date 2028-01-20").out;
  std::string const before = check(text, "--format json --date 2025-12-01").out;
  EXPECT_NE(near, far);
  EXPECT_NE(near, before);
}

}  // namespace
}  // namespace ivig::app
