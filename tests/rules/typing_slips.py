#!/usr/bin/env python3
"""Typing slips in the rule set: each must be an error of `rules lint`, or fail an example of `rules test`.

A slip swaps, drops or doubles a letter, or changes a digit, in one text or number of one file, chosen by a seeded
random generator. Prose that no program reads (descriptions, notes, sources, sentences of cards) is left out. Prints
the slips that nothing noticed, and their share. Exit 1 when the share of those noticed is below --least.
"""
import argparse
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROSE = re.compile(r'"(description|purpose|note|title|name|says|text|label|ask|citation|anchor|why|document|'
                   r'status|experimental|version|display|summary|instead|monitor|short|organisation|url_)"\s*:')
PROSE_EXTENSION = re.compile(r'(code-note|code-verification-source|filter-display|concept-group|icd10cm-expanded-from)"')


def slip(word, rng):
    """One slip in `word`: another word of letters or digits."""
    places = [i for i, c in enumerate(word) if c.isalnum()]
    i = rng.choice(places)
    if word[i].isdigit():
        return word[:i] + rng.choice([d for d in "0123456789" if d != word[i]]) + word[i + 1:]
    kind = rng.randrange(3)
    if kind == 0 and i + 1 < len(word) and word[i + 1] != word[i]:
        return word[:i] + word[i + 1] + word[i] + word[i + 2:]
    return word[:i] + word[i + 1:] if kind == 1 else word[:i] + word[i] + word[i:]


def candidates(text, kind):
    """Places of strings and numbers that the program reads: (start, end) of what stands between the quotes."""
    found = []
    lines = text.splitlines(keepends=True)
    offset = 0
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        prose = PROSE.search(line) or (kind == "valuesets" and PROSE_EXTENSION.search(before))
        if not prose:
            for match in re.finditer(r'"((?:[^"\\]|\\.)*)"', line):
                if re.search(r"[A-Za-z0-9]", match.group(1)):
                    found.append((offset + match.start(1), offset + match.end(1)))
        offset += len(line)
    return found


def noticed(binary, folder):
    """Which of the checks noticed, and its last words; nothing when none did."""
    for action in ("lint", "test"):
        run = subprocess.run([binary, "rules", action, "--rules", str(folder)], capture_output=True, text=True)
        if run.returncode:
            words = [line for line in (run.stderr + run.stdout).splitlines() if "error:" in line or "FAILED" in line]
            return action + ": " + (words or (run.stderr + run.stdout).splitlines() or ["?"])[0]
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / "build/release/ivig-cds"))
    parser.add_argument("--slips", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=0.0, help="share of slips that must be noticed")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    sets = sorted((ROOT / "rules/valuesets").glob("*.json"))
    others = sorted((ROOT / "rules").glob("facts*.json")) + sorted((ROOT / "rules/guidelines").glob("*.json")) + [
        ROOT / "rules" / name for name in ("rule-set.json", "safety.json", "dose.json", "text.json", "cards.json")]
    passed_over = 0
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place) / "rules"
        shutil.copytree(ROOT / "rules", folder)
        for number in range(options.slips):
            files = sets if number % 2 == 0 else others
            path = folder / rng.choice(files).relative_to(ROOT / "rules")
            text = path.read_text("utf-8")
            start, end = rng.choice(candidates(text, path.parent.name))
            wrong = slip(text[start:end], rng)
            path.write_text(text[:start] + wrong + text[end:], "utf-8")
            said = noticed(options.binary, folder)
            path.write_text(text, "utf-8")
            what = f"{path.relative_to(folder)}:{text.count(chr(10), 0, start) + 1}: {text[start:end]!r} -> {wrong!r}"
            if not said:
                passed_over += 1
                print("passed over:", what)
            elif options.verbose:
                print("noticed:", what, "|", said)
    print(f"{options.slips - passed_over} of {options.slips} slips were noticed")
    return 0 if options.slips - passed_over >= options.least * options.slips else 1


if __name__ == "__main__":
    sys.exit(main())
