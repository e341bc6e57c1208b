// SPDX-License-Identifier: Apache-2.0
// One immutable object, replaced while worker threads use it (a reload). Wait-free for the readers.
//
// Thread: publish() by the control thread; read() and acknowledge() by reader i only; all_acknowledged() by control.
// Life:   objects are numbered 1, 2, 3 ... by their owner, who keeps each until all_acknowledged(a later number).
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace flow {

template <class T>
class Published {
  public:
    explicit Published(std::size_t readers) : acknowledged_(readers) {}

    void publish(T* object) noexcept { current_.store(object, std::memory_order_release); }
    [[nodiscard]] T* read() const noexcept { return current_.load(std::memory_order_acquire); }

    // Reader `i` holds nothing older than `number` any more.
    void acknowledge(std::size_t i, std::uint64_t number) noexcept {
        acknowledged_[i].number.store(number, std::memory_order_release);  // our last use of the old one happens before
    }
    [[nodiscard]] bool all_acknowledged(std::uint64_t number) const noexcept {
        for (const Reader& r : acknowledged_) {
            if (r.number.load(std::memory_order_acquire) < number) return false;
        }
        return true;
    }

  private:
    struct alignas(64) Reader {
        std::atomic<std::uint64_t> number{0};  // written by: reader i
    };
    std::atomic<T*> current_{nullptr};  // written by: control
    std::vector<Reader> acknowledged_;
};

}  // namespace flow
