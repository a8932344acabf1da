#include "app/routes.h"

#include <chrono>

#include "app/console.h"
#include "app/openapi.h"
#include "base/json_body.h"
#include "base/uuid.h"
#include "fhir/operation_outcome.h"
#include "hooks/evidence.h"
#include "hooks/fetching_order_service.h"
#include "hooks/services.h"
#include "server/http_status.h"
#include "server/negotiate.h"
#include "server/trace_context.h"

namespace ivig::app {
namespace {

using base::Errc;
using base::Error;
using boost::asio::awaitable;
using server::RequestHead;
using server::Response;

using Clock = std::chrono::steady_clock;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kServicePrefix = "/cds-services/";
constexpr std::string_view kEvidencePrefix = "/evidence/";
constexpr std::string_view kOpenApiPath = "/openapi.json";
constexpr std::size_t kTraceStateBytes = 512;  // what systems have to carry, at least

Response error_response(Error const& error) {
  Response response;
  response.status = server::http_status(error.code);
  response.headers.emplace_back("Cache-Control", "no-store");
  if (response.status == 429 || response.status == 503) response.headers.emplace_back("Retry-After", "1");
  // No reason to an unauthenticated or refused caller (AUTH-05); a wrong method says it in Allow.
  if (response.status == 401) {
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  if (response.status == 403 || response.status == 405) return response;
  response.content_type = kJson;  // an OperationOutcome as well: clients of this API ask for nothing else (HTTP-03)
  response.body = fhir::operation_outcome(error);
  return response;
}

/// Where a path leads.
struct Route {
  enum class Kind { discovery, service, feedback, evidence, openapi, review, unknown } kind = Kind::unknown;
  hooks::ServiceDefinition const* service = nullptr;
  bool feedback = false;  ///< the service's feedback endpoint
  std::string row;
  std::string path;  ///< console: normalised
  /// For the access log: never the path as sent, which may hold anything.
  [[nodiscard]] std::string name() const {
    if (service != nullptr && kind == Kind::service) return std::string(service->id);
    if (service != nullptr && kind == Kind::feedback) return std::string(service->id) + "/feedback";
    return kind == Kind::discovery  ? "discovery"
           : kind == Kind::evidence ? "evidence"
           : kind == Kind::openapi  ? "openapi"
           : kind == Kind::review   ? "review"
                                    : "unknown";
  }
  [[nodiscard]] bool is_posted() const { return kind == Kind::service || kind == Kind::feedback; }
  [[nodiscard]] std::string_view allowed() const { return is_posted() ? "POST, OPTIONS" : "GET, HEAD, OPTIONS"; }
};

/// `feedback_offered`: whether its endpoint is offered; without a store there is nowhere to keep it.
Route find_route(std::string_view raw_path, bool feedback_offered) {
  std::string path = server::normalised_path(raw_path);
  Route route;
  if (path == "/cds-services") {
    route.kind = Route::Kind::discovery;
  } else if (path.starts_with(kServicePrefix)) {
    std::string_view id = std::string_view(path).substr(kServicePrefix.size());
    route.feedback = id.ends_with("/feedback");
    if (route.feedback) id.remove_suffix(std::string_view("/feedback").size());
    route.service = hooks::find_service(id);
    if (route.service != nullptr && !route.feedback) route.kind = Route::Kind::service;
    if (route.service != nullptr && route.feedback && feedback_offered) route.kind = Route::Kind::feedback;
  } else if (path == "/evidence" || path.starts_with(kEvidencePrefix)) {
    route.kind = Route::Kind::evidence;
    route.row = path.substr(std::min(path.size(), kEvidencePrefix.size()));
  } else if (path == kOpenApiPath) {
    route.kind = Route::Kind::openapi;
  } else if (is_console(path) && (feedback_offered || is_console_without_store(path))) {
    route.kind = Route::Kind::review;
    route.path = std::move(path);
  }
  return route;
}

base::Day today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

class ServiceRoutes {
 public:
  ServiceRoutes(KnowledgeSlot const& knowledge, RouteSettings const& settings, ServiceParts parts)
      : knowledge_(knowledge),
        settings_(settings),
        gate_(parts.gate),
        client_(parts.client),
        decisions_(parts.decisions),
        console_(knowledge, settings, parts.decisions),
        discovery_(hooks::discovery_json()) {}

  /// Everything that can be said without the body, so that nothing of it is read in vain.
  [[nodiscard]] awaitable<std::optional<Response>> on_head(RequestHead& head) const {
    auto const start = Clock::now();
    Route const route = find_route(head.path, decisions_.keeps());
    std::optional<Response> answer;
    if (route.is_posted() && head.method == "POST") {
      answer = co_await admit_service_call(head, route);
    } else if (route.kind == Route::Kind::review) {
      answer = co_await console_.on_head(head, route.path);
    } else {
      answer = refuse_or_serve(head, route);
    }
    if (answer) finish(head, route, head.method == "OPTIONS", start, *answer);
    co_return answer;
  }

  [[nodiscard]] awaitable<Response> on_body(RequestHead const& head, std::string body) const {
    auto const start = Clock::now();
    Route const route = find_route(head.path, decisions_.keeps());
    Response response;
    if (route.kind == Route::Kind::review) {
      response = co_await console_.on_body(head, route.path, std::move(body));
    } else if (route.kind == Route::Kind::feedback) {
      response = co_await take_feedback(client_of(head), std::move(body));
    } else {
      response = co_await call_service(head, *route.service, std::move(body), start);
    }
    finish(head, route, false, start, response);
    co_return response;
  }

  [[nodiscard]] Response on_error(RequestHead const* head, unsigned status, std::string_view reason) const {
    Error error{status == 408   ? Errc::timeout
                : status == 413 ? Errc::too_large
                : status == 503 ? Errc::unavailable
                : status >= 500 ? Errc::internal
                                : Errc::invalid_value,
                "", std::string(reason)};
    Response response = error_response(error);
    response.status = status;
    if (head != nullptr) add_headers(*head, false, response);
    return response;
  }

 private:
  [[nodiscard]] std::optional<Response> refuse_or_serve(RequestHead const& head, Route const& route) const {
    bool const unknown = route.kind == Route::Kind::unknown;
    // Feedback that is not offered: a browser may ask as well, or all that its page would see is "network error"
    // rather than 404. REQ CORS-02, CORS-03
    bool const asks_for_feedback = route.service != nullptr && !head.header("Access-Control-Request-Method").empty();
    if (head.method == "OPTIONS" && (!unknown || asks_for_feedback)) {
      Response preflight;
      preflight.status = 204;
      if (!unknown) preflight.headers.emplace_back("Allow", route.allowed());
      return preflight;
    }
    if (unknown) return error_response({Errc::not_found, "", "no such path; see /cds-services"});
    if (route.is_posted()) return wrong_method(route);
    if (head.method != "GET" && head.method != "HEAD") return wrong_method(route);
    if (route.kind == Route::Kind::evidence) return evidence(head, route.row);
    return document(head, route.kind == Route::Kind::discovery ? std::string_view(discovery_) : openapi_document());
  }

  [[nodiscard]] static Response wrong_method(Route const& route) {
    Response response = error_response({Errc::method_not_allowed, "", ""});
    response.headers.emplace_back("Allow", route.allowed());
    return response;
  }

  /// Who calls is found out first; what else is wrong is told to those who may call. REQ AUTH-06
  [[nodiscard]] awaitable<std::optional<Response>> admit_service_call(RequestHead& head, Route const& route) const {
    auto client = co_await gate_.admit(head, route.service->id, route.feedback);
    if (!client) co_return error_response(client.error());
    head.caller = std::make_shared<Caller const>(*std::move(client));
    if (route.feedback) head.body_limit = {settings_.feedback_bytes, "limits.feedback_bytes"};
    co_return refuse_content(head);
  }

  [[nodiscard]] static std::optional<Response> refuse_content(RequestHead const& head) {
    if (!server::is_json_content(head.header("Content-Type"))) {
      return error_response({Errc::unsupported_media_type, "Content-Type", "must be application/json"});
    }
    if (!server::is_identity_coding(head.header("Content-Encoding"))) {
      Response response = error_response({Errc::unsupported_media_type, "Content-Encoding",
                                          "must be identity: send the body as it is, not compressed"});
      response.headers.emplace_back("Accept-Encoding", "identity");  // RFC 9110 12.5.3
      return response;
    }
    if (!server::accepts(head.header("Accept"), kJson)) {
      return error_response({Errc::not_acceptable, "Accept", "the answer is application/json"});
    }
    return std::nullopt;
  }

  [[nodiscard]] static Response document(RequestHead const& head, std::string_view text) {
    if (!server::accepts(head.header("Accept"), kJson)) {
      return error_response({Errc::not_acceptable, "Accept", "the answer is application/json"});
    }
    Response response;
    response.content_type = kJson;
    response.body = std::string(text);
    return response;
  }

  /// One recommendation, or with an empty id the index of all.
  [[nodiscard]] Response evidence(RequestHead const& head, std::string const& row_id) const {
    auto knowledge = knowledge_.load();
    auto const& rules = knowledge->rules;
    auto row = rules.row_index(row_id);
    if (!row && !row_id.empty()) return error_response({Errc::not_found, "", "no such recommendation; see /evidence"});
    Response response;
    auto accept = head.header("Accept");
    if (!server::accepts(accept, "text/html") && !server::accepts(accept, kJson)) {
      return error_response({Errc::not_acceptable, "Accept", "the answer is text/html or application/json"});
    }
    bool html = server::prefers(accept, "text/html", kJson);
    response.content_type = html ? "text/html; charset=utf-8" : std::string(kJson);
    if (row) {
      response.body =
          html ? hooks::evidence_html(rules, rules.rows[*row]) : hooks::evidence_json(rules, rules.rows[*row]);
    } else {
      std::string const search = hooks::evidence_search(head.query);
      response.body = html ? hooks::evidence_index_html(rules, search) : hooks::evidence_index_json(rules, search);
    }
    response.headers.emplace_back("Vary", "Accept");
    if (html) response.headers.emplace_back("Content-Security-Policy", hooks::kEvidencePolicy);
    return response;
  }

  /// As admit_service_call left it.
  [[nodiscard]] static Caller const& caller_of(RequestHead const& head) {
    return *static_cast<Caller const*>(head.caller.get());
  }
  [[nodiscard]] static Client const& client_of(RequestHead const& head) { return *caller_of(head).client; }
  [[nodiscard]] static std::string client_name(RequestHead const& head) {
    return head.caller ? client_of(head).name : std::string();
  }

  [[nodiscard]] awaitable<Response> call_service(RequestHead const& head, hooks::ServiceDefinition const& service,
                                                 std::string body, Clock::time_point start) const {
    Client const& client = client_of(head);
    auto parsed = base::JsonBody::parse(std::move(body), {settings_.body_bytes, settings_.json_depth});
    if (!parsed) co_return error_response(parsed.error());
    auto const evaluated_from = Clock::now();
    decisions_.metrics().stage("parse", evaluated_from - start);
    auto const knowledge = knowledge_.load();
    auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    hooks::RecordOptions const record{
        decisions_.references(), decisions_.ids(), std::string(service.id), client.name, caller_of(head).tenant, now,
        decisions_.keeps()};
    hooks::OrderServiceOptions const options{client.profile, settings_.public_url, settings_.gap_cards,
                                             &record,        settings_.read,       settings_.most_cards};
    fhir::Headers trace = trace_headers(head);
    auto outcome = co_await hooks::fetch_and_answer_order_hook(*knowledge, service, **parsed, options, today(), client_,
                                                               client.fetch, std::move(trace));
    // Nothing points into the request any more: while this call waits for the store, the next one has its memory.
    parsed->reset();
    note_stages(head, outcome, Clock::now() - evaluated_from);
    if (!outcome.answer) co_return error_response(outcome.answer.error());
    auto& answer = *outcome.answer;
    auto const latency = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    for (auto& decision : answer.records) decision.latency_us = latency.count();
    bool const on_disk = co_await decisions_.record(std::move(answer.records));
    if (!on_disk && settings_.store_required) {
      co_return error_response({Errc::unavailable, "store", "the decision cannot be kept (store_required); try again"});
    }
    Response response;
    response.content_type = kJson;
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = std::move(answer.body);
    co_return response;
  }

  /// The caller's trace goes on in the calls that are made for it. https://www.w3.org/TR/trace-context/
  [[nodiscard]] static fhir::Headers trace_headers(RequestHead const& head) {
    auto const received = head.header("traceparent");
    if (received.empty()) return {};
    std::string traceparent = server::outbound_traceparent(received, base::random_hex(8));
    if (traceparent.empty()) return {};
    fhir::Headers headers{{"traceparent", std::move(traceparent)}};
    auto const state = head.header("tracestate");
    if (!state.empty() && state.size() <= kTraceStateBytes) headers.emplace_back("tracestate", state);
    return headers;
  }

  void note_stages(RequestHead const& head, hooks::FetchedOutcome const& outcome, Clock::duration time) const {
    decisions_.metrics().stage("evaluate", time - outcome.fetch_time);
    QueriedFor const call{head.request_id, client_of(head).name, outcome.fhir_server};
    decisions_.foreign_resources(call, outcome.foreign);
    if (outcome.queries.empty()) return;
    decisions_.metrics().stage("fetch", outcome.fetch_time);
    for (auto const& query : outcome.queries) decisions_.fhir_query(call, query);
  }

  /// 200 and an empty object once everything usable is committed. REQ FDBK-01, FDBK-02
  [[nodiscard]] awaitable<Response> take_feedback(Client const& caller, std::string body) const {
    auto parsed = base::JsonBody::parse(std::move(body), {settings_.body_bytes, settings_.json_depth});
    if (!parsed) co_return error_response(parsed.error());
    auto kept = co_await decisions_.feedback(**parsed, caller.name, settings_.feedback_entries, settings_.clock_skew);
    if (!kept) co_return error_response(kept.error());
    Response response;
    response.content_type = kJson;
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = "{}";
    co_return response;
  }

  /// What every answer of a route is given: its name, headers, and a place in the figures.
  void finish(RequestHead const& head, Route const& route, bool preflight, Clock::time_point start,
              Response& response) const {
    if (route.is_posted()) response.client = client_name(head);
    response.route = route.name();
    // No page of another site may read decisions, whatever cors.origins says.
    if (route.kind != Route::Kind::review) add_headers(head, preflight, response);
    std::string_view const hook = route.is_posted() ? route.service->hook : std::string_view{};
    decisions_.metrics().request(response.route, hook, response.status, Clock::now() - start);
  }

  /// Headers that errors carry as well: without them a browser client sees only "network error".
  void add_headers(RequestHead const& head, bool preflight, Response& response) const {
    auto cors = server::cors_headers(settings_.cors_origins, head.header("Origin"), preflight);
    response.headers.insert(response.headers.end(), cors.begin(), cors.end());
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  }

  KnowledgeSlot const& knowledge_;
  RouteSettings const& settings_;
  Gate const& gate_;
  fhir::RestClient& client_;
  DecisionLog const& decisions_;
  Console console_;
  std::string discovery_;
};

awaitable<Response> answer_body(std::shared_ptr<ServiceRoutes const> routes, RequestHead const& head,
                                std::string body) {
  Response response = co_await routes->on_body(head, std::move(body));
  co_return response;
}

}  // namespace

server::Handler service_handler(KnowledgeSlot const& knowledge, RouteSettings const& settings, ServiceParts parts) {
  auto routes = std::make_shared<ServiceRoutes const>(knowledge, settings, parts);
  server::Handler handler;
  handler.on_head = [routes](RequestHead& head) { return routes->on_head(head); };
  handler.on_request = [routes](RequestHead const& head, std::string body) {
    return answer_body(routes, head, std::move(body));
  };
  handler.on_error = [routes](RequestHead const* head, unsigned status, std::string_view reason) {
    return routes->on_error(head, status, reason);
  };
  return handler;
}

}  // namespace ivig::app
