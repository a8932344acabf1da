#include "hooks/hook_request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/json_body.h"
#include "tests/support/order_request.h"

namespace ivig::hooks {
namespace {

using base::Errc;
using test::json;

/// A complete request, member by member: "hook", or "context.userId" for a member of the context.
using Members = std::vector<std::pair<std::string, std::string>>;

Members complete() {
  return {{"hook", "'order-select'"},
          {"hookInstance", "'3F2504E0-4F89-11D3-9A0C-0305E82C3301'"},
          {"fhirServer", "'https://ehr.example.org/fhir'"},
          {"fhirAuthorization",
           "{'access_token':'secret-1','token_type':'Bearer','expires_in':300,'scope':'user/*.read',"
           "'subject':'cds','patient':'p1'}"},
          {"context.userId", "'Practitioner/dr-1'"},
          {"context.patientId", "'p1'"},
          {"context.encounterId", "'e1'"},
          {"context.selections", "['MedicationRequest/a']"},
          {"context.draftOrders", "{'resourceType':'Bundle','entry':[]}"},
          {"prefetch", "{'patient':null}"}};
}

/// The complete request with one member replaced, or left out where `value` is empty.
std::string with(std::string const& name, std::string const& value) {
  std::vector<std::string> top, context;
  bool placed = false;
  auto add = [&](std::string const& key, std::string const& held) {
    bool inner = key.starts_with("context.");
    if (!held.empty()) (inner ? context : top).push_back("'" + (inner ? key.substr(8) : key) + "':" + held);
  };
  for (auto const& [key, held] : complete()) {
    add(key, key == name ? value : held);
    placed = placed || key == name;
  }
  if (!placed && name != "context") add(name, value);
  std::string const object = name == "context" ? value : "{" + test::joined(context) + "}";
  if (!object.empty()) top.push_back("'context':" + object);
  return json("{" + test::joined(top) + "}");
}

/// One request that was read, with the bytes it points into.
struct Read {
  std::unique_ptr<base::JsonBody> body;
  base::Result<HookRequest> request;

  explicit Read(std::string const& text, std::string_view hook = "order-select")
      : body(parsed(text)), request(HookRequest::read(body->root(), hook)) {}

  static std::unique_ptr<base::JsonBody> parsed(std::string const& text) {
    auto body = base::JsonBody::parse(text, {});
    EXPECT_TRUE(body) << text;
    return body ? std::move(*body) : *base::JsonBody::parse("null", {});
  }
};

TEST(HookRequest, REQ_01_to_06_a_complete_request_is_read_whole) {
  Read const read(with("", ""));
  ASSERT_TRUE(read.request) << read.request.error().where;
  HookRequest const& request = *read.request;
  EXPECT_EQ(request.hook, "order-select");
  EXPECT_EQ(request.hook_instance, "3F2504E0-4F89-11D3-9A0C-0305E82C3301");
  EXPECT_EQ(request.fhir_server, "https://ehr.example.org/fhir");
  EXPECT_EQ(request.user_id, "Practitioner/dr-1");
  EXPECT_EQ(request.patient_id, "p1");
  EXPECT_EQ(request.encounter_id, "e1");
  EXPECT_EQ(request.selections, std::vector<std::string_view>{"MedicationRequest/a"});
  ASSERT_NE(request.draft_orders, nullptr);
  ASSERT_NE(request.prefetch, nullptr);
  ASSERT_TRUE(request.has_authorization);
  EXPECT_EQ(request.authorization.access_token, "secret-1");
  EXPECT_EQ(request.authorization.expires_in, 300);
  EXPECT_EQ(request.authorization.patient, "p1");
}

TEST(HookRequest, REQ_01_to_14_CTX_01_each_error_names_its_field) {
  struct Case {
    char const* member;
    char const* value;  // empty: left out
    Errc code;
    char const* where;
  };
  Case const cases[] = {
      // REQ-01, REQ-14
      {"hook", "", Errc::missing_field, "hook"},
      {"hook", "null", Errc::missing_field, "hook"},
      {"hook", "''", Errc::missing_field, "hook"},
      {"hook", "1", Errc::wrong_type, "hook"},
      {"hook", "['order-select']", Errc::wrong_type, "hook"},
      {"hook", "'patient-view'", Errc::wrong_hook, "hook"},
      {"hook", "'order-sign'", Errc::wrong_hook, "hook"},
      {"hook", "'ORDER-SELECT'", Errc::wrong_hook, "hook"},
      // REQ-02
      {"hookInstance", "", Errc::missing_field, "hookInstance"},
      {"hookInstance", "''", Errc::missing_field, "hookInstance"},
      {"hookInstance", "7", Errc::wrong_type, "hookInstance"},
      {"hookInstance", "{}", Errc::wrong_type, "hookInstance"},
      // REQ-03
      {"fhirServer", "1", Errc::wrong_type, "fhirServer"},
      {"fhirServer", "['https://ehr.example.org']", Errc::wrong_type, "fhirServer"},
      // REQ-05
      {"context", "", Errc::missing_field, "context"},
      {"context", "null", Errc::missing_field, "context"},
      {"context", "[]", Errc::wrong_type, "context"},
      {"context", "'p1'", Errc::wrong_type, "context"},
      {"context", "{}", Errc::missing_field, "context.userId"},
      // REQ-09
      {"context.userId", "", Errc::missing_field, "context.userId"},
      {"context.userId", "5", Errc::wrong_type, "context.userId"},
      {"context.userId", "'dr-1'", Errc::invalid_value, "context.userId"},
      {"context.userId", "'Practitioner/'", Errc::invalid_value, "context.userId"},
      {"context.userId", "'/dr-1'", Errc::invalid_value, "context.userId"},
      {"context.userId", "'a/b/c'", Errc::invalid_value, "context.userId"},
      {"context.userId", "'Practitioner/dr 1'", Errc::invalid_value, "context.userId"},
      {"context.userId", "'ftp://h/Practitioner/dr-1'", Errc::invalid_value, "context.userId"},
      // REQ-10
      {"context.patientId", "", Errc::missing_field, "context.patientId"},
      {"context.patientId", "null", Errc::missing_field, "context.patientId"},
      {"context.patientId", "''", Errc::missing_field, "context.patientId"},
      {"context.patientId", "12", Errc::wrong_type, "context.patientId"},
      {"context.patientId", "{'reference':'Patient/p1'}", Errc::wrong_type, "context.patientId"},
      {"context.patientId", "'Patient/'", Errc::invalid_value, "context.patientId"},
      {"context.patientId", "'Practitioner/p1'", Errc::invalid_value, "context.patientId"},
      {"context.patientId", "'Patient/p1/_history/2'", Errc::invalid_value, "context.patientId"},
      {"context.patientId", "'https://ehr.example.org/Patient/p1'", Errc::invalid_value, "context.patientId"},
      {"context.encounterId", "9", Errc::wrong_type, "context.encounterId"},
      {"context.encounterId", "['e1']", Errc::wrong_type, "context.encounterId"},
      // CTX-01
      {"context.draftOrders", "", Errc::missing_field, "context.draftOrders"},
      {"context.draftOrders", "null", Errc::missing_field, "context.draftOrders"},
      {"context.draftOrders", "[]", Errc::wrong_type, "context.draftOrders"},
      {"context.draftOrders", "'Bundle'", Errc::wrong_type, "context.draftOrders"},
      {"context.draftOrders", "true", Errc::wrong_type, "context.draftOrders"},
      {"context.draftOrders", "{}", Errc::invalid_value, "context.draftOrders.resourceType"},
      {"context.draftOrders", "{'resourceType':'Patient'}", Errc::invalid_value, "context.draftOrders.resourceType"},
      {"context.draftOrders", "{'resourceType':['Bundle']}", Errc::invalid_value, "context.draftOrders.resourceType"},
      {"context.draftOrders", "{'resourceType':'Bundle','entry':'x'}", Errc::wrong_type, "context.draftOrders.entry"},
      {"context.draftOrders", "{'resourceType':'Bundle','entry':3}", Errc::wrong_type, "context.draftOrders.entry"},
      // CTX-15
      {"context.selections", "'MedicationRequest/a'", Errc::wrong_type, "context.selections"},
      {"context.selections", "{'a':1}", Errc::wrong_type, "context.selections"},
      {"context.selections", "['MedicationRequest/a',1]", Errc::wrong_type, "context.selections"},
      // REQ-06
      {"prefetch", "[]", Errc::wrong_type, "prefetch"},
      {"prefetch", "'none'", Errc::wrong_type, "prefetch"},
  };
  for (Case const& c : cases) {
    Read const read(with(c.member, c.value));
    ASSERT_FALSE(read.request) << c.member << " = " << c.value;
    base::Error const& error = read.request.error();
    EXPECT_EQ(error.code, c.code) << c.member << " = " << c.value;
    EXPECT_EQ(error.where, c.where) << c.member << " = " << c.value;
    EXPECT_FALSE(error.detail.empty()) << c.member << " = " << c.value;
    // What was sent is not repeated: it may be anything. LOG-02
    EXPECT_EQ(error.detail.find("dr"), std::string::npos) << error.detail;
    EXPECT_EQ(error.detail.find("patient-view"), std::string::npos) << error.detail;
  }
}

TEST(HookRequest, REQ_05_a_body_that_is_no_object_is_refused) {
  for (char const* text : {"[]", "\"order-select\"", "1", "null", "true", "[{\"hook\":\"order-select\"}]"}) {
    Read const read(text);
    ASSERT_FALSE(read.request) << text;
    EXPECT_EQ(read.request.error().code, Errc::wrong_type) << text;
  }
}

TEST(HookRequest, REQ_02_03_08_09_11_what_clients_send_is_accepted) {
  std::string const long_id(220, 'e');
  struct Case {
    char const* member;
    std::string value;
  };
  Case const cases[] = {
      {"hookInstance", "'d1577c69-dfbe-44ad-ba6d-3e05e953b2ea'"},  // version 4
      {"hookInstance", "'A26FD9F0-2AF4-11EC-9621-0242AC130002'"},  // version 1, upper case
      {"hookInstance", "'urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea'"},
      {"context.userId", "'PractitionerRole/A2340113'"},
      {"context.userId", "'Practitioner/e.3-4_5'"},
      {"context.userId", "'https://ehr.example.org/fhir/Practitioner/dr-1'"},
      {"context.userId", "'Practitioner/" + long_id + "'"},
      {"context.patientId", "'" + long_id + "'"},
      {"context.patientId", "'a.b-c_d'"},
      {"context.encounterId", ""},
      {"context.encounterId", "null"},
      {"fhirServer", ""},
      {"fhirServer", "null"},
      {"fhirAuthorization", ""},
      {"fhirAuthorization", "null"},
      {"prefetch", ""},
      {"prefetch", "null"},
      {"prefetch", "{}"},
      {"context.selections", ""},
      {"context.selections", "null"},
      {"context.selections", "[]"},
      {"context.draftOrders", "{'resourceType':'Bundle'}"},
      {"context.draftOrders", "{'resourceType':'Bundle','entry':null}"},
      {"context.draftOrders", "{'resourceType':'Bundle','type':'batch','entry':[null,1,'x',{}]}"},
      {"context.draftOrders", "{'resourceType':'Bundle','entry':{'resource':{}}}"},
  };
  for (Case const& c : cases) {
    Read const read(with(c.member, c.value));
    EXPECT_TRUE(read.request) << c.member << " = " << c.value << ": " << read.request.error().where;
  }
}

TEST(HookRequest, REQ_10_a_patient_given_as_a_reference_is_read_as_its_id) {
  Read const read(with("context.patientId", "'Patient/p1'"));
  ASSERT_TRUE(read.request);
  EXPECT_EQ(read.request->patient_id, "p1");
}

TEST(HookRequest, REQ_08_null_counts_as_absent) {
  Read const read(
      json("{'hook':'order-select','hookInstance':'i','fhirServer':null,'fhirAuthorization':null,"
           "'prefetch':null,'context':{'userId':'Practitioner/d','patientId':'p1','encounterId':null,"
           "'selections':null,'draftOrders':{'resourceType':'Bundle'}}}"));
  ASSERT_TRUE(read.request);
  EXPECT_TRUE(read.request->fhir_server.empty());
  EXPECT_TRUE(read.request->encounter_id.empty());
  EXPECT_FALSE(read.request->has_authorization);
  EXPECT_FALSE(read.request->has_selections);
  EXPECT_EQ(read.request->prefetch, nullptr);
}

TEST(HookRequest, REQ_07_EXT_03_unknown_members_are_ignored_whatever_they_hold) {
  for (char const* value : {"1", "'x'", "[{'a':[1,{}]}]", "{'a.b':[1,{}]}", "null"}) {
    for (char const* name : {"x", "extension", "user", "context.x", "context.extension", "context.orders"}) {
      Read const read(with(name, value));
      EXPECT_TRUE(read.request) << name << " = " << value;
    }
  }
}

TEST(HookRequest, REQ_07_selections_are_no_member_of_order_sign) {
  for (char const* value : {"1", "'x'", "[1]", "['MedicationRequest/a']"}) {
    std::string text = with("context.selections", value);
    text.replace(text.find("order-select"), 12, "order-sign");
    Read const read(text, "order-sign");
    ASSERT_TRUE(read.request) << value;
    EXPECT_FALSE(read.request->has_selections) << value;
    EXPECT_TRUE(read.request->selections.empty()) << value;
  }
}

TEST(HookRequest, REQ_03_FHIR_02_05_incomplete_authorization_is_as_none) {
  struct Case {
    std::string value;
    bool usable;
  };
  // Of doubled members the last counts.
  auto const whole = [](std::string const& members) {
    return "{'token_type':'Bearer','expires_in':300,'scope':'user/*.read','subject':'cds'," + members + "}";
  };
  Case const cases[] = {
      {whole("'access_token':'t'"), true},
      {whole("'access_token':'t','x':1"), true},
      {whole("'access_token':'t','token_type':'bearer'"), true},
      {whole("'access_token':'t','patient':'p1'"), true},
      {whole("'access_token':'t','patient':'Patient/p1'"), true},
      {whole("'access_token':'t','patient':'p2'"), false},  // FHIR-07
      {whole("'access_token':'t','token_type':'MAC'"), false},
      {whole("'access_token':'t','token_type':null"), false},
      {whole("'access_token':'t','scope':null"), false},
      {whole("'access_token':'t','subject':null"), false},
      {whole("'access_token':'t','expires_in':0"), false},
      {whole("'access_token':'t','expires_in':-5"), false},
      {whole("'access_token':'t','expires_in':'300'"), false},
      {whole("'access_token':'t','expires_in':1e999"), false},
      {whole("'access_token':'t','expires_in':99999999999999999999"), false},
      {whole("'access_token':'t','expires_in':1.5"), false},
      {whole("'access_token':'t','expires_in':null"), false},
      {whole("'access_token':''"), false},
      {whole("'access_token':7"), false},
      {whole("'x':1"), false},
      {"{}", false},
      {"[]", false},
      {"'Bearer t'", false},
  };
  for (Case const& c : cases) {
    Read const read(with("fhirAuthorization", c.value));
    ASSERT_TRUE(read.request) << c.value;
    EXPECT_EQ(read.request->has_authorization, c.usable) << c.value;
  }
  std::string const no_server = with("fhirServer", "");
  EXPECT_FALSE(Read(no_server).request->has_authorization) << "a token needs the server it is for";
}

TEST(HookRequest, HTTP_10_of_doubled_members_the_last_counts) {
  std::string text = with("", "");
  text.insert(1, json("'hook':1,'hookInstance':7,'context':[],"));
  Read const read(text);
  ASSERT_TRUE(read.request) << read.request.error().where;
  EXPECT_EQ(read.request->patient_id, "p1");
}

TEST(HookRequest, HTTP_10_no_truncation_of_a_request_is_taken_for_one) {
  std::string const text = with("", "");
  for (std::size_t length = 0; length < text.size(); ++length)
    EXPECT_FALSE(base::JsonBody::parse(text.substr(0, length), {})) << length;
}

TEST(HookRequest, HTTP_10_nesting_is_bounded_and_below_the_bound_ignored) {
  auto nested = [](std::size_t depth) { return with("x", std::string(depth, '[') + "1" + std::string(depth, ']')); };
  EXPECT_TRUE(Read(nested(60)).request);
  auto refused = base::JsonBody::parse(nested(64), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_deep);
  refused = base::JsonBody::parse(nested(100000), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_deep);
}

}  // namespace
}  // namespace ivig::hooks
