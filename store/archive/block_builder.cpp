// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>

#include "store/archive/block.hpp"
#include "store/archive/block_encoder.hpp"
#include "store/archive/rows.hpp"

namespace store::archive {

BlockBuilder::BlockBuilder() : columns_(std::make_unique<Columns>()) {}
BlockBuilder::~BlockBuilder() = default;

std::uint32_t BlockBuilder::add(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t from,
                                const std::uint64_t* received_ms) {
    std::array<std::uint16_t, flow::kBatchRows> picked;
    std::uint32_t n = 0;
    const std::uint32_t room = kBlockRows - columns_->rows;
    for (std::uint32_t word = from / 64; word * 64 < batch.rows; ++word) {
        std::uint64_t bits = rows[word];
        if (word == from / 64) bits &= ~0ull << from % 64;
        if (batch.rows - word * 64 < 64) bits &= (1ull << batch.rows % 64) - 1;
        for (; bits != 0; bits &= bits - 1) {
            picked[n++] = static_cast<std::uint16_t>(word * 64 + static_cast<unsigned>(std::countr_zero(bits)));
        }
    }
    if (n == 0) return batch.rows;
    if (columns_->full) return picked[0];
    const std::uint32_t taken = columns_->add(batch, {picked.data(), std::min(n, room)}, received_ms);
    return taken == n ? batch.rows : picked[taken];
}

std::uint32_t BlockBuilder::rows() const noexcept {
    return columns_->rows;
}
bool BlockBuilder::full() const noexcept {
    return columns_->full;
}
std::size_t BlockBuilder::memory() const noexcept {
    return columns_->memory();
}

BlockSums BlockBuilder::encode(const flow::ExporterTable& exporters, Compression compression,
                               std::vector<std::uint8_t>& out, EncodeBuffers* buffers) {
    if (columns_->rows == 0) return {};
    if (buffers == nullptr) {
        EncodeBuffers own;
        return encode(exporters, compression, out, &own);
    }
    const BlockSums sums = BlockEncoder(*columns_, compression, buffers->parts()).encode(exporters, out);
    columns_->clear();
    return sums;
}

}  // namespace store::archive
