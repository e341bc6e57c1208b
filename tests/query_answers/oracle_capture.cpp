// SPDX-License-Identifier: Apache-2.0
// oracle_capture v9|v5 FILE [TIMES]: the oracle's flows as a capture of exports to port 2055; several times: again 5 minutes later
// each, so that they come to another slot of the archive. Their datagrams say of themselves when they were sent, so flows are the same.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/support/frame_builder.hpp"
#include "tests/support/oracle_flows.hpp"
#include "tests/support/pcap.hpp"

namespace {

constexpr std::uint64_t kStartUs = 1'768'477'800'000'000;  // 2026-01-15T11:50:00Z
constexpr std::uint64_t kSlotUs = 300'000'000;

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const std::vector<support::Bytes> datagrams =
        std::string_view(argv[1]) == "v9" ? support::oracle_v9() : support::oracle_v5();
    auto file = support::PcapWriter::create(argv[2]);
    if (!file) return std::fprintf(stderr, "%s\n", file.error().message.c_str()), 1;
    const unsigned long times = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1;
    for (unsigned long i = 0; i < times; ++i) {
        for (const support::Bytes& datagram : datagrams) {
            const support::Bytes frame = support::Frame()
                                             .ethernet()
                                             .ipv4({.src = "127.0.0.1", .dst = "127.0.0.1"})
                                             .udp({.dst = 2055})
                                             .payload(datagram)
                                             .build();
            file->write(kStartUs + i * kSlotUs, frame);
        }
    }
    const auto done = file->finish();
    if (!done) std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return done ? 0 : 1;
}
