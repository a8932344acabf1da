#pragma once
// What the report page keeps of one order: a small value that travels as bytes from where it is decided to the page.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advice/decide.h"
#include "batch/order_text.h"

namespace ivig::batch {

struct ReportOrder {
  std::string file;
  std::uint64_t line = 0;
  std::string order, patient, month;  ///< month: "2025-03", or empty
  std::string condition;              ///< label of the first indication, or empty
  std::uint8_t stance = 0;            ///< 0: no row applies; else 1 + rules::Stance
  std::uint8_t indicator = 0;         ///< rules::Indicator
  std::string row;                    ///< the leading row's id, or empty
  std::string summary;                ///< the card's sentence; empty where there is no card
  std::vector<std::string> codes;     ///< of safety and dose findings with an indicator of their own
  double g_per_kg = -1;   ///< of a course, or of a cycle of repeats; negative when not known. For charts only
  bool repeated = false;  ///< a cycle of repeats
};

[[nodiscard]] ReportOrder report_order(advice::Knowledge const& knowledge, advice::Decision const& decision,
                                       Origin const& origin);

[[nodiscard]] std::string to_bytes(ReportOrder const& order);
/// INVARIANT (caller's): `bytes` are those of to_bytes.
[[nodiscard]] ReportOrder report_order_from(std::string_view bytes);

}  // namespace ivig::batch
