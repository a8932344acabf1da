#pragma once
// ivig-cds as a program: arguments and standard input in; standard output, standard error and exit code out.

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace ivig::test {

struct ProgramOutcome {
  int exit_code = -1;
  std::string out, error;
};

class Program {
 public:
  /// Writes a file below the test's folder, folders included, and returns its path.
  std::string file(std::string const& name, std::string const& text) {
    auto const path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  [[nodiscard]] std::string path(std::string const& name = "") const { return (folder_.path() / name).string(); }

  /// Runs `ivig-cds` with shell-quoted arguments.
  ProgramOutcome run(std::string const& arguments, std::string const& input = "") {
    return shell(std::string(IVIG_BINARY) + " " + arguments, input);
  }
  /// Runs a shell command.
  ProgramOutcome shell(std::string const& command, std::string const& input = "") {
    std::string const in = file("stdin", input), out = path("stdout"), error = path("stderr");
    int const status = std::system(("{ " + command + "; } <" + in + " >" + out + " 2>" + error).c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(out), read(error)};
  }

  static std::string read(std::string const& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace ivig::test
