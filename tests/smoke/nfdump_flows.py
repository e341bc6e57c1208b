# SPDX-License-Identifier: Apache-2.0
"""Flows that nfcapd and net-collector are both told of: NetFlow v5, v9 and IPFIX datagrams, seeded, from few values.

Templates of several widths, so that filters also ask for what records lack. Times are around `now`, so that neither side
takes them for wrong.
"""
import ipaddress
import random
import struct

V4 = ["10.1.0.1", "10.1.0.2", "10.1.255.255", "10.2.0.9", "172.16.5.5", "192.168.1.10", "192.168.1.21", "8.8.8.8",
      "224.0.0.5", "255.255.255.255"]
V6 = ["2001:db8::1", "2001:db8::2", "2001:db8:dead:beef:1:2:3:4", "fe80::1", "ff02::1", "2001:db9::53"]
HOPS4 = ["10.255.0.1", "10.254.0.1"]
HOPS6 = ["2001:db8:ffff::1", "2001:db8:ffff::2"]
PORTS = [19, 22, 53, 80, 123, 443, 1024, 1025, 5060, 8080, 33333, 50000, 65535]
ICMP = [0x0800, 0x0000, 0x0301, 0x0303, 0x0B00, 0x8600, 0x8000]
PACKETS = [1, 2, 3, 10, 12, 999, 1000, 1001, 100000, 1000000]
BYTES = [40, 60, 64, 180, 1000, 1500, 5200, 1000000, 1000001, 120000000]
DURATIONS = [0, 0, 1, 10, 30, 999, 1000, 1001, 5000, 60000]
MACS = [0x001122334455, 0x66778899AABB, 0x0A0B0C0D0E0F, 0x101112131415]
LABELS = [16, 16001, 16002, 16003, 1048575]
UPTIME = 3_600_000

# Elements of NetFlow v9 and IPFIX alike: number, width.
NARROW = [(7, 2), (11, 2), (4, 1), (1, 4), (2, 4)]
WIDE = [(7, 2), (11, 2), (4, 1), (6, 1), (1, 8), (2, 8), (10, 4), (14, 4), (16, 4), (17, 4), (5, 1), (55, 1), (58, 2),
        (59, 2), (56, 6), (57, 6), (80, 6), (81, 6), (61, 1), (89, 1), (23, 8), (24, 8), (3, 4), (70, 3), (71, 3),
        (72, 3), (32, 2)]
MIDDLE = [(7, 2), (11, 2), (4, 1), (6, 1), (1, 8), (2, 8), (10, 2), (14, 2), (5, 1), (58, 2), (234, 4), (235, 4),
          (176, 1), (177, 1)]
MIDDLE6 = [(178, 1) if e == 176 else (179, 1) if e == 177 else (e, w) for e, w in MIDDLE]
UPTIMES = [(22, 4), (21, 4)]
MILLISECONDS = [(152, 8), (153, 8)]
ADDRESSES4, ADDRESSES6 = [(8, 4), (12, 4)], [(27, 16), (28, 16)]
ROUTING4, ROUTING6 = [(15, 4), (18, 4), (9, 1), (13, 1)], [(62, 16), (63, 16), (29, 1), (30, 1)]
# As firewalls (Cisco's NSEL) and address translators tell of connections.
FIREWALL = [(7, 2), (11, 2), (4, 1), (225, 4), (226, 4), (227, 2), (228, 2), (233, 1), (33002, 2), (33000, 12), (33001, 12),
            (1, 4), (2, 4)]
TRANSLATOR = [(7, 2), (11, 2), (4, 1), (225, 4), (226, 4), (227, 2), (228, 2), (230, 1), (234, 4), (361, 2), (362, 2),
              (363, 2), (364, 2)]
V9_TEMPLATES = {256: ADDRESSES4 + NARROW + UPTIMES, 257: ADDRESSES6 + NARROW + UPTIMES,
                258: ADDRESSES4 + ROUTING4 + WIDE + UPTIMES, 259: ADDRESSES6 + ROUTING6 + WIDE + UPTIMES,
                260: ADDRESSES4 + MIDDLE + UPTIMES, 261: ADDRESSES6 + MIDDLE6 + UPTIMES,
                262: ADDRESSES4 + FIREWALL + [(323, 8)], 264: ADDRESSES4 + TRANSLATOR + [(323, 8)]}
# 1.7.1 keeps firewalls' and translators' events in one place and takes one for the other: a stream has either.
FIREWALLS, TRANSLATORS = 262, 264
# nfcapd 1.7.1 does not read forwardingStatus and postIpClassOfService of IPFIX, and takes icmpTypeCodeIPv4 for the port of
# whatever protocol; nor does it read the masks of v5.
IPFIX_WIDE6 = [(e, w) for e, w in WIDE if e not in (89, 55, 32)] + [(178, 1), (179, 1)]
IPFIX_TEMPLATES = {300: ADDRESSES4 + MIDDLE + MILLISECONDS, 301: ADDRESSES6 + ROUTING6 + IPFIX_WIDE6 + MILLISECONDS}


class Flow:
    """One flow, with everything a template could ask for."""

    def __init__(self, rng, v6):
        pick = rng.choice
        self.v6 = v6
        self.src, self.dst = pick(V6 if v6 else V4), pick(V6 if v6 else V4)
        proto = pick([6, 6, 6, 17, 17, 58 if v6 else 1, 47, 50, 132])
        icmp = proto in (1, 58)
        ports = proto in (6, 17, 132)
        self.at, self.duration = rng.randrange(0, 120000), pick(DURATIONS)
        self.values = {
            4: proto, 7: pick(PORTS) if ports else 0, 11: pick(PORTS) if ports else pick(ICMP) if icmp else 0,
            6: rng.randrange(64) if proto == 6 else 0, 1: pick(BYTES), 2: pick(PACKETS), 10: pick([1, 2, 7, 65535]),
            14: pick([1, 2, 3]), 16: pick([0, 559, 65001, 4200000001]), 17: pick([0, 64512]), 5: pick([0, 46, 184, 255]),
            55: pick([0, 46]), 58: pick([0, 7, 100]), 59: pick([0, 8, 200]), 56: pick(MACS), 57: pick(MACS),
            80: pick(MACS), 81: pick(MACS), 61: pick([0, 1]), 89: pick([0, 64, 128]), 23: pick([0, 0, 9000]),
            24: pick([0, 8, 20]), 3: pick([1, 1, 3]), 234: pick([0, 1, 70000]), 235: pick([0, 2]),
            9: pick([0, 8, 24]), 13: pick([0, 16, 32])}
        self.values[29], self.values[30] = self.values[9], self.values[13]
        self.values[32] = self.values[11] if icmp else 0
        for element, shift in ((176, 8), (177, 0), (178, 8), (179, 0)):
            self.values[element] = self.values[11] >> shift & 255 if icmp else 0
        self.values |= {227: pick(PORTS), 228: pick(PORTS), 233: pick([1, 2, 3]), 33002: pick([0, 1001, 1003, 2030]),
                        33000: pick([1, 5]) << 64 | pick([0, 7]) << 32 | 9, 33001: pick([2, 5]) << 64, 230: pick([1, 2, 4]),
                        361: 1024, 362: pick([2047, 33333]), 363: pick([0, 1]), 364: pick([0, 1024])}
        depth = rng.randrange(4)
        for i in range(3):
            self.values[70 + i] = (pick(LABELS) << 4 | rng.randrange(8) << 1 | (i == depth - 1)) if i < depth else 0
        self.hops = [pick(HOPS6 if v6 else HOPS4) for _ in range(2)]

    def field(self, element, width, now):
        addresses = {8: self.src, 27: self.src, 12: self.dst, 28: self.dst, 15: self.hops[0], 62: self.hops[0],
                     18: self.hops[1], 63: self.hops[1], 225: self.hops[0], 226: self.hops[1]}
        if element in addresses:
            return ipaddress.ip_address(addresses[element]).packed
        begin = UPTIME - 600_000 + self.at
        times = {22: begin, 21: begin + self.duration, 152: now * 1000 - UPTIME + begin,
                 153: now * 1000 - UPTIME + begin + self.duration, 323: now * 1000 - UPTIME + begin}
        return times.get(element, self.values.get(element)).to_bytes(width, "big")


def sets(template_id, template, flows, now):
    body = b"".join(f.field(e, w, now) for f in flows for e, w in template)
    body += bytes(-len(body) % 4)
    return struct.pack(">HH", template_id, len(body) + 4) + body


def template_set(set_id, templates):
    body = b"".join(struct.pack(">HH", i, len(t)) + b"".join(struct.pack(">HH", e, w) for e, w in t)
                    for i, t in templates.items())
    return struct.pack(">HH", set_id, len(body) + 4) + body


class V9:
    def __init__(self, now, firewalls):
        self.now, self.sequence = now, 0
        self.ids = [i for i in V9_TEMPLATES if i != (TRANSLATORS if firewalls else FIREWALLS)]

    def datagram(self, count, body):
        self.sequence += 1
        return struct.pack(">HHIIII", 9, count, UPTIME, self.now, self.sequence, 42) + body

    def templates(self):
        return self.datagram(len(V9_TEMPLATES), template_set(0, V9_TEMPLATES))

    def data(self, rng):
        template_id = rng.choice(self.ids)
        flows = [Flow(rng, template_id % 2 == 1) for _ in range(rng.randrange(1, 9))]
        return self.datagram(len(flows), sets(template_id, V9_TEMPLATES[template_id], flows, self.now))


class Ipfix:
    """Domain 0: nfcapd 1.7.1 does not take the domain for an engine's id, as it does in v9."""

    def __init__(self, now):
        self.now, self.sequence = now, 0

    def message(self, body):
        return struct.pack(">HHIII", 10, len(body) + 16, self.now, self.sequence, 0) + body

    def templates(self):
        return self.message(template_set(2, IPFIX_TEMPLATES))

    def data(self, rng):
        template_id = rng.choice(list(IPFIX_TEMPLATES))
        flows = [Flow(rng, template_id % 2 == 1) for _ in range(rng.randrange(1, 9))]
        message = self.message(sets(template_id, IPFIX_TEMPLATES[template_id], flows, self.now))
        self.sequence += len(flows)
        return message


class V5:
    """`interval`: what the header says of sampling, 1 in so many."""

    def __init__(self, now, engine, interval):
        self.now, self.engine, self.interval, self.sequence = now, engine, interval, 0

    def data(self, rng):
        flows = [Flow(rng, False) for _ in range(rng.randrange(1, 31))]
        sampling = 1 << 14 | self.interval if self.interval else 0
        out = struct.pack(">HHIIIIBBH", 5, len(flows), UPTIME, self.now, 0, self.sequence, 3, self.engine, sampling)
        self.sequence += len(flows)
        for f in flows:
            v, begin = f.values, UPTIME - 600_000 + f.at
            out += b"".join(ipaddress.ip_address(a).packed for a in (f.src, f.dst, f.hops[0]))
            out += struct.pack(">HHIIIIHHBBBBHHBBH", v[10], v[14], v[2], v[1], begin, begin + f.duration, v[7], v[11], 0,
                               v[6], v[4], v[5], v[16] & 0xFFFF, v[17], 0, 0, 0)
        return out


def has_firewalls(seed):
    return seed % 2 == 1


def datagrams(seed, flows, now):
    """At least so many flows."""
    rng = random.Random(seed)
    v9, ipfix = V9(now, has_firewalls(seed)), Ipfix(now)
    sources = [v9, v9, v9, ipfix, V5(now, 7, 0), V5(now, 8, 10)]
    out = [v9.templates(), ipfix.templates()]
    sent = 0
    while sent < flows:
        datagram = rng.choice(sources).data(rng)
        out.append(datagram)
        version, count = struct.unpack(">HH", datagram[:4])
        sent += count if version != 10 else 1
    return out


def frame(payload, port):
    """Ethernet, IPv4, UDP from and to the loopback address."""
    address = ipaddress.ip_address("127.0.0.1").packed
    udp = struct.pack(">HHHH", 40000, port, len(payload) + 8, 0) + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, len(udp) + 20, 0, 0, 64, 17, 0) + address + address
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    head = head[:10] + struct.pack(">H", ~(total + (total >> 16)) & 0xFFFF) + head[12:]
    return bytes(12) + b"\x08\x00" + head + udp


def write_pcap(path, payloads, port, now):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for payload in payloads:
            packet = frame(payload, port)
            file.write(struct.pack("<IIII", now, 0, len(packet), len(packet)) + packet)
