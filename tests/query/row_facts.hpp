// SPDX-License-Identifier: Apache-2.0
// BlockFacts worked out of rows, as sharp as they can be.
//
// Thread: one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <type_traits>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "store/query/block_facts.hpp"

namespace support {

class RowFacts final : public store::query::BlockFacts {
  public:
    // The batch must outlive it; of its rows all come from the source of the first.
    explicit RowFacts(const flow::FlowBatch& batch) : batch_(batch) {
        std::set<std::uint32_t> exporters;
        for (std::uint32_t row = 0; row < batch.rows; ++row) {
            exporters.insert(batch.exporter[row]);
            if (batch.has(row, flow::Column::src_addr)) sources_.insert(batch.src_addr[row]);
            if (batch.has(row, flow::Column::dst_addr)) destinations_.insert(batch.dst_addr[row]);
        }
        exporters_.assign(exporters.begin(), exporters.end());
    }

    [[nodiscard]] store::archive::Zone zone(flow::Column column) const noexcept override {
        store::archive::Zone out{.any = false, .all = true};
        each(column, [&](const auto& value) {
            std::uint64_t number = 0;
            if constexpr (std::is_convertible_v<decltype(value), std::uint64_t>) number = value;
            out.low = out.any ? std::min(out.low, number) : number;
            out.high = out.any ? std::max(out.high, number) : number;
            out.any = true;
        });
        out.all = all(column);
        return out;
    }
    [[nodiscard]] store::archive::AddressZone address_zone(flow::Column column) const noexcept override {
        store::archive::AddressZone out;
        each(column, [&](const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, flow::IpAddress>) {
                out.low = out.any ? std::min(out.low, value) : value;
                out.high = out.any ? std::max(out.high, value) : value;
                out.any = true;
            }
        });
        out.all = all(column);
        return out;
    }
    [[nodiscard]] bool may_have_source(const flow::IpAddress& address) const noexcept override {
        return sources_.contains(address);
    }
    [[nodiscard]] bool may_have_destination(const flow::IpAddress& address) const noexcept override {
        return destinations_.contains(address);
    }
    [[nodiscard]] std::uint16_t source() const noexcept override { return batch_.source[0]; }
    [[nodiscard]] bool knows_exporters() const noexcept override { return true; }
    [[nodiscard]] std::span<const std::uint32_t> exporters() const noexcept override { return exporters_; }

  private:
    [[nodiscard]] bool has(std::uint32_t row, flow::Column column) const noexcept {
        return flow::present_bit(column) == 0 || batch_.has(row, column);
    }
    [[nodiscard]] bool all(flow::Column column) const noexcept {
        for (std::uint32_t row = 0; row < batch_.rows; ++row) {
            if (!has(row, column)) return false;
        }
        return true;
    }
    template <class Visit>
    void each(flow::Column column, Visit visit) const noexcept {
        const auto visit_column = [&](flow::Column c, const auto& values) {
            if (c != column) return;
            for (std::uint32_t row = 0; row < batch_.rows; ++row) {
                if (has(row, column)) visit(values[row]);
            }
        };
#define X(name, type, what) visit_column(flow::Column::name, batch_.name);
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
    }

    const flow::FlowBatch& batch_;
    std::set<flow::IpAddress> sources_, destinations_;
    std::vector<std::uint32_t> exporters_;
};

}  // namespace support
