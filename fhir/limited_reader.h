#pragma once
// The limits on what is read of a call, kept: what exceeds them is cut off, and whoever reads is told that something
// was.

#include <cstddef>
#include <string_view>

#include "base/json_body.h"
#include "fhir/chart.h"
#include "fhir/read_limits.h"
#include "fhir/read_resources.h"

namespace ivig::fhir {

/// Reads resources into one chart as far as the limits let it. What it is given must outlive it.
class LimitedReader {
 public:
  LimitedReader(std::string_view patient_id, ResourceIndex const& index, ReadLimits const& limits, Chart& chart)
      : patient_id_(patient_id),
        index_(index),
        limits_(limits),
        chart_(chart),
        resources_(limits.resources),
        text_(limits.call_text) {}

  /// As read_into_chart.
  void read(base::Json const& resource);
  /// To be called in the end: kinds of which something was not read are marked as failed, because only part of them
  /// came.
  void mark_unread();

 private:
  [[nodiscard]] bool take_resource();
  template <class Entry>
  bool fit(std::vector<Entry>& entries, std::size_t from);

  struct Unread {
    bool conditions = false, observations = false, allergies = false, treatments = false, answers = false;
  };

  std::string_view patient_id_;
  ResourceIndex const& index_;
  ReadLimits const& limits_;
  Chart& chart_;
  std::size_t resources_;  ///< how many may still be read
  std::size_t text_;       ///< bytes of text that may still be read
  Unread unread_;
};

/// Cuts what an order says of its drug, dose and notes, and notes in Order::unread what was cut. Orders have a limit
/// each, and none together.
void fit_order(ReadLimits const& limits, Order& order);
/// Likewise its reasons, with what the conditions that they refer to say. Many orders may refer to one long note:
/// `text_left` is what all orders of the call may still have read so, at first reason_text(limits).
void fit_reasons(ReadLimits const& limits, std::size_t& text_left, Order& order);
[[nodiscard]] constexpr std::size_t reason_text(ReadLimits const& limits) { return 5 * limits.entry_text; }

}  // namespace ivig::fhir
