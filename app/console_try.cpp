// An order on trial: evaluated like any other, shown like a stored one, and not kept.

#include <utility>

#include "advice/cards.h"
#include "advice/knowledge.h"
#include "app/console.h"
#include "app/console_call.h"
#include "app/routes.h"
#include "base/clock.h"
#include "fhir/read_elements.h"
#include "hooks/case_input.h"
#include "hooks/decision_record.h"
#include "hooks/patient_label.h"
#include "web/form.h"
#include "web/try_page.h"

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::app {

using base::Result;
using boost::asio::awaitable;
using server::Response;

namespace {

/// What a trial works with.
struct Trial {
  advice::Knowledge const& knowledge;
  RouteSettings const& settings;
  base::Day today;
};

/// The answers as a QuestionnaireResponse of the case, read like one that came with it.
Result<std::unique_ptr<base::JsonBody>> add_answers(std::string const& response, fhir::ReadLimits const& limits,
                                                    hooks::CaseInput& input) {
  auto body = base::JsonBody::parse(response, {});
  if (!body) return body;
  if (!fhir::read_answers((*body)->root(), limits, input.chart)) {
    input.chart.answers_available = fhir::Availability::failed;
  }
  return body;
}

Result<std::vector<web::OrderShown>> decide(Trial const& trial, hooks::CaseInput const& input) {
  auto decisions = input.decide(trial.knowledge, trial.today);
  advice::CardOptions options{input.hook_instance, trial.settings.public_url, trial.settings.gap_cards};
  options.source = input.source();
  options.most = trial.settings.most_cards;
  auto const cards = advice::make_cards(trial.knowledge, decisions, options);
  hooks::HookRequest request;
  request.hook_instance = input.hook_instance;
  store::References const plain;
  base::UuidSequence ids;
  auto const records = hooks::decision_records(trial.knowledge, request, std::move(decisions), cards,
                                               {plain, ids, "trial", "trial", "", now_ms()});
  std::vector<web::OrderShown> orders;
  for (auto const& record : records) {
    auto shown = web::read_order_shown(record.decision_json, record.facts_json, record.cards_json);
    if (!shown) return tl::unexpected(shown.error());
    if (records.size() > 1) shown->anchor = "-" + std::to_string(orders.size() + 1);
    orders.push_back(*std::move(shown));
  }
  return orders;
}

/// Fills in the page, or says why it cannot.
void evaluate(Trial const& trial, web::TryPage& page) {
  auto input = hooks::read_case(page.text, {trial.settings.body_bytes, trial.settings.json_depth}, trial.settings.read);
  if (!input) {
    page.mistake = "The case cannot be read: " + (input.error().where.empty() ? "" : input.error().where + ": ") +
                   input.error().detail + ".";
    return;
  }
  page.patient = hooks::patient_label(input->body->root());
  bool answered = false;
  for (auto const& [fact, value] : page.answers) answered = answered || value != "unknown";
  std::unique_ptr<base::JsonBody> answers;  // the chart points into it
  if (answered) {
    std::string const patient = input->patient_id.empty() ? "" : "Patient/" + std::string(input->patient_id);
    page.response = web::questionnaire_response(trial.knowledge.rules, page.answers, patient,
                                                base::rfc3339(std::chrono::floor<std::chrono::seconds>(now_ms())));
    auto added = add_answers(page.response, trial.settings.read, *input);
    if (added) answers = *std::move(added);
  }
  auto orders = decide(trial, *input);
  if (!orders) {
    page.mistake = "The case cannot be shown: " + orders.error().detail + ".";
    return;
  }
  page.orders = *std::move(orders);
  if (!page.orders.empty()) return;
  page.mistake = "The case holds no order of intravenous immune globulin.";
  auto const skipped = input->skipped(trial.knowledge, trial.today);
  if (skipped.empty()) return;
  page.mistake = "No order was judged.";
  for (auto const& order : skipped) page.mistake += " " + order.order_reference + ": " + order.why + ".";
}

}  // namespace

awaitable<Response> Console::try_out(Call const& call) const {
  web::Viewer viewer = viewer_of(*call.visitor);
  auto const knowledge = knowledge_.load();
  web::TryPage page{knowledge->rules, web::field(call.form, "case"), "", ""};
  if (page.text.empty()) {
    if (call.head.method == "POST") page.mistake = "There is nothing in the field.";
    co_return html_page(web::try_page(page, viewer), page.mistake.empty() ? 200 : 400);
  }
  page.answers = web::answers_in(knowledge->rules, call.form);
  Trial const trial{*knowledge, settings_, std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())};
  evaluate(trial, page);
  auto const noted = co_await note_view(call, std::string("try"), std::string());
  if (!noted) {
    co_return html_page(
        web::message_page("Not now", "The store cannot be reached: every view is recorded first.", viewer), 503);
  }
  co_return html_page(web::try_page(page, viewer), page.mistake.empty() ? 200 : 400);
}

}  // namespace ivig::app
