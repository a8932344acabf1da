"""Measurements of memory: after many requests, and with many connections that rest."""

import re
import select
import socket
import ssl
import time
import urllib.request
from urllib.parse import urlsplit

from .generators import PATH, wrk
from .process import Failure
from .servers import start_own

MIB = 1024 * 1024


def fallen_back(server):
    """Records that the store did not take at once: a stalled disk shows here. From /metrics, on the last listener."""
    with urllib.request.urlopen(server.urls[-1] + "/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return sum(int(float(line.split()[-1])) for line in lines
               if re.match(r'ivig_cds_store_records_total\{result="(spooled|unsaved|lost|refused)"', line))


def memory(context, report):
    """Row memory: as installed, with a store."""
    scale, body = context.scale, context.body
    server = start_own(context.fleet, "for-memory", store=f"sqlite:{context.fleet.folder / 'memory.db'}",
                       admin="http://127.0.0.1:0")
    few, many = 10_000, scale.memory_requests
    points = [["started", f"{server.resident() / MIB:.1f} MiB", "0"]]
    sizes = {}
    done = 0
    for goal in (few, many // 2, many):
        context.progress(f"{goal} requests")
        while done < goal:
            step = min(max(goal - done, 1000), 100_000)  # so that the log is emptied now and then
            done += wrk(server, body, 600, connections=32, script="count.lua", arguments=[step // 2 + 1]).requests
        sizes[goal] = server.resident()
        points.append([f"after {done} requests", f"{sizes[goal] / MIB:.1f} MiB", str(fallen_back(server))])
    report.remarks += [f"memory: the server warned: {line}" for line in server.warnings if '"auth_off"' not in line][:5]
    context.fleet.stop(server)
    for file in context.fleet.folder.glob("memory.db*"):
        if file.is_file():
            file.unlink()
    value = sizes[many] / sizes[few]
    report.goals["memory"].set(value, f"{value:.2f} ({many} requests: {sizes[many] / MIB:.0f} MiB, 10 000: "
                                      f"{sizes[few] / MIB:.0f} MiB)")
    report.table("Resident memory", ["", "resident", "records fallen back"], points,
                 "Store SQLite, access log on, 32 connections. A record falls back to the spool, and then to memory, when the "
                 "database does not take it within a second." + ("" if many >= 1_000_000 else
                 f" {many} requests instead of a million: `--full` makes the million."))


def exchange(connection, request):
    """One call on an open connection."""
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = connection.recv(65536)
        if not part:
            raise Failure("the server closed a connection")
        answer += part
    head, _, rest = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise Failure(f"a connection was answered {head.splitlines()[0].decode('latin-1')}")
    length = next(int(line.split(b":")[1]) for line in head.lower().splitlines() if line.startswith(b"content-length:"))
    while len(rest) < length:
        part = connection.recv(65536)
        if not part:
            raise Failure("the server closed a connection")
        rest += part


def hold(process, url, count, request, tls=None):
    """Opens so many connections, one call on each, and lets them rest. Returns how many were held and bytes for each."""
    address = urlsplit(url)
    before = process.resident()
    connections = []
    try:
        for _ in range(count):
            plain = socket.create_connection((address.hostname, address.port), 30)
            connections.append(tls.wrap_socket(plain) if tls else plain)
            exchange(connections[-1], request)
        time.sleep(1)
        after = process.resident()
        closed = select.poll()
        for connection in connections:
            closed.register(connection, select.POLLIN if not tls else select.POLLHUP | select.POLLRDHUP)
        held = len(connections) - len(closed.poll(0))
        for connection in connections[::max(1, count // 200)]:
            exchange(connection, request)  # they serve still
        return held, (after - before) / count
    finally:
        for connection in connections:
            connection.close()


def idle(context, report):
    """Row idle."""
    text = context.body.read_bytes()
    request = (f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               f"Content-Length: {len(text)}\r\n\r\n").encode() + text
    count = min(10_000, context.descriptors - 500)
    lines = []

    def measure(name, process, url, number, tls=None):
        context.progress(f"{number} connections to {name}")
        held, size = hold(process, url, number, request, tls)
        lines.append([name, str(held), f"{size / 1024:.1f} KiB"])
        return held, size

    server = start_own(context.fleet, "for-idle")
    wrk(server, context.body, 1)
    time.sleep(0.5)
    held, size = measure("ivig-cds", server, server.url(), count)
    context.fleet.stop(server)
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    server = start_own(context.fleet, "for-idle-tls")
    wrk(server, context.body, 1, "https")
    time.sleep(0.5)
    measure("ivig-cds, TLS", server, server.url("https"), context.scale.tls_connections, trusting)
    context.fleet.stop(server)
    measure("static", context.servers["static"], context.servers["static"].url(), min(count, 2000))
    report.goals["idle"].set(held, f"{held} held, {size / 1024:.1f} KiB each")
    if count < 10_000:
        report.goals["idle"].measured += f" (a process may have {context.descriptors} descriptors here)"
    report.table("Idle connections", ["server", "held", "resident memory each"], lines,
                 "Each connection has made one call, and rests for a second at least; then some are used again. The kernel's "
                 "memory for sockets is not counted.")
