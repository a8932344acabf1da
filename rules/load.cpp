#include "rules/load.h"

#include <algorithm>
#include <array>

#include "base/nearest.h"
#include "base/uuid.h"

namespace ivig::rules {
namespace {

using base::Errc;
using base::Json;
using base::string_member;

/// Sentences that the program speaks by name: a rule set without one of them is refused.
constexpr std::array<std::string_view, 53> kNeededSentences{"no-indication",
                                                            "summary-supported-recommended",
                                                            "summary-supported-may-consider",
                                                            "summary-exception",
                                                            "exception-met",
                                                            "exception-unmet",
                                                            "exception-unknown",
                                                            "position-met",
                                                            "position-unmet",
                                                            "position-unknown",
                                                            "summary-contradicting",
                                                            "summary-provisional-diagnosis",
                                                            "summary-reason-refuted",
                                                            "reason-ruled-out",
                                                            "change-to-stance",
                                                            "change-to-none",
                                                            "change-to-louder",
                                                            "order-reason",
                                                            "summary-more",
                                                            "summary-words-not-placed",
                                                            "summary-abbreviation",
                                                            "summary-abbreviation-elsewhere",
                                                            "summary-other-disease-beside",
                                                            "summary-reasons-contradict",
                                                            "words-not-placed",
                                                            "abbreviation",
                                                            "abbreviation-elsewhere",
                                                            "other-disease-beside",
                                                            "reasons-contradict",
                                                            "other-use-beside",
                                                            "no-basis",
                                                            "no-row",
                                                            "reason-unmatched",
                                                            "indication-inferred",
                                                            "read-from-text",
                                                            "provisional-diagnosis",
                                                            "contradicting",
                                                            "reason-refuted",
                                                            "candidates",
                                                            "route-not-stated",
                                                            "data-gap",
                                                            "remove-order-label",
                                                            "remove-order-description",
                                                            "ask-indication",
                                                            "ask-confirmation",
                                                            "summary-candidates",
                                                            "summary-precondition-unmet",
                                                            "summary-precondition-unknown",
                                                            "summary-recommended",
                                                            "summary-may-consider",
                                                            "summary-insufficient-evidence",
                                                            "summary-not-recommended",
                                                            "summary-harmful"};

base::Result<std::string> digest(std::filesystem::path const& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
    if (!entry.is_directory() && entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (error) return base::fail(Errc::io, folder.string(), "cannot be read: " + error.message());
  std::sort(files.begin(), files.end());
  std::string all;
  for (auto const& path : files) {
    auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    all.append(path.lexically_relative(folder).string()).append(1, '\n').append(*text);
  }
  return base::sha256_hex(all);
}

base::Result<void> load_products(RuleFile const& file, RuleSet& rules) {
  Json const* json = base::object_member(file.root(), "products");
  if (json == nullptr) return file.error("", "products", "is missing");
  ProductSets& sets = rules.products;
  sets.intravenous = string_member(*json, "intravenous");
  sets.route_required = string_member(*json, "route_required");
  sets.look_alikes = string_list(*json, "look_alikes");
  sets.other_route_only = string_list(*json, "other_route_only");
  for (auto const& id : sets.other_route_only) {
    if (std::find(sets.look_alikes.begin(), sets.look_alikes.end(), id) == sets.look_alikes.end())
      return file.error("", "products.other_route_only", "\"" + id + "\" is not among the look_alikes");
  }
  if (std::string_view const strength = string_member(*json, "too_strong_for_vein_g_per_ml"); !strength.empty()) {
    auto const limit = base::Decimal::parse(strength);
    if (!limit) {
      return file.error("", "products.too_strong_for_vein_g_per_ml",
                        "must be a number written as text, such as \"0.15\"");
    }
    sets.too_strong_for_vein = *limit;
  }
  if (Json const* routes = base::object_member(*json, "routes"); routes != nullptr) {
    sets.route_intravenous = string_member(*routes, "intravenous");
    sets.route_subcutaneous = string_member(*routes, "subcutaneous");
    sets.route_intramuscular = string_member(*routes, "intramuscular");
  }
  if (sets.intravenous.empty() || sets.route_required.empty() || sets.route_intravenous.empty() ||
      sets.route_subcutaneous.empty() || sets.route_intramuscular.empty()) {
    return file.error("", "products", "needs intravenous, route_required and the three routes");
  }
  return {};
}

base::Result<void> load_text_cues(RuleFile const& file, RuleSet& rules) {
  if (!file.root().IsObject()) return file.error("", "", "must be an object of lists");
  for (auto const& entry : file.root().GetObject()) {
    std::string name(entry.name.GetString(), entry.name.GetStringLength());
    rules.text_cues[name] = phrase_list(file.root(), name);
  }
  return {};
}

using Loader = base::Result<void> (*)(RuleFile const&, RuleSet&);

base::Result<RuleFile> open_and(Loader load, std::filesystem::path const& path, RuleSet& rules) {
  auto file = RuleFile::open(path);
  if (!file) return file;
  if (auto loaded = load(*file, rules); !loaded) return tl::unexpected(loaded.error());
  return file;
}

}  // namespace

base::Result<RuleSet> RuleSet::load(std::filesystem::path const& folder) {
  auto main_file = RuleFile::open(folder / "rule-set.json");
  if (!main_file) return tl::unexpected(main_file.error());
  Json const& main_json = main_file->root();
  if (auto ok = main_file->only(main_json, "",
                                {"version", "facts", "safety", "text", "cards", "dose", "value_sets", "guidelines",
                                 "examples", "products", "response_fact"});
      !ok) {
    return tl::unexpected(ok.error());
  }
  for (char const* name : {"version", "text", "cards", "value_sets", "examples"}) {
    if (string_member(main_json, name).empty()) return main_file->error("", name, "is missing");
  }
  auto path = [&](char const* name) { return folder / std::string(string_member(main_json, name)); };

  RuleSet rules;
  rules.folder = folder;
  rules.version = string_member(main_json, "version");
  rules.value_set_folder = path("value_sets");
  rules.examples_folder = path("examples");
  auto sha = digest(folder);
  if (!sha) return tl::unexpected(sha.error());
  rules.sha256 = std::move(*sha);
  if (auto ok = load_products(*main_file, rules); !ok) return tl::unexpected(ok.error());
  if (auto ok = open_and(load_text_cues, path("text"), rules); !ok) return tl::unexpected(ok.error());
  std::vector<RuleFile> facts_files;
  for (auto const& name : string_list(main_json, "facts")) {
    auto file = RuleFile::open(folder / name);
    if (!file) return tl::unexpected(file.error());
    facts_files.push_back(std::move(*file));
  }
  if (auto ok = load_facts(facts_files, rules); !ok) return tl::unexpected(ok.error());
  if (auto ok = order_derivations(rules); !ok) return tl::unexpected(ok.error());
  derive_unread(rules);
  if (!string_member(main_json, "safety").empty()) {
    if (auto ok = open_and(load_safety, path("safety"), rules); !ok) return tl::unexpected(ok.error());
  }
  if (auto name = string_member(main_json, "response_fact"); !name.empty()) {
    rules.response_fact = rules.fact_index(name);
    if (!rules.response_fact) return main_file->error("", "response_fact", "names no fact");
  }
  auto cards_file = open_and(load_cards, path("cards"), rules);
  if (!cards_file) return tl::unexpected(cards_file.error());
  for (std::string_view key : kNeededSentences) {
    if (rules.sentences[std::string(key)].empty())
      return cards_file->error("", "sentences." + std::string(key), "is missing");
  }
  for (auto const& name : string_list(main_json, "guidelines")) {
    if (auto ok = open_and(load_guideline, folder / name, rules); !ok) return tl::unexpected(ok.error());
  }
  if (auto ok = open_and(load_dose, path("dose"), rules); !ok) return tl::unexpected(ok.error());
  if (auto ok = index_rows(rules); !ok) return tl::unexpected(ok.error());
  return rules;
}

std::optional<FactIndex> RuleSet::fact_index(std::string_view id) const {
  auto it = fact_ids.find(std::string(id));
  return it == fact_ids.end() ? std::nullopt : std::optional(it->second);
}

std::string unknown_fact(RuleSet const& rules, std::string_view name) {
  std::vector<std::string_view> ids;
  ids.reserve(rules.facts.size());
  for (auto const& fact : rules.facts) ids.push_back(fact.id);
  return "unknown fact \"" + std::string(name) + "\"" + base::did_you_mean(name, ids);
}

std::optional<RowIndex> RuleSet::row_index(std::string_view id) const {
  auto it = row_ids.find(std::string(id));
  return it == row_ids.end() ? std::nullopt : std::optional(it->second);
}

Truth RuleSet::unread(FactIndex fact, bool conditions_known, bool allergies_known) const {
  auto const& definition = facts[fact];
  if (definition.default_no) return Truth::no;
  // A condition is absent when the conditions were had and it is not among them; so is a reaction with the allergies.
  bool const known = (definition.kind == FactKind::condition && conditions_known) ||
                     (definition.kind == FactKind::reaction && allergies_known);
  return known ? Truth::no : Truth::unknown;
}

std::string const& RuleSet::sentence(std::string const& key) const { return sentences.at(key); }

std::string_view to_string(Stance stance) {
  constexpr std::array<std::string_view, 5> kNames{"recommended", "may-consider", "insufficient-evidence",
                                                   "not-recommended", "harmful"};
  return kNames[static_cast<std::size_t>(stance)];
}

std::optional<Stance> stance_from(std::string_view text) {
  for (auto stance : {Stance::recommended, Stance::may_consider, Stance::insufficient_evidence, Stance::not_recommended,
                      Stance::harmful}) {
    if (to_string(stance) == text) return stance;
  }
  return std::nullopt;
}

}  // namespace ivig::rules
