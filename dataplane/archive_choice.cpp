// SPDX-License-Identifier: Apache-2.0
#include "dataplane/archive_choice.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace dataplane {
namespace {

using Keep = ArchivePolicy::Keep;

constexpr std::uint32_t kWords = flow::kBatchRows / 64;
constexpr std::uint64_t kAllBits = ~std::uint64_t{0};

// Calls use(word, mask) for each word that rows [first, last) touch.
template <class Use>
void each_word(std::uint32_t first, std::uint32_t last, Use use) noexcept {
    while (first < last) {
        const std::uint32_t end = std::min(last, (first / 64 + 1) * 64);
        use(first / 64, (kAllBits >> (64 - (end - first))) << first % 64);
        first = end;
    }
}

std::uint32_t count(const std::array<std::uint64_t, kWords>& bits) noexcept {
    std::uint32_t rows = 0;
    for (const std::uint64_t word : bits) rows += static_cast<std::uint32_t>(std::popcount(word));
    return rows;
}

}  // namespace

ArchiveChoice::ArchiveChoice(const ArchivePolicy& policy, std::uint32_t seed)
    : policy_(policy.sources.empty() ? nullptr : &policy), random_(seed | 1) {
    for (const ArchivePolicy::Source& source : policy.sources) {
        const std::uint32_t offset = random_below(source.one_in);
        windows_.push_back({offset, offset});
    }
}

// xorshift32: as good as picking rows asks for. The bias of the product is below n in 2^32.
std::uint32_t ArchiveChoice::random_below(std::uint32_t n) noexcept {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    return static_cast<std::uint32_t>(std::uint64_t{random_} * n >> 32);
}

void ArchiveChoice::choose(flow::FlowBatch& batch, std::span<const filters::ChannelRows> channels) noexcept {
    batch.keep.fill(0);
    if (policy_ == nullptr) {
        each_word(0, batch.rows, [&](std::uint32_t word, std::uint64_t mask) { batch.keep[word] = mask; });
        batch.kept = batch.rows;
        return;
    }
    if (!policy_->takers.empty()) select(batch, channels);
    // Rows come in runs: those of a datagram have one source.
    for (std::uint32_t first = 0; first < batch.rows;) {
        const std::uint16_t source = batch.source[first];
        std::uint32_t last = first + 1;
        while (last < batch.rows && batch.source[last] == source) ++last;
        keep_run(batch, source, first, last);
        first = last;
    }
    batch.kept = count(batch.keep);
}

void ArchiveChoice::select(const flow::FlowBatch& batch, std::span<const filters::ChannelRows> channels) noexcept {
    selected_.fill(0);
    for (const filters::ChannelRows& channel : channels) {
        const std::vector<std::uint8_t>& taker = policy_->takers[channel.channel];
        if (taker.empty()) continue;
        for (std::uint32_t words = channel.words; words != 0; words &= words - 1) {
            const auto word = static_cast<std::uint32_t>(std::countr_zero(words));
            for (std::uint64_t bits = channel.rows[word] & ~selected_[word]; bits != 0; bits &= bits - 1) {
                const auto bit = static_cast<std::uint32_t>(std::countr_zero(bits));
                selected_[word] |= std::uint64_t{taker[batch.source[word * 64 + bit]]} << bit;
            }
        }
    }
}

void ArchiveChoice::keep_run(flow::FlowBatch& batch, std::uint16_t source, std::uint32_t first,
                             std::uint32_t last) noexcept {
    switch (policy_->sources[source].keep) {
        case Keep::all:
            each_word(first, last, [&](std::uint32_t word, std::uint64_t mask) { batch.keep[word] |= mask; });
            break;
        case Keep::none:
            break;
        case Keep::channels:
            each_word(first, last,
                      [&](std::uint32_t word, std::uint64_t mask) { batch.keep[word] |= selected_[word] & mask; });
            break;
        case Keep::sample:
            sample(batch, source, first, last);
            break;
    }
}

void ArchiveChoice::sample(flow::FlowBatch& batch, std::uint16_t source, std::uint32_t first,
                           std::uint32_t last) noexcept {
    constexpr std::uint32_t kMost = std::numeric_limits<std::uint16_t>::max();
    const std::uint32_t n = policy_->sources[source].one_in;
    Window& window = windows_[source];
    std::uint32_t row = first;
    while (last - row > window.skip) {
        row += window.skip;
        batch.keep[row / 64] |= std::uint64_t{1} << row % 64;
        batch.thinning[row] =
            static_cast<std::uint16_t>(std::min(kMost, std::max<std::uint32_t>(batch.thinning[row], 1) * n));
        const std::uint32_t offset = random_below(n);
        window = {n - 1 - window.offset + offset, offset};
        ++row;
    }
    window.skip -= last - row;
}

}  // namespace dataplane
