#pragma once
// The patient's orders for the same product beside each other: parts of one course, or the same thing ordered twice.

#include <string>
#include <string_view>
#include <vector>

#include "advice/dose.h"
#include "advice/facts_from_chart.h"

namespace ivig::advice {

/// How another order stands to the one that is checked.
enum class Relation : std::uint8_t {
  apart,       ///< other days, or the same order seen twice, or one that replaces the other
  one_course,  ///< a part of the same course: one group, or days that follow each other
  duplicate,   ///< overlapping days
};

/// The days that an order covers.
struct OrderDays {
  base::Day start;
  std::optional<base::Day> end;  ///< empty: goes on
  bool dated = false;
  bool repeats = false;
};

/// An order of intravenous immune globulin, of the request or of the chart.
struct IvigOrder {
  std::string reference;  ///< "MedicationRequest/m2"
  std::string name;       ///< the product
  OrderDose dose;
  OrderDays days;
  std::string_view id, group, prior;       ///< prior: the id of the order that it takes the place of
  std::vector<std::uint32_t> identifiers;  ///< numbered within the call
  bool draft = false;

  /// The cycle of an order that goes on until somebody ends it.
  [[nodiscard]] DoseCourse const* standing_cycle() const;
};

struct OtherOrder {
  IvigOrder const* order;
  Relation relation;
};

/// One IVIG order of the request, as it was recognised.
struct IvigDraft {
  fhir::Order const& order;
  Product const& product;
  OrderDose const& dose;
};

/// Draft orders of the request and active orders of the chart that are for intravenous immune globulin, each read once.
/// An order without dates is taken to start today.
class IvigOrders {
 public:
  IvigOrders(Knowledge const& knowledge, Record const& record, std::vector<IvigDraft> const& drafts);

  /// The orders that are not apart from the draft at that place, by their first day. A standing order of the chart that
  /// this one repeats, with the same product, dose and interval, when the next infusion is due, is its earlier
  /// prescription and apart.
  [[nodiscard]] std::vector<OtherOrder> beside(std::size_t draft) const;

 private:
  class Comparison;
  void sort();

  std::chrono::days gap_;
  base::Decimal tolerance_;
  std::vector<IvigOrder> orders_;      // by first day
  std::vector<std::size_t> by_end_;    // places in orders_ of those with a last day, the latest first
  std::vector<std::size_t> place_of_;  // by draft
  std::size_t identifiers_ = 0;        // how many there are
};

/// The starting course with the parts of it that stand in other orders added.
[[nodiscard]] DoseCourse whole_course(DoseCourse course, std::vector<OtherOrder> const& others);

}  // namespace ivig::advice
