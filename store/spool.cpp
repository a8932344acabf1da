#include "store/spool.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/uuid.h"

namespace ivig::store {
namespace {

namespace fs = std::filesystem;
using base::Errc;
using base::fail;
using base::Result;

constexpr std::size_t kChecksum = 16;  // hexadecimal digits of SHA-256 that begin a line
constexpr std::string_view kSuffix = ".spool";
constexpr std::uint64_t kSegmentBytes =
    4ULL * 1024 * 1024;  // read whole when it is replayed, and removed when it has been

std::string reason(int error) { return std::generic_category().message(error); }

std::string sealed(std::string_view line) {
  return base::sha256_hex(line).substr(0, kChecksum).append(" ").append(line).append("\n");
}

Result<void> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(Errc::io, "store_spool", reason(errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// A new name in a folder is durable when the folder is synced.
void sync_folder(fs::path const& folder) {
  int const handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

std::uint64_t number_of(fs::path const& segment) {
  std::string const stem = segment.stem().string();
  std::uint64_t number = 0;
  std::from_chars(stem.data(), stem.data() + stem.size(), number);
  return number;
}

}  // namespace

Result<Spool> Spool::open(fs::path folder, std::uint64_t most_bytes, std::uint64_t reserve) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(Errc::io, folder.string(), "the spool's folder cannot be made: " + error.message());
  // Patient data: for the owner alone.
  fs::permissions(folder, fs::perms::owner_all, error);
  int const lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return fail(Errc::io, folder.string(), "the spool cannot be written: " + reason(errno));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail(Errc::io, folder.string(), "another process uses this spool; give each node a store_spool of its own");
  }
  return Spool(std::move(folder), lock, most_bytes, reserve);
}

Spool::Spool(fs::path folder, int lock, std::uint64_t most_bytes, std::uint64_t reserve)
    : folder_(std::move(folder)), lock_(lock), most_bytes_(most_bytes), reserve_(std::min(reserve, most_bytes)) {
  std::error_code ignored;
  for (auto const& segment : segments()) {
    next_number_ = std::max(next_number_, number_of(segment) + 1);
    auto const size = fs::file_size(segment, ignored);
    if (size == 0) fs::remove(segment, ignored);  // was open when the process ended
    bytes_ += size;
  }
  // Ready before it is needed: the reserve is of use only if it was taken while there was room.
  static_cast<void>(open_segment());
}

Spool::Spool(Spool&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      file_(std::exchange(other.file_, -1)),
      current_(std::move(other.current_)),
      current_bytes_(other.current_bytes_),
      bytes_(other.bytes_),
      most_bytes_(other.most_bytes_),
      reserve_(other.reserve_),
      next_number_(other.next_number_) {}

Spool::~Spool() {
  if (file_ >= 0) {
    ::close(file_);
    std::error_code ignored;
    if (current_bytes_ == 0) fs::remove(current_, ignored);
  }
  if (lock_ >= 0) ::close(lock_);
}

Result<void> Spool::open_segment() {
  std::string name = std::to_string(next_number_);
  name.insert(0, 12 - std::min<std::size_t>(12, name.size()), '0');
  current_ = folder_ / (name + std::string(kSuffix));
  file_ = ::open(current_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file_ < 0) return fail(Errc::io, "store_spool", reason(errno));
  ++next_number_;
  current_bytes_ = 0;
  if (reserve_ > 0) static_cast<void>(::fallocate(file_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(reserve_)));
  sync_folder(folder_);
  return {};
}

/// A file whose name is gone takes bytes that nobody will find: they go to a new segment with those to come.
Result<void> Spool::restore_removed() {
  struct stat state {};
  if (file_ < 0 || ::fstat(file_, &state) != 0 || state.st_nlink > 0) return {};
  std::string held(current_bytes_, '\0');
  auto const size = ::pread(file_, held.data(), held.size(), 0);
  held.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  fs::permissions(folder_, fs::perms::owner_all, ignored);
  int const removed = std::exchange(file_, -1);
  auto opened = open_segment();
  if (opened) opened = write_all(file_, held);
  if (!opened) {
    // As before, for another try: what it holds is still readable.
    if (file_ >= 0) ::close(file_);
    file_ = removed;
    current_bytes_ = held.size();
    return opened;
  }
  ::close(removed);
  current_bytes_ = held.size();
  return {};
}

Result<void> Spool::append(std::span<std::string const> lines) {
  std::size_t size = 0;
  for (auto const& line : lines) size += kChecksum + 1 + line.size() + 1;
  if (bytes_ + size > most_bytes_) {
    return fail(Errc::too_large, "store_spool_bytes",
                "the spool is full; it holds " + std::to_string(bytes_) + " bytes");
  }
  std::string bytes;
  bytes.reserve(size);
  for (auto const& line : lines) bytes += sealed(line);
  if (auto restored = restore_removed(); !restored) return restored;
  if (current_bytes_ >= kSegmentBytes) close_segment();
  if (file_ < 0) {
    if (auto opened = open_segment(); !opened) return opened;
  }
  auto written = write_all(file_, bytes);
  if (written && ::fdatasync(file_) != 0) written = fail(Errc::io, "store_spool", reason(errno));
  if (!written) {
    // What went in before the failure is taken back; if that fails too, the checksum tells the torn line.
    if (::ftruncate(file_, static_cast<off_t>(current_bytes_)) != 0) close_segment();
    return written;
  }
  current_bytes_ += bytes.size();
  bytes_ += bytes.size();
  return {};
}

void Spool::close_segment() {
  if (file_ < 0 || current_bytes_ == 0) return;
  // The rest of the reserve goes to the next segment; where that fails it is freed with the segment.
  [[maybe_unused]] int const cut = ::ftruncate(file_, static_cast<off_t>(current_bytes_));
  ::close(file_);
  file_ = -1;
  static_cast<void>(open_segment());
}

std::vector<fs::path> Spool::segments() const {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder_, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    auto const& path = entry->path();
    if (path.extension() == kSuffix && (file_ < 0 || path != current_)) found.push_back(path);
  }
  std::sort(found.begin(), found.end());
  return found;
}

Result<SegmentContent> Spool::read(fs::path const& segment) {
  std::ifstream in(segment, std::ios::binary);
  if (!in) return fail(Errc::io, "store_spool", "a segment cannot be read");
  SegmentContent content;
  std::string text;
  while (std::getline(in, text)) {
    bool const whole =
        text.size() > kChecksum && text[kChecksum] == ' ' &&
        base::sha256_hex(std::string_view(text).substr(kChecksum + 1)).starts_with(text.substr(0, kChecksum));
    if (whole) content.lines.push_back(text.substr(kChecksum + 1));
    else ++content.damaged;
  }
  // What could be read before the fault is not all of it.
  if (in.bad()) return fail(Errc::io, "store_spool", "a segment cannot be read to its end");
  return content;
}

void Spool::recount() {
  std::uint64_t bytes = file_ >= 0 ? current_bytes_ : 0;
  std::error_code error;
  for (auto const& segment : segments()) {
    auto const size = fs::file_size(segment, error);
    if (!error) bytes += size;
  }
  bytes_ = bytes;
}

void Spool::remove(fs::path const& segment, bool damaged) {
  std::error_code error;
  auto const size = fs::file_size(segment, error);
  if (!error) bytes_ -= std::min<std::uint64_t>(bytes_, size);
  if (damaged) fs::rename(segment, fs::path(segment).replace_extension(".damaged"), error);
  else fs::remove(segment, error);
}

Result<void> Spool::set_aside(std::span<std::string const> lines) {
  int const file = ::open((folder_ / "refused.ndjson").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return fail(Errc::io, "store_spool", reason(errno));
  std::string bytes;
  for (auto const& line : lines) bytes += line + "\n";
  off_t const before = ::lseek(file, 0, SEEK_END);
  auto written = write_all(file, bytes);
  if (written && ::fsync(file) != 0) written = fail(Errc::io, "store_spool", reason(errno));
  if (!written && before >= 0) [[maybe_unused]]
    int const cut = ::ftruncate(file, before);
  ::close(file);
  return written;
}

}  // namespace ivig::store
