#pragma once
// One JSON value. Its methods are named as those of RapidJSON, whose values it stands in for; look-ups with the house
// rules are in json_read.h.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace ivig::base {

/// A node of a tree that owns all of its memory (JsonTree): 16 bytes, children side by side. Asking a value for what it
/// is not is a mistake of the caller, as in RapidJSON: ask Is... first.
class Json {
 public:
  struct Member;

  Json() = default;
  Json(Json const&) = delete;
  Json& operator=(Json const&) = delete;

  [[nodiscard]] bool IsNull() const { return type_ == Type::null; }
  [[nodiscard]] bool IsBool() const { return type_ == Type::boolean; }
  [[nodiscard]] bool IsTrue() const { return IsBool() && value_.integer != 0; }
  [[nodiscard]] bool IsString() const { return type_ == Type::string; }
  [[nodiscard]] bool IsArray() const { return type_ == Type::array; }
  [[nodiscard]] bool IsObject() const { return type_ == Type::object; }
  /// Written without fraction and exponent, and in the range of the type.
  [[nodiscard]] bool IsInt64() const { return type_ == Type::integer; }
  [[nodiscard]] bool IsUint64() const {
    return type_ == Type::natural || (type_ == Type::integer && value_.integer >= 0);
  }
  [[nodiscard]] bool IsInt() const {
    return IsInt64() && value_.integer >= std::numeric_limits<int>::min() &&
           value_.integer <= std::numeric_limits<int>::max();
  }
  [[nodiscard]] bool IsDouble() const { return type_ == Type::real; }
  [[nodiscard]] bool IsNumber() const { return IsInt64() || type_ == Type::natural || IsDouble(); }

  [[nodiscard]] bool GetBool() const { return value_.integer != 0; }
  [[nodiscard]] int GetInt() const { return static_cast<int>(value_.integer); }
  [[nodiscard]] std::int64_t GetInt64() const { return value_.integer; }
  [[nodiscard]] std::uint64_t GetUint64() const { return value_.natural; }
  [[nodiscard]] double GetDouble() const {
    return type_ == Type::real      ? value_.real
           : type_ == Type::natural ? static_cast<double>(value_.natural)
                                    : static_cast<double>(value_.integer);
  }
  /// Not ended by a NUL: GetStringLength tells how long it is.
  [[nodiscard]] char const* GetString() const { return value_.text; }
  [[nodiscard]] std::size_t GetStringLength() const { return size_; }

  [[nodiscard]] std::size_t Size() const { return size_; }
  [[nodiscard]] bool Empty() const { return size_ == 0; }
  [[nodiscard]] Json const& operator[](std::size_t item) const;
  [[nodiscard]] std::span<Json const> GetArray() const { return {value_.items, size_}; }

  [[nodiscard]] std::size_t MemberCount() const { return size_; }
  [[nodiscard]] Member const* MemberBegin() const { return value_.members; }
  [[nodiscard]] Member const* MemberEnd() const;
  [[nodiscard]] std::span<Member const> GetObject() const;

 private:
  friend class JsonTree;
  enum class Type : std::uint8_t { null, boolean, integer, natural, real, string, array, object };

  union Value {
    std::int64_t integer = 0;
    std::uint64_t natural;
    double real;
    char const* text;
    Json const* items;
    Member const* members;
  };
  Value value_;
  std::uint32_t size_ = 0;  ///< of a string in bytes, of an array or object in children
  Type type_ = Type::null;
};

struct Json::Member {
  Json name, value;
};

inline Json const& Json::operator[](std::size_t item) const { return value_.items[item]; }
inline Json::Member const* Json::MemberEnd() const { return value_.members + size_; }
inline std::span<Json::Member const> Json::GetObject() const { return {value_.members, size_}; }

}  // namespace ivig::base
