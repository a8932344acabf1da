"""1.6 Prefetch templates published."""

import re

from . import Skipped, expect, row

ORDER_TOKENS = {"context.userId", "context.patientId", "context.encounterId"}
TOKENS = {"order-dispatch": {"context.patientId", "context.performer", "context.order"}}
USER_TOKENS = {"userPractitionerId", "userPractitionerRoleId", "userPatientId", "userRelatedPersonId"}


def templates(session):
    found = [
        (s["id"], s["hook"], key, text) for s in session.services() for key, text in (s.get("prefetch") or {}).items()
    ]
    if not found:
        raise Skipped("no prefetch templates are published")
    return found


def tokens(text):
    return re.findall(r"\{\{(.*?)\}\}", text)


def each(session, holds, complaint):
    found = templates(session)
    for service, _hook, key, text in found:
        expect(holds(text), f"{service}.{key}: {text}: {complaint}")
    return f"{len(found)} template(s)"


@row("PREFT-01")
def relative_queries(session):
    return each(
        session, lambda t: re.match(r"[A-Z][A-Za-z]+[/?]", t) or t == "{{context.userId}}", "no relative read or search"
    )


@row("PREFT-02")
def token_form(session):
    return each(
        session,
        lambda t: t.count("{{") == t.count("}}") == len(tokens(t))
        and all(re.fullmatch(r"[%\w.()+|\- ]+", k) and k == k.strip() for k in tokens(t)),
        "a token is misspelled",
    )


@row("PREFT-03")
def context_tokens(session):
    if session.spec == "3.0":
        raise Skipped("3.0 allows FHIRPath tokens; see PREFT-05")
    for service, hook, key, text in templates(session):
        allowed = TOKENS.get(hook, ORDER_TOKENS)
        for token in tokens(text):
            if token.startswith("context."):
                expect(token in allowed, f"{service}.{key}: {token} is no prefetch token of {hook}")
    return "only first-level context fields that may be tokens"


@row("PREFT-04")
def user_tokens(session):
    for service, _hook, key, text in templates(session):
        for token in tokens(text):
            simple = re.fullmatch(r"\w+", token)
            expect(
                not simple or token in USER_TOKENS or token.startswith("today"), f"{service}.{key}: {token} is unknown"
            )
            expect(not (simple and session.spec == "1.0"), f"{service}.{key}: {token} is unknown to 1.0")
    return "no token beside context.* but the four of the user"


@row("PREFT-05")
def fhirpath_subset(session):
    grammar = r"(%?\w+(\.\w+|\.ofType\(\w+\)|\.resolve\(\))*|today\(\))( ?[+-] ?\d+ days)?"
    return each(
        session,
        lambda t: all(all(re.fullmatch(grammar, part.strip()) for part in token.split("|")) for token in tokens(t)),
        "outside the FHIRPath subset",
    )


@row("PREFT-06")
def key_dependencies_come_first(session):
    for service in session.services():
        before = set()
        for key, text in (service.get("prefetch") or {}).items():
            for name in re.findall(r"%(\w+)", text):
                expect(
                    name in before or name == "context",
                    f"{service['id']}.{key} refers to %{name}, which is not before it",
                )
            before.add(key)
    templates(session)
    return "no reference to a later key"


@row("PREFT-07")
def common_queries(session):
    def holds(text):
        query = re.sub(r"\{\{.*?\}\}", "x", text).partition("?")[2]
        for part in filter(None, query.split("&")):
            name = part.partition("=")[0]
            if not re.fullmatch(r"[a-z][\w-]*(:in)?|_count|_sort|_id|_maxresults", name):
                return False
        return True

    return each(session, holds, "outside the common subset of queries")


@row("PREFT-08")
def no_rare_queries(session):
    return each(
        session,
        lambda t: not re.search(r"sort:|_include|_revinclude|_has:|\?[^{]*[\w]\.[\w]", re.sub(r"\{\{.*?\}\}", "", t)),
        "sort:, _include, _has or chaining",
    )


@row("PREFT-09")
def no_optional_field(session):
    return each(session, lambda t: "context.encounterId" not in t, "depends on the optional encounterId")


@row("PREFT-10")
def version_neutral(session):
    old = "MedicationOrder|DiagnosticOrder|DeviceUseRequest|ProcedureRequest|ReferralRequest"
    return each(session, lambda t: not re.match(rf"({old})\b", t), "a resource of one FHIR version only")
