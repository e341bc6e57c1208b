#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends frames that no socket would send, and compares what became of them.

Usage: frames.py send INTERFACE MAC             prints how many frames of each fate it sent, as JSON
       frames.py check COMMAND DATA SENT.json   compares the collector's ledger and exporters with it
"""
import ipaddress
import json
import socket
import struct
import sys

import check

PORT = 2055
UDP, HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION = 17, 0, 43, 44, 60


def netflow5():
    """One record: TCP to port 443."""
    record = struct.pack("!4s4s4sHHIIIIHHBBBBHHBBH", bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]), bytes(4), 1, 2, 3, 1500,
                         900, 1000, 40000, 443, 0, 0x18, 6, 0, 0, 0, 24, 24, 0)
    return struct.pack("!HHIIIIBBH", 5, 1, 1000, 1700000000, 0, 0, 0, 0, 0) + record


def udp(payload, port=PORT, length=None):
    return struct.pack("!HHHH", 40000, port, 8 + len(payload) if length is None else length, 0) + payload


def ipv4(source, body, protocol=UDP, first=0x45, fragment=0, total=None):
    """Without options: `first` other than 0x45 is a lie."""
    total = 20 + len(body) if total is None else total
    header = struct.pack("!BBHHHBBH4s4s", first, 0, total, 7, fragment, 64, protocol, 0,
                         ipaddress.ip_address(source).packed, bytes([10, 99, 0, 2]))
    numbers = struct.unpack("!10H", header)
    total = sum(numbers)
    total = (total & 0xFFFF) + (total >> 16)
    return header[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + header[12:] + body


def ipv6(source, body, *extensions):
    """`extensions`: kinds of headers of 8 bytes between the IPv6 header and `body`."""
    kinds = [*extensions, UDP]
    for i in reversed(range(len(extensions))):
        # Pad1 and PadN fill options; a routing header of type 0 without addresses; a fragment header of the first of two.
        rest = {ROUTING: bytes(6), FRAGMENT: b"\0\1\0\0\0\7"}.get(kinds[i], b"\1\4\0\0\0\0")
        body = bytes([kinds[i + 1], 0]) + rest + body
    return struct.pack("!IHBB", 6 << 28, len(body), kinds[0], 64) + ipaddress.ip_address(source).packed + \
        ipaddress.ip_address("2001:db8:99::2").packed + body


def tagged(*tags):
    return b"".join(struct.pack("!HH", kind, vlan) for kind, vlan in tags)


def good_frames():
    """[(exporter's address, what follows the MAC addresses)], each with one flow; a fragment that ends none has no address."""
    v4, v6 = b"\x08\x00", b"\x86\xdd"
    shapes = [tagged(), tagged((0x8100, 5)), tagged((0x88A8, 5), (0x8100, 6)), tagged((0x8100, 5), (0x8100, 6))]
    chains = [(), (HOP_BY_HOP,), (DESTINATION,), (HOP_BY_HOP, ROUTING, DESTINATION)]
    out = []
    for i, shape in enumerate(shapes):
        out.append((f"198.51.100.{i}", shape + v4 + ipv4(f"198.51.100.{i}", udp(netflow5()))))
        for j, chain in enumerate(chains):
            source = f"2001:db8::{i}:{j + 1}"
            out.append((source, shape + v6 + ipv6(source, udp(netflow5()), *chain)))
    # Ethernet's padding after a short packet is no part of it.
    out.append(("198.51.100.9", v4 + ipv4("198.51.100.9", udp(netflow5())) + bytes(40)))
    # In two fragments: the kernel puts them together before it hands them to AF_PACKET sockets that share a fan-out.
    whole = udp(netflow5())
    out.append(("", v4 + ipv4("198.51.100.10", whole[:40], fragment=0x2000)))
    out.append(("198.51.100.10", v4 + ipv4("198.51.100.10", whole[40:], fragment=5)))
    return out


def bad_frames():
    """[(fate, what follows the MAC addresses)]"""
    v4, v6, source = b"\x08\x00", b"\x86\xdd", "198.51.100.77"
    good = udp(netflow5())
    return [
        ("not_ip", b"\x08\x06" + struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + bytes(20)),
        ("not_ip", b"\x88\xcc" + bytes(40)),
        ("not_udp", v4 + ipv4(source, bytes(20), protocol=6)),
        ("not_udp", v4 + ipv4(source, bytes(20), protocol=1)),
        ("not_udp", v6 + ipv6("2001:db8::77", bytes(20))[:6] + b"\x3a" + ipv6("2001:db8::77", bytes(20))[7:]),
        ("other_port", v4 + ipv4(source, udp(netflow5(), port=9999))),
        ("other_port", v6 + ipv6("2001:db8::77", udp(netflow5(), port=53))),
        ("fragment", v6 + ipv6("2001:db8::77", good, FRAGMENT)),
        ("bad_ip_header", v4 + ipv4(source, good, first=0x44)),
        ("bad_ip_header", v4 + ipv4(source, good, first=0x55)),
        ("bad_udp_length", v4 + ipv4(source, udp(netflow5(), length=500))),
        ("bad_udp_length", v4 + ipv4(source, udp(netflow5(), length=4))),
        ("cut_short", v4 + ipv4(source, good, total=1400)),
        ("cut_short", v6 + ipv6("2001:db8::77", good)[:-20]),
        ("short_frame", v4 + ipv4(source, b"")[:12]),
        ("short_frame", v6 + ipv6("2001:db8::77", b"")[:30]),
    ]


def send(interface, mac):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((interface, 0))
    addresses = bytes.fromhex(mac.replace(":", "")) + bytes.fromhex("020000000001")
    exporters, fates = [], {}
    for source, rest in good_frames():
        sock.send(addresses + rest)
        if source:
            exporters.append(str(ipaddress.ip_address(source)))
    for fate, rest in bad_frames():
        sock.send(addresses + rest)
        fates[fate] = fates.get(fate, 0) + 1
    fates["whole"] = len(exporters)
    print(json.dumps({"flows": len(exporters), "exporters": exporters, "fates": fates}))
    return 0


def compare(command, data, path):
    with open(path, encoding="utf-8") as file:
        sent = json.load(file)
    ledger = check.ask(command, data, "ledger")
    differences = []
    for fate, is_now in ledger["packets"]["fates"].items():
        if sent["fates"].get(fate, 0) != is_now:
            differences.append(f"fate {fate}: sent {sent['fates'].get(fate, 0)}, counted {is_now}")
    seen = sorted(e["address"] for e in ledger["exporters"])
    if seen != sorted(sent["exporters"]):
        differences.append(f"exporters: sent {sorted(sent['exporters'])}, seen {seen}")
    https = check.ask(command, data, "series", "--profile=zone1_profile", "--channel=https", "--from=-1d", "--resolution=10s")
    if https["series"][0]["bytes"] != 1500 * sent["flows"]:
        differences.append(f"bytes of https: {https['series'][0]['bytes']} of {sent['flows']} flows")
    if not ledger["balanced"] or ledger["flows"]["through"] != sent["flows"]:
        differences.append(f"balanced: {ledger['balanced']}, flows {ledger['flows']}")
    for line in differences:
        print("FAIL " + line)
    print(f"{sent['flows']} good and {sum(sent['fates'].values()) - sent['flows']} other frames compared, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit({"send": send, "check": compare}[sys.argv[1]](*sys.argv[2:]))
