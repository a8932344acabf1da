#include "web/markdown.h"

#include <cstdlib>
#include <memory>

#include <cmark-gfm.h>

namespace ivig::web {
namespace {

struct Free {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
  void operator()(cmark_iter* walk) const { cmark_iter_free(walk); }
  void operator()(char* text) const { std::free(text); }
};

bool is_web_address(char const* url) {
  std::string_view const text = url == nullptr ? "" : url;
  return text.starts_with("https://") || text.starts_with("http://");
}

/// What a card may hold and a page must not: pictures (they would be loaded), links to anything but pages, headings.
void tame(cmark_node* root) {
  std::unique_ptr<cmark_iter, Free> const walk(cmark_iter_new(root));
  for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE; event = cmark_iter_next(walk.get())) {
    cmark_node* const node = cmark_iter_get_node(walk.get());
    if (event != CMARK_EVENT_ENTER) continue;
    auto const type = cmark_node_get_type(node);
    if (type == CMARK_NODE_IMAGE) cmark_node_set_url(node, "");
    if (type == CMARK_NODE_LINK && !is_web_address(cmark_node_get_url(node))) cmark_node_set_url(node, "");
    if (type == CMARK_NODE_HEADING) cmark_node_set_heading_level(node, 6);
  }
}

}  // namespace

std::string markdown_html(std::string_view text) {
  std::unique_ptr<cmark_node, Free> const root(
      cmark_parse_document(text.data(), text.size(), CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8));
  if (!root) return {};
  tame(root.get());
  // Without CMARK_OPT_UNSAFE: raw HTML is left out.
  std::unique_ptr<char, Free> const html(cmark_render_html(root.get(), CMARK_OPT_DEFAULT, nullptr));
  return html ? std::string(html.get()) : std::string();
}

}  // namespace ivig::web
