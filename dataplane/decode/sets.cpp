// SPDX-License-Identifier: Apache-2.0
// Walks the sets of NetFlow v9 and IPFIX: both have the same frame around templates and data.
#include <algorithm>

#include "dataplane/decode/protocols.hpp"

namespace decode {

using flow::Skip;

namespace {

constexpr std::uint16_t kFirstDataSet = 256;
constexpr std::size_t kSetHeader = 4;
constexpr std::size_t kMaxTemplatesUnderWay = 4096;

void learn(flow::Bytes content, bool options, const Work& work) {
    work.state.templates.learn_set(content, options, work.ledger, [&](std::uint16_t id, const Template& changed) {
        // One that changes all the time is stored now and then only; memory must not grow while the store is behind.
        if (work.tally.templates.size() == kMaxTemplatesUnderWay) return;
        work.tally.templates.push_back(
            {work.state.id,
             {.id = id, .options = changed.options, .learned_ms = work.datagram.received_ms, .wire = changed.wire}});
    });
}

void decode_data(std::uint16_t id, flow::Bytes content, const RecordContext& context, const Work& work,
                 SetWalk& walk) noexcept {
    const Template* known = work.state.templates.find(id);
    if (known == nullptr) {
        walk.complete = false;
        if (work.left_out) return;
        work.ledger.skip(Skip::no_template);
        return;
    }
    if (work.left_out && !known->options) {
        const CopyPlan::Count count = known->plan.measure(content);
        walk.data_records += count.records;
        walk.complete &= count.complete;
        return;
    }
    const CopyPlan::Count count = known->options ? known->plan.count(content, work.ledger)
                                                 : known->plan.run(content, context, work.writer, work.ledger);
    walk.data_records += count.records;
    walk.complete &= count.complete;
}

}  // namespace

RecordContext context_of(const Work& work) noexcept {
    return {.received_ms = work.datagram.received_ms,
            .exporter = work.state.id,
            .source = work.datagram.source,
            .thinning = work.datagram.thinning,
            .templates = &work.state.templates};
}

SetWalk walk_sets(flow::Bytes sets, std::uint16_t template_set, std::uint16_t options_set, const RecordContext& context,
                  const Work& work) noexcept {
    SetWalk walk;
    while (sets.size() >= kSetHeader) {
        const std::uint16_t id = flow::load_be16(sets.data());
        const std::uint16_t length = flow::load_be16(sets.data() + 2);
        if (length < kSetHeader || length > sets.size()) {
            // Some devices fill up their datagrams with zeros; that is padding, not a fault.
            const bool zeros = std::all_of(sets.begin(), sets.end(), [](std::uint8_t b) { return b == 0; });
            if (!zeros) {
                work.ledger.skip(Skip::bad_set_length);
                walk.complete = false;
            }
            return walk;
        }
        const flow::Bytes content = sets.subspan(kSetHeader, length - kSetHeader);
        if (id >= kFirstDataSet) {
            decode_data(id, content, context, work, walk);
        } else if (id == template_set || id == options_set) {
            learn(content, id == options_set, work);
        } else {
            work.ledger.skip(Skip::reserved_set);
        }
        sets = sets.subspan(length);
    }
    return walk;
}

}  // namespace decode
