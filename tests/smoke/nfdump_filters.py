#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""nfdump_filters.py ANSWERS WORK [--flows N] [--filters N] [--seed N] [--seconds N] [--by-reference]

The same flows to Debian's nfcapd and to us, then random filters to both: the records taken, their flows, bytes and packets
must be the same. ANSWERS is tests/filters/filter_answers. What differs is made as small as it gets and shown.

The filters are out of what both understand, without what nfdump 1.7.1 is known to get wrong.
"""
import argparse
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import time

import nfdump_flows as flows

COMPARE = ["", "", "= ", "> ", "< ", ">= ", "<= ", "== ", "gt ", "lt ", "eq "]
SIDES = ["", "", "src ", "dst ", "src or dst ", "src and dst "]


def compared(rng, words, values):
    """Around a value that flows have."""
    value = rng.choice(values) + rng.choice([0, 0, 0, 1, -1])
    value = max(value, 0)
    text = f"{value // 1000}k" if value and value % 1000 == 0 and rng.random() < 0.3 else str(value)
    return f"{words} {rng.choice(COMPARE)}{text}"


def listed(rng, items):
    out = rng.sample(items, rng.randrange(1, min(5, len(items))))
    return "[" + "".join(str(i) + rng.choice([" ", ",", ", "]) for i in out[:-1]) + str(out[-1]) + "]"


def prefix(rng):
    if rng.random() < 0.3:
        return f"{rng.choice(flows.V6)}/{rng.randrange(16, 129)}"
    return f"{rng.choice(flows.V4)}/{rng.randrange(1, 33)}"


def address_list(rng):
    """1.7.1: no prefix behind a comma, and overlapping ones may hide flows."""
    if rng.random() < 0.5:
        return listed(rng, flows.V4 + flows.V6)
    return rng.choice(["[10.1.0.0/24 192.168.1.0/24]", "[10.1.0.0/16 8.8.8.8]", "[172.16.0.0/12]",
                       "[2001:db8::/64 10.2.0.9]", "[fe80::/10 2001:db9::/32]"])


def mac(rng):
    return ":".join(f"{b:02x}" for b in rng.choice(flows.MACS).to_bytes(6, "big"))


def flags(rng, positive):
    # 1.7.1 takes `not flags SA` for "neither S nor A"
    return "".join(rng.sample("UAPRSF", rng.randrange(1, 4) if positive else 1))


PROTOCOLS = ["tcp", "udp", "icmp", "icmp6", "gre", "esp", "sctp", "6", "17", "0x2f"]
TESTS = [
    lambda r, p: "any",
    lambda r, p: "proto " + r.choice(PROTOCOLS),
    lambda r, p: r.choice(["ipv4", "ipv6", "inet", "inet6"]),
    lambda r, p: r.choice(SIDES) + r.choice(["ip ", "host "]) + r.choice(flows.V4 + flows.V6),
    lambda r, p: r.choice(SIDES) + "ip in " + address_list(r),
    lambda r, p: r.choice(SIDES) + "net " + prefix(r),
    lambda r, p: f"{r.choice(SIDES)}net {r.choice(flows.V4)} 255.{r.choice([0, 128, 255])}.{r.choice([0, 255])}.0",
    lambda r, p: compared(r, r.choice(SIDES) + "port", flows.PORTS + [0]),
    lambda r, p: r.choice(SIDES) + "port in " + listed(r, flows.PORTS),
    lambda r, p: f"icmp-type {r.choice([0, 3, 8, 11, 128, 134])}",
    lambda r, p: f"icmp-code {r.choice([0, 1, 3])}",
    lambda r, p: f"{r.choice(['', 'in ', 'out '])}if {r.choice([0, 1, 2, 3, 7, 65535])}",
    lambda r, p: f"{r.choice(['', 'src ', 'dst '])}mask {r.choice([0, 8, 16, 24, 32, 25])}",
    lambda r, p: f"{r.choice(['', 'src ', 'dst '])}vlan {r.choice([0, 7, 8, 100, 200])}",
    lambda r, p: "flags " + flags(r, p),
    lambda r, p: compared(r, "flags", [2, 16, 24, 27]),
    lambda r, p: compared(r, r.choice(["", "src ", "dst "]) + "tos", [1, 46, 184, 254]),
    lambda r, p: compared(r, r.choice(["", "in ", "out "]) + "packets", flows.PACKETS + [8, 20]),
    lambda r, p: compared(r, r.choice(["", "in ", "out "]) + "bytes", flows.BYTES + [9000]),
    lambda r, p: compared(r, "flows", [1, 3]),
    lambda r, p: compared(r, "duration", flows.DURATIONS),
    lambda r, p: compared(r, "pps", [0, 1, 2, 1000, 100000, 333]),
    lambda r, p: compared(r, "bps", [0, 480, 8000, 1000000, 40000]),
    lambda r, p: compared(r, "bpp", [0, 1, 60, 1000, 1500, 520]),
    lambda r, p: "next ip " + r.choice(flows.HOPS4 + flows.HOPS6),
    lambda r, p: "bgpnext ip " + r.choice(flows.HOPS4 + flows.HOPS6),
    lambda r, p: "router ip " + r.choice(["127.0.0.1", "10.0.0.1"]),
    lambda r, p: compared(r, "engine-type", [0, 3]),
    lambda r, p: compared(r, "engine-id", [7, 8, 42]),
    lambda r, p: compared(r, "nfversion", [5, 8, 9]),
    lambda r, p: "ident " + r.choice(["oracle", "other"]),
    lambda r, p: f"{r.choice(['', 'in ', 'out ', 'src ', 'dst ', 'in src ', 'in dst ', 'out src ', 'out dst '])}mac {mac(r)}",
    lambda r, p: f"mpls label{r.choice([1, 2, 3])} {r.choice(flows.LABELS)}",
    lambda r, p: compared(r, "mpls label2", flows.LABELS[:-1]),
    lambda r, p: compared(r, f"mpls exp{r.choice([1, 2, 3])}", [1, 3, 6]),
    # 1.7.1: < and > of label1, label3 and eos look beside the stack
    lambda r, p: f"mpls eos {r.choice(flows.LABELS)}",
    lambda r, p: f"fwdstat {r.choice([0, 1, 64, 128])}",
    lambda r, p: f"flowdir {r.choice(['ingress', 'egress', '0', '1'])}",
    lambda r, p: f"{r.choice(['ingress', 'egress'])} vrf {r.choice([0, 1, 2, 70000])}",
    lambda r, p: compared(r, "count", [1, 10, 200, 1000]),
    lambda r, p: f"{r.choice(SIDES[:4])}{r.choice(['xip', 'nip'])} {r.choice(flows.HOPS4)}",
    lambda r, p: f"{r.choice(SIDES[:4])}xnet 10.{r.choice([254, 255])}.0.0/{r.choice([15, 16, 24])}",
    lambda r, p: compared(r, f"{r.choice(SIDES[:4])}{r.choice(['xport', 'nport'])}", flows.PORTS),
]
FIREWALL_TESTS = [
    lambda r, p: "asa event " + r.choice(["create", "delete", "deny", "1", "2", "> 1", "0", "term"]),
    lambda r, p: "asa event denied " + r.choice(["ingress", "egress", "interface", "nosyn"]),
    lambda r, p: compared(r, "asa xevent", [1, 1001, 1003, 2030]),
    # `ingress acl` is the first id to 1.7.1, any of the three to 1.7.5 and us
    lambda r, p: compared(r, f"ingress {r.choice(['ace', 'xace'])}", [1, 5, 7, 9]),
]
TRANSLATOR_TESTS = [
    lambda r, p: "nat event " + r.choice(["add", "delete", "1", "2", "4", "> 1", "0"]),
    lambda r, p: compared(r, f"pblock {r.choice(['start', 'end', 'step', 'size'])}", [1, 1024, 2047]),
]


# A filter is a text (a test), ("not", f), or ("and"/"or", f, g, ...).
def random_filter(rng, depth, positive=True):
    pick = rng.randrange(5) if depth else 0
    if pick <= 1:
        if rng.random() < 0.2:
            return ("not", rng.choice(TESTS)(rng, not positive))
        return rng.choice(TESTS)(rng, positive)
    negated = rng.random() < 0.15
    inner = (rng.choice(["and", "or"]),) + tuple(
        random_filter(rng, depth - 1, positive != negated) for _ in range(rng.randrange(2, 4)))
    return ("not", inner) if negated else inner


def text(f):
    if isinstance(f, str):
        return f
    if f[0] == "not":
        return f"not ({text(f[1])})" if not isinstance(f[1], str) else "not " + f[1]
    return "(" + f" {f[0]} ".join(text(g) for g in f[1:]) + ")"


def smaller(f):
    """Filters with a part less."""
    if isinstance(f, str):
        return
    yield from f[1:]
    if len(f) > 3:
        for i in range(1, len(f)):
            yield f[:i] + f[i + 1:]
    for i in range(1, len(f)):
        for g in smaller(f[i]):
            yield f[:i] + (g,) + f[i + 1:]


class Nfdump:
    """Debian's, fed over the loopback interface."""

    def __init__(self, work, datagrams):
        self.directory = work / "nfcapd"
        self.directory.mkdir()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(work / "nfcapd.log", "w", encoding="utf-8") as log:
            self.collector = subprocess.Popen(
                ["nfcapd", "-w", str(self.directory), "-p", str(self.port), "-b", "127.0.0.1", "-t", "3600", "-I",
                 "oracle", "-B", "4000000"], stdout=log, stderr=log)
        try:
            self.wait_until_it_listens()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                for n, datagram in enumerate(datagrams):
                    out.sendto(datagram, ("127.0.0.1", self.port))
                    if n % 16 == 0:
                        time.sleep(0.002)
            time.sleep(0.3)
        finally:
            self.collector.send_signal(signal.SIGTERM)
            self.collector.wait(10)
        self.files = sorted(self.directory.glob("nfcapd.2*"))

    def wait_until_it_listens(self):
        wanted = f":{self.port:04X} "
        for _ in range(100):
            if wanted in pathlib.Path("/proc/net/udp").read_text(encoding="ascii"):
                return
            time.sleep(0.05)
        raise RuntimeError("nfcapd does not listen")

    def answer(self, words):
        done = subprocess.run(["nfdump", "-R", str(self.directory), "-N", "-o", "fmt:%cnt", words], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            return "refused " + (done.stdout + done.stderr).strip()
        sums = re.search(r"total flows: (\d+), total bytes: (\d+), total packets: (\d+)", done.stdout)
        records = [int(line) for line in done.stdout.splitlines() if line.strip().isdigit()]
        return f"taken {sums[1]} {sums[2]} {sums[3]} {runs(records)}"


def runs(numbers):
    out = []
    for n in numbers:
        if out and out[-1][1] == n - 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return ",".join(f"{a}-{b}" if a != b else str(a) for a, b in out) or "-"


class Ours:
    def __init__(self, program, capture, words):
        self.process = subprocess.Popen([program, str(capture), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answer(self, words):
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)


def differ(f, nfdump, ours):
    theirs, mine = nfdump.answer(text(f)), ours.answer(text(f))
    return theirs != mine and not (theirs.startswith("refused") and mine.startswith("refused"))


def shrunk(f, nfdump, ours):
    for g in smaller(f):
        if differ(g, nfdump, ours):
            return shrunk(g, nfdump, ours)
    return f


def numbers(answer):
    out = set()
    for run in answer.split()[-1].split(","):
        if run[0].isdigit():
            a, _, b = run.partition("-")
            out.update(range(int(a), int(b or a) + 1))
    return out


def show(f, nfdump, ours):
    theirs, mine = nfdump.answer(text(f)), ours.answer(text(f))
    print(f"DIFFERENT {text(f)}")
    for name, answer in (("nfdump", theirs), ("we", mine)):
        print(f"    {name:6} {answer[:200]}")
    if theirs.startswith("taken") and mine.startswith("taken"):
        print(f"    only nfdump {runs(sorted(numbers(theirs) - numbers(mine)))[:120]}, "
              f"only we {runs(sorted(numbers(mine) - numbers(theirs)))[:120]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("answers")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--filters", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--most", type=int, default=10, help="differences to show")
    parser.add_argument("--by-reference", action="store_true", help="by the reference evaluator, not by the engine")
    options = parser.parse_args()

    now = int(time.time())
    datagrams = flows.datagrams(options.seed, options.flows, now)
    nfdump = Nfdump(options.work, datagrams)
    flows.write_pcap(options.work / "flows.pcap", datagrams, nfdump.port, now)
    ours = Ours(options.answers, options.work / "flows.pcap", ["reference"] if options.by_reference else [])
    print("both:", ours.answer("any"))
    if nfdump.answer("any") != ours.answer("any"):
        show("any", nfdump, ours)
        sys.exit("FAIL the two do not have the same flows")

    rng = random.Random(options.seed)
    TESTS.extend(FIREWALL_TESTS if flows.has_firewalls(options.seed) else TRANSLATOR_TESTS)
    begun, asked, taken, different = time.monotonic(), 0, 0, {}
    for _ in range(options.filters):
        if time.monotonic() - begun > options.seconds or len(different) >= options.most:
            break
        f = random_filter(rng, 3)
        asked += 1
        taken += " 0 0 0 -" not in ours.answer(text(f))
        if differ(f, nfdump, ours):
            least = shrunk(f, nfdump, ours)
            different.setdefault(text(least), least)
    for least in different.values():
        show(least, nfdump, ours)
    ours.end()
    print(f"{asked} filters, {taken} of them take flows, {len(different)} differ")
    sys.exit(1 if different or taken < asked // 4 else 0)


if __name__ == "__main__":
    main()
