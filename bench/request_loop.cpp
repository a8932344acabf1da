// Answers one request so many times, without a socket: for counting instructions.
//
//   valgrind --tool=callgrind --instr-atstart=no request_loop TIMES REQUEST_FILE
//
// Counted is from the second answer on: neither start-up nor what is made once and kept.

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#endif

#include "hooks/order_service.h"

namespace {

/// Bytes to bytes, as the server does. Returns the length of the answer; 0 is a failure.
std::size_t answer(ivig::advice::Knowledge const& knowledge, std::string const& body) {
  ivig::hooks::OrderServiceOptions const options{{}, "https://cds.example.org", true};
  auto const today = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);
  std::string received;
  received.reserve(body.size() + ivig::base::JsonBody::kPadding);  // as the server has it
  received = body;
  auto const parsed = ivig::base::JsonBody::parse(std::move(received), {});
  if (!parsed) return 0;
  auto const outcome = ivig::hooks::answer_order_hook(knowledge, *ivig::hooks::find_service("ivig-order-sign"),
                                                      **parsed, options, today);
  return outcome ? outcome->body.size() : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "request_loop TIMES REQUEST_FILE\n";
    return 2;
  }
  std::ifstream in(argv[2], std::ios::binary);
  std::string const body{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  auto const knowledge = ivig::advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules");
  if (!knowledge || answer(**knowledge, body) == 0) return 2;
  std::size_t bytes = 0;
  CALLGRIND_START_INSTRUMENTATION;
  for (int i = std::atoi(argv[1]); i > 0; --i) bytes += answer(**knowledge, body);
  CALLGRIND_STOP_INSTRUMENTATION;
  std::cout << bytes << " bytes answered\n";
  return 0;
}
