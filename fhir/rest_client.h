#pragma once
// GET, and forms sent by POST, over HTTP and HTTPS to servers that a policy allows. No type of the HTTP library is seen
// here, and no FHIR.

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/asio.h"
#include "base/delivery.h"
#include "base/result.h"
#include "fhir/outbound_policy.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace ivig::fhir {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct GetRequest {
  std::string url;
  std::string accept;        ///< the Accept header
  std::string bearer{};      ///< the access token; empty: no Authorization header. Never logged, never kept (FHIR-04)
  std::size_t max_bytes{0};  ///< of the answer's body
  base::Deadline by{};       ///< for everything, name look-up included
  Headers headers{};         ///< others to send; never logged, never kept
};

/// A form sent by POST.
struct FormRequest : GetRequest {
  std::string form;     ///< application/x-www-form-urlencoded
  std::string basic{};  ///< "user:password" of an Authorization header by the Basic scheme; never logged, never kept
};

struct GetAnswer {
  unsigned status = 0;  ///< as the server gave it; 3xx is not followed
  std::string content_type;
  std::string body;
};

/// One for the process. Each request has a connection to itself, which is closed after it: no answer is ever read by
/// another request (ADR 8). All functions may be called from any thread.
class RestClient {
 public:
  /// `trust`: the CA certificates that servers are checked against (certs/outbound_trust.h); nullptr: none, so that
  /// every https call fails.
  explicit RestClient(std::shared_ptr<x509_store_st> const& trust);
  ~RestClient();
  RestClient(RestClient const&) = delete;
  RestClient& operator=(RestClient const&) = delete;

  /// One GET. The origin of the URL must be allowed by `policy`, and so must the address that is connected to: names
  /// are looked up here, and the connection goes to the very address that was checked. Redirects are not followed. A
  /// transport error is retried once, with the next address if there is one. Errors, `where` being the origin:
  /// invalid_value, forbidden (policy), timeout, too_large (max_bytes, or a head beyond kMostHeadBytes), wrong_type (an
  /// answer that HTTP does not allow or that is encoded; fhir/exchange.h), unavailable (no such name, no connection,
  /// TLS, cut off, or too many calls in flight to that origin). `detail` says why.
  /// `policy` must outlive the call.
  [[nodiscard]] boost::asio::awaitable<base::Result<GetAnswer>> get(OutboundPolicy const& policy, GetRequest request);

  /// As get, but a POST, and never repeated: what a form does may be done once only.
  [[nodiscard]] boost::asio::awaitable<base::Result<GetAnswer>> post_form(OutboundPolicy const& policy,
                                                                          FormRequest request);

 private:
  [[nodiscard]] boost::asio::awaitable<base::Result<GetAnswer>> send(OutboundPolicy const& policy, FormRequest request,
                                                                     bool post);
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace ivig::fhir
