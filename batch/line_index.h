#pragma once
// What the first pass found of every line, in a file: the second pass reads only the lines that matter.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "batch/spill.h"
#include "batch/survey.h"

namespace ivig::batch {

/// The lines of one chunk.
struct IndexedChunk {
  struct Head {
    std::uint64_t first_line = 0, offset = 0, lines = 0;
    std::uint32_t file = 0;
  };
  Head head;
  std::vector<LineEntry> lines;
};

class LineIndex {
 public:
  explicit LineIndex(std::filesystem::path const& folder) : file_(folder, std::size_t{256} * 1024) {}

  void add(Surveyed const& chunk) {
    file_.write_value(IndexedChunk::Head{chunk.first_line, chunk.offset, chunk.lines.size(), chunk.file});
    file_.write(chunk.lines.data(), chunk.lines.size() * sizeof(LineEntry));
  }
  void rewind() { file_.rewind(); }
  /// False at the end. The chunk's memory is used again.
  [[nodiscard]] bool next(IndexedChunk& chunk) {
    if (!file_.read_value(chunk.head)) return false;
    chunk.lines.resize(chunk.head.lines);
    return chunk.lines.empty() || file_.read(chunk.lines.data(), chunk.lines.size() * sizeof(LineEntry));
  }

 private:
  SpillFile file_;
};

}  // namespace ivig::batch
