#include "fhir/assertions.h"

#include <algorithm>

namespace ivig::fhir {
namespace {

/// A result word stands close to the name of the test.
constexpr std::size_t kResultWords = 4;

bool denies(Cue cue) {
  return cue == Cue::negation_before || cue == Cue::negation_after || cue == Cue::rule_out_before;
}

/// The last word on a test is the most cautious one: pending beats negative beats positive.
ResultValue more_cautious(ResultValue known, Cue cue) {
  if (cue == Cue::result_pending) return ResultValue::pending;
  if (cue == Cue::result_negative && known != ResultValue::pending) return ResultValue::negative;
  return cue == Cue::result_positive && known == ResultValue::not_stated ? ResultValue::positive : known;
}

}  // namespace

AssertionReader::AssertionReader(std::vector<Token> const& tokens, std::vector<CueHit> const& cues,
                                 Scopes const& scopes)
    : tokens_(tokens), cues_(cues), scopes_(scopes), used_(cues.size(), 0) {
  for (CueHit const& hit : cues) longest_ = std::max(longest_, hit.last - hit.first);
}

Said AssertionReader::of(std::size_t first, std::size_t last) {
  while (next_ < cues_.size() && cues_[next_].first + longest_ + kScopeWords < first) ++next_;
  Said said;
  bool const qualified = scopes_.in_longer_qualifier(first, last);
  for (std::size_t i = next_; i < cues_.size() && cues_[i].first <= last + kScopeWords; ++i) {
    if (apply(cues_[i], first, last, qualified, said)) used_[i] = 1;
  }
  return said;
}

/// `qualified`: the phrase stands inside a longer one of a qualifier.
bool AssertionReader::apply(CueHit const& hit, std::size_t first, std::size_t last, bool qualified, Said& said) const {
  bool const ahead = hit.last < first;
  bool const behind = hit.first > last;
  if (!ahead && !behind) return false;
  if (denies(hit.cue) && scopes_.is_pseudo(hit)) return false;
  // "Does not meet CIDP criteria - mild slowing": the denial is said by the phrase that holds it, and of nothing else.
  if (denies(hit.cue) && scopes_.in_qualifier(hit.first, hit.last) &&
      !scopes_.in_qualifier(std::min(first, hit.first), std::max(last, hit.last)))
    return false;
  std::size_t const words = ahead ? first - hit.last : hit.first - last;
  if (words > kScopeWords) return false;
  bool const before = ahead && scopes_.open_between(hit.last, first, false) && !scopes_.spent_at_colon(hit, first);
  bool const after = behind && scopes_.open_between(last, hit.first, true);
  // "No GBS relapse" denies the relapse and not the GBS in it; "no worsening", itself a phrase, denies the worsening.
  bool const of_it = !qualified || scopes_.in_qualifier(std::min(first, hit.first), std::max(last, hit.last));
  switch (hit.cue) {
    case Cue::negation_before:
    case Cue::negation_after:
      if (!of_it || !(hit.cue == Cue::negation_before ? before : after)) return false;
      said.assertion = Assertion::negated;
      return true;
    case Cue::rule_out_before:
      if (!before || !of_it) return false;
      // Two spellings of one cue may hit the same words.
      if (said.assertion != Assertion::negated) said.to_be_excluded = true;
      said.assertion = Assertion::negated;
      return true;
    case Cue::doubt_before:
    case Cue::doubt_after:
      if (!(hit.cue == Cue::doubt_before ? before : after && !scopes_.of_the_next(hit))) return false;
      if (said.assertion == Assertion::affirmed) said.assertion = Assertion::possible;
      return true;
    case Cue::past_before:
    case Cue::past_after:
      if (!of_it || !(hit.cue == Cue::past_before ? before : after)) return false;
      said.time = Time::past;
      return true;
    case Cue::result_positive:
    case Cue::result_negative:
    case Cue::result_pending:
      if (words > kResultWords || !scopes_.open_between(ahead ? hit.last : last, ahead ? first : hit.first, false))
        return false;
      said.result = more_cautious(said.result, hit.cue);
      return true;
    case Cue::family:
    case Cue::scope_break:
    case Cue::pseudo_negation:
    case Cue::caution:
    case Cue::caution_of_treatment:
    case Cue::settled: break;
  }
  return false;
}

}  // namespace ivig::fhir
