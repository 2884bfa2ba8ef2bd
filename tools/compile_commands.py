#!/usr/bin/env python3
"""Writes compile_commands.json for clangd and clang-tidy.

usage: tools/compile_commands.py [BAZEL STARTUP OPTIONS]
Build first: generated headers are read from bazel-out.
"""

import json
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# gcc's flags that clang does not know.
DROPPED = {"-fno-canonical-system-headers", "-Wunused-but-set-parameter", "-Wno-free-nonheap-object"}


def bazel(*args):
    return subprocess.run(["bazel"] + sys.argv[1:] + list(args), cwd=TOP, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def main():
    root = bazel("info", "execution_root").decode().strip()
    graph = json.loads(bazel("aquery", "--output=jsonproto", "--include_artifacts=false",
                             'mnemonic("CppCompile", //...)'))
    commands = []
    for action in graph.get("actions", []):
        arguments = [arg for arg in action["arguments"] if arg not in DROPPED]
        commands.append({"directory": root, "file": arguments[arguments.index("-c") + 1],
                         "arguments": arguments})
    with open(os.path.join(TOP, "compile_commands.json"), "w", encoding="utf-8") as out:
        json.dump(commands, out, indent=1)
    print("%d commands" % len(commands))


if __name__ == "__main__":
    main()
