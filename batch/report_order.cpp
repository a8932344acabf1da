#include "batch/report_order.h"

#include <bit>
#include <cstring>

#include "advice/card_text.h"

namespace ivig::batch {
namespace {

void put(std::string& bytes, std::uint64_t number) {
  bytes.append(reinterpret_cast<char const*>(&number), sizeof number);
}
void put(std::string& bytes, std::string_view text) {
  put(bytes, static_cast<std::uint64_t>(text.size()));
  bytes.append(text);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    std::size_t const size = number();
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }

 private:
  std::string_view rest_;
};

}  // namespace

ReportOrder report_order(advice::Knowledge const& knowledge, advice::Decision const& decision, Origin const& origin) {
  auto const& findings = decision.findings;
  ReportOrder order;
  order.file = origin.file;
  order.line = origin.line;
  order.order = decision.order_reference;
  order.patient = decision.patient_reference;
  if (decision.order->authored) order.month = day_text(*decision.order->authored).substr(0, 7);
  if (!decision.facts.indications.empty()) {
    order.condition = knowledge.rules.facts[decision.facts.indications.front().condition].label;
  }
  if (findings.stance) order.stance = static_cast<std::uint8_t>(1 + static_cast<int>(*findings.stance));
  order.indicator = static_cast<std::uint8_t>(findings.indicator);
  if (!findings.recommendations.empty()) {
    order.row = knowledge.rules.rows[findings.recommendations.front().row].id;
  }
  auto const* course = decision.dose.starting();
  order.repeated = course == nullptr;
  if (course == nullptr) course = decision.dose.repeating();
  if (course != nullptr && course->g_per_kg && !course->open_ended) order.g_per_kg = course->g_per_kg->approximate();
  if (findings.indicator != rules::Indicator::none) order.summary = advice::summary_text(knowledge, decision);
  for (auto const* list : {&findings.safety, &findings.dose}) {
    for (auto const& finding : *list) {
      if (finding.indicator != rules::Indicator::none) order.codes.push_back(finding.code);
    }
  }
  return order;
}

std::string to_bytes(ReportOrder const& order) {
  std::string bytes;
  put(bytes, order.line);
  put(bytes, std::uint64_t{order.stance});
  put(bytes, std::uint64_t{order.indicator});
  put(bytes, std::bit_cast<std::uint64_t>(order.g_per_kg));
  put(bytes, std::uint64_t{order.repeated});
  for (auto const* text :
       {&order.file, &order.order, &order.patient, &order.month, &order.condition, &order.row, &order.summary}) {
    put(bytes, std::string_view(*text));
  }
  put(bytes, static_cast<std::uint64_t>(order.codes.size()));
  for (auto const& code : order.codes) put(bytes, std::string_view(code));
  return bytes;
}

ReportOrder report_order_from(std::string_view bytes) {
  Reader reader(bytes);
  ReportOrder order;
  order.line = reader.number();
  order.stance = static_cast<std::uint8_t>(reader.number());
  order.indicator = static_cast<std::uint8_t>(reader.number());
  order.g_per_kg = std::bit_cast<double>(reader.number());
  order.repeated = reader.number() != 0;
  for (auto* text :
       {&order.file, &order.order, &order.patient, &order.month, &order.condition, &order.row, &order.summary}) {
    *text = reader.text();
  }
  for (std::uint64_t codes = reader.number(); codes > 0; --codes) order.codes.push_back(reader.text());
  return order;
}

}  // namespace ivig::batch
