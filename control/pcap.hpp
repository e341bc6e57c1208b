// SPDX-License-Identifier: Apache-2.0
// Classic pcap as a stream of bytes: made by the daemon, taken apart into whole records by the command.
//
// Thread: one.
// Source: draft-ietf-opsawg-pcap (LINKTYPE registry, file and record header); host byte order, microseconds.
// Limits: kMostFrameBytes a frame.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dataplane/flow/headers.hpp"
#include "dataplane/flow/wire.hpp"

namespace control {

inline constexpr std::uint32_t kMostFrameBytes = 262'144;

void put_pcap_header(std::string& to, flow::LinkType link);
// `wire_bytes`: how long the frame was, of which `frame` may be the beginning.
void put_pcap_frame(std::string& to, flow::Bytes frame, std::uint32_t wire_bytes, std::uint64_t received_ns);

// Bytes of a file as they come, given back as the header and whole frames.
class PcapSplitter {
  public:
    void add(std::string_view bytes);
    // The file header, then a frame with its header, as they stand in the file; empty: not all there yet. Valid until
    // add().
    [[nodiscard]] std::string_view next();
    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
    // This is no pcap of ours: nothing more will come.
    [[nodiscard]] bool broken() const noexcept { return broken_; }

  private:
    std::string bytes_;
    std::size_t at_ = 0;
    bool header_taken_ = false, broken_ = false;
    std::uint64_t frames_ = 0;
};

}  // namespace control
