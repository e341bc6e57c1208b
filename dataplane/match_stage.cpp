// SPDX-License-Identifier: Apache-2.0
#include "dataplane/match_stage.hpp"

#include <algorithm>
#include <bit>

#include "dataplane/exporter_runs.hpp"
#include "dataplane/flow/scale.hpp"

namespace dataplane {
namespace {

using flow::kClasses;

constexpr auto kClassOf = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned p = 0; p < 256; ++p) {
        table[p] = static_cast<std::uint8_t>(flow::traffic_class(static_cast<std::uint8_t>(p)));
    }
    return table;
}();

// No flow has more bytes (281 TB): a larger number is a broken or hostile record, and sums of such would wrap.
constexpr std::uint64_t kMostOfARecord = 1ull << 48;

template <class Visit>
void each_row(const std::uint64_t* rows, std::uint32_t count, Visit&& visit) noexcept {
    for (std::uint32_t word = 0; word * 64 < count; ++word) {
        for (std::uint64_t bits = rows[word]; bits != 0; bits &= bits - 1) {
            visit(word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits)));
        }
    }
}

}  // namespace

void MatchStage::process(const flow::FlowBatch& batch) noexcept {
    prepare(batch);
    filters::Matcher& matcher = *desk_.kit().matcher;
    const std::uint64_t failures_before = matcher.text_failures();
    for (const filters::ChannelRows& channel : matcher.match(batch)) tally(batch, channel);
    if (const std::uint64_t failures = matcher.text_failures() - failures_before; failures != 0)
        text_failures_.fetch_add(failures, std::memory_order_relaxed);
    book(batch);
}

void MatchStage::book(const flow::FlowBatch& batch) noexcept {
    flow::Tally& tally = desk_.tally();
    tally.ledger[flow::Counter::flows_through] += batch.rows;
    ++tally.ledger[flow::Counter::batches];
    if (one_exporter_) {
        tally.exporter(batch.exporter[0]).flows_through += batch.rows;
        return;
    }
    each_exporter_run(batch, [&](std::uint32_t id, std::uint32_t rows) { tally.exporter(id).flows_through += rows; });
}

void MatchStage::prepare(const flow::FlowBatch& batch) noexcept {
    std::uint32_t sampling = 0, exporters = 0;
    std::uint16_t thinning = 0, any = 0;
    std::uint64_t large = 0;
    for (std::uint32_t i = 0; i < batch.rows; ++i) class_[i] = kClassOf[batch.proto[i]];
    for (std::uint32_t i = 0; i < batch.rows; ++i) {  // apart from the look-ups, so that it is done many rows at a time
        sampling = std::max(sampling, batch.sampling[i]);
        thinning = std::max(thinning, batch.thinning[i]);
        any = static_cast<std::uint16_t>(any | (batch.source[i] ^ batch.source[0]));
        exporters |= batch.exporter[i] ^ batch.exporter[0];
        large |= batch.in_packets[i] | batch.in_bytes[i];
    }
    one_source_ = any == 0;
    one_exporter_ = exporters == 0;
    all_summed_ = false;
    weighted_ = thinning > 1 || (batch.present_any & flow::present_bit(flow::Column::flow_count)) != 0;
    if (weighted_) weigh(batch);
    scaled_ = sampling > 1 || thinning > 1 || large > kMostOfARecord;
    if (!scaled_) return;
    for (std::uint32_t i = 0; i < batch.rows; ++i) {
        packets_[i] = std::min(kMostOfARecord, flow::scaled(batch.in_packets[i], batch.sampling[i], batch.thinning[i]));
        bytes_[i] = std::min(kMostOfARecord, flow::scaled(batch.in_bytes[i], batch.sampling[i], batch.thinning[i]));
    }
}

void MatchStage::weigh(const flow::FlowBatch& batch) noexcept {
    for (std::uint32_t i = 0; i < batch.rows; ++i) {
        const std::uint32_t told = batch.has(i, flow::Column::flow_count) ? batch.flow_count[i] : 1;
        flows_[i] = flow::scaled_flows(batch.thinning[i]) * std::max(told, 1u);
    }
}

void MatchStage::tally(const flow::FlowBatch& batch, const filters::ChannelRows& channel) noexcept {
    flow::Tally& to = desk_.tally();
    const flow::SeriesMap& series = to.series();
    if (one_source_ && !weighted_) {
        // The usual case: one exporter's rows. Sum up here and touch each cell once.
        const std::uint32_t cell = series.slot(channel.channel, batch.source[0]) * kClasses;
        const Sums sums = channel.count == batch.rows ? sum_of_all(batch) : sum_of(batch, channel.rows);
        for (std::uint32_t c = 0; c < kClasses; ++c) {
            if (sums[c].flows != 0) to.add(cell + c, sums[c].flows, sums[c].packets, sums[c].bytes);
        }
        return;
    }
    const std::uint64_t* packets = packets_of(batch);
    const std::uint64_t* bytes = bytes_of(batch);
    each_row(channel.rows, batch.rows, [&](std::uint32_t r) {
        const std::uint32_t cell = series.slot(channel.channel, batch.source[r]) * kClasses + class_[r];
        to.add(cell, weighted_ ? flows_[r] : 1, packets[r], bytes[r]);
    });
}

MatchStage::Sums MatchStage::sum_of(const flow::FlowBatch& batch, const std::uint64_t* rows) const noexcept {
    const std::uint64_t* packets = packets_of(batch);
    const std::uint64_t* bytes = bytes_of(batch);
    Sums sums{};
    each_row(rows, batch.rows, [&](std::uint32_t r) {
        flow::Cell& sum = sums[class_[r]];
        ++sum.flows;
        sum.packets += packets[r];
        sum.bytes += bytes[r];
    });
    return sums;
}

// Channels that take every row (those of the profile `live`) share one sum. Four sets of cells, so that rows of one class
// in a row do not wait for each other's additions.
MatchStage::Sums MatchStage::sum_of_all(const flow::FlowBatch& batch) noexcept {
    if (all_summed_) return all_;
    const std::uint64_t* packets = packets_of(batch);
    const std::uint64_t* bytes = bytes_of(batch);
    std::array<Sums, 4> lanes{};
    for (std::uint32_t r = 0; r < batch.rows; ++r) {
        flow::Cell& sum = lanes[r % 4][class_[r]];
        ++sum.flows;
        sum.packets += packets[r];
        sum.bytes += bytes[r];
    }
    all_ = lanes[0];
    for (std::size_t lane = 1; lane < lanes.size(); ++lane) {
        for (std::uint32_t c = 0; c < kClasses; ++c) {
            all_[c].flows += lanes[lane][c].flows;
            all_[c].packets += lanes[lane][c].packets;
            all_[c].bytes += lanes[lane][c].bytes;
        }
    }
    all_summed_ = true;
    return all_;
}

}  // namespace dataplane
