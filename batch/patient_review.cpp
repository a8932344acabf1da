#include "batch/patient_review.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "advice/decide.h"
#include "base/json_items.h"
#include "base/json_read.h"
#include "batch/medication_references.h"
#include "batch/order_text.h"
#include "fhir/as_of.h"
#include "fhir/limited_reader.h"
#include "fhir/read_resources.h"

namespace ivig::batch {
namespace {

using base::Json;

struct Resource {
  Json const* json = nullptr;
  RecordLine const* line = nullptr;
};

/// The lines as one document: far cheaper than one for each.
struct ParsedLines {
  std::vector<std::unique_ptr<base::JsonBody>> bodies;
  std::vector<Resource> resources;
};

ParsedLines parse(ReviewContext const& context, std::span<RecordLine const> lines, std::vector<Outcome>& outcomes) {
  ParsedLines parsed;
  unsigned const depth = context.options.limits.json_depth;
  std::size_t bytes = 2 + base::JsonBody::kPadding;
  for (auto const& line : lines) bytes += line.text.size() + 1;
  std::string array;
  array.reserve(bytes);
  for (auto const& line : lines) {
    array += array.empty() ? '[' : ',';
    array += line.text;
  }
  array += ']';
  std::size_t const size = array.size();
  if (auto whole = base::JsonBody::parse(std::move(array), {size, depth + 1})) {
    std::size_t i = 0;
    base::each_item((*whole)->root(), [&](Json const& json) {
      if (i < lines.size()) parsed.resources.push_back({&json, &lines[i]});
      ++i;
    });
    parsed.bodies.push_back(std::move(*whole));
    if (i == lines.size()) return parsed;
    parsed = {};  // a file that changed meanwhile: a line is no longer one value
  }
  for (auto const& line : lines) {  // one of them it was
    auto body = base::JsonBody::parse(std::string(line.text), {line.text.size(), depth});
    if (!body) {
      outcomes.push_back({line.place, kind_of(body.error()), body.error().detail});
      continue;
    }
    parsed.resources.push_back({&(*body)->root(), &line});
    parsed.bodies.push_back(std::move(*body));
  }
  return parsed;
}

std::string_view patient_of(Json const& resource) {
  if (base::string_member(resource, "resourceType") == "Patient") return base::string_member(resource, "id");
  for (std::string_view const name : {"subject", "patient"}) {
    Json const* reference = base::member(resource, name);
    if (reference == nullptr) continue;
    if (auto const literal = fhir::parse_reference(*reference).literal; !literal.empty()) {
      return fhir::last_segment(literal);
    }
  }
  return {};
}

/// Of resources with one Type/id the last counts.
void drop_superseded(std::vector<Resource>& resources) {
  std::map<std::pair<std::string_view, std::string_view>, Json const*> last;
  auto key = [](Resource const& one) {
    return std::pair{base::string_member(*one.json, "resourceType"), base::string_member(*one.json, "id")};
  };
  for (auto const& one : resources) last[key(one)] = one.json;
  std::erase_if(resources, [&](Resource const& one) { return !key(one).second.empty() && last[key(one)] != one.json; });
}

/// An order that somebody signed, whatever became of it later. Plans and proposals were none, and what a pharmacy or a
/// schedule made out of an order is the same order again.
bool was_signed(fhir::Order const& order) {
  constexpr std::array<std::string_view, 3> kNever{"entered-in-error", "cancelled", "draft"};
  constexpr std::array<std::string_view, 5> kNotThis{"plan", "proposal", "option", "filler-order", "instance-order"};
  return std::find(kNever.begin(), kNever.end(), order.status) == kNever.end() &&
         std::find(kNotThis.begin(), kNotThis.end(), order.intent) == kNotThis.end();
}

class OnePatient {
 public:
  OnePatient(ReviewContext const& context, std::string_view id, std::vector<Resource> resources,
             Medications const& medications)
      : context_(context), id_(id), resources_(std::move(resources)) {
    drop_superseded(resources_);
    for (auto const& one : resources_) index_.add(*one.json, {});
    for (auto const& one : resources_) {
      each_medication_id(one.line->text, [&](std::string_view medication) {
        auto const found = medications.find(medication);
        if (found != medications.end()) index_.add(*found->second, {});
      });
    }
    fhir::LimitedReader reader(id_, index_, context.options.limits.read, chart_);
    for (auto const& one : resources_) reader.read(*one.json);
    if (chart_.patient.id.empty()) chart_.patient.id = id_;
    auto available = [](bool seen) { return seen ? fhir::Availability::provided : fhir::Availability::not_provided; };
    chart_.patient_available = available(context.kinds.patients);
    chart_.conditions_available = available(context.kinds.conditions);
    chart_.observations_available = available(context.kinds.observations);
    chart_.allergies_available = available(context.kinds.allergies);
    chart_.treatments_available = available(context.kinds.treatments);
    reader.mark_unread();
  }

  /// At most once: the chart goes back from day to day.
  void review(std::vector<Outcome>& outcomes) {
    // Orders of one day were signed together, as the drafts of one request are.
    std::map<std::optional<base::Day>, std::vector<Resource const*>> by_day;
    std::map<std::optional<base::Day>, bool> has_ivig;
    for (auto const& one : resources_) {
      if (!fhir::is_order_type(base::string_member(*one.json, "resourceType"))) continue;
      fhir::Order const order = fhir::read_order(*one.json, index_, chart_);
      if (!was_signed(order)) continue;
      by_day[order.authored].push_back(&one);
      bool& ivig = has_ivig[order.authored];
      ivig = ivig || advice::recognise_product(context_.knowledge, order).ivig;
    }
    std::erase_if(by_day, [&](auto const& one) { return !has_ivig[one.first]; });
    std::vector<Day> days;
    days.reserve(by_day.size());
    for (auto const& [day, orders] : by_day) days.push_back({day.value_or(context_.options.today), &orders});
    // What was not known on a day was not known on any before.
    std::sort(days.begin(), days.end(), [](Day const& a, Day const& b) { return a.day > b.day; });
    for (Day const& day : days) review_day(day, outcomes);
  }

 private:
  struct Day {
    base::Day day;
    std::vector<Resource const*> const* orders;
  };

  void review_day(Day const& day, std::vector<Outcome>& outcomes) {
    auto const& limits = context_.options.limits.read;
    if (day.orders->size() > limits.orders) {
      outcomes.push_back({day.orders->front()->line->place, ProblemKind::too_large,
                          "this line's patient has " + std::to_string(day.orders->size()) +
                              " orders of one day; at most " + std::to_string(limits.orders) +
                              " are checked together"});
      return;
    }
    chart_ = fhir::as_of(std::move(chart_), day.day);
    std::vector<fhir::Order> orders;
    std::size_t text_left = fhir::reason_text(limits);
    for (auto const* one : *day.orders) {
      orders.push_back(fhir::read_order(*one->json, index_, chart_));
      fhir::fit_order(limits, orders.back());
      fhir::fit_reasons(limits, text_left, orders.back());
      orders.back().status = "active";  // what became of it later was not known then
    }
    std::uint32_t ordinal = 0;
    for (auto const& decision : advice::decide({context_.knowledge, chart_, orders, nullptr, id_, day.day})) {
      Place place = (*day.orders)[static_cast<std::size_t>(decision.order - orders.data())]->line->place;
      place.ordinal = ordinal++;
      Origin const origin{context_.files[place.file].name, place.line};
      outcomes.push_back(
          {place, ProblemKind::none, order_text(context_.options.format, context_.knowledge, decision, origin)});
    }
  }

  ReviewContext const& context_;
  std::string_view id_;
  std::vector<Resource> resources_;
  fhir::ResourceIndex index_;
  fhir::Chart chart_;
};

}  // namespace

void review_patient(ReviewContext const& context, std::span<RecordLine const> lines, Medications const& medications,
                    std::vector<Outcome>& outcomes) {
  std::size_t bytes = 0;
  for (auto const& line : lines) bytes += line.text.size() + 1;
  if (bytes > context.options.limits.patient_bytes) {
    outcomes.push_back({lines.front().place, ProblemKind::too_large,
                        "the record of this line's patient has more than " +
                            std::to_string(context.options.limits.patient_bytes) + " bytes (--max-patient-bytes)"});
    return;
  }
  ParsedLines const parsed = parse(context, lines, outcomes);
  std::map<std::string_view, std::vector<Resource>> by_patient;
  for (auto const& one : parsed.resources) by_patient[patient_of(*one.json)].push_back(one);
  for (auto& [id, resources] : by_patient) {
    if (!id.empty()) OnePatient(context, id, std::move(resources), medications).review(outcomes);
  }
}

}  // namespace ivig::batch
