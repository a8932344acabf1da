#pragma once
// The pages behind a card's link: one recommendation with its provenance, and the index of all of them; HTML or JSON.

#include <string>
#include <string_view>

#include "rules/rule_set.h"

namespace ivig::hooks {

/// The policy these pages are served with: no script, nothing loaded; the search form may come back here.
inline constexpr std::string_view kEvidencePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors *";

[[nodiscard]] std::string evidence_json(rules::RuleSet const& rules, rules::Row const& row);
[[nodiscard]] std::string evidence_html(rules::RuleSet const& rules, rules::Row const& row);

/// The words to search for in a URL's query ("q=..."), at most 100 bytes of them; empty when there are none.
[[nodiscard]] std::string evidence_search(std::string_view query);

/// The recommendations by condition; of those only the ones that hold every word of `search` (any case) in condition,
/// title, stance, guideline or text. An empty search shows all.
[[nodiscard]] std::string evidence_index_json(rules::RuleSet const& rules, std::string_view search);
[[nodiscard]] std::string evidence_index_html(rules::RuleSet const& rules, std::string_view search);

}  // namespace ivig::hooks
