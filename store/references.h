#pragma once
// How references to a patient's resources are kept: as keyed hashes, or plain.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ivig::store {

/// "Patient/123" becomes "Patient/~" and 32 hexadecimal digits: the same on every node with the same key, so that one
/// patient's decisions are found together, and nothing that can be turned back without the key.
class References {
 public:
  /// Plain references.
  References() = default;
  explicit References(std::string key) : key_(std::move(key)) {}

  /// Reads the key; a missing file is written first, with a new random key that its owner alone may read.
  /// Errors: io, invalid_config (not at least 32 characters).
  [[nodiscard]] static base::Result<References> with_key_file(std::filesystem::path const& file);

  [[nodiscard]] bool hashed() const { return !key_.empty(); }

  /// As kept. What is no relative or absolute reference (Type/id) is hashed whole; the empty text stays empty.
  [[nodiscard]] std::string kept(std::string_view reference) const;

  /// As kept, where the text is a reference "Type/id", maybe with a path behind it ("Condition/c1.code"); other texts,
  /// such as "MedicationRequest.reasonCode[0]", hold no id and stay.
  [[nodiscard]] std::string kept_place(std::string_view place) const;

  /// Text, or JSON, with every relative reference in it as kept.
  [[nodiscard]] std::string kept_in_text(std::string text) const;

 private:
  std::string key_;
};

}  // namespace ivig::store
