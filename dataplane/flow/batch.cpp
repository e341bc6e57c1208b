// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/batch.hpp"

namespace flow {

bool TextArena::add(std::string_view text, Text& out) noexcept {
    out = Text{};
    if (text.empty()) return true;
    std::uint64_t h = text.size() * 0x9e3779b97f4a7c15ull;
    for (const char c : text.substr(0, 64)) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
    Text& seen = recent_[(h >> 32) % recent_.size()];
    if (seen.length == text.size() && view(seen) == text) {
        out = seen;
        return true;
    }
    if (text.size() > free_bytes()) return false;
    out = Text{used_, static_cast<std::uint32_t>(text.size())};
    std::memcpy(bytes_.data() + used_, text.data(), text.size());
    used_ += out.length;
    seen = out;
    return true;
}

}  // namespace flow
