// A guard against slow creep that needs no clock: how often a request allocates memory, from its bytes to the bytes of
// its answer, against the ceilings of allocation_ceilings.tsv. Not part of a sanitizer build, which has its own malloc.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "bench/allocation_count.h"
#include "hooks/order_service.h"

namespace {

namespace hooks = ivig::hooks;

struct Ceiling {
  std::string file;
  std::string service;
  std::size_t allocations = 0;
};

std::vector<Ceiling> read_ceilings() {
  std::ifstream in(std::string(IVIG_SOURCE_DIR) + "/tests/bench/allocation_ceilings.tsv");
  std::vector<Ceiling> ceilings;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream columns(line);
    Ceiling ceiling;
    if (columns >> ceiling.file >> ceiling.service >> ceiling.allocations) ceilings.push_back(ceiling);
  }
  return ceilings;
}

std::string read_example(std::string const& name) {
  std::ifstream in(std::string(IVIG_SOURCE_DIR) + "/conformance/examples/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

ivig::advice::Knowledge const& knowledge() {
  static auto const loaded = ivig::advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules");
  return *loaded.value();
}

/// Allocations of one call, parsing included; nothing if it fails.
std::optional<std::size_t> allocations_of(std::string const& body, hooks::ServiceDefinition const& service) {
  hooks::OrderServiceOptions const options{{}, "https://cds.example.org", true};
  auto const today = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);
  std::string received = body;  // as the server has it: moved into the parser
  std::size_t const before = ivig::bench::allocations();
  {
    auto const parsed = ivig::base::JsonBody::parse(std::move(received), {});
    if (!parsed || !hooks::answer_order_hook(knowledge(), service, **parsed, options, today)) return std::nullopt;
  }
  return ivig::bench::allocations() - before;
}

TEST(AllocationCeilings, NoRequestAllocatesMoreThanItsCeiling) {
  auto const ceilings = read_ceilings();
  ASSERT_GE(ceilings.size(), 5U) << "the list of ceilings is not to be emptied";
  for (auto const& [file, service_id, ceiling] : ceilings) {
    auto const* const service = hooks::find_service(service_id);
    ASSERT_NE(service, nullptr) << service_id;
    std::string const body = read_example(file);
    ASSERT_FALSE(body.empty()) << file;
    (void)allocations_of(body, *service);  // what is made once and kept, such as tables of the C library
    auto const count = allocations_of(body, *service);
    ASSERT_TRUE(count) << file << " is no longer answered";
    EXPECT_LE(*count, ceiling) << file << ": find the allocations that came, or raise the ceiling and say why";
    if (*count * 10 < ceiling * 9) {
      std::cout << "[   NOTE   ] " << file << ": " << *count << " allocations, ceiling " << ceiling
                << ": lower it in tests/bench/allocation_ceilings.tsv\n";
    }
  }
}

TEST(AllocationCeilings, TheSecondCallAllocatesAsOftenAsTheThird) {
  auto const* const service = hooks::find_service("ivig-order-sign");
  std::string const body = read_example("order-sign-ibm.json");
  (void)allocations_of(body, *service);
  auto const second = allocations_of(body, *service);
  ASSERT_TRUE(second);
  EXPECT_EQ(second, allocations_of(body, *service)) << "counts must not depend on what came before";
}

TEST(AllocationCeilings, TheCounterSeesMallocAndNew) {
  std::size_t const before = ivig::bench::allocations();
  void* volatile plain = std::malloc(100);
  std::free(plain);
  int* volatile object = new int(1);
  delete object;
  EXPECT_EQ(ivig::bench::allocations() - before, 2U);
}

}  // namespace
