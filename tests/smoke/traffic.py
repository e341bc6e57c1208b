#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real traffic through this machine's own network stack, on the ports of the default channels.

Usage: traffic.py serve ADDRESS...    answers on every port until SIGTERM; prints "serving" when ready
       traffic.py talk ADDRESS...     talks to each address on every port and pings it
"""
import os
import selectors
import socket
import struct
import sys

TCP_PORTS = [21, 22, 23, 53, 80, 110, 135, 443, 445, 1433, 3306, 3389, 6681, 6682, 8080, 12345]
UDP_PORTS = [19, 53, 123, 137, 161, 443, 5060, 6682, 12345]
PINGS = 5


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def serve(addresses):
    chosen = selectors.DefaultSelector()
    for address in addresses:
        for port in TCP_PORTS:
            sock = socket.create_server((address, port), family=family(address))
            chosen.register(sock, selectors.EVENT_READ, "accept")
        for port in UDP_PORTS:
            sock = socket.socket(family(address), socket.SOCK_DGRAM)
            sock.bind((address, port))
            chosen.register(sock, selectors.EVENT_READ, "answer")
    print("serving", flush=True)
    while True:
        for key, _ in chosen.select():
            if key.data == "accept":
                connection, _ = key.fileobj.accept()
                chosen.register(connection, selectors.EVENT_READ, "echo")
            elif key.data == "answer":
                data, client = key.fileobj.recvfrom(65536)
                key.fileobj.sendto(data * 3, client)
            else:
                data = key.fileobj.recv(65536)
                if data:
                    key.fileobj.sendall(data * 2)
                else:
                    chosen.unregister(key.fileobj)
                    key.fileobj.close()


def talk_tcp(address, port):
    with socket.create_connection((address, port), timeout=5) as sock:
        for size in (100, 700, port % 1000 + 1):
            sock.sendall(b"x" * size)
            left = 2 * size
            while left:
                left -= len(sock.recv(left))


def talk_udp(address, port):
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        for size in (40, 60 + port % 300):
            sock.sendto(b"y" * size, (address, port))
            sock.recv(65536)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def ping(address):
    ipv6 = family(address) == socket.AF_INET6
    protocol = socket.IPPROTO_ICMPV6 if ipv6 else socket.IPPROTO_ICMP
    with socket.socket(family(address), socket.SOCK_RAW, protocol) as sock:
        for sequence in range(PINGS):
            kind = 128 if ipv6 else 8
            rest = struct.pack("!HH", os.getpid() & 0xFFFF, sequence) + bytes(56)
            # The kernel fills in ICMPv6's checksum, not ICMP's.
            check = 0 if ipv6 else checksum(struct.pack("!BBH", kind, 0, 0) + rest)
            sock.sendto(struct.pack("!BBH", kind, 0, check) + rest, (address, 0))


def talk(addresses):
    for address in addresses:
        for port in TCP_PORTS:
            talk_tcp(address, port)
        for port in UDP_PORTS:
            talk_udp(address, port)
        ping(address)


if __name__ == "__main__":
    {"serve": serve, "talk": talk}[sys.argv[1]](sys.argv[2:])
