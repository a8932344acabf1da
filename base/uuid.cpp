#include "base/uuid.h"

#include <openssl/evp.h>

#include <array>
#include <span>
#include <stdexcept>

namespace ivig::base {
namespace {

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view bytes) {
  Digest digest{};
  unsigned size = 0;
  // Fails only without memory or with a provider that lacks SHA-256: no caller could go on.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available");
  }
  return digest;
}

void append_hex(std::string& out, std::span<unsigned char const> bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (unsigned const byte : bytes) {
    out += kHex[byte >> 4U];
    out += kHex[byte & 0xFU];
  }
}

}  // namespace

std::string uuid_from_name(std::string_view name) {
  Digest digest = sha256(name);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0FU) | 0x80U);  // version 8
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3FU) | 0x80U);  // variant 10
  std::span<unsigned char const> const bytes(digest);
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

std::string sha256_hex(std::string_view bytes) {
  std::string hex;
  hex.reserve(64);
  append_hex(hex, sha256(bytes));
  return hex;
}

}  // namespace ivig::base
