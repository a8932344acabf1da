#include "fhir/code_shape.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace ivig::fhir {
namespace {

/// A pattern of one place a character: 9 a digit, A a capital letter, X either, other characters themselves. What
/// stands after the length `least` may be missing.
struct Pattern {
  std::string_view form;
  std::size_t least;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

bool fits(std::string_view code, Pattern const& pattern, bool beginning) {
  if (code.empty() || code.size() > pattern.form.size() || (!beginning && code.size() < pattern.least)) return false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    char const c = code[i];
    char const form = pattern.form[i];
    bool const known = form == '9'   ? is_digit(c)
                       : form == 'A' ? is_capital(c)
                       : form == 'X' ? is_digit(c) || is_capital(c)
                                     : c == form;
    if (!known) return false;
  }
  return code.back() != '.' && code.back() != '-';
}

/// Verhoeff (1969): the multiplication of the dihedral group of order 10 and the permutation of places.
bool verhoeff(std::string_view digits) {
  constexpr std::array<std::string_view, 10> kMultiply{"0123456789", "1234067895", "2340178956", "3401289567",
                                                       "4012395678", "5987604321", "6598710432", "7659821043",
                                                       "8765932104", "9876543210"};
  constexpr std::array<std::string_view, 8> kPermute{"0123456789", "1576283094", "5803796142", "8916043527",
                                                     "9453126870", "4286573901", "2793806415", "7046913258"};
  std::size_t sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    auto const digit = static_cast<std::size_t>(digits[digits.size() - 1 - i] - '0');
    sum = static_cast<std::size_t>(kMultiply[sum][static_cast<std::size_t>(kPermute[i % 8][digit] - '0')] - '0');
  }
  return sum == 0;
}

std::string snomed_fault(std::string_view code) {
  bool const digits = std::all_of(code.begin(), code.end(), is_digit);
  if (!digits || code.size() < 6 || code.size() > 18 || code.front() == '0') return "is no SNOMED CT identifier";
  std::string_view const partition = code.substr(code.size() - 3, 2);
  if (partition != "00" && partition != "10")
    return "is no identifier of a SNOMED CT concept (partition " + std::string(partition) + ")";
  return verhoeff(code) ? "" : "has a wrong check digit (SNOMED CT, Verhoeff)";
}

/// Luhn over the digits before the hyphen.
std::string loinc_fault(std::string_view code) {
  auto const hyphen = code.find('-');
  bool const form = hyphen != std::string_view::npos && hyphen >= 1 && hyphen <= 7 && code.size() == hyphen + 2 &&
                    is_digit(code.back()) &&
                    std::all_of(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(hyphen), is_digit);
  if (!form) return "is no LOINC code: digits, a hyphen, a check digit";
  int sum = 0;
  for (std::size_t i = 0; i < hyphen; ++i) {
    int digit = code[hyphen - 1 - i] - '0';
    if (i % 2 == 0) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return (10 - sum % 10) % 10 == code.back() - '0' ? "" : "has a wrong check digit (LOINC, mod 10)";
}

struct System {
  std::string_view uri, name;
  std::vector<Pattern> patterns;
};

std::vector<System> const& systems() {
  static std::vector<System> const all{
      {"http://snomed.info/sct", "SNOMED CT", {}},
      {"http://loinc.org", "LOINC", {}},
      {"http://hl7.org/fhir/sid/icd-10-cm", "ICD-10-CM", {{"A9X.XXXX", 3}}},
      {"http://hl7.org/fhir/sid/icd-10", "ICD-10", {{"A99.99", 3}}},
      {"http://hl7.org/fhir/sid/icd-9-cm", "ICD-9-CM", {{"999.99", 3}, {"V99.99", 3}, {"E999.9", 4}, {"99.99", 2}}},
      {"http://hl7.org/fhir/sid/ndc", "NDC (labeler-product)", {{"99999-9999", 9}, {"9999-9999", 9}}},
      {"http://hl7.org/fhir/sid/cvx", "CVX", {{"999", 2}}},
      {"http://www.nlm.nih.gov/research/umls/rxnorm", "RxNorm", {{"9999999", 1}}},
      {"http://www.whocc.no/atc", "ATC", {{"A99AA99", 7}}},
      {"http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "HCPCS", {{"A9999", 5}}},
      {"http://www.cms.gov/Medicare/Coding/ICD10", "ICD-10-PCS", {{"XXXXXXX", 7}}},
      {"http://www.ama-assn.org/go/cpt", "CPT", {{"99999", 5}, {"9999A", 5}}},
      {"http://fdasis.nlm.nih.gov", "UNII", {{"XXXXXXXXXX", 10}}},
      {"http://standardterms.edqm.eu", "EDQM", {{"99999999", 8}}},
      {"http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "NCI Thesaurus", {{"C999999", 3}}},
      {"http://terminology.hl7.org/CodeSystem/v2-0162", "HL7 table 0162", {{"AAAA", 2}}},
      {"http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration",
       "HL7 RouteOfAdministration",
       {{"AAAAAAAAAAAA", 2}}},
  };
  return all;
}

/// ATC has classes as well as substances: J06, J06BA, J06BA02; and ICD-10 families are codes of their own.
bool is_class(std::string_view system, std::string_view code) {
  return system == "http://www.whocc.no/atc" && (code.size() == 3 || code.size() == 4 || code.size() == 5);
}

}  // namespace

std::vector<std::string_view> const& known_code_systems() {
  static std::vector<std::string_view> const uris = [] {
    std::vector<std::string_view> found;
    for (auto const& system : systems()) found.push_back(system.uri);
    return found;
  }();
  return uris;
}

std::string code_fault(std::string_view system, std::string_view code, bool beginning) {
  auto const& all = systems();
  auto const it = std::find_if(all.begin(), all.end(), [&](System const& one) { return one.uri == system; });
  if (it == all.end()) return {};
  if (it->name == "SNOMED CT") return snomed_fault(code);
  if (it->name == "LOINC") return loinc_fault(code);
  bool const shorter = beginning || is_class(system, code);
  bool const fine = std::any_of(it->patterns.begin(), it->patterns.end(),
                                [&](Pattern const& pattern) { return fits(code, pattern, shorter); });
  return fine ? std::string() : "has not the shape of " + std::string(it->name);
}

}  // namespace ivig::fhir
