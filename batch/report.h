#pragma once
// What the report page of a review shows, counted in memory that does not grow with the number of orders.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "batch/report_order.h"
#include "rules/rule_set.h"
#include "web/charts.h"

namespace ivig::batch {

using web::DoseCounts;
using web::StanceCounts;
/// By rules::Indicator.
using IndicatorCounts = std::array<std::uint64_t, 4>;

struct Counts {
  std::uint64_t orders = 0;
  StanceCounts stances{};
  IndicatorCounts indicators{};
  void add(ReportOrder const& order);
};

/// Orders with the same thing to say about them.
struct Finding {
  std::uint64_t orders = 0;
  std::string summary, condition;  ///< of the first
  std::vector<ReportOrder> first;  ///< in the order of the input
};

/// What the page says about the run.
struct ReportRun {
  std::uint64_t lines = 0, problems = 0, files = 0;
  base::Day made_on;
  std::string evidence_url;  ///< of a server's evidence pages, to link to; may be empty
};

class Report {
 public:
  explicit Report(rules::RuleSet const& rules) : rules_(rules) {}

  void add(ReportOrder order);
  /// One HTML page that loads nothing.
  [[nodiscard]] std::string page(ReportRun const& run) const;

  /// Findings told apart; what comes later is counted together.
  static constexpr std::size_t kMostFindings = 500;
  /// Orders listed for each.
  static constexpr std::size_t kListed = 25;

  struct FindingKey {
    int quiet = 0;  ///< the louder, the smaller
    std::string row, codes;
    auto operator<=>(FindingKey const&) const = default;
  };

  [[nodiscard]] rules::RuleSet const& rules() const { return rules_; }
  [[nodiscard]] Counts const& all() const { return all_; }
  [[nodiscard]] std::map<std::string, Counts> const& months() const { return months_; }
  [[nodiscard]] std::map<std::string, Counts> const& conditions() const { return conditions_; }
  [[nodiscard]] std::map<std::string, Counts> const& codes() const { return codes_; }
  [[nodiscard]] std::map<std::string, DoseCounts> const& doses() const { return doses_; }
  [[nodiscard]] std::map<FindingKey, Finding> const& findings() const { return findings_; }
  [[nodiscard]] std::uint64_t findings_not_told_apart() const { return further_; }

 private:
  void add_finding(ReportOrder order);

  rules::RuleSet const& rules_;
  Counts all_;
  std::map<std::string, Counts> months_;      ///< "2025-03"; "" where the order has no date
  std::map<std::string, Counts> conditions_;  ///< by label
  std::map<std::string, Counts> codes_;       ///< of dose and safety findings
  std::map<std::string, DoseCounts> doses_;   ///< by leading row
  std::map<FindingKey, Finding> findings_;
  std::uint64_t further_ = 0;
};

}  // namespace ivig::batch
