#pragma once
// FHIR ValueSet resources as the rule set ships them: codes, and the phrases by which free text names the same thing.

#include <filesystem>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/json_body.h"
#include "base/result.h"

namespace ivig::fhir {

/// One code of a value set.
struct ValueSetCode {
  std::string system;
  std::string code;
  std::string display;
  bool broader = false;    ///< covers more than the set: never decides alone
  bool prefix = false;     ///< every code that starts with this one
  std::string ndc_prefix;  ///< first nine digits of an 11-digit NDC, or empty
  bool verified = true;
  std::string verification_source;
  std::string brand;                   ///< products: the brand the code implies, or empty
  std::string concentration_g_per_ml;  ///< products: decimal text, or empty
};

/// One brand of a product value set.
struct ProductProfile {
  std::string brand;
  std::vector<std::string> synonyms;
  std::string concentration_g_per_ml;  ///< decimal text; empty when the brand alone does not fix it
  std::string stabilizer;
  std::vector<std::string> routes;    ///< "IV", "SC"
  std::vector<std::string> cautions;  ///< metabolic disorders its excipients are contraindicated in
};

/// A ValueSet with its text-match extensions (docs/rule-form.md, "Value sets").
struct ValueSet {
  std::string id;
  std::string title;
  std::vector<ValueSetCode> codes;
  std::vector<std::string> synonyms, broader, abbreviations, ambiguous_abbreviations, results, excludes;
  /// Words beside which an ambiguous abbreviation means this set, and what it means elsewhere; where that is given, it
  /// means this set beside them only.
  std::vector<std::string> abbreviation_support;
  std::string abbreviation_elsewhere;
  std::vector<std::string> derived_all_of;   ///< ids of sets that together imply this one
  std::vector<std::string> result_requires;  ///< a result phrase counts only beside one of these sets
  std::vector<std::string> substance_of;     ///< allergies: substances of these sets count
  std::vector<ProductProfile> products;
  /// other URIs under which the same code system is seen: (alias, system)
  std::vector<std::pair<std::string, std::string>> system_aliases;

  /// Errors: invalid_rules, naming the member.
  [[nodiscard]] static base::Result<ValueSet> read(base::Json const& resource, std::string const& file);
};

/// The *.json of `folder`, in name order. Errors: io.
[[nodiscard]] base::Result<std::vector<std::filesystem::path>> value_set_files(std::filesystem::path const& folder);
/// Every *.json of `folder`, in name order. Errors: io, not_json, invalid_rules, each naming the file.
[[nodiscard]] base::Result<std::vector<ValueSet>> load_value_sets(std::filesystem::path const& folder);

}  // namespace ivig::fhir
