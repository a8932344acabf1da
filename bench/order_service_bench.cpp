// What one order-sign request costs, stage by stage: time and allocations. Ratios against merely parsing the same body.

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <benchmark/benchmark.h>

#include "bench/allocation_count.h"
#include "hooks/order_service.h"

namespace {

std::string read(char const* name) {
  std::ifstream in(std::string(IVIG_SOURCE_DIR) + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

ivig::advice::Knowledge const& knowledge() {
  static auto loaded = ivig::advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules");
  if (!loaded) std::abort();
  return **loaded;
}

/// Runs `work` and reports allocations per iteration beside the time.
template <class F>
void measure(benchmark::State& state, std::string const& body, F&& work) {
  std::size_t before = ivig::bench::allocations();
  for (auto _ : state) work();
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(ivig::bench::allocations() - before) / static_cast<double>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(body.size()));
}

void parse_only(benchmark::State& state, char const* file) {
  std::string body = read(file);
  measure(state, body, [&] { benchmark::DoNotOptimize(ivig::base::JsonBody::parse(body, {})); });
}

void whole_request(benchmark::State& state, char const* file) {
  std::string body = read(file);
  ivig::advice::Knowledge const& rules = knowledge();
  ivig::hooks::OrderServiceOptions options{{}, "https://cds.example.org", true};
  auto today = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);
  measure(state, body, [&] {
    auto parsed = ivig::base::JsonBody::parse(body, {});
    auto outcome =
        ivig::hooks::answer_order_hook(rules, *ivig::hooks::find_service("ivig-order-sign"), **parsed, options, today);
    benchmark::DoNotOptimize(outcome);
  });
}

BENCHMARK_CAPTURE(parse_only, warning_card, "/conformance/examples/order-sign-ibm.json");
BENCHMARK_CAPTURE(whole_request, warning_card, "/conformance/examples/order-sign-ibm.json");
BENCHMARK_CAPTURE(parse_only, silent, "/conformance/examples/order-sign-cidp.json");
BENCHMARK_CAPTURE(whole_request, silent, "/conformance/examples/order-sign-cidp.json");

}  // namespace

BENCHMARK_MAIN();
