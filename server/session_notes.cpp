#include "server/session_notes.h"

#include <cxxabi.h>
#include <algorithm>
#include <typeinfo>

namespace ivig::server {

namespace asio = boost::asio;

bool prepare_socket(Socket& socket, std::string& peer) {
  boost::system::error_code error;
  auto const endpoint = socket.remote_endpoint(error);
  if (error) return false;
  auto const address = endpoint.address();
  peer = address.is_v6() && address.to_v6().is_v4_mapped()
             ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string()
             : address.to_string();
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  socket.non_blocking(true, error);  // the writes of plain connections are tried at once
  return !error;
}

void count_answer(Worker& worker, unsigned status) {
  Counters::count(worker.counters.answers[std::min(status / 100, 5U)]);
}

void note_answer(Worker& worker, AccessLine const& line) {
  count_answer(worker, line.status);
  if (worker.log.enabled(LogLevel::info)) worker.log.access(line);
}

void note_exception(Worker& worker, std::string_view request_id) {
  Counters::count(worker.counters.handler_exceptions);
  std::type_info const* const type = abi::__cxa_current_exception_type();
  worker.log.error("handler_exception",
                   {{"request_id", request_id}, {"type", type == nullptr ? "unknown" : type->name()}});
}

}  // namespace ivig::server
