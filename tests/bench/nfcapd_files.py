# SPDX-License-Identifier: Apache-2.0
"""Files of Debian's nfcapd made of a capture of exports: one a 5-minute slot of receive time, as a running nfcapd leaves them.

Debian's nfcapd reads no captures, so that the datagrams go over loopback, no faster than it takes them. Not a datagram may be
lost: the caller compares the flows that are in the files with those in the capture.
"""
import ipaddress
import mmap
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import time

SLOT_S = 300
PORT = 29997
BUFFER = 4_000_000
WAITING = 1_000_000  # bytes in the socket's queue at which the sender waits
LOOK_EVERY = 48      # datagrams


def datagrams(capture):
    """(second of receipt, source address, payload) of each; IPv4, microseconds, as flow-generator writes."""
    with open(capture, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as all_bytes:
        at, end = 24, len(all_bytes)
        while at < end:
            second, _, length = struct.unpack_from("<III", all_bytes, at)
            at += 16
            yield second, all_bytes[at + 26:at + 30], all_bytes[at + 42:at + length]
            at += length


class Collector:
    """One nfcapd with a directory of its own."""

    def __init__(self, directory, port, options):
        directory.mkdir(exist_ok=True)
        self.directory, self.port = directory, port
        self.wanted = f":{port:04X} "
        with open(directory / "nfcapd.log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(["nfcapd", "-w", directory, "-p", str(port), "-b", "127.0.0.1", "-t", "86400",
                                             "-B", str(BUFFER), *options], stdout=log, stderr=log)
        for _ in range(1000):
            if self.waiting() is not None:
                return
            time.sleep(0.005)
        raise RuntimeError(f"nfcapd does not listen: {(directory / 'nfcapd.log').read_text(encoding='utf-8')}")

    def waiting(self):
        """Bytes that it has not read; None: it does not listen."""
        for line in pathlib.Path("/proc/net/udp").read_text(encoding="ascii").splitlines():
            if self.wanted in line[:21]:
                return int(line.split()[4].split(":")[1], 16)
        return None

    def end(self, path):
        """Its file moves to `path`."""
        while self.waiting():
            time.sleep(0.005)
        time.sleep(0.02)
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        files = sorted(self.directory.glob("nfcapd.2*"))
        if len(files) != 1:
            raise RuntimeError(f"nfcapd left {len(files)} files in {self.directory}")
        files[0].rename(path)


def has_templates(payload):
    """NetFlow v9 and IPFIX, templates first."""
    version = struct.unpack_from(">H", payload)[0]
    at = {9: 20, 10: 16}.get(version)
    return at is not None and struct.unpack_from(">H", payload, at)[0] in (0, 2)


def make(capture, directory, options=("-y",), port=PORT):
    """Files nfcapd.YYYYMMDDHHMM (UTC) in `directory`."""
    directory.mkdir(parents=True)
    sockets, templates, collector, slot = {}, {}, None, None

    def end():
        if collector:
            collector.end(directory / time.strftime("nfcapd.%Y%m%d%H%M", time.gmtime(slot)))

    for number, (second, source, payload) in enumerate(datagrams(capture)):
        if slot != second - second % SLOT_S:
            end()
            slot = second - second % SLOT_S
            collector = Collector(directory / "live", port, options)
            for of, datagram in templates.items():  # a running nfcapd would know them
                sockets[of].send(datagram)
        if source not in sockets:
            sockets[source] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sockets[source].bind((str(ipaddress.ip_address(source)), 0))
            sockets[source].connect(("127.0.0.1", port))
        sockets[source].send(payload)
        if has_templates(payload):
            templates[source] = payload
        if number % LOOK_EVERY == 0:
            while collector.waiting() > WAITING:
                time.sleep(0.001)
    end()
    for s in sockets.values():
        s.close()
    shutil.rmtree(directory / "live")


def sums(directory):
    """Flows, packets and bytes of all files, and sequence failures."""
    text = subprocess.run(["nfdump", "-I", "-R", directory], capture_output=True, text=True, check=True).stdout
    return {key: int(re.search(rf"^{key}: (\d+)", text, re.M)[1]) for key in ("Flows", "Packets", "Bytes", "Sequence failures")}
