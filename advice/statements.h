#pragma once
// The record as statements: one problem, one order reason, one treatment, one result each, with everything the value
// sets and phrase lists recognise in it. Facts and indications are read from these, never from FHIR itself.

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "advice/knowledge.h"
#include "fhir/chart.h"
#include "rules/facts.h"

namespace ivig::advice {

/// A value set that a statement matches.
struct SetMatch {
  fhir::SetIndex set = 0;
  rules::Basis basis = rules::Basis::code;
  bool broader = false;   ///< by a code or phrase that covers more than the set
  bool possible = false;  ///< "possible", "suspected"
  bool past = false;      ///< "history of"
  bool by_result =
      false;  ///< by the result of a test ("anti-X positive"), which some sets take only beside a condition
  bool abbreviated = false;  ///< by nothing but an abbreviation that has a second meaning
};

/// A phrase of the rule set that a statement holds.
struct PhraseMatch {
  PhraseOwner owner;
  bool negated = false;
  bool possible = false;
  bool past = false;
  bool to_be_excluded = false;  ///< "rule out X": evidence neither for X nor against it
  fhir::ResultValue result = fhir::ResultValue::not_stated;
};

enum class Place : std::uint8_t { reason, problem, result, treatment };

struct Statement {
  Place place = Place::problem;
  std::string path;   ///< where it was read
  std::string words;  ///< all its text: what phrases are read from
  std::string label;  ///< the shortest name it gives itself: what a coded statement is shown as
  std::vector<SetMatch> sets;
  std::vector<PhraseMatch> phrases;
  std::vector<fhir::SetIndex> denied_sets;     ///< named only to be denied: "no steroids"
  std::vector<fhir::SetIndex> supported_sets;  ///< whose abbreviations it gives a context, without naming them
  bool refuted = false;                        ///< never evidence for anything
  bool provisional = false;                    ///< recorded as not yet confirmed
  bool current = true;                         ///< active; false: resolved, in remission or inactive
  bool coded = false;                          ///< some code of it is in a value set
  bool denied = false;                         ///< rules out what it names
  bool vague = false;                          ///< says nothing: "see notes"
  std::vector<std::string> unplaced;           ///< words of caution in it that were not understood
  bool names_more = false;  ///< holds words beyond the phrases of facts: names something else as well
  std::optional<base::Day> onset;
  fhir::Condition const* condition = nullptr;

  [[nodiscard]] bool counts() const { return !refuted && current; }
  [[nodiscard]] SetMatch const* match(fhir::SetIndex set) const;
};

/// Recognises `concept` and the texts beside it (severity, notes ...). `ambiguous_allowed`: the context is an order for
/// immune globulin, so that an abbreviation with a second meaning is taken in this one. `only_names`: the texts beside
/// it are names as well, no notes about a patient; how names read is remembered (advice/wordings.h).
[[nodiscard]] Statement recognise(Knowledge const& knowledge, Place place, fhir::Concept const& what,
                                  std::vector<std::string_view> const& more_text, bool ambiguous_allowed,
                                  bool only_names = false);

/// Which sets statements name by more than a test's result.
class NamedSets {
 public:
  explicit NamedSets(Knowledge const& knowledge) : named_(knowledge.terms.sets().size(), 0) {}

  void add(std::vector<Statement> const& statements);
  [[nodiscard]] bool holds(fhir::SetIndex set) const { return named_[set] != 0; }

 private:
  std::vector<char> named_;  // by SetIndex
};

/// The problems of a record as they read beside the reasons of its orders. What it takes is found once, whatever the
/// number of orders. `knowledge` and `problems` must outlive it.
class ProblemsBesideReasons {
 public:
  ProblemsBesideReasons(Knowledge const& knowledge, std::vector<Statement> const& problems);

  /// All that the reading of the problems takes from the reasons of an order.
  struct Context {
    std::vector<fhir::SetIndex> abbreviated;  ///< named by the reasons, with abbreviations that have a second meaning
    std::vector<fhir::SetIndex> required;     ///< named by the reasons, of those that some result counts beside only
    auto operator<=>(Context const&) const = default;
  };
  [[nodiscard]] Context context(std::vector<Statement> const& reasons);

  /// The problems in that context. An abbreviation with a second meaning ("GBS, day 5") means the condition that a
  /// reason names; lone results are taken back. Empty: none is changed.
  [[nodiscard]] std::optional<std::vector<Statement>> read(Context const& context);

  /// Takes back what rests on a test's result alone where its set wants a condition beside it (extension
  /// `result-requires`) and neither reasons nor problems name one: an antibody is not yet the disease.
  void drop_lone_results(std::vector<Statement>& reasons);

 private:
  /// By problem: its words hold an abbreviation of the set that has a second meaning.
  [[nodiscard]] std::vector<char> const& holding(fhir::SetIndex set);

  Knowledge const& knowledge_;
  std::vector<Statement> const& problems_;
  bool rest_on_results_;  ///< some problem does
  std::unordered_map<fhir::SetIndex, std::vector<char>> holding_;
  std::vector<char> required_;      ///< by SetIndex: some result counts beside it only; empty until asked for
  std::optional<NamedSets> named_;  ///< by the problems, once asked for
};

[[nodiscard]] Statement problem_statement(Knowledge const& knowledge, fhir::Condition const& condition);
/// One statement per reason of the order; when it gives none, its notes are read as one.
[[nodiscard]] std::vector<Statement> reason_statements(Knowledge const& knowledge, fhir::Order const& order);

}  // namespace ivig::advice
