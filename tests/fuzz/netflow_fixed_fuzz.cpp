// SPDX-License-Identifier: Apache-2.0
// Any bytes as NetFlow v1, v5 and v7.
#include "tests/fuzz/decode_stream.hpp"

namespace {

void make_version(std::vector<std::uint8_t>& datagram) {
    if (datagram.size() < 2) return;
    constexpr std::uint8_t kVersions[] = {1, 5, 7};
    const bool one = datagram[0] == 0 && (datagram[1] == 1 || datagram[1] == 5 || datagram[1] == 7);
    if (!one) datagram[1] = kVersions[datagram[1] % 3];
    datagram[0] = 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::decode_stream(data, size, make_version);
    return 0;
}
