#include "app/service_metrics.h"

#include <array>
#include <utility>

namespace ivig::app {
namespace {

using base::MetricInfo;
using Kind = base::MetricInfo::Kind;

constexpr std::array kInfos{
    MetricInfo{Kind::counter, "ivig_cds_requests_total", "Requests answered, by service, hook and HTTP status."},
    MetricInfo{Kind::histogram, "ivig_cds_request_duration_seconds",
               "From the whole request received to the answer handed over, by service."},
    MetricInfo{Kind::histogram, "ivig_cds_stage_duration_seconds",
               "Time of a call in one stage: parse, fetch, evaluate, store."},
    MetricInfo{Kind::counter, "ivig_cds_decisions_total", "Decisions on IVIG orders, by stance and indicator."},
    MetricInfo{Kind::counter, "ivig_cds_cards_total", "Cards sent, by leading recommendation, stance and indicator."},
    MetricInfo{Kind::counter, "ivig_cds_feedback_total",
               "Feedback entries by outcome; rejected: entries that could not be used."},
    MetricInfo{Kind::counter, "ivig_cds_feedback_duplicates_total", "Feedback entries that had come before."},
    MetricInfo{Kind::counter, "ivig_cds_tokens_accepted_total", "Client tokens accepted."},
    MetricInfo{Kind::counter, "ivig_cds_token_failures_total", "Client tokens refused, by reason."},
    MetricInfo{Kind::counter, "ivig_cds_clients_refused_total", "Calls refused to known clients: forbidden, rate."},
    MetricInfo{Kind::counter, "ivig_cds_key_fetches_total", "Fetches of clients' key sets, by result: ok, failed."},
    MetricInfo{Kind::counter, "ivig_cds_fhir_queries_total",
               "Queries to FHIR servers, by client and result: complete, refused, timeout, too_large, malformed, "
               "unavailable."},
    MetricInfo{Kind::histogram, "ivig_cds_fhir_query_duration_seconds",
               "Time of one query to a FHIR server, its pages together, by client."},
    MetricInfo{Kind::counter, "ivig_cds_foreign_resources_total",
               "Resources that name another patient than the call's and were left out, by type and source: prefetch, "
               "fetched."},
    MetricInfo{Kind::histogram, "ivig_cds_store_commit_duration_seconds", "Time of one transaction of the store."},
    MetricInfo{
        Kind::counter, "ivig_cds_store_records_total",
        "Decision records by what became of them: committed, spooled, replayed, unsaved, lost, refused, expired."},
    MetricInfo{Kind::counter, "ivig_cds_store_feedback_total", "Feedback entries committed."},
    MetricInfo{Kind::counter, "ivig_cds_store_commits_total", "Transactions by result."},
    MetricInfo{Kind::gauge, "ivig_cds_store_writable", "1 while the database takes records."},
    MetricInfo{Kind::gauge, "ivig_cds_store_queue_writes", "Writes that wait for their commit."},
    MetricInfo{Kind::gauge, "ivig_cds_spool_bytes", "Bytes in the spool, not yet in the database."},
    MetricInfo{Kind::gauge, "ivig_cds_spool_writable", "0 after the spool refused records: they are in memory only."},
    MetricInfo{Kind::gauge, "ivig_cds_spool_memory_records", "Records in memory only: a crash loses them."},
    MetricInfo{Kind::gauge, "ivig_cds_connections_open", "Open connections of all listeners."},
    MetricInfo{Kind::counter, "ivig_cds_connections_accepted_total", "Connections accepted."},
    MetricInfo{Kind::counter, "ivig_cds_connections_refused_total", "Connections refused over the limit."},
    MetricInfo{Kind::counter, "ivig_cds_http_answers_total", "Answers of all listeners by status class."},
    MetricInfo{Kind::counter, "ivig_cds_http_faults_total", "Faults below the routes, by kind."},
    MetricInfo{Kind::gauge, "ivig_cds_certificate_expiry_timestamp_seconds",
               "When the first certificate of a file in use ends."},
    MetricInfo{Kind::gauge, "ivig_cds_rules_info", "The rule set in force; 1; sets replaced by a reload: 0."},
};

std::string_view text_of(std::string_view view) { return view.empty() ? "none" : view; }

double number(std::uint64_t value) { return static_cast<double>(value); }

}  // namespace

ServiceMetrics::ServiceMetrics() : metrics_(kInfos) {}

void ServiceMetrics::request(std::string_view route, std::string_view hook, unsigned status,
                             std::chrono::nanoseconds time) {
  metrics_.count("ivig_cds_requests_total",
                 {{"service", text_of(route)}, {"hook", text_of(hook)}, {"status", std::to_string(status)}});
  metrics_.observe("ivig_cds_request_duration_seconds", {{"service", text_of(route)}}, time);
}

void ServiceMetrics::stage(std::string_view stage, std::chrono::nanoseconds time) {
  metrics_.observe("ivig_cds_stage_duration_seconds", {{"stage", text_of(stage)}}, time);
}

void ServiceMetrics::decisions(std::vector<store::DecisionRecord> const& decisions) {
  for (auto const& decision : decisions) {
    metrics_.count("ivig_cds_decisions_total",
                   {{"stance", text_of(decision.stance)}, {"indicator", decision.indicator}});
    for (auto const& card : decision.cards) {
      metrics_.count("ivig_cds_cards_total", {{"recommendation", text_of(decision.row)},
                                              {"stance", text_of(decision.stance)},
                                              {"indicator", card.indicator}});
    }
  }
}

void ServiceMetrics::feedback(std::string_view outcome, std::size_t entries) {
  metrics_.count("ivig_cds_feedback_total", {{"outcome", text_of(outcome)}}, number(entries));
}

void ServiceMetrics::feedback_duplicates(std::size_t entries) {
  metrics_.count("ivig_cds_feedback_duplicates_total", {}, number(entries));
}

void ServiceMetrics::commit(std::chrono::nanoseconds time, std::size_t /*decisions*/) {
  metrics_.observe("ivig_cds_store_commit_duration_seconds", {}, time);
}

void ServiceMetrics::foreign_resources(fhir::ForeignResources const& foreign) {
  metrics_.count("ivig_cds_foreign_resources_total",
                 {{"resource", foreign.type}, {"source", foreign.fetched ? "fetched" : "prefetch"}},
                 number(foreign.count));
}

void ServiceMetrics::fhir_query(std::string_view client, hooks::QueryReport const& query) {
  metrics_.count("ivig_cds_fhir_queries_total", {{"client", text_of(client)}, {"result", text_of(query.result)}});
  metrics_.observe("ivig_cds_fhir_query_duration_seconds", {{"client", text_of(client)}}, query.time);
}

void ServiceMetrics::keys(certs::KeyCacheCounters const& counters) {
  metrics_.count_to("ivig_cds_key_fetches_total", {{"result", "ok"}}, number(counters.fetches - counters.failures));
  metrics_.count_to("ivig_cds_key_fetches_total", {{"result", "failed"}}, number(counters.failures));
}

void ServiceMetrics::tokens(certs::TokenCounters const& counters) {
  metrics_.count_to("ivig_cds_tokens_accepted_total", {}, number(counters.accepted));
  for (std::size_t i = 0; i < certs::kTokenFaults; ++i) {
    auto const fault = static_cast<certs::TokenFault>(i);
    metrics_.count_to("ivig_cds_token_failures_total", {{"reason", std::string(certs::fault_name(fault))}},
                      number(counters.of(fault)));
  }
}

void ServiceMetrics::refused(std::uint64_t forbidden, std::uint64_t over_the_rate) {
  metrics_.count_to("ivig_cds_clients_refused_total", {{"reason", "forbidden"}}, number(forbidden));
  metrics_.count_to("ivig_cds_clients_refused_total", {{"reason", "rate"}}, number(over_the_rate));
}

void ServiceMetrics::rules(std::string_view version, std::string_view sha256) {
  base::Metrics::Labels labels{{"version", std::string(text_of(version))}, {"sha256", std::string(text_of(sha256))}};
  std::lock_guard lock(shown_mutex_);
  if (!rules_.empty() && rules_ != labels) metrics_.set("ivig_cds_rules_info", rules_, 0);
  metrics_.set("ivig_cds_rules_info", labels, 1);
  rules_ = std::move(labels);
}

void ServiceMetrics::server(server::CounterValues const& counters) {
  metrics_.set("ivig_cds_connections_open", {}, static_cast<double>(counters.connections_open));
  metrics_.count_to("ivig_cds_connections_accepted_total", {}, number(counters.accepted));
  metrics_.count_to("ivig_cds_connections_refused_total", {}, number(counters.refused_over_limit));
  for (std::size_t i = 1; i < counters.answers.size(); ++i) {
    metrics_.count_to("ivig_cds_http_answers_total", {{"class", std::to_string(i) + "xx"}},
                      number(counters.answers[i]));
  }
  for (auto const& [kind, value] :
       {std::pair{"bad_framing", counters.bad_framing}, std::pair{"header_timeout", counters.header_timeouts},
        std::pair{"body_timeout", counters.body_timeouts}, std::pair{"idle_timeout", counters.idle_timeouts},
        std::pair{"slow_reader", counters.slow_readers}, std::pair{"body_too_long", counters.bodies_too_long},
        std::pair{"no_room", counters.no_room}, std::pair{"idle_ended", counters.idle_ended},
        std::pair{"no_descriptors", counters.no_descriptors}, std::pair{"tls_failure", counters.tls_failures},
        std::pair{"exception", counters.handler_exceptions}}) {
    metrics_.count_to("ivig_cds_http_faults_total", {{"kind", kind}}, number(value));
  }
}

void ServiceMetrics::store(store::StoreStatus const& status) {
  for (auto const& [result, value] :
       {std::pair{"committed", status.committed}, std::pair{"spooled", status.spooled},
        std::pair{"replayed", status.replayed}, std::pair{"unsaved", status.unsaved}, std::pair{"lost", status.lost},
        std::pair{"refused", status.refused}, std::pair{"expired", status.expired}}) {
    metrics_.count_to("ivig_cds_store_records_total", {{"result", result}}, number(value));
  }
  metrics_.count_to("ivig_cds_store_feedback_total", {}, number(status.feedback));
  metrics_.count_to("ivig_cds_store_commits_total", {{"result", "ok"}}, number(status.commits));
  metrics_.count_to("ivig_cds_store_commits_total", {{"result", "failed"}}, number(status.failures));
  metrics_.set("ivig_cds_store_writable", {}, status.writable ? 1 : 0);
  metrics_.set("ivig_cds_store_queue_writes", {}, number(status.queue));
  metrics_.set("ivig_cds_spool_bytes", {}, number(status.spool_bytes));
  metrics_.set("ivig_cds_spool_writable", {}, status.spool_writable ? 1 : 0);
  metrics_.set("ivig_cds_spool_memory_records", {}, number(status.memory_records));
}

void ServiceMetrics::certificates(std::map<std::string, std::chrono::sys_seconds> const& ends) {
  constexpr std::string_view kName = "ivig_cds_certificate_expiry_timestamp_seconds";
  std::lock_guard lock(shown_mutex_);
  for (auto const& [file, end] : certificates_) {
    if (!ends.contains(file)) metrics_.forget(kName, {{"file", file}});
  }
  for (auto const& [file, end] : ends) {
    metrics_.set(kName, {{"file", file}}, static_cast<double>(end.time_since_epoch().count()));
  }
  certificates_ = ends;
}

}  // namespace ivig::app
