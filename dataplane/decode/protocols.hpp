// SPDX-License-Identifier: Apache-2.0
// The protocols' entry points. Private to this folder; decoder.cpp looks at the version and picks one.
//
// Each comes in two steps, because the exporter entry depends on the header: identify tells domain and faults, decode runs
// with the entry's state.
#pragma once

#include "dataplane/decode/annotate.hpp"
#include "dataplane/decode/books.hpp"
#include "dataplane/decode/decoder.hpp"

namespace decode {

struct Work {
    const Datagram& datagram;
    ExporterState& state;
    flow::BatchWriter& writer;
    flow::Ledger& ledger;
    flow::ExporterCounts& counts;
    flow::Tally& tally;
    Books& books;  // of `state`, open
    Annotator& annotator;
    std::uint32_t reload = 0;
    bool left_out = false;  // Decoder::leave_out: sequence, templates and options only
};

// `domain` (and `agent`) of the datagram, or why it cannot be one.
struct Identity {
    flow::Outcome outcome = flow::Outcome::accepted;
    std::uint32_t domain = 0;
    flow::IpAddress agent{};
};

[[nodiscard]] Identity identify_netflow1(flow::Bytes payload) noexcept;
[[nodiscard]] Identity identify_netflow5(flow::Bytes payload) noexcept;
[[nodiscard]] Identity identify_netflow7(flow::Bytes payload) noexcept;
[[nodiscard]] Identity identify_netflow9(flow::Bytes payload) noexcept;
[[nodiscard]] Identity identify_ipfix(flow::Bytes payload) noexcept;
[[nodiscard]] Identity identify_sflow5(flow::Bytes payload) noexcept;

void decode_netflow1(const Work& work) noexcept;
void decode_netflow5(const Work& work) noexcept;
void decode_netflow7(const Work& work) noexcept;
void decode_netflow9(const Work& work) noexcept;
void decode_ipfix(const Work& work) noexcept;
void decode_sflow5(const Work& work) noexcept;

// What all rows of a datagram share, but for the times of its header.
[[nodiscard]] RecordContext context_of(const Work& work) noexcept;

// Sets of v9 and IPFIX after the header. `template_set` and `options_set` are the set ids of their templates.
struct SetWalk {
    std::uint32_t data_records = 0;  // flow and options data records
    bool complete = true;            // false: a missing template or a fault hides how many there were
    // What is held may wait for a template that this datagram brought. Looking costs, so it is done before the next data set
    // for a few times only; data sets after that are held themselves until the datagram ends.
    bool learned = false;
    unsigned replays_left = 4;
};
SetWalk walk_sets(flow::Bytes sets, std::uint16_t template_set, std::uint16_t options_set, const RecordContext& context,
                  const Work& work) noexcept;

}  // namespace decode
