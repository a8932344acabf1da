#pragma once
// The encoded guidance as it is after loading: facts, guidelines, rows, sentences. Immutable, shared between threads,
// swapped whole on reload. The form of the files is docs/rule-form.md.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "rules/expression.h"
#include "rules/indicator.h"

namespace ivig::rules {

using RowIndex = std::uint16_t;
using GuidelineIndex = std::uint16_t;

enum class Stance : std::uint8_t { recommended, may_consider, insufficient_evidence, not_recommended, harmful };
[[nodiscard]] std::string_view to_string(Stance stance);
[[nodiscard]] std::optional<Stance> stance_from(std::string_view text);

enum class FactKind : std::uint8_t { condition, qualifier, result, treatment, age, derived, reaction };

/// A limit of a laboratory value in one unit. The rule set states a limit once for every unit in which the value is
/// reported, so that nothing is converted.
struct UnitLimit {
  std::string unit;  ///< compared without regard to case, spaces and UCUM annotation braces
  base::Decimal value;
};

/// A laboratory or antibody result that is evidence.
struct ResultClause {
  std::vector<std::string> names;
  std::vector<std::string> value_sets;
  std::string value;  ///< "positive", "negative", "above-range" (the report's own), or empty when limits are given
  std::vector<UnitLimit> below, above;
  std::vector<std::string> words;  ///< words of a value that count as the limit passed: "undetectable"
  bool below_assay = false;        ///< "<10" counts as below, whatever the limit of the assay
  bool without_range = false;      ///< the limits count only where the report gives no range of its own
  bool latest = false;             ///< only the latest readable result counts
  std::optional<int> within_days;  ///< older results are unknown; undated ones count
};

/// Treatments in a state, optionally recent, or of one episode of the disease.
struct TreatmentClause {
  enum class Episode : std::uint8_t { any, current, earlier };
  std::vector<std::string> value_sets;
  std::vector<std::string> names;
  std::vector<std::string> states;
  std::vector<std::string> without;  ///< states that must not hold of the same treatment
  std::optional<int> within_days;    ///< with an episode: what stands for the onset where none is recorded
  Episode episode = Episode::any;
};

/// Conditions that count only while their date is recent.
struct RecentClause {
  std::vector<std::string> value_sets;
  int within_days = 0;
};

/// Recorded reactions to a substance: in allergies, in the account of a treatment, in a problem that names both.
struct ReactionClause {
  std::vector<std::string> to;              ///< value sets of the substance
  std::vector<std::string> manifestations;  ///< value sets, one of which a manifestation is in; empty: any
  std::vector<std::string> only;            ///< value sets that hold every recorded manifestation, at least one
  std::vector<std::string> not_only;        ///< does not hold where these value sets hold every manifestation
  bool recorded_as_severe = false;          ///< reaction.severity severe, or criticality high
};

/// A measure of the order's own dose against a limit.
enum class DoseMeasure : std::uint8_t { grams_per_day, grams_per_course, g_per_kg_day, g_per_kg_course, days, weeks };
struct DoseClause {
  DoseMeasure measure = DoseMeasure::grams_per_day;
  std::optional<base::Decimal> at_least, at_most;
};

/// When a condition began, by the record's onset date.
struct OnsetClause {
  std::vector<std::string> value_sets;
  int within_days = 0;  ///< within holds, earlier does not, no date decides nothing
};

/// One side (for or against) of a fact's evidence; any clause is enough.
struct Evidence {
  std::vector<std::string> value_sets;
  std::vector<std::string> phrases;
  std::vector<ResultClause> results;
  std::vector<TreatmentClause> treatments;
  std::vector<std::string> draft_order_value_sets;
  std::vector<std::string> history_value_sets;  ///< conditions of any clinical status, and procedures done
  std::optional<RecentClause> recent;           ///< older ones leave the fact unknown
  std::vector<ReactionClause> reactions;
  std::vector<std::string> stabilizers;        ///< words of the ordered product's stabilizer
  bool wrong_route = false;                    ///< ordered by a route that the product is not made for
  std::string sex;                             ///< "female", "male", or empty
  std::optional<int> age_under, age_at_least;  ///< full years
  std::optional<DoseClause> dose;
  std::optional<OnsetClause> onset;
  std::vector<std::string> schedules;  ///< the order's own schedule: "course", "repeats", "course-then-repeats"
  Expression when;
};

/// Where an entry stands in the rule files, for messages.
struct Place {
  std::string file;
  std::size_t line = 1;
};

/// The laboratory test that answers a fact: what a card may offer to order.
struct TestOrder {
  std::string label;                  ///< "Order serum IgA"
  std::string system, code, display;  ///< a verified code of `value_set`
  std::string value_set;              ///< an order of the request in this set answers the question already
  [[nodiscard]] bool empty() const { return code.empty(); }
};

struct FactDefinition {
  std::string id;
  Place place;
  FactKind kind = FactKind::qualifier;
  std::string label;
  std::string ask;
  std::string source;
  bool indication = false;  ///< an order can be for it
  bool outside = false;     ///< recognised, and outside these guidelines
  bool no_basis = false;    ///< outside, and IVIG has no established use in it: never silent
  bool candidates = false;  ///< an unspecific condition whose specific ones all become candidates
  std::vector<FactIndex> broader_of;
  std::vector<FactIndex> about;
  TestOrder test;
  Evidence for_it, against_it;
  bool default_no = false;  ///< no evidence means false rather than unknown
};

struct Guideline {
  std::string id, title, short_name, organisation, kind, citation, url;
  int year = 0;
  Expression leads_when;  ///< leads before newer ones and before guidelines proper where this holds
};

struct Precondition {
  Expression when;
  bool soft = false;
  std::string text;
};

/// Something in the record that does not change the recommendation and yet deserves a word (at least info).
struct Caution {
  Expression when;
  std::string text;
};

/// Maintenance: a dose and how often it is given.
struct Maintenance {
  base::Decimal least, most;              ///< g/kg for each infusion cycle
  base::Decimal least_weeks, most_weeks;  ///< from one to the next
};

/// The dose that a row's source gives.
struct Regimen {
  std::string text;
  std::optional<base::Decimal> course_least, course_most;  ///< g/kg in all
  std::optional<base::Decimal> course_usual;               ///< g/kg in all; what a corrected order would say
  std::vector<Maintenance> maintenance;                    ///< any of these
  std::string source;                                      ///< where the numbers are from, if not from the row's source
  [[nodiscard]] bool has_numbers() const { return course_most || !maintenance.empty(); }
};

/// A coded reason for going on all the same.
struct OverrideReason {
  std::string system, code, display;
  std::string json{};  ///< as cards hold it: the same bytes in each, written once
  [[nodiscard]] bool complete() const { return !system.empty() && !code.empty() && !display.empty(); }
};

/// The exception that a row makes from advice against IVIG: the row's precondition, shown as met, unmet or unknown, and
/// offered as a reason to go on.
struct ExceptionOffer {
  std::string text;
  OverrideReason reason;
};

struct Row {
  std::string id;
  Place place;
  GuidelineIndex guideline = 0;
  int order = 0;  ///< place in its file
  std::string section;
  std::string title;
  std::vector<FactIndex> conditions;
  Expression requires_;
  Expression excludes;
  std::optional<Precondition> precondition;
  std::vector<Caution> cautions;
  std::vector<RowIndex> narrower_than;
  bool background = false;  ///< never leads, never counts; listed only behind a leading row of the same stance
  std::optional<ExceptionOffer> exception;
  Stance stance = Stance::insufficient_evidence;
  std::string evidence;
  int evidence_rank = 5;
  std::string subject, summary, says, instead, monitor;  ///< card sentences
  std::optional<Regimen> regimen;
  std::vector<FactIndex> asks;
  std::string source_document, source_anchor;
  std::string verification, verification_note;
};

/// A question that comes with a finding: what is missing is plain, no fact of the vocabulary holds it.
struct FindingQuestion {
  std::string fact, ask;  ///< empty: none
};

/// One loudness of a safety rule.
struct SafetyLevel {
  Indicator indicator = Indicator::none;  ///< none: a line of detail on a card that is shown anyway
  Expression when;
  std::string says;
  FindingQuestion question;
};

/// A risk that the order meets in this patient, whatever the indication says.
struct SafetyRule {
  std::string code;
  std::vector<SafetyLevel> levels;  ///< the first that holds is the finding
  std::vector<FactIndex> asks;      ///< asked for where a card is shown and the answer would change this finding
  std::string cites;
  std::string verification, verification_note;
};

/// Names of the value sets by which an order is recognised.
struct ProductSets {
  std::string intravenous, route_required, route_intravenous, route_subcutaneous, route_intramuscular;
  std::vector<std::string> look_alikes;
  std::vector<std::string> other_route_only;         ///< of the look-alikes: normal immune globulin for another route
  std::optional<base::Decimal> too_strong_for_vein;  ///< g/mL, this and above; absent: no strength tells
};

/// A dose finding: its words and level (dose.json).
struct DoseFinding {
  std::string key;   ///< what the program, or `when`, fires; several keys may share a code
  std::string code;  ///< as it stands in findings
  Indicator indicator = Indicator::none;
  std::string text;  ///< placeholders: {dose}, {limit}, {other}
  std::string source;
  std::vector<std::string> rows;      ///< only when one of these leads; empty: any
  std::vector<std::string> not_rows;  ///< not when one of these leads
  Expression when;                    ///< empty: fired by the program
  Expression unless;                  ///< not when this is known to be true; asked for when unknown
  FindingQuestion question;
};

/// Limits of doses and the findings they raise (dose.json).
struct DoseRules {
  base::Decimal tolerance;            ///< share by which a limit may be passed: vial rounding
  int course_gap_days = 0;            ///< infusions at most so far apart form one course
  base::Decimal general_ceiling;      ///< g/kg per course where the leading row gives no maximum
  base::Decimal extreme_above;        ///< g/kg per course: probably an error of unit or frequency
  base::Decimal extreme_below_share;  ///< of the least course: probably an error of unit
  base::Decimal course_g_without_weight, day_g_without_weight;
  std::string weight_set;  ///< value set of body weights
  int weight_days = 0;     ///< an older weight is unknown
  int weight_named_after_days = 0;
  base::Decimal weight_least, weight_most;  ///< kg: nobody weighs less or more
  base::Decimal weight_jump_share;          ///< an adult's weight differs by more than this share ...
  int weight_jump_days = 0;                 ///< ... within so many days: one of the two is doubted
  std::vector<DoseFinding> findings;
  [[nodiscard]] DoseFinding const& finding(std::string_view key) const;
};

/// Cue phrases of free text, by the name of the list in text.json.
using TextCueLists = std::map<std::string, std::vector<std::string>>;

class RuleSet {
 public:
  /// Loads and checks `folder`/rule-set.json and what it names. Errors: io, not_json, invalid_rules; `where` names
  /// file, line and row, `detail` the fix.
  [[nodiscard]] static base::Result<RuleSet> load(std::filesystem::path const& folder);

  std::string version;
  std::string sha256;  ///< digest over every rule and value set file, in name order
  std::filesystem::path folder;
  std::filesystem::path value_set_folder;
  std::filesystem::path examples_folder;
  std::vector<FactDefinition> facts;
  std::vector<Guideline> guidelines;
  std::vector<Row> rows;
  std::vector<SafetyRule> safety;
  std::string safety_recorded;  ///< the sentence that quotes the record: "On record: {found}."
  ProductSets products;
  DoseRules dose;
  TextCueLists text_cues;
  std::map<std::string, std::string> sentences;  ///< cards.json "sentences"
  std::map<std::string, std::vector<OverrideReason>> override_reasons;
  std::vector<std::vector<FactIndex>> mutually_exclusive;  ///< diagnoses that contradict each other
  std::optional<FactIndex>
      response_fact;  ///< IVIG helped before: of several inferred indications the recommended leads

  [[nodiscard]] std::optional<FactIndex> fact_index(std::string_view id) const;
  [[nodiscard]] std::optional<RowIndex> row_index(std::string_view id) const;
  /// Rows whose condition this fact is, narrower rows first.
  [[nodiscard]] std::vector<RowIndex> const& rows_of(FactIndex condition) const { return rows_by_condition[condition]; }
  /// A sentence of cards.json; a missing one is a load error, so this always finds it.
  [[nodiscard]] std::string const& sentence(std::string const& key) const;

  /// What is known of each fact before anything was read and derived: false where its absence says so, else unknown.
  [[nodiscard]] Truth unread(FactIndex fact, bool conditions_known, bool allergies_known) const;
  /// The same of all facts, those that follow from others derived.
  [[nodiscard]] std::vector<Truth> const& all_unread(bool conditions_known, bool allergies_known) const {
    return unread_truths[(conditions_known ? 1U : 0U) + (allergies_known ? 2U : 0U)];
  }

  /// Facts with `when` evidence, in an order in which each comes after those it depends on.
  std::vector<FactIndex> derivation_order;
  std::vector<FactIndex> derivation_rank;          ///< by FactIndex: place in derivation_order
  std::vector<std::vector<FactIndex>> dependents;  ///< by FactIndex: facts whose `when` mentions it
  std::array<std::vector<Truth>, 4> unread_truths;
  std::vector<std::vector<RowIndex>> rows_by_condition;  ///< by FactIndex
  std::unordered_map<std::string, FactIndex> fact_ids;
  std::unordered_map<std::string, RowIndex> row_ids;
};

}  // namespace ivig::rules
