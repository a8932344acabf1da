// What a review says does not depend on how it is cut into pieces.
#include "batch/review.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/support/order_answers.h"
#include "tests/support/temporary_folder.h"

namespace ivig::batch {
namespace {

using test::json;

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// An export whose lines are in no order: some damaged, some written as few would write them, some cases of their own.
std::vector<std::string> lines_of_an_export() {
  std::mt19937 random(8);
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i) {
    std::string const number = std::to_string(i);
    std::string const day = "2025-0" + std::to_string(1 + random() % 9) + "-11";
    std::vector<std::string> record{
        test::patient(), test::condition("c" + number, test::coded(test::kIcd10Cm, i % 2 == 0 ? "G61.81" : "G72.41")),
        test::observation("w" + number, "29463-7", "Body weight", std::to_string(50 + i), "kg"),
        test::medication_request("o" + number,
                                 "'medicationCodeableConcept':" + test::words("prednisone 20 mg tablet"))};
    if (i % 3 != 0) {
      std::string order =
          replaced(test::ivig_order("m" + number, "", "'authoredOn':'" + day + "'"), "'draft'", "'active'");
      if (i % 5 == 0) {
        order = replaced(order, "'medicationCodeableConcept':" + test::privigen(),
                         "'medicationReference':{'reference':'Medication/" + number + "'}");
        record.push_back("{'resourceType':'Medication','id':'" + number + "','code':" + test::privigen() + "}");
      }
      record.push_back(order);
      record.push_back(replaced(replaced(order, "'m" + number, "'n" + number), day, "2025-11-30"));
    }
    for (auto& line : record) {
      line = json(replaced(line, "p1'", "p" + number + "'"));
      switch (random() % 12) {
        case 0: line = replaced(line, "Patient/", "Patient\\/"); break;
        case 1: line = replaced(line, "\"resourceType\"", "\"resource\\u0054ype\""); break;
        case 2: line = "  " + replaced(line, ":{", " : {") + "\r"; break;
        case 3: line.resize(line.size() * 9 / 10); break;
        case 4: line = replaced(line, "\"subject\"", "\"subject\":{\"reference\":\"Patient/p7\"},\"subject\""); break;
        default: break;
      }
      lines.push_back(line);
    }
  }
  std::string const call = test::OrderRequest{{test::ivig_order("a")}}.text();
  lines.push_back(call);
  lines.push_back(replaced(call, "{\"hook\":", "{ \"fhirServer\":\"https:\\/\\/ehr.example\", \"hook\":"));
  lines.push_back(call.substr(0, call.size() / 2));
  lines.push_back("{\"hook\":null,\"resourceType\":\"Location\"}");
  lines.push_back(json(test::bundle({test::patient(), test::ivig_order("b")})));
  std::shuffle(lines.begin(), lines.end(), random);
  return lines;
}

struct Said {
  std::vector<std::string> orders, problems;
  bool operator==(Said const&) const = default;
};

Said said(Options const& options, std::vector<InputFile> const& files) {
  Said said;
  Receiver const receiver{[&](std::string_view text) { return said.orders.emplace_back(text), true; },
                          [] { return true; }, [&](Problem const& problem) { said.problems.push_back(problem.line); },
                          [](Progress const&) {}};
  Totals const totals = review(*test::tree_knowledge(), options, files, receiver);
  EXPECT_EQ(totals.orders, said.orders.size());
  EXPECT_EQ(totals.problems, said.problems.size());
  return said;
}

TEST(Review, says_the_same_whatever_its_limits_and_threads) {
  test::TemporaryFolder const folder;
  std::string const path = (folder.path() / "export.ndjson").string();
  {
    std::ofstream out(path, std::ios::binary);
    for (auto const& line : lines_of_an_export()) out << line << '\n';
  }
  auto const files = find_inputs({path});
  ASSERT_TRUE(files);
  Options options;
  options.today = test::call_day();
  options.work_folder = folder.path();
  Said const whole = said(options, *files);
  EXPECT_GT(whole.orders.size(), 50U);
  EXPECT_GT(whole.problems.size(), 5U);

  Options pieces = options;
  pieces.limits.chunk_bytes = 4096;
  pieces.limits.chunk_lines = 3;
  pieces.limits.partition_bytes = 1024;
  pieces.limits.partitions = 64;
  pieces.limits.patient_marks = 512;  // some are marked by chance
  pieces.limits.drug_bytes = 0;       // nothing is remembered
  for (unsigned const jobs : {1U, 3U}) {
    pieces.jobs = jobs;
    EXPECT_EQ(said(pieces, *files), whole) << jobs;
  }
}

}  // namespace
}  // namespace ivig::batch
