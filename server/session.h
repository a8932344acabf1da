#pragma once
// The connection's coroutine: for http_session.cpp alone, which joins it with TLS.

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/json_body.h"
#include "server/answer_head.h"
#include "server/body_budget.h"
#include "server/framing.h"
#include "server/http_session.h"
#include "server/request_parser.h"
#include "server/session_notes.h"

// co_await expressions hold names, moves, literals and calls only: GCC 12 destroys others twice (docs/architecture.md).

namespace ivig::server {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 16 * 1024;     // a whole request with prefetch in one read, mostly
constexpr std::size_t kBodyStep = 64 * 1024;      // of a longer body, per read
constexpr std::size_t kJoinedAnswer = 64 * 1024;  // up to here head and body are sent from one buffer
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

struct Refusal {
  unsigned status;
  std::string reason;
};

enum class Got { request, closed, refused };

/// One connection, on its worker's thread.
template <class Stream>
class Session final : public Connection {
  static constexpr bool kTls = !std::is_same_v<Stream, Socket>;

 public:
  template <class... StreamArguments>
  Session(Worker& worker, std::shared_ptr<Service> service, std::shared_ptr<asio::ssl::context> tls,
          StreamArguments&&... arguments)
      : worker_(worker),
        limits_(worker.limits),
        service_(std::move(service)),
        tls_(std::move(tls)),
        stream_(std::forward<StreamArguments>(arguments)...),
        charge_(worker.bodies) {
    worker_.add(*this);
    worker_.counters.connections_open.fetch_add(1, std::memory_order_relaxed);
    head_.tls = kTls;
    buffer_.reserve(kReadBytes);
  }

  ~Session() override {
    worker_.counters.connections_open.fetch_sub(1, std::memory_order_relaxed);
    service_->open.fetch_sub(1, std::memory_order_relaxed);
  }

  awaitable<void> run() {
    if (worker_.stopping() || !prepare_socket(socket(), head_.peer)) co_return;
    if constexpr (kTls) {
      expire_after(limits_.header_time);
      error_code error;
      co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                       asio::redirect_error(asio::use_awaitable, error));
      if (error || timed_out_) {
        Counters::count(worker_.counters.tls_failures);
        co_return;
      }
      head_.certificate_names = certificate_names(stream_.native_handle());
    }
    bool again = true;
    while (again) again = co_await serve_one();
    if (!gives_way_) co_await close();
  }

 private:
  Socket& socket() {
    if constexpr (kTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void cancel() noexcept override {
    error_code ignored;
    socket().cancel(ignored);
  }

  /// Whether head_ is of the request at hand rather than of the one before.
  [[nodiscard]] bool has_request_line() const { return parser_ && parser_->has_request_line(); }

  std::string_view buffered() const { return {static_cast<char const*>(buffer_.data().data()), buffer_.size()}; }

  /// Reads what there is into the buffer. False at the end of input, on errors, and past the deadline.
  awaitable<bool> fill() {
    std::size_t const room = buffer_.capacity() - buffer_.size();
    auto const into = buffer_.prepare(room < 1024 ? kReadBytes : room);
    error_code error;
    std::size_t const count = co_await stream_.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
    buffer_.commit(count);
    co_return !error && !timed_out_;
  }

  /// Sends both texts. False on errors and past the deadline.
  awaitable<bool> send(std::string_view first, std::string_view second) {
    while (!first.empty() || !second.empty()) {
      error_code error;
      std::size_t count = 0;
      if constexpr (kTls) {
        std::string_view const part = first.empty() ? second : first;
        auto const from = asio::buffer(part.data(), part.size());
        count = co_await stream_.async_write_some(from, asio::redirect_error(asio::use_awaitable, error));
      } else {
        std::array<asio::const_buffer, 2> const parts{asio::buffer(first.data(), first.size()),
                                                      asio::buffer(second.data(), second.size())};
        count = stream_.write_some(parts, error);
        if (error == asio::error::would_block || error == asio::error::try_again) {
          error = {};
          co_await stream_.async_wait(Socket::wait_write, asio::redirect_error(asio::use_awaitable, error));
        }
      }
      if (error || timed_out_) co_return false;
      std::size_t const of_first = std::min(count, first.size());
      first.remove_prefix(of_first);
      second.remove_prefix(count - of_first);
    }
    co_return true;
  }

  /// One request and its answer. False when the connection is to be closed.
  awaitable<bool> serve_one() {
    Got const got = co_await read_head();
    if (got == Got::closed) co_return false;
    if (got == Got::refused) {
      co_await refuse();
      co_return false;
    }
    never_expire();
    std::optional<Response> early = co_await ask_on_head();
    if (early) {
      bool const keep = framing_.keep_alive && !framing_.has_body();
      bool const kept = co_await answer(*early, keep);
      co_return kept;
    }
    if (framing_.has_body()) {
      bool const complete = co_await read_body();
      if (!complete) {
        co_await refuse();
        co_return false;
      }
    }
    never_expire();
    Response response;
    bool failed = false;
    try {
      Handler const& handler = *service_->handler;
      if (!handler.on_request) {
        response.status = 404;
      } else if (body_.size() <= limits_.inline_bytes) {
        response = co_await handler.on_request(head_, std::move(body_));
      } else if (LargeCalls::Place const place(worker_.large); place.taken()) {
        response = co_await worker_.large.answer(handler, head_, std::move(body_));
      } else {
        no_place();
        response = error_response(refusal_.status, refusal_.reason);
      }
    } catch (...) {
      failed = true;
      note_exception(worker_, head_.request_id);
    }
    if (failed) response = error_response(500, "the server failed; the request id finds the cause in its log");
    charge_.release();
    bool const kept = co_await answer(response, framing_.keep_alive);
    co_return kept;
  }

  // Reading: session_reading.h
  awaitable<Got> read_head();
  Got parse_head(std::size_t end);
  void begin_request();
  Got refused(unsigned status, std::string reason);
  awaitable<bool> read_body();
  awaitable<bool> read_chunks();
  [[nodiscard]] std::size_t longest_body() const { return std::min(limits_.body_bytes, head_.body_limit.bytes); }
  [[nodiscard]] bool is_long(std::size_t bytes) const { return bytes > limits_.inline_bytes; }
  void body_is_too_long();
  void body_is_missing();
  void no_memory();
  void no_place();

  awaitable<std::optional<Response>> ask_on_head() {
    if (!service_->handler->on_head) co_return std::nullopt;
    try {
      auto answer = co_await service_->handler->on_head(head_);
      co_return answer;
    } catch (...) {
      note_exception(worker_, head_.request_id);
    }
    co_return error_response(500, "the server failed; the request id finds the cause in its log");
  }

  Response error_response(unsigned status, std::string_view reason) {
    try {
      if (service_->handler->on_error) {
        return service_->handler->on_error(has_request_line() ? &head_ : nullptr, status, reason);
      }
    } catch (...) {
      note_exception(worker_, head_.request_id);
    }
    Response bare;
    bare.status = status;
    return bare;
  }

  awaitable<void> refuse() {
    Response response = error_response(refusal_.status, refusal_.reason);
    co_await answer(response, false);
  }

  /// Sends the answer in one write. True when the connection stays open.
  awaitable<bool> answer(Response& response, bool keep_alive) {
    keep_alive = keep_alive && !response.close && !worker_.stopping();
    if (!may_have_body(response.status)) response.body.clear();
    compose_head(response, keep_alive);
    if (has_request_line() && head_.method == "HEAD") response.body.clear();
    if (response.body.size() <= kJoinedAnswer) {
      out_ += response.body;
      response.body.clear();
    }
    std::size_t const bytes = out_.size() + response.body.size();
    expire_after(limits_.request_time);
    bool const sent = co_await send(out_, response.body);
    if (!sent && timed_out_) Counters::count(worker_.counters.slow_readers);
    note_answer(worker_, *service_, head_, has_request_line(), response, bytes, started_);
    co_return sent&& keep_alive;
  }

  void compose_head(Response const& response, bool keep_alive) {
    AnswerContext const context{.http_1_0 = parser_ && parser_->version() == 10,
                                .keep_alive = keep_alive,
                                .request_id = head_.request_id,
                                .date = worker_.date()};
    out_.clear();
    append_answer_head(out_, response, context);
  }

  /// Closes so that the client can read the last answer: a socket closed with unread input would be reset, and the
  /// reset may overtake the answer. What still comes is read and dropped for linger_time at most.
  awaitable<void> close() {
    expire_after(limits_.linger_time);
    error_code error;
    if constexpr (kTls) {
      co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
      if (timed_out_) co_return;
    }
    socket().shutdown(Socket::shutdown_send, error);
    if (error) co_return;
    buffer_.clear();
    auto const into = buffer_.prepare(kReadBytes);
    while (!error && !timed_out_) {
      co_await socket().async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
    }
  }

  Worker& worker_;
  Limits const& limits_;
  std::shared_ptr<Service> service_;
  std::shared_ptr<asio::ssl::context> tls_;
  Stream stream_;
  boost::beast::flat_buffer buffer_;
  RequestHead head_;
  std::optional<RequestParser> parser_;
  Framing framing_;
  Refusal refusal_{};
  std::string body_;
  BodyCharge charge_;
  std::string out_;
  Clock::time_point started_{};
  bool begun_ = false;
};

}  // namespace ivig::server
