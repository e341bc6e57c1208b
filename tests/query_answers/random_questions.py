#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""random_questions.py DAEMON COMMAND CONFIG WORK [--flows N] [--questions N] [--seed N] [--seconds N] [--most N]

The same random flows to Debian's nfdump and, by --replay, to our archive; then random command lines to both: filter, -s, -A, -a,
-b, -B, -O, -n, -c, -l, -L, -t, -o, -N, -q, -6. Answers must be equal, line by line; lines of equal rank may come in any order, and
where -n cuts between such, any of them. What differs is made as small as it gets and shown.

Questions are out of what both understand, without what nfdump 1.7.1 is known to get wrong (KNOWN).
"""
import argparse
import pathlib
import random
import re
import subprocess
import sys
import time

import answers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "smoke"))
import nfdump_filters as filters  # noqa: E402
import nfdump_flows as flows  # noqa: E402

# What is left out of random questions, or answered otherwise by us, and why.
KNOWN = {
    "-O bps, ibps, obps": "1.7.1 does not sort by them",
    "-o raw": "tells of nfcapd's file format: sizes and numbers of its extensions",
    "-O behind -s": "1.7.1 ignores it but for -s record",
    "-s mpls": "1.7.1 takes other bytes for the label",
    "-A mpls": "1.7.1 groups by the label; we by label, EXP and bottom of stack, as both print it",
    "-A srcip4/8,srcip": "the same address twice: 1.7.1 masks both",
    "-A proto,dstport": "1.7.1 has lost type and code of ICMP then, we print them",
    "-l, -L behind -a and -s record": "1.7.1 does not heed them",
    "%eng of groups": "1.7.1 has lost it, also where it groups by router",
    "-b, -B": "1.7.1 also keeps next hops, AS, masks ... of the first flow; they may not be those of the other direction",
    "-A next": "no next hop: 0.0.0.0 or ::, as the first flow has it, and which that is",
    "ident": "1.7.1: of the file; we: of the source",
    "no -o": "Debian's prints nsel, we print line",
    "%ter": "1.7.1 cuts its milliseconds",
    "%sn, %dn, src_net, dst_net": "1.7.1 takes a mask of 0 of IPv6 for 64",
    "-o pipe behind -s": "1.7.1 cuts bits a second at 32 bits",
    "nhb in csv": "1.7.1 shows the next hop of IPv6 in its place",
    "-o json of v5": "1.7.1 leaves AS numbers out that are 0",
    "records without a field": "1.7.1 filters them as if it were 0: missing_fields = \"zero\" does so, too",
}
STATISTICS = ["srcip", "dstip", "ip", "nhip", "nhbip", "router", "srcport", "dstport", "port", "proto", "tos", "srctos", "dsttos",
              "dir", "srcas", "dstas", "as", "inif", "outif", "if", "srcmask", "dstmask", "mask", "srcvlan", "dstvlan", "vlan",
              "insrcmac", "outdstmac", "indstmac", "outsrcmac", "srcmac", "dstmac", "inmac", "outmac"]
STATISTIC_ORDERS = ["flows", "packets", "bytes", "pps", "bps", "bpp"]
FIELDS = ["proto", "srcip", "dstip", "srcip4/24", "srcip4/8", "dstip4/16", "srcip6/64", "dstip6/32", "srcport", "dstport", "srcas",
          "dstas", "inif", "outif", "tos", "srctos", "dsttos", "next", "bgpnext", "router", "srcvlan", "dstvlan", "srcmask",
          "dstmask", "insrcmac", "outdstmac", "indstmac", "outsrcmac"]
ORDERS = ["flows", "packets", "bytes", "pps", "bpp", "tstart", "tend", "duration"]
FORMATS = ["line", "long", "extended", "biline", "bilong", "csv", "pipe", "json", "null", "line6", "long6", "extended6"]
TAGS = ["%ts", "%te", "%td", "%pr", "%sa", "%da", "%sap", "%dap", "%sp", "%dp", "%pkt", "%byt", "%ipkt", "%opkt", "%ibyt", "%obyt",
        "%fl", "%flg", "%tos", "%stos", "%dtos", "%in", "%out", "%sas", "%das", "%smk", "%dmk", "%svln", "%dvln", "%dir", "%fwd",
        "%nh", "%nhb", "%ra", "%ismc", "%odmc", "%idmc", "%osmc", "%mpls1", "%mpls2", "%pps", "%bps", "%bpp", "%it",
        "%ic", "%tsr", "%eng"]
# The column that tells a line's rank, in formats of our choice.
RANK_TAGS = {"flows": "%fl", "packets": "%pkt", "bytes": "%byt", "pps": "%pps", "bpp": "%bpp", "tstart": "%ts", "tend": "%te",
             "duration": "%td"}
START = 1_768_477_800  # 2026-01-15T11:50:00Z


class WideFlow(flows.Flow):
    """Counters that are seldom equal, so that ranks are told apart."""

    def __init__(self, rng, v6):
        super().__init__(rng, v6)
        self.values[2] = rng.randrange(1, 2 ** rng.randrange(2, 20))
        self.values[1] = self.values[2] * rng.randrange(40, 1500)
        self.values[24] = rng.choice([0, 0, rng.randrange(1, 1000)])
        self.values[23] = self.values[24] * rng.randrange(40, 1500)
        self.duration = rng.choice([0, rng.randrange(1, 1000), rng.randrange(1, 200_000)])


def datagrams(seed, count, now):
    """v9 of all widths, IPFIX, and v5 with and without sampling."""
    rng = random.Random(seed)
    flows.Flow, plain = WideFlow, flows.Flow
    v9, ipfix = flows.V9(now, True), flows.Ipfix(now)
    v9.ids = [i for i in v9.ids if i != flows.FIREWALLS]
    sources = [v9, v9, v9, ipfix, flows.V5(now, 7, 0), flows.V5(now, 8, 10)]
    out, sent = [v9.templates(), ipfix.templates()], 0
    while sent < count:
        out.append(rng.choice(sources).data(rng))
        sent += 8
    flows.Flow = plain
    return out


def statistic(rng):
    words = ["-s", rng.choice(STATISTICS) + rng.choice(["", "", ":p"]) + "/" + "/".join(rng.sample(STATISTIC_ORDERS, rng.choice([1, 1, 2])))]
    if rng.random() < 0.15:
        words += ["-s", rng.choice(STATISTICS) + "/" + rng.choice(STATISTIC_ORDERS)]
    if rng.random() < 0.1:
        words = ["-s", "record/" + rng.choice(["packets", "bytes"])]
    return words + [] if rng.random() < 0.3 else words + ["-n", str(rng.choice([0, 1, 3, 10, 50]))]


def aggregation(rng):
    kind = rng.random()
    if kind < 0.65:
        fields = {re.sub("[46]?/.*", "", field): field for field in rng.sample(FIELDS, rng.randrange(1, 5))}
        if "dstport" in fields:
            fields.pop("proto", None)
        words = ["-A", ",".join(fields.values())]
    elif kind < 0.85:
        words = ["-a"]
    else:
        words = [rng.choice(["-b", "-B"])]
    order = rng.choice(ORDERS)
    words += ["-O", order]
    if rng.random() < 0.7:
        words += ["-n", str(rng.choice([1, 3, 10, 50]))]
    return words


def listing(rng):
    words = []
    if rng.random() < 0.4:
        words += ["-O", rng.choice(ORDERS)]
        if rng.random() < 0.6:
            words += ["-n", str(rng.choice([1, 3, 10, 50]))]
    elif rng.random() < 0.4:
        words += ["-c", str(rng.choice([1, 5, 100]))]
    return words


def output(rng, words):
    """-o and what goes with it."""
    out = []
    if "-s" in words and "record" not in words[1]:
        out += ["-o", rng.choice(["line", "line", "csv"])]
    elif "-A" in words and rng.random() < 0.6:
        pass  # the fields themselves
    elif "-b" in words or "-B" in words:
        out += ["-o", rng.choice(["biline", "bilong", "line", "long"])]
    elif rng.random() < 0.35:
        tags = [tag for tag in rng.sample(TAGS, rng.randrange(2, 8)) if tag != "%eng" or not grouped(words)]
        if "-O" in words:
            tags.append(RANK_TAGS[words[words.index("-O") + 1]])
        out += ["-o", "fmt:" + " ".join(tags)]
    else:
        # Objects are of many lines: without an order of their own they cannot be told apart.
        out += ["-o", rng.choice([form for form in FORMATS if form != "json" or not (grouped(words) or ordered(words))])]
    for word, chance in (("-N", 0.6), ("-q", 0.3), ("-6", 0.1)):
        if rng.random() < chance:
            out.append(word)
    return out


def window(rng):
    """Around the flows, whole seconds."""
    begin = START - 600 + rng.randrange(0, 120)
    text = time.strftime("%Y/%m/%d.%H:%M:%S", time.gmtime(begin))
    return ["-t", text + "-" + time.strftime("%Y/%m/%d.%H:%M:%S", time.gmtime(begin + rng.randrange(0, 200)))]


def question(rng):
    """(options, filter)"""
    words = rng.choice([statistic, statistic, aggregation, aggregation, listing])(rng)
    if rng.random() < 0.15 and "-s" in words and "record" not in words[1]:
        words += [rng.choice(["-l", "-L"]), rng.choice(["", "+", "-"]) + rng.choice(["10", "1000", "1M", "100K"])]
    if rng.random() < 0.15:
        words += window(rng)
    words += output(rng, words)
    f = filters.random_filter(rng, rng.choice([0, 0, 1, 2])) if rng.random() < 0.7 else "any"
    return words, f


def without_known(lines, words):
    if format_is(words, "json"):
        return [line for line in lines if not re.match(r'\s*"(src_as" : 0|dst_as" : 0|src_net"|dst_net")', line)]
    if "-A" in words:
        lines = [re.sub(r"(^| +|,)(::|0\.0\.0\.0)(?=[ ,.:]|$)", r"\1none", re.sub(r" +(::|0\.0\.0\.0)", r" \1", line)) for line in lines]
    if format_is(words, "csv") and "-s" not in words:
        return [",".join(line.split(",")[:24] + line.split(",")[25:]) if line.count(",") > 40 else line for line in lines]
    return lines


class Peers:
    def __init__(self, nfdump_directory, command, config, data):
        self.nfdump = ["nfdump", "-R", str(nfdump_directory)]
        self.ours = [command, "query", "--data", str(data), "--config", config]

    def ask(self, words, f):
        out = []
        for side in (self.nfdump, self.ours):
            code, text = answers.ask([*side, *words, filters.text(f)])
            out.append((code, without_known(answers.comparable(text, words), words) if code == 0 else ["refused"]))
        return out


def rank_of(line, words):
    """What a line is ordered by, as it is printed; None: cannot be told."""
    if "-s" in words and "record" not in words[words.index("-s") + 1]:
        return None if format_is(words, "csv", "pipe") else re.findall(r"[\d.]+ ?[MGT]?(?=\(| |$)", line)[-6:]
    return line.split()[-1:] if format_is(words, "fmt") else None


def format_is(words, *names):
    return "-o" in words and words[words.index("-o") + 1].split(":")[0] in names


def with_value(words, option, value):
    out = list(words)
    if option in out:
        out[out.index(option) + 1] = value
    else:
        out += [option, value]
    return out


def ordered(words):
    return "-s" in words or "-O" in words


def grouped(words):
    return any(option in words for option in ("-a", "-A", "-b", "-B"))


def only_ties_differ(words, f, theirs, mine, peers):
    """Both have the same lines but for those of equal rank."""
    if not ordered(words):
        return grouped(words) and "-n" not in words and sorted(theirs) == sorted(mine)
    if sorted(theirs) == sorted(mine):
        return True
    if len(theirs) != len(mine):
        return False
    everything = with_value(words, "-n", "0")
    (_, all_theirs), (_, all_mine) = peers.ask(everything, f)
    if sorted(all_theirs) != sorted(all_mine):
        return False
    ranks = [(rank_of(a, words), rank_of(b, words)) for a, b in zip(theirs, mine) if a != b]
    return all(column_of_rank(a, words) == column_of_rank(b, words) for a, b in ranks)


def column_of_rank(columns, words):
    """Of flows, packets, bytes, pps, bps, bpp: the one that the statistic is ordered by."""
    if columns is None or "-s" not in words or len(columns) != 6:
        return columns
    orders = words[words.index("-s") + 1].split("/")[1:] or ["flows"]
    return [columns[STATISTIC_ORDERS.index(order)] for order in orders][:1] if len(orders) == 1 else None


def differ(words, f, peers):
    (code, theirs), (our_code, mine) = peers.ask(words, f)
    if code != 0 and our_code != 0:
        return None
    if theirs == mine or only_ties_differ(words, f, theirs, mine, peers):
        return None
    return theirs, mine


def smaller(words, f):
    """Questions with a part less."""
    i = 0
    while i < len(words):
        step = 2 if words[i] in ("-s", "-A", "-O", "-n", "-c", "-l", "-L", "-t", "-o") else 1
        needed = words[i] == "-o" or words[i] == "-A" and "-o" not in words or words[i] == "-O" and "-n" in words and grouped(words)
        if not needed:
            yield words[:i] + words[i + step:], f
        if words[i] == "-A" and "," in words[i + 1]:
            for field in words[i + 1].split(","):
                yield words[:i + 1] + [",".join(x for x in words[i + 1].split(",") if x != field)] + words[i + 2:], f
        if words[i] == "-o" and words[i + 1].startswith("fmt:") and " " in words[i + 1]:
            tags = words[i + 1][4:].split(" ")
            for k in range(len(tags)):
                yield words[:i + 1] + ["fmt:" + " ".join(tags[:k] + tags[k + 1:])] + words[i + 2:], f
        i += step
    if f != "any":
        yield words, "any"
        for g in filters.smaller(f):
            yield words, g


def shrunk(words, f, peers):
    for less_words, less_f in smaller(words, f):
        if differ(less_words, less_f, peers):
            return shrunk(less_words, less_f, peers)
    return words, f


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("daemon", "command", "config"):
        parser.add_argument(name)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--flows", type=int, default=3000)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--most", type=int, default=10, help="differences to show")
    options = parser.parse_args()

    sent = datagrams(options.seed, options.flows, START)
    nfdump = filters.Nfdump(options.work, sent)
    flows.write_pcap(options.work / "flows.pcap", sent, 2055, START)
    subprocess.run([options.daemon, "--config", options.config, "--data", options.work / "data", "-o", "json", "--replay",
                    options.work / "flows.pcap"], check=True, stdout=subprocess.DEVNULL)
    peers = Peers(nfdump.directory, options.command, options.config, options.work / "data")
    filters.TESTS = [test for test in filters.TESTS if not test(random.Random(1), True).startswith("ident")]
    rng = random.Random(options.seed)
    begun, asked, answered, different = time.monotonic(), 0, 0, {}
    for _ in range(options.questions):
        if time.monotonic() - begun > options.seconds or len(different) >= options.most:
            break
        words, f = question(rng)
        asked += 1
        answered += peers.ask(words, f)[0][0] == 0
        if differ(words, f, peers):
            least = shrunk(words, f, peers)
            different[" ".join(least[0]) + " " + filters.text(least[1])] = least
    for name, (words, f) in different.items():
        print("DIFFERENT " + name)
        print("\n".join(answers.difference(*(differ(words, f, peers) or ([], [])))))
    print(f"{asked} questions, {answered} of them answered by nfdump, {len(different)} differ")
    sys.exit(1 if different or answered < asked * 0.8 else 0)


if __name__ == "__main__":
    main()
