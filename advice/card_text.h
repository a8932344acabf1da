#pragma once
// The words of a card: a summary that is read in five seconds, and the detail behind it.

#include <cstdint>
#include <string>

#include "advice/decide.h"

namespace ivig::advice {

/// What a card is about: the heaviest finding; at equal weight the stance before safety before dose.
enum class CardSubject : std::uint8_t { stance, safety, dose };
[[nodiscard]] CardSubject subject_of(rules::Findings const& findings);

/// One sentence, at most 139 UTF-16 code units, that names the finding, the condition and the body. REQ CARD-02
[[nodiscard]] std::string summary_text(Knowledge const& knowledge, Decision const& decision);

/// GitHub-Flavored Markdown: why, the evidence, the record data it rests on, what to consider instead, what is missing.
[[nodiscard]] std::string detail_text(Knowledge const& knowledge, Decision const& decision);

/// The card that says what could not be checked, where the order would otherwise be silent.
[[nodiscard]] std::string gap_detail(Knowledge const& knowledge, Decision const& decision);

}  // namespace ivig::advice
