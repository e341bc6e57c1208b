#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""slow_clients.py CERTIFICATE: clients that never get on with their request to 10.9.0.1:8443 (before TLS, within a header, within a
body, without a word) are cut off after the time that a request may take, however often they send a byte; others are served."""
import http.client
import select
import socket
import ssl
import sys
import time

HOST, PORT, EACH = "10.9.0.1", 8443, 25
trusted = ssl.create_default_context(cafile=sys.argv[1])


def connect(words):
    raw = socket.create_connection((HOST, PORT), timeout=20)
    if words is None:
        return raw
    out = trusted.wrap_socket(raw, server_hostname=HOST)
    out.sendall(words)
    return out


kinds = {
    "silent before TLS": (None, b""),
    "dawdling in TLS": (None, b"\x16"),
    "dawdling in a header": (b"GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a"),
    "dawdling in a body": (b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n", b" "),
}
begun = time.monotonic()
open_ = {connect(words): (name, drop) for name, (words, drop) in kinds.items() for _ in range(EACH)}
print(f"{len(open_)} clients dawdle")
sends, longest = 0, 0.0
while open_ and time.monotonic() - begun < 90:
    for client, (name, drop) in list(open_.items()):
        try:
            if drop:
                client.send(drop)
            client.setblocking(False)
            if client in select.select([client], [], [], 0)[0] and not client.recv(4096):
                raise ConnectionError
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except OSError:
            del open_[client]
            longest = time.monotonic() - begun
            continue
        client.setblocking(True)
    asked = time.monotonic()
    other = http.client.HTTPSConnection(HOST, PORT, context=trusted, timeout=20)
    other.request("GET", "/api/v1/session")
    if other.getresponse().status != 200:
        sys.exit("WRONG others are not served")
    other.close()
    sends += 1
    time.sleep(1)
if open_:
    sys.exit(f"WRONG {len(open_)} clients were not cut off: {sorted({name for name, _ in open_.values()})}")
print(f"ok    all cut off, the last after {longest:.0f} s; others were served {sends} times meanwhile")
