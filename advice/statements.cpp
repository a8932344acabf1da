#include "advice/statements.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>
#include <utility>

#include "advice/reason_words.h"

namespace ivig::advice {
namespace {

using fhir::Assertion;
using fhir::Mention;
using fhir::PhraseKind;
using fhir::ResultValue;
using rules::Basis;

/// Texts joined to one, each its own sentence, none twice.
class JoinedText {
 public:
  explicit JoinedText(std::size_t parts) : many_(parts > kFew) {
    if (many_) said_.reserve(parts);
  }

  void add(std::string_view part) {
    if (part.empty() || is_said(part)) return;
    if (!text_.empty()) text_ += text_.back() == '.' ? " " : ". ";
    text_ += part;
  }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  /// Of so many parts each is looked for in all that stands before it.
  static constexpr std::size_t kFew = 16;
  /// Of more, among the parts before it and in the start of the text, where names stand: or it would cost the square.
  static constexpr std::size_t kSearched = 4096;

  bool is_said(std::string_view part) {
    if (many_ && !said_.insert(part).second) return true;
    std::size_t const searched = many_ ? std::min(text_.size(), kSearched) : text_.size();
    return memmem(text_.data(), searched, part.data(), part.size()) != nullptr;
  }

  std::string text_;
  bool many_;
  std::unordered_set<std::string_view> said_;
};

std::string joined_text(fhir::Concept const& what, std::vector<std::string_view> const& more) {
  JoinedText text(what.codings.size() + more.size() + 1);
  text.add(what.text);
  for (auto const& coding : what.codings) text.add(coding.display);
  for (auto const& part : more) text.add(part);
  return std::move(text).take();
}

void add_set(Statement& statement, SetMatch match) {
  for (auto& known : statement.sets) {
    if (known.set != match.set) continue;
    // Text that names the set itself settles a code that covers more than the set.
    if (known.broader && !match.broader) known = match;
    else if (known.past && !match.past) known.past = false;
    known.abbreviated = known.abbreviated && match.abbreviated;
    known.by_result = known.by_result && match.by_result;
    return;
  }
  statement.sets.push_back(match);
}

std::string shortest_name(fhir::Concept const& what) {
  std::string_view name = what.text;
  for (auto const& coding : what.codings) {
    if (!coding.display.empty() && (name.empty() || coding.display.size() < name.size())) name = coding.display;
  }
  return std::string(name);
}

/// A result counts as part of a diagnosis unless it is said to be negative or pending.
bool result_counts(Mention const& mention) {
  return mention.result == ResultValue::positive ||
         (mention.result == ResultValue::not_stated && mention.assertion != Assertion::negated);
}

bool share_a_fact(Knowledge const& knowledge, fhir::SetIndex a, fhir::SetIndex b) {
  auto const& theirs = knowledge.clauses.facts_by_set[b];
  return std::any_of(
      knowledge.clauses.facts_by_set[a].begin(), knowledge.clauses.facts_by_set[a].end(), [&](FactSide const& side) {
        return std::any_of(theirs.begin(), theirs.end(),
                           [&](FactSide const& other) { return other.fact == side.fact && other.side == side.side; });
      });
}

class Recogniser {
 public:
  Recogniser(Knowledge const& knowledge, Statement& statement, bool ambiguous_allowed)
      : knowledge_(knowledge), statement_(statement), ambiguous_allowed_(ambiguous_allowed) {}

  void codes(fhir::Concept const& what) {
    std::vector<fhir::CodeMatch> matches;
    for (auto const& coding : what.codings) {
      knowledge_.terms.find(coding, matches);
      statement_.names_more = statement_.names_more || coding.display.empty();  // words that nobody can read
    }
    for (auto const& match : matches)
      add_set(statement_, {match.set, Basis::code, match.broader, false, false, false, false});
    statement_.coded = !matches.empty();
    coded_otherwise_ = !what.codings.empty() && means_something(knowledge_, what, matches);
  }

  void text(Wording const& wording) {
    for (auto const& mention : wording.mentions) {
      PhraseOwner const& owner = knowledge_.owners[mention.owner];
      if (owner.kind == PhraseOwner::Kind::value_set) value_set(owner.set, mention);
      else phrase(owner, mention);
    }
    drop_denied();
    statement_.unplaced.insert(statement_.unplaced.end(), wording.unplaced.begin(), wording.unplaced.end());
    statement_.names_more = statement_.names_more || wording.names_more;
  }

 private:
  static void add_once(std::vector<fhir::SetIndex>& sets, fhir::SetIndex set) {
    if (std::find(sets.begin(), sets.end(), set) == sets.end()) sets.push_back(set);
  }

  void value_set(fhir::SetIndex set, Mention const& mention) {
    if (mention.kind == PhraseKind::support) {
      if (mention.assertion != Assertion::negated) add_once(statement_.supported_sets, set);
      return;
    }
    bool const abbreviated = mention.kind == PhraseKind::ambiguous_abbreviation;
    // A code that can be read beats an abbreviation: "DM" beside the code of diabetes is diabetes.
    if (abbreviated && !touched_by_code(set) && (!ambiguous_allowed_ || coded_otherwise_)) return;
    if (mention.assertion == Assertion::negated && mention.kind != PhraseKind::result) {
      add_once(denied_, set);
      statement_.denied = true;
      return;
    }
    if (mention.kind == PhraseKind::result && !result_counts(mention)) return;
    bool past = mention.time == fhir::Time::past;
    bool possible = mention.assertion == Assertion::possible;
    add_once(affirmed_, set);
    bool by_result = mention.kind == PhraseKind::result;
    for (auto& known : statement_.sets) {
      if (known.set == set && known.basis == Basis::code && !known.broader) {
        known.possible = known.possible || possible;
        known.past = known.past || past;
        return;
      }
    }
    add_set(statement_,
            {set, Basis::text, mention.kind == PhraseKind::broader, possible, past, by_result, abbreviated});
  }

  void phrase(PhraseOwner const& owner, Mention const& mention) {
    statement_.phrases.push_back({owner, mention.assertion == Assertion::negated,
                                  mention.assertion == Assertion::possible, mention.time == fhir::Time::past,
                                  mention.to_be_excluded, mention.result});
  }

  /// A code of the statement is of the set, or of another that a fact of the set has too.
  [[nodiscard]] bool touched_by_code(fhir::SetIndex set) const {
    return std::any_of(statement_.sets.begin(), statement_.sets.end(), [&](SetMatch const& match) {
      return match.basis == Basis::code && (match.set == set || share_a_fact(knowledge_, match.set, set));
    });
  }

  /// "Rule out X" beside the code of X: nobody says that the patient has it.
  void drop_denied() {
    for (fhir::SetIndex set : denied_) {
      if (std::find(affirmed_.begin(), affirmed_.end(), set) != affirmed_.end()) {
        // Said and denied in one statement: nobody can tell which holds.
        for (auto& match : statement_.sets) match.possible = match.possible || match.set == set;
        continue;
      }
      statement_.denied_sets.push_back(set);
      std::erase_if(statement_.sets, [&](SetMatch const& match) { return match.set == set; });
    }
  }

  Knowledge const& knowledge_;
  Statement& statement_;
  bool ambiguous_allowed_;
  bool coded_otherwise_ = false;          // some code of it has a meaning
  std::vector<fhir::SetIndex> denied_;    // each once: no more than the rule set has
  std::vector<fhir::SetIndex> affirmed_;  // likewise
};

bool names_an_indication(Knowledge const& knowledge, fhir::SetIndex set) {
  auto const& sides = knowledge.clauses.facts_by_set[set];
  return std::any_of(sides.begin(), sides.end(), [&](FactSide const& side) {
    return side.side == Side::for_it && knowledge.rules.facts[side.fact].indication;
  });
}

/// A coded diagnosis outranks another one that only the text beside it names.
void prefer_codes(Knowledge const& knowledge, Statement& statement) {
  bool coded_diagnosis = std::any_of(statement.sets.begin(), statement.sets.end(), [&](SetMatch const& match) {
    return match.basis == Basis::code && !match.broader && names_an_indication(knowledge, match.set);
  });
  if (!coded_diagnosis) return;
  std::vector<fhir::SetIndex> coded;
  for (auto const& match : statement.sets) {
    if (match.basis == Basis::code) coded.push_back(match.set);
  }
  auto same_fact_coded = [&](fhir::SetIndex set) {
    for (auto const& side : knowledge.clauses.facts_by_set[set]) {
      for (fhir::SetIndex other : coded) {
        for (auto const& theirs : knowledge.clauses.facts_by_set[other]) {
          if (theirs.fact == side.fact && theirs.side == side.side) return true;
        }
      }
    }
    return false;
  };
  std::erase_if(statement.sets, [&](SetMatch const& match) {
    return match.basis == Basis::text && names_an_indication(knowledge, match.set) && !same_fact_coded(match.set);
  });
}

}  // namespace

SetMatch const* Statement::match(fhir::SetIndex set) const {
  auto it = std::find_if(sets.begin(), sets.end(), [&](SetMatch const& m) { return m.set == set; });
  return it == sets.end() ? nullptr : &*it;
}

Statement recognise(Knowledge const& knowledge, Place place, fhir::Concept const& what,
                    std::vector<std::string_view> const& more_text, bool ambiguous_allowed, bool only_names) {
  Statement statement;
  statement.place = place;
  statement.words = joined_text(what, more_text);
  statement.label = shortest_name(what);
  Recogniser recogniser(knowledge, statement, ambiguous_allowed);
  // A code that covers more than a set is kept so that text can settle it; text that settles it replaces it.
  recogniser.codes(what);
  std::vector<fhir::SetIndex> broad_codes;
  for (auto const& match : statement.sets) {
    if (match.broader) broad_codes.push_back(match.set);
  }
  if (only_names || more_text.empty()) recogniser.text(*knowledge.wordings->of(knowledge, statement.words));
  else recogniser.text(read_wording(knowledge, statement.words));
  std::vector<SetMatch> settled;
  for (auto const& match : statement.sets) {
    if (!match.broader && std::find(broad_codes.begin(), broad_codes.end(), match.set) != broad_codes.end())
      settled.push_back(match);
  }
  prefer_codes(knowledge, statement);
  for (auto const& match : settled) {
    if (statement.match(match.set) == nullptr) statement.sets.push_back(match);
  }
  return statement;
}

namespace {

Statement read_problem(Knowledge const& knowledge, fhir::Condition const& condition, bool ambiguous_allowed) {
  std::vector<std::string_view> more(condition.notes);
  if (!condition.severity.empty()) more.push_back(condition.severity);
  more.insert(more.end(), condition.stages.begin(), condition.stages.end());
  Statement statement =
      recognise(knowledge, Place::problem, condition.code, more, ambiguous_allowed, condition.notes.empty());
  statement.path = condition.path;
  statement.refuted = condition.verification == fhir::VerificationStatus::refuted ||
                      condition.verification == fhir::VerificationStatus::entered_in_error;
  statement.provisional = condition.verification == fhir::VerificationStatus::provisional;
  statement.current = condition.clinical == fhir::ClinicalStatus::active;
  statement.onset = condition.onset;
  statement.condition = &condition;
  return statement;
}

/// The conditions that reasons name and that have abbreviations with a second meaning, each once.
std::vector<fhir::SetIndex> sets_with_abbreviations(Knowledge const& knowledge, std::vector<Statement> const& reasons) {
  std::vector<fhir::SetIndex> sets;
  for (auto const& reason : reasons) {
    for (auto const& match : reason.sets) {
      if (match.broader || knowledge.terms.sets()[match.set].ambiguous_abbreviations.empty()) continue;
      if (std::find(sets.begin(), sets.end(), match.set) == sets.end()) sets.push_back(match.set);
    }
  }
  return sets;
}

bool rests_on_result(Statement const& statement) {
  return std::any_of(statement.sets.begin(), statement.sets.end(),
                     [](SetMatch const& match) { return match.by_result; });
}

/// `named`: whether a set is named beside the statements' results.
template <class Named>
void drop_lone_results_of(Knowledge const& knowledge, std::vector<Statement>& statements, Named&& named) {
  auto alone = [&](SetMatch const& match) {
    auto const& wanted = knowledge.terms.sets()[match.set].result_requires;
    if (!match.by_result || wanted.empty()) return false;
    return std::none_of(wanted.begin(), wanted.end(), [&](std::string const& id) {
      auto set = knowledge.terms.set_index(id);
      return set && named(*set);
    });
  };
  for (auto& statement : statements) std::erase_if(statement.sets, alone);
}

}  // namespace

Statement problem_statement(Knowledge const& knowledge, fhir::Condition const& condition) {
  return read_problem(knowledge, condition, false);
}

std::vector<Statement> reason_statements(Knowledge const& knowledge, fhir::Order const& order) {
  std::vector<Statement> statements;
  for (auto const& reason : order.reasons) {
    std::vector<std::string_view> more;
    if (reason.condition != nullptr) more = reason.condition->notes;
    Statement statement = recognise(knowledge, Place::reason, reason.what, more, true);
    statement.path = reason.path;
    statement.condition = reason.condition;
    statement.vague = statement.sets.empty() && statement.denied_sets.empty() &&
                      says_nothing(knowledge, reason.what, statement.words);
    if (reason.condition != nullptr) {
      // The order reason governs: a condition in remission or resolved that it names is still why the order is given.
      auto verification = reason.condition->verification;
      statement.refuted = verification == fhir::VerificationStatus::refuted ||
                          verification == fhir::VerificationStatus::entered_in_error;
      statement.provisional = verification == fhir::VerificationStatus::provisional;
      statement.onset = reason.condition->onset;
    }
    statements.push_back(std::move(statement));
  }
  if (statements.empty() && !order.notes.empty()) {
    statements.push_back(recognise(knowledge, Place::reason, {}, order.notes, true));
    statements.back().path = std::string(order.resource_type) + ".note";
    if (statements.back().sets.empty()) statements.clear();  // a note about something else is no reason
    return statements;
  }
  for (auto const& sentence : told_reasons(knowledge, order.notes)) {
    fhir::Concept what;
    what.text = sentence;
    statements.push_back(recognise(knowledge, Place::reason, what, {}, true));
    statements.back().path = std::string(order.resource_type) + ".note";
  }
  return statements;
}

void NamedSets::add(std::vector<Statement> const& statements) {
  for (auto const& statement : statements) {
    if (!statement.counts()) continue;
    for (auto const& match : statement.sets) {
      if (!match.by_result && !match.past) named_[match.set] = 1;
    }
  }
}

ProblemsBesideReasons::ProblemsBesideReasons(Knowledge const& knowledge, std::vector<Statement> const& problems)
    : knowledge_(knowledge),
      problems_(problems),
      rest_on_results_(std::any_of(problems.begin(), problems.end(), rests_on_result)) {}

void ProblemsBesideReasons::drop_lone_results(std::vector<Statement>& reasons) {
  std::optional<NamedSets> named;  // seldom asked for
  drop_lone_results_of(knowledge_, reasons, [&](fhir::SetIndex set) {
    if (!named) named.emplace(knowledge_).add(reasons);
    if (!named_) named_.emplace(knowledge_).add(problems_);
    return named->holds(set) || named_->holds(set);
  });
}

std::vector<char> const& ProblemsBesideReasons::holding(fhir::SetIndex set) {
  auto [known, is_new] = holding_.try_emplace(set);
  if (!is_new) return known->second;
  auto const& shorts = knowledge_.terms.sets()[set].ambiguous_abbreviations;
  known->second.reserve(problems_.size());
  for (auto const& problem : problems_) {
    bool const holds = std::any_of(shorts.begin(), shorts.end(), [&](std::string const& name) {
      return problem.words.find(name) != std::string::npos;
    });
    known->second.push_back(holds ? 1 : 0);
  }
  return known->second;
}

ProblemsBesideReasons::Context ProblemsBesideReasons::context(std::vector<Statement> const& reasons) {
  Context context{sets_with_abbreviations(knowledge_, reasons), {}};
  std::sort(context.abbreviated.begin(), context.abbreviated.end());
  if (!rest_on_results_ && context.abbreviated.empty()) return context;
  if (required_.empty()) {
    required_.resize(knowledge_.terms.sets().size());
    for (auto const& set : knowledge_.terms.sets()) {
      for (auto const& id : set.result_requires) {
        if (auto const wanted = knowledge_.terms.set_index(id)) required_[*wanted] = 1;
      }
    }
  }
  NamedSets named(knowledge_);
  named.add(reasons);
  auto const sets = static_cast<fhir::SetIndex>(required_.size());
  for (fhir::SetIndex set = 0; set < sets; ++set) {
    if (required_[set] != 0 && named.holds(set)) context.required.push_back(set);
  }
  return context;
}

std::optional<std::vector<Statement>> ProblemsBesideReasons::read(Context const& context) {
  std::vector<char> means_the_reason(problems_.size(), 0);
  bool any = false;
  for (fhir::SetIndex set : context.abbreviated) {
    std::vector<char> const& holds = holding(set);
    for (std::size_t i = 0; i < problems_.size(); ++i) {
      if (holds[i] == 0 || problems_[i].condition == nullptr || problems_[i].match(set) != nullptr) continue;
      means_the_reason[i] = 1;
      any = true;
    }
  }
  if (!any && !rest_on_results_) return std::nullopt;
  std::vector<Statement> read = problems_;
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (means_the_reason[i] != 0) read[i] = read_problem(knowledge_, *problems_[i].condition, true);
  }
  std::optional<NamedSets> named;  // seldom asked for
  drop_lone_results_of(knowledge_, read, [&](fhir::SetIndex set) {
    if (!named) named.emplace(knowledge_).add(read);
    return named->holds(set) || std::binary_search(context.required.begin(), context.required.end(), set);
  });
  return read;
}

}  // namespace ivig::advice
