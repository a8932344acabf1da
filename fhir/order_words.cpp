#include "fhir/order_words.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace ivig::fhir {
namespace {

using Kind = DoseWord::Kind;

/// Dosage forms, ways of giving and priorities.
constexpr std::array<std::string_view, 17> kForms{
    "routine",   "stat",      "asap",         "urgent", "scheduled",  "soln",   "solution", "sol",  "inj",
    "injection", "piggyback", "intermittent", "premix", "parenteral", "venous", "drip",     "infus"};
constexpr std::array<std::string_view, 6> kWeights{"ibw", "abw", "adjbw", "tbw", "ajbw", "adjibw"};

class Rewriter {
 public:
  explicit Rewriter(std::vector<DoseWord> const& words) : words_(words) {}

  std::vector<DoseWord> run() && {
    out_.reserve(words_.size() + 4);
    while (at_ < words_.size()) {
      bool const done = plural() || dated_start() || rounded() || premedication() || weight() || duration() ||
                        fraction() || of_volume() || weekdays() || frequency() || divided() || form();
      if (!done) out_.push_back(words_[at_++]);
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is(std::size_t ahead, std::string_view text) const {
    return at_ + ahead < words_.size() && words_[at_ + ahead].text == text;
  }
  [[nodiscard]] bool one_of(std::size_t ahead, std::initializer_list<std::string_view> texts) const {
    return std::any_of(texts.begin(), texts.end(), [&](std::string_view text) { return is(ahead, text); });
  }
  [[nodiscard]] bool number(std::size_t ahead) const {
    return at_ + ahead < words_.size() && words_[at_ + ahead].kind == Kind::number;
  }
  bool skip(std::size_t count) {
    at_ += count;
    return true;
  }
  bool put(std::string_view text) {
    out_.push_back({Kind::word, std::string(text), base::Decimal(), true});
    return true;
  }
  bool put(DoseWord word) {
    out_.push_back(std::move(word));
    return true;
  }

  /// "dose(s)", "day(s)"
  bool plural() {
    if (words_[at_].kind != Kind::word || !is(1, "(") || !is(2, "s") || !is(3, ")")) return false;
    put(words_[at_].text + "s");
    return skip(4);
  }

  /// Up to the next comma or the bracket's end: "First dose on Tue 11/24/26 at 0900", "Start: 11/24/26 09:00".
  bool dated_start() {
    bool const first = is(0, "first") && one_of(1, {"dose", "infusion"});
    bool const start = one_of(0, {"start", "starting"}) &&
                       (is(1, ":") || one_of(1, {"on", "date", "today", "tomorrow", "now"}) || number(1));
    return (first || start) && skip_part();
  }

  /// "rounded to nearest vial", "(round to 5 g vials)", "pharmacy to round to nearest 5 g"
  bool rounded() {
    std::size_t ahead = 0;
    while (one_of(ahead, {"pharmacy", "may", "please", "ok", "to", "dose"})) ++ahead;
    return one_of(ahead, {"rounded", "round", "rounding"}) && skip_part();
  }

  /// "premedicate with acetaminophen 650 mg PO": the rest of the sentence, unless it comes back to the dose.
  bool premedication() {
    if (!one_of(0, {"premedicate", "premedication", "premed", "premeds"})) return false;
    auto tells = [](DoseWord const& word) {
      return word.text == "then" || word.text == "g" || word.text == "gm" || word.text == "kg" || word.text == "ivig";
    };
    auto const rest = words_.begin() + static_cast<std::ptrdiff_t>(at_);
    if (std::any_of(rest, words_.end(), tells)) return false;
    at_ = words_.size();
    return true;
  }

  /// Leaves the comma or bracket that ends the part. Not past what another instruction may begin with.
  bool skip_part() {
    std::size_t depth = 0;
    for (; at_ < words_.size(); ++at_) {
      if (is(0, "(")) ++depth;
      if (is(0, ")") && depth == 0) break;
      if (is(0, ")")) --depth;
      if (depth == 0 && (is(0, ",") || one_of(0, {"for", "then", "every", "daily", "x"}))) break;
    }
    return true;
  }

  /// "Dosing weight 68 kg", "wt: 68 kg", "based on 68 kg", "x 68 kg", "(IBW)", "(using actual body weight)".
  bool weight() {
    if (std::find(kWeights.begin(), kWeights.end(), words_[at_].text) != kWeights.end()) {
      skip(1);
      return one_kg(is(0, ":") || is(0, "=") ? 1 : 0), true;
    }
    if (one_of(0, {"x", "*"}) && number(1) && is(2, "kg") && !is(3, "/")) return skip(3);
    std::size_t ahead = 0;
    while (one_of(ahead, {"based", "on", "using", "per", "by", "dosing", "dose", "actual", "ideal", "adjusted", "total",
                          "current", "patient", "pt"}))
      ++ahead;
    if (one_of(ahead, {"body"}) && one_of(ahead + 1, {"weight", "wt"})) ++ahead;
    bool const named = one_of(ahead, {"weight", "wt"});
    // "g/kg body weight" is a unit, and the reader's.
    if (named && !(at_ > 0 && words_[at_ - 1].text == "kg")) {
      skip(ahead + 1);
      if (one_of(0, {"of"})) skip(1);
      return one_kg(is(0, ":") || is(0, "=") ? 1 : 0), true;
    }
    bool const based = is(0, "based") && is(1, "on") && number(2) && is(3, "kg") && !is(4, "/");
    return based && skip(4);
  }

  void one_kg(std::size_t ahead) {
    if (number(ahead) && one_of(ahead + 1, {"kg", "kgs"}) && !is(ahead + 2, "/")) skip(ahead + 2);
  }

  /// "Duration: 5 day(s)", "Duration 4 doses": how long; in hours, how long an infusion runs.
  bool duration() {
    if (!is(0, "duration")) return false;
    std::size_t const ahead = is(1, ":") || one_of(1, {"of", "="}) ? 2 : 1;
    if (!number(ahead)) return false;
    put(one_of(ahead + 1, {"hr", "hrs", "h", "hour", "hours", "min", "mins", "minutes"}) ? "over" : "for");
    return skip(ahead);
  }

  /// "5/7" is five days, "4/52" four weeks, "3/12" three months: after a word that a time follows.
  bool fraction() {
    if (!number(0) || !is(1, "/") || !number(2) || out_.empty()) return false;
    auto const& before = out_.back().text;
    bool const time = before == "for" || before == "x" || before == "over" || before == "every";
    std::string const part = words_[at_ + 2].text;
    std::string_view const unit = part == "7" ? "days" : part == "52" ? "weeks" : part == "12" ? "months" : "";
    if (!time || unit.empty()) return false;
    put(words_[at_]);
    put(unit);
    return skip(3);
  }

  /// "40 gm/400 mL" is 40 g, in 400 mL.
  bool of_volume() {
    if (!one_of(0, {"g", "gm", "gms", "gram", "grams"}) || !is(1, "/") || !number(2) || !one_of(3, {"ml", "mls"}))
      return false;
    put(words_[at_]);
    return skip(2);
  }

  /// "Mon-Fri", "Monday through Friday": five days, unless a week is spoken of.
  bool weekdays() {
    bool const range =
        one_of(0, {"mon", "monday"}) && one_of(1, {"-", "to", "through", "thru"}) && one_of(2, {"fri", "friday"});
    auto weekly = [](DoseWord const& word) {
      return word.text == "weekly" || word.text == "week" || word.text == "weeks";
    };
    if (!range || std::any_of(words_.begin(), words_.end(), weekly)) return false;
    put("daily");
    put("for");
    put({Kind::number, "5", base::Decimal(5, 0), true});
    put("days");
    return skip(3);
  }

  /// Once a day in the words of wards: "OD", "o.d.", "qday", "q AM", "every morning", "mane", "nocte", "BD", "TDS".
  bool frequency() {
    if (one_of(0, {"od", "qday", "qam", "qpm", "mane", "nocte", "nightly", "qhs"})) return skip(1), put("daily");
    if (is(0, "q") && one_of(1, {"day", "am", "pm"})) return skip(2), put("daily");
    if (is(0, "every") && one_of(1, {"morning", "evening", "night", "afternoon"})) return skip(2), put("daily");
    if (one_of(0, {"bd"})) return skip(1), put("bid");
    if (one_of(0, {"tds"})) return skip(1), put("tid");
    return false;
  }

  /// "split 3 days", "divided 5 doses"
  bool divided() {
    if (!one_of(0, {"split", "divided"}) || !number(1)) return false;
    put(words_[at_]);
    put(one_of(2, {"doses", "dose", "infusions"}) ? "in" : "over");
    return skip(1);
  }

  bool form() { return std::find(kForms.begin(), kForms.end(), words_[at_].text) != kForms.end() && skip(1); }

  std::vector<DoseWord> const& words_;
  std::size_t at_ = 0;
  std::vector<DoseWord> out_;
};

}  // namespace

std::vector<DoseWord> without_order_furniture(std::vector<DoseWord> const& words) { return Rewriter(words).run(); }

}  // namespace ivig::fhir
