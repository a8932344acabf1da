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

/// The last member `name` of an object, or nullptr when `object` is no object, has none, or it is null.
[[nodiscard]] Json const* member(Json const& object, std::string_view name);

/// As member, but a JSON null is returned: for prefetch, where null has a meaning (PREF-03).
[[nodiscard]] Json const* member_or_null(Json const& object, std::string_view name);

/// The string member `name`; empty when absent or of another type.
[[nodiscard]] std::string_view string_member(Json const& object, std::string_view name);

/// `value` as text; empty when it is no string.
[[nodiscard]] std::string_view as_string(Json const& value);

/// The member `name` if it is an object (or the first object of an array), else nullptr.
[[nodiscard]] Json const* object_member(Json const& object, std::string_view name);

/// `value` as text, the shortest that reads back to the same number ("0.4", "1e+300"); empty when it is no number.
/// The text as sent, with its trailing zeros, is in JsonBody::wire only.
[[nodiscard]] std::string number_text(Json const& value);

/// `value` as an exact decimal; nullopt when it is no number or beyond the range of Decimal (1e999).
[[nodiscard]] std::optional<Decimal> as_decimal(Json const& value);

/// `value` as a whole number; nullopt when it is no number, has a fraction or does not fit.
[[nodiscard]] std::optional<std::int64_t> as_integer(Json const& value);

/// The boolean member `name`; nullopt when absent or of another type.
[[nodiscard]] std::optional<bool> bool_member(Json const& object, std::string_view name);

/// Calls `f(Json const& item, std::size_t index)` for each element of the member `name`; a member that is no
/// array counts as an array of one; absent and null items are passed over.
template <class F>
void each(Json const& object, std::string_view name, F&& f) {
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
