#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the packets of a classic pcap file of Ethernet in another form.

Usage: repack.py pcapng|sll|sll2|raw|null|nanoseconds|swapped IN.pcap OUT.pcap
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


def main(form, source, target):
    if form == "pcapng":
        write_pcapng(target, packets(source))
    else:
        write_classic(target, form, packets(source))


if __name__ == "__main__":
    main(*sys.argv[1:])
