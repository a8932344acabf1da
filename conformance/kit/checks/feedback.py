"""1.10 Feedback endpoint."""

import datetime
import uuid

from . import Skipped, expect_status, row


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def entry(**members):
    found = {
        "card": str(uuid.uuid4()),
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": str(uuid.uuid4())}],
        "outcomeTimestamp": now(),
        **members,
    }
    return {name: value for name, value in found.items() if value is not None}


def overridden(**members):
    return entry(outcome="overridden", acceptedSuggestions=None, **members)


def offered(session):
    """Path of the feedback endpoint of a service; Skipped when there is none."""
    if session.spec == "1.0":
        raise Skipped("1.0 has no feedback")
    service = session.service()
    path = session.path(service, "/feedback")
    answer = session.post(path, {"feedback": [entry()]})
    if answer.status == 404:
        raise Skipped(f"{path}: 404, feedback is not offered")
    return path, answer


def sends(session, *entries):
    path, _ = offered(session)
    return session.post(path, {"feedback": list(entries)})


@row("FDBK-01")
def valid_batch(session):
    path, answer = offered(session)
    expect_status(answer, 200, path)
    return f"POST {path}: 200"


@row("FDBK-02")
def body_shape(session):
    path, _ = offered(session)
    for body in ({}, [], [entry()], {"feedback": {}}):
        expect_status(session.post(path, body), 400, f"{str(body)[:30]}")
    expect_status(session.post(path, {"feedback": []}), 200, "an empty array")
    return "{}, arrays and an object: 400; an empty array: 200"


@row("FDBK-03")
def card_ids(session):
    for card in ("123456", str(uuid.uuid4())):
        expect_status(sends(session, entry(card=card)), 200, f"card {card}")
    return '"123456" and an unknown uuid: 200'


@row("FDBK-04")
def outcome(session):
    expect_status(sends(session, entry(outcome="ignored")), 400, "outcome ignored alone")
    return "accepted and overridden are taken; ignored alone: 400"


@row("FDBK-05")
def accepted_suggestions(session):
    expect_status(sends(session, entry(acceptedSuggestions=None)), 400, "accepted without acceptedSuggestions")
    return "accepted without acceptedSuggestions alone: 400"


@row("FDBK-06")
def override_reason(session):
    reason = {"code": "kit-own-reason", "system": "urn:example:kit", "display": "made up"}
    for value in (None, {"reason": reason}, {"userComment": "kit"}, {"reason": reason, "userComment": "kit"}):
        expect_status(sends(session, overridden(overrideReason=value)), 200, f"overrideReason {value}")
    return "none, reason, comment, both: 200"


@row("FDBK-07")
def epic_spelling(session):
    named = {"reason": {"code": "1", "system": "urn:example:kit"}}
    extension = {
        "extension": {
            "com.epic.cdshooks.feedback.overrideReason.reasonDisplay": "kit",
            "com.epic.cdshooks.feedback.overrideReason.reasonTitle": "kit",
        }
    }
    for value in (named, extension):
        expect_status(sends(session, overridden(card="123456", overrideReasons=value)), 200, "overrideReasons")
    return "plural overrideReasons, with reason and with extension: 200"


@row("FDBK-08")
def timestamps(session):
    moment = datetime.datetime.now(datetime.timezone.utc)
    five_behind = moment.astimezone(datetime.timezone(datetime.timedelta(hours=-5)))
    written = [moment.strftime(form) for form in (
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%S.123Z",
        "%Y-%m-%dT%H:%M:%S.123456789Z",
        "%Y-%m-%dT%H:%M:%S+00:00",
        "%Y-%m-%dT%H:%M:%Sz",
    )]
    for text in [*written, five_behind.strftime("%Y-%m-%dT%H:%M:%S-05:00")]:
        expect_status(sends(session, entry(outcomeTimestamp=text)), 200, text)
    return "Z, z, fractions, +00:00 and -05:00: 200"


@row("FDBK-09")
def mixed_and_repeated(session):
    one, two = entry(), overridden()
    for _ in range(2):
        expect_status(sends(session, one, two, one), 200, "two cards, one of them twice, sent again")
    return "several cards, one of them twice, sent again: 200"


@row("FDBK-10")
def partly_bad(session):
    expect_status(sends(session, entry(), entry(outcome="ignored"), 7), 200, "one good entry and two bad ones")
    expect_status(sends(session, entry(outcome="ignored"), 7), 400, "bad entries only")
    return "some good: 200; none: 400"


@row("FDBK-11")
def audience(session):
    session.need_key()
    path, _ = offered(session)
    service = path[: -len("/feedback")]
    for what, token, status in (
        ("the feedback URL", session.token(path), 200),
        ("the service URL", session.token(service), 200),
        ("another URL", session.token("/cds-services/kit-other"), 401),
        ("no token", None, 401),
    ):
        expect_status(session.post(path, {"feedback": [entry()]}, token=token), status, f"aud is {what}")
    return "aud feedback or service URL: 200; another, or no token: 401"
