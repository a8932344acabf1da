#pragma once
// What the readers of single resource types share. Internal to fhir/: other folders use read_resources.h.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_read.h"
#include "fhir/chart.h"
#include "fhir/read_resources.h"

namespace ivig::fhir {

/// FHIR allows 64 characters; longer ones are cut where they are copied beside what was read.
inline constexpr std::size_t kLongestId = 256;

/// Equality of codes, ASCII letters of either case.
[[nodiscard]] bool same_code(std::string_view a, std::string_view b);

/// Of any list this many items are read, and of one concept this many codings: more than any limit lets through, so
/// that what is cut off is noticed, and few enough that a resource which many refer to may be read for each.
inline constexpr std::size_t kMostItems = 1001;

/// Reasons of one element that are read: each reference costs a look-up, and a longer list is no clinician's.
inline constexpr std::size_t kMostReasons = 100;

/// As base::each, for the first items of the list.
template <class F>
void each_first(base::Json const& parent, base::MemberName name, std::size_t most, F&& f) {
  base::Json const* found = base::member(parent, name);
  if (found == nullptr || !found->IsArray()) return base::each(parent, name, f);
  for (std::size_t i = 0; i < found->Size() && i < most; ++i) {
    if (!(*found)[i].IsNull()) f((*found)[i], i);
  }
}

/// The concepts of the member `name` (one or an array), empty ones left out.
[[nodiscard]] std::vector<Concept> read_concepts(base::Json const& parent, std::string_view name);

/// Appends the codings of `more` to `whole`; its text only when `whole` has none.
void merge(Concept& whole, Concept const& more);

/// How a person would name the concept: its text, else the first display, else the first code.
[[nodiscard]] std::string_view concept_name(Concept const& concept_value);

/// The first of `known` that the member `name` holds as a plain code, a coding or a text; empty when none. The result
/// is one of `known`.
[[nodiscard]] std::string_view known_code(base::Json const& parent, std::string_view name,
                                          std::initializer_list<std::string_view> known);

/// Texts of `note` and its older spellings (`notes`, `comment`, `comments`), Annotations or plain strings.
[[nodiscard]] std::vector<std::string_view> read_notes(base::Json const& resource);

/// The day of the first of `names` that holds a readable date.
[[nodiscard]] std::optional<base::Day> first_day(base::Json const& parent,
                                                 std::initializer_list<std::string_view> names);

/// "Condition/c1", or "Condition" when the resource has no id; of an id at most kLongestId bytes.
[[nodiscard]] std::string path_of(base::Json const& resource);

/// The member that names the patient: `subject` or `patient`; nullptr when absent.
[[nodiscard]] base::Json const* patient_member(base::Json const& resource);

/// Whose a resource is, by what it says itself.
enum class Owner {
  this_patient,
  another,  ///< it names another patient, a group or a device, or leads nowhere: not known to be this patient's
  unsaid,   ///< it names nobody: it counts as the patient's whom it was sent for
};

/// Reads `subject`, `patient` and `beneficiary`; one that names another patient outweighs the rest. References are
/// literals of any host ("Patient/p1", "https://h/fhir/Patient/p1", "p1"), "urn:uuid:" and fullUrls that lead to a
/// Patient in `index`, or "#id" and logical references, known by an identifier that the Patient in `index` has or
/// lacks. A Patient without an id is the one only where it can be, and has no identifier that tells otherwise. With an
/// empty `patient_id` nothing is said.
[[nodiscard]] Owner owner_of(base::Json const& resource, std::string_view patient_id, ResourceIndex const& index);

/// Not known to be another patient's.
[[nodiscard]] inline bool belongs_to(base::Json const& resource, std::string_view patient_id,
                                     ResourceIndex const& index) {
  return owner_of(resource, patient_id, index) != Owner::another;
}

/// The drug of a Medication* resource, in any of its spellings. REQ CTX-08
struct Drug {
  Concept what;  ///< the codes of the resource and of the Medication that it refers to
  std::vector<Concept> ingredients;
  bool unresolved = false;  ///< there is a reference that leads nowhere, and no code beside it
};
[[nodiscard]] Drug read_drug(base::Json const& resource, ResourceIndex const& index);
/// The same without its ingredients.
[[nodiscard]] Concept read_drug_name(base::Json const& resource, ResourceIndex const& index);

/// Why something is ordered or was given; of each element the first 100 items. `chart` may be nullptr: then no
/// Condition is pointed to. A reference to a Condition that is entered in error, refuted without being in the chart, or
/// another patient's gives no reason. One that leads nowhere and has no display gives a reason with an empty concept:
/// something is stated.
[[nodiscard]] std::vector<Order::Reason> read_reasons(base::Json const& resource, ResourceIndex const& index,
                                                      Chart const* chart);

/// "system|value" of every identifier that has a value.
[[nodiscard]] std::vector<std::string> read_identifiers(base::Json const& resource);
/// groupIdentifier.value (or requisition): orders of one plan share it.
[[nodiscard]] std::string_view read_group(base::Json const& resource);
/// The order that this one takes the place of: the literal of priorPrescription or replaces.
[[nodiscard]] std::string_view read_prior_order(base::Json const& resource);

/// Readers of one resource; nullopt (or nothing appended) when its status says that it does not count.
[[nodiscard]] std::optional<Condition> read_condition(base::Json const& resource);
[[nodiscard]] std::optional<Allergy> read_allergy(base::Json const& resource);
[[nodiscard]] std::optional<Treatment> read_treatment(base::Json const& resource, ResourceIndex const& index);
/// Appends the Observation and one for each of its components.
void read_observation(base::Json const& resource, std::vector<Observation>& out);
/// Adds the yes-or-no answers of a QuestionnaireResponse; of two answers to one question the later one stays. Returns
/// whether the limits let all of them be read.
[[nodiscard]] bool read_answers(base::Json const& resource, ReadLimits const& limits, Chart& chart);

}  // namespace ivig::fhir
