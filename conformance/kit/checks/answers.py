"""1.8 Response envelope and cards."""

import copy
import json
import re
from urllib.parse import urlsplit

from ..requests import bundle_of, has_no_value, scan, without_uuids
from ..schemas import problems
from . import Skipped, expect, expect_status, row

UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
NON_ADHERENCE = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
NON_ADHERENCE_CODES = {
    "risk-benefit-ratio",
    "prefers-alternative",
    "patient-contraindication",
    "patient-refuses",
    "too-costly-uncovered",
    "service-not-available",
    "policy-contradicts",
    "need-more-info",
    "action-completed",
    "alternative-planned",
    "benefit-risk",
}


def bodies(session):
    return [(request, answer.json()) for _service, request, answer in session.corpus() if answer.status == 200]


def every(session, check, what):
    cards = session.all_cards()
    for request, card in cards:
        check(request, card)
    return f"{what} ({len(cards)} card(s))"


def actions_of(card):
    return [action for s in card.get("suggestions") or [] for action in s.get("actions") or []]


def target(action):
    if action.get("type") == "update":
        resource = action.get("resource") or {}
        return f"{resource.get('resourceType')}/{resource.get('id')}"
    return action.get("resourceId") or action.get("resource")


def some(found, what):
    if not found:
        raise Skipped(f"no answer holds {what}")
    return found


def gather(session, member):
    return some([(request, item) for request, card in session.all_cards() for item in card.get(member) or []], member)


@row("RESP-01")
def silence(session):
    service = session.ordering()
    body = session.request(service)
    patient = {"reference": "Patient/" + body["context"]["patientId"]}
    bundle_of(body)["entry"] = [
        {"resource": {"resourceType": "VisionPrescription", "id": "kit-1", "status": "draft", "patient": patient}}
    ]
    if "selections" in body["context"]:
        body["context"]["selections"] = ["VisionPrescription/kit-1"]
    answer = expect_status(session.call(body, service), 200, "an order that is none of the service's business")
    value = answer.json()
    expect(isinstance(value.get("cards"), list), "cards is no array")
    if value["cards"]:
        raise Skipped("the service has something to say about a VisionPrescription")
    expect(value == {"cards": []}, f"answered {answer}")
    return '{"cards":[]}'


@row("RESP-02")
def system_actions(session):
    for _request, body in bodies(session):
        if "systemActions" in body:
            expect(isinstance(body["systemActions"], list) and body["systemActions"], "systemActions is empty")
            expect(session.spec != "1.0", "systemActions is unknown to 1.0")
    return "left out when empty"


@row("RESP-03")
def no_empty_members(session):
    for _request, body in bodies(session):
        empty = [path for path in scan(body, has_no_value) if path != "$.cards"]
        expect(not empty, f"without value: {', '.join(empty[:5])}")
    return f'{len(bodies(session))} answer(s) without null, "", [] or {{}}'


@row("RESP-04")
def defined_members_only(session):
    for _request, body in bodies(session):
        found = problems(f"response-{session.spec}", body)
        expect(not found, "; ".join(found[:3]))
    return f"{len(bodies(session))} answer(s) valid against the schema of {session.spec}"


@row("RESP-05")
def deterministic(session):
    service = session.service()
    one = session.request(service)
    first, second = (json.dumps(without_uuids(session.cards(one, service))) for _ in range(2))
    expect(first == second, "two calls, two answers")
    return "two calls, one answer"


@row("CARD-01")
def card_uuid(session):
    seen = set()
    for _service, _request, answer in session.corpus():
        for card in session.cards_in(answer) if answer.status == 200 else []:
            if "uuid" in card:
                expect(UUID.fullmatch(str(card["uuid"])), f"uuid {card['uuid']!r}")
                expect(card["uuid"] not in seen, f"uuid {card['uuid']} twice")
                seen.add(card["uuid"])
    session.all_cards()
    return f"{len(seen)} uuid(s), all distinct" if seen else "no uuid: no feedback is wanted"


def summary_fits(card):
    text = card.get("summary")
    length = len(text.encode("utf-16-le")) // 2 if isinstance(text, str) else 0
    expect(1 <= length <= 139, f"summary of {length} characters: {str(text)[:60]!r}")


@row("CARD-02")
def summary(session):
    said = every(session, lambda _r, card: summary_fits(card), "1 to 139 characters")
    body, order = session.order_request()
    long = "Extraordinarily long product name \U0001f489 " * 20
    concept = order.get("medicationCodeableConcept")
    if isinstance(concept, dict):
        concept["text"] = long
    for reason in order.get("reasonCode") or []:
        reason["text"] = long
    for card in session.cards(body, session.ordering()):
        summary_fits(card)
    return said + ", also for names of 700 characters"


@row("CARD-03")
def text_is_inert(session):
    hostile = "kit <script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](http://x/y) a|b `c` **d**"
    body, order = session.order_request()
    session.usual_cards(session.ordering())
    concept = order.setdefault("medicationCodeableConcept", {})
    concept["text"] = hostile
    for coding in concept.get("coding") or []:
        coding["display"] = hostile
    for reason in order.get("reasonCode") or []:
        reason["text"] = hostile
        for coding in reason.get("coding") or []:
            coding["display"] = hostile
    for dosage in order.get("dosageInstruction") or []:
        dosage["text"] = hostile
    cards = session.cards(body, session.ordering())
    for card in cards:
        for name in ("summary", "detail"):
            text = card.get(name) or ""
            live = re.search(r"(?<!\\)<(script|img)|(?<!\\)\]\((javascript|http://x)", text)
            expect(not live, f"{name} holds {live.group(0)!r}" if live else "")
    return f"script, image and javascript: link are inert in {len(cards)} card(s)"


@row("CARD-04")
def indicator(session):
    def check(_request, card):
        expect(card.get("indicator") in ("info", "warning", "critical"), f"indicator {card.get('indicator')!r}")

    return every(session, check, "info, warning or critical")


def source_of(card):
    return card.get("source") if isinstance(card.get("source"), dict) else {}


@row("CARD-05")
def source_label(session):
    def check(_request, card):
        label = source_of(card).get("label")
        expect(isinstance(label, str) and label, "a card without source.label")

    return every(session, check, "source.label")


@row("CARD-06")
def source_url(session):
    def check(_request, card):
        url = source_of(card).get("url", "https://absent")
        expect(urlsplit(str(url)).scheme == "https" and urlsplit(str(url)).netloc, f"source.url {url}")

    return every(session, check, "absolute https, or absent")


@row("CARD-07")
def source_icon(session):
    icons = {source_of(card).get("icon") for _r, card in session.all_cards()} - {None}
    for icon in icons:
        expect(urlsplit(icon).scheme in ("http", "https"), f"icon {icon} is not absolute")
    return f"{len(icons)} absolute icon URL(s); their pixels are not looked at" if icons else "no icons"


@row("CARD-08")
def topic(session):
    def check(_request, card):
        found = source_of(card).get("topic")
        if found is None:
            return
        expect(isinstance(found, dict) and found.get("code") and found.get("system"), "topic without code or system")
        expect(session.spec != "1.0", "topic is unknown to 1.0")

    return every(session, check, "a Coding with code and system, or absent")


@row("CARD-09")
def suggestions_not_empty(session):
    return every(session, lambda _r, c: expect(c.get("suggestions") != [], "suggestions: []"), "never []")


@row("CARD-10")
def selection_behavior(session):
    allowed = ("at-most-one",) if session.spec == "1.0" else ("at-most-one", "any")

    def check(_request, card):
        expect(
            ("suggestions" in card) == ("selectionBehavior" in card), "suggestions and selectionBehavior go together"
        )
        expect(
            card.get("selectionBehavior", "at-most-one") in allowed,
            f"selectionBehavior {card.get('selectionBehavior')}",
        )

    return every(session, check, "present exactly with suggestions")


@row("CARD-11")
def links_not_empty(session):
    return every(session, lambda _r, c: expect(c.get("links") != [], "links: []"), "never []")


@row("CARD-12")
def one_card_per_message(session):
    body, order = session.order_request()
    session.usual_cards(session.ordering())
    second = copy.deepcopy(order)
    second["id"] = "kit-second-order"
    bundle_of(body)["entry"].append({"resource": second})
    if "selections" in body["context"]:
        body["context"]["selections"].append(f"{second['resourceType']}/{second['id']}")
    cards = session.cards(body, session.ordering())
    if len(cards) < 2:
        raise Skipped("two orders for one drug draw one card")
    concept = order.get("medicationCodeableConcept") or {}
    words = re.findall(r"[a-z]{4,}", (str(concept.get("text")) + json.dumps(concept.get("coding"))).lower())
    for card in cards:
        text = (str(card.get("summary")) + str(card.get("detail"))).lower()
        expect(any(word in text for word in words), f"a card does not name its drug: {card.get('summary')}")
    targets = [json.dumps([target(a) for a in actions_of(card)]) for card in cards if actions_of(card)]
    expect(len(set(targets)) == len(targets), "two cards act on one order")
    return f"two orders, {len(cards)} cards, each names its drug" + (" and acts on its own order" if targets else "")


@row("CARD-13")
def gaps_are_named(session):
    service = session.ordering()
    session.usual_cards(service)
    body = session.request(service, prefetch=False)
    answer = session.call(body, service)
    expect_status(answer, (200, 412), "a good order with no chart at all")
    if answer.status == 412:
        return "412: nothing is claimed"
    cards = session.cards_in(answer)
    expect(cards, "no chart at all, and no word about it")
    if [session.essence(c) for c in cards] == [session.essence(c) for c in session.usual_cards(service)]:
        raise Skipped("the chart makes no difference to the cards")
    text = " ".join(str(card.get("detail", "")) + card.get("summary", "") for card in cards).lower()
    words = [
        word
        for word in ("missing", "not available", "not checked", "could not", "unknown", "incomplete", "not known")
        if word in text
    ]
    expect(words, f"no chart at all, and the card does not say so: {cards[0].get('summary')}")
    return f'no chart at all: the cards say "{words[0]}"'


@row("OVR-01")
def override_reasons(session):
    for _request, reason in gather(session, "overrideReasons"):
        expect(
            isinstance(reason, dict) and reason.get("code") and reason.get("system"), f"{reason} lacks code or system"
        )
        expect(session.spec != "1.0", "overrideReasons is unknown to 1.0")
    return f"{len(gather(session, 'overrideReasons'))} reason(s) with code and system"


@row("OVR-02")
def override_display(session):
    for _request, reason in gather(session, "overrideReasons"):
        expect(isinstance(reason.get("display"), str) and reason["display"], f"{reason.get('code')} has no display")
    return "every reason has a display"


@row("OVR-03")
def override_codes(session):
    used = {r.get("code") for _q, r in gather(session, "overrideReasons") if r.get("system") == NON_ADHERENCE}
    unknown = used - NON_ADHERENCE_CODES
    expect(not unknown, f"{', '.join(sorted(unknown))} in {NON_ADHERENCE}")
    return f"{len(used)} code(s) of non-adherence-reason-codes, all of them there"


@row("LINK-01")
def link_members(session):
    for _request, link in gather(session, "links"):
        expect(all(isinstance(link.get(m), str) and link[m] for m in ("label", "url", "type")), f"link {link}")
    return f"{len(gather(session, 'links'))} link(s) with label, url and type"


@row("LINK-02")
def link_type(session):
    for _request, link in gather(session, "links"):
        expect(link.get("type") in ("absolute", "smart"), f"type {link.get('type')!r}")
    return "absolute or smart"


@row("LINK-03")
def app_context(session):
    for _request, link in gather(session, "links"):
        if "appContext" in link:
            expect(
                link.get("type") == "smart" and isinstance(link["appContext"], str), f"appContext of {link.get('url')}"
            )
    return "absent, or a string on a smart link"


@row("LINK-04")
def autolaunchable(session):
    for _request, link in gather(session, "links"):
        expect(isinstance(link.get("autolaunchable", False), bool), "autolaunchable is no boolean")
    return "absent or a boolean"


@row("LINK-05")
def link_urls(session):
    for request, link in gather(session, "links"):
        url = urlsplit(link.get("url", ""))
        local = url.hostname in ("localhost", "127.0.0.1", "::1")
        expect(url.scheme == "https" or (url.scheme == "http" and local), f"{link.get('url')} is not https")
        context = request["context"]
        for name in ("patientId", "encounterId", "userId"):
            value = str(context.get(name) or "\0").rsplit("/", 1)[-1]
            expect(value not in url.query + url.path, f"{name} stands in {link.get('url')}")
    return f"https (http on loopback only), without ids ({len(gather(session, 'links'))} link(s))"
