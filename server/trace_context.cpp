#include "server/trace_context.h"

#include <algorithm>

namespace ivig::server {
namespace {

constexpr std::size_t kLength = 55;  // 2 + 1 + 32 + 1 + 16 + 1 + 2

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

bool is_well_formed(std::string_view header) {
  if (header.size() < kLength) return false;
  std::string_view const version = header.substr(0, 2), trace = header.substr(3, 32), parent = header.substr(36, 16);
  bool const hyphens = header[2] == '-' && header[35] == '-' && header[52] == '-';
  if (!hyphens || !is_hex(version) || version == "ff" || !is_hex(trace) || !is_hex(parent)) return false;
  if (!is_hex(header.substr(53, 2)) || is_zero(trace) || is_zero(parent)) return false;
  return header.size() == kLength || (version != "00" && header[kLength] == '-');
}

}  // namespace

std::optional<std::string_view> trace_id(std::string_view traceparent) {
  if (!is_well_formed(traceparent)) return std::nullopt;
  return traceparent.substr(3, 32);
}

std::string outbound_traceparent(std::string_view traceparent, std::string_view span_id) {
  if (!is_well_formed(traceparent) || span_id.size() != 16 || !is_hex(span_id) || is_zero(span_id)) return {};
  std::string header = "00-";
  header.append(traceparent.substr(3, 32)).append("-").append(span_id).append("-").append(traceparent.substr(53, 2));
  return header;
}

}  // namespace ivig::server
