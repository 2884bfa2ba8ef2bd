#!/usr/bin/env python3
"""Counts test cases from Bazel's build event files.

usage: tools/test_summary.py [--passed N] [--failed N] [--skipped N] EVENTS.json...
Lists what failed, then prints "N passed, N failed, N skipped". A crash, a timeout and a
target that does not build count as one failure each. Exit code 1 if anything failed or nothing passed.
"""

import argparse
import json
import sys
import urllib.parse
import xml.etree.ElementTree


def cases(path):
    """Yields (name, "passed" | "failed" | "skipped") of a test.xml."""
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        name = ".".join(filter(None, [case.get("classname"), case.get("name")]))
        if case.find("failure") is not None or case.find("error") is not None:
            yield name, "failed"
        elif (case.find("skipped") is not None or case.get("result") == "skipped"
              or case.get("status") == "notrun"):
            yield name, "skipped"
        else:
            yield name, "passed"


def test_result(label, result, counts, failures):
    """Adds the cases of one test run (or shard)."""
    found = []
    for output in result.get("testActionOutput", []):
        if output.get("name") == "test.xml" and output.get("uri", "").startswith("file://"):
            try:
                found = list(cases(urllib.parse.unquote(output["uri"][len("file://"):])))
            except (OSError, xml.etree.ElementTree.ParseError):
                pass
    passed = result.get("status") in ("PASSED", "FLAKY")
    if passed and not found:
        found = [("", "passed")]
    if not passed and not any(outcome == "failed" for _, outcome in found):
        # It died after its last case: a leak report, a crash in a destructor, a timeout.
        found.append((result.get("status", "NO STATUS"), "failed"))
    for name, outcome in found:
        counts[outcome] += 1
        if outcome == "failed":
            failures.append((label + "  " + name).rstrip())


def read(path, counts, failures):
    results = {}
    not_built = {}
    finished = None
    with open(path, encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            kind = event.get("id", {})
            if "testResult" in kind:
                key = kind["testResult"]
                # Later attempts of the same run replace earlier ones.
                results[key["label"], key.get("run"), key.get("shard")] = event["testResult"]
            elif "targetCompleted" in kind and not event.get("completed", {}).get("success"):
                not_built[kind["targetCompleted"]["label"]] = "not built"
            elif "pattern" in kind and "aborted" in event:
                not_built["pattern"] = "not loaded"
            elif "buildFinished" in kind:
                finished = event["finished"].get("exitCode", {})
    for (label, _, _), result in sorted(results.items(), key=lambda item: str(item[0])):
        test_result(label, result, counts, failures)
    for label, what in sorted(not_built.items()):
        counts["failed"] += 1
        failures.append("%s  %s" % (label, what))
    if finished is None or (finished.get("code", 0) not in (0, 4) and not failures):
        counts["failed"] += 1
        failures.append("bazel: %s" % (finished or {}).get("name", "stopped early"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passed", type=int, default=0, help="passed elsewhere")
    parser.add_argument("--failed", type=int, default=0, help="failed elsewhere")
    parser.add_argument("--skipped", type=int, default=0, help="skipped elsewhere")
    parser.add_argument("events", nargs="*")
    args = parser.parse_args()
    counts = {"passed": args.passed, "failed": args.failed, "skipped": args.skipped}
    for path in args.events:
        failures = []
        read(path, counts, failures)
        for failure in failures:
            print("FAILED  " + failure)
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % counts)
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
