#pragma once
// The evidence for and against each fact, weighed.

#include <cstdint>
#include <string>
#include <vector>

#include "rules/facts.h"

namespace ivig::advice {

/// The start of what is shown of a piece of evidence: one long note may be evidence for a hundred facts.
[[nodiscard]] inline std::string excerpt(std::string const& text) {
  constexpr std::size_t kLongest = 4000;
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

/// The strongest evidence for and against one fact.
struct Balance {
  int for_it = -1, against_it = -1;
  rules::FactValue best_for, best_against;
  bool open = false;  ///< only a code or phrase that covers more than the fact

  /// True when evidence of that weight would count for more than what there is.
  [[nodiscard]] bool takes(rules::Truth value, int weight) const {
    return weight > (value == rules::Truth::yes ? for_it : against_it);
  }

  void add(rules::Truth value, int weight, rules::Basis basis, std::string const& from, std::string const& detail) {
    int& side = value == rules::Truth::yes ? for_it : against_it;
    if (weight <= side) return;
    side = weight;
    (value == rules::Truth::yes ? best_for : best_against) = rules::FactValue{value, basis, from, excerpt(detail)};
  }

  /// Evidence that was weighed on its own, as read after this.
  void add(Balance const& later) {
    if (later.for_it > for_it) {
      for_it = later.for_it;
      best_for = later.best_for;
    }
    if (later.against_it > against_it) {
      against_it = later.against_it;
      best_against = later.best_against;
    }
    open = open || later.open;
  }

  [[nodiscard]] bool weighs() const { return for_it >= 0 || against_it >= 0; }

  /// What the evidence says, if there is any.
  [[nodiscard]] rules::FactValue settle() && {
    if (for_it != against_it) return std::move(for_it > against_it ? best_for : best_against);
    rules::FactValue value = std::move(best_for);  // equally good evidence for both: nobody knows
    value.value = rules::Truth::unknown;
    value.basis = rules::Basis::none;
    return value;
  }
};

/// The balances of the facts that something was read about.
class Balances {
 public:
  explicit Balances(std::size_t facts) : slots_(facts, kNone) {}

  void reserve(std::size_t facts) { touched_.reserve(facts); }

  [[nodiscard]] Balance& operator[](rules::FactIndex fact) {
    if (slots_[fact] == kNone) {
      slots_[fact] = static_cast<std::uint16_t>(touched_.size());
      touched_.push_back({fact, {}});
    }
    return touched_[slots_[fact]].balance;
  }

  /// Evidence that was weighed on its own, as read after all of this.
  void add(Balances const& later) {
    for (auto const& [fact, balance] : later.touched_) (*this)[fact].add(balance);
  }

  /// Writes what was read into `values`.
  void settle(rules::FactValues& values) && {
    values.reserve(touched_.size());
    for (auto& [fact, balance] : touched_) {
      if (balance.weighs()) values.set(fact, std::move(balance).settle());
      else if (balance.open) values.set(fact, {});
    }
  }

 private:
  static constexpr std::uint16_t kNone = 0xffff;
  struct Touched {
    rules::FactIndex fact;
    Balance balance;
  };
  std::vector<std::uint16_t> slots_;  ///< by FactIndex
  std::vector<Touched> touched_;
};

}  // namespace ivig::advice
