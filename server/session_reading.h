#pragma once
// How a connection reads: a head, then a body of no more than its path can use and memory holds. For http_session.cpp.

#include "server/session.h"

namespace ivig::server {

/// Reads and checks the next head into head_ and framing_. Refused: the reason is in refusal_.
template <class Stream>
awaitable<Got> Session<Stream>::read_head() {
  expire_after(limits_.idle_time);
  begin_request();
  worker_.begin_to_wait(*this);
  std::size_t searched = 0;
  std::optional<std::size_t> end;
  while (true) {
    while (buffered().starts_with("\r\n")) buffer_.consume(2);  // RFC 9112 section 2.2: after a sloppy body
    if (buffer_.size() > 0 && !begun_) {
      begun_ = true;
      gives_way_ = false;
      started_ = Clock::now();
      deadline_ = started_ + limits_.header_time;
    }
    end = head_end(buffered(), searched);
    if (end.value_or(buffer_.size()) > limits_.header_bytes) {
      co_return refused(overlong_head_status(buffered(), limits_.header_bytes), "the head is longer than allowed");
    }
    if (end) break;
    if (is_hopeless(buffered())) co_return refused(400, "this is not an HTTP/1.1 request");
    searched = buffer_.size();
    if (!begun_ && (worker_.stopping() || gives_way_)) co_return Got::closed;
    idle_ = !begun_;
    bool const more = co_await fill();
    idle_ = false;
    if (more) continue;
    if (!begun_ || (timed_out_ && buffer_.size() == 0)) {
      if (timed_out_) Counters::count(worker_.counters.idle_timeouts);
      co_return Got::closed;
    }
    if (!timed_out_) co_return refused(400, "the request ends within its headers");
    Counters::count(worker_.counters.header_timeouts);
    co_return refused(408, "the headers did not arrive in time");
  }
  Got const parsed = parse_head(*end);
  co_return parsed;
}

template <class Stream>
Got Session<Stream>::parse_head(std::size_t end) {
  parser_.emplace(head_, body_);
  error_code error;
  std::size_t const used = parser_->put(asio::buffer(buffered().data(), end), error);
  if ((error && error != http::error::need_more) || !parser_->is_header_done() || used != end) {
    head_.headers.clear();
    return refused(400, "this is not an HTTP/1.1 request");
  }
  std::string_view const sent_id = head_.header("X-Request-Id");
  if (is_plain_request_id(sent_id)) head_.request_id = sent_id;
  base::Result<Framing> framing = check_framing(parser_->version(), head_.headers, buffered().substr(0, end));
  buffer_.consume(end);
  if (!framing) return refused(400, framing.error().where + " " + framing.error().detail);
  framing_ = *framing;
  if (framing_.unknown_expectation) return refused(417, "only the expectation 100-continue can be met");
  return Got::request;
}

template <class Stream>
void Session<Stream>::begin_request() {
  begun_ = false;
  framing_ = Framing{};
  parser_.reset();
  body_.clear();
  charge_.release();
  head_.caller.reset();
  head_.body_limit = BodyLimit{};
  worker_.next_request_id(head_.request_id);
}

template <class Stream>
Got Session<Stream>::refused(unsigned status, std::string reason) {
  if (status != 408) Counters::count(worker_.counters.bad_framing);
  refusal_ = {status, std::move(reason)};
  return Got::refused;
}

/// Reads the body into body_. False: the reason is in refusal_.
template <class Stream>
awaitable<bool> Session<Stream>::read_body() {
  std::uint64_t const declared = framing_.content_length.value_or(0);
  if (declared > longest_body()) {
    body_is_too_long();
    co_return false;
  }
  if (declared > buffered().size() && !worker_.bodies.has_room(declared, is_long(declared))) {
    no_memory();
    co_return false;
  }
  if (is_long(declared) && worker_.large.is_full()) {
    no_place();
    co_return false;
  }
  expire_after(limits_.request_time);
  if (framing_.expects_continue && buffered().empty()) {
    bool const sent = co_await send(kContinue, {});
    if (!sent) {
      body_is_missing();
      co_return false;
    }
  }
  if (framing_.chunked) {
    bool const complete = co_await read_chunks();
    co_return complete;
  }
  auto const length = static_cast<std::size_t>(*framing_.content_length);
  // Reserving touches no memory: what a client declares but never sends costs address space only.
  body_.reserve(length + base::JsonBody::kPadding);
  std::size_t const here = std::min(length, buffer_.size());
  body_.assign(buffered().substr(0, here));
  buffer_.consume(here);
  while (body_.size() < length) {
    std::size_t const have = body_.size();
    std::size_t const next = have + std::min(length - have, kBodyStep);
    // What arrived with the head is in memory that the connection has anyway, and is not charged.
    if (!charge_.grow_to(next, is_long(length))) {
      no_memory();
      co_return false;
    }
    body_.resize(next);
    auto const into = asio::buffer(body_.data() + have, body_.size() - have);
    error_code error;
    std::size_t const count = co_await stream_.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
    body_.resize(have + count);
    if (error || timed_out_) {
      body_is_missing();
      co_return false;
    }
  }
  co_return true;
}

template <class Stream>
awaitable<bool> Session<Stream>::read_chunks() {
  parser_->expect_body(longest_body());
  while (true) {
    error_code error;
    if (buffer_.size() > 0) {
      std::size_t const next = body_.size() + buffer_.size();
      if (!charge_.grow_to(next, is_long(next))) {
        no_memory();
        co_return false;
      }
      std::size_t const used = parser_->put(buffer_.data(), error);
      buffer_.consume(used);
      if (!error && parser_->is_done()) co_return true;
      if (error == http::error::need_more) error = {};
      if (error == http::error::body_limit) {
        body_is_too_long();
        co_return false;
      }
      // A chunk's size line and the trailers are held whole until parsed: as long as a head, at most.
      if (error || buffer_.size() > limits_.header_bytes) {
        refused(400, "the chunked body is malformed");
        co_return false;
      }
    }
    bool const more = co_await fill();
    if (!more) {
      body_is_missing();
      co_return false;
    }
  }
}

template <class Stream>
void Session<Stream>::body_is_too_long() {
  Counters::count(worker_.counters.bodies_too_long);
  BodyLimit const& limit = head_.body_limit;
  if (limit.bytes == 0) {
    refusal_ = {413, "this path takes no body"};
  } else {
    std::string_view const setting = limit.bytes < limits_.body_bytes ? limit.setting : "limits.body_bytes";
    refusal_ = {413, "the body is longer than " + std::string(setting)};
  }
}

template <class Stream>
void Session<Stream>::body_is_missing() {
  if (timed_out_) {
    Counters::count(worker_.counters.body_timeouts);
    refusal_ = {408, "the body did not arrive in time"};
  } else {
    refused(400, "the body ends before its declared length");
  }
}

template <class Stream>
void Session<Stream>::no_memory() {
  Counters::count(worker_.counters.no_room);
  refusal_ = {503, "the bodies of other calls fill limits.bodies_bytes; try again"};
}

template <class Stream>
void Session<Stream>::no_place() {
  Counters::count(worker_.counters.no_room);
  refusal_ = {503, "limits.large_calls are under way; try again"};
}

}  // namespace ivig::server
