# SPDX-License-Identifier: Apache-2.0
"""bench query: the same questions to Debian's nfdump and to `net-collector query`, on the same flows, in one run.

Sets are made once and kept in the cache directory: captures of flow-generator, nfcapd's files of them (LZ4, one a 5-minute slot)
and our archive of them (by net-collectord --replay, default compression). Before anything is timed both answers are compared.
"""
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

import nfcapd_files

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = TOP / "build"
DAEMON, COMMAND = BUILD / "control/net-collectord", BUILD / "control/net-collector"
FIGURES = BUILD / "tests/bench/archive_figures"
GENERATOR = BUILD / "tests/generator/flow-generator"
CORES = os.cpu_count()


@dataclasses.dataclass(frozen=True)
class FlowSet:
    name: str
    what: str
    flows: int
    options: tuple
    entropy_bits: float | None = None  # of all columns of a flow, where every field is drawn independently (models.cpp)


REALISTIC = ("--protocol", "v9", "--model", "realistic", "--exporters", "5")
SETS = [FlowSet("skewed", "v9, a provider's hosts, 1 hour", 10_000_000, REALISTIC + ("--span", "1h")),
        FlowSet("random", "v5, every field drawn uniformly, 30 minutes", 6_000_000,
                ("--protocol", "v5", "--model", "random", "--exporters", "5", "--span", "30m"), 159),
        FlowSet("day", "v9, a provider's hosts, 24 hours", 10_000_000, REALISTIC + ("--span", "24h"))]
START = "2026-01-15T00:00:00"


@dataclasses.dataclass(frozen=True)
class Question:
    name: str
    words: tuple           # of nfdump's command line
    targets: dict          # set -> times nfdump
    apart: str = r"$^"     # lines that differ, because 1.7.1 reads flows otherwise


COUNT = Question("filter and count", ("-N", "-o", "null", "proto tcp and dst port 443"), {"skewed": 10, "random": 10})
QUESTIONS = [COUNT,
             Question("-s srcip/bytes", ("-N", "-s", "srcip/bytes", "-n", "10"), {"skewed": 10, "random": 5}),
             # It does not read icmpTypeCodeIPv6 of v9, and has port 0 in its place.
             Question("-s dstport/flows", ("-N", "-s", "dstport/flows", "-n", "10"), {"skewed": 10, "random": 5}, r" any 0 "),
             Question("-A srcip4/24,dstport", ("-N", "-A", "srcip4/24,dstport", "-O", "bytes", "-n", "10"),
                      {"skewed": 10, "random": 5})]
RARE_TARGET = 100
RARE_SLOTS = 0.01  # of the day's
MOST_OF_NFDUMP = {"skewed": 0.5}
MOST_OVER_ENTROPY = 1.2


def say(text):
    print(text, file=sys.stderr, flush=True)


class Cache:
    """What was made stays; a directory is whole when its `made` file says of what."""

    def __init__(self, directory, flow_set, scale):
        self.set, self.flows = flow_set, max(int(flow_set.flows * scale), 1000)
        words = json.dumps([flow_set.options, self.flows, START])
        sources = b"".join(p.read_bytes() for p in sorted((TOP / "tests/generator").glob("*.cpp")))
        self.key = hashlib.sha256(words.encode() + sources).hexdigest()[:12]
        self.directory = directory / f"{flow_set.name}-{self.key}"
        self.capture = self.directory / "flows.pcap"
        self.report = self.directory / "flows.json"
        self.nfdump = self.directory / "nfdump"
        self.ours = self.directory / "data"

    def made(self, what, of):
        mark = self.directory / f"{what}.made"
        return mark.exists() and mark.read_text(encoding="utf-8") == of

    def mark(self, what, of):
        (self.directory / f"{what}.made").write_text(of, encoding="utf-8")

    def need_capture(self):
        if self.capture.exists():
            return
        say(f"bench: {self.set.name}: {self.flows:,} flows ({self.set.what}) ...")
        done = subprocess.run([GENERATOR, "-t", "127.0.0.1", "-p", "2055", *self.set.options, "--count", str(self.flows),
                               "--start", START, "--write", self.capture, "-o", "json"], stdout=subprocess.PIPE, check=True)
        self.report.write_bytes(done.stdout)

    def sent(self):
        return json.loads(self.report.read_text(encoding="utf-8"))

    def need_nfdump(self):
        version = subprocess.run(["nfdump", "-V"], capture_output=True, text=True, check=True).stdout
        if self.made("nfdump", version):
            return
        self.need_capture()
        say(f"bench: {self.set.name}: into nfcapd's files ...")
        shutil.rmtree(self.nfdump, ignore_errors=True)
        nfcapd_files.make(self.capture, self.nfdump)
        have, sent = nfcapd_files.sums(self.nfdump), self.sent()
        for key, mine in (("Flows", "records"), ("Packets", "packets"), ("Bytes", "bytes")):
            if have[key] != sent[mine]:
                sys.exit(f"bench: nfcapd has {have[key]} {mine} of {sent[mine]} of {self.capture}")
        self.mark("nfdump", version)

    def need_ours(self):
        version = archive_version()
        if self.made("data", version):
            return
        self.need_capture()
        say(f"bench: {self.set.name}: into our archive ...")
        shutil.rmtree(self.ours, ignore_errors=True)
        done = subprocess.run([DAEMON, "--config", TOP / "conf/net-collector.toml", "--data", self.ours, "-o", "json", "--replay",
                               self.capture], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"bench: net-collectord --replay {self.capture}: {done.stderr}")
        self.mark("data", version)


def archive_version():
    """Whatever makes other bytes of the same flows."""
    names = ["store/archive", "dataplane/decode", "dataplane/flow"]
    sources = [p for name in names for p in sorted((TOP / name).rglob("*")) if p.suffix in (".cpp", ".hpp", ".tsv")]
    return hashlib.sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()


def nfdump_command(cache, words):
    return ["nfdump", "-R", str(cache.nfdump), *words]


def our_command(cache, words, threads):
    return [str(COMMAND), "query", "--data", str(cache.ours), "--threads", str(threads), *words]


def pinned(command, cores):
    return command if cores == CORES else ["taskset", "-c", ",".join(str(c) for c in range(cores)), *command]


def answer(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"TZ": "UTC"})
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(command)} ended with {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout


def substance(text):
    """The lines that tell of flows: without what differs from run to run, and what tells of files."""
    lines = [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith(("Time window", "Total flows processed", "Sys:", "Aggregated flows",
                                                                   "Coverage"))]


def same_answer(theirs, mine):
    """Equal lines; lines of equal rank may come in any order."""
    return theirs == mine or sorted(theirs) == sorted(mine)


def empty_page_cache(directory):
    """How it was done."""
    os.sync()
    try:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
        return "drop_caches"
    except OSError:
        for path in directory.rglob("*"):
            if path.is_file():
                with open(path, "rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return "posix_fadvise"


def seconds(command, cold_directory=None):
    if cold_directory:
        empty_page_cache(cold_directory)
    begun = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=os.environ | {"TZ": "UTC"})
    return time.monotonic() - begun


def median(command, runs, cold_directory=None):
    if cold_directory is None:
        seconds(command)  # into the page cache
    return statistics.median(seconds(command, cold_directory) for _ in range(runs))


def measure(cache, question, target, runs):
    """Rows of a question: one core and all of them, page cache warm and cold."""
    theirs = substance(answer(nfdump_command(cache, question.words)))
    mine = substance(answer(our_command(cache, question.words, CORES)))
    theirs, mine = ([line for line in lines if not re.search(question.apart, line)] for lines in (theirs, mine))
    equal = same_answer(theirs, mine)
    if not equal:
        say(f"bench: {question.name}: the answers differ\n" + "\n".join(f"  nfdump {line}" for line in theirs if line not in mine)
            + "\n" + "\n".join(f"  we     {line}" for line in mine if line not in theirs))
    rows = []
    for cores in sorted({1, CORES}):
        for state in ("warm", "cold"):
            their_files, our_files = (cache.nfdump, cache.ours) if state == "cold" else (None, None)
            say(f"bench: {cache.set.name}: {question.name}, {cores} core{'s' if cores > 1 else ''}, {state} ...")
            peer = median(pinned(nfdump_command(cache, question.words), cores), runs, their_files)
            ours = median(pinned(our_command(cache, question.words, cores), cores), runs, our_files)
            row = {"set": cache.set.name, "question": question.name, "cores": cores, "cache": state,
                   "nfdump_s": peer, "ours_s": ours, "nfdump_mflows_s": cache.flows / peer / 1e6,
                   "ours_mflows_s": cache.flows / ours / 1e6, "ratio": peer / ours, "equal": equal}
            if state == "warm":
                row |= {"target": target, "reached": equal and peer / ours >= target}
            rows.append(row)
    return rows


def rare_host(cache):
    """A client that is in few of the day's slots, and flows of it."""
    files = sorted(cache.nfdump.glob("nfcapd.2*"))
    first = files[len(files) // 3]
    text = subprocess.run(["nfdump", "-r", first, "-q", "-A", "dstip", "-o", "fmt:%da %fl", "dst net 100.64.0.0/10"],
                          capture_output=True, text=True, check=True).stdout
    candidates = sorted(line.split()[0] for line in text.splitlines() if line.split()[1:] == ["1"])
    for host in candidates[:: max(1, len(candidates) // 50)]:
        # All slots in one run: the minutes of the host's flows.
        lines = subprocess.run(["nfdump", "-R", cache.nfdump, "-q", "-o", "fmt:%tr", f"host {host}"], capture_output=True, text=True,
                               check=True).stdout.splitlines()
        if 2 <= len(lines) <= RARE_SLOTS * len(files):
            return host
    sys.exit(f"bench: no host is in less than {RARE_SLOTS:.0%} of the slots of {cache.nfdump}")


def figures(cache):
    """What archive_figures tells of our archive."""
    done = subprocess.run(["taskset", "-c", "0", FIGURES, cache.ours], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def disk_row(cache, archive):
    peer = sum(p.stat().st_size for p in cache.nfdump.glob("nfcapd.2*")) / cache.flows
    ours, filters = archive["bytes"] / cache.flows, archive["bloom_bytes"] / cache.flows
    row = {"set": cache.set.name, "nfdump_bytes_per_flow": peer, "our_bytes_per_flow": ours, "of_it_bloom_filters": filters,
           "of_nfdump": ours / peer, "blocks": archive["blocks"], "segments": archive["segments"]}
    if cache.set.name in MOST_OF_NFDUMP:
        most = MOST_OF_NFDUMP[cache.set.name]
        row |= {"target": f"at most {most} of nfdump", "reached": ours / peer <= most}
    if cache.set.entropy_bits:
        entropy = cache.set.entropy_bits / 8
        over = (ours - filters) / entropy
        row |= {"entropy_bytes_per_flow": entropy, "over_entropy": over,
                "target": f"without Bloom filters at most {MOST_OVER_ENTROPY} of the entropy", "reached": over <= MOST_OVER_ENTROPY}
    return row


def column_rows(cache, archive):
    """Ceilings: what a value of each column costs one core, and what reading its bytes from memory alone would."""
    return [{"set": cache.set.name, "column": r["column"], "bytes_per_flow": archive["column_bytes"][r["column"]] / archive["rows"],
             "ns_per_value": r["ns_per_value"], "ns_by_memory": r["ns_per_value_by_memory"],
             "memory_gbytes_s": archive["memory_gbytes_per_s"]} for r in archive.get("read", [])]


def run(arguments):
    """{"questions": rows, "disk": rows, "columns": rows}"""
    if shutil.which("nfdump") is None or shutil.which("nfcapd") is None:
        sys.exit("bench: nfdump is not installed (Debian package nfdump): there is nothing to compare with")
    caches = {s.name: Cache(pathlib.Path(arguments.cache), s, arguments.scale) for s in SETS if s.name in arguments.sets}
    for cache in caches.values():
        cache.directory.mkdir(parents=True, exist_ok=True)
        cache.need_nfdump()
        cache.need_ours()
    rows = []
    for name, cache in caches.items():
        for question in QUESTIONS:
            if name in question.targets:
                rows += measure(cache, question, question.targets[name], arguments.runs)
    if "day" in caches:
        host = rare_host(caches["day"])
        rare = Question(f"host {host}", ("-N", "-o", "line", f"host {host}"), {})
        rows += measure(caches["day"], rare, RARE_TARGET, arguments.runs)
    archives = {name: figures(cache) for name, cache in caches.items()}
    return {"questions": rows, "disk": [disk_row(caches[name], archive) for name, archive in archives.items()],
            "columns": [row for name, archive in archives.items() for row in column_rows(caches[name], archive)]}


def targets(told):
    """What issue 5 asks for."""
    out = []
    for row in told["questions"]:
        if "target" in row:
            out.append({"target": f"{row['set']}: {row['question']}, {row['cores']} core{'s' if row['cores'] > 1 else ''}: "
                        f"{row['target']} times nfdump", "reached": row["reached"],
                        "measured": f"{row['ratio']:.1f} times" + ("" if row["equal"] else ", and the answers DIFFER")})
    for row in told["disk"]:
        if "target" in row:
            out.append({"target": f"{row['set']}: bytes per flow {row['target']}", "reached": row["reached"],
                        "measured": f"{row.get('over_entropy', row['of_nfdump']):.2f}"})
    return out
