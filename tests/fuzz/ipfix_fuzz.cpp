// SPDX-License-Identifier: Apache-2.0
// Any bytes as IPFIX. The message length is made right in three of four datagrams, or most would end there.
#include "tests/fuzz/decode_stream.hpp"

namespace {

void make_version(std::vector<std::uint8_t>& datagram) {
    if (datagram.size() < 4) return;
    const bool keep_length = datagram[0] % 4 == 3;
    datagram[0] = 0;
    datagram[1] = 10;
    if (keep_length) return;
    datagram[2] = static_cast<std::uint8_t>(datagram.size() >> 8);
    datagram[3] = static_cast<std::uint8_t>(datagram.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::decode_stream(data, size, make_version);
    return 0;
}
