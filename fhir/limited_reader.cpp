#include "fhir/limited_reader.h"

#include <algorithm>
#include <vector>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

/// `text` up to `bytes`, whole characters of UTF-8 only.
std::string_view cut_text(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

/// Cuts the parts of one entry.
class Cutter {
 public:
  Cutter(ReadLimits const& limits, std::size_t text) : limits_(limits), text_(text) {}

  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] std::size_t text_left() const { return text_; }

  void text(std::string_view& part) {
    std::string_view const kept = cut_text(part, text_);
    if (kept.size() < part.size()) whole_ = false;
    text_ -= kept.size();
    part = kept;
  }
  void texts(std::vector<std::string_view>& parts) {
    for (std::string_view& part : parts) text(part);
    std::erase_if(parts, [](std::string_view part) { return part.empty(); });
  }
  void concept_of(Concept& what) {
    first(what.codings, limits_.codings);
    text(what.text);
    for (Coding& coding : what.codings) {
      text(coding.code);
      text(coding.system);
      text(coding.display);
    }
  }
  void concepts(std::vector<Concept>& list) {
    first(list, limits_.codings);
    for (Concept& what : list) concept_of(what);
  }
  template <class T>
  void first(std::vector<T>& list, std::size_t most) {
    if (list.size() <= most) return;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(most), list.end());
    whole_ = false;
  }

 private:
  ReadLimits const& limits_;
  std::size_t text_;
  bool whole_ = true;
};

void fit(Cutter& cut, ReadLimits const& /*limits*/, Condition& condition) {
  cut.concept_of(condition.code);
  cut.text(condition.severity);
  cut.texts(condition.stages);
  cut.texts(condition.notes);
}

void fit(Cutter& cut, ReadLimits const& /*limits*/, Observation& observation) {
  cut.concept_of(observation.code);
  cut.concept_of(observation.value_concept);
  cut.text(observation.value_text);
  cut.concepts(observation.interpretations);
  cut.texts(observation.notes);
}

void fit(Cutter& cut, ReadLimits const& limits, Allergy& allergy) {
  cut.concept_of(allergy.code);
  cut.first(allergy.reactions, limits.codings);
  for (Allergy::Reaction& reaction : allergy.reactions) {
    cut.concepts(reaction.manifestations);
    cut.concept_of(reaction.substance);
    cut.text(reaction.description);
  }
  cut.texts(allergy.notes);
}

void fit(Cutter& cut, ReadLimits const& limits, Treatment& treatment) {
  cut.concept_of(treatment.what);
  for (auto* list : {&treatment.status_reasons, &treatment.reasons, &treatment.outcomes, &treatment.routes})
    cut.concepts(*list);
  cut.texts(treatment.notes);
  cut.first(treatment.dosages, limits.dosages);
  cut.first(treatment.identifiers, limits.identifiers);
}

}  // namespace

bool LimitedReader::take_resource() {
  if (resources_ == 0) return false;
  --resources_;
  return true;
}

/// What was read last into `entries`.
template <class Entry>
bool LimitedReader::fit(std::vector<Entry>& entries, std::size_t from) {
  bool whole = true;
  for (std::size_t i = from; i < entries.size(); ++i) {
    // Components of an Observation are entries of their own.
    if (i > from && !take_resource()) {
      entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i), entries.end());
      return false;
    }
    std::size_t const given = std::min(limits_.entry_text, text_);
    Cutter cut(limits_, given);
    fhir::fit(cut, limits_, entries[i]);
    text_ -= given - cut.text_left();
    whole = whole && cut.whole();
  }
  return whole;
}

void LimitedReader::read(base::Json const& resource) {
  if (!take_resource()) {
    std::string_view const type = base::string_member(resource, "resourceType");
    unread_.conditions = unread_.conditions || type == "Condition";
    unread_.observations = unread_.observations || type == "Observation";
    unread_.allergies = unread_.allergies || type == "AllergyIntolerance";
    unread_.answers = unread_.answers || type == "QuestionnaireResponse";
    unread_.treatments =
        unread_.treatments || is_order_type(type) || type == "Procedure" || type.starts_with("Medication");
    return;
  }
  std::size_t const conditions = chart_.conditions.size(), observations = chart_.observations.size(),
                    allergies = chart_.allergies.size(), treatments = chart_.treatments.size();
  read_into_chart(resource, patient_id_, index_, chart_, limits_);
  if (!fit(chart_.conditions, conditions)) unread_.conditions = true;
  if (!fit(chart_.observations, observations)) unread_.observations = true;
  if (!fit(chart_.allergies, allergies)) unread_.allergies = true;
  if (!fit(chart_.treatments, treatments)) unread_.treatments = true;
}

void LimitedReader::mark_unread() {
  if (unread_.conditions) chart_.conditions_available = Availability::failed;
  if (unread_.observations) chart_.observations_available = Availability::failed;
  if (unread_.allergies) chart_.allergies_available = Availability::failed;
  if (unread_.answers) chart_.answers_available = Availability::failed;
  if (unread_.treatments) chart_.treatments_available = Availability::failed;
}

void fit_order(ReadLimits const& limits, Order& order) {
  auto cut = [&](std::string_view what, auto&& apply) {
    Cutter cutter(limits, limits.entry_text);
    apply(cutter);
    if (!cutter.whole()) order.unread.push_back(what);
  };
  cut("the order's further drug codes", [&](Cutter& cutter) {
    cutter.concept_of(order.drug);
    cutter.concepts(order.ingredients);
  });
  cut("the order's further dosage instructions", [&](Cutter& cutter) {
    cutter.first(order.dosages, limits.dosages);
    cutter.concepts(order.routes);
  });
  cut("the order's further notes", [&](Cutter& cutter) { cutter.texts(order.notes); });
  cut("the order's further identifiers", [&](Cutter& cutter) { cutter.first(order.identifiers, limits.identifiers); });
}

void fit_reasons(ReadLimits const& limits, std::size_t& text_left, Order& order) {
  std::size_t const given = std::min(limits.entry_text, text_left);
  Cutter cutter(limits, given);
  std::size_t kept = 0;
  for (; kept < order.reasons.size() && kept < limits.codings; ++kept) {
    Order::Reason& reason = order.reasons[kept];
    cutter.concept_of(reason.what);
    // What the condition says beside its name is read with the reason, and counts as the order's.
    if (reason.condition != nullptr) {
      for (std::string_view note : reason.condition->notes) cutter.text(note);
    }
    if (!cutter.whole()) break;
  }
  text_left -= given - cutter.text_left();
  // As many as the reader takes: there may have been more.
  if (kept == order.reasons.size() && kept < kMostReasons) return;
  if (kept == 0) {  // the first reason counts by its name
    order.reasons.front().condition = nullptr;
    kept = 1;
  }
  order.reasons.erase(order.reasons.begin() + static_cast<std::ptrdiff_t>(kept), order.reasons.end());
  order.unread.emplace_back("the order's further reasons");
}

}  // namespace ivig::fhir
