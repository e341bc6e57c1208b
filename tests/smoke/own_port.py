#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Frames around a port of one's own, and what became of them.

Usage: own_port.py storm INTERFACE COUNT                   broadcasts that are no exports, as fast as can be
       own_port.py lacp INTERFACE                          what a switch with a port channel sends
       own_port.py announced FILE.pcap MAC IPV4 IPV6       the capture holds an announcement of each address
       own_port.py ledger COMMAND DATA                     punted, dropped and answered, and the law of them
"""
import ipaddress
import json
import socket
import struct
import subprocess
import sys
import time

SOURCE = bytes.fromhex("020000000099")


def send(interface, frames):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((interface, 0))
        for frame in frames:
            sock.send(frame)


def storm(interface, count):
    """ARP requests for an address that is nobody's."""
    arp = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, SOURCE, bytes([10, 99, 0, 99]), bytes(6), bytes([10, 99, 0, 98]))
    frame = b"\xff" * 6 + SOURCE + b"\x08\x06" + arp + bytes(18)
    send(interface, (frame for _ in range(count)))
    return 0


def lacp(interface):
    """The storm may have used up what the kernel is given: it is sent again for a while, as a switch does."""
    frame = bytes.fromhex("0180c2000002") + SOURCE + b"\x88\x09" + b"\x01\x01" + bytes(108)
    for _ in range(20):
        send(interface, [frame])
        time.sleep(0.05)
    return 0


def frames_of(path):
    with open(path, "rb") as file:
        data = file.read()
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def announced(path, mac, ipv4, ipv6):
    mac = bytes.fromhex(mac.replace(":", ""))
    ipv4, ipv6 = ipaddress.ip_address(ipv4).packed, ipaddress.ip_address(ipv6).packed
    arps = advertisements = 0
    for frame in frames_of(path):
        if frame[12:14] == b"\x08\x06" and frame[6:12] == mac:
            arps += frame[20:22] == b"\0\1" and frame[22:28] == mac and frame[28:32] == ipv4 == frame[38:42]
        if frame[12:14] == b"\x86\xdd" and frame[6:12] == mac and frame[54:55] == b"\x88":
            advertisements += frame[22:38] == ipv6 and frame[58] == 0x20 and frame[80:86] == mac
    print(f"announcements on the wire: {arps} of the IPv4 address, {advertisements} of the IPv6 address")
    return not (arps and advertisements)


def ledger(command, data):
    done = subprocess.run([command, "ledger", "-o", "json", "--data", data], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    punt, fates, fragments = answer["punt"], answer["packets"]["fates"], answer["fragments"]
    print(f"no exports: {json.dumps(punt)}; fragments: {json.dumps(fragments)}; "
          f"reassembled datagrams: {answer['datagrams']['reassembled']}")
    no_exports = sum(fates[name] for name in ("not_ip", "not_udp", "other_port", "not_ours"))
    wrong = []
    if no_exports != punt["passed"] + punt["dropped"] + punt["left_to_kernel"]:
        wrong.append(f"{no_exports} packets are no exports")
    # Five questions and two in four fragments, of each family, and what they resolve.
    if punt["passed"] < 26 or punt["answers"] < 26:
        wrong.append("the kernel has got, or said, too little")
    if punt["dropped"] < 10000:
        wrong.append("the storm was let through")
    if punt["left_to_kernel"] or not answer["datagrams"]["reassembled"] or not fragments["used"]:
        wrong.append("something is booked where it cannot be")
    for line in wrong:
        print("FAIL " + line)
    return bool(wrong)


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "storm":
        rest[1] = int(rest[1])
    sys.exit({"storm": storm, "lacp": lacp, "announced": announced, "ledger": ledger}[verb](*rest))
