#pragma once
// What a connection leaves behind besides its answers: counts, log lines, and the name of its peer.

#include <string>
#include <string_view>

#include "server/worker.h"

namespace ivig::server {

/// Sets the socket up for the session (no delay, non-blocking) and writes its peer's address, an IPv4 one in its own
/// form. False when the peer has gone already.
bool prepare_socket(Socket& socket, std::string& peer);

void count_answer(Worker& worker, unsigned status);

/// Counts the answer and writes its access line.
void note_answer(Worker& worker, AccessLine const& line);

/// Counts the exception in flight and logs its type; its text could hold what a request brought.
void note_exception(Worker& worker, std::string_view request_id);

}  // namespace ivig::server
