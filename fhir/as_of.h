#pragma once
// A record read long afterwards, as it stood on the day of an order.

#include "base/clock.h"
#include "fhir/chart.h"

namespace ivig::fhir {

/// The chart without what dates say came later than `day`: conditions recorded (or, without such a date, begun) later,
/// later results, treatments and answers. What ended later was still going on. Undated entries stay.
[[nodiscard]] Chart as_of(Chart chart, base::Day day);

}  // namespace ivig::fhir
