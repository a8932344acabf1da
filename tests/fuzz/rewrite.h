#pragma once
// A parsed JSON text written anew.

#include <string>

#include "base/json_body.h"
#include "base/json_read.h"
#include "base/json_write.h"

namespace ivig::fuzz {

inline void write_value(base::Json const& value, base::JsonWriter& json) {
  if (value.IsObject()) {
    json.begin_object();
    for (auto const& member : value.GetObject()) {
      json.key(base::as_string(member.name));
      write_value(member.value, json);
    }
    json.end_object();
  } else if (value.IsArray()) {
    json.begin_array();
    for (auto const& item : value.GetArray()) write_value(item, json);
    json.end_array();
  } else if (value.IsString()) {
    json.string(base::as_string(value));
  } else if (value.IsBool()) {
    json.boolean(value.IsTrue());
  } else {
    json.raw(value.IsNull() ? "null" : base::number_text(value));
  }
}

/// Minified. Recursive as deep as the text nests, which its parser limits.
inline std::string rewritten(base::Json const& root) {
  std::string text;
  base::JsonWriter json(text);
  write_value(root, json);
  return text;
}

}  // namespace ivig::fuzz
