// What was tried and how it went, and states that pass, read from FHIR with the rule set of the project.

#include <gtest/gtest.h>

#include "hooks/case_input.h"

namespace ivig::advice {
namespace {

using rules::Truth;

/// 2026-06-15, the day of every test here.
base::Day today() {
  return base::Day(std::chrono::year_month_day(std::chrono::year(2026), std::chrono::month(6), std::chrono::day(15)));
}

Knowledge const& knowledge() {
  static std::shared_ptr<Knowledge const> const loaded = [] {
    auto result = Knowledge::load(IVIG_SOURCE_DIR "/rules");
    EXPECT_TRUE(result) << result.error().where << ": " << result.error().detail;
    return *result;
  }();
  return *loaded;
}

/// A fact of one order for neurosarcoidosis of a woman beside `entries`: resources, comma separated, single-quoted.
Truth truth(std::string const& entries, std::string_view id, std::string const& gender = "female") {
  std::string text =
      "{'resourceType':'Bundle','type':'collection','entry':[{'resource':{'resourceType':'Patient',"
      "'id':'p1','gender':'" +
      gender + "','birthDate':'1990-01-01'}}," + entries + (entries.empty() ? "" : ",") +
      "{'resource':{'resourceType':'MedicationRequest','id':'m1','status':'draft','intent':'order',"
      "'subject':{'reference':'Patient/p1'},'medicationCodeableConcept':{'text':'Privigen'},"
      "'reasonCode':[{'text':'neurosarcoidosis'}],'dosageInstruction':[{'route':{'text':'Intravenous'}}]}}]}";
  std::replace(text.begin(), text.end(), '\'', '"');
  auto input = hooks::read_case(text, {});
  EXPECT_TRUE(input) << text;
  auto decisions = input->decide(knowledge(), today());
  EXPECT_EQ(decisions.size(), 1U);
  auto index = knowledge().rules.fact_index(id);
  EXPECT_TRUE(index) << id;
  return decisions.empty() || !index ? Truth::unknown : decisions.front().facts.values[*index].value;
}

/// A MedicationStatement; `how` is its status reason.
std::string took(std::string const& what, std::string const& status, std::string const& how = "") {
  return "{'resource':{'resourceType':'MedicationStatement','id':'s','subject':{'reference':'Patient/p1'},'status':'" +
         status + "','medicationCodeableConcept':{'text':'" + what + "'}" +
         (how.empty() ? "" : ",'statusReason':[{'text':'" + how + "'}]") + "}}";
}

std::string condition(std::string const& text, std::string const& onset = "", std::string const& status = "active") {
  return "{'resource':{'resourceType':'Condition','id':'c','subject':{'reference':'Patient/p1'},'clinicalStatus':"
         "{'coding':[{'code':'" +
         status + "'}]},'code':{'text':'" + text + "'}" + (onset.empty() ? "" : ",'onsetDateTime':'" + onset + "'") +
         "}}";
}

TEST(PriorTreatments, no_record_says_nothing) {
  EXPECT_EQ(truth("", "glucocorticoids-failed"), Truth::unknown);
  EXPECT_EQ(truth("", "glucocorticoids-tried"), Truth::unknown);
}

TEST(PriorTreatments, declined_is_not_failed_and_must_be_said) {
  for (char const* how : {"declined", "patient refused", "never started", "not tried"})
    EXPECT_EQ(truth(took("prednisone", "completed", how), "glucocorticoids-failed"), Truth::no) << how;
  EXPECT_EQ(truth(took("no steroids to date", "completed"), "glucocorticoids-failed"), Truth::no);
  EXPECT_EQ(truth(took("prednisone", "not-taken"), "glucocorticoids-failed"), Truth::no);
}

TEST(PriorTreatments, cancelled_and_mistaken_entries_say_nothing) {
  EXPECT_EQ(truth(took("prednisone", "completed", "cancelled"), "glucocorticoids-failed"), Truth::unknown);
  EXPECT_EQ(truth(took("prednisone", "entered-in-error", "failed"), "glucocorticoids-failed"), Truth::unknown);
  EXPECT_EQ(truth(took("prednisone", "completed", "possible failure"), "glucocorticoids-tried"), Truth::unknown);
}

TEST(PriorTreatments, only_now_being_started_is_not_tried_unless_it_was_tried_before) {
  std::string const planned = took("prednisone", "intended");
  EXPECT_EQ(truth(planned, "glucocorticoids-failed"), Truth::no);
  EXPECT_EQ(truth(planned + "," + took("methylprednisolone", "completed"), "glucocorticoids-failed"), Truth::unknown);
  EXPECT_EQ(truth(planned + "," + took("methylprednisolone", "completed", "no response"), "glucocorticoids-failed"),
            Truth::yes);
}

TEST(PriorTreatments, ongoing_is_tried_with_an_unknown_outcome) {
  EXPECT_EQ(truth(took("prednisone", "active"), "glucocorticoids-tried"), Truth::yes);
  EXPECT_EQ(truth(took("prednisone", "active"), "glucocorticoids-failed"), Truth::unknown);
  EXPECT_EQ(truth(took("prednisone 10 mg, stable dose", "active"), "glucocorticoids-failed"), Truth::unknown);
}

TEST(PriorTreatments, what_was_not_tolerated_stays_so_whatever_was_declined_later) {
  EXPECT_EQ(truth(took("prednisone", "stopped", "not tolerated, declined another attempt"), "glucocorticoids-unusable"),
            Truth::yes);
  EXPECT_EQ(truth(took("prednisone", "not-taken", "contraindicated, never given"), "glucocorticoids-unusable"),
            Truth::yes);
}

TEST(PriorTreatments, another_disease_that_is_refractory_to_steroids_says_nothing) {
  EXPECT_EQ(truth(condition("steroid-refractory asthma"), "glucocorticoids-failed"), Truth::unknown);
  EXPECT_EQ(truth(condition("steroid-refractory neurosarcoidosis"), "glucocorticoids-failed"), Truth::yes);
}

TEST(PassingStates, a_pregnancy_counts_for_42_weeks_and_an_older_entry_is_open) {
  EXPECT_EQ(truth(condition("Pregnancy", "2026-03-01"), "pregnant-or-nursing"), Truth::yes);
  EXPECT_EQ(truth(condition("Pregnancy"), "pregnant-or-nursing"), Truth::yes);
  EXPECT_EQ(truth(condition("Pregnancy", "2025-01-01"), "pregnant-or-nursing"), Truth::unknown);
  EXPECT_EQ(truth(condition("Breastfeeding", "2025-01-01"), "pregnant-or-nursing"), Truth::yes);
  EXPECT_EQ(truth(condition("Breastfeeding", "2024-01-01"), "pregnant-or-nursing"), Truth::unknown);
}

TEST(PassingStates, what_ended_or_belongs_to_nobody_here_does_not_count) {
  EXPECT_EQ(truth(condition("Pregnancy", "2026-03-01", "resolved"), "pregnant-or-nursing"), Truth::no);
  EXPECT_EQ(truth(condition("Not pregnant"), "pregnant-or-nursing"), Truth::no);
  EXPECT_EQ(truth(condition("Lives in a nursing home"), "pregnant-or-nursing"), Truth::no);
  EXPECT_EQ(truth(condition("Pregnancy"), "pregnant-or-nursing", "male"), Truth::no);
}

}  // namespace
}  // namespace ivig::advice
