// SPDX-License-Identifier: Apache-2.0
// Any bytes as a stream of datagrams of two exporters: each ends in one outcome, the laws hold, nothing is read outside.
// Taken as one datagram first, then as a stream: two bytes, then the datagram, again and again. The first bits of the two say
// which exporter, which of its ports, and whether it is left out; the other 13 are the length. Three seconds lie between them,
// so that held sets expire, ports alternate and gaps settle. Seeds of such streams: seeds/decode (make_seeds.py).
#include <cstdlib>
#include <vector>

#include "tests/support/decode_rig.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    support::DecodeRig rig;
    std::uint64_t now_ms = support::DecodeRig::kNow_ms;
    rig.send(std::vector<std::uint8_t>(data, data + size), "192.0.2.1", now_ms);
    while (size >= 2) {
        const std::uint8_t flags = data[0];
        const std::size_t length = std::min<std::size_t>((flags & 0x1fu) << 8 | data[1], size - 2);
        const std::vector<std::uint8_t> bytes(data + 2,
                                              data + 2 + length);  // on the heap: the sanitizer sees its end
        const char* address = (flags & 0x80) != 0 ? "2001:db8::1" : "192.0.2.1";
        const decode::Datagram datagram{.payload = bytes,
                                        .exporter = flow::IpAddress::parse(address).value(),
                                        .exporter_port = static_cast<std::uint16_t>((flags & 0x40) != 0 ? 4001 : 4000),
                                        .received_ms = now_ms += 3'000,
                                        .source_id = 1,
                                        .source = 3};
        (flags & 0x20) != 0 ? rig.leave_out(datagram) : rig.take(datagram);
        rig.settle(now_ms, false);
        data += 2 + length;
        size -= 2 + length;
    }
    rig.settle();
    if (!flow::broken_law(rig.ledger(), true).empty()) std::abort();
    return 0;
}
