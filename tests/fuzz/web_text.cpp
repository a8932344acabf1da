// What stands in the head of a request or in a form: queries, escapes, media types, addresses, trace ids.

#include <algorithm>

#include "base/percent.h"
#include "base/utf8.h"
#include "fhir/outbound_policy.h"
#include "server/listen_address.h"
#include "server/negotiate.h"
#include "server/query.h"
#include "server/trace_context.h"
#include "tests/fuzz/check.h"
#include "web/form.h"

namespace {

using namespace ivig;
using fuzz::require;

void check_query(std::string_view text) {
  auto const pairs = server::parse_query(text);
  auto const is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (!pairs || std::any_of(text.begin(), text.end(), is_control))
    return;  // raw ones are refused with the request line
  for (auto const& [name, value] : *pairs) {
    for (char const c : name + value) require(!is_control(c), "no control characters", name);
  }
}

/// A form written from its fields reads as those.
void check_form(std::string_view text) {
  auto const form = web::read_form(text);
  if (!form) return;
  std::string again;
  for (auto const& [name, value] : *form) {
    require(base::is_utf8(name) && base::is_utf8(value), "fields are UTF-8", name);
    again += (again.empty() ? "" : "&") + web::url_escaped(name) + "=" + web::url_escaped(value);
  }
  require(web::read_form(again) == form, "a form reads back as it was", again);
}

void check_addresses(std::string_view text) {
  if (auto const address = fhir::parse_web_address(text)) {
    std::string const url = address->origin.text() + address->target;
    auto const again = fhir::parse_web_address(url);
    require(again && again->origin == address->origin && again->target == address->target, "a URL reads back as it was",
            url);
    require(address->target.starts_with('/'), "a target begins with a slash", address->target);
  }
  if (auto const address = server::ListenAddress::parse(text)) {
    auto const again = server::ListenAddress::parse(address->text());
    require(again && *again == *address, "a listener reads back as it was", address->text());
  }
  if (auto const policy = fhir::OutboundPolicy::read({std::string(text)}, {})) {
    require(!policy->allows_nothing(), "what is listed may be called", text);
  }
  (void)fhir::OutboundPolicy::read({}, {std::string(text)});
}

void check_headers(std::string_view text) {
  (void)server::is_json_content(text);
  require(!server::prefers(text, "application/json", "text/html") ||
              !server::prefers(text, "text/html", "application/json") ||
              server::accepts(text, "text/html") == server::accepts(text, "application/json"),
          "of two types that are preferred to each other both are accepted, or neither", text);
  std::string const path = server::normalised_path(text);
  require(server::normalised_path(path) == path, "a normalised path stays", path);
  if (auto const id = server::trace_id(text)) {
    require(id->size() == 32, "a trace id has 32 digits", *id);
    require(server::trace_id(server::outbound_traceparent(text, "00f067aa0ba902b7")) == id, "a trace goes on", text);
  }
  for (auto const& [name, value] : server::cors_headers({"https://ehr.example.org"}, text, true)) {
    require(value.find_first_of("\r\n") == std::string::npos, "a header is one line", name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text = fuzz::text_of(data, size);
  if (auto const decoded = base::percent_decoded(text)) {
    require(decoded->size() <= text.size(), "decoding makes nothing longer", text);
    require(base::percent_decoded(web::url_escaped(*decoded)) == decoded, "escaped text reads back", text);
  }
  check_query(text);
  check_form(text);
  check_addresses(text);
  check_headers(text);
  return 0;
}
