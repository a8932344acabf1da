#include "certs/openssl.h"

#include <openssl/err.h>

namespace ivig::certs {

std::string take_openssl_error() {
  unsigned long const code = ERR_get_error();
  ERR_clear_error();
  char const* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

}  // namespace ivig::certs
