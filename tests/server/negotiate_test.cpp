#include "server/negotiate.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace ivig::server {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(ContentType, of_json_is_known_in_any_case_and_with_parameters_REQ_HTTP_04) {
  for (char const* type :
       {"", "application/json", "Application/JSON; charset=UTF-8", "application/json;charset=utf-8",
        " application/json ", "application/fhir+json", "APPLICATION/FHIR+JSON; fhirVersion=4.0", "application/json;"}) {
    EXPECT_TRUE(is_json_content(type)) << type;
  }
  for (char const* type : {"text/xml", "text/plain", "application/xml", "application/fhir+xml", "application/jsonp",
                           "application/x-www-form-urlencoded", "json", "text/json;application/json", "*/*"}) {
    EXPECT_FALSE(is_json_content(type)) << type;
  }
}

TEST(Accept, allows_json_in_every_usual_form_REQ_HTTP_05) {
  for (char const* accept :
       {"", " ", "*/*", "application/json", "application/json, text/plain, */*", "APPLICATION/JSON", "application/*",
        "text/html, application/json;q=0.1", "text/html,*/*;q=0.8", "application/json;charset=utf-8",
        "text/html;q=0, */*", "application/json;seq=0", "application/json;q=0.001", "application/json ; q=1",
        "application/json;q=1.000, */*;q=0"}) {
    EXPECT_TRUE(accepts(accept, "application/json")) << accept;
  }
}

TEST(Accept, refuses_only_what_leaves_json_out_REQ_HTTP_05) {
  for (char const* accept :
       {"text/html", "text/*", "application/json;q=0", "*/*;q=0", "application/json;Q=0", "application/json; q=0.000",
        "application/json;q=0, */*", "application/*;q=0, */*", "*/*, application/json;q=0", "application/jsonp",
        "application/json;seq=1;q=0", "image/png, text/html;q=0.9"}) {
    EXPECT_FALSE(accepts(accept, "application/json")) << accept;
  }
}

TEST(Accept, decides_between_two_types_by_quality_then_by_how_closely_they_are_named) {
  struct Row {
    char const* accept;
    bool html;
  };
  for (Row const& row : std::vector<Row>{
           {"", true},
           {"*/*", true},
           {"text/html", true},
           {"application/json", false},
           {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true},
           {"application/json, text/plain, */*", false},
           {"application/json, */*;q=0.5", false},
           {"application/json;q=0.5, text/html;q=0.4", false},
           {"application/json;q=0.4, text/html;q=0.5", true},
           {"text/html, application/json", true},
           {"application/json, text/html", true},
           {"application/*, */*", false},
           {"text/html;q=0, */*", false},
       }) {
    EXPECT_EQ(prefers(row.accept, "text/html", "application/json"), row.html) << row.accept;
  }
}

TEST(Path, loses_doubled_and_final_slashes_and_nothing_else_REQ_DISC_14) {
  struct Row {
    char const* path;
    char const* normalised;
  };
  for (Row const& row : std::vector<Row>{{"/cds-services", "/cds-services"},
                                         {"/cds-services/", "/cds-services"},
                                         {"/cds-services//id", "/cds-services/id"},
                                         {"//cds-services///id//", "/cds-services/id"},
                                         {"/", "/"},
                                         {"//", "/"},
                                         {"", ""},
                                         {"*", "*"},
                                         {"/a/../b", "/a/../b"},
                                         {"/a%2F%2Fb", "/a%2F%2Fb"}}) {
    EXPECT_EQ(normalised_path(row.path), row.normalised) << row.path;
  }
}

TEST(Cors, echoes_a_listed_origin_with_vary_and_without_credentials_REQ_CORS_04_CORS_05) {
  std::vector<std::string> const listed{"https://a.example", "https://b.example:8443"};
  EXPECT_EQ(cors_headers(listed, "https://b.example:8443", false),
            (Pairs{{"Vary", "Origin"}, {"Access-Control-Allow-Origin", "https://b.example:8443"}}));
}

TEST(Cors, says_nothing_to_other_origins_but_that_the_answer_varies_REQ_CORS_04) {
  std::vector<std::string> const listed{"https://a.example"};
  for (char const* origin : {"", "null", "http://a.example", "https://a.example:444", "https://a.example.evil",
                             "https://a.example/", "https://A.example2"}) {
    EXPECT_EQ(cors_headers(listed, origin, true), (Pairs{{"Vary", "Origin"}})) << origin;
  }
  EXPECT_TRUE(cors_headers({}, "https://a.example", true).empty());
}

TEST(Cors, answers_a_preflight_with_methods_headers_and_age_REQ_CORS_02) {
  EXPECT_EQ(cors_headers({"https://a.example"}, "https://a.example", true),
            (Pairs{{"Vary", "Origin"},
                   {"Access-Control-Allow-Origin", "https://a.example"},
                   {"Access-Control-Allow-Methods", "GET, POST, OPTIONS"},
                   {"Access-Control-Allow-Headers", "authorization, content-type, accept"},
                   {"Access-Control-Max-Age", "600"}}));
}

TEST(Cors, answers_any_origin_with_a_star_in_an_open_test_set_up_REQ_CORS_04) {
  EXPECT_EQ(cors_headers({"*"}, "https://anyone.example", false), (Pairs{{"Access-Control-Allow-Origin", "*"}}));
  EXPECT_TRUE(cors_headers({"*"}, "", false).empty());
}

}  // namespace
}  // namespace ivig::server
