// SPDX-License-Identifier: Apache-2.0
// sFlow version 5 in parts: samples, and the records in them. Private to this folder; sflow.cpp walks the datagram.
//
// Thread: the decoding worker.
// Source: sflow_version_5.txt and the structures that sflow.org published since.
// Limits: every level ends where its declared length says, and the next begins there, whatever its content is; numbers of
//         samples and records are believed no further than there are bytes. Nothing is allocated by a told length.
#pragma once

#include <algorithm>
#include <array>

#include "dataplane/decode/protocols.hpp"
#include "dataplane/flow/layers.hpp"

namespace decode::sflow {

// Tag and length of a sample or a record.
inline constexpr std::size_t kTagBytes = 8;

// XDR fills up to four bytes, and some agents leave that out: of the two places the one that reads as a beginning.
inline void skip_padding(flow::Cursor& at, std::size_t length) noexcept {
    if (length % 4 == 0) [[likely]]
        return;
    const std::size_t padding = std::min<std::size_t>(4 - length % 4, at.left());
    const auto begins_at = [rest = at.rest()](std::size_t skip) {
        if (rest.size() < skip + kTagBytes) return rest.size() == skip;
        return flow::load_be32(rest.data() + skip + 4) <= rest.size() - skip - kTagBytes;
    };
    if (begins_at(padding) || !begins_at(0)) at.skip(padding);
}

// Calls each(tag, content) for up to `told` records. False when they end before that, or one runs past the end.
template <class Each>
bool walk_records(flow::Cursor& at, std::uint32_t told, Each&& each) noexcept {
    for (std::uint32_t i = 0; i < told; ++i) {
        const std::uint32_t tag = at.u32();
        const std::uint32_t length = at.u32();
        const flow::Bytes content = at.take(length);
        if (!at.ok()) return false;
        each(tag, content);
        skip_padding(at, length);
    }
    return true;
}

// A source of samples: class and index, and which of its counts. Keys SflowSources.
enum class SourceCount : std::uint64_t { flows = 0, discards = 1ull << 63 };
[[nodiscard]] constexpr std::uint64_t source_key(SourceCount count, std::uint32_t source_class,
                                                 std::uint32_t index) noexcept {
    return static_cast<std::uint64_t>(count) | static_cast<std::uint64_t>(source_class & 0x7fffffff) << 32 | index;
}

inline constexpr std::uint32_t kNoVlan = 0xffffffff;

// Of AS path and communities: where they stand in the record, to be made text when the sample turns out to be a flow.
struct Gateway {
    flow::Bytes path{};  // segments: type, number, that many AS
    flow::Bytes communities{};
};

// What a sample's records hold that most have nothing of: texts and stacks, where they stand in the datagram.
struct Extras {
    flow::Bytes user{}, url{}, host{}, mpls{}, vlan_stack{};
    Gateway gateway{};
};
// Room for the parts of one sample after the other.
struct Scratch {
    flow::Layers layers{};
    Extras extras{};
};

// A flow sample under way. Its records write their columns to the row behind the last one of the open batch, which becomes one
// when a packet was among them; texts are only noted, because what is in the arena cannot be taken back.
struct Sample {
    Sample(const Work& work_of, flow::FlowBatch& open, Scratch& room) noexcept
        : work(work_of), batch(open), scratch(room), row(open.rows) {}

    [[nodiscard]] Extras& extras() noexcept {
        if (!has_extras) scratch.extras = {};
        has_extras = true;
        return scratch.extras;
    }

    const Work& work;
    flow::FlowBatch& batch;
    Scratch& scratch;
    const std::uint32_t row;
    std::uint32_t bytes = 0;    // of the packet
    std::uint64_t present = 0;  // of the columns written
    std::uint64_t seen = 0;     // kinds of record read: the first of each counts
    // What the packet is known from, the best last.
    enum class Packet : std::uint8_t { none, ethernet, ip, header } packet = Packet::none;
    bool bad_header = false;
    bool discarded = false;
    bool has_extras = false;
    std::uint32_t rate = 0;  // told by the agent
    std::uint32_t src_vlan = kNoVlan, dst_vlan = kNoVlan;
    std::uint32_t inner_offset = 0;  // of the packet in a tunnel that ends here
    flow::Bytes header{};
};

// One record into the sample's row. Private to the samples.
void read_record(std::uint32_t tag, flow::Bytes content, Sample& sample) noexcept;
// The records that need each other, and the texts: to be called once, when the sample is a flow.
void finish_records(Sample& sample) noexcept;

enum class SampleForm : std::uint8_t { compact, expanded, discarded };
void decode_flow_sample(flow::Bytes content, SampleForm form, const Work& work, Scratch& scratch) noexcept;
void decode_counter_sample(flow::Bytes content, bool expanded, std::uint32_t uptime_ms, const Work& work) noexcept;

}  // namespace decode::sflow
