#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the packets of a classic pcap file of Ethernet in another form.

Usage: repack.py pcapng|sll|sll2|raw|null|nanoseconds|swapped|fragments IN.pcap OUT.pcap [ID]
fragments: of IPv4 and IPv6, each of at most 512 bytes of data, the last one first; their packets are numbered from ID on.
"""
import struct
import sys

ETHERNET, NULL, RAW, SLL, SLL2 = 1, 0, 101, 113, 276


def packets(path):
    """(seconds, microseconds, frame)"""
    with open(path, "rb") as file:
        file.read(24)
        while header := file.read(16):
            seconds, micros, length, _ = struct.unpack("<IIII", header)
            yield seconds, micros, file.read(length)


def cooked(form, frame):
    """(link type, frame)"""
    kind, body = frame[12:14], frame[14:]
    if form == "sll":
        return SLL, struct.pack("!HHH8s", 0, 1, 6, frame[6:12] + b"\0\0") + kind + body
    if form == "sll2":
        return SLL2, kind + struct.pack("!HIHBB8s", 0, 1, 1, 0, 6, frame[6:12] + b"\0\0") + body
    if form == "raw":
        return RAW, body
    if form == "null":
        return NULL, struct.pack("<I", 2 if kind == b"\x08\0" else 30) + body
    return ETHERNET, frame


def fragments(number, frame):
    """The IP packet in pieces of 512 bytes; `number` tells packets apart."""
    link, packet = frame[:14], frame[14:]
    v6 = packet[0] >> 4 == 6
    front = 40 if v6 else (packet[0] & 15) * 4
    data = packet[front:]
    for at in reversed(range(0, len(data), 512)):
        piece, more = data[at:at + 512], at + 512 < len(data)
        if v6:
            header = packet[:4] + struct.pack("!HB", len(piece) + 8, 44) + packet[7:40] + \
                struct.pack("!BBHI", packet[6], 0, at | more, number)
        else:
            header = packet[:2] + struct.pack("!HHH", front + len(piece), number & 0xFFFF, at // 8 | more << 13) + packet[8:front]
        yield link + header + piece


def in_fragments(of, first):
    for number, (seconds, micros, frame) in enumerate(of, first):
        for fragment in fragments(number, frame):
            yield seconds, micros, fragment


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def write_pcapng(path, of):
    with open(path, "wb") as out:
        out.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        out.write(block(1, struct.pack("<HHI", ETHERNET, 0, 0)))
        for seconds, micros, frame in of:
            time = seconds * 1000000 + micros
            out.write(block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame)) + frame))


def write_classic(path, form, of):
    order = ">" if form == "swapped" else "<"
    magic, factor = (0xA1B23C4D, 1000) if form == "nanoseconds" else (0xA1B2C3D4, 1)
    with open(path, "wb") as out:
        link, _ = cooked(form, bytes(60))
        out.write(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link))
        for seconds, micros, frame in of:
            _, frame = cooked(form, frame)
            out.write(struct.pack(order + "IIII", seconds, micros * factor, len(frame), len(frame)) + frame)


def main(form, source, target, first=0):
    if form == "pcapng":
        write_pcapng(target, packets(source))
    elif form == "fragments":
        write_classic(target, "ethernet", in_fragments(packets(source), int(first)))
    else:
        write_classic(target, form, packets(source))


if __name__ == "__main__":
    main(*sys.argv[1:])
