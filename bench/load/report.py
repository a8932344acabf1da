"""bench/RESULTS.md: the goals, what was measured, and how to read it."""

import json
import os
import platform
import re
import subprocess
import time
from pathlib import Path

from .goals import goals
from .process import ROOT

METHOD = """\
- One machine: servers, load generator and, in its turn, the company share its cores, over loopback. Absolute figures say little
  elsewhere; ratios do.
- Interleaved rounds: every server gets a slot of load, then every server again. A ratio is taken within a round; quoted is the
  median of the rounds.
- CPU per request is the process's CPU time during a slot, all threads, user and kernel, as the kernel counts it in nanoseconds
  (`clock_getcpuclockid`), over the requests answered. It is steadier than requests/s, which the load generator shares.
- Closed loop: wrk, connections kept open, no pause. Open loop (latency row): `bench/paced_client`; wrk cannot keep a rate.
- Our server is `ivig-cds serve` with the defaults: access log on, a thread per core; `auth: off` and `store: none` where a row
  is not about them.
- The static responder is Beast as fast as it goes (`bench/static_responder.cpp`): one io_context a thread, a 16 KiB read buffer
  kept per connection, reads the body, answers a card that is ready. All company answers the same bytes as we do.
"""

READING = """\
- **met**, **missed**: against the goal, with the median as it is. A figure within a few per cent of its goal may change sides in
  another run: see the lowest and highest round in the tables.
- `/` is division; CPU ratios below 1 and rate ratios above 1 are in our favour.
"""


def machine():
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()).group(1)) / (1 << 20)
    cache = (ROOT / "build/release/CMakeCache.txt").read_text()
    compiler = re.search(r"CMAKE_CXX_COMPILER:\w+=(.+)", cache).group(1)
    version = subprocess.run([compiler, "-dumpfullversion"], capture_output=True, text=True, check=False).stdout.strip()
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True,
                            check=False).stdout.strip()
    return [f"{cpu.group(1) if cpu else platform.machine()}, {os.cpu_count()} cores, {memory:.1f} GiB",
            f"Linux {platform.release()}; GCC {version}, release build; source {commit or 'of no repository'}"]


class Report:
    def __init__(self, scale):
        self.scale = scale
        self.goals = goals()
        self.cpu = {}  # of the request row: server -> microseconds a request
        self.tables = []
        self.remarks = []
        self.started = time.time()
        self.load_before = os.getloadavg()[0]

    def table(self, title, head, lines, note=""):
        self.tables.append((title, head, lines, note))

    def goal_lines(self):
        return [[goal.figure, goal.goal, goal.measured or goal.missing or "", goal.verdict] for goal in self.goals.values()]

    def markdown(self, bottleneck):
        minutes = (time.time() - self.started) / 60
        day = time.strftime("%Y-%m-%d", time.gmtime(self.started))
        parts = ["# Results", "",
                 f"Written by `./dev bench{self.scale.option}` on {day}, in {minutes:.0f} minutes; not edited by hand. "
                 "CONTRIBUTING.md says how to run it.", "", "## Goals", "",
                 *rows(["figure", "goal", "measured", "verdict"], self.goal_lines()), "", "## How to read them", "", READING.rstrip()]
        if self.load_before > 0.5:
            parts.append(f"- **The machine had other work**: its load average was {self.load_before:.1f} when the run began. Take no "
                         "figure of this run for granted.")
        parts += [f"- {remark}" for remark in self.remarks]
        parts += ["", "## Next bottleneck", "", bottleneck.strip(), "", "## Method", "", METHOD.rstrip(),
                  f"- {self.scale.rounds} rounds, slots of {self.scale.seconds} s.", "", "## Machine", "",
                  *(f"- {line}" for line in machine()), ""]
        for title, head, lines, note in self.tables:
            parts += [f"## {title}", "", *rows(head, lines), ""]
            if note:
                parts += [note, ""]
        return "\n".join(parts).rstrip() + "\n"

    def json(self):
        return json.dumps({"goals": [{"key": goal.key, "value": goal.value, "limit": goal.limit, "verdict": goal.verdict.strip("*")}
                                     for goal in self.goals.values()],
                           "tables": [{"title": title, "head": head, "lines": lines} for title, head, lines, _ in self.tables]},
                          indent=1, ensure_ascii=False)


def rows(head, lines):
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for line in lines:
        yield "| " + " | ".join(line) + " |"
