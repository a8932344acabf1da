#include "batch/line_source.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/json_glance.h"

namespace ivig::batch {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNone = std::string_view::npos;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool says_lines(fs::path const& path) { return path.extension() == ".ndjson" || path.extension() == ".jsonl"; }

/// True when the JSON value that begins at the first non-blank byte of `text` also ends in it.
bool closes(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth <= 0) return true;
    }
  }
  return false;
}

std::uint64_t lines_in(std::string_view text) {
  std::uint64_t lines = 0;
  for (std::size_t at = text.find('\n'); at != kNone; at = text.find('\n', at + 1)) ++lines;
  return lines;
}

base::Result<void> add_folder(fs::path const& folder, std::vector<InputFile>& files) {
  std::error_code error;
  std::vector<fs::path> found;
  fs::recursive_directory_iterator entries(folder, error);
  for (fs::recursive_directory_iterator const end; !error && entries != end; entries.increment(error)) {
    auto const& path = entries->path();
    std::error_code ignored;
    if (entries->is_regular_file(ignored) && (says_lines(path) || path.extension() == ".json")) found.push_back(path);
  }
  if (error) return base::fail(base::Errc::io, folder.string(), error.message());
  std::sort(found.begin(), found.end());
  for (auto const& path : found) {
    std::error_code ignored;
    files.push_back({path.string(), fs::file_size(path, ignored), says_lines(path)});
  }
  return {};
}

}  // namespace

base::Result<std::vector<InputFile>> find_inputs(std::vector<std::string> const& paths) {
  std::vector<InputFile> files;
  for (auto const& path : paths) {
    if (path == "-") {
      files.push_back({path, 0, true});
      continue;
    }
    std::error_code error;
    auto const status = fs::status(path, error);
    if (!fs::exists(status)) return base::fail(base::Errc::io, path, "cannot be read: no such file or folder");
    if (fs::is_directory(status)) {
      if (auto added = add_folder(path, files); !added) return tl::unexpected(added.error());
    } else {
      std::uint64_t const bytes = fs::is_regular_file(status) ? fs::file_size(path, error) : 0;
      files.push_back({path, bytes, says_lines(path)});
    }
  }
  return files;
}

void Chunk::reserve(std::size_t bytes) {
  if (bytes <= capacity) return;
  // Not zeroed: read() fills it. The padding may hold anything, it only has to be readable.
  std::unique_ptr<char[]> larger(new char[bytes + base::JsonGlance::kPadding]);
  std::memset(larger.get() + bytes, 0, base::JsonGlance::kPadding);
  if (size > 0) std::memcpy(larger.get(), buffer.get(), size);
  buffer = std::move(larger);
  capacity = bytes;
}

LineSource::LineSource(std::vector<InputFile> const& files, std::size_t chunk_bytes, std::size_t line_bytes)
    : files_(files), chunk_bytes_(chunk_bytes), line_bytes_(line_bytes) {}

LineSource::~LineSource() {
  if (descriptor_ > 0) close(descriptor_);
}

/// Opens the next file; false at the end, and where it cannot be opened (then the chunk tells of the problem).
bool LineSource::open_next(Chunk& chunk) {
  if (next_file_ == files_.size()) return false;
  InputFile const& file = files_[next_file_];
  chunk.file = static_cast<std::uint32_t>(next_file_++);
  offset_ = 0;
  line_ = 1;
  at_end_ = one_document_ = false;
  framing_known_ = file.lines_only;
  carry_.clear();
  descriptor_ = file.name == "-" ? STDIN_FILENO : open(file.name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ >= 0) return true;
  chunk.problem = "cannot be read: " + std::generic_category().message(errno);
  return false;
}

/// One read into the chunk; at the end of the file, or where reading fails, `at_end_` is set.
bool LineSource::fill(Chunk& chunk, std::size_t wanted) {
  chunk.reserve(chunk.size + wanted);
  ssize_t got = -1;
  do {
    got = read(descriptor_, chunk.buffer.get() + chunk.size, chunk.capacity - chunk.size);
  } while (got < 0 && errno == EINTR);
  if (got < 0) chunk.problem = "cannot be read: " + std::generic_category().message(errno);
  at_end_ = got <= 0;
  if (got > 0) chunk.size += static_cast<std::size_t>(got);
  return !at_end_;
}

/// Whether a read would give something at once: an engine that waits for answers must not wait for a full chunk.
bool LineSource::more_waits() const {
  pollfd waiting{descriptor_, POLLIN, 0};
  return poll(&waiting, 1, 0) > 0;
}

/// One document of many lines is known by a first line that opens more than it closes.
void LineSource::decide_framing(Chunk& chunk) {
  std::string_view text = chunk.text();
  std::size_t begin = 0;
  while (begin < text.size() && is_blank(text[begin])) ++begin;
  std::size_t const end = text.find('\n', begin);
  if (begin == text.size() || (end == kNone && !at_end_)) return;
  framing_known_ = true;
  std::string_view const line = text.substr(begin, end == kNone ? kNone : end - begin);
  one_document_ = line.starts_with('{') && !closes(line);
}

/// A line beyond the limit: says so, and goes on behind it.
bool LineSource::pass_over_line(Chunk& chunk) {
  chunk.problem = "longer than " + std::to_string(line_bytes_) + " bytes (--max-line-bytes)";
  chunk.problem_line = line_;
  std::size_t end = kNone;
  while (end == kNone) {
    offset_ += chunk.size;
    chunk.size = 0;
    if (!fill(chunk, chunk_bytes_)) break;
    end = chunk.text().find('\n');
  }
  ++line_;
  if (end != kNone) {
    offset_ += end + 1;
    carry_.assign(chunk.text().substr(end + 1));
  }
  chunk.size = 0;
  return true;
}

/// Cuts the chunk behind its last line and keeps what follows.
void LineSource::keep_rest(Chunk& chunk) {
  std::size_t const cut = at_end_ ? chunk.size : chunk.text().rfind('\n') + 1;
  carry_.assign(chunk.text().substr(cut));
  chunk.size = cut;
  chunk.one_document = one_document_;
  line_ += lines_in(chunk.text());
  offset_ += cut;
}

bool LineSource::next(Chunk& chunk) {
  chunk.size = 0;
  chunk.one_document = chunk.last_of_file = false;
  chunk.problem.clear();
  chunk.problem_line = 0;
  if (descriptor_ < 0 && !open_next(chunk)) return !chunk.problem.empty();
  chunk.file = static_cast<std::uint32_t>(next_file_ - 1);
  chunk.reserve(std::max(chunk_bytes_, carry_.size()));
  std::copy(carry_.begin(), carry_.end(), chunk.buffer.get());
  chunk.size = carry_.size();
  carry_.clear();
  chunk.first_line = line_;
  chunk.offset = offset_;
  bool whole_line = std::memchr(chunk.buffer.get(), '\n', chunk.size) != nullptr;
  while (!at_end_ && chunk.problem.empty()) {
    if (!framing_known_) decide_framing(chunk);
    if (one_document_ && chunk.size > line_bytes_) {
      chunk.problem = "one JSON text of more than " + std::to_string(line_bytes_) + " bytes (--max-line-bytes)";
      chunk.size = 0;
      at_end_ = true;
      break;
    }
    if (framing_known_ && !one_document_ && whole_line && (chunk.size >= chunk_bytes_ || !more_waits())) break;
    if (!one_document_ && !whole_line && chunk.size > line_bytes_) return pass_over_line(chunk);
    std::size_t const before = chunk.size;
    fill(chunk, std::max(chunk_bytes_ > chunk.size ? chunk_bytes_ - chunk.size : 0, std::size_t{64} * 1024));
    whole_line = whole_line || std::memchr(chunk.buffer.get() + before, '\n', chunk.size - before) != nullptr;
  }
  if (at_end_ && !framing_known_) decide_framing(chunk);
  keep_rest(chunk);
  if (at_end_) {
    if (descriptor_ > 0) close(descriptor_);
    descriptor_ = -1;
    chunk.last_of_file = true;
  }
  return true;
}

}  // namespace ivig::batch
