#include "base/uuid.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace ivig::base {
namespace {

/// Looked up once: EVP_sha256() makes OpenSSL 3 search its providers at every use.
EVP_MD const* sha256_method() {
  static std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> const method(EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                                 &EVP_MD_free);
  return method.get();
}

std::string_view text_of(Sha256 const& digest) { return {reinterpret_cast<char const*>(digest.data()), digest.size()}; }

void append_hex(std::string& out, std::span<unsigned char const> bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::size_t at = out.size();
  out.resize(at + 2 * bytes.size());
  for (unsigned const byte : bytes) {
    out[at++] = kHex[byte >> 4U];
    out[at++] = kHex[byte & 0xFU];
  }
}

void fill_random(std::span<unsigned char> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("the system gives no random bytes");
  }
}

/// Hyphenated text of the first 16 bytes.
std::string uuid_text(std::span<unsigned char const> bytes) {
  std::string uuid;
  uuid.reserve(36);
  append_hex(uuid, bytes.subspan(0, 4));
  for (std::size_t const at : {4U, 6U, 8U}) {
    uuid += '-';
    append_hex(uuid, bytes.subspan(at, 2));
  }
  uuid += '-';
  append_hex(uuid, bytes.subspan(10, 6));
  return uuid;
}

/// The 48 bits of time that a version 7 UUID begins with.
void put_time(std::span<unsigned char> bytes, std::chrono::sys_time<std::chrono::milliseconds> time) {
  auto const milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  for (unsigned i = 0; i < 6; ++i) bytes[i] = static_cast<unsigned char>(milliseconds >> (40U - 8U * i));
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 digest{};
  unsigned size = 0;
  // Fails only without memory or with a provider that lacks SHA-256: no caller could go on.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, sha256_method(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available");
  }
  return digest;
}

std::string uuid_from_name(std::string_view name) {
  Sha256 digest = sha256(name);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0FU) | 0x80U);  // version 8
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3FU) | 0x80U);  // variant 10
  return uuid_text(digest);
}

std::string uuid_from_time(std::chrono::sys_time<std::chrono::milliseconds> time) {
  std::array<unsigned char, 16> bytes{};
  fill_random(bytes);
  put_time(bytes, time);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x70U);  // version 7
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);  // variant 10
  return uuid_text(bytes);
}

std::string uuid_lower_bound(std::chrono::sys_time<std::chrono::milliseconds> time) {
  std::array<unsigned char, 16> bytes{};
  // No id is older than 1970: a bound before it is below all of them.
  put_time(bytes, std::max(time, std::chrono::sys_time<std::chrono::milliseconds>{}));
  return uuid_text(bytes);
}

std::string keyed_hash_hex(std::string_view key, std::string_view bytes) {
  // RFC 2104 on two digests: OpenSSL's own HMAC() looks up its methods at every use, which costs four times as much.
  constexpr std::size_t kBlock = 64;
  Sha256 const short_key = key.size() > kBlock ? sha256(key) : Sha256{};
  if (key.size() > kBlock) key = text_of(short_key);
  std::string inner(kBlock, '\x36'), outer(kBlock, '\x5C');
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  Sha256 const inner_digest = sha256(inner.append(bytes));
  return sha256_hex(outer.append(text_of(inner_digest)));
}

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> random(bytes);
  fill_random(random);
  std::string hex;
  append_hex(hex, random);
  return hex;
}

std::string sha256_hex(std::string_view bytes) {
  std::string hex;
  hex.reserve(64);
  append_hex(hex, sha256(bytes));
  return hex;
}

}  // namespace ivig::base
