// The words of dose texts. Everything that is not known is not understood; what is not understood gives no dose.

#include "fhir/dose_sentence.h"

#include <algorithm>
#include <array>

#include "fhir/order_words.h"

namespace ivig::fhir {
namespace {

using base::Decimal;

constexpr Decimal kOne(1, 0);
constexpr Decimal kDay(1440, 0);
constexpr Decimal kWeek(10080, 0);
constexpr Decimal kMonth(43830, 0);

// Words that say nothing about how much or how often.
constexpr std::array<std::string_view, 49> kNoise{"on",
                                                  "iv",
                                                  "ivpb",
                                                  "intravenous",
                                                  "intravenously",
                                                  "infuse",
                                                  "infused",
                                                  "infusion",
                                                  "infusions",
                                                  "give",
                                                  "given",
                                                  "administer",
                                                  "administered",
                                                  "order",
                                                  "ordered",
                                                  "dose",
                                                  "dosage",
                                                  "dosing",
                                                  "of",
                                                  "the",
                                                  "to",
                                                  "be",
                                                  "is",
                                                  "a",
                                                  "an",
                                                  "by",
                                                  "via",
                                                  "as",
                                                  "using",
                                                  "start",
                                                  "starting",
                                                  "today",
                                                  "tomorrow",
                                                  "now",
                                                  "loading",
                                                  "load",
                                                  "induction",
                                                  "initial",
                                                  "maintenance",
                                                  "course",
                                                  "treatment",
                                                  "regimen",
                                                  "consecutive",
                                                  "at",
                                                  "rate",
                                                  "continuous",
                                                  "continuously",
                                                  "approximately",
                                                  "about"};
constexpr std::array<std::string_view, 9> kNoiseSigns{",", "(", ")", "[", "]", ":", "=", "~", "\""};

bool whole_positive(Decimal value) { return value > Decimal() && value.rounded(0) == value; }

/// Sets `slot` unless it already holds something else.
template <class T>
bool set_once(std::optional<T>& slot, T value) {
  if (slot && !(*slot == value)) return false;
  slot = value;
  return true;
}

/// One sentence to drafts of phases.
class SentenceReader {
 public:
  SentenceReader(std::vector<DoseWord> const& words, DrugWords const& drug_words)
      : words_(words), read_(words), drug_words_(drug_words) {}

  /// False when a part is not understood.
  bool run() {
    drafts_.emplace_back();
    while (!read_.done()) {
      if (!step()) return false;
    }
    if (pending_total_) return false;
    if (drafts_.back().empty() && drafts_.size() > 1) return false;
    return true;
  }
  DoseSentence result() { return {std::move(drafts_), goes_on_}; }

 private:
  DoseDraft& draft() { return drafts_.back(); }

  bool step() {
    if (read_.take_any({"then", "thereafter", "subsequently", "afterwards"}) || followed_by()) return next_phase();
    if (read_.at("and") && read_.at("then", 1)) return read_.skip(2), next_phase();
    if (read_.take_any({"divided", "split"})) return divided();
    if (read_.take_any({"over", "across"})) return over();
    if (read_.take("for")) return span_of(true);
    if (read_.take_any({"x", "times"})) return span_of(false);
    if (read_.take_any({"in", "into"})) return in();
    if (read_.take_any({"total", "cumulative"})) return total();
    if (read_.take_any({"repeat", "repeated", "repeating"})) return interval_is_next();
    if (read_.take_any({"single", "once", "one-time"}) || one_time()) return single();
    if (read_.take_any({"twice"})) return frequency(Decimal(2, 0));
    if (read_.take("bid")) return set_daily(Decimal(2, 0));
    if (read_.take("tid")) return set_daily(Decimal(3, 0));
    if (read_.take("qid")) return set_daily(Decimal(4, 0));
    if (interval_is_next()) return true;
    if (read_.at("day") || read_.at("days") || read_.at("d")) return day_list();
    if (read_.at("/") && read_.at_number(1)) return read_.skip(), over();  // "2 g/kg/5 d"
    if (read_.at("and") && read_.at_number(1) && draft().last == DoseDraft::Last::days) return read_.skip(), true;
    if (read_.at_number()) return number();
    return noise();
  }

  bool followed_by() {
    if (!read_.at("followed") || !read_.at("by", 1)) return false;
    read_.skip(2);
    return true;
  }

  bool one_time() {
    if (!(read_.at("one") || read_.at("1")) || !(read_.at("time", 1) || (read_.at("-", 1) && read_.at("time", 2))))
      return false;
    read_.skip(read_.at("-", 1) ? 3 : 2);
    return true;
  }

  bool next_phase() {
    if (draft().empty() && drafts_.size() == 1) return goes_on_ = true;  // "Then 1 g/kg every 3 weeks."
    if (draft().empty()) return false;
    drafts_.emplace_back();
    return true;
  }

  bool set_daily(Decimal per_day) {
    if (draft().daily && !(draft().per_day == per_day)) return false;
    draft().daily = true;
    draft().per_day = per_day;
    draft().last = DoseDraft::Last::daily;
    return true;
  }

  bool set_every(DecimalRange minutes) {
    if (minutes.low == kDay && minutes.high == kDay) return set_daily(kOne);
    if (minutes.low == minutes.high && minutes.low < kDay) return set_daily((kDay / minutes.low).rounded(6));
    draft().last = DoseDraft::Last::every;
    return minutes.low > kDay && set_once(draft().every, minutes);
  }

  /// "daily", "q3w", "every other day", "monthly": false, and nothing read, when the next words are no interval.
  bool interval_is_next() {
    auto const start = read_.mark();
    if (read_.take_any({"daily", "qd", "everyday"})) return set_daily(kOne);
    if (read_.take("weekly") || read_.take("qweek") || read_.take("qwk")) return set_every({kWeek, kWeek});
    if (read_.take_any({"monthly", "qmonth", "qmo"})) return set_every({kMonth, kMonth});
    if (read_.take("fortnightly")) return set_every({Decimal(20160, 0), Decimal(20160, 0)});
    if (read_.take("qod")) return set_every({Decimal(2880, 0), Decimal(2880, 0)});
    if (read_.take_any({"every", "q", "each", "per", "alternate"})) {
      bool const alternate = words_[read_.mark() - 1].text == "alternate" || read_.take("other");
      auto time = read_.take_time();
      if (time && alternate) time = DecimalRange{time->low * Decimal(2, 0), time->high * Decimal(2, 0)};
      if (time && set_every(*time)) return true;
    }
    if (auto numbers = read_.take_numbers()) {  // "4-weekly"
      read_.take("-");
      if (read_.take("weekly")) return set_every({numbers->low * kWeek, numbers->high * kWeek});
    }
    read_.back_to(start);
    return false;
  }

  /// After "once" or "twice": "daily", "a day", "every 3 weeks"; "once" alone is a single dose.
  bool frequency(Decimal times) {
    if (read_.at("a") || read_.at("per")) {
      auto const start = read_.mark();
      read_.skip();
      if (auto time = read_.take_time()) {
        if (time->low == kDay && time->high == kDay) return set_daily(times);
        return times == kOne && set_every(*time);
      }
      read_.back_to(start);
    }
    if (read_.take("daily") || (read_.at("every") && read_.at("day", 1))) {
      if (read_.take("every")) read_.skip();
      return set_daily(times);
    }
    return times == kOne && interval_is_next();
  }

  bool single() {
    auto const start = read_.mark();
    if (words_[start - 1].text == "once" && frequency(kOne)) return true;
    read_.back_to(start);
    read_.take("-");
    if (read_.take("day") && !set_once(draft().days, DecimalRange{kOne, kOne})) return false;
    read_.take_any({"dose", "infusion"});
    // "1 g/kg every 3 weeks, single-day infusion" is repeated all the same.
    return draft().every.has_value() || set_once(draft().times, kOne);
  }

  bool divided() {
    draft().divided = true;
    read_.take_any({"evenly", "equally"});
    if (read_.take_any({"over", "across"})) return over();
    if (read_.take_any({"in", "into", "between"})) return in();
    if (read_.take("daily")) return true;
    return !read_.done();
  }

  /// "over 5 days" is how long a course takes, "over 4 hours" how long one infusion does.
  bool over() {
    read_.take("a");
    auto time = read_.take_time();
    if (!time) return false;
    if (time->high < kDay) return Decimal() < time->low;
    draft().over = true;
    draft().last = DoseDraft::Last::days;
    return set_days(*time);
  }

  bool set_days(DecimalRange minutes) {
    DecimalRange const days{minutes.low / kDay, minutes.high / kDay};
    return whole_positive(days.low) && whole_positive(days.high) && set_once(draft().days, days);
  }

  /// "x 5", "x 5 days", "for 3 doses", "for 6 months"; "for" and no number begins what the order is for.
  bool span_of(bool may_be_reason) {
    if (may_be_reason && read_.take("a")) return true;  // "for a total of 2 g/kg"
    if (may_be_reason && !read_.at_number()) return reason();
    auto const start = read_.mark();
    if (auto time = read_.take_time(); time && read_.mark() > start) {
      if (time->low < kDay) return false;
      if (draft().last == DoseDraft::Last::every && draft().every && kDay < draft().every->low && kWeek <= time->low)
        return set_once(draft().cycles, (time->low / draft().every->low).rounded(0));
      draft().last = DoseDraft::Last::days;
      return set_days(*time);
    }
    read_.back_to(start);
    auto numbers = read_.take_numbers();
    if (!numbers || !(numbers->low == numbers->high) || !whole_positive(numbers->low)) return false;
    if (read_.at("g") || read_.at("mg") || read_.at("ml")) return false;
    bool const doses = read_.take_any({"doses", "dose", "infusions", "infusion", "times"});
    bool const cycles = !doses && read_.take_any({"cycles", "cycle", "courses"});
    if (cycles || draft().last == DoseDraft::Last::every) return set_once(draft().cycles, numbers->low);
    return set_once(draft().times, numbers->low);
  }

  /// The rest of the sentence, when it holds neither numbers nor intervals: "for CIDP".
  bool reason() {
    while (!read_.done()) {
      if (read_.at_number() || read_.at("every") || read_.at("daily") || read_.at("weekly") || read_.at("monthly") ||
          read_.at("then") || read_.at("or"))
        return false;
      read_.skip();
    }
    return true;
  }

  /// "in 2-5 days", "in 5 divided doses".
  bool in() {
    auto const start = read_.mark();
    if (read_.at_number()) {
      if (auto time = read_.take_time(); time && read_.mark() > start) {
        draft().over = true;
        return kDay <= time->low && set_days(*time);
      }
    }
    read_.back_to(start);
    if (read_.take("divided")) return draft().divided = read_.take_any({"doses", "infusions", "portions", "parts"});
    auto numbers = read_.take_numbers();
    if (!numbers || !(numbers->low == numbers->high) || !whole_positive(numbers->low)) return false;
    read_.take_any({"equal", "divided", "equally"});
    read_.take("daily");
    if (!read_.take_any({"doses", "infusions", "portions", "parts"})) return false;
    draft().divided = true;
    return set_once(draft().times, numbers->low);
  }

  bool total() {
    if (draft().last == DoseDraft::Last::amount && !draft().amounts.empty() && !total_of_next()) {
      draft().amounts.back().total = true;
      read_.take_any({"dose", "course"});
      return true;
    }
    pending_total_ = true;
    while (read_.take_any({"dose", "course", "of", ":", "="})) {}
    return read_.at_number();
  }

  [[nodiscard]] bool total_of_next() const {
    std::size_t ahead = 0;
    while (read_.at("dose", ahead) || read_.at("course", ahead) || read_.at("of", ahead) || read_.at(":", ahead) ||
           read_.at("=", ahead))
      ++ahead;
    return read_.at_number(ahead);
  }

  /// "days 1-5"; "day 1: 28 g, day 2: 28 g" is one day more each time, as long as they follow on each other.
  bool day_list() {
    read_.skip();
    bool const goes_on = draft().days && draft().last == DoseDraft::Last::amount && last_listed_;
    if (goes_on && !(read_.at_number() && read_.word().value == *last_listed_ + kOne)) return false;
    auto const first = read_.at_number() ? std::optional(read_.word().value) : std::nullopt;
    auto count = read_.take_day_list();
    if (!goes_on) draft().first_day = first;
    draft().last = DoseDraft::Last::days;
    if (!count) return false;
    last_listed_ = words_[read_.mark() - 1].value;
    if (goes_on) *count = *count + draft().days->high;
    if (goes_on) draft().days.reset();
    return set_once(draft().days, DecimalRange{*count, *count});
  }

  bool number() {
    auto numbers = read_.take_numbers();
    if (!numbers) return false;
    if (read_.take("%")) return true;  // the strength of the product
    if (read_.take("x")) return numbers->low == numbers->high && set_once(draft().times, numbers->low);
    auto const here = read_.mark();
    bool const hyphen = read_.take("-");
    bool const days_in_a_row = read_.take("consecutive");
    auto unit = read_.take_unit();
    if (!unit) {
      read_.back_to(here);
      bool const doses = read_.take_any({"times", "doses", "infusions"});
      return doses && numbers->low == numbers->high && whole_positive(numbers->low) &&
             set_once(draft().times, numbers->low);
    }
    if (unit->measure == Measure::time) return days_alone(*numbers, *unit, hyphen && !days_in_a_row);
    if (hyphen || days_in_a_row || unit->measure == Measure::number) return false;
    return amount(*numbers, *unit);
  }

  /// "daily 5 days": only where something else says that the amount is for a day. "One-day infusion" and "5 days of"
  /// are clear as well.
  bool days_alone(DecimalRange numbers, Unit unit, bool hyphen) {
    if (!unit.per_kg && !unit.per_minutes && draft().amounts.empty() && read_.take("of"))
      return set_days({numbers.low * unit.factor, numbers.high * unit.factor});
    bool const a_day = draft().daily || (!draft().amounts.empty() && draft().amounts.back().unit.per_minutes);
    bool const one = numbers.high == kOne && numbers.low == kOne;
    if (unit.per_kg || unit.per_minutes || !(a_day || (hyphen && one))) return false;
    return set_days({numbers.low * unit.factor, numbers.high * unit.factor});
  }

  bool amount(DecimalRange value, Unit unit) {
    if (unit.per_volume) return true;                               // a concentration
    if (unit.per_minutes && *unit.per_minutes < kDay) return true;  // a rate of infusion
    if (!(Decimal() < value.low)) return false;
    // "1 g/kg to 2 g/kg"
    if (auto const here = read_.mark(); value.low == value.high && (read_.take("to") || read_.take("-"))) {
      auto high = read_.take_numbers();
      auto high_unit = high ? read_.take_unit() : std::nullopt;
      if (high_unit && high_unit->factor == unit.factor && high_unit->per_kg == unit.per_kg && value.low <= high->low)
        value.high = high->high;
      else read_.back_to(here);
    }
    draft().amounts.push_back({value, unit, pending_total_});
    pending_total_ = false;
    draft().last = DoseDraft::Last::amount;
    return true;
  }

  /// "Gamunex-C"
  [[nodiscard]] bool in_drug_name() const {
    std::size_t const at = read_.mark();
    return at > 0 && at + 1 < words_.size() && drug_words_.count(words_[at - 1].text) != 0 &&
           drug_words_.count(words_[at + 1].text) != 0;
  }

  bool noise() {
    auto const& word = read_.word();
    auto listed = [&](auto const& list) { return std::find(list.begin(), list.end(), word.text) != list.end(); };
    bool const sign = word.kind == DoseWord::Kind::sign &&
                      (listed(kNoiseSigns) || (word.text == "-" && (word.spaced || in_drug_name())));
    bool const known = word.kind == DoseWord::Kind::word && (listed(kNoise) || drug_words_.count(word.text) != 0);
    read_.skip();
    return sign || known;
  }

  std::vector<DoseWord> const& words_;
  DoseReader read_;
  DrugWords const& drug_words_;
  std::vector<DoseDraft> drafts_;
  bool pending_total_ = false;
  bool goes_on_ = false;
  std::optional<Decimal> last_listed_;  ///< "day 2": the last day that was named by its number
};

}  // namespace

std::optional<DoseSentence> read_dose_sentence(std::vector<DoseWord> const& words, DrugWords const& drug_words) {
  auto const plain = without_order_furniture(words);
  SentenceReader reader(plain, drug_words);
  if (!reader.run()) return std::nullopt;
  return reader.result();
}

}  // namespace ivig::fhir
