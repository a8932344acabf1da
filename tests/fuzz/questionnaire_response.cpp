// The answers to the rule set's questions, in a record with an IVIG order.

#include <set>

#include "base/json_body.h"
#include "fhir/read_resources.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/rules.h"
#include "tests/fuzz/steps.h"

namespace {

using namespace ivig;
using fuzz::require;

constexpr fuzz::StepLimit kReading{100'000, 2'000};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text = fuzz::text_of(data, size);
  fuzz::StepCount const steps;
  auto const body = base::JsonBody::parse(std::string(text), {});
  if (!body) return 0;
  fhir::ResourceIndex index;
  index.add((*body)->root(), "");
  fhir::Chart chart;
  fhir::read_into_chart((*body)->root(), "p1", index, chart);
  steps.require_within(kReading, size);
  std::set<std::string_view> questions;
  for (auto const& answer : chart.answers) {
    require(!answer.link_id.empty(), "an answer names its question", text);
    require(questions.insert(answer.link_id).second, "a question has one answer", text);
  }
  fuzz::CaseParts parts;
  parts.further_resource = text;
  fuzz::decide_case(parts);
  return 0;
}
