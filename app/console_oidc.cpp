// Signing in to the console by OpenID Connect: off to the provider, and back.

#include <utility>

#include "app/console.h"
#include "app/console_call.h"
#include "app/oidc.h"
#include "app/routes.h"

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::app {

using base::Errc;
using boost::asio::awaitable;
using server::Response;

namespace {

std::string attempt_name(ReviewAccess const& access, bool tls) {
  return access.secure(tls) ? "__Host-ivig-sign-in" : "ivig-sign-in";
}

/// Ten minutes for a sign-in. Lax: the provider sends the browser back from another site.
std::string attempt_cookie(ReviewAccess const& access, bool tls, std::string const& value) {
  return attempt_name(access, tls) + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" +
         (access.secure(tls) ? "; Secure" : "") + "; Max-Age=" + (value.empty() ? "0" : "600");
}

Response refused(std::string_view title, std::string_view text, web::Viewer const& viewer, unsigned status) {
  web::Viewer nobody = viewer;
  nobody.keeps = false;
  return html_page(web::message_page(title, text, nobody), status);
}

}  // namespace

awaitable<Response> Console::sign_in_oidc(Call const& call) const {
  auto const& access = settings_.review;
  web::Viewer const viewer = viewer_of(*call.visitor);
  if (access.oidc == nullptr) co_return refused("No such page", "Sign-in is by other means here.", viewer, 404);
  OidcAttempt attempt = OidcAttempt::begin(safe_path(query_value(call.head.query, "to")));
  std::string const cookie = attempt.cookie();
  auto const url = co_await access.oidc->authorization_url(std::move(attempt));
  if (!url) {
    decisions_.log().error("review_sign_in_failed",
                           {{"request_id", call.head.request_id}, {"detail", url.error().detail}});
    co_return refused("Not now", "The identity provider cannot be reached. Try again in a moment.", viewer, 503);
  }
  Response response = go_to(*url);
  response.headers.emplace_back("Set-Cookie", attempt_cookie(access, call.head.tls, cookie));
  co_return response;
}

awaitable<Response> Console::oidc_callback(Call const& call) const {
  auto const& access = settings_.review;
  web::Viewer const viewer = viewer_of(*call.visitor);
  if (access.oidc == nullptr) co_return refused("No such page", "Sign-in is by other means here.", viewer, 404);
  auto const attempt = OidcAttempt::from_cookie(cookie_value(call.head, attempt_name(access, call.head.tls)));
  std::string const state = query_value(call.head.query, "state");
  std::string const issuer = query_value(call.head.query, "iss");
  std::string code = query_value(call.head.query, "code");
  if (!attempt || !same_secret(state, attempt->state) || (!issuer.empty() && issuer != access.oidc->issuer())) {
    co_return refused("Sign-in refused", "It was not begun here, or took too long. Go to /review and begin again.",
                      viewer, 403);
  }
  if (code.empty()) {
    decisions_.log().warn("review_sign_in_refused", {{"request_id", call.head.request_id}, {"reason", "provider"}});
    co_return refused("Sign-in refused", "The identity provider did not let you through.", viewer, 403);
  }
  OidcAttempt own = *attempt;
  auto const signed_in = co_await access.oidc->redeem(std::move(code), std::move(own));
  if (!signed_in) {
    bool const no_role = signed_in.error().code == Errc::forbidden;
    decisions_.log().warn("review_sign_in_refused", {{"request_id", call.head.request_id},
                                                     {"reason", no_role ? "role" : "token"},
                                                     {"detail", signed_in.error().detail}});
    if (signed_in.error().code == Errc::unavailable)
      co_return refused("Not now", "The identity provider cannot be reached. Try again in a moment.", viewer, 503);
    co_return refused(
        "Sign-in refused",
        no_role ? "You are known, but have no role here." : "The identity provider's answer does not hold.", viewer,
        403);
  }
  store::Reviewer who = signed_in->who;
  auto const role = signed_in->role;
  decisions_.log().info("review_sign_in", {{"request_id", call.head.request_id}, {"who", who.subject}});
  auto const secret = co_await begin_session(access, decisions_, std::move(who), role);
  if (!secret) co_return store_problem(secret.error(), viewer);
  Response response = go_to(safe_path(attempt->to));
  response.headers.emplace_back("Set-Cookie", session_cookie(access, call.head.tls, *secret));
  response.headers.emplace_back("Set-Cookie", attempt_cookie(access, call.head.tls, ""));
  co_return response;
}

}  // namespace ivig::app
