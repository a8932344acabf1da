// `ivig-cds review` as a program: exports, folders and streams in, one result per IVIG order out.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/json_body.h"
#include "base/json_read.h"
#include "tests/support/order_request.h"
#include "tests/support/program.h"

namespace ivig::app {
namespace {

using base::string_member;
using test::bundle;
using test::coded;
using test::json;
using test::kIcd10Cm;
using test::OrderRequest;
using test::ProgramOutcome;
using test::words;

std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// The decision objects of NDJSON output.
struct Decisions {
  std::vector<std::unique_ptr<base::JsonBody>> bodies;
  explicit Decisions(std::string const& text) {
    for (auto const& line : lines_of(text)) {
      auto body = base::JsonBody::parse(line, {});
      if (body) bodies.push_back(std::move(*body));
      else ADD_FAILURE() << line;
    }
  }
  [[nodiscard]] base::Json const& at(std::size_t i) const { return bodies.at(i)->root(); }
  [[nodiscard]] std::string text(std::size_t i, char const* name) const {
    return std::string(string_member(at(i), name));
  }
  [[nodiscard]] std::string lead(std::size_t i) const {
    auto const* first = base::object_member(at(i), "recommendations");
    return first == nullptr ? "" : std::string(string_member(*first, "id"));
  }
  /// "file.ndjson:3"
  [[nodiscard]] std::string source(std::size_t i) const {
    auto const* source = base::object_member(at(i), "source");
    if (source == nullptr) return "";
    std::string const file(string_member(*source, "file"));
    return file.substr(file.rfind('/') + 1) + ":" + base::number_text(*base::member(*source, "line"));
  }
};

class Review : public testing::Test {
 protected:
  ProgramOutcome review(std::string const& arguments, std::string const& input = "") {
    return program.run("review --date 2026-11-24 --rules " + std::string(IVIG_SOURCE_DIR) + "/rules " + arguments,
                       input);
  }
  test::Program program;
};

std::string ibm() { return coded(kIcd10Cm, "G72.41", "Inclusion body myositis"); }
std::string gbs() { return coded(kIcd10Cm, "G61.0"); }

std::string of(std::string resource, std::string const& patient) {
  for (std::size_t at = 0; (at = resource.find("Patient/p1", at)) != std::string::npos; ++at) {
    resource.replace(at, 10, "Patient/" + patient);
  }
  return resource;
}
/// An order of an export: signed on a day, and in the meantime carried out.
std::string order(std::string const& id, std::string const& patient, std::string const& reason = "",
                  std::string const& day = "2025-03-02", std::string const& status = "completed") {
  std::string text = of(test::ivig_order(id, reason, "'authoredOn':'" + day + "T09:00:00Z'"), patient);
  return text.replace(text.find("'draft'"), 7, "'" + status + "'");
}
std::string problem(std::string const& id, std::string const& patient, std::string const& code,
                    std::string const& recorded = "2024-01-01") {
  return of(test::condition(id, code, "active", "confirmed", "'recordedDate':'" + recorded + "'"), patient);
}
std::string person(std::string const& id) {
  return "{'resourceType':'Patient','id':'" + id + "','gender':'male','birthDate':'1974-03-09'}";
}
std::string ndjson(std::vector<std::string> const& resources) {
  std::string text;
  for (auto const& resource : resources) text += json(resource) + "\n";
  return text;
}

TEST_F(Review, reads_an_export_whose_lines_come_in_any_order) {
  std::string const folder = program.path("export");
  program.file("export/a.ndjson", ndjson({order("o1", "p1"), problem("c2", "p2", gbs()), person("p2")}));
  program.file("export/b.ndjson", ndjson({problem("c1", "p1", ibm()), order("o2", "p2"), person("p1")}));
  ProgramOutcome const outcome = review(folder);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(outcome.error, "");
  Decisions const decisions(outcome.out);
  ASSERT_EQ(decisions.bodies.size(), 2U) << outcome.out;
  EXPECT_EQ(decisions.text(0, "order"), "MedicationRequest/o1");
  EXPECT_EQ(decisions.text(0, "patient"), "Patient/p1");
  EXPECT_EQ(decisions.lead(0), "aanem-2023/ibm");
  EXPECT_EQ(decisions.source(0), "a.ndjson:1");
  EXPECT_EQ(decisions.text(0, "authored"), "2025-03-02");
  EXPECT_EQ(decisions.text(1, "indicator"), "none");
  EXPECT_EQ(decisions.source(1), "b.ndjson:2");
}

TEST_F(Review, an_order_is_seen_with_the_record_of_its_day) {
  std::string const text = ndjson({person("p1"), problem("c1", "p1", ibm(), "2025-06-01"),
                                   order("early", "p1", "", "2025-03-02"), order("late", "p1", "", "2025-07-02")});
  Decisions const decisions(review(program.file("x.ndjson", text)).out);
  ASSERT_EQ(decisions.bodies.size(), 2U);
  EXPECT_EQ(decisions.lead(0), "") << "the diagnosis came later";
  EXPECT_EQ(decisions.lead(1), "aanem-2023/ibm");
}

TEST_F(Review, orders_that_nobody_signed_are_not_reviewed) {
  std::vector<std::string> lines{person("p1"), problem("c1", "p1", ibm())};
  for (char const* status : {"cancelled", "entered-in-error", "draft", "stopped", "active", "completed", "on-hold"}) {
    lines.push_back(order(status, "p1", "", "2025-03-02", status));
  }
  std::set<std::string> reviewed;
  Decisions const decisions(review(program.file("x.ndjson", ndjson(lines))).out);
  for (std::size_t i = 0; i < decisions.bodies.size(); ++i) reviewed.insert(decisions.text(i, "order").substr(18));
  EXPECT_EQ(reviewed, (std::set<std::string>{"stopped", "active", "completed", "on-hold"}));
}

TEST_F(Review, a_Medication_may_stand_anywhere_in_the_export) {
  std::string by_reference = order("o1", "p1", ibm());
  std::string const drug = "'medicationCodeableConcept':" + test::privigen();
  by_reference.replace(by_reference.find(drug), drug.size(), "'medicationReference':{'reference':'Medication/m1'}");
  std::string const medication = "{'resourceType':'Medication','id':'m1','code':" + test::privigen() + "}";
  for (auto const& lines : std::vector<std::vector<std::string>>{{by_reference, person("p1"), medication},
                                                                 {medication, person("p1"), by_reference}}) {
    Decisions const decisions(review(program.file("x.ndjson", ndjson(lines))).out);
    ASSERT_EQ(decisions.bodies.size(), 1U);
    EXPECT_EQ(decisions.lead(0), "aanem-2023/ibm");
    auto const* product = base::object_member(decisions.at(0), "product");
    ASSERT_NE(product, nullptr);
    EXPECT_EQ(string_member(*product, "name"), "Privigen");
  }
}

TEST_F(Review, another_patients_data_never_counts) {
  std::string const text = ndjson({person("p1"), person("p2"), problem("c2", "p2", ibm()), order("o1", "p1")});
  Decisions const decisions(review(program.file("x.ndjson", text)).out);
  ASSERT_EQ(decisions.bodies.size(), 1U);
  EXPECT_EQ(decisions.lead(0), "");
}

TEST_F(Review, what_an_export_holds_of_nobody_is_missing_and_what_it_holds_of_others_is_none) {
  auto asks = [&](std::vector<std::string> const& lines) {
    std::string facts;
    Decisions const decisions(review(program.file("x.ndjson", ndjson(lines))).out);
    base::each(decisions.at(0), "missing",
               [&](base::Json const& one, std::size_t) { facts += std::string(string_member(one, "fact")) + " "; });
    return facts;
  };
  std::vector<std::string> lines{person("p1"), order("o1", "p1", ibm())};
  EXPECT_NE(asks(lines).find("allergies"), std::string::npos);
  lines.push_back("{'resourceType':'AllergyIntolerance','id':'a','patient':{'reference':'Patient/p2'},'code':" +
                  words("latex") + "}");
  EXPECT_EQ(asks(lines).find("allergies"), std::string::npos);
}

TEST_F(Review, an_export_and_a_Bundle_of_the_same_resources_are_decided_alike) {
  std::vector<std::string> const resources{person("p1"), problem("c1", "p1", ibm()),
                                           order("o1", "p1", "", "2026-11-24", "active"),
                                           "{'resourceType':'AllergyIntolerance','id':'a','patient':{'reference':"
                                           "'Patient/p1'},'code':" +
                                               words("latex") + "}",
                                           of(test::observation("iga", "2458-8", "IgA", "145", "mg/dL"), "p1")};
  std::string exported = review(program.file("x.ndjson", ndjson(resources))).out;
  std::string bundled = review(program.file("b.json", json(bundle(resources)))).out;
  auto without_source = [](std::string const& text) { return text.substr(0, text.rfind(",\"source\"")); };
  EXPECT_EQ(without_source(exported), without_source(bundled));
  EXPECT_NE(exported.find("aanem-2023/ibm"), std::string::npos);
}

TEST_F(Review, a_decision_is_that_of_check_with_its_source) {
  std::string const path = program.file("r.json", OrderRequest{{test::ivig_order("a", ibm())}}.text());
  std::string const checked =
      program.run("check --format json --rules " + std::string(IVIG_SOURCE_DIR) + "/rules " + path).out;
  std::string const reviewed = review(path).out;
  std::string const decision = reviewed.substr(0, reviewed.rfind(",\"source\""));
  EXPECT_NE(checked.find(decision), std::string::npos) << reviewed << checked;
  EXPECT_EQ(reviewed.substr(decision.size()), ",\"source\":{\"file\":\"" + path + "\",\"line\":1}}\n");
}

TEST_F(Review, a_file_of_many_lines_that_is_one_JSON_text_is_one_case) {
  std::string const request = std::string(IVIG_SOURCE_DIR) + "/conformance/examples/order-sign-two-orders.json";
  Decisions const decisions(review(request).out);
  ASSERT_EQ(decisions.bodies.size(), 2U) << "one entry per IVIG order";
  EXPECT_EQ(decisions.source(0), "order-sign-two-orders.json:1");
  Decisions const folder(review(std::string(IVIG_SOURCE_DIR) + "/conformance/examples").out);
  EXPECT_GE(folder.bodies.size(), 5U);
}

TEST_F(Review, standard_input_is_a_request_or_a_Bundle_a_line) {
  std::string const input = OrderRequest{{test::ivig_order("a", ibm())}}.text() + "\n\n" + OrderRequest{{}}.text() +
                            "\r\n" + json(bundle({test::patient(), test::ivig_order("b", gbs())}));
  ProgramOutcome const outcome = review("-", input);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  Decisions const decisions(outcome.out);
  ASSERT_EQ(decisions.bodies.size(), 2U);
  EXPECT_EQ(decisions.source(0), "-:1");
  EXPECT_EQ(decisions.source(1), "-:4");
  EXPECT_EQ(decisions.lead(0), "aanem-2023/ibm");
}

TEST_F(Review, a_bad_line_is_told_with_file_line_and_reason_and_ends_nothing) {
  std::string const good = OrderRequest{{test::ivig_order("a", ibm())}}.text();
  std::string const input = good + "\n{\"hook\":\n" + "[]\n" + "{\"a\":1}\n" + json(person("Quillfeather")) + "\n" +
                            good.substr(0, good.size() / 2) + "\n\xff\n" + good + "\n";
  ProgramOutcome const outcome = review("-", input);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(Decisions(outcome.out).bodies.size(), 2U);
  auto const told = lines_of(outcome.error);
  ASSERT_EQ(told.size(), 7U) << outcome.error;
  EXPECT_EQ(told[6], "ivig-cds: could not be read: 6 (3 no JSON, 3 nothing to review)");
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_TRUE(told[i].starts_with("ivig-cds: -:" + std::to_string(i + 2) + ": ")) << told[i];
    EXPECT_EQ(told[i].find("Quillfeather"), std::string::npos) << told[i];
  }
  EXPECT_NE(told[0].find("byte"), std::string::npos) << told[0];
  EXPECT_NE(told[3].find("standard input"), std::string::npos) << told[3];
}

TEST_F(Review, a_broken_line_of_an_export_is_told_and_the_rest_is_reviewed) {
  std::string const text = ndjson({person("p1"), problem("c1", "p1", ibm())}) + "{\"resourceType\":\"Observation\",\n" +
                           ndjson({order("o1", "p1")});
  ProgramOutcome const outcome = review(program.file("x.ndjson", text));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(lines_of(outcome.error).size(), 2U) << outcome.error;
  EXPECT_NE(outcome.error.find("x.ndjson:3: "), std::string::npos) << outcome.error;
  EXPECT_TRUE(outcome.error.ends_with("ivig-cds: could not be read: 1 (1 no JSON)\n")) << outcome.error;
  EXPECT_EQ(Decisions(outcome.out).lead(0), "aanem-2023/ibm");
}

TEST_F(Review, a_path_that_is_not_there_and_a_line_beyond_the_limit_are_exit_code_2) {
  ProgramOutcome const missing = review("/nowhere/export");
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_NE(missing.error.find("/nowhere/export"), std::string::npos);
  std::string const good = OrderRequest{{test::ivig_order("a", ibm())}}.text();
  std::string const long_line = "{\"x\":\"" + std::string(3 << 20, 'y') + "\"}\n";
  ProgramOutcome const outcome = review("--max-line-bytes 2000000 -", good + "\n" + long_line + good + "\n");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.error.find("-:2: longer than 2000000 bytes"), std::string::npos) << outcome.error;
  EXPECT_EQ(Decisions(outcome.out).source(1), "-:3");
}

TEST_F(Review, the_output_is_in_the_order_of_the_input_whatever_the_number_of_threads) {
  // Made up by the project's own generator: enough for many chunks and partitions.
  std::string const folder = program.path("year");
  ProgramOutcome const made = program.shell("python3 " + std::string(IVIG_SOURCE_DIR) +
                                            "/bench/make_year.py --orders 1500 --others 0.5 --out " + folder);
  ASSERT_EQ(made.exit_code, 0) << made.error;
  std::string const one = review("--jobs 1 " + folder).out;
  EXPECT_EQ(lines_of(one).size(), 1500U);
  EXPECT_TRUE(review("--jobs 3 " + folder).out == one);
  EXPECT_TRUE(review("--jobs 8 " + folder).out == one);
  Decisions const decisions(one);
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < decisions.bodies.size(); ++i) {
    std::string const source = decisions.source(i);
    std::uint64_t const line = std::stoull(source.substr(source.find(':') + 1));
    EXPECT_GT(line, before);
    before = line;
  }
}

TEST_F(Review, leaves_nothing_in_the_work_folder) {
  std::string const work = program.path("work");
  std::filesystem::create_directories(work);
  std::string const text = ndjson({person("p1"), order("o1", "p1", ibm())});
  EXPECT_EQ(review("--work-folder " + work + " " + program.file("x.ndjson", text)).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(work));
}

TEST_F(Review, csv_has_a_header_and_keeps_formulas_texts) {
  std::string const request = OrderRequest{{test::ivig_order("=1+1", ibm())}}.text();
  ProgramOutcome const outcome = review("--format csv -", request + "\n" + request + "\n");
  auto const lines = lines_of(outcome.out);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].starts_with("source_file,source_line,order,patient"));
  EXPECT_NE(lines[1].find("\"'-\",1,MedicationRequest/=1+1,Patient/p1"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find("not-recommended,warning,aanem-2023/ibm,Class I,applies"), std::string::npos) << lines[1];
  EXPECT_EQ(std::count(lines[0].begin(), lines[0].end(), ','), 15);
}

TEST_F(Review, html_is_one_page_that_loads_nothing_and_shows_hostile_text_as_text) {
  std::string const hostile = "</td><script>alert(1)</script>";
  std::string text = ndjson({person("p1"), order("o1", "p1", ibm()), order("o2", "p1", gbs(), "2025-04-01")});
  text += ndjson({order("<img src=x>", "p1", words(hostile))});
  ProgramOutcome const outcome = review("--format html " + program.file("x.ndjson", text));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  for (char const* part : {"<!doctype html>", "<html lang=\"en\">", "<h1>IVIG orders reviewed</h1>", "2025-03",
                           "2025-04", "Inclusion body myositis", "id=\"row-aanem-2023-ibm\"", "not medical advice"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
  for (char const* part : {"<script", "<img", "http-equiv=\"refresh", "<link", "@import", "url("})
    EXPECT_EQ(outcome.out.find(part), std::string::npos) << part;
}

TEST_F(Review, GNU_parallel_gives_what_a_single_run_gives) {
  ASSERT_EQ(program.shell("parallel --version").exit_code, 0) << "GNU parallel is not installed (cmake/deps-test.txt)";
  std::string const folder = program.path("calls");
  ASSERT_EQ(program
                .shell("python3 " + std::string(IVIG_SOURCE_DIR) + "/bench/make_year.py --orders 60 --requests --out " +
                       folder)
                .exit_code,
            0);
  std::string const requests = folder + "/requests.ndjson";
  std::string const command =
      std::string(IVIG_BINARY) + " review --date 2026-11-24 --rules " + IVIG_SOURCE_DIR + "/rules -";
  auto without_source = [](std::string const& text) {
    std::string kept;
    for (auto const& line : lines_of(text)) kept += line.substr(0, line.rfind(",\"source\"")) + "\n";
    return kept;
  };
  std::string const single = program.shell("cat " + requests + " | " + command).out;
  EXPECT_GE(lines_of(single).size(), 60U);
  ProgramOutcome const parallel =
      program.shell("cat " + requests + " | parallel --will-cite --pipe --block 100k -k -j2 '" + command + "'");
  EXPECT_EQ(parallel.exit_code, 0) << parallel.error;
  EXPECT_TRUE(without_source(parallel.out) == without_source(single));
}

TEST_F(Review, wrong_arguments_are_exit_code_2) {
  for (char const* arguments : {"", "--format xml -", "--jobs 0 -", "--date soon -", "--nonsense -"}) {
    EXPECT_EQ(program.run(std::string("review ") + arguments).exit_code, 2) << arguments;
  }
}

}  // namespace
}  // namespace ivig::app
