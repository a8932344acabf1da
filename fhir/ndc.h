#pragma once
// The National Drug Code in its spellings. An NDC has three segments, labeler, product and package, of 4-4-2, 5-3-2 or
// 5-4-1 digits; on claims each is padded to 5-4-2. What names a product are the first two.

#include <string>
#include <string_view>
#include <vector>

namespace ivig::fhir {

/// The nine digits (labeler padded to five, product to four) that `code` may stand for; empty when it is no NDC. One
/// with segments stands for one product. Digits in a row, where they are fewer than eleven, leave open which segment
/// was not padded, or that zeros in front were lost: there are up to four readings. Read are hyphens of any kind,
/// spaces and dots between segments, the "*" that marks a digit left out, and the prefixes "NDC" and "N4" of labels and
/// claims (ASC X12 LIN02).
[[nodiscard]] std::vector<std::string> ndc_products(std::string_view code);

/// True for an NDC that its segments alone make known, whatever system it is said to be of: 5-4-2, 4-4-2, 5-3-2, 5-4-1.
[[nodiscard]] bool is_segmented_ndc(std::string_view code);

}  // namespace ivig::fhir
