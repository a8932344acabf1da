#include "batch/report_page.h"

#include <algorithm>
#include <set>

#include "base/html.h"
#include "base/printable.h"
#include "batch/report_style.h"
#include "web/charts.h"

namespace ivig::batch {
namespace {

using base::escape_html;
using web::course_range;
using web::cycle_range;
using web::dose_chart;
using web::DoseRange;
using web::month_chart;
using web::stance_bar;
using web::stance_words;

constexpr std::size_t kMostColumns = 36;  // months; beyond, years
constexpr std::size_t kShown = 3;         // orders of a finding that are seen without opening it

/// 1234567 as "1 234 567", with narrow spaces that do not break.
std::string number(std::uint64_t value) {
  std::string digits = std::to_string(value), text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += "&#8239;";
    text += digits[i];
  }
  return text;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0 %";
  std::uint64_t const tenths = (part * 1000 + whole / 2) / whole;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

/// A name or text of the input.
std::string shown(std::string_view text) { return escape_html(base::printable(text)); }

std::string cell(std::string_view html, std::string_view css_class = "") {
  return "<td" + (css_class.empty() ? "" : " class=\"" + std::string(css_class) + "\"") + ">" + std::string(html) +
         "</td>";
}
std::string number_cell(std::uint64_t value) { return cell(number(value), "n"); }
std::string row_head(std::string_view html) { return "<th scope=\"row\">" + std::string(html) + "</th>"; }

/// A table; `numeric` columns from the second on are right-aligned.
std::string table(std::string_view caption, std::initializer_list<std::string_view> heads, std::string const& rows) {
  std::string text =
      "<div class=\"wide\" tabindex=\"0\"><table><caption>" + escape_html(caption) + "</caption><thead><tr>";
  for (auto const head : heads) text += "<th scope=\"col\">" + escape_html(head) + "</th>";
  return text + "</tr></thead><tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string_view indicator_words(std::size_t indicator) {
  constexpr std::array<std::string_view, 4> kWords{"no card", "info", "warning", "critical"};
  return kWords[indicator];
}

std::string anchor(std::string_view row_id) {
  std::string name = "row-" + std::string(row_id);
  std::replace(name.begin(), name.end(), '/', '-');
  return escape_html(name);
}

/// The conditions (or codes) with most orders first.
std::vector<std::pair<std::string, Counts>> by_size(std::map<std::string, Counts> const& counts) {
  std::vector<std::pair<std::string, Counts>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](auto const& a, auto const& b) { return a.second.orders > b.second.orders; });
  return sorted;
}

class Page {
 public:
  Page(Report const& report, ReportRun const& run) : report_(report), run_(run), rules_(report.rules()) {}

  std::string write() {
    head();
    overview();
    time();
    conditions();
    doses();
    findings();
    evidence();
    html_ +=
        "</main>\n<footer><p>Decision support, not medical advice: the rules restate published guidance and may be "
        "wrong, incomplete or out of date. This page names patients by reference: keep it as you keep the "
        "record.</p></footer></body></html>\n";
    return std::move(html_);
  }

 private:
  void head() {
    std::string const version = escape_html(rules_.version + " (" + rules_.sha256.substr(0, 12) + ")");
    html_ =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"><meta http-equiv=\"Content-Security-Policy\" "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>IVIG orders reviewed</title>\n<style>" +
        std::string(kReportStyle) + "</style></head>\n<body><header><h1>IVIG orders reviewed</h1>\n<p class=\"soft\">" +
        number(report_.all().orders) + " orders in " + number(run_.lines) + " lines of " + number(run_.files) +
        (run_.files == 1 ? " file" : " files") + " &middot; made " + day_text(run_.made_on) + " &middot; rule set " +
        version + "</p>\n";
    if (run_.problems > 0) {
      html_ += "<p><strong>" + number(run_.problems) + (run_.problems == 1 ? " line or file" : " lines or files") +
               " could not be read</strong> and is missing here; standard error named each.</p>\n";
    }
    html_ +=
        "<nav aria-label=\"Sections\"><a href=\"#time\">Over time</a><a href=\"#conditions\">Conditions</a><a "
        "href=\"#doses\">Doses</a><a href=\"#look\">Worth a look</a><a href=\"#evidence\">Evidence</a></nav>"
        "</header>\n<main>\n";
  }

  void overview() {
    auto const& all = report_.all();
    auto tile = [&](std::string_view words, std::uint64_t value) {
      html_ += "<div class=\"tile\"><b>" + number(value) + "</b>" + std::string(words) + " <span class=\"soft\">" +
               percent(value, all.orders) + "</span></div>";
    };
    html_ += "<div class=\"tiles\">";
    tile("without a card", all.indicators[0]);
    tile("info", all.indicators[1]);
    tile("warning", all.indicators[2]);
    tile("critical", all.indicators[3]);
    html_ += "</div>\n<h2 id=\"stances\">What the guidance says</h2>\n";
    std::string rows;
    for (std::size_t i = 1; i <= all.stances.size(); ++i) {
      std::size_t const stance = i % all.stances.size();
      StanceCounts alone{};
      alone[stance] = all.stances[stance];
      rows += "<tr>" + row_head(stance_words(stance)) + number_cell(all.stances[stance]) +
              cell(percent(all.stances[stance], all.orders), "n") +
              cell(stance_bar(alone, *std::max_element(all.stances.begin(), all.stances.end()))) + "</tr>\n";
    }
    html_ += table("Orders by stance", {"Stance", "Orders", "Share", "Compared"}, rows);
  }

  void time() {
    std::vector<std::pair<std::string, StanceCounts>> columns;
    bool const years = report_.months().size() > kMostColumns;
    Counts undated;
    for (auto const& [month, counts] : report_.months()) {
      if (month.empty()) {
        undated = counts;
        continue;
      }
      std::string const name = years ? month.substr(0, 4) : month;
      if (columns.empty() || columns.back().first != name) columns.emplace_back(name, StanceCounts{});
      for (std::size_t i = 0; i < counts.stances.size(); ++i) columns.back().second[i] += counts.stances[i];
    }
    html_ += "<h2 id=\"time\">Orders over time</h2>\n";
    if (columns.empty()) {
      html_ += "<p>No order has a date.</p>\n";
      return;
    }
    html_ += web::stance_legend() + month_chart(columns) + "<details><summary>Numbers</summary>\n";
    std::string rows;
    for (auto const& [name, counts] : columns)
      rows += "<tr>" + row_head(escape_html(name)) + stance_cells(counts) + "</tr>\n";
    html_ +=
        table("Orders by " + std::string(years ? "year" : "month") + " and stance",
              {"When", "Recommended", "May consider", "Insufficient", "Not recommended", "Harmful", "No row"}, rows) +
        "</details>\n";
    if (undated.orders > 0) html_ += "<p>" + number(undated.orders) + " orders have no date.</p>\n";
  }

  static std::string stance_cells(StanceCounts const& counts) {
    std::string cells;
    for (std::size_t i = 1; i <= counts.size(); ++i) cells += number_cell(counts[i % counts.size()]);
    return cells;
  }

  void conditions() {
    html_ += "<h2 id=\"conditions\">Conditions</h2>\n" + web::stance_legend();
    auto const sorted = by_size(report_.conditions());
    std::uint64_t const most = sorted.empty() ? 1 : sorted.front().second.orders;
    std::string rows;
    for (auto const& [name, counts] : sorted) {
      rows += "<tr>" + row_head(name.empty() ? "<em>none found</em>" : escape_html(name)) + number_cell(counts.orders) +
              cell(stance_bar(counts.stances, most)) + number_cell(counts.indicators[1]) +
              number_cell(counts.indicators[2]) + number_cell(counts.indicators[3]) + "</tr>\n";
    }
    html_ += table("What the orders are for, with the stances and how loud the answers were",
                   {"Condition", "Orders", "Stance", "Info", "Warning", "Critical"}, rows);
    if (report_.codes().empty()) return;
    rows.clear();
    for (auto const& [code, counts] : by_size(report_.codes())) {
      rows += "<tr>" + row_head("<code>" + escape_html(code) + "</code>") + number_cell(counts.orders) +
              cell(percent(counts.orders, report_.all().orders), "n") + "</tr>\n";
    }
    html_ += "<h2 id=\"codes\">Dose and safety findings</h2>\n" +
             table("Orders with each finding", {"Finding", "Orders", "Share"}, rows);
  }

  void doses();
  void dose_figure(rules::Row const& row, std::string_view what, std::uint64_t orders, std::string const& chart) {
    html_ += "<figure><figcaption><a href=\"#" + anchor(row.id) + "\">" + escape_html(row.title) +
             "</a><br><span class=\"soft\">" + escape_html(what) + ", " + number(orders) +
             " orders</span></figcaption>" + chart + "</figure>\n";
    cited_.insert(row.id);
  }

  void findings() {
    html_ += "<h2 id=\"look\">Orders worth a look</h2>\n";
    if (report_.findings().empty()) html_ += "<p>None: every order is in line with the encoded guidance.</p>\n";
    std::vector<std::pair<Report::FindingKey, Finding const*>> sorted;
    for (auto const& [key, finding] : report_.findings()) sorted.emplace_back(key, &finding);
    std::stable_sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) {
      if (a.first.quiet != b.first.quiet) return a.first.quiet < b.first.quiet;
      return a.second->orders > b.second->orders;
    });
    for (auto const& [key, finding] : sorted) one_finding(key, *finding);
    if (report_.findings_not_told_apart() > 0) {
      html_ += "<p>" + number(report_.findings_not_told_apart()) +
               " further orders have findings of their own; <code>--format ndjson</code> lists all.</p>\n";
    }
  }

  void one_finding(Report::FindingKey const& key, Finding const& finding) {
    std::string const loudness(indicator_words(static_cast<std::size_t>(-key.quiet)));
    html_ += "<article class=\"finding " + loudness + "\"><span class=\"many\">" + number(finding.orders) +
             (finding.orders == 1 ? " order" : " orders") + "</span><h3><span class=\"mark\">" + loudness + "</span>" +
             escape_html(finding.summary) + "</h3>\n<p class=\"soft\">";
    if (!finding.condition.empty()) html_ += escape_html(finding.condition);
    if (rules_.row_index(key.row)) {
      cited_.insert(key.row);
      html_ += " &middot; <a href=\"#" + anchor(key.row) + "\">evidence: " + escape_html(key.row) + "</a>";
    }
    if (!key.codes.empty()) html_ += " &middot; <code>" + escape_html(key.codes) + "</code>";
    html_ += "</p>\n";
    std::size_t const shown = std::min(kShown, finding.first.size());
    orders(finding, 0, shown);
    if (finding.first.size() > shown) {
      html_ += "<details><summary>" + number(finding.first.size() - shown) + " more of " + number(finding.orders) +
               "</summary>";
      orders(finding, shown, finding.first.size());
      html_ += "</details>";
    }
    html_ += "</article>\n";
  }

  void orders(Finding const& finding, std::size_t from, std::size_t until) {
    html_ += "<div class=\"wide\" tabindex=\"0\"><table><tbody>\n";
    for (std::size_t i = from; i < until; ++i) {
      auto const& order = finding.first[i];
      html_ += "<tr>" + cell(shown(order.order)) + cell(shown(order.patient)) + cell(escape_html(order.month), "n") +
               cell("<code>" + shown(order.file) + ":" + std::to_string(order.line) + "</code>") + "</tr>\n";
    }
    html_ += "</tbody></table></div>\n";
  }

  void evidence() {
    html_ +=
        "<h2 id=\"evidence\">Evidence</h2>\n<p class=\"soft\">What the recommendations named above say, and how far "
        "each was checked against its source.</p>\n<dl>\n";
    for (auto const& row : rules_.rows) {
      if (!cited_.contains(row.id)) continue;
      auto const& guideline = rules_.guidelines[row.guideline];
      std::string title = escape_html(row.title);
      if (!run_.evidence_url.empty()) {
        title.insert(0, "<a href=\"" + escape_html(run_.evidence_url + "/evidence/" + row.id) + "\">").append("</a>");
      }
      html_ += "<dt id=\"" + anchor(row.id) + "\">" + title + " <code>" + escape_html(row.id) + "</code></dt>\n<dd>" +
               std::string(stance_words(1 + static_cast<std::size_t>(row.stance))) + ", " + escape_html(row.evidence) +
               ". " + escape_html(row.says) + " <span class=\"soft\">" + escape_html(guideline.citation) +
               ", section " + escape_html(row.section) + "; " + escape_html(row.verification) + ".</span></dd>\n";
    }
    html_ += "</dl>\n";
  }

  Report const& report_;
  ReportRun const& run_;
  rules::RuleSet const& rules_;
  std::string html_;
  std::set<std::string, std::less<>> cited_;
};

/// Doses by leading row, those with most orders first.
void Page::doses() {
  html_ += "<h2 id=\"doses\">Doses against the encoded range</h2>\n";
  std::vector<std::pair<rules::Row const*, DoseCounts const*>> sorted;
  std::uint64_t not_known = 0;
  auto total = [](auto const& steps) {
    std::uint64_t sum = 0;
    for (auto const count : steps) sum += count;
    return sum;
  };
  for (auto const& [id, counts] : report_.doses()) {
    not_known += counts.not_known;
    if (auto const row = rules_.row_index(id)) sorted.emplace_back(&rules_.rows[*row], &counts);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [&](auto const& a, auto const& b) {
    return total(a.second->course) + total(a.second->cycle) > total(b.second->course) + total(b.second->cycle);
  });
  html_ += "<p class=\"soft\">Shaded: what the leading recommendation's source gives. " + number(not_known) +
           " orders have a dose that could not be turned into g/kg.</p>\n<div class=\"charts\">\n";
  for (auto const& [row, counts] : sorted) {
    auto figure = [&, row = row](std::string const& what, auto const& steps, std::optional<DoseRange> const& range) {
      std::uint64_t const orders = total(steps);
      if (orders > 0) dose_figure(*row, what, orders, dose_chart(row->title + ", " + what, steps, range));
    };
    figure("g/kg a course", counts->course, course_range(*row));
    figure("g/kg a cycle of repeats", counts->cycle, cycle_range(*row));
  }
  html_ += "</div>\n";
}

}  // namespace

std::string report_page(Report const& report, ReportRun const& run) { return Page(report, run).write(); }

}  // namespace ivig::batch
