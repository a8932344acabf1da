// Where sources disagree on multiple sclerosis, neuromyelitis optica and sarcoidosis: what a reader of the card sees
// first, and that the source that does not lead is named. The numbers are those of the project's table of conflicts.

#include "tests/support/order_answers.h"

namespace ivig::hooks {
namespace {

using test::condition;
using test::medication_request;
using test::OrderAnswers;
using test::OrderRequest;
using test::words;

using Tried = std::vector<std::pair<std::string, std::string>>;  // what, and how it went

constexpr char const* kMonthly = "0.4 g/kg every 4 weeks";

/// A woman of 32 years: the order's reason, active confirmed problems, treatments as the chart words them.
OrderRequest chart(std::string const& reason, std::vector<std::string> const& problems, Tried const& tried = {},
                   std::string const& dose = "0.4 g/kg once daily for 5 days") {
  OrderRequest request{
      {medication_request("a", "'medicationCodeableConcept':" + test::privigen() + ",'reasonCode':[" + words(reason) +
                                   "],'dosageInstruction':[{'text':'" + dose +
                                   "','route':{'coding':[{'system':'http://snomed.info/sct','code':'47625008'}]}}]")}};
  for (std::size_t i = 0; i < problems.size(); ++i)
    request.conditions.push_back(condition("c" + std::to_string(i), words(problems[i])));
  std::vector<std::string> statements;
  for (auto const& [what, how] : tried) {
    statements.push_back("{'resourceType':'MedicationStatement','id':'t" + std::to_string(statements.size()) +
                         "','status':'completed','subject':{'reference':'Patient/p1'},'medicationCodeableConcept':" +
                         words(what) + ",'statusReason':[" + words(how) + "]}");
  }
  request.prefetch.emplace_back("medicationStatements", test::bundle(statements));
  std::string woman = test::patient();
  woman.replace(woman.find("1974"), 4, "1994");
  woman.replace(woman.find("male"), 4, "female");
  request.prefetch.emplace_back("patient", woman);
  return request;
}

/// The indicator of the one card, or "" when there is none, and what its detail must name.
void expect_card(OrderRequest const& request, std::string const& said, std::vector<std::string> const& names = {}) {
  OrderAnswers const service;
  EXPECT_EQ(service.said(request), said);
  for (auto const& card : service.cards(request)) {
    for (auto const& name : names) EXPECT_NE(card.detail.find(name), std::string::npos) << name << "\n" << card.detail;
  }
}

TEST(ConflictCards, a_precondition_that_is_not_met_cites_the_entry_that_says_so) {
  OrderAnswers const service;
  auto const improved = service.cards(chart("acute MS relapse", {"Relapsing-remitting multiple sclerosis"},
                                            {{"IV methylprednisolone", "clear improvement"}}));
  ASSERT_EQ(improved.size(), 1U);
  EXPECT_NE(improved[0].detail.find("IV methylprednisolone failed or not tolerated: no, \"IV methylprednisolone"),
            std::string::npos)
      << improved[0].detail;
  auto const stable = service.cards(chart("MS relapse prevention", {"Relapsing-remitting multiple sclerosis"},
                                          {{"ocrelizumab", "stable, no relapse"}}, kMonthly));
  ASSERT_EQ(stable.size(), 1U);
  EXPECT_NE(stable[0].detail.find("ocrelizumab. stable, no relapse"), std::string::npos) << stable[0].detail;
}

TEST(ConflictCards, C6_sarcoid_small_fiber_neuropathy_softens_once_standard_treatment_failed_or_is_unknown) {
  std::string const reason = "sarcoid small fiber neuropathy";
  std::vector<std::string> const problems{"Sarcoidosis", "Small fiber neuropathy"};
  std::string const summary =
      "Sarcoid SFN: AANEM and ERS find insufficient evidence; series describe benefit in refractory disease.";
  std::vector<std::string> const others{"ERS 2021", "neurosarcoidosis summary"};
  expect_card(chart(reason, problems, {{"prednisone", "failed"}}), "info: " + summary, others);
  expect_card(chart(reason, problems, {{"methotrexate", "not tolerated"}}), "info: " + summary, others);
  expect_card(chart(reason, problems), "info: " + summary, others);
  expect_card(chart(reason, problems, {{"prednisone", "not tried"}}), "warning: " + summary, others);
}

TEST(ConflictCards, C7_neurosarcoidosis_wants_glucocorticoids_first) {
  std::string const summary =
      "Neurosarcoidosis: glucocorticoids, then methotrexate and infliximab, before IVIG (very low evidence).";
  std::vector<std::string> const problems{"Neurosarcoidosis"};
  expect_card(chart("neurosarcoidosis", problems, {{"prednisone", "declined"}}), "warning: " + summary, {"ERS 2021"});
  expect_card(chart("neurosarcoidosis", problems), "info: " + summary, {"ERS 2021"});
  expect_card(chart("neurosarcoidosis", problems, {{"prednisone", "failed"}, {"methotrexate", "failed"}}), "");
  expect_card(chart("neurosarcoidosis", problems, {{"prednisone", "contraindicated"}}), "");
}

TEST(ConflictCards, C7_peripheral_sarcoid_neuropathy_is_led_by_AANEM) {
  auto const request = chart("sarcoid polyneuropathy", {"Sarcoidosis"}, {{"prednisone", "failed"}});
  OrderAnswers const service;
  EXPECT_EQ(service.indicators(request), "info");
  expect_card(request, service.said(request), {"AANEM 2023", "neurosarcoidosis summary"});
}

TEST(ConflictCards, C15_relapse_prevention_takes_the_stricter_precondition) {
  std::string const summary =
      "RRMS: IVIG only if other disease-modifying therapies are not tolerated or contraindicated.";
  std::vector<std::string> const problems{"Relapsing-remitting multiple sclerosis"};
  std::vector<std::string> const others{"EFNS 2008", "AAN 2002", "class C as reported; Level B in EFNS 2008"};
  auto prevention = [&](Tried const& tried) { return chart("MS relapse prevention", problems, tried, kMonthly); };
  expect_card(prevention({}), "info: " + summary, others);
  expect_card(prevention({{"interferon beta", "not tolerated"}}), "info: " + summary, others);
  expect_card(prevention({{"interferon beta", "not tolerated"}, {"ocrelizumab", "declined"}}), "warning: " + summary,
              others);
  expect_card(prevention({{"All other disease-modifying therapies", "not tolerated or contraindicated"}}), "");
}

TEST(ConflictCards, C16_relapse_comes_after_methylprednisolone_and_plasma_exchange_and_not_on_top) {
  std::string const summary =
      "MS relapse: IVIG only after failure of or intolerance to IV methylprednisolone and plasma exchange.";
  std::vector<std::string> const problems{"Multiple sclerosis"};
  expect_card(chart("acute MS relapse", problems), "info: " + summary, {"practice of one center"});
  expect_card(
      chart("acute MS relapse", problems, {{"IV methylprednisolone", "no improvement"}, {"PLEX", "patient declined"}}),
      "warning: " + summary);
  expect_card(
      chart("acute MS relapse", problems, {{"IV methylprednisolone", "no improvement"}, {"PLEX", "no response"}}), "");
  expect_card(chart("acute MS relapse, with IV methylprednisolone", problems),
              "warning: IVIG not recommended for an MS relapse on top of methylprednisolone (MS center page, trials, "
              "ungraded)",
              {"EFNS 2008"});
}

TEST(ConflictCards, C17_no_effect_and_no_evidence_stay_apart_in_progressive_disease) {
  expect_card(chart("secondary progressive MS", {"Multiple sclerosis"}),
              "warning: Progressive MS: no effect of IVIG on disability in secondary progressive disease (pooled "
              "trials).",
              {"EFNS 2008"});
  expect_card(chart("primary progressive MS, to slow progression", {"Multiple sclerosis"}),
              "warning: Insufficient evidence for IVIG in primary progressive MS (MS center page, Cochrane 2010)",
              {"AAN 2002"});
}

TEST(ConflictCards, C18_a_current_pregnancy_is_silent_and_an_old_entry_is_asked_about) {
  std::string const rrms = "Relapsing-remitting multiple sclerosis";
  expect_card(chart("MS relapse prevention in pregnancy", {rrms, "Pregnancy, 14 weeks"}, {}, kMonthly), "");
  expect_card(chart("MS relapse prevention", {rrms, "Breastfeeding"}, {}, kMonthly), "");
  auto old = chart("MS relapse prevention", {rrms}, {}, kMonthly);
  old.conditions.push_back(condition("old", words("Pregnancy"), "active", "confirmed", "'onsetDateTime':'2025-01-10'"));
  OrderAnswers const service;
  EXPECT_EQ(service.indicators(old), "info");
  expect_card(old, service.said(old), {"pregnant or breastfeeding now?"});
}

TEST(ConflictCards, C19_stable_on_an_approved_agent_leaves_the_precondition_unmet) {
  std::string const summary = "NMO: IVIG only if first-line preventive agents are not tolerated or unavailable.";
  auto prevention = [&](Tried const& tried) { return chart("NMO relapse prevention", {"NMOSD"}, tried); };
  expect_card(prevention({{"satralizumab", "stable, no attacks"}}), "warning: " + summary, {"satralizumab"});
  expect_card(prevention({{"rituximab", "not tolerated"}}), "info: " + summary, {"inebilizumab"});
  expect_card(prevention({{"rituximab", "not tolerated"}, {"eculizumab", "not covered"}}), "");
}

}  // namespace
}  // namespace ivig::hooks
