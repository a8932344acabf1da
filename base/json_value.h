#pragma once
// One JSON value. Its methods are named as those of RapidJSON, whose values it stands in for; look-ups with the house
// rules are in json_read.h.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace ivig::base {

/// What look-ups compare first: length and two letters of a member's name tell the elements of a resource apart.
constexpr std::uint32_t name_mark(std::string_view name) {
  if (name.empty()) return 0;
  return static_cast<unsigned char>(name.front()) |
         static_cast<std::uint32_t>(static_cast<unsigned char>(name.back())) << 8U |
         static_cast<std::uint32_t>(name.size() & 0xFFU) << 16U;
}

/// One of 23 bits for a name: an object holds those of its members, so that most names that it has not are known at
/// once.
constexpr std::uint32_t name_bit(std::string_view name) {
  return std::uint32_t{1} << (((name_mark(name) * 0x9E3779B1U) >> 16U) * 23U >> 16U);
}

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

  /// Of the name of a member its name_mark, of an object the name_bits of its members, of all else 0.
  [[nodiscard]] std::uint32_t mark() const { return mark_; }
  /// Of an object: two members have one name, or there are too many to tell.
  [[nodiscard]] bool has_repeats() const { return (mark_ & kRepeats) != 0; }

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
  static constexpr std::uint32_t kRepeats = 1U << 23U;
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
  std::uint32_t mark_ : 24 = 0;
  Type type_ : 8 = Type::null;
};

static_assert(sizeof(Json) == 16);

struct Json::Member {
  Json name, value;
};

inline Json const& Json::operator[](std::size_t item) const { return value_.items[item]; }
inline Json::Member const* Json::MemberEnd() const { return value_.members + size_; }
inline std::span<Json::Member const> Json::GetObject() const { return {value_.members, size_}; }

}  // namespace ivig::base
