#!/usr/bin/env python3
"""Asks `ivig-cds check` about every vignette and compares the answer with the expected one, field by field.

    python3 conformance/vignettes/run.py                       # all of them: a table and the differences
    python3 conformance/vignettes/run.py v12 h03               # some of them
    python3 conformance/vignettes/run.py --format json         # for programs
    python3 conformance/vignettes/run.py --known known_differences.json   # what ctest runs

Fields, and when they agree:

  recommendations  the expected rows are listed, the first of them leads, and no further row has another stance
  stance, indicator  equal
  safety           the same codes
  dose             the expected code leads, and none other is as heavy
  missing          every expected fact is asked for ("a|b": either, "*" any characters), and with none expected nothing is
                   said to be able to change the answer

--known names a file of differences that are known: {vignette: [field, ...]}. The exit status is 1 when another
difference appears; a known one that is gone should be taken off the list (--strict: or the exit status is 1 too), so that
the list only shrinks. --write-known writes the list anew. Exit status 2: could not be run.
"""

import argparse
import datetime
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import build

FIELDS = ("recommendations", "stance", "indicator", "safety", "dose", "missing")
DEFAULT_BINARY = build.HERE.parent.parent / "build" / "release" / "ivig-cds"
NO_DECISION = {"recommendations": [], "stance": None, "indicator": "none", "safety": [], "dose": [], "missing": []}


def decisions_of(cases, binary, rules):
    """Vignette id -> the decision about its order. Writes the requests into a folder of its own."""
    displays, today = build.value_set_displays(), datetime.datetime.now(datetime.timezone.utc).date()
    with tempfile.TemporaryDirectory(prefix="vignettes-") as folder:
        paths = []
        for case in cases:
            path = pathlib.Path(folder) / f"{case['id']}.json"
            path.write_text(json.dumps(build.write_request(case, displays, today)), encoding="utf-8")
            paths.append(str(path))
        command = [str(binary), "check", "--date", today.isoformat(), "--format", "json"]
        command += (["--rules", rules] if rules else []) + paths
        answer = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if answer.returncode != 0:
        raise RuntimeError(f"check exited with {answer.returncode}: {answer.stderr.strip()}")
    decisions = {}
    for case, line in zip(cases, answer.stdout.splitlines(), strict=True):
        found = {one["order"]: one for one in json.loads(line)["decisions"]}
        decisions[case["id"]] = found.get(f"MedicationRequest/{case['id']}-ivig", NO_DECISION)
    return decisions


def asked_for(pattern, facts):
    return any(fnmatch.fnmatchcase(fact, one) for one in pattern.split("|") for fact in facts)


def differences(expected, decision):
    """Field -> (expected, found, remark), only where they differ."""
    found = {}
    rows = [row["id"] for row in decision["recommendations"]]
    stances = {row["id"]: row["stance"] for row in decision["recommendations"]}
    wanted = expected["recommendations"]
    absent = [row for row in wanted if row not in rows]
    other = [row for row in rows if row not in wanted and stances[row] != expected["stance"]]
    if absent or other or rows[:1] != wanted[:1]:
        remarks = [f"not listed: {', '.join(absent)}"] if absent else []
        remarks += [f"of another stance: {', '.join(other)}"] if other else []
        remarks += [f"{rows[0] if rows else 'nothing'} leads"] if rows[:1] != wanted[:1] else []
        found["recommendations"] = (wanted, rows, "; ".join(remarks))
    for field in ("stance", "indicator"):
        if decision[field] != expected[field]:
            found[field] = (expected[field], decision[field], "")
    safety = sorted(one["code"] for one in decision["safety"])
    if safety != sorted(expected["safety"]):
        found["safety"] = (sorted(expected["safety"]), safety, "")
    dose = [one["code"] for one in decision["dose"]]
    heavy = [one["code"] for one in decision["dose"] if one["indicator"] == decision["dose"][0]["indicator"]]
    if heavy != ([expected["dose"]] if expected["dose"] else []):
        found["dose"] = (expected["dose"], dose, "")
    facts = [one["fact"] for one in decision["missing"]]
    not_asked = [pattern for pattern in expected["missing"] if not asked_for(pattern, facts)]
    change = [one["fact"] for one in decision["missing"] if one.get("would_change")]
    if not_asked or (not expected["missing"] and change):
        found["missing"] = (expected["missing"], facts, f"not asked for: {', '.join(not_asked)}" if not_asked else
                            f"would change the answer: {', '.join(change)}")
    return found


def table(cases, differing, out):
    groups = {}
    for case in cases:
        groups.setdefault(case["id"][0], []).append(case["id"])
    out.write(f"{'vignettes':<12}{'number':>7}" + "".join(f"{field:>17}" for field in FIELDS) + f"{'all fields':>12}\n")
    for group, ids in groups.items():
        agreeing = [sum(field not in differing.get(i, {}) for i in ids) for field in FIELDS]
        whole = sum(not differing.get(i) for i in ids)
        name = f"{ids[0]}-{ids[-1]}"
        out.write(f"{name:<12}{len(ids):>7}" + "".join(f"{n:>17}" for n in agreeing) + f"{whole:>12}\n")


def shown(value):
    return ", ".join(value) or "none" if isinstance(value, list) else str(value) if value else "none"


def listing(cases, differing, out):
    for case in cases:
        if not differing.get(case["id"]):
            continue
        out.write(f"\n{case['id']} {case['title']}\n   shows: {case['shows']}\n")
        for field, (expected, found, remark) in differing[case["id"]].items():
            out.write(f"   {field}: expected {shown(expected)}; found {shown(found)}{'; ' + remark if remark else ''}\n")


def against_known(known, differing, strict, out):
    """True when no difference is new and, if strict, no known one is gone."""
    held = True
    for case in sorted(set(known) | set(differing)):
        fresh = sorted(set(differing.get(case, {})) - set(known.get(case, [])))
        gone = sorted(set(known.get(case, [])) - set(differing.get(case, {})))
        if fresh:
            out.write(f"{case}: differs and did not before: {', '.join(fresh)}\n")
        if gone:
            out.write(f"{case}: agrees now, take it off the list of known differences: {', '.join(gone)}\n")
        held = held and not fresh and not (strict and gone)
    return held


def main():
    parser = argparse.ArgumentParser(description="Compares what ivig-cds says about the vignettes with what it should.")
    parser.add_argument("--binary", default=os.environ.get("IVIG_BINARY", str(DEFAULT_BINARY)))
    parser.add_argument("--rules", help="folder of the rule set")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--known", metavar="FILE", help="differences that are known")
    parser.add_argument("--strict", action="store_true", help="fail too when a known difference is gone")
    parser.add_argument("--write-known", metavar="FILE", help="write the differences found, as a list for --known")
    parser.add_argument("ids", nargs="*")
    options = parser.parse_args()
    try:
        cases = [case for case in build.load_cases() if not options.ids or case["id"] in options.ids]
        known = json.loads(pathlib.Path(options.known).read_text(encoding="utf-8")) if options.known else None
        decisions = decisions_of(cases, options.binary, options.rules)
    except (OSError, ValueError, KeyError, RuntimeError, subprocess.SubprocessError, build.BadCase) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    differing = {case["id"]: found for case in cases if (found := differences(case["expect"], decisions[case["id"]]))}
    if options.write_known:
        rows = [f"  {json.dumps(i)}: {json.dumps(list(fields))}" for i, fields in differing.items()]
        pathlib.Path(options.write_known).write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    if options.format == "json":
        print(json.dumps({"vignettes": len(cases),
                          "agree": {f: sum(f not in differing.get(c["id"], {}) for c in cases) for f in FIELDS},
                          "differences": {i: {f: {"expected": e, "found": g, "remark": r}
                                              for f, (e, g, r) in fields.items()}
                                          for i, fields in differing.items()}}, indent=1))
    else:
        table(cases, differing, sys.stdout)
        listing(cases, differing, sys.stdout)
    if known is not None:
        return 0 if against_known(known, differing, options.strict, sys.stderr) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
