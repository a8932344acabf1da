// What is opened by name is a regular file, and nothing is waited for.
#include "base/regular_file.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace ivig::base {
namespace {

class RegularFile : public testing::Test {
 protected:
  std::string path(std::string const& name) { return (folder_.path() / name).string(); }
  std::string file(std::string const& name, std::string const& text) {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  std::string why_not(std::string const& path) {
    auto const opened = open_regular_file(path);
    return opened ? "" : opened.error().detail;
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(RegularFile, opens_files_also_through_links) {
  std::filesystem::create_symlink(file("a", "text"), path("link"));
  auto const opened = open_regular_file(path("link"));
  ASSERT_TRUE(opened);
  EXPECT_EQ(read_rest(opened->get(), 4), "text");
}

TEST_F(RegularFile, says_what_the_others_are_and_waits_for_none) {
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_NE(why_not(path("fifo")).find("FIFO"), std::string::npos);
  EXPECT_NE(why_not(path("")).find("folder"), std::string::npos);
  EXPECT_NE(why_not("/dev/zero").find("device"), std::string::npos);
  EXPECT_NE(why_not(path("none")).find("cannot be read"), std::string::npos);
  std::filesystem::create_symlink("itself", path("itself"));
  EXPECT_NE(why_not(path("itself")).find("cannot be read"), std::string::npos);

  int const listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string const name = path("socket");
  ASSERT_LT(name.size(), sizeof address.sun_path);
  name.copy(address.sun_path, name.size());
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
  EXPECT_NE(why_not(name).find("socket"), std::string::npos);
  close(listener);
}

TEST_F(RegularFile, is_read_up_to_the_limit) {
  auto read = [](std::string const& path, std::size_t limit) {
    auto const opened = open_regular_file(path);
    return read_rest(opened->get(), limit);
  };
  EXPECT_EQ(read(file("a", "12345"), 5), "12345");
  EXPECT_EQ(read(file("empty", ""), 0), "");
  auto const refused = read(file("b", "123456"), 5);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large);
  // A file with holes: refused by its size, unread.
  std::filesystem::resize_file(file("large", ""), std::uintmax_t{10} << 30U);
  EXPECT_FALSE(read(path("large"), 1000));
  // A file of /proc tells no size.
  EXPECT_TRUE(read("/proc/self/status", 1 << 20));
  EXPECT_FALSE(read("/proc/self/status", 10));
}

TEST_F(RegularFile, standard_input_may_be_a_pipe_and_has_the_same_limit) {
  for (std::size_t const size : {std::size_t{5}, std::size_t{6}}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_EQ(write(ends[1], "123456", size), static_cast<ssize_t>(size));
    close(ends[1]);
    EXPECT_EQ(read_rest(ends[0], 5).has_value(), size == 5);
    close(ends[0]);
  }
}

}  // namespace
}  // namespace ivig::base
