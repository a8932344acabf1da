// The index of the evidence pages: recommendations by condition, with a search that needs no script.

#include <algorithm>
#include <cctype>
#include <map>
#include <vector>

#include "base/html.h"
#include "base/json_write.h"
#include "hooks/evidence.h"
#include "hooks/evidence_page.h"

namespace ivig::hooks {
namespace {

using base::escape_html;
using rules::Row;
using rules::RuleSet;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::vector<std::string> words_in(std::string_view search) {
  std::vector<std::string> words;
  std::string const lower = lower_case(search);
  for (std::size_t at = 0; at < lower.size();) {
    std::size_t const end = std::min(lower.find(' ', at), lower.size());
    if (end > at) words.push_back(lower.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool found(RuleSet const& rules, Row const& row, std::vector<std::string> const& words) {
  auto const& guideline = rules.guidelines[row.guideline];
  std::string text = row.id + " " + row.title + " " + words_of(row.stance) + " " + row.evidence + " " +
                     guideline.short_name + " " + row.says;
  for (auto const condition : row.conditions) text += " " + rules.facts[condition].label;
  text = lower_case(text);
  return std::all_of(words.begin(), words.end(),
                     [&](std::string const& word) { return text.find(word) != std::string::npos; });
}

/// By label of the condition, in the order of the alphabet.
using ByCondition = std::map<std::string, std::vector<Row const*>>;

ByCondition by_condition(RuleSet const& rules, std::string_view search) {
  ByCondition rows;
  auto const words = words_in(search);
  for (auto const& row : rules.rows) {
    if (!found(rules, row, words)) continue;
    for (auto const condition : row.conditions) rows[rules.facts[condition].label].push_back(&row);
  }
  return rows;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

std::string evidence_search(std::string_view query) {
  constexpr std::size_t kLongest = 100;  // bytes
  while (!query.empty() && !query.starts_with("q=")) {
    std::size_t const next = query.find('&');
    query.remove_prefix(next == std::string_view::npos ? query.size() : next + 1);
  }
  std::string text;
  for (std::size_t i = 2; i < query.size() && query[i] != '&' && text.size() < kLongest; ++i) {
    int const high = query[i] == '%' && i + 2 < query.size() ? hex_digit(query[i + 1]) : -1;
    int const low = high < 0 ? -1 : hex_digit(query[i + 2]);
    char c = query[i] == '+' ? ' ' : query[i];
    if (low >= 0) {
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return text;
}

std::string evidence_index_json(RuleSet const& rules, std::string_view search) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("rules");
  json.begin_object();
  json.member("version", rules.version);
  json.member("sha256", rules.sha256);
  json.end_object();
  json.key("recommendations");
  json.begin_array();
  auto const words = words_in(search);
  for (auto const& row : rules.rows) {
    if (!found(rules, row, words)) continue;
    json.begin_object();
    json.member("id", row.id);
    json.member("title", row.title);
    json.member("stance", rules::to_string(row.stance));
    json.member("evidence", row.evidence);
    json.member("guideline", rules.guidelines[row.guideline].short_name);
    json.key("conditions");
    json.begin_array();
    for (auto const condition : row.conditions) json.string(rules.facts[condition].id);
    json.end_array();
    json.member("verification", row.verification);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

std::string evidence_index_html(RuleSet const& rules, std::string_view search) {
  ByCondition const rows = by_condition(rules, search);
  std::string main =
      "<h1>IVIG recommendations by condition</h1>\n<form method=\"get\" action=\"evidence\" "
      "role=\"search\"><div><label "
      "for=\"q\">Condition, guideline or word</label><input id=\"q\" name=\"q\" type=\"search\" value=\"" +
      escape_html(search) + "\"></div><button>Search</button></form>\n";
  if (!search.empty()) {
    main += "<p class=\"soft\" role=\"status\">" + std::to_string(rows.size()) +
            (rows.size() == 1 ? " condition" : " conditions") + " for &ldquo;" + escape_html(search) +
            "&rdquo;. <a href=\"evidence\">Show all</a></p>\n";
  }
  for (auto const& [condition, list] : rows) {
    main +=
        "<section><h2>" + escape_html(condition) +
        "</h2>\n<div class=\"wide\"><table><thead><tr><th scope=\"col\">Position</th><th scope=\"col\">Recommendation"
        "</th><th scope=\"col\">Evidence</th><th scope=\"col\">Guideline</th></tr></thead><tbody>\n";
    for (auto const* row : list) {
      main += "<tr><td>" + stance_mark(row->stance) + "</td><td><a href=\"evidence/" + escape_html(row->id) + "\">" +
              escape_html(row->title) + "</a>" +
              (row->verification == "unverified" ? " <span class=\"soft\">(unverified)</span>" : "") + "</td><td>" +
              escape_html(row->evidence) + "</td><td>" + escape_html(rules.guidelines[row->guideline].short_name) +
              "</td></tr>\n";
    }
    main += "</tbody></table></div></section>\n";
  }
  return evidence_page("IVIG recommendations by condition", "", main, rules);
}

}  // namespace ivig::hooks
