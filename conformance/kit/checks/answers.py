"""1.8 and 1.9: envelope, cards, suggestions, actions; 1.13 extensions in answers."""

import copy
import json
import re
from urllib.parse import urlsplit

from ..requests import bundle_of, has_no_value, scan, without_uuids
from ..schemas import problems
from . import Skipped, expect, expect_status, row

UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
NON_ADHERENCE = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
NON_ADHERENCE_CODES = {"risk-benefit-ratio", "prefers-alternative", "patient-contraindication", "patient-refuses",
                       "too-costly-uncovered", "service-not-available", "policy-contradicts", "need-more-info",
                       "action-completed", "alternative-planned", "benefit-risk"}


def bodies(session):
    return [(request, answer.json()) for _service, request, answer in session.corpus() if answer.status == 200]


def every(session, check, what):
    cards = session.all_cards()
    for request, card in cards:
        check(request, card)
    return f"{what} ({len(cards)} card(s))"


def actions_of(card):
    return [action for s in card.get("suggestions") or [] for action in s.get("actions") or []]


def some(found, what):
    if not found:
        raise Skipped(f"no answer holds {what}")
    return found


def gather(session, member):
    return some([(request, item) for request, card in session.all_cards() for item in card.get(member) or []], member)


def gather_actions(session, *types):
    cards = [(r, a) for r, c in session.all_cards() for a in actions_of(c)]
    system = [(r, a) for r, body in bodies(session) for a in body.get("systemActions") or []]
    return some([(r, a) for r, a in cards + system if not types or a.get("type") in types],
                "a " + " or ".join(types) + " action" if types else "an action")


@row("RESP-01")
def silence(session):
    service = session.ordering()
    body = session.request(service)
    patient = {"reference": "Patient/" + body["context"]["patientId"]}
    bundle_of(body)["entry"] = [{"resource": {"resourceType": "VisionPrescription", "id": "kit-1", "status": "draft",
                                              "patient": patient}}]
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
    return f"{len(bodies(session))} answer(s) without null, \"\", [] or {{}}"


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
    long = "Extraordinarily long product name \U0001F489 " * 20
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
        expect(("suggestions" in card) == ("selectionBehavior" in card), "suggestions and selectionBehavior go together")
        expect(card.get("selectionBehavior", "at-most-one") in allowed, f"selectionBehavior {card.get('selectionBehavior')}")
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


@row("OVR-01")
def override_reasons(session):
    for _request, reason in gather(session, "overrideReasons"):
        expect(isinstance(reason, dict) and reason.get("code") and reason.get("system"), f"{reason} lacks code or system")
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
            expect(link.get("type") == "smart" and isinstance(link["appContext"], str), f"appContext of {link.get('url')}")
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


@row("SUGG-01")
def suggestion_label(session):
    for _request, suggestion in gather(session, "suggestions"):
        expect(isinstance(suggestion.get("label"), str) and suggestion["label"], "a suggestion without label")
    return f"{len(gather(session, 'suggestions'))} suggestion(s) with label"


@row("SUGG-02")
def suggestion_uuid(session):
    for _request, suggestion in gather(session, "suggestions"):
        expect(UUID.fullmatch(str(suggestion.get("uuid", "0" * 8 + "-0000-0000-0000-" + "0" * 12))), f"uuid {suggestion.get('uuid')}")
    return "a UUID, or absent"


@row("SUGG-03")
def recommended(session):
    gather(session, "suggestions")
    for _request, card in session.all_cards():
        marks = [s["isRecommended"] for s in card.get("suggestions") or [] if "isRecommended" in s]
        expect(all(isinstance(mark, bool) for mark in marks), "isRecommended is no boolean")
        expect(sum(marks) <= 1 or card.get("selectionBehavior") == "any", "several recommended with at-most-one")
    return "at most one with at-most-one"


@row("SUGG-04")
def actions_not_empty(session):
    for _request, suggestion in gather(session, "suggestions"):
        expect(suggestion.get("actions") != [], "actions: []")
    return "absent or not empty"


@row("SUGG-06")
def no_action_selection(session):
    for _request, suggestion in gather(session, "suggestions"):
        expect("actionSelectionBehavior" not in suggestion, "actionSelectionBehavior without agreement")
    return "absent"


@row("ACT-01")
def action_type(session):
    for _request, action in gather_actions(session):
        expect(action.get("type") in ("create", "update", "delete"), f"type {action.get('type')!r}")
    return f"{len(gather_actions(session))} action(s): create, update or delete"


@row("ACT-02")
def action_description(session):
    for _request, action in gather_actions(session):
        expect(isinstance(action.get("description"), str) and action["description"], "an action without description")
    return "every action has a description"


@row("ACT-03")
def create(session):
    found = gather_actions(session, "create")
    for _request, action in found:
        resource = action.get("resource")
        expect(isinstance(resource, dict) and resource.get("resourceType"), "create without a resource")
    return f"{len(found)} resource(s) with a resourceType; `./dev conformance --fhir` validates them"


@row("ACT-04")
def update(session):
    found = gather_actions(session, "update")
    for request, action in found:
        resource = action.get("resource") or {}
        drafts = [e["resource"] for e in bundle_of(request)["entry"]]
        draft = next((d for d in drafts if d.get("id") == resource.get("id")
                      and d.get("resourceType") == resource.get("resourceType")), None)
        expect(draft is not None, f"{resource.get('resourceType')}/{resource.get('id')} is no draft order")
        lost = set(draft) - set(resource)
        expect(not lost, f"the update lacks {', '.join(sorted(lost))}")
        differ = [name for name in resource if resource[name] != draft.get(name)]
        kept = {"meta", "extension", "contained", "text", "identifier", "subject", "id", "reasonCode"}
        expect(not kept & set(differ), f"the update changes {', '.join(sorted(kept & set(differ)))}")
        expect(differ, "the update changes nothing")
    return f"{len(found)} whole resource(s), changed in {', '.join(sorted(differ))} only"


@row("ACT-05")
def delete_by_id(session):
    if session.spec == "1.0":
        raise Skipped("1.0 has ACT-06 instead")
    found = gather_actions(session, "delete")
    for _request, action in found:
        expect(re.fullmatch(r"[A-Z]\w+/[^/]+", str(action.get("resourceId"))), f"resourceId {action.get('resourceId')}")
        expect("resource" not in action, "delete with a resource as well")
    return f"{len(found)} delete(s) by resourceId"


@row("ACT-06")
def delete_by_resource(session):
    if session.spec != "1.0":
        raise Skipped("2.0 and later have ACT-05 instead; profiles of 1.0 clients are tested by EXT-04")
    found = gather_actions(session, "delete")
    for _request, action in found:
        expect(isinstance(action.get("resource"), str) and "resourceId" not in action, "delete without a string resource")
    return f"{len(found)} delete(s) by string"


def target(action):
    if action.get("type") == "update":
        resource = action.get("resource") or {}
        return f"{resource.get('resourceType')}/{resource.get('id')}"
    return action.get("resourceId") or action.get("resource")


@row("ACT-07")
def targets_are_drafts(session):
    found = gather_actions(session, "update", "delete")
    for request, action in found:
        drafts = {f"{e['resource'].get('resourceType')}/{e['resource'].get('id')}" for e in bundle_of(request)["entry"]}
        expect(target(action) in drafts, f"{target(action)} is none of {', '.join(sorted(drafts))}")
    return f"{len(found)} target(s), all in the request's Bundle"


@row("ACT-08")
def no_resource_id_elsewhere(session):
    for _request, action in gather_actions(session, "create", "update"):
        expect("resourceId" not in action, f"resourceId on {action['type']}")
    return "absent on create and update"


@row("ACT-09")
def version_kept(session):
    service, body = session.drawing("update")
    for entry in bundle_of(body)["entry"]:
        entry["resource"]["meta"] = {"versionId": "kit-7"}
    updates = [a for c in session.cards(body, service) for a in actions_of(c) if a.get("type") == "update"]
    for action in some(updates, "an update action"):
        expect((action.get("resource") or {}).get("meta", {}).get("versionId") == "kit-7", "meta.versionId is lost")
    return "meta.versionId came back"


def system(session):
    return some([a for _r, body in bodies(session) for a in body.get("systemActions") or []], "system actions")


@row("SYS-01")
def system_action_place(session):
    for _request, body in bodies(session):
        expect("systemActions" not in (body.get("extension") or {}), "systemActions inside extension")
    return f"{len(system(session))} at top level"


@row("SYS-02")
def system_action_description(session):
    for action in system(session):
        expect(action.get("description"), "a system action without description")
    return "every system action has a description"


@row("EXT-01")
def extensions_are_objects(session):
    places = [session.discovery().json()] + [body for _r, body in bodies(session)]
    found = 0
    for place in places:
        for path in scan(place, lambda p, _v: p.endswith(".extension") and ".resource." not in p):
            found += 1
            value = place
            for name in re.findall(r"\.([^.\[]+)|\[(\d+)\]", path):
                value = value[name[0]] if name[0] else value[int(name[1])]
            expect(isinstance(value, dict), f"{path} is no object")
    return f"{found} extension(s), all objects" if found else "no extensions of its own"


@row("EXT-02")
def extension_names(session):
    places = [session.discovery().json()] + [body for _r, body in bodies(session)]
    names = set()

    def collect(value):
        if isinstance(value, dict):
            if isinstance(value.get("extension"), dict):
                names.update(value["extension"])
            for key, inner in value.items():
                if key != "resource":
                    collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    for place in places:
        collect(place)
    for name in names:
        expect("." in name, f"extension {name!r} is not unique")
    return f"{len(names)} name(s) with a domain" if names else "no extensions of its own"


@row("EXT-03")
def unknown_extensions(session):
    service = session.service()
    for value in ({"a.b": [1, {}], "c": None}, [1], "x", 7):
        body = copy.deepcopy(session.request(service))
        body["extension"] = value
        body["context"]["extension"] = value
        expect_status(session.call(body, service), 200, f"extension {json.dumps(value)}")
    return "object, array, string, number: 200"
