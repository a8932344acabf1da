#include "hooks/services.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

#include "base/json_body.h"
#include "base/json_read.h"
#include "fhir/gather.h"

namespace ivig::hooks {
namespace {

using base::Json;
using base::string_member;

struct Discovery {
  std::unique_ptr<base::JsonBody> body = *base::JsonBody::parse(discovery_json(), {});
  [[nodiscard]] Json const& root() const { return body->root(); }
  template <class F>
  void each(F&& f) const {
    base::each(root(), "services", [&](Json const& service, std::size_t) { f(service); });
  }
};

/// "path: why" for each null, empty text, empty array and empty object.
void find_empties(Json const& value, std::string const& path, std::vector<std::string>& found) {
  bool empty = value.IsNull() || (value.IsString() && value.GetStringLength() == 0) ||
               (value.IsArray() && value.Empty()) || (value.IsObject() && value.MemberCount() == 0);
  if (empty) found.push_back(path);
  if (value.IsArray()) {
    for (auto const& item : value.GetArray()) find_empties(item, path + "[]", found);
  }
  if (value.IsObject()) {
    for (auto const& member : value.GetObject())
      find_empties(member.value, path + "." + std::string(base::as_string(member.name)), found);
  }
}

TEST(Discovery, DISC_01_is_an_object_with_the_array_of_services) {
  Discovery const discovery;
  ASSERT_TRUE(discovery.root().IsObject());
  Json const* services = base::member(discovery.root(), "services");
  ASSERT_NE(services, nullptr);
  ASSERT_TRUE(services->IsArray());
  EXPECT_EQ(services->Size(), kServices.size());
}

TEST(Discovery, DISC_04_05_each_entry_has_hook_title_description_and_id) {
  Discovery().each([](Json const& service) {
    for (char const* name : {"hook", "title", "description", "id"}) {
      Json const* value = base::member(service, name);
      ASSERT_NE(value, nullptr) << name;
      EXPECT_TRUE(value->IsString() && value->GetStringLength() > 0) << name;
    }
  });
}

TEST(Discovery, DISC_06_11_has_no_null_and_nothing_empty) {
  std::vector<std::string> found;
  find_empties(Discovery().root(), "", found);
  EXPECT_TRUE(found.empty()) << found.front();
}

TEST(Discovery, DISC_10_12_every_id_is_found_and_fits_a_path_segment) {
  std::set<std::string> seen;
  Discovery().each([&](Json const& service) {
    std::string const id(string_member(service, "id"));
    EXPECT_TRUE(seen.insert(id).second) << id;
    EXPECT_NE(id, "feedback");
    EXPECT_TRUE(std::all_of(id.begin(), id.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
    })) << id;
    auto const* found = find_service(id);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->hook, string_member(service, "hook"));
  });
  EXPECT_EQ(find_service(""), nullptr);
  EXPECT_EQ(find_service("ivig-order-sign/"), nullptr);
  EXPECT_EQ(find_service("order-sign"), nullptr);
  EXPECT_EQ(find_service("feedback"), nullptr);
}

TEST(Discovery, DISC_15_has_only_members_of_the_specification) {
  std::set<std::string_view> const known{"hook",    "title",    "description", "id", "prefetch", "usageRequirements",
                                         "version", "extension"};
  Discovery().each([&](Json const& service) {
    for (auto const& member : service.GetObject())
      EXPECT_TRUE(known.contains(base::as_string(member.name))) << base::as_string(member.name);
  });
}

TEST(Discovery, DISC_16_descriptions_read_as_text_and_as_markdown) {
  Discovery().each([](Json const& service) {
    std::string const text(string_member(service, "description"));
    EXPECT_EQ(text.find_first_of("*_`<>[]#|\n\t"), std::string::npos) << text;
    EXPECT_EQ(text.find("  "), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with('.')) << text;
  });
}

/// A read "Type/{{context.x}}" or a search "Type?name=value&...".
struct Template {
  std::string type;
  bool search = false;
  std::vector<std::pair<std::string, std::string>> parameters;

  explicit Template(std::string_view query) {
    auto const end = query.find_first_of("/?");
    type = query.substr(0, end);
    search = end != std::string_view::npos && query[end] == '?';
    std::string rest(end == std::string_view::npos ? "" : query.substr(end + 1));
    for (std::size_t at = 0; search && at <= rest.size();) {
      auto const next = std::min(rest.find('&', at), rest.size());
      std::string const pair = rest.substr(at, next - at);
      parameters.emplace_back(pair.substr(0, pair.find('=')), pair.substr(std::min(pair.find('=') + 1, pair.size())));
      at = next + 1;
    }
  }
};

TEST(Prefetch, PREFT_01_07_08_templates_are_relative_reads_or_plain_searches) {
  std::set<std::string> const parameters{"patient", "category", "_sort", "_count", "code"};
  for (auto const& prefetch : kPrefetch) {
    Template const parsed(prefetch.query);
    ASSERT_FALSE(parsed.type.empty()) << prefetch.query;
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(parsed.type.front())) != 0) << prefetch.query;
    EXPECT_TRUE(std::all_of(parsed.type.begin(), parsed.type.end(), [](unsigned char c) {
      return std::isalpha(c) != 0;
    })) << prefetch.query;
    for (auto const& [name, value] : parsed.parameters) {
      EXPECT_TRUE(parameters.contains(name)) << name;
      EXPECT_FALSE(value.empty()) << name;
      EXPECT_TRUE(name != "_sort" || value == "-date") << value;
    }
  }
}

TEST(Prefetch, PREFT_02_03_09_tokens_are_those_that_every_version_and_client_fills) {
  for (auto const& prefetch : kPrefetch) {
    std::string_view rest = prefetch.query;
    std::size_t tokens = 0;
    for (auto at = rest.find("{{"); at != std::string_view::npos; at = rest.find("{{")) {
      auto const end = rest.find("}}");
      ASSERT_NE(end, std::string_view::npos) << prefetch.query;
      // encounterId is optional, draftOrders is no primitive: neither may be depended on.
      EXPECT_EQ(rest.substr(at + 2, end - at - 2), "context.patientId") << prefetch.query;
      rest = rest.substr(end + 2);
      ++tokens;
    }
    EXPECT_EQ(tokens, 1U) << prefetch.query;
    EXPECT_EQ(prefetch.query.find(' '), std::string_view::npos) << prefetch.query;
  }
}

TEST(Prefetch, PREFT_11_every_key_is_read_by_the_chart) {
  using fhir::Availability;
  for (auto const& prefetch : kPrefetch) {
    auto body = base::JsonBody::parse("{\"" + std::string(prefetch.key) + "\":null}", {});
    fhir::ResourceIndex index;
    fhir::Chart const chart = fhir::read_chart(&(*body)->root(), nullptr, "p1", index);
    Availability const states[] = {chart.patient_available, chart.conditions_available, chart.observations_available,
                                   chart.allergies_available, chart.treatments_available};
    EXPECT_EQ(std::count(std::begin(states), std::end(states), Availability::provided), 1) << prefetch.key;
  }
}

TEST(Prefetch, both_services_publish_the_same_keys_in_the_same_order) {
  std::vector<std::string> keys;
  keys.reserve(std::size(kPrefetch));
  for (auto const& prefetch : kPrefetch) keys.emplace_back(prefetch.key);
  Discovery().each([&](Json const& service) {
    Json const* published = base::object_member(service, "prefetch");
    ASSERT_NE(published, nullptr);
    std::vector<std::string> seen;
    for (auto const& member : published->GetObject()) seen.emplace_back(base::as_string(member.name));
    EXPECT_EQ(seen, keys);
  });
}

}  // namespace
}  // namespace ivig::hooks
