#include "server/framing.h"

#include <algorithm>
#include <charconv>

#include "server/text.h"

namespace ivig::server {
namespace {

using base::Errc;
using base::fail;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

/// Digits only: a list ("5, 5"), a sign or blanks inside would be read differently by another server on the way.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t length = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || !is_digit(text.front()) || error != std::errc{} || end != text.data() + text.size()) return {};
  return length;
}

/// Calls `f` with each element of a comma-separated list.
template <class F>
void each_token(std::string_view list, F&& f) {
  while (!list.empty()) {
    auto const comma = list.find(',');
    f(trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

/// A header continued on a line that begins with a blank (obs-fold); also a blank before the first header.
bool has_folded_line(std::string_view raw_head) {
  for (std::size_t at = raw_head.find('\n'); at != std::string_view::npos; at = raw_head.find('\n', at + 1)) {
    if (at + 1 < raw_head.size() && (raw_head[at + 1] == ' ' || raw_head[at + 1] == '\t')) return true;
  }
  return false;
}

struct Seen {
  unsigned hosts = 0;
  unsigned lengths = 0;
  unsigned encodings = 0;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  bool bad_host = false;
  bool expects_continue = false;
  bool unknown_expectation = false;
  std::optional<std::uint64_t> length;
};

Seen look_at(Headers const& headers) {
  Seen seen;
  for (auto const& [name, value] : headers) {
    if (equal_without_case(name, "Host")) {
      ++seen.hosts;
      seen.bad_host = seen.bad_host || value.find_first_of(" \t,/@\\?#") != std::string::npos;
    } else if (equal_without_case(name, "Content-Length")) {
      ++seen.lengths;
      seen.length = parse_length(value);
    } else if (equal_without_case(name, "Transfer-Encoding")) {
      ++seen.encodings;
      seen.chunked = equal_without_case(value, "chunked");
    } else if (equal_without_case(name, "Connection")) {
      each_token(value, [&seen](std::string_view token) {
        seen.close = seen.close || equal_without_case(token, "close");
        seen.keep_alive = seen.keep_alive || equal_without_case(token, "keep-alive");
      });
    } else if (equal_without_case(name, "Expect")) {
      each_token(value, [&seen](std::string_view token) {
        bool const known = equal_without_case(token, "100-continue");
        seen.expects_continue = seen.expects_continue || known;
        seen.unknown_expectation = seen.unknown_expectation || (!known && !token.empty());
      });
    }
  }
  return seen;
}

}  // namespace

base::Result<Framing> check_framing(unsigned version, Headers const& headers, std::string_view raw_head) {
  if (version != 10 && version != 11) return fail(Errc::invalid_value, "HTTP version", "only 1.0 and 1.1 are served");
  if (has_folded_line(raw_head)) {
    return fail(Errc::invalid_value, "headers", "a header is folded over two lines; send it on one");
  }
  Seen const seen = look_at(headers);
  if (version == 11 && seen.hosts == 0) return fail(Errc::invalid_value, "Host", "is missing");
  if (seen.hosts > 1) return fail(Errc::invalid_value, "Host", "is given more than once");
  if (seen.bad_host) return fail(Errc::invalid_value, "Host", "is not a host and port");
  if (seen.encodings > 0) {
    if (seen.lengths > 0) {
      return fail(Errc::invalid_value, "Transfer-Encoding", "came together with Content-Length; send one of them");
    }
    if (version == 10) return fail(Errc::invalid_value, "Transfer-Encoding", "is not part of HTTP/1.0");
    if (seen.encodings > 1 || !seen.chunked) {
      return fail(Errc::invalid_value, "Transfer-Encoding", "only 'chunked' is understood");
    }
  }
  if (seen.lengths > 1) return fail(Errc::invalid_value, "Content-Length", "is given more than once");
  if (seen.lengths == 1 && !seen.length) return fail(Errc::invalid_value, "Content-Length", "is not a number");

  Framing framing;
  framing.content_length = seen.length;
  framing.chunked = seen.chunked;
  framing.keep_alive = !seen.close && (version == 11 || seen.keep_alive);
  framing.expects_continue = version == 11 && seen.expects_continue;
  framing.unknown_expectation = version == 11 && seen.unknown_expectation;
  return framing;
}

std::optional<std::size_t> head_end(std::string_view text, std::size_t searched) {
  std::size_t const from = searched < 3 ? 0 : searched - 3;
  std::size_t const at = text.find("\r\n\r\n", from);
  if (at == std::string_view::npos) return {};
  return at + 4;
}

unsigned overlong_head_status(std::string_view head, std::size_t limit) {
  return head.substr(0, limit).find("\r\n") == std::string_view::npos ? 414 : 431;
}

bool is_hopeless(std::string_view unfinished_head) {
  if (unfinished_head.empty()) return false;
  // The method is a token; every one in use begins with a letter.
  if (!is_letter(unfinished_head.front()) && unfinished_head.front() != '\r') return true;
  char before = 0;
  for (char const c : unfinished_head) {
    if (c == '\n' && before != '\r') return true;
    if (before == '\r' && c != '\n') return true;
    if (c >= 0 && c < ' ' && c != '\r' && c != '\n' && c != '\t') return true;
    before = c;
  }
  return false;
}

Target split_target(std::string_view target) {
  for (std::string_view const scheme : {"http://", "https://"}) {
    if (!equal_without_case(target.substr(0, scheme.size()), scheme)) continue;
    std::size_t const path = target.find_first_of("/?", scheme.size());
    target = path == std::string_view::npos ? "/" : target.substr(path);
    break;
  }
  std::size_t const mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {mark == 0 ? std::string_view("/") : target.substr(0, mark), target.substr(mark + 1)};
}

bool is_plain_request_id(std::string_view id) {
  return id.size() >= 16 && id.size() <= 36 && std::all_of(id.begin(), id.end(), [](char c) {
           return is_digit(c) || c == '-' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
         });
}

}  // namespace ivig::server
