#include "advice/order_update.h"

#include <algorithm>

#include "base/json_read.h"
#include "base/json_write.h"
#include "fhir/read_resources.h"

namespace ivig::advice {
namespace {

using base::Decimal;
using base::Json;
using base::JsonStep;
using rules::Indicator;

/// A finding that says the whole course is wrong, heavily enough to offer another dose.
bool is_off_course(rules::CodedFinding const& finding) {
  return finding.indicator >= Indicator::warning &&
         (finding.code == "over-total-course" || finding.code == "under-total-course");
}

/// g/kg of a usual course, by the leading guideline.
std::optional<Decimal> usual_course(Knowledge const& knowledge, rules::Findings const& findings) {
  auto const& rows = knowledge.rules.rows;
  if (findings.recommendations.empty()) return std::nullopt;
  auto const leading = rows[findings.recommendations.front().row].guideline;
  for (auto const& recommendation : findings.recommendations) {
    auto const& row = rows[recommendation.row];
    if (row.guideline == leading && row.regimen && row.regimen->course_usual) return row.regimen->course_usual;
  }
  return std::nullopt;
}

/// The one quantity that gives the dose, and the text beside it.
struct DosePlace {
  std::string_view value;
  std::optional<std::string_view> text;
};

std::optional<DosePlace> dose_place(std::string_view order) {
  std::vector<JsonStep> const dosage{"dosageInstruction", std::size_t{0}};
  auto below = [&](std::initializer_list<JsonStep> more) {
    std::vector<JsonStep> path = dosage;
    path.insert(path.end(), more);
    return base::json_at(order, path);
  };
  if (base::json_at(order, {"dosageInstruction", std::size_t{1}})) return std::nullopt;
  if (below({"doseAndRate", std::size_t{1}})) return std::nullopt;
  auto rated = below({"doseAndRate", "doseQuantity", "value"});
  auto plain = below({"doseQuantity", "value"});
  if (rated.has_value() == plain.has_value()) return std::nullopt;
  return DosePlace{rated ? *rated : *plain, below({"text"})};
}

std::string json_string(std::string_view words) {
  std::string text;
  base::JsonWriter(text).string(words);
  return text;
}

/// A dose that is small is written to hundredths (0.4 g/kg), a large one in whole units (400 mg/kg, 35 g).
Decimal legible(Decimal value) { return value < Decimal(10, 0) ? value.rounded(2) : value.rounded(0); }

/// Whether the changed order comes to the dose that it is meant to have.
bool comes_to(Knowledge const& knowledge, Decision const& decision, std::string const& text, Decimal wanted) {
  auto body = base::JsonBody::parse(text, {});
  if (!body) return false;
  std::vector<Json const*> dosages;
  base::each((*body)->root(), "dosageInstruction", [&](Json const& item, std::size_t) { dosages.push_back(&item); });
  OrderDose const dose =
      read_dose(knowledge, {dosages, nullptr, decision.product.concentration_g_per_ml, ""}, decision.dose.weight);
  if (dose.courses.size() != 1 || !dose.courses.front().g_per_kg) return false;
  Decimal const got = *dose.courses.front().g_per_kg;
  Decimal const play = wanted * knowledge.rules.dose.tolerance;
  return wanted - play <= got && got <= wanted + play;
}

}  // namespace

std::optional<std::string_view> DraftSource::text_of(fhir::Order const& order) const {
  if (wire.empty() || bundle == nullptr || order.resource == nullptr) return std::nullopt;
  if (!entries) {
    entries.emplace();
    Json const* read = base::member(*bundle, "entry");
    if (read == nullptr || !read->IsArray()) return std::nullopt;
    std::vector<JsonStep> steps = path;
    steps.emplace_back("entry");
    auto const texts = base::json_elements(wire, steps);
    for (std::size_t i = 0; i < read->Size() && i < texts.size(); ++i) {
      if ((*read)[i].IsObject()) (*entries)[base::member((*read)[i], "resource")] = texts[i];
    }
  }
  auto const found = entries->find(order.resource);
  return found == entries->end() ? std::nullopt : base::json_at(found->second, {"resource"});
}

std::optional<CorrectedOrder> corrected_order(Knowledge const& knowledge, Decision const& decision,
                                              DraftSource const& source) {
  auto const& findings = decision.findings;
  auto const& dose = decision.dose;
  if (std::none_of(findings.dose.begin(), findings.dose.end(), is_off_course)) return std::nullopt;
  auto const usual = usual_course(knowledge, findings);
  if (!usual || dose.basis != rules::Basis::code || dose.courses.size() != 1) return std::nullopt;
  DoseCourse course = dose.courses.front();
  if (course.open_ended || course.weeks || !course.g_per_kg || course.g_per_kg->is_zero()) return std::nullopt;
  auto const order = source.text_of(*decision.order);
  auto const place = order ? dose_place(*order) : std::nullopt;
  if (!place) return std::nullopt;
  auto const value = Decimal::parse(place->value);
  if (!value) return std::nullopt;

  Decimal const share = *usual / *course.g_per_kg;
  for (auto* amount : {&course.g, &course.g_per_kg, &course.day_g, &course.day_g_per_kg}) {
    if (*amount) *amount = (**amount * share).rounded(2);
  }
  CorrectedOrder corrected{{}, dose_text(course)};
  std::vector<base::JsonChange> changes{{place->value, legible(*value * share).short_text()}};
  if (place->text) changes.push_back({*place->text, json_string(corrected.dose)});
  corrected.resource = base::spliced(*order, std::move(changes));
  if (!comes_to(knowledge, decision, corrected.resource, *usual)) return std::nullopt;
  return corrected;
}

std::string test_order(rules::TestOrder const& test, std::string_view patient_reference, fhir::Version version) {
  std::string text;
  base::JsonWriter json(text);
  auto code = [&] {
    json.begin_object();
    json.key("coding");
    json.begin_array();
    json.begin_object();
    json.member("system", test.system);
    json.member("code", test.code);
    json.member("display", test.display);
    json.end_object();
    json.end_array();
    json.end_object();
  };
  using fhir::Version;
  json.begin_object();
  json.member("resourceType", version == Version::dstu2  ? "DiagnosticOrder"
                              : version == Version::stu3 ? "ProcedureRequest"
                                                         : "ServiceRequest");
  json.member("status", "draft");
  if (version != Version::dstu2) json.member("intent", "order");
  if (version == Version::dstu2) {
    json.key("item");
    json.begin_array();
    json.begin_object();
    json.key("code");
    code();
    json.end_object();
    json.end_array();
  } else if (version == Version::r5) {
    json.key("code");
    json.begin_object();
    json.key("concept");
    code();
    json.end_object();
  } else {
    json.key("code");
    code();
  }
  json.key("subject");
  json.begin_object();
  json.member("reference", patient_reference);
  json.end_object();
  json.end_object();
  return text;
}

}  // namespace ivig::advice
