#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what an interface carries to a classic pcap file until SIGTERM or SIGINT.

Usage: capture.py INTERFACE FILE.pcap
On loopback, where every packet passes twice, only the outgoing one is written. Exit 1 when the kernel dropped any.
"""
import signal
import socket
import struct
import sys
import time

ETH_P_ALL = 3
PACKET_OUTGOING = 4
SOL_PACKET, PACKET_STATISTICS = 263, 6


def main(interface, path):
    stop = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.append(1))
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUFFORCE if hasattr(socket, "SO_RCVBUFFORCE") else 33, 64 << 20)
    sock.bind((interface, ETH_P_ALL))
    sock.settimeout(0.1)
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        out.flush()
        print("capturing", flush=True)
        quiet = 0
        while not stop or quiet == 0:  # after the signal: what is still in the queue
            try:
                frame, address = sock.recvfrom(262144)
                quiet = 0
            except TimeoutError:
                quiet += 1
                continue
            if interface == "lo" and address[2] != PACKET_OUTGOING:
                continue
            now = time.time()
            out.write(struct.pack("<IIII", int(now), int(now % 1 * 1e6), len(frame), len(frame)) + frame)
    _, dropped = struct.unpack("II", sock.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
    if dropped:
        print(f"capture.py: the kernel dropped {dropped} packets", file=sys.stderr)
    return 1 if dropped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
