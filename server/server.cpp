#include "server/server.h"

#include <algorithm>
#include <utility>

#include "server/acceptor.h"
#include "server/worker.h"

#include <boost/asio/post.hpp>

namespace ivig::server {

using base::Errc;
using base::fail;

Server::Server(Limits const& limits, unsigned threads, Log& log) : limits_(limits), log_(log) {
  unsigned const count = threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>(limits_, log_));
}

Server::~Server() {
  stop();
  acceptors_.clear();
}

base::Result<std::vector<ListenAddress>> Server::start(std::vector<Listener> listeners) {
  std::vector<ListenAddress> bound;
  for (Listener& listener : listeners) {
    if (listener.address.tls && !listener.tls) {
      acceptors_.clear();
      return fail(Errc::invalid_config, listener.address.text(), "an https listener needs tls.certificate and tls.key");
    }
    if (!listener.address.tls) listener.tls.reset();
    auto service = std::make_shared<Service>();
    service->handler = listener.handler ? std::move(listener.handler) : std::make_shared<Handler const>();
    service->access_log = listener.access_log;
    Worker& home = *workers_[acceptors_.size() % workers_.size()];
    acceptors_.push_back(std::make_shared<Acceptor>(home, workers_, std::move(service), std::move(listener.tls)));
    base::Result<ListenAddress> address = acceptors_.back()->open(std::move(listener.address));
    if (!address) {
      acceptors_.clear();
      return tl::unexpected(std::move(address).error());
    }
    bound.push_back(*std::move(address));
  }
  for (auto const& acceptor : acceptors_) acceptor->accept_next();
  running_ = workers_.size();
  for (auto const& worker : workers_) threads_.emplace_back([this, &worker = *worker] { run(worker); });
  return bound;
}

void Server::run(Worker& worker) {
  bool again = true;
  while (again) {
    again = false;
    try {
      worker.run();
    } catch (std::exception const&) {
      // Connections catch their own; what arrives here came from a handler's detached work. The thread must go on.
      log_.error("worker_exception");
      again = true;
    }
  }
  std::lock_guard const lock(mutex_);
  --running_;
  finished_.notify_all();
}

bool Server::stop() {
  if (threads_.empty()) return clean_;
  for (auto const& acceptor : acceptors_) {
    boost::asio::post(acceptor->home().io, [acceptor] { acceptor->close(); });
  }
  for (auto const& worker : workers_) {
    boost::asio::post(worker->io, [&worker = *worker] { worker.begin_stop(); });
  }
  {
    std::unique_lock lock(mutex_);
    clean_ = finished_.wait_for(lock, limits_.request_time, [this] { return running_ == 0; });
  }
  if (!clean_) {
    log_.warn("stop_timed_out", {{"connections_open", counters().connections_open}});
    for (auto const& worker : workers_) worker->io.stop();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return clean_;
}

void Server::replace_tls(std::shared_ptr<boost::asio::ssl::context> const& tls) {
  for (auto const& acceptor : acceptors_) {
    boost::asio::post(acceptor->home().io, [acceptor, tls] {
      if (acceptor->is_tls()) acceptor->replace_tls(tls);
    });
  }
}

CounterValues Server::counters() const {
  CounterValues sum;
  for (auto const& worker : workers_) worker->counters.add_to(sum);
  return sum;
}

}  // namespace ivig::server
