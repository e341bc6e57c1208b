// SPDX-License-Identifier: Apache-2.0
// A file of the shared captures through the real intake: frames by read_packet, payloads as they are, one exporter table
// for all that is fed.
//
// Thread: one.
// Clock:  captures are old and some were timed anew, so a file is received at the newest export time of its own headers;
//         else flow times would be "ahead of us" and clamped.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "tests/support/decode_rig.hpp"

namespace captures {

// A datagram on its way.
struct Arrival {
    std::vector<std::uint8_t> bytes;
    flow::IpAddress exporter;
    std::uint16_t port;      // of UDP, source
    std::uint64_t after_ms;  // since the first of its file
};
// The datagrams of a file. Frames that are none are counted in `other_frames`, where that is asked for.
[[nodiscard]] std::vector<Arrival> read_arrivals(const std::filesystem::path& path,
                                                 std::size_t* other_frames = nullptr);

struct RowPlace {
    const flow::FlowBatch* batch;
    std::uint32_t row;
};

class Feed {
  public:
    // Each file of one exporter, in order: a pcap frame by frame, anything else as one datagram; IPFIX messages that stand
    // back to back in a file are datagrams of their own (RFC 5655 files, and payloads that were put together).
    void files(const std::vector<std::filesystem::path>& paths);
    // Nothing comes any more: gaps and held sets are booked.
    void finish() { rig_->settle(); }

    [[nodiscard]] support::DecodeRig& rig() { return *rig_; }
    [[nodiscard]] const flow::Ledger& ledger() const { return rig_->ledger(); }
    // In the order in which they were decoded.
    [[nodiscard]] std::vector<RowPlace> rows() const;
    // Of each datagram: its bytes and sender, its end, and how many rows and option records there were after it.
    struct Sent {
        std::vector<std::uint8_t> bytes;
        flow::IpAddress exporter;
        flow::Outcome outcome;
        std::size_t rows_after;
        std::uint64_t options_after;
    };
    [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }
    [[nodiscard]] std::size_t other_frames() const { return other_frames_; }

  private:
    std::unique_ptr<support::DecodeRig> rig_ = std::make_unique<support::DecodeRig>();
    std::vector<Sent> sent_;
    std::size_t other_frames_ = 0;
};

}  // namespace captures
