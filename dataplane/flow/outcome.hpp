// SPDX-License-Identifier: Apache-2.0
// The ledger's words: every way a packet, a datagram or a record can end, each in one list.
//
// X(name, text): `name` is the enumerator, the Prometheus label value and the JSON key; `text` is the help.
// Names are stored in data directories: add, never rename.
//
// The laws (DESIGN section 4), checked after every test that runs a worker; those marked * when nothing is in flight:
//   received    = sum over PacketFate
//   * not ours  = punted + punt_dropped + left_to_kernel         (not_ip, not_udp, other_port, not_ours)
//   * fragments = fragments.used + sum over the ways a fragment is lost
//   * datagrams = whole + reassembled - handoff_lost = sum over Outcome
//   * sets held = replayed + expired + evicted
//   records     = flow + option + counter records + sum over Skip;   expired and evicted sets are Skip::no_template
//   flows       = flow records + extra;   * = through + lost_ring + unwritten;   * through = sum over archive.*
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flow {

// Where a received packet ended. `whole` ones carry a datagram for one of our ports.
#define FLOW_PACKET_FATES(X)                                                  \
    X(whole, "datagram to a configured port")                                 \
    X(not_ip, "neither IPv4 nor IPv6")                                        \
    X(not_udp, "IP, but not UDP")                                             \
    X(other_port, "UDP to a port that no source has")                         \
    X(not_ours, "not addressed to a configured address")                      \
    X(fragment, "IP fragment of a UDP datagram")                              \
    X(short_frame, "frame ends inside a header")                              \
    X(bad_ip_header, "IP header length, version or extension chain is wrong") \
    X(bad_udp_length, "UDP length does not fit the IP packet")                \
    X(cut_short, "frame shorter than the IP length says: cut by device or capture")

// How a datagram ended. Exactly one each.
#define FLOW_OUTCOMES(X)                                                      \
    X(accepted, "decoded; faulty sets inside are counted as skipped records") \
    X(no_source, "no source on that port admits the exporter's address")      \
    X(too_short, "shorter than its protocol's header")                        \
    X(unknown_version, "not NetFlow v1, v5, v7, v9, IPFIX or sFlow v5")       \
    X(wrong_protocol, "a protocol that the source does not take")             \
    X(bad_length, "the length in the header does not fit the datagram")       \
    X(too_many_exporters, "the table of exporters and domains is full")       \
    X(thinned, "left out on purpose: its exporter exceeds its share")         \
    X(over_limit, "left out on purpose: its exporter exceeds its fixed limit")

// Why a set or record inside an accepted datagram was not decoded. A set whose records cannot be counted is one.
#define FLOW_SKIPS(X)                                                                   \
    X(no_template, "data set whose template never came while it was held; per set")     \
    X(bad_set_length, "set length below 4 or beyond the datagram; the rest is skipped") \
    X(reserved_set, "set id that the protocol reserves")                                \
    X(bad_template, "template that contradicts itself or its set")                      \
    X(template_limit, "template beyond the limits per exporter or in size")             \
    X(template_withdrawal, "withdrawal: ignored over UDP, RFC 7011 section 8.4")        \
    X(bad_record, "record that runs past the end of its set")                           \
    X(missing_records, "the header promises more records than the datagram holds")      \
    X(unknown_sample, "sFlow sample of a type not decoded")                             \
    X(bad_sample, "sFlow sample whose lengths contradict each other")                   \
    X(no_packet_header, "sFlow flow sample without a packet header to decode")          \
    X(bad_packet_header, "sampled packet header too short to be one")                   \
    X(bad_list, "IPFIX structured data (RFC 6313) that contradicts itself")             \
    X(list_limit, "IPFIX structured data nested too deep, or too many elements")        \
    X(sample_limit, "sFlow samples or records beyond what a datagram can mean")

// Other figures of the ledger. Section and name: "records.seen", "flows.through" ...
#define FLOW_COUNTERS(X)                                                                                \
    X(packets_received, "packets.received", "packets taken from devices")                               \
    X(packet_bytes, "packets.bytes", "bytes of packets taken from devices")                             \
    X(port_missed, "packets.missed", "packets lost in devices that can tell")                           \
    X(port_no_mbuf, "packets.no_buffer", "packets lost for want of a buffer")                           \
    X(port_errors, "packets.device_errors", "packets that devices reported as broken")                  \
    X(datagrams_received, "datagrams.received", "datagrams that reached a decoder")                     \
    X(datagram_bytes, "datagrams.bytes", "bytes of UDP payload that reached a decoder")                 \
    X(handed_off, "datagrams.handed_off", "datagrams passed to the worker that owns the exporter")      \
    X(handoff_lost, "datagrams.handoff_lost", "datagrams lost on the way to the owner")                 \
    X(reassembled, "datagrams.reassembled", "datagrams put together from fragments")                    \
    X(datagrams_unwritten, "datagrams.unwritten", "datagrams in flight when the collector died")        \
    X(punted, "punt.passed", "packets that are no exports, passed to the kernel")                       \
    X(punt_dropped, "punt.dropped", "packets that are no exports, beyond what the kernel is given")     \
    X(punt_left, "punt.left_to_kernel", "packets that are no exports, which the kernel has already")    \
    X(punt_answers, "punt.answers", "packets of the kernel sent out on the port")                       \
    X(fragments_used, "fragments.used", "fragments that became datagrams")                              \
    X(fragments_expired, "fragments.expired", "fragments whose others did not come in time")            \
    X(fragments_evicted, "fragments.evicted", "fragments dropped for want of room")                     \
    X(fragments_overlapping, "fragments.overlapping", "fragments of datagrams whose pieces overlap")    \
    X(fragments_bad, "fragments.bad", "fragments whose lengths cannot be right")                        \
    X(fragments_foreign, "fragments.foreign", "fragments of datagrams that are not exports to us")      \
    X(fragments_handoff_lost, "fragments.handoff_lost", "fragments lost on the way to the owner")       \
    X(sets_held, "held.sets", "data sets that came before their template")                              \
    X(held_replayed, "held.replayed", "held sets decoded when their template came")                     \
    X(held_expired, "held.expired", "held sets whose template did not come in time")                    \
    X(held_evicted, "held.evicted", "held sets dropped for want of room")                               \
    X(records_seen, "records.seen", "records found in accepted datagrams, and skipped ones")            \
    X(records_flow, "records.decoded", "records that became flows")                                     \
    X(records_option, "records.options", "records of options templates")                                \
    X(records_counter, "records.counters", "sFlow counter samples")                                     \
    X(flows_extra, "flows.extra", "flows beyond one a record")                                          \
    X(flows_decoded, "flows.decoded", "flows written to batches")                                       \
    X(flows_through, "flows.through", "flows that left match, in a channel or not")                     \
    X(flows_lost_ring, "flows.lost_ring", "flows lost because no batch slot was free")                  \
    X(flows_unwritten, "flows.unwritten", "flows in flight when the collector died")                    \
    X(flows_discarded, "flows.discarded", "flows that report dropped packets")                          \
    X(flows_unknown_rate, "flows.unknown_rate", "flows whose sampling rate nobody told")                \
    X(flows_archived, "archive.archived", "flows durable in the archive")                               \
    X(archive_not_wanted, "archive.not_wanted", "flows that the archive's policy leaves out")           \
    X(archive_off, "archive.off", "flows that came while nothing was archived")                         \
    X(archive_shed_busy, "archive.shed_busy", "flows not archived: the writers were behind")            \
    X(archive_shed_disk, "archive.shed_disk", "flows not archived: the disk was full or failed")        \
    X(archive_unwritten, "archive.unwritten", "flows under way when the collector died")                \
    X(templates_new, "templates.new", "templates learned")                                              \
    X(templates_refreshed, "templates.refreshed", "templates sent again unchanged")                     \
    X(templates_changed, "templates.changed", "templates redefined")                                    \
    X(templates_late, "templates.late", "older definitions that came behind newer ones, not taken")     \
    X(template_conflicts, "templates.conflicts", "one id defined differently from two ports")           \
    X(options_learned, "options.learned", "sampling rates, names and the like, new or changed")         \
    X(options_refused, "options.refused", "names and the like beyond the limits")                       \
    X(elements_unknown, "fields.unknown_elements", "fields of data records skipped: element not known") \
    X(fields_unfit, "fields.unfit", "fields longer than their column, left out")                        \
    X(texts_lost, "fields.texts_lost", "texts left out: arena full or too long")                        \
    X(times_clamped, "fields.times_clamped", "flow times that made no sense, set to the receive time")  \
    X(tally_delayed, "tally.delayed", "hand-overs of tallies put off: the store is behind")             \
    X(batches, "batches.closed", "batches closed")

#define FLOW_ENUM(Name, LIST)                                       \
    enum class Name : std::uint8_t { LIST(FLOW_ENUM_ITEM) count_ }; \
    inline constexpr std::size_t k##Name##s = static_cast<std::size_t>(Name::count_);
#define FLOW_ENUM_ITEM(name, ...) name,
FLOW_ENUM(PacketFate, FLOW_PACKET_FATES)
FLOW_ENUM(Outcome, FLOW_OUTCOMES)
FLOW_ENUM(Skip, FLOW_SKIPS)
FLOW_ENUM(Counter, FLOW_COUNTERS)
#undef FLOW_ENUM_ITEM
#undef FLOW_ENUM

// Whole packets that are no exports to us: for the kernel, where it does not see them by itself.
[[nodiscard]] constexpr bool is_no_export(PacketFate f) noexcept {
    return f == PacketFate::not_ip || f == PacketFate::not_udp || f == PacketFate::other_port ||
           f == PacketFate::not_ours;
}

// All of them as one row of numbers, in the order PacketFate, Outcome, Skip, Counter.
// Thread: one writer; others see it only through a Tally that was handed over.
struct Ledger {
    static constexpr std::size_t kSize = kPacketFates + kOutcomes + kSkips + kCounters;
    std::array<std::uint64_t, kSize> values{};

    [[nodiscard]] std::uint64_t& operator[](PacketFate f) noexcept { return values[index(f)]; }
    [[nodiscard]] std::uint64_t& operator[](Outcome o) noexcept { return values[index(o)]; }
    [[nodiscard]] std::uint64_t& operator[](Skip s) noexcept { return values[index(s)]; }
    [[nodiscard]] std::uint64_t& operator[](Counter c) noexcept { return values[index(c)]; }
    template <class E>
    [[nodiscard]] std::uint64_t operator[](E e) const noexcept {
        return values[index(e)];
    }

    // A record that could not be decoded: in both the sum and its reason.
    void skip(Skip s, std::uint64_t n = 1) noexcept {
        (*this)[s] += n;
        (*this)[Counter::records_seen] += n;
    }
    void add(const Ledger& other) noexcept {
        for (std::size_t i = 0; i < kSize; ++i) values[i] += other.values[i];
    }

    [[nodiscard]] static constexpr std::size_t index(PacketFate f) noexcept { return static_cast<std::size_t>(f); }
    [[nodiscard]] static constexpr std::size_t index(Outcome o) noexcept {
        return kPacketFates + static_cast<std::size_t>(o);
    }
    [[nodiscard]] static constexpr std::size_t index(Skip s) noexcept {
        return kPacketFates + kOutcomes + static_cast<std::size_t>(s);
    }
    [[nodiscard]] static constexpr std::size_t index(Counter c) noexcept {
        return kPacketFates + kOutcomes + kSkips + static_cast<std::size_t>(c);
    }
};

// Of value `i` of a Ledger: where it stands in JSON ("packets.fates.whole", "datagrams.outcomes.accepted",
// "records.skipped.no_template", "flows.through") and what it means. Stable: also the key in the store.
struct LedgerName {
    std::string_view path;
    std::string_view help;
};
[[nodiscard]] LedgerName ledger_name(std::size_t i) noexcept;

// The laws that must hold for the sums `l`; empty when they do, else a sentence naming the law and both sides.
// `idle`: nothing is in flight between cores, so that the laws across them must hold too. While traffic runs they cannot be
// told from a sum: each core hands over in its own second, the later stage's share may arrive first.
[[nodiscard]] std::string_view broken_law(const Ledger& l, bool idle = false) noexcept;

}  // namespace flow
