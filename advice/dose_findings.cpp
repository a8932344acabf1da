#include "advice/dose_findings.h"

#include <algorithm>

#include "advice/card_text.h"
#include "advice/markdown.h"

namespace ivig::advice {
namespace {

using base::Decimal;
using rules::Row;
using rules::Truth;

constexpr Decimal kOne(1, 0);
/// Of many orders at one time so many are named; the rest are counted.
constexpr std::size_t kMostNamed = 20;
constexpr std::size_t kNameUnits = 300;

/// A quotation in the middle of a sentence.
std::string without_full_stop(std::string text) {
  while (text.ends_with('.')) text.pop_back();
  return text;
}

class DoseChecker {
 public:
  DoseChecker(DoseFindingsInput const& input, rules::Findings& findings)
      : input_(input),
        rules_(input.knowledge.rules),
        limits_(rules_.dose),
        findings_(findings),
        outside_(input.facts.source == rules::IndicationSource::outside) {
    if (findings.recommendations.empty()) return;
    lead_ = &rules_.rows[findings.recommendations.front().row];
    for (auto const& recommendation : findings.recommendations) {
      Row const& row = rules_.rows[recommendation.row];
      if (row.guideline != lead_->guideline || !row.regimen) continue;
      if (course_ == nullptr && row.regimen->course_most) course_ = &*row.regimen;
      if (maintenance_ == nullptr && !row.regimen->maintenance.empty()) maintenance_ = &*row.regimen;
    }
  }

  void run() {
    for (auto const& course : input_.dose.courses) {
      bool const starts = &course == input_.dose.starting();
      check(starts ? whole_course(course, input_.others) : course);
    }
    check_readings();
    if (!outside_) {
      check_readable();
      check_others();
      check_conditional();
    }
    std::stable_sort(findings_.dose.begin(), findings_.dose.end(),
                     [](auto const& a, auto const& b) { return a.indicator > b.indicator; });
  }

 private:
  [[nodiscard]] bool has_regimen() const { return lead_ != nullptr && lead_->regimen.has_value(); }
  [[nodiscard]] Decimal raised(Decimal limit) const { return limit * (kOne + limits_.tolerance); }
  [[nodiscard]] Decimal lowered(Decimal limit) const { return limit * (kOne - limits_.tolerance); }

  void fire(std::string_view key, SentenceValues const& values) {
    auto const& rule = limits_.finding(key);
    bool const again = std::any_of(findings_.dose.begin(), findings_.dose.end(),
                                   [&](auto const& finding) { return finding.code == rule.code; });
    if (again) return;
    if (!rule.question.fact.empty()) rules::add_missing(findings_, {rule.question.fact, rule.question.ask, ""});
    findings_.dose.push_back({rule.code, rule.indicator, fill(rule.text, values), rule.source});
  }

  void check(DoseCourse const& course) {
    std::string const text = dose_text(course);
    if (!course.g_per_kg) {
      bool const too_much = (course.g && limits_.course_g_without_weight < *course.g) ||
                            (course.day_g && limits_.day_g_without_weight < *course.day_g);
      if (too_much && !outside_) fire("over-total-course-no-weight", {{"dose", text}});
      return;
    }
    if (limits_.extreme_above < *course.g_per_kg) {
      fire("over-total-course-extreme", {{"dose", text}, {"limit", limits_.extreme_above.short_text()}});
    } else if (!outside_) {
      if (maintenance_ != nullptr && (course.weeks || course_ == nullptr)) check_maintenance(course, text);
      else check_course(course, text);
    }
  }

  void check_course(DoseCourse const& course, std::string const& text) {
    Decimal const most = course_ != nullptr ? *course_->course_most : limits_.general_ceiling;
    if (raised(most) < *course.g_per_kg) fire("over-total-course", {{"dose", text}, {"limit", most.short_text()}});
    if (course_ == nullptr || course.open_ended || course.weeks || !has_regimen()) return;
    Decimal const least = *course_->course_least;
    bool const extreme = *course.g_per_kg < least * limits_.extreme_below_share;
    if (*course.g_per_kg < lowered(least)) {
      fire(extreme ? "under-total-course-extreme" : "under-total-course",
           {{"dose", text}, {"limit", least.short_text()}});
    }
  }

  /// A dose is too large, or comes too often: more a week than the encoded maintenance doses come to.
  void check_maintenance(DoseCourse const& course, std::string const& text) {
    auto const& options = maintenance_->maintenance;
    auto const largest =
        std::max_element(options.begin(), options.end(), [](auto const& a, auto const& b) { return a.most < b.most; });
    if (raised(largest->most) < *course.g_per_kg) {
      fire("over-maintenance", {{"dose", text}, {"limit", largest->most.short_text()}});
      return;
    }
    if (!course.weeks || course.weeks->is_zero()) return;
    rules::Maintenance const* nearest = nullptr;
    Decimal most_a_week;
    for (auto const& option : options) {
      most_a_week = std::max(most_a_week, option.most / option.least_weeks);
      bool const allows = *course.g_per_kg <= raised(option.most);
      if (allows && (nearest == nullptr || option.least_weeks < nearest->least_weeks)) nearest = &option;
    }
    bool const sooner = *course.weeks < lowered(nearest->least_weeks);
    if (!sooner || *course.g_per_kg / *course.weeks <= raised(most_a_week)) return;
    std::string const limit =
        "at most " + nearest->most.short_text() + " g/kg every " + nearest->least_weeks.short_text() + " weeks";
    fire("interval-too-short", {{"dose", text}, {"limit", limit}});
  }

  /// An order that says two things is asked about, whatever it is for. The heavier of the two readings counts.
  void check_readings() {
    if (input_.dose.other_courses.empty()) return;
    bool extreme = false;
    for (auto const* courses : {&input_.dose.courses, &input_.dose.other_courses}) {
      for (auto const& course : *courses)
        extreme = extreme || (course.g_per_kg && limits_.extreme_above < *course.g_per_kg);
    }
    fire(extreme ? "dose-contradiction-extreme" : "dose-contradiction",
         {{"dose", dose_text(input_.dose)}, {"other", dose_text(input_.dose.other_courses)}});
  }

  /// What keeps a dose from being checked matters where there is something to check it against.
  void check_readable() {
    if (!has_regimen()) return;
    switch (input_.dose.problem) {
      case DoseProblem::missing: return fire("dose-missing", {});
      case DoseProblem::not_understood: return fire("dose-not-understood", {});
      case DoseProblem::no_concentration: return fire("concentration-missing", {});
      case DoseProblem::none: break;
    }
    auto const& doubt = input_.record.weight_doubt;
    if (doubt) {
      fire("weight-implausible",
           {{"weight", doubt->shown},
            {"checked", doubt->other ? "The dose was checked with " + doubt->other->kg.short_text() +
                                           " kg as well, and the heavier result stands."
                                     : "The dose was not checked by it."}});
    }
    for (auto const& course : input_.dose.courses) {
      if (!course.g_per_kg && !input_.dose.weight && !doubt) fire("weight-missing", {{"dose", dose_text(course)}});
      bool const flagged = !findings_.dose.empty();
      if (!course.open_ended || flagged) continue;
      fire(course.unread ? "schedule-not-understood" : "course-length-missing", {{"dose", dose_text(course)}});
    }
  }

  void check_others() {
    std::string list;
    std::size_t count = 0;
    for (auto const& other : input_.others) {
      if (other.relation != Relation::duplicate || ++count > kMostNamed) continue;
      list += (list.empty() ? "" : ", ") + escape_markdown(cut_to(one_line(other.order->name), kNameUnits)) + " (" +
              cut_to(other.order->reference, kNameUnits) + ")";
    }
    if (count > kMostNamed) list += " and " + std::to_string(count - kMostNamed) + " more";
    if (!list.empty()) fire("duplicate-order", {{"other", list}});
  }

  /// Findings whose conditions are data.
  void check_conditional() {
    std::vector<Truth> const& facts = input_.facts.values.truths();
    rules::IndicationTruths indications;
    for (auto const& indication : input_.facts.indications) {
      indications.set(indication.condition, rules::truth_or(indications[indication.condition], indication.certainty));
    }
    rules::ExpressionInput const truths{facts, indications};
    for (auto const& rule : limits_.findings) {
      if (rule.when.empty() || !concerns_lead(rule) || rule.when.evaluate(truths) != Truth::yes) continue;
      Truth const excepted = rule.unless.empty() ? Truth::no : rule.unless.evaluate(truths);
      if (excepted == Truth::yes) continue;
      std::string other;
      if (!rests_on_this_condition(rule, other)) continue;
      fire(rule.key, {{"dose", dose_text(input_.dose)}, {"other", other}});
      if (excepted == Truth::unknown) ask_for(rule.unless, facts);
    }
  }

  [[nodiscard]] bool concerns_lead(rules::DoseFinding const& rule) const {
    auto leads = [&](std::vector<std::string> const& ids) {
      return lead_ != nullptr && std::find(ids.begin(), ids.end(), lead_->id) != ids.end();
    };
    if (leads(rule.not_rows)) return false;
    return rule.rows.empty() || (leads(rule.rows) && !findings_.recommendations.front().candidate);
  }

  /// True unless what the finding rests on is a treatment that the record says was given for another condition.
  bool rests_on_this_condition(rules::DoseFinding const& rule, std::string& words) const {
    for (auto fact : rule.when.facts()) {
      auto const& value = input_.facts.values[fact];
      if (words.empty()) words = escape_markdown(without_full_stop(one_line(value.detail)));
      for (auto const& treatment : input_.record.treatments) {
        bool const of_record = treatment.treatment != nullptr && treatment.statement.path == value.from;
        if (of_record && for_another_condition(*treatment.treatment)) return false;
      }
    }
    return true;
  }

  [[nodiscard]] bool for_another_condition(fhir::Treatment const& treatment) const {
    bool another = false;
    for (auto const& reason : treatment.reasons) {
      Statement const statement = recognise(input_.knowledge, Place::reason, reason, {}, true);
      for (auto const& match : statement.sets) {
        for (auto const& side : input_.knowledge.clauses.facts_by_set[match.set]) {
          if (rules_.facts[side.fact].kind != rules::FactKind::condition) continue;
          bool const ours = std::any_of(input_.facts.indications.begin(), input_.facts.indications.end(),
                                        [&](auto const& indication) { return indication.condition == side.fact; });
          if (ours) return false;
          another = true;
        }
      }
    }
    return another;
  }

  void ask_for(rules::Expression const& expression, std::vector<Truth> const& facts) {
    for (auto fact : expression.facts()) {
      auto const& definition = rules_.facts[fact];
      if (facts[fact] == Truth::unknown) rules::add_missing(findings_, {definition.id, definition.ask, ""});
    }
  }

  DoseFindingsInput const& input_;
  rules::RuleSet const& rules_;
  rules::DoseRules const& limits_;
  rules::Findings& findings_;
  bool outside_;
  Row const* lead_ = nullptr;
  rules::Regimen const* course_ = nullptr;       ///< where the limits of a course stand
  rules::Regimen const* maintenance_ = nullptr;  ///< where those of repeats stand
};

}  // namespace

void add_dose_findings(DoseFindingsInput const& input, rules::Findings& findings) {
  DoseChecker(input, findings).run();
}

}  // namespace ivig::advice
