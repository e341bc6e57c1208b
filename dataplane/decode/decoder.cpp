// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/decoder.hpp"

#include "dataplane/decode/protocols.hpp"

namespace decode {

using flow::Counter;
using flow::Outcome;
using flow::Protocol;

namespace {

struct Dialect {
    Protocol protocol;
    Identity (*identify)(flow::Bytes) noexcept;
    void (*decode)(const Work&) noexcept;
};
constexpr Dialect kNetflow1{Protocol::netflow1, identify_netflow1, decode_netflow1};
constexpr Dialect kNetflow7{Protocol::netflow7, identify_netflow7, decode_netflow7};
constexpr Dialect kNetflow5{Protocol::netflow5, identify_netflow5, decode_netflow5};
constexpr Dialect kNetflow9{Protocol::netflow9, identify_netflow9, decode_netflow9};
constexpr Dialect kIpfix{Protocol::ipfix, identify_ipfix, decode_ipfix};
constexpr Dialect kSflow5{Protocol::sflow5, identify_sflow5, decode_sflow5};

// NetFlow and IPFIX begin with a 16-bit version, sFlow with a 32-bit one whose upper half is 0: they cannot be confused.
const Dialect* dialect_of(flow::Bytes payload) noexcept {
    switch (flow::load_be16(payload.data())) {
        case 1:
            return &kNetflow1;
        case 5:
            return &kNetflow5;
        case 7:
            return &kNetflow7;
        case 9:
            return &kNetflow9;
        case 10:
            return &kIpfix;
        case 0:
            return flow::load_be16(payload.data() + 2) == 5 ? &kSflow5 : nullptr;
        default:
            return nullptr;
    }
}

bool accepted(Accepts accepts, Protocol protocol) noexcept {
    return accepts == Accepts::any || (accepts == Accepts::sflow) == (protocol == Protocol::sflow5);
}

struct Recognised {
    Outcome outcome = Outcome::accepted;
    const Dialect* dialect = nullptr;
    flow::ExporterKey key{};
};
Recognised recognise(const Datagram& datagram) noexcept {
    if (datagram.payload.size() < 4) return {.outcome = Outcome::too_short};
    const Dialect* dialect = dialect_of(datagram.payload);
    if (dialect == nullptr) return {.outcome = Outcome::unknown_version};
    if (!accepted(datagram.accepts, dialect->protocol)) return {.outcome = Outcome::wrong_protocol};
    const Identity identity = dialect->identify(datagram.payload);
    return {identity.outcome,
            dialect,
            {.address = datagram.exporter,
             .agent = identity.agent,
             .source_id = datagram.source_id,
             .domain = identity.domain,
             .port = datagram.rule->per_port ? datagram.exporter_port : std::uint16_t{0},
             .protocol = dialect->protocol}};
}

}  // namespace

void Decoder::decode(const Datagram& datagram, flow::Tally& tally) noexcept {
    ++tally.ledger[Counter::datagrams_received];
    tally.ledger[Counter::datagram_bytes] += datagram.payload.size();
    ++tally.ledger[dispatch(datagram, false, tally)];
}

void Decoder::leave_out(const Datagram& datagram, Outcome why, flow::Tally& tally) noexcept {
    ++tally.ledger[Counter::datagrams_received];
    tally.ledger[Counter::datagram_bytes] += datagram.payload.size();
    const Outcome outcome = dispatch(datagram, true, tally);
    ++tally.ledger[outcome == Outcome::accepted ? why : outcome];
}

void Decoder::lost_at_hand_off(const Datagram& datagram, flow::Tally& tally) noexcept {
    const Recognised found = recognise(datagram);
    if (found.outcome != Outcome::accepted) return;
    const auto known = ids_of_others_.find(found.key);
    if (known != ids_of_others_.end()) {
        ++tally.exporter(known->second).handoff_lost;
    } else if (const auto id = exporters_.find_or_add(found.key)) {
        ids_of_others_.emplace(found.key, *id);
        ++tally.exporter(*id).handoff_lost;
    }
}

Outcome Decoder::dispatch(const Datagram& datagram, bool left_out, flow::Tally& tally) noexcept {
    const Recognised found = recognise(datagram);
    if (found.outcome != Outcome::accepted) return found.outcome;
    ExporterState* state = find_exporter(found.key);
    if (state == nullptr) return Outcome::too_many_exporters;

    flow::Ledger& l = tally.ledger;
    const auto records = l[Counter::records_flow], options = l[Counter::records_option];
    const auto counters = l[Counter::records_counter], seen = l[Counter::records_seen];
    flow::ExporterCounts& counts = tally.exporter(state->id);
    found.dialect->decode({datagram, *state, writer_, l, counts, tally, left_out});
    if (left_out) {
        ++counts.thinned;
    } else {
        ++counts.datagrams;
        counts.bytes += datagram.payload.size();
    }
    counts.records += l[Counter::records_flow] - records;
    counts.options += l[Counter::records_option] - options;
    counts.counters += l[Counter::records_counter] - counters;
    counts.skipped += (l[Counter::records_seen] - seen) - (l[Counter::records_flow] - records) -
                      (l[Counter::records_option] - options) - (l[Counter::records_counter] - counters);
    counts.last_seen_ms = datagram.received_ms;
    return Outcome::accepted;
}

ExporterState* Decoder::find_exporter(const flow::ExporterKey& key) noexcept {
    if (last_state_ != nullptr && key == last_key_) return last_state_;
    auto found = states_.find(key);
    if (found == states_.end()) {
        const auto id = exporters_.find_or_add(key);
        if (!id) return nullptr;
        found = states_.emplace(key, std::make_unique<ExporterState>(*id, templates_of(key))).first;
    }
    last_key_ = key;
    last_state_ = found->second.get();
    return last_state_;
}

TemplateTable& Decoder::templates_of(const flow::ExporterKey& key) noexcept {
    auto& table = templates_[key.without_source()];
    if (table != nullptr) return *table;
    table = std::make_unique<TemplateTable>(key.protocol, budget_);
    flow::Ledger ignored;  // what the data directory holds was counted when it came
    for (const flow::TemplateDefinition& stored : exporters_.stored(key).templates) {
        table->learn_set(stored.wire, stored.options, ignored, [](std::uint16_t, const Template&) {});
    }
    return *table;
}

void Decoder::settle(std::uint64_t now_ms, bool all, flow::Tally& tally) noexcept {
    for (auto& [key, state] : states_) {
        if (state->sequence.has_gaps()) state->sequence.settle(now_ms, all, tally.exporter(state->id));
    }
}

}  // namespace decode
