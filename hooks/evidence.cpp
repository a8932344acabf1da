#include "hooks/evidence.h"

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

class Page {
 public:
  void term(std::string_view label, std::string_view words) {
    if (words.empty()) return;
    body_ += "<dt>" + escape_html(label) + "</dt><dd>" + escape_html(words) + "</dd>\n";
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
  json.member_if("regimen", row.regimen);
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
  page.term("Position", std::string(rules::to_string(row.stance)));
  page.term("Evidence", row.evidence);
  page.term("What it says", row.says);
  page.term("Precondition", row.precondition ? row.precondition->text : std::string{});
  page.term("Consider instead", row.instead);
  page.term("Dose regimen", row.regimen);
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
