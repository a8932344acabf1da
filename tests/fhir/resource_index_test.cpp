#include "tests/fhir/parsed.h"

#include "base/json_read.h"

namespace ivig::fhir {
namespace {

TEST(Reference, is_taken_apart_into_type_and_id) {
  struct Case {
    char const* json;
    char const* type;
    char const* id;
    char const* display;
  };
  Case const cases[] = {
      {"{'reference':'Medication/m1','display':'d'}", "Medication", "m1", "d"},
      {"{'reference':'Medication/m1/_history/2'}", "Medication", "m1", ""},
      {"{'reference':'https://h:8443/a/fhir/Medication/m1'}", "Medication", "m1", ""},
      {"{'reference':'https://h/fhir/Medication/m1/_history/2'}", "Medication", "m1", ""},
      {"{'reference':'#m1'}", "", "", ""},
      {"{'reference':'urn:uuid:0a'}", "", "", ""},
      {"{'reference':'urn:uuid:0a','type':'Medication'}", "Medication", "", ""},
      {"{'reference':'m1'}", "", "", ""},
      {"{'reference':'/'}", "", "", ""},
      {"{'reference':5}", "", "", ""},
      {"{'display':'only'}", "", "", "only"},
      {"'Medication/m1'", "Medication", "m1", ""},
      {"[{'reference':'Medication/m1'}]", "Medication", "m1", ""},
      {"{'extension':[{}]}", "", "", ""},
      {"5", "", "", ""},
  };
  Texts texts;
  for (Case const& c : cases) {
    Reference const reference = parse_reference(texts(c.json));
    EXPECT_EQ(reference.type, c.type) << c.json;
    EXPECT_EQ(reference.id, c.id) << c.json;
    EXPECT_EQ(reference.display, c.display) << c.json;
  }
}

TEST(Reference, REQ_12_ids_are_compared_by_the_last_path_segment) {
  for (char const* literal : {"p1", "Patient/p1", "https://h/fhir/Patient/p1", "Patient/p1/_history/3", "Patient/p1/",
                              "urn:uuid:p1", "#p1"}) {
    EXPECT_EQ(last_segment(literal), "p1") << literal;
  }
  EXPECT_EQ(last_segment("Patient/a:b"), "a:b");
  EXPECT_EQ(last_segment(""), "");
}

TEST(Reference, REQ_12_PREF_14_a_resource_belongs_to_the_patient_it_names_on_any_host) {
  struct Case {
    char const* json;
    bool belongs;
  };
  Case const cases[] = {
      {"{'subject':{'reference':'Patient/p1'}}", true},
      {"{'subject':{'reference':'https://other/fhir/Patient/p1'}}", true},
      {"{'patient':{'reference':'Patient/p1'}}", true},
      {"{'subject':'Patient/p1'}", true},
      {"{}", true},
      {"{'subject':null}", true},
      {"{'subject':{'display':'A B'}}", true},
      {"{'subject':{'reference':'#pat'}}", true},
      {"{'subject':{'reference':'Patient/p2'}}", false},
      {"{'patient':{'reference':'Patient/p11'}}", false},
      {"{'subject':{'reference':'Group/g'}}", false},
      {"{'subject':[{'reference':'Patient/p2'}]}", false},
  };
  Texts texts;
  for (Case const& c : cases) {
    EXPECT_EQ(belongs_to(texts(c.json), "p1"), c.belongs) << c.json;
    EXPECT_TRUE(belongs_to(texts(c.json), "")) << c.json;
  }
  EXPECT_TRUE(belongs_to(texts("{'subject':{'reference':'Patient/p1'}}"), "Patient/p1"));
}

/// Which of three Patients an order's subject means, in a Bundle or for a call about p1.
TEST(Reference, REQ_12_a_subject_of_the_same_Bundle_is_followed_to_its_Patient) {
  struct Case {
    char const* patients;  ///< entries
    char const* subject;
    bool belongs;
  };
  char const* const named = "{'fullUrl':'urn:uuid:a','resource':{'resourceType':'Patient','id':'p1'}}";
  char const* const nameless = "{'fullUrl':'urn:uuid:a','resource':{'resourceType':'Patient'}}";
  char const* const other = "{'fullUrl':'urn:uuid:a','resource':{'resourceType':'Patient','id':'p2'}}";
  char const* const two_nameless =
      "{'fullUrl':'urn:uuid:a','resource':{'resourceType':'Patient'}},"
      "{'fullUrl':'urn:uuid:b','resource':{'resourceType':'Patient'}}";
  char const* const group = "{'fullUrl':'urn:uuid:a','resource':{'resourceType':'Group','id':'p1'}}";
  char const* const told_apart =
      "{'resource':{'resourceType':'Patient','id':'p1','identifier':[{'system':'s','value':'1'}]}},"
      "{'fullUrl':'urn:uuid:a','resource':{'resourceType':'Patient','identifier':[{'system':'s','value':'2'}]}}";
  for (Case const& c : {Case{named, "urn:uuid:a", true}, Case{nameless, "urn:uuid:a", true},
                        Case{other, "urn:uuid:a", false}, Case{two_nameless, "urn:uuid:a", false},
                        Case{told_apart, "urn:uuid:a", false}, Case{group, "urn:uuid:a", false},
                        Case{named, "urn:uuid:z", false}, Case{named, "Patient/p1", true}, Case{named, "#p", true}}) {
    Texts texts;
    ResourceIndex index;
    index.add_bundle(texts(std::string("{'entry':[") + c.patients + "]}"));
    auto const& order = texts(std::string("{'resourceType':'MedicationRequest','contained':[{'resourceType':'Patient',"
                                          "'id':'p'}],'subject':{'reference':'") +
                              c.subject + "'}}");
    EXPECT_EQ(read_order_alone(order, index, "p1").of_another_patient, !c.belongs) << c.patients << c.subject;
    EXPECT_FALSE(read_order_alone(order, index, "").of_another_patient);
  }
}

TEST(ResourceIndex, CTX_08_resolves_every_form_of_reference) {
  Texts texts;
  ResourceIndex index;
  index.add_bundle(texts(R"({'entry':[
    {'fullUrl':'urn:uuid:aa','resource':{'resourceType':'Medication','id':'m1'}},
    {'fullUrl':'https://h/fhir/Medication/m2','resource':{'resourceType':'Medication'}},
    {'resource':{'resourceType':'Medication','id':'m3'}},
    {'fullUrl':'urn:uuid:none'}, null, 5, {'resource':7}]})"));
  index.add(texts("{'resourceType':'Condition','id':'m3'}"), "urn:oid:1.2.3");
  auto const& container = texts("{'contained':[{'resourceType':'Medication','id':'c1'},{'id':'#c2'},5]}");

  struct Case {
    char const* reference;
    char const* found;  ///< "Type/id" or "-"
  };
  Case const cases[] = {
      {"Medication/m1", "Medication/m1"},
      {"Medication/m1/_history/4", "Medication/m1"},
      {"https://any/Medication/m1", "Medication/m1"},
      {"urn:uuid:aa", "Medication/m1"},
      {"https://h/fhir/Medication/m2", "Medication/"},
      {"https://h/fhir/Medication/m2/_history/1", "Medication/"},
      {"Medication/m2", "-"},
      {"Medication/m3", "Medication/m3"},
      {"Condition/m3", "Condition/m3"},
      {"urn:oid:1.2.3", "Condition/m3"},
      {"urn:uuid:m1", "Medication/m1"},
      {"urn:uuid:zz", "-"},
      {"#c1", "Medication/c1"},
      {"#c2", "/#c2"},
      {"#", "-"},
      {"#zz", "-"},
      {"Medication/zz", "-"},
      {"", "-"},
      {"/", "-"},
      {"m1", "-"},
  };
  for (Case const& c : cases) {
    auto const* found = index.resolve(c.reference, container);
    std::string shown = "-";
    if (found != nullptr) {
      shown = std::string(base::string_member(*found, "resourceType")) + "/" +
              std::string(base::string_member(*found, "id"));
    }
    EXPECT_EQ(shown, c.found) << c.reference;
  }
}

TEST(ResourceIndex, CTX_14_last_entry_wins_in_a_bundle_PREF_13_first_bundle_wins) {
  Texts texts;
  ResourceIndex index;
  index.add_bundle(texts(R"({'entry':[{'resource':{'resourceType':'Medication','id':'m','v':'1'}},
                                      {'resource':{'resourceType':'Medication','id':'m','v':'2'}}]})"));
  index.add_bundle(texts("{'entry':{'resource':{'resourceType':'Medication','id':'m','v':'3'}}}"));
  auto const* found = index.resolve("Medication/m", texts("{}"));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(base::string_member(*found, "v"), "2");
}

TEST(ResourceIndex, ids_may_be_thousands_of_characters_long) {
  Texts texts;
  ResourceIndex index;
  std::string const id(5000, 'x');
  index.add(texts("{'resourceType':'Medication','id':'" + id + "'}"), "");
  EXPECT_NE(index.resolve("Medication/" + id, texts("{}")), nullptr);
}

}  // namespace
}  // namespace ivig::fhir
