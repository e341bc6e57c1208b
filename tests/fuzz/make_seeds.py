#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_seeds.py: writes seeds/decode, streams as decode_stream.hpp has them: what needs more than one datagram to be reached;
and seeds/reassembly, steps as reassembly_fuzz.cpp reads them."""
import pathlib
import struct

NOW = 1_700_000_000
SEEDS = pathlib.Path(__file__).parent / "seeds"
OTHER_EXPORTER, OTHER_PORT, LEFT_OUT = 0x80, 0x40, 0x20


def number(value, width):
    return value.to_bytes(width, "big")


def sets(*parts):
    return b"".join(number(kind, 2) + number(4 + len(body), 2) + body for kind, body in parts)


def v9(*parts, sequence=0, seconds=NOW):
    return struct.pack(">HHIIII", 9, len(parts), 5_000, seconds, sequence, 7) + sets(*parts)


def ipfix(*parts, sequence=0, seconds=NOW):
    body = sets(*parts)
    return struct.pack(">HHIII", 10, 16 + len(body), seconds, sequence, 7) + body


def template(template_id, *fields):
    return struct.pack(">HH", template_id, len(fields)) + b"".join(struct.pack(">HH", *f) for f in fields)


def v9_options(template_id, scopes, fields):
    return struct.pack(">HHH", template_id, 4 * len(scopes), 4 * len(fields)) + \
        b"".join(struct.pack(">HH", *f) for f in scopes + fields)


def ipfix_options(template_id, scopes, fields):
    return struct.pack(">HHH", template_id, len(scopes + fields), len(scopes)) + \
        b"".join(struct.pack(">HH", *f) for f in scopes + fields)


def stream(*datagrams):
    out = b""
    for entry in datagrams:
        flags, datagram = entry if isinstance(entry, tuple) else (0, entry)
        out += bytes([flags | len(datagram) >> 8, len(datagram) & 0xff]) + datagram
    return out


FLOW = template(256, (8, 4), (12, 4), (10, 4), (14, 4), (48, 2), (234, 4), (95, 4), (1, 4))
RECORD = bytes([10, 0, 0, 1, 10, 0, 0, 2]) + number(1, 4) + number(2, 4) + number(3, 2) + number(9, 4) + \
    number(0x03000050, 4) + number(1500, 4)
VARIABLE = 65535


def elements(template_id, *fields):
    """A template of IPFIX whose fields may have an enterprise number."""
    out = struct.pack(">HH", template_id, len(fields))
    for element, length, *pen in fields:
        out += struct.pack(">HHI", element | 0x8000, length, *pen) if pen else struct.pack(">HH", element, length)
    return out


def variable(content):
    return (bytes([len(content)]) if len(content) < 255 else b"\xff" + number(len(content), 2)) + content


def basic_list(element, length, items):
    return b"\x03" + struct.pack(">HH", element, length) + items


ADDRESSES = bytes([10, 0, 0, 1, 10, 0, 0, 2])
REVERSE, CERT = 29305, 6871
FRAME = bytes.fromhex("020000000001" "020000000002" "81000007" "0800" "4500003c0001000040060000" "0a0000010a000002"
                      "9c4001bb" "0000000000000000" "50120000" "00000000")

WRITTEN = {
    "held_then_template": stream(v9((256, RECORD * 2)), v9((256, RECORD)), v9((0, FLOW), (256, RECORD))),
    "held_until_it_expires": stream(*[v9((256, RECORD), sequence=i) for i in range(14)]),
    "options_v9": stream(
        v9((0, FLOW),
           (1, v9_options(512, [(1, 4)], [(48, 2), (50, 4)])), (512, number(0, 4) + number(3, 2) + number(100, 4)),
           (1, v9_options(513, [(2, 4)], [(82, 8), (34, 4)])), (513, number(1, 4) + b"Gi0/1\0\0\0" + number(10, 4)),
           (1, v9_options(514, [(1, 0)], [(234, 4), (236, 4)])), (514, number(9, 4) + b"RED\0"),
           (1, v9_options(515, [(1, 4)], [(95, 4), (96, 6)])), (515, number(0, 4) + number(0x03000050, 4) + b"http\0\0"),
           (1, v9_options(516, [(3, 4)], [(164, 8), (167, 4)])), (516, number(2, 4) + number(70, 8) + number(5, 4))),
        v9((256, RECORD)), (LEFT_OUT, v9((256, RECORD), (512, number(0, 4) + number(3, 2) + number(200, 4)))),
        v9((256, RECORD), (516, number(2, 4) + number(90, 8) + number(1, 4)))),
    "options_ipfix": stream(
        ipfix((3, ipfix_options(512, [(302, 8)], [(304, 2), (305, 4), (306, 4)])),
              (512, number(5, 8) + number(1, 2) + number(1, 4) + number(99, 4)),
              (3, ipfix_options(513, [(10, 4)], [(82, VARIABLE)])), (513, number(3, 4) + b"\x05eth-0"),
              (3, ipfix_options(514, [(144, 4)], [(160, 8)])), (514, number(1, 4) + number((NOW - 9) * 1000, 8)),
              (3, ipfix_options(515, [(346, 4), (303, 2)], [(339, 1), (341, VARIABLE)])),
              (515, number(12345, 4) + number(77, 2) + b"\x03\x04hops"),
              (3, ipfix_options(516, [(302, 2)], [(311, 8)])), (516, number(8, 2) + struct.pack(">d", 0.02))),
        ipfix((2, template(300, (8, 4), (22, 4), (302, 8)) + template(301, (0x8000 | 77, 2))[:4] +
               struct.pack(">HHI", 0x8000 | 77, 2, 12345)),
              (300, bytes([10, 0, 0, 1]) + number(1000, 4) + number(5, 8)), (301, number(6, 2)), sequence=5)),
    "lists": stream(
        ipfix((2, elements(300, (8, 4), (12, 4), (1, 4), (291, VARIABLE)) + elements(301, (149, 4), (292, VARIABLE)) +
               elements(302, (8, 4), (12, 4), (85, 4), (85, 4, REVERSE), (293, VARIABLE)) +
               elements(400, (8, 4), (12, 4), (1, 4)) + elements(401, (14, 1, CERT), (0x4000 | 14, 1, CERT)) +
               elements(402, (96, VARIABLE), (292, VARIABLE)))),
        ipfix((300, ADDRESSES + number(9, 4) + variable(basic_list(70, 3, b"\x12\x34\xa0\0\0\xf1"))),
              (300, ADDRESSES + number(9, 4) +
               variable(basic_list(291, VARIABLE, variable(basic_list(17, 4, number(65001, 4)))))),
              (300, ADDRESSES + number(9, 4) + variable(basic_list(461, VARIABLE, variable(b"/a") + variable(b"/b")))),
              (301, number(7, 4) + variable(b"\x03" + number(400, 2) + (ADDRESSES + number(5, 4)) * 2)),
              (302, ADDRESSES + number(5, 4) + number(6, 4) + variable(
                  b"\x03" + struct.pack(">HH", 401, 6) + b"\x02\x12" + struct.pack(">HH", 402, 13) +
                  variable(b"dns") + variable(b"\x03" + number(402, 2) + b"\0\0")))),
        ipfix((300, ADDRESSES + number(9, 4) + variable(basic_list(483, 4, number(65001 << 16 | 7, 4) * 3))))),
    "both_directions": stream(
        ipfix((2, elements(300, (8, 4), (12, 4), (4, 1), (1, 4), (1, 4, REVERSE), (2, 4), (2, 4, REVERSE), (152, 8), (153, 8),
                           (21, 4, CERT), (32, 2), (32, 2, REVERSE), (18, VARIABLE, CERT), (0x4000 | 18, VARIABLE, CERT))),
              (300, ADDRESSES + b"\x06" + number(1, 4) + number(2, 4) + number(3, 4) + number(4, 4) +
               number(NOW * 1000 - 99, 8) + number(NOW * 1000, 8) + number(20, 4) + number(0x0800, 2) + number(0, 2) +
               variable(b"GET /") + variable(b"HTTP/1.1")))),
    "packet_sections": stream(
        ipfix((2, elements(300, (10, 4), (312, 2), (408, 2), (315, VARIABLE)) + elements(301, (409, 2), (313, VARIABLE)) +
               elements(302, (316, 8), (104, 40), (305, 4), (306, 4))),
              (300, number(1, 4) + number(1514, 2) + number(1, 2) + variable(FRAME)),
              (301, number(0, 2) + variable(FRAME[18:])),
              (302, b"\x12\x34\xa0\xff\0\0\xf1\xff" + FRAME[:40] + number(1, 4) + number(999, 4)))),
    "nsel": stream(
        v9((0, template(263, (148, 4), (8, 4), (7, 2), (12, 4), (11, 2), (4, 1), (225, 4), (226, 4), (233, 1), (33002, 2),
                        (323, 8), (231, 4), (232, 4), (152, 8), (33000, 12), (40000, 8))),
           (263, number(7, 4) + ADDRESSES[:4] + number(50000, 2) + ADDRESSES[4:] + number(443, 2) + b"\x06" + ADDRESSES +
            b"\x02" + number(2030, 2) + number(NOW * 1000, 8) + number(881, 4) + number(14178, 4) +
            number(NOW * 1000 - 2000, 8) + b"\x01" * 12 + b"alice\0\0\0"))),
    "ports_that_alternate": stream(
        v9((0, template(256, (1, 4), (2, 4)))),
        (OTHER_PORT, v9((0, template(256, (2, 4), (1, 4), (10, 2))), seconds=NOW + 3)),
        (OTHER_EXPORTER, v9((0, template(256, (1, 4))))),
        v9((0, template(256, (1, 4), (2, 4))), seconds=NOW + 6), v9((0, template(256, (1, 4), (2, 4))), seconds=NOW + 9),
        (OTHER_PORT, v9((256, number(1, 4) + number(2, 4) + number(3, 2)))), v9((256, number(1, 4) + number(2, 4)))),
    "redefined_and_late": stream(
        v9((0, template(256, (1, 4))), (256, number(1, 4))),
        v9((0, template(256, (2, 8))), (256, number(1, 8)), seconds=NOW + 3),
        v9((0, template(256, (1, 4))), (256, number(1, 4))),
        v9((1, v9_options(256, [(1, 4)], [(34, 4)])), (256, number(1, 4) + number(2, 4)), seconds=NOW + 9)),
}

IPV4, IPV6, MORE, OTHER_QUEUE, OPTIONS, FAR, EIGHTS = 0, 2, 4, 8, 0x10, 0x20, 0x40


def steps(*of):
    """Steps of (flags, offset / 8, length[, address and id[, content[, pause]]])."""
    return b"".join(bytes((tuple(step) + (0, 0, 0))[:6]) for step in of)


FRAGMENTS = {
    "in_order": steps((MORE, 0, 16), (MORE, 2, 16), (0, 4, 9)),
    "reversed_over_two_queues": steps((OTHER_QUEUE, 4, 9), (MORE, 2, 16), (MORE | OTHER_QUEUE, 0, 16)),
    "ipv6": steps((IPV6 | MORE, 0, 64), (IPV6 | MORE, 0, 64), (IPV6, 8, 3), (IPV6 | MORE, 0, 64, 0, 15), (IPV6, 8, 3, 0, 15)),
    "duplicates_and_overlaps": steps((MORE, 0, 16), (MORE, 0, 16), (0, 2, 8), (MORE, 0, 16, 1), (MORE, 1, 16, 1), (0, 3, 8, 1),
                                     (MORE, 0, 8, 2), (MORE, 0, 8, 2, 1)),
    "two_ends": steps((0, 2, 8), (0, 4, 8), (MORE, 0, 16), (MORE, 6, 8, 1), (0, 2, 8, 1)),
    "largest": steps(*[(MORE | FAR | EIGHTS, i, 32 if i < 255 else 31) for i in range(256)], (FAR, 255, 240), (FAR, 255, 9)),
    "options_that_make_it_too_long": steps((OPTIONS | MORE | EIGHTS, 0, 255), *[(MORE | EIGHTS, 255, 1)], (FAR, 255, 200)),
    "slow": steps((MORE, 0, 16), *[(MORE, 0, 8, 1 + i, 0, 255) for i in range(9)], (0, 2, 8)),
    "flood": steps(*[(MORE | 0x80, 0, 8, i % 32, i // 32 * 7) for i in range(300)]),
}

if __name__ == "__main__":
    for folder, written in (("decode", WRITTEN), ("reassembly", FRAGMENTS)):
        (SEEDS / folder).mkdir(parents=True, exist_ok=True)
        for name, content in written.items():
            (SEEDS / folder / name).write_bytes(content)
