"""1.1 Discovery."""

import re

from ..requests import has_no_value, scan
from . import Skipped, expect, expect_status, row

MEMBERS = {"hook", "title", "description", "id", "prefetch", "usageRequirements", "version", "hookVersion", "extension"}


def entries(session):
    answer = expect_status(session.discovery(), 200, "GET /cds-services")
    listed = answer.json().get("services")
    if not listed:
        raise Skipped("the service offers nothing")
    return listed


@row("DISC-01")
def services_array(session):
    answer = expect_status(session.discovery(), 200, "GET /cds-services")
    body = answer.json()
    expect(isinstance(body, dict), "the body is no object")
    expect(isinstance(body.get("services"), list), "services is no array")
    return f"200, {len(body['services'])} service(s)"


@row("DISC-02")
def fixed_path(session):
    expect_status(session.discovery(), 200, f"GET {session.client.base}/cds-services")
    return f"200 at {session.client.prefix or ''}/cds-services"


@row("DISC-04")
def required_members(session):
    for entry in entries(session):
        for name in ("hook", "description", "id"):
            expect(
                isinstance(entry.get(name), str) and entry[name], f"{entry.get('id')}: {name} is no non-empty string"
            )
    return "hook, description and id in every entry"


@row("DISC-05")
def title(session):
    for entry in entries(session):
        expect(isinstance(entry.get("title"), str) and entry["title"], f"{entry.get('id')} has no title")
    return "a title in every entry"


@row("DISC-06")
def prefetch_is_an_object_of_strings(session):
    found = 0
    for entry in entries(session):
        if "prefetch" not in entry:
            continue
        prefetch = entry["prefetch"]
        expect(isinstance(prefetch, dict) and prefetch, f"{entry['id']}: prefetch is no object with members")
        expect(all(isinstance(value, str) for value in prefetch.values()), f"{entry['id']}: a template is no string")
        found += len(prefetch)
    return f"{found} template(s), all strings"


@row("DISC-07")
def usage_requirements(session):
    for entry in entries(session):
        value = entry.get("usageRequirements", "absent")
        expect(isinstance(value, str) and value, f"{entry['id']}: usageRequirements is no text")
    return "absent or a text"


@row("DISC-08")
def version(session):
    for entry in entries(session):
        value = entry.get("version", "STU2")
        expect(
            isinstance(value, str) and re.fullmatch(r"STU[123]|\d+\.\d+(\.\d+)?(-\w+)?", value),
            f"{entry['id']}: version {value!r} is neither STUn nor a semantic version",
        )
    return "absent, or of a known form"


@row("DISC-09")
def hook_version(session):
    known = {}
    for entry in entries(session):
        value = entry.get("hookVersion", "")
        expect(isinstance(value, str), f"{entry['id']}: hookVersion is no string")
        expect(
            known.setdefault((entry["hook"], entry["id"]), value) == value,
            f"{entry['id']} is listed with two versions of {entry['hook']}",
        )
    return "one version per hook and id"


@row("DISC-10")
def one_id_for_several_hooks(session):
    seen = {}
    for service in session.services():
        seen.setdefault(service["id"], set()).add(service["hook"])
    shared = [service for service in session.services() if len(seen[service["id"]]) > 1]
    for service in shared:
        expect_status(session.call(session.request(service), service), 200, f"{service['hook']} to {service['id']}")
    return f"{len(shared)} shared" if shared else "each id has one hook"


@row("DISC-11")
def no_empty_members(session):
    body = session.discovery().json()
    empty = [path for path in scan(body, has_no_value) if path != "$.services"]
    expect(not empty, f"without value: {', '.join(empty[:5])}")
    return 'no null, "", [] or {}'


@row("DISC-12")
def id_is_the_last_segment(session):
    for service in session.services():
        expect(
            re.fullmatch(r"[A-Za-z0-9._~-]+", service["id"]) and service["id"] != "feedback",
            f"{service['id']!r} is no plain path segment",
        )
        answer = session.post(session.path(service), session.request(service))
        expect(answer.status != 404, f"POST to {session.path(service)}: 404")
    return "every id answers"


@row("DISC-13")
def token_on_discovery(session):
    answer = session.client.request("GET", "/cds-services", headers={"Accept": "application/json"})
    if answer.status == 200:
        return "open without a token"
    expect_status(answer, 401, "discovery without a token")
    session.need_key()
    good = session.client.request("GET", "/cds-services", headers=session.headers("/cds-services", body=False))
    expect_status(good, 200, "aud is the discovery URL")
    other = session.token(session.path(session.service()))
    wrong = session.client.request("GET", "/cds-services", headers=session.headers("", other, False))
    expect_status(wrong, 401, "aud is a service URL")
    return "401 without a token, 200 with"


@row("DISC-14")
def other_spellings_of_paths(session):
    for path in ("/cds-services/", "/cds-services?x=1"):
        answer = session.client.request("GET", path, headers=session.headers("/cds-services", body=False))
        expect_status(answer, (200, 301, 302, 307, 308, 404), f"GET {path}")
    service = session.service()
    answer = session.post(
        f"/cds-services//{service['id']}", session.request(service), token=session.token(session.path(service))
    )
    expect_status(answer, (200, 308, 401, 404, 412), f"POST /cds-services//{service['id']}")
    return f"normalised or refused; // before the id: {answer.status}"


@row("DISC-15")
def known_members_only(session):
    for entry in entries(session):
        unknown = set(entry) - MEMBERS
        expect(not unknown, f"{entry.get('id')}: {', '.join(sorted(unknown))} outside extension")
    unknown = set(session.discovery().json()) - {"services", "extension"}
    expect(not unknown, f"{', '.join(sorted(unknown))} beside services")
    return "only members of the specification"


@row("DISC-16")
def description_reads_as_text(session):
    for entry in entries(session):
        text = entry.get("description", "")
        expect(
            not re.search(r"<[a-zA-Z/]|\[[^]]*\]\(|```|^#", text, re.M), f"{entry.get('id')}: markup in {text[:40]!r}"
        )
    return "no markup that would show as such"
