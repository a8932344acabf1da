#!/usr/bin/env python3
"""Breaks the service under load and counts what is lost.

  faults.py kill-sqlite        kill -9, on SQLite, round after round
  faults.py kill-postgresql    kill -9, on PostgreSQL
  faults.py postgresql-away    PostgreSQL stopped and started under load
  faults.py file-locked        another program holds the SQLite file, and lets go under load
  faults.py disk-full          the volume of the SQLite file is full for a while (needs root: a small tmpfs)
  faults.py two-nodes          two nodes, one PostgreSQL, HAProxy: a node killed, then a rolling restart

Every answered request must be found in the store afterwards, every acknowledged feedback too. Each fault ends with one
line of counts; the exit status is 1 if anything was lost. PostgreSQL is a private cluster on a socket of its own, ports
are free ones on loopback, and only processes that were started here are ended.
"""
import argparse
import http.client
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{ROOT}/conformance")

from kit.ports import free_port  # noqa: E402

SERVICE = "/cds-services/ivig-order-sign"


def await_true(what, condition, seconds=300):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise SystemExit(f"faults: {what} did not come within {seconds} s")


class Node:
    """One server process; with `https`, a second listener has that port."""

    def __init__(self, folder, name, store, port=0, admin=0, extra="", auth="off", https=0):
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder, exist_ok=True)
        self.config = os.path.join(self.folder, "config.yaml")
        self.port = port or free_port()
        self.admin = admin or free_port()
        with open(self.config, "w", encoding="utf-8") as out:
            listeners = f"http://127.0.0.1:{self.port}" + (f", https://127.0.0.1:{https}" if https else "")
            out.write(f"listen: [{listeners}]\nadmin: http://127.0.0.1:{self.admin}\n"
                      f"auth: {auth}\nrules: {ROOT}/rules\nstore: {store}\n"
                      f"store_key: {folder}/store.key\nlog: {{level: warn}}\nthreads: 2\n"
                      + (extra if "public_url" in extra else f"public_url: http://127.0.0.1:{self.port}\n{extra}"))
        self.listeners = 3 if https else 2
        self.process = None

    def start(self):
        log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen([ARGS.binary, "serve", "--config", self.config], stdout=subprocess.PIPE,
                                        stderr=log, preexec_fn=self.limits)
        for _ in range(self.listeners):
            line = self.process.stdout.readline()
            if not line.startswith(b"listening "):
                raise SystemExit(f"faults: the server did not start; see {self.folder}/log")

    def limits(self):
        pass

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=300)

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=120)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def metric(self, name):
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        return None

    def cpu_seconds(self):
        """What the process has used so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def export(self):
        out = subprocess.run([ARGS.binary, "decisions", "export", "--config", self.config], stdout=subprocess.PIPE,
                             check=True)
        return [json.loads(line) for line in out.stdout.splitlines()]


class Postgres:
    """A private cluster; the server refuses to run as root, so root lends it the user postgres."""

    def __init__(self, folder):
        versions = sorted(os.listdir("/usr/lib/postgresql"))
        self.bin = f"/usr/lib/postgresql/{versions[-1]}/bin"
        self.home = os.path.join(folder, "pg")
        os.makedirs(self.home)
        self.as_owner = []
        if os.geteuid() == 0:
            os.chmod(folder, 0o711)
            shutil.chown(self.home, "postgres")
            self.as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        self.run(["initdb", "-D", self.home + "/data", "-A", "trust", "-U", "ivig", "--no-sync"])
        self.start()
        self.url = f"postgresql://ivig@/postgres?host={self.home}"

    def run(self, command):
        subprocess.run(self.as_owner + [f"{self.bin}/{command[0]}"] + command[1:], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.home)

    def start(self):
        self.run(["pg_ctl", "-D", self.home + "/data", "-w", "-t", "300", "-l", self.home + "/log", "-o",
                  f"-c listen_addresses='' -c unix_socket_directories={self.home}", "start"])

    def stop(self, mode="fast"):
        self.run(["pg_ctl", "-D", self.home + "/data", "-w", "-t", "300", "-m", mode, "stop"])


class Load:
    """Clients that order, and give feedback on every second card. Notes only what was answered in full."""

    def __init__(self, port, clients, pause=0.0):
        self.port, self.pause = port, pause
        self.order = json.load(open(f"{ROOT}/conformance/examples/order-sign-ibm.json", encoding="utf-8"))
        self.lock = threading.Lock()
        self.answered, self.cards, self.feedback = set(), set(), set()
        self.failed, self.feedback_refused, self.slowest = 0, 0, 0.0
        self.running = True
        self.threads = [threading.Thread(target=self.client) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def post(self, connection, path, body):
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def client(self):
        connection, number = None, 0
        while self.running:
            instance = str(uuid.uuid4())
            begin = time.monotonic()
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
                status, body = self.post(connection, SERVICE, dict(self.order, hookInstance=instance))
                if status != 200:
                    raise OSError(status)
                card = json.loads(body)["cards"][0]["uuid"]
                with self.lock:
                    self.answered.add(instance)
                    self.cards.add(card)
                    self.slowest = max(self.slowest, time.monotonic() - begin)
                time.sleep(self.pause)
                number += 1
                if number % 2 == 0:
                    entry = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-24T12:00:00Z",
                             "overrideReason": {"userComment": "fault test"}}
                    status, _ = self.post(connection, SERVICE + "/feedback", {"feedback": [entry]})
                    with self.lock:
                        if status == 200:
                            self.feedback.add(card)
                        else:
                            self.feedback_refused += 1
            except (OSError, http.client.HTTPException, ValueError, KeyError, IndexError):
                with self.lock:
                    self.failed += 1
                connection = None
                time.sleep(0.02)

    def count(self):
        with self.lock:
            return len(self.answered)

    def await_more(self, answers):
        """Returns once so many more have been answered: a busy machine takes its time, a broken server never gets there."""
        wanted = self.count() + answers
        await_true(f"{answers} more answers", lambda: self.count() >= wanted)

    def stop(self):
        self.running = False
        for thread in self.threads:
            thread.join()


def lost(load_or_sets, decisions):
    """Answered calls and acknowledged feedback that the store does not hold."""
    answered, feedback = load_or_sets
    instances = {decision["hookInstance"] for decision in decisions}
    kept = {entry["card"] for decision in decisions for entry in decision["feedback"]}
    return len(answered - instances), len(feedback - kept)


def settled(node):
    """Whether the spool is empty and the database takes records."""
    return node.metric("ivig_cds_spool_bytes") == 0 and node.metric("ivig_cds_store_writable") == 1


def say(name, **counts):
    print(name + ": " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in counts.items()), flush=True)


def kill_rounds(name, folder, store):
    node = Node(folder, "node", store)
    answered, feedback, failed = set(), set(), 0
    for _ in range(ARGS.rounds):
        node.start()
        load = Load(node.port, ARGS.clients)
        load.await_more(20)
        time.sleep(random.uniform(0.1, ARGS.seconds))
        node.kill()
        load.stop()
        answered |= load.answered
        feedback |= load.feedback
        failed += load.failed
    node.start()
    await_true("the spool's return", lambda: settled(node))
    decisions, entries = lost((answered, feedback), node.export())
    node.stop()
    say(name, rounds=ARGS.rounds, answered=len(answered), feedback_acknowledged=len(feedback), decisions_lost=decisions,
        feedback_lost=entries)
    return decisions + entries


def kill_sqlite(folder):
    lost_ones = kill_rounds("kill -9 on SQLite", folder, f"sqlite:{folder}/ivig.db")
    open_to_others = [name for name in os.listdir(folder) if name.startswith("ivig.db") or name == "store.key"
                      if os.stat(os.path.join(folder, name)).st_mode & 0o077]
    if open_to_others:
        raise SystemExit(f"faults: others than the server's user may read {', '.join(open_to_others)}")
    return lost_ones


def kill_postgresql(folder):
    postgres = Postgres(folder)
    try:
        return kill_rounds("kill -9 on PostgreSQL", folder, postgres.url)
    finally:
        postgres.stop("immediate")


def postgresql_away(folder):
    postgres = Postgres(folder)
    node = Node(folder, "node", postgres.url)
    node.start()
    load = Load(node.port, ARGS.clients, pause=0.01)  # what is spooled meanwhile is to be brought back, too
    during = 0
    try:
        for number in range(ARGS.rounds):
            load.await_more(20)
            time.sleep(ARGS.seconds)
            postgres.stop("fast" if number % 2 == 0 else "immediate")
            before = load.count()
            await_true("an honest readiness", lambda: node.get("/readyz")[0] == 503)
            if node.get("/readyz?spool=ok")[0] != 200:
                raise SystemExit("faults: the spool does not take records")
            load.await_more(20)
            time.sleep(ARGS.seconds)
            during += load.count() - before
            postgres.start()
            await_true("readiness", lambda: node.get("/readyz")[0] == 200)
        load.await_more(20)
        load.stop()
        await_true("the spool's return", lambda: settled(node))
        decisions, entries = lost((load.answered, load.feedback), node.export())
        say("PostgreSQL away", times=ARGS.rounds, answered=len(load.answered), answered_while_away=during,
            calls_failed=load.failed, slowest_answer_s=round(load.slowest, 2), feedback_acknowledged=len(load.feedback),
            feedback_refused_for_now=load.feedback_refused, decisions_lost=decisions, feedback_lost=entries)
        return decisions + entries + load.failed + (0 if during > 0 else 1)
    finally:
        load.stop()
        node.stop()
        postgres.stop("immediate")


def file_locked(folder):
    """Another program writes to the file and takes its time; the load does not rest when it lets go."""
    node = Node(folder, "node", f"sqlite:{folder}/ivig.db")
    node.start()
    load = Load(node.port, ARGS.clients)
    during = 0
    try:
        for _ in range(ARGS.rounds):
            load.await_more(20)
            holder = sqlite3.connect(f"{folder}/ivig.db", timeout=60, isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            before = load.count()
            await_true("the spool", lambda: node.metric("ivig_cds_spool_bytes") > 0)
            load.await_more(20)
            time.sleep(ARGS.seconds)
            during += load.count() - before
            holder.execute("ROLLBACK")
            holder.close()
            await_true("the spool's return", lambda: settled(node))
        load.stop()
        await_true("the spool's return", lambda: settled(node))
        decisions, entries = lost((load.answered, load.feedback), node.export())
        say("SQLite locked", times=ARGS.rounds, answered=len(load.answered), answered_while_locked=during,
            calls_failed=load.failed, slowest_answer_s=round(load.slowest, 2), feedback_acknowledged=len(load.feedback),
            decisions_lost=decisions, feedback_lost=entries)
        return decisions + entries + load.failed + (0 if during > 0 else 1)
    finally:
        load.stop()
        node.stop()


def disk_full(folder):
    """The database's volume is a tmpfs of 24 MiB that a file fills; the spool is on another volume."""
    volume = os.path.join(folder, "volume")
    os.makedirs(volume)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", volume], check=True)
    node = Node(folder, "node", f"sqlite:{volume}/ivig.db", extra=f"store_spool: {folder}/spool\n")
    load = None
    try:
        node.start()
        load = Load(node.port, ARGS.clients)
        load.await_more(20)
        filler = os.path.join(volume, "filler")
        try:
            with open(filler, "wb", buffering=0) as out:
                while True:
                    out.write(b"x" * 4096)
        except OSError:
            pass
        await_true("the alarm", lambda: node.get("/readyz")[0] == 503)
        reason = node.get("/readyz")[1].strip()
        before = load.count()
        load.await_more(20)
        time.sleep(ARGS.seconds)
        during = load.count() - before
        load.stop()
        if os.path.exists(filler):
            os.unlink(filler)
        # What was spooled must fit: the volume grows with it, as an operator would see to.
        subprocess.run(["mount", "-o", "remount,size=512m", volume], check=True)
        await_true("the spool's return", lambda: settled(node))
        decisions, entries = lost((load.answered, load.feedback), node.export())
        alarms = open(os.path.join(node.folder, "log"), encoding="utf-8").read().count("store_down")
        say("disk full", answered=len(load.answered), answered_while_full=during, calls_failed=load.failed,
            alarms=alarms, decisions_lost=decisions, feedback_lost=entries)
        print("disk full: /readyz said: " + reason)
        return decisions + entries + load.failed + (0 if during > 0 and alarms > 0 else 1)
    finally:
        if load:
            load.stop()
        node.stop()
        subprocess.run(["umount", volume], check=True)


def haproxy_config(folder, front, nodes, certificate=None):
    """The example of deploy/ with addresses of this test: one port, TLS only with a file of certificate and key."""
    example = open(f"{ROOT}/deploy/haproxy/haproxy.cfg", encoding="utf-8").read()
    tls = f" ssl crt {certificate} alpn http/1.1" if certificate else ""
    example = example.replace("bind :443 ssl crt /etc/haproxy/ivig-cds.pem alpn http/1.1", f"bind 127.0.0.1:{front}{tls}")
    example = example.replace("maxconn 20000", "maxconn 500")  # more needs more open files than a test may have
    for number, node in enumerate(nodes, 1):
        example = example.replace(f"ivig-cds-{number}:8080", f"127.0.0.1:{node.port}")
        example = example.replace(f"ivig-cds-{number}:9464", f"127.0.0.1:{node.admin}")
        example = example.replace(f"port 9464 # {number}", f"port {node.admin}")
    lines = [line for line in example.splitlines() if not line.strip().startswith(("user ", "group ", "chroot ", "log "))]
    path = os.path.join(folder, "haproxy.cfg")
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return path


def two_nodes(folder):
    postgres = Postgres(folder)
    nodes = [Node(folder, f"node{number}", postgres.url, extra="behind_proxy: true\ndrain_seconds: 2\n") for number in (1, 2)]
    for node in nodes:
        node.start()
    front = free_port()
    proxy = subprocess.Popen(["haproxy", "-db", "-f", haproxy_config(folder, front, nodes)], stdout=subprocess.DEVNULL,
                             stderr=open(os.path.join(folder, "haproxy.log"), "wb"))

    def answers():
        try:
            connection = http.client.HTTPConnection("127.0.0.1", front, timeout=2)
            connection.request("GET", "/cds-services")
            return connection.getresponse().status == 200
        except OSError:
            return False

    try:
        await_true("HAProxy", answers)
        load = Load(front, ARGS.clients)
        for number in range(ARGS.rounds):
            time.sleep(ARGS.seconds)
            node = nodes[number % 2]
            node.kill()
            time.sleep(ARGS.seconds)
            node.start()
            await_true("readiness", lambda: node.get("/readyz")[0] == 200)
            time.sleep(3)
        load.stop()
        killed_failed, killed_answered = load.failed, len(load.answered)
        everything = (load.answered, load.feedback)
        load = Load(front, ARGS.clients)
        for node in nodes:
            time.sleep(ARGS.seconds)
            if node.stop() != 0:
                raise SystemExit("faults: a node did not end cleanly")
            node.start()
            await_true("readiness", lambda: node.get("/readyz")[0] == 200)
            time.sleep(3)
        load.stop()
        everything = (everything[0] | load.answered, everything[1] | load.feedback)
        for node in nodes:
            await_true("the spool's return", lambda: settled(node))
        decisions, entries = lost(everything, nodes[0].export())
        say("two nodes, one killed", kills=ARGS.rounds, clients=ARGS.clients, answered=killed_answered,
            calls_failed=killed_failed, most_allowed=ARGS.rounds * ARGS.clients)
        say("two nodes, rolling restart", answered=len(load.answered), calls_failed=load.failed)
        say("two nodes, store", decisions_lost=decisions, feedback_lost=entries)
        beyond = max(0, killed_failed - ARGS.rounds * ARGS.clients)
        return decisions + entries + load.failed + beyond
    finally:
        proxy.send_signal(signal.SIGTERM)
        proxy.wait()
        for node in nodes:
            if node.process.poll() is None:
                node.stop()
        postgres.stop("immediate")


FAULTS = {"kill-sqlite": kill_sqlite, "kill-postgresql": kill_postgresql, "postgresql-away": postgresql_away,
          "file-locked": file_locked, "disk-full": disk_full, "two-nodes": two_nodes}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fault", choices=FAULTS)
    parser.add_argument("--binary", default=f"{ROOT}/build/release/ivig-cds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of load in each phase")
    parser.add_argument("--clients", type=int, default=8)
    ARGS = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ivig-faults-") as temporary:
        sys.exit(1 if FAULTS[ARGS.fault](temporary) else 0)
