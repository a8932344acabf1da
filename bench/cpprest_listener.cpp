// Company for the measurements: a listener of cpprestsdk that reads each request's body and answers a fixed card.
//
//   cpprest_listener CARD_FILE [THREADS]
//
// Prints "listening http://127.0.0.1:PORT" and serves until it is ended by a signal.

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>  // which Boost 1.74 forgets

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pplx/threadpool.h>

#include <cpprest/http_listener.h>

namespace {

/// Its listener cannot tell which port it was given: one that is free a moment before.
unsigned short free_port() {
  int const probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(probe, generic, size) != 0 || ::getsockname(probe, generic, &size) != 0) std::abort();
  ::close(probe);
  return ntohs(address.sin_port);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "cpprest_listener CARD_FILE [THREADS]\n";
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  std::string const card{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  // Before any thread is started, so that all of them leave the signals to sigwait below.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  crossplat::threadpool::initialize_with_threads(argc > 2 ? static_cast<std::size_t>(std::atoi(argv[2])) : 2);

  std::string const url = "http://127.0.0.1:" + std::to_string(free_port());
  web::http::experimental::listener::http_listener listener(url);
  listener.support(web::http::methods::POST, [&card](web::http::http_request request) {
    request.extract_string(true).then([request, &card](std::string const&) {
      web::http::http_response response(web::http::status_codes::OK);
      response.set_body(card, "application/json");
      return request.reply(response);
    });
  });
  listener.open().wait();
  std::cout << "listening " << url << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  listener.close().wait();
  return 0;
}
