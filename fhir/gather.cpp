#include "fhir/gather.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/json_read.h"
#include "fhir/bundle.h"
#include "fhir/chart_types.h"
#include "fhir/limited_reader.h"
#include "fhir/read_elements.h"
#include "fhir/resolve_url.h"
#include "fhir/search_link.h"

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

/// One resource and the Bundle fullUrl that it came under.
struct Found {
  Json const* resource;
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
void collect(Json const& value, std::string_view full_url, Contents& contents) {
  std::string_view const type = type_of(value);
  if (type == "OperationOutcome") {
    contents.incomplete = contents.incomplete || tells_of_failure(value);
  } else if (is_bundle(value, type)) {
    contents.incomplete = contents.incomplete || has_next_page(value);
    if (std::string_view const self = link_of(value, "self"); !self.empty()) contents.searches.push_back(self);
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

Owner owner_of(Found const& found, std::string_view patient_id, ResourceIndex const& index) {
  if (found.type != "Patient") return owner_of(*found.resource, patient_id, index);
  std::string_view const id = base::string_member(*found.resource, "id");
  if (id.empty() || patient_id.empty()) return Owner::unsaid;
  return id == last_segment(patient_id) ? Owner::this_patient : Owner::another;
}

bool is_this_patient(Found const& found, std::string_view patient_id, ResourceIndex const& index) {
  return owner_of(found, patient_id, index) != Owner::another;
}

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

/// One member of `prefetch`, freed of the pre-1.0 wrapper.
struct PrefetchValue {
  std::string_view key;
  Json const* content = nullptr;  ///< freed of the wrapper; nullptr: null
  std::optional<Kind> kind;       ///< by its key
  bool null = false;
  bool failed = false;
  bool fetched = false;  ///< nothing of it was prefetched
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
      found->fetched = true;
    }
    std::size_t const prefetched = found->contents.resources.size();
    for (Json const* page : answer.pages) collect(*page, {}, found->contents);
    auto& resources = found->contents.resources;
    std::for_each(resources.begin() + static_cast<std::ptrdiff_t>(prefetched), resources.end(),
                  [](Found& one) { one.fetched = true; });
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
  void another_patients(Kind kind) {
    Availability& state = availability(chart_, kind);
    if (state != Availability::failed) state = Availability::another_patients;
  }

 private:
  Chart& chart_;
};

void note_foreign(std::string_view type, bool fetched, std::vector<ForeignResources>& foreign) {
  std::string_view const shown = is_chart_type(type) || type == "Bundle" ? type : "other";
  auto const known = std::find_if(foreign.begin(), foreign.end(),
                                  [&](auto const& one) { return one.type == shown && one.fetched == fetched; });
  if (known != foreign.end()) {
    ++known->count;
  } else {
    foreign.push_back({std::string(shown), fetched, 1});
  }
}

/// Takes another patient's resources out of a value. Somebody mixed up patients: what else the value lacks is not known
/// either, neither of the kind that it was sent for nor of the kinds that were found. REQ PREF-14
void take_out_foreign(PrefetchValue& value, std::string_view patient_id, ResourceIndex const& index,
                      Availabilities& available, std::vector<ForeignResources>& foreign) {
  auto const& searches = value.contents.searches;
  bool const search_for_another = std::any_of(
      searches.begin(), searches.end(), [&](std::string_view url) { return searches_for_another(url, patient_id); });
  if (search_for_another) note_foreign("Bundle", value.fetched, foreign);
  bool mixed_up = search_for_another;
  std::erase_if(value.contents.resources, [&](Found const& found) {
    Owner const owner = owner_of(found, patient_id, index);
    if (owner == Owner::this_patient || (owner == Owner::unsaid && !search_for_another)) return false;
    mixed_up = true;
    note_foreign(found.type, found.fetched, foreign);
    if (auto const kind = kind_of_type(found.type)) available.another_patients(*kind);
    return true;
  });
  if (mixed_up && value.kind) available.another_patients(*value.kind);
}

/// What one prefetch value says about which kinds are there, once what is another patient's is out of it.
void note_availability(PrefetchValue const& value, Availabilities& available) {
  auto const& resources = value.contents.resources;
  auto const is_of_kind = [&](Found const& found) { return kind_of_type(found.type) == value.kind; };
  // Bundles of another kind of data only are no answer to what was asked; an included Organization is no data.
  auto const is_data = [](Found const& found) { return kind_of_type(found.type).has_value(); };
  bool const answers = std::none_of(resources.begin(), resources.end(), is_data) ||
                       std::any_of(resources.begin(), resources.end(), is_of_kind);
  bool const known_answer = value.null || value.bundle_or_outcome;
  if (value.kind && (value.failed || (known_answer && !answers && *value.kind != Kind::patient))) {
    available.failed(*value.kind);
  } else if (value.kind && known_answer && (*value.kind != Kind::patient || resources.empty())) {
    available.provided(*value.kind);
  }
  for (Found const& found : resources) {
    auto const kind = kind_of_type(found.type);
    if (!kind) continue;
    if (value.failed && !value.kind) {
      available.failed(*kind);
    } else {
      available.provided(*kind);
    }
  }
}

}  // namespace

PrefetchState prefetch_state(Json const* prefetch, std::string_view key, std::string_view type) {
  auto const state_of = [type](PrefetchValue const& value) {
    PrefetchState state{PrefetchState::Kind::known, value.key};
    if (value.content == nullptr || !value.failed) return state;
    PageState const page = page_state(*value.content);
    state.kind = page.failed || page.next.empty() ? PrefetchState::Kind::failed : PrefetchState::Kind::paged;
    // Without a `self` link a query alone belongs to a search for the wanted type.
    std::string_view const self = link_of(*value.content, "self");
    state.next = resolved_url(self.empty() && page.next.starts_with('?') ? type : self, page.next);
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
  return {PrefetchState::Kind::absent, key};
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

Chart Sources::read(std::string_view patient_id, ResourceIndex const& index, std::vector<ForeignResources>& foreign,
                    ReadLimits const& limits) && {
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
    take_out_foreign(value, patient_id, index, available, foreign);
    note_availability(value, available);
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
  std::vector<ForeignResources> left_out;
  return std::move(sources).read(patient_id, index, left_out, limits);
}

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
