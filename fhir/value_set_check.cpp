#include "fhir/value_set_check.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "base/json_read.h"
#include "base/json_span.h"
#include "base/nearest.h"
#include "base/regular_file.h"
#include "fhir/code_shape.h"
#include "fhir/ndc.h"
#include "fhir/value_set.h"

namespace ivig::fhir {
namespace {

using base::Json;
using base::string_member;
using Path = std::vector<base::JsonStep>;
using Names = std::vector<std::string_view>;

constexpr std::string_view kExtension = "urn:ivig-cds:StructureDefinition:";
constexpr std::string_view kValueSet = "urn:ivig-cds:ValueSet:";

/// A member or extension that the form knows: its name and the kind of its value.
struct Known {
  std::string_view name, value;
};

// What docs/rule-form.md describes, by place.
constexpr std::array kOfSet{
    Known{"concept-group", "valueCode"},          Known{"text-match-synonym", "valueString"},
    Known{"text-match-broader", "valueString"},   Known{"text-match-abbreviation", "valueString"},
    Known{"text-match-result", "valueString"},    Known{"text-match-ambiguous-abbreviation", "valueString"},
    Known{"text-match-exclude", "valueString"},   Known{"derived-all-of", "valueCanonical"},
    Known{"result-requires", "valueCanonical"},   Known{"allergy-substance-of", "valueCanonical"},
    Known{"icd10cm-expanded-from", "valueCode"},  Known{"product-profile", "extension"},
    Known{"abbreviation-support", "valueString"}, Known{"abbreviation-elsewhere", "valueString"},
};
constexpr std::array kOfInclude{
    Known{"alternate-system-uri", "valueUri"}, Known{"code-specificity", "valueCode"},
    Known{"code-verification", "valueCode"},   Known{"code-verification-source", "valueString"},
    Known{"code-note", "valueString"},         Known{"filter-display", "valueString"},
    Known{"match-by-prefix", "valueBoolean"},
};
constexpr std::array kOfConcept{
    Known{"code-specificity", "valueCode"},
    Known{"code-verification", "valueCode"},
    Known{"code-verification-source", "valueString"},
    Known{"code-note", "valueString"},
    Known{"match-by-prefix", "valueBoolean"},
    Known{"ndc-11-digit-prefix", "valueString"},
    Known{"product-brand", "valueString"},
    Known{"igg-concentration-g-per-ml", "valueDecimal"},
};
constexpr std::array kOfProduct{
    Known{"brand", "valueString"},       Known{"brandSynonym", "valueString"}, Known{"iggGramsPerMl", "valueDecimal"},
    Known{"licensedRoute", "valueCode"}, Known{"stabilizer", "valueString"},   Known{"excipientCaution", "valueString"},
    Known{"form", "valueString"},        Known{"region", "valueString"},       Known{"note", "valueString"},
    Known{"verification", "valueCode"},  Known{"source", "valueString"},
};

/// Values of codes that are a closed list.
Names values_of(std::string_view name) {
  if (name == "code-verification" || name == "verification") return {"verified", "unverified"};
  if (name == "code-specificity") return {"broader"};
  if (name == "concept-group") return {"A", "B", "C", "D", "E", "F"};
  if (name == "licensedRoute") return {"IV", "SC", "IM"};
  return {};
}

class Checker {
 public:
  Checker(base::JsonBody const& body, std::string const& file, std::vector<std::string> const& ids)
      : body_(body), file_(file), ids_(ids) {}

  std::vector<ValueSetFault> run() && {
    Json const& root = body_.root();
    members(root,
            {"resourceType", "id", "extension", "url", "version", "name", "title", "status", "experimental",
             "description", "purpose", "compose"},
            {});
    std::string_view const id = string_member(root, "id");
    if (std::string(id) + ".json" != file_) fault({"id"}, "the id is not the name of the file");
    if (string_member(root, "url") != std::string(kValueSet) + std::string(id))
      fault({"url"}, "must be " + std::string(kValueSet) + std::string(id));
    if (string_member(root, "title").empty()) fault({}, "title is missing");
    extensions(root, kOfSet, {});
    if (Json const* compose = base::object_member(root, "compose")) {
      members(*compose, {"include", "exclude"}, {"compose"});
      base::each(*compose, "include", [&](Json const& one, std::size_t i) { include(one, {"compose", "include", i}); });
    }
    if (codes_ == 0) found_.push_back({file_, 1, "no code in any system: recognised by its words alone", false});
    return std::move(found_);
  }

 private:
  void fault(Path path, std::string detail) {
    std::string_view const text = body_.wire();
    std::size_t line = 1;
    // A member that is missing is told of where it should stand.
    for (; !path.empty(); path.pop_back()) {
      auto const at = base::json_at(text, path);
      if (!at) continue;
      line += static_cast<std::size_t>(std::count(text.data(), at->data(), '\n'));
      break;
    }
    found_.push_back({file_, line, std::move(detail), true});
  }

  static Path below(Path path, base::JsonStep step) {
    path.push_back(step);
    return path;
  }

  void members(Json const& object, Names const& known, Path const& path) {
    if (!object.IsObject()) return fault(path, "must be an object");
    for (auto const& entry : object.GetObject()) {
      std::string_view const name(entry.name.GetString(), entry.name.GetStringLength());
      if (std::find(known.begin(), known.end(), name) == known.end())
        fault(below(path, name), "unknown member \"" + std::string(name) + "\"" + base::did_you_mean(name, known));
    }
  }

  template <class Table>
  void extensions(Json const& parent, Table const& table, Path const& path, std::string_view base = kExtension) {
    std::vector<std::string> urls;
    urls.reserve(table.size());
    for (Known const& item : table) urls.push_back(std::string(base) + std::string(item.name));
    base::each(parent, "extension", [&](Json const& one, std::size_t i) {
      Path const here = below(below(path, "extension"), i);
      std::string_view const url = string_member(one, "url");
      auto const place = std::find(urls.begin(), urls.end(), url);
      if (place == urls.end()) {
        return fault(below(here, "url"),
                     "unknown extension \"" + std::string(url) + "\"" + base::did_you_mean(url, urls));
      }
      Known const& item = table[static_cast<std::size_t>(place - urls.begin())];
      members(one, {"url", item.value}, here);
      value(one, item, here);
    });
  }

  void value(Json const& extension, Known const& item, Path const& path) {
    Json const* value = base::member(extension, item.value);
    std::string const name(item.name);
    if (value == nullptr) return fault(path, name + " needs " + std::string(item.value));
    Path const here = below(path, item.value);
    if (item.value == "extension") return product(extension, path);
    if (item.value == "valueDecimal") {
      bool const number = value->IsNumber() && value->GetDouble() > 0 && value->GetDouble() < 1;
      return number ? void() : fault(here, name + " must be a number of g/mL, not text");
    }
    if (item.value == "valueBoolean") return value->IsBool() ? void() : fault(here, name + " must be true or false");
    if (!value->IsString() || base::as_string(*value).empty()) return fault(here, name + " must be a text");
    std::string_view const text = base::as_string(*value);
    if (auto const list = values_of(item.name); !list.empty() && !holds(list, text))
      fault(here, name + " \"" + std::string(text) + "\" is not known" + base::did_you_mean(text, list));
    if (item.value == "valueCanonical") canonical(text, here);
  }

  void product(Json const& profile, Path const& path) {
    extensions(profile, kOfProduct, path, "");
    for (std::string_view const needed : {"brand", "licensedRoute", "verification", "source"}) {
      bool there = false;
      base::each(profile, "extension",
                 [&](Json const& part, std::size_t) { there = there || string_member(part, "url") == needed; });
      if (!there) fault(path, "product-profile has no " + std::string(needed));
    }
  }

  void canonical(std::string_view text, Path const& path) {
    std::string_view const id = text.starts_with(kValueSet) ? text.substr(kValueSet.size()) : text;
    if (std::find(ids_.begin(), ids_.end(), id) == ids_.end())
      fault(path, "no value set \"" + std::string(id) + "\"" + base::did_you_mean(id, ids_));
  }

  void include(Json const& include, Path const& path) {
    members(include, {"system", "concept", "filter", "extension", "valueSet"}, path);
    std::string_view const system = string_member(include, "system");
    auto const& systems = known_code_systems();
    if (!holds(systems, system)) {
      fault(below(path, "system"),
            "unknown code system \"" + std::string(system) + "\"" + base::did_you_mean(system, systems));
    }
    extensions(include, kOfInclude, path);
    base::each(include, "extension", [&](Json const& one, std::size_t i) {
      std::string_view const uri = string_member(one, "valueUri");
      bool const shaped = uri.starts_with("urn:oid:") ? is_oid(uri.substr(8)) : uri.starts_with("http");
      if (!uri.empty() && !shaped)
        fault(below(below(below(path, "extension"), i), "valueUri"), "is no URI: \"" + std::string(uri) + "\"");
    });
    base::each(include, "concept", [&](Json const& one, std::size_t i) {
      concept_entry(one, system, has(include, "match-by-prefix"), below(below(path, "concept"), i));
    });
    base::each(include, "filter", [&](Json const& one, std::size_t i) {
      Path const here = below(below(path, "filter"), i);
      members(one, {"property", "op", "value"}, here);
      ++codes_;
      std::string_view code = string_member(one, "value");
      if (code.ends_with(".*")) code.remove_suffix(2);
      if (auto const why = code_fault(system, code, true); !why.empty())
        fault(below(here, "value"), "\"" + std::string(code) + "\" " + why);
      marks(include, path);
    });
  }

  void concept_entry(Json const& entry, std::string_view system, bool beginning, Path const& path) {
    members(entry, {"code", "display", "extension"}, path);
    ++codes_;
    std::string_view const code = string_member(entry, "code");
    if (string_member(entry, "display").empty()) fault(path, "\"" + std::string(code) + "\" has no display");
    extensions(entry, kOfConcept, path);
    if (auto const why = code_fault(system, code, beginning || has(entry, "match-by-prefix")); !why.empty())
      fault(below(path, "code"), "\"" + std::string(code) + "\" " + why);
    marks(entry, path);
    if (!system.ends_with("/ndc")) return;
    auto const products = ndc_products(code);
    if (products.size() != 1 || text_of(entry, "ndc-11-digit-prefix") != products.front())
      fault(path, "ndc-11-digit-prefix of \"" + std::string(code) + "\" must be its nine digits" +
                      (products.size() == 1 ? ", " + products.front() : std::string()));
  }

  /// Every code says whether it was verified, and a verified one by what.
  void marks(Json const& entry, Path const& path) {
    std::string_view const mark = text_of(entry, "code-verification");
    std::string const code(string_member(entry, "code"));
    if (mark.empty()) fault(path, "\"" + code + "\" has no code-verification: verified, or unverified");
    if (mark == "verified" && text_of(entry, "code-verification-source").empty())
      fault(path, "\"" + code + "\" is verified, and code-verification-source does not say by what");
  }

  static std::string_view text_of(Json const& parent, std::string_view name) {
    std::string_view found;
    base::each(parent, "extension", [&](Json const& one, std::size_t) {
      std::string_view const url = string_member(one, "url");
      if (!url.starts_with(kExtension) || url.substr(kExtension.size()) != name) return;
      for (char const* value : {"valueString", "valueCode"}) {
        if (found.empty()) found = string_member(one, value);
      }
    });
    return found;
  }
  static bool has(Json const& parent, std::string_view name) {
    bool found = false;
    base::each(parent, "extension", [&](Json const& one, std::size_t) {
      found = found || string_member(one, "url") == std::string(kExtension) + std::string(name);
    });
    return found;
  }
  static bool is_oid(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos && text.back() != '.';
  }
  template <class List>
  static bool holds(List const& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  }

  base::JsonBody const& body_;
  std::string const& file_;
  std::vector<std::string> const& ids_;
  std::vector<ValueSetFault> found_;
  std::size_t codes_ = 0;
};

}  // namespace

std::vector<ValueSetFault> check_value_set(base::JsonBody const& body, std::string const& file,
                                           std::vector<std::string> const& ids) {
  return Checker(body, file, ids).run();
}

std::vector<ValueSetFault> check_value_sets(std::filesystem::path const& folder) {
  std::vector<ValueSetFault> found;
  auto const files = value_set_files(folder);
  if (!files) return found;
  std::vector<std::string> ids;
  ids.reserve(files->size());
  for (auto const& path : *files) ids.push_back(path.stem().string());
  for (auto const& path : *files) {
    auto text = base::read_regular_file(path.string());
    if (!text) continue;
    auto const body = base::JsonBody::parse(*std::move(text), {});
    if (!body) continue;
    auto of_file = check_value_set(**body, path.filename().string(), ids);
    found.insert(found.end(), std::make_move_iterator(of_file.begin()), std::make_move_iterator(of_file.end()));
  }
  return found;
}

}  // namespace ivig::fhir
