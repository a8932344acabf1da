#include "hooks/evidence.h"

#include <algorithm>
#include <vector>

#include "base/json_write.h"

namespace ivig::hooks {
namespace {

std::string escape_html(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

std::string_view verification_words(rules::Row const& row) {
  if (row.verification == "source-read") return "Read in the source document.";
  if (row.verification == "public-source") return "Read in a public summary or abstract, not in the full source.";
  return "Not verified against the source. Confirm before relying on it.";
}

/// The rows of other guidelines about the same conditions, in the order of the rule set: where others differ.
std::vector<rules::Row const*> rows_elsewhere(rules::RuleSet const& rules, rules::Row const& row) {
  std::vector<rules::Row const*> found;
  for (auto const& other : rules.rows) {
    bool shared = std::any_of(row.conditions.begin(), row.conditions.end(), [&](rules::FactIndex condition) {
      return std::find(other.conditions.begin(), other.conditions.end(), condition) != other.conditions.end();
    });
    if (shared && other.guideline != row.guideline) found.push_back(&other);
  }
  return found;
}

/// "not recommended": the stance as words.
std::string words_of(rules::Stance stance) {
  std::string words(rules::to_string(stance));
  std::replace(words.begin(), words.end(), '-', ' ');
  return words;
}

class Page {
 public:
  void term(std::string_view label, std::string_view words) {
    if (words.empty()) return;
    body_ += "<dt>" + escape_html(label) + "</dt><dd>" + escape_html(words) + "</dd>\n";
  }
  /// What other guidelines say, each with the way to its own page ("/evidence/{guideline}/{row}" beside this one).
  void others(rules::RuleSet const& rules, std::vector<rules::Row const*> const& rows) {
    if (rows.empty()) return;
    body_ += "<dt>Other guidelines</dt>\n";
    for (auto const* row : rows) {
      body_ += "<dd><a href=\"../" + escape_html(row->id) + "\">" +
               escape_html(rules.guidelines[row->guideline].short_name + ": " + row->title) + "</a>, " +
               escape_html(words_of(row->stance) + " (" + row->evidence + ")") + "</dd>\n";
    }
  }
  [[nodiscard]] std::string const& body() const { return body_; }

 private:
  std::string body_;
};

}  // namespace

std::string evidence_json(rules::RuleSet const& rules, rules::Row const& row) {
  auto const& guideline = rules.guidelines[row.guideline];
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.member("id", row.id);
  json.member("title", row.title);
  json.member("stance", rules::to_string(row.stance));
  json.member("evidence", row.evidence);
  json.member("section", row.section);
  json.member("says", row.says);
  json.member_if("instead", row.instead);
  if (row.precondition) json.member("precondition", row.precondition->text);
  if (row.regimen) json.member("regimen", row.regimen->text);
  json.key("guideline");
  json.begin_object();
  json.member("id", guideline.id);
  json.member("title", guideline.title);
  json.member("organisation", guideline.organisation);
  json.member("year", guideline.year);
  json.member("citation", guideline.citation);
  json.member_if("url", guideline.url);
  json.end_object();
  json.key("source");
  json.begin_object();
  json.member("document", row.source_document);
  json.member("anchor", row.source_anchor);
  json.end_object();
  if (auto others = rows_elsewhere(rules, row); !others.empty()) {
    json.key("others");
    json.begin_array();
    for (auto const* other : others) {
      json.begin_object();
      json.member("id", other->id);
      json.member("guideline", rules.guidelines[other->guideline].short_name);
      json.member("title", other->title);
      json.member("stance", rules::to_string(other->stance));
      json.member("evidence", other->evidence);
      json.end_object();
    }
    json.end_array();
  }
  json.key("verification");
  json.begin_object();
  json.member("status", row.verification);
  json.member_if("note", row.verification_note);
  json.end_object();
  json.key("rules");
  json.begin_object();
  json.member("version", rules.version);
  json.member("sha256", rules.sha256);
  json.end_object();
  json.end_object();
  return out;
}

std::string evidence_html(rules::RuleSet const& rules, rules::Row const& row) {
  auto const& guideline = rules.guidelines[row.guideline];
  Page page;
  page.term("Position", words_of(row.stance));
  page.term("Evidence", row.evidence);
  page.term("What it says", row.says);
  page.term("Precondition", row.precondition ? row.precondition->text : std::string{});
  page.term("Consider instead", row.instead);
  if (row.regimen) page.term("Dose regimen", row.regimen->text);
  page.others(rules, rows_elsewhere(rules, row));
  page.term("Guideline", guideline.title + " (" + std::to_string(guideline.year) + "), section " + row.section);
  page.term("Citation", guideline.citation);
  page.term("Source", row.source_document + (row.source_anchor.empty() ? "" : ", " + row.source_anchor));
  page.term("Verification",
            std::string(verification_words(row)) + (row.verification_note.empty() ? "" : " " + row.verification_note));
  page.term("Rule set", rules.version + " (" + rules.sha256.substr(0, 12) + ")");
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
         escape_html(row.title) + " - " + escape_html(guideline.short_name) +
         "</title>\n<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;"
         "color-scheme:light dark}dt{font-weight:600;margin-top:.8rem}dd{margin:0}</style></head>\n<body><main><h1>" +
         escape_html(row.title) + "</h1>\n<dl>\n" + page.body() +
         "</dl>\n<p>Decision support, not medical advice.</p></main></body></html>\n";
}

}  // namespace ivig::hooks
