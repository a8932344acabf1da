#pragma once
// The patient's other orders for the same product: parts of one course, or the same thing ordered twice.

#include <string>
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

struct OtherOrder {
  std::string reference;  ///< "MedicationRequest/m2"
  std::string name;       ///< the product
  OrderDose dose;
  Relation relation = Relation::apart;
};

/// Draft orders of the request and active orders of the chart that are for intravenous immune globulin. An order
/// without dates is taken to start today. A standing order of the chart that this one repeats, with the same product,
/// dose and interval, when the next infusion is due, is its earlier prescription and apart.
[[nodiscard]] std::vector<OtherOrder> other_orders(Knowledge const& knowledge, Record const& record,
                                                   fhir::Order const& order, Product const& product,
                                                   OrderDose const& dose,
                                                   std::vector<fhir::Order const*> const& drafts);

/// The starting course with the parts of it that stand in other orders added.
[[nodiscard]] DoseCourse whole_course(DoseCourse course, std::vector<OtherOrder> const& others);

}  // namespace ivig::advice
