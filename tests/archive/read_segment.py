#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a segment as rows, one a line: read_segment.py SEGMENT. Written from store/archive/FORMAT.md alone, whose table of columns
it reads, and knows nothing of the program's own reader. Checksums are checked where python3-xxhash is installed; pieces in zstd
need python3-zstandard (exit code 77 without)."""
import pathlib
import re
import struct
import sys

try:
    import xxhash
except ImportError:
    xxhash = None
try:
    import zstandard
except ImportError:
    zstandard = None

FORMAT = pathlib.Path(__file__).resolve().parents[2] / "store/archive/FORMAT.md"
M64 = (1 << 64) - 1
RECEIVED, FIRST = 90, 4
WORDS = {"stack": 11, "acl": 3}


def columns():
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (u8|u16|u32|u64|address|stack|acl|text) \| (\d*) \|$", FORMAT.read_text(), re.M)
    return {int(number): (name, shape) for number, name, shape, _ in rows}


COLUMNS = columns()


def check(data, checksum, what):
    if xxhash and xxhash.xxh3_64_intdigest(bytes(data)) != checksum:
        sys.exit(f"{what}: checksum is wrong")


def lz4(data, size):
    out, at = bytearray(), 0

    def length(nibble):
        nonlocal at
        if nibble == 15:
            while True:
                more = data[at]
                at += 1
                nibble += more
                if more != 255:
                    break
        return nibble

    while True:
        token = data[at]
        at += 1
        literals = length(token >> 4)
        out += data[at:at + literals]
        at += literals
        if at == len(data):
            break
        offset = data[at] | data[at + 1] << 8
        at += 2
        for _ in range(length(token & 15) + 4):
            out.append(out[-offset])
    assert len(out) == size
    return bytes(out)


def piece(data, compression, size):
    if compression == 0:
        assert len(data) == size
        return data
    if compression == 1:
        return lz4(data, size)
    assert compression == 2
    if zstandard is None:
        print("zstd: python3-zstandard is not installed", file=sys.stderr)
        sys.exit(77)
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=size)


class Reader:
    """What is left of a column's bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        out = self.data[self.at:self.at + size]
        assert len(out) == size
        self.at += size
        return out

    def unpack(self, layout):
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))

    def piece(self, entry, size):
        stored, compression = entry
        data = self.take(stored)
        self.take(-stored % 8)
        return piece(data, compression, size)

    def piece_entry(self):
        return self.unpack("IB3x")

    def stream(self):
        base, count, planes, last_bits, _ = self.unpack("QIBBH")
        entries = [self.piece_entry() for _ in range(planes)]
        numbers = [0] * count
        for plane, entry in enumerate(entries):
            bits = last_bits if plane == planes - 1 else 8
            data = self.piece(entry, (count * bits + 7) // 8)
            for i in range(count):
                bit = i * bits
                numbers[i] |= (data[bit >> 3] >> (bit & 7) & (1 << bits) - 1) << 8 * plane
        return [base + number & M64 for number in numbers]

    def ascending(self, modulus):
        out, value = [], 0
        for d in self.stream():
            value = (value + ((d >> 1) ^ -(d & 1))) % modulus
            out.append(value)
        return out

    def places(self, column, origin):
        if column["encoding"] == 2:
            return self.stream()
        assert column["encoding"] == 4
        table, rows, exceptions = self.stream(), self.stream(), self.stream()
        out = [table[place] for place in origin]
        for row, place in zip(rows, exceptions):
            out[row] = place
        return out


class Block:
    def __init__(self, data):
        self.data = data
        magic, checksum, version, header, self.size, self.rows, columns_, pages, exporters = struct.unpack_from("<8sQIIQIIII", data)
        assert magic == b"NCBLOCK1" and version == 1
        check(data[16:header], checksum, "block header")
        assert header == 144 + 64 * columns_ + 24 * pages + 48 * exporters
        self.filters = struct.unpack_from("<IIII", data, 120)
        self.entries = {}
        for i in range(columns_):
            at = 144 + 64 * i
            number, encoding, reference, origin, entries = struct.unpack_from("<BBBBI", data, at)
            self.entries[number] = {"encoding": encoding, "reference": reference, "map": origin, "entries": entries,
                                    "at": data[at + 8:at + 24], "checksum": struct.unpack_from("<Q", data, at + 24)[0]}
        at = 144 + 64 * columns_
        self.pages = [struct.unpack_from("<I4xQQ", data, at + 24 * i) for i in range(pages)]
        assert sum(page[0] for page in self.pages) == self.rows
        self.values, self.address_places = {}, {}
        for offset, lines in (self.filters[:2], self.filters[2:]):
            for at in range(offset, offset + 64 * lines, 64):
                check(data[at:at + 56], struct.unpack_from("<Q", data, at + 56)[0], "Bloom filter")

    def stored(self, number):
        entry = self.entries[number]
        offset, size = struct.unpack_from("<II", entry["at"])
        data = self.data[offset:offset + size]
        check(data, entry["checksum"], f"column {number}")
        return Reader(data)

    def column(self, number):
        if number not in self.values:
            self.values[number] = self.read(number, COLUMNS[number][1])
        return self.values[number]

    def read(self, number, shape):
        if number not in self.entries:
            zero = {"address": bytes(16), "text": b""}.get(shape, [0] * WORDS[shape] if shape in WORDS else 0)
            return [zero] * self.rows
        entry = self.entries[number]
        if entry["encoding"] == 0:
            constant = entry["at"] if shape == "address" else struct.unpack_from("<Q", entry["at"])[0]
            return [constant] * self.rows
        reader = self.stored(number)
        origin = None
        if entry["encoding"] == 4:
            self.column(entry["map"])
            origin = self.address_places[entry["map"]]
        if shape == "address":
            return self.addresses(number, entry, reader, origin)
        if shape in WORDS:
            words = [reader.stream() for _ in range(WORDS[shape])]
            return [[word[place] for word in words] for place in reader.places(entry, origin)]
        if shape == "text":
            return self.texts(entry, reader)
        return self.numbers(entry, reader, origin)

    def numbers(self, entry, reader, origin):
        if entry["encoding"] == 1:
            numbers = reader.stream()
            if entry["reference"] == 1:
                return [other - n & M64 for n, other in zip(numbers, self.column(RECEIVED))]
            if entry["reference"] == 2:
                return [other + n & M64 for n, other in zip(numbers, self.column(FIRST))]
            return numbers
        if entry["encoding"] == 3:
            out, ends = [], reader.stream()
            for end, value in zip(ends, reader.stream()):
                out += [value] * (end - len(out))
            return out
        values = reader.ascending(1 << 64)
        return [values[place] for place in reader.places(entry, origin)]

    def addresses(self, number, entry, reader, origin):
        def v4(host):
            return bytes(10) + b"\xff\xff" + struct.pack(">I", host)

        if entry["encoding"] == 1:
            return [v4(host) for host in reader.stream()]
        values = [v4(host) for host in reader.ascending(1 << 32)]
        high = reader.ascending(1 << 64)
        values += [struct.pack(">QQ", h, low) for h, low in zip(high, reader.stream())]
        places = reader.places(entry, origin)
        self.address_places[number] = places
        return [values[place] for place in places]

    def texts(self, entry, reader):
        lengths = reader.stream()
        (size,) = reader.unpack("Q")
        data, at, texts = reader.piece(reader.piece_entry(), size), 0, []
        for length in lengths:
            texts.append(data[at:at + length])
            at += length
        return [texts[place] for place in reader.places(entry, None)]


def blocks(data):
    magic, header = struct.unpack_from("<8sI", data)
    assert magic == b"NCFLOWS1"
    check(data[:header - 8], struct.unpack_from("<Q", data, header - 8)[0], "segment header")
    at = header
    while at < len(data):
        block = Block(data[at:])
        yield block
        at += block.size


def text(value):
    if isinstance(value, bytes):
        return value.hex()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def main():
    data = pathlib.Path(sys.argv[1]).read_bytes()
    for block in blocks(data):
        values = [(name, block.column(number)) for number, (name, _) in sorted(COLUMNS.items())]
        for row in range(block.rows):
            print(" ".join(f"{name}={text(of_rows[row])}" for name, of_rows in values))


main()
