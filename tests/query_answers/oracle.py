#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""oracle.py record ANSWERS DIRECTORY    writes what nfdump answers, of nfcapd's files DIRECTORY/{rich,twice,v5}
   oracle.py check COMMAND DIRECTORY ANSWERS [--no-dates]    asks COMMAND query of the data directories DIRECTORY/{rich,twice,v5}

ANSWERS holds `$ SET WORDS...` lines, each with the answer behind it (also notes' stats.out, `$ nfdump -r rich.nf WORDS...`).
"""
import argparse
import sys

import answers

SETS = {"rich.nf": "rich", "v5.nf": "v5", "M/a": "twice"}
HEAD = """# What Debian's nfdump 1.7.1 answers about the oracle's 34 flows (tests/support/oracle_flows.hpp); TZ=UTC. Sets: rich is
# NetFlow v9, v5 what v5 can tell of it, twice is rich in two files. Written by tests/query_answers/oracle.py record; lines
# that tell of files and of the run are left out, and receive times. 1.7.1 does not read the masks of v5, and shows
# the next hop of IPv6 in place of the BGP next hop in csv: nothing asks for those.
"""


def set_and_words(words):
    """`rich -q ...` or `nfdump -r rich.nf -q ...`."""
    if words[0] == "nfdump":
        return SETS[words[2]], words[3:]
    return words[0], words[1:]


def record(path, directory):
    out = HEAD
    for words, _ in answers.cases(path):
        of, rest = set_and_words(words)
        code, text = answers.ask(["nfdump", "-R", f"{directory}/{of}", *options_and_filter(rest)])
        if code != 0:
            sys.exit(f"nfdump {' '.join(rest)} ended with {code}: {text}")
        out += "\n$ " + " ".join(words) + "\n" + "".join(line + "\n" for line in answers.comparable(text, rest))
    open(path, "w", encoding="utf-8").write(out)


WITH_VALUE = {"-n", "-s", "-o", "-O", "-A", "-t", "-c", "-l", "-L"}


def options_and_filter(words):
    """Words of the filter become one argument; _ in a format stands for a blank."""
    out, i = [], 0
    while i < len(words) and words[i].startswith("-"):
        out.append(words[i])
        if words[i] in WITH_VALUE:
            i += 1
            out.append(words[i].replace("_", " ") if words[i].startswith("fmt:") else words[i])
        i += 1
    return out + ([" ".join(words[i:])] if words[i:] else [])


def check(command, directory, path, dates):
    wrong = 0
    cases = answers.cases(path)
    for words, wanted in cases:
        of, rest = set_and_words(words)
        code, text = answers.ask([command, "query", "--data", f"{directory}/{of}", *options_and_filter(rest)])
        have = answers.comparable(text, rest, dates)
        shown = answers.difference(wanted, have) if code == 0 else [f"    exit code {code}: {text.strip()}"]
        if shown:
            wrong += 1
            print("DIFFERENT " + " ".join(words))
            print("\n".join(shown))
    print(f"{path}: {len(cases)} questions, {wrong} answered otherwise")
    return wrong == 0 and len(cases) > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["record", "check"])
    parser.add_argument("words", nargs="+")
    parser.add_argument("--no-dates", action="store_true")
    options = parser.parse_args()
    if options.what == "record":
        record(*options.words)
        return 0
    return 0 if check(*options.words, not options.no_dates) else 1


if __name__ == "__main__":
    sys.exit(main())
