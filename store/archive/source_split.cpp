// SPDX-License-Identifier: Apache-2.0
#include "store/archive/source_split.hpp"

#include <algorithm>
#include <bit>

namespace store::archive {
namespace {

bool is_one_exporter(const flow::FlowBatch& batch) noexcept {
    const std::uint32_t first = batch.exporter[0];
    std::uint32_t other = 0;
    for (std::uint32_t r = 0; r < batch.rows; ++r) other |= batch.exporter[r] ^ first;
    return other == 0;
}

// Word `w` of keep, without rows that the batch does not have.
std::uint64_t kept_word(const flow::FlowBatch& batch, std::uint32_t w) noexcept {
    const std::uint32_t begin = w * 64;
    if (begin + 64 <= batch.rows) return batch.keep[w];
    return begin < batch.rows ? batch.keep[w] & ((1ull << (batch.rows - begin)) - 1) : 0;
}

}  // namespace

SourceRows& SourceSplit::rows_of(std::uint32_t source_id) {
    const auto found = std::find(sources_.begin(), sources_.end(), source_id);
    if (found != sources_.end()) return parts_[static_cast<std::size_t>(found - sources_.begin())];
    if (used_ == parts_.size()) parts_.emplace_back();
    SourceRows& part = parts_[used_++];
    part.source_id = source_id;
    part.rows.fill(0);
    sources_.push_back(source_id);
    return part;
}

std::span<const SourceRows> SourceSplit::split(const flow::FlowBatch& batch) {
    used_ = 0;
    sources_.clear();
    if (batch.rows == 0) return {};
    const std::uint32_t words = (batch.rows + 63) / 64;
    if (is_one_exporter(batch)) {
        SourceRows& part = rows_of(exporters_.key(batch.exporter[0]).source_id);
        for (std::uint32_t w = 0; w < words; ++w) part.rows[w] = kept_word(batch, w);
        return {parts_.data(), used_};
    }
    std::uint32_t exporter = ~0u;
    SourceRows* part = nullptr;
    for (std::uint32_t w = 0; w < words; ++w) {
        for (std::uint64_t rest = kept_word(batch, w); rest != 0; rest &= rest - 1) {
            const auto bit = static_cast<std::uint32_t>(std::countr_zero(rest));
            const std::uint32_t row = w * 64 + bit;
            if (part == nullptr || batch.exporter[row] != exporter) {
                exporter = batch.exporter[row];
                part = &rows_of(exporters_.key(exporter).source_id);
            }
            part->rows[w] |= 1ull << bit;
        }
    }
    return {parts_.data(), used_};
}

}  // namespace store::archive
