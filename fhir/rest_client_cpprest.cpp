// The one file that sees cpprestsdk (docs/architecture.md, Traps).

#include "fhir/rest_client.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cpprest/http_client.h>
#include <pplx/threadpool.h>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "fhir/name_lookup.h"

namespace ivig::fhir {
namespace {

namespace ip = boost::asio::ip;
namespace rest = web::http;
using base::Errc;
using base::fail;
using base::Result;
using Flight = std::shared_ptr<base::Delivery<GetAnswer>>;
using TlsStream = boost::asio::ssl::stream<ip::tcp::socket&>;

constexpr std::size_t kMostInFlight =
    256;                                   // to one origin: a dead server does not use up the descriptors of the others
constexpr std::size_t kMostClients = 256;  // one per origin and address; names that change address do not pile up

/// OpenSSL's own verification against the names set in the parameters. cpprestsdk would compare the certificate with
/// the Host header, port and all.
int verify_by_openssl(X509_STORE_CTX* store, void*) {
  X509_STORE_CTX_set_verify_cb(store, [](int accepted, X509_STORE_CTX*) { return accepted; });
  return X509_verify_cert(store);
}

bool is_literal(std::string const& host) {
  boost::system::error_code error;
  ip::make_address(host, error);
  return !error;
}

void set_up_tls(SSL_CTX* context, std::string const& host, x509_store_st* trust) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (trust != nullptr) {
    SSL_CTX_set1_cert_store(context, trust);
  } else {
    SSL_CTX_set_cert_store(context, X509_STORE_new());
  }
  X509_VERIFY_PARAM* parameters = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  bool const set = is_literal(host) ? X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1
                                    : X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size()) == 1;
  if (!set) throw rest::http_exception("the host cannot be verified");
  SSL_CTX_set_cert_verify_callback(context, verify_by_openssl, nullptr);
}

/// The name in the ClientHello. `stream` is cpprestsdk's, before its handshake (or after, on a connection used again).
void set_server_name(TlsStream& stream, std::string const& host) {
  SSL* const tls = stream.native_handle();
  if (SSL_is_init_finished(tls) != 0 || is_literal(host)) return;
  // What the macro SSL_set_tlsext_host_name does, without its C cast.
  SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
}

/// A client of one origin at one of its addresses, with its pool of connections.
std::shared_ptr<rest::client::http_client> make_client(Origin const& origin, ip::address const& address,
                                                       std::shared_ptr<x509_store_st> const& trust) {
  rest::client::http_client_config config;
  config.set_max_redirects(0);                    // they would take the Authorization header along
  config.set_timeout(std::chrono::seconds(600));  // per leg; the caller's deadline is the one that counts
  config.set_tlsext_sni_enabled(false);           // it would send the Host header, port and all
  if (origin.https) {
    config.set_ssl_context_callback([host = origin.host, trust](boost::asio::ssl::context& context) {
      set_up_tls(context.native_handle(), host, trust.get());
    });
    config.set_nativehandle_options([host = origin.host](rest::client::native_handle stream) {
      set_server_name(*static_cast<TlsStream*>(stream), host);
    });
  }
  std::string const base = Origin{origin.https, address.to_string(), origin.port}.text();
  return std::make_shared<rest::client::http_client>(web::uri(base), config);
}

struct Oversized {};

/// What became of one exchange; whatever was thrown becomes an Error.
Result<GetAnswer> outcome_of(pplx::task<GetAnswer> const& done, bool oversized) {
  try {
    return done.get();
  } catch (...) {
    if (oversized) return fail(Errc::too_large, "", "the answer is longer than allowed");
    return fail(Errc::unavailable, "", "the connection or the answer failed");
  }
}

/// Begins one exchange; `flight` gets what comes of it.
void start(rest::client::http_client& client, rest::http_request request, std::size_t max_bytes,
           pplx::cancellation_token const& token, Flight const& flight) {
  auto const oversized = std::make_shared<std::atomic<bool>>(false);
  auto const refuse_more = [oversized, max_bytes](std::uint64_t bytes) {
    if (bytes <= max_bytes) return;
    *oversized = true;
    throw Oversized{};
  };
  // Called for each piece that has come, before the next is asked for.
  request.set_progress_handler([refuse_more](rest::message_direction::direction direction, std::uint64_t bytes) {
    if (direction == rest::message_direction::download) refuse_more(bytes);
  });
  client.request(request, token)
      .then([refuse_more](rest::http_response response) {
        refuse_more(response.headers().content_length());
        GetAnswer answer{response.status_code(), response.headers().content_type(), {}};
        return response.extract_vector().then([answer](std::vector<unsigned char> const& body) mutable {
          answer.body.assign(body.begin(), body.end());
          return std::move(answer);
        });
      })
      .then([flight, oversized](pplx::task<GetAnswer> const& done) { flight->deliver(outcome_of(done, *oversized)); });
}

/// Its threads serve all connections; they cannot be joined. More of them than cores would only take turns.
/// It also reads the system's CA certificates anew for each TLS connection, tens of milliseconds of work, only to have
/// them replaced by `trust`: it is given an empty file to read.
void start_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    ::setenv("SSL_CERT_FILE", "/dev/null", 1);
    try {
      crossplat::threadpool::initialize_with_threads(std::max(2U, std::thread::hardware_concurrency()));
    } catch (std::exception const&) {
      // Running already, with as many threads as somebody else chose.
    }
  });
}

}  // namespace

class RestClient::Impl {
 public:
  using Client = std::shared_ptr<rest::client::http_client>;

  explicit Impl(std::shared_ptr<x509_store_st> trust) : trust_(std::move(trust)) { start_library(); }

  NameLookup names;

  Client client_for(Origin const& origin, ip::address const& address) {
    std::lock_guard const lock(mutex_);
    if (clients_.size() >= kMostClients) clients_.clear();
    Client& client = clients_[origin.text() + " " + address.to_string()];
    if (!client) client = make_client(origin, address, trust_);
    return client;
  }

  bool take_off(std::string const& origin) {
    std::lock_guard const lock(mutex_);
    std::size_t& count = in_flight_[origin];
    if (count >= kMostInFlight) return false;
    ++count;
    return true;
  }
  void land(std::string const& origin) {
    std::lock_guard const lock(mutex_);
    auto const found = in_flight_.find(origin);
    if (found != in_flight_.end() && --found->second == 0) in_flight_.erase(found);
  }

 private:
  std::shared_ptr<x509_store_st> trust_;
  std::mutex mutex_;
  std::map<std::string, Client> clients_;
  std::map<std::string, std::size_t> in_flight_;
};

namespace {

/// Ends what still runs when its caller goes on without an answer (deadline) or away. After an answer nothing runs, and
/// a cancellation would close the connection that is to be used again.
struct Cancellation {
  pplx::cancellation_token_source source;
  bool answered = false;
  Cancellation() = default;
  ~Cancellation() {
    if (!answered) source.cancel();
  }
  Cancellation(Cancellation const&) = delete;
  Cancellation& operator=(Cancellation const&) = delete;
};

std::string base64(std::string const& text) {
  std::vector<unsigned char> const bytes(text.begin(), text.end());
  return utility::conversions::to_base64(bytes);
}

boost::asio::awaitable<Result<GetAnswer>> exchange(std::shared_ptr<rest::client::http_client> client,
                                                   WebAddress const& address, FormRequest const& request, bool post) {
  auto flight = std::make_shared<base::Delivery<GetAnswer>>();
  Cancellation cancellation;
  try {
    rest::http_request message(post ? rest::methods::POST : rest::methods::GET);
    message.set_request_uri(web::uri(address.target));
    message.headers().add("Host", address.origin.authority());
    if (!request.accept.empty()) message.headers().add("Accept", request.accept);
    if (!request.bearer.empty()) message.headers().add("Authorization", "Bearer " + request.bearer);
    if (!request.basic.empty()) message.headers().add("Authorization", "Basic " + base64(request.basic));
    if (post) message.set_body(request.form, "application/x-www-form-urlencoded");
    for (auto const& [name, value] : request.headers) message.headers().add(name, value);
    start(*client, message, request.max_bytes, cancellation.source.get_token(), flight);
  } catch (std::exception const&) {
    co_return fail(Errc::invalid_value, "", "the path cannot be asked for");
  }
  auto answer = co_await base::Delivery<GetAnswer>::wait(flight, request.by);
  cancellation.answered = answer.has_value();
  co_return answer;
}

/// The token goes into a header line: what would end that line is no token.
bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= ' ' && c < 0x7f; });
}

Result<GetAnswer> at(std::string const& origin, Result<GetAnswer> result) {
  if (!result) result.error().where = origin;
  return result;
}

}  // namespace

RestClient::RestClient(std::shared_ptr<x509_store_st> trust) : impl_(std::make_shared<Impl>(std::move(trust))) {}
RestClient::~RestClient() = default;

boost::asio::awaitable<Result<GetAnswer>> RestClient::get(OutboundPolicy const& policy, GetRequest request) {
  FormRequest without_form;
  static_cast<GetRequest&>(without_form) = std::move(request);
  co_return co_await send(policy, std::move(without_form), false);
}

boost::asio::awaitable<Result<GetAnswer>> RestClient::post_form(OutboundPolicy const& policy, FormRequest request) {
  co_return co_await send(policy, std::move(request), true);
}

boost::asio::awaitable<Result<GetAnswer>> RestClient::send(OutboundPolicy const& policy, FormRequest request,
                                                           bool post) {
  auto const address = policy.permit(request.url);
  if (!address) co_return tl::unexpected(address.error());
  std::string const origin = address->origin.text();
  bool const sendable = is_header_value(request.bearer) && is_header_value(request.accept) &&
                        std::all_of(request.headers.begin(), request.headers.end(),
                                    [](auto& one) { return is_header_value(one.second); });
  if (!sendable) {
    co_return at(origin, fail(Errc::invalid_value, "", "a header holds characters that no header may hold"));
  }
  auto found = co_await impl_->names.find(address->origin.host, request.by);
  if (!found) co_return at(origin, tl::unexpected(found.error()));
  std::erase_if(*found, [&](ip::address const& one) { return !policy.may_connect(address->origin, one); });
  if (found->empty()) {
    co_return at(origin, fail(Errc::forbidden, "", "the host leads to an address that is not allowed"));
  }

  if (!impl_->take_off(origin)) {
    co_return at(origin, fail(Errc::unavailable, "", "too many calls are in flight to this server"));
  }
  std::shared_ptr<void> const landing(nullptr, [impl = impl_, origin](void*) { impl->land(origin); });
  Result<GetAnswer> answer;
  std::size_t const attempts = post ? 1 : 2;
  for (std::size_t attempt = 0; attempt < attempts; ++attempt) {
    auto client = impl_->client_for(address->origin, (*found)[attempt % found->size()]);
    answer = co_await exchange(std::move(client), *address, request, post);
    bool const transport = !answer && answer.error().code == Errc::unavailable;
    if (!transport || std::chrono::steady_clock::now() >= request.by) break;
  }
  co_return at(origin, std::move(answer));
}

}  // namespace ivig::fhir
