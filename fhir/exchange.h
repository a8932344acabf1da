#pragma once
// One HTTP request and its answer, on a connection of their own (ADR 8). No HTTP library is seen here.

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "base/asio.h"
#include "base/delivery.h"
#include "base/result.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace ivig::fhir {

/// Of status line and headers together, and of one line of a chunked body.
constexpr std::size_t kMostHeadBytes = 65536;

struct ExchangeRequest {
  boost::asio::ip::tcp::endpoint at;  ///< what is connected to
  bool tls = true;
  std::string host;           ///< whose certificate it must be: a name or an address
  std::string bytes;          ///< head and body, as they go out
  std::size_t max_bytes = 0;  ///< of the answer's body
  base::Deadline by{};
};

struct ExchangeAnswer {
  unsigned status = 0;  ///< 200 or more
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// Errors of an answer that HTTP does not allow, or allows only after agreement: never tried again.
constexpr base::Errc kBrokenAnswer = base::Errc::wrong_type;

/// Speaks HTTP/1.1 with servers whose certificates it checks. May be used from any thread.
class Exchanger {
 public:
  /// `trust`: the CA certificates; nullptr: none, so that every TLS connection fails.
  explicit Exchanger(x509_store_st* trust);
  ~Exchanger();
  Exchanger(Exchanger const&) = delete;
  Exchanger& operator=(Exchanger const&) = delete;

  /// Opens a connection, sends the bytes, reads one answer and closes the connection, whatever has come of it: what a
  /// server sends late, twice or unasked is never read as the answer to another request. REQ FHIR-07
  ///
  /// An answer counts only when its framing leaves no doubt: errors are kBrokenAnswer for a status below 200, bytes
  /// behind the body, Content-Length given twice or beside Transfer-Encoding, another transfer coding than chunked,
  /// malformed chunks, and a Content-Encoding; too_large for a head beyond kMostHeadBytes and a body beyond max_bytes;
  /// timeout; unavailable (no connection, TLS, cut off). The detail says why. The executor must run on one thread.
  [[nodiscard]] boost::asio::awaitable<base::Result<ExchangeAnswer>> exchange(ExchangeRequest request) const;

 private:
  struct Tls;
  std::unique_ptr<Tls> tls_;
};

}  // namespace ivig::fhir
