#include "fhir/terminology.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "fhir/ndc.h"

namespace ivig::fhir {
namespace {

/// No code system has codes as long as that.
constexpr std::size_t kLongestPrefix = 63;

constexpr std::string_view kNdc = "http://hl7.org/fhir/sid/ndc";
constexpr std::string_view kHcpcs = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";

/// Aliases that clients use whatever the value sets list. REQ CTX-09
constexpr std::array<std::pair<std::string_view, std::string_view>, 38> kSystemAliases{{
    {"urn:oid:2.16.840.1.113883.6.88", "http://www.nlm.nih.gov/research/umls/rxnorm"},
    {"urn:oid:2.16.840.1.113883.6.69", "http://hl7.org/fhir/sid/ndc"},
    {"urn:oid:2.16.840.1.113883.6.285", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"},
    {"http://terminology.hl7.org/CodeSystem/HCPCS", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"},
    {"https://bluebutton.cms.gov/resources/codesystem/hcpcs",
     "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"},
    {"urn:oid:2.16.840.1.113883.6.14", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"},
    {"http://terminology.hl7.org/CodeSystem/hcpcs-all-codes",
     "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"},
    {"urn:oid:2.16.840.1.113883.6.12", "http://www.ama-assn.org/go/cpt"},
    {"urn:oid:2.16.840.1.113883.6.90", "http://hl7.org/fhir/sid/icd-10-cm"},
    {"urn:oid:2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10"},
    {"urn:oid:2.16.840.1.113883.6.103", "http://hl7.org/fhir/sid/icd-9-cm"},
    {"urn:oid:2.16.840.1.113883.6.96", "http://snomed.info/sct"},
    {"urn:oid:2.16.840.1.113883.6.1", "http://loinc.org"},
    {"urn:oid:2.16.840.1.113883.6.73", "http://www.whocc.no/atc"},
    {"urn:oid:2.16.840.1.113883.12.292", "http://hl7.org/fhir/sid/cvx"},
    {"urn:oid:2.16.840.1.113883.5.112", "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"},
    // Names of HL7 table 0396 and what else stands in place of a URI.
    {"ndc", "http://hl7.org/fhir/sid/ndc"},
    {"ndc11", "http://hl7.org/fhir/sid/ndc"},
    {"urn:ndc", "http://hl7.org/fhir/sid/ndc"},
    {"national drug code", "http://hl7.org/fhir/sid/ndc"},
    {"fda.gov/ndc", "http://hl7.org/fhir/sid/ndc"},
    {"www.fda.gov/ndc", "http://hl7.org/fhir/sid/ndc"},
    {"terminology.hl7.org/CodeSystem/ndc", "http://hl7.org/fhir/sid/ndc"},
    {"rxnorm", "http://www.nlm.nih.gov/research/umls/rxnorm"},
    {"rxcui", "http://www.nlm.nih.gov/research/umls/rxnorm"},
    {"hcpcs", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"},
    {"hl7.org/fhir/sid/hcpcs", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"},
    {"cpt", "http://www.ama-assn.org/go/cpt"},
    {"icd-10-cm", "http://hl7.org/fhir/sid/icd-10-cm"},
    {"icd10cm", "http://hl7.org/fhir/sid/icd-10-cm"},
    {"i10c", "http://hl7.org/fhir/sid/icd-10-cm"},
    {"icd-10", "http://hl7.org/fhir/sid/icd-10"},
    {"snomed", "http://snomed.info/sct"},
    {"snomedct", "http://snomed.info/sct"},
    {"sct", "http://snomed.info/sct"},
    {"loinc", "http://loinc.org"},
    {"atc", "http://www.whocc.no/atc"},
    {"cvx", "http://hl7.org/fhir/sid/cvx"},
}};

/// Scheme, a trailing slash and a SNOMED CT edition path say nothing about which code system it is.
std::string system_key(std::string_view system) {
  if (system.starts_with("https://")) system.remove_prefix(8);
  if (system.starts_with("http://")) system.remove_prefix(7);
  while (system.ends_with('/')) system.remove_suffix(1);
  if (system.starts_with("snomed.info/sct/")) system = "snomed.info/sct";
  if (auto bar = system.find('|'); bar != std::string_view::npos) system = system.substr(0, bar);
  std::string key(system);
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  // Bare OIDs are written with and without the URN prefix.
  if (!key.empty() && std::isdigit(static_cast<unsigned char>(key.front())) != 0) key.insert(0, "urn:oid:");
  return key;
}

CodeForm form_of(std::string_view canonical_system) {
  if (canonical_system == kNdc) return CodeForm::ndc;
  if (canonical_system == kHcpcs) return CodeForm::hcpcs;
  return canonical_system.find("/icd-") != std::string_view::npos ? CodeForm::icd : CodeForm::plain;
}

}  // namespace

std::string normalised_code(CodeForm form, std::string_view code) {
  while (!code.empty() && code.front() == ' ') code.remove_prefix(1);
  while (!code.empty() && code.back() == ' ') code.remove_suffix(1);
  if (form == CodeForm::ndc) {
    auto const products = ndc_products(code);
    return products.empty() ? std::string() : products.front();
  }
  std::string key;
  key.reserve(code.size());
  for (char c : code) {
    if (form == CodeForm::icd && c == '.') continue;
    key.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  }
  if (form == CodeForm::hcpcs && key.size() > 5) key.resize(5);  // J1459JW, J1459-JW
  return key;
}

Terminology::Terminology(std::vector<ValueSet> sets) : sets_(std::move(sets)) {
  auto system_of = [&](std::string const& system) {
    auto [it, added] = system_ids_.try_emplace(system_key(system), static_cast<SystemIndex>(systems_.size()));
    if (added) systems_.emplace_back().form = form_of(system);
    systems_as_written_.try_emplace(system, it->second);
    return it->second;
  };
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    set_ids_.emplace(sets_[i].id, static_cast<SetIndex>(i));
    for (auto const& code : sets_[i].codes) system_of(code.system);
  }
  for (auto const& [alias, system] : kSystemAliases)
    system_ids_.try_emplace(system_key(alias), system_of(std::string(system)));
  for (auto const& set : sets_) {
    for (auto const& [alias, system] : set.system_aliases) {
      system_ids_.try_emplace(system_key(alias), system_of(system));
    }
  }
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    for (std::size_t c = 0; c < sets_[i].codes.size(); ++c) {
      add_code(static_cast<SetIndex>(i), static_cast<std::uint32_t>(c), sets_[i].codes[c]);
    }
  }
}

void Terminology::add_code(SetIndex set, std::uint32_t index, ValueSetCode const& code) {
  System& system = systems_[*system_index(code.system)];
  CodeMatch match{set, code.broader, index};
  if (!code.ndc_prefix.empty()) {
    system.exact[code.ndc_prefix].push_back(match);
    return;
  }
  std::string key = normalised_code(system.form, code.code);
  if (code.prefix) {
    system.prefix_lengths |= std::uint64_t{1} << std::min(key.size(), kLongestPrefix);
    system.prefixes[key].push_back(match);
  } else {
    system.exact[key].push_back(match);
  }
}

std::optional<SetIndex> Terminology::set_index(std::string_view id) const {
  auto it = set_ids_.find(id);
  return it == set_ids_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<Terminology::SystemIndex> Terminology::system_index(std::string_view system) const {
  if (auto const as_written = systems_as_written_.find(system); as_written != systems_as_written_.end())
    return as_written->second;
  auto it = system_ids_.find(system_key(system));
  return it == system_ids_.end() ? std::nullopt : std::optional(it->second);
}

bool Terminology::is_known_system(std::string_view system) const { return system_index(system).has_value(); }

void Terminology::find(Coding const& coding, std::vector<CodeMatch>& out) const {
  if (coding.code.empty()) return;
  bool const nameless_ndc = coding.system.empty() && is_segmented_ndc(coding.code);
  auto index = system_index(nameless_ndc ? kNdc : coding.system);
  if (!index) return;
  System const& system = systems_[*index];
  if (system.form == CodeForm::ndc) {
    for (auto const& product : ndc_products(coding.code)) append(system.exact, product, out);
    return;
  }
  std::string const key = normalised_code(system.form, coding.code);
  append(system.exact, key, out);
  for (std::size_t length = std::min(key.size(), kLongestPrefix); length > 0; --length) {
    if ((system.prefix_lengths >> length & 1U) != 0)
      append(system.prefixes, std::string_view(key).substr(0, length), out);
  }
}

void Terminology::append(MatchesByCode const& codes, std::string_view key, std::vector<CodeMatch>& out) {
  auto const it = codes.find(key);
  if (it != codes.end()) out.insert(out.end(), it->second.begin(), it->second.end());
}

}  // namespace ivig::fhir
