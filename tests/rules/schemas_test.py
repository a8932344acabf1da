#!/usr/bin/env python3
"""The rule set's files hold to the schemas beside them (rules/schema/)."""
import json
import pathlib
import sys
import warnings

warnings.simplefilter("ignore", DeprecationWarning)  # RefResolver: Debian 12's jsonschema has nothing newer
from jsonschema import Draft202012Validator, RefResolver  # noqa: E402

RULES = pathlib.Path(__file__).resolve().parents[2] / "rules"
KINDS = {"facts": "facts*.json", "guideline": "guidelines/*.json", "examples": "examples/*.json", "safety": "safety.json",
         "dose": "dose.json"}


def absolute(node, base):
    """The schema with references written out: urn: references cannot be joined to a base by the resolver."""
    if isinstance(node, list):
        return [absolute(item, base) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: base + value if key == "$ref" and value.startswith("#") else absolute(value, base)
            for key, value in node.items()}


def main():
    schemas = {}
    for path in (RULES / "schema").glob("*.schema.json"):
        schema = json.loads(path.read_text("utf-8"))
        Draft202012Validator.check_schema(schema)
        schemas[schema["$id"]] = absolute(schema, schema["$id"])
    faults = checked = 0
    for kind, pattern in KINDS.items():
        schema = schemas[f"urn:ivig-cds:schema:{kind}"]
        validator = Draft202012Validator(schema, resolver=RefResolver(schema["$id"], schema, store=schemas))
        for path in sorted(RULES.glob(pattern)):
            checked += 1
            for fault in validator.iter_errors(json.loads(path.read_text("utf-8"))):
                faults += 1
                place = "/".join(str(step) for step in fault.absolute_path)
                print(f"{path.relative_to(RULES.parent)}: {place}: {fault.message[:200]}")
    print(f"{checked} files, {faults} faults")
    return 1 if faults or checked < len(KINDS) else 0


if __name__ == "__main__":
    sys.exit(main())
