#pragma once
// From what a client sent along (prefetch, draft orders) or a file holds (a Bundle) to one chart.

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_body.h"
#include "fhir/chart.h"
#include "fhir/read_limits.h"
#include "fhir/read_resources.h"

namespace ivig::fhir {

/// What was fetched beside the prefetch: the answer to one query, page by page.
struct Fetched {
  std::string_view key;                  ///< the prefetch key that it stands for, or whose value it completes
  std::vector<base::Json const*> pages;  ///< Bundles or resources
  bool complete = false;                 ///< false: refused, failed, or only part of it came
};

/// What an answer to a search says about itself.
struct PageState {
  bool failed = false;    ///< an OperationOutcome of an error, alone or as an entry (PREF-04, PREF-05)
  std::string_view next;  ///< the URL of the next page; empty: this is the last (PREF-07)
};
[[nodiscard]] PageState page_state(base::Json const& answer);

/// What a prefetch object holds of one kind of data.
struct PrefetchState {
  enum class Kind {
    absent,  ///< not attempted, declined or failed: to be fetched (PREF-02)
    known,   ///< here, perhaps known to be empty: not asked for again (PREF-03)
    failed,  ///< the client's own query failed: not repeated (PREF-04)
    paged,   ///< its first page is here
  } kind = Kind::absent;
  std::string_view key;  ///< of the value that holds it: the wanted one, or the client's own name for it (PREF-12)
  std::string next{};    ///< paged: where it goes on, as seen from that page
};
/// Looks for the value under `key`, and if there is none, for a value of any name that holds, or was a search for,
/// resources of `type`. A pre-1.0 wrapper is looked into. `prefetch` may be nullptr.
[[nodiscard]] PrefetchState prefetch_state(base::Json const* prefetch, std::string_view key, std::string_view type);

/// Calls `visit` for each resource of a Bundle, or for the one bare resource.
void each_resource(base::Json const& value, std::function<void(base::Json const& resource)> const& visit);

/// Resources of one type that came for this patient and name another one: left out of the chart.
struct ForeignResources {
  std::string type;      ///< a type that a chart holds, "Bundle" (an answer to a search for another), or "other"
  bool fetched = false;  ///< false: prefetched
  std::size_t count = 0;
};

/// The resources that came with a request or were fetched for it, found and not yet read. Points into all of them.
class Sources {
 public:
  /// `prefetch` and `draft_bundle` may be nullptr.
  Sources(base::Json const* prefetch, base::Json const* draft_bundle, std::span<Fetched const> fetched);
  Sources(Sources&&) noexcept;
  Sources& operator=(Sources&&) noexcept;
  ~Sources();

  /// Everything is indexed before anything is read: references lead in all directions.
  void add_to(ResourceIndex& index) const;
  /// The chart, once; read_chart says how. `foreign` is told what was left out.
  [[nodiscard]] Chart read(std::string_view patient_id, ResourceIndex const& index,
                           std::vector<ForeignResources>& foreign, ReadLimits const& limits = {}) &&;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Reads the prefetch data of a request, and the draft Bundle's resources that are no orders, into a chart; fills
/// `index` with both. REQ PREF-01..PREF-16, CTX-08, CTX-14
///
/// Every prefetch value is read whatever its key: a resource, a Bundle, or one of them in a pre-1.0 wrapper. Draft
/// entries outrank prefetched resources of the same Type/id; draft orders are no treatments.
///
/// What is available is told by the resource types found, and for an empty value (null, empty Bundle) or a failed one
/// (OperationOutcome of severity error or fatal, a Bundle with a next page) by the service's own keys: patient,
/// conditions, observations, allergies, medications, medicationStatements, procedures, treatments. Of several values
/// of one kind a failed one makes the kind failed: only part of it came. Except for Patient, draft entries make no
/// kind available: they are no complete list.
///
/// A resource that names another patient is left out, and makes the kind of its own type and the kind of the key that
/// it came under failed: patients were mixed up, so that the rest need not be whole either. So does an answer to a
/// search for another patient, by its `self` link. Resources that name nobody count as this patient's. REQ PREF-14
/// What `limits` do not let through is not read, and its kind is failed: only part of it came.
///
/// `fetched` values count as prefetched ones of their key; where the prefetch has a value of that key, they complete
/// it.
///
/// `prefetch` and `draft_bundle` may be nullptr or no objects: then they count as absent. `patient_id` empty: nothing
/// is taken for another patient's. The chart and the index point into all of them.
[[nodiscard]] Chart read_chart(base::Json const* prefetch, base::Json const* draft_bundle, std::string_view patient_id,
                               ResourceIndex& index, std::span<Fetched const> fetched = {},
                               ReadLimits const& limits = {});

/// Reads one Bundle (or one bare resource) that holds patient, chart and orders together. Appends to `orders` every
/// order resource of this patient whose status is draft, active, on-hold, unknown or absent, whatever its intent; each
/// of them is a Treatment of the chart as well (same path), so that the caller decides which are history. The other
/// order resources, of other patients too, are appended to `others` where it is not nullptr.
/// A kind is provided when the Bundle holds a resource of it or a Patient. With an empty `patient_id` the first Patient
/// of the Bundle is taken; where it has no id, it is known by its fullUrl; where there is none, the patient is whom the
/// first order names.
[[nodiscard]] Chart read_bundle_chart(base::Json const& bundle, std::string_view patient_id, ResourceIndex& index,
                                      std::vector<base::Json const*>& orders, ReadLimits const& limits = {},
                                      std::vector<base::Json const*>* others = nullptr);

}  // namespace ivig::fhir
