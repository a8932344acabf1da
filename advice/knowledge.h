#pragma once
// The rule set joined with its terminology: value sets, and one lexicon of every phrase that a value set or a fact
// names. Built once at load, immutable, shared by all requests.

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "fhir/dosage.h"
#include "fhir/lexicon.h"
#include "fhir/terminology.h"
#include "rules/rule_set.h"

namespace ivig::advice {

enum class Side : std::uint8_t { for_it, against_it };

/// A fact, and on which side of it the evidence stands.
struct FactSide {
  rules::FactIndex fact;
  Side side;
};

/// What a lexicon owner number stands for: a value set, or a phrase list of the rule set.
struct PhraseOwner {
  enum class Kind : std::uint8_t { value_set, fact_phrase, result_name, treatment_name, treatment_state };
  Kind kind = Kind::value_set;
  fhir::SetIndex set = 0;          ///< value_set
  FactSide fact{0, Side::for_it};  ///< fact_phrase, result_name, treatment_name
  std::uint16_t clause = 0;        ///< result_name, treatment_name: which clause of the fact's side
  std::uint16_t state = 0;         ///< treatment_state: index into kTreatmentStateLists
};

/// Names of the lists in text.json that tell how a treatment went.
enum class TreatmentWord : std::uint16_t {
  responded,
  failed,
  not_tolerated,
  contraindicated,
  completed,
  planned,
  not_given,
  not_tried,
  unavailable,
  neutral  ///< holds a word of another list and says nothing: "stable dose"
};

struct Knowledge {
  rules::RuleSet rules;
  fhir::Terminology terms;
  fhir::Lexicon lexicon;
  std::vector<PhraseOwner> owners;                  ///< by fhir::OwnerIndex
  std::vector<std::vector<FactSide>> facts_by_set;  ///< by SetIndex: whose evidence the set is
  std::unordered_set<std::string> fillers;          ///< folded words that say nothing of their own ("currently")

  std::vector<std::vector<FactSide>> history_by_set;  ///< by SetIndex: whose history clause names the set
  std::vector<fhir::SetIndex> reaction_sets;          ///< sets of manifestations that some reaction clause names
  fhir::DrugWords drug_words;                         ///< folded words of the product's names: for dose texts

  /// Loads the folder of a rule set. Errors: those of RuleSet::load and load_value_sets, and invalid_rules for a value
  /// set that a fact names and that does not exist.
  [[nodiscard]] static base::Result<std::shared_ptr<Knowledge const>> load(std::filesystem::path const& folder);

  /// The index of a value set that load has proven to exist.
  [[nodiscard]] fhir::SetIndex set(std::string_view id) const { return *terms.set_index(id); }
};

}  // namespace ivig::advice
