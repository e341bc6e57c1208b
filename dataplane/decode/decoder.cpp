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
    const auto refused = [&](Outcome why) { return Recognised{.outcome = why, .key = {.address = datagram.exporter}}; };
    if (datagram.payload.size() < 4) return refused(Outcome::too_short);
    const Dialect* dialect = dialect_of(datagram.payload);
    if (dialect == nullptr) return refused(Outcome::unknown_version);
    if (!accepted(datagram.accepts, dialect->protocol)) return refused(Outcome::wrong_protocol);
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
    if (found.outcome != Outcome::accepted) {
        if (const ExporterState* state = states_.known(found.key)) ++tally.exporter(state->id).refused;
        return found.outcome;
    }
    ExporterState* state = states_.find(found.key, datagram.exporter_port, tally);
    if (state == nullptr) {
        if (const ExporterState* other = states_.known(found.key)) ++tally.exporter(other->id).refused;
        return Outcome::too_many_exporters;
    }
    flow::ExporterCounts& counts = tally.exporter(state->id);
    Books books(tally.ledger, counts);
    Annotator annotator(state->scope.options, *datagram.rule, counts);
    found.dialect->decode({.datagram = datagram,
                           .state = *state,
                           .writer = writer_,
                           .ledger = tally.ledger,
                           .counts = counts,
                           .tally = tally,
                           .books = books,
                           .annotator = annotator,
                           .reload = reload_,
                           .left_out = left_out});
    books.close();
    if (left_out) {
        ++counts.thinned;
    } else {
        ++counts.datagrams;
        counts.bytes += datagram.payload.size();
    }
    counts.last_seen_ms = datagram.received_ms;
    counts.sequence = state->sequence.mark();
    if (state->scope.templates.torn() && !state->scope.per_port) states_.divide_by_port(*state);
    return Outcome::accepted;
}

}  // namespace decode
