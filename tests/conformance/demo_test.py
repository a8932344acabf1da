#!/usr/bin/env python3
"""conformance/vignettes/demo.py against the real server: what it says it posted is what the console's list, charts and
order pages show, and a second run adds nothing. Usage: demo_test.py BINARY"""

import collections
import http.server
import json
import re
import subprocess
import sys
import tempfile
import threading
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
store_wait_seconds: 60
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


class LateStore:
    """Before a service: answers every third call 503, and the first list after orders were posted with none of them, as
    a service does whose database takes longer than store_wait_seconds."""

    def __init__(self, client):
        self.client, self.calls, self.refused, self.has_hidden, self.has_posted = client, 0, 0, False, False
        late = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, body = late.answer(self.command, self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def answer(self, method, path, headers, body):
        self.calls += 1
        if self.calls % 3 == 0:
            self.refused += 1
            return 503, [("Retry-After", "0")], b""
        if "/api/decisions?" in path and self.has_posted and not self.has_hidden:
            self.has_hidden = True
            return 200, [], b'{"decisions":[],"next":null}'
        self.has_posted = self.has_posted or method == "POST"
        kept = {name: headers.get(name) for name in ("Accept", "Content-Type", "Cookie")}
        answer = self.client.request(method, path, body or None, kept)
        return answer.status, [(n, v) for n, v in answer.headers if n in ("Set-Cookie", "Location")], answer.body

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


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

    def test_a_store_that_is_late_is_waited_for(self):
        with tempfile.TemporaryDirectory(prefix="ivig-demo-") as folder:
            server = Server(folder, "off")
            late = LateStore(server.client)
            try:
                done = demo(late.url)
                decisions = server.decisions()
            finally:
                late.close()
                server.close()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(late.refused, 10)
        self.assertTrue(late.has_hidden)
        for member in ("indicator", "outcome", "determination"):
            self.assertEqual(collections.Counter(one[member] for one in decisions),
                             collections.Counter(one[member] for one in self.decisions))

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
