"""1.9 Suggestions, actions, system actions; 1.13 extensions in answers."""

import copy
import json
import re

from ..requests import bundle_of, scan
from . import Skipped, expect, expect_status, row
from .answers import UUID, actions_of, bodies, gather, some, target


def gather_actions(session, *types):
    cards = [(r, a) for r, c in session.all_cards() for a in actions_of(c)]
    system_actions = [(r, a) for r, body in bodies(session) for a in body.get("systemActions") or []]
    return some(
        [(r, a) for r, a in cards + system_actions if not types or a.get("type") in types],
        "a " + " or ".join(types) + " action" if types else "an action",
    )


@row("SUGG-01")
def suggestion_label(session):
    for _request, suggestion in gather(session, "suggestions"):
        expect(isinstance(suggestion.get("label"), str) and suggestion["label"], "a suggestion without label")
    return f"{len(gather(session, 'suggestions'))} suggestion(s) with label"


@row("SUGG-02")
def suggestion_uuid(session):
    for _request, suggestion in gather(session, "suggestions"):
        expect(
            UUID.fullmatch(str(suggestion.get("uuid", "0" * 8 + "-0000-0000-0000-" + "0" * 12))),
            f"uuid {suggestion.get('uuid')}",
        )
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
        draft = next(
            (
                d
                for d in drafts
                if d.get("id") == resource.get("id") and d.get("resourceType") == resource.get("resourceType")
            ),
            None,
        )
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
        expect(
            isinstance(action.get("resource"), str) and "resourceId" not in action, "delete without a string resource"
        )
    return f"{len(found)} delete(s) by string"


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
