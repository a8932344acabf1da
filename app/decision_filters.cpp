#include "app/decision_filters.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/clock.h"
#include "base/instant.h"

namespace ivig::app {
namespace {

using base::Errc;
using base::Result;

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// "24h" and "7d" are that long ago.
std::optional<store::Time> moment(std::string_view text, store::Time now) {
  if (text.size() == 10) {
    if (auto day = base::parse_day(text)) return store::Time(*day);
    return std::nullopt;
  }
  if (text.ends_with('h') || text.ends_with('d')) {
    auto const count = number(text.substr(0, text.size() - 1));
    if (count && *count < 1000000) return now - std::chrono::hours(text.ends_with('d') ? *count * 24 : *count);
  }
  return base::parse_instant(text);
}

/// Stored references are hashed; one that begins with its mark is taken as it is.
std::string reference(std::string_view text, store::References const& references) {
  return text.find('~') != std::string_view::npos ? std::string(text) : references.kept(text);
}

std::string* text_filter(store::DecisionQuery& query, std::string_view name) {
  if (name == "row") return &query.row;
  if (name == "stance") return &query.stance;
  if (name == "indicator") return &query.indicator;
  if (name == "outcome") return &query.outcome;
  if (name == "condition") return &query.condition;
  if (name == "determination") return &query.determination;
  if (name == "client") return &query.client;
  if (name == "service") return &query.service;
  if (name == "hook-instance") return &query.hook_instance;
  if (name == "card") return &query.card;
  if (name == "after") return &query.after;
  return nullptr;
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), value) != words.end();
}

}  // namespace

Result<void> set_filter(store::DecisionQuery& query, std::string_view name, std::string_view value,
                        store::References const& references, store::Time now) {
  std::string const where(name);
  if (name == "from" || name == "until") {
    auto const time = moment(value, now);
    if (!time) return base::fail(Errc::invalid_value, where, "must be 2026-11-01, 2026-11-01T08:00:00Z, 24h or 7d");
    (name == "from" ? query.from : query.until) = time;
    return {};
  }
  if (name == "limit") {
    auto const limit = number(value);
    if (!limit || *limit == 0 || *limit > 1000) return base::fail(Errc::invalid_value, where, "must be 1 to 1000");
    query.limit = *limit;
    return {};
  }
  if (name == "patient" || name == "order") {
    (name == "patient" ? query.patient : query.order) = reference(value, references);
    return {};
  }
  if (name == "outcome" && !is_one_of(value, {"accepted", "overridden", "none"})) {
    return base::fail(Errc::invalid_value, where, "must be accepted, overridden or none");
  }
  if (name == "determination" && !is_one_of(value, {"approve", "deny", "more-information", "none"})) {
    return base::fail(Errc::invalid_value, where, "must be approve, deny, more-information or none");
  }
  if (name == "indicator" && !is_one_of(value, {"none", "info", "warning", "critical"})) {
    return base::fail(Errc::invalid_value, where, "must be none, info, warning or critical");
  }
  std::string* text = text_filter(query, name);
  if (text == nullptr) return base::fail(Errc::not_found, where, "is no filter");
  *text = value;
  return {};
}

std::optional<unsigned> feedback_page_of(std::string_view text) {
  auto const page = number(text);
  return page && *page >= 1 && *page <= store::kMostFeedbackPages ? page : std::nullopt;
}

}  // namespace ivig::app
