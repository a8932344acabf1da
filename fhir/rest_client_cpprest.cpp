// The one file that sees cpprestsdk. It is the client; its pipeline ends in a stage of ours that speaks on the wire
// (ADR 8).

#include "fhir/rest_client.h"

#include <cpprest/containerstream.h>
#include <cpprest/http_client.h>
#include <pplx/threadpool.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "fhir/exchange.h"
#include "fhir/name_lookup.h"

namespace ivig::fhir {
namespace {

namespace ip = boost::asio::ip;
namespace rest = web::http;
using base::Errc;
using base::fail;
using base::Result;
using Flight = std::shared_ptr<base::Delivery<GetAnswer>>;
using Executor = boost::asio::any_io_executor;

constexpr std::size_t kMostInFlight =
    256;  // to one origin: a dead server does not use up the descriptors of the others

/// Carries an Error through the library's tasks.
struct ExchangeFailed {
  base::Error error;
};

/// The request as it goes out.
std::string wire_bytes(rest::http_request const& request) {
  std::string bytes = request.method() + " " + request.request_uri().to_string() + " HTTP/1.1\r\n";
  for (auto const& [name, value] : request.headers()) bytes.append(name).append(": ").append(value).append("\r\n");
  bytes += "Connection: close\r\n\r\n";
  if (auto body = request.body()) {
    concurrency::streams::container_buffer<std::string> text;
    body.read_to_end(text).get();
    bytes += text.collection();
  }
  return bytes;
}

rest::http_response response_of(ExchangeAnswer answer) {
  rest::http_response response(static_cast<rest::status_code>(answer.status));
  for (auto const& [name, value] : answer.headers) response.headers().add(name, value);
  std::size_t const length = answer.body.size();
  response.set_body(std::move(answer.body), response.headers().content_type());
  response._get_impl()->_complete(length);
  return response;
}

/// The last stage of a client's pipeline, in place of the library's own: each exchange has a connection to itself.
class WireStage final : public rest::http_pipeline_stage {
 public:
  WireStage(std::shared_ptr<Exchanger const> exchanger, Executor executor, ExchangeRequest request)
      : exchanger_(std::move(exchanger)), executor_(std::move(executor)), request_(std::move(request)) {}

  pplx::task<rest::http_response> propagate(rest::http_request request) override {
    pplx::task_completion_event<rest::http_response> done;
    request_.bytes = wire_bytes(request);
    boost::asio::co_spawn(executor_, run(exchanger_, std::move(request_), done), boost::asio::detached);
    return pplx::create_task(done);
  }

 private:
  static boost::asio::awaitable<void> run(std::shared_ptr<Exchanger const> exchanger, ExchangeRequest request,
                                          pplx::task_completion_event<rest::http_response> done) {
    try {
      auto answer = co_await exchanger->exchange(std::move(request));
      if (answer) {
        done.set(response_of(*std::move(answer)));
      } else {
        done.set_exception(ExchangeFailed{std::move(answer).error()});
      }
    } catch (std::exception const&) {
      done.set_exception(std::current_exception());
    }
  }

  std::shared_ptr<Exchanger const> exchanger_;
  Executor executor_;
  ExchangeRequest request_;
};

/// What became of one exchange; whatever was thrown becomes an Error.
Result<GetAnswer> outcome_of(pplx::task<GetAnswer> const& done) {
  try {
    return done.get();
  } catch (ExchangeFailed const& failed) {
    return tl::unexpected(failed.error);
  } catch (std::exception const&) {
    return fail(Errc::unavailable, "", "the answer cannot be read");
  }
}

/// Begins one exchange; `flight` gets what comes of it.
void start(rest::client::http_client& client, rest::http_request const& request, Flight const& flight) {
  client.request(request)
      .then([](rest::http_response response) {
        GetAnswer answer{response.status_code(), response.headers().content_type(), {}};
        return response.extract_vector().then([answer](std::vector<unsigned char> const& body) mutable {
          answer.body.assign(body.begin(), body.end());
          return std::move(answer);
        });
      })
      .then([flight](pplx::task<GetAnswer> const& done) { flight->deliver(outcome_of(done)); });
}

/// Its threads run continuations only; they cannot be joined.
void start_library() {
  static std::once_flag once;
  std::call_once(once, [] {
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
  explicit Impl(std::shared_ptr<x509_store_st> const& trust)
      : exchanger(std::make_shared<Exchanger const>(trust.get())) {
    start_library();
  }

  NameLookup names;
  std::shared_ptr<Exchanger const> exchanger;

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
  std::mutex mutex_;
  std::map<std::string, std::size_t> in_flight_;
};

namespace {

std::string base64(std::string const& text) {
  std::vector<unsigned char> const bytes(text.begin(), text.end());
  return utility::conversions::to_base64(bytes);
}

rest::http_request message_of(WebAddress const& address, FormRequest const& request, bool post) {
  rest::http_request message(post ? rest::methods::POST : rest::methods::GET);
  message.set_request_uri(web::uri(address.target));
  message.headers().add("Host", address.origin.authority());
  message.headers().add("Accept-Encoding", "identity");
  if (!request.accept.empty()) message.headers().add("Accept", request.accept);
  if (!request.bearer.empty()) message.headers().add("Authorization", "Bearer " + request.bearer);
  if (!request.basic.empty()) message.headers().add("Authorization", "Basic " + base64(request.basic));
  if (post) message.set_body(request.form, "application/x-www-form-urlencoded");
  for (auto const& [name, value] : request.headers) message.headers().add(name, value);
  return message;
}

/// Runs on after its caller has gone, until the deadline at most.
boost::asio::awaitable<Result<GetAnswer>> exchange(std::shared_ptr<Exchanger const> exchanger, ip::address to,
                                                   WebAddress const& address, FormRequest const& request, bool post) {
  auto executor = co_await boost::asio::this_coro::executor;
  auto flight = std::make_shared<base::Delivery<GetAnswer>>();
  Origin const& origin = address.origin;
  ExchangeRequest wire{{to, origin.port}, origin.https, origin.host, {}, request.max_bytes, request.by};
  try {
    rest::client::http_client_config config;
    config.set_max_redirects(0);  // they would take the Authorization header along
    rest::client::http_client client(web::uri(origin.text()), config);
    client.add_handler(std::static_pointer_cast<rest::http_pipeline_stage>(
        std::make_shared<WireStage>(std::move(exchanger), executor, std::move(wire))));
    start(client, message_of(address, request, post), flight);
  } catch (std::exception const&) {
    co_return fail(Errc::invalid_value, "", "the path cannot be asked for");
  }
  co_return co_await base::Delivery<GetAnswer>::wait(flight, request.by);
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

RestClient::RestClient(std::shared_ptr<x509_store_st> const& trust) : impl_(std::make_shared<Impl>(trust)) {}
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
    answer = co_await exchange(impl_->exchanger, (*found)[attempt % found->size()], *address, request, post);
    bool const transport = !answer && answer.error().code == Errc::unavailable;
    if (!transport || std::chrono::steady_clock::now() >= request.by) break;
  }
  co_return at(origin, std::move(answer));
}

}  // namespace ivig::fhir
