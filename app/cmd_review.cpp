// ivig-cds review: the same decisions as `check`, for many orders (docs/batch.md).

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <thread>

#include "app/cmd_review.h"
#include "app/commands.h"
#include "app/day_option.h"
#include "app/diagnostics.h"
#include "batch/order_text.h"
#include "batch/progress_bar.h"
#include "batch/report.h"
#include "batch/review.h"

namespace ivig::app {
namespace {

using batch::Format;

/// Standard output with a buffer of its own: a stage of a pipeline is read line by line, and may be left at any time.
class Output {
 public:
  /// False when nobody reads any more, or the disk is full: `failed` tells which.
  bool write(std::string_view text) {
    buffer_ += text;
    return buffer_.size() < kBuffer || flush();
  }
  bool flush() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      ssize_t const written = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        error_ = errno;
        return false;
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
    return true;
  }
  [[nodiscard]] int error() const { return error_; }

 private:
  static constexpr std::size_t kBuffer = std::size_t{256} * 1024;
  std::string buffer_;
  int error_ = 0;
};

/// The file of --problems: one line for every problem, written as they come.
class ProblemFile {
 public:
  /// Does nothing for an empty name.
  base::Result<void> open(std::string const& name) {
    if (name.empty()) return {};
    out_.open(name, std::ios::binary | std::ios::trunc);
    if (!out_) return base::fail(base::Errc::io, name, "cannot be written: " + std::generic_category().message(errno));
    name_ = name;
    return {};
  }
  [[nodiscard]] bool is_open() const { return out_.is_open(); }
  void write(std::string const& line) { out_ << line << '\n'; }
  /// Errors: io when the disk refused any of it.
  base::Result<void> end() {
    if (is_open() && !out_.flush()) return base::fail(base::Errc::io, name_, "cannot be written");
    return {};
  }

 private:
  std::string name_;
  std::ofstream out_;
};

int refuse(std::string const& where, std::string const& why) { return app::refuse({base::Errc::io, where, why}); }

base::Result<batch::Options> batch_options(ReviewOptions const& given) {
  auto const day = read_day_option(given.date);
  if (!day) return tl::unexpected(day.error());
  batch::Options options;
  options.paths = given.paths;
  options.format = given.format == "csv" ? Format::csv : given.format == "html" ? Format::html : Format::ndjson;
  options.jobs = given.jobs > 0 ? given.jobs : std::max(1U, std::thread::hardware_concurrency());
  options.as_of = *day;
  options.today = day->value_or(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  std::error_code ignored;
  options.work_folder = given.work_folder.empty() ? std::filesystem::temp_directory_path(ignored)
                                                  : std::filesystem::path(given.work_folder);
  options.progress = isatty(STDERR_FILENO) == 1;
  options.evidence_url = given.evidence_url;
  options.limits.line_bytes = given.line_bytes;
  options.limits.patient_bytes = given.patient_bytes;
  options.limits.problems.shown_per_file = given.show_problems;
  return options;
}

/// Runs the review; the results are on standard output when this returns.
batch::Totals run(advice::Knowledge const& knowledge, batch::Options const& options,
                  std::vector<batch::InputFile> const& files, Output& output, ProblemFile& problem_file) {
  batch::ProgressBar bar(options.progress);
  auto show = [&](std::string const& line) {
    bar.clear();
    complain("", line);
  };
  batch::ProblemLog::Show keep;
  if (problem_file.is_open()) keep = [&](std::string const& line) { problem_file.write(line); };
  batch::ProblemLog problems(options.limits.problems, show, keep);
  batch::Report report(knowledge.rules);
  batch::Receiver receiver;
  bool const page = options.format == Format::html;
  receiver.order = [&](std::string_view text) {
    if (page) report.add(batch::report_order_from(text));
    return page || (output.write(text) && output.write("\n"));
  };
  receiver.pause = [&] { return output.flush(); };
  receiver.problem = [&](batch::Problem const& problem) { problems.add(problem); };
  receiver.progress = [&](batch::Progress const& progress) { bar.show(progress); };
  if (options.format == Format::csv) output.write(std::string(batch::csv_header()) + "\n");
  batch::Totals const totals = batch::review(knowledge, options, files, receiver);
  bar.clear();
  problems.end();
  if (page)
    output.write(report.page({totals.lines, totals.problems, files.size(), options.today, options.evidence_url}));
  output.flush();
  return totals;
}

}  // namespace

int run_review(ReviewOptions const& given) {
  auto const options = batch_options(given);
  if (!options) return app::refuse(options.error());
  auto knowledge = advice::Knowledge::load(rules_folder(given.rules, ""));
  if (!knowledge) return app::refuse(knowledge.error());
  auto const files = batch::find_inputs(options->paths);
  if (!files) return app::refuse(files.error());
  if (files->empty()) return refuse("", "nothing to review: no *.ndjson, *.jsonl or *.json below the named folders");
  ProblemFile problems;
  if (auto opened = problems.open(given.problems); !opened) return app::refuse(opened.error());
  signal(SIGPIPE, SIG_IGN);  // the reader's end shows as a failed write
  try {
    Output output;
    batch::Totals const totals = run(**knowledge, *options, *files, output, problems);
    if (output.error() != 0 && output.error() != EPIPE) {
      return refuse("standard output", std::generic_category().message(output.error()));
    }
    if (auto ended = problems.end(); !ended) return app::refuse(ended.error());
    return totals.problems == 0 ? 0 : 2;
  } catch (std::system_error const& error) {
    return refuse("", std::string("work folder (TMPDIR, --work-folder): ") + error.what());
  }
}

}  // namespace ivig::app
