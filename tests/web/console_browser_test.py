#!/usr/bin/env python3
"""The reviewers' console in headless Chromium against the real server: every page by mouse and keyboard, axe on each, in
light and dark, at 360 px and on paper. Writes screenshots.

    console_browser_test.py BINARY FOLDER_FOR_SCREENSHOTS NODE_MODULES

Needs chromium, chromium-driver and python3-selenium (cmake/deps-browser.txt), and in NODE_MODULES what package.json beside
this file names; `./dev conformance --browser` sees to both.
"""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = ROOT / "build/release/ivig-cds"
SHOTS = ROOT / "build/console"
MODULES = ROOT / "build/console/node_modules"
sys.path.insert(0, str(ROOT / "conformance"))

from kit.client import Client  # noqa: E402
from kit.ports import free_port  # noqa: E402

JSON = {"Content-Type": "application/json", "Accept": "application/json"}
VIEWER, REVIEWER = "v" * 32, "r" * 32
TOKENS = f"""- {{name: Vera Viewer, roles: [viewer], token: {VIEWER}}}
- {{name: Rita Reviewer, roles: [reviewer], token: {REVIEWER}}}
"""


def example(name):
    return json.loads((ROOT / "conformance/examples" / f"{name}.json").read_text())


class Server:
    """One node of the program with a configuration of its own."""

    def __init__(self, folder, url, review):
        self.url = url
        config = Path(folder) / "console.yaml"
        config.write_text(f"""listen: [{self.url}]
public_url: {self.url}
admin: http://127.0.0.1:{free_port()}
auth: off
rules: {ROOT / "rules"}
store: sqlite:{folder}/decisions.db
store_wait_seconds: 60
log: {{level: warn, format: text}}
{review}
""")
        self.process = subprocess.Popen([BINARY, "serve", "--config", config], stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline():
            raise RuntimeError("the server did not start")
        self.client = Client(self.url)

    def order(self, request, feedback=None):
        answer = self.client.request("POST", "/cds-services/ivig-order-sign", json.dumps(request).encode(), JSON)
        assert answer.status == 200, answer.body
        cards = answer.json()["cards"]
        if feedback and cards:
            entry = {"card": cards[0]["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-25T12:00:00Z",
                     "overrideReason": {"reason": {"code": "specialist", "display": feedback}, "userComment": feedback}}
            body = json.dumps({"feedback": [entry]}).encode()
            assert self.client.request("POST", "/cds-services/ivig-order-sign/feedback", body, JSON).status == 200
        return cards

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()


def open_browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
                     "--force-prefers-reduced-motion", "--window-size=1280,1000"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


class BrowserCase(unittest.TestCase):
    review = "review: {auth: off}"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        (Path(cls.folder.name) / "tokens.yaml").write_text(TOKENS)
        cls.url = f"http://127.0.0.1:{free_port()}"
        cls.prepare()
        cls.server = Server(cls.folder.name, cls.url, cls.review)
        cls.fill()
        cls.browser = open_browser()
        cls.axe = (MODULES / "axe-core/axe.min.js").read_text()
        SHOTS.mkdir(parents=True, exist_ok=True)

    @classmethod
    def prepare(cls):
        """What has to be there before the server starts."""

    @classmethod
    def fill(cls):
        """What the store holds."""

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        cls.server.close()
        cls.folder.cleanup()

    def setUp(self):
        self.scheme("light")
        self.browser.set_window_size(1280, 1000)
        self.browser.delete_all_cookies()

    def tearDown(self):
        refused = [e["message"] for e in self.browser.get_log("browser") if e["level"] == "SEVERE"]
        # The browser itself reports an answer of 4xx that a test wanted.
        self.assertEqual([m for m in refused if "status of 4" not in m], [], "nothing was blocked, no script failed")

    # Helpers.

    def all(self, css):
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def text(self, css="main"):
        return self.one(css).text

    def go(self, path):
        self.browser.get(self.url + path)

    def until(self, condition, what):
        return WebDriverWait(self.browser, 20).until(lambda _: condition(), what)

    def press(self, label):
        button = next(b for b in self.all("button") if b.text == label)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        before = self.one("html")
        button.click()
        self.until(lambda: self.one("html") != before, f"a new page after {label}")

    def choose(self, name, value):
        radio = self.one(f"input[name='{name}'][value='{value}']")
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", radio)
        radio.click()

    def scheme(self, name, media=""):
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                     {"media": media, "features": [{"name": "prefers-color-scheme", "value": name}]})

    def narrow(self):
        """360 px, which is less than a window can have."""
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": 360, "height": 800, "deviceScaleFactor": 2, "mobile": False})
        self.addCleanup(self.browser.execute_cdp_cmd, "Emulation.clearDeviceMetricsOverride", {})

    def shot(self, name):
        size = self.browser.execute_script("return [innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], 12000), "scale": 1}
        data = self.browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        (SHOTS / f"{name}.png").write_bytes(base64.b64decode(data["data"]))

    def check(self, name):
        """axe, both schemes, no sideways scrolling, at the width that is set; a screenshot of each scheme."""
        for scheme in ("light", "dark"):
            self.scheme(scheme)
            # Not through a <script>: the page's policy would refuse it, as it should.
            self.browser.execute_script(self.axe)
            found = self.browser.execute_async_script(
                "const done = arguments[arguments.length - 1]; axe.run(document).then(r => done(r.violations))")
            faults = [f"{v['id']}: {v['help']}: {n['html'][:160]}" for v in found for n in v["nodes"]]
            self.assertEqual(faults, [], f"{name}, {scheme}")
            self.shot(f"{name}-{scheme}")
        self.scheme("light")
        excess = self.browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
        self.assertLessEqual(excess, 0, f"{name} scrolls sideways")


class ConsoleWithoutSignIn(BrowserCase):
    @classmethod
    def fill(cls):
        cls.server.order(example("order-sign-ibm"), "Specialist recommends IVIG <script>alert(1)</script>")
        for name in ("order-sign-cidp", "order-sign-dose", "order-sign-cryoglobulinemia", "order-sign-no-reason"):
            cls.server.order(example(name))

    def open_first(self, words, show="all"):
        self.go(f"/review?show={show}")
        row = next(r for r in self.all("tbody tr") if words in r.text)
        row.find_element(By.CSS_SELECTOR, "th a").click()
        self.until(lambda: self.all("#short"), "the order's page")

    def test_the_list_shows_what_waits_and_can_be_filtered(self):
        self.go("/review")
        waiting = len(self.all("tbody tr"))
        self.go("/review?show=all")
        self.assertGreater(len(self.all("tbody tr")), waiting)
        self.one("summary").click()
        Select(self.one("select[name=indicator]")).select_by_value("critical")
        self.press("Filter")
        self.assertEqual({m.text for m in self.all("tbody .mark")}, {"CRITICAL"})
        self.check("list")
        Select(self.one("select[name=condition]")).select_by_value("none")
        self.press("Filter")
        self.assertIn("No order was found.", self.text())
        self.narrow()
        self.go("/review?show=all")
        self.check("list-narrow")

    def test_an_order_is_understood_and_determined(self):
        self.open_first("overridden")
        self.assertIn("IVIG not recommended for inclusion body myositis", self.text("h1"))
        for heading in ("In short", "Dose against the regimen", "What each guideline says", "Safety", "What is missing",
                        "What the record says", "Card as shown", "What the clinician did", "Determination"):
            self.assertIn(heading, [h.text for h in self.all("h2")])
        self.assertIn("Specialist recommends IVIG <script>alert(1)</script>", self.text())
        self.assertTrue(self.all("[data-print]")[0].is_displayed())
        self.check("order")
        self.choose("verdict", "deny")
        self.one("textarea[name=note]").send_keys("Denied: <b>no</b> evidence")
        self.one("input[name=name]").send_keys("Rita Reviewer")
        self.press("Keep")
        self.assertIn("Your determination was kept.", self.text("[role=status]"))
        self.assertIn("denied by Rita Reviewer", self.text("aside"))
        self.assertIn("<b>no</b>", self.text("aside .note"))
        self.go("/review")
        self.assertNotIn("overridden", self.text("table"))

    def test_an_order_on_a_phone_and_on_paper(self):
        self.narrow()
        self.open_first("CRITICAL")
        self.check("order-narrow")
        self.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.scheme("light", "print")
        self.assertFalse(self.one("header.top").is_displayed())
        self.assertFalse(any(f.is_displayed() for f in self.all("form")))
        self.shot("order-print")
        pdf = self.browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
        (SHOTS / "order.pdf").write_bytes(base64.b64decode(pdf["data"]))

    def test_an_order_is_determined_by_keyboard_alone(self):
        self.open_first("CRITICAL")
        body = self.one("body")
        body.send_keys(Keys.TAB)
        self.assertEqual(self.browser.switch_to.active_element.text, "To the content")
        for _ in range(200):
            self.browser.switch_to.active_element.send_keys(Keys.TAB)
            if self.browser.switch_to.active_element.get_attribute("name") == "verdict":
                break
        self.browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
        self.browser.switch_to.active_element.send_keys(Keys.TAB)
        self.browser.switch_to.active_element.send_keys("by keyboard")
        self.browser.switch_to.active_element.send_keys(Keys.TAB)
        self.browser.switch_to.active_element.send_keys("Kim")
        self.browser.switch_to.active_element.send_keys(Keys.TAB)
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)
        self.until(lambda: "by Kim" in self.text("aside"), "the determination")

    def test_a_pasted_case_is_tried_and_its_questions_answered(self):
        self.go("/review/try")
        self.check("try-empty")
        self.one("textarea").send_keys("nonsense")
        self.press("Check")
        self.assertIn("cannot be read", self.text("[role=alert]"))
        case = example("order-sign-dose")
        case["prefetch"]["patient"]["name"] = [{"text": "<script>document.title='stolen'</script>"}]
        self.browser.execute_script("document.querySelector('textarea').value = arguments[0]", json.dumps(case))
        self.press("Check")
        self.assertIn("<script>document.title='stolen'</script>", self.text())
        self.assertNotIn("stolen", self.browser.title)
        self.assertIn("probably an error of unit or frequency", self.text())
        asked = self.all("fieldset input[value=yes]")
        self.assertTrue(asked, "there is a question to answer")
        name = asked[0].get_attribute("name")
        self.choose(name, "yes")
        self.press("Decide with these answers")
        self.assertTrue(self.one(f"input[name='{name}'][value=yes]").is_selected())
        self.assertIn("answer to a question", self.text("table"))
        self.check("try")
        self.narrow()
        self.check("try-narrow")

    def test_a_dropped_file_fills_the_field(self):
        self.go("/review/try")
        file = Path(self.folder.name) / "case.json"
        file.write_text(json.dumps(example("order-sign-dose")))
        self.one("#case-file").send_keys(str(file))
        self.until(lambda: "Privigen" in self.one("textarea").get_property("value"), "the file's text")
        self.browser.execute_script("""
          const data = new DataTransfer();
          data.items.add(new File(['{"dropped": true}'], "x.json"));
          document.querySelector("textarea").dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
        """)
        self.until(lambda: self.one("textarea").get_property("value") == '{"dropped": true}', "the dropped text")

    def test_charts_show_what_was_advised_and_overridden(self):
        self.go("/review/charts")
        self.assertIn("Which recommendation is overridden most", self.text())
        self.assertIn("100 %", self.text("#overrides ~ .wide"))
        self.assertTrue(self.all("#time ~ .chart svg rect"))
        self.assertTrue(self.all(".charts figure svg"))
        self.check("charts")
        self.narrow()
        self.check("charts-narrow")

    def test_answers_are_kept_with_a_stored_order(self):
        self.open_first("CIDP")
        asked = self.all("fieldset input[name^='answer.'][value=yes]")
        self.assertTrue(asked)
        name = asked[0].get_attribute("name")
        self.choose(name, "yes")
        self.one(".questions input[name=name]").send_keys("Rita Reviewer")
        self.press("Keep answers and decide again")
        self.assertIn("With the answers", self.text())
        self.assertIn("Rita Reviewer", self.text("#missing ~ ol"))
        self.check("answered")


class ConsoleWithTokens(BrowserCase):
    review = "review: {auth: token, token_file: tokens.yaml}"

    @classmethod
    def fill(cls):
        cls.server.order(example("order-sign-ibm"))

    def sign_in(self, token):
        self.go("/review")
        self.assertIn("/review/sign-in", self.browser.current_url)
        self.one("input[name=token]").send_keys(token)
        self.press("Sign in")

    def test_strangers_do_not_get_in(self):
        self.go("/review")
        self.check("sign-in")
        self.sign_in("x" * 32)
        self.assertIn("not known here", self.text("[role=alert]"))

    def test_a_viewer_looks_and_cannot_decide(self):
        self.sign_in(VIEWER)
        self.go("/review?show=all")
        self.one("tbody th a").click()
        self.until(lambda: self.all("#short"), "the order's page")
        self.assertIn("Vera Viewer (viewer)", self.text("header"))
        self.assertIn("Determinations are for reviewers", self.text("aside"))
        self.assertEqual(self.all("input[name=verdict]"), [])
        # What the page does not offer, the server refuses.
        status = self.browser.execute_script("""
          const form = new URLSearchParams({csrf: document.querySelector('[name=csrf]').value, verdict: 'approve'});
          const call = new XMLHttpRequest();
          call.open('POST', location.pathname + '/determination', false);
          try { call.send(form); } catch { return 'blocked'; }
          return call.status;""")
        self.assertIn(status, ("blocked", 403))
        self.browser.get_log("browser")
        self.go("/review/audit")
        self.assertIn("For reviewers only", self.text())

    def test_a_reviewer_decides_signs_out_and_is_out(self):
        self.sign_in(REVIEWER)
        self.go("/review?show=all")
        self.one("tbody th a").click()
        self.until(lambda: self.all("#short"), "the order's page")
        path = self.browser.current_url
        self.choose("verdict", "approve")
        self.press("Keep")
        self.assertIn("approved by Rita Reviewer", self.text("aside"))
        self.go("/review/audit")
        self.assertIn("Rita Reviewer", self.text("table"))
        self.check("audit")
        self.press("Sign out")
        self.browser.get(path)
        self.assertIn("/review/sign-in?to=", self.browser.current_url)

    def test_a_form_of_another_page_is_refused(self):
        self.sign_in(REVIEWER)
        self.go("/review?show=all")
        self.one("tbody th a").click()
        self.until(lambda: self.all("#short"), "the order's page")
        self.browser.execute_script("document.querySelector('.determine [name=csrf]').value = '0'.repeat(64)")
        self.choose("verdict", "deny")
        self.press("Keep")
        self.assertIn("Refused", self.text("h1"))


class ConsoleWithOpenId(BrowserCase):
    """Sign-in at a certified provider over real sockets."""

    @classmethod
    def prepare(cls):
        port = free_port()
        issuer = f"http://127.0.0.1:{port}"
        # Beside its modules: that is where Node looks for them.
        shutil.copy(ROOT / "tests/web/provider.mjs", MODULES.parent / "provider.mjs")
        cls.provider = subprocess.Popen(
            ["node", MODULES.parent / "provider.mjs", str(port), cls.url + "/review/sign-in/callback", "s3cret/+ %&="],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.provider.stdout.readline()
        (Path(cls.folder.name) / "secret").write_text("s3cret/+ %&=\n")
        cls.review = f"""review: {{auth: oidc, issuer: "{issuer}", client_id: ivig-console, client_secret_file: secret,
         viewer_roles: [physicians], reviewer_roles: [stewards]}}"""

    @classmethod
    def fill(cls):
        cls.server.order(example("order-sign-ibm"))

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.provider.terminate()
        cls.provider.wait(timeout=30)
        cls.provider.stdout.close()

    def tearDown(self):
        self.browser.get_log("browser")  # of the provider's pages as well, which are not ours

    def sign_in(self, name):
        self.go("/review?show=all")
        self.one("a.button").click()
        self.until(lambda: self.all("input[name=login]"), "the provider's form")
        self.one("input[name=login]").send_keys(name)
        self.one("input[name=password]").send_keys("any", Keys.ENTER)
        self.until(lambda: "Authorize" in self.browser.page_source or self.url in self.browser.current_url, "consent")
        if self.url not in self.browser.current_url:
            self.one("button[type=submit]").click()
        self.until(lambda: self.browser.current_url.startswith(self.url), "the way back")

    def test_a_reviewer_comes_back_to_where_they_wanted_to_go(self):
        self.sign_in("rita")
        self.assertTrue(self.browser.current_url.endswith("/review?show=all"), self.browser.current_url)
        self.assertIn("Rita Reviewer", self.text("header"))
        cookies = {c["name"]: c for c in self.browser.get_cookies()}
        self.assertTrue(cookies["ivig-review"]["httpOnly"])
        self.assertEqual(cookies["ivig-review"]["sameSite"], "Lax")
        self.one("tbody th a").click()
        self.until(lambda: self.all("#short"), "the order's page")
        self.choose("verdict", "approve")
        self.press("Keep")
        self.assertIn("approved by Rita Reviewer", self.text("aside"))

    def test_a_viewer_may_look_and_somebody_without_a_role_may_not(self):
        self.sign_in("vera")
        self.assertIn("Vera Viewer (viewer)", self.text("header"))
        self.browser.delete_all_cookies()
        self.sign_in("mallory")
        self.assertIn("no role here", self.text())
        self.go("/review")
        self.assertIn("/review/sign-in", self.browser.current_url)

    def test_an_answer_that_was_not_asked_for_is_refused(self):
        self.go("/review/sign-in/callback?code=x&state=" + "0" * 64)
        self.assertIn("Sign-in refused", self.text("h1"))
        self.go("/review/sign-in")
        self.one("a.button").click()  # a sign-in is begun; its state is not the one that comes back
        self.until(lambda: self.all("input[name=login]"), "the provider's form")
        self.go("/review/sign-in/callback?code=x&state=" + "0" * 64)
        self.assertIn("Sign-in refused", self.text("h1"))


if __name__ == "__main__":
    arguments = [Path(a).resolve() for a in sys.argv[1:4] if not a.startswith("-")]
    BINARY, SHOTS, MODULES = (arguments + [BINARY, SHOTS, MODULES][len(arguments):])
    del sys.argv[1:1 + len(arguments)]
    unittest.main()
