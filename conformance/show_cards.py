#!/usr/bin/env python3
"""Shows the cards of a CDS Hooks answer in readable form.

    curl ... | python3 conformance/show_cards.py
    python3 conformance/show_cards.py --expect-indicator warning --expect-summary 'some words' answer.json

With an expectation the exit status is 0 only if one card meets all of it (the summary without regard to case).
2: the input is no CDS Hooks answer. Colours only on a terminal, and never when NO_COLOR is set.
"""

import argparse
import json
import os
import re
import shutil
import sys
import textwrap
import unicodedata

COLOURS = {"info": "36", "warning": "33", "critical": "31"}


def plain(text):
    """Text from a server, without anything a terminal would obey."""
    return "".join(c for c in str(text) if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))


def unmarked(markdown):
    """A line of Markdown as it reads: without emphasis marks and escapes."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", re.sub(r"(?<!\\)\*\*", "", markdown))


class Screen:
    def __init__(self, out):
        self.out = out
        self.coloured = out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.width = max(50, min(100, shutil.get_terminal_size((100, 24)).columns))
        utf8 = (out.encoding or "").lower().replace("-", "") == "utf8"
        self.corner, self.dash, self.bar, self.foot = ("┌", "─", "│", "└") if utf8 else ("+", "-", "|", "+")

    def paint(self, text, code):
        return f"\x1b[{code}m{text}\x1b[0m" if self.coloured else text

    def line(self, text=""):
        self.out.write(text + "\n")

    def box(self, title, rows, code):
        """`rows`: (text, first indent, following indent, bold)."""
        bar = self.paint(self.bar, code)
        fill = self.dash * max(1, self.width - len(title) - 4)
        self.line(self.paint(f"{self.corner}{self.dash} {title} {fill}", code))
        for text, first, following, bold in rows:
            wrapped = textwrap.wrap(text, self.width - 2, initial_indent=first, subsequent_indent=following,
                                    break_long_words=False, break_on_hyphens=False)
            for part in wrapped or [""]:
                self.line(f"{bar} {self.paint(part, '1') if bold else part}".rstrip())
        self.line(self.paint(self.foot + self.dash * (self.width - 1), code))


def members(value, name):
    found = value.get(name) if isinstance(value, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def rows_of(card):
    rows = [(plain(card.get("summary", "")), "", "", True)]
    if card.get("detail"):
        rows.append(("", "", "", False))
        for paragraph in plain(card["detail"]).split("\n"):
            indent = " " * (len(paragraph) - len(paragraph.lstrip()))
            bullet = paragraph.lstrip().startswith(("- ", "* "))
            rows.append((unmarked(paragraph.strip()), indent, indent + ("  " if bullet else ""), False))
        while rows[-1][0] == "":
            rows.pop()

    def section(title, lines):
        if lines:
            rows.append(("", "", "", False))
            rows.append((title, "", "", False))
            rows.extend((plain(text), "  - ", "    ", False) for text in lines)

    suggestions = []
    for suggestion in members(card, "suggestions"):
        mark = " (recommended)" if suggestion.get("isRecommended") is True else ""
        actions = "; ".join(str(a.get("description", a.get("type", ""))) for a in members(suggestion, "actions"))
        suggestions.append(f"{suggestion.get('label', '')}{mark}{': ' + actions if actions else ''}")
    section("Suggestions", suggestions)
    section("Reasons to go on all the same",
            [str(reason.get("display", reason.get("code", ""))) for reason in members(card, "overrideReasons")])
    section("Links", [f"{link.get('label', '')}  {link.get('url', '')}" for link in members(card, "links")])

    source = card.get("source") if isinstance(card.get("source"), dict) else {}
    rows.append(("", "", "", False))
    rows.append((plain(f"Source: {source.get('label', '')}  {source.get('url', '')}").strip(), "", "  ", False))
    return rows


def main():
    parser = argparse.ArgumentParser(description="Shows the cards of a CDS Hooks answer.")
    parser.add_argument("--expect-indicator", metavar="WORD", help="a card with this indicator must be there")
    parser.add_argument("--expect-summary", metavar="TEXT", help="its summary must contain this")
    parser.add_argument("file", nargs="?", default="-", help="the answer, or - for standard input")
    options = parser.parse_args()
    try:
        source = sys.stdin.buffer if options.file == "-" else open(options.file, "rb")
        with source:
            answer = json.loads(source.read().decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 2
    if not isinstance(answer, dict) or not isinstance(answer.get("cards"), list):
        print(f"{options.file}: not a CDS Hooks answer (no array \"cards\")", file=sys.stderr)
        return 2

    sys.stdout.reconfigure(errors="replace")
    screen = Screen(sys.stdout)
    cards = members(answer, "cards")
    if not cards:
        screen.line("No cards: nothing to say about these orders.")
    for card in cards:
        indicator = plain(card.get("indicator", "?"))
        screen.box(indicator, rows_of(card), COLOURS.get(indicator, "0"))

    if options.expect_indicator is None and options.expect_summary is None:
        return 0
    for card in cards:
        if options.expect_indicator not in (None, card.get("indicator")):
            continue
        if (options.expect_summary or "").lower() in str(card.get("summary", "")).lower():
            return 0
    print(f"no card with indicator {options.expect_indicator or '(any)'} and a summary that mentions "
          f"\"{options.expect_summary or ''}\"", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
