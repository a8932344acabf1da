"""The command line: reads options, runs every row of the ledger, prints the table."""

import argparse
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from .checks import load_all
from .client import Client, NoAnswer
from .ehr import Ehr
from .own_server import ROOT, OwnServer
from .requests import Examples
from .session import Session
from .table import FAIL, PASS, SKIP, Failed, Row, Skipped, as_json, as_junit, as_table, broken, read_ledger, summary
from .tokens import Key

EXAMPLES = """\
examples:
  conformance/run                                         our own server, started with every precondition met
  conformance/run https://cds.example.org                 what can be seen without a token
  conformance/run https://cds.example.org --key client.key --issuer https://ehr.example.org/fhir
  conformance/run http://127.0.0.1:8080 --request my-order-sign.json --format junit > report.xml
  conformance/run https://127.0.0.1:8443 --ehr https://127.0.0.1:9443 --ehr-cert server.pem server.key

--setup FILE is JSON: what else the operator has set up for the kit. Every member is optional; rows without it are
skipped.
  tenant        tenant of the --key client
  jku           {"issuer": ..., "url": ...}: a client whose keys the service fetches from the stub EHR, {--ehr}/jwks.json
  restricted    {"issuer": ..., "services": [ids]}: a client entitled to these services only
  profiles      {"epic": {"issuer": ...}, "oracle-health": ..., "cds-hooks-1.0": ..., "sandbox": ..., "generic": ...}
  keys          {"RS384": {"file": ..., "kid": ...}}: more keys of the --key client, by algorithm
  keys_by_kid   {"a+b/c=": FILE}: a key of the --key client with an odd kid
  mtls_base     base URL of a listener that demands client certificates
  log           the service's log file, if the kit may read it
  public_url    the service's public URL, where it is not BASE-URL (what `aud` is compared with)

exit status: 0 no SHALL failed, 1 a SHALL failed, 2 the kit could not run.
"""


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="conformance/run",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Holds a CDS Hooks service against the specification, black box over HTTP(S).",
    )
    parser.add_argument(
        "base", nargs="?", metavar="BASE-URL", help="base of the service; without it our own server is started"
    )
    parser.add_argument(
        "--spec", default="2.0", choices=("1.0", "2.0", "3.0"), help="version of the specification (2.0)"
    )
    parser.add_argument("--key", metavar="FILE", help="private key (PEM) of a client that the service knows")
    parser.add_argument("--kid", help="its key id; otherwise that of the jwks.json beside it, or the thumbprint")
    parser.add_argument("--issuer", metavar="URL", help="iss of that client")
    parser.add_argument("--ehr", metavar="ORIGIN", help="where the service reaches the kit's stub EHR (FHIR at /fhir)")
    parser.add_argument(
        "--ehr-cert", nargs=2, metavar=("CERT", "KEY"), help="certificate of the stub EHR when --ehr is https"
    )
    parser.add_argument(
        "--request", action="append", default=[], metavar="FILE", help="a request to send; may be repeated"
    )
    parser.add_argument("--cors-origin", metavar="ORIGIN", help="a browser origin that the service allows")
    parser.add_argument("--setup", metavar="FILE", help="what else is set up for the kit, see below")
    parser.add_argument("--cacert", metavar="FILE", help="CA of the service's certificate")
    parser.add_argument("--insecure", action="store_true", help="do not check the service's certificate")
    parser.add_argument("--format", default="table", choices=("table", "json", "junit"))
    parser.add_argument(
        "--only", action="append", default=[], metavar="ID", help="only this row, or rows beginning so (JWT-)"
    )
    parser.add_argument(
        "--fhir-out", metavar="FILE", help="write the FHIR R4 resources that the service emitted, one a line"
    )
    parser.add_argument("--timeout", type=float, default=30.0, metavar="S", help="for each call (30)")
    parser.add_argument("--binary", default=str(ROOT / "build/release/ivig-cds"), help="our own server's program")
    parser.add_argument("--open", action="store_true", help="our own server without tokens (auth: off)")
    options = parser.parse_args(argv)
    if bool(options.key) != bool(options.issuer):
        parser.error("--key and --issuer go together")
    return options


def run_rows(session, ledger, spec, only=(), progress=None):
    """A Row for every requirement that `spec` has."""
    checks = load_all()
    rows = []
    for requirement in ledger:
        if only and not any(requirement.id.startswith(prefix) for prefix in only):
            continue
        if progress:
            progress(requirement.id)
        rows.append(Row(requirement, *judge(session, requirement, spec, checks.get(requirement.id))))
    return rows


def judge(session, requirement, spec, check):
    if spec not in requirement.versions:
        return SKIP, f"not part of {spec}"
    if check is None:
        return SKIP, requirement.remark
    for stub in (session.ehr, session.trap):
        if stub:
            stub.reset()
    try:
        return PASS, check(session) or "as required"
    except Skipped as reason:
        return SKIP, str(reason)
    except (Failed, NoAnswer) as evidence:
        return FAIL, str(evidence)
    except Exception as error:  # an answer of a shape that no check foresaw is a finding, not the kit's end
        return FAIL, f"an answer that cannot be read: {type(error).__name__}: {str(error)[:160]}"


def stub_ehr(options):
    if not options.ehr:
        return None
    url = urlsplit(options.ehr)
    if url.scheme == "https" and not options.ehr_cert:
        raise ValueError("--ehr with https needs --ehr-cert CERT KEY")
    local = url.hostname in ("localhost", "127.0.0.1", "::1")
    cert, key = options.ehr_cert or (None, None)
    ehr = Ehr("127.0.0.1" if local else "0.0.0.0", url.port or (443 if url.scheme == "https" else 80), cert, key)
    ehr.origin = options.ehr.rstrip("/")
    ehr.fhir = ehr.origin + "/fhir"
    return ehr


def setup_of(options):
    setup = json.loads(Path(options.setup).read_text("utf-8")) if options.setup else {}
    for name, value in (("issuer", options.issuer), ("cors_origin", options.cors_origin)):
        if value:
            setup[name] = value
    return setup


def show(rows, options, about):
    if options.format == "json":
        print(as_json(rows, about))
    elif options.format == "junit":
        print(as_junit(rows, about))
    else:
        print(as_table(rows, sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
    if options.format != "table":
        print(summary(rows), file=sys.stderr)


def main(argv=None):
    options = arguments(argv)
    own = ehr = None
    try:
        trap = Ehr()
        examples = Examples(options.request)
        if options.base:
            ehr = stub_ehr(options)
            client = Client(options.base, options.cacert, options.insecure, options.timeout)
            key = Key.load(options.key, options.kid) if options.key else None
            setup = setup_of(options)
        else:
            own = OwnServer(options.binary, options.open, options.spec)
            ehr, key, setup = own.ehr, None if options.open else own.key, own.setup
            client = Client(own.base, own.ca, timeout=options.timeout)
        try:
            client.request("GET", "/cds-services")
        except NoAnswer as error:
            raise ValueError(f"{client.base} does not answer: {error}") from error
        quiet = not sys.stderr.isatty()
        session = Session(client, setup, options.spec, examples, key, ehr, trap)
        rows = run_rows(
            session,
            read_ledger(),
            options.spec,
            options.only,
            None if quiet else lambda name: print(f"\r{name:<10}", end="\r", file=sys.stderr),
        )
        if options.fhir_out:
            Path(options.fhir_out).write_text("".join(text + "\n" for text in session.emitted), "utf-8")
    except (OSError, ValueError, RuntimeError) as error:
        print(f"conformance: {error}", file=sys.stderr)
        return 2
    finally:
        if own:
            own.close()
    show(rows, options, {"service": options.base or "ivig-cds", "spec": options.spec})
    return 1 if broken(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
