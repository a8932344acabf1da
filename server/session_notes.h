#pragma once
// What a connection leaves behind besides its answers: counts, log lines, and the name of its peer.

#include <string>
#include <string_view>
#include <vector>

#include "server/worker.h"

struct ssl_st;  // OpenSSL's SSL

namespace ivig::server {

/// Sets the socket up for the session (no delay, non-blocking) and writes its peer's address, an IPv4 one in its own
/// form. False when the peer has gone already.
bool prepare_socket(Socket& socket, std::string& peer);

/// The names of the client certificate of a finished handshake, as RequestHead has them.
[[nodiscard]] std::vector<std::string> certificate_names(ssl_st* connection);

/// Counts the answer and, if the service keeps an access log, writes its line. Without `has_request_line` the head may
/// be that of an earlier request: nothing but its id is used.
void note_answer(Worker& worker, Service const& service, RequestHead const& head, bool has_request_line,
                 Response const& response, std::size_t bytes, Clock::time_point started);

/// Counts the exception in flight and logs its type; its text could hold what a request brought.
void note_exception(Worker& worker, std::string_view request_id);

}  // namespace ivig::server
