#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace ivig::base {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::array kInfos{MetricInfo{MetricInfo::Kind::counter, "t_calls_total", "Calls."},
                            MetricInfo{MetricInfo::Kind::gauge, "t_open", "Open."},
                            MetricInfo{MetricInfo::Kind::histogram, "t_time_seconds", "Time."}};

TEST(Metrics, writes_counters_gauges_and_histograms_in_base_units) {
  Metrics metrics(kInfos);
  metrics.count("t_calls_total", {{"status", "200"}});
  metrics.count("t_calls_total", {{"status", "200"}}, 2);
  metrics.set("t_open", {}, 7);
  metrics.observe("t_time_seconds", {{"stage", "parse"}}, std::chrono::microseconds(200));
  std::string const text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# HELP t_calls_total Calls.\n# TYPE t_calls_total counter\n"));
  EXPECT_THAT(text, HasSubstr("t_calls_total{status=\"200\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("t_open 7\n"));
  EXPECT_THAT(text, HasSubstr("t_time_seconds_bucket{stage=\"parse\",le=\"0.0001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("t_time_seconds_bucket{stage=\"parse\",le=\"0.00025\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("t_time_seconds_count{stage=\"parse\"} 1\n"));
}

TEST(Metrics, forget_a_gauge_and_keep_its_siblings) {
  Metrics metrics(kInfos);
  metrics.set("t_open", {{"file", "a"}}, 1);
  metrics.set("t_open", {{"file", "b"}}, 2);
  metrics.forget("t_open", {{"file", "a"}});
  EXPECT_THAT(metrics.text(), Not(HasSubstr("file=\"a\"")));
  EXPECT_THAT(metrics.text(), HasSubstr("t_open{file=\"b\"} 2\n"));
}

TEST(Metrics, raise_a_counter_that_is_counted_elsewhere_and_never_lower_it) {
  Metrics metrics(kInfos);
  metrics.count_to("t_calls_total", {}, 5);
  metrics.count_to("t_calls_total", {}, 5);
  metrics.count_to("t_calls_total", {}, 3);
  EXPECT_THAT(metrics.text(), HasSubstr("t_calls_total 5\n"));
}

TEST(Metrics, ignore_names_that_were_not_declared) {
  Metrics metrics(kInfos);
  metrics.count("t_other_total");
  EXPECT_THAT(metrics.text(), Not(HasSubstr("other")));
}

}  // namespace
}  // namespace ivig::base
