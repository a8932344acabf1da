// A whole order-sign or order-select call: from the bytes of its body to the bytes of the answer and of the record.

#include <array>
#include <string>
#include <string_view>

#include "base/json_body.h"
#include "base/utf8.h"
#include "fhir/operation_outcome.h"
#include "hooks/order_service.h"
#include "server/http_status.h"
#include "store/record_json.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/rewrite.h"
#include "tests/fuzz/rules.h"
#include "tests/fuzz/steps.h"
#include "tests/support/cards_checker.h"

namespace {

using namespace ivig;
using fuzz::require;

constexpr std::array<std::string_view, 5> kProfiles{"generic", "epic", "oracle-health", "cds-hooks-1.0", "sandbox"};

// Work grows with bytes: at most a + b * bytes.
constexpr fuzz::StepLimit kLimit{20'000'000, 20'000};

/// An error is the caller's, and its OperationOutcome is JSON.
void check_refusal(base::Error const& error) {
  unsigned const status = server::http_status(error.code);
  require(status >= 400 && status < 500, "a refusal has a status 4xx", error.detail);
  require(!error.detail.empty() && base::is_utf8(error.detail) && base::is_utf8(error.where),
          "a refusal says why, in UTF-8", error.where + ": " + error.detail);
  require(error.where.size() + error.detail.size() < 2000, "a refusal is short", error.where);
  require(base::JsonBody::parse(fhir::operation_outcome(error), {}).has_value(), "an OperationOutcome is JSON",
          fhir::operation_outcome(error));
}

void check_records(std::vector<store::DecisionRecord> const& records) {
  for (auto const& record : records) {
    for (std::string const* text : {&record.decision_json, &record.facts_json, &record.cards_json}) {
      require(base::JsonBody::parse(*text, {}).has_value(), "what is kept is JSON", *text);
    }
    std::string const line = store::record_line(record);
    auto const read = store::parse_record_line(line);
    require(read && std::get<store::DecisionRecord>(*read) == record, "a spooled record reads back as it was", line);
  }
}

/// Written, read and written again, a text is the same.
void check_rewriting(base::Json const& root) {
  std::string const once = fuzz::rewritten(root);
  auto const read = base::JsonBody::parse(once, {});
  require(read.has_value(), "what is written is JSON", once);
  require(fuzz::rewritten((*read)->root()) == once, "rewriting changes nothing", once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const& knowledge = fuzz::shipped_rules();
  std::string_view const text = fuzz::text_of(data, size);
  // The length chooses what does not stand in the body.
  std::string_view const profile = kProfiles[size % kProfiles.size()];
  auto const& service =
      *hooks::find_service(text.find("order-select") == text.npos ? "ivig-order-sign" : "ivig-order-select");
  static store::References const references(std::string(32, 'k'));
  static base::UuidSequence ids;
  hooks::RecordOptions const record{references, ids, std::string(service.id), "fuzz", "", store::Time{}};
  hooks::OrderServiceOptions const options{*hooks::client_profile(profile), "https://cds.example.org", true, &record};

  fuzz::StepCount const steps;
  auto const body = base::JsonBody::parse(std::string(text), {});
  if (!body) {
    check_refusal(body.error());
    steps.require_within(kLimit, size);
    return 0;
  }
  auto const outcome = hooks::answer_order_hook(knowledge, service, **body, options, fuzz::kToday);
  steps.require_within(kLimit, size);
  check_rewriting((*body)->root());
  if (!outcome) {
    check_refusal(outcome.error());
    return 0;
  }
  test::CardsContext context;
  context.version_1_0 = !options.profile.card_uuid;
  context.one_action = options.profile.one_action_per_suggestion;
  std::string const faults = test::card_faults(outcome->body, context);
  require(faults.empty(), "an answer keeps to CDS Hooks", faults);
  require(outcome->records.size() == outcome->ivig_orders, "each IVIG order leaves a record");
  check_records(outcome->records);
  if (size % 16 == 0) {
    auto const again = hooks::answer_order_hook(knowledge, service, **body, options, fuzz::kToday);
    require(again && again->body == outcome->body, "the same call has the same answer", outcome->body);
  }
  return 0;
}
