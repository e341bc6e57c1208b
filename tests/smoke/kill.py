#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the collector at moments that differ, and looks at what it left each time.

Usage: kill.py DAEMON COMMAND CONFIG DATA LOG
Exit 1 and a line for each difference when anything committed is missing, or series and ledger do not belong together.
"""
import random
import signal
import subprocess
import sys
import time

import check

KILLS = 25
EVERY_WHILE_STARTING = 5
LONGEST_RUN = 2.0  # cores hand over once a second, and the store commits once a second
START_LIMIT = 20


def numbers(part, path=""):
    """{"flows.through": 7, ...} of nested objects; exporters by what they are, not by their order; laws only have sides."""
    out = {}
    if isinstance(part, dict):
        for key, value in part.items():
            out.update(numbers(value, f"{path}.{key}" if path else key))
    elif path == "exporters":
        for item in part:
            out.update(numbers(item, f"{path}[{item['address']} {item['version']} {item['domain']}]"))
    elif isinstance(part, int) and not isinstance(part, bool) and not path.endswith("domain"):
        out[path] = part
    return out


class Kills:
    def __init__(self, daemon, command, config, data, log):
        self.daemon, self.command, self.config, self.data = daemon, command, config, data
        self.log = open(log, "ab")
        self.random = random.Random(1)
        self.kept = {}
        self.differences = []

    def start(self):
        return subprocess.Popen([self.daemon, "--config", self.config], stdout=self.log, stderr=self.log)

    def wait_until_it_answers(self, process):
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end:
            if subprocess.run([self.command, "status", "--config", self.config], capture_output=True, check=False).returncode == 0:
                return
            if process.poll() is not None:
                raise RuntimeError(f"the collector ended with {process.returncode} while starting")
            time.sleep(0.02)
        raise RuntimeError(f"the collector did not answer within {START_LIMIT} s")

    def committed(self):
        """Sums of ledger and series as they are on the disk; {} before the first commit."""
        try:
            ledger = check.ask(self.command, self.data, "ledger")
            rows = check.ask(self.command, self.data, "series", "--from=-1d", "--resolution=10s")["series"]
        except RuntimeError:
            if self.kept:
                raise
            return {}, True
        out = numbers(ledger)
        for row in rows:
            for key in check.KEYS:
                out[f"series {row['profile']}/{row['channel']}: {key}"] = row[key]
        return out, ledger["balanced"]

    def compare(self, when, now):
        for name, before in self.kept.items():
            if now.get(name, 0) < before:
                self.differences.append(f"{when}: {name} was {before}, is {now.get(name)}")

    def look_at_what_is_left(self, when):
        """Nobody writes now, so series and ledger must be of one commit."""
        now, balanced = self.committed()
        self.compare(when, now)
        self.kept = now
        if not balanced:
            self.differences.append(f"{when}: the ledger does not balance")
        live = sum(value for name, value in now.items() if name.startswith("series live/") and name.endswith(": flows"))
        if live != now.get("flows.through", 0):
            self.differences.append(f"{when}: series of sources have {live} flows, the ledger {now.get('flows.through')}")

    def one(self, number):
        when = f"kill {number}"
        process = self.start()
        if number % EVERY_WHILE_STARTING == EVERY_WHILE_STARTING - 1:
            time.sleep(self.random.uniform(0, 0.3))
        else:
            self.wait_until_it_answers(process)
            time.sleep(self.random.uniform(0, LONGEST_RUN))
            now, _ = self.committed()
            self.compare(when + ", before", now)
            self.kept = now
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.look_at_what_is_left(when)


def main(*words):
    kills = Kills(*words)
    for number in range(KILLS):
        kills.one(number)
    for line in kills.differences:
        print("FAIL " + line)
    print(f"{KILLS} kills, {len(kills.kept)} sums compared each time, {kills.kept.get('flows.through')} flows committed in the end")
    return 1 if kills.differences or not kills.kept.get("flows.through") else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
