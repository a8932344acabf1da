#pragma once
// What little the pages do in the browser. Every page works without it.

#include <string_view>

namespace ivig::web {

inline constexpr std::string_view kConsoleScript = R"js("use strict";
// Buttons that only a script can serve are shown by it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// A file, chosen or dropped, is read into the text field and never sent as a file.
for (const field of document.querySelectorAll("textarea[data-drop]")) {
  const take = async (file) => { if (file) { field.value = await file.text(); field.focus(); } };
  const chooser = document.getElementById(field.dataset.drop);
  if (chooser) {
    chooser.closest("[hidden]").hidden = false;
    chooser.addEventListener("change", () => take(chooser.files[0]));
  }
  field.addEventListener("dragover", (event) => { event.preventDefault(); field.classList.add("over"); });
  field.addEventListener("dragleave", () => field.classList.remove("over"));
  field.addEventListener("drop", (event) => {
    field.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}
)js";

}  // namespace ivig::web
