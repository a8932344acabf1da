#!/usr/bin/env python3
"""Writes a rule set that is several times as large: every fact, value set, guideline and row again under other names, with
other codes and other phrases, so that no chart touches the copies.

    bench/make_large_rules.py OUT [--times 10]
"""
import argparse
import json
import pathlib
import shutil

RULES = pathlib.Path(__file__).resolve().parents[1] / "rules"


class Copy:
    """Renames what a copy of the rule set defines, wherever it is named."""

    def __init__(self, number, names):
        self.suffix = f"-x{number}"
        self.words = f" x{number}"
        self.names = names  # of facts, value sets and rows

    def renamed(self, name):
        if "/" in name:
            guideline, row = name.split("/", 1)
            return f"{guideline}{self.suffix}/{row}"
        return name + self.suffix

    def walk(self, node, key=""):
        if isinstance(node, dict):
            return {k: self.walk(v, k) for k, v in node.items()}
        if isinstance(node, list):
            return [self.walk(item, key) for item in node]
        if isinstance(node, str):
            if node in self.names and key not in ("state", "states", "schedule"):
                return self.renamed(node)
            if key in ("phrases", "names", "words"):
                return node + self.words
        return node

    def value_set(self, node):
        node = self.walk(node)
        node["id"] = node["id"] if node["id"].endswith(self.suffix) else self.renamed(node["id"])

        def codes(part):
            if isinstance(part, dict):
                for k, v in part.items():
                    if k == "code" and isinstance(v, str):
                        part[k] = v + self.suffix.upper()
                    elif k == "valueString" and "text-match" in part.get("url", ""):
                        part[k] = v + self.words
                    elif k == "value" and isinstance(v, str):
                        stem = v.removesuffix(".*")  # a regex that is the start of codes
                        part[k] = stem + self.suffix.upper() + v[len(stem):]
                    else:
                        codes(v)
            elif isinstance(part, list):
                for item in part:
                    codes(item)

        codes(node)
        return node


def read(path):
    return json.loads(path.read_text("utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--times", type=int, default=10)
    asked = parser.parse_args()
    shutil.copytree(RULES, asked.out, ignore=shutil.ignore_patterns("*.cpp", "*.h"))
    main_file = read(RULES / "rule-set.json")
    fact_files = [(name, read(RULES / name)) for name in main_file["facts"]]
    guidelines = [(name, read(RULES / name)) for name in main_file["guidelines"]]
    sets = [read(path) for path in sorted((RULES / main_file["value_sets"]).glob("*.json"))]
    names = {fact["id"] for _, file in fact_files for fact in file["facts"]}
    names |= {one["id"] for one in sets}
    names |= {row["id"] for _, file in guidelines for row in file["rows"]}
    for number in range(2, asked.times + 1):
        copy = Copy(number, names)
        for name, file in fact_files:
            file = copy.walk(file)
            for fact in file["facts"]:
                fact.pop("test", None)
            out = name.replace(".json", copy.suffix + ".json")
            (asked.out / out).write_text(json.dumps(file), "utf-8")
            main_file["facts"].append(out)
        for name, file in guidelines:
            file = copy.walk(file)
            file["guideline"]["id"] += copy.suffix
            out = name.replace(".json", copy.suffix + ".json")
            (asked.out / out).write_text(json.dumps(file), "utf-8")
            main_file["guidelines"].append(out)
        for one in sets:
            out = copy.value_set(json.loads(json.dumps(one)))
            (asked.out / main_file["value_sets"] / (out["id"] + ".json")).write_text(json.dumps(out), "utf-8")
    (asked.out / "rule-set.json").write_text(json.dumps(main_file), "utf-8")


if __name__ == "__main__":
    main()
