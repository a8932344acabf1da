// A Bundle that holds patient, chart and orders together: a file for `check`, a line of an export.

#include <array>

#include "base/json_read.h"
#include "fhir/chart_types.h"
#include "fhir/contents.h"
#include "fhir/gather.h"
#include "fhir/limited_reader.h"

namespace ivig::fhir {
namespace {

using base::Json;
using Kind = ChartKind;

/// What references call a Patient: its id, or the end of its fullUrl. Empty when there is neither, or none of a sane
/// length.
std::string_view id_of(Found const& patient) {
  std::string_view id = base::string_member(*patient.resource, "id");
  if (id.empty()) id = last_segment(patient.full_url);
  return id.size() <= kLongestId ? id : std::string_view();
}

/// Whom the first order names: the patient of a Bundle that holds no Patient. Empty where no order names one by a
/// literal reference.
std::string_view patient_of_orders(Contents const& contents) {
  for (Found const& found : contents.resources) {
    if (!is_order_type(found.type)) continue;
    Json const* subject = patient_member(*found.resource);
    std::string_view const literal = subject == nullptr ? std::string_view() : parse_reference(*subject).literal;
    if (literal.empty() || literal.starts_with('#')) continue;
    std::string_view const id = last_segment(literal);
    if (!id.empty() && id.size() <= kLongestId) return id;
  }
  return {};
}

/// The first Patient that something can refer to, else the first; nullptr where there is none.
Found const* patient_of_case(Contents const& contents) {
  Found const* first = nullptr;
  for (Found const& found : contents.resources) {
    if (found.type != "Patient") continue;
    if (!id_of(found).empty()) return &found;
    if (first == nullptr) first = &found;
  }
  return first;
}

}  // namespace

Chart read_bundle_chart(Json const& bundle, std::string_view patient_id, ResourceIndex& index,
                        std::vector<Json const*>& orders, ReadLimits const& limits, std::vector<Json const*>* others) {
  Contents contents;
  collect(bundle, {}, contents);
  Seen seen;
  keep_new(contents.resources, seen);
  for (Found const& found : contents.resources) {
    index.add(*found.resource, found.full_url);
  }
  if (patient_id.empty()) {
    if (Found const* patient = patient_of_case(contents)) {
      patient_id = id_of(*patient);
      index.set_patient(patient->resource);
    } else {
      patient_id = patient_of_orders(contents);
    }
  }

  Chart chart;
  chart.patient.id = last_segment(patient_id);
  Availabilities available(chart);
  constexpr std::array kKinds = {Kind::patient, Kind::conditions, Kind::observations, Kind::allergies,
                                 Kind::treatments};
  LimitedReader reader(patient_id, index, limits, chart);
  for (Found const& found : contents.resources) {
    Json const& resource = *found.resource;
    std::string_view const type = found.type;
    bool const another =
        type == "Patient" && base::string_member(resource, "id").empty() && !index.is_patient_without_id(resource);
    if (another || !is_this_patient(found, patient_id, index)) {
      if (is_order_type(type) && others != nullptr) others->push_back(&resource);
      continue;
    }
    if (auto const kind = kind_of_type(type)) available.provided(*kind);
    if (type == "Patient") {
      for (Kind const kind : kKinds) available.provided(kind);
    }
    reader.read(resource);
    bool const open = base::member(resource, "status") == nullptr ||
                      !known_code(resource, "status", {"draft", "active", "on-hold", "unknown"}).empty();
    if (!is_order_type(type)) continue;
    if (open) orders.push_back(&resource);
    else if (others != nullptr) others->push_back(&resource);
  }
  reader.mark_unread();
  return chart;
}

}  // namespace ivig::fhir
