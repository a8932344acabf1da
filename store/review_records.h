#pragma once
// What reviewers leave behind: their sessions, what they looked at, what they answered and what they determined. Plain
// values; who somebody is, is what the sign-in said.

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "store/records.h"

namespace ivig::store {

/// Who did something: `subject` is the account, `name` what people read.
struct Reviewer {
  std::string subject, name;
  bool operator==(Reviewer const&) const = default;
};

/// A reviewer's decision about an order. Never changed: another one is made, and the newest counts.
struct Determination {
  std::string decision;
  std::string verdict;  ///< approve | deny | more-information
  std::string note;     ///< may hold patient data
  Reviewer by;
  Time time;
  bool operator==(Determination const&) const = default;
};

/// A reviewer's answer to a question that the record left open. The newest of a fact counts.
struct GivenAnswer {
  std::string decision;
  std::string fact;
  std::string value;  ///< yes | no | unknown (taken back)
  Reviewer by;
  Time time;
  bool operator==(GivenAnswer const&) const = default;
};

/// Somebody looked at, or took away, data about patients.
struct ReviewView {
  std::string what;      ///< list | decision | export | charts | try | audit
  std::string decision;  ///< where it was one
  Reviewer by;
  Time time;
  bool operator==(ReviewView const&) const = default;
};

/// A signed-in browser. `id` is a digest of the secret that the browser holds, so that the table opens no door.
struct ReviewSession {
  std::string id;
  Reviewer who;
  std::string role;  ///< viewer | reviewer
  std::chrono::sys_seconds expires;
  bool operator==(ReviewSession const&) const = default;
};

/// The browser signed out.
struct SessionEnd {
  std::string id;
};

using ReviewRecord = std::variant<Determination, GivenAnswer, ReviewView, ReviewSession, SessionEnd>;

/// When it was done; of what has no time, 1970.
[[nodiscard]] inline Time time_of(ReviewRecord const& record) {
  return std::visit(
      [](auto const& one) {
        if constexpr (requires { one.time; }) return one.time;
        else return Time{};
      },
      record);
}

/// All that was done about one decision, oldest first; views: the newest 50.
struct DecisionReview {
  std::vector<Determination> determinations;
  std::vector<GivenAnswer> answers;
  std::vector<ReviewView> views;
};

/// Decisions of a stretch of time by stance ("" where no row applied).
struct StanceCount {
  std::size_t stretch = 0;  ///< its index
  std::string stance;
  std::int64_t decisions = 0;
};

}  // namespace ivig::store
