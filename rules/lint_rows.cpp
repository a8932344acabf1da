#include "rules/lint_rows.h"

#include <algorithm>
#include <set>

#include "rules/evaluate.h"

namespace ivig::rules {
namespace {

bool supports(Stance stance) { return stance == Stance::recommended || stance == Stance::may_consider; }

/// Counts through every value of the facts and indications that some rows mention.
class Combinations {
 public:
  Combinations(RuleSet const& rules, std::vector<RowIndex> const& rows, FactIndex condition)
      : truths_(rules.facts.size(), Truth::unknown) {
    std::set<FactIndex> facts, indications;
    auto note = [&](Expression const& expression) {
      for (FactIndex fact : expression.facts()) facts.insert(fact);
      for (FactIndex fact : expression.indications()) indications.insert(fact);
    };
    for (RowIndex index : rows) {
      Row const& row = rules.rows[index];
      note(row.requires_);
      note(row.excludes);
      if (row.exception) note(row.precondition->when);  // met or not, it is listed or not
    }
    facts.erase(condition);  // the order is for it
    indications.erase(condition);
    truths_[condition] = Truth::yes;
    indications_.set(condition, Truth::yes);
    facts_.assign(facts.begin(), facts.end());
    open_.assign(indications.begin(), indications.end());
    for (FactIndex fact : facts_) truths_[fact] = Truth::no;
    for (std::size_t i = 0; i < facts_.size() && count_ <= kMostCombinations; ++i) count_ *= 3;
    for (std::size_t i = 0; i < open_.size() && count_ <= kMostCombinations; ++i) count_ *= 2;
  }

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t facts() const { return facts_.size(); }
  [[nodiscard]] ExpressionInput input() const { return {truths_, indications_}; }

  /// The next combination; false after the last.
  bool next() {
    for (FactIndex fact : facts_) {
      if (truths_[fact] != Truth::unknown) {
        truths_[fact] = truths_[fact] == Truth::no ? Truth::yes : Truth::unknown;
        return true;
      }
      truths_[fact] = Truth::no;
    }
    for (FactIndex condition : open_) {
      indications_.set(condition, truth_not(indications_[condition]));
      if (indications_[condition] == Truth::yes) return true;
    }
    return false;
  }

  /// The combination in words: what is true, and what is false.
  [[nodiscard]] std::string text(RuleSet const& rules) const {
    std::string text;
    for (FactIndex fact : facts_) {
      text += (text.empty() ? "" : ", ") + rules.facts[fact].id + " " + std::string(to_string(truths_[fact]));
    }
    for (FactIndex fact : open_) {
      if (indications_[fact] == Truth::yes) text += ", ordered for " + rules.facts[fact].id;
    }
    return text.empty() ? "always" : text;
  }

 private:
  std::vector<Truth> truths_;
  IndicationTruths indications_;
  std::vector<FactIndex> facts_, open_;
  std::size_t count_ = 1;
};

class Prover {
 public:
  explicit Prover(RuleSet const& rules) : rules_(rules), fires_(rules.rows.size(), 0) {}

  RowProof prove() {
    for (std::size_t condition = 0; condition < rules_.facts.size(); ++condition) {
      for (std::size_t guideline = 0; guideline < rules_.guidelines.size(); ++guideline) {
        std::vector<RowIndex> rows;
        for (RowIndex row : rules_.rows_of(static_cast<FactIndex>(condition))) {
          if (rules_.rows[row].guideline == guideline) rows.push_back(row);
        }
        if (!rows.empty()) group(rows, static_cast<FactIndex>(condition));
      }
    }
    for (std::size_t i = 0; i < rules_.rows.size(); ++i) {
      Row const& row = rules_.rows[i];
      if (fires_[i] == 0)
        proof_.findings.push_back({true, where_of(row.place, row.id),
                                   "can never apply: requires, excludes and narrower rows leave nothing; mend them"});
    }
    return std::move(proof_);
  }

 private:
  void group(std::vector<RowIndex> const& rows, FactIndex condition) {
    Combinations combinations(rules_, rows, condition);
    Row const& first = rules_.rows[rows.back()];
    auto const& names = rules_.facts[condition].id;
    if (combinations.count() > kMostCombinations) {
      proof_.findings.push_back({true, where_of(first.place, first.id),
                                 "the rows for " + names + " mention " + std::to_string(combinations.facts()) +
                                     " facts, too many to try every combination: let derived facts gather some"});
      for (RowIndex row : rows) fires_[row] = 1;
      return;
    }
    proof_.proved.push_back(
        {names, rules_.guidelines[first.guideline].id, rows.size(), combinations.facts(), combinations.count()});
    std::set<std::pair<RowIndex, RowIndex>> told;
    do {
      std::vector<RowIndex> leading;
      for (auto const& [row, state] : row_states(rules_, rows, combinations.input())) {
        if (state == Truth::yes && leads(row, combinations.input())) leading.push_back(row);
      }
      for (RowIndex a : leading) {
        fires_[a] = 1;
        for (RowIndex b : leading) {
          if (a < b && opposed(rules_.rows[a], rules_.rows[b]) && told.insert({a, b}).second)
            tell(a, b, names, combinations);
        }
      }
    } while (combinations.next());
  }

  /// An exception stands beside the others only where it is met.
  [[nodiscard]] bool leads(RowIndex index, ExpressionInput const& input) const {
    Row const& row = rules_.rows[index];
    return !row.exception || row.precondition->when.evaluate(input) == Truth::yes;
  }

  /// One for IVIG, one not, and neither the class of evidence nor a harm says which goes first.
  static bool opposed(Row const& a, Row const& b) {
    bool background = a.background || b.background;
    bool harmful = a.stance == Stance::harmful || b.stance == Stance::harmful;
    return !background && !harmful && supports(a.stance) != supports(b.stance) && a.evidence_rank == b.evidence_rank;
  }

  void tell(RowIndex a, RowIndex b, std::string const& condition, Combinations const& combinations) {
    Row const& one = rules_.rows[a];
    Row const& other = rules_.rows[b];
    proof_.findings.push_back({true, where_of(other.place, other.id),
                               "for " + condition + " it and " + one.id + " of opposite stance can both lead (" +
                                   combinations.text(rules_) +
                                   "): say which is narrower, or let requires and excludes part them"});
  }

  RuleSet const& rules_;
  std::vector<char> fires_;  ///< rows that apply in some combination
  RowProof proof_;
};

}  // namespace

RowProof prove_rows(RuleSet const& rules) { return Prover(rules).prove(); }

std::string where_of(Place const& place, std::string const& id, std::string_view member) {
  std::string where = place.file + ":" + std::to_string(place.line) + ": " + id;
  if (!member.empty()) where.append(": ").append(member);
  return where;
}

}  // namespace ivig::rules
