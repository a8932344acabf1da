#include "app/config_node.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <numeric>
#include <set>

namespace ivig::app {
namespace {

constexpr std::size_t kShownText = 40;

/// A value as it may be shown in a message of one line.
std::string shown(std::string text) {
  if (text.size() > kShownText) text = text.substr(0, kShownText) + "...";
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
  return "'" + text + "'";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string listed(std::span<std::string_view const> words) {
  std::string text;
  for (std::string_view const word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

std::string seconds_text(std::chrono::milliseconds time) {
  std::string const millis = std::to_string(time.count() % 1000);
  std::string text = std::to_string(time.count() / 1000);
  if (time.count() % 1000 != 0) text += "." + std::string(3 - millis.size(), '0') + millis;
  while (text.find('.') != std::string::npos && text.back() == '0') text.pop_back();
  return text;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

void no_nulls(Members const& members, std::span<std::string_view const> may_be_null) {
  for (auto const& [name, node] : members) {
    if (node.is_null() && std::find(may_be_null.begin(), may_be_null.end(), name) == may_be_null.end()) {
      node.refuse("has no value; give one or remove the key");
    }
  }
}

std::optional<std::string_view> nearest(std::string_view word, std::span<std::string_view const> known) {
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (std::string_view const candidate : known) {
    std::size_t const distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

ConfigNode ConfigNode::parse(std::string_view text) {
  // The library takes it for the end of the file: what follows would be left out silently.
  if (auto const nul = text.find('\0'); nul != std::string_view::npos) {
    auto const lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n');
    throw ConfigMistake(static_cast<int>(lines) + 1, "holds a NUL byte; save the file as UTF-8 text");
  }
  try {
    std::vector<YAML::Node> const documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      throw ConfigMistake(documents[1].Mark().line + 1,
                          "a second YAML document begins here; keep one and remove the '---'");
    }
    return {documents.empty() ? YAML::Node() : documents.front(), "", 1};
  } catch (YAML::Exception const& broken) {
    throw ConfigMistake(broken.mark.line + 1,
                        "is not YAML: " + broken.msg + "; mend the indentation, brackets or quotes here");
  }
}

ConfigNode::ConfigNode(YAML::Node const& node, std::string key, int line)
    : node_(std::make_unique<YAML::Node>(node)), key_(std::move(key)), line_(line) {}
ConfigNode::~ConfigNode() = default;
ConfigNode::ConfigNode(ConfigNode const& other) : ConfigNode(other.node(), other.key_, other.line_) {}

bool ConfigNode::is_null() const { return node().IsNull(); }

void ConfigNode::refuse(std::string const& problem) const {
  throw ConfigMistake(line_, key_.empty() ? problem : "key " + key_ + ": " + problem);
}

std::string ConfigNode::plain_scalar(std::string_view wanted) const {
  // A quoted scalar carries the tag "!": "123" is a text, not a number.
  if (!node().IsScalar() || node().Tag() == "!") refuse("must be " + std::string(wanted));
  return node().Scalar();
}

std::string ConfigNode::text() const {
  if (!node().IsScalar()) refuse("must be a text");
  if (node().Scalar().empty()) refuse("must not be empty");
  return node().Scalar();
}

bool ConfigNode::boolean() const {
  std::string const text = plain_scalar("true or false");
  if (text != "true" && text != "false") refuse("must be true or false, not " + shown(text));
  return text == "true";
}

std::uint64_t ConfigNode::integer(std::uint64_t least, std::uint64_t most) const {
  std::string const wanted = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  std::string const text = plain_scalar(wanted);
  auto const value = number_in<std::uint64_t>(text);
  if (!value || *value < least || *value > most) refuse("must be " + wanted + ", not " + shown(text));
  return *value;
}

std::chrono::milliseconds ConfigNode::seconds(std::chrono::milliseconds least, std::chrono::seconds most) const {
  std::string const wanted = "seconds from " + seconds_text(least) + " to " + std::to_string(most.count());
  std::string const text = plain_scalar(wanted);
  std::string_view const whole = std::string_view(text).substr(0, text.find('.'));
  std::string decimals = whole.size() == text.size() ? "0" : text.substr(whole.size() + 1);
  bool const readable = !decimals.empty() && decimals.size() <= 3 && whole.size() <= 9;
  decimals.resize(3, '0');
  auto const seconds = number_in<std::uint32_t>(whole);
  auto const millis = number_in<std::uint32_t>(decimals);
  if (!readable || !seconds || !millis) refuse("must be " + wanted + ", not " + shown(text));
  auto const value = std::chrono::seconds(*seconds) + std::chrono::milliseconds(*millis);
  if (value < least || value > most) refuse("must be " + wanted + ", not " + shown(text));
  return value;
}

std::vector<ConfigNode> ConfigNode::items() const {
  std::vector<ConfigNode> items;
  if (!node().IsSequence()) {
    items.emplace_back(node(), key_, line_);
    return items;
  }
  for (std::size_t i = 0; i < node().size(); ++i) {
    YAML::Node const item = node()[i];
    items.emplace_back(item, key_ + "[" + std::to_string(i) + "]", item.IsNull() ? line_ : item.Mark().line + 1);
  }
  return items;
}

std::vector<std::string> ConfigNode::texts() const {
  std::vector<std::string> texts;
  for (ConfigNode const& item : items()) texts.push_back(item.text());
  return texts;
}

std::size_t ConfigNode::one_of(std::span<std::string_view const> words) const {
  std::string const word = node().IsScalar() ? node().Scalar() : std::string();
  auto const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) {
    refuse("must be one of " + listed(words) + (node().IsScalar() ? ", not " + shown(word) : std::string()));
  }
  return static_cast<std::size_t>(found - words.begin());
}

std::map<std::string, ConfigNode> ConfigNode::members(std::span<std::string_view const> known) const {
  if (!node().IsMap()) {
    refuse((key_.empty() ? "the file must be a mapping of keys to values; keys are "
                         : "must be a mapping with the keys ") +
           listed(known));
  }
  std::map<std::string, ConfigNode> members;
  for (auto const& entry : node()) {
    std::string const name = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
    std::string const path = key_.empty() ? name : key_ + "." + name;
    int const at = entry.first.Mark().line + 1;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      auto const guess = nearest(name, known);
      std::string const prefix = key_.empty() ? std::string() : key_ + ".";
      throw ConfigMistake(
          at, "key " + prefix + shown(name).substr(1, shown(name).size() - 2) + ": unknown; " +
                  (guess ? "did you mean " + prefix + std::string(*guess) + "?" : "known keys are " + listed(known)));
    }
    if (!members.emplace(name, ConfigNode(entry.second, path, at)).second) {
      throw ConfigMistake(at, "key " + path + ": is given twice; remove one of them");
    }
  }
  return members;
}

}  // namespace ivig::app
