#pragma once
// Inline JSON for the tests of fhir/: single quotes stand for double ones.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/json_body.h"
#include "fhir/read_resources.h"

namespace ivig::fhir {

/// Owns the parsed texts of one test; what is read from them lives as long.
class Texts {
 public:
  base::Json const& operator()(std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    auto body = base::JsonBody::parse(text, {});
    EXPECT_TRUE(body.has_value()) << text;
    if (!body) body = base::JsonBody::parse("null", {});
    bodies_.push_back(std::move(*body));
    return bodies_.back()->root();
  }

  /// The resource read into an otherwise empty chart of patient p1.
  Chart chart(std::string const& text) {
    Chart result;
    ResourceIndex const index;
    read_into_chart((*this)(text), "p1", index, result);
    return result;
  }

 private:
  std::vector<std::unique_ptr<base::JsonBody>> bodies_;
};

inline base::Day day(int y, unsigned m, unsigned d) {
  return base::Day(std::chrono::year_month_day(std::chrono::year(y), std::chrono::month(m), std::chrono::day(d)));
}

/// "system|code|display system|code|display / text", for one comparison of a whole concept.
inline std::string shown(Concept const& value) {
  std::string out;
  for (Coding const& coding : value.codings) {
    if (!out.empty()) out += ' ';
    out += std::string(coding.system) + '|' + std::string(coding.code) + '|' + std::string(coding.display);
  }
  if (!value.text.empty()) out += (out.empty() ? "/ " : " / ") + std::string(value.text);
  return out;
}

}  // namespace ivig::fhir
