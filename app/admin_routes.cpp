// The admin listener: probes and metrics, no patient data.

#include <string>
#include <utility>
#include <vector>

#include "app/routes.h"

namespace ivig::app {
namespace {

using server::RequestHead;
using server::Response;

Response plain(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

/// "ready", or a reason a line.
Response readiness(AdminParts const& parts, bool spool_is_enough) {
  std::vector<std::string> reasons;
  if (parts.stopping) reasons.emplace_back("stopping");
  if (!parts.knowledge.load()) reasons.emplace_back("rules are not loaded");
  auto const status = parts.decisions.store().status();
  bool const safe = spool_is_enough && status.spool_writable;
  if (!status.writable && !safe) reasons.push_back("the store is not writable: " + status.reason);
  if (!status.spool_writable) reasons.emplace_back("the spool is not writable: records are in memory only");
  if (reasons.empty())
    return plain(200, status.writable ? "ready\n" : "ready; the store is away, records are spooled\n");
  std::string body;
  for (auto const& reason : reasons) body += reason + "\n";
  return plain(503, std::move(body));
}

Response metrics(AdminParts const& parts) {
  auto& figures = parts.decisions.metrics();
  if (auto knowledge = parts.knowledge.load()) figures.rules(knowledge->rules.version, knowledge->rules.sha256);
  if (parts.decisions.keeps()) figures.store(parts.decisions.store().status());
  parts.refresh(figures);
  Response response = plain(200, figures.text());
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

Response answer(AdminParts const& parts, RequestHead const& head) {
  if (head.method != "GET" && head.method != "HEAD") {
    Response response;
    response.status = 405;
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (head.path == "/healthz") return plain(200, "ok\n");
  if (head.path == "/readyz") return readiness(parts, head.query == "spool=ok");
  if (head.path == "/metrics") return metrics(parts);
  return plain(404, "no such path; there are /healthz, /readyz and /metrics\n");
}

boost::asio::awaitable<Response> answer_unexpected() {
  Response response;
  response.status = 404;
  co_return response;
}

}  // namespace

server::Handler admin_handler(AdminParts parts) {
  server::Handler handler;
  handler.on_head = [parts = std::move(parts)](RequestHead& head) { return server::at_once(answer(parts, head)); };
  handler.on_request = [](RequestHead const&, std::string const&) { return answer_unexpected(); };
  handler.on_error = [](RequestHead const*, unsigned status, std::string_view reason) {
    return plain(status, std::string(reason) + "\n");
  };
  return handler;
}

}  // namespace ivig::app
