// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/exporter.hpp"

#include <algorithm>
#include <iterator>

namespace flow {

const char* protocol_name(Protocol p) noexcept {
    switch (p) {
        case Protocol::netflow1:
            return "netflow1";
        case Protocol::netflow5:
            return "netflow5";
        case Protocol::netflow7:
            return "netflow7";
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

void ExporterTable::preload(std::vector<ExporterKey> keys, std::unordered_map<std::uint32_t, ExporterMemory> memories) {
    const std::scoped_lock lock(mutex_);
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(keys.size(), kMaxExporters));
    for (std::uint32_t i = 0; i < count; ++i) {
        keys_[i] = keys[i];
        ids_.emplace(keys[i], i);
        ++entries_of_[keys[i].address];
        if (keys[i].port != 0) per_port_.insert(keys[i].without_source().without_port());
    }
    const auto append = [](auto& to, auto& from) {
        to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    for (auto& [id, memory] : memories) {
        if (id >= count) continue;
        ExporterMemory& all = stored_[keys[id].without_source()];
        append(all.templates, memory.templates);
        append(all.options, memory.options);
        if (memory.sequence.known) sequences_[id] = memory.sequence;
    }
    const auto older = [](const auto& a, const auto& b) { return a.learned_ms < b.learned_ms; };
    for (auto& [key, memory] : stored_) {
        std::stable_sort(memory.templates.begin(), memory.templates.end(), older);
        std::stable_sort(memory.options.begin(), memory.options.end(), older);
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

const ExporterMemory& ExporterTable::stored(const ExporterKey& key) const noexcept {
    static const ExporterMemory kNone;
    const auto found = stored_.find(key.without_source());
    return found == stored_.end() ? kNone : found->second;
}

bool ExporterTable::stored_per_port(const ExporterKey& key) const noexcept {
    return per_port_.contains(key.without_source().without_port());
}

SequenceMark ExporterTable::take_stored_sequence(std::uint32_t id) noexcept {
    const std::scoped_lock lock(mutex_);
    const auto found = sequences_.extract(id);
    return found.empty() ? SequenceMark{} : found.mapped();
}

}  // namespace flow
