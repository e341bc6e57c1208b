#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""api.py SOCKET SOURCES: asks every path of /openapi.json of the daemon at SOCKET, rightly and wrongly, and holds the answers
against it; compares its schemas with control/console/src/api_types.ts. That every route is described is a test of tests/http_api."""
import http.client
import json
import pathlib
import re
import socket
import sys

import jsonschema

ROOT = "/api/v1"
faults = []


class Daemon(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(method, target, body=None, headers=None):
    """Status, content type without parameters, body; of a stream its first event only."""
    daemon = Daemon(sys.argv[1])
    sent = None if body is None else json.dumps(body)
    daemon.request(method.upper(), ROOT + target, sent, {"Content-Type": "application/json", **(headers or {})})
    answer = daemon.getresponse()
    kind = answer.getheader("Content-Type", "").split(";")[0]
    text = answer.readline() if kind == "text/event-stream" else answer.read()
    daemon.close()
    return answer.status, kind, text


def check(document, path, method, target, body=None, headers=None, expected=None):
    status, kind, text = ask(method, target, body, headers)
    where = f"{method.upper()} {target} -> {status}"
    if expected is not None and status not in expected:
        faults.append(f"{where}, not {expected}: {text[:200]}")
    described = document["paths"][path][method]["responses"].get(str(status))
    if described is None:
        faults.append(f"{where} is not in the document: {text[:200]}")
        return None
    if "$ref" in described:
        described = document["components"]["responses"][described["$ref"].split("/")[-1]]
    content = described.get("content", {})
    if not content:
        return None
    if kind not in content:
        faults.append(f"{where}: {kind}, not {list(content)}")
        return None
    if kind != "application/json":
        return text
    answer = json.loads(text)
    schema = {"components": document["components"], **content[kind]["schema"]}
    for fault in jsonschema.Draft202012Validator(schema).iter_errors(answer):
        faults.append(f"{where}: {'/'.join(map(str, fault.path))}: {fault.message[:200]}")
    return answer


def walk(document):
    def get(path, target=None, expected=(200,)):
        return check(document, path, "get", target or path, expected=expected)

    profiles = get("/profiles")
    name = next(p["name"] for p in profiles if p["editable"] or p["name"] != "live")
    window = f"profile={name}&from=-1h&to=now"
    exporters = get("/exporters", "/exporters?limit=2&order=flows")
    exporter = f"/exporters/{exporters['items'][0]['id']}"
    get("/exporters/{id}", exporter)
    books = get("/exporters/{id}/books", f"{exporter}/books?from=-1h&resolution=5m")
    booked = sum(n or 0 for n in books["values"]["flows"])
    if booked != exporters["items"][0]["flows"]:
        faults.append(f"{exporter}/books: {booked} flows of {exporters['items'][0]['flows']}")
    get("/exporters/{id}/books", f"{exporter}/books?resolution=10s", (422,))
    get("/exporters/{id}/books", "/exporters/99999/books", (404,))
    get("/profiles/{profile}", f"/profiles/{name}")
    get("/status", "/status?parts=workers,store")
    get("/ledger", "/ledger?from=-1h")
    for path in ("/series", "/totals", "/peak"):
        get(path, f"{path}?{window}")
        get(path, f"{path}?profile=no-such-profile", (404,))
        get(path, f"{path}?{window}&from=never", (422,))
    get("/series", f"/series?{window}&resolution=1&per_source=true")
    get("/status", "/status?parts=nothing", (422,))
    get("/exporters", "/exporters?limit=many", (422,))
    get("/ledger", "/ledger?from=never", (422,))
    get("/events", "/events?profile=no-such-profile", (404,))
    for path, operations in document["paths"].items():
        for method in operations:
            if method == "parameters" or "events" in path or path == "/capture":
                continue
            target = re.sub(r"{\w+}", "no-such-thing", path)
            body = {} if "requestBody" in operations[method] else None
            check(document, path, method, target, body)  # whatever it says, it must be described
    get("/events")


def typescript(text):
    """Name -> (properties, required) of each interface."""
    out = {}
    pattern = r"export interface (\w+)(<T>)?(?: extends (\w+))? \{\n(.*?)\n\}"
    for name, generic, base, body in re.findall(pattern, text, re.S):
        body = re.sub(r"//[^\n]*", "", body)
        while re.search(r"\{[^{}]*\}", body):
            body = re.sub(r"\{[^{}]*\}", "object", body)
        members = re.findall(r"(?:^|;)\s*(\w+)(\??):", body)
        known, needed = out.get(base, (set(), set()))
        if not generic:
            out[name] = (known | {m for m, _ in members}, needed | {m for m, optional in members if not optional})
    return out


def compare_types(document, sources):
    text = (sources / "control/console/src/api_types.ts").read_text(encoding="utf-8")
    schemas = document["components"]["schemas"]
    for name, (properties, required) in typescript(text).items():
        if name not in schemas:
            faults.append(f"api_types.ts: {name} is not in the document")
            continue
        for what, here, there in (("properties", properties, set(schemas[name].get("properties", {}))),
                                  ("required", required, set(schemas[name].get("required", [])))):
            if here != there:
                faults.append(f"{name}: {what} of api_types.ts and the document differ in {sorted(here ^ there)}")


def main():
    status, _, text = ask("get", "/openapi.json")
    assert status == 200, text
    document = json.loads(text)
    compare_types(document, pathlib.Path(sys.argv[2]))
    walk(document)
    print("\n".join(faults) or f"api: {len(document['paths'])} paths answer as they are described")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
