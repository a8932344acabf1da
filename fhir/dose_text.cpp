// From what the sentences of a dose text say to what they mean.

#include <algorithm>
#include <array>

#include "fhir/dose_sentence.h"

namespace ivig::fhir {
namespace {

using base::Decimal;

constexpr Decimal kOne(1, 0);
constexpr Decimal kDay(1440, 0);
constexpr std::size_t kLongestText = 2000;  // bytes; no text of a dose or a schedule is as long

std::optional<DecimalRange>& slot(Amount& amount, Unit const& unit) {
  if (unit.measure == Measure::mass) return unit.per_kg ? amount.g_per_kg : amount.g;
  return unit.per_kg ? amount.ml_per_kg : amount.ml;
}

DecimalRange scaled(DecimalRange range, Decimal by) { return {range.low * by, range.high * by}; }

/// Adds a stated amount; false when another one is already stated in that unit.
bool add(Amount& amount, StatedAmount const& stated) {
  auto& place = slot(amount, stated.unit);
  DecimalRange const value = scaled(stated.value, stated.unit.factor);
  if (place && !(*place == value)) return false;
  place = value;
  return true;
}

Amount scaled(Amount amount, Decimal by) {
  for (auto* place : {&amount.g, &amount.g_per_kg, &amount.ml, &amount.ml_per_kg}) {
    if (*place) *place = scaled(**place, by);
  }
  return amount;
}

/// Do two ways of stating a dose agree, within rounding (5%)? Unknown when they have no unit in common.
std::optional<bool> agree(Amount const& a, Amount const& b) {
  std::optional<bool> result;
  auto compare = [&](std::optional<DecimalRange> const& x, std::optional<DecimalRange> const& y) {
    if (!x || !y) return;
    Decimal const difference = x->high < y->high ? y->high - x->high : x->high - y->high;
    result = result.value_or(true) && difference * Decimal(20, 0) <= y->high;
  };
  compare(a.g, b.g);
  compare(a.g_per_kg, b.g_per_kg);
  compare(a.ml, b.ml);
  compare(a.ml_per_kg, b.ml_per_kg);
  return result;
}

/// The days or administrations by which a daily amount is multiplied; none when they are not given or a range.
std::optional<Decimal> count_of(DoseDraft const& draft) {
  if (draft.days && draft.days->low == draft.days->high) return draft.days->low;
  return draft.days ? std::nullopt : draft.times;
}

/// Over how many days a daily amount comes to a total: whole numbers only.
std::optional<Decimal> days_to(Amount const& total, Amount const& daily) {
  auto ratio = [](std::optional<DecimalRange> const& all, std::optional<DecimalRange> const& part) {
    bool const fixed = all && part && all->low == all->high && part->low == part->high && !part->low.is_zero();
    return fixed ? std::optional(all->low / part->low) : std::nullopt;
  };
  auto days = ratio(total.g_per_kg, daily.g_per_kg);
  if (!days) days = ratio(total.g, daily.g);
  return days && days->rounded(0) == *days && kOne <= *days ? days : std::nullopt;
}

/// What the draft's amounts are for, by how they are marked.
struct Marked {
  Amount daily, total, plain;
};

std::optional<Marked> marked_amounts(DoseDraft const& draft, std::optional<DecimalRange>& every) {
  Marked marked;
  for (auto const& stated : draft.amounts) {
    bool const per_time = stated.unit.per_minutes.has_value();
    bool const day = per_time && *stated.unit.per_minutes == kDay;
    bool const total = stated.total || stated.unit.per_course;
    if (day && total) return std::nullopt;
    if (per_time && !day) {  // "1 g/kg/month"
      DecimalRange const minutes{*stated.unit.per_minutes, *stated.unit.per_minutes};
      if (every && !(*every == minutes)) return std::nullopt;
      every = minutes;
    }
    if (!add(day ? marked.daily : total ? marked.total : marked.plain, stated)) {
      // "2 g/kg (0.4 g/kg daily for 5 days)": the second of two plain amounts in one unit may be the daily share.
      bool const share = !day && !total && draft.daily && marked.total.empty();
      if (!share) return std::nullopt;
      marked.total = marked.plain;
      marked.plain = {};
      if (!add(marked.plain, stated)) return std::nullopt;
    }
  }
  return marked;
}

/// Sets the phase's amount from amounts that are marked as for a day, for the course, or not at all.
bool settle(DoseDraft const& draft, Marked marked, DosePhase& phase) {
  bool const plain_is_daily = draft.daily && !draft.divided;
  auto count = count_of(draft);
  if (!marked.plain.empty() && !marked.daily.empty()) {
    auto same = agree(marked.plain, marked.daily);
    bool const is_course = count && agree(marked.plain, scaled(marked.daily, *count)) == true;
    if (!same.value_or(true) && !is_course) return false;
    marked.plain = {};
  }
  if (!marked.plain.empty() && !marked.total.empty()) {
    bool const is_total = agree(marked.plain, marked.total) == true;
    bool const is_share = count && agree(scaled(marked.plain, *count), marked.total) == true;
    bool const unlike = !agree(marked.plain, marked.total).has_value();
    if (is_share || (unlike && plain_is_daily)) marked.daily = marked.plain;
    else if (!is_total) return false;
    marked.plain = {};
  }
  if (!marked.daily.empty() && !marked.total.empty()) {
    if (count && agree(scaled(marked.daily, *count), marked.total) == false) return false;
    if (!count && !draft.days) {  // "total 2 g/kg, 0.4 g/kg/day"
      auto const days = days_to(marked.total, marked.daily);
      if (!days) return false;
      phase.days = DecimalRange{*days, *days};
    }
    marked.total = {};
  }
  if (!marked.daily.empty()) {
    if (draft.divided) return false;
    phase.amount = marked.daily;
    phase.of = AmountOf::day;
  } else if (!marked.total.empty()) {
    phase.amount = marked.total;
    phase.of = AmountOf::whole;
    return !draft.daily || draft.divided || draft.days;
  } else {
    phase.amount = plain_is_daily ? scaled(marked.plain, draft.per_day) : marked.plain;
    bool const for_each_day = draft.days && !draft.over;
    if (draft.divided || (draft.over && !draft.daily)) phase.of = AmountOf::whole;
    else phase.of = draft.daily || for_each_day ? AmountOf::day : AmountOf::administration;
  }
  return true;
}

/// Adds a draft without an amount: "..., then every 4 weeks".
bool extend(DosePhase& phase, DoseDraft const& draft) {
  if (phase.every || draft.daily || draft.days || draft.times || !draft.every) return false;
  phase.every = draft.every;
  phase.cycles = draft.cycles;
  return true;
}

bool repeats(DosePhase const& phase) { return phase.every.has_value(); }

/// True when a sentence that is not understood may still be about this dose: it has an amount for each kg, or in grams.
bool may_be_dose(std::vector<DoseWord> const& words) {
  DoseReader read(words);
  while (!read.done()) {
    if (!read.take_numbers()) {
      read.skip();
      continue;
    }
    auto unit = read.take_unit();
    bool const rate = unit && unit->per_minutes && *unit->per_minutes < kDay;
    if (unit && !rate && !unit->per_volume &&
        (unit->per_kg || (unit->measure == Measure::mass && kOne <= unit->factor)))
      return true;
  }
  return false;
}

/// Joins what further sentences say.
bool join(std::vector<DosePhase>& phases, DoseSentence const& sentence) {
  bool first = true;
  for (auto const& draft : sentence.drafts) {
    if (draft.empty()) continue;
    if (draft.amounts.empty()) {
      if (phases.empty() || !extend(phases.back(), draft)) return false;
      first = false;
      continue;
    }
    auto phase = phase_of(draft);
    if (!phase) return false;
    bool const new_sentence = first && !sentence.goes_on && !phases.empty();
    first = false;
    if (new_sentence && phases.back() == *phase) continue;
    // Two sentences are two phases only where the second plainly is the repetition.
    if (new_sentence && (repeats(phases.back()) || !repeats(*phase))) return false;
    phases.push_back(*phase);
  }
  return true;
}

}  // namespace

std::optional<DosePhase> phase_of(DoseDraft const& draft) {
  DosePhase phase;
  phase.days = draft.days;
  phase.times = draft.times;
  phase.every = draft.every;
  phase.cycles = draft.cycles;
  phase.first_day = draft.first_day;
  auto marked = marked_amounts(draft, phase.every);
  if (!marked || !settle(draft, *marked, phase)) return std::nullopt;
  if (phase.every && phase.days && phase.every->low < phase.days->high * kDay) return std::nullopt;
  if (phase.amount.empty()) return std::nullopt;
  return phase;
}

std::vector<DosePhase> parse_dose_text(std::string_view text, DrugWords const& drug_words) {
  if (text.size() > kLongestText) return {};
  std::vector<DosePhase> phases;
  for (auto const& words : dose_sentences(text)) {
    auto sentence = read_dose_sentence(words, drug_words);
    if (!sentence && may_be_dose(words)) return {};
    if (sentence && !join(phases, *sentence)) return {};
  }
  return phases;
}

bool mentions_dose(std::string_view text) {
  auto const sentences = dose_sentences(text);
  return std::any_of(sentences.begin(), sentences.end(), may_be_dose);
}

bool mentions_schedule(std::string_view text) {
  // Of the words that tell when or how often, those that mean nothing else in an order of an infusion.
  constexpr std::array<std::string_view, 44> kWords{
      "daily",     "day",      "days",     "every",    "everyday", "each",        "bid",       "tid",        "qid",
      "qd",        "qod",      "weekly",   "week",     "weeks",    "wk",          "wks",       "monthly",    "month",
      "months",    "repeat",   "repeated", "doses",    "cycle",    "cycles",      "courses",   "twice",      "thrice",
      "then",      "divided",  "split",    "morning",  "evening",  "nightly",     "alternate", "monday",     "tuesday",
      "wednesday", "thursday", "friday",   "saturday", "sunday",   "fortnightly", "times",     "consecutive"};
  constexpr std::array<std::string_view, 13> kShort{"mon", "tue", "tues", "wed", "thu", "thur", "thurs",
                                                    "fri", "sat", "sun",  "am",  "pm",  "x"};
  for (auto const& words : dose_sentences(text)) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      auto listed = [&](auto const& list) { return std::find(list.begin(), list.end(), words[i].text) != list.end(); };
      auto number = [&](std::size_t at) { return at < words.size() && words[at].kind == DoseWord::Kind::number; };
      if (listed(kWords) || listed(kShort)) return true;
      if ((words[i].text == "q" || words[i].text == "dose") && (number(i + 1) || (i > 0 && number(i - 1)))) return true;
    }
  }
  return false;
}

std::optional<DosePhase> parse_schedule_text(std::string_view text) {
  if (text.size() > kLongestText) return std::nullopt;
  auto const sentences = dose_sentences(text);
  if (sentences.size() != 1) return std::nullopt;
  auto sentence = read_dose_sentence(sentences.front(), {});
  if (!sentence || sentence->drafts.size() != 1) return std::nullopt;
  DoseDraft const& draft = sentence->drafts.front();
  if (!draft.amounts.empty() || !draft.has_schedule()) return std::nullopt;
  DosePhase phase;
  phase.of = draft.daily ? AmountOf::day : AmountOf::administration;
  phase.per_day = draft.per_day;
  phase.first_day = draft.first_day;
  phase.days = draft.days;
  phase.times = draft.times;
  phase.every = draft.every;
  phase.cycles = draft.cycles;
  return phase;
}

}  // namespace ivig::fhir
