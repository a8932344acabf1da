#include "web/charts_page.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/html.h"
#include "web/form.h"
#include "web/words.h"

namespace ivig::web {
namespace {

using base::escape_html;

std::string number_cell(std::string_view label, std::int64_t value) {
  return "<td class=\"n\" data-label=\"" + std::string(label) + "\">" + std::to_string(value) + "</td>";
}

std::string numbers(std::string_view caption, std::initializer_list<std::string_view> heads, std::string_view rows) {
  std::string html = table(caption, heads, rows);
  return html.replace(html.find("<table>"), 7, "<table class=\"numbers\">");
}

std::uint64_t sum(StanceCounts const& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::string over_time(ChartsPage const& charts) {
  std::uint64_t all = 0;
  for (auto const& [month, counts] : charts.months) all += sum(counts);
  if (all == 0) return section("time", "Orders over time", "<p class=\"empty\">No order in this time.</p>\n");
  std::string rows;
  for (auto const& [month, counts] : charts.months) {
    rows += "<tr><th scope=\"row\">" + escape_html(month) + "</th>";
    for (std::size_t i = 1; i <= counts.size(); ++i) {
      rows += number_cell(stance_words(i % counts.size()), static_cast<std::int64_t>(counts[i % counts.size()]));
    }
    rows += "</tr>\n";
  }
  return section(
      "time", "Orders over time",
      stance_legend() + "<div class=\"wide chart\" tabindex=\"0\" role=\"region\" aria-label=\"Chart\">" +
          month_chart(charts.months) + "</div><details><summary>Numbers</summary>" +
          numbers("Orders by month and stance",
                  {"Month", "Recommended", "May consider", "Insufficient", "Not recommended", "Harmful", "No row"},
                  rows) +
          "</details>\n");
}

/// The share of overridden cards among those that feedback was given on, as a bar with its number.
std::string rate_cell(store::OverrideRate const& rate) {
  std::int64_t const answered = rate.accepted + rate.overridden;
  if (answered == 0) return cell("Overridden of those answered", "<span class=\"soft\">no feedback</span>");
  std::int64_t const percent = (rate.overridden * 100 + answered / 2) / answered;
  return cell(
      "Overridden of those answered",
      "<span class=\"rate\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect "
      "class=\"pic-scale\" width=\"100\" height=\"10\"/><rect class=\"bar\" width=\"" +
          std::to_string(percent) + "\" height=\"10\"/></svg>" + std::to_string(percent) + " %</span>");
}

std::string overrides(ChartsPage const& charts) {
  std::string rows;
  for (auto const& rate : charts.rates) {
    if (rate.cards == 0) continue;
    std::string const name =
        rate.row.empty() ? "<em>no recommendation applies</em>" : evidence_link(charts.rules, rate.row);
    std::string const orders =
        "<a href=\"/review?show=all&amp;outcome=overridden&amp;row=" + escape_html(url_escaped(rate.row)) + "\">" +
        std::to_string(rate.overridden) + "</a>";
    rows += "<tr><th scope=\"row\">" + name + "<br><code>" + escape_html(rate.row) + "</code></th>" +
            cell("Cards", std::to_string(rate.cards)) + cell("Accepted", std::to_string(rate.accepted)) +
            "<td data-label=\"Overridden\">" + (rate.row.empty() ? std::to_string(rate.overridden) : orders) + "</td>" +
            rate_cell(rate) + "</tr>\n";
  }
  return section(
      "overrides", "Which recommendation is overridden most",
      rows.empty()
          ? "<p class=\"empty\">No card in this time.</p>\n"
          : "<p class=\"soft\">Of the cards that feedback was given on. Silence counts neither way.</p>\n" +
                table("Most overridden first",
                      {"Leading recommendation", "Cards", "Accepted", "Overridden", "Overridden of those answered"},
                      rows));
}

std::string figure(rules::Row const& row, std::string_view what,
                   std::array<std::uint64_t, DoseCounts::kSteps> const& steps, std::optional<DoseRange> const& range) {
  auto const orders = std::accumulate(steps.begin(), steps.end(), std::uint64_t{0});
  if (orders == 0) return {};
  return "<figure><figcaption><a href=\"/evidence/" + escape_html(row.id) + "\">" + escape_html(row.title) +
         "</a><br><span class=\"soft\">" + std::string(what) + ", " + std::to_string(orders) +
         (orders == 1 ? " order" : " orders") + "</span></figcaption>" +
         dose_chart(row.title + ", " + std::string(what), steps, range) + "</figure>\n";
}

std::string doses(ChartsPage const& charts) {
  std::string figures;
  std::uint64_t not_known = 0;
  for (auto const& [id, counts] : charts.doses) {
    not_known += counts.not_known;
    auto const index = charts.rules.row_index(id);
    if (!index) continue;
    auto const& row = charts.rules.rows[*index];
    figures += figure(row, "g/kg a course", counts.course, course_range(row));
    figures += figure(row, "g/kg a cycle of repeats", counts.cycle, cycle_range(row));
  }
  std::string note = "<p class=\"soft\">Shaded: what the leading recommendation’s source gives. Counted from " +
                     std::string(charts.all_read ? "all " : "the newest ") + std::to_string(charts.doses_read) +
                     " orders; " + std::to_string(not_known) +
                     " of them have a dose that could not be turned into g/kg.</p>\n";
  return section("doses", "Doses against the encoded range",
                 figures.empty() ? "<p class=\"empty\">No dose in g/kg in this time.</p>\n"
                                 : note + "<div class=\"charts\">" + figures + "</div>\n");
}

}  // namespace

std::string charts_page(ChartsPage const& charts, Viewer const& viewer) {
  std::string html = "<h1>Practice</h1>\n<p class=\"tabs\">";
  for (unsigned const span : kSpans) {
    html += "<a href=\"/review/charts?months=" + std::to_string(span) + "\"" +
            (span == charts.span ? " aria-current=\"true\"" : "") + ">" + std::to_string(span) + " months</a>";
  }
  html += "</p>\n" + over_time(charts) + overrides(charts) + doses(charts);
  return page("Charts", Section::charts, viewer, html);
}

}  // namespace ivig::web
