# SPDX-License-Identifier: Apache-2.0
"""What open pages of the console cost while a worker runs at full speed: the CPU of all threads but the busiest, which is the
worker, without a page and with many."""
import asyncio
import os
import pathlib
import statistics
import time

TICKS = os.sysconf("SC_CLK_TCK")
SETTLE_S, MEASURE_S = 3, 10
# What an open page asks each ten seconds besides its event stream.
ASKED = ("/api/v1/series?profile=zone1_profile&from=-1h&to=now&points=1000", "/api/v1/totals?profile=zone1_profile&from=-1h&to=now")


class Page:
    """One open page: its event stream, and what it asks now and then."""

    def __init__(self, host, port, number):
        self.host, self.port, self.number = host, port, number
        self.events = self.answers = self.failures = 0

    async def stream(self):
        reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(f"GET /api/v1/events?profile=zone1_profile HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n\r\n".encode())
        await writer.drain()
        try:
            while line := await reader.readline():
                self.events += line.startswith(b"event: second")
        finally:
            writer.close()

    async def ask(self):
        await asyncio.sleep(self.number * 0.1 % 10)
        while True:
            for path in ASKED:
                reader, writer = await asyncio.open_connection(self.host, self.port)
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nConnection: close\r\n\r\n".encode())
                answer = await reader.read()
                writer.close()
                self.answers += answer.startswith(b"HTTP/1.1 200")
                self.failures += not answer.startswith(b"HTTP/1.1 200")
            await asyncio.sleep(10)


def seconds_of(stat):
    fields = stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def used(pid):
    """CPU seconds so far, of the busiest thread and of the process, its ended threads among them."""
    threads = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            threads.append(seconds_of(task / "stat"))
        except OSError:
            pass  # it has ended
    return max(threads), seconds_of(pathlib.Path(f"/proc/{pid}/stat"))


async def measure(pid, host, port, count):
    pages = [Page(host, port, number) for number in range(count)]
    tasks = [asyncio.create_task(work()) for page in pages for work in (page.stream, page.ask)]
    try:
        await asyncio.sleep(SETTLE_S)
        before, begin = used(pid), time.monotonic()
        await asyncio.sleep(MEASURE_S)
        after, seconds = used(pid), time.monotonic() - begin
    finally:
        for task in tasks:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
    broken = [error for error in done if isinstance(error, Exception)]
    if broken:
        raise SystemExit(f"bench: a page broke: {broken[0]!r}")
    worker, process = ((after[i] - before[i]) / seconds for i in range(2))
    row = {"pages": count, "cores_of_worker": worker, "cores_of_all_else": process - worker}
    if count:
        row |= {"events_a_page": statistics.median(p.events for p in pages), "answers": sum(p.answers for p in pages),
                "failed": sum(p.failures for p in pages)}
    return row


def run(pid, address, counts):
    host, port = address.rsplit(":", 1)
    return [asyncio.run(measure(pid, host, int(port), count)) for count in counts]
