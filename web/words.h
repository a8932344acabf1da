#pragma once
// Small pieces of HTML that several pages share. All text that comes in is escaped here.

#include <initializer_list>
#include <string>
#include <string_view>

#include "rules/rule_set.h"
#include "store/records.h"

namespace ivig::web {

/// "2026-11-26 01:55 UTC" as a <time>.
[[nodiscard]] std::string time_html(store::Time time);
/// "not recommended": a stance by its word; empty: "no recommendation applies".
[[nodiscard]] std::string stance_text(std::string_view stance);
/// The same as a mark that is told by words and, besides, by colour.
[[nodiscard]] std::string stance_mark(std::string_view stance);
/// "no card", "info", "warning", "critical".
[[nodiscard]] std::string indicator_mark(std::string_view indicator);
/// How loud a finding is; "note" for one that shows no card of its own.
[[nodiscard]] std::string finding_mark(std::string_view indicator);
/// "approved", "denied", "more information wanted", "not determined".
[[nodiscard]] std::string_view verdict_text(std::string_view verdict);
[[nodiscard]] std::string verdict_mark(std::string_view verdict);
/// "accepted", "overridden", "no feedback".
[[nodiscard]] std::string_view outcome_text(std::string_view outcome);
/// Yes, no or not known.
[[nodiscard]] std::string_view truth_text(std::string_view value);
/// "code", "text" or "answer", in plain words.
[[nodiscard]] std::string_view basis_text(std::string_view basis);

/// What the rule set calls a fact; its id where the rule set does not know it.
[[nodiscard]] std::string fact_label(rules::RuleSet const& rules, std::string_view fact);
/// The first letter of a label in upper case.
[[nodiscard]] std::string capital(std::string text);

/// A link to a row's evidence page, with `words` or the row's title.
[[nodiscard]] std::string evidence_link(rules::RuleSet const& rules, std::string_view row, std::string_view words = "");

/// Where something stands in the record, or whom it is about; a hash is shown by its beginning, whole on pointing.
[[nodiscard]] std::string reference_html(std::string_view reference);

/// A table that scrolls on its own where it is too wide. Heads are text; `rows` is HTML.
[[nodiscard]] std::string table(std::string_view caption, std::initializer_list<std::string_view> heads,
                                std::string_view rows);
/// A cell; its label stands beside it on narrow screens, where rows become blocks.
[[nodiscard]] std::string cell(std::string_view label, std::string_view html);

/// <section> with its heading.
[[nodiscard]] std::string section(std::string_view id, std::string_view heading, std::string_view html);

/// <option>, selected or not.
[[nodiscard]] std::string option(std::string_view value, std::string_view words, bool selected);

}  // namespace ivig::web
