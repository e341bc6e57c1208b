// SPDX-License-Identifier: Apache-2.0
// Any bytes as sFlow version 5, all kinds of samples.
#include "tests/fuzz/decode_stream.hpp"

namespace {

void make_version(std::vector<std::uint8_t>& datagram) {
    for (std::size_t i = 0; i < 4 && i < datagram.size(); ++i) datagram[i] = i == 3 ? 5 : 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::decode_stream(data, size, make_version);
    return 0;
}
