#pragma once
// A dose text as numbers, words and signs; the units, numbers and lengths of time in it. Internal to fhir/.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/dosage.h"
#include "fhir/units.h"

namespace ivig::fhir {

struct DoseWord {
  enum class Kind : std::uint8_t { number, word, sign };
  Kind kind = Kind::sign;
  std::string text;  ///< lower case; "x" for a multiplication sign, "-" for any dash
  base::Decimal value;
  bool spaced = false;  ///< white space stands before it
};

/// The sentences of a dose text. A full stop between digits is part of a number; so are "1,000" and "0,4".
[[nodiscard]] std::vector<std::vector<DoseWord>> dose_sentences(std::string_view text);

/// Reads a sentence from the left; each `take` either consumes what it returns or nothing.
class DoseReader {
 public:
  explicit DoseReader(std::vector<DoseWord> const& words) : words_(words) {}

  [[nodiscard]] bool done() const { return at_ >= words_.size(); }
  [[nodiscard]] bool at(std::string_view text, std::size_t ahead = 0) const;
  [[nodiscard]] bool at_number(std::size_t ahead = 0) const;
  [[nodiscard]] DoseWord const& word() const { return words_[at_]; }
  void skip(std::size_t count = 1) { at_ += count; }
  bool take(std::string_view text);
  bool take_any(std::initializer_list<std::string_view> texts);
  /// "5", "five", "2-5", "2 to 5".
  std::optional<DecimalRange> take_numbers();
  /// "g/kg/day", "mg per kg", "mL/kg/h", "days".
  std::optional<Unit> take_unit();
  /// "3 weeks", "week", "2-5 days": minutes.
  std::optional<DecimalRange> take_time();
  /// "1-5", "1, 2 and 3" after the word "days": how many days these are.
  std::optional<base::Decimal> take_day_list();

  [[nodiscard]] std::size_t mark() const { return at_; }
  void back_to(std::size_t mark) { at_ = mark; }

 private:
  std::optional<base::Decimal> take_number();

  std::vector<DoseWord> const& words_;
  std::size_t at_ = 0;
};

}  // namespace ivig::fhir
