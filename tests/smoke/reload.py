#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reloads a running collector over and over, and judges what is left after it.

Usage: reload.py COMMAND CONFIG PID LOG                       100 reloads in turns of five configurations
       reload.py check COMMAND DATA STEADY.json GUEST.json    after the end: STEADY's flows went to netflow-global on port
                                                              2055, GUEST's to port 2056, which is there at times only
Exit 1 and a line for each difference when anything differs.
"""
import json
import os
import signal
import subprocess
import sys
import time

import check

RELOADS = 100
EVERY_BROKEN = 10
SECONDS = 20

GUEST_SOURCE = '\n[[source]]\nname = "guest"\nport = 2056\nprotocol = "netflow"\n'
CHANNEL = '\n[[channel]]\nname = "{name}"\nfilter = "{filter}"\n'
# (file, text, line:column of the fault)
BROKEN = [
    ("extra.toml", 'profile = "extra"\n[[channel]]\nname = "a"\nfilter = "proto tcp and and port 80"\n', "4:25"),
    ("extra.toml", 'profile = "extra"\n[[channel]]\nname = "a"\nfilter = "any"\nsources = ["nobody"]\n', "2:1"),
    ("extra.toml", 'profile = "extra"\n[[channel]]\nname = "a\nfilter = "any"\n', "3:10"),
    ("extra.toml", 'profile = "extra"\n[[channel]]\nname = "a"\nfitler = "any"\n', "4:1"),
]


def configurations(main_text):
    """(main file, profile `extra` or None) in turns: nothing more, channels, other filters, a source with its port ..."""
    filters = ["proto udp", "src port > 1023 and not dst net 10.0.0.0/8", "port in [80 443] or ipv6"]
    longer = main_text.replace('10s = "2d"', '10s = "3d"')
    yield main_text, None
    yield main_text, [("a", filters[0])]
    yield longer + GUEST_SOURCE, [("a", filters[1]), ("b", filters[2])]
    yield longer + GUEST_SOURCE, [("b", filters[0]), ("a", filters[2]), ("c", "any")]
    yield main_text + GUEST_SOURCE, None


def put(path, text):
    """At once, as editors do."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


class Reloads:
    def __init__(self, command, config, pid, log):
        self.command, self.config, self.pid, self.log = command, config, int(pid), log
        self.extra = os.path.join(os.path.dirname(config), "profiles.d", "extra.toml")
        with open(config, encoding="utf-8") as file:
            self.turns = list(configurations(file.read()))
        self.differences = []

    def run(self, *words):
        return subprocess.run([self.command, *words, "--config", self.config], capture_output=True, text=True, check=False)

    def status(self):
        # Not --config: that file may be broken.
        data = os.path.join(os.path.dirname(os.path.dirname(self.config)), "data")
        return check.ask(self.command, data, "status")["config"]

    def write(self, main_text, channels):
        put(self.config, main_text)
        if channels is None:
            if os.path.exists(self.extra):
                os.remove(self.extra)
        else:
            put(self.extra, 'profile = "extra"\n' + "".join(CHANNEL.format(name=n, filter=f) for n, f in channels))

    def ask_for_it(self, by_signal, before):
        """Status after the reload."""
        if not by_signal:
            self.run("reload")
            return self.status()
        os.kill(self.pid, signal.SIGHUP)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            now = self.status()
            if now["when_ms"] != before["when_ms"]:
                return now
            time.sleep(0.01)
        raise RuntimeError("SIGHUP was not answered within 5 s")

    def one(self, number):
        before = self.status()
        broken = number % EVERY_BROKEN == EVERY_BROKEN - 1
        by_signal = number % 2 == 0 if not broken else number // EVERY_BROKEN % 2 == 0
        if broken:
            file, text, place = BROKEN[number // EVERY_BROKEN % len(BROKEN)]
            put(self.extra, text)
        else:
            self.write(*self.turns[number % len(self.turns)])
        after = self.ask_for_it(by_signal, before)
        if not broken:
            if not after["ok"] or after["generation"] != before["generation"] + 1:
                self.differences.append(f"reload {number} was not taken over: {after}")
            return
        where = f"{file}:{place}"
        with open(self.log, encoding="utf-8") as log:
            logged = where in log.read()
        if after["ok"] or after["generation"] != before["generation"] or where not in after["error"] or not logged:
            self.differences.append(f"reload {number}: broken at {where}, logged: {logged}, status: {after}")


def reload(command, config, pid, log):
    reloads = Reloads(command, config, pid, log)
    begin = time.monotonic()
    for number in range(RELOADS):
        time.sleep(max(0.0, begin + number * SECONDS / RELOADS - time.monotonic()))
        reloads.one(number)
    print(f"{RELOADS} reloads in {time.monotonic() - begin:.1f} s, {RELOADS // EVERY_BROKEN} of them refused")
    return reloads.differences


def series(command, data, **wanted):
    """Flows of the series of a channel, all its time."""
    words = [f"--{key}={value}" for key, value in wanted.items()]
    answer = check.ask(command, data, "series", "--from=-1d", "--resolution=10s", *words)
    return sum(row["flows"] for row in answer["series"])


def judge(command, data, steady_path, guest_path):
    steady = check.expected([f"netflow-global={steady_path}"])
    with open(guest_path, encoding="utf-8") as file:
        guest = json.load(file)
    differences = check.compare_source(command, data, "netflow-global", steady["netflow-global"])
    ledger = check.ask(command, data, "ledger")
    fates, flows = ledger["packets"]["fates"], ledger["flows"]
    guests = series(command, data, profile="live", channel="guest")
    taken = ledger["datagrams"]["outcomes"]["accepted"] - steady["netflow-global"]["datagrams"]

    def same(what, want, have):
        print(f"{what}: {have}")
        if want != have:
            differences.append(f"{what}: expected {want}, is {have}")

    same("balanced", True, ledger["balanced"])
    same("flows lost", 0, flows["lost_ring"])
    same("packets missed by the device", 0, ledger["packets"]["missed"])
    same("flows through", steady["netflow-global"]["records"] + guests, flows["through"])
    same("datagrams of the guest, taken or port not there", guest["datagrams"], taken + fates["other_port"])
    same("guest was there at times", True, 0 < taken < guest["datagrams"])
    return differences


def main(*words):
    differences = judge(*words[1:]) if words[0] == "check" else reload(*words)
    for line in differences:
        print("FAIL " + line)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
