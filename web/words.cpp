#include "web/words.h"

#include <algorithm>

#include "base/html.h"
#include "base/instant.h"

namespace ivig::web {

using base::escape_html;

std::string time_html(store::Time time) {
  std::string const full = base::rfc3339_ms(time);
  return "<time datetime=\"" + full + "\">" + full.substr(0, 10) + " " + full.substr(11, 5) + " UTC</time>";
}

std::string stance_text(std::string_view stance) {
  if (stance.empty()) return "no recommendation applies";
  std::string words(stance);
  std::replace(words.begin(), words.end(), '-', ' ');
  return words;
}

std::string stance_mark(std::string_view stance) {
  bool const known = rules::stance_from(stance).has_value();
  return "<span class=\"stance " + (known ? std::string(stance) : "no-stance") + "\">" +
         escape_html(stance_text(stance)) + "</span>";
}

std::string indicator_mark(std::string_view indicator) {
  bool const loud = indicator == "info" || indicator == "warning" || indicator == "critical";
  std::string const word = loud ? std::string(indicator) : "no card";
  return "<span class=\"mark " + (loud ? word : "silent") + "\">" + word + "</span>";
}

std::string finding_mark(std::string_view indicator) {
  if (indicator != "none") return indicator_mark(indicator);
  return "<span class=\"mark silent\">note</span>";
}

std::string_view verdict_text(std::string_view verdict) {
  return verdict == "approve"            ? "approved"
         : verdict == "deny"             ? "denied"
         : verdict == "more-information" ? "more information wanted"
                                         : "not determined";
}

std::string verdict_mark(std::string_view verdict) {
  bool const made = verdict == "approve" || verdict == "deny" || verdict == "more-information";
  return "<span class=\"verdict " + (made ? std::string(verdict) : "open") + "\">" +
         std::string(verdict_text(verdict)) + "</span>";
}

std::string_view outcome_text(std::string_view outcome) {
  return outcome == "accepted" ? "accepted" : outcome == "overridden" ? "overridden" : "no feedback";
}

std::string_view truth_text(std::string_view value) {
  return value == "true" || value == "yes" ? "yes" : value == "false" || value == "no" ? "no" : "not known";
}

std::string_view basis_text(std::string_view basis) {
  return basis == "code"     ? "coded entry"
         : basis == "text"   ? "words of the record"
         : basis == "answer" ? "answer to a question"
                             : "";
}

std::string fact_label(rules::RuleSet const& rules, std::string_view fact) {
  auto const index = rules.fact_index(fact);
  return index ? rules.facts[*index].label : std::string(fact);
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string evidence_link(rules::RuleSet const& rules, std::string_view row, std::string_view words) {
  auto const index = rules.row_index(row);
  if (!index) return escape_html(words.empty() ? row : words);
  return "<a href=\"/evidence/" + escape_html(row) + "\">" +
         escape_html(words.empty() ? std::string_view(rules.rows[*index].title) : words) + "</a>";
}

std::string reference_html(std::string_view reference) {
  constexpr std::size_t kShown = 8, kHash = 32;
  if (reference.empty()) return {};
  auto const mark = reference.find('~');
  std::string shown(reference);
  std::string title;
  if (mark != std::string_view::npos && reference.size() >= mark + 1 + kHash) {
    shown = std::string(reference.substr(0, mark + 1 + kShown)) + "…" + std::string(reference.substr(mark + 1 + kHash));
    title = " title=\"" + escape_html(reference) + "\"";
  }
  return "<code" + title + ">" + escape_html(shown) + "</code>";
}

std::string table(std::string_view caption, std::initializer_list<std::string_view> heads, std::string_view rows) {
  std::string html = "<div class=\"wide\" role=\"region\" aria-label=\"" + escape_html(caption) +
                     "\" tabindex=\"0\"><table><caption>" + escape_html(caption) + "</caption><thead><tr>";
  for (auto const head : heads) html += "<th scope=\"col\">" + escape_html(head) + "</th>";
  return html.append("</tr></thead><tbody>\n").append(rows) + "</tbody></table></div>\n";
}

std::string cell(std::string_view label, std::string_view html) {
  return "<td data-label=\"" + escape_html(label) + "\">" + std::string(html) + "</td>";
}

std::string section(std::string_view id, std::string_view heading, std::string_view html) {
  return "<section aria-labelledby=\"" + std::string(id) + "\"><h2 id=\"" + std::string(id) + "\">" +
         escape_html(heading) + "</h2>\n" + std::string(html) + "</section>\n";
}

std::string option(std::string_view value, std::string_view words, bool selected) {
  return "<option value=\"" + escape_html(value) + "\"" + (selected ? " selected" : "") + ">" + escape_html(words) +
         "</option>";
}

}  // namespace ivig::web
