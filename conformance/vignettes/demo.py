#!/usr/bin/env python3
"""Fills a running service with the vignettes, so that the reviewers' console has something to show.

    python3 conformance/vignettes/demo.py --service https://127.0.0.1:8443 --ca certs/dev/ca.pem
    python3 conformance/vignettes/demo.py --service http://127.0.0.1:8445 v01 h03      # some of them

Each vignette is posted as an order-sign call. Some of the cards are answered as clinicians answer them (accepted, or
overridden for a reason), and some of the orders are determined as reviewers do it, through the console's own form. Which
ones hangs on the vignette alone, and what the store holds already is left as it is: a second run adds nothing. The service
must let this machine in without a token and keep decisions, as `./dev run` sees to.

Decisions bear the time at which they are posted: the charts show them all in one month. Exit status: 0; 1 if the service
did not do as it should; 2 if the vignettes cannot be read; 130 if interrupted.
"""

import argparse
import collections
import datetime
import hashlib
import json
import os
import re
import sys
import time
import urllib.parse

import build

sys.path.insert(0, str(build.HERE.parent))

from kit.client import Client, NoAnswer  # noqa: E402

SERVICE = "/cds-services/ivig-order-sign"
PAGE = 1000  # decisions a call
TRIES = 30  # of a call that is answered "not now"
COMMENTS = ("Worked well last year.", "Discussed in the neuromuscular conference.", "", "No alternative is left.", "")
# What is done with the cards of one vignette after the other.
ANSWERS = ("overridden", "accepted", None, "accepted", "overridden", None, "accepted")
# What reviewers say to one order after the other that has a card of this kind. None: the order waits.
VERDICTS = {
    "info": ("approve", None, "approve", "more-information", None),
    "warning": ("deny", None, "approve", "more-information", None),
    "critical": ("deny", None, "more-information"),
}
NOTES = {
    "approve": "The chart bears out the indication.",
    "deny": "The criteria are not met; another treatment was offered.",
    "more-information": "Please send the report that the card asks for.",
}
REVIEWERS = ("Rosa Demo, PharmD", "Dr. Ivan Demo")


class Unexpected(Exception):
    """The service did not do as it should."""


class Service:
    """The service and its console, over one connection."""

    def __init__(self, base, ca_file):
        self.client = Client(base, ca_file)
        self.connection = self.client.connection()
        self.cookie, self.form_token = "", ""

    def call(self, method, path, status, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        for _ in range(TRIES):
            answer = self.client.request(method, path, body, headers, self.connection)
            if answer.status != 503:
                break
            # The store is late, which a busy disk is enough for: what was sent may be sent again.
            time.sleep(min(int(answer.header("Retry-After") or 1), 5))
        if answer.status != status:
            raise Unexpected(f"{method} {path} was answered {answer} instead of {status}")
        return answer

    def post_json(self, path, value):
        body = json.dumps(value).encode()
        return self.call("POST", path, 200, body, Content_Type="application/json", Accept="application/json").json()

    def decisions(self, instances):
        """hookInstance -> its decisions in short, of those instances that the store holds."""
        found, after = collections.defaultdict(list), ""
        while after is not None and len(found) < len(instances):
            query = f"documents=false&limit={PAGE}" + (f"&after={after}" if after else "")
            page = self.call("GET", f"/review/api/decisions?{query}", 200, Accept="application/json").json()
            for decision in page["decisions"]:
                if decision["hookInstance"] in instances:
                    found[decision["hookInstance"]].append(decision)
            after = page["next"]
        return found

    def open_form(self, decision):
        """The cookie and the token of the form on an order's page; they serve for all of them."""
        page = self.call("GET", f"/review/decisions/{decision}", 200)
        found = re.search(r'name="csrf" value="([^"]+)"', page.body.decode())
        if not found:
            raise Unexpected("the page of an order has no form")
        self.cookie = (page.header("Set-Cookie") or "").split(";")[0]
        self.form_token = found.group(1)

    def determine(self, decision, verdict, name):
        if not self.form_token:
            self.open_form(decision)
        form = {"csrf": self.form_token, "verdict": verdict, "note": NOTES[verdict], "name": name}
        self.call("POST", f"/review/decisions/{decision}/determination", 303, urllib.parse.urlencode(form).encode(),
                  Content_Type="application/x-www-form-urlencoded", Cookie=self.cookie)


class Progress:
    """A bar on a terminal, now and then a line elsewhere."""

    def __init__(self, what, total, out=sys.stderr):
        self.what, self.total, self.done, self.out = what, total, 0, out
        self.bar = out.isatty() and os.environ.get("TERM") != "dumb"
        self.show()

    def step(self):
        self.done += 1
        self.show()

    def show(self):
        if self.bar:
            filled = 40 * self.done // max(self.total, 1)
            end = "\n" if self.done >= self.total else ""
            self.out.write(f"\r{self.what:<16}[{'#' * filled}{' ' * (40 - filled)}] {self.done}/{self.total}{end}")
            self.out.flush()
        elif self.done == self.total or (self.done and self.done % 100 == 0):
            self.out.write(f"{self.what}: {self.done} of {self.total}\n")


def feedback_on(card, number):
    """What a clinician does with the card of vignette `number`, as an entry of a feedback call; None: nothing."""
    answer = ANSWERS[number % len(ANSWERS)]
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    entry = {"card": card["uuid"], "outcome": answer, "outcomeTimestamp": now}
    suggestions = card.get("suggestions") or []
    if answer == "accepted" and suggestions:
        return {**entry, "acceptedSuggestions": [{"id": suggestions[0]["uuid"]}]}
    if answer != "overridden":
        return None
    reasons = card.get("overrideReasons") or []
    reason = {"reason": reasons[number % len(reasons)]} if reasons else {}
    comment = COMMENTS[number % len(COMMENTS)]
    return {**entry, "overrideReason": {**reason, **({"userComment": comment} if comment else {})}}


def post_orders(service, requests, known):
    """Posts what the store does not hold, each with its feedback: whoever interrupts this can go on later. Vignettes that
    order no IVIG leave nothing in the store, and are posted every time. Returns the instances that must be in the store."""
    progress = Progress("orders", len(requests))
    kept = set(known)
    for number, request in enumerate(requests):
        if request["hookInstance"] not in known:
            cards = service.post_json(SERVICE, request)["cards"]
            if cards:
                kept.add(request["hookInstance"])
            entries = [entry for card in cards if (entry := feedback_on(card, number))]
            if entries:
                service.post_json(SERVICE + "/feedback", {"feedback": entries})
        progress.step()
    return kept


def settled(service, instances, kept):
    """The decisions, once all that were made are in the database: what it was too late for comes out of the spool."""
    for _ in range(TRIES):
        found = service.decisions(instances)
        if kept <= set(found):
            return found
        time.sleep(1)
    raise Unexpected(f"{len(kept - set(found))} orders did not come into the database")


def verdicts(decisions):
    """(decision, verdict) of those that reviewers have something to say to; `decisions` in the order in which they were posted."""
    seen, planned = collections.Counter(), []
    for decision in decisions:
        plan = VERDICTS.get(decision["indicator"], (None,))
        verdict = plan[seen[decision["indicator"]] % len(plan)]
        seen[decision["indicator"]] += 1
        if verdict:
            planned.append((decision, verdict))
    return planned


def determine(service, decisions):
    planned = verdicts(decisions)
    progress = Progress("determinations", len(planned))
    for number, (decision, verdict) in enumerate(planned):
        if decision["determination"] == "none":
            service.determine(decision["id"], verdict, REVIEWERS[number % len(REVIEWERS)])
        progress.step()


def in_order(requests, found):
    """The decisions as the vignettes come, those of one by the name of the order."""
    return [decision for request in requests
            for decision in sorted(found.get(request["hookInstance"], []), key=lambda one: one["order"])]


def mixed(requests):
    """In an order that is always the same and has neighbouring vignettes, which are about one disease, apart."""
    return sorted(requests, key=lambda request: hashlib.sha256(request["hookInstance"].encode()).digest())


def summary(decisions, fresh, console):
    cards = collections.Counter(one["indicator"] for one in decisions)
    outcomes = collections.Counter(one["outcome"] for one in decisions)
    made = collections.Counter(one["determination"] for one in decisions)
    waiting = sum(one["determination"] == "none" and one["indicator"] != "none" for one in decisions)
    patients = len({one["patient"] for one in decisions})
    return f"""
The console has {len(decisions)} orders of {patients} patients from the vignettes, {fresh} of them new:
  cards           {cards["critical"]} critical, {cards["warning"]} warning, {cards["info"]} info; {cards["none"]} orders without one
  feedback        {outcomes["accepted"]} accepted, {outcomes["overridden"]} overridden
  determinations  {made["approve"]} approved, {made["deny"]} denied, {made["more-information"]} more information; {waiting} orders wait
  console         {console}
Orders bear the time at which they were posted: the charts show them all in one month.
"""


def main():
    parser = argparse.ArgumentParser(description="Fills a running service with the vignettes.")
    parser.add_argument("--service", required=True, metavar="URL", help="where the service is")
    parser.add_argument("--ca", metavar="FILE", help="the CA of its certificate")
    parser.add_argument("--console", metavar="URL", help="the console's address to show, if it has another")
    parser.add_argument("ids", nargs="*", help="only these vignettes")
    options = parser.parse_args()
    try:
        displays, today = build.value_set_displays(), datetime.datetime.now(datetime.timezone.utc).date()
        requests = mixed(build.write_request(case, displays, today) for case in build.load_cases()
                         if not options.ids or case["id"] in options.ids)
    except (OSError, ValueError, KeyError, build.BadCase) as error:
        print(f"demo.py: {error!r}", file=sys.stderr)
        return 2
    instances = {request["hookInstance"] for request in requests}
    try:
        service = Service(options.service, options.ca)
        known = service.decisions(instances)
        kept = post_orders(service, requests, known)
        determine(service, in_order(requests, settled(service, instances, kept)))
        decisions = in_order(requests, service.decisions(instances))
    except (OSError, ValueError, KeyError, NoAnswer, Unexpected) as error:
        print(f"\ndemo.py: {error}", file=sys.stderr)
        return 1
    print(summary(decisions, len(decisions) - len(in_order(requests, known)), options.console or options.service + "/review"), end="")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
