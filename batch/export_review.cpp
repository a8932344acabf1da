#include "batch/export_review.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/json_items.h"
#include "base/json_read.h"
#include "base/regular_file.h"
#include "batch/medication_references.h"
#include "batch/ordered.h"

namespace ivig::batch {
namespace {

// For each partition, of which there are the more the more is reviewed: so these are small.
constexpr std::size_t kSpillBuffer = std::size_t{8} * 1024;
constexpr std::size_t kLeastMedicationMarks = std::size_t{1} << 16U, kMostMedicationMarks = std::size_t{1} << 19U;

/// A line in a partition's file; its text follows.
struct SpilledLine {
  std::uint64_t key = 0;
  Place place;
  std::uint32_t length = 0;
  LineKind kind = LineKind::other;
};

struct Partition {
  explicit Partition(std::filesystem::path const& folder) : file(folder, kSpillBuffer) {}
  void add(SpilledLine const& line, std::string_view text) {
    std::lock_guard const lock(writing);
    file.write_value(line);
    file.write(text);
  }
  std::mutex writing;
  SpillFile file;
  std::optional<Marks> medications;  ///< ids that its lines refer to
};

/// Ranges of input files, read where they are asked for.
class RangeReader {
 public:
  explicit RangeReader(std::vector<InputFile> const& files) : files_(files) {}

  /// False when the file is not what it was.
  [[nodiscard]] bool read(std::uint32_t file, std::uint64_t offset, std::size_t size, std::string& bytes) {
    if (open_ != file) {
      auto opened = base::open_regular_file(files_[file].name);
      if (!opened) return false;
      opened_ = std::move(*opened);
      open_ = file;
    }
    bytes.resize(size);
    std::size_t got = 0;
    while (got < size) {
      ssize_t const n = pread(opened_.get(), bytes.data() + got, size - got, static_cast<off_t>(offset + got));
      if (n <= 0) return false;
      got += static_cast<std::size_t>(n);
    }
    return got == size;
  }

 private:
  std::vector<InputFile> const& files_;
  base::OwnedDescriptor opened_;
  std::optional<std::uint32_t> open_;
};

std::string_view without_line_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

class ExportReview {
 public:
  ExportReview(ReviewContext const& context, SurveyedExport const& surveyed,
               std::function<void(double, double)> const& done)
      : context_(context), surveyed_(surveyed), done_(done) {}

  std::vector<OutcomeRun> run() {
    make_partitions();
    if (partitions_.empty()) return {};
    deal_out(LineKind::record);
    if (surveyed_.has_medications) deal_out(LineKind::medication);
    for (auto const& partition : partitions_) partition->medications.reset();
    review_partitions();
    return std::move(runs_);
  }

 private:
  [[nodiscard]] bool wanted(LineEntry const& line, LineKind kind) const {
    return line.kind == kind && (kind == LineKind::medication || surveyed_.ivig_patients.test(line.key));
  }

  /// As many partitions as keep each at its size, and enough to share between the threads.
  void make_partitions() {
    IndexedChunk chunk;
    surveyed_.index.rewind();
    while (surveyed_.index.next(chunk)) {
      ++chunks_;
      for (auto const& line : chunk.lines) {
        if (wanted(line, LineKind::record)) bytes_ += line.length;
      }
    }
    if (bytes_ == 0) return;
    Limits const& limits = context_.options.limits;
    std::size_t const least = std::min<std::size_t>(std::size_t{context_.options.jobs} * 4, limits.partitions);
    std::size_t const count = std::clamp<std::size_t>(bytes_ / limits.partition_bytes + 1, least, limits.partitions);
    std::size_t const marks =
        std::clamp<std::size_t>(std::bit_ceil(bytes_ / count / 16), kLeastMedicationMarks, kMostMedicationMarks);
    for (std::size_t i = 0; i < count; ++i) {
      partitions_.push_back(std::make_unique<Partition>(context_.options.work_folder));
      if (surveyed_.has_medications) partitions_.back()->medications.emplace(marks);
    }
  }

  [[nodiscard]] Partition& partition_of(std::uint64_t key) const {
    return *partitions_[(key >> 8U) % partitions_.size()];
  }

  void deal_out(LineKind kind) {
    surveyed_.index.rewind();
    std::vector<std::unique_ptr<RangeReader>> readers;
    for (unsigned i = 0; i < context_.options.jobs; ++i)
      readers.push_back(std::make_unique<RangeReader>(context_.files));
    runs_.emplace_back(context_.options.work_folder);  // chunks come in the order of the input
    double part = 0;
    auto take = [&](IndexedChunk& chunk) { return surveyed_.index.next(chunk); };
    auto work = [&](IndexedChunk& chunk, std::vector<Outcome>& problems, unsigned thread) {
      deal_out(kind, chunk, *readers[thread], problems);
    };
    auto hand_on = [&](std::vector<Outcome>& problems) {
      for (auto const& problem : problems) runs_.back().add(problem);
      done_(++part / static_cast<double>(chunks_) / 2, 1);
      return true;
    };
    run_ordered<IndexedChunk, std::vector<Outcome>>(context_.options.jobs, take, work, hand_on);
  }

  void deal_out(LineKind kind, IndexedChunk const& chunk, RangeReader& reader, std::vector<Outcome>& problems) const {
    auto const& lines = chunk.lines;
    std::uint64_t begin = 0, end = 0, offset = 0;  // from the chunk's first byte
    for (auto const& line : lines) {
      if (wanted(line, kind)) {
        if (end == 0) begin = offset;
        end = offset + line.length;
      }
      offset += line.length;
    }
    if (end == 0) return;
    std::string bytes;
    if (!reader.read(chunk.head.file, chunk.head.offset + begin, end - begin, bytes)) {
      problems.push_back(
          {{chunk.head.first_line, chunk.head.file, 0}, ProblemKind::changed, "changed while it was read"});
      return;
    }
    offset = 0;
    for (std::size_t i = 0; i < lines.size() && offset < end; ++i) {
      if (wanted(lines[i], kind)) {
        Place const place{chunk.head.first_line + i, chunk.head.file, 0};
        deal_out({lines[i].key, place, 0, kind},
                 without_line_end(std::string_view(bytes).substr(offset - begin, lines[i].length)));
      }
      offset += lines[i].length;
    }
  }

  void deal_out(SpilledLine line, std::string_view text) const {
    line.length = static_cast<std::uint32_t>(text.size());
    if (line.kind == LineKind::record) {
      Partition& partition = partition_of(line.key);
      partition.add(line, text);
      if (partition.medications) {
        each_medication_id(text, [&](std::string_view id) { partition.medications->set(key_of(id)); });
      }
      return;
    }
    for (auto const& partition : partitions_) {
      if (partition->medications->test(line.key)) partition->add(line, text);
    }
  }

  void review_partitions() {
    auto const& folder = context_.options.work_folder;
    std::size_t next = 0;
    auto take = [&](std::size_t& number) { return next < partitions_.size() && (number = next++, true); };
    auto work = [&](std::size_t& number, std::vector<Outcome>& outcomes, unsigned) {
      review_partition(*partitions_[number], outcomes);
      partitions_[number].reset();
    };
    auto hand_on = [&](std::vector<Outcome>& outcomes) {
      runs_.emplace_back(folder);
      for (auto const& outcome : outcomes) runs_.back().add(outcome);
      done_(0.5 + static_cast<double>(runs_.size()) / static_cast<double>(partitions_.size()) / 2, 1);
      return true;
    };
    run_ordered<std::size_t, std::vector<Outcome>>(context_.options.jobs, take, work, hand_on);
  }

  void review_partition(Partition& partition, std::vector<Outcome>& outcomes) const {
    std::string const bytes = partition.file.take_all();
    struct Keyed {
      std::uint64_t key;
      RecordLine line;
    };
    std::vector<Keyed> lines;
    std::string medications = "[";
    for (std::string_view rest = bytes; !rest.empty();) {
      SpilledLine head;
      rest.copy(reinterpret_cast<char*>(&head), sizeof head);
      std::string_view const text = rest.substr(sizeof head, head.length);
      rest.remove_prefix(sizeof head + head.length);
      if (head.kind == LineKind::record) lines.push_back({head.key, {head.place, text}});
      else medications.append(medications.size() > 1 ? "," : "").append(text);
    }
    auto const parsed =
        base::JsonBody::parse(medications += ']', {medications.size() + 1, context_.options.limits.json_depth + 1});
    Medications by_id;
    if (parsed) {
      base::each_item((*parsed)->root(), [&](base::Json const& one) { by_id[base::string_member(one, "id")] = &one; });
    }
    std::sort(lines.begin(), lines.end(), [](Keyed const& a, Keyed const& b) {
      return a.key != b.key ? a.key < b.key : a.line.place < b.line.place;
    });
    std::vector<RecordLine> record;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      record.push_back(lines[i].line);
      if (i + 1 < lines.size() && lines[i + 1].key == lines[i].key) continue;
      review_patient(context_, record, by_id, outcomes);
      record.clear();
    }
    std::sort(outcomes.begin(), outcomes.end(), [](Outcome const& a, Outcome const& b) { return a.place < b.place; });
  }

  ReviewContext const& context_;
  SurveyedExport const& surveyed_;
  std::function<void(double, double)> const& done_;
  std::vector<std::unique_ptr<Partition>> partitions_;
  std::vector<OutcomeRun> runs_;
  std::uint64_t bytes_ = 0, chunks_ = 0;
};

}  // namespace

std::vector<OutcomeRun> review_export(ReviewContext const& context, SurveyedExport const& surveyed,
                                      std::function<void(double part, double whole)> const& done) {
  return ExportReview(context, surveyed, done).run();
}

}  // namespace ivig::batch
