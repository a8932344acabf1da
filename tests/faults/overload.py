#!/usr/bin/env python3
"""Sends one server more than it can do, and looks at what becomes of everybody else.

  overload.py load         connections that send the longest and costliest bodies, beside paced calls and probes
  overload.py stop         SIGTERM while such bodies are worked on: the process ends
  overload.py descriptors  no file descriptor is left: probes and refusals go on
  overload.py file-size    neither database nor spool can grow: cards go out, and what is lost is counted

Everything is on loopback and ends with the run. `load` prints percentiles and the highest memory; the exit status is 1
where an answer was wrong or a record is missing, and, with --goals, where a goal was missed (goals are for a machine with
nothing else to do). A call waits for its record to be on disk: `load` says what the disk takes meanwhile, and with
TMPDIR=/dev/shm the disk is left out.
"""
import argparse
import http.client
import itertools
import json
import multiprocessing
import os
import resource
import signal
import socket
import sys
import tempfile
import time
import uuid

import faults

GOAL_CALL_MS, GOAL_PROBE_MS = 25, 100
LARGEST_FILE = 400_000
NOTE = ("No history of IgA deficiency. Denies prior thrombosis, renal failure or heart failure. Family history of "
        "myasthenia gravis. Weakness in both legs since May, not improved by prednisone. ")


def worst_bodies(order, size):
    """Requests of nearly `size` bytes, each costly in its own way."""
    def padded(kind, item, place):
        body = json.loads(json.dumps(order))
        items = place(body)
        count = max(1, (size - len(json.dumps(body)) - 1000) // (len(json.dumps(item(10 ** 6))) + 2))
        items.extend(item(number) for number in range(count))
        body["hookInstance"] = str(uuid.uuid4())
        return kind, json.dumps(body).encode()

    def entries(key, kind):
        def place(body):
            bundle = {"resourceType": "Bundle", "type": "searchset", "entry": []}
            body.setdefault("prefetch", {})[key] = bundle
            return bundle["entry"]
        return lambda item: padded(kind, item, place)

    def first_order(body):
        return body["context"]["draftOrders"]["entry"][0]["resource"]

    patient = f"Patient/{order['context']['patientId'].split('/')[-1]}"
    yield entries("conditions", "conditions with notes")(lambda n: {"resource": {
        "resourceType": "Condition", "id": f"c{n}", "subject": {"reference": patient},
        "code": {"text": "Weakness"}, "note": [{"text": NOTE}]}})
    yield entries("observations", "observations")(lambda n: {"resource": {
        "resourceType": "Observation", "id": f"o{n}", "status": "final", "subject": {"reference": patient},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
        "effectiveDateTime": "2026-11-01", "valueQuantity": {"value": 1.5, "unit": "mg/dL"}}})
    yield padded("identifiers of an order", lambda n: {"system": "urn:x", "value": f"v{n}"},
                 lambda body: first_order(body).setdefault("identifier", []))
    yield padded("orders", lambda n: {"resource": dict(first_order(order), id=f"order-{n}")},
                 lambda body: body["context"]["draftOrders"]["entry"])
    yield padded("notes of an order", lambda n: {"text": NOTE}, lambda body: first_order(body).setdefault("note", []))
    yield padded("numbers", lambda n: n, lambda body: body.setdefault("extension", {}).setdefault("x", []))


def post_head(length):
    return (f"POST {faults.SERVICE} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            f"Content-Length: {length}\r\n\r\n").encode()


def attack(port, bodies, until, statuses):
    """Sends the bodies over and over on one connection at a time; the statuses that came back."""
    for kind, body in itertools.cycle(bodies):
        if time.monotonic() >= until:
            return
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=120)
            begin = time.monotonic()
            connection.sendall(post_head(len(body)) + body)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            answer.read()
            statuses.put((kind, answer.status, time.monotonic() - begin))
        except OSError as error:
            statuses.put((kind, type(error).__name__, 0.0))
        finally:
            connection.close()


def paced(port, order, rate, until, results):
    """Calls at a fixed rate, one connection; a time is counted from when the call was due."""
    connection, times, unsent, answered, wrong = None, [], [], [], 0
    due = time.monotonic()
    while due < until:
        time.sleep(max(0.0, due - time.monotonic()))
        instance = str(uuid.uuid4())
        unsent.append(time.monotonic() - due)
        try:
            connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("POST", faults.SERVICE, json.dumps(dict(order, hookInstance=instance)),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            cards = json.loads(answer.read()).get("cards") if answer.status == 200 else None
            if cards:
                answered.append(instance)
            else:
                wrong += 1
        except (OSError, http.client.HTTPException):
            wrong += 1
            connection = None
        times.append(time.monotonic() - due)
        due += 1.0 / rate
    results.put(("calls", times, wrong, answered))
    results.put(("unsent", unsent, 0, []))


def probes(port, until, results):
    """/healthz and /readyz in turn, ten a second, each on a connection of its own."""
    times, wrong = [], 0
    due = time.monotonic()
    for path in itertools.cycle(["/healthz", "/readyz"]):
        if due >= until:
            break
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", path)
            wrong += connection.getresponse().status != 200
            connection.close()
        except (OSError, http.client.HTTPException):
            wrong += 1
        times.append(time.monotonic() - due)
        due += 0.1
    results.put(("probes", times, wrong, []))


def percentile(times, part):
    return 1000 * sorted(times)[min(len(times) - 1, int(part * len(times)))] if times else float("nan")


def disk_times(folder, results):
    """What the disk takes to keep a record's length, 10 times a second while everything else goes on."""
    times = []
    descriptor = os.open(os.path.join(folder, "beside"), os.O_CREAT | os.O_WRONLY)
    while results.empty():
        begin = time.monotonic()
        os.write(descriptor, b"x" * 12288)
        os.fdatasync(descriptor)
        times.append(time.monotonic() - begin)
        time.sleep(0.1)
    os.close(descriptor)
    return times


def bucket_of(metrics, series, part):
    """The upper edge, in ms, of the histogram's bucket that holds this part of what was observed."""
    buckets = [(line.split('le="')[1].split('"')[0], float(line.split()[-1])) for line in metrics.splitlines()
               if line.startswith(series) and 'le="' in line]
    total = buckets[-1][1] if buckets else 0
    return next((1000 * float(edge) for edge, count in buckets if count >= part * total), float("nan"))


def highest_memory(node):
    with open(f"/proc/{node.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) // 1024


def example():
    with open(f"{faults.ROOT}/conformance/examples/order-sign-ibm.json", encoding="utf-8") as file:
        return json.load(file)


def load(folder, options):
    order = example()
    node = faults.Node(folder, "node", f"sqlite:{folder}/ivig.db")
    node.start()
    idle_memory = highest_memory(node)
    bodies = list(worst_bodies(order, options.bytes))
    statuses, results = multiprocessing.Queue(), multiprocessing.Queue()
    until = time.monotonic() + options.seconds
    workers = [multiprocessing.Process(target=paced, args=(node.port, order, options.rate / 2, until, results))
               for _ in range(2)]
    workers.append(multiprocessing.Process(target=probes, args=(node.admin, until, results)))
    for number in range(options.attackers):
        turned = bodies[number:] + bodies[:number]
        workers.append(multiprocessing.Process(target=attack, args=(node.port, turned, until, statuses)))
    for worker in workers:
        worker.start()
    disk = disk_times(folder, results)
    gathered = [results.get(timeout=options.seconds + 300) for _ in range(5)]
    missed, answered, wrong = 0, set(), 0
    for name, goal in (("calls", GOAL_CALL_MS), ("probes", GOAL_PROBE_MS)):
        times = [second for kind, some, _, _ in gathered if kind == name for second in some]
        wrong_here = sum(bad for kind, _, bad, _ in gathered if kind == name)
        wrong += wrong_here
        missed += percentile(times, 0.99) > goal
        print(f"{name:7} {len(times):6} sent, {wrong_here} not answered well; ms: p50 {percentile(times, 0.5):.1f}, "
              f"p99 {percentile(times, 0.99):.1f}, highest {percentile(times, 1):.1f} (goal: p99 {goal})", flush=True)
    unsent = [second for kind, some, _, _ in gathered if kind == "unsent" for second in some]
    print(f"sent after it was due, ms: p99 {percentile(unsent, 0.99):.1f}; meanwhile an append "
          f"of 12 kB with fdatasync took p50 {percentile(disk, 0.5):.1f}, p99 {percentile(disk, 0.99):.1f}")
    for _, _, _, instances in gathered:
        answered.update(instances)
    for worker in workers:
        worker.join(timeout=300)
        if worker.is_alive():
            worker.kill()
    counts = {}
    while not statuses.empty():
        kind, status, seconds = statuses.get()
        count, slowest = counts.get((kind, status), (0, 0.0))
        counts[(kind, status)] = (count + 1, max(slowest, seconds))
    for (kind, status), (count, slowest) in sorted(counts.items(), key=str):
        print(f"long body, {kind}: {count} x {status}, slowest {slowest:.2f} s")
    print(f"memory: {idle_memory} MB before, {highest_memory(node)} MB at most")
    lost = node.get("/metrics")[1]
    for name, series in (("one commit", "store_commit_duration_seconds_bucket"),
                         ("the wait for the store", 'stage_duration_seconds_bucket{stage="store"')):
        print(f"{name}, all calls together, ms: half within "
              f"{bucket_of(lost, 'ivig_cds_' + series, 0.5):g}, 99 of 100 within "
              f"{bucket_of(lost, 'ivig_cds_' + series, 0.99):g}")
    print("\n".join(line for line in lost.splitlines() if "store_records_total" in line))
    node.stop()
    missing = len(answered - {decision["hookInstance"] for decision in node.export()})
    print(f"records: {len(answered)} paced calls answered, {missing} without a record")
    return wrong > 0 or missing > 0 or (options.goals and missed > 0)


def stop(folder, options):
    node = faults.Node(folder, "node", f"sqlite:{folder}/ivig.db", extra="limits: {request_seconds: 2}\n")
    node.start()
    bodies = list(worst_bodies(example(), options.bytes))
    statuses = multiprocessing.Queue()
    until = time.monotonic() + 20
    workers = [multiprocessing.Process(target=attack, args=(node.port, bodies, until, statuses), daemon=True)
               for _ in range(4)]
    for worker in workers:
        worker.start()
    time.sleep(1.5)
    begin = time.monotonic()
    node.process.send_signal(signal.SIGTERM)
    status = node.process.wait(timeout=300)
    took = time.monotonic() - begin
    for worker in workers:
        worker.kill()
        worker.join()
    # request_seconds, two seconds of grace twice, store_wait_seconds and a second more; the rest is for a busy machine.
    print(f"ended after {took:.1f} s with status {status} (limits.request_seconds is 2)")
    return status != 0 or took > 30


def descriptors(folder, _options):
    node = faults.Node(folder, "node", f"sqlite:{folder}/ivig.db")
    node.start()
    used = len(os.listdir(f"/proc/{node.process.pid}/fd"))
    # As if files and outgoing connections had taken what the start left free.
    resource.prlimit(node.process.pid, resource.RLIMIT_NOFILE, (used + 12, used + 12))
    wrong = 0
    half_sent, refused = [], 0
    for _ in range(40):  # none of them is idle: each has begun a request
        try:
            connection = socket.create_connection(("127.0.0.1", node.port), timeout=10)
            connection.sendall(b"POST / HT")
            half_sent.append(connection)
        except OSError:
            refused += 1
    begin = time.monotonic()
    for _ in range(10):
        wrong += node.get("/healthz")[0] != 200
    print(f"no descriptor left: 10 probes took {time.monotonic() - begin:.1f} s, {wrong} of them wrong")
    # Refused, or served: a few of the half sent ones may have made place before their first byte was read.
    connection = socket.create_connection(("127.0.0.1", node.port), timeout=10)
    begin = time.monotonic()
    try:
        connection.sendall(b"GET /cds-services HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = connection.recv(4096)
    except ConnectionError:
        answer = b""
    print(f"a caller was answered after {time.monotonic() - begin:.1f} s: {answer[:20]!r}")
    wrong += answer != b"" and not answer.startswith((b"HTTP/1.1 503", b"HTTP/1.1 200"))
    for one in half_sent:
        one.close()
    faults.await_true("a good answer", lambda: answers(node), 60)
    idle = [socket.create_connection(("127.0.0.1", node.port), timeout=10) for _ in range(60)]
    good = sum(answers(node) for _ in range(10))
    print(f"among {len(idle)} idle connections {good} of 10 new ones were served")
    wrong += good < 10
    node.stop()
    return wrong > 0


def answers(node):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=10)
        connection.request("GET", "/cds-services")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


class Cramped(faults.Node):
    """A server whose files can grow no more."""

    def limits(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))



def file_size(folder, _options):
    """The limit on the size of a file stops database and spool alike, as a full disk does."""
    order, wrong = example(), 0
    for required in (False, True):
        name = f"required-{required}".lower()
        node = Cramped(folder, name, f"sqlite:{folder}/{name}.db",
                       extra=f"store_required: {str(required).lower()}\nstore_memory_bytes: 30000\n"
                             f"store_spool: {folder}/{name}.spool\nstore_spool_bytes: 65536\n")
        node.start()
        statuses = []
        for _ in range(60):
            connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=120)
            connection.request("POST", faults.SERVICE, json.dumps(dict(order, hookInstance=str(uuid.uuid4()))),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            cards = json.loads(answer.read()).get("cards") if answer.status == 200 else None
            statuses.append(answer.status)
            wrong += answer.status == 200 and not cards
            wrong += answer.status == 503 and not answer.getheader("Retry-After")
        figures = {line.split('"')[1]: int(float(line.split()[-1])) for line in node.get("/metrics")[1].splitlines()
                   if line.startswith("ivig_cds_store_records_total")}
        held = int(node.metric("ivig_cds_spool_memory_records"))
        node.stop()
        kept = len(node.export())
        with open(os.path.join(node.folder, "log"), encoding="utf-8") as log:
            alarms = [json.loads(line)["event"] for line in log if '"level":"error"' in line]
        print(f"store_required: {required}: {statuses.count(200)} x 200, {statuses.count(503)} x 503; in the database "
              f"{kept}, spooled {figures['spooled']}, lost {figures['lost']}, in memory at the end {held}; {set(alarms)}")
        if required:
            wrong += 503 not in statuses
        else:
            wrong += statuses.count(200) != 60 or "store_lost" not in alarms
            # Each decision is in the database at last, or is counted as lost; what memory held at the end may be either.
            wrong += not 60 - held <= kept + figures["lost"] <= 60 + held
    return wrong > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    runs = {"load": load, "stop": stop, "descriptors": descriptors, "file-size": file_size}
    parser.add_argument("run", choices=sorted(runs))
    parser.add_argument("--binary", default=f"{faults.ROOT}/build/release/ivig-cds")
    parser.add_argument("--seconds", type=float, default=30, help="of load")
    parser.add_argument("--attackers", type=int, default=2, help="connections that send long bodies")
    parser.add_argument("--bytes", type=int, default=16 * 1024 * 1024 - 4096, help="of a long body")
    parser.add_argument("--rate", type=float, default=40, help="paced calls a second")
    parser.add_argument("--goals", action="store_true", help="fail where a goal was missed")
    options = parser.parse_args()
    faults.ARGS = options
    with tempfile.TemporaryDirectory() as folder:
        failed = runs[options.run](folder, options)
    print("overload: FAILED" if failed else "overload: ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
