// SPDX-License-Identifier: Apache-2.0
// Goes through the blocks of a segment, past damage: for recovery and verify.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "store/archive/segment.hpp"

namespace store::archive {

struct Damage {
    std::uint64_t offset = 0, bytes = 0;  // in the file
    std::string reason{};
};

class BlockWalk {
  public:
    // From byte `from` of the file on.
    BlockWalk(const SegmentFile& file, std::uint64_t from) : file_(file), at_(from) {}

    // The next whole block, all its checksums right; false: there is none. What is skipped is given to `damage`.
    [[nodiscard]] bool next(const std::function<void(Damage)>& damage);
    // Of the block found by next().
    [[nodiscard]] const BlockSums& sums() const noexcept { return reader_.sums(); }
    [[nodiscard]] std::uint64_t end() const noexcept { return at_; }  // where it ends

  private:
    const SegmentFile& file_;
    std::uint64_t at_;
    BlockReader reader_;
};

// The entry's figures with one more block; its bytes apart.
void add_block(SegmentEntry& entry, const BlockSums& sums) noexcept;

}  // namespace store::archive
