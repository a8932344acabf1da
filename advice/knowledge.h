#pragma once
// The rule set joined with its terminology: value sets, and one lexicon of every phrase that a value set or a fact
// names. Built once at load, immutable, shared by all requests.

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "advice/clause_index.h"
#include "advice/wordings.h"
#include "base/result.h"
#include "fhir/dosage.h"
#include "fhir/lexicon.h"
#include "fhir/terminology.h"
#include "rules/rule_set.h"

namespace ivig::advice {

/// What a lexicon owner number stands for: a value set, or a phrase list of the rule set.
struct PhraseOwner {
  enum class Kind : std::uint8_t { value_set, fact_phrase, result_name, treatment_name, treatment_state };
  Kind kind = Kind::value_set;
  fhir::SetIndex set = 0;          ///< value_set
  FactSide fact{0, Side::for_it};  ///< fact_phrase, result_name, treatment_name
  ClauseNumber clause = 0;         ///< result_name, treatment_name: in ClauseIndex::results, ::treatments
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
  neutral,  ///< holds a word of another list and says nothing: "stable dose"
  incomplete
};

/// Words and codes of result values (text.json), ready to be looked for in " folded text ".
struct ResultCues {
  std::vector<std::string> positive, negative, pending, denials;
  std::unordered_set<std::string> positive_codes, negative_codes, high_codes, not_high_codes;
};

/// A name that a product of immune globulin goes by.
struct BrandName {
  fhir::ProductProfile const* profile = nullptr;
  std::string name;    ///< as the value set writes it
  std::string folded;  ///< "folded name "
};

/// The sets by which orders are recognised (rules::ProductSets).
struct ProductIndices {
  fhir::SetIndex intravenous = 0, route_required = 0, route_intravenous = 0, route_subcutaneous = 0,
                 route_intramuscular = 0, weight = 0;
  std::vector<fhir::SetIndex> look_alikes;
  std::vector<fhir::SetIndex> other_route_only;  ///< of the look-alikes
};

struct Knowledge {
  rules::RuleSet rules;
  fhir::Terminology terms;
  fhir::Lexicon lexicon;
  std::vector<PhraseOwner> owners;          ///< by fhir::OwnerIndex
  std::unordered_set<std::string> fillers;  ///< folded words that say nothing of their own ("currently")
  ClauseIndex clauses;
  std::unordered_set<std::string> vague_words;  ///< folded; a reason of nothing but these says nothing
  /// Codes, or what they begin with, that say nothing of what an order is for, and those that name a symptom.
  std::vector<std::string> vague_codes, symptom_codes;
  ResultCues result_cues;
  ProductIndices products;
  std::vector<BrandName> brands;
  fhir::PrefixTrie brand_words;  ///< by "folded name ": index into brands
  fhir::DrugWords drug_words;    ///< folded words of the product's names: for dose texts
  std::unique_ptr<Wordings> wordings = std::make_unique<Wordings>();  ///< a memory only: changes no answer

  /// Loads the folder of a rule set. Errors: those of RuleSet::load and load_value_sets, and invalid_rules for a value
  /// set that a fact names and that does not exist.
  [[nodiscard]] static base::Result<std::shared_ptr<Knowledge const>> load(std::filesystem::path const& folder);

  /// The index of a value set that load has proven to exist.
  [[nodiscard]] fhir::SetIndex set(std::string_view id) const { return *terms.set_index(id); }
};

}  // namespace ivig::advice
