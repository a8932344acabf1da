// A broken rule set never serves: it stops the start, and on reload the old one stays.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace ivig::app {
namespace {

namespace fs = std::filesystem;

/// A copy of the rule set of this tree and a configuration that serves it on a free loopback port.
class ServedRules {
 public:
  ServedRules() {
    fs::copy(fs::path(IVIG_SOURCE_DIR) / "rules", folder_.path() / "rules", fs::copy_options::recursive);
    std::ofstream(config()) << "listen: [http://127.0.0.1:0]\nadmin: null\nauth: \"off\"\nstore: none\n"
                            << "rules: rules\nthreads: 1\n";
  }
  [[nodiscard]] fs::path config() const { return folder_.path() / "ivig-cds.yaml"; }

  /// A slip of the pen in a row.
  void damage() const {
    fs::path const file = folder_.path() / "rules/guidelines/aanem-2023.json";
    std::string text = read(file);
    text.replace(text.find("\"requires\""), 10, "\"requries\"");
    std::ofstream(file) << text;
  }
  void mend() const {
    fs::copy_file(fs::path(IVIG_SOURCE_DIR) / "rules/guidelines/aanem-2023.json",
                  folder_.path() / "rules/guidelines/aanem-2023.json", fs::copy_options::overwrite_existing);
  }

 private:
  static std::string read(fs::path const& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  test::TemporaryFolder folder_;
};

/// The server as a process of its own; ended with the object.
class Serving {
 public:
  explicit Serving(fs::path const& config) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::execl(IVIG_BINARY, IVIG_BINARY, "serve", "--config", config.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
  }
  ~Serving() {
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(out_);
  }
  Serving(Serving const&) = delete;
  Serving& operator=(Serving const&) = delete;

  /// Reads until `words` came; what it read, or all there was when the process ended or nothing came for long.
  std::string until(std::string const& words) {
    std::string said;
    char c = 0;
    pollfd ready{out_, POLLIN, 0};
    while (said.find(words) == std::string::npos && ::poll(&ready, 1, 60000) == 1 && ::read(out_, &c, 1) == 1)
      said += c;
    return said;
  }
  void signal(int number) const { ::kill(pid_, number); }
  int exit_status() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  bool ended_ = false;
};

constexpr char const* kFault = "aanem-2023.json";

TEST(ServedRules, that_are_broken_stop_the_start_with_file_row_and_fix) {
  ServedRules const rules;
  rules.damage();
  Serving server(rules.config());
  std::string const said = server.until("unknown member");
  EXPECT_NE(said.find(kFault), std::string::npos) << said;
  EXPECT_NE(said.find("aanem-2023/gbs-adult: requries"), std::string::npos) << said;
  EXPECT_EQ(said.find("listening"), std::string::npos) << said;
  EXPECT_EQ(server.exit_status(), 2);
}

TEST(ServedRules, that_are_broken_on_reload_leave_the_old_ones_until_they_are_mended) {
  ServedRules const rules;
  Serving server(rules.config());
  ASSERT_NE(server.until("listening http://127.0.0.1:").find("listening"), std::string::npos);
  rules.damage();
  server.signal(SIGHUP);
  std::string const said = server.until("unknown member");
  EXPECT_NE(said.find("rules_kept"), std::string::npos) << said;
  EXPECT_NE(said.find(kFault), std::string::npos) << said;
  rules.mend();
  server.signal(SIGHUP);
  EXPECT_NE(server.until("rules_reloaded").find("rules_reloaded"), std::string::npos);
  server.signal(SIGTERM);
  EXPECT_EQ(server.exit_status(), 0);
}

}  // namespace
}  // namespace ivig::app
