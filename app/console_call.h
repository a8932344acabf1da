#pragma once
// One call to the console, and the answers that all of its files make. For app/console*.cpp only.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "app/console.h"

namespace ivig::app {

/// Where a path of the console leads.
enum class Action : std::uint8_t {
  unknown,
  file,  ///< style sheet or script
  list,
  decision,
  determine,
  answers,
  try_out,
  charts,
  audit,
  api,
  sign_in,
  sign_in_oidc,
  oidc_callback,
  sign_out,
};

struct ConsolePath {
  Action action = Action::unknown;
  std::string id;              ///< of a decision
  bool posted = false;         ///< takes a form
  bool shown = false;          ///< has a page
  bool for_reviewers = false;  ///< role viewer is not enough
  [[nodiscard]] bool is_open() const {
    return action == Action::file || action == Action::sign_in || action == Action::sign_in_oidc ||
           action == Action::oidc_callback;
  }
};
[[nodiscard]] ConsolePath console_path(std::string_view path);

/// INVARIANT: the head outlives the call.
struct Console::Call {
  ConsolePath to;
  std::string path;
  server::RequestHead const& head;
  std::shared_ptr<Visitor const> visitor;
  std::map<std::string, std::string> form;
};

/// A page with the headers that every page has.
[[nodiscard]] server::Response html_page(std::string html, unsigned status = 200);
/// For a page that could not be made: 404 for what is not there, 503 for a store that is away.
[[nodiscard]] server::Response store_problem(base::Error const& error, web::Viewer const& viewer);
/// "See other", to a path of the console.
[[nodiscard]] server::Response go_to(std::string path);
/// `path` if it leads into the console, else its beginning.
[[nodiscard]] std::string safe_path(std::string const& path);
/// The value of a parameter of a query; empty when there is none.
[[nodiscard]] std::string query_value(std::string const& query, std::string_view name);
/// Now, to the millisecond.
[[nodiscard]] store::Time now_ms();

/// Runs a question on the store's own thread, page included: making one is no work for a connection.
[[nodiscard]] boost::asio::awaitable<base::Result<std::string>> ask_page(
    DecisionLog const& decisions, std::function<base::Result<std::string>(store::Reader&)> question);

}  // namespace ivig::app
