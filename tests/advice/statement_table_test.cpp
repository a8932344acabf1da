// What a reason says, and whether an order for it may be silent: tests/data/reading/statements.tsv. Silence is read as
// approval, so that only a current, affirmed indication of this patient gets it, in whatever harmless words.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "hooks/case_input.h"

namespace ivig::advice {
namespace {

base::Day today() {
  return base::Day(std::chrono::year_month_day(std::chrono::year(2026), std::chrono::month(12), std::chrono::day(1)));
}

/// An order of 0.4 g/kg on 5 days for an adult, with nothing to find fault with but its reason.
std::string order_for(std::string const& reason) {
  std::string text =
      "{'resourceType':'Bundle','type':'collection','entry':[{'resource':{'resourceType':'Patient','id':'p1',"
      "'gender':'female','birthDate':'1970-01-01'}},{'resource':{'resourceType':'Observation','id':'w','status':'final'"
      ","
      "'code':{'coding':[{'system':'http://loinc.org','code':'29463-7'}]},'subject':{'reference':'Patient/p1'},"
      "'effectiveDateTime':'2026-11-20','valueQuantity':{'value':60,'unit':'kg'}}},"
      "{'resource':{'resourceType':'MedicationRequest','id':'m1','status':'draft','intent':'order',"
      "'subject':{'reference':'Patient/p1'},'medicationCodeableConcept':{'text':'Privigen 10%'},"
      "'reasonCode':[{'text':'@'}],'dosageInstruction':[{'text':'0.4 g/kg IV daily x 5 days',"
      "'route':{'text':'Intravenous'}}]}}]}";
  std::replace(text.begin(), text.end(), '\'', '"');
  return text.replace(text.find('@'), 1, reason);
}

TEST(StatementTable, only_an_understood_current_indication_is_silent) {
  auto const knowledge = Knowledge::load(IVIG_SOURCE_DIR "/rules");
  ASSERT_TRUE(knowledge) << knowledge.error().where << ": " << knowledge.error().detail;
  std::ifstream table(IVIG_SOURCE_DIR "/tests/data/reading/statements.tsv");
  std::size_t rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line.front() == '#' || line.starts_with("kind\t")) continue;
    std::istringstream fields(line);
    std::string kind, answer, statement;
    std::getline(fields, kind, '\t');
    std::getline(fields, answer, '\t');
    std::getline(fields, statement);
    auto const input = hooks::read_case(order_for(statement), {});
    ASSERT_TRUE(input) << statement;
    auto const decisions = input->decide(**knowledge, today());
    ASSERT_EQ(decisions.size(), 1U) << statement;
    bool const silent = decisions.front().findings.indicator == rules::Indicator::none;
    EXPECT_EQ(silent, answer == "silent") << kind << ": " << statement;
    ++rows;
  }
  EXPECT_GT(rows, 200U);
}

}  // namespace
}  // namespace ivig::advice
