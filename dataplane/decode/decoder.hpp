// SPDX-License-Identifier: Apache-2.0
// Datagram in, rows of a FlowBatch out.
//
// Thread: one worker: the owner of the exporters whose datagrams it is given.
// Source: NetFlow v1, v5, v7 (Cisco's export formats), v9: RFC 3954, IPFIX: RFC 7011, sFlow: sflow_version_5.txt of sflow.org.
// Limits: kMaxExporters entries (flow/exporter.hpp); templates.hpp, options.hpp, held.hpp; any bytes terminate, read inside
//         the datagram only, and end in exactly one Outcome.
// Memory: at worst 190 MiB a worker, whatever comes: templates 64 MiB, options 64 MiB, held sets 16 MiB, sFlow data sources
//         16 MiB, 16,384 entries of less than 2 KiB; one address at most 16, 8, 4 and 2 MiB of them.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "dataplane/decode/states.hpp"
#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/tally.hpp"
#include "dataplane/flow/wire.hpp"

namespace decode {

// Which protocols a source takes.
enum class Accepts : std::uint8_t { netflow, sflow, any };

// What the configuration says of an exporter; immutable, of a Generation.
struct ExporterRule {
    std::uint32_t sampling = 0;          // 1 in n, whatever the exporter tells; 0: believe the exporter
    std::uint32_t default_sampling = 0;  // where the exporter tells nothing; 0: unknown
    std::uint32_t most_datagrams_s = 0;  // more of them are Outcome::over_limit; 0: no limit
    bool per_port = false;               // one address, several devices told apart by UDP source port
    bool split_domains = false;          // too much for one worker: its observation domains have owners of their own
    bool inner_headers = false;          // sampled packets in tunnels: addresses and ports of the inner packet
};

inline constexpr ExporterRule kNoRule{};

struct Datagram {
    flow::Bytes payload;              // of UDP
    flow::IpAddress exporter{};       // UDP source address
    std::uint16_t exporter_port = 0;  // UDP source port
    std::uint64_t received_ms = 0;    // since 1970
    std::uint32_t source_id = 0;      // stable id of the source
    std::uint16_t source = 0;         // its index in the batch's generation
    Accepts accepts = Accepts::any;
    std::uint16_t thinning = 1;  // 1 in n datagrams of this exporter is decoded
    const ExporterRule* rule = &kNoRule;
};

class Decoder {
  public:
    // Both must outlive the decoder.
    Decoder(flow::ExporterTable& exporters, flow::BatchWriter& writer) noexcept
        : exporters_(exporters), writer_(writer), states_(exporters) {}

    // Books the outcome, records and flows in `tally`; rows go to the writer.
    void decode(const Datagram& datagram, flow::Tally& tally) noexcept;

    // A datagram that is left out on purpose: `why` is Outcome::thinned or over_limit. Its sequence number is read, so that
    // it is not missing, and its templates and options data are, so that what follows can be decoded; no flows.
    void leave_out(const Datagram& datagram, flow::Outcome why, flow::Tally& tally) noexcept;

    // A datagram that did not reach its owner: books handoff_lost on the exporter's entry (the ledger's is the caller's) and
    // touches nothing else. By the worker that received it, on its own decoder.
    void lost_at_hand_off(const Datagram& datagram, flow::Tally& tally) noexcept;

    // Datagram::source means something else from now on (a reload): what is held since before gets that of the datagram that
    // brings its template.
    void sources_changed() noexcept { ++reload_; }

    // Books sequence gaps and held sets that are old enough to be losses; all of them when `all` (before the end).
    void settle(std::uint64_t now_ms, bool all, flow::Tally& tally) noexcept { states_.settle(now_ms, all, tally); }

  private:
    flow::Outcome dispatch(const Datagram& datagram, bool left_out, flow::Tally& tally) noexcept;

    flow::ExporterTable& exporters_;
    flow::BatchWriter& writer_;
    ExporterStates states_;
    std::uint32_t reload_ = 0;
    std::unordered_map<flow::ExporterKey, std::uint32_t, flow::ExporterKeyHash> ids_of_others_;  // of lost_at_hand_off
};

}  // namespace decode
