// SPDX-License-Identifier: Apache-2.0
// Fuzz input as datagrams of a few exporters, one decoder, all laws.
//
// Shape:  two bytes, then a datagram, again and again. The first bits of the two say: second exporter, its second UDP port, left
//         out; the other 13 are the length, cut to what is left. Three seconds lie between datagrams, so that held sets
//         expire, ports alternate and gaps settle.
// Checks: each datagram ends in one outcome; the ledger's laws; rows point inside their batch and do not depend on what lay
//         in it before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/flow/exporter.hpp"

namespace fuzz {

// Made before the datagrams: what a data directory knew.
struct Stored {
    flow::ExporterKey key;
    flow::ExporterMemory memory;
};

// Makes a datagram one of the protocol that is fuzzed: overwrites its version.
using MakeVersion = void (*)(std::vector<std::uint8_t>& datagram);

// Aborts where a check fails.
void decode_stream(const std::uint8_t* data, std::size_t size, MakeVersion make_version,
                   const std::vector<Stored>& stored = {});

// For seeds: the two bytes and the datagram (cut to 8,191 bytes) behind `stream`.
void append_datagram(std::vector<std::uint8_t>& stream, const std::vector<std::uint8_t>& datagram, bool second = false);

}  // namespace fuzz
