// The pages of the console that show what is stored.

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "advice/knowledge.h"
#include "app/console.h"
#include "app/console_call.h"
#include "app/decision_filters.h"
#include "app/routes.h"
#include "hooks/decide_again.h"
#include "server/query.h"
#include "web/audit_page.h"
#include "web/form.h"
#include "web/list_page.h"
#include "web/order_page.h"
#include "web/questions.h"

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::app {

using base::Result;
using boost::asio::awaitable;
using server::Response;

namespace {

using KnowledgePtr = std::shared_ptr<advice::Knowledge const>;

constexpr std::size_t kLongestNote = 4000;  // UTF-8 bytes beyond it are refused by four
constexpr std::size_t kLongestName = 200;
constexpr unsigned kViewsShown = 500;
constexpr unsigned kPerPage = 50;

/// What the list's form asks for.
struct ListQuery {
  web::Filters filters;
  store::DecisionQuery query;
  bool all = false;
  std::string mistake;
};

ListQuery list_query(std::string const& text, store::References const& references) {
  ListQuery list;
  list.query.documents = false;
  list.query.limit = kPerPage;
  auto const pairs = server::parse_query(text);
  if (!pairs) list.mistake = "The address is damaged.";
  for (auto const& [name, value] : pairs.value_or(std::vector<std::pair<std::string, std::string>>{})) {
    if (value.empty()) continue;
    list.filters[name] = value;
    if (name == "show") {
      list.all = value == "all";
    } else if (auto set = set_filter(list.query, name, value, references, now_ms()); !set) {
      list.mistake = "The filter “" + name + "” " + set.error().detail + ".";
    }
  }
  // Who asks for a determination, a silent order, or what was done with one, asks for all.
  for (auto const* name : {"determination", "indicator"}) list.all = list.all || list.filters.contains(name);
  if (!list.all) {
    list.query.determination = "none";
    list.query.asked = true;
  }
  return list;
}

Result<std::string> show_list(store::Reader& reader, KnowledgePtr const& knowledge, ListQuery const& asked,
                              web::Viewer const& viewer) {
  store::DecisionPage page;
  if (asked.mistake.empty()) {
    auto found = reader.list(asked.query);
    if (!found) return tl::unexpected(found.error());
    page = *std::move(found);
  }
  return web::list_page({knowledge->rules, asked.filters, asked.all, page, asked.mistake}, viewer);
}

/// Which order, and what is said above it.
struct OrderAsked {
  std::string id, notice;
  unsigned feedback_page = 1;
};

/// The order as it is decided with the newest answers of reviewers; nullopt where none were given.
Result<std::optional<web::OrderShown>> with_answers(advice::Knowledge const& knowledge,
                                                    store::DecisionRecord const& record,
                                                    store::DecisionReview const& review, web::OrderShown const& made) {
  std::map<std::string, bool> answers;
  for (auto const& given : review.answers) {
    answers.erase(given.fact);
    if (given.value != "unknown") answers[given.fact] = given.value == "yes";
  }
  if (answers.empty()) return std::optional<web::OrderShown>();
  auto decided = hooks::decide_again(knowledge, record, answers, "reviewer");
  if (!decided) return tl::unexpected(decided.error());
  auto shown = web::read_order_shown(decided->decision_json, decided->facts_json, record.cards_json);
  if (!shown) return tl::unexpected(shown.error());
  return std::optional(web::with_order_of(*std::move(shown), made));
}

Result<std::string> show_order(store::Reader& reader, KnowledgePtr const& knowledge, OrderAsked const& asked,
                               web::Viewer const& viewer) {
  auto decision = reader.show(asked.id, asked.feedback_page);
  if (!decision) return tl::unexpected(decision.error());
  auto review = reader.review_of(asked.id);
  if (!review) return tl::unexpected(review.error());
  auto const& record = decision->record;
  auto order = web::read_order_shown(record.decision_json, record.facts_json, record.cards_json);
  if (!order) return tl::unexpected(order.error());
  auto again = with_answers(*knowledge, record, *review, *order);
  if (!again) return tl::unexpected(again.error());
  return web::order_page({knowledge->rules, *decision, *review, *order, *again ? &**again : nullptr, asked.notice},
                         viewer);
}

/// Whether an answer differs from the newest one among `known`, lines of "fact=value"; not to know is where one begins.
bool is_news(std::string const& known, std::string const& fact, std::string const& value) {
  std::string newest = "unknown";
  std::string const mark = "\n" + fact + "=";
  std::string const lines = "\n" + known;
  if (auto const at = lines.rfind(mark); at != std::string::npos) {
    auto const from = at + mark.size();
    newest = lines.substr(from, lines.find('\n', from) - from);
  }
  return value != newest;
}

std::string notice_of(std::string const& query) {
  if (query == "done=determination") return "Your determination was kept.";
  if (query == "done=answers") return "Your answers were kept.";
  return {};
}

}  // namespace

awaitable<Response> Console::list(Call const& call) const {
  web::Viewer viewer = viewer_of(*call.visitor);
  if (!decisions_.keeps()) co_return go_to("/review/try");
  auto asked = list_query(call.head.query, decisions_.references());
  std::function<Result<std::string>(store::Reader&)> question =
      [knowledge = knowledge_.load(), asked = std::move(asked), viewer](store::Reader& reader) {
        return show_list(reader, knowledge, asked, viewer);
      };
  auto page = co_await ask_page(decisions_, std::move(question));
  if (!page) co_return store_problem(page.error(), viewer);
  auto const noted = co_await note_view(call, std::string("list"), std::string());
  if (!noted) co_return store_problem(noted.error(), viewer);
  co_return html_page(*std::move(page));
}

awaitable<Response> Console::decision(Call const& call) const {
  web::Viewer viewer = viewer_of(*call.visitor);
  OrderAsked asked{call.to.id, notice_of(call.head.query),
                   feedback_page_of(query_value(call.head.query, "feedback")).value_or(1)};
  std::function<Result<std::string>(store::Reader&)> question =
      [knowledge = knowledge_.load(), asked = std::move(asked), viewer](store::Reader& reader) {
        return show_order(reader, knowledge, asked, viewer);
      };
  auto page = co_await ask_page(decisions_, std::move(question));
  if (!page) co_return store_problem(page.error(), viewer);
  std::string id = call.to.id;
  auto const noted = co_await note_view(call, std::string("decision"), std::move(id));
  if (!noted) co_return store_problem(noted.error(), viewer);
  co_return html_page(*std::move(page));
}

awaitable<Response> Console::determine(Call const& call) const {
  web::Viewer viewer = viewer_of(*call.visitor);
  store::Determination made{call.to.id, web::field(call.form, "verdict"), web::field(call.form, "note"),
                            call.visitor->who, now_ms()};
  if (!call.visitor->signed_in) made.by.name = web::field(call.form, "name");
  std::string mistake;
  bool const known = made.verdict == "approve" || made.verdict == "deny" || made.verdict == "more-information";
  if (!known) mistake = "Choose approve, deny or more information.";
  if (made.by.name.empty() || made.by.name.size() > kLongestName) mistake = "Your name goes with a determination.";
  if (made.note.size() > 4 * kLongestNote) mistake = "The note is longer than 4000 characters.";
  if (!mistake.empty()) co_return html_page(web::message_page("Nothing was kept", mistake, viewer), 400);
  std::function<Result<std::string>(store::Reader&)> exists = [id = call.to.id](store::Reader& reader) {
    auto found = reader.show(id);
    return found ? Result<std::string>(std::string()) : tl::unexpected(found.error());
  };
  auto const there = co_await ask_page(decisions_, std::move(exists));
  if (!there) co_return store_problem(there.error(), viewer);
  decisions_.log().info("review_determination", {{"request_id", call.head.request_id},
                                                 {"who", made.by.subject},
                                                 {"decision", made.decision},
                                                 {"verdict", made.verdict}});
  std::vector<store::ReviewRecord> records;
  records.emplace_back(std::move(made));
  auto const kept = co_await keep_review(decisions_, std::move(records));
  if (!kept) co_return store_problem(kept.error(), viewer);
  co_return go_to("/review/decisions/" + call.to.id + "?done=determination");
}

awaitable<Response> Console::keep_answers(Call const& call) const {
  web::Viewer viewer = viewer_of(*call.visitor);
  auto const knowledge = knowledge_.load();
  auto const answers = web::answers_in(knowledge->rules, call.form);
  store::Reviewer by = call.visitor->who;
  if (!call.visitor->signed_in) by.name = web::field(call.form, "name");
  if (by.name.empty() || by.name.size() > kLongestName) {
    co_return html_page(web::message_page("Nothing was kept", "Your name goes with your answers.", viewer), 400);
  }
  // The answers so far, a line each, so that only what is new is kept.
  std::function<Result<std::string>(store::Reader&)> question = [id = call.to.id](store::Reader& reader) {
    auto found = reader.show(id);
    if (!found) return Result<std::string>(tl::unexpected(found.error()));
    auto review = reader.review_of(id);
    if (!review) return Result<std::string>(tl::unexpected(review.error()));
    std::string known;
    for (auto const& given : review->answers) known += given.fact + "=" + given.value + "\n";
    return Result<std::string>(known);
  };
  auto const there = co_await ask_page(decisions_, std::move(question));
  if (!there) co_return store_problem(there.error(), viewer);
  std::vector<store::ReviewRecord> records;
  for (auto const& [fact, value] : answers) {
    if (is_news(*there, fact, value)) records.emplace_back(store::GivenAnswer{call.to.id, fact, value, by, now_ms()});
  }
  if (!records.empty()) {
    auto const kept = co_await keep_review(decisions_, std::move(records));
    if (!kept) co_return store_problem(kept.error(), viewer);
  }
  co_return go_to("/review/decisions/" + call.to.id + "?done=answers");
}

awaitable<Response> Console::audit(Call const& call) const {
  web::Viewer viewer = viewer_of(*call.visitor);
  std::function<Result<std::string>(store::Reader&)> question = [viewer](store::Reader& reader) {
    auto views = reader.views(kViewsShown);
    return views ? Result<std::string>(web::audit_page(*views, viewer)) : tl::unexpected(views.error());
  };
  auto page = co_await ask_page(decisions_, std::move(question));
  if (!page) co_return store_problem(page.error(), viewer);
  co_return html_page(*std::move(page));
}

}  // namespace ivig::app
