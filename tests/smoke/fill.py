#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares channels that were filled with those that were counted live, at every resolution and source.

Usage: fill.py equal COMMAND DATA [--profile NAME] WHAT CHANNEL...
The channels of profile `late` (or NAME) are those of `early`. Exit 1 when a point differs.
"""
import json
import subprocess
import sys
import time

# Resolution, and from when on it is kept as the default configuration has it.
RESOLUTIONS = [("10s", "-170000"), ("5m", "-20d"), ("30m", "-20d"), ("2h", "-20d"), ("1d", "-20d")]


def points(command, data, profile, channel, resolution, begin):
    words = [command, "series", "-o", "json", "--data", data, "--profile", profile, "--channel", channel, "--per-source",
             "--resolution", resolution, "--from", begin, "--to", "now"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return {(row["sources"][0], p["time"]): p for row in json.loads(done.stdout)["series"] for p in row["points"]}


def main(command, data, *words):
    words = list(words)
    profile = "late"
    if words[0] == "--profile":
        profile = words[1]
        del words[:2]
    what, *channels = words
    failed = compared = 0
    now = int(time.time())
    for channel in channels:
        for resolution, begin in RESOLUTIONS:
            start = str(now - 170000 - (now - 170000) % 300) if resolution == "10s" else begin
            live = points(command, data, "early", channel, resolution, start)
            late = points(command, data, profile, channel, resolution, start)
            compared += len(live)
            for key in sorted(set(live) | set(late), key=lambda k: (k[1], k[0])):
                if live.get(key) == late.get(key):
                    continue
                failed += 1
                if failed < 10:
                    print(f"FAIL {channel} {resolution} {key}: live {live.get(key)}, filled {late.get(key)}")
    print(f"{what}: {compared} points of {len(channels)} channels, {failed} differ")
    return 1 if failed or not compared else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[2:]))
