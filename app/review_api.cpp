#include "app/review_api.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "app/decision_filters.h"
#include "base/await_callback.h"
#include "fhir/operation_outcome.h"
#include "hooks/stored_decision.h"
#include "server/http_status.h"
#include "server/query.h"

namespace ivig::app {
namespace {

using base::Errc;
using base::Result;
using boost::asio::awaitable;
using server::Response;
using store::Reader;

constexpr std::string_view kDecisions = "/review/api/decisions";
constexpr std::string_view kRates = "/review/api/override-rates";

using Body = Result<std::string>;
using Question = std::function<Body(Reader&)>;

/// Runs the question on the store's own thread, answer included: making a page of JSON is no work for a connection.
awaitable<Body> ask(store::Store& store, Question question) {
  auto begin = [&store, &question](std::function<void(Body)> done) {
    store.ask([question = std::move(question), done = std::move(done)](Result<Reader*> reader) {
      if (reader) done(question(**reader));
      else done(tl::unexpected(reader.error()));
    });
  };
  co_return co_await base::await_callback<Body>(std::move(begin));
}

Body decisions_page(Reader& reader, store::DecisionQuery const& query) {
  auto page = reader.list(query);
  if (!page) return tl::unexpected(page.error());
  std::string out = "{\"decisions\":[";
  for (auto const& decision : page->decisions) {
    if (out.back() != '[') out += ',';
    out += hooks::stored_decision_json(decision);
  }
  out += "],\"next\":";
  out += page->next.empty() ? "null" : "\"" + page->next + "\"";
  return out + "}";
}

Body one_decision(Reader& reader, std::string const& id, bool fhir, std::string const& public_url) {
  auto decision = reader.show(id);
  if (!decision) return tl::unexpected(decision.error());
  return fhir ? hooks::guidance_bundle(*decision, public_url) : hooks::stored_decision_json(*decision);
}

Response respond(Body const& body, bool fhir) {
  Response response;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.content_type = fhir && body ? "application/fhir+json" : "application/json";
  if (body) {
    response.body = *body;
  } else {
    response.status = server::http_status(body.error().code);
    response.body = fhir::operation_outcome(body.error());
  }
  return response;
}

/// What is asked for, or why not.
Result<Question> question_of(DecisionLog const& decisions, std::string const& path, std::string const& query_text,
                             std::string public_url, bool& fhir) {
  auto pairs = server::parse_query(query_text);
  if (!pairs) return base::fail(Errc::invalid_value, "query", "is not percent-encoded as it should be");
  store::DecisionQuery query;
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  for (auto const& [name, value] : *pairs) {
    if (name == "format") {
      if (value != "json" && value != "fhir") return base::fail(Errc::invalid_value, "format", "must be json or fhir");
      fhir = value == "fhir";
    } else if (name == "documents") {
      query.documents = value != "false";
    } else if (auto set = set_filter(query, name, value, decisions.references(), now); !set) {
      // An unknown name is a mistake of the caller, not a missing page.
      return base::fail(Errc::invalid_value, set.error().where, set.error().detail);
    }
  }
  if (path == kDecisions) {
    fhir = false;
    return Question([query = std::move(query)](Reader& reader) { return decisions_page(reader, query); });
  }
  if (path == kRates) {
    fhir = false;
    return Question([query = std::move(query)](Reader& reader) -> Body {
      auto rates = reader.override_rates(query.from, query.until);
      if (!rates) return tl::unexpected(rates.error());
      return hooks::override_rates_json(*rates);
    });
  }
  if (!path.starts_with(std::string(kDecisions) + "/")) return base::fail(Errc::not_found, "", "no such path");
  return Question([id = path.substr(kDecisions.size() + 1), as_fhir = fhir,
                   url = std::move(public_url)](Reader& reader) { return one_decision(reader, id, as_fhir, url); });
}

/// Host without port, in lower case.
std::string host_of(std::string_view authority) {
  auto const end = authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':');
  std::string host(authority.substr(0, std::min(end, authority.size())));
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return host;
}

std::string host_of_url(std::string_view url) {
  auto const at = url.find("://");
  if (at == std::string_view::npos) return {};
  url.remove_prefix(at + 3);
  return host_of(url.substr(0, url.find('/')));
}

}  // namespace

bool is_review_api(std::string_view path) { return path.starts_with("/review/api/"); }

bool may_review(ReviewAccess const& access, server::RequestHead const& head) {
  if (!access.open) return false;
  bool const local_peer = head.peer == "::1" || head.peer.starts_with("127.");
  for (auto const* forwarded : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"}) {
    if (!head.header(forwarded).empty()) return false;
  }
  std::string const host = host_of(head.header("Host"));
  bool const own_name = host == "localhost" || host == "127.0.0.1" || host == "[::1]" ||
                        (!host.empty() && host == host_of_url(access.public_url));
  return local_peer && own_name;
}

awaitable<Response> answer_review(DecisionLog const& decisions, std::string path, std::string query,
                                  std::string public_url) {
  bool fhir = false;
  auto question = question_of(decisions, path, query, std::move(public_url), fhir);
  if (!question) {
    Body const refused = tl::unexpected(question.error());
    co_return respond(refused, false);
  }
  Question asked = *std::move(question);
  Body body = co_await ask(decisions.store(), std::move(asked));
  co_return respond(body, fhir);
}

}  // namespace ivig::app
