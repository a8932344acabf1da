#pragma once
// What the cues around a phrase say of it: affirmed, denied, doubted, past; of a test, its result.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fhir/scopes.h"

namespace ivig::fhir {

enum class Assertion : std::uint8_t { affirmed, possible, negated };
enum class Time : std::uint8_t { current, past };
enum class ResultValue : std::uint8_t { not_stated, positive, negative, pending };

struct Said {
  Assertion assertion = Assertion::affirmed;
  bool to_be_excluded = false;  ///< negated as a question ("rule out X")
  Time time = Time::current;
  ResultValue result = ResultValue::not_stated;
};

/// Reads what is said of the phrases of one text, asked for in the order of the text: the cues near a phrase are found
/// by going on from those near the one before.
class AssertionReader {
 public:
  /// `cues` are in the order of the text; all three must outlive this object.
  AssertionReader(std::vector<Token> const& tokens, std::vector<CueHit> const& cues, Scopes const& scopes);

  /// `first` must not be lower than in the call before.
  [[nodiscard]] Said of(std::size_t first, std::size_t last);

  /// Cues of the text, by place, that said something of a phrase asked for so far.
  [[nodiscard]] std::vector<char> const& used() const { return used_; }

 private:
  /// Whether the cue says something of the phrase.
  bool apply(CueHit const& hit, std::size_t first, std::size_t last, bool qualified, Said& said) const;

  std::vector<Token> const& tokens_;
  std::vector<CueHit> const& cues_;
  Scopes const& scopes_;
  std::size_t longest_ = 0;  ///< words of a cue, less one
  std::size_t next_ = 0;     ///< the first cue that may still reach a phrase
  std::vector<char> used_;   ///< by place of the cue
};

}  // namespace ivig::fhir
