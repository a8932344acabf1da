"""The ledger of requirements, and what a run says about each of them."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

LEDGER = Path(__file__).resolve().parent.parent / "ledger.tsv"
PASS, FAIL, SKIP = "pass", "fail", "skip"


class Failed(Exception):
    """The service does not do what the row asks for; the text is the evidence."""


class Skipped(Exception):
    """The row could not be tested in this run; the text says what it would take."""


@dataclass(frozen=True)
class Requirement:
    """A row of ledger.tsv."""

    id: str
    strength: str  # as in the specification; (c): the client's duty, (d): derived
    versions: tuple  # of 1.0, 2.0, 3.0
    text: str
    check: str  # module.function under checks/, or "" with the reason in `remark`
    remark: str

    @property
    def binding(self):
        return self.strength.startswith("SHALL")


@dataclass
class Row:
    requirement: Requirement
    result: str
    evidence: str


def read_ledger(file=LEDGER):
    with open(file, encoding="utf-8", newline="") as source:
        rows = csv.DictReader(
            (line for line in source if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )
        return [
            Requirement(
                row["id"],
                row["strength"],
                tuple(row["versions"].split()),
                row["requirement"],
                row["check"],
                row["remark"] or "",
            )
            for row in rows
        ]


def broken(rows):
    return [row for row in rows if row.result == FAIL and row.requirement.binding]


def summary(rows):
    count = {result: sum(row.result == result for row in rows) for result in (PASS, FAIL, SKIP)}
    binding = len(broken(rows))
    text = f"{len(rows)} rows: {count[PASS]} pass, {count[FAIL]} fail, {count[SKIP]} skip"
    return f"{text}; {binding} SHALL failed" if binding else f"{text}; no SHALL failed"


def as_table(rows, colour=False):
    paint = {PASS: "32", FAIL: "31", SKIP: "2"}
    lines = [f"{'id':<9} {'strength':<12} {'result':<6} evidence"]
    for row in rows:
        result = f"\x1b[{paint[row.result]}m{row.result:<6}\x1b[0m" if colour else f"{row.result:<6}"
        lines.append(f"{row.requirement.id:<9} {row.requirement.strength:<12} {result} {printable(row.evidence)}")
    lines += ["", summary(rows)]
    return "\n".join(lines)


def printable(text):
    return "".join(c if c.isprintable() else " " for c in text)


def as_json(rows, about):
    return json.dumps(
        {
            **about,
            "summary": summary(rows),
            "rows": [
                {
                    "id": row.requirement.id,
                    "strength": row.requirement.strength,
                    "versions": row.requirement.versions,
                    "requirement": row.requirement.text,
                    "result": row.result,
                    "evidence": row.evidence,
                }
                for row in rows
            ],
        },
        indent=1,
        ensure_ascii=False,
    )


def as_junit(rows, about):
    suite = ElementTree.Element(
        "testsuite",
        name=f"CDS Hooks {about['spec']} conformance of {about['service']}",
        tests=str(len(rows)),
        errors="0",
        failures=str(sum(row.result == FAIL for row in rows)),
        skipped=str(sum(row.result == SKIP for row in rows)),
    )
    for row in rows:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=row.requirement.id.rsplit("-", 1)[0],
            name=f"{row.requirement.id} {row.requirement.text}",
        )
        if row.result == PASS:
            ElementTree.SubElement(case, "system-out").text = printable(row.evidence)
        else:
            kind = {FAIL: "failure", SKIP: "skipped"}[row.result]
            ElementTree.SubElement(case, kind, message=printable(row.evidence), type=row.requirement.strength)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)
