// `review` of files against merely parsing every line of them to a RapidJSON document in place, with the same number of
// threads, in interleaved rounds. Medians of wall and CPU time; the peak memory of the process at the end.
//
//   review_bench ROUNDS JOBS FILE...

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <rapidjson/document.h>

#include "batch/review.h"

namespace {

using namespace ivig;

struct Cost {
  double wall = 0, cpu = 0;  // seconds
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](timeval const& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <class F>
Cost measure(F&& work) {
  double const cpu = cpu_seconds();
  auto const start = std::chrono::steady_clock::now();
  work();
  std::chrono::duration<double> const wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), cpu_seconds() - cpu};
}

Cost median(std::vector<Cost> rounds) {
  auto middle = [&](double Cost::*member) {
    std::sort(rounds.begin(), rounds.end(), [&](Cost const& a, Cost const& b) { return a.*member < b.*member; });
    return rounds[rounds.size() / 2].*member;
  };
  return {middle(&Cost::wall), middle(&Cost::cpu)};
}

/// Every line of a piece of text to a document, in place. The copy that in-situ parsing destroys is part of the cost,
/// as reading the file is part of the review's.
void parse_lines(std::string piece) {
  char* line = piece.data();
  char* const end = line + piece.size();
  while (line < end) {
    char* stop = static_cast<char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
    if (stop == nullptr) break;
    *stop = '\0';
    rapidjson::Document document;
    if (document.ParseInsitu<rapidjson::kParseFullPrecisionFlag>(line).HasParseError()) std::abort();
    line = stop + 1;
  }
}

/// The file in pieces of about a MiB that end with a line; threads take one after the other.
void parse_file(std::string const& name, unsigned jobs) {
  std::string text(std::filesystem::file_size(name), '\0');
  std::ifstream(name, std::ios::binary).read(text.data(), static_cast<std::streamsize>(text.size()));
  std::vector<std::string_view> pieces;
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t const cut = rest.find('\n', std::min<std::size_t>(rest.size() - 1, 1U << 20U));
    pieces.push_back(rest.substr(0, cut == std::string_view::npos ? rest.size() : cut + 1));
    rest.remove_prefix(pieces.back().size());
  }
  std::atomic<std::size_t> next{0};
  auto loop = [&] {
    for (std::size_t i = next++; i < pieces.size(); i = next++) parse_lines(std::string(pieces[i]));
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < jobs; ++i) others.emplace_back(loop);
  loop();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  int const rounds = std::atoi(argv[1]);
  batch::Options options;
  options.jobs = static_cast<unsigned>(std::atoi(argv[2]));
  options.paths.assign(argv + 3, argv + argc);
  options.today = std::chrono::sys_days(std::chrono::year{2026} / 1 / 31);
  options.work_folder = "/tmp";
  auto const knowledge = advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules");
  auto const files = batch::find_inputs(options.paths);
  if (!knowledge || !files) return 2;
  std::uint64_t bytes = 0, written = 0;
  for (auto const& file : *files) bytes += file.bytes;
  batch::Receiver const receiver{[&](std::string_view text) { return written += text.size(), true; },
                                 [] { return true; }, [](batch::Problem const&) {}, [](batch::Progress const&) {}};
  std::vector<Cost> review, parse;
  batch::Totals totals;
  for (int i = 0; i < rounds; ++i) {
    review.push_back(measure([&] { totals = batch::review(**knowledge, options, *files, receiver); }));
    if (i == 0) {
      rusage usage{};
      getrusage(RUSAGE_SELF, &usage);
      std::printf("review: peak memory %ld MiB\n", usage.ru_maxrss / 1024);
    }
    parse.push_back(measure([&] {
      for (auto const& file : *files) parse_file(file.name, options.jobs);
    }));
  }
  Cost const a = median(review), b = median(parse);
  double const mib = static_cast<double>(bytes) / 1048576;
  std::printf("%.0f MiB, %llu orders, %u threads, median of %d\n", mib, static_cast<unsigned long long>(totals.orders),
              options.jobs, rounds);
  std::printf("review            %8.1f MiB/s wall  %8.1f MiB per CPU second\n", mib / a.wall, mib / a.cpu);
  std::printf("RapidJSON in situ %8.1f MiB/s wall  %8.1f MiB per CPU second\n", mib / b.wall, mib / b.cpu);
  std::printf("review / RapidJSON: %.2f by wall, %.2f by CPU (bytes/s; above 1: review is faster)\n", b.wall / a.wall,
              b.cpu / a.cpu);
  return 0;
}
