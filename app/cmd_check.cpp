// ivig-cds check: the same code path as the services, without a socket.

#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "advice/card_text.h"
#include "advice/cards.h"
#include "advice/decision_json.h"
#include "advice/markdown.h"
#include "app/commands.h"
#include "app/config.h"
#include "hooks/card_json.h"
#include "hooks/case_input.h"
#include "rules/rule_file.h"

namespace ivig::app {
namespace {

using advice::Decision;
using rules::Indicator;

base::Result<std::string> read_input(std::string const& file) {
  std::error_code ignored;
  if (file != "-" && std::filesystem::is_directory(file, ignored)) {
    return base::fail(base::Errc::io, "", "is a folder; name its files");
  }
  if (file != "-") return rules::read_file(file);
  return std::string((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
}

void print_coded(std::vector<rules::CodedFinding> const& findings) {
  for (auto const& finding : findings) {
    std::cout << "\n  - " << rules::to_string(finding.indicator) << " " << finding.code << ": "
              << advice::one_line(finding.text);
  }
}

void print_text(advice::Knowledge const& knowledge, Decision const& decision) {
  auto const& findings = decision.findings;
  // Names come from the file: control characters in them must not reach the terminal.
  std::cout << advice::one_line(decision.order_reference) << "  " << advice::one_line(decision.product.name) << "\n  ";
  std::cout << rules::to_string(findings.indicator) << ": "
            << (findings.stance ? rules::to_string(*findings.stance) : std::string_view("no encoded recommendation"));
  if (findings.indicator != Indicator::none) std::cout << "\n  " << advice::summary_text(knowledge, decision);
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

/// Prints one file's decisions and returns the highest indicator, or an error.
base::Result<Indicator> check_file(advice::Knowledge const& knowledge, CheckOptions const& options,
                                   LimitsConfig const& limits, base::Day today, std::string const& file) {
  auto bytes = read_input(file);
  if (!bytes) return tl::unexpected(bytes.error());
  auto input = hooks::read_case(std::move(*bytes), {limits.http.body_bytes, limits.json_depth}, limits.read);
  if (!input) return tl::unexpected(input.error());
  std::vector<Decision> decisions = input->decide(knowledge, today);
  if (options.format == "json") {
    std::cout << advice::decisions_json(knowledge, decisions) << "\n";
  } else if (options.format == "cards") {
    advice::CardOptions card_options{input->hook_instance, "", true};
    card_options.source = input->source();
    card_options.most = limits.cards;
    std::cout << hooks::cards_json(advice::make_cards(knowledge, decisions, card_options), hooks::ClientProfile{})
              << "\n";
  } else if (decisions.empty()) {
    std::cout << file << ": no IVIG order\n";
  } else {
    for (auto const& decision : decisions) print_text(knowledge, decision);
  }
  Indicator highest = Indicator::none;
  for (auto const& decision : decisions) highest = std::max(highest, decision.findings.indicator);
  return highest;
}

}  // namespace

std::optional<base::Day> day_of(std::string const& date) {
  if (date.empty()) return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return base::parse_day(date);
}

int run_check(CheckOptions const& options) {
  auto const today = day_of(options.date);
  if (!today) {
    std::cerr << "ivig-cds: --date: must be a day: 2026-01-31\n";
    return 2;
  }
  auto knowledge = advice::Knowledge::load(rules_folder(options.rules, options.config));
  if (!knowledge) {
    std::cerr << "ivig-cds: " << knowledge.error().where << ": " << knowledge.error().detail << "\n";
    return 2;
  }
  LimitsConfig limits;
  if (!options.config.empty()) {
    auto config = load_config(options.config);
    if (!config) {
      std::cerr << "ivig-cds: " << config.error().where << ": " << config.error().detail << "\n";
      return 2;
    }
    limits = config->limits;
  }
  Indicator highest = Indicator::none;
  for (auto const& file : options.files) {
    auto found = check_file(**knowledge, options, limits, *today, file);
    if (!found) {
      std::string const& where = found.error().where;
      std::cerr << "ivig-cds: " << file << ": " << (where.empty() || where == file ? "" : where + ": ")
                << found.error().detail << "\n";
      return 2;
    }
    highest = std::max(highest, *found);
  }
  bool reached = (options.fail_on == "warning" && highest >= Indicator::warning) ||
                 (options.fail_on == "critical" && highest >= Indicator::critical);
  return reached ? 1 : 0;
}

}  // namespace ivig::app
