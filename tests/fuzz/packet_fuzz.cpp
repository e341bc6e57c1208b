// SPDX-License-Identifier: Apache-2.0
// Any bytes as a frame of any link type: read_packet ends in a fate and a payload inside the frame.
#include <cstdlib>
#include <vector>

#include "dataplane/packet.hpp"
#include "tests/support/small_generation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto generation = support::make_generation(1, {{.port = 2055, .prefixes = {}}}, {{"any"}});
    if (size == 0) return 0;
    constexpr flow::LinkType kLinks[] = {flow::LinkType::ethernet, flow::LinkType::raw_ip, flow::LinkType::linux_sll,
                                         flow::LinkType::linux_sll2, flow::LinkType::null};
    const std::vector<std::uint8_t> frame(data + 1, data + size);
    const auto packet = dataplane::read_packet(frame, kLinks[data[0] % 5], *generation);
    if (packet.fate >= flow::PacketFate::count_) std::abort();
    if (packet.payload.data() != nullptr &&
        (packet.payload.data() < frame.data() ||
         packet.payload.data() + packet.payload.size() > frame.data() + frame.size())) {
        std::abort();
    }
    return 0;
}
