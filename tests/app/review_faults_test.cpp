// `ivig-cds review` and `check` on what nobody should have named: no regular files, names that forge messages, more
// faults than anybody can read, files without end.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/order_request.h"
#include "tests/support/program.h"

namespace ivig::app {
namespace {

namespace fs = std::filesystem;
using test::OrderRequest;
using test::ProgramOutcome;

std::string good_request() {
  return OrderRequest{{test::ivig_order("a", test::coded(test::kIcd10Cm, "G72.41", "Inclusion body myositis"))}}.text();
}

std::size_t lines_in(std::string const& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string quoted(std::string const& path) { return "'" + path + "'"; }

class Faults : public testing::Test {
 protected:
  /// With a bound on time, which a run that waits for a FIFO's writer would meet (exit code 124).
  ProgramOutcome run(std::string const& command, std::string const& arguments) {
    return program.shell("timeout 60 " + std::string(IVIG_BINARY) + " " + command + " --rules " + IVIG_SOURCE_DIR +
                         "/rules " + arguments);
  }
  ProgramOutcome review(std::string const& arguments) { return run("review --date 2026-11-24", arguments); }
  ProgramOutcome check(std::string const& arguments) { return run("check", arguments); }

  std::string fifo(std::string const& name) {
    std::string path = program.path(name);
    fs::create_directories(fs::path(path).parent_path());
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    return path;
  }
  test::Program program;
};

TEST_F(Faults, what_is_no_regular_file_is_one_line_and_the_rest_is_reviewed) {
  std::string const folder = program.path("export");
  std::string const named = fifo("export/a.ndjson");
  fifo("export/other");  // nobody asked for it
  program.file("export/b.ndjson", good_request() + "\n");
  fs::create_directory_symlink("..", program.path("export/up"));
  fs::create_symlink("nowhere", program.path("export/gone.json"));
  fs::create_symlink("self.json", program.path("export/self.json"));
  for (std::string const& paths : {folder, named + " " + folder + "/b.ndjson " + folder}) {
    ProgramOutcome const outcome = review(paths);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.error;
    EXPECT_GE(lines_in(outcome.out), 1U);
    EXPECT_NE(outcome.error.find("a.ndjson: is a FIFO"), std::string::npos) << outcome.error;
    EXPECT_NE(outcome.error.find("up: is a symbolic link to a folder"), std::string::npos) << outcome.error;
    EXPECT_NE(outcome.error.find("gone.json: cannot be read"), std::string::npos) << outcome.error;
    EXPECT_NE(outcome.error.find("self.json: cannot be read"), std::string::npos) << outcome.error;
    EXPECT_EQ(outcome.error.find("other"), std::string::npos) << outcome.error;
  }
  ProgramOutcome const outcome = review(folder);
  EXPECT_EQ(lines_in(outcome.out), 1U);
  EXPECT_EQ(lines_in(outcome.error), 5U) << outcome.error;
  EXPECT_TRUE(outcome.error.ends_with("ivig-cds: could not be read: 4 (4 not readable)\n")) << outcome.error;
}

TEST_F(Faults, settings_are_read_from_regular_files_only_and_the_start_says_so_in_one_line) {
  std::string const pipe = fifo("pipe"), source = IVIG_SOURCE_DIR;
  std::string const rules = "rules: " + source + "/rules\n";
  std::string const store = "listen: [http://127.0.0.1:0]\nadmin: http://127.0.0.1:0\nauth: off\nstore: none\n";
  std::string const https = "listen: [https://127.0.0.1:0]\nadmin: http://127.0.0.1:0\nauth: off\nstore: none\n";
  ASSERT_EQ(program.run("certs dev " + program.path("certs")).exit_code, 0);
  std::string const server =
      "certificate: " + program.path("certs/server.pem") + ", key: " + program.path("certs/server.key");
  fs::copy(source + "/rules", program.path("rules-a"), fs::copy_options::recursive);
  fs::copy(source + "/rules", program.path("rules-b"), fs::copy_options::recursive);
  fs::remove(program.path("rules-a/facts.json"));
  fifo("rules-a/facts.json");
  fifo("rules-b/valuesets/another.json");
  std::string const client = "clients: [{name: a, issuer: 'https://a.example', jwks_file: " + pipe + "}]\n";
  struct Setting {
    std::string what, text, names;
  };
  for (auto const& [what, text, names] : {
           Setting{"rules", store + "rules: " + program.path("rules-a"), "facts.json"},
           {"value set", store + "rules: " + program.path("rules-b"), "another.json"},
           {"certificate", https + rules + "tls: {certificate: " + pipe + ", key: " + pipe + "}", "tls.certificate"},
           {"key", https + rules + "tls: {certificate: " + program.path("certs/server.pem") + ", key: " + pipe + "}",
            "tls.key"},
           {"another certificate",
            https + rules + "tls: {" + server + ", certificates: [{certificate: " + pipe + ", key: " + pipe + "}]}",
            "tls.certificates[0].certificate"},
           {"CA of clients", https + rules + "tls: {" + server + ", client_ca: " + pipe + "}", "tls.client_ca"},
           {"outbound CA", store + rules + "tls: {outbound_ca: " + pipe + "}", "tls.outbound_ca"},
           {"keys of a client", store + rules + client, "jwks_file of client 'a'"},
           {"key of the store", store + rules + "store: sqlite:" + program.path("a.db") + "\nstore_key: " + pipe,
            "store_key"},
           {"tokens of the console",
            store + rules + "store: sqlite:" + program.path("b.db") + "\nreview: {auth: token, token_file: " + pipe +
                "}",
            "review.token_file"},
       }) {
    std::string config = text;
    if (config.find("store: sqlite") != std::string::npos) config.erase(config.find("store: none\n"), 12);
    std::string const file = program.file("ivig-cds.yaml", config);
    ProgramOutcome const outcome =
        program.shell("timeout --signal=KILL 60 " + std::string(IVIG_BINARY) + " serve --config " + file);
    EXPECT_NE(outcome.exit_code, 137) << what;
    EXPECT_NE(outcome.exit_code, 0) << what;
    EXPECT_EQ(lines_in(outcome.error), 1U) << what << ": " << outcome.error;
    EXPECT_NE(outcome.error.find("is a FIFO, no regular file"), std::string::npos) << what << ": " << outcome.error;
    EXPECT_NE(outcome.error.find(names), std::string::npos) << what << ": " << outcome.error;
  }
  ProgramOutcome const outcome =
      program.shell("timeout --signal=KILL 60 " + std::string(IVIG_BINARY) + " serve --config " + pipe);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.error, "ivig-cds: " + pipe +
                               ": is a FIFO, no regular file; copy what it holds into one; mend --config or "
                               "IVIG_CDS_CONFIG\n");
}

TEST_F(Faults, a_device_is_not_read_and_standard_input_may_be_a_pipe) {
  EXPECT_NE(review("/dev/zero").error.find("/dev/zero: is a device"), std::string::npos);
  EXPECT_NE(check("/dev/zero").error.find("/dev/zero: is a device"), std::string::npos);
  std::string const path = program.file("r.json", good_request());
  for (std::string const command : {"review", "check"}) {
    ProgramOutcome const piped =
        program.shell("cat " + path + " | " + IVIG_BINARY + " " + command + " --rules " + IVIG_SOURCE_DIR + "/rules -");
    EXPECT_EQ(piped.exit_code, 0) << piped.error;
    EXPECT_NE(piped.out.find("not-recommended"), std::string::npos);
  }
}

TEST_F(Faults, a_name_forges_no_message) {
  std::string const name =
      "a\nivig-cds: x.ndjson: all is well\x1B[2J\xC2\x9B"
      "1m\xFF.ndjson";
  std::string const shown = "a\\nivig-cds: x.ndjson: all is well\\x1b[2J\\x9b1m\\xff.ndjson";
  std::string const bad = program.file("bad/" + name, "x\n");
  ProgramOutcome const told = review(quoted(bad));
  EXPECT_EQ(lines_in(told.error), 2U) << told.error;
  EXPECT_NE(told.error.find("bad/" + shown + ":1: "), std::string::npos) << told.error;

  std::string const fine = program.file("good/" + name, good_request() + "\n");
  std::string const list = program.path("problems");
  for (std::string const& arguments :
       {"review --format ndjson " + quoted(fine), "review --format csv " + quoted(fine),
        "review --format html " + quoted(fine), "check --format text " + quoted(bad),
        "check " + quoted(program.file("none/" + name, "{\"hook\":1}")),
        "check " + quoted(program.path("nowhere/" + name)), "review " + quoted(program.path("nowhere/" + name)),
        "review --problems " + quoted(list) + " " + quoted(bad),
        "rules lint --rules " + quoted(program.path("nowhere/" + name)), "rules show " + quoted(name),
        "decisions list --config " + quoted(name), "serve --config " + quoted(name),
        "check --nonsense" + quoted(name)}) {
    ProgramOutcome const outcome = program.shell("timeout 60 " + std::string(IVIG_BINARY) + " " + arguments);
    for (std::string const& text : {outcome.out, outcome.error, test::Program::read(list)}) {
      for (char const* forged : {"\nivig-cds: x.ndjson", "\x1B", "\xC2\x9B", "\xFF"}) {
        EXPECT_EQ(text.find(forged), std::string::npos) << arguments << "\n" << text;
      }
    }
  }
}

TEST_F(Faults, problems_are_shown_up_to_a_number_counted_and_kept_in_a_file) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "no json\n[]\n";
  std::string const path = program.file("x.ndjson", text + good_request() + "\n");
  std::string const list = program.path("problems");
  ProgramOutcome const outcome = review("--show-problems 3 --problems " + list + " " + path);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(lines_in(outcome.out), 1U);
  EXPECT_EQ(lines_in(outcome.error), 5U) << outcome.error;
  EXPECT_NE(outcome.error.find("x.ndjson: 57 more that are not shown\n"), std::string::npos) << outcome.error;
  EXPECT_TRUE(outcome.error.ends_with("could not be read: 60 (30 no JSON, 30 nothing to review); shown: 3\n"))
      << outcome.error;
  EXPECT_EQ(lines_in(test::Program::read(list)), 60U);
  EXPECT_EQ(review("--problems /nowhere/list " + path).exit_code, 2);
}

/// Largest resident memory of a run, in KiB.
long memory_of(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t const child = fork();
  if (child == 0) {
    int const nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    // What AddressSanitizer keeps back of freed memory is not the program's: 256 MB of it unless told otherwise.
    setenv("ASAN_OPTIONS", "quarantine_size_mb=1", 1);
    execv(IVIG_BINARY, argv.data());
    _exit(127);
  }
  int status = 0;
  rusage used{};
  EXPECT_EQ(wait4(child, &status, 0, &used), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 2) << status;
  return used.ru_maxrss;
}

TEST_F(Faults, memory_does_not_grow_with_faulty_or_empty_lines) {
  auto with = [&](std::string const& text) {
    std::string const path = program.file("x.ndjson", "x\n" + text);
    return memory_of({"ivig-cds", "review", "--jobs", "2", "--rules", std::string(IVIG_SOURCE_DIR) + "/rules", path});
  };
  auto lines = [](std::string const& line, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += line;
    return text;
  };
  // Twice as many against once: an allocator's own store, a sanitizer's above all, is full by then.
  EXPECT_LT(with(lines("x\n", 1'000'000)), with(lines("x\n", 500'000)) + 24 * 1024);
  EXPECT_LT(with(lines("\n", 8'000'000)), with(lines("\n", 4'000'000)) + 24 * 1024);
}

TEST_F(Faults, check_has_the_limits_of_the_configuration) {
  std::string const large = program.file("large.json", "");
  fs::resize_file(large, std::uintmax_t{10} << 30U);  // nothing but holes
  ProgramOutcome const refused = check(large);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(lines_in(refused.error), 1U);
  EXPECT_NE(refused.error.find("large.json: more than 16777216 bytes (limits.body_bytes)"), std::string::npos)
      << refused.error;
  EXPECT_EQ(check("- </dev/zero").exit_code, 2);
  EXPECT_EQ(check(fifo("waits.json")).exit_code, 2);

  std::string const request = program.file("r.json", good_request());
  auto limited = [&](std::string const& limits) {
    return check("--config " + program.file("c.yaml", "limits: {" + limits + "}\n") + " " + request);
  };
  EXPECT_EQ(limited("body_bytes: 1000000").exit_code, 0);
  EXPECT_NE(limited("body_bytes: 1024").error.find("more than 1024 bytes"), std::string::npos);
  EXPECT_NE(limited("json_depth: 4").error.find("limits.json_depth"), std::string::npos);
  EXPECT_EQ(limited("body_bites: 4").exit_code, 2);
  std::string const deep = program.file("deep.json", std::string(100'000, '['));
  EXPECT_EQ(check(deep).exit_code, 2);
}

}  // namespace
}  // namespace ivig::app
