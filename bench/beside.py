#!/usr/bin/env python3
"""Normal calls beside clients and servers that behave badly: how much slower do they get?

    bench/beside.py slow-clients     1000 connections that send a byte now and then
    bench/beside.py hanging-fhir     64 calls in flight that wait for a FHIR server that says nothing
    bench/beside.py forged-tokens    16 connections that send ES384 tokens with a wrong signature as fast as they can (wrk)

Starts the server on loopback. Normal calls come one after the other over TLS and bring all their data. Prints median and
95th percentile of them alone and beside, and their ratio; alternates the two, because the machine may have other work.
"""

import argparse
import http.client
import json
import multiprocessing
import selectors
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICE = "/cds-services/ivig-order-sign"
ISSUER = "https://ehr.example.org/fhir"

sys.path.insert(0, str(ROOT / "conformance"))
from kit.tokens import Key, claims_for, encode  # noqa: E402


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Apart:
    """Bad behaviour in a process of its own: in this one its work would be counted as the server's."""

    def __init__(self, make):
        self.ours, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.run, args=(make, theirs))
        self.process.start()

    @staticmethod
    def run(make, theirs):
        bad = make()
        theirs.recv()
        theirs.send(bad.stop())

    def stop(self):
        self.ours.send("stop")
        said = self.ours.recv()
        self.process.join()
        return said


class SlowClients(threading.Thread):
    """Plain HTTP, so that one thread can hold them all; the server's limits are the same as for TLS."""

    def __init__(self, port, count):
        super().__init__(daemon=True)
        self.port, self.count, self.reconnects, self.open = port, count, 0, 0
        self.stopping = threading.Event()

    def connect(self, body):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", self.port))
        head = f"POST {SERVICE} HTTP/1.1\r\nHost: localhost\r\n"
        text = head + "Content-Length: 100000\r\n\r\n" + "x" * 1000 if body else head + "X-A: " + "a" * 1000
        return [client, text.encode(), len(head) + 30 if body else 0]

    def run(self):
        clients = [self.connect(i % 2 == 0) for i in range(self.count)]
        selector = selectors.DefaultSelector()
        for i, client in enumerate(clients):
            selector.register(client[0], selectors.EVENT_READ, i)
        self.open = len(clients)
        turn = 0
        while not self.stopping.is_set():
            for key, _ in selector.select(0.02):
                i = key.data
                try:
                    gone = not clients[i][0].recv(4096)
                except BlockingIOError:
                    continue
                except OSError:
                    gone = True
                if gone:
                    selector.unregister(clients[i][0])
                    clients[i][0].close()
                    clients[i] = self.connect(i % 2 == 0)
                    selector.register(clients[i][0], selectors.EVENT_READ, i)
                    self.reconnects += 1
            # A twentieth of them sends each turn: every one a byte or so a second.
            for client in clients[turn::20]:
                if client[2] == 0 or client[2] > 100:
                    part = client[1][:1]
                    client[1] = client[1][1:]
                else:  # the head of a slow body at once
                    part, client[1] = client[1][: client[2] + 40], client[1][client[2] + 40:]
                    client[2] = 1000
                try:
                    client[0].send(part)
                except OSError:
                    pass
            turn = (turn + 1) % 20
        for client in clients:
            client[0].close()

    def stop(self):
        self.stopping.set()
        self.join()
        return f"slow clients came again {self.reconnects} times"


class HangingFhir:
    """Accepts, reads, and never answers; for each of `count` callers one call after the other waits for it. Calls lack
    two of the prefetch keys."""

    def __init__(self, port, fhir_port, count):
        self.port, self.running, self.waited = port, True, 0
        self.listener = socket.create_server(("127.0.0.1", fhir_port), backlog=1024)
        self.held = []
        self.body = json.dumps(self.with_gaps(fhir_port)).encode()
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads += [threading.Thread(target=self.call) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    @staticmethod
    def with_gaps(fhir_port):
        order = json.loads((ROOT / "conformance/examples/order-sign-ibm.json").read_text())
        for key in ("patient", "conditions", "observations", "allergies", "medications", "medicationStatements", "procedures"):
            order["prefetch"].setdefault(key, {"resourceType": "Bundle", "type": "searchset", "entry": []})
        del order["prefetch"]["observations"], order["prefetch"]["procedures"]
        order["fhirServer"] = f"http://127.0.0.1:{fhir_port}/fhir"
        order["fhirAuthorization"] = {"access_token": "t", "token_type": "Bearer", "expires_in": 300,
                                      "scope": "patient/*.read", "subject": "cds"}
        return order

    def accept(self):
        while self.running:
            try:
                self.held.append(self.listener.accept()[0])
            except OSError:
                return

    def call(self):
        while self.running:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            connection.request("POST", SERVICE, self.body, {"Content-Type": "application/json"})
            connection.getresponse().read()
            connection.close()
            self.waited += 1

    def stop(self):
        self.running = False
        for thread in self.threads[1:]:
            thread.join()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for one in self.held:
            one.close()
        return f"{self.waited} calls waited for the FHIR server, {len(self.held)} connections to it"


class ForgedTokens:
    """wrk, without bodies: each call is refused after its signature was checked."""

    def __init__(self, port, folder, count):
        token = encode(Key.generate("P-384", kid="k1"), claims_for(ISSUER, f"http://127.0.0.1:{port}{SERVICE}", exp=int(time.time()) + 3000))
        script = folder / "forged.lua"
        script.write_text(f'wrk.method = "POST"\nwrk.headers["Authorization"] = "Bearer {token}"\n')
        self.wrk = subprocess.Popen(["wrk", "-t1", f"-c{count}", "-d300s", "-s", str(script), f"http://127.0.0.1:{port}{SERVICE}"],
                                    stdout=subprocess.PIPE, text=True)

    def stop(self):
        self.wrk.send_signal(2)
        out = self.wrk.communicate()[0]
        return "forged: " + "; ".join(line.strip() for line in out.splitlines() if "requests in" in line or "Requests/sec" in line)


def normal_calls(port, ca, count):
    context = ssl.create_default_context(cafile=ca)
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
    body = (ROOT / "conformance/examples/order-sign-ibm.json").read_bytes()
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        connection.request("POST", SERVICE, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        times.append(time.perf_counter() - begin)
        if answer.status != 200 or b'"cards"' not in text:
            sys.exit(f"a normal call was answered {answer.status}")
    connection.close()
    return times


def configuration(folder, ports, fhir_port):
    key = Key.generate("P-384", kid="k1")
    (folder / "keys.json").write_text(json.dumps({"keys": [key.jwk()]}))
    return {
        "listen": [f"https://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"], "admin": None, "auth": "optional",
        "public_url": f"http://127.0.0.1:{ports[1]}", "store": "none", "rules": str(ROOT / "rules"),
        "tls": {"certificate": "server.pem", "key": "server.key"}, "log": {"level": "error"},
        "clients": [{"name": "ehr", "issuer": ISSUER, "jwks_file": "keys.json"},
                    {"name": "anyone", "fhir_servers": [f"http://127.0.0.1:{fhir_port}/fhir"]}]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["slow-clients", "hanging-fhir", "forged-tokens"])
    parser.add_argument("--count", type=int, help="of bad connections; 1000, 64 or 16")
    parser.add_argument("--calls", type=int, default=100, help="normal calls in each round")
    parser.add_argument("--rounds", type=int, default=14, help="half of them alone")
    parser.add_argument("--binary", default=str(ROOT / "build/release/ivig-cds"))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ivig-beside-"))
    subprocess.run([options.binary, "certs", "dev", str(folder)], check=True, stdout=subprocess.DEVNULL)
    ports, fhir_port = (free_port(), free_port()), free_port()
    (folder / "c.yaml").write_text(json.dumps(configuration(folder, ports, fhir_port)))
    make = {"slow-clients": lambda: start_slow(ports[1], options.count or 1000),
            "hanging-fhir": lambda: HangingFhir(ports[1], fhir_port, options.count or 64),
            "forged-tokens": lambda: ForgedTokens(ports[1], folder, options.count or 16)}[options.what]
    server = subprocess.Popen([options.binary, "serve", "--config", str(folder / "c.yaml")], stdout=subprocess.PIPE)
    try:
        server.stdout.readline(), server.stdout.readline()
        normal_calls(ports[0], folder / "ca.pem", 50)  # warm
        times = {False: [], True: []}
        ratios, said = [], ""
        for _ in range(options.rounds // 2):
            alone = normal_calls(ports[0], folder / "ca.pem", options.calls)
            bad = Apart(make)
            time.sleep(2)
            beside = normal_calls(ports[0], folder / "ca.pem", options.calls)
            said = bad.stop()
            time.sleep(0.5)
            times[False] += alone
            times[True] += beside
            ratios.append(statistics.median(beside) / statistics.median(alone))
        for name, pick in (("median", statistics.median), ("95th percentile", lambda t: statistics.quantiles(t, n=20)[18])):
            without, beside = pick(times[False]), pick(times[True])
            print(f"{name}: {without * 1000:.2f} ms alone, {beside * 1000:.2f} ms beside {options.what}, "
                  f"ratio {beside / without:.2f}")
        print(f"median of the rounds' ratios of medians: {statistics.median(ratios):.2f} "
              f"({', '.join(f'{ratio:.2f}' for ratio in ratios)})")
        print(f"{len(times[True])} normal calls beside, all answered; in the last round: {said}")
    finally:
        server.terminate()
        server.wait(timeout=60)


def start_slow(port, count):
    slow = SlowClients(port, count)
    slow.start()
    return slow


if __name__ == "__main__":
    main()
