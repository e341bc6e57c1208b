#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads export datagrams (NetFlow v5, v9, IPFIX, sFlow v5) from a pcap file and adds up what they report.

Usage: exported.py FILE.pcap PORT      the datagrams sent to this UDP port
Prints JSON of the shape that `flow-generator -o json` prints: records, packets, bytes, classes, channels. It is what a
collector must have after these datagrams; written apart from the collector, to judge it.
Packets and bytes of sFlow samples are multiplied by the sampling rate; bytes are those of the frame, as in nfdump.
"""
import json
import struct
import sys

CHANNELS = {"icmp": 0, "chargen": 19, "ftp": 21, "ssh": 22, "telnet": 23, "dns": 53, "http": 80, "pop3": 110,
            "ntp": 123, "loc-srv": 135, "netbios-ns": 137, "snmp": 161, "https": 443, "microsoft-ds": 445,
            "http-alt": 8080, "ms-sql-s": 1433, "mysql": 3306, "rdp": 3389, "sip": 5060, "p2p": 6681,
            "bittorrent": 6682}
# Which element says how many bytes, best first: IP deltas, and where there are none (ARP) those of the frame.
OCTETS = (1, 352)
PAYLOAD = "payload"  # beside elements' numbers: what follows the headers of a sampled packet
CLASSES = {6: "tcp", 17: "udp", 1: "icmp", 58: "icmp"}


def number(data, at, width):
    return int.from_bytes(data[at:at + width], "big")


def frames(path):
    with open(path, "rb") as file:
        file.read(24)
        while header := file.read(16):
            _, _, length, _ = struct.unpack("<IIII", header)
            yield file.read(length)


def udp_payloads(path, port):
    """(source address, payload) of whole IPv4 and IPv6 UDP packets to a port."""
    for _, source, payload in datagrams(path, {port}):
        yield source, payload


def datagrams(path, ports):
    """(port, source address, payload) of whole IPv4 and IPv6 UDP packets to these ports."""
    for frame in frames(path):
        kind, ip = number(frame, 12, 2), frame[14:]
        if kind == 0x0800 and ip[9] == 17:
            source, udp = ip[12:16], ip[(ip[0] & 15) * 4:number(ip, 2, 2)]
        elif kind == 0x86DD and ip[6] == 17:
            source, udp = ip[8:24], ip[40:40 + number(ip, 4, 2)]
        else:
            continue
        port = number(udp, 2, 2)
        if port in ports:
            yield port, source, udp[8:number(udp, 4, 2)]


class Sums:
    def __init__(self):
        def zero():
            return {"flows": 0, "packets": 0, "bytes": 0}
        self.total = zero()
        self.classes = {name: zero() for name in ("tcp", "udp", "icmp", "other")}
        self.channels = {name: zero() for name in CHANNELS}
        self.datagrams = 0
        self.templates = {}

    def flow(self, protocol, ports, packets, size, fields):
        """`fields`: what else the record told, for who looks closer: see filters.py."""
        del fields
        into = [self.total, self.classes[CLASSES.get(protocol, "other")]]
        for name, port in CHANNELS.items():
            if port in ports if port else protocol == 1:
                into.append(self.channels[name])
        for sums in into:
            sums["flows"] += 1
            sums["packets"] += packets
            sums["bytes"] += size

    def datagram(self, source, data):
        self.datagrams += 1
        version = number(data, 0, 2)
        if version == 5:
            for i in range(number(data, 2, 2)):
                r = data[24 + 48 * i:72 + 48 * i]
                fields = {8: r[0:4], 12: r[4:8], 10: r[12:14], 14: r[14:16], 7: r[32:34], 11: r[34:36], 6: r[37:38],
                          5: r[39:40], 16: r[40:42], 17: r[42:44]}
                self.flow(r[38], {number(r, 32, 2), number(r, 34, 2)}, number(r, 16, 4), number(r, 20, 4), fields)
        elif version == 9:
            self.sets(data[20:], (source, 9, number(data, 16, 4)), 0, 1)
        elif version == 10:
            self.sets(data[16:number(data, 2, 2)], (source, 10, number(data, 12, 4)), 2, 3)
        elif number(data, 0, 4) == 5:
            self.sflow(data)
        else:
            raise ValueError(f"not an export datagram: {data[:8].hex()}")

    def sets(self, data, key, template_set, options_set):
        while len(data) >= 4:
            kind, length = number(data, 0, 2), number(data, 2, 2)
            if length < 4:
                raise ValueError("set length below 4")
            body, data = data[4:length], data[length:]
            if kind == template_set:
                self.learn(body, key, False)
            elif kind == options_set:
                self.learn(body, key, True)
            elif kind >= 256:
                self.records(body, self.templates[key + (kind,)])

    def learn(self, body, key, options):
        ipfix = key[1] == 10
        while len(body) >= (6 if options else 4) and number(body, 0, 2) >= 256:
            template = number(body, 0, 2)
            if not options:
                count, at = number(body, 2, 2), 4
            elif ipfix:
                count, at = number(body, 2, 2), 6
            else:
                count, at = (number(body, 2, 2) + number(body, 4, 2)) // 4, 6
            fields = []
            for _ in range(count):
                element, length = number(body, at, 2), number(body, at + 2, 2)
                at += 4
                if ipfix and element & 0x8000:
                    element, at = -1, at + 4
                fields.append((element, length))
            self.templates[key + (template,)] = (options, fields)
            body = body[at:]

    def records(self, body, template):
        options, fields = template
        shortest = sum(1 if length == 65535 else length for _, length in fields)
        while len(body) >= shortest:
            values, told = {}, {}
            at = 0
            for element, length in fields:
                if length == 65535:
                    length, at = body[at], at + 1
                    if length == 255:
                        length, at = number(body, at, 2), at + 2
                values.setdefault(element, number(body, at, length))
                told.setdefault(element, body[at:at + length])
                at += length
            body = body[at:]
            if not options:
                icmp = values.get(32, values.get(139, 0))
                ports = {values.get(7, 0), values.get(11, icmp)}
                octets = next((values[e] for e in OCTETS if e in values), 0)
                self.flow(values.get(4, 0), ports, values.get(2, 0), octets, told)

    def sflow(self, data):
        at = 28 if number(data, 4, 4) == 1 else 40
        for _ in range(number(data, at - 4, 4)):
            kind, length = number(data, at, 4), number(data, at + 4, 4)
            sample = data[at + 8:at + 8 + length]
            at += 8 + length
            if kind in (1, 3):
                self.sample(sample, 28 if kind == 1 else 40, number(sample, 8 if kind == 1 else 12, 4))

    def sample(self, sample, at, rate):
        for _ in range(number(sample, at, 4)):
            kind, length = number(sample, at + 4, 4), number(sample, at + 8, 4)
            record = sample[at + 12:at + 12 + length]
            at += 8 + length
            if kind != 1:
                continue
            header, size = record[16:16 + number(record, 12, 4)], number(record, 4, 4)
            if number(record, 0, 4) == 1:
                self.frame(header, size, rate)
            else:
                self.packet({11: 0x0800, 12: 0x86DD}[number(record, 0, 4)], header, size, rate)

    def frame(self, frame, size, rate):
        at = 12
        while number(frame, at, 2) in (0x8100, 0x88A8):
            at += 4
        self.packet(number(frame, at, 2), frame[at + 2:], size, rate)

    def packet(self, kind, ip, size, rate):
        if kind == 0x0800:
            protocol, transport = ip[9], ip[(ip[0] & 15) * 4:number(ip, 2, 2)]
            fields = {8: ip[12:16], 12: ip[16:20], 5: ip[1:2]}
        elif kind == 0x86DD:
            protocol, transport = ip[6], ip[40:40 + number(ip, 4, 2)]
            fields = {27: ip[8:24], 28: ip[24:40], 5: bytes([number(ip, 0, 2) >> 4 & 255])}
            while protocol in (0, 43, 60):
                protocol, transport = transport[0], transport[8 * (transport[1] + 1):]
        else:  # ARP and the like: a flow without protocol and ports
            self.flow(0, set(), rate, size * rate, {})
            return
        ports = {number(transport, 0, 2), number(transport, 2, 2)} if protocol in (6, 17) else {number(transport, 0, 2)}
        if protocol in (6, 17):
            fields |= {7: transport[0:2], 11: transport[2:4]}
        if protocol == 6:
            fields |= {6: transport[13:14], PAYLOAD: transport[(transport[12] >> 4) * 4:]}
        elif protocol == 17:
            fields[PAYLOAD] = transport[8:]
        elif protocol in (1, 58):
            fields[11] = transport[0:2]
        self.flow(protocol, ports, rate, size * rate, fields)


def main(path, port):
    sums = Sums()
    for source, payload in udp_payloads(path, port):
        sums.datagram(source, payload)
    print(json.dumps({"datagrams": sums.datagrams, "records": sums.total["flows"], "packets": sums.total["packets"],
                      "bytes": sums.total["bytes"], "classes": sums.classes, "channels": sums.channels}, indent=2))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
