#include "web/audit_page.h"

#include "base/html.h"
#include "web/words.h"

namespace ivig::web {
namespace {

using base::escape_html;

std::string what(store::ReviewView const& view) {
  if (view.decision.empty()) return escape_html(view.what);
  return "<a href=\"/review/decisions/" + escape_html(view.decision) + "\">" + escape_html(view.what) + " " +
         escape_html(view.decision.substr(0, 13)) + "…</a>";
}

}  // namespace

std::string audit_page(std::vector<store::ReviewView> const& views, Viewer const& viewer) {
  std::string rows;
  for (auto const& view : views) {
    rows += "<tr><th scope=\"row\">" + time_html(view.time) + "</th>" +
            cell("Who", escape_html(view.by.name.empty() ? view.by.subject : view.by.name)) +
            cell("Account", "<code>" + escape_html(view.by.subject) + "</code>") + cell("What", what(view)) + "</tr>\n";
  }
  std::string html =
      "<h1>Who looked</h1>\n<p class=\"soft\">The newest views of patient data; the store keeps all, longer than the "
      "decisions "
      "themselves.</p>\n";
  html += rows.empty() ? "<p class=\"empty\">Nobody yet.</p>\n"
                       : table("Views, newest first", {"When", "Who", "Account", "What"}, rows);
  return page("Who looked", Section::audit, viewer, html);
}

}  // namespace ivig::web
