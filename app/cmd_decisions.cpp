// ivig-cds decisions: what was advised and what became of it, from the configured store.

#include <chrono>
#include <iostream>

#include "advice/markdown.h"
#include "app/commands.h"
#include "app/config_file.h"
#include "app/decision_filters.h"
#include "app/diagnostics.h"
#include "app/store_setup.h"
#include "base/instant.h"
#include "hooks/stored_decision.h"
#include "store/reader.h"

namespace ivig::app {
namespace {

using store::DecisionQuery;
using store::Reader;

std::string cell(std::string_view text, std::size_t width) {
  std::string out = advice::one_line(text.empty() ? "-" : text);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out + "  ";
}

void print_row(store::StoredDecision const& decision) {
  auto const& record = decision.record;
  std::cout << cell(record.id, 36) << cell(base::rfc3339_ms(record.time), 24) << cell(record.indicator, 8)
            << cell(record.stance, 21) << cell(decision.outcome, 10)
            << advice::one_line(record.row.empty() ? "-" : record.row) << "\n";
}

/// The first page, or as many as --limit says; the next page is told on standard error.
int list(Reader& reader, DecisionQuery query, std::string const& format) {
  query.documents = format == "ndjson";
  auto page = reader.list(query);
  if (!page) return refuse(page.error());
  if (format == "csv") std::cout << hooks::csv_heading();
  for (auto const& decision : page->decisions) {
    if (format == "ndjson") std::cout << hooks::stored_decision_json(decision) << "\n";
    else if (format == "csv") std::cout << hooks::stored_decision_csv(decision);
    else print_row(decision);
  }
  if (!page->next.empty()) std::cerr << "more: --after " << page->next << "\n";
  return 0;
}

int export_all(Reader& reader, DecisionQuery query, DecisionsOptions const& options, std::string const& public_url) {
  bool const csv = options.format == "csv";
  query.documents = !csv;
  unsigned left = options.filters.contains("limit") ? query.limit : 0;
  bool const bounded = left > 0;
  if (csv) std::cout << hooks::csv_heading();
  do {
    query.limit = bounded ? std::min(left, 500U) : 500U;
    auto page = reader.list(query);
    if (!page) return refuse(page.error());
    for (auto const& decision : page->decisions) {
      if (csv) std::cout << hooks::stored_decision_csv(decision);
      else if (options.format == "fhir") std::cout << hooks::guidance_bundle(decision, public_url) << "\n";
      else std::cout << hooks::stored_decision_json(decision) << "\n";
    }
    if (!std::cout) return refuse({base::Errc::io, "standard output", "cannot be written"});
    left -= static_cast<unsigned>(std::min<std::size_t>(left, page->decisions.size()));
    query.after = page->next;
  } while (!query.after.empty() && (!bounded || left > 0));
  return 0;
}

int show(Reader& reader, DecisionsOptions const& options, std::string const& public_url) {
  auto decision = reader.show(options.id);
  if (!decision) return refuse(decision.error());
  if (options.format == "csv") std::cout << hooks::csv_heading() << hooks::stored_decision_csv(*decision);
  else if (options.format == "fhir") std::cout << hooks::guidance_bundle(*decision, public_url) << "\n";
  else std::cout << hooks::stored_decision_json(*decision) << "\n";
  return 0;
}

int rates(Reader& reader, DecisionQuery const& query, std::string const& format) {
  auto rates = reader.override_rates(query.from, query.until);
  if (!rates) return refuse(rates.error());
  if (format == "ndjson") {
    std::cout << hooks::override_rates_json(*rates) << "\n";
    return 0;
  }
  std::cout << "decisions   cards  accepted  overridden  override rate  recommendation\n";
  for (auto const& rate : *rates) {
    auto const answered = rate.accepted + rate.overridden;
    std::string const percent = answered == 0 ? "-" : std::to_string(rate.overridden * 100 / answered) + "%";
    auto const right = [](std::string const& text, std::size_t width) {
      return (text.size() < width ? std::string(width - text.size(), ' ') : "") + text;
    };
    std::cout << right(std::to_string(rate.decisions), 9) << right(std::to_string(rate.cards), 8)
              << right(std::to_string(rate.accepted), 10) << right(std::to_string(rate.overridden), 12)
              << right(percent, 15) << "  " << (rate.row.empty() ? "-" : advice::one_line(rate.row)) << "\n";
  }
  return 0;
}

}  // namespace

int run_decisions(DecisionsOptions const& options) {
  auto config = read_config(options.config);
  if (!config) return refuse(config.error());
  if (config->store.kind == StoreKind::none) {
    return refuse({base::Errc::not_found, "store", "the configuration says none: no decisions are kept"});
  }
  auto reader = store::open_reader(sql_target(config->store));
  if (!reader) return refuse(reader.error());
  auto references = references_of(config->store);
  if (!references) return refuse(references.error());
  DecisionQuery query;
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  for (auto const& [name, value] : options.filters) {
    if (auto set = set_filter(query, name, value, *references, now); !set) {
      return refuse({set.error().code, "--" + set.error().where, set.error().detail});
    }
  }
  if (options.action == "list") return list(**reader, query, options.format);
  if (options.action == "show") return show(**reader, options, config->public_url);
  if (options.action == "rates") return rates(**reader, query, options.format);
  return export_all(**reader, query, options, config->public_url);
}

}  // namespace ivig::app
