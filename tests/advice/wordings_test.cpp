// The memory for names changes no reading, is bounded, and keeps no notes.
#include "advice/wordings.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "advice/statements.h"

namespace ivig::advice {
namespace {

std::shared_ptr<Knowledge const> load() {
  auto result = Knowledge::load(IVIG_SOURCE_DIR "/rules");
  EXPECT_TRUE(result) << result.error().where << ": " << result.error().detail;
  return *result;
}

/// Titles and phrases of every value set, in contexts that change how they read.
std::vector<std::string> texts(Knowledge const& knowledge) {
  std::vector<std::string> texts;
  for (auto const& set : knowledge.terms.sets()) {
    std::vector<std::string> names{set.title};
    if (!set.synonyms.empty()) names.push_back(set.synonyms.front());
    for (auto const& name : names) {
      for (char const* context : {"", "no ", "possible ", "history of ", "family history of "})
        texts.push_back(context + name);
      texts.push_back(name + " ruled out, " + name + "; exacerbation");
    }
  }
  return texts;
}

bool same(Wording const& a, Wording const& b) {
  return a.names_more == b.names_more &&
         std::equal(a.mentions.begin(), a.mentions.end(), b.mentions.begin(), b.mentions.end(),
                    [](fhir::Mention const& x, fhir::Mention const& y) {
                      return x.owner == y.owner && x.kind == y.kind && x.assertion == y.assertion &&
                             x.to_be_excluded == y.to_be_excluded && x.time == y.time && x.result == y.result &&
                             x.first == y.first && x.last == y.last;
                    });
}

TEST(Wordings, read_again_as_they_read_first) {
  auto const knowledge = load();
  for (auto const& text : texts(*knowledge)) {
    auto const fresh = read_wording(*knowledge, text);
    EXPECT_TRUE(same(*knowledge->wordings->of(*knowledge, text), fresh)) << text;
    EXPECT_TRUE(same(*knowledge->wordings->of(*knowledge, text), fresh)) << text << ", from memory";
  }
}

TEST(Wordings, are_bounded_in_number_and_length) {
  auto const knowledge = load();
  auto& wordings = *knowledge->wordings;
  for (int i = 0; i < 20'000; ++i) (void)wordings.of(*knowledge, "local name " + std::to_string(i));
  EXPECT_LE(wordings.size(), Wordings::kShards * Wordings::kPerShard);
  EXPECT_GT(wordings.size(), Wordings::kPerShard);
  auto const before = wordings.size();
  std::string const letter(Wordings::kLongest + 1, 'x');
  EXPECT_TRUE(same(*wordings.of(*knowledge, letter), read_wording(*knowledge, letter)));
  EXPECT_EQ(wordings.size(), before);
}

TEST(Wordings, hold_no_note_about_a_patient) {
  auto const knowledge = load();
  fhir::Condition condition;
  condition.code.text = "Myasthenia gravis";
  condition.notes = {"Told me about her sister"};
  (void)problem_statement(*knowledge, condition);
  EXPECT_EQ(knowledge->wordings->size(), 0U);
  condition.notes.clear();
  (void)problem_statement(*knowledge, condition);
  EXPECT_EQ(knowledge->wordings->size(), 1U);
}

TEST(Wordings, may_be_asked_from_many_threads) {
  auto const knowledge = load();
  auto const all = texts(*knowledge);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (std::size_t offset = 0; offset < 4; ++offset) {
    threads.emplace_back([&, offset] {
      for (std::size_t i = 0; i < 600; ++i) {
        auto const& text = all[(i * 7 + offset) % all.size()];
        if (!same(*knowledge->wordings->of(*knowledge, text), read_wording(*knowledge, text))) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace ivig::advice
