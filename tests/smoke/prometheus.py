#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks a Prometheus on 127.0.0.1:9090 that scrapes the collector.

Usage: prometheus.py sent SOURCE=FILE.json...    waits until the flows are there, compares each source, class and channel,
                                                 and looks at the health of target and rules
       prometheus.py alert NAME                  waits until this alert, and no other, fires
Exit 1 and a line for each difference.
"""
import json
import sys
import time
import urllib.parse
import urllib.request

import check

LIMIT = 15


def get(path):
    with urllib.request.urlopen("http://127.0.0.1:9090/api/v1/" + path, timeout=5) as answer:
        return json.load(answer)["data"]


def query(text):
    """{labels without name, instance and job: value}"""
    out = {}
    for row in get("query?" + urllib.parse.urlencode({"query": text}))["result"]:
        labels = {k: v for k, v in row["metric"].items() if k not in ("__name__", "instance", "job")}
        out[tuple(sorted(labels.items()))] = float(row["value"][1])
    return out


def one(text, **labels):
    return query(text).get(tuple(sorted(labels.items())), 0)


def until(what, done):
    end = time.monotonic() + LIMIT
    while not done():
        if time.monotonic() > end:
            print(f"FAIL {what} did not come within {LIMIT} s")
            return False
        time.sleep(0.3)
    return True


def firing():
    return {alert["labels"]["alertname"] for alert in get("alerts")["alerts"] if alert["state"] == "firing"}


def compare(arguments):
    sent = check.expected(arguments)
    flows = sum(s["records"] for s in sent.values())
    until(f"{flows} flows", lambda: one("sum(net_collector_flows_total)") >= flows)
    compared, differences = 0, []

    def same(what, want, have):
        nonlocal compared
        compared += 1
        if want != have:
            differences.append(f"{what}: sent {want}, Prometheus has {have}")

    same("up", 1, one("up"))
    same("flows through", flows, one("net_collector_flows_through_total"))
    same("balanced", 1, one("net_collector_ledger_balanced"))
    same("accepted", sum(s["datagrams"] for s in sent.values()), one('net_collector_datagrams_total{outcome="accepted"}', outcome="accepted"))
    by_source = query("net_collector_flows_total")
    for source, sums in sent.items():
        for name, cell in sums["classes"].items():
            same(f"flows of {source}, {name}", cell["flows"], by_source[(("class", name), ("source", source))])
    for key in check.KEYS:
        stored = query(f'sum by (channel) (net_collector_channel_{key}_total{{profile="zone1_profile"}})')
        for channel in next(iter(sent.values()))["channels"]:
            same(f"{key} of {channel}", sum(s["channels"][channel][key] for s in sent.values()), stored[(("channel", channel),)])
    rules = [rule for group in get("rules")["groups"] for rule in group["rules"]]
    same("rules", True, len(rules) >= 10)
    for rule in rules:
        same(f"health of {rule['name']}: {rule.get('lastError', '')}", "ok", rule["health"])
    same("alerts that fire", set(), firing())
    print(f"{compared} values compared with Prometheus, {len(differences)} differences")
    return differences


def main(verb, *words):
    if verb == "sent":
        differences = compare(words)
        for line in differences:
            print("FAIL " + line)
        return 1 if differences else 0
    fires = until(f"alert {words[0]}", lambda: firing() == {words[0]})
    print(f"alerts that fire: {firing()}")
    return 0 if fires else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
