#include "fhir/resource_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace ivig::fhir {
namespace {

TEST(ResourceTable, finds_nothing_before_anything_was_added) {
  EXPECT_EQ(ResourceTable().find("Condition", "c1"), nullptr);
}

// REQ CTX-14: what was added first counts.
TEST(ResourceTable, keeps_the_first_of_every_key_whatever_its_size) {
  std::vector<std::string> types{"", "Condition", "Observation"};
  std::vector<std::string> names;
  names.reserve(700);
  for (int i = 0; i < 700; ++i) names.push_back(std::to_string(i));
  std::vector<base::Json> resources(4000);
  std::map<std::pair<std::string, std::string>, base::Json const*> expected;
  ResourceTable table;
  std::mt19937 random(3);
  for (auto const& resource : resources) {
    auto const& type = types[std::uniform_int_distribution<std::size_t>(0, types.size() - 1)(random)];
    auto const& name = names[std::uniform_int_distribution<std::size_t>(0, names.size() - 1)(random)];
    bool const is_new = expected.try_emplace({type, name}, &resource).second;
    ASSERT_EQ(table.add(type, name, &resource), is_new);
  }
  for (auto const& type : types) {
    for (auto const& name : names) {
      auto const known = expected.find({type, name});
      ASSERT_EQ(table.find(type, name), known == expected.end() ? nullptr : known->second) << type << "/" << name;
    }
  }
}

}  // namespace
}  // namespace ivig::fhir
