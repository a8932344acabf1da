// What one order-sign request costs, stage by stage: time and allocations.
//
//   order_service_bench [FILE...]     requests; without, two examples: one that gets a card and one that gets none
//
// The stages are those of docs/architecture.md. `whole` is all of them in a row, as the server runs them: what the
// stages' sum exceeds it by is cache that the stages find warm. Ratios against `parse` are what to quote.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/allocation_count.h"
#include "hooks/card_json.h"
#include "hooks/decision_record.h"
#include "hooks/order_case.h"
#include "hooks/order_service.h"

namespace {

namespace advice = ivig::advice;
namespace base = ivig::base;
namespace hooks = ivig::hooks;

constexpr auto kToday = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);

std::string read(std::string const& name) {
  std::ifstream in(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

advice::Knowledge const& knowledge() {
  static auto loaded = advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules");
  if (!loaded) std::abort();
  return **loaded;
}

hooks::ServiceDefinition const& service() { return *hooks::find_service("ivig-order-sign"); }

/// Runs `work` and reports allocations per iteration beside the time.
template <class F>
void measure(benchmark::State& state, std::string const& body, F&& work) {
  std::size_t const before = ivig::bench::allocations();
  for (auto _ : state) work();
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(ivig::bench::allocations() - before) /
                                                     static_cast<double>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(body.size()));
}

/// One request, with the result of each stage at hand for the next.
struct Prepared {
  explicit Prepared(std::string text) : body(std::move(text)) {
    auto read_body = base::JsonBody::parse(body, {});
    if (!read_body) std::abort();
    parsed = *std::move(read_body);
    auto read_case = hooks::OrderCase::read(parsed->root(), service());
    if (!read_case) std::abort();
    order_case.push_back(*std::move(read_case));
    order_case.front().read_chart();
    decisions = decide();
    cards = make_cards();
  }

  [[nodiscard]] std::vector<advice::Decision> decide() const {
    return advice::decide(order_case.front().decide_input(knowledge(), kToday));
  }
  [[nodiscard]] std::vector<advice::Card> make_cards() const {
    auto const& request = order_case.front().request;
    advice::CardOptions options{std::string(request.hook_instance), "https://cds.example.org", true};
    options.source = {parsed->wire(), request.draft_orders, {"context", "draftOrders"}};
    options.fhir_version = order_case.front().version(std::nullopt);
    return advice::make_cards(knowledge(), decisions, options);
  }
  [[nodiscard]] auto records() const {
    ivig::store::References const references;
    ivig::base::UuidSequence ids;
    hooks::RecordOptions const options{references, ids, "ivig-order-sign", "ehr", "", {}};
    return hooks::decision_records(knowledge(), order_case.front().request, decisions, cards, options);
  }

  std::string body;
  std::unique_ptr<base::JsonBody> parsed;
  std::vector<hooks::OrderCase> order_case;  // one
  std::vector<advice::Decision> decisions;
  std::vector<advice::Card> cards;
};

void whole(Prepared const& prepared) {
  hooks::OrderServiceOptions const options{{}, "https://cds.example.org", true};
  auto parsed = base::JsonBody::parse(prepared.body, {});
  benchmark::DoNotOptimize(hooks::answer_order_hook(knowledge(), service(), **parsed, options, kToday));
}

template <class F>
void add(std::string const& stage, std::string const& name, Prepared const& prepared, F work) {
  benchmark::RegisterBenchmark((stage + "/" + name).c_str(), [&prepared, work](benchmark::State& state) {
    measure(state, prepared.body, [&] { work(prepared); });
  });
}

void add_stages(std::string const& name, Prepared const& prepared) {
  add("parse", name, prepared, [](Prepared const& p) { benchmark::DoNotOptimize(base::JsonBody::parse(p.body, {})); });
  add("read_chart", name, prepared, [](Prepared const& p) {
    auto read = hooks::OrderCase::read(p.parsed->root(), service());
    read->read_chart();
    benchmark::DoNotOptimize(read);
  });
  add("decide", name, prepared, [](Prepared const& p) { benchmark::DoNotOptimize(p.decide()); });
  add("cards", name, prepared, [](Prepared const& p) { benchmark::DoNotOptimize(p.make_cards()); });
  add("write", name, prepared, [](Prepared const& p) { benchmark::DoNotOptimize(hooks::cards_json(p.cards, {})); });
  add("record", name, prepared, [](Prepared const& p) { benchmark::DoNotOptimize(p.records()); });
  add("whole", name, prepared, whole);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::string const examples = std::string(IVIG_SOURCE_DIR) + "/conformance/examples/";
  std::vector<std::string> files(argv + 1, argv + argc);
  if (files.empty()) files = {examples + "order-sign-ibm.json", examples + "order-sign-cidp.json"};
  std::vector<std::unique_ptr<Prepared>> prepared;
  for (auto const& file : files) {
    prepared.push_back(std::make_unique<Prepared>(read(file)));
    add_stages(std::filesystem::path(file).stem().string(), *prepared.back());
  }
  benchmark::RunSpecifiedBenchmarks();
}
