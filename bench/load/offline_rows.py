"""Measurements without a socket: rules, review, and what each stage of a request costs."""

import json
import re
import shutil
import statistics
import subprocess
import time

from .generators import PATH, LUA
from .process import BENCH, ROOT, SERVER, Failure, peak_memory, run

NANO = {"ns": 1e-3, "us": 1.0, "ms": 1e3}  # to microseconds


def google_benchmark(name, arguments, scale, seconds=300):
    """Medians of repetitions that take turns. Returns name -> (microseconds of CPU, counters)."""
    text = run([BENCH / name, *arguments, "--benchmark_format=json", f"--benchmark_repetitions={scale.repetitions}",
                "--benchmark_enable_random_interleaving=true", f"--benchmark_min_time={scale.micro_seconds}"], seconds,
               stderr=subprocess.DEVNULL)
    return {one["run_name"]: (one["cpu_time"] * NANO[one["time_unit"]], one)
            for one in json.loads(text)["benchmarks"] if one.get("aggregate_name") == "median"}


def rules(context, report):
    """Row rules."""
    many = context.fleet.folder / "rules10"
    run([ROOT / "bench/make_large_rules.py", many, "--times", 10], 60)
    found = google_benchmark("evaluate_bench", [context.large_body, ROOT / "rules", many], context.scale)
    shutil.rmtree(many)
    ratios, lines = {}, []
    for stage in ("evaluate", "decide"):
        once, ten = found[f"{stage}/{ROOT / 'rules'}"][0], found[f"{stage}/{many}"][0]
        ratios[stage] = ten / once
        lines.append([stage, f"{once:.1f} µs", f"{ten:.1f} µs", f"{ten / once:.2f}"])
    report.goals["rules"].set(ratios["evaluate"], f"{ratios['evaluate']:.2f}; with the facts read from a large chart: "
                                                  f"{ratios['decide']:.2f}")
    report.table("Ten times the rules", ["", "1 x", "10 x", "ratio"], lines,
                 "Every guideline, row, fact and value set ten times under other names (`bench/make_large_rules.py`), the chart "
                 "with 200 observations unchanged. evaluate: rules on facts; decide: facts from the chart and evaluate.")


def review(context, report):
    """Rows review, review-memory and threads."""
    scale, folder = context.scale, context.fleet.folder
    context.progress("making exports")
    for name, orders in (("year", scale.orders), ("quarter", scale.orders // 4)):
        run([ROOT / "bench/make_year.py", "--orders", orders, "--out", folder / name], 300)
    run([ROOT / "bench/make_year.py", "--orders", scale.orders // 8, "--requests", "--out", folder / "calls"], 300)
    inputs = {"export": sorted((folder / "year").glob("*.ndjson")), "requests": [folder / "calls/requests.ndjson"]}
    found = {}
    for number in range(scale.review_rounds):
        context.progress(f"round {number + 1} of {scale.review_rounds}")
        for name, files in inputs.items():
            for jobs in (1, 2):
                text = run([BENCH / "review_bench", 1, jobs, *files], 300)
                speeds = [float(re.search(rf"{who}\s+(\S+) MiB/s wall", text).group(1)) for who in ("review", "RapidJSON in situ")]
                found.setdefault((name, jobs), []).append(speeds)
    lines, ratios, gains = [], {}, {}
    for (name, jobs), speeds in found.items():
        ratios[name, jobs] = statistics.median(ours / parse for ours, parse in speeds)
        size = sum(file.stat().st_size for file in inputs[name]) / (1 << 20)
        lines.append([f"{name}, {size:.0f} MiB", str(jobs), *(f"{statistics.median(column):.0f} MiB/s" for column in zip(*speeds)),
                      f"{ratios[name, jobs]:.2f}"])
    for name in inputs:
        gains[name] = statistics.median(two[0] / one[0] for one, two in zip(found[name, 1], found[name, 2]))
    report.goals["review"].set(ratios["export", 2], f"{ratios['export', 2]:.2f} (export), {ratios['requests', 2]:.2f} "
                                                    "(file of requests), 2 threads")
    report.goals["threads"].set(gains["export"], f"{gains['export']:.2f} (export), {gains['requests']:.2f} (file of requests)")
    peaks = [peak_memory([SERVER, "review", "--jobs", 2, "--date", "2026-01-31", "--rules", ROOT / "rules", "--work-folder",
                          folder, folder / name], 300) / (1 << 20) for name in ("quarter", "year")]
    report.goals["review-memory"].set(peaks[1] / peaks[0], f"{peaks[1] / peaks[0]:.2f} ({peaks[0]:.0f} and {peaks[1]:.0f} MiB)")
    for name in ("year", "quarter", "calls"):
        shutil.rmtree(folder / name)
    report.table("Review", ["input", "threads", "review", "RapidJSON in situ", "ratio"], lines,
                 f"A made-up year with {scale.orders} IVIG orders as a Bulk Data export, and {scale.orders // 8} calls in one "
                 "file (`bench/make_year.py`), by `bench/review_bench`. RapidJSON parses every line in place and does nothing "
                 "with it. By wall time, so that the goal for two threads needs two cores that are free.")


def instructions(body, progress):
    """Instructions of one answer, from bytes to bytes, by callgrind."""
    if shutil.which("valgrind") is None:
        raise Failure("instructions were not counted: valgrind is not installed")
    progress("callgrind")
    text = run(["valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null", BENCH / "request_loop",
                10, body], 300, stderr=subprocess.STDOUT)
    counted = int(re.search(r"Collected : (\d+)", text).group(1))
    if counted == 0:
        raise Failure("instructions were not counted: bench/request_loop was built before valgrind was installed")
    return counted / 10


def profile(context, report):
    """Where the CPU goes in the running server, by samples of perf."""
    if shutil.which("perf") is None:
        raise Failure("no profile: perf is not installed (Debian: linux-perf)")
    server, data = context.servers["ivig-cds"], context.fleet.folder / "perf.data"
    seconds = context.scale.profile_seconds
    load = subprocess.Popen(["wrk", "-t2", "-c16", f"-d{seconds + 60}s", "-s", str(LUA / "post.lua"), server.url() + PATH, "--",
                             str(context.body)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        run(["perf", "record", "-q", "-F", 999, "-e", "cpu-clock", "-p", server.popen.pid, "-o", data, "--", "sleep", seconds],
            seconds + 60)
    finally:
        load.terminate()
        load.wait()
    server.forget_log()
    text = run(["perf", "report", "--stdio", "-q", "--no-children", "--sort", "dso,symbol", "-i", data], 120,
               stderr=subprocess.DEVNULL)
    found = re.findall(r"^\s*([\d.]+)%\s+(\S+)\s+\[.\]\s+(.+?)\s*$", text, re.MULTILINE)
    if not found:
        raise Failure("no profile: perf saw nothing")
    objects = {}
    for share, file, _ in found:
        objects[file] = objects.get(file, 0) + float(share)
    report.table("Profile: by file", ["", "share"],
                 [[file, f"{share:.1f} %"] for file, share in sorted(objects.items(), key=lambda one: -one[1]) if share >= 1],
                 f"`perf record -e cpu-clock`, {seconds} s of the load above. The kernel moves the bytes.")
    lines = [[f"{share} %", file, "`" + shortened(symbol) + "`"] for share, file, symbol in found if not file.startswith("[")]
    report.table("Profile: the server's own functions", ["share", "file", "function"], lines[:20], "The first twenty.")


def shortened(symbol):
    """Without template arguments and parameters, which fill pages."""
    while True:
        shorter = re.sub(r"<[^<>]*>", "", symbol)
        if shorter == symbol:
            break
        symbol = shorter
    symbol = re.split(r"\s{2,}", symbol)[0]  # perf adds columns of its own
    symbol = re.sub(r"\(.*\)( const)?", "()", symbol.replace("(anonymous namespace)::", "")).replace("|", "\\|")
    return symbol if len(symbol) <= 90 else symbol[:87] + "..."


STAGES = {"parse": "parse the JSON, check depth, size and UTF-8", "read_chart": "read request, chart and orders",
          "decide": "facts and rules", "cards": "make the cards", "write": "write the cards", "record": "make the decision record"}


def stages(context, report):
    """What each stage costs; no row of its own."""
    examples = ROOT / "conformance/examples"
    files = [context.body, examples / "order-sign-cidp.json", context.large_body]
    context.progress("stages")
    found = google_benchmark("order_service_bench", files, context.scale)
    lines = []
    for file in files:
        parse = found[f"parse/{file.stem}"][0]
        for stage in [*STAGES, "whole"]:
            time_used, one = found[f"{stage}/{file.stem}"]
            lines.append([file.stem, stage, f"{time_used:.1f} µs", f"{time_used / parse:.2f}", f"{one['allocations']:.0f}"])
    report.table("Stages of an answer", ["request", "stage", "CPU", "/ parse", "allocations"], lines,
                 "`bench/order_service_bench`: each stage alone, its caches warm; `whole` is bytes in, bytes out, without socket "
                 "and record. order-sign-cidp gets no card. tests/bench holds the allocations below committed ceilings.")
    # Without a store, as that row is measured, no record is made.
    where_time_goes(context, report, {stage: found[f"{stage}/{context.body.stem}"][0] for stage in STAGES if stage != "record"})
    context.progress("tokens")
    tokens = google_benchmark("jwt_bench", ["--benchmark_filter=token_alone"], context.scale)
    report.table("Tokens", ["algorithm", "CPU to read, verify and check"],
                 [[name.partition("/")[2], f"{used:.0f} µs"] for name, (used, _) in tokens.items()],
                 "`bench/jwt_bench`, keys at hand, cjose on OpenSSL.")
    for part in (lambda: count_instructions(context, report), lambda: profile(context, report)):
        try:
            part()
        except Failure as error:
            report.remarks.append(str(error))


def count_instructions(context, report):
    lines = [[file.stem, f"{instructions(file, context.progress) / 1000:.0f} thousand"]
             for file in (context.body, context.other_body, context.large_body)]
    report.table("Instructions", ["request", "instructions of an answer"], lines,
                 "callgrind on `bench/request_loop`: bytes in, bytes out, no socket, no record. The same on every machine.")


def where_time_goes(context, report, used):
    """The server's CPU taken apart: what moving the bytes costs anybody, our stages, and the rest."""
    if "ivig-cds" not in report.cpu:
        return
    total, moving = report.cpu["ivig-cds"], report.cpu["static"]
    parts = [("receive and send (the static responder's whole CPU)", moving)]
    parts += [(STAGES[stage], time_used) for stage, time_used in used.items()]
    log = total - report.cpu["ivig-cds, no access log"]
    parts.append(("access log", log))
    parts.append(("rest: head, route, metrics, waits, colder caches", total - sum(part for _, part in parts)))
    parts.append(("**a request**", total))
    report.table("Where the time goes", ["", "CPU", "share"],
                 [[name, f"{part:.1f} µs", f"{100 * part / total:.0f} %"] for name, part in parts],
                 f"`{context.body.name}` on the running server; stages from the table above.")
