// Sends requests at a fixed rate, whether or not the answers keep up (open loop), and measures how long each took from
// the moment at which it was due: what waits behind a slow answer counts as slow too.
//
//   paced_client PORT PATH BODY_FILE RATE SECONDS [CONNECTIONS]
//
// Plain HTTP/1.1 on loopback, connections kept open, one request at a time on each. Prints one JSON object; times in
// microseconds. The first tenth of the time is for warming up and is not counted. Exit 1 if a request failed.

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::chrono::seconds kPatience(20);  // for the last answers

[[noreturn]] void fail(char const* what) {
  std::fprintf(stderr, "paced_client: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

struct Connection {
  int socket = -1;
  std::size_t sent = 0;
  std::string received;
  Clock::time_point due;
  bool counted = false;
};

int connect_to(std::uint16_t port) {
  int const socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) fail("connect");
  int const on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
  return socket;
}

/// Whether a whole answer is there. Anything but 200 with a Content-Length is a failure.
bool is_complete(std::string_view answer) {
  auto const end = answer.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  if (!answer.starts_with("HTTP/1.1 200 ")) {
    errno = EPROTO;
    fail("an answer is not 200");
  }
  for (std::string_view name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
    auto const at = answer.find(name);
    if (at >= end) continue;
    std::size_t length = 0;
    std::from_chars(answer.data() + at + name.size(), answer.data() + end, length);
    return answer.size() >= end + 4 + length;
  }
  errno = EPROTO;
  fail("an answer has no Content-Length");
}

class Load {
 public:
  Load(std::uint16_t port, std::string request, double rate, double seconds, std::size_t connections)
      : request_(std::move(request)),
        gap_(1e9 / rate),
        total_(static_cast<std::uint64_t>(rate * seconds)),
        epoll_(::epoll_create1(0)),
        timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)),
        connections_(connections) {
    latencies_.reserve(total_);
    watch(EPOLL_CTL_ADD, timer_, EPOLLIN, connections);
    for (std::size_t i = 0; i < connections; ++i) {
      connections_[i].socket = connect_to(port);
      watch(EPOLL_CTL_ADD, connections_[i].socket, EPOLLIN, i);
      idle_.push_back(i);
    }
  }

  void run() {
    start_ = Clock::now() + std::chrono::milliseconds(20);
    end_ = due(total_) + kPatience;
    std::vector<epoll_event> events(connections_.size() + 1);
    while (answered_ < total_) {
      send_what_is_due();
      int const count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1000);
      if (count < 0 && errno != EINTR) fail("epoll_wait");
      for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)]);
      if (Clock::now() > end_) {
        errno = ETIMEDOUT;
        fail("the server does not keep up");
      }
    }
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    auto at = [this](double share) {
      auto const index = static_cast<std::size_t>(share * static_cast<double>(latencies_.size()));
      return static_cast<double>(latencies_[std::min(index, latencies_.size() - 1)].count()) / 1000;
    };
    std::chrono::duration<double> const time = last_ - start_;
    std::printf(
        "{\"requests\": %zu, \"rate\": %.1f, \"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f, \"max\": "
        "%.1f}\n",
        latencies_.size(), static_cast<double>(total_) / time.count(), at(0.5), at(0.9), at(0.99), at(0.999), at(1));
  }

 private:
  [[nodiscard]] Clock::time_point due(std::uint64_t number) const {
    return start_ + nanoseconds(static_cast<std::int64_t>(gap_ * static_cast<double>(number)));
  }

  void watch(int operation, int descriptor, std::uint32_t what, std::size_t index) const {
    epoll_event event{};
    event.events = what;
    event.data.u64 = index;
    if (::epoll_ctl(epoll_, operation, descriptor, &event) != 0) fail("epoll_ctl");
  }

  /// The connection that has rested longest is taken next, so that every thread of the server gets its share.
  void send_what_is_due() {
    auto const now = Clock::now();
    while (next_ < total_ && !idle_.empty() && due(next_) <= now) {
      std::size_t const index = idle_.front();
      idle_.pop_front();
      Connection& connection = connections_[index];
      connection.sent = 0;
      connection.due = due(next_);
      connection.counted = next_ >= total_ / 10;
      ++next_;
      send(connection, index);
    }
    if (next_ < total_ && !idle_.empty()) {
      auto const since_epoch = due(next_).time_since_epoch();
      itimerspec when{};
      when.it_value.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count();
      when.it_value.tv_nsec = (since_epoch % std::chrono::seconds(1)).count();
      ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
    }
  }

  void send(Connection& connection, std::size_t index) const {
    auto const count =
        ::send(connection.socket, request_.data() + connection.sent, request_.size() - connection.sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) fail("send");
    if (count > 0) connection.sent += static_cast<std::size_t>(count);
    std::uint32_t const all = EPOLLIN | (connection.sent < request_.size() ? std::uint32_t{EPOLLOUT} : 0U);
    if (all != EPOLLIN || count < 0 || connection.sent != static_cast<std::size_t>(count)) {
      watch(EPOLL_CTL_MOD, connection.socket, all, index);
    }
  }

  void handle(epoll_event const& event) {
    std::size_t const index = event.data.u64;
    if (index == connections_.size()) {
      std::uint64_t ignored = 0;
      [[maybe_unused]] auto const count = ::read(timer_, &ignored, sizeof ignored);
      return;
    }
    Connection& connection = connections_[index];
    if ((event.events & EPOLLOUT) != 0) send(connection, index);
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(connection, index);
  }

  void receive(Connection& connection, std::size_t index) {
    char part[32 * 1024];
    auto const count = ::recv(connection.socket, part, sizeof part, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) fail("the server closed a connection");
    connection.received.append(part, static_cast<std::size_t>(count));
    if (!is_complete(connection.received)) return;
    last_ = Clock::now();
    if (connection.counted) latencies_.push_back(last_ - connection.due);
    connection.received.clear();
    idle_.push_back(index);
    ++answered_;
  }

  std::string request_;
  double gap_;  // nanoseconds
  std::uint64_t total_;
  int epoll_;
  int timer_;
  std::vector<Connection> connections_;
  std::deque<std::size_t> idle_;
  std::vector<nanoseconds> latencies_;
  Clock::time_point start_;
  Clock::time_point end_;
  Clock::time_point last_;
  std::uint64_t next_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "paced_client PORT PATH BODY_FILE RATE SECONDS [CONNECTIONS]\n");
    return 2;
  }
  std::ifstream in(argv[3], std::ios::binary);
  std::string const body{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  double const rate = std::atof(argv[4]);
  double const seconds = std::atof(argv[5]);
  int const connections = argc > 6 ? std::atoi(argv[6]) : 64;
  if (body.empty() || rate * seconds < 20 || connections < 1) {
    std::fprintf(stderr, "paced_client: too little to do\n");
    return 2;
  }
  ::prctl(PR_SET_TIMERSLACK, 1);  // wake when due, not 50 us later
  std::string const head = std::string("POST ") + argv[2] + " HTTP/1.1\r\nHost: 127.0.0.1:" + argv[1] +
                           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                           "\r\n\r\n";
  Load load(static_cast<std::uint16_t>(std::atoi(argv[1])), head + body, rate, seconds,
            static_cast<std::size_t>(connections));
  load.run();
  load.print();
  return 0;
}
