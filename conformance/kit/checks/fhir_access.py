"""1.7 FHIR resource access with the passed token."""

import copy
import json

from ..requests import bundle_of
from . import Skipped, expect, expect_status, row


def bare(session, **authorization):
    """A request without prefetch whose data can be had from the stub EHR only; Skipped when the service never asks."""
    service = session.service()
    if not fetches(session, service):
        raise Skipped("the service never asks the FHIR server (FHIR-01)")
    body = session.with_ehr(session.request(service, prefetch=False), **authorization)
    if not chart(session):
        raise Skipped("the request has no prefetch from which the stub EHR could have a chart")
    session.ehr.reset()
    return service, body


def chart(session):
    return session.ehr.resources


def fetches(session, service):
    """Whether a call without prefetch makes the service ask the stub EHR; found out once."""
    if "fetches" not in session._cache:
        body = session.with_ehr(session.request(service, prefetch=False))
        session.ehr.reset()
        session.call(body, service)
        session._cache["fetches"] = bool(session.ehr.fhir_calls())
    return session._cache["fetches"]


@row("FHIR-01")
def reads_further(session):
    service = session.service()
    body = session.with_ehr(session.request(service, prefetch=False))
    expect(fetches(session, service), "the FHIR server was not asked")
    session.ehr.reset()
    expect_status(session.call(body, service), 200, "no prefetch, FHIR server and token given")
    asked = session.ehr.fhir_calls()
    expect(asked, "the FHIR server was not asked")
    return f"{len(asked)} request(s), the first {asked[0].path[:80]}"


@row("FHIR-02")
def incomplete_authorization(session):
    said = []
    for member in ("access_token", "token_type", "expires_in", "scope", "subject"):
        service, body = bare(session, **{member: None})
        answer = expect_status(session.call(body, service), (200, 400, 412), f"without {member}")
        said.append(f"without {member} {answer.status}")
    service, body = bare(session, expires_in="300")
    answer = expect_status(session.call(body, service), (200, 400, 412), "expires_in as a string")
    return ", ".join(said + [f'expires_in "300" {answer.status}'])


@row("FHIR-03")
def presents_the_token(session):
    for kind in ("Bearer", "bearer"):
        service, body = bare(session, token_type=kind)
        session.call(body, service)
        asked = session.ehr.fhir_calls()
        expect(asked, f"token_type {kind}: the FHIR server was not asked")
        wanted = "Bearer " + body["fhirAuthorization"]["access_token"]
        for seen in asked:
            expect(seen.header("authorization") == wanted, f"{seen.path} without the access token")
    return f"Authorization: Bearer <access_token> on all {len(asked)} request(s)"


@row("FHIR-04")
def token_is_transient(session):
    service, first = bare(session)
    session.call(first, service)
    session.ehr.reset()
    second = session.with_ehr(session.request(service, prefetch=False))
    session.call(second, service)
    wanted = "Bearer " + second["fhirAuthorization"]["access_token"]
    asked = session.ehr.fhir_calls()
    expect(
        asked and all(seen.header("authorization") == wanted for seen in asked), "the second call used another token"
    )
    token = first["fhirAuthorization"]["access_token"]
    places = [session.setup[name] for name in ("log", "store") if session.setup.get(name)]
    for place in places:
        with open(place, "rb") as file:
            expect(token.encode() not in file.read(), f"the access token stands in {place}")
    return "each call uses its own" + (", and none is in the log" if places else " (log not given)")


@row("FHIR-05")
def expired(session):
    for seconds in (0, -5):
        service, body = bare(session, expires_in=seconds)
        session.call(body, service)
        expect(not session.ehr.fhir_calls(), f"expires_in {seconds}: the FHIR server was called")
    return "expires_in 0 and -5: not contacted"


@row("FHIR-06")
def unknown_scope(session):
    service, body = bare(session, scope="MedicationRequest.Read (Unsigned Order) whatever")
    expect_status(session.call(body, service), 200, "a scope of unknown words")
    return "200"


@row("FHIR-07")
def token_of_another_patient(session):
    service, body = bare(session, patient="kit-somebody-else")
    answer = session.call(body, service)
    expect(answer.status < 500, f"answered {answer}")
    expect(not session.ehr.fhir_calls(), "the FHIR server was called")
    return f"{answer.status}, not contacted"


@row("FHIR-08")
def unlisted_server(session):
    if session.trap is None:
        raise Skipped("needs the kit's trap server")
    service = session.service()
    said = []
    for server in (session.trap.fhir, "http://169.254.169.254/", "https://[::1]:1/fhir", "file:///etc/passwd"):
        session.trap.reset()
        body = session.request(service, prefetch=False)
        body["fhirServer"] = server
        body["fhirAuthorization"] = {
            "access_token": "kit",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "x",
            "subject": "kit",
        }
        answer = session.call(body, service)
        expect(answer.status < 500, f"fhirServer {server}: answered {answer}")
        expect(not session.trap.seen, "a FHIR server that nobody listed was called")
        said.append(str(answer.status))
    return f"not contacted; answered {', '.join(said)}"


@row("FHIR-09")
def trailing_slash(session):
    paths = []
    for end in ("", "/"):
        service, body = bare(session)
        body["fhirServer"] += end
        session.call(body, service)
        paths.append(sorted(seen.path for seen in session.ehr.fhir_calls()))
    expect(paths[0], "the FHIR server was not asked")
    expect(paths[0] == paths[1], f"{paths[0][0]} or {(paths[1] or ['nothing'])[0]}")
    return f"the same {len(paths[0])} path(s) with and without the slash"


@row("FHIR-10")
def accept_header(session):
    service, body = bare(session)
    session.call(body, service)
    asked = session.ehr.fhir_calls()
    expect(asked, "the FHIR server was not asked")
    for seen in asked:
        expect("json" in (seen.header("accept") or ""), f"Accept: {seen.header('accept')}")
    return f"Accept: {asked[0].header('accept')}"


@row("FHIR-11")
def failing_server(session):
    said = []
    for status in (401, 403, 404, 500):
        service, body = bare(session)
        session.ehr.behaviour.status = {"*": status}
        answer = expect_status(session.call(body, service), (200, 412), f"the FHIR server answers {status}")
        said.append(f"{status}: {answer.status}")
    service, body = bare(session)
    session.ehr.behaviour.delay = 10
    answer = expect_status(session.call(body, service), (200, 412), "the FHIR server takes 10 s")
    session.ehr.reset()
    return ", ".join(said) + f"; 10 s late: {answer.status}"


@row("FHIR-12")
def read_only(session):
    service, body = bare(session)
    session.call(body, service)
    writes = [s for s in session.ehr.fhir_calls() if s.method not in ("GET", "HEAD") and "/_search" not in s.path]
    expect(not writes, f"{writes[0].method} {writes[0].path}" if writes else "")
    expect(session.ehr.fhir_calls(), "the FHIR server was not asked")
    return "GET and _search only"


@row("FHIR-13")
def forbidden_resource(session):
    service, body = bare(session)
    kinds = sorted({kind for kind, _ in session.ehr.resources} - {"Patient", "Condition"})
    if not kinds:
        raise Skipped("the chart has nothing optional")
    session.ehr.behaviour.status = {kinds[0]: 403}
    expect_status(session.call(body, service), 200, f"403 for {kinds[0]}")
    session.ehr.reset()
    return f"403 for {kinds[0]}: 200"


@row("CTX-18")
def drafts_are_not_fetched(session):
    service = session.ordering()
    body = session.with_ehr(session.request(service))
    session.ehr.reset()
    expect_status(session.call(body, service), 200, "the FHIR server does not know the draft")
    drafts = [e["resource"].get("id") for e in (bundle_of(body) or {}).get("entry", [])]
    read = [s.path for s in session.ehr.fhir_calls() if any(s.path.endswith(f"/{d}") for d in drafts if d)]
    return "200; the draft was " + ("asked for and not found" if read else "not asked for")


@row("JWT-20")
def two_tokens(session):
    session.need_key()
    service, body = bare(session)
    token = session.token(session.path(service))
    answer = session.call(body, service, token=token)
    expect_status(answer, 200, "a call with both tokens")
    asked = session.ehr.fhir_calls()
    expect(asked, "the FHIR server was not asked")
    for seen in asked:
        expect(token not in json.dumps(seen.headers), "the client token reached the FHIR server")
    swapped = copy.deepcopy(body)
    again = session.call(swapped, service, token=body["fhirAuthorization"]["access_token"])
    expect_status(again, 401, "the access token in place of the client token")
    return "the FHIR server sees the access token only; the access token opens no service"
