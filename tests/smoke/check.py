#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the collector stored with what was sent.

Usage: check.py wait  COMMAND DATA SECONDS SOURCE=FILE...   until as many flows went through, or the time is over
       check.py equal COMMAND DATA SOURCE=FILE...           channel series flow for flow, and the ledger's laws
COMMAND is the net-collector program, DATA its data directory. FILE is JSON of `flow-generator -o json` or exported.py;
a source may be given several times: its files add up. Exit 1 and a line for each difference when anything differs.
"""
import json
import subprocess
import sys
import time

KEYS = ("flows", "packets", "bytes")


def ask(command, data, *words):
    done = subprocess.run([command, *words, "-o", "json", "--data", data], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command} {' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def add(into, sums):
    for name, cell in sums.items():
        mine = into.setdefault(name, dict.fromkeys(KEYS, 0))
        for key in KEYS:
            mine[key] += cell[key]


def expected(arguments):
    """{source: {"channels": ..., "classes": ..., "datagrams": n}}"""
    out = {}
    for argument in arguments:
        source, path = argument.split("=", 1)
        with open(path, encoding="utf-8") as file:
            sent = json.load(file)
        mine = out.setdefault(source, {"channels": {}, "classes": {}, "datagrams": 0, "records": 0})
        add(mine["channels"], sent["channels"])
        add(mine["classes"], sent["classes"])
        mine["datagrams"] += sent["datagrams"]
        mine["records"] += sent["records"]
    return out


def compare_source(command, data, source, sent):
    """Lines that say what differs."""
    answer = ask(command, data, "series", "--source", source, "--from=-1d", "--resolution", "10s")
    differences = []

    def same(what, want, have):
        for key in KEYS:
            if want[key] != have[key]:
                differences.append(f"{source}: {what}: {key}: sent {want[key]}, stored {have[key]}")

    rows = {(row["profile"], row["channel"]): row for row in answer["series"]}
    for name, sums in sent["channels"].items():
        same(f"channel {name}", sums, rows[("zone1_profile", name)])
    live = rows[("live", source)]
    for name, sums in sent["classes"].items():
        same(f"class {name}", sums, live["classes"][name])
    return differences


def check_ledger(command, data, sent):
    ledger = ask(command, data, "ledger")
    differences = []

    def same(what, want, have):
        if want != have:
            differences.append(f"ledger: {what}: expected {want}, is {have}")

    flows, datagrams, records = ledger["flows"], ledger["datagrams"], ledger["records"]
    same("datagrams accepted", sum(s["datagrams"] for s in sent.values()), datagrams["outcomes"]["accepted"])
    same("datagrams received = sum over outcomes", sum(datagrams["outcomes"].values()), datagrams["received"])
    same("whole and reassembled datagrams = received + lost at hand-off",
         ledger["packets"]["fates"]["whole"] + datagrams["reassembled"],
         datagrams["received"] + datagrams["handoff_lost"])
    same("flows through", sum(s["records"] for s in sent.values()), flows["through"])
    same("flows lost in the ring", 0, flows["lost_ring"])
    same("flows decoded = through + lost", flows["through"] + flows["lost_ring"], flows["decoded"])
    same("records decoded + extra = flows", flows["decoded"], records["decoded"] + flows.get("extra", 0))
    same("balanced", True, ledger["balanced"])
    same("datagrams of exporters", datagrams["outcomes"]["accepted"], sum(e["datagrams"] for e in ledger["exporters"]))
    return differences


def wait(command, data, seconds, sent):
    wanted = sum(s["records"] for s in sent.values())
    end = time.monotonic() + seconds
    through = 0
    while time.monotonic() < end:
        try:
            through = ask(command, data, "ledger")["flows"]["through"]
        except (RuntimeError, KeyError):
            pass  # not committed yet
        if through >= wanted:
            return []
        time.sleep(0.2)
    return [f"only {through} of {wanted} flows went through in {seconds} s"]


def main(verb, command, data, *rest):
    if verb == "wait":
        differences = wait(command, data, float(rest[0]), expected(rest[1:]))
    else:
        sent = expected(rest)
        differences = check_ledger(command, data, sent)
        for source, sums in sent.items():
            differences += compare_source(command, data, source, sums)
        total = sum(s["records"] for s in sent.values())
        print(f"{total} flows of {len(sent)} sources compared, {len(differences)} differences")
    for line in differences:
        print("FAIL " + line)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
