// SPDX-License-Identifier: Apache-2.0
// A FlowBatch for filter tests: rows written one at a time, pages of rare columns left alone.
//
// Thread: one.
#pragma once

#include <sys/mman.h>

#include <cassert>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <string_view>

#include "dataplane/flow/batch.hpp"

namespace support {

struct FilterRow {
    std::string_view src{};  // empty = the record named none
    std::string_view dst{};
    std::uint8_t proto = 6;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint16_t source = 0;
    std::string_view payload{};  // empty = the record has none
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
    }

    [[nodiscard]] flow::FlowBatch& operator*() noexcept { return *batch_; }
    [[nodiscard]] flow::FlowBatch* operator->() noexcept { return batch_.get(); }

  private:
    struct Unmap {
        void operator()(flow::FlowBatch* batch) const noexcept { munmap(batch, sizeof(flow::FlowBatch)); }
    };
    std::unique_ptr<flow::FlowBatch, Unmap> batch_;
};

}  // namespace support
