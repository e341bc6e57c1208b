# SPDX-License-Identifier: Apache-2.0
"""nfdump's answers and ours, made comparable: without what tells of files and of the run, and without receive times (nfcapd
got the flows at another moment than we)."""
import os
import re
import subprocess

# Of files, of the run; how complete it is, which nfdump does not say.
OF_THE_RUN = re.compile(r"^(Time window: |Total flows processed: |Sys: |Coverage: )")
DATE = re.compile(r"^\d{4}-\d\d-\d\d ")


def format_of(words):
    found = [words[i + 1] for i, word in enumerate(words[:-1]) if word == "-o"]
    return found[-1] if found else "nsel"


def without_receive_time(lines, form):
    if form == "csv":  # last of its columns: tr
        return [line.rsplit(",", 1)[0] if line.count(",") > 40 else line for line in lines]
    if form == "json":
        return [line for line in lines if not re.match(r'\s*"received" :', line)]
    return lines


def comparable(text, words, dates=True):
    """Lines; trailing blanks and empty lines do not count."""
    lines = [line.rstrip() for line in text.splitlines() if not OF_THE_RUN.match(line)]
    lines = without_receive_time([line for line in lines if line], format_of(words))
    return lines if dates else [DATE.sub("", line) for line in lines]


def ask(command):
    """(exit code, standard output); times are UTC."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"TZ": "UTC"}, timeout=60)
    return done.returncode, done.stdout if done.returncode == 0 else done.stdout + done.stderr


def cases(path):
    """[(words, lines)] of a file of `$ WORDS...` each with its answer behind it."""
    out = []
    for line in open(path, encoding="utf-8").read().splitlines():
        if line.startswith("$ "):
            out.append((line[2:].split(" "), []))
        elif line.strip() and out and not line.startswith("# "):
            out[-1][1].append(line.rstrip())
    return out


def difference(theirs, mine):
    """A few lines that show it; empty: equal."""
    out = []
    for i in range(max(len(theirs), len(mine))):
        a, b = (lines[i] if i < len(lines) else "(nothing)" for lines in (theirs, mine))
        if a != b:
            out += [f"    nfdump |{a}|", f"    we     |{b}|"]
        if len(out) >= 8:
            out.append("    ...")
            break
    return out
