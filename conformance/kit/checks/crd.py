"""3: Da Vinci CRD duties, only of services that declare CRD in discovery."""

from ..requests import bundle_of
from . import Skipped, expect, expect_status, is_outcome, row
from .context import status


def declared(session):
    for service in session.services():
        if "davinci-crd.version" in (service.get("extension") or {}):
            return service
    raise Skipped("the service does not declare CRD (no davinci-crd.version in discovery)")


def coverage_actions(session):
    service = declared(session)
    answer = expect_status(session.call(session.request(service), service), 200, "a call")
    found = [
        a
        for a in answer.json().get("systemActions") or []
        if any("ext-coverage-information" in str(e.get("url")) for e in (a.get("resource") or {}).get("extension", []))
    ]
    if not found:
        raise Skipped("no coverage information in the answer: give --request FILE with an order in scope")
    return found


@row("CRD-01")
def primary_hooks(session):
    return f"{len(coverage_actions(session))} coverage information action(s)"


@row("CRD-03")
def selections_only(session):
    declared(session)
    raise Skipped("see CTX-15")


@row("CRD-04")
def order_sign_is_offered(session):
    declared(session)
    expect(any(s["hook"] == "order-sign" for s in session.services()), "no service for order-sign")
    return "order-sign is offered"


@row("CRD-05")
def any_status(session):
    declared(session)
    return status(session)


@row("CRD-23")
def outcomes(session):
    service = declared(session)
    answer = session.post(session.path(service), b"{")
    expect(answer.status >= 400 and is_outcome(answer), f"answered {answer}")
    return f"{answer.status} with an OperationOutcome"


@row("CRD-28")
def minified(session):
    service = declared(session)
    body = session.call(session.request(service), service).body
    expect(b"\n" not in body.strip(), "line breaks in the answer")
    return "no line breaks"


@row("CRD-41")
def coverage_shape(session):
    for action in coverage_actions(session):
        expect(action.get("type") == "update" and action.get("description") and "resourceId" not in action, f"{action}")
    return "update with description, without resourceId"


@row("CRD-42")
def nothing_else_changes(session):
    service = declared(session)
    drafts = {e["resource"].get("id"): e["resource"] for e in bundle_of(session.request(service))["entry"]}
    for action in coverage_actions(session):
        resource = dict(action["resource"])
        draft = drafts.get(resource.get("id"), {})
        resource.pop("extension", None)
        expect(resource == {k: v for k, v in draft.items() if k != "extension"}, "another element changed")
    return "only the extension differs from the draft"
