// What a clinician would see: whole requests of made-up patients through the same code as the server.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/order_answers.h"

namespace ivig::hooks {
namespace {

using test::coded;
using test::condition;
using test::dosage;
using test::ivig_order;
using test::kIcd10Cm;
using test::kRxNorm;
using test::kSnomed;
using test::medication_request;
using test::OrderAnswers;
using test::OrderRequest;
using test::SeenCard;
using test::words;

struct Scenarios : testing::Test {
  OrderAnswers service;

  /// The only card of a request.
  SeenCard card(OrderRequest const& request) {
    auto cards = service.cards(request);
    EXPECT_EQ(cards.size(), 1U);
    return cards.size() == 1 ? cards.front() : SeenCard{};
  }
};

bool holds(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

TEST_F(Scenarios, IVIG_that_is_not_recommended_is_warned_about) {
  struct Case {
    std::string reason;
    char const* subject;  // in the summary
  };
  for (Case const& c : std::vector<Case>{
           {coded(kIcd10Cm, "G72.41"), "inclusion body myositis"},
           {coded(kSnomed, "72315009"), "inclusion body myositis"},
           {words("Sporadic inclusion body myositis"), "inclusion body myositis"},
           {words("s-IBM, progressive"), "inclusion body myositis"},
           {coded(kIcd10Cm, "G14"), "post-polio syndrome"},
           {words("Post-polio syndrome"), "post-polio syndrome"},
           {coded(kSnomed, "709489006"), "small fiber neuropathy"},
           {words("Idiopathic small fiber neuropathy"), "small fiber neuropathy"},
           {words("IgM MGUS neuropathy"), "IgM paraproteinemic neuropathy"},
           {words("anti-MAG neuropathy"), "IgM paraproteinemic neuropathy"},
       }) {
    SeenCard const seen = card({{ivig_order("a", c.reason)}});
    EXPECT_EQ(seen.indicator, "warning") << c.reason;
    EXPECT_TRUE(holds(seen.summary, "not recommended")) << seen.summary;
    EXPECT_TRUE(holds(seen.summary, c.subject)) << seen.summary;
    EXPECT_TRUE(holds(seen.summary, "AANEM 2023")) << seen.summary;
    EXPECT_EQ(seen.target, "MedicationRequest/a") << c.reason;
  }
}

TEST_F(Scenarios, IgM_from_the_problem_list_beside_a_polyneuropathy_is_warned_about) {
  SeenCard const seen =
      card({{ivig_order("a")},
            {condition("c1", words("Demyelinating polyneuropathy")), condition("c2", words("IgM MGUS"))}});
  EXPECT_TRUE(holds(seen.summary, "IgM")) << seen.summary;
}

TEST_F(Scenarios, IVIG_in_line_with_the_guideline_is_met_with_silence) {
  for (auto const& reason :
       {coded(kIcd10Cm, "G61.81"), words("CIDP"), words("Chronic inflammatory demyelinating polyneuropathy"),
        coded(kIcd10Cm, "G61.0"), words("Guillain-Barré syndrome"), coded(kSnomed, "40956001"),
        coded(kIcd10Cm, "G61.82"), words("Multifocal motor neuropathy with conduction block"),
        coded(kSnomed, "230591002"), coded(kIcd10Cm, "M33.12"), words("Dermatomyositis"), coded(kSnomed, "402425006"),
        coded(kIcd10Cm, "G25.82"), words("Stiff-person syndrome"), words("Stiff person syndrome, refractory")})
    EXPECT_EQ(service.said({{ivig_order("a", reason)}}), "") << reason;
}

TEST_F(Scenarios, recognised_uses_outside_these_guidelines_are_met_with_silence) {
  for (auto const& reason : {words("Immune thrombocytopenia"), words("Common variable immunodeficiency"),
                             words("Kawasaki disease"), coded(kIcd10Cm, "D69.3")})
    EXPECT_EQ(service.said({{ivig_order("a", reason)}}), "") << reason;
}

TEST_F(Scenarios, products_that_are_no_IVIG_get_no_card) {
  std::string const hcpcs = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
  for (auto const& drug : {coded(kRxNorm, "828529", "Albumin Human, USP"), words("Albumin (human) 25% 100 mL IV"),
                           coded(hcpcs, "P9047"), words("Rho(D) immune globulin IV (WinRho)"), coded(hcpcs, "J2792"),
                           coded(kRxNorm, "220945", "WinRho"), words("Hepatitis B immune globulin (HepaGam B)"),
                           coded(kRxNorm, "26744", "hepatitis B immune globulin"), coded(hcpcs, "J1573"),
                           words("Cytomegalovirus immune globulin intravenous"), words("methylprednisolone 1 g IV")})
    EXPECT_EQ(service.said({{medication_request("a", "'medicationCodeableConcept':" + drug + "," + dosage() +
                                                         ",'reasonCode':[" + coded(kIcd10Cm, "G72.41") + "]")}}),
              "")
        << drug;
}

TEST_F(Scenarios, B12_a_subcutaneous_product_by_vein_is_critical_and_by_its_own_route_none_of_ours) {
  std::string const under_the_skin = "'dosageInstruction':[{'route':{'text':'subcutaneous'}}]";
  std::string const hcpcs = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
  for (auto const& drug :
       {words("Hizentra 20% subcutaneous"), coded(kRxNorm, "902750", "Hizentra"), coded(hcpcs, "J1559")}) {
    auto said = [&](std::string const& instruction) {
      return service.said({{medication_request("a", "'medicationCodeableConcept':" + drug + "," + instruction +
                                                        ",'reasonCode':[" + coded(kIcd10Cm, "G61.81") + "]")}});
    };
    EXPECT_EQ(said(dosage()),
              "critical: Immune globulin for subcutaneous or intramuscular use is ordered intravenously")
        << drug;
    EXPECT_EQ(said(under_the_skin), "") << drug;
  }
}

TEST_F(Scenarios, a_product_for_either_route_given_under_the_skin_gets_no_card) {
  std::string const gamunex = coded(kRxNorm, "1426680", "Gamunex-C 10%");
  std::string const under_the_skin =
      "'dosageInstruction':[{'route':{'coding':[{'system':'http://snomed.info/sct','code':'34206005'}]}}]";
  EXPECT_EQ(service.said({{medication_request("a", "'medicationCodeableConcept':" + gamunex + "," + under_the_skin +
                                                       ",'reasonCode':[" + coded(kIcd10Cm, "G72.41") + "]")}}),
            "");
}

TEST_F(Scenarios, a_product_for_either_route_without_a_route_counts_and_asks_for_it) {
  std::string const gamunex = "'medicationCodeableConcept':" + coded(kRxNorm, "1426680", "Gamunex-C 10%");
  auto order = [&](std::string const& code, bool route) {
    return medication_request("a", gamunex + "," + dosage(route) + ",'reasonCode':[" + coded(kIcd10Cm, code) + "]");
  };
  SeenCard const against = card({{order("G72.41", false)}});
  EXPECT_EQ(against.indicator, "warning");
  EXPECT_TRUE(holds(against.detail, "route")) << against.detail;
  SeenCard const fine = card({{order("G61.0", false)}});
  EXPECT_EQ(fine.indicator, "info");
  EXPECT_TRUE(holds(fine.summary + fine.detail, "route")) << fine.detail;
  EXPECT_EQ(service.said({{order("G61.0", true)}}), "");
}

TEST_F(Scenarios, without_any_reason_the_order_is_asked_about) {
  SeenCard const seen = card({{ivig_order("a")}});
  EXPECT_EQ(seen.indicator, "info");
  EXPECT_TRUE(holds(seen.summary, "no indication")) << seen.summary;
  EXPECT_TRUE(holds(seen.detail, "What is IVIG ordered for?")) << seen.detail;
  EXPECT_EQ(seen.target, "") << "nothing is known against the order";
}

TEST_F(Scenarios, a_reason_that_says_nothing_is_none) {
  for (auto const& reason :
       {words("per neurology"), words("see notes"), coded(kIcd10Cm, "Z51.89", "Other aftercare")}) {
    SeenCard const seen = card({{ivig_order("a", reason)}});
    EXPECT_EQ(seen.indicator, "info") << reason;
    EXPECT_TRUE(holds(seen.summary, "no indication")) << seen.summary;
  }
}

TEST_F(Scenarios, a_reason_that_matches_nothing_is_said) {
  for (auto const& reason : {words("gout flare"), coded(kIcd10Cm, "M10.9", "Gout, unspecified"), words("???")}) {
    SeenCard const seen = card({{ivig_order("a", reason)}});
    EXPECT_EQ(seen.indicator, "info") << reason;
    EXPECT_TRUE(holds(seen.summary, "matches no guideline indication")) << seen.summary;
  }
}

TEST_F(Scenarios, the_problem_list_stands_in_for_a_missing_reason) {
  OrderRequest request{{ivig_order("a")}, {condition("c", coded(kIcd10Cm, "G72.41"))}};
  SeenCard const seen = card(request);
  EXPECT_EQ(seen.indicator, "warning");
  EXPECT_TRUE(holds(seen.detail, "inferred from the problem list")) << seen.detail;
  request.conditions = {condition("c", coded(kIcd10Cm, "G61.0"))};
  EXPECT_EQ(service.said(request), "");
}

TEST_F(Scenarios, what_does_not_count_as_a_problem_never_decides) {
  std::string const ibm = coded(kIcd10Cm, "G72.41", "Inclusion body myositis");
  std::string other_patient = condition("c", ibm);
  other_patient.replace(other_patient.find("Patient/p1"), 10, "Patient/p2");
  std::string const family =
      "{'resourceType':'FamilyMemberHistory','id':'f','status':'completed','patient':{'reference':'Patient/p1'},"
      "'relationship':{'text':'father'},'condition':[{'code':" +
      ibm + "}]}";
  for (auto const& [what, problem] : std::vector<std::pair<char const*, std::string>>{
           {"refuted", condition("c", ibm, "active", "refuted")},
           {"entered in error", condition("c", ibm, "active", "entered-in-error")},
           {"resolved", condition("c", ibm, "resolved")},
           {"inactive", condition("c", ibm, "inactive")},
           {"remission", condition("c", ibm, "remission")},
           {"of another patient", other_patient},
           {"family history as a resource", family},
           {"family history as text", condition("c", words("Family history of inclusion body myositis"))},
           {"family history as text", condition("c", words("Mother had inclusion body myositis"))},
           {"ruled out", condition("c", words("Inclusion body myositis ruled out"))},
           {"negated", condition("c", words("No evidence of inclusion body myositis"))},
           {"past", condition("c", words("History of inclusion body myositis, resolved"))},
       }) {
    SeenCard const seen = card({{ivig_order("a")}, {problem}});
    EXPECT_EQ(seen.indicator, "info") << what << ": " << seen.summary;
    EXPECT_TRUE(holds(seen.summary, "no indication")) << what << ": " << seen.summary;
  }
}

TEST_F(Scenarios, a_referenced_reason_that_does_not_count_never_decides) {
  std::string const ibm = coded(kIcd10Cm, "G72.41", "Inclusion body myositis");
  std::string const order = ivig_order("a", "", "'reasonReference':[{'reference':'Condition/c'}]");
  for (auto const& problem :
       {condition("c", ibm, "active", "refuted"), condition("c", ibm, "active", "entered-in-error")}) {
    SeenCard const seen = card({{order}, {problem}});
    EXPECT_EQ(seen.indicator, "info") << seen.summary;
    EXPECT_FALSE(holds(seen.summary, "not recommended")) << seen.summary;
  }
}

TEST_F(Scenarios, a_doubtful_reason_is_never_silently_taken_for_a_diagnosis) {
  for (char const* reason : {"rule out GBS", "r/o GBS", "possible GBS", "GBS vs CIDP",
                             "suspected Guillain-Barre syndrome", "?GBS", "probable CIDP", "GBS, not confirmed"}) {
    SeenCard const seen = card({{ivig_order("a", words(reason))}});
    EXPECT_EQ(seen.indicator, "info") << reason << ": " << seen.summary;
  }
}

TEST_F(Scenarios, a_denied_reason_is_no_reason) {
  for (char const* reason : {"not GBS", "GBS ruled out", "no evidence of inclusion body myositis",
                             "family history of inclusion body myositis"}) {
    SeenCard const seen = card({{ivig_order("a", words(reason))}});
    EXPECT_EQ(seen.indicator, "info") << reason << ": " << seen.summary;
    EXPECT_FALSE(holds(seen.summary, "not recommended")) << reason << ": " << seen.summary;
  }
}

TEST_F(Scenarios, a_provisional_diagnosis_is_said_to_be_one) {
  SeenCard const seen = card({{ivig_order("a", "", "'reasonReference':[{'reference':'Condition/c'}]")},
                              {condition("c", coded(kIcd10Cm, "G61.0"), "active", "provisional")}});
  EXPECT_EQ(seen.indicator, "info");
  EXPECT_TRUE(holds(seen.detail, "provisional")) << seen.detail;
}

TEST_F(Scenarios, a_reason_that_the_record_contradicts_is_said) {
  SeenCard const seen = card(
      {{ivig_order("a", words("CIDP"))}, {condition("c", coded(kIcd10Cm, "G61.82", "Multifocal motor neuropathy"))}});
  EXPECT_EQ(seen.indicator, "info");
  EXPECT_TRUE(holds(seen.detail, "multifocal motor neuropathy")) << seen.detail;
}

TEST_F(Scenarios, myasthenia_needs_to_be_known_as_an_exacerbation) {
  EXPECT_EQ(service.said({{ivig_order("a", coded(kIcd10Cm, "G70.01"))}}), "");
  EXPECT_EQ(service.said({{ivig_order("a", words("Myasthenic crisis"))}}), "");
  SeenCard const seen = card({{ivig_order("a", words("Myasthenia gravis"))}});
  EXPECT_EQ(seen.indicator, "info");
  EXPECT_TRUE(holds(seen.detail, "exacerbation")) << seen.detail;
}

TEST_F(Scenarios, harm_is_critical) {
  SeenCard const seen =
      card({{ivig_order("a", words("Small fiber neuropathy"))}, {condition("c", words("Cryoglobulinemia"))}});
  EXPECT_EQ(seen.indicator, "critical") << seen.summary;
  EXPECT_EQ(seen.target, "MedicationRequest/a");
}

TEST_F(Scenarios, the_reason_leads_over_the_problem_list) {
  EXPECT_EQ(service.said({{ivig_order("a", coded(kIcd10Cm, "G61.0"))}, {condition("c", words("Post-polio syndrome"))}}),
            "");
}

}  // namespace
}  // namespace ivig::hooks
