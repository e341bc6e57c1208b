#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Channels over the filter language, and what each must have counted: the exports, read and judged again in Python.

Usage: filters.py profile NAME                              profiles.d/NAME.toml
       filters.py web                                       web.filter, which both profiles include
       filters.py check COMMAND DATA NAME=EXPORT.pcap,...   the series of profile NAME = the flows of these exports, for each
                                                            NAME; the first has all that was sent
       filters.py count EXPORT.pcap                         how many flows
       filters.py named ADDRESS PORT COUNT                  sends flows with names of applications and users, in IPFIX
Exit 1 and a line for each difference when anything differs.
"""
import ipaddress
import re
import socket
import struct
import sys
import time

import check
import exported

SOURCES = {(9996, "172.16.17.18"): "peer1", (9996, "172.16.17.19"): "peer2", (2055, None): "netflow-global",
           (4739, None): "ipfix-global", (6343, None): "sflow-global"}
SAMPLING = {"peer2": 10}  # told in options data, which is not read here


class Flow:
    """A record, as a filter sees it. What it did not bring is None."""

    def __init__(self, source, protocol, packets, size, told):
        self.source, self.protocol, self.packets, self.bytes = source, protocol, packets, size
        number = lambda *elements: next((int.from_bytes(told[e], "big") for e in elements if e in told), None)
        text = lambda element: told[element].rstrip(b"\0").decode() if element in told else None
        address = lambda *elements: next((ipaddress.ip_address(told[e]) for e in elements if e in told), None)
        self.ips = [address(8, 27), address(12, 28)]
        self.ports = [number(7) or 0, number(11) or 0]
        self.flags, self.tos = number(6) or 0, number(5) or 0
        self.numbers = [number(16), number(17)]
        self.interfaces = [number(10), number(14)]
        self.application, self.user = text(96), text(371)
        self.payload = told.get(exported.PAYLOAD, b"")
        self.icmp_type = None
        if protocol in (1, 58):
            self.icmp_type = (number(32, 139) if 32 in told or 139 in told else number(11) or 0) >> 8


def within(addresses, *nets):
    nets = [ipaddress.ip_network(net) for net in nets]
    return any(a is not None and a.version == net.version and a in net for a in addresses for net in nets)


def above(values, least):
    return any(v is not None and v > least for v in values)


# name: (filter, sources or None, the same in Python). `WEB` is an included file.
WEB = "# what a browser does\nproto tcp and\nport in [80 443 8080]\n"
ASKED = {
    "web": ("@include web.filter\nand src port > 1023", None,
            lambda f: f.protocol == 6 and {80, 443, 8080} & set(f.ports) and f.ports[0] > 1023),
    "handshakes": ("flags S and not flags A", None, lambda f: f.protocol == 6 and f.flags & 2 and not f.flags & 16),
    "as-list": ("src as in [64512 64513 64514 64600 65000]", None,
                lambda f: f.numbers[0] in (64512, 64513, 64514, 64600, 65000)),
    "large-as": ("as > 4g", None, lambda f: above(f.numbers, 4 * 10**9)),
    "big": ("bytes > 10k and packets < 1k", None, lambda f: f.bytes > 10000 and f.packets < 1000),
    "dense": ("bpp >= 600", None, lambda f: f.packets and f.bytes // f.packets >= 600),
    "nets": ("ip in [10.1.0.0/16, 2001:db8:1::/48] and not (port 53 or proto icmp)", None,
             lambda f: within(f.ips, "10.1.0.0/16", "2001:db8:1::/48") and 53 not in f.ports and f.protocol != 1),
    "both-ends": ("src and dst net 10.0.0.0/8", None,
                  lambda f: within(f.ips[:1], "10.0.0.0/8") and within(f.ips[1:], "10.0.0.0/8")),
    "pings": ("icmp-type 8 or icmp-type 128", None, lambda f: f.icmp_type in (8, 128)),
    "neither": ("not (proto tcp or proto udp) && !icmp-type 0", None,
                lambda f: f.protocol not in (6, 17) and f.icmp_type != 0),
    "video": ("application contains 'tube' or application = dns", None,
              lambda f: f.application is not None and ("tube" in f.application or f.application == "dns")),
    "people": (r"user matches /^[a-m].*\.smith$/i", None,
               lambda f: f.user is not None and re.search(r"^[a-m].*\.smith$", f.user, re.I)),
    "letters": ("payload content 'xxxxxxxx'", None, lambda f: b"xxxxxxxx" in f.payload),
    "letters-2": ("payload regex 'y{30,}' and dst port < 1024", None,
                  lambda f: b"y" * 30 in f.payload and f.ports[1] < 1024),
    "peers-udp": ("proto udp", ("peer1", "peer2"), lambda f: f.protocol == 17),
    "one-peer": ("ident peer1 and tos 0", None, lambda f: f.source == "peer1" and f.tos == 0),
    "not-a-peer": ("not ident peer1 and not ident peer2", ("peer1", "sflow-global"), lambda f: f.source == "sflow-global"),
    "all": ("", None, lambda f: True),
}
LATER = {
    "web": ("@include web.filter", None, lambda f: f.protocol == 6 and {80, 443, 8080} & set(f.ports)),
    "no-web": ("not (proto tcp and port in [80 443 8080])", ("peer2",),
               lambda f: not (f.protocol == 6 and {80, 443, 8080} & set(f.ports))),
    "interfaces": ("in if < 4 or out if 7", None,
                   lambda f: (f.interfaces[0] is not None and f.interfaces[0] < 4) or f.interfaces[1] == 7),
}
PROFILES = {"asked": ASKED, "later": LATER}


def profile(name):
    print(f'profile = "{name}"')
    for channel, (text, sources, _) in PROFILES[name].items():
        print(f"\n[[channel]]\nname = \"{channel}\"\nfilter = '''\n{text}\n'''")
        if sources:
            print("sources = [" + ", ".join(f'"{s}"' for s in sources) + "]")


class Collected(exported.Sums):
    def __init__(self, flows):
        super().__init__()
        self.flows, self.source = flows, None

    def flow(self, protocol, ports, packets, size, fields):
        rate = SAMPLING.get(self.source, 1)
        self.flows.append(Flow(self.source, protocol, packets * rate, size * rate, fields))


def flows_of(path):
    flows, readers = [], {}
    for port, source, payload in exported.datagrams(path, {port for port, _ in SOURCES}):
        name = SOURCES.get((port, str(ipaddress.ip_address(source)))) or SOURCES[(port, None)]
        reader = readers.setdefault(name, Collected(flows))
        reader.source = name
        reader.datagram(source, payload)
    return flows


def compare(command, data, flows, name):
    rows = {row["channel"]: row for row in
            check.ask(command, data, "series", "--profile", name, "--from=-1d", "--resolution", "10s")["series"]}
    differences = []
    for channel, (text, sources, takes) in PROFILES[name].items():
        taken = [f for f in flows if (sources is None or f.source in sources) and takes(f)]
        sums = {"flows": len(taken), "packets": sum(f.packets for f in taken), "bytes": sum(f.bytes for f in taken)}
        stored = rows.get(channel, dict.fromkeys(check.KEYS, 0))
        print(f"{name}/{channel}: {sums['flows']} flows")
        if not taken:
            differences.append(f"{name}/{channel}: nothing was sent that it takes: the test tests nothing")
        differences += [f"{name}/{channel} ({text}): {key}: sent {sums[key]}, stored {stored[key]}"
                        for key in check.KEYS if sums[key] != stored[key]]
    return differences


def named(address, port, count):
    """IPFIX with applicationName (96) and userName (371), from a fixed list."""
    applications = ["youtube", "tubes", "dns", "dns-over-https", "netflix", ""]
    users = ["Anna.Smith", "mike.smith", "zoe.smith", "bob.smithers", "anna.jones"]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    fields = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (2, 4), (1, 4), (96, 65535), (371, 65535)]
    template = struct.pack("!HH", 999, len(fields)) + b"".join(struct.pack("!HH", *f) for f in fields)
    sent = 0
    while sent < count:
        records = b""
        for i in range(sent, min(sent + 20, count)):
            records += struct.pack("!4s4sHHBBII", bytes([10, 2, 0, i % 250]), bytes([10, 3, 0, 1]), 40000 + i, 443, 6, 24,
                                   1 + i % 7, 1000 + i)
            for names in (applications, users):
                name = names[i % len(names)].encode()
                records += bytes([len(name)]) + name
        sets = struct.pack("!HH", 2, 4 + len(template)) + template + struct.pack("!HH", 999, 4 + len(records)) + records
        sender.sendto(struct.pack("!HHIII", 10, 16 + len(sets), int(time.time()), sent, 5) + sets, (address, port))
        sent = min(sent + 20, count)
        time.sleep(0.002)


def main(verb, *rest):
    if verb == "profile":
        profile(*rest)
    elif verb == "web":
        print(WEB, end="")
    elif verb == "named":
        named(rest[0], int(rest[1]), int(rest[2]))
    elif verb == "count":
        print(len(flows_of(rest[0])))
    else:
        command, data, *profiles = rest
        differences, sent = [], None
        for part in profiles:
            name, paths = part.split("=")
            flows = [flow for path in paths.split(",") for flow in flows_of(path)]
            sent = sent or len(flows)
            differences += compare(command, data, flows, name)
        ledger = check.ask(command, data, "ledger")
        if not ledger["balanced"] or ledger["flows"]["through"] != sent:
            differences.append(f"ledger: {sent} flows sent, {ledger['flows']['through']} through")
        for line in differences:
            print("FAIL " + line)
        return 1 if differences else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
