// SPDX-License-Identifier: Apache-2.0
// IPv4 address -> the narrowest of many prefixes that contains it.
//
// Thread: built by the compiling one; read by all.
// Shape:  the prefixes cut the addresses into stretches, each with one node. A table over the first 16 bits settles an
//         address whose /16 is one stretch; a /16 (and then a /24) of several has a table over the next 8 bits. So two or
//         three loads settle any address. Past kMostTables, stretches are kept in buckets and found by halving.
// Memory: 256 KB for the first 16 bits, 1 KB a table.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace filters::program {

// Node 0 is "no prefix".
using PrefixNode = std::uint32_t;

class V4Prefixes {
  public:
    struct Stretch {
        std::uint32_t begin;
        PrefixNode node;
    };
    static constexpr std::size_t kMostTables = 16'384;

    // `stretches` ascend and cover everything from address 0 on.
    void build(std::span<const Stretch> stretches);
    [[nodiscard]] bool empty() const noexcept { return root_.empty(); }
    [[nodiscard]] std::size_t bytes() const noexcept;
    friend bool operator==(const V4Prefixes&, const V4Prefixes&) = default;

    // Three steps to an address's node; built only. By its first two bytes as they lie in memory (0: no prefix there, the
    // other steps may be left out), by its third, and by its last; fetch() gets the last step's entry into the cache.
    // No branch but for buckets: where an address lies is a coin toss.
    [[nodiscard]] std::uint32_t entry(std::uint16_t top) const noexcept { return root_[top]; }
    [[nodiscard]] std::uint32_t narrower(std::uint32_t entry, std::uint8_t third) const noexcept {
        return narrowed(entry, third);
    }
    void fetch(std::uint32_t entry, std::uint8_t last) const noexcept { __builtin_prefetch(&next(entry, last)); }
    [[nodiscard]] PrefixNode node(std::uint32_t entry, std::uint16_t low) const noexcept {
        entry = narrowed(entry, low & 0xff);
        return (entry & kBucket) == 0 ? entry : in_bucket(entry & ~kBucket, low);
    }

  private:
    // An entry is a node, or one of these with an index.
    static constexpr std::uint32_t kTable = 1u << 31;  // the top bit: see narrowed()
    static constexpr std::uint32_t kBucket = 1u << 30;
    static constexpr std::size_t kTableEntries = 256;
    struct Bucket {
        std::uint32_t first;
        std::uint32_t count;  // at least one; the first stretch begins where the bucket does, or before
        friend bool operator==(const Bucket&, const Bucket&) = default;
    };

    // With masks, because compilers make branches of conditions.
    [[nodiscard]] static std::uint32_t if_table(std::uint32_t entry) noexcept { return ~((entry >> 31) - 1); }
    [[nodiscard]] const std::uint32_t& next(std::uint32_t entry, std::uint32_t byte) const noexcept {
        return tables_[(entry & ~kTable & if_table(entry)) + (byte & if_table(entry))];
    }
    [[nodiscard]] std::uint32_t narrowed(std::uint32_t entry, std::uint32_t byte) const noexcept {
        return (next(entry, byte) & if_table(entry)) | (entry & ~if_table(entry));
    }
    [[nodiscard]] PrefixNode in_bucket(std::uint32_t index, std::uint16_t low) const noexcept {
        const Bucket bucket = buckets_[index];
        const std::uint16_t* at = begins_.data() + bucket.first;
        for (std::uint32_t left = bucket.count; left > 1;) {
            const std::uint32_t half = left / 2;
            at += at[half] <= low ? half : 0;
            left -= half;
        }
        return nodes_[static_cast<std::size_t>(at - begins_.data())];
    }
    [[nodiscard]] std::uint32_t entry_of(std::span<const Stretch> stretches, std::uint32_t first, unsigned bits);
    [[nodiscard]] std::uint32_t bucket_of(std::span<const Stretch> stretches);

    std::vector<std::uint32_t> root_{};    // by the first two bytes as they lie in memory
    std::vector<std::uint32_t> tables_{};  // kTableEntries each; the first stands in where there is none
    std::vector<Bucket> buckets_{};
    std::vector<std::uint16_t> begins_{};  // of the stretches in buckets: low 16 bits, ascending in each bucket
    std::vector<PrefixNode> nodes_{};      // of the same
};

}  // namespace filters::program
