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
#include "fhir/contents.h"
#include "fhir/limited_reader.h"
#include "fhir/read_elements.h"
#include "fhir/resolve_url.h"
#include "fhir/search_link.h"

namespace ivig::fhir {
namespace {

using base::Json;
using Kind = ChartKind;

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

}  // namespace ivig::fhir
