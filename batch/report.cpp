#include "batch/report.h"

#include <algorithm>

#include "batch/report_page.h"

namespace ivig::batch {
namespace {

constexpr std::size_t kMostMonths = 1200;  // what a century has; dates beyond are mistakes

void add_dose(ReportOrder const& order, DoseCounts& doses) {
  if (order.g_per_kg < 0) {
    ++doses.not_known;
    return;
  }
  auto const step = static_cast<std::size_t>(order.g_per_kg / DoseCounts::kStep + 1e-9);
  ++(order.repeated ? doses.cycle : doses.course)[std::min(step, DoseCounts::kSteps - 1)];
}

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
  if (!order.row.empty()) add_dose(order, doses_[order.row]);
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
