// SPDX-License-Identifier: Apache-2.0
#include "store/archive/pieces.hpp"

// The library's own is built for any CPU: half as fast.
#define XXH_INLINE_ALL
#include <lz4.h>
#include <xxhash.h>
#include <zstd.h>

#include <array>
#include <cstring>
#include <new>

namespace store::archive {

namespace {

constexpr std::size_t kLeastCompressed = 64;  // less is not worth a call when it is read
constexpr std::size_t kSampledFrom = 16384,
                      kSampleBytes = 2048;  // a sample costs less than all of what does not compress
constexpr int kZstdLevel = 1;
constexpr int kLz4Acceleration =
    4;  // planes hold long matches or none: looking closer costs time and gains next to nothing

}  // namespace

std::uint64_t checksum(ByteSpan bytes) noexcept {
    return XXH3_64bits(bytes.data(), bytes.size());
}

struct PieceWriter::Zstd {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    Zstd() {
        if (context == nullptr) throw std::bad_alloc();
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kZstdLevel);
    }
    ~Zstd() { ZSTD_freeCCtx(context); }
    Zstd(const Zstd&) = delete;
    Zstd& operator=(const Zstd&) = delete;
};

PieceWriter::PieceWriter() = default;
PieceWriter::~PieceWriter() = default;

void PieceWriter::set_compression(Compression compression) {
    compression_ = compression;
    if (compression == Compression::zstd && zstd_ == nullptr) zstd_ = std::make_unique<Zstd>();
}

// 0: does not fit into `room`.
std::size_t PieceWriter::compress(ByteSpan piece, std::uint8_t* to, std::size_t room) {
    if (compression_ == Compression::lz4) {
        const int made = LZ4_compress_fast(reinterpret_cast<const char*>(piece.data()), reinterpret_cast<char*>(to),
                                           static_cast<int>(piece.size()), static_cast<int>(room), kLz4Acceleration);
        return made < 0 ? 0 : static_cast<std::size_t>(made);
    }
    const std::size_t made = ZSTD_compress2(zstd_->context, to, room, piece.data(), piece.size());
    return ZSTD_isError(made) != 0 ? 0 : made;
}

// Of what is compressed, to be worth its time: a slow coder is asked for where space is short.
std::size_t PieceWriter::most_of(std::size_t bytes) const noexcept {
    return compression_ == Compression::lz4 ? bytes - bytes * 3 / 10 : bytes - bytes / 10;
}

// Whether a part from the middle of what is long becomes short enough.
bool PieceWriter::promises(ByteSpan piece) {
    if (piece.size() < kSampledFrom) return true;
    std::array<std::uint8_t, kSampleBytes> made;
    return compress(piece.subspan(piece.size() / 2, kSampleBytes), made.data(), most_of(kSampleBytes)) != 0;
}

PieceEntry PieceWriter::append(ByteSpan piece, Bytes& out) {
    if (compression_ != Compression::none && piece.size() >= kLeastCompressed && promises(piece)) {
        const std::size_t most = most_of(piece.size());
        if (made_.size() < most) made_.resize(most);
        const std::size_t made = compress(piece, made_.data(), most);
        if (made != 0) {
            out.insert(out.end(), made_.begin(), made_.begin() + static_cast<std::ptrdiff_t>(made));
            pad(out);
            return {static_cast<std::uint32_t>(made), static_cast<std::uint8_t>(compression_), {}};
        }
    }
    out.insert(out.end(), piece.begin(), piece.end());
    pad(out);
    return {static_cast<std::uint32_t>(piece.size()), static_cast<std::uint8_t>(Compression::none), {}};
}

struct PieceReader::Zstd {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    Zstd() {
        if (context == nullptr) throw std::bad_alloc();
    }
    ~Zstd() { ZSTD_freeDCtx(context); }
    Zstd(const Zstd&) = delete;
    Zstd& operator=(const Zstd&) = delete;
};

PieceReader::PieceReader() : zstd_(std::make_unique<Zstd>()) {}
PieceReader::~PieceReader() = default;

bool PieceReader::read(ByteSpan stored, Compression compression, std::span<std::uint8_t> into) noexcept {
    switch (compression) {
        case Compression::none:
            if (stored.size() != into.size()) return false;
            if (!stored.empty()) std::memcpy(into.data(), stored.data(), stored.size());  // an empty one has no place
            return true;
        case Compression::lz4: {
            const int made =
                LZ4_decompress_safe(reinterpret_cast<const char*>(stored.data()), reinterpret_cast<char*>(into.data()),
                                    static_cast<int>(stored.size()), static_cast<int>(into.size()));
            return made >= 0 && static_cast<std::size_t>(made) == into.size();
        }
        case Compression::zstd:
            return ZSTD_decompressDCtx(zstd_->context, into.data(), into.size(), stored.data(), stored.size()) ==
                   into.size();
    }
    return false;
}

}  // namespace store::archive
