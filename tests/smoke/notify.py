#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts the collector as systemd does (Type=notify, WatchdogSec=) and judges what it is told.

Usage: notify.py DAEMON COMMAND CONFIG
Exit 1 and a line for each difference.
"""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

WATCHDOG_SECONDS = 4
LIMIT = 20


class Service:
    def __init__(self, directory, daemon, config):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(os.path.join(directory, "notify"))
        environment = dict(os.environ, NOTIFY_SOCKET=self.socket.getsockname(), WATCHDOG_USEC=str(WATCHDOG_SECONDS * 1000000))
        self.process = subprocess.Popen([daemon, "--config", config], env=environment)
        os.environ.pop("NOTIFY_SOCKET", None)
        self.alive = []

    def until(self, wanted):
        """The message with this line in it; WATCHDOG=1 on the way is noted."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            self.socket.settimeout(end - time.monotonic())
            lines = self.socket.recv(4096).decode().split("\n")
            if "WATCHDOG=1" in lines:
                self.alive.append(time.monotonic())
            if wanted in lines:
                print("told: " + " ".join(lines))
                return lines
            if "WATCHDOG=1" not in lines:
                raise RuntimeError(f"told {lines} instead of {wanted}")
        raise RuntimeError(f"{wanted} was not told within {LIMIT} s")


def status_answers(command, config):
    return subprocess.run([command, "status", "--config", config], capture_output=True, check=False).returncode == 0


def reload_is_told(service, broken):
    service.process.send_signal(signal.SIGHUP)
    begin = time.clock_gettime(time.CLOCK_MONOTONIC)
    reloading = service.until("RELOADING=1")
    since = [int(line.split("=")[1]) / 1e6 for line in reloading if line.startswith("MONOTONIC_USEC=")]
    assert since and abs(since[0] - begin) < LIMIT, reloading
    ready = service.until("READY=1")
    assert ("STATUS=collecting" in ready) != broken, ready


def main(daemon, command, config):
    with tempfile.TemporaryDirectory() as directory:
        service = Service(directory, daemon, config)
        try:
            assert not status_answers(command, config), "status answers before the daemon can be up"
            service.until("READY=1")
            assert status_answers(command, config), "READY=1, but status does not answer"
            reload_is_told(service, False)
            with open(config, "a", encoding="utf-8") as file:
                file.write("\n[[source]\n")
            reload_is_told(service, True)
            assert status_answers(command, config), "status does not answer after a refused reload"
            while len(service.alive) < 3:
                service.until("WATCHDOG=1")
            longest = max(b - a for a, b in zip(service.alive, service.alive[1:]))
            assert longest < WATCHDOG_SECONDS, f"{longest} s without WATCHDOG=1"
            service.process.send_signal(signal.SIGTERM)
            service.until("STOPPING=1")
            code = service.process.wait(LIMIT)
            assert code == 0, f"ended with {code}"
        except (AssertionError, RuntimeError, TimeoutError) as problem:
            print(f"FAIL {problem}")
            return 1
        finally:
            service.process.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
