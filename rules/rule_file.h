#pragma once
// One rule file while it is being loaded: its text, its JSON, and errors that point into it.

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_body.h"
#include "base/json_read.h"
#include "base/result.h"

namespace ivig::rules {

/// Reads `path` whole. Errors: io.
[[nodiscard]] base::Result<std::string> read_file(std::filesystem::path const& path);

class RuleFile {
 public:
  /// Errors: io, not_json (with line).
  [[nodiscard]] static base::Result<RuleFile> open(std::filesystem::path const& path);

  [[nodiscard]] base::Json const& root() const { return body_->root(); }
  [[nodiscard]] std::string const& name() const { return name_; }
  /// The line (from 1) on which the entry with this id stands; 1 when it is not found.
  [[nodiscard]] std::size_t line_of(std::string_view id) const;
  /// An invalid_rules error that reads "facts.json:12: gbs-adult: requires" / "why and the fix".
  [[nodiscard]] tl::unexpected<base::Error> error(std::string_view id, std::string_view member,
                                                  std::string detail) const;
  /// Refuses members that the form does not know, so that a slip of the pen cannot silence a rule.
  [[nodiscard]] base::Result<void> only(base::Json const& object, std::string_view id,
                                        std::initializer_list<std::string_view> known) const;

 private:
  std::string name_;
  std::unique_ptr<base::JsonBody> body_;
};

/// The strings of an array member; anything else in it is skipped.
[[nodiscard]] std::vector<std::string> string_list(base::Json const& object, std::string_view name);
/// The strings of an array of phrases, their alternatives written out: "{meets|met} {all|} criteria" is four phrases.
[[nodiscard]] std::vector<std::string> phrase_list(base::Json const& object, std::string_view name);
[[nodiscard]] bool flag(base::Json const& object, std::string_view name);
[[nodiscard]] std::optional<int> integer(base::Json const& object, std::string_view name);

}  // namespace ivig::rules
