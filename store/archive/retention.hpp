// SPDX-License-Identifier: Apache-2.0
// Which segments go: the one place that decides, for the archive, for a dry run and for the command.
// A slot goes as a whole, all its sources: what is there of a slot is all of it, so that an answer can say what it covers.
//
// Thread: one; a value.
#pragma once

#include <cstdint>
#include <optional>

#include "store/archive/archive.hpp"

namespace store::archive {

class Expiry {
  public:
    // `total_bytes`: of all segments, open ones too.
    Expiry(const ArchiveRetention& retention, std::uint64_t now_s, std::uint64_t free_bytes, std::uint64_t total_bytes)
        : retention_(retention), now_s_(now_s), free_bytes_(free_bytes), total_bytes_(total_bytes) {}

    // Asked of sealed segments, oldest slot first. True: it goes, and is taken for gone by the questions that follow.
    // False: it stays, and so do all later ones.
    [[nodiscard]] bool takes(std::uint32_t slot_s, std::uint64_t bytes) noexcept;

  private:
    ArchiveRetention retention_;
    std::uint64_t now_s_, free_bytes_, total_bytes_;
    std::optional<std::uint32_t> going_{};  // the slot of the last one that went
};

}  // namespace store::archive
