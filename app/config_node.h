#pragma once
// The YAML of a configuration as typed values; only app/config_node.cpp knows the YAML library.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace YAML {
class Node;
}

namespace ivig::app {

/// A mistake in the file; parse_config turns it into an Error. Thrown inside the reader only.
struct ConfigMistake : std::runtime_error {
  ConfigMistake(int at_line, std::string const& text) : std::runtime_error(text), line(at_line) {}
  int line;  ///< from 1; 0 = the file as a whole
};

/// One value with the path of keys that leads to it.
class ConfigNode {
 public:
  /// The root of one YAML document. Throws ConfigMistake if `text` is no YAML, or holds more than one document.
  [[nodiscard]] static ConfigNode parse(std::string_view text);

  ConfigNode(YAML::Node const& node, std::string key, int line);
  ~ConfigNode();
  ConfigNode(ConfigNode const&);
  ConfigNode& operator=(ConfigNode const&) = delete;

  [[nodiscard]] bool is_null() const;
  /// From 1: of the key where the value has one. The value's own is of no use for an empty one: the next line.
  [[nodiscard]] int line() const { return line_; }
  [[nodiscard]] std::string const& key() const { return key_; }
  /// Throws ConfigMistake: "key KEY: PROBLEM".
  [[noreturn]] void refuse(std::string const& problem) const;

  // Each throws ConfigMistake if the value has another type or is out of range.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::uint64_t integer(std::uint64_t least, std::uint64_t most) const;
  /// Seconds, with up to three decimals.
  [[nodiscard]] std::chrono::milliseconds seconds(std::chrono::milliseconds least, std::chrono::seconds most) const;
  /// A list, or one value as a list of one.
  [[nodiscard]] std::vector<ConfigNode> items() const;
  [[nodiscard]] std::vector<std::string> texts() const;
  /// The index of the text in `words`.
  [[nodiscard]] std::size_t one_of(std::span<std::string_view const> words) const;
  /// The members of a mapping. Keys that are not `known` and repeated keys are mistakes.
  [[nodiscard]] std::map<std::string, ConfigNode> members(std::span<std::string_view const> known) const;

 private:
  [[nodiscard]] YAML::Node const& node() const { return *node_; }
  [[nodiscard]] std::string plain_scalar(std::string_view wanted) const;

  std::unique_ptr<YAML::Node> node_;
  std::string key_;
  int line_;
};

using Members = std::map<std::string, ConfigNode>;

/// Calls `read` with the member, if it is there and not null.
template <class Read>
void with(Members const& members, char const* name, Read&& read) {
  auto const found = members.find(name);
  if (found != members.end() && !found->second.is_null()) read(found->second);
}

/// Null where the configuration knows no null is taken for a forgotten value: a mistake.
void no_nulls(Members const& members, std::span<std::string_view const> may_be_null = {});

/// The known word nearest to a misspelt one, if any is near.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word, std::span<std::string_view const> known);

}  // namespace ivig::app
