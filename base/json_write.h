#pragma once
// A minified JSON writer over a string that the caller owns.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/decimal.h"

namespace ivig::base {

/// Appends JSON text to `out`; commas are its own affair, nesting the caller's.
///
///   JsonWriter json(out);
///   json.begin_object();
///   json.member("summary", card.summary);
///   json.key("links"); json.begin_array(); ... json.end_array();
///   json.end_object();
///
/// Strings must be UTF-8. INVARIANT (caller's): begin and end calls pair, a key precedes every value in an object.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  void key(std::string_view name);
  void string(std::string_view text);
  void integer(std::int64_t value);
  /// Writes the decimal with its precision: 1.50 stays 1.50.
  void decimal(Decimal value);
  void boolean(bool value);
  /// Splices JSON text as it is. INVARIANT (caller's): `json_text` is one well-formed JSON value. REQ HTTP-11
  void raw(std::string_view json_text);

  void member(std::string_view name, std::string_view text) { key(name), string(text); }
  void member(std::string_view name, char const* text) { key(name), string(text); }
  template <std::same_as<bool> Bool>  // a pointer must not arrive here as true
  void member(std::string_view name, Bool value) {
    key(name), boolean(value);
  }
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) void member(std::string_view name, Integer value) {
    key(name), integer(static_cast<std::int64_t>(value));
  }

  /// Writes the member unless `text` is empty: optional members without value are left out. REQ DISC-11, RESP-03
  void member_if(std::string_view name, std::string_view text) {
    if (!text.empty()) member(name, text);
  }

 private:
  void separate() {
    if (comma_) out_ += ',';
    comma_ = true;
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
  }
  void close(char bracket) {
    out_ += bracket;
    comma_ = true;
  }
  void quoted(std::string_view text);

  std::string& out_;
  bool comma_ = false;
};

}  // namespace ivig::base
