#!/usr/bin/env python3
"""The arithmetic and the report of bench/load: no server is started and nothing is timed."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
sys.dont_write_bytecode = True

from load.__main__ import QUICK, ROWS  # noqa: E402
from load.generators import Sample, difference, median, ratio, rounds  # noqa: E402
from load.goals import Goal, goals  # noqa: E402
from load.offline_rows import shortened  # noqa: E402
from load.process import Failure, run, run_until  # noqa: E402
from load.report import Report  # noqa: E402


def sample(cpu):
    return Sample(requests=1, rate=1 / cpu, cpu=cpu, p50=0, p99=0)


class Rounds(unittest.TestCase):
    def test_servers_take_turns(self):
        order = []
        rounds(2, {name: lambda name=name: order.append(name) for name in "ABC"}, lambda _: None)
        self.assertEqual("".join(order), "ABCABC")

    def test_a_ratio_is_taken_within_its_round(self):
        # The machine is four times as slow in the second round, for both: the ratio does not see it.
        ours, other = [sample(3), sample(12), sample(3)], [sample(2), sample(8), sample(2)]
        self.assertEqual(ratio(ours, other, "cpu"), 1.5)
        self.assertEqual(difference(ours, other, "cpu"), 1)
        self.assertEqual(median(ours, "cpu"), 3)


class Goals(unittest.TestCase):
    def test_a_goal_is_met_on_its_own_side_of_the_limit(self):
        for value, at_least, verdict in ((1.6, False, "met"), (1.61, False, "**missed**"), (1.6, True, "met"),
                                         (1.59, True, "**missed**")):
            self.assertEqual(Goal("k", "f", "g", 1.6, at_least, value).verdict, verdict)
        self.assertEqual(Goal("k", "f", "g", 1.6).verdict, "not measured")
        self.assertEqual(Goal("k", "f", "g", None, value=3).verdict, "reported")

    def test_every_goal_is_filled_by_one_row(self):
        self.assertEqual(sorted(goals()), sorted(key for _, keys in ROWS.values() for key in keys))


class Results(unittest.TestCase):
    def test_a_row_that_failed_says_why_in_its_line(self):
        report = Report(QUICK)
        report.goals["tls"].missing = "no certificate"
        line = next(line for line in report.goal_lines() if line[0].startswith("TLS"))
        self.assertEqual(line[2:], ["no certificate", "not measured"])

    def test_function_names_lose_their_template_arguments(self):
        self.assertEqual(shortened("a::b<std::vector<int> >::c(int, d<e>) const    -      -"), "a::b::c()")


class Programs(unittest.TestCase):
    def test_a_program_that_fails_or_hangs_is_a_failure(self):
        self.assertRaises(Failure, run, ["false"], 10)
        self.assertRaises(Failure, run, ["sleep", 60], 0.1)
        self.assertRaises(Failure, run_until, ["sleep", 60], "word", 1, 0.1)

    def test_a_program_is_interrupted_at_its_word(self):
        script = "trap 'echo last; exit 0' INT; echo word; echo word; while :; do sleep 0.05; done"
        lines = run_until(["bash", "-c", script], "word", 2, 30)
        self.assertEqual(lines, ["word", "word", "last"])


if __name__ == "__main__":
    unittest.main()
