#include "app/routes.h"

#include <chrono>

#include "app/openapi.h"
#include "base/json_body.h"
#include "fhir/operation_outcome.h"
#include "hooks/evidence.h"
#include "hooks/fetching_order_service.h"
#include "hooks/services.h"
#include "server/http_status.h"
#include "server/negotiate.h"

namespace ivig::app {
namespace {

using base::Errc;
using base::Error;
using boost::asio::awaitable;
using server::RequestHead;
using server::Response;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kServicePrefix = "/cds-services/";
constexpr std::string_view kEvidencePrefix = "/evidence/";
constexpr std::string_view kOpenApiPath = "/openapi.json";

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
  enum class Kind { discovery, service, evidence, unknown } kind = Kind::unknown;
  hooks::ServiceDefinition const* service = nullptr;
  bool feedback = false;  ///< the service's feedback endpoint
  std::string row;
  /// For the access log: never the path as sent, which may hold anything.
  [[nodiscard]] std::string name() const {
    if (service != nullptr && kind == Kind::service) return std::string(service->id);
    return kind == Kind::discovery ? "discovery" : kind == Kind::evidence ? "evidence" : "unknown";
  }
  [[nodiscard]] std::string_view allowed() const {
    return kind == Kind::service ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
  }
};

Route find_route(std::string_view raw_path) {
  std::string path = server::normalised_path(raw_path);
  Route route;
  if (path == "/cds-services") {
    route.kind = Route::Kind::discovery;
  } else if (path.starts_with(kServicePrefix)) {
    std::string_view id = std::string_view(path).substr(kServicePrefix.size());
    route.feedback = id.ends_with("/feedback");
    if (route.feedback) id.remove_suffix(std::string_view("/feedback").size());
    route.service = hooks::find_service(id);
    // Without a store there is nowhere to keep feedback: the endpoint is not offered.
    if (route.service != nullptr && !route.feedback) route.kind = Route::Kind::service;
  } else if (path == "/evidence" || path.starts_with(kEvidencePrefix)) {
    route.kind = Route::Kind::evidence;
    route.row = path.substr(std::min(path.size(), kEvidencePrefix.size()));
  }
  return route;
}

base::Day today() { return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()); }

class ServiceRoutes {
 public:
  ServiceRoutes(KnowledgeSlot const& knowledge, RouteSettings const& settings, Gate const& gate,
                fhir::RestClient& client)
      : knowledge_(knowledge), settings_(settings), gate_(gate), client_(client), discovery_(hooks::discovery_json()) {}

  /// Everything that can be said without the body, so that nothing of it is read in vain.
  [[nodiscard]] awaitable<std::optional<Response>> on_head(RequestHead& head) const {
    Route const route = find_route(head.path);
    std::optional<Response> answer;
    if (route.kind == Route::Kind::service && head.method == "POST") {
      answer = co_await admit_service_call(head, route);
    } else {
      answer = refuse_or_serve(head, route);
    }
    if (answer) {
      answer->client = client_name(head);
      answer->route = route.name();
      finish(head, head.method == "OPTIONS", *answer);
    }
    co_return answer;
  }

  [[nodiscard]] awaitable<Response> on_body(RequestHead const& head, std::string body) const {
    Route const route = find_route(head.path);
    Client const& caller = client_of(head);
    Response response = co_await call_service(caller, *route.service, std::move(body));
    response.client = caller.name;
    response.route = route.name();
    finish(head, false, response);
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
    if (head != nullptr) finish(*head, false, response);
    return response;
  }

 private:
  [[nodiscard]] std::optional<Response> refuse_or_serve(RequestHead const& head, Route const& route) const {
    if (head.path == kOpenApiPath) return openapi(head);
    if (route.kind == Route::Kind::unknown)
      return error_response({Errc::not_found, "", "no such path; see /cds-services"});
    if (head.method == "OPTIONS") {
      Response preflight;
      preflight.status = 204;
      preflight.headers.emplace_back("Allow", route.allowed());
      return preflight;
    }
    if (route.kind == Route::Kind::service) return wrong_method(route);
    if (head.method != "GET" && head.method != "HEAD") return wrong_method(route);
    return route.kind == Route::Kind::discovery ? discovery(head) : evidence(head, route.row);
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
    head.caller = *std::move(client);
    co_return refuse_content(head);
  }

  [[nodiscard]] static std::optional<Response> refuse_content(RequestHead const& head) {
    if (!server::is_json_content(head.header("Content-Type"))) {
      return error_response({Errc::unsupported_media_type, "Content-Type", "must be application/json"});
    }
    if (!server::accepts(head.header("Accept"), kJson)) {
      return error_response({Errc::not_acceptable, "Accept", "the answer is application/json"});
    }
    return std::nullopt;
  }

  [[nodiscard]] Response discovery(RequestHead const& head) const {
    if (!server::accepts(head.header("Accept"), kJson)) {
      return error_response({Errc::not_acceptable, "Accept", "the answer is application/json"});
    }
    Response response;
    response.content_type = kJson;
    response.body = discovery_;
    return response;
  }

  [[nodiscard]] static Response openapi(RequestHead const& head) {
    Route const route{};
    if (head.method == "OPTIONS") {
      Response preflight;
      preflight.status = 204;
      preflight.headers.emplace_back("Allow", route.allowed());
      return preflight;
    }
    if (head.method != "GET" && head.method != "HEAD") return wrong_method(route);
    if (!server::accepts(head.header("Accept"), kJson)) {
      return error_response({Errc::not_acceptable, "Accept", "the answer is application/json"});
    }
    Response response;
    response.content_type = kJson;
    response.body = std::string(openapi_document());
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
  [[nodiscard]] static Client const& client_of(RequestHead const& head) {
    return *static_cast<Client const*>(head.caller.get());
  }
  [[nodiscard]] static std::string client_name(RequestHead const& head) {
    return head.caller ? client_of(head).name : std::string();
  }

  [[nodiscard]] awaitable<Response> call_service(Client const& caller, hooks::ServiceDefinition const& service,
                                                 std::string body) const {
    auto const parsed = base::JsonBody::parse(std::move(body), {settings_.body_bytes, settings_.json_depth});
    if (!parsed) co_return error_response(parsed.error());
    auto const knowledge = knowledge_.load();
    hooks::OrderServiceOptions const options{caller.profile, settings_.public_url, settings_.gap_cards};
    auto outcome = co_await hooks::fetch_and_answer_order_hook(*knowledge, service, **parsed, options, today(), client_,
                                                               caller.fetch);
    if (!outcome) co_return error_response(outcome.error());
    Response response;
    response.content_type = kJson;
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = std::move(outcome->body);
    co_return response;
  }

  /// Headers that every answer carries, errors included: without them a browser client sees only "network error".
  void finish(RequestHead const& head, bool preflight, Response& response) const {
    auto cors = server::cors_headers(settings_.cors_origins, head.header("Origin"), preflight);
    response.headers.insert(response.headers.end(), cors.begin(), cors.end());
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  }

  KnowledgeSlot const& knowledge_;
  RouteSettings const& settings_;
  Gate const& gate_;
  fhir::RestClient& client_;
  std::string discovery_;
};

awaitable<Response> answer_body(std::shared_ptr<ServiceRoutes const> routes, RequestHead const& head,
                                std::string body) {
  Response response = co_await routes->on_body(head, std::move(body));
  co_return response;
}

awaitable<Response> answer_unexpected() {
  Response response;
  response.status = 404;
  co_return response;
}

Response plain(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  return response;
}

Response answer_admin(KnowledgeSlot const& knowledge, RequestHead const& head) {
  if (head.method != "GET" && head.method != "HEAD") {
    Response response;
    response.status = 405;
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (head.path == "/healthz") return plain(200, "ok\n");
  if (head.path == "/readyz") return knowledge.load() ? plain(200, "ready\n") : plain(503, "rules are not loaded\n");
  return plain(404, "no such path; there are /healthz and /readyz\n");
}

}  // namespace

server::Handler service_handler(KnowledgeSlot const& knowledge, RouteSettings const& settings, Gate const& gate,
                                fhir::RestClient& client) {
  auto routes = std::make_shared<ServiceRoutes const>(knowledge, settings, gate, client);
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

server::Handler admin_handler(KnowledgeSlot const& knowledge) {
  server::Handler handler;
  handler.on_head = [&knowledge](RequestHead& head) { return server::at_once(answer_admin(knowledge, head)); };
  handler.on_request = [](RequestHead const&, std::string) { return answer_unexpected(); };
  handler.on_error = [](RequestHead const*, unsigned status, std::string_view reason) {
    return plain(status, std::string(reason) + "\n");
  };
  return handler;
}

}  // namespace ivig::app
