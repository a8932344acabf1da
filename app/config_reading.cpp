#include "app/config_reading.h"

#include <cstdint>

namespace ivig::app {

void read_reading_limits(std::map<std::string, ConfigNode> const& members, LimitsConfig& limits) {
  // A list is never read beyond fhir::kMostItems, so that no limit may lie there.
  constexpr std::uint64_t kLongestList = 1000;
  constexpr std::uint64_t kMostResources = 1'000'000, kMostText = 1024ULL * 1024 * 1024;
  constexpr std::uint64_t kMostAnswers = 100'000, kDeepest = 256;  // limits.json_depth is at most 512
  auto const read = [&](char const* name, std::uint64_t least, std::uint64_t most, std::size_t& limit) {
    auto const found = members.find(name);
    if (found != members.end()) limit = found->second.integer(least, most);
  };
  read("orders", 1, kLongestList, limits.read.orders);
  read("chart_resources", 1, kMostResources, limits.read.resources);
  read("codings", 1, kLongestList, limits.read.codings);
  read("identifiers", 1, kLongestList, limits.read.identifiers);
  read("dosages", 1, kLongestList, limits.read.dosages);
  read("answers", 1, kMostAnswers, limits.read.answers);
  read("answer_depth", 1, kDeepest, limits.read.answer_depth);
  read("entry_text_bytes", 1000, kMostText, limits.read.entry_text);
  read("call_text_bytes", 1000, kMostText, limits.read.call_text);
  read("cards", 1, kLongestList, limits.cards);
}

}  // namespace ivig::app
