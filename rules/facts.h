#pragma once
// The facts of one order: what the record says, with provenance. The only input of the evaluation.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/expression.h"
#include "rules/truth.h"

namespace ivig::rules {

/// How a fact is known.
enum class Basis : std::uint8_t { none, code, text, answer };
[[nodiscard]] constexpr std::string_view to_string(Basis basis) {
  return basis == Basis::code ? "code" : basis == Basis::text ? "text" : basis == Basis::answer ? "answer" : "none";
}

struct FactValue {
  Truth value = Truth::unknown;
  Basis basis = Basis::none;
  std::string from;    ///< where it was read: "Condition/c1", "MedicationRequest.reasonCode[0]"
  std::string detail;  ///< the display or words it rests on; patient data: for cards and records, never for logs
};

/// What is known of every fact, by FactIndex. A chart touches few facts of a large rule set: only these hold words, the
/// others are a truth of one byte. What it lends lives as long as it does: a temporary lends nothing.
class FactValues {
 public:
  FactValues() = default;
  /// How far facts that follow from others do so.
  enum class Derived : std::uint8_t {
    not_at_all,
    but_for_read,  ///< all but those that follow from what was read
    all
  };

  /// Nothing was read yet. RuleSet::all_unread is what then holds of all facts, and is `but_for_read`.
  explicit FactValues(std::vector<Truth> truths, Derived derived = Derived::not_at_all)
      : truths_(std::move(truths)), slots_(truths_.size(), kUnread), derived_(derived) {}

  [[nodiscard]] std::size_t size() const { return truths_.size(); }
  [[nodiscard]] FactValue const& operator[](std::size_t fact) const& {
    return slots_[fact] == kUnread ? unread(truths_[fact]) : read_[slots_[fact]];
  }
  [[nodiscard]] std::vector<Truth> const& truths() const& { return truths_; }
  FactValue const& operator[](std::size_t fact) const&& = delete;
  std::vector<Truth> const& truths() const&& = delete;
  std::vector<FactIndex> const& read() const&& = delete;
  /// True when the record says it itself, so that it does not follow from other facts.
  [[nodiscard]] bool is_direct(std::size_t fact) const {
    return slots_[fact] != kUnread && read_[slots_[fact]].basis != Basis::none;
  }

  /// True when the record says something about it, be it that nobody knows.
  [[nodiscard]] bool is_read(std::size_t fact) const { return slots_[fact] != kUnread; }

  /// Makes room for what is read about so many facts.
  void reserve(std::size_t facts) {
    read_.reserve(facts);
    read_facts_.reserve(facts);
  }

  /// What the record says about a fact. Facts that follow from it are to be derived again.
  void set(std::size_t fact, FactValue value);
  /// What follows from other facts; words that were read stay.
  void derive(std::size_t fact, Truth value);
  [[nodiscard]] Derived derived() const { return derived_; }
  void mark_derived() { derived_ = Derived::all; }

  /// The facts about which something was read, in no order.
  [[nodiscard]] std::vector<FactIndex> const& read() const& { return read_facts_; }
  /// Rewrites where facts were read.
  template <class F>
  void each_place(F&& f) {
    for (auto& value : read_) f(value.from);
  }

 private:
  static constexpr std::uint16_t kUnread = 0xffff;
  [[nodiscard]] static FactValue const& unread(Truth value);

  std::vector<Truth> truths_;
  std::vector<std::uint16_t> slots_;  ///< index into read_
  std::vector<FactValue> read_;
  std::vector<FactIndex> read_facts_;  ///< beside read_
  Derived derived_ = Derived::not_at_all;
};

/// A condition that the order is for.
struct Indication {
  FactIndex condition = 0;
  Truth certainty = Truth::yes;  ///< unknown: one of several candidates of an unspecific reason
  Basis basis = Basis::code;
  std::string from;
  bool provisional = false;  ///< recorded as possible or not yet confirmed
};

/// Something in the order's reason that keeps it from being positively understood. Any of them ends silence.
struct Doubt {
  std::string notice;                                 ///< key of the sentence of cards.json that says it
  std::string words;                                  ///< what it is about, as written; patient data
  std::optional<FactIndex> condition = std::nullopt;  ///< which an abbreviation was taken for; of this call only
};

/// How the order's indication was established; each kind has a rule of its own (docs/rule-form.md, "Which condition
/// counts").
enum class IndicationSource : std::uint8_t {
  reason,     ///< the order's reason names it
  inferred,   ///< no reason: from the active problem list
  outside,    ///< recognised, outside the encoded guidelines
  unmatched,  ///< a reason is given and matches nothing known
  none,       ///< nothing in order or record
};

struct Facts {
  FactValues values;
  std::vector<Indication> indications;
  IndicationSource source = IndicationSource::none;
  std::string reason_words;     ///< what the order gives as its reason, for cards; patient data
  bool reason_denied = false;   ///< the reason only rules a diagnosis out ("rule out X")
  bool reason_refuted = false;  ///< the reason's diagnosis is refuted in the record: fallen back to the record
  std::vector<Indication> contradicting;  ///< active diagnoses of the record that exclude the reason's
  std::vector<Indication> outside;  ///< recognised diseases of the reason (or record) that no guideline here is about
  std::vector<Doubt> doubts;        ///< what in the reason could not be placed, or contradicts it
  std::vector<FactIndex> doubtful;  ///< other diseases that the record holds as possible only: not known
  bool conditions_known = false;    ///< conditions were prefetched or fetched
  bool allergies_known = false;     ///< so were allergies
};

}  // namespace ivig::rules
