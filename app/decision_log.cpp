#include "app/decision_log.h"

#include <chrono>
#include <utility>

#include "base/await_callback.h"
#include "hooks/feedback.h"

namespace ivig::app {

using boost::asio::awaitable;
using store::Kept;

awaitable<bool> DecisionLog::record(std::vector<store::DecisionRecord> decisions) const {
  parts_.metrics.decisions(decisions);
  if (decisions.empty() || !keeps()) co_return true;
  auto const start = std::chrono::steady_clock::now();
  auto begin = [this, &decisions](std::function<void(Kept)> done) {
    parts_.store.record(std::move(decisions), std::move(done));
  };
  // The store says where they went, once for all and not for every record: a log may fill the same disk.
  Kept const kept = co_await base::await_callback<Kept>(std::move(begin));
  parts_.metrics.stage("store", std::chrono::steady_clock::now() - start);
  co_return kept != Kept::unsaved;
}

awaitable<base::Result<void>> DecisionLog::feedback(base::JsonBody const& body, std::string client, std::size_t most,
                                                    std::chrono::seconds skew) const {
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto call = hooks::read_feedback(body.root(), client, now, most, skew);
  if (!call) {
    parts_.metrics.feedback("rejected", 1);
    co_return tl::unexpected(call.error());
  }
  if (call->rejected > 0) {
    auto const& first = *call->first_rejected;
    parts_.log.warn(
        "feedback_rejected",
        {{"client", client}, {"entries", call->rejected}, {"where", first.where}, {"detail", first.detail}});
  }
  parts_.metrics.feedback("rejected", call->rejected);
  if (call->entries.empty()) co_return base::Result<void>{};
  std::size_t accepted = 0;
  for (auto const& entry : call->entries) accepted += entry.outcome == "accepted" ? 1U : 0U;
  std::size_t const entries = call->entries.size();
  using Answer = base::Result<std::size_t>;
  auto begin = [this, &call](std::function<void(Answer)> done) {
    parts_.store.keep_feedback(std::move(call->entries), std::move(done));
  };
  Answer kept = co_await base::await_callback<Answer>(std::move(begin));
  if (!kept) co_return tl::unexpected(kept.error());
  parts_.metrics.feedback("accepted", accepted);
  parts_.metrics.feedback("overridden", entries - accepted);
  parts_.metrics.feedback_duplicates(entries - *kept);
  co_return base::Result<void>{};
}

void DecisionLog::fhir_query(QueriedFor const& call, hooks::QueryReport const& query) const {
  parts_.metrics.fhir_query(call.client, query);
  if (query.result == "complete") return;
  parts_.log.warn("fhir_query_failed",
                  {{"request_id", call.request_id},
                   {"client", call.client},
                   {"fhir_server", call.fhir_server},
                   {"resource", query.resource},
                   {"result", query.result},
                   {"status", query.status},
                   {"duration_us", std::chrono::duration_cast<std::chrono::microseconds>(query.time).count()},
                   {"cause", query.cause}});
}

void DecisionLog::foreign_resources(QueriedFor const& call, std::vector<fhir::ForeignResources> const& foreign) const {
  if (foreign.empty()) return;
  std::string types;
  std::int64_t prefetched = 0;
  std::int64_t fetched = 0;
  for (auto const& one : foreign) {
    parts_.metrics.foreign_resources(one);
    if (types.find(one.type) == std::string::npos) types += (types.empty() ? "" : ",") + one.type;
    (one.fetched ? fetched : prefetched) += static_cast<std::int64_t>(one.count);
  }
  parts_.log.warn("foreign_resources", {{"request_id", call.request_id},
                                        {"client", call.client},
                                        {"fhir_server", call.fhir_server},
                                        {"resources", types},
                                        {"prefetched", prefetched},
                                        {"fetched", fetched}});
}

}  // namespace ivig::app
