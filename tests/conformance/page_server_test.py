#!/usr/bin/env python3
"""The page server answers 404 to names that no file can have."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "conformance" / "sandbox"))
import serve  # noqa: E402

CONFIG = {"service": "http://127.0.0.1:1", "publicUrl": "http://127.0.0.1:1"}


class Content(unittest.TestCase):
    def test_serves_its_own_files(self):
        self.assertEqual(serve.content("/", CONFIG)[0], "text/html; charset=utf-8")
        self.assertIsNotNone(serve.content("/examples/order-sign-ibm.json", CONFIG))

    def test_finds_nothing_under_names_that_no_file_can_have(self):
        for path in ("/" + "a" * 300 + ".html", "/examples/" + "a" * 300 + ".json", "/a\0.html", "/..", "/../x.html",
                     "/" + "é" * 200 + ".html", "/examples/../serve.py", "/none.html"):
            self.assertIsNone(serve.content(path, CONFIG), path)


if __name__ == "__main__":
    unittest.main()
