#include "web/try_page.h"

#include <algorithm>

#include "base/html.h"
#include "web/order_sections.h"
#include "web/words.h"

namespace ivig::web {
namespace {

using base::escape_html;

std::string case_field(TryPage const& page) {
  bool const open = page.orders.empty();
  return "<details" + std::string(open ? " open" : "") +
         "><summary>The case</summary><p id=\"case-help\">Paste a CDS Hooks request, a FHIR Bundle with patient, chart "
         "and order, or a single MedicationRequest, or drop a file on the field. Nothing of it is kept.</p><label "
         "for=\"case\">Case as JSON</label><textarea id=\"case\" class=\"case\" name=\"case\" rows=\"14\" required "
         "spellcheck=\"false\" autocomplete=\"off\" data-drop=\"case-file\" aria-describedby=\"case-help\">" +
         escape_html(page.text) +
         "</textarea><p hidden><label for=\"case-file\">Or a file</label> <input type=\"file\" id=\"case-file\" "
         "accept=\".json,application/json\"></p><button>Check</button></details>\n";
}

/// The questions of all orders: facts are of the patient.
std::string questions(TryPage const& page) {
  OrderShown all;
  for (auto const& order : page.orders) {
    for (auto const& question : order.missing) {
      bool const known = std::any_of(all.missing.begin(), all.missing.end(),
                                     [&](auto const& one) { return one.fact == question.fact; });
      if (!known) all.missing.push_back(question);
    }
  }
  std::string html = question_fields(page.rules, all, page.answers, true);
  if (html.empty())
    return section("missing", "What is missing", "<p class=\"soft\">Nothing: the rules ask for nothing more.</p>\n");
  html += "<button>Decide with these answers</button>\n";
  if (!page.response.empty()) {
    html +=
        "<details><summary>The answers for the record</summary><p class=\"soft\">A FHIR QuestionnaireResponse: in the "
        "chart, it settles these facts for every later order.</p><pre tabindex=\"0\">" +
        escape_html(page.response) + "</pre></details>\n";
  }
  return section("missing", "What is missing", html);
}

std::string order(TryPage const& page, OrderShown const& shown) {
  return "<h2>" + escape_html(headline(page.rules, shown)) + "</h2>\n<p class=\"marks\">" +
         indicator_mark(shown.indicator) + " " + stance_mark(shown.stance) + "</p>\n<p class=\"soft\">Patient " +
         (page.patient.empty() ? "" : escape_html(page.patient) + " ") + "<code>" + escape_html(shown.patient) +
         "</code>, order <code>" + escape_html(shown.order) + "</code></p>\n" + in_short(page.rules, shown) +
         dose_section(page.rules, shown) + guidelines_section(page.rules, shown) + safety_section(shown) +
         record_section(page.rules, shown) + cards_section(shown);
}

}  // namespace

std::string try_page(TryPage const& page, Viewer const& viewer) {
  std::string html = "<h1>Try an order</h1>\n";
  if (!page.mistake.empty()) html += "<p class=\"doubt\" role=\"alert\">" + escape_html(page.mistake) + "</p>\n";
  html += "<form class=\"questions\" method=\"post\" action=\"/review/try\">" + csrf_field(viewer) + case_field(page);
  if (!page.orders.empty()) {
    html += "<div class=\"columns\"><div>\n";
    for (auto const& shown : page.orders) html += "<div class=\"tried\">" + order(page, shown) + "</div>\n";
    html += "</div>\n<aside>" + questions(page) + "</aside></div>\n";
  }
  return web::page("Try an order", Section::try_out, viewer, html + "</form>\n");
}

}  // namespace ivig::web
