#include "hooks/decide_again.h"

#include <algorithm>
#include <memory>

#include "advice/decision_json.h"
#include "base/json_body.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "hooks/decision_record.h"
#include "rules/evaluate.h"
#include "rules/safety.h"

namespace ivig::hooks {
namespace {

using base::Json;
using base::string_member;
using rules::Basis;
using rules::Facts;
using rules::Truth;

Truth truth_from(std::string_view word) {
  return word == "true" ? Truth::yes : word == "false" ? Truth::no : Truth::unknown;
}

Basis basis_from(std::string_view word) {
  for (auto basis : {Basis::code, Basis::text, Basis::answer}) {
    if (rules::to_string(basis) == word) return basis;
  }
  return Basis::none;
}

rules::IndicationSource source_from(std::string_view word) {
  using rules::IndicationSource;
  for (auto source :
       {IndicationSource::reason, IndicationSource::inferred, IndicationSource::outside, IndicationSource::unmatched}) {
    if (advice::source_word(source) == word) return source;
  }
  return IndicationSource::none;
}

/// Whether the record says that a kind of data could not be had.
bool is_gap(Json const& decision, std::string_view kind) {
  bool found = false;
  base::each(decision, "missing",
             [&](Json const& item, std::size_t) { found = found || string_member(item, "fact") == kind; });
  return found;
}

/// What was read, with what then holds of all other facts; what followed from it follows anew, or an answer would
/// change the one and not the other.
void read_values(rules::RuleSet const& rules, Json const& facts, Facts& into) {
  into.values = rules::FactValues(rules.all_unread(into.conditions_known, into.allergies_known),
                                  rules::FactValues::Derived::but_for_read);
  if (!facts.IsArray()) return;
  for (auto const& item : facts.GetArray()) {
    auto const fact = rules.fact_index(string_member(item, "fact"));
    auto const basis = basis_from(string_member(item, "basis"));
    // Without a basis and known: it held of all that was not read, or followed from others.
    auto const value = truth_from(string_member(item, "value"));
    if (!fact || (basis == Basis::none && value != Truth::unknown)) continue;
    into.values.set(
        *fact, {value, basis, std::string(string_member(item, "from")), std::string(string_member(item, "detail"))});
  }
}

std::vector<rules::Indication> indications_of(rules::RuleSet const& rules, Json const& decision,
                                              std::string_view name) {
  std::vector<rules::Indication> found;
  base::each(decision, name, [&](Json const& item, std::size_t) {
    auto const fact = rules.fact_index(string_member(item, "concept"));
    if (!fact) return;
    Truth const certainty = string_member(item, "state") == "candidate" ? Truth::unknown : Truth::yes;
    found.push_back({*fact, certainty, basis_from(string_member(item, "basis")),
                     std::string(string_member(item, "from")), base::bool_member(item, "provisional").value_or(false)});
  });
  return found;
}

/// Diseases that the record holds as possible only are open again, unless somebody has answered.
void leave_doubtful_open(rules::RuleSet const& rules, Json const& decision, Facts& facts) {
  base::each(decision, "doubtful", [&](Json const& item, std::size_t) {
    auto const fact = rules.fact_index(base::as_string(item));
    if (!fact || facts.values[*fact].basis == Basis::answer) return;
    auto const& value = facts.values[*fact];
    facts.values.set(*fact, {Truth::unknown, Basis::none, value.from, value.detail});
    facts.doubtful.push_back(*fact);
  });
}

std::vector<rules::CodedFinding> dose_findings_of(Json const& decision) {
  std::vector<rules::CodedFinding> found;
  base::each(decision, "dose", [&](Json const& item, std::size_t) {
    found.push_back({std::string(string_member(item, "code")),
                     rules::indicator_from(string_member(item, "indicator")).value_or(rules::Indicator::none),
                     std::string(string_member(item, "detail")), std::string(string_member(item, "source"))});
  });
  return found;
}

/// Questions about the order itself stay open: no answer of ours settles them. Nor are those of dose findings asked
/// anew, since the findings are not made anew: they stay until they are answered.
void keep_questions(rules::RuleSet const& rules, Json const& decision, Facts const& facts, rules::Findings& findings) {
  base::each(decision, "missing", [&](Json const& item, std::size_t) {
    std::string const fact(string_member(item, "fact"));
    auto const index = rules.fact_index(fact);
    bool const about_order = !index && fact != "indication";
    bool const of_dose = index && string_member(item, "would_change").empty() && !findings.dose.empty() &&
                         facts.values[*index].value == Truth::unknown;
    if (about_order || of_dose) rules::add_missing(findings, {fact, std::string(string_member(item, "ask")), ""});
  });
}

}  // namespace

base::Result<DecidedAgain> decide_again(advice::Knowledge const& knowledge, store::DecisionRecord const& record,
                                        std::map<std::string, bool> const& answers, std::string_view from) {
  auto body = base::JsonBody::parse(record.decision_json, {});
  if (!body) return tl::unexpected(body.error());
  auto facts_body = base::JsonBody::parse(record.facts_json, {});
  if (!facts_body) return tl::unexpected(facts_body.error());
  Json const& old = (*body)->root();
  auto const& rules = knowledge.rules;

  advice::Decision decision;
  Facts& facts = decision.facts;
  facts.conditions_known = !is_gap(old, "conditions");
  facts.allergies_known = !is_gap(old, "allergies");
  read_values(rules, (*facts_body)->root(), facts);
  for (auto const& [fact, yes] : answers) {
    auto const index = rules.fact_index(fact);
    if (!index) continue;
    facts.values.set(*index, {yes ? Truth::yes : Truth::no, Basis::answer, std::string(from),
                              rules.facts[*index].label + (yes ? ": yes" : ": no")});
  }
  rules::derive(rules, facts);
  facts.indications = indications_of(rules, old, "indications");
  facts.contradicting = indications_of(rules, old, "contradicting");
  facts.outside = indications_of(rules, old, "outside");
  base::each(old, "doubts", [&](Json const& doubt, std::size_t) {
    facts.doubts.push_back(
        {std::string(string_member(doubt, "notice")), std::string(string_member(doubt, "words")), std::nullopt});
  });
  leave_doubtful_open(rules, old, facts);
  facts.source = source_from(string_member(old, "indication_source"));
  facts.reason_denied = base::bool_member(old, "reason_denied").value_or(false);
  facts.reason_refuted = base::bool_member(old, "reason_refuted").value_or(false);

  decision.findings = rules::evaluate(rules, facts);
  decision.findings.dose = dose_findings_of(old);
  rules::add_safety(rules, facts, decision.findings);
  keep_questions(rules, old, facts, decision.findings);
  DecidedAgain again;
  base::JsonWriter json(again.decision_json);
  advice::write_decision(json, knowledge, decision);
  again.facts_json = facts_json(knowledge, facts);
  return again;
}

}  // namespace ivig::hooks
