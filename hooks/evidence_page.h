#pragma once
// What the evidence pages share. Internal to hooks/evidence*.

#include <string>
#include <string_view>

#include "rules/rule_set.h"

namespace ivig::hooks {

/// A whole page around `main`; `up` is the way to the index ("../" from a row), empty on the index itself.
[[nodiscard]] std::string evidence_page(std::string_view title, std::string_view up, std::string_view main,
                                        rules::RuleSet const& rules);

/// "not recommended": the stance as words.
[[nodiscard]] std::string words_of(rules::Stance stance);
/// How far the row was checked against its source, as a sentence.
[[nodiscard]] std::string_view verification_words(rules::Row const& row);
/// The stance as a mark that is told by words and, besides, by colour.
[[nodiscard]] std::string stance_mark(rules::Stance stance);

}  // namespace ivig::hooks
