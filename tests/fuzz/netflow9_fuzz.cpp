// SPDX-License-Identifier: Apache-2.0
// Any bytes as NetFlow v9: templates, options and data of a few exporters.
#include "tests/fuzz/decode_stream.hpp"

namespace {

void make_version(std::vector<std::uint8_t>& datagram) {
    if (datagram.size() < 2) return;
    datagram[0] = 0;
    datagram[1] = 9;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::decode_stream(data, size, make_version);
    return 0;
}
