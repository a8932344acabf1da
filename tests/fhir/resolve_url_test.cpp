#include "fhir/resolve_url.h"

#include <gtest/gtest.h>

namespace ivig::fhir {
namespace {

TEST(ResolvedUrl, PREF_07_links_are_read_as_RFC_3986_says) {
  struct Case {
    char const *page, *reference, *url;
  };
  Case const cases[] = {
      {"https://h/fhir/Condition?patient=p1", "?pg=2", "https://h/fhir/Condition?pg=2"},
      {"https://h/fhir/Condition?patient=p1", "Condition?pg=2", "https://h/fhir/Condition?pg=2"},
      {"https://h/fhir/Condition?patient=p1", "./Condition?pg=2", "https://h/fhir/Condition?pg=2"},
      {"https://h/fhir/Condition?patient=p1", "../x?pg=2", "https://h/x?pg=2"},
      {"https://h/fhir/Condition?patient=p1", "../../../x", "https://h/x"},
      {"https://h/fhir/Condition", "/r4/Condition?a", "https://h/r4/Condition?a"},
      {"https://h/fhir/Condition", "//other/fhir?a", "https://other/fhir?a"},
      {"https://h/fhir/Condition", "http://x:1/y?z=http://a", "http://x:1/y?z=http://a"},
      {"https://h", "?a", "https://h?a"},
      {"https://h", "x", "https://h/x"},
      {"https://h/fhir/", "Condition?patient=p1", "https://h/fhir/Condition?patient=p1"},
      {"Condition?patient=p1", "?pg=2", "Condition?pg=2"},
      {"", "Condition?pg=2", "Condition?pg=2"},
      {"https://h/a", "https://h/b?code=http://loinc.org|1-8", "https://h/b?code=http://loinc.org%7C1-8"},
      {"https://h/a", "?x=a b\"<>{}^`\\%7C", "https://h/a?x=a%20b%22%3C%3E%7B%7D%5E%60%5C%7C"},
      {"https://h/a", "?x=\xc3\xa9", "https://h/a?x=%C3%A9"},
      {"https://h/a", "?x=\r\ny", "https://h/a?x=\r\ny"},
  };
  for (Case const& c : cases) EXPECT_EQ(resolved_url(c.page, c.reference), c.url) << c.reference;
}

}  // namespace
}  // namespace ivig::fhir
