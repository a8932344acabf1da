#pragma once
// Who makes a call to the console: from its cookie, or its bearer token.

#include <optional>
#include <string>
#include <string_view>

#include "app/decision_log.h"
#include "app/review_access.h"
#include "base/asio.h"
#include "server/http.h"

namespace ivig::app {

struct Visitor {
  std::optional<ReviewRole> role;  ///< nullopt: not signed in
  store::Reviewer who;
  std::string secret;      ///< of the cookie; forms prove with it that a page of ours made them
  bool fresh = false;      ///< the secret is new and has to be given to the browser
  bool signed_in = false;  ///< false where sign-in is off: then a name is asked for with what is kept
  bool by_token = false;   ///< a script with a bearer token: it has no forms to be misled by

  [[nodiscard]] std::string csrf() const;
};

/// The visitor of a call. `bearer`: whether a bearer token counts, as it does for the API alone. Errors: unavailable
/// when sessions cannot be looked up.
[[nodiscard]] boost::asio::awaitable<base::Result<Visitor>> find_visitor(ReviewAccess const& access,
                                                                         DecisionLog const& decisions,
                                                                         server::RequestHead const& head, bool bearer);

/// Begins a session with a new secret, so that none that was planted before counts; returns the secret.
/// Errors: unavailable.
[[nodiscard]] boost::asio::awaitable<base::Result<std::string>> begin_session(ReviewAccess const& access,
                                                                              DecisionLog const& decisions,
                                                                              store::Reviewer who, ReviewRole role);

/// Ends the session of that secret on every node. Errors: unavailable.
[[nodiscard]] boost::asio::awaitable<base::Result<void>> end_session(DecisionLog const& decisions, std::string secret);

/// The Set-Cookie value that hands a secret to the browser; an empty one takes it away. HttpOnly, SameSite=Lax (a link
/// in a chart leads into the console), and Secure with the __Host- prefix where browsers come by https. `tls`: of the
/// connection.
[[nodiscard]] std::string session_cookie(ReviewAccess const& access, bool tls, std::string_view secret);

/// The token of "Authorization: Bearer TOKEN"; empty when there is none.
[[nodiscard]] std::string_view bearer_token(server::RequestHead const& head);

/// The value of a cookie; empty when there is none.
[[nodiscard]] std::string cookie_value(server::RequestHead const& head, std::string_view name);

/// Keeps what reviewers did. Errors: unavailable.
[[nodiscard]] boost::asio::awaitable<base::Result<void>> keep_review(DecisionLog const& decisions,
                                                                     std::vector<store::ReviewRecord> records);

}  // namespace ivig::app
