// SPDX-License-Identifier: Apache-2.0
#include "store/archive/decode.hpp"

#include <algorithm>
#include <cstring>

namespace store::archive {

namespace {

using flow::IpAddress;
using flow::kBatchRows;

constexpr unsigned kMostPlaceBits = 17;  // 65,536 texts and the empty one
constexpr std::size_t kMostTextBytes = kBlockTextBytes + std::size_t{kBlockRows} * 1024;

// Places are numbers from 0 of few bits, so that a table filled up to 2^bits needs no check at each of them.
bool are_places(const NumberStream& places, std::uint32_t rows) noexcept {
    return places.count() == rows && places.base() == 0 && places.bits() <= kMostPlaceBits;
}

}  // namespace

void NumberColumn::load_absent() noexcept {
    encoding_ = Encoding::constant;
    reference_ = Reference::none;
    values_.assign(1, 0);
    constant_ = 0;
}

bool NumberColumn::load(const ColumnEntry& entry, ByteSpan bytes, std::uint32_t rows, PieceReader& pieces) {
    encoding_ = entry.encoding;
    reference_ = entry.encoding == Encoding::plain ? entry.reference : Reference::none;
    std::size_t at = 0;
    switch (entry.encoding) {
        case Encoding::constant:
            std::memcpy(&constant_, entry.at.data(), sizeof constant_);
            values_.assign(1, constant_);
            return true;
        case Encoding::plain:
            return stream_.open(bytes, at, pieces) && stream_.count() == rows;
        case Encoding::dictionary:
            return load_dictionary(entry.entries, rows, bytes, pieces);
        case Encoding::runs:
            return load_runs(entry.entries, rows, bytes, pieces);
    }
    return false;
}

bool NumberColumn::load_dictionary(std::uint32_t entries, std::uint32_t rows, ByteSpan bytes, PieceReader& pieces) {
    std::size_t at = 0;
    if (!other_.open(bytes, at, pieces) || !stream_.open(bytes, at, pieces)) return false;
    if (other_.count() != entries || !are_places(stream_, rows)) return false;
    entries_ = entries;
    values_.assign(std::max<std::size_t>(entries, 1ull << stream_.bits()), 0);
    other_.read_all(values_.data());
    std::uint64_t value = 0;
    for (std::uint32_t i = 0; i < entries; ++i) values_[i] = value += unzigzag(values_[i]);
    return true;
}

bool NumberColumn::load_runs(std::uint32_t runs, std::uint32_t rows, ByteSpan bytes, PieceReader& pieces) {
    std::size_t at = 0;
    if (!other_.open(bytes, at, pieces) || !stream_.open(bytes, at, pieces)) return false;
    if (runs == 0 || other_.count() != runs || stream_.count() != runs) return false;
    ends_.resize(runs);
    other_.read_all(ends_.data());
    values_.resize(runs);
    stream_.read_all(values_.data());
    return std::is_sorted(ends_.begin(), ends_.end()) && ends_.back() == rows;
}

template <class T>
void NumberColumn::read(std::uint32_t from, std::uint32_t n, T* out) const noexcept {
    switch (encoding_) {
        case Encoding::constant:
            std::fill_n(out, n, static_cast<T>(constant_));
            return;
        case Encoding::plain:
            return stream_.read(from, n, out);
        case Encoding::dictionary: {
            std::array<std::uint32_t, kBatchRows> places;
            stream_.read(from, n, places.data());
            for (std::uint32_t i = 0; i < n; ++i) out[i] = static_cast<T>(values_[places[i]]);
            return;
        }
        case Encoding::runs: {
            auto run = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), from) - ends_.begin());
            for (std::uint32_t row = from; row < from + n; ++run) {
                const std::uint32_t end = std::min(ends_[run], from + n);
                std::fill(out + (row - from), out + (end - from), static_cast<T>(values_[run]));
                row = end;
            }
            return;
        }
    }
}
template void NumberColumn::read<std::uint8_t>(std::uint32_t, std::uint32_t, std::uint8_t*) const noexcept;
template void NumberColumn::read<std::uint16_t>(std::uint32_t, std::uint32_t, std::uint16_t*) const noexcept;
template void NumberColumn::read<std::uint32_t>(std::uint32_t, std::uint32_t, std::uint32_t*) const noexcept;
template void NumberColumn::read<std::uint64_t>(std::uint32_t, std::uint32_t, std::uint64_t*) const noexcept;

std::span<const std::uint64_t> NumberColumn::dictionary() const noexcept {
    if (encoding_ == Encoding::constant) return {values_.data(), 1};
    if (encoding_ != Encoding::dictionary) return {};
    return {values_.data(), entries_};
}

void NumberColumn::read_places(std::uint32_t from, std::uint32_t n, std::uint32_t* out) const noexcept {
    if (encoding_ == Encoding::dictionary) return stream_.read(from, n, out);
    std::fill_n(out, n, 0u);
}

void AddressColumn::load_absent() {
    encoding_ = Encoding::constant;
    addresses_.assign(1, IpAddress{});
    entries_ = 1;
}

bool AddressColumn::load(const ColumnEntry& entry, ByteSpan bytes, std::uint32_t rows, PieceReader& pieces) {
    encoding_ = entry.encoding;
    std::size_t at = 0;
    switch (entry.encoding) {
        case Encoding::constant:
            addresses_.resize(1);
            std::memcpy(addresses_[0].bytes.data(), entry.at.data(), sizeof entry.at);
            entries_ = 1;
            return true;
        case Encoding::plain:
            return stream_.open(bytes, at, pieces) && stream_.count() == rows;
        case Encoding::dictionary:
            return load_dictionary(entry.entries, bytes, pieces) && are_places(stream_, rows);
        case Encoding::runs:
            break;
    }
    return false;
}

bool AddressColumn::load_dictionary(std::uint32_t entries, ByteSpan bytes, PieceReader& pieces) {
    std::size_t at = 0;
    NumberStream& v4 = stream_;
    if (!v4.open(bytes, at, pieces) || !high_.open(bytes, at, pieces) || !low_.open(bytes, at, pieces)) return false;
    const std::uint32_t n4 = v4.count(), n6 = high_.count();
    if (low_.count() != n6 || n4 > entries || entries - n4 != n6) return false;
    entries_ = entries;
    numbers_.resize(std::max(n4, 2 * n6));
    addresses_.assign(entries, IpAddress{});
    v4.read_all(numbers_.data());
    std::uint64_t value = 0;
    for (std::uint32_t i = 0; i < n4; ++i) {
        value += unzigzag(numbers_[i]);
        addresses_[i] = IpAddress::v4(static_cast<std::uint32_t>(value));
    }
    high_.read_all(numbers_.data());
    low_.read_all(numbers_.data() + n6);
    value = 0;
    for (std::uint32_t i = 0; i < n6; ++i) {
        value += unzigzag(numbers_[i]);
        const std::array<std::uint64_t, 2> words = {__builtin_bswap64(value), __builtin_bswap64(numbers_[n6 + i])};
        std::memcpy(addresses_[n4 + i].bytes.data(), words.data(), sizeof words);
    }
    if (!stream_.open(bytes, at, pieces) || stream_.bits() > kMostPlaceBits) return false;
    addresses_.resize(std::max<std::size_t>(entries, 1ull << stream_.bits()));
    return true;
}

void AddressColumn::read(std::uint32_t from, std::uint32_t n, IpAddress* out) const noexcept {
    if (encoding_ == Encoding::constant) {
        std::fill_n(out, n, addresses_[0]);
        return;
    }
    std::array<std::uint32_t, kBatchRows> words;
    stream_.read(from, n, words.data());
    if (encoding_ == Encoding::dictionary) {
        for (std::uint32_t i = 0; i < n; ++i) out[i] = addresses_[words[i]];
        return;
    }
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::array<std::uint64_t, 2> halves = {0,
                                                     std::uint64_t{__builtin_bswap32(words[i])} << 32 | 0xffff'0000ull};
        std::memcpy(out[i].bytes.data(), halves.data(), sizeof halves);
    }
}

std::span<const IpAddress> AddressColumn::dictionary() const noexcept {
    if (encoding_ == Encoding::plain) return {};
    return {addresses_.data(), entries_};
}

void AddressColumn::read_places(std::uint32_t from, std::uint32_t n, std::uint32_t* out) const noexcept {
    if (encoding_ == Encoding::dictionary) return stream_.read(from, n, out);
    std::fill_n(out, n, 0u);
}

bool RecordColumn::load(std::size_t words, const ColumnEntry& entry, ByteSpan bytes, std::uint32_t rows,
                        PieceReader& pieces) {
    if (entry.encoding != Encoding::dictionary || entry.entries > kBlockRows) return false;
    words_ = words;
    numbers_.resize(entry.entries);
    records_.assign(entry.entries * words, 0);
    std::size_t at = 0;
    for (std::size_t word = 0; word < words; ++word) {
        if (!other_.open(bytes, at, pieces) || other_.count() != entry.entries) return false;
        other_.read_all(numbers_.data());
        for (std::uint32_t i = 0; i < entry.entries; ++i) records_[i * words + word] = numbers_[i];
    }
    if (!places_.open(bytes, at, pieces) || !are_places(places_, rows)) return false;
    records_.resize(std::max<std::size_t>(entry.entries, 1ull << places_.bits()) * words);
    return true;
}

void RecordColumn::read(std::uint32_t from, std::uint32_t n, void* out) const noexcept {
    std::array<std::uint32_t, kBatchRows> places;
    places_.read(from, n, places.data());
    const std::size_t size = words_ * sizeof(std::uint32_t);
    for (std::uint32_t i = 0; i < n; ++i) {
        std::memcpy(static_cast<std::uint8_t*>(out) + i * size, records_.data() + places[i] * words_, size);
    }
}

bool TextColumn::load_texts(std::uint32_t entries, ByteSpan bytes, std::size_t& at, PieceReader& pieces) {
    struct {
        std::uint64_t bytes = 0;
        PieceEntry piece{};
    } head;
    if (!other_.open(bytes, at, pieces) || other_.count() != entries) return false;
    if (bytes.size() - at < sizeof head) return false;
    std::memcpy(&head, bytes.data() + at, sizeof head);
    at += sizeof head;
    if (head.bytes > kMostTextBytes || bytes.size() - at < head.piece.bytes) return false;
    buffer_.resize(head.bytes);
    const ByteSpan stored = bytes.subspan(at, head.piece.bytes);
    if (!pieces.read(stored, static_cast<Compression>(head.piece.compression), buffer_)) return false;
    at += std::min(aligned(head.piece.bytes), bytes.size() - at);
    lengths_.resize(entries);
    other_.read_all(lengths_.data());
    texts_.clear();
    std::size_t begin = 0;
    for (const std::uint32_t length : lengths_) {
        if (length > buffer_.size() - begin) return false;
        texts_.emplace_back(reinterpret_cast<const char*>(buffer_.data()) + begin, length);
        begin += length;
    }
    return true;
}

bool TextColumn::load(const ColumnEntry& entry, ByteSpan bytes, std::uint32_t rows, PieceReader& pieces) {
    std::size_t at = 0;
    if (entry.encoding != Encoding::dictionary || !load_texts(entry.entries, bytes, at, pieces)) return false;
    if (!places_.open(bytes, at, pieces) || !are_places(places_, rows)) return false;
    texts_.resize(std::max<std::size_t>(entry.entries, 1ull << places_.bits()));
    placed_.assign(texts_.size(), {});
    call_ = 0;
    return true;
}

bool TextColumn::read(std::uint32_t from, std::uint32_t n, flow::TextArena& arena, flow::Text* out) noexcept {
    std::array<std::uint32_t, kBatchRows> places;
    places_.read(from, n, places.data());
    ++call_;
    for (std::uint32_t i = 0; i < n; ++i) {
        Placed& placed = placed_[places[i]];
        if (placed.call != call_) {
            // Where an earlier call for this page put it, unless the batch was emptied since.
            const std::string_view text = texts_[places[i]];
            const bool still_there = placed.call != 0 && placed.at.offset + placed.at.length <= arena.used() &&
                                     arena.view(placed.at) == text;
            if (!still_there && !arena.add(text, placed.at)) return false;
            placed.call = call_;
        }
        out[i] = placed.at;
    }
    return true;
}

}  // namespace store::archive
