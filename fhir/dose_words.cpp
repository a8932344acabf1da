#include "fhir/dose_words.h"

#include <algorithm>
#include <array>

namespace ivig::fhir {
namespace {

using base::Decimal;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
/// Letters, and every byte of a character beyond ASCII: an unknown one makes an unknown word.
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80U) != 0; }

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

/// Lower case, with one spelling for dashes, multiplication signs, hard spaces and "i.v.".
std::string evened_out(std::string_view text) {
  std::string even(text);
  std::transform(even.begin(), even.end(), even.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (auto const& [from, to] : {std::pair<std::string_view, std::string_view>{"\xE2\x80\x93", "-"},
                                 {"\xE2\x80\x94", "-"},
                                 {"\xE2\x88\x92", "-"},
                                 {"\xE2\x80\x91", "-"},
                                 {"\xC3\x97", " x "},
                                 {"\xC2\xA0", " "},
                                 {"\xE2\x80\xAF", " "},
                                 {"i.v.", "iv "},
                                 {"i.v", "iv"}}) {
    replace_all(even, from, to);
  }
  return even;
}

/// The end of the number that starts at `at`. "1,000" is a thousand; "0,4" is a decimal comma, since no number of
/// thousands begins with 0; any other comma ends the number.
std::size_t number_end(std::string const& text, std::size_t at) {
  auto digits = [&](std::size_t from) {
    while (from < text.size() && is_digit(text[from])) ++from;
    return from;
  };
  std::size_t end = digits(at);
  auto digits_follow = [&](char mark) { return end + 1 < text.size() && text[end] == mark && is_digit(text[end + 1]); };
  bool const zero = text.substr(at, end - at) == "0";
  while (!zero && end - at <= 3 && digits_follow(',') && digits(end + 1) - end == 4) end = digits(end + 1);
  if (digits_follow('.') || (zero && digits_follow(','))) end = digits(end + 1);
  return end;
}

std::optional<Decimal> number_value(std::string text) {
  bool const thousands = text.front() != '0';
  if (thousands) text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  else replace_all(text, ",", ".");
  auto value = Decimal::parse(text);
  return value ? std::optional(*value) : std::nullopt;
}

constexpr std::array<std::string_view, 13> kNumberWords{"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};

bool is_unit_of_time(Unit const& unit) { return unit.measure == Measure::time && !unit.per_kg && !unit.per_minutes; }

}  // namespace

std::vector<std::vector<DoseWord>> dose_sentences(std::string_view text) {
  std::string const even = evened_out(text);
  std::vector<std::vector<DoseWord>> sentences(1);
  bool spaced = true;
  for (std::size_t at = 0; at < even.size();) {
    char const c = even[at];
    std::size_t end = at + 1;
    DoseWord word;
    word.spaced = spaced;
    spaced = is_space(c);
    if (is_digit(c) || (c == '.' && end < even.size() && is_digit(even[end]))) {
      end = c == '.' ? at + 1 : number_end(even, at);
      while (c == '.' && end < even.size() && is_digit(even[end])) ++end;
      auto value = number_value((c == '.' ? "0" : "") + even.substr(at, end - at));
      // A number too long to be one stays a word, and words that are not known are not understood.
      word.kind = value ? DoseWord::Kind::number : DoseWord::Kind::word;
      word.value = value.value_or(Decimal());
    } else if (is_letter(c)) {
      while (end < even.size() && is_letter(even[end])) ++end;
      word.kind = DoseWord::Kind::word;
    } else if (spaced) {
      at = end;
      continue;
    } else if (c == '.' || c == ';' || c == '\n') {
      if (!sentences.back().empty()) sentences.emplace_back();
      at = end;
      spaced = true;
      continue;
    }
    word.text = even.substr(at, end - at);
    sentences.back().push_back(std::move(word));
    at = end;
  }
  if (sentences.back().empty()) sentences.pop_back();
  return sentences;
}

bool DoseReader::at(std::string_view text, std::size_t ahead) const {
  return at_ + ahead < words_.size() && words_[at_ + ahead].text == text;
}

bool DoseReader::at_number(std::size_t ahead) const {
  if (at_ + ahead >= words_.size()) return false;
  auto const& word = words_[at_ + ahead];
  return word.kind == DoseWord::Kind::number ||
         std::find(kNumberWords.begin(), kNumberWords.end(), word.text) != kNumberWords.end();
}

bool DoseReader::take(std::string_view text) {
  if (!at(text)) return false;
  ++at_;
  return true;
}

bool DoseReader::take_any(std::initializer_list<std::string_view> texts) {
  return std::any_of(texts.begin(), texts.end(), [&](std::string_view text) { return take(text); });
}

std::optional<Decimal> DoseReader::take_number() {
  if (!at_number()) return std::nullopt;
  auto const& word = words_[at_++];
  if (word.kind == DoseWord::Kind::number) return word.value;
  auto it = std::find(kNumberWords.begin(), kNumberWords.end(), word.text);
  return Decimal(it - kNumberWords.begin(), 0);
}

std::optional<DecimalRange> DoseReader::take_numbers() {
  std::size_t const start = at_;
  auto low = take_number();
  if (!low) return std::nullopt;
  if ((at("-") || at("to")) && at_number(1)) {
    skip();
    auto high = take_number();
    if (*high < *low) {
      at_ = start;
      return std::nullopt;
    }
    return DecimalRange{*low, *high};
  }
  return DecimalRange{*low, *low};
}

std::optional<Unit> DoseReader::take_unit() {
  std::size_t const start = at_;
  if (done() || word().kind != DoseWord::Kind::word) return std::nullopt;
  std::string spelled = words_[at_++].text;
  auto unit = printed_unit(spelled);
  if (!unit) {
    at_ = start;
    return std::nullopt;
  }
  // "a day" is per day; "g / kg / day" may have spaces.
  while (at("/") || at("per") || (at("a") && at("day", 1))) {
    if (at_ + 1 >= words_.size() || (at("/") && at_number(1))) break;  // "2 g/kg/5 d": five days, not a unit
    std::string const longer = spelled + "/" + words_[at_ + 1].text;
    auto more = printed_unit(longer);
    if (!more) {
      if (!at("/")) break;
      at_ = start;
      return std::nullopt;
    }
    spelled = longer;
    unit = more;
    skip(2);
    if (unit->per_kg && (take("bw") || at("body") || (at("of") && at("body", 1)))) {
      take("of");
      if (take("body")) take("weight");
    }
  }
  return unit;
}

std::optional<DecimalRange> DoseReader::take_time() {
  std::size_t const start = at_;
  auto numbers = take_numbers();
  if (!numbers) numbers = DecimalRange{Decimal(1, 0), Decimal(1, 0)};
  take("-");  // "5-day", "28-day"
  take("consecutive");
  auto unit = take_unit();
  if (!unit || !is_unit_of_time(*unit)) {
    at_ = start;
    return std::nullopt;
  }
  return DecimalRange{numbers->low * unit->factor, numbers->high * unit->factor};
}

std::optional<Decimal> DoseReader::take_day_list() {
  auto first = take_number();
  if (!first) return std::nullopt;
  Decimal count(1, 0);
  Decimal last = *first;
  for (;;) {
    std::size_t const here = at_;
    bool const through = take_any({"-", "to", "through", "thru"});
    bool const next = !through && (take_any({",", "and", "&"}));
    if (next) take("and");
    take_any({"day", "d"});
    auto number = through || next ? take_number() : std::nullopt;
    // A number that goes with something else ("days 1-5, 2 g/kg") does not belong to the list.
    bool const belongs =
        number && last < *number && (through || !(words_.size() > at_ && printed_unit(words_[at_].text)));
    if (!belongs) {
      at_ = here;
      return count;
    }
    count = through ? count + (*number - last) : count + Decimal(1, 0);
    last = *number;
  }
}

}  // namespace ivig::fhir
