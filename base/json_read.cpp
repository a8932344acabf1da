#include "base/json_read.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/json_large.h"

namespace ivig::base {

namespace {

/// The last member of that name.
Json const* find_in_large(Json const& object, std::string_view name) {
  auto const places = places_by_name(object);
  auto const name_at = [&object](std::uint32_t place) { return as_string(object.MemberBegin()[place].name); };
  auto const after = std::upper_bound(places.begin(), places.end(), name,
                                      [&](std::string_view wanted, std::uint32_t at) { return wanted < name_at(at); });
  if (after == places.begin() || name_at(*(after - 1)) != name) return nullptr;
  return &object.MemberBegin()[*(after - 1)].value;
}

}  // namespace

Json const* find_member(Json const& object, MemberName name) {
  if (object.MemberCount() > kLargeObject) return find_in_large(object, name.text);
  Json const* found = nullptr;
  for (auto it = object.MemberBegin(); it != object.MemberEnd(); ++it) {
    if (it->name.mark() != name.mark || it->name.GetStringLength() != name.text.size() ||
        std::memcmp(it->name.GetString(), name.text.data(), name.text.size()) != 0)
      continue;
    found = &it->value;
    if (!object.has_repeats()) break;  // of duplicate members the last counts
  }
  return found;
}

Json const* first_object(Json const& value) {
  if (value.IsObject()) return &value;
  if (!value.IsArray()) return nullptr;
  for (Json const& item : value.GetArray()) {
    if (item.IsObject()) return &item;
  }
  return nullptr;
}

std::string number_text(Json const& value) {
  if (!value.IsNumber()) return {};
  std::array<char, 32> buffer{};
  char* const end = buffer.data() + buffer.size();
  std::to_chars_result result{};
  if (value.IsInt64()) {
    result = std::to_chars(buffer.data(), end, value.GetInt64());
  } else if (value.IsUint64()) {
    result = std::to_chars(buffer.data(), end, value.GetUint64());
  } else {
    result = std::to_chars(buffer.data(), end, value.GetDouble());
  }
  return {buffer.data(), result.ptr};
}

std::optional<Decimal> as_decimal(Json const& value) {
  if (value.IsInt()) return Decimal(value.GetInt(), 0);
  if (!value.IsNumber()) return std::nullopt;
  auto parsed = Decimal::parse(number_text(value));
  if (!parsed) return std::nullopt;
  return *parsed;
}

std::optional<std::int64_t> as_integer(Json const& value) {
  if (value.IsInt64()) return value.GetInt64();
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it a double is no certain integer
  if (value.IsDouble() && std::abs(value.GetDouble()) <= kExact && std::trunc(value.GetDouble()) == value.GetDouble()) {
    return static_cast<std::int64_t>(value.GetDouble());
  }
  return std::nullopt;
}

std::optional<bool> bool_member(Json const& object, MemberName name) {
  Json const* found = member(object, name);
  if (found == nullptr || !found->IsBool()) return std::nullopt;
  return found->GetBool();
}

}  // namespace ivig::base
