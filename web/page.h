#pragma once
// The frame around every page of the console: head, navigation, who is signed in. No script and no style stands in a
// page; both come from our own origin (kConsolePolicy).

#include <string>
#include <string_view>

namespace ivig::web {

/// What a page may load and do: one stylesheet, one script and one icon from here, forms back to here, and nothing
/// else.
inline constexpr std::string_view kConsolePolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

/// Where the console's own files are; the digest in the address changes with them.
[[nodiscard]] std::string_view style_sheet();
[[nodiscard]] std::string_view script();
[[nodiscard]] std::string_view icon();
[[nodiscard]] std::string const& style_path();
[[nodiscard]] std::string const& script_path();

/// Who looks at a page, as far as the page has to know.
struct Viewer {
  std::string name;  ///< as signed in; empty: nobody is (review.auth off)
  std::string csrf;  ///< goes with every form
  bool signed_in = false;
  bool may_determine = false;  ///< role reviewer
  bool keeps = true;           ///< there is a store: lists and charts are offered
};

enum class Section { none, orders, try_out, charts, audit };

/// A whole page around `main`, which is HTML.
[[nodiscard]] std::string page(std::string_view title, Section section, Viewer const& viewer, std::string_view main);

/// A page that says one thing: what is wrong, and what to do.
[[nodiscard]] std::string message_page(std::string_view title, std::string_view text, Viewer const& viewer);

/// The hidden field that each form carries.
[[nodiscard]] std::string csrf_field(Viewer const& viewer);

}  // namespace ivig::web
