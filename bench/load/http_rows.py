"""Measurements of the server under load, beside its company."""

from . import generators
from .generators import difference, median, paced, ratio, rounds, spread, wrk
from .process import BENCH, Failure, run
from .servers import ISSUER, PUBLIC_URL, post, start_own

MICRO = "µs"


def load_table(report, title, samples, base, note):
    """One line a server; the ratios are medians over the rounds, with the lowest and the highest."""
    lines = []
    for name, found in samples.items():
        low, high = spread(found, samples[base], "cpu")
        lines.append([name, f"{median(found, 'rate'):.0f}", f"{median(found, 'cpu'):.1f} {MICRO}",
                      f"{ratio(found, samples[base], 'cpu'):.2f} ({low:.2f} to {high:.2f})",
                      f"{median(found, 'p50') / 1000:.2f} ms", f"{median(found, 'p99') / 1000:.2f} ms"])
    report.table(title, ["server", "requests/s", "CPU a request", f"CPU / {base}", "p50", "p99"], lines, note)


def slots(context, names, body, seconds, **options):
    """A slot for each server, warmed up: the first second of each is thrown away."""
    processes = {name: context.servers[name] for name in names}
    for process in processes.values():
        wrk(process, body, 1, **options)
    return {name: lambda process=process: wrk(process, body, seconds, **options) for name, process in processes.items()}


def requests(context, report):
    """Rows cpu-static, cpu-dom, tls and fastify: one example request, everybody in turn."""
    scale, body = context.scale, context.body
    names = ["static", "DOM", "ivig-cds", "ivig-cds, no access log", "cpprestsdk"]
    try:
        context.servers["Fastify"]
        names.append("Fastify")
    except Failure as error:
        report.goals["fastify"].missing = str(error)
    turns = slots(context, names, body, scale.seconds)
    turns |= {name: lambda server=server: wrk(server, body, scale.seconds, "https")
              for name, server in (("static, TLS", context.servers["static TLS"]),
                                   ("ivig-cds, TLS", context.servers["ivig-cds"]))}
    own = context.servers["ivig-cds"]
    turns["ivig-cds, new names"] = lambda: wrk(own, body, scale.seconds, script="new_names.lua")
    turns["ivig-cds, another drug"] = lambda: wrk(own, context.other_body, scale.seconds)
    for name in ("static, TLS", "ivig-cds, TLS", "ivig-cds, new names", "ivig-cds, another drug"):
        turns[name]()
    before = own.user_and_system()
    samples = rounds(scale.rounds, turns, context.progress)
    user, system = (after - start for after, start in zip(own.user_and_system(), before))
    ours = samples["ivig-cds"]
    for key, other in (("cpu-static", "static"), ("cpu-dom", "DOM")):
        value = ratio(ours, samples[other], "cpu")
        unseen = ratio(samples["ivig-cds, new names"], samples[other], "cpu")
        report.goals[key].set(value, f"{value:.2f} ({median(ours, 'cpu'):.1f} / {median(samples[other], 'cpu'):.1f} {MICRO}); "
                                     f"names never read before: {unseen:.2f}")
    tls = difference(samples["ivig-cds, TLS"], ours, "cpu")
    company = difference(samples["static, TLS"], samples["static"], "cpu")
    report.goals["tls"].set(tls, f"{tls:.1f} {MICRO} (static responder: {company:.1f})")
    if "Fastify" in samples:
        value = ratio(ours, samples["Fastify"], "rate")
        report.goals["fastify"].set(value, f"{value:.1f} ({median(ours, 'rate'):.0f} / {median(samples['Fastify'], 'rate'):.0f})")
    report.cpu = {name: median(found, "cpu") for name, found in samples.items()}
    load_table(report, "One order-sign request", samples, "static",
               f"`{body.name}`, {body.stat().st_size} bytes; wrk, {generators.CONNECTIONS} connections kept open. Fastify is "
               f"one process, as it is usually started, and so has one core. Of our own CPU {100 * system / (user + system):.0f} % "
               "in all these slots was the kernel's: sockets. How a name reads is remembered: \"new names\" is the same request with every display "
               "text a new one, never read before. \"Another drug\" is the same chart beside an order that is none of ours, which is "
               "what most orders are.")


def large(context, report):
    """Row large."""
    body, scale = context.large_body, context.scale
    samples = rounds(scale.rounds, slots(context, ["static", "static, 64 KiB buffer", "DOM", "ivig-cds"], body, scale.seconds),
                     context.progress)
    value = ratio(samples["ivig-cds"], samples["static"], "cpu")
    beside = ratio(samples["ivig-cds"], samples["static, 64 KiB buffer"], "cpu")
    report.goals["large"].set(value, f"{value:.2f}; against a 64 KiB read buffer {beside:.2f}")
    load_table(report, "A large prefetch", samples, "static",
               f"{body.stat().st_size} bytes: 200 observations, 60 conditions, 60 medications (`bench/large_chart.py`).")


def latency(context, report):
    """Row p99: an open loop at a fixed rate, so that what waits behind a slow answer is counted."""
    scale, body, middle = context.scale, context.body, generators.statistics.median
    rates = {}
    for name, slot in slots(context, ["static", "ivig-cds"], body, scale.seconds).items():
        rates[name] = 0.7 * middle(slot().rate for _ in range(3))
    own, static = context.servers["ivig-cds"], context.servers["static"]
    seconds = min(max(scale.paced_seconds, 300 / min(rates.values())), 15)  # a percentile needs some requests
    samples = rounds(scale.rounds, {
        "static": lambda: paced(static, body, rates["static"], seconds),
        "ivig-cds": lambda: paced(own, body, rates["ivig-cds"], seconds),
        "static, at our rate": lambda: paced(static, body, rates["ivig-cds"], seconds),
    }, context.progress)
    value = middle(a["p99"] / b["p99"] for a, b in zip(samples["ivig-cds"], samples["static"]))
    same = middle(a["p99"] / b["p99"] for a, b in zip(samples["ivig-cds"], samples["static, at our rate"]))
    kept, half = ({name: middle(one[part] for one in found) for name, found in samples.items()} for part in ("rate", "p50"))
    # It queued: the client takes more of the machine than wrk does, or wrk had more of it.
    queued = kept["static"] < 0.99 * rates["static"] or half["static"] > 10 * half["static, at our rate"]
    report.goals["p99"].set(None if queued else value,
                            f"{value:.2f}{' (says nothing: the static responder queued)' if queued else ''}; "
                            f"static responder at our rate: {same:.2f}")
    work = middle(a["cpu"] / b["cpu"] for a, b in zip(samples["ivig-cds"], samples["static, at our rate"]))
    if report.goals["cpu-static"].measured:
        report.goals["cpu-static"].measured += f"; at one rate (the latency row): {work:.1f}"
    asked = {"static": rates["static"]}  # the others: ours
    lines = [[name, f"{asked.get(name, rates['ivig-cds']):.0f}", f"{middle(one['rate'] for one in found):.0f}",
              *(f"{middle(one[part] for one in found):.0f} {MICRO}" for part in ("p50", "p90", "p99", "p999", "cpu"))]
             for name, found in samples.items()]
    report.table("Latency at 70 % of the maximum rate", ["server", "requests/s asked", "kept", "p50", "p90", "p99", "p99.9", "CPU a request"],
                 lines,
                 "Each at 70 % of its own maximum (wrk, just before, the median of three), 64 connections, by `bench/paced_client`: requests are "
                 "sent when they are due, not when the server is ready for them, and latency counts from then on. A server that does not "
                 "keep the rate was given less of the machine than when its maximum was taken: the row says nothing then. A "
                 "request costs a server more where requests are few: each wakes somebody.")


def store(context, report):
    """Row store."""
    scale, body = context.scale, context.body
    database = context.fleet.folder / "decisions.db"
    kept = start_own(context.fleet, "with-store", store=f"sqlite:{database}")
    plain = context.servers["ivig-cds"]
    lines, values = [], {}
    for connections in (16, 64):
        for process in (plain, kept):
            wrk(process, body, 1, connections=connections)
        samples = rounds(scale.rounds, {
            "without": lambda: wrk(plain, body, scale.seconds, connections=connections),
            "with": lambda: wrk(kept, body, scale.seconds, connections=connections)}, context.progress)
        values[connections] = ratio(samples["with"], samples["without"], "rate")
        lines += [[f"{name} store, {connections} connections", f"{median(found, 'rate'):.0f}",
                   f"{median(found, 'cpu'):.1f} {MICRO}", f"{median(found, 'p50') / 1000:.2f} ms",
                   f"{median(found, 'p99') / 1000:.2f} ms"] for name, found in samples.items()]
    context.fleet.stop(kept)
    for file in context.fleet.folder.glob("decisions.db*"):
        if file.is_file():
            file.unlink()
    report.goals["store"].set(values[64], f"{values[64]:.2f} at 64 connections; {values[16]:.2f} at 16")
    report.table("Store", ["server", "requests/s", "CPU a request", "p50", "p99"], lines,
                 "An answer waits until its record is on disk; records that wait together are committed together, so that more "
                 "connections share a commit. The row takes 64.")


def jwt(context, report):
    """Rows jwt-*: every call with a token of its own, because a token is good for one call."""
    scale, body, folder = context.scale, context.body, context.fleet.folder
    counts = {"RS384": scale.tokens_rs384, "ES384": scale.tokens_es384}
    needed = {name: count * (scale.rounds + 1) + 2 for name, count in counts.items()}
    context.progress(f"making {needed['RS384']} + {needed['ES384']} tokens")
    run([BENCH / "make_tokens", folder, ISSUER, f"{PUBLIC_URL}/cds-services/ivig-order-sign", needed["RS384"],
         needed["ES384"]], 300)
    server = start_own(context.fleet, "with-tokens", auth="required", clients=[{
        "name": "ehr", "issuer": ISSUER, "jwks_file": str(folder / "jwks.json")}])
    text = body.read_bytes()
    if post(server, text)[0] != 401:
        raise Failure("a call without token is not refused")
    used = dict.fromkeys(counts, 0)

    def take(name):
        first, used[name] = used[name], used[name] + counts[name]
        return wrk(server, body, 60, threads=1, script="token.lua",
                   arguments=[folder / f"{name}.tokens", first, counts[name]])

    plain = context.servers["ivig-cds"]
    turns = {"no token": lambda: wrk(plain, body, 60, threads=1, script="count.lua", arguments=[counts["RS384"]]),
             "RS384": lambda: take("RS384"), "ES384": lambda: take("ES384")}
    for turn in turns.values():
        turn()
    samples = rounds(scale.rounds, turns, context.progress)
    context.fleet.stop(server)
    for name in counts:
        added = difference(samples[name], samples["no token"], "cpu")
        report.goals[f"jwt-{name.lower()}"].set(added, f"{added:.0f} {MICRO}")
    load_table(report, "Verified tokens", samples, "no token",
               f"Tokens made beforehand (`bench/make_tokens`), {counts['RS384']} and {counts['ES384']} a round, one wrk thread. "
               "Key at hand; signature, claims and replay are checked. What is added includes receiving a longer head.")
