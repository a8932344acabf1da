#!/usr/bin/env python3
"""A thousand connections that send a byte now and then, and normal calls beside them: how much slower do those get?

    bench/slow_clients.py [--slow 1000] [--calls 400] [--binary build/release/ivig-cds]

Starts the server on loopback. Half of the slow clients dribble their headers, half their body; whoever is closed comes again.
Prints median and 95th percentile of normal calls with and without them, and their ratio. Alternates the two, because the
machine may have other work.
"""

import argparse
import http.client
import json
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


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slow", type=int, default=1000)
    parser.add_argument("--calls", type=int, default=400, help="normal calls in each of six rounds")
    parser.add_argument("--binary", default=str(ROOT / "build/release/ivig-cds"))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ivig-slow-"))
    subprocess.run([options.binary, "certs", "dev", str(folder)], check=True, stdout=subprocess.DEVNULL)
    port, plain = free_port(), free_port()
    (folder / "c.yaml").write_text(json.dumps({
        "listen": [f"https://127.0.0.1:{port}", f"http://127.0.0.1:{plain}"], "admin": None, "auth": "off", "store": "none",
        "rules": str(ROOT / "rules"), "tls": {"certificate": "server.pem", "key": "server.key"}, "log": {"level": "warn"}}))
    server = subprocess.Popen([options.binary, "serve", "--config", str(folder / "c.yaml")], stdout=subprocess.PIPE)
    try:
        server.stdout.readline(), server.stdout.readline()
        normal_calls(port, folder / "ca.pem", 50)  # warm
        times = {False: [], True: []}
        reconnects = 0
        for turn in range(6):
            slow = SlowClients(plain, options.slow if turn % 2 else 0)
            slow.start()
            time.sleep(2)
            times[turn % 2 == 1] += normal_calls(port, folder / "ca.pem", options.calls)
            reconnects += slow.reconnects
            slow.stopping.set()
            slow.join()
            time.sleep(0.5)
        for name, pick in (("median", statistics.median), ("95th percentile", lambda t: statistics.quantiles(t, n=20)[18])):
            without, beside = pick(times[False]), pick(times[True])
            print(f"{name}: {without * 1000:.2f} ms alone, {beside * 1000:.2f} ms beside {options.slow} slow connections, "
                  f"ratio {beside / without:.2f}")
        print(f"{len(times[True])} normal calls beside them, all answered; slow clients came again {reconnects} times")
    finally:
        server.terminate()
        server.wait(timeout=40)


if __name__ == "__main__":
    main()
