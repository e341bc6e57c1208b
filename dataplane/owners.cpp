// SPDX-License-Identifier: Apache-2.0
#include "dataplane/owners.hpp"

namespace dataplane {

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
