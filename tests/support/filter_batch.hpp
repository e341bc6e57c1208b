// SPDX-License-Identifier: Apache-2.0
// A FlowBatch for filter tests: rows written one at a time, pages of rare columns left alone.
//
// Thread: one.
#pragma once

#include <sys/mman.h>

#include <cassert>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "dataplane/flow/batch.hpp"

namespace support {

// What a record brings in any column.
struct FilterValue {
    template <class Value>
    FilterValue(flow::Column c, Value v) : column(c) {
        if constexpr (std::is_convertible_v<Value, std::uint64_t>) {
            value = static_cast<std::uint64_t>(v);
        } else {
            value = v;
        }
    }
    flow::Column column;
    // numbers; addresses and texts; the rest
    std::variant<std::uint64_t, std::string_view, flow::MplsStack, flow::AclId> value;
};

// Labels given as numbers, the last with the bottom-of-stack bit. EXP bits are 0.
inline flow::MplsStack mpls_stack(std::initializer_list<std::uint32_t> labels) {
    flow::MplsStack out;
    for (const std::uint32_t label : labels) out.labels[out.count++] = label << 4;
    if (out.count != 0) out.labels[out.count - 1] |= 1;
    return out;
}

struct FilterRow {
    std::string_view src{};  // empty = the record named none
    std::string_view dst{};
    std::uint8_t proto = 6;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint16_t source = 0;
    std::string_view payload{};  // empty = the record has none
    std::vector<FilterValue> more{};
};

class FilterBatch {
  public:
    FilterBatch() {
        // Value-initialising would write megabytes of columns that no row here uses.
        void* memory =
            mmap(nullptr, sizeof(flow::FlowBatch), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert(memory != MAP_FAILED);
        batch_.reset(static_cast<flow::FlowBatch*>(memory));
        batch_->reset();
    }
    FilterBatch(std::initializer_list<FilterRow> rows) : FilterBatch() {
        for (const FilterRow& row : rows) add(row);
    }

    void add(const FilterRow& row) {
        const auto parse = [](std::string_view text) { return flow::IpAddress::parse(text).value(); };
        add(row.src.empty() ? flow::IpAddress{} : parse(row.src), row.dst.empty() ? flow::IpAddress{} : parse(row.dst),
            row);
    }
    // `row.src` and `row.dst` only say whether there is an address; `src` and `dst` are those.
    void add(const flow::IpAddress& src, const flow::IpAddress& dst, const FilterRow& row) {
        flow::FlowBatch& b = *batch_;
        const std::uint32_t r = b.rows++;
        b.src_addr[r] = src;
        b.dst_addr[r] = dst;
        b.proto[r] = row.proto;
        b.src_port[r] = row.src_port;
        b.dst_port[r] = row.dst_port;
        b.source[r] = row.source;
        b.family[r] = row.src.empty() && row.dst.empty() ? 0 : (row.src.empty() ? dst : src).is_v4() ? 4 : 6;
        b.present[r] = flow::present_bit(flow::Column::proto) | flow::present_bit(flow::Column::src_port);
        if (!row.src.empty()) b.present[r] |= flow::present_bit(flow::Column::src_addr);
        if (!row.dst.empty()) b.present[r] |= flow::present_bit(flow::Column::dst_addr);
        if (!row.payload.empty() && b.arena.add(row.payload, b.payload[r])) {
            b.present[r] |= flow::present_bit(flow::Column::payload);
        }
        b.present_any |= b.present[r];
        for (const FilterValue& value : row.more) set(r, value);
    }
    // Writes a column of a row and its presence bit; those it shares the bit with become 0 where they were missing.
    void set(std::uint32_t row, const FilterValue& value) {
        flow::FlowBatch& b = *batch_;
        const std::uint64_t bit = flow::present_bit(value.column);
        const bool fresh = (b.present[row] & bit) == 0;
        const auto visit = [&](flow::Column c, auto& column) {
            if (fresh && bit != 0 && flow::present_bit(c) == bit) column[row] = {};
            if (c == value.column) write(value, column[row]);
        };
#define X(name, type, what) visit(flow::Column::name, b.name);
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        b.present[row] |= bit;
        b.present_any |= bit;
    }
    // Rare columns as a worker leaves them: full of what other batches had. Before rows are added.
    void scribble() {
#define X(name, type, what) std::memset(static_cast<void*>(batch_->name.data()), 0xa5, sizeof(batch_->name));
        FLOW_RARE_COLUMNS(X)
#undef X
    }

    [[nodiscard]] flow::FlowBatch& operator*() noexcept {
        return *batch_;
    }
    [[nodiscard]] flow::FlowBatch* operator->() noexcept {
        return batch_.get();
    }

  private:
    template <class Type>
    void write(const FilterValue& value, Type& to) {
        if constexpr (std::is_same_v<Type, flow::IpAddress>) {
            to = flow::IpAddress::parse(std::get<std::string_view>(value.value)).value();
        } else if constexpr (std::is_same_v<Type, flow::Text>) {
            const bool added = batch_->arena.add(std::get<std::string_view>(value.value), to);
            assert(added);
            static_cast<void>(added);
        } else if constexpr (std::is_integral_v<Type>) {
            to = static_cast<Type>(std::get<std::uint64_t>(value.value));
        } else {
            to = std::get<Type>(value.value);
        }
    }

    struct Unmap {
        void operator()(flow::FlowBatch* batch) const noexcept { munmap(batch, sizeof(flow::FlowBatch)); }
    };
    std::unique_ptr<flow::FlowBatch, Unmap> batch_;
};

}  // namespace support
