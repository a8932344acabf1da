#pragma once
// The way in.

#include <string>

#include "web/page.h"

namespace ivig::web {

struct SignInPage {
  bool by_token = false;  ///< a field for an access token
  bool by_oidc = false;   ///< a link to the identity provider
  std::string to;         ///< path to go on to
  std::string mistake;    ///< why it did not work
};

[[nodiscard]] std::string sign_in_page(SignInPage const& sign_in, Viewer const& viewer);

}  // namespace ivig::web
