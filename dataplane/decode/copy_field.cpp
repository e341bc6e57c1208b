// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/copy_field.hpp"

#include <cstddef>

#include "dataplane/flow/scale.hpp"

namespace decode {
namespace {

using flow::Column;
using flow::FlowBatch;
using flow::IpAddress;

constexpr std::array<ColumnPlace, flow::kColumns> kPlaces{{
#define X(name, type, what) {offsetof(FlowBatch, name), sizeof(type)},
    FLOW_COMMON_COLUMNS(X) FLOW_RARE_COLUMNS(X)
#undef X
}};

template <class T>
T* column(FlowBatch& batch, Column c, std::uint32_t row) noexcept {
    return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(&batch) + kPlaces[static_cast<std::size_t>(c)].offset) +
           row;
}

void store_number(FlowBatch& batch, const Step& step, std::uint32_t row, std::uint64_t value) noexcept {
    const auto put = [&]<class T>(T) {
        T& at = *column<T>(batch, step.column, row);
        if (!step.only_where_zero || at == 0) at = static_cast<T>(value);
    };
    switch (kPlaces[static_cast<std::size_t>(step.column)].width) {
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

void store_text(FlowBatch& batch, const Step& step, std::uint32_t row, const std::uint8_t* data, std::uint32_t width,
                flow::Ledger& ledger) noexcept {
    while (width != 0 && (data[width - 1] == 0 || data[width - 1] == ' ')) --width;
    flow::Text& at = *column<flow::Text>(batch, step.column, row);
    if (step.only_where_zero && at.length != 0) return;
    if (!batch.arena.add({reinterpret_cast<const char*>(data), width}, at)) ++ledger[flow::Counter::texts_lost];
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

void store_uptime(FlowBatch& batch, const Step& step, std::uint32_t row, std::uint32_t at,
                  const RecordState& record) noexcept {
    if (record.context.has_uptime) {
        store_number(batch, step, row, time_of_uptime(record.context.export_ms, record.context.uptime_ms, at));
    } else {
        store_number(batch, step, row, record.init_ms != 0 ? record.init_ms + at : 0);
    }
}

template <class T, int W>
void copy_numbers(FlowBatch& batch, const Step& step, const std::uint8_t* from, std::uint32_t stride,
                  std::uint32_t count, std::uint32_t row) noexcept {
    T* to = column<T>(batch, step.column, row);
    for (std::uint32_t i = 0; i < count; ++i, from += stride) {
        if constexpr (W == 1) to[i] = static_cast<T>(*from);
        if constexpr (W == 2) to[i] = static_cast<T>(flow::load_be16(from));
        if constexpr (W == 4) to[i] = static_cast<T>(flow::load_be32(from));
        if constexpr (W == 8) to[i] = static_cast<T>(flow::load_be64(from));
    }
}

template <int W>
bool copy_numbers_of(FlowBatch& batch, const Step& step, const std::uint8_t* from, std::uint32_t stride,
                     std::uint32_t count, std::uint32_t row) noexcept {
    switch (kPlaces[static_cast<std::size_t>(step.column)].width) {
        case 1:
            copy_numbers<std::uint8_t, W>(batch, step, from, stride, count, row);
            return true;
        case 2:
            copy_numbers<std::uint16_t, W>(batch, step, from, stride, count, row);
            return true;
        case 4:
            copy_numbers<std::uint32_t, W>(batch, step, from, stride, count, row);
            return true;
        case 8:
            copy_numbers<std::uint64_t, W>(batch, step, from, stride, count, row);
            return true;
        default:
            return false;
    }
}

bool copy_number_column(FlowBatch& batch, const Step& step, std::uint32_t width, const std::uint8_t* from,
                        std::uint32_t stride, std::uint32_t count, std::uint32_t row) noexcept {
    switch (width) {
        case 1:
            return copy_numbers_of<1>(batch, step, from, stride, count, row);
        case 2:
            return copy_numbers_of<2>(batch, step, from, stride, count, row);
        case 4:
            return copy_numbers_of<4>(batch, step, from, stride, count, row);
        case 8:
            return copy_numbers_of<8>(batch, step, from, stride, count, row);
        default:
            return false;
    }
}

}  // namespace

ColumnPlace column_place(Column c) noexcept {
    return kPlaces[static_cast<std::size_t>(c)];
}

bool fits(const Element& element, std::uint16_t width) noexcept {
    const bool variable = width == kVariableLength;
    switch (element.conversion) {
        case Conversion::known:
        case Conversion::text:
            return true;
        case Conversion::ipv4:
            return width == 4;
        case Conversion::ipv6:
            return width == 16;
        case Conversion::mac:
            return width == 6;
        case Conversion::acl:
            return width == 12;
        case Conversion::mpls:
            return width == 3;
        case Conversion::octets:
            return !variable && width >= 1 && width <= 8;
        case Conversion::number:
            return width >= 1 && width <= column_place(element.column).width;
        case Conversion::icmp_type:
        case Conversion::icmp_code:
            return width == 1;
        case Conversion::icmp_type_code:
            return width == 2;
        default:
            return !variable && width >= 1 && width <= 8;
    }
}

void copy_field(const Step& step, const std::uint8_t* data, std::uint32_t width, FlowBatch& batch, std::uint32_t row,
                RecordState& record, flow::Ledger& ledger) noexcept {
    const auto value = [&] { return flow::load_be(data, width); };
    switch (step.conversion) {
        case Conversion::known:
            return;
        case Conversion::number:
        case Conversion::octets:
        case Conversion::mac:
        case Conversion::milliseconds:
            return store_number(batch, step, row, value());
        case Conversion::low_byte:
            return store_number(batch, step, row, data[width - 1]);
        case Conversion::ipv4:
            return store_address(batch, step, row, IpAddress::v4(flow::load_be32(data)));
        case Conversion::ipv6:
            return store_address(batch, step, row, IpAddress::v6(data));
        case Conversion::text:
            return store_text(batch, step, row, data, width, ledger);
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
        case Conversion::seconds:
            return store_number(batch, step, row, flow::multiply_saturated(value(), 1000));
        case Conversion::ntp:
            return store_number(batch, step, row, time_of_ntp(value()));
        case Conversion::uptime_ms:
            return store_uptime(batch, step, row, static_cast<std::uint32_t>(value()), record);
        case Conversion::before_export_us:
            return store_number(batch, step, row, record.context.export_ms - value() / 1000);
        case Conversion::init_ms:
            record.init_ms = value();
            return;
        case Conversion::duration_ms:
            record.duration_ms = value();
            return;
        case Conversion::duration_us:
            record.duration_ms = value() / 1000;
            return;
    }
}

bool copy_column(const Step& step, const std::uint8_t* from, std::uint32_t stride, std::uint32_t count,
                 FlowBatch& batch, std::uint32_t row, const RecordContext& context) noexcept {
    if (step.only_where_zero) return false;
    switch (step.conversion) {
        case Conversion::known:
            return true;
        case Conversion::number:
        case Conversion::milliseconds:
            return copy_number_column(batch, step, step.width, from, stride, count, row);
        case Conversion::low_byte:
            return copy_number_column(batch, step, 1, from + step.width - 1, stride, count, row);
        case Conversion::ipv4: {
            IpAddress* to = column<IpAddress>(batch, step.column, row);
            for (std::uint32_t i = 0; i < count; ++i, from += stride) {
                std::uint32_t network_order;
                std::memcpy(&network_order, from, 4);
                const std::uint64_t halves[2] = {0, static_cast<std::uint64_t>(network_order) << 32 | 0xffff0000u};
                std::memcpy(&to[i], halves, 16);
            }
            return true;
        }
        case Conversion::ipv6: {
            IpAddress* to = column<IpAddress>(batch, step.column, row);
            for (std::uint32_t i = 0; i < count; ++i, from += stride) std::memcpy(&to[i], from, 16);
            return true;
        }
        case Conversion::uptime_ms: {
            if (step.width != 4) return false;
            auto* to = column<std::uint64_t>(batch, step.column, row);
            for (std::uint32_t i = 0; i < count; ++i, from += stride) {
                to[i] = time_of_uptime(context.export_ms, context.uptime_ms, flow::load_be32(from));
            }
            return true;
        }
        case Conversion::icmp_type_code: {
            for (std::uint32_t i = row; i < row + count; ++i, from += stride) {
                if (is_icmp(batch.proto[i])) batch.dst_port[i] = flow::load_be16(from);
            }
            return true;
        }
        default:
            return false;
    }
}

}  // namespace decode
