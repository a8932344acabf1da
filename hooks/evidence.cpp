#include "hooks/evidence.h"

#include <algorithm>
#include <vector>

#include "base/html.h"
#include "base/json_write.h"
#include "hooks/evidence_page.h"

namespace ivig::hooks {
namespace {

using base::escape_html;

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

/// The facts that an expression turns on, in plain words; empty when it turns on none.
std::string plain(rules::RuleSet const& rules, rules::Expression const& expression) {
  std::string words;
  for (auto const fact : expression.facts()) (words += words.empty() ? "" : "; ") += rules.facts[fact].label;
  return words;
}

std::string conditions_of(rules::RuleSet const& rules, rules::Row const& row) {
  std::string names;
  for (auto const condition : row.conditions) (names += names.empty() ? "" : ", ") += rules.facts[condition].label;
  return names;
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
               escape_html(words_of(row->stance) + " (" + row->evidence + ")" +
                           (row->exception ? "; an exception: " + row->exception->text : "")) +
               "</dd>\n";
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
  json.member_if("turns_on", plain(rules, row.requires_));
  json.member_if("excluded_by_facts", plain(rules, row.excludes));
  if (row.precondition) json.member("precondition", row.precondition->text);
  if (row.exception) json.member("exception", row.exception->text);
  if (row.regimen) {
    json.member("regimen", row.regimen->text);
    json.member_if("regimen_source", row.regimen->source);
  }
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
      if (other->exception) json.member("exception", other->exception->text);
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
  page.term("For", conditions_of(rules, row));
  page.term("Whether it applies turns on", plain(rules, row.requires_));
  page.term("Another row may apply instead with", plain(rules, row.excludes));
  page.term("Precondition", row.precondition ? row.precondition->text : std::string{});
  if (row.exception)
    page.term("Exception from advice against IVIG",
              row.exception->text + ". A reason to go on: " + row.exception->reason.display);
  page.term("Consider instead", row.instead);
  page.term("Watch", row.monitor);
  if (row.regimen) {
    page.term("Dose regimen", row.regimen->text);
    page.term("Source of the regimen", row.regimen->source);
  }
  for (auto const& caution : row.cautions) page.term("Caution", caution.text);
  page.others(rules, rows_elsewhere(rules, row));
  page.term("Guideline", guideline.title + " (" + std::to_string(guideline.year) + "), section " + row.section);
  page.term("Citation", guideline.citation);
  page.term("Source", row.source_document + (row.source_anchor.empty() ? "" : ", " + row.source_anchor));
  bool const doubtful = row.verification != "source-read" && row.verification != "public-source";
  std::string const main = "<h1>" + escape_html(row.title) + "</h1>\n<p>" + stance_mark(row.stance) + " " +
                           escape_html(row.evidence) + ", " + escape_html(guideline.short_name) +
                           "</p>\n<p class=\"lead\">" + escape_html(row.says) + "</p>\n<p class=\"" +
                           (doubtful ? "doubt" : "soft") + "\">" + std::string(verification_words(row)) +
                           (row.verification_note.empty() ? "" : " " + escape_html(row.verification_note)) +
                           "</p>\n<dl>\n" + page.body() + "</dl>\n";
  return evidence_page(row.title + " - " + guideline.short_name, "../../", main, rules);
}

}  // namespace ivig::hooks
