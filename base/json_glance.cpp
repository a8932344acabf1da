#include "base/json_glance.h"

#include <simdjson.h>

#include "base/json_body.h"

namespace ivig::base {

struct JsonGlance::Parser {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  bool usable = false;
};

static_assert(JsonGlance::kPadding >= simdjson::SIMDJSON_PADDING);

JsonGlance::JsonGlance() : parser_(std::make_unique<Parser>()) {}
JsonGlance::~JsonGlance() = default;

bool JsonGlance::read(std::string_view text) {
  Parser& own = *parser_;
  own.usable = false;
  if (text.size() > own.parser.capacity() &&
      own.parser.allocate(text.size() + text.size() / 2, JsonLimits{}.depth) != simdjson::SUCCESS) {
    return false;
  }
  simdjson::dom::element root;
  if (own.parser.parse(text.data(), text.size(), false).get(root) != simdjson::SUCCESS) return false;
  own.usable = root.get(own.object) == simdjson::SUCCESS;
  return own.usable;
}

std::string_view JsonGlance::text(std::string_view name) const {
  std::string_view found;
  if (parser_->usable && parser_->object[name].get(found) != simdjson::SUCCESS) return {};
  return found;
}

std::string_view JsonGlance::reference(std::string_view name) const {
  simdjson::dom::element value;
  std::string_view found;
  if (!parser_->usable || parser_->object[name].get(value) != simdjson::SUCCESS) return {};
  if (value.is_array() && value.at(0).get(value) != simdjson::SUCCESS) return {};
  if (value.get(found) == simdjson::SUCCESS) return found;
  return value["reference"].get(found) == simdjson::SUCCESS ? found : std::string_view{};
}

bool JsonGlance::has(std::string_view name) const {
  simdjson::dom::element value;
  return parser_->usable && parser_->object[name].get(value) == simdjson::SUCCESS && !value.is_null();
}

}  // namespace ivig::base
