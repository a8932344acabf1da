#include "advice/indications.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace ivig::advice {
namespace {

using rules::Basis;
using rules::FactDefinition;
using rules::FactIndex;
using rules::FactKind;
using rules::FactValue;
using rules::Indication;
using rules::IndicationSource;
using rules::Truth;

using Named = NamedCondition;

/// Entries of the record that contradict the order, of which a condition has its first in any case.
constexpr std::size_t kMostContradicting = 100;

bool is_named_condition(FactDefinition const& fact) {
  return fact.kind == FactKind::condition && (fact.indication || fact.outside || !fact.broader_of.empty());
}

/// Condition facts named by a statement, each once, exact matches before broader ones.
std::vector<Named> conditions_in(Knowledge const& knowledge, Statement const& statement, std::string_view path) {
  std::vector<Named> found;
  for (auto const& match : statement.sets) {
    if (match.past) continue;
    for (auto const& side : knowledge.clauses.facts_by_set[match.set]) {
      if (side.side != Side::for_it || !is_named_condition(knowledge.rules.facts[side.fact])) continue;
      Named named{side.fact, match.basis,      match.broader, match.possible || statement.provisional,
                  path,      match.abbreviated};
      auto known = std::find_if(found.begin(), found.end(), [&](Named const& n) { return n.fact == named.fact; });
      if (known == found.end()) found.push_back(named);
      else if (known->broader && !named.broader) *known = named;
      else if (known->broader == named.broader) known->abbreviated = known->abbreviated && named.abbreviated;
    }
  }
  // A condition may also be stated in words that only the fact itself lists.
  for (auto const& match : statement.phrases) {
    if (match.owner.kind != PhraseOwner::Kind::fact_phrase || match.negated || match.past) continue;
    if (match.owner.fact.side != Side::for_it) continue;
    FactIndex index = match.owner.fact.fact;
    if (!is_named_condition(knowledge.rules.facts[index])) continue;
    if (std::any_of(found.begin(), found.end(), [&](Named const& n) { return n.fact == index && !n.broader; }))
      continue;
    std::erase_if(found, [&](Named const& n) { return n.fact == index; });
    found.push_back({index, Basis::text, false, match.possible || statement.provisional, path});
  }
  return found;
}

/// How the statements of a list that name a condition hold it.
class Standings {
 public:
  explicit Standings(Knowledge const& knowledge) : by_fact_(knowledge.rules.facts.size(), 0) {}

  void set(FactIndex fact, std::uint8_t how) { by_fact_[fact] |= how; }
  /// Some hold it that way, and none in the other.
  [[nodiscard]] bool only(FactIndex fact, std::uint8_t how, std::uint8_t other) const {
    return (by_fact_[fact] & how) != 0 && (by_fact_[fact] & other) == 0;
  }

  static constexpr std::uint8_t kRefuted = 1, kNotRefuted = 2, kProvisional = 4, kConfirmed = 8, kDoubted = 16,
                                kUndoubted = 32;

 private:
  std::vector<std::uint8_t> by_fact_;
};

class IndicationFinder {
 public:
  IndicationFinder(Knowledge const& knowledge, NamedConditions const& problems, std::vector<Statement> const& reasons,
                   rules::Facts& facts)
      : knowledge_(knowledge),
        reasons_(reasons),
        in_reasons_(knowledge, reasons, reasons),
        in_problems_(problems),
        standings_(knowledge),
        facts_(facts) {
    in_problems_.each([&](NamedConditions::Of const& problem, std::span<Named const> named) {
      for (auto const& one : named) {
        if (one.broader) continue;
        standings_.set(one.fact, problem.refuted ? Standings::kRefuted : Standings::kNotRefuted);
        if (!problem.counts) continue;
        standings_.set(one.fact, one.provisional ? Standings::kProvisional : Standings::kConfirmed);
      }
    });
  }

  void find() {
    bool const any_reason = !reasons_.empty();  // also one whose code nobody here knows
    bool all_vague = true;
    for (Statement const& reason : reasons_) {
      all_vague = all_vague && reason.vague;
      if (!facts_.reason_words.empty()) facts_.reason_words += "; ";
      facts_.reason_words += reason.label.empty() ? reason.words : reason.label;
      facts_.reason_denied = facts_.reason_denied || reason.denied;
    }
    std::vector<Named> named;
    in_reasons_.each([&](NamedConditions::Of const& reason, std::span<Named const> conditions) {
      for (auto const& one : conditions) {
        if (reason.refuted || refuted_in_record(one.fact)) facts_.reason_refuted = true;
        else if (understood(one)) named.push_back(one);
      }
    });
    if (!named.empty()) from_reason(named);
    else if (any_reason && !all_vague && !facts_.reason_refuted) facts_.source = IndicationSource::unmatched;
    else from_problems();
    if (facts_.source == IndicationSource::unmatched || facts_.source == IndicationSource::outside) complete_reason();
    find_contradictions();
    find_doubts();
    leave_doubtful_open();
  }

 private:
  /// An abbreviation that means something else on most charts means the condition only where words support it. One that
  /// has a second meaning and no support is taken, and asked about.
  bool understood(Named const& one) {
    if (!one.abbreviated || in_reasons_.support(one.fact) || in_problems_.support(one.fact) || told_of(one))
      return true;
    for (std::string const& id : definition(one.fact).for_it.value_sets) {
      std::string const& elsewhere = knowledge_.terms.sets()[knowledge_.set(id)].abbreviation_elsewhere;
      if (elsewhere.empty()) continue;
      facts_.doubts.push_back({"abbreviation-elsewhere", elsewhere, one.fact});
      return false;
    }
    facts_.doubts.push_back({"abbreviation", definition(one.fact).label, one.fact});
    return true;
  }

  /// The reason tells more about the condition: "GBS, day 5".
  [[nodiscard]] bool told_of(Named const& one) const {
    for (FactIndex fact : facts_.values.read()) {
      auto const& about = definition(fact).about;
      if (facts_.values[fact].from == one.from && std::find(about.begin(), about.end(), one.fact) != about.end())
        return true;
    }
    return false;
  }

  [[nodiscard]] FactDefinition const& definition(FactIndex fact) const { return knowledge_.rules.facts[fact]; }

  [[nodiscard]] bool is_ours(FactIndex fact) const {
    return std::any_of(facts_.indications.begin(), facts_.indications.end(),
                       [&](Indication const& indication) { return indication.condition == fact; });
  }

  /// Finds the diseases that every statement that names them holds as possible or not yet confirmed. "Possible sarcoid
  /// neuropathy" is one doubt about one diagnosis, the order's own, and is asked about as such.
  void read_doubts() {
    auto read = [&](NamedConditions::Of const& statement, std::span<Named const> conditions) {
      if (!statement.counts) return;
      bool const of_our_doubt = std::any_of(conditions.begin(), conditions.end(), [&](Named const& other) {
        return other.provisional && !other.broader && is_ours(other.fact);
      });
      for (auto const& one : conditions) {
        if (one.broader) continue;
        standings_.set(one.fact, one.provisional && !of_our_doubt ? Standings::kDoubted : Standings::kUndoubted);
      }
    };
    in_reasons_.each(read);
    in_problems_.each(read);
  }
  [[nodiscard]] bool only_possible(FactIndex fact) const {
    return standings_.only(fact, Standings::kDoubted, Standings::kUndoubted);
  }

  /// A disease beside the order's own that the record holds as possible only does not choose a row: nobody knows yet.
  void leave_doubtful_open() {
    read_doubts();
    std::vector<FactIndex> const read = facts_.values.read();
    for (FactIndex fact : read) {
      FactValue const& value = facts_.values[fact];
      bool const of_record = value.value == Truth::yes && (value.basis == Basis::code || value.basis == Basis::text);
      if (!of_record || definition(fact).kind != FactKind::condition || !definition(fact).indication) continue;
      if (is_ours(fact) || !only_possible(fact)) continue;
      facts_.values.set(fact, {Truth::unknown, Basis::none, value.from, value.detail});
      facts_.doubtful.push_back(fact);
    }
  }

  [[nodiscard]] bool refuted_in_record(FactIndex fact) const {
    return standings_.only(fact, Standings::kRefuted, Standings::kNotRefuted);
  }
  /// The record has it only as not yet confirmed, however plainly the reason says it.
  [[nodiscard]] bool provisional_in_record(FactIndex fact) const {
    return standings_.only(fact, Standings::kProvisional, Standings::kConfirmed);
  }

  void add(FactIndex fact, Truth certainty, Named const& by) {
    auto known = std::find_if(facts_.indications.begin(), facts_.indications.end(),
                              [&](Indication const& i) { return i.condition == fact; });
    if (known == facts_.indications.end()) {
      bool const provisional = by.provisional || provisional_in_record(fact);
      facts_.indications.push_back({fact, certainty, by.basis, std::string(by.from), provisional});
    } else if (certainty == Truth::yes) {
      known->certainty = Truth::yes;
    }
  }

  /// An unspecific condition stands for those of its specific ones that the record shows, or, where the rule set says
  /// so, for all of them as candidates.
  void add_unspecific(Named const& named) {
    auto const& fact = definition(named.fact);
    bool specific = false;
    for (FactIndex narrower : fact.broader_of) {
      if (facts_.values[narrower].value != Truth::yes) continue;
      add(narrower, Truth::yes, named);
      specific = true;
    }
    if (specific || !fact.candidates) return;
    for (FactIndex narrower : fact.broader_of) {
      if (facts_.values[narrower].value == Truth::unknown) add(narrower, Truth::unknown, named);
    }
  }

  void from_reason(std::vector<Named> const& named) {
    bool exact_outside = false;
    for (auto const& one : named) {
      auto const& fact = definition(one.fact);
      if (one.broader || !fact.broader_of.empty()) continue;
      if (fact.indication) add(one.fact, Truth::yes, one);
      if (fact.outside) add_outside(one);
      exact_outside = exact_outside || fact.outside;
    }
    bool by_symptom = false;
    if (facts_.indications.empty() && !exact_outside) {
      for (auto const& one : named) {
        if (!definition(one.fact).broader_of.empty()) {
          add_unspecific(one);
          by_symptom = by_symptom || !definition(one.fact).indication;
        }
        // A code that covers more than the condition is made specific by the record.
        else if (one.broader && definition(one.fact).indication && facts_.values[one.fact].value == Truth::yes) {
          add(one.fact, Truth::yes, one);
        }
      }
    }
    facts_.source = !facts_.indications.empty() ? by_symptom ? IndicationSource::inferred : IndicationSource::reason
                    : exact_outside             ? IndicationSource::outside
                                                : IndicationSource::unmatched;
  }

  void add_outside(Named const& by) {
    if (std::none_of(facts_.outside.begin(), facts_.outside.end(),
                     [&](Indication const& one) { return one.condition == by.fact; }))
      facts_.outside.push_back({by.fact, Truth::yes, by.basis, std::string(by.from), by.provisional});
  }

  /// A reason that is no indication by itself may be one together with the record: "neuropathy", and a paraprotein in
  /// the problem list.
  void complete_reason() {
    for (FactIndex fact : knowledge_.rules.derivation_order) {
      auto const& what = definition(fact);
      bool derived = facts_.values[fact].value == Truth::yes && facts_.values[fact].basis == Basis::none;
      if (!derived || !what.indication) continue;
      for (FactIndex part : what.for_it.when.facts()) {
        auto const& value = facts_.values[part];
        bool of_reason = std::any_of(reasons_.begin(), reasons_.end(),
                                     [&](Statement const& reason) { return reason.path == value.from; });
        if (value.value != Truth::yes || !of_reason) continue;
        Named named{fact, value.basis, false, false, value.from};
        if (what.broader_of.empty()) add(fact, Truth::yes, named);
        else add_unspecific(named);
        break;
      }
    }
    if (!facts_.indications.empty()) facts_.source = IndicationSource::reason;
  }

  /// What in the statements that the indications rest on was not understood, or speaks against them.
  void find_doubts() {
    if (facts_.indications.empty()) return;
    bool const of_reason = facts_.source == IndicationSource::reason;
    auto note = [&](NamedConditions::Of const& statement, std::span<Named const> conditions) {
      bool const rests_on_words = std::any_of(conditions.begin(), conditions.end(), [&](Named const& one) {
        return one.basis != Basis::code && is_ours(one.fact);
      });
      if (statement.counts && !statement.unplaced.empty() && rests_on_words)
        facts_.doubts.push_back({"words-not-placed", statement.unplaced, std::nullopt});
    };
    if (of_reason) in_reasons_.each(note);
    else in_problems_.each(note);
    if (!of_reason) return;
    for (auto const& other : facts_.outside) {
      if (definition(other.condition).no_basis)
        facts_.doubts.push_back({"other-disease-beside", definition(other.condition).label, std::nullopt});
    }
    for (auto const& group : knowledge_.rules.mutually_exclusive) {
      std::vector<FactIndex> named;
      for (auto const& one : facts_.indications) {
        if (one.certainty == Truth::yes && std::find(group.begin(), group.end(), one.condition) != group.end())
          named.push_back(one.condition);
      }
      if (named.size() < 2) continue;
      facts_.doubts.push_back(
          {"reasons-contradict", definition(named[0]).label + ", " + definition(named[1]).label, std::nullopt});
    }
  }

  /// No reason on the order: active, confirmed problems.
  void from_problems() {
    bool outside = false;
    std::vector<Named> unspecific;
    in_problems_.each([&](NamedConditions::Of const& problem, std::span<Named const> conditions) {
      if (!problem.counts) return;
      for (auto const& named : conditions) {
        auto const& fact = definition(named.fact);
        if (named.broader) continue;
        if (!fact.broader_of.empty()) unspecific.push_back(named);
        else if (fact.indication) add(named.fact, Truth::yes, named);
        else if (fact.outside) add_outside(named);
        outside = outside || fact.outside;
      }
    });
    for (auto const& named : unspecific) {
      if (facts_.indications.empty() && definition(named.fact).candidates) add_unspecific(named);
    }
    add_derived();
    facts_.source = !facts_.indications.empty() ? IndicationSource::inferred
                    : outside                   ? IndicationSource::outside
                                                : IndicationSource::none;
  }

  /// Conditions that follow from several problems together, such as a paraprotein beside a neuropathy.
  void add_derived() {
    for (FactIndex fact : knowledge_.rules.derivation_order) {
      auto const& what = definition(fact);
      if (what.kind != FactKind::condition || !what.indication || !what.broader_of.empty()) continue;
      if (facts_.values[fact].value != Truth::yes || facts_.values[fact].basis != Basis::none) continue;
      add(fact, Truth::yes, Named{fact, Basis::code, false, false, "Condition"});
    }
  }

  /// Active diagnoses of the record that cannot stand beside the order's indication.
  void find_contradictions() {
    if (facts_.source != IndicationSource::reason) return;
    for (auto const& group : knowledge_.rules.mutually_exclusive) {
      auto in_group = [&](FactIndex fact) { return std::find(group.begin(), group.end(), fact) != group.end(); };
      bool ours = std::any_of(facts_.indications.begin(), facts_.indications.end(),
                              [&](Indication const& i) { return in_group(i.condition); });
      if (!ours) continue;
      in_problems_.each([&](NamedConditions::Of const& problem, std::span<Named const> conditions) {
        if (!problem.counts || problem.provisional) return;
        for (auto const& named : conditions) {
          if (named.broader || is_ours(named.fact) || !in_group(named.fact)) continue;
          bool const listed = std::any_of(facts_.contradicting.begin(), facts_.contradicting.end(),
                                          [&](Indication const& i) { return i.condition == named.fact; });
          if (listed && facts_.contradicting.size() >= kMostContradicting) continue;
          facts_.contradicting.push_back({named.fact, Truth::yes, named.basis, std::string(named.from), false});
        }
      });
    }
  }

  Knowledge const& knowledge_;
  std::vector<Statement> const& reasons_;
  NamedConditions in_reasons_;
  NamedConditions const& in_problems_;
  Standings standings_;
  rules::Facts& facts_;
};

}  // namespace

NamedConditions::NamedConditions(Knowledge const& knowledge, std::vector<Statement> const& statements,
                                 std::vector<Statement> const& lasting) {
  statements_.reserve(statements.size());
  for (std::size_t i = 0; i < statements.size(); ++i) {
    auto const found = conditions_in(knowledge, statements[i], lasting[i].path);
    named_.insert(named_.end(), found.begin(), found.end());
    statements_.push_back({statements[i].counts(), statements[i].refuted, statements[i].provisional, named_.size(),
                           statements[i].unplaced.empty() ? std::string() : statements[i].unplaced.front()});
    if (!statements[i].counts()) continue;
    auto add_support = [&](FactIndex fact) {
      supports_.resize(knowledge.rules.facts.size());
      supports_[fact] = 1;
    };
    for (auto const& one : found) {
      if (!one.abbreviated && !one.broader) add_support(one.fact);
    }
    for (fhir::SetIndex set : statements[i].supported_sets) {
      for (auto const& side : knowledge.clauses.facts_by_set[set]) add_support(side.fact);
    }
  }
}

void find_indications(Knowledge const& knowledge, NamedConditions const& problems,
                      std::vector<Statement> const& reasons, rules::Facts& facts) {
  IndicationFinder(knowledge, problems, reasons, facts).find();
}

}  // namespace ivig::advice
