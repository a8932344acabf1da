"""Measures the server against its goals, beside other servers in the same run, and writes what came out.

  ./dev bench                 builds, installs what is missing, measures everything; writes bench/RESULTS.md
  ./dev bench --quick         the same in under two minutes, to build/bench/RESULTS.md: does it work, roughly how does it stand
  ./dev bench --full          with a million requests for the memory row, more rounds
  ./dev bench --only ROW      some rows; printed, and written to build/bench/RESULTS.md
  ./dev bench --list          the rows

Everything runs on loopback, on ports that the kernel chooses, and is ended with the run, by Ctrl-C too. The machine should
have nothing else to do: the run says so if it had.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import endurance_rows, http_rows, offline_rows
from .process import BENCH, ROOT, SERVER, Failure, Fleet, raise_descriptor_limit, run
from .report import Report
from .servers import Servers

# Name -> (measurement, keys of the goals that it fills). In the order of the run: the table of where the time goes needs
# the request row.
ROWS = {
    "request": (http_rows.requests, ["cpu-static", "cpu-dom", "tls", "fastify"]),
    "large": (http_rows.large, ["large"]),
    "latency": (http_rows.latency, ["p99"]),
    "store": (http_rows.store, ["store"]),
    "jwt": (http_rows.jwt, ["jwt-rs384", "jwt-es384"]),
    "rules": (offline_rows.rules, ["rules"]),
    "review": (offline_rows.review, ["review", "review-memory", "threads"]),
    "memory": (endurance_rows.memory, ["memory"]),
    "idle": (endurance_rows.idle, ["idle"]),
    "stages": (offline_rows.stages, []),
}


@dataclass
class Scale:
    """How much is measured. Times in seconds."""

    option: str
    rounds: int
    seconds: int  # of a slot; whole, because wrk takes no other
    paced_seconds: int
    tokens_rs384: int  # a round
    tokens_es384: int
    repetitions: int  # of a microbenchmark
    micro_seconds: float
    orders: int  # of the export that is reviewed
    review_rounds: int
    memory_requests: int
    tls_connections: int
    profile_seconds: int


QUICK = Scale(" --quick", 2, 1, 1, 1000, 400, 3, 0.05, 4_000, 1, 30_000, 200, 2)
DEFAULT = Scale("", 5, 2, 4, 4000, 1500, 7, 0.1, 40_000, 3, 200_000, 1000, 5)
FULL = Scale(" --full", 9, 3, 8, 4000, 1500, 15, 0.2, 100_000, 5, 1_000_000, 1000, 10)


class Context:
    """What the measurements share."""

    def __init__(self, scale, fleet, descriptors):
        self.scale, self.fleet, self.descriptors = scale, fleet, descriptors
        self.body = ROOT / "conformance/examples/order-sign-ibm.json"
        self.other_body = ROOT / "conformance/examples/order-sign-other-drug.json"
        self.large_body = fleet.folder / "large.json"
        self.large_body.write_text(run([ROOT / "bench/large_chart.py", "--observations", 200, "--conditions", 60, "--medications",
                                        60], 30), "utf-8")
        run([SERVER, "certs", "dev", fleet.folder / "certs"], 60)
        for name in ("server.pem", "server.key"):
            shutil.copy(fleet.folder / "certs" / name, fleet.folder)
        self.servers = Servers(fleet, fleet.folder / "certs", self.body.read_bytes())
        self.row = ""

    def progress(self, text):
        print(f"    {self.row}: {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="shorter slots, fewer rounds")
    size.add_argument("--full", action="store_true", help="longer slots, more rounds, a million requests")
    parser.add_argument("--only", action="append", metavar="ROW", choices=list(ROWS), help="only this row; may be given again")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write there instead")
    parser.add_argument("--list", action="store_true", help="name the rows and end")
    return parser.parse_args()


def check_programs():
    for program in (SERVER, BENCH / "static_responder", BENCH / "paced_client", BENCH / "order_service_bench"):
        if not program.exists():
            raise Failure(f"{program.relative_to(ROOT)} is not built: ./dev bench builds it")
    if shutil.which("wrk") is None:
        raise Failure("wrk is not installed: ./dev bench installs it")


def measure(context, report, names):
    """Every row; one that fails leaves its reason in the report. Returns whether all went well."""
    good = True
    for name in names:
        context.row, start = name, time.monotonic()
        try:
            ROWS[name][0](context, report)
        except Exception as error:  # whatever it is: the other rows are measured all the same
            good = False
            error = error if isinstance(error, Failure) else f"{type(error).__name__}: {error}"
            print(f"    {name}: not measured: {error}", file=sys.stderr)
            report.remarks.append(f"{name} was not measured: {error}")
            for key in ROWS[name][1]:
                report.goals[key].missing = report.goals[key].missing or str(error)
        print(f"==> {name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return good


def main():
    options = arguments()
    if options.list:
        for name, (_, keys) in ROWS.items():
            print(f"{name}: {', '.join(keys) or 'where the time goes'}")
        return 0
    # So that what was started is ended, also where a shell has the run in the background and interrupts ignored.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    check_programs()
    descriptors = raise_descriptor_limit()
    scale = QUICK if options.quick else FULL if options.full else DEFAULT
    report = Report(scale)
    folder = ROOT / "build/bench"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=folder) as temporary, Fleet(temporary) as fleet:
        context = Context(scale, fleet, descriptors)
        good = measure(context, report, [name for name in ROWS if not options.only or name in options.only])
    out = options.out or (folder / "RESULTS.md" if options.only or options.quick else ROOT / "bench/RESULTS.md")
    text = report.markdown((ROOT / "bench/next_bottleneck.md").read_text("utf-8"))
    out.write_text(text, "utf-8")
    (folder / "results.json").write_text(report.json() + "\n", "utf-8")
    if options.only:
        print(text)
    else:
        for figure, goal, measured, verdict in report.goal_lines():
            print(f"{verdict.strip('*'):13} {figure}: {measured}  (goal: {goal})")
    print(f"==> written: {out}", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"bench: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("bench: interrupted; everything that was started is ended", file=sys.stderr)
        sys.exit(130)
