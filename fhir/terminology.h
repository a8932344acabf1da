#pragma once
// (system, code) -> value sets. Built once from the value sets of the rule set, then read by every request.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/chart.h"
#include "fhir/value_set.h"

namespace ivig::fhir {

using SetIndex = std::uint16_t;

/// How codes of a system are written: what must be evened out before two are compared.
enum class CodeForm { plain, icd, ndc, hcpcs };

/// One value set that a code belongs to.
struct CodeMatch {
  SetIndex set;
  bool broader;        ///< the code covers more than the set
  std::uint32_t code;  ///< index into the set's codes, for brand and concentration
};

/// Look-up of codes in all value sets.
///
///   Terminology terms(std::move(sets));
///   std::vector<CodeMatch> matches; terms.find(coding, matches);
///
/// Immutable after construction; safe to share between threads.
class Terminology {
 public:
  explicit Terminology(std::vector<ValueSet> sets);

  [[nodiscard]] std::vector<ValueSet> const& sets() const { return sets_; }
  [[nodiscard]] std::optional<SetIndex> set_index(std::string_view id) const;

  /// Appends the sets that hold the coding. Systems are compared after their aliases (OIDs, versions, http/https) are
  /// removed, codes after normalising (ICD without dot, NDC in any reading, HCPCS without modifier). An NDC in segments
  /// needs no system. REQ CTX-09
  void find(Coding const& coding, std::vector<CodeMatch>& out) const;

  /// True when the coding's system is one that the value sets use: a code of it that matches nothing is a known
  /// system's other code, not a local one. REQ CTX-10
  [[nodiscard]] bool is_known_system(std::string_view system) const;

 private:
  using SystemIndex = std::uint16_t;
  [[nodiscard]] std::optional<SystemIndex> system_index(std::string_view system) const;
  void add_code(SetIndex set, std::uint32_t index, ValueSetCode const& code);

  struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using MatchesByCode = std::unordered_map<std::string, std::vector<CodeMatch>, StringHash, std::equal_to<>>;
  static void append(MatchesByCode const& codes, std::string_view key, std::vector<CodeMatch>& out);
  struct System {
    CodeForm form = CodeForm::plain;
    MatchesByCode exact;
    MatchesByCode prefixes;
    std::uint64_t prefix_lengths = 0;  ///< bit n: some prefix has n letters
  };

  std::vector<ValueSet> sets_;
  std::unordered_map<std::string, SetIndex, StringHash, std::equal_to<>> set_ids_;
  std::unordered_map<std::string, SystemIndex, StringHash, std::equal_to<>> system_ids_;
  /// The spellings of the value sets, which most requests use: found without being brought into a common form.
  std::unordered_map<std::string, SystemIndex, StringHash, std::equal_to<>> systems_as_written_;
  std::vector<System> systems_;
};

/// The key under which a code is stored and looked up: upper case, ICD dots removed, HCPCS modifier cut, NDC to nine
/// digits: the first of its readings.
[[nodiscard]] std::string normalised_code(CodeForm form, std::string_view code);

}  // namespace ivig::fhir
