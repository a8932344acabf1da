// What checking one ES384 signature costs in the libraries that Debian has: the same key, text and signature in each.
//
//   es384_bench
//
// Only the check (SHA-384 and ECDSA on P-384); the key is at hand. bench/jwt_bench.cpp has the whole of a token.

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/pubkey.h>
#include <gcrypt.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <nettle/sha2.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

namespace {

using Bytes = std::vector<unsigned char>;
constexpr std::size_t kPart = 48;  // bytes of a coordinate, and of each half of a signature

struct Signed {
  std::string text = std::string(700, 'x');  // about the length of a token
  Bytes x = Bytes(kPart), y = Bytes(kPart), r = Bytes(kPart), s = Bytes(kPart);
  Bytes der;
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key{EVP_EC_gen("P-384"), &EVP_PKEY_free};

  Signed() {
    for (auto const& [name, part] :
         {std::pair{OSSL_PKEY_PARAM_EC_PUB_X, &x}, std::pair{OSSL_PKEY_PARAM_EC_PUB_Y, &y}}) {
      BIGNUM* number = nullptr;
      if (EVP_PKEY_get_bn_param(key.get(), name, &number) != 1) std::abort();
      put(number, *part);
      BN_free(number);
    }
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::size_t size = 0;
    auto const* bytes = reinterpret_cast<unsigned char const*>(text.data());
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha384(), nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
      std::abort();
    der.resize(size);
    if (EVP_DigestSign(context.get(), der.data(), &size, bytes, text.size()) != 1) std::abort();
    der.resize(size);
    unsigned char const* from = der.data();
    std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> const parts(d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(size)),
                                                                 &ECDSA_SIG_free);
    put(ECDSA_SIG_get0_r(parts.get()), r);
    put(ECDSA_SIG_get0_s(parts.get()), s);
  }

  static void put(BIGNUM const* number, Bytes& into) {
    if (BN_bn2binpad(number, into.data(), static_cast<int>(into.size())) < 0) std::abort();
  }
};

Signed const& example() {
  static Signed const made;
  return made;
}

template <class Check>
void measure(benchmark::State& state, Check&& check) {
  if (!check()) std::abort();
  for (auto _ : state) benchmark::DoNotOptimize(check());
}

void openssl(benchmark::State& state) {
  auto const& given = example();
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  measure(state, [&] {
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha384(), nullptr, given.key.get()) == 1 &&
           EVP_DigestVerify(context.get(), given.der.data(), given.der.size(),
                            reinterpret_cast<unsigned char const*>(given.text.data()), given.text.size()) == 1;
  });
}

void nettle(benchmark::State& state) {
  auto const& given = example();
  auto read = [](mpz_t into, Bytes const& bytes) {
    mpz_init(into);
    mpz_import(into, bytes.size(), 1, 1, 0, 0, bytes.data());
  };
  mpz_t x, y;
  read(x, given.x);
  read(y, given.y);
  ecc_point point{};
  ecc_point_init(&point, nettle_get_secp_384r1());
  if (ecc_point_set(&point, x, y) != 1) std::abort();
  dsa_signature signature{};
  read(signature.r, given.r);
  read(signature.s, given.s);
  measure(state, [&] {
    sha384_ctx hash{};
    sha384_init(&hash);
    sha384_update(&hash, given.text.size(), reinterpret_cast<std::uint8_t const*>(given.text.data()));
    std::array<std::uint8_t, SHA384_DIGEST_SIZE> digest{};
    sha384_digest(&hash, digest.size(), digest.data());
    return ecdsa_verify(&point, digest.size(), digest.data(), &signature) == 1;
  });
  dsa_signature_clear(&signature);
  ecc_point_clear(&point);
  mpz_clear(x);
  mpz_clear(y);
}

void gcrypt(benchmark::State& state) {
  auto const& given = example();
  gcry_check_version(nullptr);
  gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
  Bytes point{4};
  point.insert(point.end(), given.x.begin(), given.x.end());
  point.insert(point.end(), given.y.begin(), given.y.end());
  gcry_sexp_t key = nullptr, signature = nullptr;
  if (gcry_sexp_build(&key, nullptr, "(public-key (ecc (curve \"NIST P-384\") (q %b)))", static_cast<int>(point.size()),
                      point.data()) != 0 ||
      gcry_sexp_build(&signature, nullptr, "(sig-val (ecdsa (r %b) (s %b)))", static_cast<int>(kPart), given.r.data(),
                      static_cast<int>(kPart), given.s.data()) != 0)
    std::abort();
  measure(state, [&] {
    std::array<unsigned char, 48> digest{};
    gcry_md_hash_buffer(GCRY_MD_SHA384, digest.data(), given.text.data(), given.text.size());
    gcry_sexp_t data = nullptr;
    if (gcry_sexp_build(&data, nullptr, "(data (flags raw) (value %b))", static_cast<int>(digest.size()),
                        digest.data()) != 0)
      return false;
    bool const holds = gcry_pk_verify(signature, data, key) == 0;
    gcry_sexp_release(data);
    return holds;
  });
  gcry_sexp_release(signature);
  gcry_sexp_release(key);
}

void botan(benchmark::State& state) {
  auto const& given = example();
  Botan::EC_Group const group("secp384r1");
  Botan::ECDSA_PublicKey const key(
      group, group.point(Botan::BigInt(given.x.data(), kPart), Botan::BigInt(given.y.data(), kPart)));
  Botan::PK_Verifier verifier(key, "EMSA1(SHA-384)");
  Bytes signature = given.r;
  signature.insert(signature.end(), given.s.begin(), given.s.end());
  measure(state, [&] {
    return verifier.verify_message(reinterpret_cast<std::uint8_t const*>(given.text.data()), given.text.size(),
                                   signature.data(), signature.size());
  });
}

BENCHMARK(openssl);
BENCHMARK(nettle);
BENCHMARK(gcrypt);
BENCHMARK(botan);

}  // namespace

BENCHMARK_MAIN();
