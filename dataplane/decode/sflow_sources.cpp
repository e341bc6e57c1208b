// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/sflow_sources.hpp"

#include <utility>

namespace decode {

namespace {
// A number this far back is another count; nearer ones are samples that changed their order.
constexpr std::int32_t kBackWindow = 1000;
constexpr std::size_t kFirstPlaces = 16;
}  // namespace

std::uint32_t SflowSources::drops_since(std::uint64_t source, std::uint32_t number, std::uint32_t drops) noexcept {
    if (table_.empty() && !grow()) return 0;
    Entry* entry = &place_of(source);
    if (!entry->used) {
        if (used_ == kMostSources) return 0;
        if ((used_ + 1) * 4 > table_.size() * 3) {
            if (!grow()) return 0;
            entry = &place_of(source);
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

SflowSources::Entry& SflowSources::place_of(std::uint64_t source) noexcept {
    const std::size_t mask = table_.size() - 1;
    std::size_t at = (source * 0x9e3779b97f4a7c15ull >> 32) & mask;
    while (table_[at].used && table_[at].source != source) at = (at + 1) & mask;
    return table_[at];
}

bool SflowSources::grow() {
    const std::size_t places = table_.empty() ? kFirstPlaces : table_.size() * 2;
    if (!share_.take((places - table_.size()) * sizeof(Entry))) return false;
    std::vector<Entry> before = std::exchange(table_, std::vector<Entry>(places));
    for (const Entry& e : before) {
        if (e.used) place_of(e.source) = e;
    }
    return true;
}

}  // namespace decode
