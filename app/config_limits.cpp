#include "app/config_limits.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "app/config_reading.h"

namespace ivig::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kMostBytes = 1024ULL * 1024 * 1024;
constexpr std::uint64_t kMostOfBodies = 64 * kMostBytes;
constexpr milliseconds kShortest(50);
constexpr seconds kLongest(3600);

constexpr std::array<std::string_view, 26> kLimitKeys{"body_bytes",
                                                      "json_depth",
                                                      "header_seconds",
                                                      "request_seconds",
                                                      "idle_seconds",
                                                      "connections",
                                                      "requests_per_second",
                                                      "fhir_seconds",
                                                      "fhir_response_bytes",
                                                      "fhir_pages",
                                                      "inline_bytes",
                                                      "large_calls",
                                                      "bodies_bytes",
                                                      "form_bytes",
                                                      "feedback_bytes",
                                                      "feedback_entries",
                                                      "orders",
                                                      "chart_resources",
                                                      "codings",
                                                      "identifiers",
                                                      "dosages",
                                                      "answers",
                                                      "answer_depth",
                                                      "cards",
                                                      "entry_text_bytes",
                                                      "call_text_bytes"};

/// How much of what clients send is held and worked on at once.
void read_load(Members const& members, LimitsConfig& limits) {
  with(members, "inline_bytes", [&](auto const& v) { limits.http.inline_bytes = v.integer(1024, kMostBytes); });
  with(members, "large_calls", [&](auto const& v) { limits.http.large_calls = v.integer(1, 100000); });
  // A limit that no body of the longest kind fits into would refuse all of them.
  limits.http.bodies_bytes = std::max(limits.http.bodies_bytes, 4 * limits.http.body_bytes);
  with(members, "bodies_bytes", [&](auto const& v) {
    limits.http.bodies_bytes = v.integer(65536, kMostOfBodies);
    if (limits.http.bodies_bytes < 2 * limits.http.body_bytes) v.refuse("must be at least twice limits.body_bytes");
  });
  with(members, "form_bytes", [&](auto const& v) { limits.form_bytes = v.integer(16384, kMostBytes); });
  with(members, "feedback_bytes", [&](auto const& v) { limits.feedback_bytes = v.integer(1024, kMostBytes); });
  with(members, "feedback_entries", [&](auto const& v) { limits.feedback_entries = v.integer(1, 100000); });
}

}  // namespace

LimitsConfig read_limits(ConfigNode const& node) {
  LimitsConfig limits;
  Members const members = node.members(kLimitKeys);
  no_nulls(members);
  with(members, "body_bytes", [&](auto const& v) { limits.http.body_bytes = v.integer(1024, kMostBytes); });
  with(members, "json_depth", [&](auto const& v) { limits.json_depth = static_cast<unsigned>(v.integer(8, 512)); });
  with(members, "header_seconds", [&](auto const& v) { limits.http.header_time = v.seconds(kShortest, kLongest); });
  with(members, "request_seconds", [&](auto const& v) { limits.http.request_time = v.seconds(kShortest, kLongest); });
  with(members, "idle_seconds", [&](auto const& v) { limits.http.idle_time = v.seconds(kShortest, kLongest); });
  with(members, "connections", [&](auto const& v) { limits.http.connections = v.integer(1, 1000000); });
  with(members, "requests_per_second",
       [&](auto const& v) { limits.requests_per_second = static_cast<std::uint32_t>(v.integer(0, 1000000)); });
  with(members, "fhir_seconds", [&](auto const& v) { limits.fhir_time = v.seconds(kShortest, seconds(300)); });
  with(members, "fhir_response_bytes",
       [&](auto const& v) { limits.fhir_response_bytes = v.integer(1024, kMostBytes); });
  with(members, "fhir_pages", [&](auto const& v) { limits.fhir_pages = static_cast<unsigned>(v.integer(1, 1000)); });
  read_load(members, limits);
  read_reading_limits(members, limits);
  return limits;
}

}  // namespace ivig::app
