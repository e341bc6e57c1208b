// SPDX-License-Identifier: Apache-2.0
#include "store/archive/bloom.hpp"

#define XXH_INLINE_ALL  // of 16 bytes it is less than the call
#include <xxhash.h>

#include <array>
#include <cstring>
#include <vector>

namespace store::archive {

namespace {

constexpr std::size_t kWords = 7;
constexpr unsigned kBitsOfWord = 6;  // of the hash, to tell one bit of a word

struct Line {
    std::array<std::uint64_t, kWords + 1> words{};  // the last is the checksum of the others

    std::uint64_t& checksum() { return words.back(); }
    std::uint64_t checksum() const { return words.back(); }
};
static_assert(sizeof(Line) == kLineBytes);

ByteSpan words_of(const Line& line) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(line.words.data()), kWords * sizeof line.words[0]};
}

std::uint64_t hash_of(const flow::IpAddress& address) noexcept {
    return XXH3_64bits(address.bytes.data(), sizeof address.bytes);
}

// The high half of the hash picks the line, the low 42 bits the bits.
std::size_t line_of(std::uint64_t hash, std::size_t lines) noexcept {
    return static_cast<std::size_t>((hash >> 32) * lines >> 32);
}
std::uint64_t bit_of(std::uint64_t hash, std::size_t word) noexcept {
    return 1ull << (hash >> kBitsOfWord * word & 63);
}

// One bit in each word. The checksum's word takes part and gets none, so that the loop is eight equal lanes for the compiler.
void set_bits(std::uint64_t hash, Line& line) noexcept {
    for (std::size_t word = 0; word <= kWords; ++word)
        line.words[word] |= (word < kWords ? 1ull : 0ull) << (hash >> kBitsOfWord * word & 63);
}

}  // namespace

std::uint32_t append_filter(std::span<const flow::IpAddress> addresses, Bytes& out) {
    if (addresses.empty()) return 0;
    std::vector<Line> lines((addresses.size() + kAddressesPerLine - 1) / kAddressesPerLine);
    for (const flow::IpAddress& address : addresses) {
        const std::uint64_t hash = hash_of(address);
        set_bits(hash, lines[line_of(hash, lines.size())]);
    }
    for (Line& line : lines) line.checksum() = checksum(words_of(line));
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(lines.data());
    out.insert(out.end(), bytes, bytes + lines.size() * sizeof(Line));
    return static_cast<std::uint32_t>(lines.size());
}

std::size_t line_of(const flow::IpAddress& address, std::size_t lines) noexcept {
    return line_of(hash_of(address), lines);
}

bool may_have(ByteSpan bytes, const flow::IpAddress& address) noexcept {
    const std::size_t lines = bytes.size() / sizeof(Line);
    if (lines == 0) return false;
    const std::uint64_t hash = hash_of(address);
    Line line;
    std::memcpy(&line, bytes.data() + line_of(hash, lines) * sizeof line, sizeof line);
    for (std::size_t word = 0; word < kWords; ++word) {
        if ((line.words[word] & bit_of(hash, word)) == 0) return line.checksum() != checksum(words_of(line));
    }
    return true;
}

bool filter_is_whole(ByteSpan bytes) noexcept {
    for (std::size_t at = 0; at + sizeof(Line) <= bytes.size(); at += sizeof(Line)) {
        Line line;
        std::memcpy(&line, bytes.data() + at, sizeof line);
        if (line.checksum() != checksum(words_of(line))) return false;
    }
    return true;
}

}  // namespace store::archive
