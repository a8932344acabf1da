#pragma once
// A made-up rule set in a folder of its own: two guidelines over facts without clinical meaning, so that the engine is
// tested apart from the content.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "rules/evaluate.h"
#include "rules/rule_set.h"
#include "tests/support/temporary_folder.h"

namespace ivig::rules {

class SmallRuleSet {
 public:
  SmallRuleSet() {
    files_["rule-set.json"] =
        R"({"version": "1", "facts": ["facts.json"], "text": "text.json", "cards": "cards.json", "dose": "dose.json",
      "value_sets": "valuesets", "guidelines": ["new.json", "old.json"], "examples": "examples",
      "response_fact": "helped",
      "products": {"intravenous": "iv", "route_required": "dual", "look_alikes": [],
                   "routes": {"intravenous": "r-iv", "subcutaneous": "r-sc", "intramuscular": "r-im"}}})";
    files_["facts.json"] = facts("");
    files_["text.json"] = "{}";
    std::ifstream cards(std::string(IVIG_SOURCE_DIR) + "/rules/cards.json");
    files_["cards.json"] = {std::istreambuf_iterator<char>(cards), std::istreambuf_iterator<char>()};
    files_["dose.json"] = dose();
    files_["new.json"] = guideline("new", 2023, "");
    files_["old.json"] = guideline("old", 2008, "");
  }

  /// Conditions red, blue, green and qualifiers p, q, helped, derived (p and q), then `more`.
  static std::string facts(std::string const& more) {
    std::string text = R"({"mutually_exclusive": [["red", "green"]], "facts": [)";
    for (char const* id : {"red", "blue", "green"}) {
      text += R"({"id": ")" + std::string(id) + R"(", "kind": "condition", "label": "x", "indication": true,
        "source": "made up"},)";
    }
    for (char const* id : {"p", "q", "helped"}) {
      text += R"({"id": ")" + std::string(id) + R"(", "kind": "qualifier", "label": "x", "ask": ")" + id +
              R"(?", "source": "made up"},)";
    }
    text += R"({"id": "derived", "kind": "derived", "label": "x", "true": {"when": {"all": ["p", "q"]}},
      "source": "made up"})";
    return text + more + "]}";
  }

  /// Limits as in the product, and every finding that the program fires by name.
  static std::string dose() {
    std::string text = R"({"tolerance": "0.1", "course_gap_days": 3, "general_ceiling": "2", "extreme_above": "4",
      "extreme_below_share": "0.25", "course_g_without_weight": "400", "day_g_without_weight": "200",
      "weight": {"value_set": "weight", "within_days": 365, "name_age_after_days": 90,
                 "least_kg": "0.3", "most_kg": "350", "jump_share": "0.3", "jump_within_days": 90}, "findings": [)";
    std::string comma;
    for (char const* key :
         {"over-total-course", "over-total-course-extreme", "over-total-course-no-weight", "under-total-course",
          "under-total-course-extreme", "over-maintenance", "interval-too-short", "duplicate-order",
          "continuation-without-response", "weight-missing", "dose-missing", "dose-not-understood",
          "concentration-missing", "course-length-missing", "schedule-not-understood", "dose-contradiction",
          "dose-contradiction-extreme", "weight-implausible"}) {
      text +=
          comma + R"({"key": ")" + key + R"(", "code": "c", "indicator": "info", "text": "t", "source": "made up"})";
      comma = ",";
    }
    return text + "]}";
  }

  static std::string guideline(std::string const& id, int year, std::string const& rows) {
    return R"({"guideline": {"id": ")" + id + R"(", "title": "T", "short": "T", "organisation": "O", "year": )" +
           std::to_string(year) + R"(, "kind": "guideline", "citation": "C", "url": null}, "rows": [)" + rows + "]}";
  }

  /// `logic`: further members, each followed by a comma.
  static std::string row(std::string const& id, std::string const& condition, std::string const& stance,
                         std::string const& logic = "") {
    return R"({"id": ")" + id + R"(", "section": "1", "title": "t", "condition": [")" + condition + R"("], )" + logic +
           R"("stance": ")" + stance + R"(", "evidence": "Class I", "evidence_rank": 1,
           "card": {"subject": "s", "says": "w"}, "source": {"document": "d", "anchor": "a"},
           "verification": {"status": "source-read", "note": null}})";
  }

  SmallRuleSet& with(std::string const& file, std::string text) {
    files_[file] = std::move(text);
    return *this;
  }
  SmallRuleSet& rows(std::string const& newer, std::string const& older = "") {
    return with("new.json", guideline("new", 2023, newer)).with("old.json", guideline("old", 2008, older));
  }

  [[nodiscard]] base::Result<RuleSet> load() const {
    for (auto const& [name, text] : files_) std::ofstream(folder_.path() / name) << text;
    return RuleSet::load(folder_.path());
  }

 private:
  test::TemporaryFolder folder_;
  std::map<std::string, std::string> files_;
};

/// One order's facts, by name.
class Order {
 public:
  explicit Order(RuleSet const& rules) : rules_(rules) {
    facts_.values = FactValues(std::vector<Truth>(rules.facts.size(), Truth::unknown));
    facts_.source = IndicationSource::reason;
    facts_.conditions_known = true;
  }
  Order& fact(std::string const& id, Truth value) {
    facts_.values.set(*rules_.fact_index(id), FactValue{value, Basis::code, "Condition/1", "words"});
    return *this;
  }
  Order& is_for(std::string const& condition, Truth certainty = Truth::yes, bool provisional = false) {
    facts_.indications.push_back({*rules_.fact_index(condition), certainty, Basis::code, "reason", provisional});
    return certainty == Truth::yes ? fact(condition, Truth::yes) : *this;
  }
  Order& source(IndicationSource source) {
    facts_.source = source;
    return *this;
  }
  Facts& facts() { return facts_; }

  [[nodiscard]] Findings evaluate() const { return rules::evaluate(rules_, facts_); }
  /// "row row(?) ... stance indicator", candidates marked.
  [[nodiscard]] std::string answer() const {
    Findings findings = evaluate();
    std::string text;
    for (auto const& r : findings.recommendations) text += rules_.rows[r.row].id + (r.candidate ? "(?) " : " ");
    return text + std::string(findings.stance ? to_string(*findings.stance) : "-") + " " +
           std::string(to_string(findings.indicator));
  }

 private:
  RuleSet const& rules_;
  Facts facts_;
};

}  // namespace ivig::rules
