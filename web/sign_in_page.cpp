#include "web/sign_in_page.h"

#include "base/html.h"
#include "web/form.h"

namespace ivig::web {

std::string sign_in_page(SignInPage const& sign_in, Viewer const& viewer) {
  using base::escape_html;
  std::string html =
      "<h1>Sign in</h1>\n<p>The console shows orders of patients; every view is recorded with your name.</p>\n";
  if (!sign_in.mistake.empty()) html += "<p class=\"doubt\" role=\"alert\">" + escape_html(sign_in.mistake) + "</p>\n";
  if (sign_in.by_token) {
    html += "<form class=\"sign-in\" method=\"post\" action=\"/review/sign-in\">" + csrf_field(viewer) +
            "<input type=\"hidden\" name=\"to\" value=\"" + escape_html(sign_in.to) +
            "\"><label>Access token<input type=\"password\" name=\"token\" required autocomplete=\"current-password\" "
            "autofocus></label><button>Sign in</button></form>\n";
  }
  if (sign_in.by_oidc) {
    html += "<p><a class=\"button\" href=\"/review/sign-in/oidc?to=" + escape_html(url_escaped(sign_in.to)) +
            "\">Sign in with your organisation’s account</a></p>\n";
  }
  Viewer nobody = viewer;
  nobody.keeps = false;
  return page("Sign in", Section::none, nobody, html);
}

}  // namespace ivig::web
