#!/usr/bin/env python3
"""Every example draws the cards that conformance/examples/index.json says. Usage: examples_test.py BINARY

With IVIG_UPDATE_GOLDEN=1 the cards of the index are written anew, to be read as a difference.
"""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "conformance/examples"
BINARY = "build/release/ivig-cds"


class ExamplesTest(unittest.TestCase):
    def test_the_index_names_every_example(self):
        named = {row["file"] for row in index()}
        self.assertEqual(named, {file.name for file in EXAMPLES.glob("*.json")} - {"index.json"})

    def test_every_example_draws_its_cards(self):
        rows = index()
        if os.environ.get("IVIG_UPDATE_GOLDEN") == "1":
            write([{**row, "cards": cards(row)} for row in rows])
            rows = index()
        for row in rows:
            with self.subTest(row["file"]):
                self.assertEqual(cards(row), row["cards"])

    def test_the_index_says_which_hook_and_shape(self):
        for row in index():
            body = json.loads((EXAMPLES / row["file"]).read_text("utf-8"))
            self.assertEqual(row["hook"], body["hook"])
            self.assertIn(row["fhir"], ("DSTU2", "STU3", "R4", "R5"))


def cards(row):
    """Indicator and summary of the cards that an example draws."""
    done = subprocess.run(
        [BINARY, "check", "--date", "2026-11-25", "--format", "cards", EXAMPLES / row["file"]],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    return [{"indicator": c["indicator"], "summary": c["summary"]} for c in json.loads(done.stdout)["cards"]]


def write(rows):
    lines = []
    for row in rows:
        head = json.dumps({name: value for name, value in row.items() if name != "cards"}, ensure_ascii=False)
        lines.append(f'  {head[:-1]},\n   "cards": {json.dumps(row["cards"], ensure_ascii=False)}}}')
    (EXAMPLES / "index.json").write_text('{"examples": [\n' + ",\n".join(lines) + "\n]}\n", "utf-8")


def index():
    return json.loads((EXAMPLES / "index.json").read_text("utf-8"))["examples"]


if __name__ == "__main__":
    BINARY = sys.argv.pop(1) if len(sys.argv) > 1 else BINARY
    unittest.main()
