#include "advice/reason_words.h"

#include <algorithm>

#include "fhir/text.h"

namespace ivig::advice {
namespace {

bool begins_with_any(fhir::Coding const& coding, std::vector<std::string> const& starts) {
  std::string const code = fhir::normalised_code(fhir::CodeForm::icd, coding.code);
  return std::any_of(starts.begin(), starts.end(), [&](std::string const& start) { return code.starts_with(start); });
}

}  // namespace

bool means_something(Knowledge const& knowledge, fhir::Concept const& what,
                     std::vector<fhir::CodeMatch> const& matches) {
  if (!matches.empty()) return true;
  return std::any_of(what.codings.begin(), what.codings.end(), [&](fhir::Coding const& coding) {
    return knowledge.terms.is_known_system(coding.system) && !coding.code.empty() &&
           !begins_with_any(coding, knowledge.vague_codes) && !begins_with_any(coding, knowledge.symptom_codes);
  });
}

bool says_nothing(Knowledge const& knowledge, fhir::Concept const& what, std::string_view words) {
  bool const coded = std::any_of(what.codings.begin(), what.codings.end(), [&](fhir::Coding const& coding) {
    return !coding.code.empty() && !begins_with_any(coding, knowledge.vague_codes);
  });
  bool const vague_code = !coded && std::any_of(what.codings.begin(), what.codings.end(),
                                                [](fhir::Coding const& coding) { return !coding.code.empty(); });
  if (coded) return false;
  auto const tokens = fhir::tokenize(vague_code ? what.text : words);
  return std::all_of(tokens.begin(), tokens.end(), [&](fhir::Token const& token) {
    return knowledge.vague_words.contains(token.folded) || knowledge.fillers.contains(token.folded);
  });
}

std::vector<std::string> told_reasons(Knowledge const& knowledge, std::vector<std::string_view> const& notes) {
  std::vector<std::string> told;
  auto const cues = knowledge.rules.text_cues.find("note_tells_reason");
  if (cues == knowledge.rules.text_cues.end() || notes.empty()) return told;
  std::vector<std::string> starts;
  for (std::string const& cue : cues->second) starts.push_back(fhir::folded_text(cue) + " ");
  for (std::string_view note : notes) {
    auto const tokens = fhir::tokenize(note);
    for (std::size_t first = 0; first < tokens.size();) {
      std::size_t next = first + 1;
      while (next < tokens.size() && !tokens[next].breaks_before) ++next;
      std::size_t const end = next < tokens.size() ? tokens[next].offset : note.size();
      std::string_view const sentence = note.substr(tokens[first].offset, end - tokens[first].offset);
      std::string const folded = fhir::folded_text(sentence) + " ";
      if (std::any_of(starts.begin(), starts.end(), [&](std::string const& cue) { return folded.starts_with(cue); }))
        told.emplace_back(sentence);
      first = next;
    }
  }
  return told;
}

}  // namespace ivig::advice
