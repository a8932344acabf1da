#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

TEST(ReadConcept, CTX_09_CTX_13_reads_all_codings_in_every_shape) {
  struct Case {
    char const* json;
    char const* shown;
  };
  Case const cases[] = {
      {"{'coding':[{'system':'s','code':'1','display':'d'},{'system':'t','code':'2'}],'text':'x'}", "s|1|d t|2| / x"},
      {"{'coding':{'system':'s','code':'1'}}", "s|1|"},
      {"{'coding':[{'display':'only'},{'extension':[]},null,5]}", "||only"},
      {"{'text':'x'}", "/ x"},
      {"{'system':'s','code':'1','display':'d'}", "s|1|d"},
      {"'plain'", "/ plain"},
      {"{'concept':{'coding':[{'code':'1'}],'text':'x'}}", "|1| / x"},
      {"{'reference':{'reference':'Condition/c','display':'shown'}}", "/ shown"},
      {"{'reference':'Condition/c','display':'shown'}", "/ shown"},
      {"[{'text':'first'},{'text':'second'}]", "/ first"},
      {"[{},{'text':'second'}]", "/ second"},
      {"{'extension':[{'url':'x','valueCode':'unknown'}]}", ""},
      {"{'coding':'x','text':5}", ""},
      {"{'coding':[{'code':5,'display':true}]}", ""},
      {"5", ""},
      {"null", ""},
      {"[]", ""},
  };
  Texts texts;
  for (Case const& c : cases) EXPECT_EQ(shown(read_concept(texts(c.json))), c.shown) << c.json;
}

TEST(ReadQuantity, CTX_12_unit_code_is_ucum_or_nothing) {
  struct Case {
    char const* json;
    char const* value;
    char const* unit;
    char const* unit_code;
  };
  Case const cases[] = {
      {"{'value':0.40,'unit':'g/kg','system':'http://unitsofmeasure.org','code':'g/kg'}", "0.4", "g/kg", "g/kg"},
      {"{'value':70,'unit':'kg'}", "70", "kg", ""},
      {"{'value':70,'unit':'gm','system':'urn:local','code':'GM'}", "70", "gm", ""},
      {"{'value':70,'code':'kg'}", "70", "kg", ""},
      {"{'value':'70','unit':'kg'}", "-", "kg", ""},
      {"{'value':1e999}", "-", "", ""},
      {"{'value':1e-7}", "0.0000001", "", ""},
      {"{}", "-", "", ""},
      {"5", "-", "", ""},
  };
  Texts texts;
  for (Case const& c : cases) {
    Quantity const quantity = read_quantity(texts(c.json));
    EXPECT_EQ(quantity.value ? quantity.value->short_text() : "-", c.value) << c.json;
    EXPECT_EQ(quantity.unit, c.unit) << c.json;
    EXPECT_EQ(quantity.unit_code, c.unit_code) << c.json;
  }
  EXPECT_EQ(read_quantity(texts("{'value':7,'comparator':'<'}")).comparator, "<");
}

}  // namespace
}  // namespace ivig::fhir
