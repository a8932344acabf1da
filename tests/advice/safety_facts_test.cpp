// Facts about risks, read from FHIR with the rule set of the project.

#include <gtest/gtest.h>

#include "hooks/case_input.h"

namespace ivig::advice {
namespace {

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

/// The decision on one order for CIDP of patient p1 beside `entries`: resources, comma separated, single-quoted.
Decision decide_with(std::string const& entries, std::string const& product = "Gammagard Liquid 10%") {
  static std::vector<std::unique_ptr<hooks::CaseInput>> kept;  // decisions point into their input
  std::string text =
      "{'resourceType':'Bundle','type':'collection','entry':[{'resource':{'resourceType':'Patient',"
      "'id':'p1','gender':'female','birthDate':'1980-01-01'}}," +
      entries + (entries.empty() ? "" : ",") +
      "{'resource':{'resourceType':'MedicationRequest','id':'m1','status':'draft','intent':'order',"
      "'subject':{'reference':'Patient/p1'},'medicationCodeableConcept':{'text':'" +
      product + "'},'reasonCode':[{'text':'CIDP'}],'dosageInstruction':[{'route':{'text':'Intravenous'}}]}}]}";
  std::replace(text.begin(), text.end(), '\'', '"');
  auto input = hooks::read_case(text, {});
  EXPECT_TRUE(input) << text;
  kept.push_back(std::make_unique<hooks::CaseInput>(std::move(*input)));
  auto decisions = kept.back()->decide(knowledge(), today());
  EXPECT_EQ(decisions.size(), 1U);
  return decisions.empty() ? Decision{} : decisions.front();
}

rules::FactValue fact(Decision const& decision, std::string_view id) {
  auto index = knowledge().rules.fact_index(id);
  EXPECT_TRUE(index) << id;
  return index ? decision.facts.values[*index] : rules::FactValue{};
}

std::string lab(std::string const& name, std::string const& value, std::string const& day = "2026-06-01") {
  std::string effective = day.empty() ? "" : ",'effectiveDateTime':'" + day + "'";
  return "{'resource':{'resourceType':'Observation','status':'final','subject':{'reference':'Patient/p1'},"
         "'code':{'text':'" +
         name + "'}," + value + effective + "}}";
}

std::string quantity(std::string const& value, std::string const& unit) {
  return "'valueQuantity':{'value':" + value + ",'unit':'" + unit + "'}";
}

std::string allergy(std::string const& members, std::string const& patient = "p1") {
  return "{'resource':{'resourceType':'AllergyIntolerance','patient':{'reference':'Patient/" + patient + "'}," +
         members + "}}";
}

using rules::Truth;

TEST(SafetyFacts, ALaboratoryLimitHoldsInEveryUnitTheRuleSetNames) {
  EXPECT_EQ(fact(decide_with(lab("IgA", quantity("6.9", "mg/dL"))), "iga-below-limit").value, Truth::yes);
  EXPECT_EQ(fact(decide_with(lab("IgA", quantity("7", "mg/dL"))), "iga-below-limit").value, Truth::no);
  EXPECT_EQ(fact(decide_with(lab("IgA", quantity("0.069", "g/L"))), "iga-below-limit").value, Truth::yes);
  EXPECT_EQ(fact(decide_with(lab("IgA", quantity("0.07", "g/L"))), "iga-below-limit").value, Truth::no);
  EXPECT_EQ(fact(decide_with(lab("IgA", quantity("3", "IU/mL"))), "iga-below-limit").value, Truth::unknown);
  EXPECT_EQ(fact(decide_with(lab("IgA", "'valueQuantity':{'value':3}")), "iga-below-limit").value, Truth::unknown);
}

TEST(SafetyFacts, ALaboratoryValueOlderThanTheLookBackIsUnknown) {
  auto value = [&](char const* day) {
    return fact(decide_with(lab("IgA", quantity("3", "mg/dL"), day)), "iga-below-limit").value;
  };
  EXPECT_EQ(value("2025-06-15"), Truth::yes) << "365 days";
  EXPECT_EQ(value("2025-06-14"), Truth::unknown) << "366 days";
  EXPECT_EQ(value(""), Truth::yes) << "undated: nobody says that it is old";
}

TEST(SafetyFacts, TheLatestReadableResultCountsAndSaysWhere) {
  auto decision = decide_with(lab("IgA", quantity("3", "mg/dL"), "2026-01-01") + "," +
                              lab("IgA", quantity("90", "mg/dL"), "2026-05-01") + "," +
                              lab("IgA", "'valueString':'see comment'", "2026-06-01"));
  EXPECT_EQ(fact(decision, "iga-below-limit").value, Truth::no);
  EXPECT_EQ(fact(decision, "iga-below-limit").detail, "IgA 90 mg/dL (2026-05-01)");
}

TEST(SafetyFacts, B11_AnUnreadableUnitOrSignIsSaid) {
  auto gaps = [](std::string const& entries) {
    Decision const decision = decide_with(entries);
    std::string said;
    for (auto const& gap : decision.gaps) {
      if (gap.starts_with("a readable")) said += (said.empty() ? "" : "; ") + gap;
    }
    return said;
  };
  std::string const creatinine = "a readable value and unit of Serum creatinine";
  EXPECT_EQ(gaps(lab("Creatinine", quantity("354", "blorb"))), creatinine);
  EXPECT_EQ(gaps(lab("Creatinine", "'valueQuantity':{'value':4}")), creatinine);
  EXPECT_EQ(gaps(lab("IgA", "'valueQuantity':{'value':3,'unit':'mg/dL','comparator':'<>'}")),
            "a readable value and unit of Serum IgA");
  EXPECT_EQ(gaps(lab("Creatinine", quantity("354", "micromol/L"))), "");
  EXPECT_EQ(gaps(lab("Creatinine", quantity("4", "blorb"), "2026-05-01") + "," +
                 lab("Creatinine", quantity("0.9", "mg/dL"), "2026-06-01")),
            "")
      << "the latest can be read";
  EXPECT_EQ(gaps(lab("Creatinine", quantity("4", "blorb"), "2024-05-01")), "") << "too old to matter";
  EXPECT_EQ(gaps(lab("IgA", "'valueString':'see report'")), "") << "no number";
}

TEST(SafetyFacts, AComparatorAnswersOnlyWhatItMustMean) {
  auto egfr = [&](char const* text) {
    return fact(decide_with(lab("eGFR", std::string("'valueString':'") + text + " mL/min/1.73m2'")), "egfr-below-60")
        .value;
  };
  EXPECT_EQ(egfr(">60"), Truth::no);
  EXPECT_EQ(egfr(">90"), Truth::no);
  EXPECT_EQ(egfr("<60"), Truth::yes);
  EXPECT_EQ(egfr("<15"), Truth::yes);
  EXPECT_EQ(egfr(">30"), Truth::unknown);
  EXPECT_EQ(egfr("<90"), Truth::unknown);
}

TEST(SafetyFacts, CreatinineIsJudgedByItsReportFirst) {
  std::string with_range = quantity("1.2", "mg/dL") + ",'referenceRange':[{'high':{'value':1.3,'unit':'mg/dL'}}]";
  EXPECT_EQ(fact(decide_with(lab("Creatinine", with_range)), "creatinine-raised").value, Truth::no);
  EXPECT_EQ(fact(decide_with(lab("Creatinine", quantity("1.2", "mg/dL"))), "creatinine-raised").value, Truth::yes);
  std::string flagged = quantity("1.2", "mg/dL") + ",'interpretation':[{'coding':[{'code':'N'}]}]";
  EXPECT_EQ(fact(decide_with(lab("Creatinine", flagged)), "creatinine-raised").value, Truth::no);
}

TEST(SafetyFacts, AMissingLaboratoryValueIsUnknownNotNormal) {
  auto decision = decide_with("");
  EXPECT_EQ(fact(decision, "iga-below-limit").value, Truth::unknown);
  EXPECT_EQ(fact(decision, "renal-impairment").value, Truth::unknown);
  EXPECT_TRUE(decision.findings.safety.empty());
}

TEST(SafetyFacts, AnAllergyOfAnotherPatientNeverCounts) {
  std::string members = "'code':{'text':'IVIG'},'reaction':[{'manifestation':[{'text':'Anaphylaxis'}]}]";
  EXPECT_EQ(decide_with(allergy(members)).findings.indicator, rules::Indicator::critical);
  EXPECT_TRUE(decide_with(allergy(members, "p2")).findings.safety.empty());
}

TEST(SafetyFacts, ACodedSubstanceAndACodedManifestationAreEnough) {
  auto decision = decide_with(
      allergy("'code':{'coding':[{'system':'http://snomed.info/sct','code':'714569001'}]},'reaction':[{'manifestation':"
              "[{'coding':[{'system':'http://snomed.info/sct','code':'39579001'}]}]}]"));
  EXPECT_EQ(fact(decision, "immune-globulin-severe-reaction").value, Truth::yes);
}

TEST(SafetyFacts, ANoteThatDeniesOrFearsAReactionIsNone) {
  for (char const* note : {"no anaphylaxis", "monitor for anaphylaxis"}) {
    auto decision = decide_with(allergy(std::string("'code':{'text':'IVIG'},'reaction':[{'manifestation':[{'text':"
                                                    "'Headache'}]}],'note':[{'text':'") +
                                        note + "'}]"));
    EXPECT_EQ(fact(decision, "immune-globulin-severe-reaction").value, Truth::no) << note;
    EXPECT_EQ(fact(decision, "immune-globulin-intolerance").value, Truth::yes) << note;
  }
}

TEST(SafetyFacts, TheNoteOfAnOrderIsAdviceNotAnAccount) {
  auto decision = decide_with(
      "{'resource':{'resourceType':'MedicationRequest','id':'old','status':'completed','intent':'order','subject':"
      "{'reference':'Patient/p1'},'medicationCodeableConcept':{'text':'IVIG'},'note':[{'text':'call for anaphylaxis or "
      "headache'}]}}");
  EXPECT_EQ(fact(decision, "immune-globulin-severe-reaction").value, Truth::no);
  EXPECT_EQ(fact(decision, "immune-globulin-intolerance").value, Truth::no);
}

TEST(SafetyFacts, HistoryCountsResolvedConditionsButNoneThatIsRefutedOrPossible) {
  auto value = [&](std::string const& members) {
    return fact(decide_with("{'resource':{'resourceType':'Condition','subject':{'reference':'Patient/p1'}," + members +
                            "}}"),
                "thrombosis-history")
        .value;
  };
  EXPECT_EQ(value("'code':{'text':'Pulmonary embolism'},'clinicalStatus':{'coding':[{'code':'resolved'}]}"),
            Truth::yes);
  EXPECT_EQ(value("'code':{'text':'Pulmonary embolism'},'verificationStatus':{'coding':[{'code':'refuted'}]}"),
            Truth::no);
  EXPECT_EQ(value("'code':{'text':'Pulmonary embolism'},'verificationStatus':{'coding':[{'code':'provisional'}]}"),
            Truth::unknown);
  EXPECT_EQ(value("'code':{'text':'Family history of pulmonary embolism'}"), Truth::no);
}

TEST(SafetyFacts, AProcedureDoneIsHistory) {
  auto value = [&](char const* status) {
    return fact(decide_with(std::string("{'resource':{'resourceType':'Procedure','status':'") + status +
                            "','subject':{'reference':'Patient/p1'},'code':{'text':'Coronary artery bypass graft'}}}"),
                "coronary-disease-history")
        .value;
  };
  EXPECT_EQ(value("completed"), Truth::yes);
  EXPECT_EQ(value("not-done"), Truth::no);
}

TEST(SafetyFacts, AnAnswerSettlesAFactAndSaysSo) {
  std::string answer =
      "{'resource':{'resourceType':'QuestionnaireResponse','id':'q1','status':'completed','subject':{'reference':"
      "'Patient/p1'},'item':[{'linkId':'renal-impairment','answer':[{'valueBoolean':false}]}]}}";
  auto settled = fact(decide_with(answer + "," + lab("eGFR", quantity("98", "mL/min/1.73m2"))), "renal-impairment");
  EXPECT_EQ(settled.value, Truth::no);
  EXPECT_EQ(settled.basis, rules::Basis::answer);
  EXPECT_EQ(settled.from, "QuestionnaireResponse/q1");
}

TEST(SafetyFacts, TheStabilizerIsKnownOnlyWhereTheNameFixesIt) {
  EXPECT_EQ(fact(decide_with("", "Privigen"), "proline-product").value, Truth::yes);
  EXPECT_EQ(fact(decide_with("", "Gammaplex 5%"), "sorbitol-product").value, Truth::yes);
  EXPECT_EQ(fact(decide_with("", "Gammaplex 10%"), "sorbitol-product").value, Truth::no);
  EXPECT_EQ(fact(decide_with("", "Gammaplex"), "sorbitol-product").value, Truth::unknown);
  EXPECT_EQ(fact(decide_with("", "Flebogamma DIF"), "sorbitol-product").value, Truth::yes) << "both strengths hold it";
  EXPECT_EQ(fact(decide_with("", "Immune globulin IV 10%"), "sorbitol-product").value, Truth::unknown);
}

TEST(SafetyFacts, ANameThatTwoStrengthsShareFixesNoConcentration) {
  EXPECT_EQ(decide_with("", "Octagam").product.concentration_g_per_ml, "");
  EXPECT_EQ(decide_with("", "Octagam").product.name, "Octagam");
  EXPECT_EQ(decide_with("", "Octagam 5%").product.concentration_g_per_ml, "0.05");
  EXPECT_EQ(decide_with("", "Privigen").product.concentration_g_per_ml, "0.1");
}

}  // namespace
}  // namespace ivig::advice
