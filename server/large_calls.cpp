#include "server/large_calls.h"

#include <exception>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/strand.hpp>

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::server {
namespace {

namespace asio = boost::asio;

constexpr int kNice = 10;

}  // namespace

LargeCalls::LargeCalls(unsigned threads, std::size_t most, Log& log)
    : threads_(threads),
      most_(most),
      log_(log),
      io_(std::make_unique<Context>(static_cast<int>(threads))),
      busy_(io_->get_executor()) {}

void LargeCalls::start() {
  for (unsigned i = 0; i < threads_; ++i) crew_.add([this] { run(); });
}

void LargeCalls::run() {
  // Of this thread alone: Linux keeps a priority for each. Where that is not permitted, calls are answered all the
  // same.
  if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice) != 0) log_.warn("priority_not_lowered");
  bool again = true;
  while (again) {
    again = false;
    try {
      io_->run();
    } catch (std::exception const&) {
      // A call's own exceptions reach its connection; what arrives here came from detached work.
      log_.error("worker_exception");
      again = true;
    }
  }
}

LargeCalls::Place::Place(LargeCalls& calls)
    : calls_(calls), taken_(calls.taken_.fetch_add(1, std::memory_order_relaxed) < calls.most_) {
  if (!taken_) calls_.taken_.fetch_sub(1, std::memory_order_relaxed);
}

LargeCalls::Place::~Place() {
  if (taken_) calls_.taken_.fetch_sub(1, std::memory_order_relaxed);
}

asio::awaitable<Response> LargeCalls::answer(Handler const& handler, RequestHead const& head, std::string body) {
  auto strand = asio::make_strand(io_->get_executor());
  auto work = handler.on_request(head, std::move(body));
  Response response = co_await asio::co_spawn(strand, std::move(work), asio::use_awaitable);
  co_return response;
}

bool LargeCalls::stop(std::chrono::milliseconds time) {
  busy_.reset();
  io_->stop();
  if (!crew_.wait(time)) return false;
  crew_.join();
  return true;
}

void LargeCalls::discard() {
  crew_.join();
  busy_.reset();
  io_->drop();
}

}  // namespace ivig::server
