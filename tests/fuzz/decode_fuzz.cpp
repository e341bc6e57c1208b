// SPDX-License-Identifier: Apache-2.0
// Any bytes as a stream of datagrams of two exporters: each ends in one outcome, the laws hold, nothing is read outside.
// Taken as one datagram first, then as a stream: two bytes of length, then the datagram, again and again; the top bit of the
// length says which exporter.
#include <cstdlib>
#include <vector>

#include "tests/support/decode_rig.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    support::DecodeRig rig;
    std::uint64_t now_ms = support::DecodeRig::kNow_ms;
    rig.send(std::vector<std::uint8_t>(data, data + size), "192.0.2.1", now_ms);
    while (size >= 2) {
        const bool second = (data[0] & 0x80) != 0;
        const std::size_t length = std::min<std::size_t>((data[0] & 0x7fu) << 8 | data[1], size - 2);
        const std::vector<std::uint8_t> datagram(data + 2,
                                                 data + 2 + length);  // on the heap: the sanitizer sees its end
        rig.send(datagram, second ? "2001:db8::1" : "192.0.2.1", now_ms += 100);
        data += 2 + length;
        size -= 2 + length;
    }
    rig.settle();
    if (!flow::broken_law(rig.ledger(), true).empty()) std::abort();
    return 0;
}
