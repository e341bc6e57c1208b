// SPDX-License-Identifier: Apache-2.0
// Capture files for tests: writes classic pcap, reads whatever libpcap reads.
//
// Thread: one at a time per object.
// Shape:  times in microseconds since the epoch.
// Errors: sentences through flow::Result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace support {

inline constexpr std::uint32_t kLinkEthernet = 1;
inline constexpr std::uint32_t kLinkRawIp = 101;

struct Captured {
    std::uint64_t time_us = 0;
    std::uint32_t original_length = 0;  // larger than bytes.size() when the capture cut the packet
    std::vector<std::uint8_t> bytes;
};

struct Capture {
    std::uint32_t link_type = kLinkEthernet;  // LINKTYPE_ value
    std::vector<Captured> packets;
};

// All packets of a pcap or pcapng file. A file cut in its last packet gives the packets before it.
[[nodiscard]] flow::Result<Capture> read_pcap(const std::string& path);

// Writes as it goes; microsecond resolution, this machine's byte order.
class PcapWriter {
  public:
    [[nodiscard]] static flow::Result<PcapWriter> create(const std::string& path,
                                                         std::uint32_t link_type = kLinkEthernet);
    void write(std::uint64_t time_us, std::span<const std::uint8_t> packet);
    // Flushes and closes; the only place where a full disk shows.
    [[nodiscard]] flow::Result<void> finish();

  private:
    struct Close {
        void operator()(std::FILE* f) const noexcept { std::fclose(f); }
    };
    PcapWriter(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace support
