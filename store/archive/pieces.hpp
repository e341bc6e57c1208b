// SPDX-License-Identifier: Apache-2.0
// Pieces of a column's bytes, compressed where that gains; and checksums.
//
// Thread: an object belongs to one thread; checksum() any.
// Errors: what does not decompress to exactly the bytes expected is false, never a crash.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "store/archive/block.hpp"
#include "store/archive/layout.hpp"

namespace store::archive {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

[[nodiscard]] std::uint64_t checksum(ByteSpan bytes) noexcept;

inline void pad(Bytes& out, std::size_t to = 8) {
    out.resize(aligned(out.size(), to));
}
template <class T>
void append(Bytes& out, const T& value) {
    const auto* at = reinterpret_cast<const std::uint8_t*>(&value);
    out.insert(out.end(), at, at + sizeof value);
}

class PieceWriter {
  public:
    PieceWriter();
    ~PieceWriter();
    void set_compression(Compression compression);

    // Appends the bytes, compressed where that saves enough, and padding; what the entry must say.
    PieceEntry append(ByteSpan piece, Bytes& out);

  private:
    struct Zstd;
    [[nodiscard]] std::size_t most_of(std::size_t bytes) const noexcept;
    [[nodiscard]] bool promises(ByteSpan piece);
    [[nodiscard]] std::size_t compress(ByteSpan piece, std::uint8_t* to, std::size_t room);

    Compression compression_ = Compression::none;
    Bytes made_;
    std::unique_ptr<Zstd> zstd_;  // made when it is first needed
};

class PieceReader {
  public:
    PieceReader();
    ~PieceReader();

    // Decompresses into exactly `into`.
    [[nodiscard]] bool read(ByteSpan stored, Compression compression, std::span<std::uint8_t> into) noexcept;

  private:
    struct Zstd;
    std::unique_ptr<Zstd> zstd_;
};

}  // namespace store::archive
