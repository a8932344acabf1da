#pragma once
// Beast's incremental HTTP/1 parser, filling the plain types that handlers are given.

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "server/framing.h"
#include "server/http.h"

namespace ivig::server {

/// Beast's parser, writing straight into what handlers are given.
class RequestParser : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(RequestHead& head, std::string& body) : head_(head), body_(body) {
    eager(false);
    // The session keeps to limits.header_bytes; Beast's own limit of 8 KiB would turn a long token into a bad request.
    header_limit(std::numeric_limits<std::uint32_t>::max());
    // The declared length is compared by the session, after the handler has seen the head.
    body_limit(std::numeric_limits<std::uint64_t>::max());
  }
  [[nodiscard]] unsigned version() const { return version_; }
  [[nodiscard]] bool has_request_line() const { return version_ != 0; }
  /// Parses a chunked body of at most `limit` bytes from here on.
  void expect_body(std::uint64_t limit) {
    in_body_ = true;
    body_limit(limit);
    eager(true);
  }

 private:
  static std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

  void on_request_impl(boost::beast::http::verb /*verb*/, boost::beast::string_view method,
                       boost::beast::string_view target, int version, boost::system::error_code& /*error*/) override {
    head_.method = view(method);
    auto const [path, query] = split_target(view(target));
    head_.path = path;
    head_.query = query;
    version_ = static_cast<unsigned>(version);
  }
  void on_response_impl(int /*code*/, boost::beast::string_view /*reason*/, int /*version*/,
                        boost::system::error_code& /*error*/) override {}
  void on_field_impl(boost::beast::http::field /*field*/, boost::beast::string_view name,
                     boost::beast::string_view value, boost::system::error_code& /*error*/) override {
    if (in_body_) return;  // trailers say nothing that a handler may trust
    if (fields_ == head_.headers.size()) head_.headers.emplace_back();
    // Assigned, not built anew: on an open connection the strings keep their memory from call to call.
    head_.headers[fields_].first = view(name);
    head_.headers[fields_].second = view(value);
    ++fields_;
  }
  void on_header_impl(boost::system::error_code& /*error*/) override { head_.headers.resize(fields_); }
  void on_body_init_impl(boost::optional<std::uint64_t> const& /*length*/,
                         boost::system::error_code& /*error*/) override {}
  std::size_t on_body_impl(boost::beast::string_view part, boost::system::error_code& /*error*/) override {
    return take(part);
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, boost::beast::string_view /*extensions*/,
                            boost::system::error_code& /*error*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, boost::beast::string_view part,
                                 boost::system::error_code& /*error*/) override {
    return take(part);
  }
  void on_finish_impl(boost::system::error_code& /*error*/) override {}

  std::size_t take(boost::beast::string_view part) {
    body_.append(part.data(), part.size());
    return part.size();
  }

  RequestHead& head_;
  std::string& body_;
  std::size_t fields_ = 0;
  unsigned version_ = 0;
  bool in_body_ = false;
};

}  // namespace ivig::server
