#!/usr/bin/env python3
"""Runs `ivig-cds review -` as a stage of Apache Spark (local mode) and compares with a single run.

  pip install pyspark        # and a Java runtime, 17 or later
  bench/make_year.py --orders 2000 --requests --out build/calls
  bench/check_spark.py build/release/ivig-cds build/calls/requests.ndjson

Exit 0 when both give the same decisions in the same order, `source` apart: each stage counts its own lines.
"""
import json
import pathlib
import subprocess
import sys

from pyspark import SparkConf, SparkContext


def without_source(line):
    decision = json.loads(line)
    del decision["source"]
    return json.dumps(decision, sort_keys=True)


def main():
    binary, requests = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:3])
    rules = pathlib.Path(__file__).resolve().parent.parent / "rules"
    command = [binary, "review", "--jobs", "1", "--date", "2026-01-31", "--rules", str(rules), "-"]
    with open(requests, encoding="utf-8") as lines:
        single = subprocess.run(command, stdin=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    spark = SparkContext(conf=SparkConf().setMaster("local[2]").setAppName("review").set("spark.ui.enabled", "false"))
    spark.setLogLevel("ERROR")
    staged = spark.textFile("file://" + requests, minPartitions=6)
    decided = staged.pipe(" ".join(command), checkCode=True)
    partitions, decisions = staged.getNumPartitions(), decided.collect()
    spark.stop()
    same = [without_source(line) for line in single] == [without_source(line) for line in decisions]
    print(f"{len(single)} decisions in one run, {len(decisions)} in {partitions} partitions: "
          f"{'equal' if same else 'DIFFERENT'}")
    return 0 if same and single else 1


if __name__ == "__main__":
    sys.exit(main())
