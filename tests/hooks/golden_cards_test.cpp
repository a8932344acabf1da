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

OrderRequest lacking(OrderRequest request, std::string const& key) {
  request.prefetch.emplace_back(key, "");
  return request;
}

std::string dosed(std::string const& id, std::string const& dose, std::string const& reason) {
  return medication_request(id, "'medicationCodeableConcept':" + test::privigen() + ",'dosageInstruction':[{'text':'" +
                                    dose + "','route':{'text':'intravenous'}}],'reasonCode':[" + reason + "]");
}

std::vector<Golden> goldens() {
  std::string const any_route = medication_request(
      "a", "'medicationCodeableConcept':" + coded(kRxNorm, "1426680", "Gamunex-C 10%") + "," + dosage(false) +
               ",'reasonCode':[" + coded(kIcd10Cm, "G61.0", "Guillain-Barré syndrome") + "]");
  return {
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
