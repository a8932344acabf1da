#include "rules/facts.h"

#include <array>

namespace ivig::rules {

FactValue const& FactValues::unread(Truth value) {
  static std::array<FactValue, 3> const unread_values{
      {{Truth::no, Basis::none, {}, {}}, {Truth::yes, Basis::none, {}, {}}, {Truth::unknown, Basis::none, {}, {}}}};
  return unread_values[static_cast<std::size_t>(value)];
}

void FactValues::set(std::size_t fact, FactValue value) {
  truths_[fact] = value.value;
  if (derived_ == Derived::all) derived_ = Derived::but_for_read;
  if (slots_[fact] != kUnread) {
    read_[slots_[fact]] = std::move(value);
    return;
  }
  slots_[fact] = static_cast<std::uint16_t>(read_.size());
  read_.push_back(std::move(value));
  read_facts_.push_back(static_cast<FactIndex>(fact));
}

void FactValues::derive(std::size_t fact, Truth value) {
  truths_[fact] = value;
  if (slots_[fact] != kUnread) read_[slots_[fact]].value = value;
}

}  // namespace ivig::rules
