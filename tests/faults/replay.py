#!/usr/bin/env python3
"""A token is good for one call on all nodes: two nodes, one PostgreSQL, HAProxy, real tokens over real TLS.

Each token is presented to several places at once or in turn, directly to the nodes over TLS and through HAProxy (the
example of deploy/, TLS included), and must be accepted exactly once. Then PostgreSQL is stopped: a node still refuses
what it saw itself. Ends with a line of counts; the exit status is 1 if a token was accepted twice, or a good one not.
"""
import argparse
import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading

import faults

sys.path.insert(0, f"{faults.ROOT}/conformance")
from kit.ports import free_port  # noqa: E402
from kit.tokens import Key, claims_for, encode  # noqa: E402

ISSUER = "https://ehr.example.org/fhir"
PUBLIC = "https://cds.example.org"
# Debian has it where ordinary users do not look.
HAPROXY = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin") or "haproxy"


class Cluster:
    """Two nodes with TLS and required tokens, and HAProxy before them."""

    def __init__(self, folder):
        self.postgres = faults.Postgres(folder)
        certs = os.path.join(folder, "certs")
        subprocess.run([faults.ARGS.binary, "certs", "dev", certs], check=True, stdout=subprocess.DEVNULL)
        self.key = Key.load(f"{certs}/client.key")
        self.tls = ssl.create_default_context(cafile=f"{certs}/ca.pem")
        both = os.path.join(folder, "haproxy.pem")
        with open(both, "w", encoding="utf-8") as out:
            out.write(open(f"{certs}/server.pem", encoding="utf-8").read())
            out.write(open(f"{certs}/server.key", encoding="utf-8").read())
        self.ports = [free_port(), free_port(), free_port()]
        extra = (f"public_url: {PUBLIC}\nbehind_proxy: true\ntls: {{certificate: {certs}/server.pem, key: {certs}/server.key}}\n"
                 f"clients: [{{name: ehr, issuer: '{ISSUER}', jwks_file: {certs}/jwks.json, tenants: [north]}}]\n")
        self.nodes = [faults.Node(folder, f"node{number}", self.postgres.url, extra=extra, auth="required",
                                  https=self.ports[number]) for number in (0, 1)]
        for node in self.nodes:
            node.start()
        self.proxy = subprocess.Popen([HAPROXY, "-db", "-f", faults.haproxy_config(folder, self.ports[2], self.nodes, both)],
                                      stdout=subprocess.DEVNULL, stderr=open(f"{folder}/haproxy.log", "wb"))
        self.order = open(f"{faults.ROOT}/conformance/examples/order-sign-ibm.json", "rb").read()

    def close(self):
        self.proxy.send_signal(signal.SIGTERM)
        self.proxy.wait()
        for node in self.nodes:
            node.stop()
        self.postgres.stop("immediate")

    def token(self):
        return encode(self.key, claims_for(ISSUER, PUBLIC + faults.SERVICE, tenant="north"))

    def call(self, place, token):
        """The status of one order-sign call: to node 0 or 1 directly, or 2: through HAProxy."""
        connection = http.client.HTTPSConnection("localhost", self.ports[place], timeout=300, context=self.tls)
        connection.request("POST", faults.SERVICE, self.order,
                           {"Content-Type": "application/json", "Authorization": "Bearer " + token})
        status = connection.getresponse().status
        connection.close()
        return status

    def call_all(self, places, token):
        """One call to each place, all at once."""
        statuses = []
        threads = [threading.Thread(target=lambda place=place: statuses.append(self.call(place, token))) for place in places]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(statuses)

    def proxy_answers(self):
        try:
            return self.call(2, self.token()) == 200
        except OSError:
            return False


def rounds(cluster):
    """Counts of tokens presented in turn and at once, and of those that were not accepted exactly once."""
    wrong = in_turn = at_once = 0
    for number in range(faults.ARGS.rounds):
        order = [(0, 1, 2, 0), (1, 0, 2, 2), (2, 2, 1, 0)][number % 3]
        token = cluster.token()
        statuses = [cluster.call(place, token) for place in order]
        in_turn += 1
        wrong += statuses != [200, 401, 401, 401]
        statuses = cluster.call_all((0, 1, 2, 2, 1, 0), cluster.token())
        at_once += 1
        wrong += statuses != [200] + [401] * 5
    return wrong, in_turn, at_once


def without_database(cluster):
    """While PostgreSQL is away calls go on; what a node saw itself it refuses. The number of answers that are wrong."""
    cluster.postgres.stop("fast")
    faults.await_true("an honest readiness", lambda: all(node.get("/readyz")[0] == 503 for node in cluster.nodes))
    wrong = 0
    for place in (0, 1):
        token = cluster.token()
        wrong += [cluster.call(place, token), cluster.call(place, token)] != [200, 401]
    cluster.postgres.start()
    faults.await_true("readiness", lambda: all(node.get("/readyz")[0] == 200 for node in cluster.nodes))
    token = cluster.token()
    wrong += [cluster.call(0, token), cluster.call(1, token)] != [200, 401]
    return wrong


def run(folder):
    cluster = Cluster(folder)
    try:
        faults.await_true("HAProxy", cluster.proxy_answers)
        wrong, in_turn, at_once = rounds(cluster)
        away = without_database(cluster)
        for node in cluster.nodes:
            faults.await_true("the spool's return", lambda node=node: faults.settled(node))
        decisions = cluster.nodes[0].export()
        tenants = {decision["tenant"] for decision in decisions}
        faults.say("replay on two nodes", tokens_in_turn=in_turn, tokens_at_once=at_once, not_accepted_exactly_once=wrong,
                   wrong_while_away=away, decisions=len(decisions), tenants=sorted(tenants))
        return wrong + away + (tenants != {"north"})
    finally:
        cluster.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=f"{faults.ROOT}/build/release/ivig-cds")
    parser.add_argument("--rounds", type=int, default=30)
    faults.ARGS = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ivig-replay-") as temporary:
        sys.exit(1 if run(temporary) else 0)
