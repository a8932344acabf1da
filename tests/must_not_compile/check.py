#!/usr/bin/env python3
"""Checks that a type refuses what it promises to refuse: check.py --build DIR SOURCE

SOURCE compiles as it stands: that is the good twin of every case. With MUST_NOT_COMPILE defined it does not, for the
reasons that it names and for no other. A case begins with a line

  // error: words of the compiler's message

and ends before the next such line or the next line of the preprocessor. The compile command is the build's own.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

EXPECTATION = re.compile(r"^\s*// error: (.+)$")
MESSAGE = re.compile(r"^(?P<file>[^:\n]+):(?P<line>\d+):\d+: (?:fatal )?error: (?P<text>.*)$", re.MULTILINE)


def compiler(build: Path, source: Path) -> tuple[list[str], str]:
    """The command that compiles `source` in this build, without making an object, and its folder."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if Path(entry["file"]) == source:
            words = shlex.split(entry["command"])
            if words[0].endswith("ccache"):
                words = words[1:]
            at = words.index("-o")
            return [*words[:at], *words[at + 2:], "-fsyntax-only", "-fmax-errors=0"], entry["directory"]
    sys.exit(f"{source}: the build has no command for it")


def cases(source: Path) -> list[tuple[int, int, str]]:
    """First line, line behind the last, and expected words of each case."""
    found: list[tuple[int, int, str]] = []
    lines = source.read_text().split("\n")
    for number, line in enumerate(lines, 1):
        if expectation := EXPECTATION.match(line):
            behind = number + 1
            while not (EXPECTATION.match(lines[behind - 1]) or lines[behind - 1].startswith("#")):
                behind += 1
            found.append((number, behind, expectation[1]))
    return found


def faults(source: Path, expected: list[tuple[int, int, str]], output: str) -> list[str]:
    """Cases that were not refused for their reason, and errors that no case expects."""
    seen = [(Path(m["file"]).resolve(), int(m["line"]), m["text"]) for m in MESSAGE.finditer(output)]
    found = []
    for first, behind, words in expected:
        texts = [text for file, line, text in seen if file == source and first <= line < behind]
        if not any(words in text for text in texts):
            found.append(f"line {first}: expected '{words}', the compiler says {texts or 'nothing'}")
    for file, line, text in seen:
        if file != source or not any(first <= line < behind for first, behind, _ in expected):
            found.append(f"{file}:{line}: not expected: {text}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True, help="has compile_commands.json")
    parser.add_argument("source", type=Path)
    args = parser.parse_args()
    source = args.source.resolve()
    command, folder = compiler(args.build, source)
    environment = {**os.environ, "LC_ALL": "C"}  # messages in English and ASCII

    good = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if good.returncode != 0:
        print(f"the good twin does not compile:\n{good.stderr}")
        return 1
    expected = cases(source)
    bad = subprocess.run([*command, "-DMUST_NOT_COMPILE"], cwd=folder, env=environment, capture_output=True, text=True)
    found = faults(source, expected, bad.stderr)
    if bad.returncode == 0 or not expected:
        found.append("nothing is refused")
    print("\n".join(found) or f"{len(expected)} cases refused, each for its reason")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
