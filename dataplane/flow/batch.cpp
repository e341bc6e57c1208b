// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/batch.hpp"

namespace flow {

namespace {

// Names repeat and are stored once; what is longer is a packet or a path, which seldom does.
constexpr std::size_t kMostRepeated = 64;

std::uint64_t hash_of(std::string_view text) noexcept {
    constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15ull;
    std::uint64_t h = text.size() * kFactor;
    std::uint64_t word = 0;
    std::size_t at = 0;
    for (; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        h = (h ^ word ^ h >> 32) * kFactor;
    }
    word = 0;
    std::memcpy(&word, text.data() + at, text.size() - at);
    return (h ^ word ^ h >> 32) * kFactor;
}

}  // namespace

bool TextArena::add(std::string_view text, Text& out) noexcept {
    out = Text{};
    if (text.empty()) return true;
    Text* seen = nullptr;
    if (text.size() <= kMostRepeated) {
        seen = &recent_[hash_of(text) >> 56];
        if (seen->length == text.size() && view(*seen) == text) {
            out = *seen;
            return true;
        }
    }
    if (text.size() > free_bytes()) return false;
    out = Text{used_, static_cast<std::uint32_t>(text.size())};
    std::memcpy(bytes_.data() + used_, text.data(), text.size());
    used_ += out.length;
    if (seen != nullptr) *seen = out;
    return true;
}

}  // namespace flow
