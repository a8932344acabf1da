// Work grows with bytes: what a call costs at twice the length of any one part of it is at most a little over twice as
// much. Steps are counted, not time (tests/support/step_count.h). What grows is made from the readers' own sources: the
// name of every member that they look up, in every object that they are given, as text, list, object and nest.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "hooks/order_service.h"
#include "store/references.h"
#include "tests/growth/growth_inputs.h"
#include "tests/support/step_count.h"

namespace ivig::test {
namespace {

/// At twice the length so many times the steps, those of the request without the part taken away first: sorting costs
/// more than the length, tables grow in leaps.
constexpr double kGrowth = 2.2;
/// Steps that nothing is said about: one table grown once more or less.
constexpr double kPlay = 60'000;

/// Of any request that the limits let through: steps at most kSteps + kStepsPerByte * bytes.
constexpr std::uint64_t kSteps = 30'000'000;
constexpr std::uint64_t kStepsPerByte = 600;

std::string source_of(std::string const& file) {
  std::ifstream in(std::string(IVIG_SOURCE_DIR) + "/" + file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

advice::Knowledge& knowledge() {
  static std::shared_ptr<advice::Knowledge const> const loaded =
      advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules").value();
  return const_cast<advice::Knowledge&>(*loaded);  // NOLINT: load makes it, and makes it shared, as one that may change
}

/// No limit but the reader's own: what is measured is how it works, not where it stops.
hooks::OrderServiceOptions unlimited() {
  hooks::OrderServiceOptions options{{}, "https://cds.example.org", true};
  constexpr std::size_t kMany = 1'000'000'000;
  options.read = {kMany, kMany, kMany, kMany, kMany, kMany, kMany, kMany, kMany};
  return options;
}

/// From the bytes of the request to those of the answer and of the records.
std::uint64_t steps_for(std::string const& request, hooks::OrderServiceOptions options) {
  store::References const references("a key of thirty-two characters .");
  base::UuidSequence ids;
  hooks::RecordOptions const record{references, ids, "ivig-order-sign", "ehr", "", store::Time{}};
  options.record = &record;
  base::Day const today{std::chrono::year(2026) / 11 / 25};
  knowledge().wordings = std::make_unique<advice::Wordings>();  // what a run remembers, the next would not pay for
  return steps_of([&] {
    auto body = base::JsonBody::parse(request, {request.size() + 1, 64});
    if (!body) {
      ADD_FAILURE() << "no JSON: " << body.error().detail << " " << request.substr(0, 400);
      return;
    }
    (void)hooks::answer_order_hook(knowledge(), *hooks::find_service("ivig-order-sign"), **body, options, today);
  });
}

/// The request made of 0, `count` and twice `count` parts.
template <class Request>
void expect_linear(Request&& request, std::size_t count, std::string const& what) {
  auto const options = unlimited();
  auto const none = static_cast<double>(steps_for(request(0), options));
  double const once = static_cast<double>(steps_for(request(count), options)) - none;
  double const twice = static_cast<double>(steps_for(request(2 * count), options)) - none;
  EXPECT_LE(twice, kGrowth * std::max(once, 0.0) + kPlay)
      << what << ": " << once << " steps for " << count << ", " << twice << " for twice as many";
}

class GrowthOf : public testing::TestWithParam<Reader> {};

TEST_P(GrowthOf, every_member_that_the_reader_looks_up_is_linear) {
  std::vector<std::string> const names = member_names(source_of(std::string(GetParam().file)));
  ASSERT_FALSE(names.empty()) << "nothing is looked up here by name: take the file out of readers()";
  constexpr std::size_t kParts = 150;
  for (std::string_view const place : GetParam().at) {
    for (std::string const& name : names) {
      for (Shape const shape : kShapes) {
        auto const request = [&](std::size_t count) {
          std::string const member = "\"" + name + "\":" + (count == 0 ? "null" : value_of(shape, name, count));
          return request_with(place, member);
        };
        expect_linear(request, kParts, std::string(place) + "." + name + " as " + std::string(name_of(shape)));
      }
    }
  }
}

std::string file_stem(testing::TestParamInfo<Reader> const& info) {
  std::string name(info.param.file);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '/' || c == '.'; }, '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Readers, GrowthOf, testing::ValuesIn(readers()), file_stem);

class GrowthOfNumbers : public testing::TestWithParam<Kind> {};

TEST_P(GrowthOfNumbers, more_resources_cost_their_length) {
  expect_linear(GetParam().request, 100, std::string(GetParam().name));
}

std::string kind_name(testing::TestParamInfo<Kind> const& info) {
  std::string name(info.param.name);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Kinds, GrowthOfNumbers, testing::ValuesIn(kinds()), kind_name);

TEST(Growth, knows_every_file_that_reads_a_request) {
  // Read rule files, files of `check`, stored decisions, feedback or a FHIR server's address; the rest are readers.
  std::vector<std::string> const others{
      "fhir/value_set_check.cpp", "fhir/bundle_chart.cpp",      "fhir/value_set.cpp",    "fhir/limited_reader.cpp",
      "hooks/decide_again.cpp",   "hooks/feedback.cpp",         "hooks/gather_data.cpp", "hooks/case_input.cpp",
      "hooks/patient_label.cpp",  "hooks/guidance_response.cpp"};
  for (std::string const folder : {"fhir", "advice", "hooks"}) {
    for (auto const& entry : std::filesystem::directory_iterator(std::string(IVIG_SOURCE_DIR) + "/" + folder)) {
      std::string const file = folder + "/" + entry.path().filename().string();
      if (entry.path().extension() != ".cpp" || source_of(file).find("base/json_read.h") == std::string::npos) continue;
      bool const known =
          std::any_of(readers().begin(), readers().end(), [&](Reader const& reader) { return reader.file == file; });
      bool const other = std::find(others.begin(), others.end(), file) != others.end();
      EXPECT_TRUE(known || other) << file << " looks members up: say in readers() where its objects stand in a request";
    }
  }
}

/// Names the request and what it took.
void expect_within_bound(std::string const& what, std::string const& request) {
  std::uint64_t const took = steps_for(request, {{}, "https://cds.example.org", true});
  EXPECT_LE(took, kSteps + kStepsPerByte * request.size()) << what << ", " << request.size() << " bytes";
}

TEST(Growth, no_example_takes_more_than_its_length_allows) {
  for (auto const& entry :
       std::filesystem::directory_iterator(std::string(IVIG_SOURCE_DIR) + "/conformance/examples")) {
    if (entry.path().extension() != ".json") continue;
    expect_within_bound(entry.path().filename().string(),
                        source_of("conformance/examples/" + entry.path().filename().string()));
  }
}

TEST(Growth, no_request_within_the_limits_takes_more_than_its_length_allows) {
  for (Kind const& kind : kinds()) expect_within_bound(std::string(kind.name), kind.request(90));
  for (Kind const& kind : kinds()) expect_within_bound(std::string(kind.name), kind.request(2000));
  for (std::string_view const place : {"Condition", "MedicationStatement", "order"}) {
    for (Shape const shape : kShapes) {
      expect_within_bound(std::string(place), request_with(place, "\"note\":" + value_of(shape, "note", 5000)));
    }
  }
}

}  // namespace
}  // namespace ivig::test
