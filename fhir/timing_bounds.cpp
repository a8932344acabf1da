#include "fhir/timing_bounds.h"

#include <algorithm>

#include "base/json_read.h"
#include "fhir/read_elements.h"
#include "fhir/units.h"

namespace ivig::fhir {
namespace {

using base::Decimal;
using base::Instant;
using base::Json;
using std::chrono::days;
using std::chrono::milliseconds;

constexpr Decimal kDay(1440, 0);

DecimalRange exactly(Decimal value) { return {value, value}; }

std::optional<Unit> time_unit(std::string_view name) {
  auto unit = ucum_unit(name);
  if (!unit) unit = printed_unit(name);
  return unit && unit->measure == Measure::time && !unit->per_minutes && !unit->per_kg ? unit : std::nullopt;
}

std::optional<Decimal> minutes_of(Json const* quantity_json) {
  if (quantity_json == nullptr) return std::nullopt;
  Quantity const quantity = read_quantity(*quantity_json);
  auto const unit = unit_of(quantity);
  if (!quantity.value || !unit || unit->measure != Measure::time || unit->per_minutes) return std::nullopt;
  return *quantity.value * unit->factor;
}

/// A FHIR dateTime as local time: the offset is dropped, which is right where both ends of a period have the same one.
struct LocalTime {
  Instant at;
  std::string offset;  ///< as written; empty: none
  bool has_time = false;
};

std::optional<LocalTime> local_time(std::string_view text) {
  if (text.size() < 10) return std::nullopt;  // a year or a month names no day
  auto const day = base::parse_day(text);
  if (!day) return std::nullopt;
  if (text.size() == 10) return LocalTime{Instant(*day), {}, false};
  std::size_t const offset_at = text.find_first_of("zZ+-", 11);
  std::string clock(text.substr(11, offset_at == std::string_view::npos ? offset_at : offset_at - 11));
  if (clock.size() == 5) clock += ":00";  // seconds are often left out
  auto const at = base::parse_instant(std::string(text.substr(0, 10)) + "T" + clock + "Z");
  if (!at) return std::nullopt;
  return LocalTime{*at, offset_at == std::string_view::npos ? "" : std::string(text.substr(offset_at)), true};
}

/// [start, end) of a period; the last day belongs to a period that is given in days. FHIR R4 Period.end
Bounds period_bounds(Json const& period, DosePhase& phase) {
  Bounds bounds;
  std::string_view const from_text = base::string_member(period, "start"), to_text = base::string_member(period, "end");
  auto from = local_time(from_text);
  auto to = local_time(to_text);
  bounds.unread = (!from && !from_text.empty()) || (!to && !to_text.empty());
  if (from) phase.start = std::chrono::floor<days>(from->at);
  if (to) phase.end = std::chrono::floor<days>(to->at);
  if (!from || !to) return bounds;
  if (!from->offset.empty() && !to->offset.empty() && from->offset != to->offset) {
    auto const start = base::parse_instant(from_text), last = base::parse_instant(to_text);
    if (start && last) from->at = *start, to->at = *last;
  }
  Instant const end = to->has_time ? to->at : to->at + days(1);
  if (end < from->at) {
    bounds.unread = true;
    return bounds;
  }
  bounds.days = exactly(Decimal(std::max<std::int64_t>(1, ceiling(end - from->at, days(1))), 0));
  if (from->has_time || to->has_time) bounds.times = std::pair(from->at, end);
  return bounds;
}

}  // namespace

bool stands(Json const& parent, std::string_view name) {
  return base::member(parent, name) != nullptr || base::member(parent, "_" + std::string(name)) != nullptr;
}

std::optional<Decimal> positive_number(Json const& parent, std::string_view name) {
  Json const* found = base::member(parent, name);
  if (found == nullptr) return std::nullopt;
  auto value = base::as_decimal(*found);
  if (!value && found->IsString()) {
    if (auto const parsed = Decimal::parse(base::as_string(*found))) value = *parsed;
  }
  return value && Decimal() < *value ? value : std::nullopt;
}

std::optional<Decimal> minutes_member(Json const& repeat, std::string_view name, std::string_view unit_name) {
  auto const value = positive_number(repeat, name);
  std::string_view unit = base::string_member(repeat, unit_name);
  if (unit.empty()) unit = base::string_member(repeat, std::string(unit_name) + "s");
  auto const known = time_unit(unit);
  if (!value || !known) return std::nullopt;
  return *value * known->factor;
}

std::optional<milliseconds> clock_time(std::string_view text) {
  auto const time = local_time("2000-01-01T" + std::string(text));
  if (!time || !time->has_time) return std::nullopt;
  return time->at - Instant(*base::parse_day("2000-01-01"));
}

std::int64_t ceiling(milliseconds length, milliseconds step) {
  return (length.count() + step.count() - 1) / step.count();
}

Bounds read_bounds(Json const& repeat, DosePhase& phase) {
  Bounds bounds;
  for (std::string_view const name : {"boundsDuration", "boundsQuantity"}) {
    Json const* found = base::object_member(repeat, name);
    auto const minutes = minutes_of(found);
    if (minutes) bounds.days = exactly(*minutes / kDay);
    else bounds.unread = bounds.unread || found != nullptr;
  }
  if (bounds.days) return bounds;
  if (Json const* range = base::object_member(repeat, "boundsRange")) {
    auto const from = minutes_of(base::object_member(*range, "low"));
    auto const to = minutes_of(base::object_member(*range, "high"));
    if (from && to) bounds.days = DecimalRange{*from / kDay, *to / kDay};
    else bounds.unread = true;
  }
  if (bounds.days) return bounds;
  Json const* period = base::object_member(repeat, "boundsPeriod");
  return period == nullptr ? bounds : period_bounds(*period, phase);
}

}  // namespace ivig::fhir
