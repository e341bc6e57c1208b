// SPDX-License-Identifier: Apache-2.0
// What exporters really send: copies of received frames, taken in the workers while they run.
//
// Thread: CaptureSlot: its worker, but for what says otherwise; CaptureTap: one control thread, any at its end.
// Limits: one capture at a time; kCaptureRingBytes a worker, beyond which frames are dropped and counted. When no capture
//         is on, a worker pays a load a turn and a predicted branch a packet.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "dataplane/flow/headers.hpp"
#include "dataplane/flow/result.hpp"
#include "dataplane/frame_ring.hpp"

namespace dataplane {

inline constexpr std::size_t kCaptureRingBytes = 4u << 20;

// What one worker writes while a capture is on.
struct CaptureRing {
    CaptureRing(const flow::Prefix& of, flow::LinkType of_link)
        : exporters(of), link(of_link), frames(kCaptureRingBytes) {}

    const flow::Prefix exporters;
    const flow::LinkType link;
    FrameRing frames;
    std::atomic<std::uint64_t> dropped{0};  // written by: the worker
};

// Where a capture hooks into a worker.
class CaptureSlot {
  public:
    // Once a turn: begins or ends as control wants.
    void follow() noexcept {
        if (wanted_.load(std::memory_order_relaxed) != ring_) [[unlikely]]
            change();
    }
    [[nodiscard]] bool on() const noexcept { return ring_ != nullptr; }
    // Only while on(): keeps the frame when it comes from an exporter that is wanted.
    void offer(flow::Bytes frame, flow::LinkType link, const FrameHead& head) noexcept;
    // The worker's end.
    void leave() noexcept;

    // By control. detach() returns when the worker has let go of the ring.
    void attach(CaptureRing* ring) noexcept { wanted_.store(ring); }
    void detach() noexcept;

  private:
    void change() noexcept;

    CaptureRing* ring_ = nullptr;
    bool left_ = false;
    // written by: control
    alignas(64) std::atomic<CaptureRing*> wanted_{nullptr};
    // written by: the worker; a ring that stands here is not freed
    std::atomic<CaptureRing*> in_use_{nullptr};
};

struct CapturedFrame {
    flow::Bytes bytes{};  // valid until the next call of next()
    std::uint64_t received_ns = 0;
    std::uint32_t wire_bytes = 0;
};

// A capture that is on; its end ends it. May outlive the engine.
class CaptureTap {
  public:
    // The slots of all workers, shared by engine and capture.
    struct Slots {
        explicit Slots(std::size_t workers) : of_worker(workers) {}
        std::vector<CaptureSlot> of_worker;
        std::atomic<bool> taken{false};  // by a capture
    };

    // Begins to capture export datagrams, fragments and broken ones included, whose IP source lies in `exporters` and whose
    // device has link type `link`.
    static flow::Result<std::unique_ptr<CaptureTap>> start(std::shared_ptr<Slots> slots, const flow::Prefix& exporters,
                                                           flow::LinkType link);
    ~CaptureTap();
    CaptureTap(const CaptureTap&) = delete;
    CaptureTap& operator=(const CaptureTap&) = delete;

    // The oldest frame that is there; false: none at the moment.
    [[nodiscard]] bool next(CapturedFrame& frame) noexcept;
    [[nodiscard]] flow::LinkType link() const noexcept { return rings_.front()->link; }
    // Frames that came faster than next() took them.
    [[nodiscard]] std::uint64_t dropped() const noexcept;

  private:
    explicit CaptureTap(std::shared_ptr<Slots> slots) : slots_(std::move(slots)) {}

    std::shared_ptr<Slots> slots_;
    std::vector<std::unique_ptr<CaptureRing>> rings_;  // by worker
    FrameRing* lent_ = nullptr;                        // whose front the caller looks at
};

}  // namespace dataplane
