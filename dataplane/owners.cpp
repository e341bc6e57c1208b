// SPDX-License-Identifier: Apache-2.0
#include "dataplane/owners.hpp"

#include "dataplane/peek.hpp"

namespace dataplane {

std::uint32_t OwnerTable::route(const Packet& packet, std::uint32_t me, bool sticky) noexcept {
    if (workers_ == 1) return 0;
    if (packet.fate == flow::PacketFate::fragment) return look_up(packet.exporter, me, sticky);
    if (packet.fate != flow::PacketFate::whole || !packet.source) return me;
    if (!packet.source->rule->split_domains) return owner(packet.exporter, me, sticky);
    const std::uint64_t hash = (flow::hash(packet.exporter) ^ peek_domain(packet.payload)) * 0x9e3779b97f4a7c15ull;
    return static_cast<std::uint32_t>((hash >> 32) % workers_);
}

std::uint32_t OwnerTable::look_up(const flow::IpAddress& exporter, std::uint32_t me, bool sticky) const noexcept {
    if (workers_ == 1) return 0;
    const std::uint64_t hash = flow::hash(exporter);
    for (std::size_t probe = 0; probe < kProbes; ++probe) {
        const Slot& slot = slots_[(hash + probe) % kSlots];
        const std::uint32_t state = slot.state.load(std::memory_order_acquire);  // the address is readable after kOwned
        if (state == kEmpty) break;
        if (state >= kOwned && slot.address == exporter) return state - kOwned;
    }
    return sticky ? me : static_cast<std::uint32_t>((hash >> 32) % workers_);
}

std::uint32_t OwnerTable::owner(const flow::IpAddress& exporter, std::uint32_t me, bool sticky) noexcept {
    if (workers_ == 1) return 0;
    const std::uint64_t hash = flow::hash(exporter);
    const auto by_hash = static_cast<std::uint32_t>((hash >> 32) % workers_);
    for (std::size_t probe = 0; probe < kProbes; ++probe) {
        Slot& slot = slots_[(hash + probe) % kSlots];
        std::uint32_t state = slot.state.load(std::memory_order_acquire);  // the address is readable after kOwned
        if (state == kEmpty) {
            if (slot.state.compare_exchange_strong(state, kBusy, std::memory_order_acquire)) {
                slot.address = exporter;
                const std::uint32_t claimed = sticky ? me : by_hash;
                slot.state.store(kOwned + claimed, std::memory_order_release);  // publishes the address
                return claimed;
            }
        }
        while (state == kBusy) state = slot.state.load(std::memory_order_acquire);  // a few stores of another worker
        if (slot.address == exporter) return state - kOwned;
    }
    return by_hash;
}

}  // namespace dataplane
