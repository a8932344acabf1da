#include "base/json_glance.h"

#include <simdjson.h>

#include <algorithm>

#include "base/json_body.h"

namespace ivig::base {

static_assert(JsonGlance::kPadding >= simdjson::SIMDJSON_PADDING);
static_assert(JsonGlance::kPadding >= JsonGlanceScan::kReach);
static_assert(JsonGlanceScan::kDepth < JsonLimits{}.depth);

namespace {

/// The letters of a string that is written without escapes; empty when `value` is no string.
std::string_view letters(WrittenMember const& member) {
  return member.value.front() == '"' ? member.value.substr(1, member.value.size() - 2) : std::string_view{};
}

WrittenMember const* first_named(std::vector<WrittenMember> const& members, std::string_view name) {
  auto const found =
      std::find_if(members.begin(), members.end(), [&](WrittenMember const& member) { return member.name == name; });
  return found == members.end() ? nullptr : &*found;
}

}  // namespace

/// The careful way, and what it found. Also used later where the quick way found an escape in what is asked for.
struct JsonGlance::Parser {
  simdjson::dom::parser parser;
  simdjson::dom::object object;

  bool read(std::string_view text) {
    if (text.size() > parser.capacity() &&
        parser.allocate(text.size() + text.size() / 2, JsonLimits{}.depth) != simdjson::SUCCESS) {
      return false;
    }
    simdjson::dom::element root;
    if (parser.parse(text.data(), text.size(), false).get(root) != simdjson::SUCCESS) return false;
    return root.get(object) == simdjson::SUCCESS;
  }
};

JsonGlance::JsonGlance() : parser_(std::make_unique<Parser>()) {}
JsonGlance::~JsonGlance() = default;

bool JsonGlance::read(std::string_view text) {
  text_ = text;
  if (scan_.read(text)) {
    way_ = Way::quick;
    return true;
  }
  return read_carefully(text);
}

bool JsonGlance::read_carefully(std::string_view text) {
  way_ = parser_->read(text) ? Way::careful : Way::none;
  return way_ == Way::careful;
}

std::vector<WrittenMember> const* JsonGlance::written() const {
  return way_ == Way::quick ? &scan_.members() : nullptr;
}

/// Nullptr when the careful way must answer, which is then gone once.
WrittenMember const* JsonGlance::quick_answer(std::string_view name) {
  static constexpr WrittenMember kNothing{{}, "null", false};
  if (way_ != Way::quick) return nullptr;
  WrittenMember const* const found = first_named(scan_.members(), name);
  if (found == nullptr) return &kNothing;
  if (!found->escaped) return found;
  read_carefully(text_);
  return nullptr;
}

std::string_view JsonGlance::text(std::string_view name) {
  if (WrittenMember const* const quick = quick_answer(name)) return letters(*quick);
  std::string_view found;
  if (way_ == Way::none || parser_->object[name].get(found) != simdjson::SUCCESS) return {};
  return found;
}

std::string_view JsonGlance::reference(std::string_view name) {
  if (WrittenMember const* const quick = quick_answer(name)) {
    if (quick->value.front() == '"') return letters(*quick);
    if (quick->value.front() == '{' && inner_scan_.read(quick->value)) {
      WrittenMember const* const inner = first_named(inner_scan_.members(), "reference");
      return inner == nullptr ? std::string_view{} : letters(*inner);
    }
    if (quick->value.front() != '[' && quick->value.front() != '{') return {};
    read_carefully(text_);
  }
  simdjson::dom::element value;
  std::string_view found;
  if (way_ == Way::none || parser_->object[name].get(value) != simdjson::SUCCESS) return {};
  if (value.is_array() && value.at(0).get(value) != simdjson::SUCCESS) return {};
  if (value.get(found) == simdjson::SUCCESS) return found;
  return value["reference"].get(found) == simdjson::SUCCESS ? found : std::string_view{};
}

bool JsonGlance::has(std::string_view name) {
  if (way_ == Way::quick) {
    WrittenMember const* const found = first_named(scan_.members(), name);
    return found != nullptr && found->value != "null";
  }
  simdjson::dom::element value;
  return way_ == Way::careful && parser_->object[name].get(value) == simdjson::SUCCESS && !value.is_null();
}

}  // namespace ivig::base
