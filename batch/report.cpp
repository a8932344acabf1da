#include "batch/report.h"

#include <algorithm>

#include "batch/report_page.h"

namespace ivig::batch {
namespace {

constexpr std::size_t kMostMonths = 1200;  // what a century has; dates beyond are mistakes

}  // namespace

void Counts::add(ReportOrder const& order) {
  ++orders;
  ++stances[order.stance];
  ++indicators[order.indicator];
}

void Report::add(ReportOrder order) {
  all_.add(order);
  if (months_.contains(order.month) || months_.size() < kMostMonths) months_[order.month].add(order);
  conditions_[order.condition].add(order);
  for (auto const& code : order.codes) codes_[code].add(order);
  if (!order.row.empty()) doses_[order.row].add(order.g_per_kg, order.repeated);
  if (order.indicator > 0) add_finding(std::move(order));
}

void Report::add_finding(ReportOrder order) {
  std::string codes;
  for (auto const& code : order.codes) (codes += codes.empty() ? "" : ", ") += code;
  FindingKey key{-static_cast<int>(order.indicator), order.row, std::move(codes)};
  if (order.row.empty()) key.row = "\x7f" + order.condition;  // behind the rows, one for each condition
  if (!findings_.contains(key) && findings_.size() >= kMostFindings) {
    ++further_;
    return;
  }
  Finding& finding = findings_[std::move(key)];
  if (++finding.orders == 1) {
    finding.summary = order.summary;
    finding.condition = order.condition;
  }
  if (finding.first.size() < kListed) finding.first.push_back(std::move(order));
}

std::string Report::page(ReportRun const& run) const { return report_page(*this, run); }

}  // namespace ivig::batch
