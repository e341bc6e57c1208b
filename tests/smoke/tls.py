#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tls.py CERTIFICATE PASSWORD [gone]: the console at 10.9.0.1:8443 as ann (admin) and vic (viewer) see it from elsewhere; `gone`:
vic may not log in any more, ann may."""
import http.client
import json
import socket
import ssl
import sys
import time

HOST, PORT, ROOT = "10.9.0.1", 8443, "/api/v1"
trusted = ssl.create_default_context(cafile=sys.argv[1])


def check(what, good):
    print(("ok    " if good else "WRONG ") + what)
    if not good:
        sys.exit(1)


class Browser:
    def __init__(self):
        self.cookie = self.set_cookie = None
        self.token = ""

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPSConnection(HOST, PORT, context=trusted, timeout=20)
        if self.cookie:
            headers["Cookie"] = self.cookie
        if method != "GET":
            headers["X-CSRF-Token"] = self.token
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, ROOT + path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        self.retry_after = answer.getheader("Retry-After")
        if answer.getheader("Set-Cookie"):
            self.set_cookie = answer.getheader("Set-Cookie")
            self.cookie = self.set_cookie.split(";")[0]
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def log_in(self, user, password):
        self.token = self.ask("GET", "/session")[1]["csrf"]
        status, answer = self.ask("POST", "/session", {"user": user, "password": password})
        if status == 200:
            self.token = answer["csrf"]
        return status


def stream(browser):
    """A socket with an event stream under way."""
    raw = trusted.wrap_socket(socket.create_connection((HOST, PORT), timeout=30), server_hostname=HOST)
    raw.sendall(f"GET {ROOT}/events HTTP/1.1\r\nHost: {HOST}:{PORT}\r\nCookie: {browser.cookie}\r\n\r\n".encode())
    head = raw.recv(4096)
    check("a stream begins", head.startswith(b"HTTP/1.1 200"))
    return raw


def ends(raw):
    """Whether the stream ends: its last chunk, or the connection's end; a stream that goes on for 30 s has not."""
    text, begun = b"", time.monotonic()
    while not text.endswith(b"0\r\n\r\n") and time.monotonic() - begun < 30:
        piece = raw.recv(65536)
        if not piece:
            return True
        text += piece
    return text.endswith(b"0\r\n\r\n")


def log_in_when_allowed(browser, user):
    while (status := browser.log_in(user, sys.argv[2])) == 429:
        time.sleep(int(browser.retry_after))
    return status


ann, vic, nobody = Browser(), Browser(), Browser()
if sys.argv[3:] == ["gone"]:
    check("who was deleted may not log in", log_in_when_allowed(vic, "vic") == 401)
    check("who is left may", log_in_when_allowed(ann, "ann") == 200)
    sys.exit(0)

check("nothing without a login", nobody.ask("GET", "/status")[0] == 401)
plain = socket.create_connection((HOST, PORT), timeout=20)
plain.sendall(b"GET /api/v1/status HTTP/1.1\r\nHost: 10.9.0.1\r\n\r\n")
check("others are served beside plain HTTP", nobody.ask("GET", "/session")[0] == 200)
try:
    answer = plain.recv(4096)
except ConnectionError:
    answer = b""
check("plain HTTP is cut off", not answer.startswith(b"HTTP/"))
old = ssl.create_default_context(cafile=sys.argv[1])
old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
old.set_ciphers("ALL:@SECLEVEL=0")
try:
    old.wrap_socket(socket.create_connection((HOST, PORT), timeout=20), server_hostname=HOST)
    check("TLS 1.1 is refused", False)
except (ssl.SSLError, ConnectionError):
    check("TLS 1.1 is refused", True)

check("vic logs in", vic.log_in("vic", sys.argv[2]) == 200)
check("the cookie is kept from scripts, other sites and plain HTTP: " + vic.set_cookie,
      all(word in vic.set_cookie for word in ("__Host-", "; HttpOnly", "; SameSite=Strict", "; Secure", "; Path=/")))
check("a viewer reads", vic.ask("GET", "/status")[0] == 200)
profile = {"name": "remote", "channels": [{"name": "all", "filter": "any"}]}
check("a viewer may not edit", vic.ask("POST", "/profiles", profile)[0] == 403)
check("ann logs in", ann.log_in("ann", sys.argv[2]) == 200)
token, ann.token = ann.token, "0" * 64
check("no edit without the token", ann.ask("POST", "/profiles", profile)[0] == 403)
ann.token = token
check("no edit for another site's page", ann.ask("POST", "/profiles", profile, Origin="https://evil.example")[0] == 403)
check("an admin may edit", ann.ask("POST", "/profiles", profile)[0] == 201)

under_way = stream(vic)
check("vic logs out", vic.ask("DELETE", "/session")[0] == 204)
check("the stream ends with the session", ends(under_way))
check("a cookie is worth nothing after the logout", vic.ask("GET", "/status")[0] == 401)

statuses = [vic.log_in("vic", "wrong password") for _ in range(5)]
check(f"wrong passwords are refused, then rare: {statuses}", statuses[0] == 401 and 429 in statuses and vic.retry_after)
check("ann goes on meanwhile", ann.ask("GET", "/status")[0] == 200)
