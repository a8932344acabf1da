#include "web/dose_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <vector>

#include "base/html.h"
#include "web/charts.h"

namespace ivig::web {
namespace {

using base::escape_html;

constexpr double kLeft = 12, kRight = 348, kWidth = 360, kBand = 22, kStep = 76;
constexpr double kSame = 1e-6;  // g/kg: what decimals lose on their way through binary ones

std::string at(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

/// At most two decimals, none that are noughts.
std::string amount(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  std::string digits = text.data();
  while (digits.ends_with('0')) digits.pop_back();
  if (digits.ends_with('.')) digits.pop_back();
  return digits;
}

std::string amount(DoseRange const& range) {
  return range.most > range.least ? amount(range.least) + " to " + amount(range.most) : amount(range.most);
}

/// One line of the picture: a course, or one cycle of repeats.
struct Line {
  std::string name;
  double ordered = 0;
  std::optional<DoseRange> range;
  std::string source;  ///< of the range
};

/// As the dose findings choose: the leading row, then further rows of its guideline.
template <class Range>
std::pair<std::optional<DoseRange>, std::string> range_of(rules::RuleSet const& rules, OrderShown const& order,
                                                          Range&& range) {
  std::optional<rules::GuidelineIndex> guideline;
  for (auto const& shown : order.recommendations) {
    auto const index = rules.row_index(shown.row);
    if (!index) continue;
    auto const& row = rules.rows[*index];
    if (!guideline) guideline = row.guideline;
    if (row.guideline != *guideline) continue;
    if (auto found = range(row)) return {found, rules.guidelines[row.guideline].short_name};
  }
  return {std::nullopt, ""};
}

std::vector<Line> lines_of(rules::RuleSet const& rules, OrderShown const& order) {
  std::vector<Line> lines;
  for (auto const& course : order.courses) {
    if (!course.g_per_kg) continue;
    Line line;
    line.ordered = *course.g_per_kg;
    line.name = course.every_weeks ? "Every " + amount(*course.every_weeks) + " weeks" : "One course";
    std::tie(line.range, line.source) =
        course.every_weeks ? range_of(rules, order, cycle_range) : range_of(rules, order, course_range);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string text(std::string_view css_class, double x, double y, std::string_view words) {
  return "<text class=\"" + std::string(css_class) + "\" x=\"" + at(x) + "\" y=\"" + at(y) + "\">" +
         escape_html(words) + "</text>";
}

std::string draw(Line const& line, double top, double most, double tolerance) {
  auto const x = [&](double dose) { return kLeft + (kRight - kLeft) * std::min(dose, most) / most; };
  bool const inside = line.range && line.ordered >= line.range->least * (1 - tolerance) - kSame &&
                      line.ordered <= line.range->most * (1 + tolerance) + kSame;
  std::string svg = text("pic-name", kLeft, top + 12, line.name + ": " + amount(line.ordered) + " g/kg ordered");
  double const y = top + 20;
  svg += "<rect class=\"pic-scale\" x=\"" + at(kLeft) + "\" y=\"" + at(y) + "\" width=\"" + at(kRight - kLeft) +
         "\" height=\"" + at(kBand) + "\"/>";
  if (line.range) {
    double const from = x(line.range->least), until = x(line.range->most);
    svg += "<rect class=\"pic-range\" x=\"" + at(from - 1) + "\" y=\"" + at(y) + "\" width=\"" +
           at(std::max(until - from, 0.0) + 2) + "\" height=\"" + at(kBand) + "\"/>";
  }
  double const mark = x(line.ordered);
  svg += "<path class=\"pic-dose" + std::string(line.range ? (inside ? " inside" : " outside") : "") + "\" d=\"M" +
         at(mark) + " " + at(y - 3) + "v" + at(kBand + 6) + "\"/><circle class=\"pic-dot" +
         std::string(line.range ? (inside ? " inside" : " outside") : "") + "\" cx=\"" + at(mark) + "\" cy=\"" +
         at(y + kBand / 2) + "\" r=\"5\"/>";
  double const unit = most > 6 ? 2 : most > 3 ? 1 : 0.5;
  for (double tick = 0; tick <= most + 1e-9; tick += unit) {
    std::string const css = tick == 0 ? "tick" : tick > most - unit / 2 ? "tick end" : "tick mid";
    svg += text(css, x(tick), y + kBand + 14, amount(tick));
  }
  return svg;
}

std::string described(Line const& line) {
  std::string words = line.name + ": " + amount(line.ordered) + " g/kg ordered";
  if (line.range) return words + "; " + line.source + " gives " + amount(*line.range) + " g/kg";
  return words + "; no range is encoded";
}

}  // namespace

std::string dose_picture(rules::RuleSet const& rules, OrderShown const& order) {
  auto const lines = lines_of(rules, order);
  if (lines.empty()) return {};
  double most = 2;
  std::string words;
  bool shaded = false;
  for (auto const& line : lines) {
    shaded = shaded || line.range.has_value();
    most = std::max({most, line.ordered * 1.1, line.range ? line.range->most * 1.25 : 0.0});
    words += (words.empty() ? "" : ". ") + described(line);
  }
  most = most > 12 ? 12 : std::ceil(most);
  double const height = kStep * static_cast<double>(lines.size()) + 4;
  std::string svg = "<figure class=\"picture\"><svg role=\"img\" aria-label=\"" + escape_html(words) +
                    "\" viewBox=\"0 0 " + at(kWidth) + " " + at(height) + "\">";
  double top = 2;
  for (auto const& line : lines) {
    svg += draw(line, top, most, rules.dose.tolerance.approximate());
    top += kStep;
  }
  return svg + "</svg><figcaption class=\"soft\">Scale in g/kg." + (shaded ? " Shaded: what the source gives. " : " ") +
         escape_html(words) + ".</figcaption></figure>\n";
}

}  // namespace ivig::web
