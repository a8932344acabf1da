// Words of a clinician: which phrases of the rule set they mention, and an order and a problem that say them.

#include "advice/wordings.h"
#include "base/utf8.h"
#include "fhir/text.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/rules.h"
#include "tests/fuzz/steps.h"

namespace {

using namespace ivig;
using fuzz::require;

constexpr fuzz::StepLimit kReading{200'000, 5'000};

/// Words stand in the text, one behind the other.
void check_tokens(std::string_view text, std::vector<fhir::Token> const& tokens) {
  std::size_t end = 0;
  for (auto const& token : tokens) {
    require(token.offset >= end && token.offset + token.written.size() <= text.size(), "a word lies in the text", text);
    require(token.written.data() == text.data() + token.offset, "a word is a view into the text", text);
    require(!token.written.empty() && base::is_utf8(token.folded), "a word has letters", text);
    end = token.offset + token.written.size();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text = fuzz::text_of(data, size);
  if (!base::is_utf8(text)) return 0;  // texts come out of JSON
  auto const& knowledge = fuzz::shipped_rules();
  fuzz::StepCount const steps;
  auto const tokens = fhir::tokenize(text);
  auto const wording = advice::read_wording(knowledge, text);
  steps.require_within(kReading, size);
  check_tokens(text, tokens);
  require(base::is_utf8(fhir::folded_text(text)), "folded text is UTF-8", text);
  for (auto const& mention : wording.mentions) {
    require(mention.first <= mention.last && mention.last < tokens.size(), "a mention lies in the text", text);
    require(mention.owner < knowledge.owners.size(), "a mention has an owner", text);
  }
  fuzz::CaseParts parts;
  std::string const words = fuzz::json_string(text);
  (size % 3 == 0 ? parts.reason_text : size % 3 == 1 ? parts.note : parts.problem) = words;
  require(fuzz::decide_case(parts) == 1, "an IVIG order has one decision", text);
  return 0;
}
