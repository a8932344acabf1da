// Lines of NDJSON as `review` reads them: cases, exports of a record, and what is neither.

#include <cstring>
#include <map>
#include <unordered_map>

#include "base/json_body.h"
#include "base/json_read.h"
#include "batch/patient_review.h"
#include "batch/survey.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/rules.h"
#include "tests/fuzz/steps.h"

namespace {

using namespace ivig;
using fuzz::require;

constexpr fuzz::StepLimit kLimit{20'000'000, 20'000};

batch::Chunk chunk_of(std::string_view text) {
  batch::Chunk chunk;
  chunk.reserve(text.size());
  if (!text.empty()) std::memcpy(chunk.buffer.get(), text.data(), text.size());
  chunk.size = text.size();
  return chunk;
}

void check_outcomes(std::vector<batch::Outcome> const& outcomes, std::size_t lines) {
  for (auto const& outcome : outcomes) {
    require(outcome.place.line <= lines, "a result names its line");
    require(outcome.problem != batch::ProblemKind::none || base::JsonBody::parse(outcome.text, {}).has_value(),
            "a result is JSON", outcome.text);
    require(!outcome.text.empty() && outcome.text.find('\n') == outcome.text.npos, "a result is one line",
            outcome.text);
  }
}

/// What the second pass does with the lines of an export: those of one patient together.
void review_records(batch::ReviewContext const& context, batch::Chunk const& chunk, batch::Surveyed const& surveyed) {
  std::map<std::uint64_t, std::vector<batch::RecordLine>> records;
  std::vector<std::unique_ptr<base::JsonBody>> bodies;
  batch::Medications medications;
  std::string_view rest = chunk.text();
  std::uint64_t number = chunk.first_line;
  for (auto const& line : surveyed.lines) {
    std::string_view text = rest.substr(0, line.length);
    rest.remove_prefix(line.length);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    if (line.kind == batch::LineKind::record) records[line.key].push_back({{number, 0, 0}, text});
    if (line.kind == batch::LineKind::medication) {
      if (auto body = base::JsonBody::parse(std::string(text), {})) {
        medications.emplace(base::string_member((*body)->root(), "id"), &(*body)->root());
        bodies.push_back(std::move(*body));
      }
    }
    ++number;
  }
  std::vector<batch::Outcome> outcomes;
  for (auto const& [key, lines] : records) batch::review_patient(context, lines, medications, outcomes);
  check_outcomes(outcomes, surveyed.lines.size());
}

/// A line that the quick reader takes is JSON for the careful one as well.
void check_glance(std::string_view text) {
  std::string padded(text);
  padded.reserve(text.size() + base::JsonGlance::kPadding);
  base::JsonGlance glance;
  if (!glance.read(padded)) return;
  auto const body = base::JsonBody::parse(std::string(text), {});
  require(body && (*body)->root().IsObject(), "what the quick reader takes is a JSON object", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text = fuzz::text_of(data, size);
  // Standard input takes cases only, a file exports as well.
  std::vector<batch::InputFile> const files{{size % 4 == 0 ? "-" : "export.ndjson", size, true, {}}};
  batch::Options options;
  options.today = fuzz::kToday;
  auto const& knowledge = fuzz::shipped_rules();
  fuzz::StepCount const steps;
  batch::Surveyor surveyor(knowledge, options, files);
  batch::Chunk const chunk = chunk_of(text);
  batch::Surveyed const surveyed = surveyor.survey(chunk);
  std::size_t bytes = 0;
  for (auto const& line : surveyed.lines) bytes += line.length;
  require(bytes == size, "lines are the whole of the text");
  check_outcomes(surveyed.outcomes, surveyed.lines.size());
  review_records({knowledge, options, files, surveyed.kinds}, chunk, surveyed);
  steps.require_within(kLimit, size);
  check_glance(text.substr(0, text.find('\n')));
  return 0;
}
