// Any element of any resource may hold anything: reading it never crashes and leaves the rest readable.

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "fhir/gather.h"
#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

std::string const kRich = R"({'resourceType':'Bundle','link':[{'relation':'self'}],'entry':[
  {'fullUrl':'urn:uuid:1','resource':{'resourceType':'Patient','id':'p1','birthDate':'1970-02-29','gender':'male'}},
  {'resource':{'resourceType':'Condition','id':'c1','clinicalStatus':{'coding':[{'code':'active'}]},
    'verificationStatus':{'coding':[{'code':'confirmed'}]},'code':{'coding':[{'system':'s','code':'1','display':'d'}],
    'text':'t'},'subject':{'reference':'Patient/p1'},'severity':{'text':'s'},'stage':[{'summary':{'text':'x'}}],
    'onsetPeriod':{'start':'2020'},'abatementAge':{'value':3},'recordedDate':'2020','note':[{'text':'n'}]}},
  {'resource':{'resourceType':'Observation','id':'o1','status':'final','code':{'text':'IgA'},
    'effectivePeriod':{'start':'2020','end':'2021'},'valueQuantity':{'value':1.5,'unit':'g','system':
    'http://unitsofmeasure.org','code':'g'},'interpretation':[{'coding':[{'code':'L'}]}],
    'referenceRange':[{'low':{'value':1},'high':{'value':2}}],'dataAbsentReason':{},
    'component':[{'code':{'text':'c'},'valueRatio':{'numerator':{'value':1},'denominator':{'value':80}}}]}},
  {'resource':{'resourceType':'AllergyIntolerance','id':'a1','clinicalStatus':{'coding':[{'code':'active'}]},
    'code':{'text':'x'},'criticality':'high','type':'allergy','patient':{'reference':'Patient/p1'},
    'reaction':[{'manifestation':[{'text':'m'}],'severity':'mild','substance':{'text':'s'},'description':'d'}]}},
  {'resource':{'resourceType':'Medication','id':'m1','code':{'coding':[{'code':'1'}]},
    'ingredient':[{'itemReference':{'reference':'#s'}},{'item':{'concept':{'text':'i'}}}],
    'contained':[{'resourceType':'Substance','id':'s','code':{'text':'Ig'}}]}},
  {'resource':{'resourceType':'MedicationStatement','id':'s1','status':'active','adherence':{'code':{'coding':
    [{'code':'taking'}]}},'medicationReference':{'reference':'Medication/m1'},'statusReason':[{'text':'r'}],
    'reasonReference':[{'reference':'Condition/c1'}],'dosage':[{'text':'d'}]}},
  {'resource':{'resourceType':'MedicationRequest','id':'r1','status':'draft','intent':'order','doNotPerform':false,
    'reportedReference':{'reference':'x'},'medicationReference':{'reference':'Medication/m1','display':'d',
    'identifier':{'system':'s','value':'v'}},'subject':{'reference':'urn:uuid:1'},'authoredOn':'2026-11-24',
    'contained':[{'resourceType':'Condition','id':'k','code':{'text':'MFS'}}],
    'medication':{'concept':{'text':'x'},'reference':{'reference':'#m'}},'reason':[{'concept':{'text':'x'},
    'reference':{'reference':'#k'}}],'reasonCode':[{'text':'y'}],'reasonReference':[{'reference':'#k'}],
    'dosageInstruction':[{'route':{'text':'IV'}}],'note':[{'text':'n'}],'identifier':[{'system':'s','value':'v'}],
    'groupIdentifier':{'value':'g'},'priorPrescription':{'reference':'MedicationRequest/r0'}}},
  {'resource':{'resourceType':'OperationOutcome','issue':[{'severity':'warning'}]},'search':{'mode':'outcome'}}]})";

/// Replaces the `target`-th value of the tree; false when there are fewer.
bool replace_value(rapidjson::Value& value, int& target, rapidjson::Value const& by, rapidjson::Document& document) {
  if (target-- == 0) {
    value.CopyFrom(by, document.GetAllocator());
    return true;
  }
  if (value.IsObject()) {
    for (auto& member : value.GetObject()) {
      if (replace_value(member.value, target, by, document)) return true;
    }
  } else if (value.IsArray()) {
    for (auto& item : value.GetArray()) {
      if (replace_value(item, target, by, document)) return true;
    }
  }
  return false;
}

void read_every_way(std::string const& json) {
  Texts texts;
  base::Json const& root = texts(json);
  ResourceIndex index;
  std::vector<base::Json const*> orders;
  Chart const chart = read_bundle_chart(root, "p1", index, orders);
  for (base::Json const* order : orders) (void)read_order(*order, index, chart);

  base::Json const& prefetch = texts("{'conditions':" + json + ",'patient':" + json + "}");
  ResourceIndex other;
  Chart const gathered = read_chart(&prefetch, &root, "p1", other);
  (void)read_order(root, other, gathered);
  (void)read_chart(&root, &prefetch, "", other);
}

void parse(std::string text, rapidjson::Document& document) {
  std::replace(text.begin(), text.end(), '\'', '"');
  text.reserve(text.size() + 16);  // RapidJSON reads a register past the end
  document.Parse(text.c_str());
  ASSERT_FALSE(document.HasParseError()) << text;
}

TEST(Tolerance, CTX_13_CTX_19_any_value_may_stand_anywhere) {
  rapidjson::Document rich;
  parse(kRich, rich);
  int tried = 0;
  for (char const* replacement :
       {"null", "5", "-1.5e300", "true", "\"x\"", "\"\"", "\"#\"", "\"urn:\"", "[]", "{}", "[null]", "[[]]", "[5,{}]",
        "{\"extension\":[{\"url\":\"u\"}]}", "{\"reference\":\"/\"}", "{\"coding\":{\"code\":\"entered-in-error\"}}"}) {
    rapidjson::Document by;
    parse(replacement, by);
    for (int target = 0;; ++target) {
      rapidjson::Document document;
      document.CopyFrom(rich, document.GetAllocator());
      int countdown = target;
      if (!replace_value(document, countdown, by, document)) break;
      rapidjson::StringBuffer buffer;
      rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
      document.Accept(writer);
      read_every_way(buffer.GetString());
      ++tried;
    }
  }
  EXPECT_GT(tried, 1000);
}

TEST(Tolerance, the_unharmed_bundle_is_read_in_full) {
  Texts texts;
  ResourceIndex index;
  std::vector<base::Json const*> orders;
  Chart const chart = read_bundle_chart(texts(kRich), "p1", index, orders);
  EXPECT_EQ(chart.conditions.size(), 1U);
  EXPECT_EQ(chart.observations.size(), 2U);
  EXPECT_EQ(chart.allergies.size(), 1U);
  EXPECT_EQ(chart.treatments.size(), 2U);
  ASSERT_EQ(orders.size(), 1U);
  Order const order = read_order(*orders[0], index, chart);
  EXPECT_EQ(order.reasons.size(), 4U);
  ASSERT_EQ(order.ingredients.size(), 2U);
  EXPECT_EQ(shown(order.ingredients[0]), "/ Ig");
}

}  // namespace
}  // namespace ivig::fhir
