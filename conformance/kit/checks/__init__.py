"""One function per requirement that can be tested from outside.

A check takes the Session and returns the evidence for a pass; it raises Failed or Skipped with the evidence or the
reason. `row` puts it into CHECKS under its requirement's id.
"""

from ..table import Failed, Skipped

CHECKS = {}


def row(requirement_id):
    def register(check):
        if requirement_id in CHECKS:
            raise ValueError(f"{requirement_id} has two checks")
        CHECKS[requirement_id] = check
        return check

    return register


def expect(condition, evidence):
    if not condition:
        raise Failed(evidence)


def expect_status(answer, wanted, what):
    wanted = (wanted,) if isinstance(wanted, int) else wanted
    if answer.status not in wanted:
        raise Failed(f"{what}: answered {answer} instead of {' or '.join(map(str, wanted))}")
    return answer


def is_outcome(answer):
    try:
        body = answer.json()
    except ValueError:
        return False
    return (
        isinstance(body, dict)
        and body.get("resourceType") == "OperationOutcome"
        and isinstance(body.get("issue"), list)
        and bool(body["issue"])
    )


def load_all():
    """Imports every module of checks, and gives CHECKS."""
    from . import (
        actions,
        answers,
        context,
        cors,
        crd,
        discovery,
        fhir_access,
        feedback,
        http_layer,
        jwt,
        logs,
        prefetch,
        profiles,
        request_body,
        templates,
        tls,
    )  # noqa: F401

    return CHECKS


__all__ = ["CHECKS", "Failed", "Skipped", "expect", "expect_status", "is_outcome", "load_all", "row"]
