// The Markdown that cards use (paragraphs, lists, emphasis, code, links), built as DOM nodes: no HTML of a service is
// ever parsed, so none can do anything.

const INLINE = /\\([!-/:-@[-`{-~])|\*\*(.+?)\*\*|(?<![\w*])[*_](?!\s)([^*_]+?)[*_](?![\w*])|`([^`]+)`|\[([^\]]*)\]\(((?:[^()\s]|\([^()\s]*\))*)\)/;

/** Appends `text` with its emphasis to `parent`. */
export function inline(parent, text) {
  let rest = text;
  while (rest) {
    const found = INLINE.exec(rest);
    if (!found) break;
    parent.append(rest.slice(0, found.index));
    const [, escaped, strong, emphasis, code, label, url] = found;
    if (escaped !== undefined) parent.append(escaped);
    else if (strong !== undefined) inline(parent.appendChild(document.createElement("strong")), strong);
    else if (emphasis !== undefined) inline(parent.appendChild(document.createElement("em")), emphasis);
    else if (code !== undefined) parent.appendChild(document.createElement("code")).textContent = code;
    else parent.append(link(label, url) ?? label);
    rest = rest.slice(found.index + found[0].length);
  }
  parent.append(rest);
}

/** A link that opens beside the page; null for anything but http(s). */
export function link(label, url) {
  let target;
  try {
    target = new URL(url);
  } catch {
    return null;
  }
  if (target.protocol !== "https:" && target.protocol !== "http:") return null;
  const anchor = document.createElement("a");
  Object.assign(anchor, {href: target.href, textContent: label || target.href, target: "_blank", rel: "noopener noreferrer"});
  return anchor;
}

/** The blocks of `text` as a fragment. */
export function markdown(text) {
  const fragment = document.createDocumentFragment();
  let block = null;  // the paragraph or list being filled
  for (const line of text.split(/\r?\n/)) {
    const item = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line);
    if (!line.trim()) {
      block = null;
    } else if (item) {
      if (block?.tagName !== "UL") block = fragment.appendChild(document.createElement("ul"));
      inline(block.appendChild(document.createElement("li")), item[1]);
    } else if (block?.tagName === "UL" && /^\s/.test(line)) {
      block.lastChild.append(" ");
      inline(block.lastChild, line.trim());
    } else {
      if (block?.tagName !== "P") block = fragment.appendChild(document.createElement("p"));
      else block.append(" ");
      inline(block, line.replace(/^#+\s+/, "").trim());
    }
  }
  return fragment;
}
