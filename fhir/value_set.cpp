#include "fhir/value_set.h"

#include <algorithm>
#include <array>

#include "base/json_read.h"
#include "base/regular_file.h"

namespace ivig::fhir {
namespace {

using base::each;
using base::Errc;
using base::fail;
using base::Json;
using base::member;
using base::string_member;

constexpr std::string_view kExtensionBase = "urn:ivig-cds:StructureDefinition:";
constexpr std::string_view kValueSetBase = "urn:ivig-cds:ValueSet:";

/// The name of one of our extensions, or empty for foreign ones.
std::string_view extension_name(Json const& extension) {
  std::string_view url = string_member(extension, "url");
  return url.starts_with(kExtensionBase) ? url.substr(kExtensionBase.size()) : std::string_view{};
}

std::string_view extension_text(Json const& extension) {
  for (char const* name : {"valueString", "valueCode", "valueUri", "valueCanonical"}) {
    if (auto text = string_member(extension, name); !text.empty()) return text;
  }
  return {};
}

bool extension_flag(Json const& extension) {
  Json const* value = member(extension, "valueBoolean");
  return value != nullptr && value->IsBool() && value->GetBool();
}

/// A decimal member as text; our files write 0.1 or "0.1".
std::string decimal_text(Json const& extension) {
  if (Json const* value = member(extension, "valueDecimal"); value != nullptr && value->IsNumber()) {
    return base::number_text(*value);
  }
  return std::string(extension_text(extension));
}

ProductProfile read_product(Json const& extension) {
  ProductProfile product;
  std::size_t concentrations = 0;
  each(extension, "extension", [&](Json const& part, std::size_t) {
    std::string_view url = string_member(part, "url");
    std::string text(extension_text(part));
    if (url == "brand") product.brand = text;
    if (url == "brandSynonym") product.synonyms.push_back(text);
    if (url == "iggGramsPerMl") product.concentration_g_per_ml = ++concentrations == 1 ? decimal_text(part) : "";
    if (url == "stabilizer") product.stabilizer = text;
    if (url == "licensedRoute") product.routes.push_back(text);
    if (url == "excipientCaution") product.cautions.push_back(text);
  });
  return product;
}

void read_set_extension(Json const& extension, ValueSet& set) {
  std::string_view name = extension_name(extension);
  std::string text(extension_text(extension));
  if (text.starts_with(kValueSetBase)) text.erase(0, kValueSetBase.size());
  if (name == "text-match-synonym") set.synonyms.push_back(text);
  if (name == "text-match-broader") set.broader.push_back(text);
  if (name == "text-match-abbreviation") set.abbreviations.push_back(text);
  if (name == "text-match-ambiguous-abbreviation") set.ambiguous_abbreviations.push_back(text);
  if (name == "text-match-result") set.results.push_back(text);
  if (name == "abbreviation-support") set.abbreviation_support.push_back(text);
  if (name == "abbreviation-elsewhere") set.abbreviation_elsewhere = text;
  if (name == "text-match-exclude") set.excludes.push_back(text);
  if (name == "derived-all-of") set.derived_all_of.push_back(text);
  if (name == "result-requires") set.result_requires.push_back(text);
  if (name == "allergy-substance-of") set.substance_of.push_back(text);
  if (name == "product-profile") set.products.push_back(read_product(extension));
}

ValueSetCode read_code(Json const& concept_json, std::string_view system) {
  ValueSetCode code;
  code.system = system;
  code.code = string_member(concept_json, "code");
  code.display = string_member(concept_json, "display");
  each(concept_json, "extension", [&](Json const& extension, std::size_t) {
    std::string_view name = extension_name(extension);
    if (name == "code-verification") code.verified = extension_text(extension) == "verified";
    if (name == "code-verification-source") code.verification_source = extension_text(extension);
    if (name == "code-specificity") code.broader = extension_text(extension) == "broader";
    if (name == "match-by-prefix") code.prefix = extension_flag(extension);
    if (name == "ndc-11-digit-prefix") code.ndc_prefix = extension_text(extension);
    if (name == "product-brand") code.brand = extension_text(extension);
    if (name == "igg-concentration-g-per-ml") code.concentration_g_per_ml = decimal_text(extension);
  });
  return code;
}

/// The start that all codes of a filter share. Two kinds are known: `is-a` over the ICD, whose families share their
/// first characters, and a `regex` that is such a start followed by ".*". Errors: what else the filter asks for.
base::Result<std::string> prefix_of(Json const& filter, std::string_view system, std::string const& file) {
  std::string const where = file + ": compose.include.filter";
  std::string_view const op = string_member(filter, "op");
  std::string_view value = string_member(filter, "value");
  if (op == "is-a" && system.find("/icd-") == std::string_view::npos)
    return fail(Errc::invalid_rules, where, "is-a is known for the ICD alone: list the codes as concepts");
  if (op == "regex") {
    std::string_view const start = value.ends_with(".*") ? value.substr(0, value.size() - 2) : std::string_view{};
    if (start.empty() || start.find_first_of("^$.*+?()[]{}|\\") != std::string_view::npos)
      return fail(Errc::invalid_rules, where, "a regex may only be the start of the codes followed by .*");
    value = start;
  } else if (op != "is-a") {
    return fail(Errc::invalid_rules, where, "op \"" + std::string(op) + "\" is not known: is-a, or regex");
  }
  return std::string(value);
}

base::Result<void> read_include(Json const& include, ValueSet& set, std::string const& file) {
  if (member(include, "valueSet") != nullptr)
    return fail(Errc::invalid_rules, file + ": compose.include", "valueSet is not read: list the codes");
  std::string_view system = string_member(include, "system");
  bool prefix = false;
  bool broader = false;
  bool verified = true;
  each(include, "extension", [&](Json const& extension, std::size_t) {
    std::string_view name = extension_name(extension);
    if (name == "alternate-system-uri") set.system_aliases.emplace_back(extension_text(extension), system);
    if (name == "match-by-prefix") prefix = extension_flag(extension);
    if (name == "code-specificity") broader = extension_text(extension) == "broader";
    if (name == "code-verification") verified = extension_text(extension) == "verified";
  });
  each(include, "concept", [&](Json const& concept_json, std::size_t) {
    set.codes.push_back(read_code(concept_json, system));
    if (prefix) set.codes.back().prefix = true;
  });
  base::Result<void> outcome;
  each(include, "filter", [&](Json const& filter, std::size_t) {
    auto start = prefix_of(filter, system, file);
    if (!start) {
      outcome = tl::unexpected(start.error());
      return;
    }
    ValueSetCode code;
    code.system = system;
    code.code = std::move(*start);
    code.prefix = true;
    code.broader = broader;
    code.verified = verified;
    set.codes.push_back(std::move(code));
  });
  bool const whole_system = member(include, "concept") == nullptr && member(include, "filter") == nullptr;
  if (outcome && whole_system)
    outcome = fail(Errc::invalid_rules, file + ": compose.include", "needs concept or filter, not a whole code system");
  return outcome;
}

}  // namespace

base::Result<ValueSet> ValueSet::read(Json const& resource, std::string const& file) {
  if (string_member(resource, "resourceType") != "ValueSet") {
    return fail(Errc::invalid_rules, file, "resourceType must be ValueSet");
  }
  ValueSet set;
  set.id = string_member(resource, "id");
  set.title = string_member(resource, "title");
  if (set.id.empty()) return fail(Errc::invalid_rules, file + ": id", "a value set needs an id");
  each(resource, "extension", [&](Json const& extension, std::size_t) { read_set_extension(extension, set); });
  if (Json const* compose = member(resource, "compose"); compose != nullptr) {
    if (member(*compose, "exclude") != nullptr)
      return fail(Errc::invalid_rules, file + ": compose.exclude", "is not read: leave the codes out of include");
    base::Result<void> outcome;
    each(*compose, "include", [&](Json const& include, std::size_t) {
      if (outcome) outcome = read_include(include, set, file);
    });
    if (!outcome) return tl::unexpected(outcome.error());
  }
  for (auto const& code : set.codes) {
    if (code.system.empty() || code.code.empty()) {
      return fail(Errc::invalid_rules, file + ": compose.include", "every code needs a system and a code");
    }
  }
  return set;
}

base::Result<std::vector<std::filesystem::path>> value_set_files(std::filesystem::path const& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (error) return fail(Errc::io, folder.string(), "cannot be read: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

base::Result<std::vector<ValueSet>> load_value_sets(std::filesystem::path const& folder) {
  auto const files = value_set_files(folder);
  if (!files) return tl::unexpected(files.error());
  std::vector<ValueSet> sets;
  sets.reserve(files->size());
  for (auto const& path : *files) {
    auto text = base::read_regular_file(path.string());
    if (!text) return fail(text.error().code, path.string(), text.error().detail + "; mend the folder of the rules");
    auto body = base::JsonBody::parse(*std::move(text), {});
    if (!body) return fail(body.error().code, path.string(), body.error().detail);
    auto set = ValueSet::read((*body)->root(), path.filename().string());
    if (!set) return tl::unexpected(set.error());
    sets.push_back(std::move(*set));
  }
  return sets;
}

}  // namespace ivig::fhir
