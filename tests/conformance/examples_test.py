#!/usr/bin/env python3
"""Every example draws the cards that conformance/examples/index.json says. Usage: examples_test.py BINARY"""

import json
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
        for row in index():
            with self.subTest(row["file"]):
                done = subprocess.run([BINARY, "check", "--format", "cards", EXAMPLES / row["file"]], capture_output=True,
                                      text=True, check=True, timeout=60)
                found = [{"indicator": c["indicator"], "summary": c["summary"]} for c in json.loads(done.stdout)["cards"]]
                self.assertEqual(found, row["cards"])

    def test_the_index_says_which_hook_and_shape(self):
        for row in index():
            body = json.loads((EXAMPLES / row["file"]).read_text("utf-8"))
            self.assertEqual(row["hook"], body["hook"])
            self.assertIn(row["fhir"], ("DSTU2", "STU3", "R4", "R5"))


def index():
    return json.loads((EXAMPLES / "index.json").read_text("utf-8"))["examples"]


if __name__ == "__main__":
    BINARY = sys.argv.pop(1) if len(sys.argv) > 1 else BINARY
    unittest.main()
