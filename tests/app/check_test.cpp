// `ivig-cds check` as a program: files in, text on standard output, one line on standard error, an exit code.
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/order_answers.h"
#include "tests/support/temporary_folder.h"

namespace ivig::app {
namespace {

using base::string_member;
using test::bundle;
using test::coded;
using test::condition;
using test::ivig_order;
using test::ivig_order_in;
using test::json;
using test::kIcd10Cm;
using test::OrderRequest;
using test::words;

struct Outcome {
  int exit_code = -1;
  std::string out, error;
};

class Check : public testing::Test {
 protected:
  /// Writes a file and returns its path.
  std::string file(std::string const& name, std::string const& text) {
    std::string path = (folder_.path() / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  /// Runs `ivig-cds check` with the rules of this tree; `input` is its standard input.
  Outcome run(std::string const& arguments, std::string const& input = "",
              std::string const& rules = std::string(IVIG_SOURCE_DIR) + "/rules") {
    std::string const in = file("stdin", input);
    std::string const out = (folder_.path() / "stdout").string();
    std::string const error = (folder_.path() / "stderr").string();
    std::string const command = std::string(IVIG_BINARY) + " check --date " + date_ + " --rules " + rules + " " +
                                arguments + " <" + in + " >" + out + " 2>" + error;
    int const status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(out), read(error)};
  }

  static std::string read(std::string const& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  std::string date_ = "2026-11-25";

 private:
  test::TemporaryFolder folder_;
};

std::string ibm() { return coded(kIcd10Cm, "G72.41", "Inclusion body myositis"); }
std::string ibm_request() { return OrderRequest{{ivig_order("a", ibm())}}.text(); }
std::string gbs_request() { return OrderRequest{{ivig_order("a", coded(kIcd10Cm, "G61.0"))}}.text(); }

/// The parsed output of --format json.
struct Decisions {
  std::unique_ptr<base::JsonBody> body;
  std::vector<base::Json const*> list;

  explicit Decisions(std::string const& text) {
    auto parsed = base::JsonBody::parse(text, {});
    if (!parsed) {
      ADD_FAILURE() << text;
      return;
    }
    body = std::move(*parsed);
    base::each(body->root(), "decisions", [&](base::Json const& one, std::size_t) { list.push_back(&one); });
  }
  [[nodiscard]] std::string text(std::size_t i, char const* name) const {
    return i < list.size() ? std::string(string_member(*list[i], name)) : "no such decision";
  }
  [[nodiscard]] std::string lead(std::size_t i) const {
    base::Json const* first = i < list.size() ? base::object_member(*list[i], "recommendations") : nullptr;
    return first == nullptr ? "" : std::string(string_member(*first, "id"));
  }
};

TEST_F(Check, reads_a_CDS_Hooks_request) {
  Outcome const outcome = run("--format json " + file("request.json", ibm_request()));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  Decisions const decisions(outcome.out);
  ASSERT_EQ(decisions.list.size(), 1U);
  EXPECT_EQ(decisions.text(0, "order"), "MedicationRequest/a");
  EXPECT_EQ(decisions.text(0, "patient"), "Patient/p1");
  EXPECT_EQ(decisions.text(0, "stance"), "not-recommended");
  EXPECT_EQ(decisions.text(0, "indicator"), "warning");
  EXPECT_EQ(decisions.lead(0), "aanem-2023/ibm");
}

TEST_F(Check, json_has_every_member_of_the_contract) {
  Decisions const decisions(run("--format json " + file("request.json", ibm_request())).out);
  ASSERT_EQ(decisions.list.size(), 1U);
  auto const* rules = base::object_member(decisions.body->root(), "rules");
  ASSERT_NE(rules, nullptr);
  EXPECT_FALSE(string_member(*rules, "version").empty());
  EXPECT_EQ(string_member(*rules, "sha256").size(), 64U);
  base::Json const& decision = *decisions.list.front();
  for (char const* name : {"indications", "recommendations", "safety", "dose", "missing"}) {
    base::Json const* list = base::member(decision, name);
    ASSERT_NE(list, nullptr) << name;
    EXPECT_TRUE(list->IsArray()) << name;
  }
  base::Json const* product = base::object_member(decision, "product");
  ASSERT_NE(product, nullptr);
  EXPECT_EQ(string_member(*product, "name"), "Privigen");
  base::Json const* concentration = base::member(*product, "concentration_g_per_ml");
  ASSERT_NE(concentration, nullptr);
  EXPECT_EQ(base::number_text(*concentration), "0.1");
  base::each(decision, "indications", [](base::Json const& indication, std::size_t) {
    EXPECT_EQ(string_member(indication, "concept"), "inclusion-body-myositis");
    EXPECT_EQ(string_member(indication, "basis"), "code");
    EXPECT_TRUE(string_member(indication, "from").starts_with("MedicationRequest.reasonCode[0]"))
        << string_member(indication, "from");
  });
  base::Json const* lead = base::object_member(decision, "recommendations");
  ASSERT_NE(lead, nullptr);
  EXPECT_EQ(string_member(*lead, "stance"), "not-recommended");
  EXPECT_EQ(string_member(*lead, "evidence"), "Class I");
  EXPECT_EQ(string_member(*lead, "state"), "applies");
}

TEST_F(Check, stance_is_null_where_nothing_is_encoded) {
  Outcome const outcome = run("--format json " + file("r.json", OrderRequest{{ivig_order("a", words("gout"))}}.text()));
  EXPECT_NE(outcome.out.find("\"stance\":null"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\"indicator\":\"info\""), std::string::npos) << outcome.out;
}

TEST_F(Check, reads_a_Bundle_of_patient_chart_and_orders) {
  std::string const text =
      json(bundle({test::patient(), condition("c", ibm()), ivig_order_in("2027-01", "a", ""),
                   test::medication_request("b", "'medicationCodeableConcept':" + words("amoxicillin")),
                   ivig_order_in("2027-03", "d", coded(kIcd10Cm, "G61.0"))},
                  "collection"));
  Decisions const decisions(run("--format json " + file("bundle.json", text)).out);
  ASSERT_EQ(decisions.list.size(), 2U) << "one entry per IVIG order, in the order of the input";
  EXPECT_EQ(decisions.text(0, "order"), "MedicationRequest/a");
  EXPECT_EQ(decisions.lead(0), "aanem-2023/ibm");
  EXPECT_EQ(decisions.text(1, "order"), "MedicationRequest/d");
  EXPECT_EQ(decisions.text(1, "indicator"), "none");
}

TEST_F(Check, reads_a_Bundle_whose_orders_are_active) {
  std::string order = ivig_order("a", ibm());
  order.replace(order.find("'draft'"), 7, "'active'");
  Decisions const decisions(run("--format json " + file("b.json", json(bundle({test::patient(), order})))).out);
  ASSERT_EQ(decisions.list.size(), 1U);
  EXPECT_EQ(decisions.text(0, "indicator"), "warning");
}

TEST_F(Check, reads_a_single_order_and_says_what_was_not_there) {
  Outcome const outcome = run("--format json " + file("order.json", json(ivig_order("a", ibm()))));
  EXPECT_EQ(outcome.exit_code, 0);
  Decisions const decisions(outcome.out);
  ASSERT_EQ(decisions.list.size(), 1U);
  EXPECT_EQ(decisions.lead(0), "aanem-2023/ibm");
  std::string missing;
  base::each(*decisions.list.front(), "missing", [&](base::Json const& item, std::size_t) {
    missing += std::string(string_member(item, "fact")) + " ";
    EXPECT_FALSE(string_member(item, "ask").empty());
  });
  EXPECT_NE(missing.find("conditions"), std::string::npos) << missing;
  EXPECT_NE(missing.find("allergies"), std::string::npos) << missing;
}

TEST_F(Check, data_that_a_service_would_answer_412_for_is_only_missing_here) {
  OrderRequest request{{ivig_order("a")}};
  request.prefetch = {{"conditions", ""}};
  Outcome const outcome = run("--format json " + file("r.json", request.text()));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.out.find("\"fact\":\"conditions\""), std::string::npos) << outcome.out;
}

TEST_F(Check, PREF_12_prefetch_is_read_under_any_key) {
  OrderRequest request{{ivig_order("a")}};
  request.prefetch = {{"conditions", ""}, {"problem-list", bundle({condition("c", ibm())})}};
  Decisions const decisions(run("--format json " + file("r.json", request.text())).out);
  EXPECT_EQ(decisions.lead(0), "aanem-2023/ibm");
}

TEST_F(Check, CTX_14_15_reads_drafts_as_the_services_do) {
  std::string const twice = OrderRequest{{ivig_order("a", ibm()), ivig_order("a", coded(kIcd10Cm, "G61.0"))}}.text();
  Decisions const last(run("--format json " + file("r.json", twice)).out);
  ASSERT_EQ(last.list.size(), 1U);
  EXPECT_EQ(last.text(0, "indicator"), "none");
  OrderRequest select{{ivig_order("a", ibm()), ivig_order("b", ibm())}};
  select.selections = {"MedicationRequest/b"};
  Decisions const selected(run("--format json " + file("s.json", select.text())).out);
  ASSERT_EQ(selected.list.size(), 1U);
  EXPECT_EQ(selected.text(0, "order"), "MedicationRequest/b");
}

TEST_F(Check, a_dash_is_standard_input) {
  for (std::string const& text : {ibm_request(), json(ivig_order("a", ibm()))}) {
    Outcome const outcome = run("--format json -", text);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(Decisions(outcome.out).lead(0), "aanem-2023/ibm");
  }
}

TEST_F(Check, text_names_order_product_finding_and_row) {
  Outcome const outcome = run(file("r.json", ibm_request()));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  for (char const* part : {"MedicationRequest/a", "Privigen", "warning", "not-recommended", "aanem-2023/ibm", "Class I",
                           "IVIG not recommended for inclusion body myositis"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\n" << outcome.out;
  EXPECT_EQ(outcome.out.find('\033'), std::string::npos) << "colours only on a terminal";
}

TEST_F(Check, text_says_when_there_is_no_IVIG_order) {
  std::string const path = file("r.json", OrderRequest{{}}.text());
  Outcome const outcome = run(path);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, path + ": no IVIG order\n");
  EXPECT_TRUE(Decisions(run("--format json " + path).out).list.empty());
}

TEST_F(Check, text_of_a_file_cannot_steer_the_terminal) {
  std::string const order = test::medication_request(
      "a\\u001b[2J", "'medicationCodeableConcept':" + words("IVIG \\u001b]0;x\\u0007\\n10%") + "," + test::dosage() +
                         ",'reasonCode':[" + words("gout \\u001b[31m") + "]");
  std::string const text = run(file("o.json", json(order))).out;
  EXPECT_NE(text.find("IVIG"), std::string::npos);
  for (char const c : {'\x1b', '\x07'}) EXPECT_EQ(text.find(c), std::string::npos) << text;
}

TEST_F(Check, cards_are_those_of_the_service) {
  Outcome const outcome = run("--format cards " + file("r.json", ibm_request()));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(test::card_faults(outcome.out, {false, false, {"MedicationRequest/a"}, {}}), "") << outcome.out;
  test::OrderAnswers service;
  service.options.public_url.clear();
  EXPECT_EQ(outcome.out, *service.answer(ibm_request()) + "\n");
  EXPECT_EQ(run("--format cards " + file("g.json", gbs_request())).out, "{\"cards\":[]}\n");
}

TEST_F(Check, fail_on_turns_a_finding_into_exit_code_1) {
  std::string const warning = file("warning.json", ibm_request());
  std::string const fine = file("fine.json", gbs_request());
  std::string const info = file("info.json", OrderRequest{{ivig_order("a", words("gout"))}}.text());
  OrderRequest harmful{{ivig_order("a", words("Small fiber neuropathy"))}, {condition("c", words("Cryoglobulinemia"))}};
  std::string const critical = file("critical.json", harmful.text());
  struct Case {
    std::string arguments;
    int exit_code;
  };
  for (Case const& c : std::vector<Case>{{warning, 0},
                                         {"--fail-on warning " + fine, 0},
                                         {"--fail-on warning " + info, 0},
                                         {"--fail-on warning " + warning, 1},
                                         {"--fail-on critical " + warning, 0},
                                         {"--fail-on critical " + critical, 1},
                                         {"--fail-on warning " + critical, 1},
                                         {"--fail-on warning " + fine + " " + warning + " " + info, 1},
                                         {"--format cards --fail-on warning " + warning, 1},
                                         {"--format json --fail-on warning " + fine + " " + fine, 0}})
    EXPECT_EQ(run(c.arguments).exit_code, c.exit_code) << c.arguments;
}

TEST_F(Check, an_unreadable_file_is_exit_code_2_and_one_line_with_file_place_and_reason) {
  std::string const request = ibm_request();
  auto changed = [&](std::string const& from, std::string const& to) {
    std::string text = request;
    return text.replace(text.find(json(from)), from.size(), json(to));
  };
  struct Case {
    std::string path;
    char const* place;
  };
  std::string const folder = file("x", "").substr(0, file("x", "").size() - 1);
  for (Case const& c : std::vector<Case>{
           {"/nowhere/none.json", "cannot be read"},
           {folder, "folder"},
           {file("empty.json", ""), "body"},
           {file("half.json", request.substr(0, request.size() / 2)), "byte"},
           {file("text.json", "IVIG 0.4 g/kg"), "byte 0"},
           {file("array.json", "[]"), "object"},
           {file("patient.json", json(test::patient())), "resourceType"},
           {file("other.json", "{\"a\":1}"), "resourceType"},
           {file("hook.json", changed("'hook':'order-sign'", "'hook':7")), "hook"},
           {file("user.json", changed("'Practitioner/dr-1'", "'x'")), "context.userId"},
           {file("drafts.json", changed("'draftOrders':", "'orders':")), "context.draftOrders"},
       }) {
    Outcome const outcome = run("--format json " + c.path);
    EXPECT_EQ(outcome.exit_code, 2) << c.path;
    EXPECT_EQ(outcome.out, "") << c.path;
    EXPECT_EQ(std::count(outcome.error.begin(), outcome.error.end(), '\n'), 1) << outcome.error;
    EXPECT_TRUE(outcome.error.starts_with("ivig-cds: " + c.path + ": ")) << outcome.error;
    EXPECT_EQ(outcome.error.rfind(c.path), outcome.error.find(c.path)) << "named once: " << outcome.error;
    EXPECT_NE(outcome.error.find(c.place), std::string::npos) << outcome.error;
    for (char const* marker : {"Quillfeather", "MRN-7741903"})
      EXPECT_EQ(outcome.error.find(marker), std::string::npos) << outcome.error;
  }
  Outcome const input = run("-", "{");
  EXPECT_EQ(input.exit_code, 2);
  EXPECT_TRUE(input.error.starts_with("ivig-cds: -: body: ")) << input.error;
}

TEST_F(Check, date_is_the_day_from_which_the_age_of_a_measurement_counts) {
  std::string const example =
      "--format cards " + std::string(IVIG_SOURCE_DIR) + "/conformance/examples/order-sign-dose.json";
  EXPECT_NE(run(example).out.find("10 g/kg (680 g)"), std::string::npos) << "by the weight on record";
  date_ = "2028-11-25";
  Outcome const later = run(example);
  EXPECT_NE(later.out.find("10 g/kg"), std::string::npos) << later.out;
  EXPECT_EQ(later.out.find("680 g"), std::string::npos) << "that weight is too old";
  for (char const* wrong : {"2026-13-01", "tomorrow"}) {
    date_ = wrong;
    Outcome const refused = run(example);
    EXPECT_EQ(refused.exit_code, 2) << wrong;
    EXPECT_EQ(refused.error, "ivig-cds: --date: must be a day of the calendar, such as 2026-01-31\n");
  }
}

TEST_F(Check, wrong_arguments_are_exit_code_2) {
  std::string const path = file("r.json", ibm_request());
  for (std::string const& arguments :
       {std::string(), "--format xml " + path, "--fail-on info " + path, "--nonsense " + path}) {
    Outcome const outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_NE(outcome.error, "") << arguments;
  }
  Outcome const no_rules = run(path, "", "/nowhere");
  EXPECT_EQ(no_rules.exit_code, 2);
  EXPECT_EQ(std::count(no_rules.error.begin(), no_rules.error.end(), '\n'), 1) << no_rules.error;
}

}  // namespace
}  // namespace ivig::app
