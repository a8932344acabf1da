#include "web/order_page.h"

#include "base/html.h"
#include "web/order_sections.h"
#include "web/questions.h"
#include "web/words.h"

namespace ivig::web {
namespace {

using base::escape_html;

std::string path_of(OrderPage const& page) { return "/review/decisions/" + page.decision.record.id; }

std::string who(store::Reviewer const& reviewer) {
  return escape_html(reviewer.name.empty() ? reviewer.subject : reviewer.name);
}

std::string head(OrderPage const& page) {
  auto const& record = page.decision.record;
  std::string html = "<p class=\"soft\"><a href=\"/review\">Orders</a> &rsaquo; " + time_html(record.time) +
                     "</p>\n<h1>" + escape_html(headline(page.rules, page.order)) + "</h1>\n<p class=\"marks\">" +
                     indicator_mark(record.indicator) + " " + stance_mark(record.stance) + " " +
                     verdict_mark(page.decision.determination) + "</p>\n<p class=\"soft\">" + "Patient " +
                     reference_html(record.patient) + ", order " + reference_html(record.order) + ", asked by " +
                     escape_html(record.client) + " through " + escape_html(record.service) + "</p>\n";
  if (record.rules_sha256 != page.rules.sha256) {
    html += "<p class=\"doubt\">Decided by rule set " + escape_html(record.rules_version) + " (" +
            escape_html(record.rules_sha256.substr(0, 12)) + "). In force now is " + escape_html(page.rules.version) +
            " (" + escape_html(page.rules.sha256.substr(0, 12)) +
            "): what guidelines say below is in the words of today.</p>\n";
  }
  if (!page.notice.empty()) html += "<p class=\"done\" role=\"status\">" + escape_html(page.notice) + "</p>\n";
  if (!page.mistake.empty()) html += "<p class=\"doubt\" role=\"alert\">" + escape_html(page.mistake) + "</p>\n";
  return html;
}

std::string verdict_choice(std::string_view value, std::string_view words) {
  return "<label class=\"choice\"><input type=\"radio\" name=\"verdict\" required value=\"" + std::string(value) +
         "\">" + std::string(words) + "</label>";
}

std::string name_field(Viewer const& viewer) {
  return viewer.signed_in ? std::string()
                          : "<label>Your name<input name=\"name\" required maxlength=\"200\" "
                            "autocomplete=\"name\"></label>";
}

std::string determination_form(OrderPage const& page, Viewer const& viewer) {
  if (!viewer.may_determine) return "<p class=\"soft\">Determinations are for reviewers.</p>\n";
  return "<form class=\"determine\" method=\"post\" action=\"" + escape_html(path_of(page)) + "/determination\">" +
         csrf_field(viewer) + "<fieldset><legend>Your determination</legend>" + verdict_choice("approve", "Approve") +
         verdict_choice("deny", "Deny") + verdict_choice("more-information", "More information") +
         "</fieldset><label>Note<textarea name=\"note\" rows=\"4\" maxlength=\"4000\"></textarea></label>" +
         name_field(viewer) + "<button>Keep</button></form>\n";
}

std::string determinations(OrderPage const& page) {
  std::string html;
  auto const& made = page.review.determinations;
  for (auto one = made.rbegin(); one != made.rend(); ++one) {
    html += "<li>" + verdict_mark(one->verdict) + " by " + who(one->by) + ", " + time_html(one->time) +
            (one->note.empty() ? "" : "<p class=\"note\">" + escape_html(one->note) + "</p>") + "</li>\n";
  }
  return html.empty() ? "<p class=\"soft\">None yet.</p>\n" : "<ol class=\"history\">" + html + "</ol>\n";
}

/// The newest answer to each question.
Answers newest(store::DecisionReview const& review) {
  Answers answers;
  for (auto const& given : review.answers) answers[given.fact] = given.value;
  return answers;
}

std::string changed(OrderPage const& page) {
  if (page.again == nullptr) return {};
  bool const same = page.again->stance == page.order.stance && page.again->indicator == page.order.indicator;
  std::string html = "<div class=\"again\" role=\"status\"><p><strong>With the answers" +
                     std::string(same ? ", the same: " : ": ") + "</strong>" + indicator_mark(page.again->indicator) +
                     " " + stance_mark(page.again->stance);
  if (!page.again->recommendations.empty()) {
    html += " " + evidence_link(page.rules, page.again->recommendations.front().row);
  }
  return html + "</p><p class=\"soft\">When ordered: " + page.order.indicator + ", " + stance_text(page.order.stance) +
         ". The dose is judged as it was then.</p></div>\n";
}

std::string questions(OrderPage const& page, Viewer const& viewer) {
  auto const answers = newest(page.review);
  OrderShown const& now = page.again == nullptr ? page.order : *page.again;
  std::string const fields = question_fields(page.rules, now, answers, viewer.may_determine);
  std::string html = changed(page);
  if (fields.empty()) {
    html += "<p class=\"soft\">Nothing: the rules ask for nothing more.</p>\n";
  } else if (viewer.may_determine) {
    html += "<form class=\"questions\" method=\"post\" action=\"" + escape_html(path_of(page)) + "/answers\">" +
            csrf_field(viewer) + fields + name_field(viewer) +
            "<button>Keep answers and decide again</button></form>\n";
  } else {
    html += fields;
  }
  std::string given;
  for (auto const& one : page.review.answers) {
    given += "<li>" + escape_html(capital(fact_label(page.rules, one.fact))) + ": <strong>" +
             std::string(truth_text(one.value)) + "</strong>, " + who(one.by) + ", " + time_html(one.time) + "</li>\n";
  }
  if (!given.empty()) html += "<h3>Answers given</h3><ol class=\"history\">" + given + "</ol>\n";
  return section("missing", "What is missing", html);
}

/// The words of a card's summary, to tell several apart.
std::string card_name(OrderPage const& page, std::string const& uuid) {
  for (auto const& card : page.order.cards) {
    if (card.uuid == uuid) return card.summary;
  }
  return "card " + uuid;
}

/// The way to other pages of the clinician's answers; empty where one holds all.
std::string feedback_pages(OrderPage const& page) {
  auto const& decision = page.decision;
  if (decision.feedback_count <= store::kFeedbackPerPage) return {};
  std::size_t const pages = (decision.feedback_count + store::kFeedbackPerPage - 1) / store::kFeedbackPerPage;
  std::string html = "<p>" + std::string(decision.feedback_count >= store::kMostFeedbackCounted ? "At least " : "") +
                     std::to_string(decision.feedback_count) + " answers, page " +
                     std::to_string(decision.feedback_page) + " of " + std::to_string(pages) + ".";
  auto const link = [&](unsigned number, std::string_view words) {
    html += " <a href=\"" + escape_html(path_of(page)) + "?feedback=" + std::to_string(number) + "#clinician\">" +
            std::string(words) + "</a>";
  };
  if (decision.feedback_page > 1) link(decision.feedback_page - 1, "Newer");
  if (decision.feedback_page < pages) link(decision.feedback_page + 1, "Older");
  return html + "</p>\n";
}

std::string feedback(OrderPage const& page) {
  std::string html;
  for (auto const& entry : page.decision.feedback) {
    std::string const reason = entry.reason_display.empty() ? entry.reason_code : entry.reason_display;
    html +=
        "<li><strong>" + std::string(outcome_text(entry.outcome)) + "</strong>, " + time_html(entry.outcome_time) +
        ": " + escape_html(card_name(page, entry.card)) + (reason.empty() ? "" : "<br>Reason: " + escape_html(reason)) +
        (entry.user_comment.empty() ? "" : "<p class=\"note\">" + escape_html(entry.user_comment) + "</p>") + "</li>\n";
  }
  return section("clinician", "What the clinician did",
                 html.empty() ? "<p class=\"soft\">No feedback came. Silence is neither consent nor refusal.</p>\n"
                              : "<ol class=\"history\">" + html + "</ol>\n" + feedback_pages(page));
}

std::string behind(OrderPage const& page) {
  auto const& record = page.decision.record;
  std::string const id = escape_html(record.id);
  std::string views;
  for (auto const& view : page.review.views) views += "<li>" + who(view.by) + ", " + time_html(view.time) + "</li>\n";
  std::string html = "<p>Decision <code>" + id + "</code>, hookInstance <code>" + escape_html(record.hook_instance) +
                     "</code>, rule set " + escape_html(record.rules_version) + " <code>" +
                     escape_html(record.rules_sha256.substr(0, 12)) +
                     "</code>.</p>\n<p>As <a href=\"/review/api/decisions/" + id +
                     "\">JSON</a>, as <a href=\"/review/api/decisions/" + id +
                     "?format=fhir\">FHIR Bundle</a>. <button class=\"quiet\" type=\"button\" data-print "
                     "hidden>Print</button></p>\n";
  if (!views.empty()) {
    html += "<details><summary>Seen by</summary><ol class=\"history\" reversed>" + views + "</ol></details>\n";
  }
  return section("behind", "Behind this page", html);
}

}  // namespace

std::string order_page(OrderPage const& page, Viewer const& viewer) {
  // What the guidelines say now is shown with the answers; the cards are those that were shown then.
  auto const& order = page.again == nullptr ? page.order : *page.again;
  std::string html =
      head(page) + "<div class=\"columns\"><div>\n" + in_short(page.rules, order) + dose_section(page.rules, order) +
      guidelines_section(page.rules, order) + safety_section(order) + questions(page, viewer) +
      record_section(page.rules, order) + cards_section(order) + feedback(page) + behind(page) + "</div>\n<aside>" +
      section("determination", "Determination", determinations(page) + determination_form(page, viewer)) +
      "</aside></div>\n";
  return web::page(headline(page.rules, page.order), Section::orders, viewer, html);
}

}  // namespace ivig::web
