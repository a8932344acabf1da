#pragma once
// A PostgreSQL server of one test: a cluster in a temporary folder, reached through a socket in it, no TCP. Debian's
// packages put the binaries below /usr/lib/postgresql; the server refuses to run as root, so root lends it the user
// postgres.

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include "tests/support/temporary_folder.h"

namespace ivig::test {

class PrivatePostgres {
 public:
  /// Makes a cluster and starts it. Throws std::runtime_error with the place of the log.
  PrivatePostgres() {
    namespace fs = std::filesystem;
    for (auto const& version : fs::directory_iterator("/usr/lib/postgresql")) {
      if (fs::exists(version.path() / "bin/initdb")) bin_ = version.path() / "bin";
    }
    if (bin_.empty()) throw std::runtime_error("PostgreSQL is not installed (cmake/deps-test.txt)");
    home_ = folder_.path() / "pg";
    fs::create_directory(home_);
    if (::geteuid() == 0) {
      fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
      must("chown postgres " + home_.string());
    }
    // Trust is fine: the socket's folder belongs to this test. --no-sync: initdb need not outlive a power cut.
    must(as_owner((bin_ / "initdb").string() + " -D " + data() + " -A trust -U ivig --no-sync"));
    start();
  }
  ~PrivatePostgres() { stop("immediate"); }
  PrivatePostgres(PrivatePostgres const&) = delete;
  PrivatePostgres& operator=(PrivatePostgres const&) = delete;

  void start() {
    must(as_owner((bin_ / "pg_ctl").string() + " -D " + data() + " -w -t 300 -l " + (home_ / "log").string() +
                  " -o \"-c listen_addresses='' -c unix_socket_directories=" + home_.string() + "\" start"));
  }
  /// `mode`: fast (connections are cut, data flushed) or immediate (as a crash would).
  void stop(std::string const& mode) noexcept {
    static_cast<void>(run(as_owner((bin_ / "pg_ctl").string() + " -D " + data() + " -w -t 300 -m " + mode + " stop")));
  }

  [[nodiscard]] std::string url(std::string const& database = "postgres") const {
    return "postgresql://ivig@/" + database + "?host=" + home_.string();
  }
  /// A new, empty database; its URL.
  [[nodiscard]] std::string fresh_database() {
    std::string const name = "test" + std::to_string(++databases_);
    must((bin_ / "psql").string() + " '" + url() + "' -c 'CREATE DATABASE " + name + "'");
    return url(name);
  }

 private:
  [[nodiscard]] std::string data() const { return (home_ / "data").string(); }
  static std::string as_owner(std::string const& command) {
    return ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --init-groups " + command : command;
  }
  int run(std::string const& command) const noexcept {
    return std::system((command + " >>" + (folder_.path() / "commands.log").string() + " 2>&1 </dev/null").c_str());
  }
  void must(std::string const& command) const {
    if (run(command) != 0) throw std::runtime_error("failed: " + command);
  }

  TemporaryFolder folder_;
  std::filesystem::path bin_, home_;
  int databases_ = 0;
};

}  // namespace ivig::test
