#include <gtest/gtest.h>

#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

std::string response(std::string const& status, std::string const& items, std::string const& more = "") {
  return "{'resourceType':'QuestionnaireResponse','id':'q1','status':'" + status +
         "','subject':{'reference':'Patient/p1'}" + more + ",'item':[" + items + "]}";
}

std::string yes_item(std::string const& id, std::string const& value = "'valueBoolean':true") {
  return "{'linkId':'" + id + "','answer':[{" + value + "}]}";
}

TEST(ReadQuestionnaireResponse, ReadsBooleansAndCodings) {
  Texts texts;
  Chart chart = texts.chart(
      response("completed", yes_item("a") + "," + yes_item("b", "'valueBoolean':false") + "," +
                                yes_item("c",
                                         "'valueCoding':{'system':'http://terminology.hl7.org/CodeSystem/v2-0136',"
                                         "'code':'Y'}") +
                                "," + yes_item("d", "'valueCoding':{'code':'x','display':'No'}")));
  ASSERT_EQ(chart.answers.size(), 4U);
  EXPECT_EQ(chart.answers[0].link_id, "a");
  EXPECT_TRUE(chart.answers[0].yes);
  EXPECT_FALSE(chart.answers[1].yes);
  EXPECT_TRUE(chart.answers[2].yes);
  EXPECT_FALSE(chart.answers[3].yes);
  EXPECT_EQ(chart.answers[0].path, "QuestionnaireResponse/q1");
}

TEST(ReadQuestionnaireResponse, DoNotKnowAnswersNothing) {
  Texts texts;
  Chart chart = texts.chart(response("completed", yes_item("a", "'valueCoding':{'code':'asked-unknown'}") + "," +
                                                      yes_item("b", "'valueDecimal':1") + ",{'linkId':'c'}"));
  EXPECT_TRUE(chart.answers.empty());
}

TEST(ReadQuestionnaireResponse, CountsOnlyCompletedAndAmendedOnes) {
  Texts texts;
  for (char const* status : {"in-progress", "entered-in-error", "stopped", ""})
    EXPECT_TRUE(texts.chart(response(status, yes_item("a"))).answers.empty()) << status;
  for (char const* status : {"completed", "amended"})
    EXPECT_EQ(texts.chart(response(status, yes_item("a"))).answers.size(), 1U) << status;
}

TEST(ReadQuestionnaireResponse, IsOfThisPatientOnly) {
  Texts texts;
  EXPECT_TRUE(texts
                  .chart("{'resourceType':'QuestionnaireResponse','status':'completed','subject':{'reference':"
                         "'Patient/p2'},'item':[" +
                         yes_item("a") + "]}")
                  .answers.empty());
}

TEST(ReadQuestionnaireResponse, ReadsNestedItems) {
  Texts texts;
  Chart chart = texts.chart(response("completed", "{'linkId':'group','item':[" + yes_item("inner") +
                                                      "]},{'linkId':'outer','answer':[{'valueBoolean':true,'item':[" +
                                                      yes_item("under") + "]}]}"));
  ASSERT_EQ(chart.answers.size(), 3U);
  EXPECT_EQ(chart.answers[0].link_id, "inner");
  EXPECT_EQ(chart.answers[1].link_id, "outer");
  EXPECT_EQ(chart.answers[2].link_id, "under");
}

TEST(ReadQuestionnaireResponse, OfTwoAnswersTheLaterOneStays) {
  Texts texts;
  Chart chart;
  ResourceIndex const index;
  auto read = [&](std::string const& value, std::string const& day) {
    read_into_chart(texts(response("completed", yes_item("a", "'valueBoolean':" + value), ",'authored':'" + day + "'")),
                    "p1", index, chart);
  };
  read("true", "2026-05-01");
  read("false", "2026-04-01");
  ASSERT_EQ(chart.answers.size(), 1U);
  EXPECT_TRUE(chart.answers[0].yes);
  read("false", "2026-06-01");
  ASSERT_EQ(chart.answers.size(), 1U);
  EXPECT_FALSE(chart.answers[0].yes);
}

}  // namespace
}  // namespace ivig::fhir
