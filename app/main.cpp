// ivig-cds: one binary, several commands. Reads the command line and hands over.

#include <CLI/CLI.hpp>

#include "app/cmd_review.h"
#include "app/commands.h"
#include "app/decision_filters.h"
#include "app/diagnostics.h"

namespace {

using ivig::app::CheckOptions;
using ivig::app::DecisionsOptions;
using ivig::app::ReviewOptions;
using ivig::app::RulesOptions;

void add_check(CLI::App& app, CheckOptions& options, int& exit_code) {
  auto* check = app.add_subcommand("check", "Check orders from files, without a server");
  check->add_option("--config", options.config, "configuration file, for its rules folder");
  check->add_option("--rules", options.rules, "folder of the rule set");
  check->add_option("--format", options.format, "text, json or cards")->check(CLI::IsMember({"text", "json", "cards"}));
  check->add_option("--fail-on", options.fail_on, "exit 1 when a decision is at least this loud")
      ->check(CLI::IsMember({"warning", "critical"}));
  check->add_option("--date", options.date, "as of that day, such as 2026-01-31 (default: today)");
  check
      ->add_option("FILE", options.files,
                   "a CDS Hooks request, a FHIR Bundle, or one MedicationRequest; - is standard input")
      ->required();
  check->footer(
      "Examples:\n"
      "  ivig-cds check request.json                     what would be said about this order\n"
      "  ivig-cds check --format json bundle.json        every row, fact and missing item, for programs\n"
      "  ivig-cds check --fail-on warning *.json         exit 1 if any order deserves a warning\n"
      "  curl .../Bundle | ivig-cds check -              from another program\n"
      "Exit: 0 evaluated, 1 --fail-on was reached, 2 unreadable input.");
  check->callback([&] { exit_code = ivig::app::run_check(options); });
}

void add_review(CLI::App& app, ReviewOptions& options, int& exit_code) {
  auto* review = app.add_subcommand("review", "Review many orders: exports, folders, or a stream");
  review->add_option("--rules", options.rules, "folder of the rule set");
  review->add_option("--format", options.format, "ndjson (default), csv, or html: one report page")
      ->check(CLI::IsMember({"ndjson", "csv", "html"}));
  review->add_option("--jobs", options.jobs, "threads (default: one per core); the output is the same with any number")
      ->check(CLI::Range(1U, 256U));
  review->add_option("--date", options.date, "the day of requests and of undated orders (default: today)");
  review->add_option("--work-folder", options.work_folder, "where an export is sorted (default: TMPDIR or /tmp)");
  review->add_option("--evidence-url", options.evidence_url, "html: server whose evidence pages are linked to");
  review->add_option("--max-line-bytes", options.line_bytes, "longest line, or file of one document")
      ->capture_default_str();
  review->add_option("--max-patient-bytes", options.patient_bytes, "longest record of one patient")
      ->capture_default_str();
  review->add_option("--show-problems", options.show_problems, "of one file on stderr; all are counted")
      ->capture_default_str();
  review->add_option("--problems", options.problems, "a file for the line of every problem, as they come");
  review
      ->add_option("PATH", options.paths,
                   "FHIR Bulk Data NDJSON, CDS Hooks requests or Bundles: files or folders; - is standard input")
      ->required();
  review->footer(
      "Examples:\n"
      "  ivig-cds review export/ > decisions.ndjson      one decision object per IVIG order, with its source\n"
      "  ivig-cds review --format html export/ > year.html\n"
      "  ivig-cds review --format csv requests/*.json    for a spreadsheet\n"
      "  parallel --pipe --block 10M -k ivig-cds review - < requests.ndjson\n"
      "A folder is searched for *.ndjson, *.jsonl and *.json. The resources of an export may come in any order and "
      "need\n"
      "not fit in memory; an order of an export is reviewed as of the day it was written. On standard input each line "
      "is\n"
      "a CDS Hooks request or a Bundle. Results are in the order of the input.\n"
      "Exit: 0 all was read, 2 something could not be read: lines on stderr name file, line and reason, the last one "
      "counts\n"
      "them by kind; the rest is reviewed all the same.");
  review->callback([&] { exit_code = ivig::app::run_review(options); });
}

void add_rules(CLI::App& app, RulesOptions& options, int& exit_code) {
  auto* rules = app.add_subcommand("rules", "Look at the rule set, check it, run its examples");
  rules->add_option("--rules", options.rules, "folder of the rule set");
  rules->require_subcommand(1);
  rules->footer(
      "Examples:\n"
      "  ivig-cds rules list                             every recommendation, as a table\n"
      "  ivig-cds rules show GUIDELINE/ROW               one recommendation with its provenance\n"
      "  ivig-cds rules lint && ivig-cds rules test      before a change of the rules is handed in");
  auto add = [&](char const* name, char const* help) {
    auto* command = rules->add_subcommand(name, help);
    command->fallthrough();
    command->callback([&options, &exit_code, name] {
      options.action = name;
      exit_code = ivig::app::run_rules(options);
    });
    return command;
  };
  add("lint", "check form, references, provenance and sentence lengths");
  add("list", "the recommendations as a table");
  add("show", "explain one recommendation")->add_option("ID", options.id, "guideline/row")->required();
  add("test", "run the examples beside the rules");
  add("questionnaire", "print a FHIR R4 Questionnaire of the facts that can be asked for");
}

void add_decisions(CLI::App& app, DecisionsOptions& options, int& exit_code) {
  auto* decisions = app.add_subcommand("decisions", "What was advised and what became of it, from the store");
  decisions->add_option("--config", options.config,
                        "configuration file, for its store; IVIG_CDS_CONFIG names one as well");
  decisions->require_subcommand(1);
  decisions->footer(
      "Examples:\n"
      "  ivig-cds decisions list --from 7d --outcome overridden    the newest 50, as a table\n"
      "  ivig-cds decisions show ID                                one decision with its facts, cards and feedback\n"
      "  ivig-cds decisions export --format csv --from 2026-11-01  all of them, for a spreadsheet\n"
      "  ivig-cds decisions export --format fhir                   a Bundle of GuidanceResponse and Provenance a line\n"
      "  ivig-cds decisions rates --from 30d                       how often each recommendation is overridden\n"
      "Silence is not consent: a card without feedback counts neither as accepted nor as overridden.");
  auto add = [&](char const* name, char const* help, std::vector<std::string> formats) {
    auto* command = decisions->add_subcommand(name, help);
    command->fallthrough();
    command->add_option("--format", options.format, "how it is written")->check(CLI::IsMember(std::move(formats)));
    command->callback([&options, &exit_code, name] {
      options.action = name;
      exit_code = ivig::app::run_decisions(options);
    });
    return command;
  };
  auto add_filters = [&](CLI::App* command) {
    for (auto const& filter : ivig::app::kFilters) {
      std::string const name(filter.name);
      command->add_option_function<std::string>(
          "--" + name, [&options, name](std::string const& value) { options.filters[name] = value; },
          std::string(filter.help));
    }
  };
  add_filters(add("list", "a page of decisions, newest first", {"table", "ndjson", "csv"}));
  add_filters(add("export", "every decision, newest first", {"ndjson", "csv", "fhir"}));
  add_filters(add("rates", "override rate per leading recommendation (--from, --until)", {"table", "ndjson"}));
  add("show", "one decision", {"ndjson", "csv", "fhir"})->add_option("ID", options.id, "id of a decision")->required();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "ivig-cds: a CDS Hooks service that checks orders for intravenous immune globulin (IVIG) against encoded "
      "guidelines"};
  app.require_subcommand(1);
  app.footer("ivig-cds COMMAND --help explains each command by example.");
  int exit_code = 0;

  std::string config;
  auto* serve = app.add_subcommand("serve", "Run the server");
  serve->add_option("--config", config, "YAML configuration file; IVIG_CDS_CONFIG names one as well");
  serve->footer(
      "Examples:\n"
      "  ivig-cds serve --config ivig-cds.yaml\n"
      "  IVIG_CDS_CONFIG=/etc/ivig-cds.yaml ivig-cds serve\n"
      "Prints one line per listener once it accepts connections. SIGTERM finishes what is in flight and exits 0;\n"
      "SIGHUP reloads rules and certificates.");
  serve->callback([&] { exit_code = ivig::app::run_serve(config); });

  CheckOptions check_options;
  add_check(app, check_options, exit_code);
  ReviewOptions review_options;
  add_review(app, review_options, exit_code);
  RulesOptions rules_options;
  add_rules(app, rules_options, exit_code);

  DecisionsOptions decisions_options;
  add_decisions(app, decisions_options, exit_code);

  auto* certs = app.add_subcommand("certs", "Certificates for development");
  certs->require_subcommand(1);
  std::string folder;
  auto* dev =
      certs->add_subcommand("dev", "make a development CA, a server certificate and a test client's signing key");
  dev->add_option("DIR", folder, "where to write them; nothing is overwritten")->required();
  dev->footer(
      "Example:\n  ivig-cds certs dev certs/dev && curl --cacert certs/dev/ca.pem https://127.0.0.1:8443/cds-services");
  dev->callback([&] { exit_code = ivig::app::run_certs_dev(folder); });

  std::string version_rules;
  auto* version = app.add_subcommand("version", "Version, rule set version and digest, build");
  version->add_option("--rules", version_rules, "folder of the rule set");
  version->callback([&] { exit_code = ivig::app::run_version(version_rules); });

  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // help
    return ivig::app::refuse({ivig::base::Errc::invalid_value, "", std::string(error.what()) + "; see --help"});
  }
  return exit_code;
}
