// Where sqlite::memory: keeps its files.
#include "store/connection.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>

#include "tests/support/temporary_folder.h"

namespace ivig::store {
namespace {

namespace fs = std::filesystem;

TEST(MemoryFolderTest, lies_in_the_first_folder_that_takes_it_and_goes_with_its_owner) {
  test::TemporaryFolder const first, second;
  std::optional<MemoryFolder> folder(std::in_place, std::vector{first.path(), second.path()});
  fs::path const path = folder->path();
  EXPECT_EQ(path.parent_path(), first.path());
  EXPECT_TRUE(fs::is_directory(path));
  EXPECT_TRUE(fs::is_empty(second.path()));
  std::ofstream(path / "ivig-cds.db") << "x";
  folder.reset();
  EXPECT_FALSE(fs::exists(path));
}

// Root writes wherever modes forbid it: what refuses root as well are a file, a name that is not there, and /proc.
TEST(MemoryFolderTest, goes_to_the_next_folder_where_one_cannot_be_written) {
  test::TemporaryFolder const good;
  fs::path const file = good.path() / "file";
  std::ofstream(file) << "x";
  for (fs::path const& bad : {file, good.path() / "absent", fs::path("/proc")}) {
    MemoryFolder const folder({bad, good.path()});
    EXPECT_EQ(folder.path().parent_path(), good.path()) << bad;
    EXPECT_TRUE(fs::is_directory(folder.path())) << bad;
  }
}

TEST(MemoryFolderTest, has_no_path_when_no_folder_takes_it) {
  EXPECT_TRUE(MemoryFolder({"/proc", "/absent"}).path().empty());
  EXPECT_TRUE(MemoryFolder(std::vector<fs::path>{}).path().empty());
}

TEST(MemoryFolderTest, prefers_memory_to_temporary_files) {
  auto const parents = MemoryFolder::default_parents();
  ASSERT_EQ(parents.size(), 2U);
  EXPECT_EQ(parents[0], "/dev/shm");
  EXPECT_EQ(parents[1], fs::temp_directory_path());
}

}  // namespace
}  // namespace ivig::store
