#include "base/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace ivig::base {
namespace {

tl::unexpected<Error> unreadable(int error) {
  return fail(Errc::io, "", "cannot be read: " + std::generic_category().message(error));
}

/// Empty for a regular file.
std::string_view other_kind(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG: return "";
    case S_IFDIR: return "is a folder; name its files";
    case S_IFIFO: return "is a FIFO, no regular file; copy what it holds into one";
    case S_IFSOCK: return "is a socket, no regular file";
    default: return "is a device, no regular file";
  }
}

}  // namespace

OwnedDescriptor::~OwnedDescriptor() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<OwnedDescriptor> open_regular_file(std::string const& path) {
  // Without O_NONBLOCK a FIFO waits for a writer; without O_NOCTTY a terminal may become ours.
  OwnedDescriptor opened(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (opened.get() < 0) {
    int const error = errno;
    // Sockets cannot be opened at all: only the words depend on this second look.
    if (error == ENXIO && stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) {
      return fail(Errc::io, "", std::string(other_kind(status.st_mode)));
    }
    return unreadable(error);
  }
  if (fstat(opened.get(), &status) != 0) return unreadable(errno);
  if (auto const kind = other_kind(status.st_mode); !kind.empty()) return fail(Errc::io, "", std::string(kind));
  return opened;
}

Result<std::string> read_rest(int descriptor, std::size_t limit) {
  constexpr std::size_t kBlock = std::size_t{256} * 1024;
  auto too_large = [&] { return fail(Errc::too_large, "", "more than " + std::to_string(limit) + " bytes"); };
  struct stat status {};
  bool const regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
  std::size_t const announced = regular ? static_cast<std::size_t>(status.st_size) : 0;
  if (announced > limit) return too_large();
  std::string bytes;
  // One byte beyond what is announced, so that the end shows at once; files of /proc announce nothing.
  for (std::size_t step = announced > 0 ? announced + 1 : kBlock; bytes.size() <= limit; step = kBlock) {
    std::size_t const before = bytes.size();
    bytes.resize(before + step);
    ssize_t const got = read(descriptor, bytes.data() + before, step);
    int const error = errno;
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return bytes;
    if (got < 0 && error != EINTR) return unreadable(error);
  }
  return too_large();
}

Result<std::string> read_regular_file(std::string const& path, std::size_t limit) {
  auto const opened = open_regular_file(path);
  if (!opened) return tl::unexpected(opened.error());
  return read_rest(opened->get(), limit);
}

}  // namespace ivig::base
