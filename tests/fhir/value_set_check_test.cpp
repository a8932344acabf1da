// The value sets as a closed world: each kind of typing slip is found, with its line and the nearest right spelling.

#include "fhir/value_set_check.h"

#include <gtest/gtest.h>

#include "base/nearest.h"
#include "fhir/code_shape.h"
#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

std::string const kSet = R"({
 "resourceType": "ValueSet",
 "id": "tx-made-up",
 "extension": [
  {"url": "urn:ivig-cds:StructureDefinition:concept-group", "valueCode": "F"},
  {"url": "urn:ivig-cds:StructureDefinition:text-match-synonym", "valueString": "made up"},
  {"url": "urn:ivig-cds:StructureDefinition:derived-all-of", "valueCanonical": "urn:ivig-cds:ValueSet:cond-other"},
  {"url": "urn:ivig-cds:StructureDefinition:product-profile", "extension": [
   {"url": "brand", "valueString": "Madeup"}, {"url": "iggGramsPerMl", "valueDecimal": 0.1},
   {"url": "licensedRoute", "valueCode": "IV"}, {"url": "verification", "valueCode": "verified"},
   {"url": "source", "valueString": "label"}]}
 ],
 "url": "urn:ivig-cds:ValueSet:tx-made-up",
 "title": "Made up",
 "compose": {"include": [
  {"system": "http://snomed.info/sct", "concept": [
   {"code": "230591002", "display": "a disease", "extension": [
    {"url": "urn:ivig-cds:StructureDefinition:code-verification", "valueCode": "verified"},
    {"url": "urn:ivig-cds:StructureDefinition:code-verification-source", "valueString": "a list"}]}]},
  {"system": "http://hl7.org/fhir/sid/ndc", "concept": [
   {"code": "68982-822", "display": "a product", "extension": [
    {"url": "urn:ivig-cds:StructureDefinition:code-verification", "valueCode": "unverified"},
    {"url": "urn:ivig-cds:StructureDefinition:ndc-11-digit-prefix", "valueString": "689820822"}]}]}
 ]}
}
)";

/// "line: detail" of each error, one a line.
std::string errors_of(std::string const& text) {
  auto const body = base::JsonBody::parse(text, {});
  if (!body) return body.error().detail;
  std::string words;
  for (auto const& fault : check_value_set(**body, "tx-made-up.json", {"tx-made-up", "cond-other"})) {
    EXPECT_EQ(fault.file, "tx-made-up.json");
    if (fault.error) words += std::to_string(fault.line) + ": " + fault.detail + "\n";
  }
  return words;
}

TEST(ValueSetCheck, a_right_set_has_no_fault) { EXPECT_EQ(errors_of(kSet), ""); }

TEST(ValueSetCheck, each_slip_is_told_with_its_line_and_the_right_spelling) {
  struct Slip {
    std::string right, wrong, told;
  };
  for (auto const& [right, wrong, told] : std::vector<Slip>{
           {"text-match-synonym", "text-match-synonim", "6: unknown extension"},
           {"text-match-synonym", "text-match-synonim",
            "did you mean \"urn:ivig-cds:StructureDefinition:text-match-synonym\""},
           {"urn:ivig-cds:StructureDefinition:concept-group", "urn:ivig-cd:StructureDefinition:concept-group",
            "5: unknown extension"},
           {"valueCode\": \"F\"", "valueCode\": \"K\"", "5: concept-group \"K\" is not known"},
           {"\"valueString\": \"made up\"", "\"valueStrin\": \"made up\"", "did you mean \"valueString\""},
           {"ValueSet:cond-other", "ValueSet:cond-othre",
            "7: no value set \"cond-othre\" (did you mean \"cond-other\"?)"},
           {"\"iggGramsPerMl\", \"valueDecimal\": 0.1", "\"iggGramsPerMl\", \"valueDecimal\": \"0.1\"",
            "9: iggGramsPerMl must be a number"},
           {"iggGramsPerMl", "iggGramPerMl", "did you mean \"iggGramsPerMl\""},
           {"\"valueCode\": \"IV\"", "\"valueCode\": \"VI\"", "licensedRoute \"VI\" is not known"},
           {"snomed.info/sct", "snomed.info/stc", "16: unknown code system"},
           {"snomed.info/sct", "snomed.info/stc", "did you mean \"http://snomed.info/sct\""},
           {"230591002", "230591003", "17: \"230591003\" has a wrong check digit"},
           {"230591002", "230519002", "wrong check digit"},
           {"\"valueCode\": \"verified\"},\n    {\"url\": "
            "\"urn:ivig-cds:StructureDefinition:code-verification-source\", \"valueString\": \"a list\"}]}]}",
            "\"valueCode\": \"verified\"}]}]}", "verified, and code-verification-source does not say"},
           {"\"valueCode\": \"unverified\"", "\"valueCode\": \"unverifeid\"", "did you mean \"unverified\""},
           {"68982-822", "68982-8222-1", "has not the shape of NDC"},
           {"\"689820822\"", "\"689820823\"", "must be its nine digits, 689820822"},
           {"\"display\": \"a product\"", "\"displya\": \"a product\"",
            "unknown member \"displya\" (did you mean \"display\"?)"},
           {"\"title\"", "\"titel\"", "did you mean \"title\""},
           {"\"id\": \"tx-made-up\"", "\"id\": \"tx-mad-up\"", "3: the id is not the name of the file"},
           {"\"url\": \"urn:ivig-cds:ValueSet:tx", "\"url\": \"urn:ivig-cds:ValeuSet:tx",
            "must be urn:ivig-cds:ValueSet:tx-made-up"},
           {"\"concept\": [\n   {\"code\": \"68982", "\"concpet\": [\n   {\"code\": \"68982",
            "did you mean \"concept\""},
           {"\"title\": \"Made up\",", "\"title\": \"Made up\"", "(line 15, column 2)"},
       }) {
    std::string text = kSet;
    std::size_t const at = text.find(right);
    ASSERT_NE(at, std::string::npos) << right;
    EXPECT_NE(errors_of(text.replace(at, right.size(), wrong)).find(told), std::string::npos) << wrong << "\n"
                                                                                              << errors_of(text);
  }
}

TEST(CodeShape, a_code_has_the_shape_and_check_digit_of_its_system) {
  struct Code {
    char const* system;
    char const* code;
    bool right;
  };
  for (auto const& [system, code, right] :
       std::vector<Code>{{"http://snomed.info/sct", "47625008", true},
                         {"http://snomed.info/sct", "47625009", false},
                         {"http://snomed.info/sct", "74625008", false},
                         {"http://snomed.info/sct", "128971000119101", true},
                         {"http://snomed.info/sct", "47625018", false},
                         {"http://loinc.org", "2160-0", true},
                         {"http://loinc.org", "2160-1", false},
                         {"http://loinc.org", "2610-0", false},
                         {"http://loinc.org", "29463-7", true},
                         {"http://hl7.org/fhir/sid/icd-10-cm", "G61.81", true},
                         {"http://hl7.org/fhir/sid/icd-10-cm", "G6181", false},
                         {"http://hl7.org/fhir/sid/icd-10-cm", "G618.1", false},
                         {"http://hl7.org/fhir/sid/icd-10-cm", "G61.", false},
                         {"http://hl7.org/fhir/sid/icd-10", "G61.8", true},
                         {"http://hl7.org/fhir/sid/icd-9-cm", "357.0", true},
                         {"http://hl7.org/fhir/sid/icd-9-cm", "99.14", true},
                         {"http://hl7.org/fhir/sid/icd-9-cm", "3570", false},
                         {"http://hl7.org/fhir/sid/ndc", "0069-1415", true},
                         {"http://hl7.org/fhir/sid/ndc", "00691415", false},
                         {"http://www.whocc.no/atc", "J06BA02", true},
                         {"http://www.whocc.no/atc", "J06BA", true},
                         {"http://www.whocc.no/atc", "J06BAO2", false},
                         {"http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "J1459", true},
                         {"http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "1459", false},
                         {"http://www.ama-assn.org/go/cpt", "9028", false}})
    EXPECT_EQ(code_fault(system, code, false).empty(), right)
        << system << " " << code << code_fault(system, code, false);
}

TEST(Nearest, of_listed_words_the_one_that_was_meant) {
  std::vector<std::string_view> const words{"value_sets", "phrases", "results"};
  EXPECT_EQ(base::nearest("value_stes", words), "value_sets");
  EXPECT_EQ(base::nearest("phrase", words), "phrases");
  EXPECT_EQ(base::nearest("treatments", words), "");
  EXPECT_EQ(base::edit_distance("ab", "ba"), 1U);
}

}  // namespace
}  // namespace ivig::fhir
