#pragma once
// How much of what a call holds is read: more than any real chart has, and little enough that every order is decided
// within a bounded time whatever is sent.

#include <cstddef>

namespace ivig::fhir {

/// The defaults are the configuration's, `limits.` before each name. Bytes are of UTF-8.
struct ReadLimits {
  std::size_t orders = 100;           ///< in the Bundle of a request; more are refused
  std::size_t resources = 10'000;     ///< of a chart
  std::size_t codings = 100;          ///< of one concept
  std::size_t identifiers = 100;      ///< of one resource
  std::size_t dosages = 100;          ///< instructions of one order or treatment
  std::size_t answers = 1000;         ///< questions answered by yes or no, in all questionnaire responses of a chart
  std::size_t answer_depth = 10;      ///< levels of items within items of a response
  std::size_t entry_text = 200'000;   ///< limits.entry_text_bytes: names and notes of one resource
  std::size_t call_text = 4'000'000;  ///< limits.call_text_bytes: of all resources of a chart
};

}  // namespace ivig::fhir
