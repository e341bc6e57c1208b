// SPDX-License-Identifier: Apache-2.0
#include "dataplane/match_stage.hpp"

#include <algorithm>
#include <bit>

#include "dataplane/exporter_runs.hpp"
#include "dataplane/flow/scale.hpp"

namespace dataplane {
namespace {

using flow::kClasses;

// No flow has more bytes (281 TB): a larger number is a broken or hostile record, and sums of such would wrap.
constexpr std::uint64_t kMostOfARecord = 1ull << 48;

// A channel with so many rows is summed up before its cells are touched.
constexpr std::uint32_t kManyRows = 128;

// flow::traffic_class without a branch, for many rows at a time.
constexpr std::uint8_t class_of(std::uint8_t proto) noexcept {
    std::uint8_t out = 3;
    out = proto == 6 ? 0 : out;
    out = proto == 17 ? 1 : out;
    out = proto == 1 ? 2 : out;
    return proto == 58 ? 2 : out;
}
static_assert([] {
    for (unsigned p = 0; p < 256; ++p) {
        const auto proto = static_cast<std::uint8_t>(p);
        if (class_of(proto) != static_cast<std::uint8_t>(flow::traffic_class(proto))) return false;
    }
    return true;
}());

}  // namespace

void MatchStage::process(flow::FlowBatch& batch) noexcept {
    prepare(batch);
    filters::Matcher& matcher = *desk_.kit().matcher;
    const std::uint64_t failures_before = matcher.text_failures();
    const std::span<const filters::ChannelRows> channels = matcher.match(batch);
    for (const filters::ChannelRows& channel : channels) tally(batch, channel);
    add_listed(batch);
    if (const std::uint64_t failures = matcher.text_failures() - failures_before; failures != 0)
        text_failures_.fetch_add(failures, std::memory_order_relaxed);
    book(batch);
    choose_kept(batch, channels);
}

void MatchStage::choose_kept(flow::FlowBatch& batch, std::span<const filters::ChannelRows> channels) noexcept {
    flow::Ledger& ledger = desk_.tally().ledger;
    batch.kept = 0;
    if (!archive_.is_there()) {
        ledger[flow::Counter::archive_off] += batch.rows;
        return;
    }
    desk_.kit().archive.choose(batch, channels);
    ledger[flow::Counter::archive_not_wanted] += batch.rows - batch.kept;
    if (archive_.has_room()) return;
    ledger[flow::Counter::archive_shed_busy] += batch.kept;
    batch.kept = 0;
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
    std::uint16_t thinning = 0, last_source = 0;
    std::uint64_t large = 0;
    std::array<std::uint8_t, flow::kBatchRows> classes;
    for (std::uint32_t i = 0; i < batch.rows; ++i) classes[i] = class_of(batch.proto[i]);
    for (std::uint32_t i = 0; i < batch.rows; ++i) source_and_class_[i] = batch.source[i] * kClasses + classes[i];
    // A loop for each width of numbers: registers hold the most of them.
    for (std::uint32_t i = 0; i < batch.rows; ++i) {
        thinning = std::max(thinning, batch.thinning[i]);
        last_source = std::max(last_source, batch.source[i]);
    }
    for (std::uint32_t i = 0; i < batch.rows; ++i) {
        sampling = std::max(sampling, batch.sampling[i]);
        exporters |= batch.exporter[i] ^ batch.exporter[0];
    }
    for (std::uint32_t i = 0; i < batch.rows; ++i) large |= batch.in_packets[i] | batch.in_bytes[i];
    sums_ = (last_source + std::size_t{1}) * kClasses;
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
    if (channel.count < kManyRows || sums_ > kMostSums || weighted_) {
        hit_count_ += list(batch, channel);
        if (hit_count_ > flow::kBatchRows) add_listed(batch);
    } else if (channel.count == batch.rows) {
        add(sum_of_all(batch, channel), channel.channel);
    } else {
        add(sum_of(batch, channel), channel.channel);
    }
}

// Lists the channel's rows behind those that are listed already; returns how many they are. How many rows a word has is
// hard to guess, so that they are taken by the stride and the surplus is written over.
template <class CellOf>
std::size_t MatchStage::list(const filters::ChannelRows& channel, CellOf cell_of) noexcept {
    Hit* const first = hits_.data() + hit_count_;
    Hit* out = first;
    for (std::uint32_t words = channel.words; words != 0; words &= words - 1) {
        const auto word = static_cast<std::uint32_t>(std::countr_zero(words));
        std::uint64_t bits = channel.rows[word];
        const auto count = static_cast<std::size_t>(std::popcount(bits));
        for (std::size_t done = 0; done < count; done += kStride) {
            for (std::size_t i = 0; i < kStride; ++i) {
                const std::uint32_t row = word * 64 + (static_cast<std::uint32_t>(std::countr_zero(bits)) & 63);
                out[done + i] = {cell_of(row), row};
                bits &= bits - 1;
            }
        }
        out += count;
    }
    return static_cast<std::size_t>(out - first);
}

std::size_t MatchStage::list(const flow::FlowBatch& batch, const filters::ChannelRows& channel) noexcept {
    const flow::SeriesMap& series = desk_.tally().series();
    const std::uint32_t base = series.channel_base[channel.channel] * kClasses;
    const auto& rank = series.channel_rank[channel.channel];
    if (rank.empty()) return list(channel, [&](std::uint32_t row) { return base + source_and_class_[row]; });
    return list(channel, [&](std::uint32_t row) {
        return base + rank[batch.source[row]] * kClasses + source_and_class_[row] % kClasses;
    });
}

void MatchStage::add_listed(const flow::FlowBatch& batch) noexcept {
    flow::Tally& to = desk_.tally();
    const std::uint64_t* packets = packets_of(batch);
    const std::uint64_t* bytes = bytes_of(batch);
    std::fill_n(hits_.begin() + static_cast<std::ptrdiff_t>(hit_count_), kAhead, Hit{});
    for (std::size_t i = 0; i < hit_count_; ++i) {
        const Hit hit = hits_[i];
        const flow::Cell& soon = to.cell(hits_[i + kAhead].cell);
        __builtin_prefetch(&soon.flows, 1);
        __builtin_prefetch(&soon.bytes, 1);  // one cell in four lies on two lines
        to.add(hit.cell, weighted_ ? flows_[hit.row] : 1, packets[hit.row], bytes[hit.row]);
    }
    hit_count_ = 0;
}

// Several sets of cells, so that rows of one class in a row do not wait for each other's additions.
const MatchStage::Sums& MatchStage::sum_of(const flow::FlowBatch& batch, const filters::ChannelRows& channel) noexcept {
    const std::uint64_t* packets = packets_of(batch);
    const std::uint64_t* bytes = bytes_of(batch);
    for (Sums& lane : lanes_) std::fill_n(lane.begin(), sums_, flow::Cell{});
    const std::size_t count = list(channel, [&](std::uint32_t row) { return source_and_class_[row]; });
    for (std::size_t i = 0; i < count; ++i) {
        const Hit hit = hits_[hit_count_ + i];
        flow::Cell& sum = lanes_[i % kLanes][hit.cell];
        ++sum.flows;
        sum.packets += packets[hit.row];
        sum.bytes += bytes[hit.row];
    }
    for (std::size_t cell = 0; cell < sums_; ++cell) {
        for (std::size_t lane = 1; lane < kLanes; ++lane) {
            lanes_[0][cell].flows += lanes_[lane][cell].flows;
            lanes_[0][cell].packets += lanes_[lane][cell].packets;
            lanes_[0][cell].bytes += lanes_[lane][cell].bytes;
        }
    }
    return lanes_[0];
}

// Channels that take every row share one sum.
const MatchStage::Sums& MatchStage::sum_of_all(const flow::FlowBatch& batch,
                                               const filters::ChannelRows& channel) noexcept {
    if (!all_summed_) all_ = sum_of(batch, channel);
    all_summed_ = true;
    return all_;
}

void MatchStage::add(const Sums& sums, std::uint32_t channel) noexcept {
    flow::Tally& to = desk_.tally();
    for (std::uint32_t i = 0; i < sums_; ++i) {
        if (sums[i].flows == 0) continue;
        const std::uint32_t slot = to.series().slot(channel, static_cast<std::uint16_t>(i / kClasses));
        to.add(slot * kClasses + i % kClasses, sums[i].flows, sums[i].packets, sums[i].bytes);
    }
}

}  // namespace dataplane
