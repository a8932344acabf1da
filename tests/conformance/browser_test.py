#!/usr/bin/env python3
"""The order-entry page in headless Chromium, by keyboard and by mouse, against the real server. Writes screenshots.

    browser_test.py BINARY [FOLDER FOR SCREENSHOTS]

Needs chromium, chromium-driver and python3-selenium (cmake/deps-browser.txt).
"""

import base64
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
SHOTS = ROOT / "build/sandbox"
sys.path.insert(0, str(ROOT / "conformance"))

from kit.client import Client  # noqa: E402
from kit.ports import free_port  # noqa: E402

JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        page_port, port = free_port(), free_port()
        cls.page, cls.service = f"http://127.0.0.1:{page_port}", f"http://127.0.0.1:{port}"
        config = Path(cls.folder.name) / "browser.yaml"
        config.write_text(f"""listen: [{cls.service}]
public_url: {cls.service}
admin: http://127.0.0.1:{free_port()}
auth: off
rules: {ROOT / "rules"}
store: sqlite:{cls.folder.name}/decisions.db
store_wait_seconds: 60
cors: {{origins: [{cls.page}]}}
log: {{level: warn, format: text}}
""")
        cls.processes = [subprocess.Popen([BINARY, "serve", "--config", config], stdout=subprocess.PIPE, text=True)]
        cls.processes[0].stdout.readline()  # listening ...
        cls.processes.append(
            subprocess.Popen(
                [
                    sys.executable,
                    ROOT / "conformance/sandbox/serve.py",
                    "--port",
                    str(page_port),
                    "--service",
                    cls.service,
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        cls.processes[1].stdout.readline()
        probe = Client(cls.service).request("POST", "/cds-services/ivig-order-sign/feedback", b'{"feedback": []}', JSON)
        cls.takes_feedback = probe.status == 200
        options = webdriver.ChromeOptions()
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            "--force-prefers-reduced-motion",
            "--window-size=1280,1000",
        ):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        cls.browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        SHOTS.mkdir(parents=True, exist_ok=True)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        for process in cls.processes:
            process.terminate()
            process.wait(timeout=30)
            process.stdout.close()
        cls.folder.cleanup()

    def setUp(self):
        self.scheme("light")
        self.browser.set_window_size(1280, 1000)
        self.browser.get(self.page + "/")
        self.until(lambda: self.texts("#drafts li"), "the first example")

    def tearDown(self):
        # A missing feedback endpoint is reported by the browser itself; everything else is the page's fault.
        faults = [
            e["message"]
            for e in self.browser.get_log("browser")
            if e["level"] == "SEVERE" and "/feedback" not in e["message"]
        ]
        self.assertEqual(faults, [])

    # Helpers.

    def all(self, css):
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def texts(self, css):
        return [found.text for found in self.all(css)]

    def until(self, condition, what):
        return WebDriverWait(self.browser, 20).until(lambda _: condition(), what)

    def scheme(self, name):
        self.browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": name}]}
        )

    def shot(self, name):
        size = self.browser.execute_script("return [innerWidth, document.documentElement.scrollHeight]")
        data = self.browser.execute_cdp_cmd(
            "Page.captureScreenshot",
            {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}},
        )
        (SHOTS / f"{name}.png").write_bytes(base64.b64decode(data["data"]))

    def open(self, file):
        Select(self.all("#example")[0]).select_by_value(file)
        self.until(lambda: self.all("#status")[0].text.startswith("Nothing"), file)

    def sign(self):
        self.all("#sign")[0].click()
        self.until(lambda: not self.all("#status")[0].text.startswith(("Nothing", "Asking")), "an answer")

    def button(self, label):
        return next(b for b in self.all("button") if b.text == label)

    def outcome(self):
        """What became of a card, once the service has been told (where it takes feedback, that it has taken it)."""
        said = self.until(
            lambda: [t for t in self.texts(".card > p[role=status]") if "feedback" in t.lower()], "feedback"
        )[0]
        if self.takes_feedback:
            self.assertIn("The service has taken the feedback.", said)
        return said

    # The flow.

    def test_a_card_is_shown_and_its_suggestion_accepted(self):
        self.shot("1-order")
        self.sign()
        self.assertIn("IVIG not recommended for inclusion body myositis", self.texts(".card h3")[0])
        self.assertEqual(self.texts(".card .indicator"), ["warning"])
        self.assertIn("Evidence:", self.texts(".card strong"))
        self.assertTrue(self.all(".card a[href^='" + self.service + "/evidence/']"))
        self.shot("2-card")
        self.button("Remove the IVIG order").click()
        self.assertIn("Accepted: Remove the IVIG order.", self.outcome())
        self.assertIn("Removed", self.texts("#drafts .state"))
        self.assertTrue(all(not control.is_enabled() for control in self.all(".card button, .card select")))
        self.shot("3-accepted")
        self.button("Start again").click()
        self.until(lambda: not self.all(".card"), "a new start")
        self.assertEqual(self.texts("#drafts .state"), [])

    def test_a_card_is_overridden_by_keyboard_alone(self):
        reason = "Specialist recommends IVIG"
        self.all("#sign")[0].send_keys(Keys.ENTER)
        self.until(lambda: self.all(".card"), "a card")
        self.assertEqual(self.browser.switch_to.active_element.get_attribute("id"), "advice")
        for _ in range(20):
            self.browser.switch_to.active_element.send_keys(Keys.TAB)
            if self.browser.switch_to.active_element.get_attribute("id").startswith("reason-"):
                break
        self.browser.switch_to.active_element.send_keys(reason[:10])
        self.browser.switch_to.active_element.send_keys(Keys.TAB)
        self.browser.switch_to.active_element.send_keys("made up")
        self.browser.switch_to.active_element.send_keys(Keys.TAB)
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)
        self.assertIn(f"Overridden: {reason}.", self.outcome())
        self.assertEqual(self.texts("#drafts .state"), ["Signed"])
        sent = next(
            p.get_attribute("textContent")
            for p in self.all("#log pre")
            if "overridden" in p.get_attribute("textContent")
        )
        self.assertIn('"userComment": "made up"', sent)
        for details in self.all("#log details"):
            details.find_element(By.TAG_NAME, "summary").click()
        self.scheme("dark")
        self.shot("4-overridden-dark")

    def test_no_card_means_signed(self):
        self.open("order-sign-cidp.json")
        self.sign()
        self.assertIn("No cards", self.texts("#status")[0])
        self.assertEqual(self.texts("#drafts .state"), ["Signed"])
        self.shot("5-no-card")

    def test_a_critical_card_on_a_narrow_screen(self):
        self.browser.set_window_size(500, 900)
        self.open("order-sign-cryoglobulinemia.json")
        self.sign()
        self.assertEqual(self.texts(".card .indicator")[0], "critical")
        width = self.browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
        self.assertLessEqual(width, 0, "the page scrolls sideways")
        self.shot("6-critical-narrow")
        self.scheme("dark")
        self.shot("7-critical-dark")

    def test_of_several_suggestions_any_may_be_taken(self):
        self.open("order-sign-dose.json")
        self.sign()
        button = self.button("Accept what is marked")
        self.assertFalse(button.is_enabled())
        for label in self.all(".boxes label"):
            if label.text.startswith(("Correct the dose", "Order serum IgA")):
                label.click()
        self.shot("8-dose")
        button.click()
        self.outcome()
        self.assertEqual(self.texts("#drafts .state"), ["Changed, signed", "Added, signed"])
        self.assertIn("2 g/kg (136 g) per course over 5 days", self.texts("#drafts li")[0])
        self.shot("9-dose-accepted")

    def test_every_example_can_be_signed(self):
        for option in [o.get_attribute("value") for o in self.all("#example option")]:
            self.open(option)
            self.sign()
            self.assertRegex(self.texts("#status")[0], r"^(No cards|\d+ cards? to look at)", option)

    def test_what_a_service_writes_cannot_act(self):
        self.browser.execute_script(
            """
          const done = arguments[0];
          import("./markdown.js").then(({markdown}) => {
            document.getElementById("cards").append(markdown(
              "<img src=x onerror=alert(1)> [x](javascript:alert(1)) **bold** \\\\*star\\\\* [y](https://example.org/y)\\n- one\\n- two"));
          });""",
            None,
        )
        self.until(lambda: self.texts("#cards li") == ["one", "two"], "the list")
        self.assertEqual(self.all("#cards img"), [])
        self.assertEqual([a.get_attribute("href") for a in self.all("#cards a")], ["https://example.org/y"])
        self.assertIn("<img src=x onerror=alert(1)> x bold *star* y", self.texts("#cards p"))

    def test_everything_that_can_be_operated_has_a_name(self):
        self.sign()
        nodes = self.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        for node in nodes:
            role = node.get("role", {}).get("value")
            if role in ("button", "link", "combobox", "textbox", "article", "region", "heading") and not node.get(
                "ignored"
            ):
                self.assertTrue(node.get("name", {}).get("value"), f"a {role} without a name")


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        BINARY = Path(sys.argv.pop(1)).resolve()
    if len(sys.argv) > 1 and "/" in sys.argv[1]:
        SHOTS = Path(sys.argv.pop(1)).resolve()
    unittest.main()
