#pragma once
// A small synchronous HTTP client for tests: sends any bytes in any pieces, over TCP or TLS. Every wait is bounded.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace ivig::test {

/// An answer as it came over the wire.
struct Answer {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    auto const same = [name](std::string const& other) {
      return std::equal(name.begin(), name.end(), other.begin(), other.end(),
                        [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
    };
    for (auto const& [key, value] : headers) {
      if (same(key)) return value;
    }
    return {};
  }
};

/// What the TLS client offers and demands.
struct TlsOptions {
  int min_version = TLS1_2_VERSION;
  int max_version = TLS1_3_VERSION;
  std::string ca_file;  ///< verify the server against it; empty: do not verify
  std::string host = "localhost";
  std::string ciphers{};      ///< of TLS 1.2; empty: OpenSSL's
  std::string certificate{};  ///< the client's own, PEM; empty: none
  std::string key{};          ///< of that certificate
  SSL_SESSION* session{};     ///< of an earlier connection, to be resumed
};

/// One connection to 127.0.0.1. Throws std::runtime_error if it cannot connect or shake hands. Not thread-safe.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    // A server that refuses and closes must give the test an error, not end its process.
    std::signal(SIGPIPE, SIG_IGN);
    set_timeout(std::chrono::minutes(1));  // a bound for what is broken; a busy machine takes its time
    int const on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot connect");
    }
  }

  TestClient(std::uint16_t port, TlsOptions const& options) : TestClient(port) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    // Level 0 lets the client offer what the server must refuse.
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), options.min_version);
    SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
    if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(context_.get(), options.ciphers.c_str());
    if (!options.ca_file.empty()) {
      SSL_CTX_load_verify_file(context_.get(), options.ca_file.c_str());
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    }
    if (!options.certificate.empty()) {
      SSL_CTX_use_certificate_file(context_.get(), options.certificate.c_str(), SSL_FILETYPE_PEM);
      SSL_CTX_use_PrivateKey_file(context_.get(), options.key.c_str(), SSL_FILETYPE_PEM);
    }
    tls_.reset(SSL_new(context_.get()));
    if (options.session != nullptr) SSL_set_session(tls_.get(), options.session);
    SSL_set_fd(tls_.get(), socket_);
    SSL_set1_host(tls_.get(), options.host.c_str());
    // What the macro SSL_set_tlsext_host_name does, without its C cast.
    SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(options.host.c_str()));
    if (SSL_connect(tls_.get()) != 1) throw std::runtime_error("TLS handshake failed");
  }

  ~TestClient() {
    tls_.reset();
    if (socket_ >= 0) ::close(socket_);
  }
  TestClient(TestClient const&) = delete;
  TestClient& operator=(TestClient const&) = delete;

  [[nodiscard]] SSL* tls() { return tls_.get(); }

  void set_timeout(std::chrono::milliseconds time) {
    timeval limit{};
    limit.tv_sec = static_cast<time_t>(time.count() / 1000);
    limit.tv_usec = static_cast<suseconds_t>(time.count() % 1000 * 1000);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }

  /// Sends all bytes; false if the server no longer takes them.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      long const count = tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : static_cast<long>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// Sends in pieces of `size` bytes, a packet each.
  bool send_in_pieces(std::string_view bytes, std::size_t size) {
    while (!bytes.empty()) {
      std::size_t const count = std::min(size, bytes.size());
      if (!send(bytes.substr(0, count))) return false;
      bytes.remove_prefix(count);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return true;
  }

  /// Ends our side; answers can still be read.
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  /// The next answer; status 0 if the connection ended or nothing came in time. `head_only`: the answer to HEAD.
  Answer read_answer(bool head_only = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return answer;
    }
    std::string const head = pending_.substr(0, end + 2);
    pending_.erase(0, end + 4);
    parse_head(head, answer);
    if (head_only || answer.status < 200) return answer;
    std::string const text = answer.header("Content-Length");
    std::size_t const length = text.empty() ? 0 : std::stoul(text);
    while (pending_.size() < length) {
      if (!receive()) break;
    }
    answer.body = pending_.substr(0, length);
    pending_.erase(0, length);
    return answer;
  }

  Answer call(std::string_view request) {
    send(request);
    return read_answer();
  }

  /// Whether the server ends the connection, with nothing more to read, before the time-out.
  bool is_closed() {
    while (pending_.empty()) {
      if (!receive()) return ended_;
    }
    return false;
  }

  /// Whether there is something to read (or an end) within `time`.
  bool is_readable(std::chrono::milliseconds time) {
    if (!pending_.empty()) return true;
    pollfd wait{socket_, POLLIN, 0};
    return ::poll(&wait, 1, static_cast<int>(time.count())) > 0;
  }

 private:
  struct FreeTls {
    void operator()(SSL* tls) const { SSL_free(tls); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  bool receive() {
    std::array<char, 16384> bytes{};
    long const count = tls_ ? SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : static_cast<long>(::recv(socket_, bytes.data(), bytes.size(), 0));
    if (count <= 0) {
      ended_ = tls_ ? SSL_get_error(tls_.get(), static_cast<int>(count)) != SSL_ERROR_WANT_READ
                    : count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
      return false;
    }
    pending_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }

  static void parse_head(std::string_view head, Answer& answer) {
    bool first = true;
    while (!head.empty()) {
      std::size_t const end = head.find("\r\n");
      std::string_view const line = head.substr(0, end);
      head.remove_prefix(end + 2);
      if (first) {
        answer.status = line.size() < 12 ? 0 : static_cast<unsigned>(std::atoi(std::string(line.substr(9, 3)).c_str()));
        first = false;
      } else if (std::size_t const colon = line.find(": "); colon != std::string_view::npos) {
        answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
      }
    }
  }

  int socket_;
  std::unique_ptr<SSL_CTX, FreeTls> context_;
  std::unique_ptr<SSL, FreeTls> tls_;
  std::string pending_;
  bool ended_ = false;
};

}  // namespace ivig::test
