#pragma once
// The elements of a JSON array.

#include "base/json_body.h"

namespace ivig::base {

/// Calls `f(Json const& item)` for each element, null ones too; for none when `array` is no array.
template <class F>
void each_item(Json const& array, F&& f) {
  if (!array.IsArray()) return;
  for (Json const& item : array.GetArray()) f(item);
}

}  // namespace ivig::base
