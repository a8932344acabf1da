// A Result has to be looked at: neither it nor what it holds is taken without asking.
#include "base/json_body.h"
#include "base/result.h"
#include "store/connection.h"

namespace ivig {

#ifdef MUST_NOT_COMPILE
// error: ignoring return value of
void failure_dropped() { base::fail(base::Errc::io, "store", "disk full"); }
// error: ignoring return value of
void transaction_dropped(store::Connection& connection) { connection.write({}); }
// error: ignoring return value of
void connection_dropped(store::SqlTarget const& target) { store::Connection::open(target); }
// error: could not convert
std::unique_ptr<store::Connection> connection_unasked(store::SqlTarget const& target) {
  return store::Connection::open(target);
}
// error: cannot convert 'const ivig::base::Errc' to 'int'
int code_as_number(base::Error const& error) { return error.code; }
#else
base::Result<void> failure_returned() { return base::fail(base::Errc::io, "store", "disk full"); }
base::Result<void> transaction_returned(store::Connection& connection) { return connection.write({}); }
std::unique_ptr<store::Connection> connection_asked(store::SqlTarget const& target) {
  auto opened = store::Connection::open(target);
  return opened ? std::move(*opened) : nullptr;
}
bool is_code(base::Error const& error) { return error.code == base::Errc::io; }
#endif

}  // namespace ivig
