// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/exporter.hpp"

#include <algorithm>
#include <iterator>

namespace flow {

const char* protocol_name(Protocol p) noexcept {
    switch (p) {
        case Protocol::netflow5:
            return "netflow5";
        case Protocol::netflow9:
            return "netflow9";
        case Protocol::ipfix:
            return "ipfix";
        case Protocol::sflow5:
            return "sflow5";
    }
    return "unknown";
}

ExporterTable::ExporterTable() : keys_(std::make_unique<ExporterKey[]>(kMaxExporters)) {}

void ExporterTable::preload(std::vector<ExporterKey> keys,
                            std::unordered_map<std::uint32_t, std::vector<TemplateDefinition>> templates) {
    const std::scoped_lock lock(mutex_);
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(keys.size(), kMaxExporters));
    for (std::uint32_t i = 0; i < count; ++i) {
        keys_[i] = keys[i];
        ids_.emplace(keys[i], i);
        ++entries_of_[keys[i].address];
    }
    for (auto& [id, definitions] : templates) {
        if (id >= count) continue;
        auto& all = stored_[keys[id].without_source()];
        all.insert(all.end(), std::make_move_iterator(definitions.begin()), std::make_move_iterator(definitions.end()));
    }
    for (auto& [key, definitions] : stored_) {
        std::stable_sort(definitions.begin(), definitions.end(),
                         [](const auto& a, const auto& b) { return a.learned_ms < b.learned_ms; });
    }
    size_.store(count, std::memory_order_release);
}

std::optional<std::uint32_t> ExporterTable::find_or_add(const ExporterKey& key) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = ids_.find(key); found != ids_.end()) return found->second;
    const std::uint32_t id = size_.load(std::memory_order_relaxed);
    if (id == kMaxExporters) return std::nullopt;
    std::uint32_t& entries = entries_of_[key.address];
    if (entries == kMaxEntriesPerAddress) return std::nullopt;
    ++entries;
    keys_[id] = key;
    ids_.emplace(key, id);
    size_.store(id + 1, std::memory_order_release);  // key(id) may be read from now on
    return id;
}

const std::vector<TemplateDefinition>& ExporterTable::stored_templates(const ExporterKey& key) const noexcept {
    static const std::vector<TemplateDefinition> kNone;
    const auto found = stored_.find(key.without_source());
    return found == stored_.end() ? kNone : found->second;
}

}  // namespace flow
