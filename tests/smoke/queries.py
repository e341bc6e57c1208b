#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""queries.py SOCKET DATA PID COMMAND FLOWS: questions to the daemon PID at SOCKET, while it collects: seconds after the flows, the
same as the command says, cancelled on the way, with the page closed, four at a time."""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

SOCKET, DATA, PID, COMMAND, FLOWS = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
LONG = {"kind": "flows", "aggregate": "srcip,dstip,srcport,dstport,proto", "order": "bytes", "top": 10}


class Daemon(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(SOCKET)


def open_at(method, path, body=None):
    daemon = Daemon("localhost")
    daemon.request(method, "/api/v1" + path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
    return daemon, daemon.getresponse()


def call(method, path, body=None):
    daemon, answer = open_at(method, path, body)
    text = answer.read()
    daemon.close()
    return answer.status, json.loads(text) if text.startswith((b"{", b"[")) else text.decode()


def ask(question):
    status, job = call("POST", "/queries", {"from": "-1h", "to": "now", **question})
    assert status == 202, (status, job)
    return job


def ended(job):
    for _ in range(600):
        status, job = call("GET", "/queries/" + job["id"])
        assert status == 200, (status, job)
        if job["state"] not in ("waiting", "running"):
            return job
        time.sleep(0.1)
    raise AssertionError(f"still {job}")


def result(job):
    status, table = call("GET", f"/queries/{job['id']}/result?limit=1000")
    assert status == 200, (status, table)
    return table


def children():
    """Of the daemon: its questions."""
    out = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1]) == PID:
                out.append(int(pid))
        except (OSError, IndexError):
            pass
    return out


def stopped_job():
    """A question whose process stands still."""
    for _ in range(50):
        job = ask(LONG)
        for _ in range(200):
            found = children()
            if found:
                break
        for pid in found:
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:
                pass
        if found and call("GET", "/queries/" + job["id"])[1]["state"] == "running":
            return job
        ended(job)
    raise AssertionError("every question was over before it could be stopped")


def processor_s():
    fields = open(f"/proc/{PID}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seconds_after():
    for _ in range(100):
        job = ended(ask({"kind": "statistic", "statistic": "proto/flows"}))
        assert job["state"] == "done", job
        if result(job)["sums"]["flows"] >= FLOWS:
            print(f"all {FLOWS} flows can be asked for")
            return
        time.sleep(0.2)
    raise AssertionError("the flows do not come into the archive")


def same_as_the_command():
    job = ended(ask({"kind": "statistic", "statistic": "srcip/bytes", "top": 50, "keep": True}))
    line = [COMMAND] + job["command"][1:] + ["--json"]
    said = [json.loads(line) for line in subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()]
    rows = next(one for one in said if one["type"] == "statistic")["rows"]
    table = result(job)
    names = [column["name"] for column in table["columns"]]
    ours = [(row[names.index("value")], row[names.index("bytes")], row[names.index("flows")]) for row in table["rows"]]
    assert ours == [(row["value"], row["bytes"], row["flows"]) for row in rows], (ours, rows)
    assert len(ours) == 50, len(ours)
    print("the table is the command's")


def cancelled():
    job = stopped_job()
    assert call("DELETE", "/queries/" + job["id"])[0] == 204
    job = ended(job)
    assert job["state"] == "cancelled" and job["partial"], job
    print("cancelled:", job["progress"])


def page_closed():
    job = stopped_job()
    stream, answer = open_at("GET", f"/queries/{job['id']}/events")
    assert answer.readline() == b"event: job\n"
    answer.close()
    stream.close()
    # Looking at it would count as somebody who waits for it.
    for _ in range(300):
        if not children():
            break
        time.sleep(0.1)
    job = ended(job)
    assert job["state"] == "cancelled" and job["detail"] == "its page was closed", job
    print("its page was closed: cancelled")


def four_at_a_time():
    asked, begin, used = 0, time.time(), processor_s()
    jobs = []
    while time.time() - begin < 10:
        jobs = [job for job in jobs if call("GET", "/queries/" + job["id"])[1]["state"] in ("waiting", "running")]
        while len(jobs) < 4:
            jobs.append(ask(LONG))
            asked += 1
        time.sleep(0.1)
    share = (processor_s() - used) / (time.time() - begin)
    for job in jobs:
        assert ended(job)["state"] == "done", job
    assert children() == [], children()
    print(f"{asked} questions, four at a time: the daemon took {share:.2f} of a core")


def no_zombies():
    assert children() == [], children()
    print("no process is left")


if __name__ == "__main__":
    seconds_after()
    same_as_the_command()
    cancelled()
    page_closed()
    four_at_a_time()
    no_zombies()
