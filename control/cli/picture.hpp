// SPDX-License-Identifier: Apache-2.0
// The ledger as a picture: a stream from stage to stage; what leaves or joins it branches off. Fits 80 columns.
//
// Thread: any; values.
// Shape:            81,354  packets received
//           |-->     1,000  IP fragments
//           |          990    became datagrams
//           v
//                  80,354  whole datagrams
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "control/cli/text.hpp"
#include "control/exact.hpp"

namespace cli {

struct PictureLine {
    enum class Role : std::uint8_t { stage, leaves, joins, part };

    Role role = Role::stage;
    std::uint64_t value = 0;
    std::string name;
    bool always = false;      // shown when it is zero, too; stages are
    bool loss = false;        // stands out when it is not zero
    std::string unknown_for;  // who cannot tell this: shown as unknown, never as zero
};

class Picture {
  public:
    void stage(std::uint64_t value, std::string name) { add(PictureLine::Role::stage, value, std::move(name)); }
    void leaves(std::uint64_t value, std::string name) { add(PictureLine::Role::leaves, value, std::move(name)); }
    void joins(std::uint64_t value, std::string name) { add(PictureLine::Role::joins, value, std::move(name)); }
    // Of the line above that leaves the stream: where its things ended.
    void part(std::uint64_t value, std::string name) { add(PictureLine::Role::part, value, std::move(name)); }
    // The line added last is shown even when it is zero.
    void keep() { lines_.back().always = true; }
    // The line added last is a loss, shown even when it is zero.
    void is_loss(std::string unknown_for = {});
    // What has left `left` and is not in `right` yet: nothing when they are equal. Shown as a part or as what leaves.
    void in_flight(PictureLine::Role role, std::uint64_t left, std::uint64_t right, const std::string& name);

    [[nodiscard]] const std::vector<PictureLine>& lines() const noexcept { return lines_; }
    // `rates`: a second, line by line, beside the values; empty = none. `brief`: nothing that is zero.
    void print(std::ostream& out, Style style, const std::vector<double>& rates = {}, bool brief = false) const;

  private:
    void add(PictureLine::Role role, std::uint64_t value, std::string name);

    std::vector<PictureLine> lines_;
};

// "1,234,567"
using control::exact;

}  // namespace cli
