// The ceiling that the server is measured against: Beast as fast as it goes, which reads each request's body and
// answers one and the same card. Knows nothing of CDS Hooks.
//
//   static_responder CARD_FILE [--parse] [--tls CERTIFICATE KEY] [--buffer BYTES] [--threads N]
//
// --parse also parses the body in place to a RapidJSON document, and does nothing with it. One io_context a thread;
// connections are dealt to the threads in turn (with SO_REUSEPORT sixteen of them would fall unevenly on two threads).
// Prints "listening http://127.0.0.1:PORT" and serves until it is ended by a signal.

#include <rapidjson/document.h>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

struct Settings {
  std::string answer;  ///< head and body, the same for every request
  bool parse = false;
  std::size_t buffer = 16 * 1024;
  unsigned threads = 2;
  std::optional<asio::ssl::context> tls;
};

constexpr std::size_t kArena = 256 * 1024;

/// In place, in an arena that the connection keeps: nothing is allocated for a body of usual size.
bool parse(std::string& body, std::vector<char>& arena) {
  rapidjson::MemoryPoolAllocator<> pool(arena.data(), arena.size());
  rapidjson::Document document(&pool);
  return !document.ParseInsitu(body.data()).HasParseError();
}

template <class Stream>
class Connection : public std::enable_shared_from_this<Connection<Stream>> {
 public:
  template <class... Arguments>
  explicit Connection(Settings const& settings, Arguments&&... arguments)
      : settings_(settings), stream_(std::forward<Arguments>(arguments)...) {
    buffer_.reserve(settings.buffer);
    if (settings.parse) arena_.resize(kArena);
  }

  void start() {
    if constexpr (std::is_same_v<Stream, tcp::socket>) {
      stream_.set_option(tcp::no_delay(true));
      read();
    } else {
      stream_.next_layer().set_option(tcp::no_delay(true));
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](error_code error) {
        if (!error) self->read();
      });
    }
  }

 private:
  void read() {
    parser_.emplace();
    parser_->body_limit(64 * 1024 * 1024);
    http::async_read(stream_, buffer_, *parser_, [self = this->shared_from_this()](error_code error, std::size_t) {
      if (!error) self->answer();
    });
  }

  void answer() {
    if (settings_.parse && !parse(parser_->get().body(), arena_)) return;
    bool const keep = parser_->get().keep_alive();
    asio::async_write(stream_, asio::buffer(settings_.answer),
                      [self = this->shared_from_this(), keep](error_code error, std::size_t) {
                        if (!error && keep) self->read();
                      });
  }

  Settings const& settings_;
  Stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::vector<char> arena_;
};

class Listener {
 public:
  Listener(Settings& settings, std::vector<std::unique_ptr<asio::io_context>>& contexts)
      : settings_(settings),
        contexts_(contexts),
        acceptor_(*contexts.front(), tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    acceptor_.listen(asio::socket_base::max_listen_connections);
  }

  [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }

  void accept() {
    auto& context = *contexts_[next_++ % contexts_.size()];
    acceptor_.async_accept(context.get_executor(), [this, &context](error_code error, tcp::socket socket) {
      if (!error) {
        asio::post(context, [this, moved = std::move(socket)]() mutable { start(std::move(moved)); });
      }
      accept();
    });
  }

 private:
  void start(tcp::socket socket) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    if (settings_.tls) {
      std::make_shared<Connection<asio::ssl::stream<tcp::socket>>>(settings_, std::move(socket), *settings_.tls)
          ->start();
    } else {
      std::make_shared<Connection<tcp::socket>>(settings_, std::move(socket))->start();
    }
  }

  Settings& settings_;
  std::vector<std::unique_ptr<asio::io_context>>& contexts_;
  tcp::acceptor acceptor_;
  std::size_t next_ = 0;
};

std::string read_file(char const* name) {
  std::ifstream in(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool read_arguments(int argc, char** argv, Settings& settings) {
  if (argc < 2) return false;
  std::string const card = read_file(argv[1]);
  settings.answer =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(card.size()) +
      "\r\n\r\n" + card;
  for (int i = 2; i < argc; ++i) {
    std::string const name = argv[i];
    if (name == "--parse") {
      settings.parse = true;
    } else if (name == "--tls" && i + 2 < argc) {
      settings.tls.emplace(asio::ssl::context::tls_server);
      settings.tls->use_certificate_chain_file(argv[i + 1]);
      settings.tls->use_private_key_file(argv[i + 2], asio::ssl::context::pem);
      i += 2;
    } else if (name == "--buffer" && i + 1 < argc) {
      settings.buffer = static_cast<std::size_t>(std::atoll(argv[++i]));
    } else if (name == "--threads" && i + 1 < argc) {
      settings.threads = static_cast<unsigned>(std::atoi(argv[++i]));
    } else {
      return false;
    }
  }
  return !card.empty() && settings.threads > 0;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!read_arguments(argc, argv, settings)) {
    std::cerr << "static_responder CARD_FILE [--parse] [--tls CERTIFICATE KEY] [--buffer BYTES] [--threads N]\n";
    return 2;
  }
  std::vector<std::unique_ptr<asio::io_context>> contexts;
  contexts.reserve(settings.threads);
  for (unsigned i = 0; i < settings.threads; ++i) contexts.push_back(std::make_unique<asio::io_context>(1));
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> busy;
  busy.reserve(contexts.size());
  for (auto& context : contexts) busy.push_back(asio::make_work_guard(*context));
  Listener listener(settings, contexts);
  listener.accept();
  asio::signal_set signals(*contexts.front(), SIGINT, SIGTERM);
  signals.async_wait([&contexts](error_code, int) {
    for (auto& context : contexts) context->stop();
  });
  std::cout << "listening " << (settings.tls ? "https" : "http") << "://127.0.0.1:" << listener.port() << std::endl;
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < contexts.size(); ++i) others.emplace_back([&context = *contexts[i]] { context.run(); });
  contexts.front()->run();
  return 0;
}
