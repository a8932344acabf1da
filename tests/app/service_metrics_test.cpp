// What /metrics offers, what docs/operating.md says of it, and what dashboard and alerts ask for are the same.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace ivig::app {
namespace {

using Names = std::set<std::string>;

/// Names of metrics in a file, without the endings that a histogram's series have.
Names names_in(std::string const& file) {
  std::ifstream in(std::filesystem::path(IVIG_SOURCE_DIR) / file);
  std::string const text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  Names names;
  std::string const prefix = "ivig_cds_";
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
    std::size_t const begin = at;
    while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_')) ++at;
    std::string name = text.substr(begin, at - begin);
    for (std::string const ending : {"_bucket", "_count", "_sum"}) {
      if (name.ends_with(ending)) name.erase(name.size() - ending.size());
    }
    if (name != prefix) names.insert(std::move(name));
  }
  return names;
}

TEST(ServiceMetricsDocumented, every_metric_is_in_the_operators_page_and_no_other) {
  Names const offered = names_in("app/service_metrics.cpp");
  EXPECT_GE(offered.size(), 25U);
  EXPECT_EQ(names_in("docs/operating.md"), offered);
}

TEST(ServiceMetricsDocumented, dashboard_and_alerts_ask_for_metrics_that_are_there) {
  Names const offered = names_in("app/service_metrics.cpp");
  for (char const* file : {"deploy/grafana/ivig-cds.json", "deploy/prometheus/alerts.yaml"}) {
    Names const asked = names_in(file);
    EXPECT_FALSE(asked.empty()) << file;
    for (auto const& name : asked) EXPECT_TRUE(offered.contains(name)) << name << " in " << file;
  }
}

}  // namespace
}  // namespace ivig::app
