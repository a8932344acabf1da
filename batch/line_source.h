#pragma once
// The input as chunks of whole lines, in the order of the paths. One line is one JSON text; so is a whole file that is
// no NDJSON.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/regular_file.h"
#include "base/result.h"
#include "batch/options.h"
#include "batch/problem.h"

namespace ivig::batch {

/// One input file; its place in Inputs::files is its number.
struct InputFile {
  std::string name;         ///< as messages and "source" name it; "-" is standard input
  std::uint64_t bytes = 0;  ///< 0 when not known
  bool lines_only = false;  ///< its name says NDJSON: never one document of many lines
  std::string problem;      ///< not empty: why it is not to be opened
};

/// The files that the paths name: folders searched to the bottom for *.ndjson, *.jsonl and *.json, each folder in the
/// order of names. Symbolic links to folders below them are not followed, which may lead in a circle: they and folders
/// that cannot be read are entries with a problem. Errors: io for a path that is not there.
[[nodiscard]] base::Result<std::vector<InputFile>> find_inputs(std::vector<std::string> const& paths);

/// A piece of one file that ends with a line. The buffer belongs to the chunk and is used again for the next one.
struct Chunk {
  std::uint32_t file = 0;
  std::uint64_t first_line = 1;
  std::uint64_t offset = 0;                 ///< of the first byte, in the file
  std::size_t size = 0;                     ///< bytes of text
  bool one_document = false;                ///< the text is one JSON text, whatever line breaks it has
  ProblemKind problem = ProblemKind::none;  ///< none but: there is no text, or the line at `first_line` was passed over
  std::string reason;                       ///< of the problem
  std::uint64_t problem_line = 0;           ///< 0: the file as a whole

  [[nodiscard]] std::string_view text() const { return {buffer.get(), size}; }
  /// Room for `bytes` and the padding behind them; keeps the text.
  void reserve(std::size_t bytes);

  std::unique_ptr<char[]> buffer;
  std::size_t capacity = 0;
};

class LineSource {
 public:
  /// `files` must outlive it.
  LineSource(std::vector<InputFile> const& files, Limits const& limits);

  /// The next chunk; false at the end. A file that cannot be read gives one chunk with a problem. Not thread-safe.
  [[nodiscard]] bool next(Chunk& chunk);

 private:
  bool open_next(Chunk& chunk);
  [[nodiscard]] int descriptor() const { return standard_input_ ? 0 : opened_.get(); }
  bool fill(Chunk& chunk, std::size_t wanted);
  bool more_waits() const;
  bool pass_over_line(Chunk& chunk);
  void decide_framing(Chunk& chunk);
  void keep_rest(Chunk& chunk);

  std::vector<InputFile> const& files_;
  std::size_t chunk_bytes_, chunk_lines_, line_bytes_;
  std::size_t next_file_ = 0;
  bool is_open_ = false, standard_input_ = false;
  base::OwnedDescriptor opened_;
  bool at_end_ = false;  // of the open file
  bool framing_known_ = false;
  bool one_document_ = false;
  std::uint64_t offset_ = 0, line_ = 1;
  std::string carry_;  // what stands behind the last chunk
};

}  // namespace ivig::batch
