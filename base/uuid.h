#pragma once
// Identifiers of cards, suggestions and decisions, and the digests they are made with.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace ivig::base {

/// A name-based UUID (RFC 9562 version 8 over SHA-256) in lower-case hyphenated form: equal names give equal
/// uuids, so a re-delivered hookInstance gets the same cards. REQ CARD-01, REQ-15
[[nodiscard]] std::string uuid_from_name(std::string_view name);

using Sha256 = std::array<unsigned char, 32>;

/// SHA-256 (FIPS 180-4). Throws std::runtime_error where OpenSSL has none.
[[nodiscard]] Sha256 sha256(std::string_view bytes);

/// The same as lower-case hexadecimal: the digest of the rule set.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// Time-ordered UUIDs (RFC 9562 version 7) that rise, as their texts do, in the order in which they are made: 48 bits
/// of milliseconds since 1970, 16 bits of a counter that begins anew at random in every millisecond (RFC 9562
/// section 6.2, method 1), 58 random bits. Any thread.
class UuidSequence {
 public:
  /// An id of this time, or of the latest time seen where the clock has gone back (then, and when a millisecond has
  /// used up its counter, the id's time is ahead of `time`). Throws std::runtime_error where the system gives no random
  /// bytes.
  [[nodiscard]] std::string next(std::chrono::sys_time<std::chrono::milliseconds> time);

 private:
  std::atomic<std::uint64_t> last_{0};  ///< time and counter of the last id, as one number
};

/// The least text that an id of this time can have: bounds of a range of times. Not an id itself.
/// A time before 1970 has the lowest of all.
[[nodiscard]] std::string uuid_lower_bound(std::chrono::sys_time<std::chrono::milliseconds> time);

/// HMAC-SHA-256 (RFC 2104) as lower-case hexadecimal: stands for an identifier where the identifier is not kept.
[[nodiscard]] std::string keyed_hash_hex(std::string_view key, std::string_view bytes);

/// `bytes` random bytes of the system's generator, in hexadecimal: keys.
[[nodiscard]] std::string random_hex(std::size_t bytes);

}  // namespace ivig::base
