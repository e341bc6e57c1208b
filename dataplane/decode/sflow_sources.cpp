// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/sflow_sources.hpp"

#include <utility>

#include "dataplane/decode/keyed_hash.hpp"

namespace decode {

namespace {
// A number this far back is another count; nearer ones are samples that changed their order.
constexpr std::int32_t kBackWindow = 1000;
constexpr std::size_t kFirstPlaces = 16;
constexpr std::size_t kMostProbes = 16;
}  // namespace

std::uint32_t SflowSources::drops_since(std::uint64_t source, std::uint32_t number, std::uint32_t drops) noexcept {
    if (table_.empty() && !grow()) return 0;
    Entry* entry = place_of(source);
    if (entry == nullptr) return 0;
    if (!entry->used) {
        if (used_ == kMostSources) return 0;
        if ((used_ + 1) * 2 > table_.size()) {
            if (!grow()) return 0;
            entry = place_of(source);
            if (entry == nullptr) return 0;
        }
        ++used_;
        *entry = {source, number, drops, true};
        return 0;
    }
    const auto step = static_cast<std::int32_t>(number - entry->number);
    if (step <= 0 && step > -kBackWindow) return 0;
    const auto more = static_cast<std::int32_t>(drops - entry->drops);
    entry->number = number;
    entry->drops = drops;
    return step > 0 && more > 0 ? static_cast<std::uint32_t>(more) : 0;
}

SflowSources::Entry* SflowSources::place_of(std::uint64_t source) noexcept {
    const std::size_t mask = table_.size() - 1;
    std::size_t at = keyed_hash(source, 0);
    for (std::size_t probe = 1; probe <= kMostProbes; ++probe) {
        Entry& entry = table_[at & mask];
        if (!entry.used || entry.source == source) return &entry;
        at += probe;  // in growing steps, so that no runs form
    }
    return nullptr;
}

bool SflowSources::grow() {
    const std::size_t places = table_.empty() ? kFirstPlaces : table_.size() * 2;
    if (!share_.take((places - table_.size()) * sizeof(Entry))) return false;
    std::vector<Entry> before = std::exchange(table_, std::vector<Entry>(places));
    used_ = 0;
    for (const Entry& e : before) {
        Entry* place = e.used ? place_of(e.source) : nullptr;
        if (place == nullptr) continue;
        *place = e;
        ++used_;
    }
    return true;
}

}  // namespace decode
