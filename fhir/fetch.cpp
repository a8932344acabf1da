#include "fhir/fetch.h"

#include <cctype>
#include <utility>

#include "base/gather.h"
#include "fhir/gather.h"
#include "fhir/resolve_url.h"

namespace ivig::fhir {
namespace {

using base::Errc;

constexpr std::size_t kAtOnce = 8;

bool is_absolute(std::string_view url) { return url.find("://") != std::string_view::npos; }

/// `path` under `base`, or what a link names from there.
std::string joined(std::string_view base_url, std::string_view path) {
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  return resolved_url(path.starts_with('?') ? std::string(base_url) : std::string(base_url) + "/", path);
}

bool same_origin(std::string_view a, std::string_view b) {
  auto const left = parse_web_address(a);
  auto const right = parse_web_address(b);
  return left && right && left->origin == right->origin;
}

boost::asio::awaitable<void> fetch_one(RestClient& client, OutboundPolicy const& policy, FhirAccess const& access,
                                       Query const& query, FetchedAnswer& answer) {
  std::string url = joined(access.base, query.path);
  std::size_t left = access.limits.bytes;
  for (unsigned page = 0; page < access.pages; ++page) {
    if (!same_origin(url, access.base)) {
      answer.failure = Errc::forbidden;
      answer.cause = "a next page on another origin";
      co_return;
    }
    GetRequest request{url, access.accept, access.token, left, access.by, access.headers};
    auto got = co_await client.get(policy, std::move(request));
    if (!got) {
      answer.failure = got.error().code;
      answer.cause = got.error().detail;
      answer.status = 0;
      co_return;
    }
    answer.status = got->status;
    if (got->status < 200 || got->status > 299) {
      answer.failure = got->status == 401 || got->status == 403 ? Errc::forbidden : Errc::unavailable;
      answer.cause = "the status says so";
      co_return;
    }
    left -= got->body.size();
    auto parsed = base::JsonBody::parse(std::move(got->body), access.limits);
    if (!parsed) {
      answer.failure = parsed.error().code;
      answer.cause = "the answer is no JSON that can be read";
      co_return;
    }
    PageState const state = page_state((*parsed)->root());
    answer.pages.push_back(std::move(*parsed));
    if (state.failed) {
      answer.failure = Errc::unavailable;
      answer.cause = "an OperationOutcome, or no resource";
      co_return;
    }
    if (state.next.empty()) {
      answer.complete = true;
      co_return;
    }
    url = resolved_url(url, state.next);
  }
  answer.failure = Errc::too_large;
  answer.cause = "more pages than allowed";
}

boost::asio::awaitable<void> fetch_timed(RestClient& client, OutboundPolicy const& policy, FhirAccess const& access,
                                         Query const& query, FetchedAnswer& answer) {
  auto const start = std::chrono::steady_clock::now();
  co_await fetch_one(client, policy, access, query, answer);
  answer.time = std::chrono::steady_clock::now() - start;
}

}  // namespace

std::string percent_encoded(std::string_view id) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string text;
  for (char const c : id) {
    auto const byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      text += c;
    } else {
      text += '%';
      text += kHex[byte >> 4U];
      text += kHex[byte & 0xFU];
    }
  }
  return text;
}

boost::asio::awaitable<std::vector<FetchedAnswer>> fetch_all(RestClient& client, OutboundPolicy const& policy,
                                                             FhirAccess access, std::vector<Query> queries) {
  std::vector<FetchedAnswer> answers(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    answers[i].key = queries[i].key;
    if (!is_absolute(queries[i].path))
      answers[i].resource = queries[i].path.substr(0, queries[i].path.find_first_of("/?"));
  }
  std::function<boost::asio::awaitable<void>(std::size_t)> work = [&](std::size_t i) {
    return fetch_timed(client, policy, access, queries[i], answers[i]);
  };
  std::size_t const count = queries.size();
  co_await base::gather(count, kAtOnce, std::move(work));
  co_return answers;
}

}  // namespace ivig::fhir
