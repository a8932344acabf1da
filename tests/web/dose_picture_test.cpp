#include "web/dose_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/order_answers.h"

namespace ivig::web {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The id of a row of the rule set that gives the dose of a course, as a range or one amount.
std::string row_with_course(double& most) {
  for (auto const& row : test::tree_knowledge()->rules.rows) {
    if (!row.regimen || !row.regimen->course_most) continue;
    most = row.regimen->course_most->approximate();
    return row.id;
  }
  return {};
}

OrderShown order(std::string const& row, double g_per_kg) {
  OrderShown shown;
  shown.courses.push_back({g_per_kg, std::nullopt});
  shown.recommendations.push_back({row, "recommended", "Class I", false, "", "", {}});
  return shown;
}

TEST(DosePicture, tells_a_dose_inside_the_range_from_one_outside_by_more_than_the_tolerance) {
  auto const& rules = test::tree_knowledge()->rules;
  double most = 0;
  std::string const row = row_with_course(most);
  ASSERT_FALSE(row.empty());
  double const tolerance = rules.dose.tolerance.approximate();
  EXPECT_THAT(dose_picture(rules, order(row, most)), HasSubstr("pic-dose inside"));
  EXPECT_THAT(dose_picture(rules, order(row, most * (1 + tolerance))), HasSubstr("pic-dose inside"));
  EXPECT_THAT(dose_picture(rules, order(row, most * (1 + tolerance) + 0.01)), HasSubstr("pic-dose outside"));
}

TEST(DosePicture, says_in_words_what_it_draws) {
  auto const& rules = test::tree_knowledge()->rules;
  double most = 0;
  std::string const row = row_with_course(most);
  EXPECT_THAT(dose_picture(rules, order(row, 10)),
              AllOf(HasSubstr("role=\"img\""), HasSubstr("One course: 10 g/kg ordered; "), HasSubstr("g/kg\"")));
}

TEST(DosePicture, is_nothing_where_no_dose_is_known_and_claims_no_range_where_none_is_encoded) {
  auto const& rules = test::tree_knowledge()->rules;
  EXPECT_THAT(dose_picture(rules, OrderShown{}), IsEmpty());
  EXPECT_THAT(dose_picture(rules, order("no/such-row", 2)),
              AllOf(HasSubstr("no range is encoded"), Not(HasSubstr("pic-range")), Not(HasSubstr("outside"))));
}

}  // namespace
}  // namespace ivig::web
