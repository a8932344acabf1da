#pragma once
// What the rules say about one order: the value that cards, `check --format json` and records are made from.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "rules/facts.h"
#include "rules/indicator.h"
#include "rules/rule_set.h"

namespace ivig::rules {

/// A row that applies, or may apply once a fact is known.
struct Recommendation {
  RowIndex row = 0;
  bool candidate = false;
  std::optional<Truth> precondition;  ///< met (yes), unmet (no), unknown; empty when the row has none
};

/// A fact worth learning: the question, and what the answer would change.
struct Missing {
  std::string fact;
  std::string ask;
  std::string would_change;  ///< "insufficient-evidence -> recommended", or empty for an advisable test
};

/// A finding about dose or safety: its code is that of the rule set, its words stand on the card.
struct CodedFinding {
  std::string code;
  Indicator indicator = Indicator::none;  ///< none: a line of detail on a card that is shown anyway
  std::string text;                       ///< one or two sentences, placeholders filled in
  std::string cites;                      ///< the source of the rule: "AANEM 2023, section 22"
};

/// An exception that another guideline makes from the leading advice, and whether it holds for this patient.
struct Exception {
  RowIndex row = 0;
  Truth state = Truth::unknown;
};

struct Findings {
  std::optional<Stance> stance;
  Indicator stance_indicator = Indicator::none;
  Indicator indicator = Indicator::none;        ///< highest of stance, dose and safety
  std::vector<Recommendation> recommendations;  ///< [0] leads
  std::optional<RowIndex> supported_by;         ///< the row whose support made a warning of the lead an info
  std::vector<Exception> exceptions;            ///< unmet ones too, which are no recommendations
  std::vector<CodedFinding> dose, safety;       ///< heaviest first
  std::vector<Missing> missing;
  /// Keys of cards.json sentences that belong on the card: why the indicator was raised or capped.
  std::vector<std::string> notices;
  std::string raised_by;              ///< the notice that made a silent answer speak ("caution" for the row's own)
  std::vector<std::string> cautions;  ///< the leading row's own words about something in the record
};

/// Adds what is missing unless the fact is asked for already.
void add_missing(Findings& findings, Missing missing);

/// The decision's indicator: the highest of stance, dose and safety.
[[nodiscard]] Indicator combine_indicator(Findings const& findings);

}  // namespace ivig::rules
