#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the collector's list of exporters with what flow-generator says it sent for each.

Usage: exporters.py COMMAND DATA FILE.json...
Every exporter has its datagrams and records, and none missing by sequence. Exit 1 when anything differs.
"""
import json
import subprocess
import sys

# As the collector names what the datagrams are.
VERSIONS = {"v5": "netflow5", "v9": "netflow9", "ipfix": "ipfix", "sflow": "sflow5"}


def main(command, data, *files):
    done = subprocess.run([command, "exporters", "-o", "json", "--data", data], capture_output=True, text=True, check=True)
    stored = {(e["version"], e["address"], e["domain"]): e for e in json.loads(done.stdout)}
    failed = 0
    for path in files:
        with open(path, encoding="utf-8") as file:
            sent = json.load(file)
        for e in sent["exporters"]:
            key = (VERSIONS[sent["protocol"]], e["address"], e["domain"])
            have = stored.pop(key, None)
            if have is None:
                print(f"FAIL {key}: not among the exporters {list(stored)[:5]}")
            elif (have["datagrams"], have["records"], have["lost"]) != (e["datagrams"], e["records"], 0):
                print(f"FAIL {key}: sent {e['datagrams']} datagrams, {e['records']} records; the collector has {have}")
            else:
                continue
            failed += 1
    for key in stored:
        print(f"FAIL {key}: the collector knows an exporter that was not there")
        failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
