#pragma once
// What Bundles and bare resources hold, before anything of it is read: which resources, of which kind of chart data,
// and whose. For the readers of whole charts (gather.cpp, bundle_chart.cpp).

#include <optional>
#include <string_view>
#include <vector>

#include "base/json_body.h"
#include "fhir/chart.h"
#include "fhir/read_elements.h"
#include "fhir/resource_table.h"

namespace ivig::fhir {

/// The kinds of data whose availability a chart tells.
enum class ChartKind { patient, conditions, observations, allergies, treatments };

/// The kind that resources of a type belong to; nullopt for types that no chart holds.
[[nodiscard]] std::optional<ChartKind> kind_of_type(std::string_view type);

/// One resource and the Bundle fullUrl that it came under.
struct Found {
  base::Json const* resource;
  std::string_view full_url;
  std::string_view type;
  bool fetched = false;
};

/// What one value (a Bundle or a bare resource) holds.
struct Contents {
  std::vector<Found> resources;
  std::vector<std::string_view> searches;  ///< what its Bundles are answers to: their `self` links
  bool incomplete = false;                 ///< an error outcome or a further page
};

/// Collects the resources of a value. Bundles in Bundles (batch responses) are opened; JSON's depth limit bounds them.
void collect(base::Json const& value, std::string_view full_url, Contents& contents);

/// Which resources were read already: identity is Type/id, and a resource without id is always new. REQ CTX-03
class Seen {
 public:
  /// True the first time.
  bool first_time(Found const& found) {
    std::string_view const id = base::string_member(*found.resource, "id");
    return id.empty() || known_.add(found.type, id, found.resource);
  }

 private:
  ResourceTable known_;
};

/// Keeps those not seen before; of equals within `resources` the last. Their order stays. REQ CTX-14, PREF-13
void keep_new(std::vector<Found>& resources, Seen& seen);

/// Whose a resource is; a Patient is the one with this id.
[[nodiscard]] Owner owner_of(Found const& found, std::string_view patient_id, ResourceIndex const& index);
[[nodiscard]] inline bool is_this_patient(Found const& found, std::string_view patient_id, ResourceIndex const& index) {
  return owner_of(found, patient_id, index) != Owner::another;
}

/// How a chart comes to know of which kinds something came.
class Availabilities {
 public:
  explicit Availabilities(Chart& chart) : chart_(chart) {}

  void provided(ChartKind kind) {
    Availability& state = of(kind);
    if (state == Availability::not_provided) state = Availability::provided;
  }
  void failed(ChartKind kind) { of(kind) = Availability::failed; }
  void another_patients(ChartKind kind) {
    Availability& state = of(kind);
    if (state != Availability::failed) state = Availability::another_patients;
  }

 private:
  Availability& of(ChartKind kind);

  Chart& chart_;
};

}  // namespace ivig::fhir
