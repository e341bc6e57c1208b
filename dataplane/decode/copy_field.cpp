// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/copy_field.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "dataplane/flow/scale.hpp"

namespace decode {
namespace {

using flow::Column;
using flow::FlowBatch;
using flow::IpAddress;

// What the column cannot hold becomes its largest value.
void store_number(FlowBatch& batch, const Step& step, std::uint32_t row, std::uint64_t value) noexcept {
    const auto put = [&]<class T>(T) {
        T& at = *column<T>(batch, step.column, row);
        constexpr std::uint64_t kMost = std::numeric_limits<T>::max();
        if (!step.only_where_zero || at == 0) at = static_cast<T>(value > kMost ? kMost : value);
    };
    switch (column_place(step.column).width) {
        case 1:
            return put(std::uint8_t{});
        case 2:
            return put(std::uint16_t{});
        case 4:
            return put(std::uint32_t{});
        default:
            return put(std::uint64_t{});
    }
}

// Adds to what the record's other elements told; latencies are the only columns that are sums.
void store_sum(FlowBatch& batch, const Step& step, std::uint32_t row, std::uint64_t value) noexcept {
    auto& at = *column<std::uint32_t>(batch, step.column, row);
    const std::uint64_t before = step.only_where_zero ? at : 0;
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    at = static_cast<std::uint32_t>(value > kMost - before ? kMost : value + before);
}

void store_address(FlowBatch& batch, const Step& step, std::uint32_t row, const IpAddress& value) noexcept {
    IpAddress& at = *column<IpAddress>(batch, step.column, row);
    const bool empty = at.high() == 0 && (at.low() & 0xffffffff) == 0 && (at.low() >> 32 == 0xffff || at.low() == 0);
    if (!step.only_where_zero || empty) at = value;
}

// RFC 5905 section 6: seconds since 1900 and a 32-bit fraction; era 0 ends in 2036, smaller numbers belong to era 1.
std::uint64_t time_of_ntp(std::uint64_t ntp) noexcept {
    constexpr std::uint64_t k1970 = 2208988800;
    std::uint64_t seconds = ntp >> 32;
    if (seconds < k1970) seconds += 1ull << 32;
    return (seconds - k1970) * 1000 + ((ntp & 0xffffffff) * 1000 >> 32);
}

void store_text(FlowBatch& batch, const Step& step, std::uint32_t row, std::string_view text,
                flow::Ledger& ledger) noexcept {
    flow::Text& at = *column<flow::Text>(batch, step.column, row);
    if (step.only_where_zero && at.length != 0) return;
    if (!batch.arena.add(text, at)) ++ledger[flow::Counter::texts_lost];
}

std::string_view text_of(Conversion conversion, const std::uint8_t* data, std::uint32_t width) noexcept {
    constexpr std::uint32_t kNbarIds = 6;  // application id and number of the field
    if (conversion == Conversion::nbar_text) {
        const std::uint32_t skip = width < kNbarIds ? width : kNbarIds;
        data += skip;
        width -= skip;
    }
    if (conversion != Conversion::bytes) {
        while (width != 0 && (data[width - 1] == 0 || data[width - 1] == ' ')) --width;
    }
    return {reinterpret_cast<const char*>(data), width};
}

void store_community(FlowBatch& batch, const Step& step, std::uint32_t row, std::uint32_t value,
                     flow::Ledger& ledger) noexcept {
    constexpr std::size_t kMost = 1024;  // of text; as many communities as anybody reads
    std::array<char, kMost> text;
    flow::Text& at = *column<flow::Text>(batch, step.column, row);
    const std::string_view before = step.only_where_zero ? batch.arena.view(at) : std::string_view();
    constexpr std::size_t kLongest = 12;  // " 65535:65535"
    if (before.size() >= kMost - kLongest) return;
    std::copy(before.begin(), before.end(), text.begin());  // memcpy must not be given the null of an empty text
    const int length = std::snprintf(text.data() + before.size(), kLongest + 1, "%s%u:%u", before.empty() ? "" : " ",
                                     value >> 16, value & 0xffff);
    if (!batch.arena.add({text.data(), before.size() + static_cast<std::size_t>(length)}, at)) {
        ++ledger[flow::Counter::texts_lost];
    }
}

void store_mpls(FlowBatch& batch, const Step& step, std::uint32_t row, const std::uint8_t* data) noexcept {
    flow::MplsStack& stack = *column<flow::MplsStack>(batch, step.column, row);
    if (!step.only_where_zero) stack = {};
    stack.labels[step.label] = static_cast<std::uint32_t>(flow::load_be(data, 3));
    if (stack.count <= step.label && stack.labels[step.label] != 0) stack.count = step.label + 1u;
}

void store_icmp(FlowBatch& batch, const Step& step, std::uint32_t row, std::uint64_t value) noexcept {
    if (!is_icmp(batch.proto[row])) return;  // such templates carry the element for every protocol
    const unsigned shift = step.conversion == Conversion::icmp_type ? 8 : 0;
    // The first ICMP element of a record replaces the port, type and code in elements of their own add up.
    const unsigned before = step.only_where_zero ? batch.dst_port[row] : 0;
    batch.dst_port[row] = static_cast<std::uint16_t>(before | value << shift);
}

void store_bits(FlowBatch& batch, const Step& step, std::uint32_t row, std::uint8_t bits) noexcept {
    auto& at = *column<std::uint8_t>(batch, step.column, row);
    at = step.only_where_zero ? at | bits : bits;
}

void store_uptime(FlowBatch& batch, const Step& step, std::uint32_t row, std::uint32_t at,
                  const RecordState& record) noexcept {
    if (record.context.has_uptime) {
        store_number(batch, step, row, time_of_uptime(record.context.export_ms, record.context.uptime_ms, at));
    } else {
        store_number(batch, step, row, record.init_ms != 0 ? record.init_ms + at : 0);
    }
}

flow::Tunnel tunnel_of_segment(std::uint64_t segment) noexcept {
    constexpr unsigned kKindShift = 56;  // IANA registry, layer2SegmentId
    switch (segment >> kKindShift) {
        case 1:
            return flow::Tunnel::vxlan;
        case 2:
            return flow::Tunnel::gre;  // NVGRE
        default:
            return flow::Tunnel::none;
    }
}

// Source: Open vSwitch, ofproto-dpif-ipfix: tunnel types of its element 891.
flow::Tunnel tunnel_of_ovs(std::uint64_t type) noexcept {
    switch (type) {
        case 0:
            return flow::Tunnel::none;
        case 1:
            return flow::Tunnel::vxlan;
        case 2:
        case 5:
            return flow::Tunnel::gre;  // 5: within IPsec
        case 3:
            return flow::Tunnel::lisp;
        case 4:
            return flow::Tunnel::stt;
        case 7:
            return flow::Tunnel::geneve;
        default:
            return flow::Tunnel::other;
    }
}

// Several of them stand in a record, told apart by their upper six bits; 2 is the code of a forwarding exception.
void store_juniper(FlowBatch& batch, const Step& step, std::uint32_t row, std::uint64_t value,
                   std::uint32_t width) noexcept {
    constexpr unsigned kException = 2;
    constexpr std::uint64_t kDropped = 128;  // RFC 7270 section 4.12: dropped, reason unknown
    if (width != 2 || value >> 10 != kException) return;
    if ((value & 0x3ff) != 0) store_number(batch, step, row, kDropped);
}

// Values of the record that fill no column by themselves.
void keep(const Step& step, const std::uint8_t* data, std::uint32_t width, RecordState& record) noexcept {
    const auto value = [&] { return flow::load_be(data, width); };
    switch (step.conversion) {
        case Conversion::init_ms:
            record.init_ms = value();
            return;
        case Conversion::duration_ms:
            record.duration_ms = value();
            return;
        case Conversion::duration_us:
            record.duration_ms = value() / 1000;
            return;
        case Conversion::reverse_delay_ms:
            record.reverse_delay_ms = value();
            return;
        case Conversion::sample_interval:
            record.sample_interval = value();
            return;
        case Conversion::sample_space:
            record.sample_space = value();
            return;
        case Conversion::sample_size:
            record.sample_size = value();
            return;
        case Conversion::sample_population:
            record.sample_population = value();
            return;
        case Conversion::sample_probability:
            record.sample_rate = rate_of_probability(data, width);
            return;
        case Conversion::frame_bytes:
            record.frame_bytes = value();
            return;
        case Conversion::frame_type:
            record.frame_type = value();
            return;
        case Conversion::section_offset:
            record.section_offset = value();
            return;
        case Conversion::frame_section:
            record.frame = {data, width};
            return;
        case Conversion::ip_section:
            record.ip = {data, width};
            return;
        case Conversion::mpls_section:
            record.mpls = {data, width};
            return;
        default:
            return;  // known, and lists, which have a reader of their own
    }
}

}  // namespace

void copy_field(const Step& step, const std::uint8_t* data, std::uint32_t width, FlowBatch& batch, std::uint32_t row,
                RecordState& record, flow::Ledger& ledger) noexcept {
    const auto value = [&] { return flow::load_be(data, width); };
    switch (step.conversion) {
        case Conversion::number:
        case Conversion::octets:
        case Conversion::mac:
        case Conversion::milliseconds:
            return store_number(batch, step, row, value());
        case Conversion::application:
            return store_number(batch, step, row, application_id(data, width));
        case Conversion::low_byte:
            return store_number(batch, step, row, data[width - 1]);
        case Conversion::or_byte:
            return store_bits(batch, step, row, data[width - 1]);
        case Conversion::dscp:
            return store_number(batch, step, row, (value() & 0x3f) << 2);
        case Conversion::times_1000:
        case Conversion::seconds:
            return store_number(batch, step, row, flow::multiply_saturated(value(), 1000));
        case Conversion::plus:
            return store_sum(batch, step, row, value());
        case Conversion::plus_million:
            return store_sum(batch, step, row, flow::multiply_saturated(value(), 1'000'000));
        case Conversion::ipv4:
            return store_address(batch, step, row, IpAddress::v4(flow::load_be32(data)));
        case Conversion::ipv6:
            return store_address(batch, step, row, IpAddress::v6(data));
        case Conversion::text:
        case Conversion::nbar_text:
        case Conversion::bytes:
            return store_text(batch, step, row, text_of(step.conversion, data, width), ledger);
        case Conversion::community:
            return store_community(batch, step, row, static_cast<std::uint32_t>(value()), ledger);
        case Conversion::acl:
            *column<flow::AclId>(batch, step.column, row) = {flow::load_be32(data), flow::load_be32(data + 4),
                                                             flow::load_be32(data + 8)};
            return;
        case Conversion::mpls:
            return store_mpls(batch, step, row, data);
        case Conversion::icmp_type_code:
        case Conversion::icmp_type:
        case Conversion::icmp_code:
            return store_icmp(batch, step, row, value());
        case Conversion::ntp:
            return store_number(batch, step, row, time_of_ntp(value()));
        case Conversion::uptime_ms:
            return store_uptime(batch, step, row, static_cast<std::uint32_t>(value()), record);
        case Conversion::before_export_us:
            return store_number(batch, step, row, record.context.export_ms - value() / 1000);
        case Conversion::segment:
            return store_number(batch, step, row, value() & 0xffffff);
        case Conversion::segment_tunnel:
            return store_number(batch, step, row, static_cast<std::uint64_t>(tunnel_of_segment(value())));
        case Conversion::ovs_tunnel:
            return store_number(batch, step, row, static_cast<std::uint64_t>(tunnel_of_ovs(value())));
        case Conversion::juniper_exception:
            return store_juniper(batch, step, row, value(), width);
        default:
            return keep(step, data, width, record);
    }
}

}  // namespace decode
