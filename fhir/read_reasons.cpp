// Why something is ordered or was given: codes and references, in the spellings of every FHIR version.

#include <optional>
#include <unordered_map>
#include <utility>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

class ReasonReader {
 public:
  ReasonReader(Json const& resource, ResourceIndex const& index, Chart const* chart)
      : resource_(resource), index_(index), chart_(chart) {}

  void codes(std::string_view name) {
    each(name, [this](Json const& item, std::string where) { add_code(item, std::move(where)); });
  }
  void references(std::string_view name) {
    each(name, [this](Json const& item, std::string where) { add_reference(item, std::move(where)); });
  }
  /// R5 CodeableReference; a plain Reference or CodeableConcept is read as well.
  void either(std::string_view name) {
    each(name, [this](Json const& item, std::string where) {
      Json const* reference = base::member(item, "reference");
      if (reference == nullptr) return add_code(item, std::move(where));
      if (Json const* code = base::member(item, "concept")) add_code(*code, where);
      add_reference(reference->IsString() ? item : *reference, std::move(where));
    });
  }

  [[nodiscard]] std::vector<Order::Reason> take() { return std::move(reasons_); }

 private:
  /// Calls `read(item, path)` for the first items of the member `name`.
  template <class F>
  void each(std::string_view name, F&& read) {
    Json const* found = base::member(resource_, name);
    if (found == nullptr) return;
    std::string path(base::string_member(resource_, "resourceType"));
    path += '.';
    path += name;
    each_first(resource_, name, kMostReasons, [&](Json const& item, std::size_t i) {
      std::string where = path;
      if (found->IsArray()) {
        where += '[';
        where += std::to_string(i);
        where += ']';
      }
      read(item, std::move(where));
    });
  }

  void add_code(Json const& item, std::string where) {
    Concept what = read_concept(item);
    if (!what.empty()) reasons_.push_back({std::move(what), nullptr, std::move(where)});
  }

  [[nodiscard]] Condition const* in_chart(std::string_view type, std::string_view id) {
    if (chart_ == nullptr || id.empty() || (!type.empty() && type != "Condition")) return nullptr;
    if (by_id_.empty()) {
      for (Condition const& condition : chart_->conditions) by_id_.try_emplace(condition.id, &condition);
    }
    auto const known = by_id_.find(id);
    return known == by_id_.end() ? nullptr : known->second;
  }

  /// The concept of what was found; nullopt when it must not count.
  [[nodiscard]] std::optional<Concept> found_concept(Json const& found) const {
    if (base::string_member(found, "resourceType") == "Condition") {
      if (chart_ != nullptr && !belongs_to(found, chart_->patient.id, index_)) return std::nullopt;
      auto condition = read_condition(found);
      if (!condition || condition->verification == VerificationStatus::refuted) return std::nullopt;
      return std::move(condition->code);
    }
    if (!known_code(found, "status", {"entered-in-error"}).empty()) return std::nullopt;
    Json const* code = base::member(found, "code");
    return code == nullptr ? Concept() : read_concept(*code);
  }

  void add_reference(Json const& item, std::string where) {
    Reference const reference = parse_reference(item);
    if (reference.literal.empty() && reference.display.empty()) return;
    Json const* found = index_.resolve(reference.literal, resource_);
    Condition const* condition = in_chart(reference.type, reference.id);
    if (condition == nullptr && found != nullptr && !reference.literal.starts_with('#')) {
      condition = in_chart(base::string_member(*found, "resourceType"), base::string_member(*found, "id"));
    }
    Concept what;
    if (condition != nullptr) {
      what = condition->code;
    } else if (found != nullptr) {
      auto const [known, is_new] = concepts_.try_emplace(found);
      if (is_new) known->second = found_concept(*found);
      if (!known->second) return;
      what = *known->second;
    }
    if (what.text.empty()) what.text = reference.display;
    reasons_.push_back({std::move(what), condition, std::move(where)});
  }

  Json const& resource_;
  ResourceIndex const& index_;
  Chart const* chart_;
  std::vector<Order::Reason> reasons_;
  std::unordered_map<std::string_view, Condition const*> by_id_;      ///< of the chart; empty until asked for
  std::unordered_map<Json const*, std::optional<Concept>> concepts_;  ///< of what references led to
};

}  // namespace

std::vector<Order::Reason> read_reasons(Json const& resource, ResourceIndex const& index, Chart const* chart) {
  ReasonReader reader(resource, index, chart);
  reader.codes("reasonCode");
  reader.codes("reasonCodeableConcept");        // DSTU2
  reader.codes("reasonForUseCodeableConcept");  // DSTU2 MedicationStatement
  reader.either("reason");                      // R5
  reader.references("reasonReference");
  reader.references("reasonForUseReference");
  return reader.take();
}

}  // namespace ivig::fhir
