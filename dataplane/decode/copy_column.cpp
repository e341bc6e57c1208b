// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "dataplane/decode/copy_field.hpp"

namespace decode {
namespace {

using flow::FlowBatch;
using flow::IpAddress;

template <class T, std::size_t W>
void copy_numbers(FlowBatch& batch, const Step& step, const std::uint8_t* from, std::uint32_t stride,
                  std::uint32_t count, std::uint32_t row) noexcept {
    T* to = column<T>(batch, step.column, row);
    const auto put = [&](std::uint32_t i, std::uint64_t value) {
        if constexpr (W > sizeof(T)) {
            constexpr std::uint64_t kMost = std::numeric_limits<T>::max();
            value = value > kMost ? kMost : value;
        }
        to[i] = static_cast<T>(value);
    };
    for (std::uint32_t i = 0; i < count; ++i, from += stride) {
        if constexpr (W == 1) put(i, *from);
        if constexpr (W == 2) put(i, flow::load_be16(from));
        if constexpr (W == 4) put(i, flow::load_be32(from));
        if constexpr (W == 8) put(i, flow::load_be64(from));
    }
}

template <std::size_t W>
bool copy_numbers_of(FlowBatch& batch, const Step& step, const std::uint8_t* from, std::uint32_t stride,
                     std::uint32_t count, std::uint32_t row) noexcept {
    switch (column_place(step.column).width) {
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

bool copy_column(const Step& step, const std::uint8_t* from, std::uint32_t stride, std::uint32_t count,
                 FlowBatch& batch, std::uint32_t row, const RecordContext& context) noexcept {
    if (step.only_where_zero) return false;
    switch (step.conversion) {
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
