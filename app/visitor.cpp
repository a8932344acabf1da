#include "app/visitor.h"

#include <chrono>
#include <functional>
#include <utility>

#include "base/await_callback.h"
#include "base/uuid.h"
#include "server/text.h"

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::app {
namespace {

using base::Errc;
using base::Result;
using boost::asio::awaitable;
using store::ReviewSession;

constexpr std::size_t kSecretBytes = 32;

std::string cookie_name(ReviewAccess const& access, bool tls) {
  return access.secure(tls) ? "__Host-ivig-review" : "ivig-review";
}

std::string session_id(std::string_view secret) { return base::sha256_hex("session " + std::string(secret)); }

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

awaitable<Result<ReviewSession>> session_of(DecisionLog const& decisions, std::string id) {
  using Answer = Result<ReviewSession>;
  auto begin = [&decisions, &id](std::function<void(Answer)> done) {
    decisions.store().ask([id, done = std::move(done)](Result<store::Reader*> reader) {
      if (reader) done((*reader)->session(id));
      else done(tl::unexpected(reader.error()));
    });
  };
  co_return co_await base::await_callback<Answer>(std::move(begin));
}

void admit(Visitor& visitor, TokenHolder const& holder) {
  visitor.role = holder.role;
  visitor.who = {holder.subject(), holder.name};
  visitor.signed_in = true;
}

/// The role and name that a session stands for now: those of tokens are looked up anew, so that a token that was taken
/// out of the file ends its sessions.
void admit(ReviewAccess const& access, ReviewSession const& session, Visitor& visitor) {
  if (session.expires < now()) return;
  if (access.auth == ReviewAuth::token) {
    auto const tokens = access.tokens->load();
    if (auto const* holder = tokens->by_subject(session.who.subject)) admit(visitor, *holder);
    return;
  }
  // A session of another time, when sign-in was by token, is none.
  if (session.who.subject.starts_with("token:")) return;
  visitor.role = session.role == "reviewer" ? ReviewRole::reviewer : ReviewRole::viewer;
  visitor.who = session.who;
  visitor.signed_in = true;
}

}  // namespace

std::string_view bearer_token(server::RequestHead const& head) {
  constexpr std::string_view kScheme = "bearer ";
  auto const value = head.header("Authorization");
  if (value.size() <= kScheme.size() || !server::equal_without_case(value.substr(0, kScheme.size()), kScheme))
    return {};
  return value.substr(kScheme.size());
}

std::string Visitor::csrf() const { return base::keyed_hash_hex(secret, "form"); }

std::string cookie_value(server::RequestHead const& head, std::string_view name) {
  for (auto const& [header, value] : head.headers) {
    if (!server::equal_without_case(header, "Cookie")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      auto const end = std::min(rest.find(';'), rest.size());
      std::string_view pair = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
      if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
        return std::string(pair.substr(name.size() + 1));
      }
    }
  }
  return {};
}

std::string session_cookie(ReviewAccess const& access, bool tls, std::string_view secret) {
  std::string cookie = cookie_name(access, tls) + "=" + std::string(secret) + "; Path=/; HttpOnly; SameSite=Lax";
  if (access.secure(tls)) cookie += "; Secure";
  if (secret.empty()) cookie += "; Max-Age=0";
  return cookie;
}

awaitable<Result<Visitor>> find_visitor(ReviewAccess const& access, DecisionLog const& decisions,
                                        server::RequestHead const& head, bool bearer) {
  Visitor visitor;
  visitor.secret = cookie_value(head, cookie_name(access, head.tls));
  bool const usable = visitor.secret.size() == 2 * kSecretBytes &&
                      visitor.secret.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!usable) {
    visitor.secret = base::random_hex(kSecretBytes);
    visitor.fresh = true;
  }
  if (access.auth == ReviewAuth::off) {
    visitor.role = ReviewRole::reviewer;
    visitor.who = {"local", ""};
    co_return visitor;
  }
  if (auto const token = bearer_token(head); bearer && access.auth == ReviewAuth::token && !token.empty()) {
    auto const tokens = access.tokens->load();
    if (auto const* holder = tokens->by_token(token)) admit(visitor, *holder);
    visitor.by_token = true;
    co_return visitor;
  }
  if (!usable) co_return visitor;
  std::string id = session_id(visitor.secret);
  auto const session = co_await session_of(decisions, std::move(id));
  if (session) admit(access, *session, visitor);
  else if (session.error().code != Errc::not_found) co_return tl::unexpected(session.error());
  co_return visitor;
}

awaitable<Result<void>> keep_review(DecisionLog const& decisions, std::vector<store::ReviewRecord> records) {
  auto begin = [&decisions, &records](std::function<void(Result<void>)> done) {
    decisions.store().keep_review(std::move(records), std::move(done));
  };
  co_return co_await base::await_callback<Result<void>>(std::move(begin));
}

awaitable<Result<std::string>> begin_session(ReviewAccess const& access, DecisionLog const& decisions,
                                             store::Reviewer who, ReviewRole role) {
  std::string secret = base::random_hex(kSecretBytes);
  std::vector<store::ReviewRecord> records;
  records.emplace_back(
      ReviewSession{session_id(secret), std::move(who), std::string(to_string(role)), now() + access.session});
  auto const kept = co_await keep_review(decisions, std::move(records));
  if (!kept) co_return tl::unexpected(kept.error());
  co_return secret;
}

awaitable<Result<void>> end_session(DecisionLog const& decisions, std::string secret) {
  std::vector<store::ReviewRecord> records;
  records.emplace_back(store::SessionEnd{session_id(secret)});
  co_return co_await keep_review(decisions, std::move(records));
}

}  // namespace ivig::app
