// A JWK Set, as a client's server sends it.

#include "base/utf8.h"
#include "certs/jwks.h"
#include "tests/fuzz/check.h"

namespace {

using namespace ivig;
using certs::Algorithm;
using fuzz::require;

constexpr Algorithm kAll[] = {Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::rs256, Algorithm::rs384,
                              Algorithm::rs512, Algorithm::ps256, Algorithm::ps384, Algorithm::ps512};

/// A key is found for algorithms of its own type and curve alone.
void check_key(certs::KeySet const& set, certs::JwksKey const& key) {
  require(key.key.has_value() == key.unusable.empty(), "a key is usable or says why not", key.kid);
  require(set.has(key.kid), "a set has its keys", key.kid);
  for (Algorithm const algorithm : kAll) {
    auto const found = set.find(key.kid, algorithm);
    if (!found) continue;
    bool some = false;
    for (auto const& other : set.keys()) {
      some = some || (other.kid == key.kid && other.key && other.type == certs::key_type(algorithm) &&
                      other.curve == certs::curve(algorithm) && other.only.value_or(algorithm) == algorithm);
    }
    require(some, "a key fits the algorithm that it is found for", key.kid);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const set = certs::KeySet::parse(std::string(fuzz::text_of(data, size)));
  if (!set) {
    require(!set.error().detail.empty() && base::is_utf8(set.error().detail), "a refusal says why", set.error().detail);
    return 0;
  }
  require(set->keys().size() <= certs::KeySet::kMaxKeys, "a set has a largest size");
  bool usable = false;
  for (auto const& key : set->keys()) {
    check_key(*set, key);
    usable = usable || key.key;
  }
  require(usable == set->why_unusable().empty(), "a set without a usable key says why", set->why_unusable());
  return 0;
}
