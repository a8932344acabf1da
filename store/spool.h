#pragma once
// Records on disk while the database is away: a folder of segments, appended to, synced, read back whole, removed.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace ivig::store {

/// What a segment holds that can be read.
struct SegmentContent {
  std::vector<std::string> lines;
  std::size_t damaged =
      0;  ///< lines whose checksum is wrong: torn by a crash before they were promised, or by the disk
};

/// Lines are kept with a checksum each, so that a line torn by a crash is told from a whole one. One process owns the
/// folder (a lock file sees to it). Not for several threads at once.
class Spool {
 public:
  /// Makes the folder if need be and takes hold of it. `most_bytes` bounds all segments together; up to `reserve` bytes
  /// of that are set aside on the disk at once, so that a full disk does not stop the spool as well.
  /// Errors: io (folder, lock held by another process).
  [[nodiscard]] static base::Result<Spool> open(std::filesystem::path folder, std::uint64_t most_bytes,
                                                std::uint64_t reserve);
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&& other) = delete;
  ~Spool();

  /// Appends the lines and returns when they are on disk. Errors: io (with the system's reason), too_large (bound):
  /// then none of them counts as kept. A segment, or the whole folder, that somebody removed meanwhile is made anew,
  /// with what the segment held.
  [[nodiscard]] base::Result<void> append(std::span<std::string const> lines);

  /// Closes the segment that is being written, if it holds anything: what is in segments() then is complete.
  void close_segment();
  /// Closed segments, oldest first.
  [[nodiscard]] std::vector<std::filesystem::path> segments() const;
  /// Errors: io, also where a part was read.
  [[nodiscard]] static base::Result<SegmentContent> read(std::filesystem::path const& segment);
  /// `damaged`: not all of it could be read; it is kept under another name, for a person to look at.
  void remove(std::filesystem::path const& segment, bool damaged);

  /// Appends lines that the database will not take to a file of their own, for a person to look at.
  [[nodiscard]] base::Result<void> set_aside(std::span<std::string const> lines);

  /// Looks anew at what the folder holds: somebody may have removed segments.
  void recount();
  /// Of all segments.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  Spool(std::filesystem::path folder, int lock, std::uint64_t most_bytes, std::uint64_t reserve);
  [[nodiscard]] base::Result<void> open_segment();
  [[nodiscard]] base::Result<void> restore_removed();

  std::filesystem::path folder_;
  int lock_ = -1;
  int file_ = -1;
  std::filesystem::path current_;
  std::uint64_t current_bytes_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t most_bytes_;
  std::uint64_t reserve_;
  std::uint64_t next_number_ = 1;
};

}  // namespace ivig::store
