// The charts of the console: what the store holds of the last months, counted.

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "advice/knowledge.h"
#include "app/console.h"
#include "app/console_call.h"
#include "web/charts_page.h"
#include "web/order_view.h"

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::app {

using base::Result;
using boost::asio::awaitable;
using server::Response;

namespace {

using KnowledgePtr = std::shared_ptr<advice::Knowledge const>;

constexpr std::size_t kMostRead = 5000;  // decisions whose dose is looked at; each costs a text of some kilobytes
constexpr unsigned kPage = 500;

/// The first moments of the last `span` months and of the next one.
std::vector<store::Time> months_until(store::Time now, unsigned span) {
  std::chrono::year_month_day const today(std::chrono::floor<std::chrono::days>(now));
  auto month = today.year() / today.month() + std::chrono::months(1);
  std::vector<store::Time> edges;
  for (unsigned i = 0; i <= span; ++i) {
    edges.emplace_back(std::chrono::sys_days(month / std::chrono::day(1)));
    month -= std::chrono::months(1);
  }
  std::reverse(edges.begin(), edges.end());
  return edges;
}

std::string name_of(store::Time month) {
  std::chrono::year_month_day const day(std::chrono::floor<std::chrono::days>(month));
  std::string number = std::to_string(static_cast<unsigned>(day.month()));
  return std::to_string(static_cast<int>(day.year())) + (number.size() < 2 ? "-0" : "-") + number;
}

Result<std::vector<std::pair<std::string, web::StanceCounts>>> by_month(store::Reader& reader,
                                                                        std::vector<store::Time> const& edges) {
  std::vector<std::pair<std::string, web::StanceCounts>> months;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) months.emplace_back(name_of(edges[i]), web::StanceCounts{});
  auto counts = reader.stances(edges);
  if (!counts) return tl::unexpected(counts.error());
  for (auto const& count : *counts) {
    auto const stance = rules::stance_from(count.stance);
    std::size_t const at = stance ? 1 + static_cast<std::size_t>(*stance) : 0;
    months[count.stretch].second[at] += static_cast<std::uint64_t>(count.decisions);
  }
  return months;
}

struct DosesRead {
  std::map<std::string, web::DoseCounts> by_row;
  std::size_t decisions = 0;
  bool all = true;
};

/// One course counts, else one cycle of repeats: what the report of a review counts as well.
void count(store::DecisionRecord const& record, DosesRead& doses) {
  if (record.row.empty()) return;
  auto const order = web::read_order_shown(record.decision_json, "[]", "[]");
  if (!order) return;
  web::CourseShown const* shown = nullptr;
  for (auto const& course : order->courses) {
    if (shown == nullptr || (shown->every_weeks && !course.every_weeks)) shown = &course;
  }
  bool const known = shown != nullptr && shown->g_per_kg.has_value();
  doses.by_row[record.row].add(known ? *shown->g_per_kg : -1, shown != nullptr && shown->every_weeks.has_value());
}

Result<DosesRead> read_doses(store::Reader& reader, store::Time from) {
  DosesRead doses;
  store::DecisionQuery query;
  query.from = from;
  query.limit = kPage;
  do {
    auto page = reader.list(query);
    if (!page) return tl::unexpected(page.error());
    for (auto const& decision : page->decisions) count(decision.record, doses);
    doses.decisions += page->decisions.size();
    query.after = page->next;
    doses.all = query.after.empty();
  } while (!doses.all && doses.decisions < kMostRead);
  return doses;
}

Result<std::string> show_charts(store::Reader& reader, KnowledgePtr const& knowledge, unsigned span,
                                web::Viewer const& viewer) {
  auto const edges = months_until(now_ms(), span);
  auto const months = by_month(reader, edges);
  if (!months) return tl::unexpected(months.error());
  auto const rates = reader.override_rates(edges.front(), std::nullopt);
  if (!rates) return tl::unexpected(rates.error());
  auto const doses = read_doses(reader, edges.front());
  if (!doses) return tl::unexpected(doses.error());
  return web::charts_page({knowledge->rules, span, *months, *rates, doses->by_row, doses->decisions, doses->all},
                          viewer);
}

unsigned span_of(std::string const& query) {
  for (unsigned const span : web::kSpans) {
    if (query == "months=" + std::to_string(span)) return span;
  }
  return 12;
}

}  // namespace

awaitable<Response> Console::charts(Call const& call) const {
  web::Viewer viewer = viewer_of(*call.visitor);
  std::function<Result<std::string>(store::Reader&)> question =
      [knowledge = knowledge_.load(), span = span_of(call.head.query), viewer](store::Reader& reader) {
        return show_charts(reader, knowledge, span, viewer);
      };
  auto page = co_await ask_page(decisions_, std::move(question));
  if (!page) co_return store_problem(page.error(), viewer);
  auto const noted = co_await note_view(call, std::string("charts"), std::string());
  if (!noted) co_return store_problem(noted.error(), viewer);
  co_return html_page(*std::move(page));
}

}  // namespace ivig::app
