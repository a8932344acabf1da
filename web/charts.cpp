#include "web/charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "base/html.h"

namespace ivig::web {
namespace {

using base::escape_html;

/// A coordinate: one decimal is finer than a pixel.
std::string at(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

std::uint64_t sum(StanceCounts const& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::string rect(std::string_view css_class, double x, double y, double width, double height, std::string_view title) {
  return "<rect class=\"" + std::string(css_class) + "\" x=\"" + at(x) + "\" y=\"" + at(y) + "\" width=\"" + at(width) +
         "\" height=\"" + at(height) + "\"><title>" + escape_html(title) + "</title></rect>";
}

std::string label(std::string_view css_class, double x, double y, std::string_view text) {
  return "<text class=\"" + std::string(css_class) + "\" x=\"" + at(x) + "\" y=\"" + at(y) + "\">" + escape_html(text) +
         "</text>";
}

std::string open(double width, double height, std::string_view name) {
  return "<svg role=\"img\" aria-label=\"" + escape_html(name) + "\" viewBox=\"0 0 " + at(width) + " " + at(height) +
         "\" preserveAspectRatio=\"xMinYMin meet\">";
}

/// The smallest of 1, 2, 5, 10, 20 .. that is at least `value`.
double round_up(double value) {
  double step = 1;
  while (true) {
    for (double const factor : {1.0, 2.0, 5.0}) {
      if (factor * step >= value) return factor * step;
    }
    step *= 10;
  }
}

/// Horizontal lines with their numbers; returns what the top stands for.
double axis(double most, double left, double right, double top, double height, std::string& svg) {
  double const step = round_up(std::max(most, 1.0) / 4);
  double const whole = step * std::ceil(std::max(most, 1.0) / step);
  for (double value = 0; value <= whole + step / 2; value += step) {
    double const y = top + height - height * value / whole;
    svg += "<line class=\"grid\" x1=\"" + at(left) + "\" x2=\"" + at(right) + "\" y1=\"" + at(y) + "\" y2=\"" + at(y) +
           "\"/>" + label("tick end", left - 6, y + 4, std::to_string(std::llround(value)));
  }
  return whole;
}

}  // namespace

void DoseCounts::add(double g_per_kg, bool repeated) {
  if (g_per_kg < 0) {
    ++not_known;
    return;
  }
  auto const step = static_cast<std::size_t>(g_per_kg / kStep + 1e-9);
  ++(repeated ? cycle : course)[std::min(step, kSteps - 1)];
}

std::optional<DoseRange> course_range(rules::Row const& row) {
  if (!row.regimen || !row.regimen->course_most) return std::nullopt;
  double const most = row.regimen->course_most->approximate();
  return DoseRange{row.regimen->course_least ? row.regimen->course_least->approximate() : most, most};
}

std::optional<DoseRange> cycle_range(rules::Row const& row) {
  if (!row.regimen || row.regimen->maintenance.empty()) return std::nullopt;
  DoseRange range{1e9, 0};
  for (auto const& one : row.regimen->maintenance) {
    range.least = std::min(range.least, one.least.approximate());
    range.most = std::max(range.most, one.most.approximate());
  }
  return range;
}

std::string_view stance_words(std::size_t stance) {
  constexpr std::array<std::string_view, 6> kWords{"no recommendation applies", "recommended",     "may consider",
                                                   "insufficient evidence",     "not recommended", "harmful"};
  return kWords[stance];
}

std::string stance_legend() {
  std::string text = "<ul class=\"key\" aria-hidden=\"true\">";
  for (std::size_t i = 1; i <= 6; ++i) {
    std::size_t const stance = i % 6;
    text += "<li><svg viewBox=\"0 0 10 10\"><rect class=\"s" + std::to_string(stance) +
            "\" width=\"10\" height=\"10\"/></svg>" + std::string(stance_words(stance)) + "</li>";
  }
  return text + "</ul>\n";
}

std::string stance_bar(StanceCounts const& counts, std::uint64_t most) {
  constexpr double kWidth = 240;
  std::string text = std::to_string(sum(counts)) + " orders";
  std::string bars;
  double x = 0;
  for (std::size_t i = 1; i <= counts.size(); ++i) {
    std::size_t const stance = i % counts.size();  // what no row speaks of comes last
    if (counts[stance] == 0) continue;
    double const width =
        kWidth * static_cast<double>(counts[stance]) / static_cast<double>(std::max(most, std::uint64_t{1}));
    std::string const words = std::string(stance_words(stance)) + ": " + std::to_string(counts[stance]);
    text += ", " + words;
    bars += rect("s" + std::to_string(stance), x, 1, std::max(width - 0.6, 0.6), 12, words);
    x += width;
  }
  return open(kWidth, 14, text) + bars + "</svg>";
}

std::string month_chart(std::vector<std::pair<std::string, StanceCounts>> const& columns) {
  constexpr double kLeft = 52, kTop = 10, kHeight = 220, kWidth = 720;
  std::uint64_t most = 0;
  for (auto const& [name, counts] : columns) most = std::max(most, sum(counts));
  std::string svg =
      open(kWidth, kTop + kHeight + 34, "Orders by month, stacked by stance; the table below has the numbers");
  double const whole = axis(static_cast<double>(most), kLeft, kWidth, kTop, kHeight, svg);
  double const step = (kWidth - kLeft) / static_cast<double>(std::max<std::size_t>(columns.size(), 1));
  double x = kLeft;
  for (auto const& [name, counts] : columns) {
    double y = kTop + kHeight;
    for (std::size_t i = 1; i <= counts.size(); ++i) {
      std::size_t const stance = i % counts.size();
      if (counts[stance] == 0) continue;
      double const height = kHeight * static_cast<double>(counts[stance]) / whole;
      y -= height;
      svg += rect("s" + std::to_string(stance), x + step * 0.12, y, step * 0.76, std::max(height - 0.8, 0.4),
                  name + ", " + std::string(stance_words(stance)) + ": " + std::to_string(counts[stance]));
    }
    svg += label("tick mid", x + step / 2, kTop + kHeight + 18, name);
    x += step;
  }
  return svg + "</svg>";
}

std::string dose_chart(std::string_view name, std::array<std::uint64_t, DoseCounts::kSteps> const& counts,
                       std::optional<DoseRange> const& range) {
  constexpr double kLeft = 46, kTop = 8, kHeight = 110, kWidth = 340;
  std::uint64_t const most = *std::max_element(counts.begin(), counts.end());
  double const step = (kWidth - kLeft) / static_cast<double>(counts.size());
  auto x_of = [&](double dose) {
    return kLeft + std::min(dose / DoseCounts::kStep, static_cast<double>(counts.size())) * step;
  };
  std::string svg = open(kWidth, kTop + kHeight + 34, name);
  if (range) {
    double const width = std::max(x_of(range->most) - x_of(range->least), 2.0);
    svg +=
        rect("range", x_of(range->least) - (range->most > range->least ? 0 : 1), kTop, width, kHeight, "encoded range");
  }
  double const whole = axis(static_cast<double>(most), kLeft, kWidth, kTop, kHeight, svg);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    double const height = std::max(kHeight * static_cast<double>(counts[i]) / whole, 1.0);
    double const from = static_cast<double>(i) * DoseCounts::kStep;
    std::string const until =
        i + 1 == counts.size() ? " g/kg or more" : " to " + at(from + DoseCounts::kStep) + " g/kg";
    svg += rect("bar", kLeft + static_cast<double>(i) * step + 1, kTop + kHeight - height, step - 2, height,
                at(from) + until + ": " + std::to_string(counts[i]));
  }
  for (int dose = 0; dose <= 4; ++dose) {
    svg += label("tick mid", x_of(dose), kTop + kHeight + 16, std::to_string(dose) + (dose == 4 ? "+" : ""));
  }
  return svg + label("tick mid", kLeft + (kWidth - kLeft) / 2, kTop + kHeight + 31, "g/kg") + "</svg>";
}

}  // namespace ivig::web
