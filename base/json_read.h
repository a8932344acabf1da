#pragma once
// The only look-ups into JSON. House rules: of duplicate members the last counts, null counts as absent,
// and one object where an array is due reads as an array of one (and the reverse). REQ REQ-08, HTTP-10, CTX-13

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/json_body.h"

namespace ivig::base {

/// The name of a member to look up. Made of a literal it costs nothing at run time.
struct MemberName {
  // Not explicit: a look-up is written with the name itself.
  constexpr MemberName(std::string_view name) : text(name), mark(name_mark(name)), bit(name_bit(name)) {}  // NOLINT
  MemberName(std::string const& name) : MemberName(std::string_view(name)) {}                              // NOLINT
  constexpr MemberName(char const* name) : MemberName(std::string_view(name)) {}                           // NOLINT

  std::string_view text;
  std::uint32_t mark, bit;
};

/// False when `object` is no object or certainly has no member `name`.
[[nodiscard]] inline bool may_have(Json const& object, MemberName name) {
  return object.IsObject() && (object.mark() & name.bit) != 0;
}

/// As member_or_null, for an object that may have it.
[[nodiscard]] Json const* find_member(Json const& object, MemberName name);

/// As member, but a JSON null is returned: for prefetch, where null has a meaning (PREF-03).
[[nodiscard]] inline Json const* member_or_null(Json const& object, MemberName name) {
  return may_have(object, name) ? find_member(object, name) : nullptr;
}

/// The last member `name` of an object, or nullptr when `object` is no object, has none, or it is null.
[[nodiscard]] inline Json const* member(Json const& object, MemberName name) {
  Json const* const found = member_or_null(object, name);
  return found != nullptr && found->IsNull() ? nullptr : found;
}

/// `value` as text; empty when it is no string.
[[nodiscard]] inline std::string_view as_string(Json const& value) {
  return value.IsString() ? std::string_view(value.GetString(), value.GetStringLength()) : std::string_view();
}

/// The string member `name`; empty when absent or of another type.
[[nodiscard]] inline std::string_view string_member(Json const& object, MemberName name) {
  Json const* const found = member_or_null(object, name);
  return found == nullptr ? std::string_view() : as_string(*found);
}

/// `value` if it is an object, the first object in it if it is an array, else nullptr.
[[nodiscard]] Json const* first_object(Json const& value);

/// The member `name` if it is an object (or the first object of an array), else nullptr.
[[nodiscard]] inline Json const* object_member(Json const& object, MemberName name) {
  Json const* const found = member_or_null(object, name);
  return found == nullptr ? nullptr : first_object(*found);
}

/// `value` as text, the shortest that reads back to the same number ("0.4", "1e+300"); empty when it is no number.
/// The text as sent, with its trailing zeros, is in JsonBody::wire only.
[[nodiscard]] std::string number_text(Json const& value);

/// `value` as an exact decimal; nullopt when it is no number or beyond the range of Decimal (1e999).
[[nodiscard]] std::optional<Decimal> as_decimal(Json const& value);

/// `value` as a whole number; nullopt when it is no number, has a fraction or does not fit.
[[nodiscard]] std::optional<std::int64_t> as_integer(Json const& value);

/// The boolean member `name`; nullopt when absent or of another type.
[[nodiscard]] std::optional<bool> bool_member(Json const& object, MemberName name);

/// Calls `f(Json const& item, std::size_t index)` for each element of the member `name`; a member that is no
/// array counts as an array of one; absent and null items are passed over.
template <class F>
void each(Json const& object, MemberName name, F&& f) {
  Json const* found = member(object, name);
  if (found == nullptr) return;
  if (!found->IsArray()) {
    f(*found, std::size_t{0});
    return;
  }
  for (std::size_t i = 0; i < found->Size(); ++i) {
    if (!(*found)[i].IsNull()) f((*found)[i], i);
  }
}

}  // namespace ivig::base
