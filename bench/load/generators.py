"""Load: wrk as fast as it goes, and the paced client at a fixed rate. What both did to a server is a Sample."""

import json
import statistics
from dataclasses import dataclass

from .process import BENCH, ROOT, Failure, run, run_until

PATH = "/cds-services/ivig-order-sign"
LUA = ROOT / "bench/lua"
CONNECTIONS = 16


@dataclass
class Sample:
    """One slot of load on one server."""

    requests: int
    rate: float  # a second
    cpu: float  # of the server, microseconds a request
    p50: float  # microseconds
    p99: float


def wrk(process, body, seconds, scheme="http", connections=CONNECTIONS, threads=2, script="post.lua", arguments=()):
    """A slot of closed-loop load: `connections` clients that each send the next request when the answer is there.
    `seconds` is a whole number: wrk knows no other."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", LUA / script,
               process.url(scheme) + PATH, "--", body, *arguments]
    before = process.cpu()
    out = run_until(command, "USED UP", threads, seconds + 60)
    used = process.cpu() - before
    line = next((line for line in out if line.startswith("RESULT ")), None)
    if line is None:
        raise Failure(f"wrk said nothing of {process.name}")
    requests, microseconds, p50, p99, refused, broken = (int(word) for word in line.split()[1:])
    if refused or broken or requests == 0:
        raise Failure(f"{process.name}: of {requests} requests {refused} were refused, {broken} broke off")
    process.forget_log()
    return Sample(requests, requests / (microseconds / 1e6), used * 1e6 / requests, p50, p99)


def paced(process, body, rate, seconds, connections=64):
    """A slot of open-loop load. Returns what bench/paced_client.cpp prints, and `cpu`: of the server, microseconds a request."""
    before = process.cpu()
    port = process.url().rpartition(":")[2]
    out = run([BENCH / "paced_client", port, PATH, body, f"{rate:.0f}", f"{seconds:.1f}", connections], seconds + 60)
    process.forget_log()
    found = json.loads(out)
    found["cpu"] = (process.cpu() - before) * 1e6 / (found["rate"] * seconds)
    return found


def rounds(count, slots, progress):
    """Interleaved: every slot once, then every slot again. `slots`: name -> function that returns a sample."""
    samples = {name: [] for name in slots}
    for number in range(count):
        progress(f"round {number + 1} of {count}")
        for name, slot in slots.items():
            samples[name].append(slot())
    return samples


def median(samples, member):
    return statistics.median(getattr(sample, member) for sample in samples)


def ratio(samples, over, member):
    """The median of the ratios of each round: what the machine does meanwhile falls out."""
    return statistics.median(getattr(a, member) / getattr(b, member) for a, b in zip(samples, over))


def difference(samples, less, member):
    return statistics.median(getattr(a, member) - getattr(b, member) for a, b in zip(samples, less))


def spread(samples, over, member):
    """The lowest and the highest ratio of a round."""
    found = [getattr(a, member) / getattr(b, member) for a, b in zip(samples, over)]
    return min(found), max(found)
