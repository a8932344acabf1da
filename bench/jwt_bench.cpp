// What a client's token costs: read, verified with a key at hand, checked. Beside it the order-sign request that it
// comes with, without a token.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "certs/jwt.h"
#include "hooks/order_service.h"
#include "tests/support/tokens.h"

namespace {

namespace certs = ivig::certs;
using ivig::test::SigningKey;

constexpr char const* kAudience = "https://cds.example.org/cds-services/ivig-order-sign";
constexpr std::int64_t kNow = 1'800'000'000;

/// One client: its key set, and a good token. Every iteration verifies the same bytes: nothing is remembered.
struct Client {
  explicit Client(char const* name)
      : algorithm(*certs::parse_algorithm(name)),
        key(certs::key_type(algorithm) == "RSA" ? SigningKey::rsa()
                                                : SigningKey::ec(std::string(certs::curve(algorithm)).c_str())),
        keys(*certs::KeySet::parse(ivig::test::jwk_set({key.jwk("k1")}))),
        token(ivig::test::token("https://ehr.example.org", kAudience, "k1", name, kNow).signed_by(key)) {
    policy.algorithms = {algorithm};
  }

  void verify() const {
    auto const jws = certs::Jws::parse(token);
    if (!jws) std::abort();
    auto const claims = certs::Claims::verify(*jws, keys, policy.algorithms);
    if (!claims) std::abort();
    auto principal = certs::check(*claims, policy, audiences, ivig::base::Now(std::chrono::seconds(kNow)));
    if (!principal) std::abort();
    benchmark::DoNotOptimize(principal);
  }

  certs::Algorithm algorithm;
  SigningKey key;
  certs::KeySet keys;
  std::string token;
  certs::TokenPolicy policy;
  std::vector<std::string> audiences{kAudience};
};

void token_alone(benchmark::State& state, char const* algorithm) {
  Client const client(algorithm);
  for (auto _ : state) client.verify();
}

/// The request of the example, answered as the service does; before it a token, if an algorithm is named.
void request(benchmark::State& state, char const* algorithm) {
  std::string const source = IVIG_SOURCE_DIR;
  std::ifstream in(source + "/conformance/examples/order-sign-ibm.json", std::ios::binary);
  std::string const body{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  auto const knowledge = ivig::advice::Knowledge::load(source + "/rules");
  if (!knowledge || body.empty()) std::abort();
  Client const client(algorithm == nullptr ? "ES384" : algorithm);
  ivig::hooks::OrderServiceOptions const options{{}, "https://cds.example.org", true};
  auto const today = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);
  for (auto _ : state) {
    if (algorithm != nullptr) client.verify();
    auto const parsed = ivig::base::JsonBody::parse(body, {});
    benchmark::DoNotOptimize(ivig::hooks::answer_order_hook(**knowledge, *ivig::hooks::find_service("ivig-order-sign"),
                                                            **parsed, options, today));
  }
}

BENCHMARK_CAPTURE(request, without_token, nullptr);
BENCHMARK_CAPTURE(request, ES384, "ES384");
BENCHMARK_CAPTURE(request, RS384, "RS384");
BENCHMARK_CAPTURE(token_alone, ES384, "ES384");
BENCHMARK_CAPTURE(token_alone, RS384, "RS384");
BENCHMARK_CAPTURE(token_alone, ES256, "ES256");
BENCHMARK_CAPTURE(token_alone, PS256, "PS256");
BENCHMARK_CAPTURE(token_alone, ES512, "ES512");

}  // namespace

BENCHMARK_MAIN();
