"""5.5: what each kind of client can take in an answer. EXT-04 and the PROF rows."""

import re

from ..schemas import problems
from . import Skipped, expect, expect_status, row

NEEDS = 'clients of several profiles: profiles of --setup, {"epic": {"issuer": ...}, ...}'
ONE_ZERO = ("cds-hooks-1.0", "oracle-health")
ORDER = ("cds-hooks-1.0", "epic", "oracle-health", "sandbox", "generic")


def answers(session):
    """(profile, answer body) for every example and profile; asked once."""
    profiles = session.need("profiles", NEEDS)
    if "profiles" not in session._cache:
        found = []
        for name in ORDER:
            if name not in profiles:
                continue
            for service in session.services():
                path = session.path(service)
                for body in session.examples.corpus(service["hook"]) or [session.request(service)]:
                    token = session.token(path, iss=profiles[name]["issuer"]) if session.key else None
                    answer = session.post(path, body, token=token)
                    expect_status(answer, 200, f"{name}: {service['id']}")
                    found.append((name, answer.json()))
        session._cache["profiles"] = found
    return session._cache["profiles"]


def cards(session, *names):
    found = [(name, card) for name, body in answers(session) for card in body["cards"] if not names or name in names]
    if not found:
        raise Skipped("no card for " + (", ".join(names) or "any profile"))
    return found


def actions(card):
    return [a for s in card.get("suggestions", []) for a in s.get("actions", [])]


def modern(session):
    return cards(session, "epic", "sandbox", "generic")


@row("EXT-04")
def versions_side_by_side(session):
    bodies = answers(session)
    for name, body in bodies:
        schema = {"cds-hooks-1.0": "response-1.0", "oracle-health": "response-1.0", "epic": "response-epic"}.get(
            name, "response-2.0"
        )
        found = problems(schema, body)
        expect(not found, f"{name}: {'; '.join(found[:2])}")
    return f"{len(bodies)} answer(s) to {', '.join(dict.fromkeys(n for n, _ in bodies))}, each valid for its client"


@row("SUGG-07")
def one_action(session):
    for name, card in cards(session, "epic"):
        for suggestion in card.get("suggestions", []):
            expect(len(suggestion.get("actions", [])) <= 1, f"{name}: a suggestion with several actions")
    return "Epic: one action per suggestion"


@row("SYS-03")
def no_unagreed_system_actions(session):
    for name, body in answers(session):
        expect("systemActions" not in body, f"{name}: systemActions without agreement")
    return "no systemActions for any profile"


@row("PROF-01")
def card_uuids(session):
    for name, card in cards(session):
        expect(("uuid" in card) == (name not in ONE_ZERO), f"{name}: card uuid {card.get('uuid', 'absent')}")
        for suggestion in card.get("suggestions", []):
            expect(suggestion.get("uuid"), f"{name}: a suggestion without uuid")
    return "off for 1.0 clients, on for the others; suggestions always have one"


@row("PROF-02")
def selection(session):
    for name, card in cards(session):
        allowed = {"epic": ("any",)}.get(name, ("at-most-one",) if name in ONE_ZERO else ("any", "at-most-one"))
        if "suggestions" in card:
            expect(
                card.get("selectionBehavior") in allowed, f"{name}: selectionBehavior {card.get('selectionBehavior')}"
            )
    return "at-most-one for 1.0 clients, any for Epic"


@row("PROF-03")
def actions_per_suggestion(session):
    return one_action(session)


@row("PROF-04")
def topics(session):
    for name, card in cards(session):
        topic = card["source"].get("topic")
        if name in ONE_ZERO:
            expect(topic is None, f"{name}: topic is sent")
        elif name == "epic" and topic:
            expect(re.fullmatch(r"[A-Za-z0-9]{1,100}", topic["code"]), f"epic: topic code {topic['code']}")
    return "off for 1.0 clients, alphanumeric for Epic"


@row("PROF-05")
def reasons(session):
    for name, card in cards(session, *ONE_ZERO):
        expect("overrideReasons" not in card, f"{name}: overrideReasons is sent")
    shown = sum("overrideReasons" in card for _n, card in modern(session))
    return f"off for 1.0 clients; {shown} card(s) of the others have them"


@row("PROF-06")
def system_actions(session):
    return no_unagreed_system_actions(session)


@row("PROF-07")
def deletes(session):
    count = 0
    for name, card in cards(session):
        for action in actions(card):
            if action.get("type") != "delete":
                continue
            count += 1
            member, other = ("resource", "resourceId") if name in ONE_ZERO else ("resourceId", "resource")
            expect(isinstance(action.get(member), str) and other not in action, f"{name}: delete {sorted(action)}")
    if not count:
        raise Skipped("no answer holds a delete")
    return f"string resource for 1.0 clients, resourceId for the others ({count} delete(s))"


@row("PROF-08")
def associated_resource(session):
    for name, card in cards(session):
        expect("davinci-crd.associated-resource" not in card.get("extension", {}), f"{name}: associated-resource")
    return "off for all of these"


@row("PROF-09")
def no_fhirpath(session):
    for service in session.services():
        for key, text in (service.get("prefetch") or {}).items():
            expect(not re.search(r"\{\{[^}]*[(|%]", text), f"{service['id']}.{key}: {text}")
    return "no FHIRPath in discovery, which all share"


@row("PROF-10")
def recommended(session):
    for name, card in cards(session, *ONE_ZERO):
        for suggestion in card.get("suggestions", []):
            expect("isRecommended" not in suggestion, f"{name}: isRecommended is sent")
    return "isRecommended is unknown to 1.0 clients"


@row("PROF-11")
def plain_links(session):
    for name, card in cards(session):
        for link in card.get("links", []):
            expect("autolaunchable" not in link, f"{name}: autolaunchable is sent")
            expect("appContext" not in link or name != "oracle-health", "oracle-health: appContext is not supported")
    return "no autolaunchable; no appContext for Oracle Health"
