// The one file of this folder that joins coroutines, TLS and Beast's parser (docs/architecture.md, Traps).

#include "fhir/exchange.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstring>
#include <string_view>

namespace ivig::fhir {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using base::Errc;
using base::fail;
using base::Result;
using boost::system::error_code;
using Socket = asio::ip::tcp::socket;
using TlsStream = asio::ssl::stream<Socket&>;
using Parser = http::response_parser<http::string_body>;

tl::unexpected<base::Error> broken(std::string why) { return fail(kBrokenAnswer, "", std::move(why)); }

/// A socket that is closed at its deadline, and in any case at the end of its exchange.
struct Connection : std::enable_shared_from_this<Connection> {
  explicit Connection(asio::any_io_executor const& executor) : socket(executor), timer(executor) {}

  void close_at(base::Deadline by) {
    timer.expires_at(by);
    timer.async_wait([self = shared_from_this()](error_code error) {
      if (error) return;
      self->late = true;
      self->close();
    });
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
  }

  Socket socket;
  asio::steady_timer timer;
  bool late = false;
};

/// Ends a connection with the coroutine that uses it, also one that is destroyed while it waits.
struct Closing {
  explicit Closing(std::shared_ptr<Connection> what) : connection(std::move(what)) {}
  ~Closing() {
    connection->timer.cancel();
    connection->close();
  }
  Closing(Closing const&) = delete;
  Closing& operator=(Closing const&) = delete;
  std::shared_ptr<Connection> connection;
};

tl::unexpected<base::Error> transport(Connection const& connection, std::string_view what, error_code const& error) {
  if (connection.late) return fail(Errc::timeout, "", "no answer came in time");
  return fail(Errc::unavailable, "", std::string(what) + ": " + error.message());
}

/// What the head says that Beast's parser lets pass.
Result<void> check_head(Parser::value_type const& head) {
  if (head.result_int() < 200) return broken("an interim answer came, status " + std::to_string(head.result_int()));
  std::size_t const codings = head.count(http::field::transfer_encoding);
  if (codings > 1 || (codings == 1 && !boost::beast::iequals(head[http::field::transfer_encoding], "chunked"))) {
    return broken("another Transfer-Encoding than chunked");
  }
  std::size_t const lengths = head.count(http::field::content_length);
  auto const length = head[http::field::content_length];
  bool const several = lengths > 1 || length.find(',') != length.npos;
  if (several || (lengths > 0 && codings > 0)) return broken("the length of the body is given in two ways");
  auto const encoding = head[http::field::content_encoding];
  if (!encoding.empty() && !boost::beast::iequals(encoding, "identity")) {
    return broken("the body has a Content-Encoding, which was not asked for");
  }
  return {};
}

Result<void> parse_error(error_code const& error) {
  if (error == http::error::header_limit) return fail(Errc::too_large, "", "the head of the answer is too long");
  if (error == http::error::body_limit) return fail(Errc::too_large, "", "the answer is longer than allowed");
  return broken("the answer is no HTTP: " + error.message());
}

/// An answer as it comes, piece by piece. Holds at most kMostHeadBytes that are not yet understood.
class Reading {
 public:
  explicit Reading(std::size_t max_bytes) : max_bytes_(max_bytes), bytes_(kMostHeadBytes + kPiece) {
    parser_.header_limit(static_cast<std::uint32_t>(kMostHeadBytes));
    parser_.body_limit(max_bytes);
    parser_.eager(true);
  }

  /// Where the next piece goes.
  [[nodiscard]] asio::mutable_buffer room() { return asio::buffer(bytes_.data() + held_, bytes_.size() - held_); }

  /// Takes a piece in. True when the answer is whole.
  [[nodiscard]] Result<bool> take(std::size_t count) {
    held_ += count;
    error_code error;
    std::size_t used = 0;
    while (used < held_ && !parser_.is_done()) {
      std::size_t const step = parser_.put(asio::const_buffer(bytes_.data() + used, held_ - used), error);
      used += step;
      if (error || step == 0) break;
    }
    if (error && error != http::error::need_more) return tl::unexpected(parse_error(error).error());
    held_ -= used;
    std::memmove(bytes_.data(), bytes_.data() + used, held_);
    if (held_ >= kMostHeadBytes) return fail(Errc::too_large, "", "a line of the answer is too long");
    if (parser_.is_header_done() && !checked_) {
      if (auto good = check_head(parser_.get()); !good) return tl::unexpected(good.error());
      checked_ = true;
      auto const length = parser_.content_length();
      if (length && *length > max_bytes_) return tl::unexpected(parse_error(http::error::body_limit).error());
    }
    if (parser_.is_done() && held_ > 0) return surplus();
    return parser_.is_done();
  }

  /// The server has closed: the end of a body that has no length, or a cut.
  [[nodiscard]] Result<bool> end() {
    error_code error;
    if (!checked_ || held_ > 0) return fail(Errc::unavailable, "", "the connection ended before the answer did");
    parser_.put_eof(error);
    if (error) return fail(Errc::unavailable, "", "the connection ended before the answer did");
    return true;
  }

  [[nodiscard]] static tl::unexpected<base::Error> surplus() { return broken("bytes follow the answer"); }

  [[nodiscard]] ExchangeAnswer answer() {
    auto message = parser_.release();
    ExchangeAnswer answer{message.result_int(), {}, std::move(message.body())};
    for (auto const& field : message) {
      answer.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    return answer;
  }

 private:
  static constexpr std::size_t kPiece = 16384;

  Parser parser_;
  std::size_t max_bytes_;
  std::vector<char> bytes_;
  std::size_t held_ = 0;
  bool checked_ = false;
};

/// Whether something waits to be read: after a whole answer nothing may.
template <class Stream>
bool has_more(Stream& stream, Socket& socket) {
  error_code error;
  socket.non_blocking(true, error);
  if (error) return false;
  char byte = 0;
  return stream.read_some(asio::buffer(&byte, 1), error) > 0;
}

template <class Stream>
awaitable<Result<ExchangeAnswer>> ask(Stream& stream, Connection& connection, std::string const& request,
                                      std::size_t max_bytes) {
  error_code error;
  auto const out = asio::buffer(request);
  co_await asio::async_write(stream, out, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return transport(connection, "sending failed", error);
  Reading reading(max_bytes);
  bool whole = false;
  while (!whole) {
    auto const room = reading.room();
    std::size_t const count = co_await stream.async_read_some(room, asio::redirect_error(asio::use_awaitable, error));
    if (error && (error != asio::error::eof || connection.late)) {
      co_return transport(connection, "reading failed", error);
    }
    auto const done = error ? reading.end() : reading.take(count);
    if (!done) co_return tl::unexpected(done.error());
    whole = *done;
  }
  if (!error && has_more(stream, connection.socket)) co_return Reading::surplus();
  co_return reading.answer();
}

bool is_address(std::string const& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

/// The name that is asked for, and that the certificate must have.
bool set_host(SSL* tls, std::string const& host) {
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(tls);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (is_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  // What the macro SSL_set_tlsext_host_name does, without its C cast.
  SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
  return X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size()) == 1;
}

awaitable<Result<ExchangeAnswer>> ask_by_tls(asio::ssl::context& context, Connection& connection,
                                             ExchangeRequest const& request) {
  TlsStream stream(connection.socket, context);
  if (!set_host(stream.native_handle(), request.host)) {
    co_return fail(Errc::unavailable, "", "the host cannot be verified");
  }
  error_code error;
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    long const verified = SSL_get_verify_result(stream.native_handle());
    if (verified == X509_V_OK || connection.late) co_return transport(connection, "TLS failed", error);
    co_return fail(Errc::unavailable, "",
                   std::string("the certificate is refused: ") + X509_verify_cert_error_string(verified));
  }
  co_return co_await ask(stream, connection, request.bytes, request.max_bytes);
}

}  // namespace

struct Exchanger::Tls {
  asio::ssl::context context{asio::ssl::context::tls_client};
};

Exchanger::Exchanger(x509_store_st* trust) : tls_(std::make_unique<Tls>()) {
  SSL_CTX* const context = tls_->context.native_handle();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (trust != nullptr) SSL_CTX_set1_cert_store(context, trust);
}
Exchanger::~Exchanger() = default;

awaitable<Result<ExchangeAnswer>> Exchanger::exchange(ExchangeRequest request) const {
  auto executor = co_await asio::this_coro::executor;
  auto connection = std::make_shared<Connection>(executor);
  Closing const closing(connection);
  connection->close_at(request.by);
  error_code error;
  co_await connection->socket.async_connect(request.at, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return transport(*connection, "no connection", error);
  connection->socket.set_option(asio::ip::tcp::no_delay(true), error);
  if (request.tls) {
    co_return co_await ask_by_tls(tls_->context, *connection, request);
  }
  co_return co_await ask(connection->socket, *connection, request.bytes, request.max_bytes);
}

}  // namespace ivig::fhir
