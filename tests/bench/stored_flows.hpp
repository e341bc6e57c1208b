// SPDX-License-Identifier: Apache-2.0
// Flows for measuring queries: flow-generator's NetFlow v5, decoded, encoded into blocks and written as segments.
//
// Thread: one.
// Shape:  one source; so many rows a slot, so many blocks each. Same arguments, same flows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/archive/block.hpp"
#include "store/query/scan.hpp"
#include "tests/generator/mix.hpp"

namespace bench {

struct StoredOptions {
    generator::Model model = generator::Model::realistic;
    store::archive::Compression compression = store::archive::Compression::lz4;
    std::uint64_t rows = 4'000'000;
    std::uint32_t slots = 4;
    std::uint32_t block_rows = store::archive::kBlockRows;  // a block is closed with so many
};

struct Stored {
    std::vector<store::query::SegmentChoice> segments{};
    std::uint64_t rows = 0, blocks = 0, bytes = 0;
    double encode_ns = 0;  // a row, without decoding
};

// Below `directory`, which is empty. Ends the program on errors: nothing could be measured.
[[nodiscard]] Stored store_flows(const std::string& directory, const StoredOptions& options);

}  // namespace bench
