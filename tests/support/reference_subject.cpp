// SPDX-License-Identifier: Apache-2.0
// What each subject is in a row.
#include <algorithm>
#include <limits>
#include <type_traits>

#include "filters/text/fingerprint.hpp"
#include "filters/text/payload.hpp"
#include "filters/text/tls_hello.hpp"
#include "tests/support/reference_filter.hpp"

namespace support {

namespace {

using filters::language::Reading;
using filters::language::Subject;
using flow::Column;
using flow::FlowBatch;

__extension__ using Wide = unsigned __int128;

std::uint64_t narrow(Wide value) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    return value > kMost ? kMost : static_cast<std::uint64_t>(value);
}

// nfdump's basic block: no record lacks it.
bool is_in_every_record(Column column) {
    constexpr std::array kBasic = {Column::proto, Column::src_port,   Column::dst_port, Column::tcp_flags,
                                   Column::tos,   Column::in_packets, Column::in_bytes, Column::forwarding_status};
    return flow::present_bit(column) == 0 || std::find(kBasic.begin(), kBasic.end(), column) != kBasic.end();
}

bool brought(const FlowBatch& batch, std::uint32_t row, Column column) {
    return is_in_every_record(column) || (batch.present[row] & flow::present_bit(column)) != 0;
}

// The column as a Wanted; nullopt where it is of another type or the record did not bring it.
template <class Wanted>
std::optional<Wanted> column_of(const FlowBatch& batch, std::uint32_t row, Column column) {
    if (!brought(batch, row, column)) return std::nullopt;
    switch (column) {
#define X(name, type, what)                                \
    case Column::name:                                     \
        if constexpr (std::is_convertible_v<type, Wanted>) \
            return static_cast<Wanted>(batch.name[row]);   \
        else                                               \
            return std::nullopt;
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    return std::nullopt;
}

// Packets or bytes as they were on the wire.
std::uint64_t on_the_wire(const FlowBatch& batch, std::uint32_t row, std::uint64_t raw) {
    const Wide sampling = batch.sampling[row] == 0 ? 1 : batch.sampling[row];
    const Wide thinning = batch.thinning[row] == 0 ? 1 : batch.thinning[row];
    return narrow(Wide{raw} * sampling * thinning);
}

std::optional<std::uint64_t> scaled_column(const FlowBatch& batch, std::uint32_t row, Column column) {
    const auto raw = column_of<std::uint64_t>(batch, row, column);
    if (!raw) return std::nullopt;
    return on_the_wire(batch, row, *raw);
}

std::uint64_t flows(const FlowBatch& batch, std::uint32_t row) {
    const std::uint64_t told = column_of<std::uint64_t>(batch, row, Column::flow_count).value_or(1);
    return narrow(Wide{std::max<std::uint64_t>(1, told)} * std::max<Wide>(1, batch.thinning[row]));
}

std::uint64_t duration_ms(const FlowBatch& batch, std::uint32_t row) {
    return batch.last_ms[row] > batch.first_ms[row] ? batch.last_ms[row] - batch.first_ms[row] : 0;
}

std::uint64_t divided(Wide value, std::uint64_t by) {
    return by == 0 ? 0 : narrow(value / by);
}

// Entry `index` of the label stack, 24 bits; nullopt: there are fewer.
std::optional<std::uint32_t> label(const FlowBatch& batch, std::uint32_t row, std::size_t index) {
    if (!brought(batch, row, Column::mpls) || index >= batch.mpls[row].count) return std::nullopt;
    return batch.mpls[row].labels.at(index);
}

std::optional<std::uint64_t> bottom_label(const FlowBatch& batch, std::uint32_t row) {
    for (std::size_t i = 0; const auto entry = label(batch, row, i); ++i) {
        if ((*entry & 1) != 0) return *entry >> 4;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> access_list(const FlowBatch& batch, std::uint32_t row, Subject subject) {
    const Column column = subject.reading == Reading::ingress_acl ? Column::ingress_acl : Column::egress_acl;
    if (!brought(batch, row, column)) return std::nullopt;
    const flow::AclId& id = column == Column::ingress_acl ? batch.ingress_acl[row] : batch.egress_acl[row];
    return subject.index == 0 ? id.acl : subject.index == 1 ? id.ace : id.xace;
}

std::optional<std::uint64_t> in_port_block(const FlowBatch& batch, std::uint32_t row, std::uint8_t side) {
    if (!brought(batch, row, Column::port_block_start)) return std::nullopt;
    const int port = side == 0 ? batch.src_port[row] : batch.dst_port[row];
    const int start = batch.port_block_start[row];
    const int last =
        batch.port_block_end[row] == 0 ? start + batch.port_block_size[row] - 1 : batch.port_block_end[row];
    return start <= port && port <= last ? 1 : 0;
}

// Taken from where the engine takes it: hellos and their digests have tests of their own.
std::optional<std::string> of_hello(Reading reading, std::string_view payload) {
    static filters::text::Fingerprinter digests = filters::text::Fingerprinter::make().value();
    const auto hello =
        filters::text::read_tls_hello({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
    std::string_view text;
    if (hello && reading == Reading::tls_server_name) text = hello->server_name;
    if (hello && hello->complete && reading == Reading::tls_ja3) text = digests.ja3(*hello);
    if (hello && hello->complete && reading == Reading::tls_ja4) text = digests.ja4(*hello);
    if (text.empty()) return std::nullopt;
    return std::string(text);
}

const flow::ExporterKey* exporter(const FlowBatch& batch, std::uint32_t row, const FilterWorld& world) {
    if (world.exporters == nullptr || batch.exporter[row] >= world.exporters->size()) return nullptr;
    return &world.exporters->key(batch.exporter[row]);
}

std::optional<std::uint64_t> of_exporter(const FlowBatch& batch, std::uint32_t row, const FilterWorld& world,
                                         Reading reading) {
    const flow::ExporterKey* key = exporter(batch, row, world);
    if (key == nullptr) return std::nullopt;
    switch (reading) {
        case Reading::exporter_id:
            return batch.exporter[row] + std::uint64_t{1};
        case Reading::exporter_version:
            return key->protocol == flow::Protocol::sflow5 ? 5 : static_cast<std::uint64_t>(key->protocol);
        case Reading::engine_type:
            return key->domain / 256 % 256;
        default:
            return key->domain % 256;
    }
}

// What the record told; where it told none, or 0, what is known of the address.
std::optional<std::uint64_t> as_number(const FlowBatch& batch, std::uint32_t row, Column column,
                                       const FilterWorld& world) {
    const auto told = column_of<std::uint64_t>(batch, row, column);
    if (told.value_or(0) != 0 || !world.as_of) return told;
    const Column side = column == Column::src_as ? Column::src_addr : Column::dst_addr;
    const auto address = column_of<flow::IpAddress>(batch, row, side);
    const std::uint32_t known = address ? world.as_of(*address) : 0;
    if (known == 0) return told;
    return known;
}

}  // namespace

std::optional<std::uint64_t> number_of(Subject subject, const FlowBatch& batch, std::uint32_t row,
                                       const FilterWorld& world) {
    const std::uint64_t packets = on_the_wire(batch, row, batch.in_packets[row]);
    const std::uint64_t bytes = on_the_wire(batch, row, batch.in_bytes[row]);
    switch (subject.reading) {
        case Reading::column:
            if (subject.column == Column::src_as || subject.column == Column::dst_as) {
                return as_number(batch, row, subject.column, world);
            }
            return column_of<std::uint64_t>(batch, row, subject.column);
        case Reading::icmp_type:
            return batch.dst_port[row] / 256;
        case Reading::icmp_code:
            return batch.dst_port[row] % 256;
        case Reading::packets:
            return packets;
        case Reading::bytes:
            return bytes;
        case Reading::out_packets:
            return scaled_column(batch, row, Column::out_packets);
        case Reading::out_bytes:
            return scaled_column(batch, row, Column::out_bytes);
        case Reading::flows:
            return flows(batch, row);
        case Reading::duration_ms:
            return duration_ms(batch, row);
        case Reading::pps:
            return divided(Wide{packets} * 1000, duration_ms(batch, row));
        case Reading::bps:
            return divided(Wide{bytes} * 8000, duration_ms(batch, row));
        case Reading::bpp:
            return divided(bytes, packets);
        case Reading::count:
            return row + std::uint64_t{1};
        case Reading::mpls_label:
        case Reading::mpls_exp: {
            const auto entry = label(batch, row, subject.index - std::size_t{1});
            if (!entry) return std::nullopt;
            return subject.reading == Reading::mpls_label ? *entry >> 4 : *entry >> 1 & 7;
        }
        case Reading::mpls_eos:
            return bottom_label(batch, row);
        case Reading::ingress_acl:
        case Reading::egress_acl:
            return access_list(batch, row, subject);
        case Reading::same_ttl:
            if (!brought(batch, row, Column::min_ttl)) return std::nullopt;
            return batch.min_ttl[row] == batch.max_ttl[row] ? 1 : 0;
        case Reading::in_port_block:
            return in_port_block(batch, row, subject.index);
        case Reading::exporter_id:
        case Reading::exporter_version:
        case Reading::engine_type:
        case Reading::engine_id:
            return of_exporter(batch, row, world, subject.reading);
        default:
            return std::nullopt;  // not a number
    }
}

std::optional<flow::IpAddress> address_of(Subject subject, const FlowBatch& batch, std::uint32_t row,
                                          const FilterWorld& world) {
    if (subject.reading == Reading::column) return column_of<flow::IpAddress>(batch, row, subject.column);
    const flow::ExporterKey* key = exporter(batch, row, world);
    if (key == nullptr) return std::nullopt;
    return key->protocol == flow::Protocol::sflow5 ? key->agent : key->address;
}

std::optional<std::string> text_of(Subject subject, const FlowBatch& batch, std::uint32_t row) {
    const Column column = subject.reading == Reading::column ? subject.column : Column::payload;
    const auto text = column_of<flow::Text>(batch, row, column);
    if (!text) return std::nullopt;
    const std::string_view bytes = batch.arena.view(*text);
    if (subject.reading == Reading::column) return std::string(bytes);
    const std::string_view payload = filters::text::application_bytes(bytes, batch.proto[row]);
    if (subject.reading == Reading::application_bytes) return std::string(payload);
    constexpr std::uint8_t kTcp = 6;
    if (batch.proto[row] != kTcp) return std::nullopt;
    return of_hello(subject.reading, payload);
}

}  // namespace support
