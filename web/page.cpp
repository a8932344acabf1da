#include "web/page.h"

#include "base/html.h"
#include "base/uuid.h"
#include "web/script.h"
#include "web/style.h"

namespace ivig::web {
namespace {

using base::escape_html;

std::string link(std::string_view path, std::string_view words, bool here) {
  return "<a href=\"" + std::string(path) + "\"" + (here ? " aria-current=\"page\"" : "") + ">" + std::string(words) +
         "</a>";
}

std::string navigation(Section section, Viewer const& viewer) {
  std::string html = "<nav aria-label=\"Console\">";
  if (viewer.keeps) html += link("/review", "Orders", section == Section::orders);
  html += link("/review/try", "Try an order", section == Section::try_out);
  if (viewer.keeps) html += link("/review/charts", "Charts", section == Section::charts);
  if (viewer.keeps && viewer.may_determine) html += link("/review/audit", "Who looked", section == Section::audit);
  html += "<a href=\"/evidence\">Evidence</a></nav>";
  if (viewer.signed_in) {
    html += "<form class=\"who\" method=\"post\" action=\"/review/sign-out\">" + csrf_field(viewer) + "<span>" +
            escape_html(viewer.name) + (viewer.may_determine ? "" : " (viewer)") +
            "</span> <button class=\"quiet\">Sign out</button></form>";
  }
  return html;
}

std::string versioned(std::string_view path, std::string_view text) {
  return std::string(path) + "?" + base::sha256_hex(text).substr(0, 12);
}

}  // namespace

std::string_view style_sheet() { return kConsoleStyle; }
std::string_view script() { return kConsoleScript; }
std::string_view icon() {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><rect width=\"16\" height=\"16\" rx=\"3\" "
         "fill=\"#0b5cad\"/><path d=\"M4 8.5l2.6 2.6L12 5.5\" fill=\"none\" stroke=\"#fff\" stroke-width=\"2\"/></svg>";
}
std::string const& style_path() {
  static std::string const path = versioned("/review/console.css", kConsoleStyle);
  return path;
}
std::string const& script_path() {
  static std::string const path = versioned("/review/console.js", kConsoleScript);
  return path;
}

std::string csrf_field(Viewer const& viewer) {
  return "<input type=\"hidden\" name=\"csrf\" value=\"" + escape_html(viewer.csrf) + "\">";
}

std::string page(std::string_view title, Section section, Viewer const& viewer, std::string_view main) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>" +
      escape_html(title) +
      " &middot; IVIG review</title>\n<link rel=\"icon\" href=\"/review/icon.svg\"><link rel=\"stylesheet\" href=\"" +
      style_path() + "\"><script defer src=\"" + script_path() +
      "\"></script></head>\n<body><a class=\"skip\" href=\"#main\">To the content</a><header class=\"top\"><div "
      "class=\"bar\"><span class=\"brand\">IVIG review</span>" +
      navigation(section, viewer) + "</div></header>\n<main id=\"main\">\n";
  html.append(main);
  return html +
         "</main>\n<footer><p>Decision support, not medical advice: published guidance restated in our words, which "
         "may be "
         "wrong, incomplete or out of date. These pages hold patient data.</p></footer></body></html>\n";
}

std::string message_page(std::string_view title, std::string_view text, Viewer const& viewer) {
  return page(title, Section::none, viewer, "<h1>" + escape_html(title) + "</h1>\n<p>" + escape_html(text) + "</p>\n");
}

}  // namespace ivig::web
