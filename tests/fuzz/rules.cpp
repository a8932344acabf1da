#include "tests/fuzz/rules.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/json_write.h"
#include "batch/order_text.h"
#include "hooks/case_input.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/dose_rules.h"
#include "tests/support/order_request.h"

namespace ivig::fuzz {
namespace {

std::string or_else(std::string const& given, std::string const& ordinary) { return given.empty() ? ordinary : given; }

std::string bundle_of(CaseParts const& parts) {
  std::string const subject = test::json("'subject':{'reference':'Patient/p1'}");
  std::string const dosage = or_else(parts.dosage, test::json("{'text':'0.4 g/kg daily for 5 days'}"));
  std::string text = test::json("{'resourceType':'Bundle','type':'collection','entry':[{'resource':") +
                     test::json("{'resourceType':'MedicationRequest','id':'a','status':'draft','intent':'order',") +
                     subject + test::json(",'medicationCodeableConcept':" + test::privigen()) +
                     ",\"reasonCode\":[{\"text\":" + or_else(parts.reason_text, json_string("CIDP")) +
                     "}],\"dosageInstruction\":[" + dosage + "]";
  if (!parts.note.empty()) text += ",\"note\":[{\"text\":" + parts.note + "}]";
  text += "}},{\"resource\":" + test::json(test::patient()) + "}";
  text += ",{\"resource\":" + test::json(test::observation("w", "29463-7", "Body weight", "80", "kg")) + "}";
  text += ",{\"resource\":" + test::json("{'resourceType':'Condition','id':'c',") + subject +
          ",\"code\":{\"text\":" + or_else(parts.problem, json_string("Migraine")) + "}}}";
  if (!parts.further_resource.empty()) text += ",{\"resource\":" + parts.further_resource + "}";
  return text + "]}";
}

}  // namespace

advice::Knowledge const& shipped_rules() {
  static auto const knowledge = [] {
    auto loaded = advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules");
    if (!loaded) {
      std::fprintf(stderr, "%s: %s\n", loaded.error().where.c_str(), loaded.error().detail.c_str());
      std::abort();
    }
    return *loaded;
  }();
  return *knowledge;
}

std::string json_string(std::string_view text) {
  std::string out;
  base::JsonWriter(out).string(text);
  return out;
}

std::size_t decide_case(CaseParts const& parts) {
  auto const& knowledge = shipped_rules();
  auto const input = hooks::read_case(bundle_of(parts), {});
  if (!input) return 0;
  auto const decisions = input->decide(knowledge, kToday);
  for (auto const& decision : decisions) {
    check_courses(decision.dose.courses);
    for (auto const format : {batch::Format::ndjson, batch::Format::html}) {
      std::string const text = batch::order_text(format, knowledge, decision, {"input", 1});
      if (format == batch::Format::ndjson) {
        require(base::JsonBody::parse(text, {}).has_value(), "a decision is written as JSON", text);
        require(text.find('\n') == text.npos, "a decision is one line", text);
      }
    }
  }
  return decisions.size();
}

}  // namespace ivig::fuzz
