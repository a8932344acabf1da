#include "batch/line_source.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
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

/// The text's first lines, `most` at most; `size` is where they end.
struct Lines {
  std::uint64_t count = 0;
  std::size_t size = 0;
};
Lines first_lines(std::string_view text, std::uint64_t most) {
  Lines lines;
  while (lines.count < most) {
    std::size_t const at = text.find('\n', lines.size);
    if (at == kNone) break;
    ++lines.count;
    lines.size = at + 1;
  }
  return lines;
}

/// Adds what the folder holds, and puts the folders in it on `open_folders`.
void add_entries(fs::path const& folder, std::vector<InputFile>& found, std::vector<fs::path>& open_folders) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (fs::directory_iterator const end; !error && entries != end; entries.increment(error)) {
    auto const& path = entries->path();
    std::error_code ignored;
    bool const is_folder = entries->is_directory(ignored);
    bool const is_named = says_lines(path) || path.extension() == ".json";
    if (is_folder && entries->is_symlink(ignored)) {
      found.push_back({path.string(), 0, false, "is a symbolic link to a folder, which is not followed"});
    } else if (is_folder) {
      open_folders.push_back(path);
    } else if (is_named) {
      bool const sized = entries->is_regular_file(ignored);
      found.push_back({path.string(), sized ? entries->file_size(ignored) : 0, says_lines(path), {}});
    }
  }
  if (error) found.push_back({folder.string(), 0, false, "cannot be read: " + error.message()});
}

void add_folder(fs::path const& folder, std::vector<InputFile>& files) {
  std::vector<InputFile> found;
  for (std::vector<fs::path> open_folders{folder}; !open_folders.empty();) {
    fs::path const next = std::move(open_folders.back());
    open_folders.pop_back();
    add_entries(next, found, open_folders);
  }
  std::sort(found.begin(), found.end(),
            [](InputFile const& a, InputFile const& b) { return fs::path(a.name) < fs::path(b.name); });
  std::move(found.begin(), found.end(), std::back_inserter(files));
}

}  // namespace

base::Result<std::vector<InputFile>> find_inputs(std::vector<std::string> const& paths) {
  std::vector<InputFile> files;
  for (auto const& path : paths) {
    if (path == "-") {
      files.push_back({path, 0, true, {}});
      continue;
    }
    std::error_code error;
    auto const status = fs::status(path, error);
    if (!fs::exists(status)) return base::fail(base::Errc::io, path, "cannot be read: no such file or folder");
    if (fs::is_directory(status)) {
      add_folder(path, files);
    } else {
      std::uint64_t const bytes = fs::is_regular_file(status) ? fs::file_size(path, error) : 0;
      files.push_back({path, error ? 0 : bytes, says_lines(path), {}});
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

LineSource::LineSource(std::vector<InputFile> const& files, Limits const& limits)
    : files_(files),
      chunk_bytes_(limits.chunk_bytes),
      chunk_lines_(limits.chunk_lines),
      line_bytes_(limits.line_bytes) {}

/// Opens the next file; false at the end, and where it cannot be opened (then the chunk tells of the problem).
bool LineSource::open_next(Chunk& chunk) {
  if (next_file_ == files_.size()) return false;
  InputFile const& file = files_[next_file_];
  chunk.file = static_cast<std::uint32_t>(next_file_++);
  offset_ = 0;
  line_ = 1;
  at_end_ = one_document_ = false;
  framing_known_ = file.lines_only;
  standard_input_ = file.name == "-";
  carry_.clear();
  is_open_ = standard_input_;
  if (is_open_) return true;
  chunk.reason = file.problem;
  if (chunk.reason.empty()) {
    if (auto opened = base::open_regular_file(file.name)) {
      opened_ = std::move(*opened);
      return is_open_ = true;
    } else {
      chunk.reason = opened.error().detail;
    }
  }
  chunk.problem = ProblemKind::unreadable;
  return false;
}

/// One read into the chunk; at the end of the file, or where reading fails, `at_end_` is set.
bool LineSource::fill(Chunk& chunk, std::size_t wanted) {
  chunk.reserve(chunk.size + wanted);
  ssize_t got = -1;
  do {
    got = read(descriptor(), chunk.buffer.get() + chunk.size, wanted);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    chunk.problem = ProblemKind::unreadable;
    chunk.reason = "cannot be read: " + std::generic_category().message(errno);
  }
  at_end_ = got <= 0;
  if (got > 0) chunk.size += static_cast<std::size_t>(got);
  return !at_end_;
}

/// Whether a read would give something at once: an engine that waits for answers must not wait for a full chunk.
bool LineSource::more_waits() const {
  pollfd waiting{descriptor(), POLLIN, 0};
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
  chunk.problem = ProblemKind::too_large;
  chunk.reason = "longer than " + std::to_string(line_bytes_) + " bytes (--max-line-bytes)";
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
  std::size_t cut = at_end_ ? chunk.size : chunk.text().rfind('\n') + 1;
  if (!one_document_) {
    Lines const lines = first_lines(chunk.text().substr(0, cut), chunk_lines_);
    if (lines.count == chunk_lines_) cut = lines.size;
    line_ += lines.count;
  }
  carry_.assign(chunk.text().substr(cut));
  chunk.size = cut;
  chunk.one_document = one_document_;
  offset_ += cut;
}

bool LineSource::next(Chunk& chunk) {
  chunk.size = 0;
  chunk.one_document = false;
  chunk.problem = ProblemKind::none;
  chunk.reason.clear();
  chunk.problem_line = 0;
  if (!is_open_ && !open_next(chunk)) return chunk.problem != ProblemKind::none;
  chunk.file = static_cast<std::uint32_t>(next_file_ - 1);
  chunk.reserve(std::max(chunk_bytes_, carry_.size()));
  std::copy(carry_.begin(), carry_.end(), chunk.buffer.get());
  chunk.size = carry_.size();
  carry_.clear();
  chunk.first_line = line_;
  chunk.offset = offset_;
  bool whole_line = std::memchr(chunk.buffer.get(), '\n', chunk.size) != nullptr;
  while (!at_end_ && chunk.problem == ProblemKind::none) {
    if (!framing_known_) decide_framing(chunk);
    if (one_document_ && chunk.size > line_bytes_) {
      chunk.problem = ProblemKind::too_large;
      chunk.reason = "one JSON text of more than " + std::to_string(line_bytes_) + " bytes (--max-line-bytes)";
      chunk.size = 0;
      at_end_ = true;
      break;
    }
    if (framing_known_ && !one_document_ && whole_line && (chunk.size >= chunk_bytes_ || !more_waits())) break;
    if (!one_document_ && !whole_line && chunk.size > line_bytes_) return pass_over_line(chunk);
    std::size_t const before = chunk.size;
    // A long line is read in growing steps: its bytes are moved each time.
    std::size_t const rest = chunk_bytes_ > chunk.size ? chunk_bytes_ - chunk.size : 0;
    fill(chunk, std::max({rest, std::size_t{64} * 1024, chunk.size / 4}));
    whole_line = whole_line || std::memchr(chunk.buffer.get() + before, '\n', chunk.size - before) != nullptr;
  }
  if (at_end_ && !framing_known_) decide_framing(chunk);
  keep_rest(chunk);
  if (at_end_ && carry_.empty()) {
    is_open_ = false;
    opened_ = {};
  }
  return true;
}

}  // namespace ivig::batch
