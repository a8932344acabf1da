#pragma once
// What does not fit in memory: files written in one go, and results that are brought back into the order of the input.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "batch/problem.h"

namespace ivig::batch {

/// A file of bytes without a name, written to its end and then read from its start. It holds patient data: nobody else
/// can open it, and nothing of it is left however the process ends. Throws std::system_error when the disk refuses.
class SpillFile {
 public:
  SpillFile(std::filesystem::path const& folder, std::size_t buffer_bytes);
  SpillFile(SpillFile&&) = default;

  void write(void const* bytes, std::size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }
  template <class Plain>
  void write_value(Plain const& value) {
    write(&value, sizeof value);
  }
  /// Ends writing; reading begins at the first byte.
  void rewind();
  /// False at the end of the file.
  [[nodiscard]] bool read(void* bytes, std::size_t size);
  template <class Plain>
  [[nodiscard]] bool read_value(Plain& value) {
    return read(&value, sizeof value);
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// The whole file, which is closed.
  [[nodiscard]] std::string take_all();

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path folder_;
  std::vector<char> buffer_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::uint64_t bytes_ = 0;
};

/// Where in the input something belongs.
struct Place {
  std::uint64_t line = 0;  ///< 0: the file as a whole
  std::uint32_t file = 0;
  std::uint32_t ordinal = 0;  ///< of several results of one line
  auto operator<=>(Place const& other) const {
    if (auto by_file = file <=> other.file; by_file != 0) return by_file;
    if (auto by_line = line <=> other.line; by_line != 0) return by_line;
    return ordinal <=> other.ordinal;
  }
  bool operator==(Place const&) const = default;
};

/// One result on its way out: what is written for an order, or why a line could not be read.
struct Outcome {
  Place place;
  ProblemKind problem = ProblemKind::none;  ///< none: `text` is that of an order
  std::string text;
};

/// Results in rising order of place, in a file.
class OutcomeRun {
 public:
  explicit OutcomeRun(std::filesystem::path const& folder) : file_(folder, std::size_t{8} * 1024) {}
  void add(Outcome const& outcome);
  void rewind() { file_.rewind(); }
  [[nodiscard]] bool next(Outcome& outcome);

 private:
  SpillFile file_;
};

/// Calls f(Outcome&) for the results of all runs in rising order of place, until it returns false.
template <class F>
void merge(std::vector<OutcomeRun>& runs, F&& f) {
  struct Head {
    Outcome outcome;
    std::size_t run;
  };
  auto later = [](Head const& a, Head const& b) { return a.outcome.place > b.outcome.place; };
  std::priority_queue<Head, std::vector<Head>, decltype(later)> heads(later);
  auto advance = [&](std::size_t run) {
    Outcome next;
    if (runs[run].next(next)) heads.push({std::move(next), run});
  };
  for (std::size_t run = 0; run < runs.size(); ++run) {
    runs[run].rewind();
    advance(run);
  }
  while (!heads.empty()) {
    Head head = heads.top();
    heads.pop();
    if (!f(head.outcome)) return;
    advance(head.run);
  }
}

}  // namespace ivig::batch
