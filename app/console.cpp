#include "app/console.h"

#include <chrono>
#include <functional>
#include <utility>

#include "advice/knowledge.h"
#include "app/console_call.h"
#include "app/review_api.h"
#include "app/routes.h"
#include "base/await_callback.h"
#include "server/http_status.h"
#include "server/query.h"
#include "server/text.h"
#include "web/form.h"
#include "web/sign_in_page.h"

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::app {

using base::Errc;
using base::Result;
using boost::asio::awaitable;
using server::RequestHead;
using server::Response;

namespace {

constexpr std::string_view kConsole = "/review";
constexpr std::string_view kDecisions = "/review/decisions/";

Response file(std::string_view path) {
  Response response;
  if (path.ends_with(".css")) {
    response.content_type = "text/css; charset=utf-8";
    response.body = web::style_sheet();
  } else if (path.ends_with(".js")) {
    response.content_type = "text/javascript; charset=utf-8";
    response.body = web::script();
  } else {
    response.content_type = "image/svg+xml";
    response.body = web::icon();
  }
  response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return response;
}

Response no_content(ConsolePath const& to) {
  Response response;
  response.status = 204;
  response.headers.emplace_back("Allow", to.posted && to.shown ? "GET, HEAD, POST, OPTIONS"
                                         : to.posted           ? "POST, OPTIONS"
                                                               : "GET, HEAD, OPTIONS");
  return response;
}

Response plain(unsigned status) {
  Response response;
  response.status = status;
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

/// What a page has to know of a visitor who is not signed in.
web::Viewer nobody() {
  web::Viewer viewer;
  viewer.keeps = false;
  return viewer;
}

Response message(unsigned status, std::string_view title, std::string_view text, web::Viewer const& viewer) {
  return html_page(web::message_page(title, text, viewer), status);
}

Response unavailable(bool api) {
  if (api) return review_api_error({Errc::unavailable, "store", "the store cannot be reached; try again"});
  Response response = message(503, "Not now",
                              "The store cannot be reached, so nothing can be shown: every view is "
                              "recorded first. Try again in a moment.",
                              nobody());
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

bool is_form(RequestHead const& head) {
  auto const type = head.header("Content-Type");
  return server::equal_without_case(server::trimmed(type.substr(0, type.find(';'))),
                                    "application/x-www-form-urlencoded");
}

std::string sign_in_path(std::string const& path) { return "/review/sign-in?to=" + web::url_escaped(path); }

}  // namespace

bool is_console(std::string_view path) { return path == kConsole || path.starts_with("/review/"); }

bool is_console_without_store(std::string_view path) {
  auto const action = console_path(path).action;
  return action == Action::list || action == Action::file || action == Action::try_out;
}

ConsolePath console_path(std::string_view path) {
  ConsolePath to;
  auto const page = [&to](Action action) {
    to.action = action;
    to.shown = true;
  };
  if (path == kConsole) {
    page(Action::list);
  } else if (path == "/review/charts") {
    page(Action::charts);
  } else if (path == "/review/try") {
    page(Action::try_out);
    to.posted = true;
  } else if (path == "/review/console.css" || path == "/review/console.js" || path == "/review/icon.svg") {
    page(Action::file);
  } else if (path == "/review/sign-in") {
    page(Action::sign_in);
    to.posted = true;
  } else if (path == "/review/sign-in/oidc") {
    page(Action::sign_in_oidc);
  } else if (path == "/review/sign-in/callback") {
    page(Action::oidc_callback);
  } else if (path == "/review/sign-out") {
    to.action = Action::sign_out;
    to.posted = true;
  } else if (path == "/review/audit") {
    page(Action::audit);
    to.for_reviewers = true;
  } else if (is_review_api(path)) {
    page(Action::api);
  } else if (path.starts_with(kDecisions)) {
    auto rest = path.substr(kDecisions.size());
    auto const slash = rest.find('/');
    to.id = std::string(rest.substr(0, slash));
    auto const what = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (slash == std::string_view::npos && !to.id.empty()) {
      page(Action::decision);
    } else if (what == "determination") {
      to.action = Action::determine;
      to.posted = to.for_reviewers = true;
    } else if (what == "answers") {
      to.action = Action::answers;
      to.posted = to.for_reviewers = true;
    }
  }
  return to;
}

Response html_page(std::string html, unsigned status) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::move(html);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Security-Policy", web::kConsolePolicy);
  response.headers.emplace_back("Referrer-Policy", "same-origin");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  return response;
}

Response go_to(std::string path) {
  Response response = plain(303);
  response.headers.emplace_back("Location", std::move(path));
  return response;
}

std::string safe_path(std::string const& path) {
  bool const inside = path == kConsole || path.starts_with("/review/") || path.starts_with("/review?");
  bool const plain_text = path.find_first_of("\\\r\n\t ") == std::string::npos && path.find("//") == std::string::npos;
  return inside && plain_text ? path : std::string(kConsole);
}

Response store_problem(base::Error const& error, web::Viewer const& viewer) {
  if (error.code == Errc::not_found) {
    return html_page(web::message_page("No such order", "It may have been removed after its time.", viewer), 404);
  }
  Response response = html_page(
      web::message_page("Not now", "The store cannot be reached, so nothing can be shown or kept. Try again.", viewer),
      503);
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

std::string query_value(std::string const& query, std::string_view name) {
  auto const pairs = server::parse_query(query);
  if (!pairs) return {};
  for (auto const& [key, value] : *pairs) {
    if (key == name) return value;
  }
  return {};
}

store::Time now_ms() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

awaitable<Result<std::string>> ask_page(DecisionLog const& decisions,
                                        std::function<Result<std::string>(store::Reader&)> question) {
  using Answer = Result<std::string>;
  auto begin = [&decisions, &question](std::function<void(Answer)> done) {
    decisions.store().ask([question = std::move(question), done = std::move(done)](Result<store::Reader*> reader) {
      if (reader) done(question(**reader));
      else done(tl::unexpected(reader.error()));
    });
  };
  co_return co_await base::await_callback<Answer>(std::move(begin));
}

web::Viewer Console::viewer_of(Visitor const& visitor) const {
  web::Viewer viewer;
  viewer.name = visitor.who.name;
  viewer.csrf = visitor.csrf();
  viewer.signed_in = visitor.signed_in;
  viewer.may_determine = visitor.role == ReviewRole::reviewer;
  viewer.keeps = decisions_.keeps();
  return viewer;
}

std::optional<Response> Console::slow_down(RequestHead const& head, bool api) const {
  auto const wait = pace_->begin(SignInPace::source_of(head.peer), std::chrono::steady_clock::now());
  if (wait.count() == 0) return std::nullopt;
  decisions_.log().warn("review_sign_in_slowed", {{"request_id", head.request_id}, {"seconds", wait.count()}});
  Response response =
      api ? review_api_error({Errc::too_many_requests, "", "too many tries to sign in; see Retry-After"})
          : message(429, "Too many tries",
                    "Several tries to sign in from here have failed. Wait a little before the next one.", nobody());
  std::erase_if(response.headers, [](auto const& header) { return header.first == "Retry-After"; });
  response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return response;
}

awaitable<std::optional<Response>> Console::on_head(RequestHead& head, std::string path) const {
  ConsolePath const to = console_path(path);
  auto const& access = settings_.review;
  bool const api = to.action == Action::api;
  bool const post = head.method == "POST", get = head.method == "GET" || head.method == "HEAD";
  if (to.action == Action::unknown) co_return message(404, "No such page", "The address leads nowhere.", nobody());
  if (head.method == "OPTIONS") co_return no_content(to);
  if ((post && !to.posted) || (get && !to.shown) || (!post && !get)) {
    Response refused = api ? review_api_error({Errc::method_not_allowed, "", "the API is read by GET"}) : plain(405);
    for (auto const& header : no_content(to).headers) refused.headers.push_back(header);
    co_return refused;
  }
  if (to.action == Action::file) co_return file(path);
  if (access.auth == ReviewAuth::off && !may_review(access, head)) {
    if (api) {
      co_return review_api_error({Errc::forbidden, "", "without sign-in (review.auth) this machine alone is served"});
    }
    co_return message(403, "Not from here",
                      "Without sign-in (review.auth) the console is served to this machine alone, under its own name "
                      "and without a proxy.",
                      nobody());
  }
  if (post && is_cross_site(access, head)) {
    co_return message(403, "Refused", "The form was sent by a page of another site.", nobody());
  }
  // Bearer tokens are for scripts and the API: no page is opened by one, and no session begun.
  bool const tries = access.auth == ReviewAuth::token &&
                     ((post && to.action == Action::sign_in) || (api && !bearer_token(head).empty()));
  if (tries) {
    auto slowed = slow_down(head, api);
    if (slowed) co_return slowed;
  }
  auto found = co_await find_visitor(access, decisions_, head, api);
  if (!found) co_return unavailable(api);
  auto const visitor = std::make_shared<Visitor const>(*std::move(found));
  if (visitor->by_token && visitor->role) pace_->succeeded(SignInPace::source_of(head.peer));
  if (!visitor->role && !to.is_open()) {
    if (api) {
      Response refused = plain(401);
      refused.headers.emplace_back("WWW-Authenticate", "Bearer");
      co_return refused;
    }
    if (post) co_return message(403, "Signed out", "Sign in again; what was sent was not kept.", nobody());
    co_return go_to(sign_in_path(head.query.empty() ? path : path + "?" + head.query));
  }
  if (to.for_reviewers && visitor->role != ReviewRole::reviewer) {
    co_return message(403, "For reviewers only", "Your role lets you look, not decide.", viewer_of(*visitor));
  }
  if (post && !is_form(head)) co_return plain(415);
  head.caller = visitor;
  // Only a pasted case is as long as a call, and only from someone who is signed in.
  if (!post) head.body_limit = {0, ""};
  else if (to.action != Action::try_out) head.body_limit = {settings_.form_bytes, "limits.form_bytes"};
  co_return std::nullopt;
}

awaitable<Response> Console::on_body(RequestHead const& head, std::string path, std::string body) const {
  Call call{console_path(path), path, head, std::static_pointer_cast<Visitor const>(head.caller), {}};
  if (head.method == "POST") {
    auto form = web::read_form(body);
    if (!form) co_return message(400, "Not understood", "The form is damaged.", viewer_of(*call.visitor));
    if (!same_secret(web::field(*form, "csrf"), call.visitor->csrf())) {
      co_return message(403, "Refused",
                        "The form is too old, or no page of ours made it. Go back, load the page again and repeat.",
                        viewer_of(*call.visitor));
    }
    call.form = *std::move(form);
  }
  Response response = co_await answer(call);
  if (call.visitor->fresh && response.content_type.starts_with("text/html")) {
    response.headers.emplace_back("Set-Cookie", session_cookie(settings_.review, head.tls, call.visitor->secret));
  }
  co_return response;
}

awaitable<Response> Console::answer(Call const& call) const {
  switch (call.to.action) {
    case Action::list: co_return co_await list(call);
    case Action::decision: co_return co_await decision(call);
    case Action::determine: co_return co_await determine(call);
    case Action::answers: co_return co_await keep_answers(call);
    case Action::try_out: co_return co_await try_out(call);
    case Action::charts: co_return co_await charts(call);
    case Action::audit: co_return co_await audit(call);
    case Action::api: co_return co_await api(call);
    case Action::sign_in: co_return co_await sign_in(call);
    case Action::sign_in_oidc: co_return co_await sign_in_oidc(call);
    case Action::oidc_callback: co_return co_await oidc_callback(call);
    case Action::sign_out: co_return co_await sign_out(call);
    case Action::file:
    case Action::unknown: break;
  }
  co_return plain(404);
}

awaitable<Result<void>> Console::note_view(Call const& call, std::string what, std::string id) const {
  auto const& who = call.visitor->who;
  if (!decisions_.keeps()) co_return Result<void>{};
  decisions_.log().info("review_view",
                        {{"request_id", call.head.request_id}, {"who", who.subject}, {"what", what}, {"decision", id}});
  std::vector<store::ReviewRecord> records;
  records.emplace_back(store::ReviewView{std::move(what), std::move(id), who, now_ms()});
  co_return co_await keep_review(decisions_, std::move(records));
}

awaitable<Response> Console::api(Call const& call) const {
  std::string path = call.path, query = call.head.query, url = settings_.public_url;
  Response response = co_await answer_review(decisions_, std::move(path), std::move(query), std::move(url));
  if (response.status != 200) co_return response;
  constexpr std::string_view kOne = "/review/api/decisions/";
  std::string id = call.path.starts_with(kOne) ? call.path.substr(kOne.size()) : "";
  std::string what = id.empty() ? "export" : "decision";
  auto const noted = co_await note_view(call, std::move(what), std::move(id));
  if (!noted) co_return unavailable(true);
  co_return response;
}

awaitable<Response> Console::sign_in(Call const& call) const {
  auto const& access = settings_.review;
  bool const post = call.head.method == "POST";
  std::string const to = safe_path(post ? web::field(call.form, "to") : query_value(call.head.query, "to"));
  if (call.visitor->role && !post) co_return go_to(to);
  web::SignInPage page{access.auth == ReviewAuth::token, access.oidc != nullptr, to, ""};
  web::Viewer viewer = viewer_of(*call.visitor);
  if (!post) co_return html_page(web::sign_in_page(page, viewer));
  if (access.auth != ReviewAuth::token) co_return plain(404);
  auto const tokens = access.tokens->load();
  TokenHolder const* holder = tokens->by_token(web::field(call.form, "token"));
  if (holder == nullptr) {
    decisions_.log().warn("review_sign_in_refused", {{"request_id", call.head.request_id}, {"reason", "token"}});
    page.mistake = "That token is not known here.";
    co_return html_page(web::sign_in_page(page, viewer), 403);
  }
  pace_->succeeded(SignInPace::source_of(call.head.peer));
  store::Reviewer who{holder->subject(), holder->name};
  auto const role = holder->role;
  decisions_.log().info("review_sign_in", {{"request_id", call.head.request_id}, {"who", who.subject}});
  auto const secret = co_await begin_session(access, decisions_, std::move(who), role);
  if (!secret) co_return unavailable(false);
  Response response = go_to(to);
  response.headers.emplace_back("Set-Cookie", session_cookie(access, call.head.tls, *secret));
  co_return response;
}

awaitable<Response> Console::sign_out(Call const& call) const {
  std::string secret = call.visitor->secret;
  auto const ended = co_await end_session(decisions_, std::move(secret));
  if (!ended) co_return unavailable(false);
  Response response = go_to("/review/sign-in");
  response.headers.emplace_back("Set-Cookie", session_cookie(settings_.review, call.head.tls, ""));
  co_return response;
}

}  // namespace ivig::app
