// SPDX-License-Identifier: Apache-2.0
#include "filters/program/net_index.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

namespace filters::program {

namespace {

using flow::IpAddress;

constexpr unsigned kV4Offset = 96;
constexpr unsigned kLongBits = 32;  // IPv6 prefixes over this are worth a look before the probe

// 65,536 / 64 words of one bit each.
std::uint64_t long_hash(std::uint64_t high) noexcept {
    return ((high >> 32) * 0x9e3779b97f4a7c15ull) >> 48;
}

std::uint64_t slot_hash(std::uint64_t high, std::uint64_t low) noexcept {
    const std::uint64_t h = (high ^ (low * 0xff51afd7ed558ccdull)) * 0x9e3779b97f4a7c15ull;
    return h ^ (h >> 32);
}

template <class Value>
Value bytes_at(const IpAddress& address, std::size_t at) noexcept {
    Value value;
    std::memcpy(&value, address.bytes.data() + at, sizeof(value));
    return value;
}

// flow::IpAddress::is_v4 without a branch.
bool is_v4(const IpAddress& address) noexcept {
    return (bytes_at<std::uint64_t>(address, 0) | (bytes_at<std::uint32_t>(address, 8) ^ 0xffff0000u)) == 0;
}

std::uint64_t ones(unsigned count) noexcept {
    return count == 0 ? 0 : ~0ull << (64 - count);
}

struct Prefix {
    IpAddress address;
    unsigned bits;
    std::vector<PredicateId> predicates;
};

// Distinct prefixes in order of address, wider ones first: each stands behind all that contain it.
std::vector<Prefix> distinct(const NetFeeds& feeds) {
    std::map<std::pair<IpAddress, unsigned>, std::vector<PredicateId>> found;
    for (const auto& [predicate, nets] : feeds) {
        for (const language::Net& net : nets) {
            auto& predicates = found[{net.address, static_cast<unsigned>(net.prefix_bits())}];
            if (predicates.empty() || predicates.back() != predicate) predicates.push_back(predicate);
        }
    }
    std::vector<Prefix> out;
    for (auto& [key, predicates] : found) {
        std::sort(predicates.begin(), predicates.end());
        out.push_back({key.first, key.second, std::move(predicates)});
    }
    return out;
}

std::uint32_t last_of(const Prefix& prefix) noexcept {
    const unsigned host_bits = 128 - prefix.bits;
    return prefix.address.as_v4() | static_cast<std::uint32_t>((1ull << host_bits) - 1);
}

// Which node is the narrowest, from each address on. Prefixes with their nodes, ordered as distinct() has
// them.
std::vector<V4Prefixes::Stretch> stretches(std::span<const std::pair<const Prefix*, PrefixNode>> prefixes) {
    std::vector<V4Prefixes::Stretch> out{{0, 0}};
    std::vector<std::pair<std::uint32_t, PrefixNode>> open;  // last address and node of the prefixes around
    const auto begin = [&](std::uint32_t at, PrefixNode node) {
        if (out.back().begin == at) {
            out.back().node = node;
        } else if (out.back().node != node) {
            out.push_back({at, node});
        }
    };
    const auto close = [&] {
        const std::uint32_t last = open.back().first;
        open.pop_back();
        if (last != 0xffffffff) begin(last + 1, open.empty() ? 0 : open.back().second);
    };
    for (const auto& [prefix, node] : prefixes) {
        const std::uint32_t first = prefix->address.as_v4();
        while (!open.empty() && open.back().first < first) close();
        begin(first, node);
        open.emplace_back(last_of(*prefix), node);
    }
    while (!open.empty()) close();
    return out;
}

}  // namespace

void V6Prefixes::build(std::span<const Entry> entries) {
    std::map<unsigned, std::vector<const Entry*>, std::greater<>> by_length;
    for (const Entry& entry : entries) by_length[entry.bits].push_back(&entry);
    for (const auto& [bits, list] : by_length) {
        Length length{.bits = bits,
                      .high_mask = ones(std::min(bits, 64u)),
                      .low_mask = ones(bits > 64 ? bits - 64 : 0),
                      .slot_mask = std::bit_ceil(list.size() * 2) - 1};
        length.slots.resize(length.slot_mask + 1);
        for (const Entry* entry : list) {
            const std::uint64_t high = entry->address.high();
            const std::uint64_t low = entry->address.low();
            std::uint64_t at = slot_hash(high, low) & length.slot_mask;
            while (length.slots[at].node != 0) at = (at + 1) & length.slot_mask;
            length.slots[at] = {high, low, entry->node};
            if (bits > kLongBits) long_bits[long_hash(high) / 64] |= 1ull << (long_hash(high) % 64);
        }
        lengths.push_back(std::move(length));
    }
}

PrefixNode V6Prefixes::find(std::uint64_t high, std::uint64_t low) const noexcept {
    const std::uint64_t hash = long_hash(high);
    const bool long_ones = (long_bits[hash / 64] >> (hash % 64) & 1) != 0;
    for (const Length& length : lengths) {
        if (length.bits > kLongBits && !long_ones) continue;
        const std::uint64_t wanted_high = high & length.high_mask;
        const std::uint64_t wanted_low = low & length.low_mask;
        std::uint64_t at = slot_hash(wanted_high, wanted_low) & length.slot_mask;
        for (; length.slots[at].node != 0; at = (at + 1) & length.slot_mask) {
            const Slot& slot = length.slots[at];
            if (slot.high == wanted_high && slot.low == wanted_low) return slot.node;
        }
    }
    return 0;
}

PrefixTable PrefixTable::build(language::Subject subject, const NetFeeds& feeds) {
    PrefixTable out{.subject = subject, .outer = {0}, .heads = {Sets::kList}};
    SetBuilder sets;
    std::vector<SetId> set_of_node{0};
    const std::vector<Prefix> prefixes = distinct(feeds);
    std::vector<std::pair<const Prefix*, PrefixNode>> v4_nodes;
    std::vector<V6Prefixes::Entry> v6_nodes;
    std::vector<std::pair<const Prefix*, PrefixNode>> open;
    for (const Prefix& prefix : prefixes) {
        const bool is_v4 = prefix.bits >= kV4Offset && prefix.address.is_v4();
        // An IPv6 prefix around the mapped range does not contain IPv4 addresses.
        const auto contains = [&](const Prefix& wide) {
            const bool wide_is_v4 = wide.bits >= kV4Offset && wide.address.is_v4();
            return wide_is_v4 == is_v4 && flow::masked(prefix.address, wide.bits) == wide.address;
        };
        while (!open.empty() && flow::masked(prefix.address, open.back().first->bits) != open.back().first->address) {
            open.pop_back();
        }
        const auto around = std::find_if(open.rbegin(), open.rend(), [&](const auto& o) { return contains(*o.first); });
        const auto node = static_cast<PrefixNode>(out.outer.size());
        out.outer.push_back(around == open.rend() ? 0 : around->second);
        set_of_node.push_back(sets.intern(prefix.predicates));
        open.emplace_back(&prefix, node);
        if (is_v4) {
            v4_nodes.emplace_back(&prefix, node);
        } else {
            v6_nodes.push_back({prefix.address, prefix.bits, node});
        }
    }
    out.sets = sets.take();
    for (std::size_t i = 1; i < set_of_node.size(); ++i) out.heads.push_back(out.sets.heads[set_of_node[i]]);
    if (!v4_nodes.empty()) out.v4.build(stretches(v4_nodes));
    if (!v6_nodes.empty()) out.v6.build(v6_nodes);
    return out;
}

PrefixNode PrefixTable::node_of(const IpAddress& address) const noexcept {
    if (!address.is_v4()) return v6.empty() ? 0 : v6.find(address.high(), address.low());
    if (v4.empty()) return 0;
    const std::uint32_t wide = v4.entry(bytes_at<std::uint16_t>(address, 12));
    return v4.node(v4.narrower(wide, address.bytes[14]), static_cast<std::uint16_t>(address.as_v4()));
}

// Looks the rows up step by step, those that are left each time: no branch a row, because which family a row is and
// whether a prefix has it are coin tosses, and loads of many rows under way at once.
void PrefixTable::run(const AddressInput& input, Scratch& scratch, Marks marks) const noexcept {
    const std::size_t others = v4.empty() ? list_others(input, scratch) : run_v4(input, scratch, marks);
    if (v6.empty()) return;
    std::size_t hits = 0;
    for (std::size_t i = 0; i < others; ++i) {
        const std::uint32_t row = scratch.not_v4[i];
        if (!input.has(row)) continue;
        const IpAddress& address = input.values[row];
        const PrefixNode node = v6.find(address.high(), address.low());
        scratch.hits[hits] = {row, node};
        hits += node != 0;
    }
    mark({scratch.hits.data(), hits}, marks);
}

std::size_t PrefixTable::list_others(const AddressInput& input, Scratch& scratch) const noexcept {
    std::size_t others = 0;
    for (std::uint32_t row = 0; row < input.count; ++row) {
        scratch.not_v4[others] = static_cast<std::uint16_t>(row);
        others += !is_v4(input.values[row]);
    }
    return others;
}

// Returns how many rows are not IPv4; they are listed.
std::size_t PrefixTable::run_v4(const AddressInput& input, Scratch& scratch, Marks marks) const noexcept {
    const IpAddress* addresses = input.values;
    const bool always = !input.rare;
    std::size_t hits = 0;
    std::size_t others = 0;
    for (std::uint32_t row = 0; row < input.count; ++row) {
        const bool ours = is_v4(addresses[row]);
        scratch.not_v4[others] = static_cast<std::uint16_t>(row);
        others += !ours;
        const std::uint32_t entry = v4.entry(bytes_at<std::uint16_t>(addresses[row], 12));
        scratch.hits[hits] = {row, entry};
        hits += ours & (entry != 0) & (always | input.has(row));
    }
    // In blocks, so that all of a block's last steps are on their way from memory before the first is taken.
    std::size_t found = 0;
    for (std::size_t begin = 0; begin < hits; begin += kBlock) {
        const std::size_t end = std::min(begin + kBlock, hits);
        for (std::size_t i = begin; i < end; ++i) {
            Hit& hit = scratch.hits[i];
            hit.node = v4.narrower(hit.node, bytes_at<std::uint8_t>(addresses[hit.row], 14));
            v4.fetch(hit.node, bytes_at<std::uint8_t>(addresses[hit.row], 15));
        }
        for (std::size_t i = begin; i < end; ++i) {
            const Hit hit = scratch.hits[i];
            const PrefixNode node =
                v4.node(hit.node, __builtin_bswap16(bytes_at<std::uint16_t>(addresses[hit.row], 14)));
            scratch.hits[found] = {hit.row, node};
            found += node != 0;
        }
    }
    mark({scratch.hits.data(), found}, marks);
    return others;
}

void PrefixTable::mark(std::span<const Hit> hits, Marks marks) const noexcept {
    const bool far = marks_far();
    for (std::size_t i = 0; i < hits.size(); ++i) {
        if (far && i + kAhead < hits.size()) {
            const Hit& next = hits[i + kAhead];
            marks.fetch(sets.only(heads[next.node]), next.row);
        }
        each_of(hits[i].node, [&](PredicateId predicate) { marks.row(predicate, hits[i].row); });
    }
}

bool PrefixTable::answers_like(const PrefixTable& other) const noexcept {
    const auto same_slot = [](const V6Prefixes::Slot& a, const V6Prefixes::Slot& b) {
        return a.high == b.high && a.low == b.low && a.node == b.node;
    };
    const auto same_length = [&](const V6Prefixes::Length& a, const V6Prefixes::Length& b) {
        return a.bits == b.bits &&
               std::equal(a.slots.begin(), a.slots.end(), b.slots.begin(), b.slots.end(), same_slot);
    };
    return outer == other.outer && heads == other.heads && sets.lists == other.sets.lists && v4 == other.v4 &&
           std::equal(v6.lengths.begin(), v6.lengths.end(), other.v6.lengths.begin(), other.v6.lengths.end(),
                      same_length);
}

std::size_t PrefixTable::bytes() const noexcept {
    std::size_t sum = sets.bytes() + (outer.size() + heads.size()) * 4 + v4.bytes() + sizeof(v6.long_bits);
    for (const auto& length : v6.lengths) sum += length.slots.size() * sizeof(V6Prefixes::Slot);
    return sum;
}

}  // namespace filters::program
