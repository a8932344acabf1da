// The architecture, kept by a test: who may include whom, which library is seen where, how long a file may be, and
// that no clinical word of the rules is written into the program (docs/architecture.md, "Who may include whom").

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/json_body.h"
#include "base/json_read.h"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaximumLines = 450;

struct SourceFile {
  std::string path;    // from the root, with '/': "rules/load.cpp"
  std::string folder;  // "rules"
  std::string text;
};

struct Include {
  int line = 0;
  std::string target;  // what stands between the quotes or brackets
  bool quoted = false;
};

std::string read(fs::path const& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Folder -> folders it may include besides itself. `tests` and `bench` may include all.
std::map<std::string, std::set<std::string>> const& allowed_edges() {
  static std::map<std::string, std::set<std::string>> const edges{
      {"base", {}},
      {"rules", {"base"}},
      {"fhir", {"base"}},
      {"certs", {"base"}},
      {"server", {"base"}},
      {"store", {"base", "rules"}},
      {"advice", {"base", "rules", "fhir"}},
      {"hooks", {"base", "rules", "fhir", "advice", "certs", "store"}},
      {"web", {"base", "rules", "store"}},
      {"batch", {"base", "rules", "fhir", "advice", "hooks", "web"}},
      {"app", {"base", "rules", "fhir", "certs", "server", "store", "advice", "hooks", "web", "batch"}},
      {"tests",
       {"base", "rules", "fhir", "certs", "server", "store", "advice", "hooks", "web", "batch", "app", "bench"}},
      {"bench",
       {"base", "rules", "fhir", "certs", "server", "store", "advice", "hooks", "web", "batch", "app", "tests"}},
  };
  return edges;
}

std::vector<SourceFile> const& sources() {
  static std::vector<SourceFile> const files = [] {
    std::vector<SourceFile> found;
    fs::path const root(IVIG_SOURCE_DIR);
    for (auto const& [folder, unused] : allowed_edges()) {
      if (!fs::is_directory(root / folder)) continue;
      for (auto const& entry : fs::recursive_directory_iterator(root / folder)) {
        auto const extension = entry.path().extension();
        if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
        found.push_back({entry.path().lexically_relative(root).generic_string(), folder, read(entry.path())});
      }
    }
    std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.path < b.path; });
    return found;
  }();
  return files;
}

/// The include directives of one file. `text` is read line by line; continued lines do not occur in includes.
std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> found;
  int number = 0;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size() - 1);
    std::string_view rest = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    ++number;
    auto const skip = [&rest](std::string_view what) {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
      if (!rest.starts_with(what)) return false;
      rest.remove_prefix(what.size());
      return true;
    };
    if (!skip("#") || !skip("include")) continue;
    bool const quoted = skip("\"");
    if (!quoted && !skip("<")) continue;
    found.push_back({number, std::string(rest.substr(0, rest.find_first_of("\">"))), quoted});
  }
  return found;
}

std::string place(SourceFile const& file, int line) { return file.path + ":" + std::to_string(line) + ": "; }

/// Every include of a folder that `file` must not know.
std::vector<std::string> forbidden_edges(SourceFile const& file) {
  std::vector<std::string> found;
  auto const& allowed = allowed_edges().at(file.folder);
  for (auto const& include : includes_of(file.text)) {
    if (!include.quoted) continue;
    std::string const target = include.target.substr(0, include.target.find('/'));
    if (target == include.target) {
      found.push_back(place(file, include.line) + "\"" + target + "\" must be named from the root, \"folder/file.h\"");
    } else if (target != file.folder && !allowed.contains(target)) {
      found.push_back(place(file, include.line) + file.folder + "/ may not include " + target + "/");
    }
  }
  return found;
}

/// A library, recognised by how its headers' names begin, and the files that may see it: paths in which one '*' stands
/// for anything.
struct LibraryRule {
  std::string name;
  std::vector<std::string_view> headers;
  std::vector<std::string_view> seen_in;
};

std::vector<LibraryRule> const& library_rules() {
  static std::vector<LibraryRule> const rules{
      {"Beast",
       {"boost/beast"},
       {"server/session.h", "server/request_parser.h", "fhir/exchange.cpp", "tests/support/*",
        "bench/static_responder.cpp"}},
      {"Asio's coroutine header",
       {"boost/asio/awaitable.hpp", "boost/asio/co_spawn.hpp", "boost/asio/use_awaitable.hpp"},
       {"base/asio.h"}},
      {"RapidJSON", {"rapidjson/"}, {"base/json_fault.cpp", "tests/*", "bench/*"}},
      {"simdjson",
       {"simdjson"},
       {"base/json_glance.cpp", "base/json_glance_scan.cpp", "base/json_tree.cpp", "bench/*"}},
      {"yaml-cpp", {"yaml-cpp/"}, {"app/config_node.cpp"}},
      {"spdlog", {"spdlog/"}, {"server/log.cpp", "base/*.cpp"}},
      {"cmark-gfm", {"cmark"}, {"web/markdown.cpp"}},
      {"CLI11", {"CLI/"}, {"app/main.cpp", "app/cmd_*"}},
      {"OpenSSL",
       {"openssl/", "boost/asio/ssl"},
       {"base/uuid.cpp", "certs/*", "server/*", "fhir/exchange.cpp", "tests/*", "bench/*"}},
      {"cpprestsdk", {"cpprest/", "pplx/"}, {"fhir/rest_client_cpprest.cpp", "bench/cpprest_listener.cpp"}},
      {"prometheus-cpp", {"prometheus/"}, {"base/metrics.cpp"}},
      {"SQL", {"soci", "sqlite3", "libpq"}, {"store/*", "tests/store/*"}},
      {"a JOSE library", {"cjose", "rhonabwy", "jansson", "jwt"}, {"certs/jose.cpp"}},
      {"GoogleTest", {"gtest/", "gmock/"}, {"tests/*"}},
  };
  return rules;
}

bool matches(std::string_view path, std::string_view pattern) {
  auto const star = pattern.find('*');
  if (star == std::string_view::npos) return path == pattern;
  auto const after = pattern.substr(star + 1);
  return path.size() + 1 >= pattern.size() && path.starts_with(pattern.substr(0, star)) && path.ends_with(after);
}

std::vector<std::string> misplaced_libraries(SourceFile const& file) {
  std::vector<std::string> found;
  for (auto const& include : includes_of(file.text)) {
    auto const begins = [&](std::string_view header) { return include.target.starts_with(header); };
    auto const covers = [&](std::string_view pattern) { return matches(file.path, pattern); };
    for (auto const& rule : library_rules()) {
      if (std::none_of(rule.headers.begin(), rule.headers.end(), begins)) continue;
      if (std::any_of(rule.seen_in.begin(), rule.seen_in.end(), covers)) continue;
      found.push_back(place(file, include.line) + rule.name + " <" + include.target + "> must not be seen here");
    }
  }
  return found;
}

/// The program text without its comments: string literals stay, line breaks stay. Raw strings are not told apart, which
/// at worst keeps a comment.
std::string without_comments(std::string_view text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, 2) == "//") {
      at = std::min(text.find('\n', at), text.size());
    } else if (text.substr(at, 2) == "/*") {
      auto const end = std::min(text.find("*/", at + 2), text.size());
      kept.append(static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                                      text.begin() + static_cast<std::ptrdiff_t>(end), '\n')),
                  '\n');
      at = std::min(end + 2, text.size());
    } else if (text[at] == '"') {
      auto end = at + 1;
      while (end < text.size() && text[end] != '"' && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
      kept += text.substr(at, end + 1 - at);
      at = std::min(end + 1, text.size());
    } else if (text.substr(at, 3) == "'\"'" || text.substr(at, 4) == "'\\\"'") {
      kept += "' '";
      at += text[at + 1] == '\\' ? 4 : 3;
    } else {
      kept += text[at++];
    }
  }
  return kept;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

bool is_word_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_'; }

/// Where `word` stands in `text` with no letter, digit, '-' or '_' beside it; npos when nowhere.
std::size_t find_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    auto const end = at + word.size();
    if ((at == 0 || !is_word_part(text[at - 1])) && (end == text.size() || !is_word_part(text[end]))) return at;
  }
  return std::string_view::npos;
}

/// The ids and labels of the condition facts in a facts.json, in lower case. Names of up to three letters ("mg", "ms")
/// are also units: they count only as a whole string literal.
std::set<std::string> condition_words(ivig::base::Json const& facts_file) {
  std::set<std::string> words;
  ivig::base::each(facts_file, "facts", [&](ivig::base::Json const& fact, std::size_t) {
    if (ivig::base::string_member(fact, "kind") != "condition") return;
    for (auto const* name : {"id", "label"}) {
      auto word = lower_case(ivig::base::string_member(fact, name));
      if (!word.empty()) words.insert(word.size() <= 3 ? "\"" + word + "\"" : word);
    }
  });
  return words;
}

std::vector<std::string> clinical_words(SourceFile const& file, std::set<std::string> const& words) {
  std::vector<std::string> found;
  std::string const text = lower_case(without_comments(file.text));
  for (auto const& word : words) {
    auto const at = find_word(text, word);
    if (at == std::string::npos) continue;
    auto const line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    found.push_back(place(file, static_cast<int>(line)) + "\"" + word + "\" belongs in rules/, not in the program");
  }
  return found;
}

void expect_none(std::function<std::vector<std::string>(SourceFile const&)> const& check) {
  for (auto const& file : sources()) {
    for (auto const& complaint : check(file)) ADD_FAILURE() << complaint;
  }
}

TEST(IncludeEdges, EveryFolderIncludesOnlyWhatItMay) {
  ASSERT_GT(sources().size(), 10U);
  expect_none(forbidden_edges);
}

TEST(IncludeEdges, EveryLibraryIsSeenOnlyInItsPlace) { expect_none(misplaced_libraries); }

TEST(IncludeEdges, NoFileIsTooLong) {
  expect_none([](SourceFile const& file) {
    auto const lines = static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
    if (lines <= kMaximumLines) return std::vector<std::string>{};
    return std::vector{file.path + " has " + std::to_string(lines) + " lines, more than " +
                       std::to_string(kMaximumLines) + ": split it by idea"};
  });
}

TEST(IncludeEdges, NoClinicalWordOfTheRulesIsWrittenIntoTheProgram) {
  std::set<std::string> words;
  for (auto const& entry : fs::directory_iterator(fs::path(IVIG_SOURCE_DIR) / "rules")) {
    bool const facts = entry.path().filename().string().starts_with("facts") && entry.path().extension() == ".json";
    if (!facts) continue;
    auto const body = ivig::base::JsonBody::parse(read(entry.path()), {});
    ASSERT_TRUE(body) << entry.path() << ": " << body.error().where << " " << body.error().detail;
    words.merge(condition_words((*body)->root()));
  }
  ASSERT_GT(words.size(), 10U) << "no condition facts found: has the form of the facts changed?";
  expect_none([&](SourceFile const& file) {
    return file.folder == "tests" ? std::vector<std::string>{} : clinical_words(file, words);
  });
}

// The checks are checked: each finds what it is for.

TEST(IncludeEdgesChecks, FindAForbiddenEdgeAndAnUnrootedInclude) {
  SourceFile const file{"rules/x.cpp", "rules",
                        "#include \"base/result.h\"\n#include <vector>\n#include \"fhir/chart.h\"\n"
                        "# include \"x.h\"\n// #include \"server/http.h\"\n"};
  EXPECT_EQ(forbidden_edges(file),
            (std::vector<std::string>{"rules/x.cpp:3: rules/ may not include fhir/",
                                      "rules/x.cpp:4: \"x.h\" must be named from the root, \"folder/file.h\""}));
}

TEST(IncludeEdgesChecks, FindAMisplacedLibrary) {
  std::string const text = "#include <boost/beast/http.hpp>\n";
  EXPECT_EQ(misplaced_libraries({"server/session.h", "server", text}).size(), 0U);
  EXPECT_EQ(misplaced_libraries({"tests/support/client.h", "tests", text}).size(), 0U);
  EXPECT_EQ(misplaced_libraries({"hooks/order_sign.cpp", "hooks", text}).size(), 1U);
  EXPECT_EQ(misplaced_libraries({"base/log.cpp", "base", "#include <spdlog/spdlog.h>\n"}).size(), 0U);
  EXPECT_EQ(misplaced_libraries({"base/log.h", "base", "#include <spdlog/spdlog.h>\n"}).size(), 1U);
  EXPECT_EQ(misplaced_libraries({"fhir/chart.cpp", "fhir", "#include <rapidjson/document.h>\n"}).size(), 1U);
}

TEST(IncludeEdgesChecks, FindClinicalWordsInCodeButNotInCommentsOrInsideOtherWords) {
  std::set<std::string> const words{"inclusion-body-myositis", "polymyositis", "\"ms\""};
  auto const count = [&](std::string text) {
    return clinical_words({"advice/x.cpp", "advice", std::move(text)}, words).size();
  };
  EXPECT_EQ(count("if (id == \"Inclusion-body-myositis\") return;\n"), 1U);
  EXPECT_EQ(count("// polymyositis\n/* polymyositis */ int x = '\"'; // polymyositis\n"), 0U);
  EXPECT_EQ(count("auto url = \"https://x\"; f(\"polymyositis\");\n"), 1U);
  EXPECT_EQ(count("int dermatopolymyositis; int polymyositis_count;\n"), 0U);
  EXPECT_EQ(count("wait(\"500 ms\");\n"), 0U);
  EXPECT_EQ(count("f(\"MS\");\n"), 1U);
}

}  // namespace
