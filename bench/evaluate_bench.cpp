// What evaluation costs when the rule set grows and the chart does not: decisions of one request whose chart is large,
// with the rule set of this tree and with one made larger.
//
//   bench/large_chart.py > request.json; bench/make_large_rules.py rules10
//   evaluate_bench request.json rules rules10
//
// The figure to quote is the ratio of the last to the first within one run.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <benchmark/benchmark.h>

#include "hooks/case_input.h"
#include "rules/evaluate.h"

namespace {

std::string read(char const* name) {
  std::ifstream in(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void add(std::string const& rules, ivig::hooks::CaseInput const& input) {
  auto loaded = ivig::advice::Knowledge::load(rules);
  if (!loaded) std::abort();
  auto knowledge = *loaded;
  auto const today = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);
  benchmark::RegisterBenchmark(("decide/" + rules).c_str(), [knowledge, &input, today](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(input.decide(*knowledge, today));
  });
  auto decisions = input.decide(*knowledge, today);
  if (decisions.empty()) std::abort();
  benchmark::RegisterBenchmark(("evaluate/" + rules).c_str(),
                               [knowledge, facts = decisions.front().facts](benchmark::State& state) {
                                 for (auto _ : state)
                                   benchmark::DoNotOptimize(ivig::rules::evaluate(knowledge->rules, facts));
                               });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc < 3) return 2;
  auto input = ivig::hooks::read_case(read(argv[1]), {});
  if (!input) return 2;
  for (int i = 2; i < argc; ++i) add(argv[i], *input);
  benchmark::RunSpecifiedBenchmarks();
}
