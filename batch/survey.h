#pragma once
// The first pass over a chunk of input: which lines are cases of their own (decided at once), which belong to
// somebody's record, and whose record holds an IVIG order.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "advice/knowledge.h"
#include "base/json_glance.h"
#include "batch/line_source.h"
#include "batch/options.h"
#include "batch/ordered_drug.h"
#include "batch/problem.h"
#include "batch/spill.h"
#include "hooks/case_input.h"

namespace ivig::batch {

/// What a line is to the second pass.
enum class LineKind : std::uint8_t { other, record, medication };

/// One physical line; plain bytes in the index file.
struct LineEntry {
  std::uint64_t key = 0;     ///< hash of the patient's id, or of the Medication's
  std::uint32_t length = 0;  ///< bytes with the line break
  LineKind kind = LineKind::other;
};

/// Kinds of data that the input holds of anybody: what makes "none" of a patient known.
struct KindsSeen {
  bool patients = false, conditions = false, observations = false, allergies = false, treatments = false;
  void add(KindsSeen const& other);
};

struct Surveyed {
  std::uint32_t file = 0;
  std::uint64_t first_line = 1, offset = 0, bytes = 0;
  std::vector<LineEntry> lines;
  std::vector<Outcome> outcomes;             ///< of cases, and problems
  std::vector<std::uint64_t> ivig_patients;  ///< keys; of some it may turn out that they have no IVIG order
  std::vector<std::uint64_t> ivig_medications;
  struct Referring {
    std::uint64_t patient, medication;
  };
  std::vector<Referring> referring;  ///< orders whose drug stands in a Medication elsewhere
  KindsSeen kinds;
};

[[nodiscard]] std::uint64_t key_of(std::string_view id);

class Surveyor {
 public:
  /// One per thread. The arguments must outlive it.
  Surveyor(advice::Knowledge const& knowledge, Options const& options, std::vector<InputFile> const& files)
      : knowledge_(knowledge), options_(options), files_(files), drugs_(knowledge, options.limits) {}

  [[nodiscard]] Surveyed survey(Chunk const& chunk);

 private:
  struct Head;
  void line(std::string_view text, std::uint64_t number, LineEntry& entry);
  void sort_line(std::string_view text, Head const& head, std::uint64_t number, LineEntry& entry);
  void decide_case(std::string_view text, std::uint64_t number);
  void sort_order(std::string_view text, std::uint64_t number, LineEntry& entry);
  void sort_medication(std::string_view text, std::string_view id, std::uint64_t number, LineEntry& entry);
  void problem(std::uint64_t number, ProblemKind kind, std::string reason);

  advice::Knowledge const& knowledge_;
  Options const& options_;
  std::vector<InputFile> const& files_;
  base::JsonGlance glance_;
  OrderedDrugs drugs_;
  bool standard_input_ = false;
  Surveyed out_;
};

}  // namespace ivig::batch
