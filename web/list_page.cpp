#include "web/list_page.h"

#include <algorithm>
#include <utility>

#include "base/html.h"
#include "web/form.h"
#include "web/words.h"

namespace ivig::web {
namespace {

using base::escape_html;

std::string value_of(Filters const& filters, std::string const& name) {
  auto const found = filters.find(name);
  return found == filters.end() ? std::string() : found->second;
}

/// The filters as a query, without some of them.
std::string query(Filters const& filters, std::initializer_list<std::string_view> without) {
  std::string text;
  for (auto const& [name, value] : filters) {
    if (value.empty() || std::find(without.begin(), without.end(), name) != without.end()) continue;
    text += (text.empty() ? "" : "&") + url_escaped(name) + "=" + url_escaped(value);
  }
  return text;
}

std::string with(std::string const& text, std::string_view more) {
  return text.empty() ? std::string(more) : more.empty() ? text : text + "&" + std::string(more);
}

std::string select(Filters const& filters, std::string const& name, std::string_view label,
                   std::vector<std::pair<std::string, std::string>> const& choices) {
  std::string const chosen = value_of(filters, name);
  std::string html =
      "<label>" + std::string(label) + "<select name=\"" + name + "\">" + option("", "any", chosen.empty());
  for (auto const& [value, words] : choices) html += option(value, words, value == chosen);
  return html + "</select></label>";
}

std::string date(Filters const& filters, std::string const& name, std::string_view label) {
  return "<label>" + std::string(label) + "<input type=\"date\" name=\"" + name + "\" value=\"" +
         escape_html(value_of(filters, name)) + "\"></label>";
}

std::vector<std::pair<std::string, std::string>> conditions(rules::RuleSet const& rules) {
  std::vector<std::pair<std::string, std::string>> found{{"none", "none found"}};
  for (auto const& fact : rules.facts) {
    if (fact.indication) found.emplace_back(fact.id, capital(fact.label));
  }
  std::sort(found.begin() + 1, found.end(), [](auto const& a, auto const& b) { return a.second < b.second; });
  return found;
}

std::string form(ListPage const& list) {
  auto const& filters = list.filters;
  std::string html = "<form class=\"filters\" method=\"get\" action=\"/review\">" + date(filters, "from", "From") +
                     date(filters, "until", "Before");
  html += select(filters, "condition", "Condition", conditions(list.rules));
  html += select(filters, "stance", "Stance",
                 {{"recommended", "recommended"},
                  {"may-consider", "may consider"},
                  {"insufficient-evidence", "insufficient evidence"},
                  {"not-recommended", "not recommended"},
                  {"harmful", "harmful"},
                  {"none", "none applies"}});
  html += select(filters, "indicator", "Card",
                 {{"critical", "critical"}, {"warning", "warning"}, {"info", "info"}, {"none", "no card"}});
  html += select(filters, "outcome", "Clinician",
                 {{"accepted", "accepted"}, {"overridden", "overridden"}, {"none", "no feedback"}});
  html += select(filters, "service", "Service", {{"ivig-order-sign", "signing"}, {"ivig-order-select", "ordering"}});
  html += select(
      filters, "determination", "Determination",
      {{"none", "none yet"}, {"approve", "approved"}, {"deny", "denied"}, {"more-information", "more information"}});
  html += "<label>Patient<input name=\"patient\" placeholder=\"Patient/123\" autocomplete=\"off\" value=\"" +
          escape_html(value_of(filters, "patient")) + "\"></label>";
  html += "<div class=\"go\"><button>Filter</button> <a href=\"/review?show=all\">Clear</a></div></form>\n";
  return html;
}

std::string row(rules::RuleSet const& rules, store::StoredDecision const& decision) {
  auto const& record = decision.record;
  std::string const condition =
      record.condition.empty() ? "<em>none found</em>" : escape_html(capital(fact_label(rules, record.condition)));
  return "<tr><th scope=\"row\"><a href=\"/review/decisions/" + escape_html(record.id) + "\">" +
         time_html(record.time) + "</a></th>" + cell("Card", indicator_mark(record.indicator)) +
         cell("Condition", condition) + cell("Guidance", stance_mark(record.stance)) +
         cell("Clinician", outcome_text(decision.outcome)) +
         cell("Determination", verdict_mark(decision.determination)) + cell("Patient", reference_html(record.patient)) +
         "</tr>\n";
}

/// Two views of the same list: what waits, and everything.
std::string tabs(ListPage const& list) {
  auto const tab = [&](std::string_view more, std::string_view words, bool here) {
    return "<a href=\"/review?" + escape_html(with(query(list.filters, {"show", "after"}), more)) + "\"" +
           (here ? " aria-current=\"true\"" : "") + ">" + std::string(words) + "</a>";
  };
  return "<p class=\"tabs\">" + tab("show=open", "Waiting for a determination", !list.all) +
         tab("show=all", "All orders", list.all) + "</p>\n";
}

}  // namespace

std::string list_page(ListPage const& list, Viewer const& viewer) {
  std::string html = "<h1>IVIG orders</h1>\n" + tabs(list);
  bool const filtered = !query(list.filters, {"show", "after"}).empty();
  html +=
      "<details" + std::string(filtered ? " open" : "") + "><summary>Filters</summary>" + form(list) + "</details>\n";
  if (!list.mistake.empty()) {
    html += "<p class=\"doubt\" role=\"alert\">" + escape_html(list.mistake) + "</p>\n";
  }
  std::string rows;
  for (auto const& decision : list.decisions.decisions) rows += row(list.rules, decision);
  if (rows.empty()) {
    html += std::string("<p class=\"empty\">") +
            (list.all ? "No order was found." : "No order with a card waits for a determination.") + "</p>\n";
  } else {
    html += table(list.all ? "Orders, newest first" : "Orders with a card and no determination yet, newest first",
                  {"Ordered", "Card", "Condition", "Guidance", "Clinician", "Determination", "Patient"}, rows);
  }
  html += "<p class=\"pages\">";
  std::string const show = list.all ? "show=all" : "show=open";
  if (!value_of(list.filters, "after").empty()) {
    html += "<a href=\"/review?" + escape_html(with(query(list.filters, {"show", "after"}), show)) + "\">Newest</a> ";
  }
  if (!list.decisions.next.empty()) {
    html += "<a rel=\"next\" href=\"/review?" +
            escape_html(with(with(query(list.filters, {"show", "after"}), show), "after=" + list.decisions.next)) +
            "\">Older orders</a>";
  }
  html += "</p>\n";
  std::string const exported = query(list.filters, {"show", "after"});
  html += "<p class=\"soft\">Up to 1000 of these to take along: <a download href=\"/review/api/decisions?" +
          escape_html(with(exported, "format=csv&limit=1000")) +
          "\">CSV</a>, <a download href=\"/review/api/decisions?" +
          escape_html(with(exported, "format=ndjson&limit=1000")) +
          "\">NDJSON</a>. <code>ivig-cds decisions export</code> writes all.</p>\n";
  return page("Orders", Section::orders, viewer, html);
}

}  // namespace ivig::web
