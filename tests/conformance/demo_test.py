#!/usr/bin/env python3
"""conformance/vignettes/demo.py against the real server: what it says it posted is what the console's list, charts and
order pages show, and a second run adds nothing. Usage: demo_test.py BINARY"""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = ROOT / "build/release/ivig-cds"
DEMO = ROOT / "conformance/vignettes/demo.py"
sys.path[:0] = [str(ROOT / "conformance"), str(DEMO.parent)]

import build  # noqa: E402
from kit.client import Client  # noqa: E402

VIGNETTES = [case["id"] for case in build.load_cases()][:40]


class Server:
    def __init__(self, folder, auth):
        config = Path(folder) / "ivig-cds.yaml"
        config.write_text(f"""listen: [http://127.0.0.1:0]
admin: http://127.0.0.1:0
auth: {auth}
rules: {ROOT / "rules"}
store: sqlite:decisions.db
log: {{level: error, format: text}}
""")
        self.process = subprocess.Popen([BINARY, "serve", "--config", config], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]
        self.client = Client(self.url)

    def page(self, path):
        answer = self.client.request("GET", path)
        assert answer.status == 200, answer
        return answer.body.decode()

    def decisions(self, query=""):
        return json.loads(self.page(f"/review/api/decisions?limit=1000&documents=false{query}"))["decisions"]

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def demo(url, *more):
    return subprocess.run([sys.executable, "-B", DEMO, "--service", url, *more, *VIGNETTES], capture_output=True, text=True)


class DemoTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="ivig-demo-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = Server(cls.folder.name, "off")
        cls.addClassCleanup(cls.server.close)
        cls.done = demo(cls.server.url, "--console", "http://console.example.org/review")
        cls.decisions = cls.server.decisions()

    def said(self, pattern):
        """The numbers of the summary's line that the pattern describes."""
        found = re.search(pattern, self.done.stdout)
        self.assertIsNotNone(found, f"{pattern} not in {self.done.stdout}")
        return [int(number) for number in found.groups()]

    def count(self, member, *values):
        return [sum(decision[member] == value for decision in self.decisions) for value in values]

    def test_the_summary_tells_what_the_store_holds(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        orders, patients, fresh = self.said(r"has (\d+) orders of (\d+) patients from the vignettes, (\d+) of them new")
        self.assertEqual([orders, fresh], [len(self.decisions)] * 2)
        self.assertEqual(patients, len({decision["patient"] for decision in self.decisions}))
        self.assertGreater(patients, 30)
        self.assertEqual(self.said(r"cards +(\d+) critical, (\d+) warning, (\d+) info; (\d+) orders without one"),
                         self.count("indicator", "critical", "warning", "info", "none"))
        self.assertEqual(self.said(r"feedback +(\d+) accepted, (\d+) overridden"),
                         self.count("outcome", "accepted", "overridden"))
        self.assertEqual(self.said(r"(\d+) approved, (\d+) denied, (\d+) more information"),
                         self.count("determination", "approve", "deny", "more-information"))
        for member in ("outcome", "determination"):
            self.assertNotIn(len(self.decisions), self.count(member, "none"), "something of everything")
        self.assertIn("http://console.example.org/review\n", self.done.stdout)
        self.assertNotIn("\r", self.done.stderr, "no bar where there is no terminal")
        self.assertIn("orders: 40 of 40\n", self.done.stderr)

    def test_the_lists_show_them(self):
        everything = self.server.page("/review?show=all")
        self.assertEqual(everything.count('<th scope="row">'), len(self.decisions))
        for words in ("accepted", "overridden", "approved", "denied", "more information"):
            self.assertIn(f">{words}<", everything)
        waiting = [one for one in self.decisions if one["determination"] == "none" and one["indicator"] != "none"]
        self.assertEqual(self.server.page("/review").count('<th scope="row">'), len(waiting))
        self.assertEqual(self.said(r"(\d+) orders wait"), [len(waiting)])

    def test_the_charts_count_them(self):
        page = self.server.page("/review/charts?months=3")
        for stance, words in (("recommended", "recommended"), ("not-recommended", "not recommended"),
                              ("insufficient-evidence", "insufficient evidence")):
            drawn = sum(int(number) for number in re.findall(rf"\d{{4}}-\d\d, {words}: (\d+)<", page))
            self.assertEqual([drawn], self.count("stance", stance), words)
        self.assertRegex(page, r"\d+ %</")

    def test_an_order_page_shows_who_determined_and_why(self):
        denied = next(one for one in self.decisions if one["determination"] == "deny")
        page = self.server.page(f"/review/decisions/{denied['id']}")
        for words in ("denied", "The criteria are not met", "Demo"):
            self.assertIn(words, page)
        overridden = next(one for one in self.decisions if one["outcome"] == "overridden")
        self.assertIn("overridden", self.server.page(f"/review/decisions/{overridden['id']}"))

    def test_z_a_second_run_adds_nothing(self):
        review = [json.loads(self.server.page(f"/review/api/decisions/{one['id']}"))["review"]["determinations"]
                  for one in self.decisions]
        again = demo(self.server.url)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn(" 0 of them new", again.stdout)
        self.assertEqual(self.server.decisions(), self.decisions)
        self.assertEqual([json.loads(self.server.page(f"/review/api/decisions/{one['id']}"))["review"]["determinations"]
                          for one in self.decisions], review)

    def test_a_service_that_lets_nobody_in_is_named(self):
        with tempfile.TemporaryDirectory(prefix="ivig-demo-") as folder:
            server = Server(folder, "required")
            try:
                done = demo(server.url)
            finally:
                server.close()
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("/cds-services/ivig-order-sign was answered 401", done.stderr)


if __name__ == "__main__":
    BINARY = sys.argv.pop()
    unittest.main()
