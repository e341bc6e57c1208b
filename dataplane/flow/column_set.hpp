// SPDX-License-Identifier: Apache-2.0
// A set of columns: what a reader of batches looks at, so that a scanner need not bring the rest.
//
// Thread: any; values.
#pragma once

#include <bitset>
#include <initializer_list>

#include "dataplane/flow/columns.hpp"

namespace flow {

class ColumnSet {
  public:
    ColumnSet() = default;
    ColumnSet(std::initializer_list<Column> columns) {
        for (const Column c : columns) add(c);
    }
    [[nodiscard]] static ColumnSet all() noexcept {
        ColumnSet out;
        out.bits_.set();
        return out;
    }

    void add(Column c) noexcept { bits_.set(static_cast<std::size_t>(c)); }
    void add(const ColumnSet& o) noexcept { bits_ |= o.bits_; }
    void remove(const ColumnSet& o) noexcept { bits_ &= ~o.bits_; }
    [[nodiscard]] bool has(Column c) const noexcept { return bits_.test(static_cast<std::size_t>(c)); }
    [[nodiscard]] bool empty() const noexcept { return bits_.none(); }
    [[nodiscard]] std::size_t size() const noexcept { return bits_.count(); }
    friend bool operator==(const ColumnSet&, const ColumnSet&) noexcept = default;

  private:
    std::bitset<kColumns> bits_;
};

}  // namespace flow
