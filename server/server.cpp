#include "server/server.h"

#include <algorithm>
#include <span>
#include <thread>
#include <utility>

#include "server/acceptor.h"
#include "server/worker.h"

#include <boost/asio/post.hpp>

namespace ivig::server {

using base::Errc;
using base::fail;

Server::Server(Limits const& limits, unsigned threads, Log& log)
    : limits_(limits),
      log_(log),
      threads_(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency())),
      bodies_(limits.bodies_bytes),
      large_(std::max(1U, std::thread::hardware_concurrency()), limits.large_calls, log) {
  for (unsigned i = 0; i < threads_; ++i) workers_.push_back(std::make_unique<Worker>(parts()));
}

Server::~Server() {
  stop();
  acceptors_.clear();
  crew_.join();
  large_.discard();  // before the connections that wait for its calls
}

WorkerParts Server::parts() { return {limits_, log_, bodies_, large_}; }

base::Result<std::vector<ListenAddress>> Server::start(std::vector<Listener> listeners) {
  std::vector<ListenAddress> bound;
  workers_.reserve(workers_.size() + listeners.size());  // acceptors point into it
  std::span<std::unique_ptr<Worker> const> const shared(workers_.data(), threads_);
  for (Listener& listener : listeners) {
    if (listener.address.tls && !listener.tls) {
      acceptors_.clear();
      return fail(Errc::invalid_config, listener.address.text(), "an https listener needs tls.certificate and tls.key");
    }
    if (!listener.address.tls) listener.tls.reset();
    auto service = std::make_shared<Service>();
    service->handler = listener.handler ? std::move(listener.handler) : std::make_shared<Handler const>();
    service->access_log = listener.access_log;
    service->most_open = listener.connections != 0 ? listener.connections : limits_.connections;
    AcceptorPlace place{shared[acceptors_.size() % shared.size()].get(), shared, shared};
    if (listener.own_thread) {
      workers_.push_back(std::make_unique<Worker>(parts()));
      place.home = workers_.back().get();
      place.serving = std::span<std::unique_ptr<Worker> const>(&workers_.back(), 1);
    }
    acceptors_.push_back(std::make_shared<Acceptor>(place, std::move(service), std::move(listener.tls)));
    base::Result<ListenAddress> address = acceptors_.back()->open(std::move(listener.address));
    if (!address) {
      acceptors_.clear();
      return tl::unexpected(std::move(address).error());
    }
    bound.push_back(*std::move(address));
  }
  for (auto const& acceptor : acceptors_) acceptor->accept_next();
  started_ = true;
  large_.start();
  for (auto const& worker : workers_) crew_.add([this, &worker = *worker] { run(worker); });
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
}

bool Server::stop() {
  if (!started_) return clean_;
  started_ = false;
  for (auto const& acceptor : acceptors_) {
    boost::asio::post(acceptor->home().io, [acceptor] { acceptor->close(); });
  }
  for (auto const& worker : workers_) {
    boost::asio::post(worker->io, [&worker = *worker] { worker.begin_stop(); });
  }
  clean_ = crew_.wait(limits_.request_time);
  if (!clean_) {
    log_.warn("stop_timed_out", {{"connections_open", counters().connections_open}});
    for (auto const& worker : workers_) worker->io.stop();
  }
  bool const back = large_.stop(limits_.stop_grace) && crew_.wait(limits_.stop_grace);
  if (back) crew_.join();
  else log_.error("calls_abandoned", {{"threads", stuck()}});
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
