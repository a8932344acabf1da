#pragma once
// The services as the server runs them: with a FHIR server of the test's own to fetch from.

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hooks/fetching_order_service.h"
#include "tests/support/fhir_server.h"
#include "tests/support/order_answers.h"

namespace ivig::test {

/// `fhirServer` and a whole `fhirAuthorization`, for OrderRequest::more.
inline std::string access(std::string const& fhir_server, std::string const& token = "secret-1",
                          std::string const& changed = "") {
  return "'fhirServer':'" + fhir_server + "','fhirAuthorization':{'access_token':'" + token +
         "','token_type':'Bearer','expires_in':300,'scope':'user/*.read','subject':'cds'" +
         (changed.empty() ? "" : "," + changed) + "}";
}

/// An order request without any prefetch.
inline OrderRequest without_prefetch(std::string const& order, std::string const& more) {
  OrderRequest request{{order}};
  for (auto const& prefetch : hooks::kPrefetch) request.prefetch.emplace_back(prefetch.key, "");
  request.more = more;
  return request;
}

class FetchingService {
 public:
  explicit FetchingService(std::shared_ptr<x509_store_st> const& trust = nullptr) : client(trust) {}

  fhir::RestClient client;
  /// Time enough on a busy machine: what a deadline does is a test of its own.
  hooks::FetchSettings settings{.policy = {}, .version = {}, .time = std::chrono::minutes(1)};
  hooks::OrderServiceOptions options{{}, "https://cds.example.org", true};

  void allow(std::vector<std::string> const& origins) { settings.policy = *fhir::OutboundPolicy::read(origins, {}); }

  fhir::Headers headers;

  [[nodiscard]] base::Result<hooks::FetchedOutcome> outcome(std::string const& request) {
    auto body = base::JsonBody::parse(request, {});
    if (!body) return tl::unexpected(body.error());
    boost::asio::io_context io;
    std::optional<hooks::FetchedOutcome> result;
    boost::asio::co_spawn(io, into(**body, result), boost::asio::detached);
    io.run();
    if (!result->answer) return tl::unexpected(result->answer.error());
    return std::move(*result);
  }

  /// The answer's body, "412 place" for data that is lacking, "error place" for anything else.
  [[nodiscard]] std::string answer(std::string const& request) {
    auto const result = outcome(request);
    if (result) return result->answer->body;
    return (result.error().code == base::Errc::missing_data ? "412 " : "error ") + result.error().where;
  }
  [[nodiscard]] std::string answer(OrderRequest const& request) { return answer(request.text()); }

 private:
  boost::asio::awaitable<void> into(base::JsonBody const& body, std::optional<hooks::FetchedOutcome>& result) {
    bool const select = base::string_member(body.root(), "hook") == "order-select";
    auto const& service = *hooks::find_service(select ? "ivig-order-select" : "ivig-order-sign");
    auto outcome = co_await hooks::fetch_and_answer_order_hook(*tree_knowledge(), service, body, options, call_day(),
                                                               client, settings, headers);
    result = std::move(outcome);
  }
};

}  // namespace ivig::test
