#pragma once
// What the words and codes of a reason are worth: some say nothing of what an order is for.

#include <string>
#include <string_view>
#include <vector>

#include "advice/knowledge.h"
#include "fhir/chart.h"

namespace ivig::advice {

/// Some code of a known system says what the concept is about: more than that there is an infusion or a symptom.
/// `matches`: the value sets of its codes.
[[nodiscard]] bool means_something(Knowledge const& knowledge, fhir::Concept const& what,
                                   std::vector<fhir::CodeMatch> const& matches);

/// Neither a code nor a word of it says what an order is for: "see notes". `words`: its text and displays.
[[nodiscard]] bool says_nothing(Knowledge const& knowledge, fhir::Concept const& what, std::string_view words);

/// The sentences of an order's notes that say why it is given: "Goal: wean prednisone". The rest is advice to those who
/// give it ("stop if she gets worse"), and no statement about the patient.
[[nodiscard]] std::vector<std::string> told_reasons(Knowledge const& knowledge,
                                                    std::vector<std::string_view> const& notes);

}  // namespace ivig::advice
