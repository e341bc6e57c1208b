// SPDX-License-Identifier: Apache-2.0
// A data directory with an archive as the daemon would leave it: the oracle's 34 flows from `edge`, twice 2,000 made-up flows
// from `peer`, their segments in the catalogue, and books.
//
// Thread: one.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "store/archive/segment.hpp"
#include "store/store.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/oracle_flows.hpp"

namespace query {

inline constexpr std::uint32_t kSlot_s = 1'768'477'800;  // 2026-01-15T11:50:00Z
inline constexpr std::uint32_t kPeerFlows = 4000;

class ArchiveData {
  public:
    explicit ArchiveData(std::string directory) : directory_(std::move(directory)) {}

    // Of all of it; false and a test failure where something is refused.
    bool make() {
        store::Options options;
        options.directory = directory_;
        options.replay = true;
        auto store = store::Store::open(std::move(options));
        EXPECT_TRUE(store.has_value()) << store.error().text();
        if (!store) return false;
        store_ = std::move(*store);
        const auto ids = store_->source_ids(std::vector<std::string>{"edge", "peer"});
        EXPECT_TRUE(ids.has_value());
        if (!ids) return false;
        store_->attach(exporters_);
        write_edge(ids->at(0));
        write_peer(ids->at(1));
        EXPECT_NE(store_->archive(news_), 0u);
        EXPECT_TRUE(store_->start().has_value());
        const auto stopped = store_->stop();
        EXPECT_TRUE(stopped.has_value()) << stopped.error().text();
        store_.reset();
        return stopped.has_value();
    }

    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] std::string archive() const { return directory_ + "/archive"; }
    [[nodiscard]] const std::vector<store::SegmentEntry>& segments() const { return news_.segments; }

  private:
    void write_edge(std::uint32_t source_id) {
        support::DecodeRig rig(&exporters_);
        for (const auto& datagram : support::oracle_v9()) {
            rig.take({.payload = datagram,
                      .exporter = flow::IpAddress::parse("127.0.0.1").value(),
                      .received_ms = kSlot_s * 1000ull + 62'000,
                      .source_id = source_id,
                      .source = 0,
                      .accepts = decode::Accepts::any});
        }
        // As the worker does it.
        for (flow::FlowBatch* batch : rig.writer().batches()) {
            batch->received_ms = kSlot_s * 1000ull + 62'000;
            batch->bucket_s = kSlot_s + 60;
        }
        segment({.slot_s = kSlot_s, .source_id = source_id}, "edge", rig.writer().batches());
    }

    // Each second one, from 11:55 on, in a batch for each slot: UDP from 10.9.x.y to 192.0.2.53 port 53, 100 bytes each.
    void write_peer(std::uint32_t source_id) {
        flow::ExporterKey key;
        key.address = flow::IpAddress::v4(0xc0000201);
        key.source_id = source_id;
        key.domain = 7;
        key.protocol = flow::Protocol::netflow9;
        const auto exporter = exporters_.find_or_add(key);
        ASSERT_TRUE(exporter.has_value());
        std::uint32_t made = 0;
        for (std::uint32_t slot = 1; made < kPeerFlows; ++slot) {
            support::KeepingWriter writer;
            for (std::uint32_t i = 0; i < store::kSlotSeconds && made < kPeerFlows; ++i) {
                put(writer.room(), made++, *exporter);
            }
            segment({.slot_s = kSlot_s + slot * store::kSlotSeconds, .source_id = source_id}, "peer", writer.batches());
        }
    }
    static void put(flow::FlowBatch& b, std::uint32_t n, std::uint32_t exporter) {
        const std::uint32_t r = b.rows++;
        const std::uint64_t ms = (kSlot_s + store::kSlotSeconds + n) * 1000ull;
        if (r == 0) {
            b.received_ms = ms;
            b.bucket_s = static_cast<std::uint32_t>(ms / 10'000 * 10);
        }
        // Common columns are always written.
#define X(name, type, what) b.name[r] = type{};
        FLOW_COMMON_COLUMNS(X)
#undef X
        using flow::Column;
        b.src_addr[r] = flow::IpAddress::v4(0x0a090000 + n);
        b.dst_addr[r] = flow::IpAddress::v4(0xc0000235);
        b.first_ms[r] = b.last_ms[r] = ms;
        b.in_bytes[r] = 100;
        b.in_packets[r] = 1;
        b.sampling[r] = b.thinning[r] = 1;
        b.exporter[r] = exporter;
        b.src_port[r] = static_cast<std::uint16_t>(1024 + n);
        b.dst_port[r] = 53;
        b.proto[r] = 17;
        b.family[r] = 4;
        b.present[r] = present_bit(Column::src_addr) | present_bit(Column::dst_addr) | present_bit(Column::in_bytes) |
                       present_bit(Column::in_packets) | present_bit(Column::src_port) | present_bit(Column::proto);
        b.present_any |= b.present[r];
    }

    void segment(const store::SegmentKey& key, const std::string& source, const std::vector<flow::FlowBatch*>& blocks) {
        bool exists = false;
        auto writer = store::archive::SegmentWriter::create(
            archive(), {.key = key, .source = source, .replaces = {}, .made_ms = 0}, exists);
        ASSERT_TRUE(writer.has_value()) << writer.error().text();
        store::archive::BlockBuilder builder;
        for (const flow::FlowBatch* batch : blocks) {
            if (batch->rows == 0) continue;
            std::vector<std::uint64_t> all(flow::kBatchRows / 64);
            for (std::uint32_t row = 0; row < batch->rows; ++row) all[row / 64] |= 1ull << (row % 64);
            ASSERT_EQ(builder.add(*batch, all.data(), 0), batch->rows);
            std::vector<std::uint8_t> bytes;
            const auto sums = builder.encode(exporters_, store::archive::Compression::lz4, bytes);
            ASSERT_TRUE((*writer)->append(bytes, sums).has_value());
        }
        ASSERT_TRUE((*writer)->sync().has_value());
        (*writer)->seal();
        news_.segments.push_back((*writer)->entry());
        news_.ledger[flow::Counter::flows_archived] += news_.segments.back().rows;
    }

    std::string directory_;
    flow::ExporterTable exporters_{};
    std::unique_ptr<store::Store> store_{};
    store::ArchiveNews news_{};
};

}  // namespace query
