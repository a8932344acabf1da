#include "batch/review.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/printable.h"
#include "batch/export_review.h"
#include "batch/ordered.h"
#include "batch/survey.h"

namespace ivig::batch {
namespace {

/// What sorting an export needs, made when its first line is seen.
struct ExportState {
  explicit ExportState(Options const& options)
      : index(options.work_folder),
        referring(options.work_folder, std::size_t{64} * 1024),
        decided(options.work_folder),
        ivig_patients(options.limits.patient_marks),
        ivig_medications(options.limits.patient_marks / 8) {}

  LineIndex index;
  SpillFile referring;  ///< Surveyed::Referring of all chunks
  OutcomeRun decided;   ///< cases that stand behind the first line of the export
  Marks ivig_patients, ivig_medications;
  bool has_medications = false;
};

class Review {
 public:
  Review(advice::Knowledge const& knowledge, Options const& options, std::vector<InputFile> const& files,
         Receiver const& receiver)
      : knowledge_(knowledge), options_(options), files_(files), receiver_(receiver) {
    for (auto const& file : files) whole_bytes_ += file.name == "-" ? 0 : file.bytes;
  }

  Totals run() {
    first_pass();
    if (export_ && !stopped_) second_pass();
    return totals_;
  }

 private:
  void first_pass() {
    LineSource source(files_, options_.limits);
    std::vector<std::unique_ptr<Surveyor>> surveyors;
    for (unsigned i = 0; i < options_.jobs; ++i) {
      surveyors.push_back(std::make_unique<Surveyor>(knowledge_, options_, files_));
    }
    auto take = [&](Chunk& chunk) { return source.next(chunk); };
    auto work = [&](Chunk& chunk, Surveyed& surveyed, unsigned thread) { surveyed = surveyors[thread]->survey(chunk); };
    auto hand_on = [&](Surveyed& surveyed) { return note(surveyed); };
    run_ordered<Chunk, Surveyed>(options_.jobs, take, work, hand_on);
  }

  /// One chunk's findings, in the order of the input.
  bool note(Surveyed const& surveyed) {
    totals_.bytes += surveyed.bytes;
    totals_.lines += surveyed.lines.size();
    kinds_.add(surveyed.kinds);
    bool const of_export = std::any_of(surveyed.lines.begin(), surveyed.lines.end(),
                                       [](LineEntry const& line) { return line.kind != LineKind::other; });
    if (of_export && !export_) export_.emplace(options_);
    if (export_) note_export(surveyed);
    for (auto const& outcome : surveyed.outcomes) {
      // Orders of the export may stand before it. Problems wait for nobody: there may be as many as lines.
      if (export_ && outcome.problem == ProblemKind::none) export_->decided.add(outcome);
      else tell(outcome);
    }
    if (!stopped_ && !export_) stopped_ = !receiver_.pause();
    receiver_.progress({"reading", static_cast<double>(totals_.bytes), static_cast<double>(whole_bytes_)});
    return !stopped_;
  }

  void note_export(Surveyed const& surveyed) {
    export_->index.add(surveyed);
    for (auto const key : surveyed.ivig_patients) export_->ivig_patients.set(key);
    for (auto const key : surveyed.ivig_medications) export_->ivig_medications.set(key);
    for (auto const& pair : surveyed.referring) export_->referring.write_value(pair);
    export_->has_medications =
        export_->has_medications || std::any_of(surveyed.lines.begin(), surveyed.lines.end(),
                                                [](auto const& line) { return line.kind == LineKind::medication; });
  }

  void second_pass() {
    // An order may have come before the Medication that it refers to.
    export_->referring.rewind();
    for (Surveyed::Referring pair{}; export_->referring.read_value(pair);) {
      if (export_->ivig_medications.test(pair.medication)) export_->ivig_patients.set(pair.patient);
    }
    ReviewContext const context{knowledge_, options_, files_, kinds_};
    auto done = [this](double part, double whole) { receiver_.progress({"reviewing", part, whole}); };
    std::vector<OutcomeRun> runs =
        review_export(context, {export_->index, export_->ivig_patients, export_->has_medications}, done);
    runs.push_back(std::move(export_->decided));
    merge(runs, [this](Outcome const& outcome) {
      tell(outcome);
      return !stopped_;
    });
    if (!stopped_) stopped_ = !receiver_.pause();
  }

  void tell(Outcome const& outcome) {
    if (stopped_) return;
    if (outcome.problem == ProblemKind::none) {
      ++totals_.orders;
      stopped_ = !receiver_.order(outcome.text);
      return;
    }
    ++totals_.problems;
    std::string const line = outcome.place.line == 0 ? "" : ":" + std::to_string(outcome.place.line);
    std::string name = base::printable(files_[outcome.place.file].name);
    std::string text = name + line + ": " + base::printable(outcome.text);
    receiver_.problem({outcome.problem, outcome.place.file, std::move(name), std::move(text)});
  }

  advice::Knowledge const& knowledge_;
  Options const& options_;
  std::vector<InputFile> const& files_;
  Receiver const& receiver_;
  std::uint64_t whole_bytes_ = 0;
  std::optional<ExportState> export_;
  KindsSeen kinds_;
  Totals totals_;
  bool stopped_ = false;
};

}  // namespace

Totals review(advice::Knowledge const& knowledge, Options const& options, std::vector<InputFile> const& files,
              Receiver const& receiver) {
  return Review(knowledge, options, files, receiver).run();
}

}  // namespace ivig::batch
