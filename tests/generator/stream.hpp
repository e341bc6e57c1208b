// SPDX-License-Identifier: Apache-2.0
// The stream of datagrams of all exporters: mix, encoder and counts put together. Sends nothing.
//
// Exporters take turns, a datagram each. Templates go out first (or late), and again every 500 datagrams or 10 s.
//
// Thread: one at a time per object.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/generator/channels.hpp"
#include "tests/generator/encoder.hpp"
#include "tests/generator/mix.hpp"

namespace generator {

struct StreamOptions {
    Protocol protocol = Protocol::v5;
    std::uint64_t seed = 1;
    Model model = Model::few;
    std::uint32_t exporters = 1;
    double ipv6_share = 0.1;           // v5 has IPv4 only
    std::uint32_t sampling = 1;        // one packet in so many
    std::uint32_t per_datagram = 0;    // at most so many records; 0: as many as fit
    std::uint32_t late_templates = 0;  // so many datagrams of an exporter before its first templates
    std::size_t max_datagram = kMaxDatagram;
    flow::IpAddress first_address;  // of the first exporter
    bool several_addresses = true;  // the others count up from it; else all have the first
    std::uint64_t start_ms = 0;     // since the epoch
};

struct Datagram {
    flow::IpAddress source;
    std::size_t size = 0;
    std::uint32_t records = 0;  // 0: templates
};

class Stream {
  public:
    explicit Stream(const StreamOptions& options);

    // The next datagram, sent at `now_us` since the epoch, with at most `max_records` (at least 1) records,
    // into `buffer` of kMaxDatagram bytes.
    [[nodiscard]] Datagram next(std::uint64_t now_us, std::uint64_t max_records, std::uint8_t* buffer);

    [[nodiscard]] std::uint64_t records() const noexcept { return counts_.total().flows; }
    [[nodiscard]] std::uint64_t datagrams() const noexcept { return datagrams_; }
    [[nodiscard]] std::uint64_t datagram_bytes() const noexcept { return datagram_bytes_; }
    [[nodiscard]] std::uint64_t template_datagrams() const noexcept { return template_datagrams_; }
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] const std::vector<Exporter>& exporters() const noexcept { return exporters_; }

  private:
    struct Refresh {
        std::uint32_t datagrams = 0;  // until templates are due
        std::uint64_t at_us = 0;
    };
    [[nodiscard]] bool templates_due(std::uint64_t now_us) const noexcept;
    [[nodiscard]] std::size_t send_templates(std::uint64_t now_us, std::uint8_t* buffer);
    [[nodiscard]] std::uint32_t fill(std::uint64_t now_us, std::uint64_t max_records, std::uint8_t* buffer);

    StreamOptions options_;
    Mix mix_;
    std::unique_ptr<Encoder> encoder_;
    Counts counts_;
    std::vector<Exporter> exporters_;
    std::vector<Refresh> refresh_;
    std::size_t turn_ = 0;
    Flow waiting_;  // made, but did not fit its datagram
    bool has_waiting_ = false;
    std::uint64_t datagrams_ = 0;
    std::uint64_t datagram_bytes_ = 0;
    std::uint64_t template_datagrams_ = 0;
};

}  // namespace generator
