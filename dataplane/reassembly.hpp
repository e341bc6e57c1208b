// SPDX-License-Identifier: Apache-2.0
// Fragments of UDP datagrams put together, up to the 65,535 bytes that IP allows. Bytes in, bytes out, no DPDK.
//
// Thread: one worker: the owner of the exporters whose fragments it is given.
// Source: RFC 791 section 3.2, RFC 8200 section 4.5, RFC 5722 (overlaps), RFC 1858 (what they are used for).
// Limits: kBuffers datagrams under way, kBuffersPerAddress of one source address, kTimeoutMs from the first fragment;
//         beyond that the oldest goes. Memory is pages that cost nothing until fragments come.
// Books:  every fragment given to add() ends in one of fragments.used, foreign, expired, evicted, overlapping or bad; the
//         first two by the caller, who alone knows what is in the datagram.
#pragma once

#include <sys/mman.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/flow/headers.hpp"
#include "dataplane/flow/outcome.hpp"

namespace dataplane {

// One fragment, as its headers tell. The spans point into the frame.
struct Fragment {
    flow::IpAddress src{}, dst{};
    std::uint32_t id = 0;
    std::uint32_t offset = 0;  // bytes, from the start of what was fragmented
    std::uint8_t proto = 0;    // IPv4: protocol; IPv6: what follows the fragment header
    std::uint8_t family = 4;   // 4, 6
    bool more = false;
    std::uint32_t clock = 0;  // whose time its receive time is: 0 the box's; else a capture's, of which each has its own
    flow::Bytes link{};    // of the frame, before the IP header
    flow::Bytes header{};  // IPv4 with its options; IPv6 the fixed one
    flow::Bytes data{};
};

// `headers` are those of `frame`, with `fragment` set. nullopt: its lengths cannot be right: it is empty, ends in the middle
// of 8 bytes although more follows, or ends beyond 65,535.
[[nodiscard]] std::optional<Fragment> read_fragment(flow::Bytes frame, const flow::Headers& headers) noexcept;
// A fragment of UDP, or of what may turn out to be UDP behind further IPv6 extension headers.
[[nodiscard]] bool may_be_udp(flow::Bytes frame, const flow::Headers& headers) noexcept;

class Reassembler {
  public:
    static constexpr std::size_t kBuffers = 128;
    static constexpr std::size_t kBuffersPerAddress = 16;
    static constexpr std::uint64_t kTimeoutMs = 2000;  // of receive time

    // False when memory is short.
    [[nodiscard]] bool allocate() noexcept;

    // A datagram that is whole now: a frame as if it had never been fragmented, IPv6 extension headers before the fragment
    // header left out and the IPv4 checksum not made anew. The bytes stay until the next add().
    struct Whole {
        flow::Bytes frame;
        std::uint32_t fragments = 0;  // for the caller to book, duplicates among them
    };
    // An exact duplicate of a fragment is tolerated. Any other overlap, and a second idea of the datagram's length, ends the
    // datagram with all fragments of it that came and will come (RFC 5722).
    [[nodiscard]] std::optional<Whole> add(const Fragment& fragment, std::uint64_t received_ms,
                                           flow::Ledger& ledger) noexcept;
    // Ends what is older than kTimeoutMs by the box's clock; everything when `all`.
    void expire(std::uint64_t now_ms, bool all, flow::Ledger& ledger) noexcept;
    [[nodiscard]] std::size_t under_way() const noexcept { return used_; }

  private:
    static constexpr std::size_t kRoom = 128;  // before the data: link and IP header
    static constexpr std::size_t kMostData = 65536;
    static constexpr std::size_t kUnits = kMostData / 8;
    using Units = std::array<std::uint64_t, kUnits / 64>;  // a bit per 8 bytes of data

    enum class State : std::uint8_t { free, filling, overlapping, bad };
    // What is looked at to find a datagram; kept apart from the rest so that all of them fit a few cache lines.
    struct Slot {
        flow::IpAddress src{};
        std::uint64_t since_ms = 0;
        std::uint64_t order = 0;  // of creation: the smallest is the oldest
        std::uint32_t tag = 0;    // hash of the key
        std::uint32_t clock = 0;  // of the first fragment
        State state = State::free;
    };
    struct Datagram {
        flow::IpAddress dst{};
        std::uint32_t id = 0;
        std::uint8_t proto = 0;
        std::uint8_t family = 0;
        std::uint32_t link_bytes = 0, header_bytes = 0;     // of the first fragment
        std::uint32_t fragments = 0;                        // not booked yet
        std::uint32_t have = 0;                             // bytes of data
        std::uint32_t end = 0;                              // of the data that lies farthest behind
        std::uint32_t total = 0;                            // 0: the last fragment has not come
        Units covered{}, starts{};                          // what has come; where fragments began
        std::array<std::uint8_t, kRoom + kMostData> bytes;  // the front ends, and the data begins, at kRoom
    };
    struct Unmap {
        void operator()(Datagram* pages) const noexcept { munmap(pages, sizeof(Datagram) * kBuffers); }
    };

    void expire_on(std::uint32_t clock, std::uint64_t now_ms, flow::Ledger& ledger) noexcept;
    [[nodiscard]] std::size_t find(const Fragment& f, std::uint32_t tag) const noexcept;
    std::size_t create(const Fragment& f, std::uint32_t tag, std::uint64_t received_ms, flow::Ledger& ledger) noexcept;
    void make_room(const flow::IpAddress& src, flow::Ledger& ledger) noexcept;
    void drop(std::size_t i, flow::Counter why, flow::Ledger& ledger) noexcept;
    void kill(std::size_t i, State why, flow::Ledger& ledger) noexcept;
    [[nodiscard]] static bool is_duplicate(const Datagram& d, const Fragment& f) noexcept;
    static void store(Datagram& d, const Fragment& f) noexcept;
    [[nodiscard]] static flow::Bytes assemble(Datagram& d) noexcept;

    std::array<Slot, kBuffers> slots_{};
    std::unique_ptr<Datagram[], Unmap> datagrams_;  // by slot
    std::size_t used_ = 0;
    std::uint64_t next_order_ = 0;
};

}  // namespace dataplane
