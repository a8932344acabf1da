#include "web/order_sections.h"

#include <algorithm>
#include <vector>

#include "base/html.h"
#include "web/dose_picture.h"
#include "web/markdown.h"
#include "web/words.h"

namespace ivig::web {
namespace {

using base::escape_html;
using rules::RuleSet;

rules::Row const* row_of(RuleSet const& rules, std::string_view id) {
  auto const index = rules.row_index(id);
  return index ? &rules.rows[*index] : nullptr;
}

std::string term(std::string_view name, std::string_view html) {
  return html.empty() ? std::string() : "<dt>" + std::string(name) + "</dt><dd>" + std::string(html) + "</dd>\n";
}

std::string items(std::vector<std::string> const& entries) {
  if (entries.empty()) return {};
  std::string html = "<ul>";
  for (auto const& entry : entries) html += "<li>" + entry + "</li>\n";
  return html + "</ul>";
}

bool is_loud(FindingShown const& finding) { return finding.indicator != "none"; }

/// What the order is for, with where that was read.
std::string indications(RuleSet const& rules, OrderShown const& order) {
  if (order.indications.empty()) return "not found in the order or the record";
  std::string html;
  for (auto const& one : order.indications) {
    if (!html.empty()) html += "<br>";
    html += escape_html(capital(fact_label(rules, one.fact)));
    if (one.candidate) html += ", one of several that the reason allows";
    if (one.provisional) html += ", not confirmed";
    html += " <span class=\"soft\">(" + std::string(one.inferred ? "no reason given: from the problem list, " : "") +
            std::string(basis_text(one.basis)) + " " + reference_html(one.from) + ")</span>";
  }
  return html;
}

/// Why a card was shown: what the guidance says, then findings, the loudest first.
std::vector<std::string> reasons(RuleSet const& rules, OrderShown const& order) {
  std::vector<std::string> found;
  if (!order.recommendations.empty() && order.stance != "recommended") {
    auto const& lead = order.recommendations.front();
    std::string html = stance_mark(lead.stance) + " " + evidence_link(rules, lead.row);
    if (auto const* row = row_of(rules, lead.row)) {
      html += " (" + escape_html(rules.guidelines[row->guideline].short_name) + ", " + escape_html(lead.evidence) + ")";
    }
    found.push_back(std::move(html));
  }
  for (auto const* loudness : {"critical", "warning", "info"}) {
    for (auto const* list : {&order.safety, &order.dose}) {
      for (auto const& finding : *list) {
        if (finding.indicator != loudness) continue;
        found.push_back(finding_mark(finding.indicator) + " " + finding_html(finding));
      }
    }
  }
  return found;
}

/// What would turn the answer, from what the rules themselves say.
std::vector<std::string> ways(RuleSet const& rules, OrderShown const& order) {
  std::vector<std::string> found;
  for (auto const& question : order.missing) {
    if (question.would_change.empty()) continue;
    std::string change = question.would_change;
    if (auto const arrow = change.find(" -> "); arrow != std::string::npos) {
      change = "may turn “" + stance_text(change.substr(0, arrow)) + "” into “" +
               stance_text(change.substr(arrow + 4)) + "”";
    }
    found.push_back("<strong>" + escape_html(question.ask) + "</strong> The answer " + escape_html(change) + ".");
  }
  rules::Row const* lead = order.recommendations.empty() ? nullptr : row_of(rules, order.recommendations.front().row);
  if (lead != nullptr) {
    auto const& shown = order.recommendations.front();
    if (!shown.precondition.empty() && shown.precondition_state != "met") {
      found.push_back("Precondition (" + escape_html(shown.precondition_state) +
                      "): " + escape_html(shown.precondition));
    }
    bool const dose_flagged = std::any_of(order.dose.begin(), order.dose.end(), is_loud);
    if (dose_flagged && lead->regimen) {
      found.push_back("A dose within the source’s regimen: " + escape_html(lead->regimen->text));
    }
  }
  for (auto const& exception : order.exceptions) {
    if (exception.state != "met") {
      found.push_back("An exception (" + escape_html(exception.state) + "): " + escape_html(exception.text) + " " +
                      evidence_link(rules, exception.row, "evidence"));
    }
  }
  if (lead != nullptr && !lead->instead.empty() && order.stance != "recommended") {
    found.push_back("Instead: " + escape_html(lead->instead));
  }
  return found;
}

std::string ordered(OrderShown const& order) {
  std::string html = escape_html(order.product.empty() ? "Immune globulin, product not named" : order.product);
  if (order.route_unknown) html += ", route not stated";
  html += order.dose_text.empty() ? "; <strong>dose not readable</strong>" : "; " + escape_html(order.dose_text);
  if (!order.weight_kg.empty()) {
    html += " <span class=\"soft\">(weight " + escape_html(order.weight_kg) + " kg" +
            (order.weight_date.empty() ? "" : " of " + escape_html(order.weight_date)) + ", " +
            reference_html(order.weight_from) + ")</span>";
  }
  return html;
}

/// What a precondition hangs on, fact by fact.
std::string precondition(RuleSet const& rules, RecommendationShown const& shown) {
  if (shown.precondition.empty()) return {};
  std::string html = "<p class=\"pre " + escape_html(shown.precondition_state) + "\"><strong>Precondition " +
                     escape_html(shown.precondition_state) + ":</strong> " + escape_html(shown.precondition) + "</p>";
  std::string facts;
  for (auto const& fact : shown.precondition_facts) {
    facts += "<li>" + escape_html(capital(fact_label(rules, fact.fact))) + ": <strong>" +
             std::string(truth_text(fact.value)) + "</strong> " + reference_html(fact.from) + "</li>";
  }
  return facts.empty() ? html : html + "<ul class=\"soft\">" + facts + "</ul>";
}

std::string recommendation(RuleSet const& rules, RecommendationShown const& shown, bool leads) {
  std::string html = "<div class=\"row\"><p>" + stance_mark(shown.stance) + " <span class=\"soft\">" +
                     escape_html(shown.evidence) + (leads ? ", leads" : "") +
                     (shown.candidate ? ", may apply: a fact that decides is not known" : "") + "</span></p><p>" +
                     evidence_link(rules, shown.row) + "</p>";
  auto const* row = row_of(rules, shown.row);
  if (row == nullptr) return html + "<p class=\"soft\">not in the rule set in force</p></div>";
  html += "<p>" + escape_html(row->says) + "</p>";
  if (row->regimen) html += "<p class=\"soft\">Regimen: " + escape_html(row->regimen->text) + "</p>";
  html += precondition(rules, shown);
  if (row->verification != "source-read") {
    html += "<p class=\"soft\">" +
            std::string(row->verification == "public-source" ? "Read in a public summary, not in the full source."
                                                             : "Not verified against the source.") +
            "</p>";
  }
  return html + "</div>";
}

/// The guidelines that encode a row for one of the order's conditions; their indexes in order of the rule set.
std::vector<bool> speak_of(RuleSet const& rules, OrderShown const& order) {
  std::vector<bool> speaks(rules.guidelines.size(), false);
  for (auto const& indication : order.indications) {
    auto const fact = rules.fact_index(indication.fact);
    if (!fact) continue;
    for (auto const row : rules.rows_of(*fact)) speaks[rules.rows[row].guideline] = true;
  }
  return speaks;
}

}  // namespace

std::string finding_html(FindingShown const& finding) {
  std::string html = markdown_html(finding.detail);
  // One paragraph stands beside its mark.
  if (html.starts_with("<p>") && html.find("<p>", 1) == std::string::npos && html.ends_with("</p>\n")) {
    html = html.substr(3, html.size() - 8);
  }
  if (!finding.source.empty()) html += " <span class=\"soft\">" + escape_html(finding.source) + "</span>";
  return html;
}

std::string headline(RuleSet const& rules, OrderShown const& order) {
  if (!order.cards.empty()) return order.cards.front().summary;
  std::string condition = order.indications.empty() ? "" : fact_label(rules, order.indications.front().fact);
  if (order.indicator == "none") {
    return condition.empty() ? "No card: nothing to say" : "No card: nothing to say against IVIG for " + condition;
  }
  return condition.empty() ? "IVIG order" : "IVIG for " + condition + ": " + stance_text(order.stance);
}

std::string in_short(RuleSet const& rules, OrderShown const& order) {
  auto const why = reasons(rules, order);
  auto const how = ways(rules, order);
  std::string html =
      "<dl class=\"short\">" + term("Ordered", ordered(order)) + term("For", indications(rules, order)) +
      term("Guidance", stance_mark(order.stance)) +
      term("Why it is flagged", why.empty() ? "It is not: nothing was found against it." : items(why)) +
      term("What would change the answer",
           how.empty() && !why.empty() ? "Nothing that the rules ask about: see the findings." : items(how));
  return section("short" + order.anchor, "In short", html + "</dl>\n");
}

std::string dose_section(RuleSet const& rules, OrderShown const& order) {
  std::string html = dose_picture(rules, order);
  html += "<p>Read: " + (order.dose_text.empty() ? "no dose that could be read" : escape_html(order.dose_text)) + " " +
          reference_html(order.dose_from) + "</p>\n";
  std::vector<std::string> findings;
  for (auto const& finding : order.dose)
    findings.push_back(finding_mark(finding.indicator) + " " + finding_html(finding));
  html += findings.empty() ? "<p class=\"soft\">No finding about the dose.</p>\n" : items(findings);
  return section("dose" + order.anchor, "Dose against the regimen", html);
}

std::string guidelines_section(RuleSet const& rules, OrderShown const& order) {
  std::string html = "<div class=\"side\">\n", silent;
  auto const speaks = speak_of(rules, order);
  for (std::size_t i = 0; i < rules.guidelines.size(); ++i) {
    auto const& guideline = rules.guidelines[i];
    std::string rows;
    for (auto const& shown : order.recommendations) {
      auto const* row = row_of(rules, shown.row);
      if (row != nullptr && row->guideline == i) {
        rows += recommendation(rules, shown, &shown == &order.recommendations.front());
      }
    }
    for (auto const& exception : order.exceptions) {
      auto const* row = row_of(rules, exception.row);
      if (row == nullptr || row->guideline != i) continue;
      rows += "<div class=\"row\"><p><strong>Exception " + escape_html(exception.state) + ":</strong> " +
              escape_html(exception.text) + "</p><p>" + evidence_link(rules, exception.row) + "</p></div>";
    }
    if (!rows.empty()) {
      html += "<article><h3>" + escape_html(guideline.short_name) + "</h3>" + rows + "</article>\n";
    } else if (speaks[i]) {
      silent += (silent.empty() ? "" : ", ") + escape_html(guideline.short_name);
    }
  }
  for (auto const& shown : order.recommendations) {
    if (row_of(rules, shown.row) == nullptr) html += "<article>" + recommendation(rules, shown, false) + "</article>\n";
  }
  html += "</div>\n";
  if (order.recommendations.empty()) html += "<p>No encoded recommendation applies to this order.</p>\n";
  if (!silent.empty()) {
    html += "<p class=\"soft\">Encoded for the condition, but not for this patient as the record stands: " + silent +
            ".</p>\n";
  }
  return section("guidelines" + order.anchor, "What each guideline says", html);
}

std::string safety_section(OrderShown const& order) {
  std::vector<std::string> findings;
  for (auto const& finding : order.safety) {
    findings.push_back(finding_mark(finding.indicator) + " " + finding_html(finding));
  }
  return section("safety" + order.anchor, "Safety",
                 findings.empty() ? "<p class=\"soft\">No finding in what is on record.</p>\n" : items(findings));
}

std::string record_section(RuleSet const& rules, OrderShown const& order) {
  std::string rows, silent;
  std::size_t unsaid = 0;
  for (auto const& fact : order.facts) {
    std::string const label = escape_html(capital(fact_label(rules, fact.fact)));
    // What nobody wrote down counts as "no" for many facts: true, and no reason to fill a page.
    if (fact.basis == "none" && fact.value == "false") {
      silent += (silent.empty() ? "" : "; ") + label;
      ++unsaid;
      continue;
    }
    std::string const as = fact.basis != "none"      ? std::string(basis_text(fact.basis))
                           : fact.value == "unknown" ? "said, and not settled"
                                                     : "follows from others";
    rows += "<tr><th scope=\"row\">" + label + "</th>" + cell("Holds", truth_text(fact.value)) +
            cell("Source", reference_html(fact.from)) + cell("As", as) + cell("Words", escape_html(fact.detail)) +
            "</tr>\n";
  }
  std::string html = rows.empty() ? "<p class=\"soft\">No fact that the rules know was found.</p>\n"
                                  : table("Facts with their sources", {"Fact", "Holds", "Source", "As", "Words"}, rows);
  if (unsaid > 0) {
    html += "<details><summary>Nothing on record of " + std::to_string(unsaid) + " other facts</summary><p>" + silent +
            ".</p></details>\n";
  }
  return section("record" + order.anchor, "What the record says", html);
}

std::string cards_section(OrderShown const& order) {
  std::string html;
  for (auto const& card : order.cards) {
    html += "<article class=\"card " + escape_html(card.indicator) + "\"><h3>" + indicator_mark(card.indicator) + " " +
            escape_html(card.summary) + "</h3>\n<div class=\"detail\">" + markdown_html(card.detail) + "</div>\n";
    if (!card.suggestions.empty()) {
      std::vector<std::string> labels;
      for (auto const& label : card.suggestions) labels.push_back(escape_html(label));
      html += "<p class=\"soft\">Suggested:</p>" + items(labels);
    }
    html += "<p class=\"soft\">Source: " + escape_html(card.source) + "</p></article>\n";
  }
  return section("cards" + order.anchor, order.cards.size() > 1 ? "Cards as shown" : "Card as shown",
                 html.empty() ? "<p>No card was shown.</p>\n" : html);
}

}  // namespace ivig::web
