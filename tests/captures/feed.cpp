// SPDX-License-Identifier: Apache-2.0
#include "tests/captures/feed.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "dataplane/packet.hpp"
#include "tests/support/capture_sources.hpp"
#include "tests/support/small_generation.hpp"

namespace captures {

namespace {

namespace fs = std::filesystem;

std::uint16_t version(flow::Bytes payload) {
    return payload.size() < 4 ? std::uint16_t{0} : flow::load_be16(payload.data());
}

// Milliseconds since 1970 of the header's export time; 0: the protocol tells none.
std::uint64_t export_ms(flow::Bytes payload) {
    switch (version(payload)) {
        case 1:
        case 5:
        case 7:
        case 9:
            return payload.size() < 12 ? 0 : flow::load_be32(payload.data() + 8) * 1000ull;
        case 10:
            return payload.size() < 8 ? 0 : flow::load_be32(payload.data() + 4) * 1000ull;
        default:
            return 0;
    }
}

void read_frames(const fs::path& path, std::vector<Arrival>& arrivals, std::size_t& other_frames) {
    const auto capture = support::read_pcap(path);
    if (!capture) throw std::runtime_error(capture.error().text());
    const auto link = static_cast<flow::LinkType>(capture->link_type);
    const auto generation = support::make_generation(1, support::sources_of(*capture), {});
    for (const support::Captured& frame : capture->packets) {
        const dataplane::Packet packet = dataplane::read_packet(frame.bytes, link, *generation);
        if (packet.fate != flow::PacketFate::whole) {
            ++other_frames;
            continue;
        }
        const std::uint64_t first_us = capture->packets.front().time_us;
        arrivals.push_back({{packet.payload.begin(), packet.payload.end()},
                            packet.exporter,
                            packet.exporter_port,
                            frame.time_us < first_us ? 0 : (frame.time_us - first_us) / 1000});
    }
}

void read_payload(const fs::path& path, std::vector<Arrival>& arrivals) {
    std::ifstream in(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(in), {});
    const auto exporter = flow::IpAddress::v4(0xc0000201);  // 192.0.2.1
    auto at = bytes.begin();
    do {
        const flow::Bytes rest(at, bytes.end());
        std::size_t length = rest.size();
        if (version(rest) == 10) {
            // Only where another message follows: what else stands behind a message belongs to the datagram.
            const std::size_t told = flow::load_be16(rest.data() + 2);
            if (told >= 16 && told < rest.size() && version(rest.subspan(told)) == 10) length = told;
        }
        const auto end = at + static_cast<std::ptrdiff_t>(length);
        arrivals.push_back({{at, end}, exporter, 4444, 0});
        at = end;
    } while (at != bytes.end());
}

}  // namespace

std::vector<Arrival> read_arrivals(const fs::path& path, std::size_t* other_frames) {
    if (!fs::is_regular_file(path)) throw std::runtime_error(path.string() + " is not there");
    std::vector<Arrival> arrivals;
    std::size_t others = 0;
    path.extension() == ".pcap" ? read_frames(path, arrivals, others) : read_payload(path, arrivals);
    if (other_frames != nullptr) *other_frames = others;
    return arrivals;
}

void Feed::files(const std::vector<fs::path>& paths) {
    std::vector<Arrival> arrivals;
    for (const fs::path& path : paths) {
        std::size_t others = 0;
        for (Arrival& a : read_arrivals(path, &others)) arrivals.push_back(std::move(a));
        other_frames_ += others;
    }
    std::uint64_t received_ms = 0;
    for (const Arrival& a : arrivals) received_ms = std::max(received_ms, export_ms(a.bytes));
    if (received_ms == 0) received_ms = support::DecodeRig::kNow_ms;
    for (Arrival& a : arrivals) {
        const flow::Outcome outcome = rig_->take({.payload = a.bytes,
                                                  .exporter = a.exporter,
                                                  .exporter_port = a.port,
                                                  .received_ms = received_ms + a.after_ms,
                                                  .source_id = 1,
                                                  .source = 0});
        sent_.push_back({std::move(a.bytes), a.exporter, outcome, rig_->writer().rows(),
                         rig_->ledger()[flow::Counter::records_option]});
    }
}

std::vector<RowPlace> Feed::rows() const {
    std::vector<RowPlace> all;
    for (const flow::FlowBatch* batch : rig_->writer().batches()) {
        for (std::uint32_t row = 0; row < batch->rows; ++row) all.push_back({batch, row});
    }
    return all;
}

}  // namespace captures
