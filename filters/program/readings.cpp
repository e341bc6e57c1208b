// SPDX-License-Identifier: Apache-2.0
#include "filters/program/readings.hpp"

#include <algorithm>
#include <cassert>
#include <type_traits>

#include "dataplane/flow/scale.hpp"

namespace filters::program {

namespace {

using flow::Column;
using flow::FlowBatch;
using language::Reading;
using language::Subject;

// RFC 3032 section 2.1, in the low 24 bits.
constexpr unsigned kLabelShift = 4;
constexpr unsigned kExpShift = 1;
constexpr std::uint32_t kExpMask = 7;
constexpr std::uint32_t kBottom = 1;

unsigned bytes_of_column(Column column) noexcept {
    switch (column) {
#define X(name, type, what) \
    case Column::name:      \
        return std::is_integral_v<type> || std::is_same_v<type, flow::IpAddress> ? unsigned{sizeof(type)} : 0;
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    return 0;
}

std::uint64_t scaled_packets(const FlowBatch& b, std::uint32_t row) noexcept {
    return flow::scaled(b.in_packets[row], b.sampling[row], b.thinning[row]);
}
std::uint64_t scaled_bytes(const FlowBatch& b, std::uint32_t row) noexcept {
    return flow::scaled(b.in_bytes[row], b.sampling[row], b.thinning[row]);
}
std::uint64_t duration_of(const FlowBatch& b, std::uint32_t row) noexcept {
    return b.last_ms[row] > b.first_ms[row] ? b.last_ms[row] - b.first_ms[row] : 0;
}
std::uint64_t ratio(std::uint64_t number, std::uint64_t times, std::uint64_t by) noexcept {
    __extension__ using Wide = unsigned __int128;
    if (by == 0) return 0;
    std::uint64_t product = 0;
    if (!__builtin_mul_overflow(number, times, &product)) [[likely]]
        return product / by;
    return static_cast<std::uint64_t>(std::min<Wide>(Wide{number} * times / by, ~0ull));
}
std::uint64_t flows_of(const FlowBatch& b, std::uint32_t row) noexcept {
    const std::uint32_t told = b.has(row, Column::flow_count) ? b.flow_count[row] : 1;
    return flow::scaled_flows(b.thinning[row]) * std::max(told, 1u);
}
// An exporter that gives a block's size instead of its end leaves the end 0.
bool in_block(const FlowBatch& b, std::uint32_t row, std::uint16_t port) noexcept {
    const std::uint32_t start = b.port_block_start[row];
    const std::uint32_t end = b.port_block_end[row] != 0 ? b.port_block_end[row] + 1u : start + b.port_block_size[row];
    return start <= port && port < end;
}
std::uint32_t acl_part(const flow::AclId& id, unsigned index) noexcept {
    return index == 0 ? id.acl : index == 1 ? id.ace : id.xace;
}

template <class Value, class One>
void fill(const FlowBatch& batch, void* values, One one) noexcept {
    auto* out = static_cast<Value*>(values);
    for (std::uint32_t row = 0; row < batch.rows; ++row) out[row] = static_cast<Value>(one(row));
}

// Keeps of `rows` those for which has(row).
template <class Has>
void keep(RowBits& rows, Has has) noexcept {
    for (std::size_t word = 0; word < kWords; ++word) {
        for (std::uint64_t left = rows[word]; left != 0; left &= left - 1) {
            const auto bit = static_cast<unsigned>(__builtin_ctzll(left));
            if (!has(static_cast<std::uint32_t>(word * 64 + bit))) rows[word] &= ~(1ull << bit);
        }
    }
}

void mpls_entries(const FlowBatch& b, Subject subject, const BatchFacts& facts, void* values, RowBits& rows) noexcept {
    const std::size_t entry = subject.index - 1u;
    if (entry >= facts.most_labels) {
        rows.fill(0);
        return;
    }
    keep(rows, [&](std::uint32_t row) { return entry < b.mpls[row].count; });
    if (subject.reading == Reading::mpls_label) {
        fill<std::uint32_t>(b, values, [&](std::uint32_t row) { return b.mpls[row].labels[entry] >> kLabelShift; });
    } else {
        fill<std::uint8_t>(b, values,
                           [&](std::uint32_t row) { return b.mpls[row].labels[entry] >> kExpShift & kExpMask; });
    }
}

void mpls_bottom(const FlowBatch& b, void* values, RowBits& rows) noexcept {
    auto* out = static_cast<std::uint32_t*>(values);
    keep(rows, [&](std::uint32_t row) {
        const flow::MplsStack& stack = b.mpls[row];
        const std::size_t count = std::min<std::size_t>(stack.count, stack.labels.size());
        for (std::size_t i = 0; i < count; ++i) {
            if ((stack.labels[i] & kBottom) == 0) continue;
            out[row] = stack.labels[i] >> kLabelShift;
            return true;
        }
        return false;
    });
}

void counters(const FlowBatch& b, Subject subject, const BatchFacts& facts, void* values) noexcept {
    const auto each = [&](auto one) { fill<std::uint64_t>(b, values, one); };
    switch (subject.reading) {
        case Reading::packets:
            return each([&](auto row) { return scaled_packets(b, row); });
        case Reading::bytes:
            return each([&](auto row) { return scaled_bytes(b, row); });
        case Reading::out_packets:
            return each([&](auto row) { return flow::scaled(b.out_packets[row], b.sampling[row], b.thinning[row]); });
        case Reading::out_bytes:
            return each([&](auto row) { return flow::scaled(b.out_bytes[row], b.sampling[row], b.thinning[row]); });
        case Reading::flows:
            return each([&](auto row) { return flows_of(b, row); });
        case Reading::duration_ms:
            return each([&](auto row) { return duration_of(b, row); });
        case Reading::pps:
            return each([&](auto row) { return ratio(scaled_packets(b, row), 1000, duration_of(b, row)); });
        case Reading::bps:
            return each([&](auto row) { return ratio(scaled_bytes(b, row), 8000, duration_of(b, row)); });
        case Reading::bpp:
            return each([&](auto row) { return ratio(scaled_bytes(b, row), 1, scaled_packets(b, row)); });
        case Reading::count:
            return each([&](auto row) { return facts.rows_before + row + 1; });
        default:
            break;
    }
    assert(false && "not a counter");
}

}  // namespace

const void* values_of(const FlowBatch& batch, Column column) noexcept {
    switch (column) {
#define X(name, type, what) \
    case Column::name:      \
        return batch.name.data();
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    assert(false && "no such column");
    return nullptr;
}

unsigned bytes_of(Subject subject) noexcept {
    switch (subject.reading) {
        case Reading::column:
            return bytes_of_column(subject.column);
        case Reading::packets:
        case Reading::bytes:
        case Reading::out_packets:
        case Reading::out_bytes:
        case Reading::flows:
        case Reading::duration_ms:
        case Reading::pps:
        case Reading::bps:
        case Reading::bpp:
        case Reading::count:
            return 8;
        case Reading::mpls_label:
        case Reading::mpls_eos:
        case Reading::ingress_acl:
        case Reading::egress_acl:
        case Reading::exporter_id:
            return 4;
        case Reading::icmp_type:
        case Reading::icmp_code:
        case Reading::mpls_exp:
        case Reading::same_ttl:
        case Reading::in_port_block:
        case Reading::exporter_version:
        case Reading::engine_type:
        case Reading::engine_id:
            return 1;
        case Reading::exporter_address:
            return sizeof(flow::IpAddress);
        default:
            return 0;
    }
}

bool is_of_exporter(Subject subject) noexcept {
    switch (subject.reading) {
        case Reading::exporter_address:
        case Reading::exporter_id:
        case Reading::exporter_version:
        case Reading::engine_type:
        case Reading::engine_id:
            return true;
        default:
            return false;
    }
}

bool is_worked_out(Subject subject) noexcept {
    const unsigned bytes = bytes_of(subject);
    return subject.reading != Reading::column && bytes != 0 && !is_of_exporter(subject);
}

std::string_view recipe_of(Subject subject) noexcept {
    switch (subject.reading) {
        case Reading::packets:
        case Reading::bytes:
        case Reading::out_packets:
        case Reading::out_bytes:
            return "scaled by sampling and thinning, where a batch has any";
        case Reading::flows:
            return "flow_count, scaled by thinning";
        case Reading::duration_ms:
            return "last_ms - first_ms";
        case Reading::pps:
            return "packets * 1000 / duration_ms";
        case Reading::bps:
            return "bytes * 8000 / duration_ms";
        case Reading::bpp:
            return "bytes / packets";
        case Reading::count:
            return "rows counted";
        case Reading::mpls_label:
        case Reading::mpls_exp:
        case Reading::mpls_eos:
            return "read from the label stack";
        case Reading::ingress_acl:
        case Reading::egress_acl:
            return "read from the access-list id";
        case Reading::same_ttl:
            return "min_ttl and max_ttl compared";
        case Reading::in_port_block:
            return "port and NAT port block compared";
        case Reading::exporter_address:
        case Reading::exporter_id:
        case Reading::exporter_version:
        case Reading::engine_type:
        case Reading::engine_id:
            return "asked once a run of rows from one exporter";
        default:
            return {};
    }
}

std::uint32_t most_labels(const FlowBatch& batch, const std::uint64_t* rows) noexcept {
    std::uint32_t most = 0;
    for (std::size_t word = 0; word < kWords; ++word) {
        for (std::uint64_t left = rows[word]; left != 0; left &= left - 1) {
            most = std::max(most, batch.mpls[word * 64 + static_cast<std::size_t>(__builtin_ctzll(left))].count);
        }
    }
    return most;
}

void work_out(const FlowBatch& batch, Subject subject, const BatchFacts& facts, void* values, RowBits& rows) noexcept {
    switch (subject.reading) {
        case Reading::mpls_label:
        case Reading::mpls_exp:
            return mpls_entries(batch, subject, facts, values, rows);
        case Reading::mpls_eos:
            return mpls_bottom(batch, values, rows);
        case Reading::ingress_acl:
            return fill<std::uint32_t>(batch, values,
                                       [&](auto row) { return acl_part(batch.ingress_acl[row], subject.index); });
        case Reading::egress_acl:
            return fill<std::uint32_t>(batch, values,
                                       [&](auto row) { return acl_part(batch.egress_acl[row], subject.index); });
        case Reading::same_ttl:
            return fill<std::uint8_t>(batch, values,
                                      [&](auto row) { return batch.min_ttl[row] == batch.max_ttl[row]; });
        case Reading::in_port_block: {
            const auto& ports = subject.index == 0 ? batch.src_port : batch.dst_port;
            return fill<std::uint8_t>(batch, values, [&](auto row) { return in_block(batch, row, ports[row]); });
        }
        case Reading::icmp_code:
            return fill<std::uint8_t>(batch, values, [&](auto row) { return batch.dst_port[row] & 0xff; });
        default:
            return counters(batch, subject, facts, values);
    }
}

}  // namespace filters::program
