#include "fhir/gather.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/json_read.h"
#include "fhir/limited_reader.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

enum class Kind { patient, conditions, observations, allergies, treatments };

std::optional<Kind> kind_of_type(std::string_view type) {
  if (type == "Patient") return Kind::patient;
  if (type == "Condition") return Kind::conditions;
  if (type == "Observation") return Kind::observations;
  if (type == "AllergyIntolerance") return Kind::allergies;
  if (is_order_type(type) || type == "MedicationStatement" || type == "MedicationUsage" ||
      type == "MedicationAdministration" || type == "Procedure") {
    return Kind::treatments;
  }
  return std::nullopt;
}

std::optional<Kind> kind_of_key(std::string_view key) {
  if (key == "patient") return Kind::patient;
  if (key == "conditions") return Kind::conditions;
  if (key == "observations") return Kind::observations;
  if (key == "allergies") return Kind::allergies;
  if (key == "medications" || key == "medicationStatements" || key == "procedures" || key == "treatments") {
    return Kind::treatments;
  }
  return std::nullopt;
}

Availability& availability(Chart& chart, Kind kind) {
  switch (kind) {
    case Kind::patient: return chart.patient_available;
    case Kind::conditions: return chart.conditions_available;
    case Kind::observations: return chart.observations_available;
    case Kind::allergies: return chart.allergies_available;
    case Kind::treatments: break;
  }
  return chart.treatments_available;
}

std::string_view type_of(Json const& resource) { return base::string_member(resource, "resourceType"); }

/// A Bundle; one without resourceType is known by its entries.
bool is_bundle(Json const& value, std::string_view type) {
  return type == "Bundle" || (type.empty() && base::member(value, "entry") != nullptr);
}
bool is_bundle(Json const& value) { return is_bundle(value, type_of(value)); }

/// True when an OperationOutcome says that data is lacking. Warnings and remarks ("no results") do not. REQ PREF-05
bool tells_of_failure(Json const& outcome) {
  bool failure = false;
  bool any = false;
  base::each(outcome, "issue", [&](Json const& issue, std::size_t) {
    any = true;
    std::string_view const severity = base::string_member(issue, "severity");
    if (severity != "warning" && severity != "information" && severity != "success") failure = true;
  });
  return failure || !any;
}

std::string_view link_of(Json const& bundle, std::string_view relation) {
  std::string_view url;
  base::each(bundle, "link", [&](Json const& link, std::size_t) {
    if (base::string_member(link, "relation") == relation) url = base::string_member(link, "url");
  });
  return url;
}

/// A further page, whether or not its address can be read.
bool has_next_page(Json const& bundle) {
  bool next = false;
  base::each(bundle, "link", [&](Json const& link, std::size_t) {
    if (base::string_member(link, "relation") == "next") next = true;
  });
  return next;
}

/// One resource and the Bundle fullUrl that it came under.
struct Found {
  Json const* resource;
  std::string_view full_url;
  std::string_view type;
};

/// What one value (a Bundle or a bare resource) holds.
struct Contents {
  std::vector<Found> resources;
  bool incomplete = false;  ///< an error outcome or a further page
};

/// Collects the resources of a value. Bundles in Bundles (batch responses) are opened; JSON's depth limit bounds them.
void collect(Json const& value, std::string_view full_url, Contents& contents) {
  std::string_view const type = type_of(value);
  if (type == "OperationOutcome") {
    contents.incomplete = contents.incomplete || tells_of_failure(value);
  } else if (is_bundle(value, type)) {
    contents.incomplete = contents.incomplete || has_next_page(value);
    Json const* entries = base::member(value, "entry");
    if (contents.resources.empty() && entries != nullptr && entries->IsArray())
      contents.resources.reserve(entries->Size());
    base::each(value, "entry", [&](Json const& entry, std::size_t) {
      if (Json const* resource = base::object_member(entry, "resource")) {
        collect(*resource, base::string_member(entry, "fullUrl"), contents);
      }
    });
  } else if (!type.empty()) {
    contents.resources.push_back({&value, full_url, type});
  }
}

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
void keep_new(std::vector<Found>& resources, Seen& seen) {
  std::vector<Found> kept;
  kept.reserve(resources.size());
  for (auto it = resources.rbegin(); it != resources.rend(); ++it) {
    if (seen.first_time(*it)) kept.push_back(*it);
  }
  std::reverse(kept.begin(), kept.end());
  resources = std::move(kept);
}

bool is_this_patient(Found const& found, std::string_view patient_id, ResourceIndex const& index) {
  if (found.type != "Patient") return belongs_to(*found.resource, patient_id, index);
  std::string_view const id = base::string_member(*found.resource, "id");
  return id.empty() || patient_id.empty() || id == last_segment(patient_id);
}

/// One member of `prefetch`, freed of the pre-1.0 wrapper.
struct PrefetchValue {
  std::string_view key;
  Json const* content = nullptr;  ///< freed of the wrapper; nullptr: null
  std::optional<Kind> kind;       ///< by its key
  bool null = false;
  bool failed = false;
  Contents contents;
  bool bundle_or_outcome = false;
};

PrefetchValue read_value(std::string_view key, Json const& member) {
  PrefetchValue value;
  value.key = key;
  value.kind = kind_of_key(key);
  Json const* content = &member;
  bool const wrapped = member.IsObject() && type_of(member).empty() &&
                       (base::member(member, "response") != nullptr || base::member(member, "resource") != nullptr);
  if (wrapped) {  // REQ PREF-11
    Json const* response = base::object_member(member, "response");
    std::string_view const status = response == nullptr ? "" : base::string_member(*response, "status");
    value.failed = !status.empty() && !status.starts_with('2');
    content = base::member_or_null(member, "resource");
    value.null = content == nullptr;
  }
  if (content == nullptr || content->IsNull()) {
    value.null = true;
    return value;
  }
  value.content = content;
  collect(*content, {}, value.contents);
  value.bundle_or_outcome = is_bundle(*content) || type_of(*content) == "OperationOutcome";
  value.failed = value.failed || value.contents.incomplete;
  return value;
}

/// The values of `prefetch`, of equal keys the last.
std::vector<PrefetchValue> read_values(Json const* prefetch) {
  std::vector<PrefetchValue> values;
  if (prefetch == nullptr || !prefetch->IsObject()) return values;
  values.reserve(prefetch->MemberCount());
  std::unordered_map<std::string_view, Json const*> last;
  if (prefetch->has_repeats()) {
    for (auto const& member : prefetch->GetObject()) last[base::as_string(member.name)] = &member.value;
  }
  for (auto const& member : prefetch->GetObject()) {
    std::string_view const key = base::as_string(member.name);
    if (last.empty() || last[key] == &member.value) values.push_back(read_value(key, member.value));
  }
  return values;
}

/// Adds what was fetched, and with it whether the whole of it has come now.
void add_fetched(std::span<Fetched const> fetched, std::vector<PrefetchValue>& values) {
  for (Fetched const& answer : fetched) {
    auto found = std::find_if(values.begin(), values.end(), [&](auto const& value) { return value.key == answer.key; });
    if (found == values.end()) {
      found = values.insert(values.end(), PrefetchValue{});
      found->key = answer.key;
      found->kind = kind_of_key(answer.key);
    }
    for (Json const* page : answer.pages) collect(*page, {}, found->contents);
    found->null = false;
    found->bundle_or_outcome = true;
    found->failed = !answer.complete;
  }
}

/// Orders of medication have one name in DSTU2 and another since, statements one in some R5 drafts and another else.
bool is_of_type(std::string_view type, std::string_view wanted) {
  auto const either = [&](std::string_view a, std::string_view b) {
    return (type == a || type == b) && (wanted == a || wanted == b);
  };
  return type == wanted || either("MedicationRequest", "MedicationOrder") ||
         either("MedicationStatement", "MedicationUsage");
}

/// Whether the value holds resources of the type or is an answer to a search for them.
bool is_about(PrefetchValue const& value, std::string_view type) {
  auto const& resources = value.contents.resources;
  bool const holds =
      std::any_of(resources.begin(), resources.end(), [&](Found const& found) { return is_of_type(found.type, type); });
  if (holds || value.content == nullptr) return holds;
  std::string_view const self = link_of(*value.content, "self");
  std::string_view const path = self.substr(0, self.find('?'));
  return path.size() != self.size() && is_of_type(path.substr(path.rfind('/') + 1), type);
}

class Availabilities {
 public:
  explicit Availabilities(Chart& chart) : chart_(chart) {}

  void provided(Kind kind) {
    Availability& state = availability(chart_, kind);
    if (state == Availability::not_provided) state = Availability::provided;
  }
  void failed(Kind kind) { availability(chart_, kind) = Availability::failed; }

 private:
  Chart& chart_;
};

/// What one prefetch value says about which kinds are there.
void note_availability(PrefetchValue const& value, std::string_view patient_id, ResourceIndex const& index,
                       Availabilities& available) {
  bool const known_answer = value.null || value.bundle_or_outcome;
  if (value.kind && value.failed) {
    available.failed(*value.kind);
  } else if (value.kind && known_answer && (*value.kind != Kind::patient || value.contents.resources.empty())) {
    available.provided(*value.kind);
  }
  for (Found const& found : value.contents.resources) {
    auto const kind = kind_of_type(found.type);
    if (!kind || !is_this_patient(found, patient_id, index)) continue;
    if (value.failed && !value.kind) {
      available.failed(*kind);
    } else {
      available.provided(*kind);
    }
  }
}

}  // namespace

PageState page_state(Json const& answer) {
  PageState state;
  bool const paged = is_bundle(answer) && has_next_page(answer);
  if (paged) state.next = link_of(answer, "next");
  // Neither a Bundle nor a resource, or a next page without an address.
  state.failed = (type_of(answer).empty() && !is_bundle(answer)) || (paged && state.next.empty());
  if (type_of(answer) == "OperationOutcome") state.failed = tells_of_failure(answer);
  base::each(answer, "entry", [&](Json const& entry, std::size_t) {
    Json const* resource = base::object_member(entry, "resource");
    if (resource != nullptr && type_of(*resource) == "OperationOutcome") {
      state.failed = state.failed || tells_of_failure(*resource);
    }
  });
  return state;
}

PrefetchState prefetch_state(Json const* prefetch, std::string_view key, std::string_view type) {
  auto const state_of = [](PrefetchValue const& value) {
    PrefetchState state{PrefetchState::Kind::known, value.key, {}};
    if (value.content == nullptr || !value.failed) return state;
    PageState const page = page_state(*value.content);
    state.kind = page.failed || page.next.empty() ? PrefetchState::Kind::failed : PrefetchState::Kind::paged;
    state.next = page.next;
    return state;
  };
  std::vector<PrefetchValue> const values = read_values(prefetch);
  for (PrefetchValue const& value : values) {
    // A value that is neither null, Bundle nor OperationOutcome counts for what it holds, whatever its key. REQ PREF-10
    if (value.key == key && (value.null || value.bundle_or_outcome || value.failed)) return state_of(value);
  }
  for (PrefetchValue const& value : values) {
    if (is_about(value, type)) return state_of(value);
  }
  return {PrefetchState::Kind::absent, key, {}};
}

void each_resource(Json const& value, std::function<void(Json const& resource)> const& visit) {
  Contents contents;
  collect(value, {}, contents);
  for (Found const& found : contents.resources) visit(*found.resource);
}

struct Sources::Parts {
  Contents draft;
  std::vector<PrefetchValue> values;
  Seen seen;
};

Sources::Sources(Json const* prefetch, Json const* draft_bundle, std::span<Fetched const> fetched)
    : parts_(std::make_unique<Parts>()) {
  if (draft_bundle != nullptr) collect(*draft_bundle, {}, parts_->draft);
  keep_new(parts_->draft.resources, parts_->seen);
  parts_->values = read_values(prefetch);
  add_fetched(fetched, parts_->values);
}
Sources::Sources(Sources&&) noexcept = default;
Sources& Sources::operator=(Sources&&) noexcept = default;
Sources::~Sources() = default;

void Sources::add_to(ResourceIndex& index) const {
  for (Found const& found : parts_->draft.resources) index.add(*found.resource, found.full_url);
  for (PrefetchValue const& value : parts_->values) {
    auto const& resources = value.contents.resources;
    for (auto it = resources.rbegin(); it != resources.rend(); ++it) index.add(*it->resource, it->full_url);
  }
}

Chart Sources::read(std::string_view patient_id, ResourceIndex const& index, ReadLimits const& limits) && {
  Chart chart;
  chart.patient.id = last_segment(patient_id);
  Availabilities available(chart);
  LimitedReader reader(patient_id, index, limits, chart);
  for (Found const& found : parts_->draft.resources) {
    if (is_order_type(found.type)) continue;
    if (found.type == "Patient" && is_this_patient(found, patient_id, index)) available.provided(Kind::patient);
    reader.read(*found.resource);
  }
  for (PrefetchValue& value : parts_->values) {
    note_availability(value, patient_id, index, available);
    keep_new(value.contents.resources, parts_->seen);
    for (Found const& found : value.contents.resources) reader.read(*found.resource);
  }
  reader.mark_unread();
  return chart;
}

Chart read_chart(Json const* prefetch, Json const* draft_bundle, std::string_view patient_id, ResourceIndex& index,
                 std::span<Fetched const> fetched, ReadLimits const& limits) {
  Sources sources(prefetch, draft_bundle, fetched);
  sources.add_to(index);
  return std::move(sources).read(patient_id, index, limits);
}

Chart read_bundle_chart(Json const& bundle, std::string_view patient_id, ResourceIndex& index,
                        std::vector<Json const*>& orders, ReadLimits const& limits) {
  Contents contents;
  collect(bundle, {}, contents);
  Seen seen;
  keep_new(contents.resources, seen);
  for (Found const& found : contents.resources) {
    index.add(*found.resource, found.full_url);
    if (patient_id.empty() && found.type == "Patient") {
      std::string_view const id = base::string_member(*found.resource, "id");
      if (id.size() <= kLongestId) patient_id = id;
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
    if (!is_this_patient(found, patient_id, index)) continue;
    std::string_view const type = found.type;
    if (auto const kind = kind_of_type(type)) available.provided(*kind);
    if (type == "Patient") {
      for (Kind const kind : kKinds) available.provided(kind);
    }
    reader.read(resource);
    bool const open = base::member(resource, "status") == nullptr ||
                      !known_code(resource, "status", {"draft", "active", "on-hold", "unknown"}).empty();
    if (is_order_type(type) && open) orders.push_back(&resource);
  }
  reader.mark_unread();
  return chart;
}

}  // namespace ivig::fhir
