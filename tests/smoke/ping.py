#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pings an address: ping.py ADDRESS COUNT [BYTES]. Prints how many answers came; exit 1 when one is missing.

Each question waits up to two seconds for its answer, neighbour resolution included.
"""
import os
import socket
import struct
import sys
import time

from traffic import checksum


def ping(address, count, size):
    ipv6 = ":" in address
    ask, answer = (128, 129) if ipv6 else (8, 0)
    protocol = socket.IPPROTO_ICMPV6 if ipv6 else socket.IPPROTO_ICMP
    mine = os.getpid() & 0xFFFF
    answers = 0
    with socket.socket(socket.AF_INET6 if ipv6 else socket.AF_INET, socket.SOCK_RAW, protocol) as sock:
        for sequence in range(count):
            rest = struct.pack("!HH", mine, sequence) + bytes(size)
            check = 0 if ipv6 else checksum(struct.pack("!BBH", ask, 0, 0) + rest)
            sock.sendto(struct.pack("!BBH", ask, 0, check) + rest, (address, 0))
            end = time.monotonic() + 2
            while time.monotonic() < end:
                sock.settimeout(max(end - time.monotonic(), 0.001))
                try:
                    packet = sock.recv(65536)
                except TimeoutError:
                    break
                # An IPv4 raw socket gives the IP header, too.
                message = packet if ipv6 else packet[(packet[0] & 15) * 4:]
                if message[0] == answer and message[4:] == rest:
                    answers += 1
                    break
    return answers


if __name__ == "__main__":
    wanted = int(sys.argv[2])
    came = ping(sys.argv[1], wanted, int(sys.argv[3]) if len(sys.argv) > 3 else 56)
    print(f"{sys.argv[1]}: {came} of {wanted} answers")
    sys.exit(came != wanted)
