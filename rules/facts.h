#pragma once
// The facts of one order: what the record says, with provenance. The only input of the evaluation.

#include <optional>
#include <string>
#include <vector>

#include "rules/expression.h"
#include "rules/truth.h"

namespace ivig::rules {

/// How a fact is known.
enum class Basis : std::uint8_t { none, code, text, answer };
[[nodiscard]] constexpr std::string_view to_string(Basis basis) {
  return basis == Basis::code ? "code" : basis == Basis::text ? "text" : basis == Basis::answer ? "answer" : "none";
}

struct FactValue {
  Truth value = Truth::unknown;
  Basis basis = Basis::none;
  std::string from;    ///< where it was read: "Condition/c1", "MedicationRequest.reasonCode[0]"
  std::string detail;  ///< the display or words it rests on; patient data: for cards and records, never for logs
};

/// A condition that the order is for.
struct Indication {
  FactIndex condition = 0;
  Truth certainty = Truth::yes;  ///< unknown: one of several candidates of an unspecific reason
  Basis basis = Basis::code;
  std::string from;
  bool provisional = false;  ///< recorded as possible or not yet confirmed
};

/// How the order's indication was established; each kind has a rule of its own (docs/rule-form.md, "Which condition
/// counts").
enum class IndicationSource : std::uint8_t {
  reason,     ///< the order's reason names it
  inferred,   ///< no reason: from the active problem list
  outside,    ///< recognised, outside the encoded guidelines
  unmatched,  ///< a reason is given and matches nothing known
  none,       ///< nothing in order or record
};

struct Facts {
  std::vector<FactValue> values;  ///< by FactIndex
  std::vector<Indication> indications;
  IndicationSource source = IndicationSource::none;
  std::string reason_words;     ///< what the order gives as its reason, for cards; patient data
  bool reason_denied = false;   ///< the reason only rules a diagnosis out ("rule out X")
  bool reason_refuted = false;  ///< the reason's diagnosis is refuted in the record: fallen back to the record
  std::vector<Indication> contradicting;  ///< active diagnoses of the record that exclude the reason's
  std::vector<FactIndex> doubtful;        ///< other diseases that the record holds as possible only: not known
  bool conditions_known = false;          ///< conditions were prefetched or fetched
};

}  // namespace ivig::rules
