#!/usr/bin/env python3
"""The kit is held against a service that is right, and against the same service broken in known ways."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "conformance"))

from kit.checks import CHECKS, load_all  # noqa: E402
from kit.requests import Examples  # noqa: E402
from kit.schemas import problems  # noqa: E402
from kit.table import read_ledger  # noqa: E402

# Each fault and the rows that must notice it. Faults of one group do not hide each other.
GROUPS = [
    {
        "no-description": ["DISC-04"],
        "empty-members": ["DISC-11"],
        "absolute-template": ["PREFT-01"],
        "long-summary": ["CARD-02", "RESP-04"],
        "invented-indicator": ["CARD-04"],
        "no-source-label": ["CARD-05"],
        "no-selection-behavior": ["CARD-10"],
        "no-action-description": ["ACT-02"],
        "invented-target": ["ACT-07"],
        "no-override-display": ["OVR-02"],
        "smart-context-object": ["LINK-03"],
        "patient-in-link": ["LINK-05"],
        "cacheable": ["HTTP-12"],
        "html-content-type": ["HTTP-03"],
    },
    {
        "null-member": ["RESP-03"],
        "unknown-member": ["RESP-04"],
        "upper-case-action": ["ACT-01"],
        "any-patient": ["REQ-12"],
        "any-status": ["CTX-06"],
        "do-not-perform": ["CTX-07"],
        "errors-with-200": ["HTTP-23"],
        "any-hook": ["REQ-14", "REQ-01"],
        "no-hook-instance-needed": ["REQ-02"],
        "any-content-type": ["HTTP-04"],
        "cors-for-all": ["CORS-04"],
    },
    {
        "silence-is-204": ["RESP-01", "CTX-04"],
        "random-text": ["RESP-05", "REQ-15"],
        "strict-members": ["REQ-07"],
        "crash-on-deep-json": ["HTTP-10"],
        "no-cors-on-errors": ["CORS-03"],
        "any-feedback": ["FDBK-04", "FDBK-05"],
    },
]
# These hide other faults: alone, and their own rows only.
ALONE = {"errors-without-outcome": "HTTP-22", "services-object": "DISC-01"}


def run_kit(*faults, spec="3.0", form="json", only=()):
    service = subprocess.Popen([sys.executable, HERE / "broken_service.py", *faults], stdout=subprocess.PIPE, text=True)
    try:
        base = service.stdout.readline().strip()
        command = [
            ROOT / "conformance/run",
            base,
            "--spec",
            spec,
            "--format",
            form,
            "--cors-origin",
            "https://kit.example.org",
        ]
        for name in only:
            command += ["--only", name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
    finally:
        service.kill()
        service.wait()
        service.stdout.close()
    return done.returncode, done.stdout


def results(*faults):
    status, out = run_kit(*faults)
    return status, {row["id"]: row for row in json.loads(out)["rows"]}


class KitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.status, cls.healthy = results()

    def test_a_service_that_is_right_fails_no_binding_row(self):
        failed = {
            i: r["evidence"]
            for i, r in self.healthy.items()
            if r["result"] == "fail" and r["strength"].startswith("SHALL")
        }
        # The small service reads neither its prefetch nor any code, and has no tokens: these rows find that out.
        for known in ("CTX-10", "CARD-13"):
            failed.pop(known, None)
        self.assertEqual(failed, {})

    def test_every_fault_fails_the_rows_it_breaks_and_the_run(self):
        for group in GROUPS:
            status, rows = results(*group)
            self.assertEqual(status, 1, group)
            for fault, broken in group.items():
                for name in broken:
                    with self.subTest(fault=fault, row=name):
                        self.assertEqual(self.healthy[name]["result"], "pass", self.healthy[name]["evidence"])
                        self.assertEqual(rows[name]["result"], "fail", rows[name]["evidence"])

    def test_faults_that_hide_others_are_found_alone(self):
        for fault, name in ALONE.items():
            self.assertEqual(self.healthy[name]["result"], "pass")
            _status, out = run_kit(fault, only=[name])
            self.assertEqual(json.loads(out)["rows"][0]["result"], "fail", fault)

    def test_rows_without_their_precondition_are_skipped_with_the_reason(self):
        for name, word in (
            ("TLS-02", "http://"),
            ("JWT-01", "--key"),
            ("FHIR-01", "--ehr"),
            ("EXT-04", "--setup"),
            ("CRD-01", "CRD"),
        ):
            self.assertEqual(self.healthy[name]["result"], "skip", name)
            self.assertIn(word, self.healthy[name]["evidence"])

    def test_versions_differ(self):
        for spec, result in (("1.0", "fail"), ("2.0", "fail"), ("3.0", "skip")):
            _status, out = run_kit("deep-token", spec=spec, only=["PREFT-03"])
            self.assertEqual(json.loads(out)["rows"][0]["result"], result, spec)

    def test_a_should_alone_does_not_fail_the_run(self):
        status, out = run_kit("cacheable", only=["HTTP-12"])
        self.assertIn('"fail"', out)
        self.assertEqual(status, 0)

    def test_the_table_and_junit_hold_every_row(self):
        ledger = read_ledger()
        _status, table = run_kit(form="table", only=["DISC", "TLS"])
        self.assertIn("DISC-01   SHALL        pass", table)
        self.assertIn("TLS-01    SHALL        skip", table)
        _status, report = run_kit("no-description", form="junit", only=["DISC", "TLS"])
        suite = ElementTree.fromstring(report)
        self.assertEqual(len(suite), sum(row.id.startswith(("DISC", "TLS")) for row in ledger))
        self.assertEqual([case.get("classname") for case in suite if case.find("failure") is not None], ["DISC"])

    def test_a_service_that_is_not_there_is_no_finding(self):
        done = subprocess.run([ROOT / "conformance/run", "http://127.0.0.1:1"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("does not answer", done.stderr)

    def test_a_request_of_the_caller_is_sent(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write("[]")
            file.flush()
            done = subprocess.run(
                [ROOT / "conformance/run", "http://127.0.0.1:1", "--request", file.name], capture_output=True, text=True
            )
        self.assertEqual(done.returncode, 2)
        self.assertIn("no CDS Hooks request", done.stderr)


class LedgerTest(unittest.TestCase):
    def test_every_requirement_has_a_check_or_a_reason(self):
        load_all()
        ledger = read_ledger()
        self.assertEqual(len({row.id for row in ledger}), len(ledger))
        self.assertEqual(sum(not row.id.startswith("PROF-") for row in ledger), 242)
        for row in ledger:
            check = CHECKS.get(row.id)
            named = f"{check.__module__.rsplit('.', 1)[-1]}.{check.__name__}" if check else ""
            self.assertEqual(row.check, named, row.id)
            self.assertTrue(
                bool(check) != bool(row.remark), f"{row.id} needs either a check or the reason why there is none"
            )
            self.assertTrue(row.versions, row.id)
        self.assertEqual(set(CHECKS) - {row.id for row in ledger}, set())


class SchemaTest(unittest.TestCase):
    def test_the_examples_are_valid_requests_of_every_version(self):
        for spec in ("1.0", "2.0", "3.0"):
            for body in Examples().more:
                self.assertEqual(problems(f"request-{spec}", body), [], body["hook"])

    def test_schemas_refuse_what_a_version_does_not_know(self):
        card = {"summary": "x", "indicator": "info", "source": {"label": "x"}}
        self.assertEqual(problems("response-1.0", {"cards": [card]}), [])
        for member, value in (
            ("uuid", "0a1b2c3d-0000-4000-8000-000000000000"),
            ("overrideReasons", [{"code": "x", "system": "urn:x", "display": "x"}]),
        ):
            self.assertEqual(problems("response-2.0", {"cards": [{**card, member: value}]}), [])
            self.assertNotEqual(problems("response-1.0", {"cards": [{**card, member: value}]}), [])
        suggestion = {"label": "x", "actions": [{"type": "delete", "description": "x", "resourceId": "Task/1"}] * 2}
        two = {**card, "suggestions": [suggestion], "selectionBehavior": "any"}
        self.assertEqual(problems("response-2.0", {"cards": [two]}), [])
        self.assertNotEqual(problems("response-epic", {"cards": [two]}), [])
        self.assertNotEqual(problems("response-2.0", {"cards": [{**card, "summary": "x" * 140}]}), [])


if __name__ == "__main__":
    unittest.main()
