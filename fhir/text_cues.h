#pragma once
// The cue words of ConText, and where they stand in a text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ivig::fhir {

/// Cue words, each a phrase (docs/rule-form.md, "Text cues").
struct TextCues {
  std::vector<std::string> negation_before, negation_after, doubt_before, doubt_after, past_before, past_after, family,
      scope_breaks, pseudo_negation, result_positive, result_negative, result_pending, rule_out_before, caution,
      caution_of_treatment, settled;
};

enum class Cue : std::uint8_t {
  negation_before,
  negation_after,
  doubt_before,
  doubt_after,
  past_before,
  past_after,
  family,
  scope_break,
  pseudo_negation,
  result_positive,
  result_negative,
  result_pending,
  rule_out_before,
  caution,               ///< changes what a statement means; where it cannot be placed, the statement is not understood
  caution_of_treatment,  ///< as caution, but placed where a treatment, product or test follows: "changed from X"
  settled,               ///< holds a caution word and is harmless: "not responding"
};

/// A cue as it stands in a text: token numbers, inclusive.
struct CueHit {
  Cue cue;
  std::size_t first, last;
};

}  // namespace ivig::fhir
