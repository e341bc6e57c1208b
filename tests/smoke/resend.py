#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sends the UDP payloads of a capture again, over a socket.

Usage: resend.py FILE.pcap ADDRESS PORT FIRST LAST     the datagrams [FIRST, LAST) of the file, 2,000 a second
"""
import socket
import sys
import time

import exported


def main(path, address, port, first, last):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("", 30000))  # the same exporter each time, down to its port
    payloads = [payload for _, payload in exported.udp_payloads(path, int(port))][int(first):int(last)]
    for i, payload in enumerate(payloads):
        sender.sendto(payload, (address, int(port)))
        if i % 20 == 19:
            time.sleep(0.01)
    print(f"{len(payloads)} datagrams sent")


if __name__ == "__main__":
    main(*sys.argv[1:])
