#include "base/json_read.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace ivig::base {

namespace {

/// Most look-ups fail on most members: length and first letter tell nearly all of them apart without a call.
bool is_named(Json const& member_name, std::string_view name) {
  if (member_name.GetStringLength() != name.size()) return false;
  char const* const text = member_name.GetString();
  return name.empty() || (text[0] == name[0] && std::memcmp(text, name.data(), name.size()) == 0);
}

}  // namespace

Json const* member_or_null(Json const& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  // Backwards: of duplicate members the last counts, and FindMember would give the first.
  for (auto it = object.MemberEnd(); it != object.MemberBegin();) {
    --it;
    if (is_named(it->name, name)) return &it->value;
  }
  return nullptr;
}

Json const* member(Json const& object, std::string_view name) {
  Json const* found = member_or_null(object, name);
  return found != nullptr && found->IsNull() ? nullptr : found;
}

std::string_view as_string(Json const& value) {
  if (!value.IsString()) return {};
  return {value.GetString(), value.GetStringLength()};
}

std::string_view string_member(Json const& object, std::string_view name) {
  Json const* found = member(object, name);
  return found == nullptr ? std::string_view() : as_string(*found);
}

Json const* object_member(Json const& object, std::string_view name) {
  Json const* found = member(object, name);
  if (found == nullptr) return nullptr;
  if (found->IsObject()) return found;
  if (!found->IsArray()) return nullptr;
  for (Json const& item : found->GetArray()) {
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

std::optional<bool> bool_member(Json const& object, std::string_view name) {
  Json const* found = member(object, name);
  if (found == nullptr || !found->IsBool()) return std::nullopt;
  return found->GetBool();
}

}  // namespace ivig::base
