#include <algorithm>
#include <array>

#include "rules/load.h"

namespace ivig::rules {
namespace {

using base::Decimal;
using base::Json;
using base::member;
using base::string_member;

/// Findings that the program fires by name: a rule set without one of them is refused.
constexpr std::array<std::string_view, 18> kNeeded{"over-total-course",
                                                   "over-total-course-extreme",
                                                   "over-total-course-no-weight",
                                                   "under-total-course",
                                                   "under-total-course-extreme",
                                                   "over-maintenance",
                                                   "interval-too-short",
                                                   "duplicate-order",
                                                   "continuation-without-response",
                                                   "weight-missing",
                                                   "dose-missing",
                                                   "dose-not-understood",
                                                   "concentration-missing",
                                                   "course-length-missing",
                                                   "schedule-not-understood",
                                                   "dose-contradiction",
                                                   "dose-contradiction-extreme",
                                                   "weight-implausible"};

base::Result<Expression> expression(RuleFile const& file, std::string_view id, Json const& json, char const* name,
                                    RuleSet const& rules) {
  Json const* form = member(json, name);
  if (form == nullptr) return Expression{};
  auto compiled = Expression::compile(*form, [&](std::string_view fact) { return rules.fact_index(fact); });
  if (!compiled) return file.error(id, name, compiled.error().detail);
  return std::move(*compiled);
}

/// Reads decimals into places, each of which must be given.
base::Result<void> read_limits(RuleFile const& file, Json const& json,
                               std::initializer_list<std::pair<std::string_view, Decimal*>> places) {
  for (auto const& [name, place] : places) {
    auto value = decimal_text(file, "", json, name);
    if (!value) return tl::unexpected(value.error());
    if (!*value) return file.error("", name, "is missing");
    *place = **value;
  }
  return {};
}

base::Result<void> read_finding(RuleFile const& file, Json const& json, RuleSet& rules) {
  DoseFinding finding;
  finding.key = string_member(json, "key");
  if (auto ok = file.only(json, finding.key,
                          {"key", "code", "indicator", "text", "source", "rows", "not_rows", "when", "unless", "ask"});
      !ok) {
    return ok;
  }
  finding.code = string_member(json, "code");
  finding.text = string_member(json, "text");
  finding.source = string_member(json, "source");
  finding.rows = string_list(json, "rows");
  finding.not_rows = string_list(json, "not_rows");
  if (finding.key.empty() || finding.code.empty() || finding.text.empty() || finding.source.empty())
    return file.error(finding.key, "", "needs key, code, indicator, text and source");
  auto const indicator = indicator_from(string_member(json, "indicator"));
  if (!indicator) return file.error(finding.key, "indicator", "must be none, info, warning or critical");
  finding.indicator = *indicator;
  auto when = expression(file, finding.key, json, "when", rules);
  if (!when) return tl::unexpected(when.error());
  auto unless = expression(file, finding.key, json, "unless", rules);
  if (!unless) return tl::unexpected(unless.error());
  auto question = read_question(file, finding.key, json);
  if (!question) return tl::unexpected(question.error());
  finding.question = std::move(*question);
  finding.when = std::move(*when);
  finding.unless = std::move(*unless);
  bool const needed = std::find(kNeeded.begin(), kNeeded.end(), finding.key) != kNeeded.end();
  if (!needed && finding.when.empty()) return file.error(finding.key, "when", "is missing: nothing would fire it");
  rules.dose.findings.push_back(std::move(finding));
  return {};
}

}  // namespace

base::Result<std::optional<Decimal>> decimal_text(RuleFile const& file, std::string_view id, Json const& json,
                                                  std::string_view name) {
  Json const* found = member(json, name);
  if (found == nullptr) return std::optional<Decimal>();
  auto value = Decimal::parse(base::as_string(*found));
  if (!value || *value < Decimal()) return file.error(id, name, "must be a number written as text, such as \"0.4\"");
  return std::optional(*value);
}

base::Result<std::optional<Regimen>> read_regimen(RuleFile const& file, std::string_view row, Json const& json) {
  Json const* form = member(json, "regimen");
  if (form == nullptr) return std::optional<Regimen>();
  if (auto ok = file.only(*form, row, {"text", "course", "maintenance", "source"}); !ok)
    return tl::unexpected(ok.error());
  Regimen regimen;
  regimen.text = string_member(*form, "text");
  regimen.source = string_member(*form, "source");
  if (regimen.text.empty()) return file.error(row, "regimen.text", "is missing");
  if (Json const* course = base::object_member(*form, "course"); course != nullptr) {
    if (auto ok = file.only(*course, row, {"min", "max", "usual"}); !ok) return tl::unexpected(ok.error());
    auto least = decimal_text(file, row, *course, "min");
    auto most = decimal_text(file, row, *course, "max");
    auto usual = decimal_text(file, row, *course, "usual");
    for (auto const* value : {&least, &most, &usual}) {
      if (!*value) return tl::unexpected(value->error());
    }
    if (!*least || !*most || **most < **least) return file.error(row, "regimen.course", "needs min and max, in order");
    regimen.course_least = *least;
    regimen.course_most = *most;
    regimen.course_usual = *usual;
  }
  base::Result<void> outcome;
  base::each(*form, "maintenance", [&](Json const& item, std::size_t) {
    if (!outcome) return;
    outcome = file.only(item, row, {"min", "max", "min_weeks", "max_weeks"});
    Maintenance maintenance;
    if (outcome) {
      outcome = read_limits(file, item,
                            {{"min", &maintenance.least},
                             {"max", &maintenance.most},
                             {"min_weeks", &maintenance.least_weeks},
                             {"max_weeks", &maintenance.most_weeks}});
    }
    if (outcome && (maintenance.most.is_zero() || maintenance.least_weeks.is_zero()))
      outcome = file.error(row, "regimen.maintenance", "neither dose nor interval can be zero");
    regimen.maintenance.push_back(maintenance);
  });
  if (!outcome) return tl::unexpected(outcome.error());
  return std::optional(std::move(regimen));
}

base::Result<void> load_dose(RuleFile const& file, RuleSet& rules) {
  Json const& json = file.root();
  if (auto ok = file.only(json, "",
                          {"tolerance", "course_gap_days", "general_ceiling", "extreme_above", "extreme_below_share",
                           "course_g_without_weight", "day_g_without_weight", "weight", "findings"});
      !ok) {
    return ok;
  }
  DoseRules& dose = rules.dose;
  auto limits = read_limits(file, json,
                            {{"tolerance", &dose.tolerance},
                             {"general_ceiling", &dose.general_ceiling},
                             {"extreme_above", &dose.extreme_above},
                             {"extreme_below_share", &dose.extreme_below_share},
                             {"course_g_without_weight", &dose.course_g_without_weight},
                             {"day_g_without_weight", &dose.day_g_without_weight}});
  if (!limits) return limits;
  dose.course_gap_days = integer(json, "course_gap_days").value_or(0);
  Json const* weight = base::object_member(json, "weight");
  if (weight == nullptr) return file.error("", "weight", "is missing");
  if (auto ok = file.only(
          *weight, "",
          {"value_set", "within_days", "name_age_after_days", "least_kg", "most_kg", "jump_share", "jump_within_days"});
      !ok) {
    return ok;
  }
  if (auto ok = read_limits(
          file, *weight,
          {{"least_kg", &dose.weight_least}, {"most_kg", &dose.weight_most}, {"jump_share", &dose.weight_jump_share}});
      !ok) {
    return ok;
  }
  dose.weight_jump_days = integer(*weight, "jump_within_days").value_or(0);
  dose.weight_set = string_member(*weight, "value_set");
  dose.weight_days = integer(*weight, "within_days").value_or(0);
  dose.weight_named_after_days = integer(*weight, "name_age_after_days").value_or(0);
  if (dose.course_gap_days <= 0 || dose.weight_days <= 0) return file.error("", "course_gap_days", "must be above 0");
  base::Result<void> outcome;
  base::each(json, "findings", [&](Json const& item, std::size_t) {
    if (outcome) outcome = read_finding(file, item, rules);
  });
  if (!outcome) return outcome;
  for (auto const& key : kNeeded) {
    if (std::none_of(dose.findings.begin(), dose.findings.end(), [&](auto const& f) { return f.key == key; }))
      return file.error("", "findings", "\"" + std::string(key) + "\" is missing");
  }
  return {};
}

DoseFinding const& DoseRules::finding(std::string_view key) const {
  return *std::find_if(findings.begin(), findings.end(), [&](auto const& finding) { return finding.key == key; });
}

}  // namespace ivig::rules
