#!/usr/bin/env python3
"""What the store costs: calls a second with and without it, the time a record takes, a million records asked for, and old
ones removed beside calls.

  bench/store_bench.py [--binary FILE] [--seconds N] [--connections N] [--records N] [--postgresql]

Ratios, measured side by side on one machine: the load generator (wrk) shares its cores with the server.
"""
import argparse
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "faults"))
import faults  # noqa: E402  nodes and private PostgreSQL clusters are made there

SERVICE = "/cds-services/ivig-order-sign"


def load(port, folder, connections, seconds):
    """Calls a second, and their median and 99 % latency, by wrk."""
    body = open(f"{faults.ROOT}/conformance/examples/order-sign-ibm.json", encoding="utf-8").read()
    script = os.path.join(folder, "post.lua")
    with open(script, "w", encoding="utf-8") as out:
        out.write(f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = {json.dumps(body)}\n')
    text = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script,
                           f"http://127.0.0.1:{port}{SERVICE}"], stdout=subprocess.PIPE, check=True, text=True).stdout
    if "Non-2xx" in text:
        raise SystemExit("bench: some calls failed\n" + text)
    found = {name: re.search(pattern, text).group(1) for name, pattern in
             {"rate": r"Requests/sec:\s+(\S+)", "half": r"50%\s+(\S+)", "most": r"99%\s+(\S+)"}.items()}
    return float(found["rate"]), found["half"], found["most"]


def throughput(folder, stores):
    """All nodes run all the time and are loaded in turn: what else the machine does meets them alike."""
    nodes = {name: faults.Node(folder, name, store) for name, store in stores.items()}
    for node in nodes.values():
        node.start()
        load(node.port, folder, ARGS.connections, 2)
    ratios = {name: [] for name in stores}
    for number in range(ARGS.rounds):
        rates = {}
        for name, node in nodes.items():
            before = node.cpu_seconds()
            rate, half, most = load(node.port, folder, ARGS.connections, ARGS.seconds)
            cost = (node.cpu_seconds() - before) / (rate * ARGS.seconds) * 1e6
            rates[name] = rate
            print(f"round {number + 1}, {name}: {rate:.0f} calls/s (half within {half}, 99 % within {most}), {cost:.0f} us CPU a call",
                  flush=True)
        for name, rate in rates.items():
            ratios[name].append(rate / rates["none"])
    for name, node in nodes.items():
        single, half, most = load(node.port, folder, 1, ARGS.seconds)
        commits = node.metric('ivig_cds_store_commits_total{result="ok"}') or 0
        records = node.metric('ivig_cds_store_records_total{result="committed"}') or 0
        node.stop()
        per_commit = f"; {records / commits:.1f} records a commit" if commits else ""
        if name != "none":
            print(f"ratio {name} : none at {ARGS.connections} connections, median of {ARGS.rounds}: "
                  f"{statistics.median(ratios[name]):.2f} ({', '.join(f'{ratio:.2f}' for ratio in sorted(ratios[name]))})", flush=True)
        print(f"{name} at one connection: {single:.0f} calls/s (half within {half}, 99 % within {most}){per_commit}", flush=True)


def id_of(milliseconds):
    text = f"{milliseconds:012x}7000" + uuid.uuid4().hex[16:]
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def million(folder):
    """A database of so many records made by plain SQL, then asked over HTTP."""
    file = os.path.join(folder, "many.db")
    node = faults.Node(folder, "many", f"sqlite:{file}")
    node.start()
    node.stop()
    base = sqlite3.connect(file)
    base.execute("PRAGMA synchronous = OFF")
    start = int(time.time() * 1000) - ARGS.records * 1000
    rows = [f"guideline/row-{number}" for number in range(40)]
    stances = ["recommended", "may-consider", "insufficient-evidence", "not-recommended"]

    def decisions():
        for number in range(ARGS.records):
            outcome = "overridden" if number % 97 == 0 else "accepted" if number % 89 == 0 else "none"
            yield (id_of(start + number * 1000), f"i{number}", "ehr", "", "ivig-order-sign",
                   f"MedicationRequest/~{number:032x}", f"Patient/~{number % 20000:032x}", "1", "abc",
                   rows[number * 7 % 40], stances[number % 4], ["none", "info", "warning", "critical"][number % 4], 300, 1,
                   outcome)

    base.executemany("INSERT INTO decision VALUES (" + ",".join("?" * 15) + ")", decisions())
    base.execute("INSERT INTO decision_document SELECT id, '{\"order\":\"' || order_ref || '\",\"stance\":\"' || stance || "
                 "'\",\"pad\":\"' || hex(zeroblob(500)) || '\"}', '[]', '[]' FROM decision")
    base.execute("INSERT INTO card SELECT id, 'c' || hook_instance, 'warning' FROM decision")
    base.commit()
    base.close()
    print(f"{ARGS.records} records, {os.path.getsize(file) / 1e6:.0f} MB", flush=True)
    node.start()
    import http.client
    some_day = time.strftime("%Y-%m-%d", time.gmtime(start / 1000 + ARGS.records / 2))
    for question in ["decisions?limit=50", "decisions?limit=50&outcome=overridden", "decisions?limit=50&row=guideline/row-3",
                     "decisions?limit=50&indicator=critical&outcome=accepted", f"decisions?limit=50&until={some_day}",
                     f"decisions?limit=50&patient=Patient/~{7:032x}", "decisions?limit=50&stance=harmful",
                     "decisions?limit=50&hook-instance=i12345", "override-rates", "override-rates?from=1d"]:
        times = []
        for _ in range(5):
            connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=60)
            begin = time.monotonic()
            connection.request("GET", "/review/api/" + question)
            answer = connection.getresponse()
            size = len(answer.read())
            times.append((time.monotonic() - begin) * 1000)
            if answer.status != 200:
                raise SystemExit(f"bench: {question}: {answer.status}")
        print(f"  {question}: first {times[0]:.1f} ms, then {min(times[1:]):.1f} ms, {size} bytes", flush=True)
    node.stop()
    retention(folder, file)


def retention(folder, file):
    """Records older than half of the time they span are removed, beside one client that calls without a pause."""
    days = max(1, int(ARGS.records / 86400 / 2))
    node = faults.Node(folder, "keeps", f"sqlite:{file}")
    node.start()
    _, half, most = load(node.port, folder, 1, ARGS.seconds)
    node.stop()
    node = faults.Node(folder, "keeps-some", f"sqlite:{file}", extra=f"store_keep_days: {days}\n")
    node.start()
    begin = time.monotonic()
    _, half_beside, most_beside = load(node.port, folder, 1, ARGS.seconds)
    expired = 'ivig_cds_store_records_total{result="expired"}'
    rate = (node.metric(expired) or 0) / (time.monotonic() - begin)
    print(f"retention of {days} days: {rate:.0f} records removed a second; calls beside it: half within {half_beside}, 99 % within "
          f"{most_beside}; without: {half}, {most}", flush=True)
    node.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=f"{faults.ROOT}/build/release/ivig-cds")
    parser.add_argument("--seconds", type=int, default=4, help="of load a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--records", type=int, default=1000000)
    parser.add_argument("--postgresql", action="store_true", help="beside SQLite")
    ARGS = faults.ARGS = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ivig-bench-", dir=os.environ.get("TMPDIR", "/var/tmp")) as temporary:
        postgres = faults.Postgres(temporary) if ARGS.postgresql else None
        configured = {"none": "none", "sqlite": f"sqlite:{temporary}/ivig.db"}
        if postgres:
            configured["postgresql"] = postgres.url
        try:
            throughput(temporary, configured)
        finally:
            if postgres:
                postgres.stop("immediate")
        if ARGS.records:
            million(temporary)
