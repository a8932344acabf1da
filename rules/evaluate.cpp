#include "rules/evaluate.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "rules/questions.h"

namespace ivig::rules {
namespace {

/// The rows that follow from the truth of every fact and indication of one order.
class Evaluation {
 public:
  Evaluation(RuleSet const& rules, Facts const& facts, TruthTable const& truths)
      : rules_(rules), facts_(facts), truths_(truths) {}

  /// Stance and indicator.
  Findings run() {
    Findings findings;
    std::vector<Recommendation> all = applicable();
    take_exceptions(all, findings);
    drop_background(all);
    if (all.empty()) {
      settle_without_rows(findings);
      return findings;
    }
    keep_the_answered(all);
    lead(findings, std::move(all));
    add_contradicting(findings);
    raise_for_doubt(findings);
    add_cautions(findings);
    return findings;
  }

 private:
  [[nodiscard]] ExpressionInput input() const { return truths_.input(); }

  [[nodiscard]] std::vector<Recommendation> applicable() const {
    return applicable(facts_.indications, input().indications);
  }

  /// Rows of some indications that apply or may apply; rows replaced by a narrower one are left out.
  [[nodiscard]] std::vector<Recommendation> applicable(std::vector<Indication> const& indications,
                                                       IndicationTruths const& indicated_for) const {
    ExpressionInput const over{truths_.facts(), indicated_for};
    std::vector<RowIndex> rows;
    for (auto const& indication : indications) {
      auto const& of = rules_.rows_of(indication.condition);
      rows.insert(rows.end(), of.begin(), of.end());
    }
    std::sort(rows.rbegin(), rows.rend());  // narrower rows have the higher index
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());

    std::vector<Recommendation> found;
    for (auto const& [index, state] : row_states(rules_, rows, over)) {
      Row const& row = rules_.rows[index];
      Recommendation recommendation{index, state == Truth::unknown, std::nullopt};
      if (row.precondition) recommendation.precondition = row.precondition->when.evaluate(over);
      found.push_back(recommendation);
    }
    return found;
  }

  /// Which guideline goes first: one that says that it leads here, then a guideline before a summary, then the newest.
  [[nodiscard]] auto guideline_rank(Recommendation const& recommendation) const {
    GuidelineIndex const index = rules_.rows[recommendation.row].guideline;
    Guideline const& guideline = rules_.guidelines[index];
    bool const leads = !guideline.leads_when.empty() && guideline.leads_when.evaluate(input()) == Truth::yes;
    return std::tuple(leads ? 0 : 1, guideline.kind == "guideline" ? 0 : 1, -guideline.year, index);
  }

  /// Inside a guideline the better evidence, then the order of the file.
  [[nodiscard]] auto precedence(Recommendation const& recommendation) const {
    Row const& row = rules_.rows[recommendation.row];
    return std::tuple(guideline_rank(recommendation), row.evidence_rank, row.order);
  }

  /// The record names a diagnosis that cannot stand beside the order's: its rows are listed last, as possible ones.
  void add_contradicting(Findings& findings) const {
    if (facts_.contradicting.empty()) return;
    IndicationTruths indicated;
    for (auto const& other : facts_.contradicting) indicated.set(other.condition, Truth::yes);
    std::vector<Recommendation> rows = applicable(facts_.contradicting, indicated);
    std::sort(rows.begin(), rows.end(), [&](auto const& a, auto const& b) { return precedence(a) < precedence(b); });
    // What the leading guideline says of it is enough: the card is about another diagnosis.
    auto second = [&](Recommendation const& row) {
      return std::any_of(rows.begin(), rows.end(), [&](Recommendation const& first) {
        return precedence(first) < precedence(row) && !other_indication(first, row, indicated) &&
               rules_.rows[first.row].guideline != rules_.rows[row.row].guideline;
      });
    };
    for (auto const& row : rows) {
      bool listed = std::any_of(findings.recommendations.begin(), findings.recommendations.end(),
                                [&](Recommendation const& r) { return r.row == row.row; });
      if (!listed && !second(row)) findings.recommendations.push_back({row.row, true, row.precondition});
    }
  }

  /// An exception that is not met is no recommendation, and yet worth a line beside the advice that it is made from.
  void take_exceptions(std::vector<Recommendation>& all, Findings& findings) const {
    auto offers = [&](Recommendation const& r) { return rules_.rows[r.row].exception.has_value(); };
    if (std::all_of(all.begin(), all.end(), offers)) return;  // nothing that it would be an exception from
    for (auto const& r : all) {
      if (offers(r) && !r.candidate) findings.exceptions.push_back({r.row, *r.precondition});
    }
    std::erase_if(all, [&](Recommendation const& r) { return offers(r) && r.precondition == Truth::no; });
  }

  /// Background stands only behind a row that says the same.
  void drop_background(std::vector<Recommendation>& all) {
    auto background = [&](Recommendation const& r) { return rules_.rows[r.row].background; };
    std::copy_if(all.begin(), all.end(), std::back_inserter(background_), background);
    std::erase_if(all, background);
  }

  void settle_without_rows(Findings& findings) const {
    findings.stance = std::nullopt;
    switch (facts_.source) {
      case IndicationSource::outside:
        if (none_has_a_basis()) findings.notices.emplace_back("no-basis");
        break;
      case IndicationSource::reason:
      case IndicationSource::inferred: findings.notices.emplace_back("no-row"); break;
      case IndicationSource::unmatched:
        findings.notices.emplace_back(facts_.reason_denied ? "reason-ruled-out" : "reason-unmatched");
        break;
      case IndicationSource::none: findings.notices.emplace_back("no-indication"); break;
    }
    if (facts_.reason_refuted) findings.notices.emplace_back("reason-refuted");
    for (auto const& doubt : facts_.doubts) findings.notices.push_back(doubt.notice);
    // An established use outside the guidelines, understood without doubt, is the only one that is silent here.
    if (!findings.notices.empty()) findings.stance_indicator = Indicator::info;
  }

  /// Every disease that the order is for is one in which IVIG has no established use.
  [[nodiscard]] bool none_has_a_basis() const {
    return !facts_.outside.empty() &&
           std::all_of(facts_.outside.begin(), facts_.outside.end(),
                       [&](Indication const& one) { return rules_.facts[one.condition].no_basis; });
  }

  [[nodiscard]] bool in_doubt(std::string_view notice) const {
    return std::any_of(facts_.doubts.begin(), facts_.doubts.end(),
                       [&](Doubt const& doubt) { return doubt.notice == notice; });
  }

  /// Of its own condition, no other guideline goes before it.
  [[nodiscard]] bool of_leading_guideline(std::vector<Recommendation> const& all, Recommendation const& r) const {
    return std::none_of(all.begin(), all.end(), [&](Recommendation const& other) {
      return guideline_rank(other) < guideline_rank(r) && !other_indication(other, r);
    });
  }

  /// How far the patient is from what the row asks for first.
  static int readiness(Recommendation const& r) {
    if (!r.precondition || *r.precondition == Truth::yes) return 2;
    return *r.precondition == Truth::unknown ? 1 : 0;
  }

  /// No reason on the order and several conditions that it could be for: IVIG is given for the one that it is
  /// recommended for, if the record shows that it helped. What would harm is said all the same.
  void keep_the_answered(std::vector<Recommendation>& all) const {
    if (facts_.source != IndicationSource::inferred || !several_conditions(all)) return;
    if (!rules_.response_fact || truths_.facts()[*rules_.response_fact] != Truth::yes) return;
    auto answered = [&](Recommendation const& r) {
      return rules_.rows[r.row].stance == Stance::recommended && !r.candidate;
    };
    std::vector<Recommendation> leading;
    std::copy_if(all.begin(), all.end(), std::back_inserter(leading), answered);
    if (leading.empty()) return;
    std::erase_if(all, [&](Recommendation const& r) {
      bool harms = rules_.rows[r.row].stance == Stance::harmful && !r.candidate;
      return !harms && std::all_of(leading.begin(), leading.end(),
                                   [&](Recommendation const& other) { return other_indication(other, r); });
    });
  }

  void lead(Findings& findings, std::vector<Recommendation> all) const {
    std::sort(all.begin(), all.end(), [&](auto const& a, auto const& b) { return precedence(a) < precedence(b); });
    std::vector<RowIndex> leading;
    for (auto const& r : all) {
      if (of_leading_guideline(all, r)) leading.push_back(r.row);
    }
    auto in_lead = [&](Recommendation const& r) {
      return std::find(leading.begin(), leading.end(), r.row) != leading.end();
    };
    auto stance = [&](Recommendation const& r) { return rules_.rows[r.row].stance; };

    bool open = false;  // some row of the leading guideline hangs on an unknown fact
    bool one_stance = true;
    std::size_t choices = 0;
    auto best = all.begin();
    for (auto it = all.begin(); it != all.end(); ++it) {
      if (!in_lead(*it)) continue;
      ++choices;
      open = open || it->candidate;
      one_stance = one_stance && stance(*it) == stance(*all.begin());
    }
    // A row that only may apply, with nothing to take its place: the other answer is that no row does.
    bool settled = one_stance && !(choices == 1 && open);
    bool several = (facts_.source == IndicationSource::inferred || all_doubtful() || in_doubt("reasons-contradict")) &&
                   several_conditions(all);
    for (auto it = all.begin(); it != all.end(); ++it) {
      if (!in_lead(*it)) continue;
      bool harmful = stance(*it) == Stance::harmful && !it->candidate;
      bool worse = stance(*it) > stance(*best);
      // An unknown fact, or a choice between inferred indications: the least favorable leads. Otherwise precedence
      // does, but a row that harms always leads, and of several stated indications one that IVIG is good for does.
      if (harmful || ((open || several) && worse) ||
          (!open && !several && !worse && stance(*it) < stance(*best) && best->row != it->row &&
           other_indication(*best, *it))) {
        best = it;
      }
    }
    // Several ways in: the one that the patient meets.
    if (!several && (!open || one_stance)) {
      for (auto it = all.begin(); it != all.end(); ++it) {
        if (in_lead(*it) && !it->candidate && stance(*it) == stance(*best) && !other_indication(*it, *best) &&
            (best->candidate ? readiness(*it) == 2 : readiness(*it) > readiness(*best))) {
          best = it;
        }
      }
    }
    std::rotate(all.begin(), best, best + 1);

    findings.stance = stance(all.front());
    Row const& row = rules_.rows[all.front().row];
    // A row that hangs on an unknown fact supports as one with an unknown precondition does: it is not known not to.
    auto support = std::find_if(all.begin() + 1, all.end(), [&](Recommendation const& r) {
      bool favorable = stance(r) == Stance::recommended || stance(r) == Stance::may_consider;
      return favorable && rules_.rows[r.row].guideline != row.guideline && r.precondition != Truth::no &&
             !other_indication(all.front(), r);
    });
    bool supported = support != all.end();
    findings.stance_indicator = indicator_of(row, all.front().precondition, supported);
    if (supported && row.stance == Stance::insufficient_evidence) findings.supported_by = support->row;
    bool capped = (open || several) && !settled && *findings.stance != Stance::harmful;
    if (capped) {
      findings.stance_indicator = Indicator::info;
      findings.notices.emplace_back("candidates");
    }
    std::copy_if(background_.begin(), background_.end(), std::back_inserter(all),
                 [&](Recommendation const& r) { return stance(r) == *findings.stance; });
    findings.recommendations = std::move(all);
  }

  /// "Polymyositis versus inclusion body myositis": nobody knows yet which of them the order is for.
  [[nodiscard]] bool all_doubtful() const {
    return std::all_of(facts_.indications.begin(), facts_.indications.end(),
                       [](Indication const& indication) { return indication.provisional; });
  }

  [[nodiscard]] bool several_conditions(std::vector<Recommendation> const& all) const {
    return std::any_of(all.begin(), all.end(), [&](auto const& r) { return other_indication(all.front(), r); });
  }

  /// True when the two rows are about different conditions of this order.
  [[nodiscard]] bool other_indication(Recommendation const& a, Recommendation const& b) const {
    return other_indication(a, b, input().indications);
  }
  [[nodiscard]] bool other_indication(Recommendation const& a, Recommendation const& b,
                                      IndicationTruths const& indicated) const {
    auto const& ours = rules_.rows[a.row].conditions;
    auto const& theirs = rules_.rows[b.row].conditions;
    return std::none_of(ours.begin(), ours.end(), [&](FactIndex c) {
      return indicated[c] != Truth::no && std::find(theirs.begin(), theirs.end(), c) != theirs.end();
    });
  }

  /// Provisional, refuted or contradicted diagnoses deserve a word even where the row itself would be silent.
  void raise_for_doubt(Findings& findings) const {
    auto at_least_info = [&](char const* notice) {
      if (findings.stance_indicator == Indicator::none) {
        findings.stance_indicator = Indicator::info;
        findings.raised_by = notice;
      }
      findings.notices.emplace_back(notice);
    };
    if (facts_.reason_refuted) at_least_info("reason-refuted");
    if (!facts_.contradicting.empty()) at_least_info("contradicting");
    if (std::any_of(facts_.indications.begin(), facts_.indications.end(),
                    [](auto const& i) { return i.provisional; })) {
      at_least_info("provisional-diagnosis");
    }
    for (auto const& doubt : facts_.doubts) at_least_info(doubt.notice.c_str());
    // One diagnosis that IVIG is not for, beside another use that has its value: nobody knows which it is given for.
    bool const other_use = std::any_of(facts_.outside.begin(), facts_.outside.end(),
                                       [&](Indication const& one) { return !rules_.facts[one.condition].no_basis; });
    if (other_use && facts_.source == IndicationSource::reason && findings.stance_indicator == Indicator::warning) {
      findings.stance_indicator = Indicator::info;
      findings.notices.emplace_back("other-use-beside");
    }
    if (facts_.source == IndicationSource::inferred) findings.notices.emplace_back("indication-inferred");
  }

  void add_cautions(Findings& findings) const {
    for (auto const& caution : rules_.rows[findings.recommendations.front().row].cautions) {
      if (caution.when.evaluate(input()) != Truth::yes) continue;
      if (findings.stance_indicator == Indicator::none) {
        findings.stance_indicator = Indicator::info;
        findings.raised_by = "caution";
      }
      findings.cautions.push_back(caution.text);
    }
  }

  RuleSet const& rules_;
  Facts const& facts_;
  TruthTable const& truths_;
  std::vector<Recommendation> background_;
};

/// Unknown facts that the rows of these indications mention, directly or through derived facts.
std::vector<FactIndex> open_facts(RuleSet const& rules, Facts const& facts, std::vector<Truth> const& truths) {
  std::vector<FactIndex> queue;  // short: what a handful of rows mention
  auto note = [&](std::vector<FactIndex> const& mentioned) {
    for (FactIndex fact : mentioned) {
      if (std::find(queue.begin(), queue.end(), fact) == queue.end()) queue.push_back(fact);
    }
  };
  for (auto const& indication : facts.indications) {
    for (RowIndex index : rules.rows_of(indication.condition)) {
      Row const& row = rules.rows[index];
      note(row.requires_.facts());
      note(row.excludes.facts());
      if (row.precondition) note(row.precondition->when.facts());
    }
  }
  // Whether IVIG helped before may tell which of several problems the order is for.
  if (facts.source == IndicationSource::inferred && rules.response_fact) note({*rules.response_fact});
  for (std::size_t i = 0; i < queue.size(); ++i) {
    auto const& definition = rules.facts[queue[i]];
    note(definition.for_it.when.facts());
    note(definition.against_it.when.facts());
  }
  std::vector<FactIndex> open;
  for (FactIndex fact : queue) {
    if (truths[fact] == Truth::unknown) open.push_back(fact);
  }
  return open;
}

std::string change(Findings const& now, Findings const& then) {
  auto text = [](std::optional<Stance> stance) {
    return std::string(stance ? to_string(*stance) : "no recommendation");
  };
  if (then.stance != now.stance) return text(now.stance) + " -> " + text(then.stance);
  if (then.stance_indicator == now.stance_indicator) return {};
  return std::string(to_string(now.stance_indicator)) + " -> " + std::string(to_string(then.stance_indicator));
}

void find_missing(RuleSet const& rules, Facts const& facts, TruthTable& truths, Findings& findings) {
  for (FactIndex fact : open_facts(rules, facts, truths.facts())) {
    auto const& definition = rules.facts[fact];
    if (definition.ask.empty()) continue;  // follows from others, which are asked for themselves
    std::string would_change;
    for (Truth value : {Truth::yes, Truth::no}) {
      truths.suppose(fact, value);
      Findings const then = Evaluation(rules, facts, truths).run();
      truths.take_back();
      std::string difference = change(findings, then);
      if (difference.empty()) continue;
      if (!would_change.empty()) would_change += " or ";
      would_change += difference;
    }
    if (!would_change.empty()) findings.missing.push_back({definition.id, definition.ask, std::move(would_change)});
  }
}

}  // namespace

std::vector<RowState> row_states(RuleSet const& rules, std::vector<RowIndex> const& rows,
                                 ExpressionInput const& input) {
  std::vector<RowState> found;
  std::vector<std::pair<RowIndex, Truth>> replaced;  // rows that a narrower one takes the place of
  for (RowIndex index : rows) {
    Row const& row = rules.rows[index];
    Truth indicated = Truth::no;
    for (FactIndex condition : row.conditions) indicated = truth_or(indicated, input.indications[condition]);
    Truth state = truth_and(indicated, row.requires_.evaluate(input));
    if (!row.excludes.empty()) state = truth_and(state, truth_not(row.excludes.evaluate(input)));
    for (auto const& [general, by] : replaced) {
      if (general == index) state = truth_and(state, truth_not(by));
    }
    if (state == Truth::no) continue;
    for (RowIndex general : row.narrower_than) replaced.emplace_back(general, state);
    found.push_back({index, state});
  }
  return found;
}

Indicator indicator_of(Row const& row, std::optional<Truth> precondition, bool supported) {
  switch (row.stance) {
    case Stance::harmful: return Indicator::critical;
    case Stance::not_recommended: return Indicator::warning;
    case Stance::insufficient_evidence: return supported ? Indicator::info : Indicator::warning;
    case Stance::may_consider:
      if (!precondition || *precondition == Truth::yes) return Indicator::none;
      if (*precondition == Truth::unknown) return Indicator::info;
      return row.precondition->soft ? Indicator::info : Indicator::warning;
    case Stance::recommended: return Indicator::none;
  }
  return Indicator::none;
}

Findings evaluate(RuleSet const& rules, Facts const& facts) {
  TruthTable truths(rules, facts);
  Findings findings = Evaluation(rules, facts, truths).run();
  find_missing(rules, facts, truths, findings);
  findings.indicator = findings.stance_indicator;
  add_advisable(rules, truths.facts(), findings);
  ask_for_indication(rules, facts, findings);
  ask_for_confirmation(rules, facts, findings);
  return findings;
}

}  // namespace ivig::rules
