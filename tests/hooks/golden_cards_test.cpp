// Whole answers, word for word, beside the reasons that each card stands on. A change of wording shows here as a
// difference to be read; IVIG_UPDATE_GOLDEN=1 writes the files anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/order_answers.h"

namespace ivig::hooks {
namespace {

namespace fs = std::filesystem;

using test::coded;
using test::condition;
using test::dosage;
using test::ivig_order;
using test::ivig_order_in;
using test::kIcd10Cm;
using test::kRxNorm;
using test::kSnomed;
using test::medication_request;
using test::OrderAnswers;
using test::OrderRequest;
using test::words;

struct Golden {
  std::string name;  // of the file, without ".json"
  OrderRequest request;
};

std::string dosed(std::string const& id, std::string const& dose, std::string const& reason) {
  return medication_request(id, "'medicationCodeableConcept':" + test::privigen() + ",'dosageInstruction':[{'text':'" +
                                    dose + "','route':{'text':'intravenous'}}],'reasonCode':[" + reason + "]");
}

/// A chart in words: the order's reason, active confirmed problems, and what was tried, with how it went.
OrderRequest chart(std::string const& reason, std::vector<std::string> const& problems,
                   std::vector<std::pair<std::string, std::string>> const& tried = {}) {
  OrderRequest request{{ivig_order("a", reason.empty() ? "" : words(reason))}};
  for (std::size_t i = 0; i < problems.size(); ++i)
    request.conditions.push_back(condition("c" + std::to_string(i), words(problems[i])));
  std::vector<std::string> statements;
  statements.reserve(tried.size());
  for (auto const& [what, how] : tried) {
    statements.push_back("{'resourceType':'MedicationStatement','id':'t" + std::to_string(statements.size()) +
                         "','status':'completed','subject':{'reference':'Patient/p1'},'medicationCodeableConcept':" +
                         words(what) + ",'effectiveDateTime':'2026-11-15','statusReason':[" + words(how) + "]}");
  }
  if (!statements.empty()) request.prefetch.emplace_back("medicationStatements", test::bundle(statements));
  return request;
}

/// The same for a repeated dose, and a woman of 32 years.
OrderRequest every_four_weeks(std::string const& reason, std::vector<std::string> const& problems,
                              std::vector<std::pair<std::string, std::string>> const& tried = {}) {
  OrderRequest request = chart(reason, problems, tried);
  request.drafts = {dosed("a", "0.4 g/kg every 4 weeks", words(reason))};
  std::string woman = test::patient();
  woman.replace(woman.find("1974"), 4, "1994");
  woman.replace(woman.find("male"), 4, "female");
  request.prefetch.emplace_back("patient", woman);
  return request;
}

OrderRequest of_a_child(OrderRequest request) {
  std::string child = test::patient();
  child.replace(child.find("1974-03-09"), 10, "2017-03-09");
  request.prefetch.emplace_back("patient", child);
  return request;
}

OrderRequest with_test(OrderRequest request, std::string const& name, std::string const& value) {
  std::string observations = test::well_observations();
  observations.insert(observations.size() - 2,
                      ",{'resource':{'resourceType':'Observation','id':'test','status':'final',"
                      "'subject':{'reference':'Patient/p1'},'code':" +
                          words(name) + ",'effectiveDateTime':'2026-11-20','valueString':'" + value + "'}}");
  request.prefetch.emplace_back("observations", observations);
  return request;
}

/// Where guidelines disagree: lead stance and loudness, with the other positions on the card. The numbers are those of
/// the table of conflicts.
std::vector<Golden> conflicts() {
  std::string const sjogren = "Sjögren disease", gbs = "Guillain-Barré syndrome";
  return {
      {"conflict-01-sjogren-sfn",
       chart("Sjögren small fiber neuropathy", {sjogren, "Small fiber neuropathy"}, {{"gabapentin", "failed"}})},
      {"conflict-02-sjogren-ganglionopathy",
       chart("Sjögren ganglionopathy", {sjogren, "Sensory ataxic ganglionopathy"})},
      {"conflict-03-igm-exception-met",
       chart("IgM paraproteinemic neuropathy", {"IgM paraproteinemic neuropathy, rapid worsening"})},
      {"conflict-03-igm-exception-unmet",
       chart("anti-MAG neuropathy", {"Anti-MAG neuropathy, slowly progressive, walks independently"})},
      {"conflict-03-igm-exception-unknown", chart("IgM MGUS neuropathy", {"IgM MGUS neuropathy"})},
      {"conflict-04-canomad", chart("CANOMAD", {"CANOMAD, IgM anti-disialosyl antibodies, rapid worsening"})},
      {"conflict-05-igg-cidp-like", chart("paraproteinemic demyelinating neuropathy",
                                          {"IgG monoclonal gammopathy", "CIDP-like demyelinating polyneuropathy"})},
      {"conflict-06-sarcoid-sfn",
       chart("sarcoid small fiber neuropathy", {"Sarcoidosis", "Small fiber neuropathy"}, {{"prednisone", "failed"}})},
      {"conflict-06-sarcoid-sfn-nothing-tried",
       chart("sarcoid small fiber neuropathy", {"Sarcoidosis", "Small fiber neuropathy"},
             {{"prednisone", "not tried"}})},
      {"conflict-07-neurosarcoidosis", chart("neurosarcoidosis", {"Neurosarcoidosis"})},
      {"conflict-07-neurosarcoidosis-steroids-declined",
       chart("neurosarcoidosis", {"Neurosarcoidosis"}, {{"prednisone", "declined"}})},
      {"conflict-07-peripheral", chart("sarcoid polyneuropathy", {"Sarcoidosis", "Polyneuropathy due to sarcoidosis"},
                                       {{"prednisone", "failed"}})},
      {"conflict-08-polymyositis", chart("polymyositis", {"Polymyositis"}, {{"prednisone", "failed"}})},
      {"conflict-09-gbs-in-sjogren", chart(gbs, {sjogren, gbs})},
      {"conflict-10-gbs-second-course",
       chart("GBS, repeat course", {"Guillain-Barré syndrome, no improvement"}, {{"IVIG 2 g/kg", "no improvement"}})},
      {"conflict-10-gbs-fluctuation",
       chart("GBS treatment-related fluctuation", {gbs}, {{"IVIG 2 g/kg", "improved, then relapsed"}})},
      {"conflict-11-ventilated-child", of_a_child(chart("GBS, ventilated", {gbs}))},
      {"conflict-12-miller-fisher", chart("Miller Fisher syndrome", {"Miller Fisher syndrome"})},
      {"conflict-13-dermatomyositis", chart("dermatomyositis", {"Dermatomyositis, proximal weakness"})},
      {"conflict-14-severe-mg",
       chart("severe myasthenia gravis", {"Severe generalized myasthenia gravis, no recent worsening"})},
      {"conflict-15-rrms-prevention",
       every_four_weeks("MS relapse prevention", {"Relapsing-remitting multiple sclerosis"},
                        {{"interferon beta", "not tolerated"}, {"ocrelizumab", "declined"}})},
      {"conflict-16-ms-relapse", chart("acute MS relapse", {"Multiple sclerosis"},
                                       {{"IV methylprednisolone", "no improvement"}, {"PLEX", "declined"}})},
      {"conflict-16-ms-relapse-on-top", chart("acute MS relapse, with IV methylprednisolone", {"Multiple sclerosis"})},
      {"conflict-17-secondary-progressive", every_four_weeks("secondary progressive MS", {"Multiple sclerosis"})},
      {"conflict-17-primary-progressive",
       every_four_weeks("primary progressive MS, to slow progression", {"Multiple sclerosis"})},
      {"conflict-18-pregnancy",
       every_four_weeks("MS relapse prevention", {"Relapsing-remitting multiple sclerosis", "Pregnancy, 14 weeks"})},
      {"conflict-19-nmo-stable", chart("NMO relapse prevention", {"NMOSD"}, {{"satralizumab", "stable, no attacks"}})},
      {"conflict-20-diabetes-mild-slowing",
       chart("demyelinating polyneuropathy in diabetes",
             {"Type 2 diabetes", "Polyneuropathy with mild conduction slowing, CIDP criteria not met"})},
      {"conflict-21-paraneoplastic",
       chart("paraneoplastic neuropathy", {"Paraneoplastic sensory neuronopathy, anti-Hu"})},
      {"conflict-22-anti-hmgcr",
       with_test(chart("necrotizing autoimmune myopathy", {"Necrotizing autoimmune myopathy"}), "anti-HMGCR antibody",
                 "pending")},
      {"conflict-23-lems", chart("Lambert-Eaton myasthenic syndrome", {"Lambert-Eaton myasthenic syndrome"})},
      {"conflict-24-pots", chart("POTS", {"Postural orthostatic tachycardia syndrome"})},
      {"conflict-25-cidp", chart("CIDP", {"CIDP"})},
      {"conflict-26-mmn-maintenance",
       chart("MMN maintenance", {"Multifocal motor neuropathy"}, {{"IVIG", "responded"}})},
      {"conflict-27-sfn-no-cause", chart("small fiber neuropathy", {"Small fiber neuropathy"})},
      {"conflict-28-gbs-mild", chart(gbs, {"Guillain-Barré syndrome, onset 5 days ago, walks unaided"})},
  };
}

OrderRequest lacking(OrderRequest request, std::string const& key) {
  request.prefetch.emplace_back(key, "");
  return request;
}

std::vector<Golden> goldens() {
  std::string const any_route = medication_request(
      "a", "'medicationCodeableConcept':" + coded(kRxNorm, "1426680", "Gamunex-C 10%") + "," + dosage(false) +
               ",'reasonCode':[" + coded(kIcd10Cm, "G61.0", "Guillain-Barré syndrome") + "]");
  std::vector<Golden> all = conflicts();
  std::vector<Golden> others{
      {"not-recommended", {{ivig_order("a", coded(kIcd10Cm, "G72.41", "Inclusion body myositis"))}}},
      {"not-recommended-post-polio", {{ivig_order("a", coded(kIcd10Cm, "G14", "Postpolio syndrome"))}}},
      {"not-recommended-from-text", {{ivig_order("a", words("IgM MGUS neuropathy, anti-MAG positive"))}}},
      {"not-recommended-inferred",
       {{ivig_order("a")}, {condition("c", coded(kSnomed, "709489006", "Small fiber neuropathy"))}}},
      {"insufficient-evidence", {{ivig_order("a", words("Postural orthostatic tachycardia syndrome"))}}},
      {"harmful", {{ivig_order("a", words("Small fiber neuropathy"))}, {condition("c", words("Cryoglobulinemia"))}}},
      {"deciding-fact-unknown", {{ivig_order("a", words("Myasthenia gravis"))}}},
      {"precondition-unknown",
       {{ivig_order("a", words("Immune-mediated necrotizing myopathy, anti-HMGCR antibody positive"))}}},
      {"no-reason", {{ivig_order("a")}}},
      {"reason-unmatched", {{ivig_order("a", words("gout flare"))}}},
      {"doubtful-reason", {{ivig_order("a", words("rule out Guillain-Barré syndrome"))}}},
      {"contradicting-diagnoses",
       {{ivig_order("a", words("CIDP"))}, {condition("c", coded(kIcd10Cm, "G61.82", "Multifocal motor neuropathy"))}}},
      {"route-not-stated", {{any_route}}},
      {"allergies-missing",
       lacking({{ivig_order("a", coded(kIcd10Cm, "G61.0", "Guillain-Barré syndrome"))}}, "allergies")},
      {"two-orders",
       {{ivig_order_in("2027-01", "a", coded(kIcd10Cm, "G72.41", "Inclusion body myositis")),
         ivig_order_in("2027-03", "b", words("gout flare"))}}},
      {"duplicate-order",
       {{ivig_order("a", coded(kIcd10Cm, "G61.81", "CIDP")), ivig_order("b", coded(kIcd10Cm, "G61.81", "CIDP"))}}},
      {"over-total-course", {{dosed("a", "2 g/kg daily for 5 days", coded(kIcd10Cm, "G61.81", "CIDP"))}}},
      {"dose-not-parseable", {{dosed("a", "per infusion center protocol", coded(kIcd10Cm, "G61.81", "CIDP"))}}},
  };
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

/// The answer, a line for each member, so that a difference can be read.
std::string pretty(std::string const& answer) {
  std::string out;
  std::size_t depth = 0;
  bool quoted = false;
  auto new_line = [&] { out += "\n" + std::string(depth * 2, ' '); };
  for (std::size_t i = 0; i < answer.size(); ++i) {
    char const c = answer[i];
    if (quoted) {
      out += c;
      if (c == '\\') out += answer[++i];
      else quoted = c != '"';
    } else if (c == '{' || c == '[') {
      out += c;
      ++depth;
      new_line();
    } else if (c == '}' || c == ']') {
      --depth;
      new_line();
      out += c;
    } else if (c == ',') {
      out += c;
      new_line();
    } else {
      quoted = c == '"';
      out += c;
      if (c == ':') out += ' ';
    }
  }
  return out + "\n";
}

/// The version of the rule set changes with every release of it and is no wording.
std::string without_version(std::string text) {
  std::string const version = test::tree_knowledge()->rules.version;
  for (auto at = text.find("rule set " + version); at != std::string::npos; at = text.find("rule set " + version))
    text.replace(at + 9, version.size(), "VERSION");
  return text;
}

fs::path golden_file(std::string const& name) {
  return fs::path(IVIG_SOURCE_DIR) / "tests/data/golden" / (name + ".json");
}

TEST(GoldenCards, are_word_for_word_those_that_were_read) {
  OrderAnswers const service;
  bool const update = std::getenv("IVIG_UPDATE_GOLDEN") != nullptr;
  for (auto const& golden : goldens()) {
    (void)service.cards(golden.request);  // the shape
    auto const answer = service.answer(golden.request.text());
    ASSERT_TRUE(answer) << golden.name;
    std::string const text = without_version(pretty(*answer));
    if (update) std::ofstream(golden_file(golden.name), std::ios::binary) << text;
    std::ostringstream wanted;
    wanted << std::ifstream(golden_file(golden.name), std::ios::binary).rdbuf();
    EXPECT_EQ(text, wanted.str()) << golden.name << ": read the difference; IVIG_UPDATE_GOLDEN=1 accepts it";
  }
}

TEST(GoldenCards, have_no_file_without_a_case) {
  std::vector<std::string> names;
  for (auto const& golden : goldens()) names.push_back(golden.name);
  for (auto const& entry : fs::directory_iterator(golden_file("x").parent_path()))
    EXPECT_NE(std::find(names.begin(), names.end(), entry.path().stem().string()), names.end()) << entry.path();
}

}  // namespace
}  // namespace ivig::hooks
