#pragma once
// The shipped rule set, and orders with one part made from an input.

#include <string>
#include <string_view>

#include "advice/knowledge.h"
#include "base/clock.h"

namespace ivig::fuzz {

inline constexpr base::Day kToday = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);

/// Loaded at the first call.
[[nodiscard]] advice::Knowledge const& shipped_rules();

/// The parts of a Bundle that inputs are put into; each a JSON value, or empty for the ordinary one.
struct CaseParts {
  std::string reason_text;       ///< what the order says it is for
  std::string note;              ///< of the order
  std::string problem;           ///< name of an active problem
  std::string dosage;            ///< the one dosageInstruction
  std::string further_resource;  ///< one more entry
};

/// `text` as a JSON string.
[[nodiscard]] std::string json_string(std::string_view text);

/// Decides on an IVIG order of such a Bundle and asks of the decisions what holds for all: doses are not negative,
/// what is written of them is JSON. Returns how many decisions there were; a further resource that is no JSON: 0.
std::size_t decide_case(CaseParts const& parts);

}  // namespace ivig::fuzz
