// ivig-cds check: the same code path as the services, without a socket.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

#include "advice/card_text.h"
#include "advice/cards.h"
#include "advice/decision_json.h"
#include "app/commands.h"
#include "app/config_file.h"
#include "app/day_option.h"
#include "app/diagnostics.h"
#include "base/clock.h"
#include "base/printable.h"
#include "base/regular_file.h"
#include "hooks/card_json.h"
#include "hooks/case_input.h"

namespace ivig::app {
namespace {

using advice::Decision;
using rules::Indicator;

/// Standard input may be a pipe; whatever has a name must be a regular file.
base::Result<std::string> read_input(std::string const& file, std::size_t limit) {
  if (file == "-") return base::read_rest(STDIN_FILENO, limit);
  return base::read_regular_file(file, limit);
}

void print_coded(std::vector<rules::CodedFinding> const& findings) {
  for (auto const& finding : findings) {
    std::cout << "\n  - " << rules::to_string(finding.indicator) << " " << finding.code << ": "
              << base::printable(finding.text);
  }
}

void print_text(advice::Knowledge const& knowledge, Decision const& decision) {
  auto const& findings = decision.findings;
  // Names come from the file: control characters in them must not reach the terminal.
  std::cout << base::printable(decision.order_reference) << "  " << base::printable(decision.product.name) << "\n  ";
  std::cout << rules::to_string(findings.indicator) << ": "
            << (findings.stance ? rules::to_string(*findings.stance) : std::string_view("no encoded recommendation"));
  if (findings.indicator != Indicator::none)
    std::cout << "\n  " << base::printable(advice::summary_text(knowledge, decision));
  for (auto const& recommendation : findings.recommendations) {
    auto const& row = knowledge.rules.rows[recommendation.row];
    std::cout << "\n  - " << row.id << "  " << rules::to_string(row.stance) << ", " << row.evidence
              << (recommendation.candidate ? "  (candidate)" : "");
  }
  print_coded(findings.safety);
  print_coded(findings.dose);
  for (auto const& missing : findings.missing) {
    std::cout << "\n  ? " << missing.ask << (missing.would_change.empty() ? "" : "  [" + missing.would_change + "]");
  }
  if (decision.product.route_unknown) std::cout << "\n  ? Is the order for intravenous or subcutaneous use?";
  for (auto const& gap : decision.gaps) std::cout << "\n  ! not available: " << gap;
  std::cout << "\n";
}

/// How the files of one run are read and decided on.
struct Reading {
  LimitsConfig const& limits;
  base::Day today;
  std::optional<base::Day> as_of;  ///< a day that was named
};

base::Result<hooks::CaseInput> read_file(Reading const& reading, std::string const& file) {
  auto const& limits = reading.limits;
  auto bytes = read_input(file, limits.http.body_bytes);
  if (bytes) {
    return hooks::read_case(std::move(*bytes), {limits.http.body_bytes, limits.json_depth}, limits.read, reading.as_of);
  }
  bool const too_large = bytes.error().code == base::Errc::too_large;
  return base::fail(bytes.error().code, "", bytes.error().detail + (too_large ? " (limits.body_bytes)" : ""));
}

/// Prints one file's decisions and returns the highest indicator, or an error.
base::Result<Indicator> check_file(advice::Knowledge const& knowledge, std::string const& format,
                                   Reading const& reading, std::string const& file) {
  auto const input = read_file(reading, file);
  if (!input) return tl::unexpected(input.error());
  std::vector<Decision> const decisions = input->decide(knowledge, reading.today);
  auto const skipped = input->skipped(knowledge, reading.today);
  if (format == "json") {
    std::cout << advice::decisions_json(knowledge, decisions, skipped) << "\n";
  } else if (format == "cards") {
    advice::CardOptions card_options{input->hook_instance, "", true};
    card_options.source = input->source();
    card_options.most = reading.limits.cards;
    std::cout << hooks::cards_json(advice::make_cards(knowledge, decisions, card_options), hooks::ClientProfile{})
              << "\n";
    for (auto const& order : skipped) complain(file + ": " + order.order_reference, "skipped: " + order.why);
  } else {
    for (auto const& decision : decisions) print_text(knowledge, decision);
    for (auto const& order : skipped) {
      std::cout << base::printable(order.order_reference) << "  skipped: " << base::printable(order.why) << "\n";
    }
    if (decisions.empty() && skipped.empty()) std::cout << base::printable(file) << ": no IVIG order\n";
  }
  Indicator highest = Indicator::none;
  for (auto const& decision : decisions) highest = std::max(highest, decision.findings.indicator);
  return highest;
}

}  // namespace

int run_check(CheckOptions const& options) {
  auto const day = read_day_option(options.date);
  if (!day) return refuse(day.error());
  auto const today = day->value_or(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  auto const config = read_config(options.config);
  if (!config) return refuse(config.error());
  auto knowledge = advice::Knowledge::load(rules_folder(options.rules, options.config));
  if (!knowledge) return refuse(knowledge.error());
  Reading const reading{config->limits, today, *day};
  Indicator highest = Indicator::none;
  for (auto const& file : options.files) {
    auto found = check_file(**knowledge, options.format, reading, file);
    if (!found) {
      std::string where = file;
      if (!found.error().where.empty()) where += ": " + found.error().where;
      return refuse({found.error().code, where, found.error().detail});
    }
    highest = std::max(highest, *found);
  }
  bool reached = (options.fail_on == "warning" && highest >= Indicator::warning) ||
                 (options.fail_on == "critical" && highest >= Indicator::critical);
  return reached ? 1 : 0;
}

}  // namespace ivig::app
