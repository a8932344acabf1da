#pragma once
// What codes of the code systems that value sets use look like, down to their check digits: a slip of the pen in a code
// would silence it without a sign.

#include <string>
#include <string_view>
#include <vector>

namespace ivig::fhir {

/// The URIs of the code systems whose codes are known in shape: the only ones that value sets may use.
[[nodiscard]] std::vector<std::string_view> const& known_code_systems();

/// What is wrong with `code` as a code of `system`; empty when nothing is, or the system is not known. `beginning`: it
/// stands for all codes that begin so, and may be shorter. SNOMED CT: Verhoeff's check digit and the partition of
/// concepts (Technical Implementation Guide, SCTID). LOINC: mod 10 (LOINC Users' Guide). ICD: the dot. NDC: labeler and
/// product.
[[nodiscard]] std::string code_fault(std::string_view system, std::string_view code, bool beginning);

}  // namespace ivig::fhir
