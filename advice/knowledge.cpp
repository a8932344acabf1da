#include "advice/knowledge.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/nearest.h"

namespace ivig::advice {
namespace {

using base::Errc;
using base::fail;
using fhir::OwnerIndex;
using fhir::PhraseKind;

constexpr std::array<char const*, 11> kTreatmentLists{
    "treatment_responded",   "treatment_failed",  "treatment_not_tolerated", "treatment_contraindicated",
    "treatment_completed",   "treatment_planned", "treatment_not_given",     "treatment_not_tried",
    "treatment_unavailable", "treatment_neutral", "treatment_incomplete"};

fhir::TextCues text_cues(rules::TextCueLists const& lists) {
  auto list = [&](char const* name) {
    auto it = lists.find(name);
    return it == lists.end() ? std::vector<std::string>{} : it->second;
  };
  return {list("negation_before"), list("negation_after"),  list("doubt_before"),
          list("doubt_after"),     list("past_before"),     list("past_after"),
          list("family"),          list("scope_breaks"),    list("pseudo_negation"),
          list("result_positive"), list("result_negative"), list("result_pending"),
          list("rule_out_before"), list("caution"),         list("caution_of_treatment"),
          list("settled")};
}

std::unordered_set<std::string> words_of_list(rules::TextCueLists const& lists, char const* name) {
  std::unordered_set<std::string> words;
  auto it = lists.find(name);
  if (it == lists.end()) return words;
  for (auto const& phrase : it->second) {
    for (auto const& token : fhir::tokenize(phrase)) words.insert(token.folded);
  }
  return words;
}

/// "unknown value set "x" (did you mean "y"?)".
std::string unknown_set(Knowledge const& knowledge, std::string const& name) {
  std::vector<std::string_view> ids;
  for (auto const& set : knowledge.terms.sets()) ids.push_back(set.id);
  return "unknown value set \"" + name + "\"" + base::did_you_mean(name, ids);
}

/// Fills the lexicon, giving every phrase list an owner number.
class OwnerBuilder {
 public:
  explicit OwnerBuilder(Knowledge& knowledge) : knowledge_(knowledge) {}

  void add_value_sets() {
    auto const& sets = knowledge_.terms.sets();
    for (std::size_t i = 0; i < sets.size(); ++i) {
      PhraseOwner owner;
      owner.set = static_cast<fhir::SetIndex>(i);
      OwnerIndex index = add_owner(owner);
      auto add = [&](std::vector<std::string> const& phrases, PhraseKind kind) {
        for (auto const& phrase : phrases) knowledge_.lexicon.add(phrase, kind, index);
      };
      add(sets[i].synonyms, PhraseKind::synonym);
      add(sets[i].broader, PhraseKind::broader);
      add(sets[i].abbreviations, PhraseKind::abbreviation);
      add(sets[i].ambiguous_abbreviations, PhraseKind::ambiguous_abbreviation);
      add(sets[i].results, PhraseKind::result);
      add(sets[i].abbreviation_support, PhraseKind::support);
      for (auto const& product : sets[i].products) {
        knowledge_.lexicon.add(product.brand, PhraseKind::synonym, index);
        add(product.synonyms, PhraseKind::synonym);
      }
      for (auto const& phrase : sets[i].excludes) knowledge_.lexicon.add_exclusion(phrase, index);
    }
  }

  base::Result<void> add_fact(rules::FactIndex fact) {
    auto const& definition = knowledge_.rules.facts[fact];
    std::optional<OwnerIndex> group;  // the two sides of a fact compete for the same words
    for (auto side : {Side::for_it, Side::against_it}) {
      auto const& evidence = side == Side::for_it ? definition.for_it : definition.against_it;
      if (auto ok = check_sets(definition.id, evidence); !ok) return ok;
      PhraseOwner owner;
      owner.fact = {fact, side};
      auto phrases = add_phrases(owner, PhraseOwner::Kind::fact_phrase, PhraseKind::synonym, evidence.phrases);
      bool const qualifies = definition.kind == rules::FactKind::qualifier ||
                             (definition.kind == rules::FactKind::derived && side == Side::against_it);
      if (phrases && qualifies) knowledge_.lexicon.mark_qualifier(*phrases);
      if (phrases && group) knowledge_.lexicon.join_group(*phrases, *group);
      else if (phrases) group = phrases;
      for (auto const& clause : evidence.results) {
        owner.clause = results_++;
        mark_treatment(add_phrases(owner, PhraseOwner::Kind::result_name, PhraseKind::result, clause.names));
        mark_treatments(clause.value_sets);
      }
      for (auto const& clause : evidence.treatments) {
        owner.clause = treatments_++;
        mark_treatment(add_phrases(owner, PhraseOwner::Kind::treatment_name, PhraseKind::synonym, clause.names));
        mark_treatments(clause.value_sets);
      }
    }
    return {};
  }

  void add_treatment_words() {
    std::optional<OwnerIndex> group;  // the lists compete for the same words
    for (std::size_t i = 0; i < kTreatmentLists.size(); ++i) {
      PhraseOwner owner;
      owner.state = static_cast<std::uint16_t>(i);
      auto it = knowledge_.rules.text_cues.find(kTreatmentLists[i]);
      if (it != knowledge_.rules.text_cues.end()) {
        auto list = add_phrases(owner, PhraseOwner::Kind::treatment_state, PhraseKind::synonym, it->second);
        if (list && group) knowledge_.lexicon.join_group(*list, *group);
        else if (list) group = list;
      }
    }
  }

 private:
  void mark_treatment(std::optional<OwnerIndex> owner) {
    if (owner) knowledge_.lexicon.mark_treatment(*owner);
  }
  /// Of value sets, whose owners were added first: their numbers are those of the sets.
  void mark_treatments(std::vector<std::string> const& sets) {
    for (auto const& id : sets) mark_treatment(knowledge_.terms.set_index(id));
  }

  OwnerIndex add_owner(PhraseOwner owner) {
    knowledge_.owners.push_back(owner);
    return static_cast<OwnerIndex>(knowledge_.owners.size() - 1);
  }

  /// The owner number of the list, or nothing for an empty one.
  std::optional<OwnerIndex> add_phrases(PhraseOwner owner, PhraseOwner::Kind kind, PhraseKind phrase_kind,
                                        std::vector<std::string> const& phrases) {
    if (phrases.empty()) return std::nullopt;
    owner.kind = kind;
    OwnerIndex index = add_owner(owner);
    for (auto const& phrase : phrases) knowledge_.lexicon.add(phrase, phrase_kind, index);
    return index;
  }

  base::Result<void> check_sets(std::string const& fact, rules::Evidence const& evidence) const {
    auto check = [&](std::vector<std::string> const& ids) -> base::Result<void> {
      auto const unknown =
          std::find_if(ids.begin(), ids.end(), [&](auto const& id) { return !knowledge_.terms.set_index(id); });
      if (unknown == ids.end()) return {};
      return fail(Errc::invalid_rules, "fact " + fact,
                  unknown_set(knowledge_, *unknown) + ": add valuesets/" + *unknown + ".json, or mend the name");
    };
    if (auto ok = check(evidence.value_sets); !ok) return ok;
    if (auto ok = check(evidence.draft_order_value_sets); !ok) return ok;
    if (auto ok = check(evidence.history_value_sets); !ok) return ok;
    if (evidence.onset) {
      if (auto ok = check(evidence.onset->value_sets); !ok) return ok;
    }
    if (evidence.recent) {
      if (auto ok = check(evidence.recent->value_sets); !ok) return ok;
    }
    for (auto const& clause : evidence.reactions) {
      for (auto const* list : {&clause.to, &clause.manifestations, &clause.only, &clause.not_only}) {
        if (auto ok = check(*list); !ok) return ok;
      }
    }
    for (auto const& clause : evidence.results) {
      if (auto ok = check(clause.value_sets); !ok) return ok;
    }
    for (auto const& clause : evidence.treatments) {
      if (auto ok = check(clause.value_sets); !ok) return ok;
    }
    return {};
  }

  Knowledge& knowledge_;
  ClauseNumber results_ = 0, treatments_ = 0;  ///< numbered as ClauseIndex::build does: facts, sides, clauses
};

/// Sets that a set names as its substances are looked up by every request: they must exist.
base::Result<void> check_substances(Knowledge const& knowledge) {
  for (auto const& set : knowledge.terms.sets()) {
    for (auto const& id : set.substance_of) {
      if (!knowledge.terms.set_index(id))
        return fail(Errc::invalid_rules, "valuesets/" + set.id + ".json: allergy-substance-of",
                    unknown_set(knowledge, id));
    }
  }
  return {};
}

/// A test that a card offers to order bears a verified code of its value set.
base::Result<void> check_tests(Knowledge const& knowledge) {
  for (auto const& fact : knowledge.rules.facts) {
    auto const& test = fact.test;
    if (test.empty()) continue;
    auto const set = knowledge.terms.set_index(test.value_set);
    if (!set) return fail(Errc::invalid_rules, fact.id + ": test", unknown_set(knowledge, test.value_set));
    auto const& codes = knowledge.terms.sets()[*set].codes;
    bool const verified = std::any_of(codes.begin(), codes.end(), [&](fhir::ValueSetCode const& code) {
      return code.system == test.system && code.code == test.code && code.verified;
    });
    if (!verified)
      return fail(Errc::invalid_rules, fact.id + ": test",
                  "\"" + test.code + "\" is no verified code of the value set \"" + test.value_set + "\"");
  }
  return {};
}

/// The words of a product set's phrases and brands.
fhir::DrugWords words_of(fhir::ValueSet const& set) {
  fhir::DrugWords words;
  auto add = [&](std::string const& phrase) {
    std::string const folded = fhir::folded_text(phrase);
    for (std::size_t at = 0; at < folded.size();) {
      auto const end = std::min(folded.find(' ', at), folded.size());
      words.insert(folded.substr(at, end - at));
      at = end + 1;
    }
  };
  for (auto const* list : {&set.synonyms, &set.abbreviations, &set.ambiguous_abbreviations}) {
    std::for_each(list->begin(), list->end(), add);
  }
  for (auto const& product : set.products) {
    add(product.brand);
    std::for_each(product.synonyms.begin(), product.synonyms.end(), add);
  }
  return words;
}

ProductIndices product_indices(Knowledge const& knowledge) {
  auto const& products = knowledge.rules.products;
  ProductIndices indices;
  indices.intravenous = knowledge.set(products.intravenous);
  indices.route_required = knowledge.set(products.route_required);
  indices.route_intravenous = knowledge.set(products.route_intravenous);
  indices.route_subcutaneous = knowledge.set(products.route_subcutaneous);
  indices.route_intramuscular = knowledge.set(products.route_intramuscular);
  indices.weight = knowledge.set(knowledge.rules.dose.weight_set);
  for (auto const& id : products.look_alikes) indices.look_alikes.push_back(knowledge.set(id));
  for (auto const& id : products.other_route_only) indices.other_route_only.push_back(knowledge.set(id));
  return indices;
}

/// The words and names that the products of immune globulin go by.
void add_names(Knowledge& knowledge) {
  for (auto set : {knowledge.products.intravenous, knowledge.products.route_required}) {
    auto const& value_set = knowledge.terms.sets()[set];
    knowledge.drug_words.merge(words_of(value_set));
    for (auto const& profile : value_set.products) {
      auto add = [&](std::string const& name) {
        std::string const folded = fhir::folded_text(name) + " ";
        knowledge.brand_words.add(folded, static_cast<std::uint32_t>(knowledge.brands.size()));
        knowledge.brands.push_back({&profile, name, folded});
      };
      add(profile.brand);
      std::for_each(profile.synonyms.begin(), profile.synonyms.end(), add);
    }
  }
}

ResultCues read_result_cues(rules::TextCueLists const& lists) {
  auto each = [&](char const* name, auto&& f) {
    auto const it = lists.find(name);
    if (it != lists.end()) std::for_each(it->second.begin(), it->second.end(), f);
  };
  auto words = [&](char const* name) {
    std::vector<std::string> found;
    each(name, [&](std::string const& word) { found.push_back(" " + fhir::folded_text(word) + " "); });
    return found;
  };
  auto codes = [&](char const* name) {
    std::unordered_set<std::string> found;
    each(name, [&](std::string const& code) { found.insert(code); });
    return found;
  };
  return {words("result_positive"),   words("result_negative"),       words("result_pending"),
          words("negation_before"),   codes("result_positive_codes"), codes("result_negative_codes"),
          codes("result_high_codes"), codes("result_not_high_codes")};
}

base::Result<void> check_products(Knowledge const& knowledge) {
  auto const& products = knowledge.rules.products;
  std::vector<std::string> ids{products.intravenous, products.route_required, products.route_intravenous,
                               products.route_subcutaneous, products.route_intramuscular};
  ids.insert(ids.end(), products.look_alikes.begin(), products.look_alikes.end());
  for (auto const& id : ids) {
    if (!knowledge.terms.set_index(id))
      return fail(Errc::invalid_rules, "rule-set.json: products", unknown_set(knowledge, id));
  }
  auto const& weight = knowledge.rules.dose.weight_set;
  if (!knowledge.terms.set_index(weight))
    return fail(Errc::invalid_rules, "dose.json: weight.value_set", unknown_set(knowledge, weight));
  return {};
}

}  // namespace

base::Result<std::shared_ptr<Knowledge const>> Knowledge::load(std::filesystem::path const& folder) {
  auto rules = rules::RuleSet::load(folder);
  if (!rules) return tl::unexpected(rules.error());
  auto sets = fhir::load_value_sets(rules->value_set_folder);
  if (!sets) return tl::unexpected(sets.error());
  fhir::Lexicon lexicon(text_cues(rules->text_cues));
  auto words = words_of_list(rules->text_cues, "fillers");
  auto knowledge = std::make_shared<Knowledge>(Knowledge{std::move(*rules),
                                                         fhir::Terminology(std::move(*sets)),
                                                         std::move(lexicon),
                                                         {},
                                                         std::move(words),
                                                         {},
                                                         {},
                                                         {},
                                                         {},
                                                         {},
                                                         {},
                                                         {},
                                                         {},
                                                         {},
                                                         std::make_unique<Wordings>()});
  knowledge->vague_words = words_of_list(knowledge->rules.text_cues, "vague_reason_words");
  knowledge->vague_codes = knowledge->rules.text_cues["vague_reason_codes"];
  knowledge->symptom_codes = knowledge->rules.text_cues["symptom_codes"];
  if (auto ok = check_products(*knowledge); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_substances(*knowledge); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_tests(*knowledge); !ok) return tl::unexpected(ok.error());
  knowledge->products = product_indices(*knowledge);
  add_names(*knowledge);
  knowledge->result_cues = read_result_cues(knowledge->rules.text_cues);
  OwnerBuilder builder(*knowledge);
  builder.add_value_sets();
  for (std::size_t i = 0; i < knowledge->rules.facts.size(); ++i) {
    if (auto ok = builder.add_fact(static_cast<rules::FactIndex>(i)); !ok) return tl::unexpected(ok.error());
  }
  builder.add_treatment_words();
  knowledge->clauses = ClauseIndex::build(knowledge->rules, knowledge->terms);
  return knowledge;
}

}  // namespace ivig::advice
