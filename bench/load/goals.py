"""The goals: one row each, in the order of the table."""

from dataclasses import dataclass


@dataclass
class Goal:
    key: str
    figure: str
    goal: str
    limit: float | None = None  # None: the figure is to be reported
    at_least: bool = False  # else at most
    value: float | None = None
    measured: str = ""
    missing: str = ""  # why there is no value

    def set(self, value, measured):
        self.value, self.measured = value, measured

    @property
    def verdict(self):
        if self.value is None:
            return "not measured"
        if self.limit is None:
            return "reported"
        good = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "met" if good else "**missed**"


def goals():
    rows = [
        Goal("cpu-static", "CPU per request / tuned static Beast responder, plain", "≤ 1.6", 1.6),
        Goal("cpu-dom", "CPU per request / tuned Beast + RapidJSON in-situ DOM and nothing else", "≤ 0.8", 0.8),
        Goal("tls", "TLS 1.3 adds, CPU per request", "≤ 10 µs", 10),
        Goal("fastify", "requests/s / hand-written Fastify service, fixed card", "≥ 5", 5, True),
        Goal("large", "250 kB prefetch: CPU per request / static responder, same body", "≤ 3", 3),
        Goal("p99", "p99 at 70 % of the maximum rate / static responder's", "≤ 1.5", 1.5),
        Goal("store", "requests/s with store (SQLite) / without", "≥ 0.80", 0.80, True),
        Goal("jwt-rs384", "verified JWT, RS384 (2048 bits): added CPU per request", "≤ 30 µs", 30),
        Goal("jwt-es384", "verified JWT, ES384: added CPU per request", "reported"),
        Goal("rules", "evaluation time, 10 x the rules / 1 x", "≤ 1.3", 1.3),
        Goal("review", "`review`, bytes/s / RapidJSON's DOM parse of the same files, same threads", "≥ 1.0", 1.0, True),
        Goal("review-memory", "`review`, peak memory, four times the input / once", "flat (≤ 1.1)", 1.1),
        Goal("threads", "`review`, 2 threads / 1 thread", "≥ 1.8", 1.8, True),
        Goal("memory", "resident memory after many requests / after ten thousand", "≤ 1.1", 1.1),
        Goal("idle", "10 000 idle keep-alive connections", "held; memory reported", 10_000, True),
    ]
    return {row.key: row for row in rows}
