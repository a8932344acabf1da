#pragma once
// One sentence of a dose text, read but not yet interpreted. Internal to fhir/.

#include <optional>
#include <vector>

#include "fhir/dose_words.h"

namespace ivig::fhir {

/// An amount as it stands in the text.
struct StatedAmount {
  DecimalRange value;
  Unit unit;
  bool total = false;  ///< "total", "cumulative"
};

/// What a sentence says of one phase of a dose.
struct DoseDraft {
  enum class Last : std::uint8_t { none, amount, daily, every, days };
  std::vector<StatedAmount> amounts;
  bool daily = false;
  base::Decimal per_day{1, 0};             ///< "twice daily": 2
  std::optional<DecimalRange> days;        ///< how many days
  std::optional<base::Decimal> first_day;  ///< "days 2-3": 2
  bool over = false;                       ///< "over 5 days": the amount is for all of them
  std::optional<base::Decimal> times;
  std::optional<DecimalRange> every;  ///< minutes
  std::optional<base::Decimal> cycles;
  bool divided = false;
  Last last = Last::none;  ///< what was read last: what "x 5" belongs to
  [[nodiscard]] bool has_schedule() const { return daily || days || times || every || cycles; }
  [[nodiscard]] bool empty() const { return amounts.empty() && !has_schedule(); }
};

struct DoseSentence {
  std::vector<DoseDraft> drafts;
  bool goes_on = false;  ///< begins with "then"
};

/// nullopt when a part is not understood.
[[nodiscard]] std::optional<DoseSentence> read_dose_sentence(std::vector<DoseWord> const& words,
                                                             DrugWords const& drug_words);

/// The phase that a draft means; nullopt when it contradicts itself or can be read in two ways.
[[nodiscard]] std::optional<DosePhase> phase_of(DoseDraft const& draft);

}  // namespace ivig::fhir
