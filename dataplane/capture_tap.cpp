// SPDX-License-Identifier: Apache-2.0
#include "dataplane/capture_tap.hpp"

#include <chrono>
#include <thread>

namespace dataplane {

void CaptureSlot::offer(flow::Bytes frame, flow::LinkType link, const FrameHead& head) noexcept {
    if (link != ring_->link) return;
    const flow::Headers h = flow::parse_headers(frame, link);
    if (h.depth < flow::Headers::Depth::network || !ring_->exporters.contains(h.src)) return;
    if (ring_->frames.push(head, frame)) return;
    ring_->dropped.store(ring_->dropped.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // one writer
}

// A hazard pointer: what we say that we use, and is still wanted after that, is not freed before we say otherwise.
void CaptureSlot::change() noexcept {
    if (left_) return;
    do {
        ring_ = wanted_.load();
        in_use_.store(ring_);
    } while (wanted_.load() != ring_);
}

void CaptureSlot::leave() noexcept {
    left_ = true;
    ring_ = nullptr;
    in_use_.store(nullptr);
}

void CaptureSlot::detach() noexcept {
    wanted_.store(nullptr);
    while (in_use_.load() != nullptr) std::this_thread::sleep_for(std::chrono::microseconds(50));
}

flow::Result<std::unique_ptr<CaptureTap>> CaptureTap::start(std::shared_ptr<Slots> slots, const flow::Prefix& exporters,
                                                            flow::LinkType link) {
    if (slots->taken.exchange(true)) return flow::fail("capture: another one is running; end it first");
    std::unique_ptr<CaptureTap> tap(new CaptureTap(std::move(slots)));
    for (CaptureSlot& slot : tap->slots_->of_worker) {
        tap->rings_.push_back(std::make_unique<CaptureRing>(exporters, link));
        slot.attach(tap->rings_.back().get());
    }
    return tap;
}

CaptureTap::~CaptureTap() {
    for (CaptureSlot& slot : slots_->of_worker) slot.detach();
    slots_->taken.store(false);
}

bool CaptureTap::next(CapturedFrame& frame) noexcept {
    if (lent_ != nullptr) lent_->pop();
    lent_ = nullptr;
    for (const auto& ring : rings_) {
        FrameHead head;
        flow::Bytes bytes;
        if (!ring->frames.front(head, bytes)) continue;
        if (lent_ != nullptr && head.received_ns >= frame.received_ns) continue;
        frame = {.bytes = bytes, .received_ns = head.received_ns, .wire_bytes = head.wire_bytes};
        lent_ = &ring->frames;
    }
    return lent_ != nullptr;
}

std::uint64_t CaptureTap::dropped() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& ring : rings_) sum += ring->dropped.load(std::memory_order_relaxed);
    return sum;
}

}  // namespace dataplane
