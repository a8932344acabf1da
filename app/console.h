#pragma once
// The reviewers' console below /review: which path leads to which page, who may go there, and what is kept of it. The
// pages themselves are made in web/.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/decision_log.h"
#include "app/review_access.h"
#include "app/sign_in_pace.h"
#include "app/visitor.h"
#include "base/asio.h"
#include "server/http.h"
#include "web/page.h"

namespace ivig::advice {
struct Knowledge;
}

namespace ivig::app {

struct RouteSettings;

/// Whether the path belongs to the console or its API.
[[nodiscard]] bool is_console(std::string_view path);
/// Whether it is served where nothing is kept: what needs no store.
[[nodiscard]] bool is_console_without_store(std::string_view path);

/// Every answer that shows patient data is preceded by a record of who saw it; where that cannot be kept, nothing is
/// shown. All functions may be called from any thread.
class Console {
 public:
  /// The references must outlive it.
  Console(std::atomic<std::shared_ptr<advice::Knowledge const>> const& knowledge, RouteSettings const& settings,
          DecisionLog const& decisions)
      : knowledge_(knowledge), settings_(settings), decisions_(decisions), pace_(std::make_unique<SignInPace>()) {}

  /// Who calls, and whether they may; an answer here is final, and the body is not read. `path` is normalised.
  [[nodiscard]] boost::asio::awaitable<std::optional<server::Response>> on_head(server::RequestHead& head,
                                                                                std::string path) const;
  /// The page, or what becomes of a form.
  [[nodiscard]] boost::asio::awaitable<server::Response> on_body(server::RequestHead const& head, std::string path,
                                                                 std::string body) const;

 private:
  struct Call;
  [[nodiscard]] boost::asio::awaitable<server::Response> answer(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> list(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> decision(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> determine(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> keep_answers(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> try_out(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> charts(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> audit(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> api(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> sign_in(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> sign_in_oidc(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> oidc_callback(Call const& call) const;
  [[nodiscard]] boost::asio::awaitable<server::Response> sign_out(Call const& call) const;
  /// Keeps that the visitor looks at something. Errors: unavailable.
  [[nodiscard]] boost::asio::awaitable<base::Result<void>> note_view(Call const& call, std::string what,
                                                                     std::string decision) const;
  [[nodiscard]] web::Viewer viewer_of(Visitor const& visitor) const;
  /// The answer to a caller who has to wait before the next try to sign in; nullopt: the try begins.
  [[nodiscard]] std::optional<server::Response> slow_down(server::RequestHead const& head, bool api) const;

  std::atomic<std::shared_ptr<advice::Knowledge const>> const& knowledge_;
  RouteSettings const& settings_;
  DecisionLog const& decisions_;
  std::unique_ptr<SignInPace> pace_;
};

}  // namespace ivig::app
