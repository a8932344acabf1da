// A dose in words: the reader of dose sentences, and an order with that dose.

#include "base/utf8.h"
#include "fhir/dosage.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/dose_rules.h"
#include "tests/fuzz/rules.h"
#include "tests/fuzz/steps.h"

namespace {

using namespace ivig;

constexpr fuzz::StepLimit kReading{100'000, 2'000};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text = fuzz::text_of(data, size);
  if (!base::is_utf8(text)) return 0;  // texts come out of JSON
  auto const& drug_words = fuzz::shipped_rules().drug_words;
  fuzz::StepCount const steps;
  auto const phases = fhir::parse_dose_text(text, drug_words);
  auto const schedule = fhir::parse_schedule_text(text);
  steps.require_within(kReading, size);
  fuzz::check_phases(phases);
  if (schedule) fuzz::check_phases({*schedule});
  if (schedule) fuzz::require(schedule->amount.empty(), "a schedule has no amount", text);
  fuzz::CaseParts parts;
  parts.dosage = "{\"text\":" + fuzz::json_string(text) + "}";
  fuzz::require(fuzz::decide_case(parts) == 1, "an IVIG order has one decision", text);
  return 0;
}
