// SPDX-License-Identifier: Apache-2.0
#include "dataplane/worker.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace dataplane {

namespace {

constexpr std::uint16_t kBurst = 64;
constexpr std::size_t kLinearBytes = 65535 + 256;  // the largest IP packet and its link header
constexpr std::uint32_t kHousekeepTurns = 64;
// As many packets in bursts that were all full are the backlog of a full queue, where the driver cannot tell.
constexpr std::size_t kBacklog = 4096;

std::uint64_t wall_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);  // vDSO: no system call
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint64_t wall_ms() noexcept {
    return wall_ns() / 1'000'000;
}

void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);  // one writer
}

}  // namespace

Worker::Worker(Shared& shared, std::uint32_t number, std::vector<RxQueue> queues, Rings rings, CaptureSlot& capture,
               flow::ExporterTable& exporters, flow::SpscRing<flow::Tally*>& handover, const IntakeOptions& options)
    : shared_(shared),
      number_(number),
      queues_(std::move(queues)),
      rings_(std::move(rings)),
      capture_(capture),
      intake_(exporters, handover, options),
      linear_(std::make_unique<std::uint8_t[]>(kLinearBytes)),
      full_bursts_(queues_.size()),
      received_(std::make_unique<std::atomic<std::uint64_t>[]>(queues_.size())),
      fills_(std::make_unique<std::atomic<std::int32_t>[]>(queues_.size())) {}

void Worker::run() noexcept {
    if (!intake_.allocate()) {
        failed_.store(true, std::memory_order_release);
        finished_.store(true, std::memory_order_release);  // a match core must not wait for us
        return;
    }
    now_ms_ = wall_ms();
    follow_generation();
    shared_.receiving.fetch_add(1);
    shared_.running.fetch_add(1);
    while (!shared_.stop.load(std::memory_order_relaxed)) {
        capture_.follow();
        const bool received = receive();
        const bool handed = take_handed_over();
        if (++turns_ % kHousekeepTurns == 0 || !received) housekeep();
        idle_.turn(received || handed);
    }
    // What the device has already taken from the wire is ours to count; bounded, because traffic goes on.
    for (unsigned turn = 0; turn < 4096 && receive(); ++turn) take_handed_over();
    shared_.receiving.fetch_sub(1);
    while (shared_.receiving.load() != 0) take_handed_over();
    while (take_handed_over()) {
    }
    capture_.leave();
    settle_punts();
    intake_.finish();
    finished_.store(true, std::memory_order_release);
    shared_.running.fetch_sub(1);
}

bool Worker::receive() noexcept {
    bool any = false;
    for (std::size_t q = 0; q < queues_.size(); ++q) any |= receive_from(q);
    return any;
}

bool Worker::receive_from(std::size_t queue) noexcept {
    const RxQueue& from = queues_[queue];
    std::array<rte_mbuf*, kBurst> burst;
    const std::uint16_t count = rte_eth_rx_burst(from.port, from.queue, burst.data(), kBurst);
    full_bursts_[queue] = count == kBurst ? full_bursts_[queue] + 1 : 0;
    if (count == 0) return false;
    now_ms_ = wall_ms();
    for (std::uint16_t i = 0; i < count; ++i) {
        if (i + 2 < count) rte_prefetch0(rte_pktmbuf_mtod(burst[i + 2u], void*));
        handle(burst[i], from);
    }
    bump(counts_.packets, count);
    bump(received_[queue], count);
    return true;
}

void Worker::handle(rte_mbuf* packet, const RxQueue& from) noexcept {
    const flow::Bytes frame = bytes_of(packet);
    const Packet found = intake_.receive(frame, from.link, rte_pktmbuf_pkt_len(packet), !from.own_port);
    if (from.own_port && flow::is_no_export(found.fate)) [[unlikely]]
        punt(found, frame, from);
    if (capture_.on() && !flow::is_no_export(found.fate)) [[unlikely]]
        show_to_capture(packet, frame, from);
    const std::uint32_t owner = shared_.owners.route(found, number_, from.sticky);
    if (owner != number_) {
        if (hand_off(packet, found, owner)) return;
    } else {
        keep(found, frame, packet, from);
    }
    rte_pktmbuf_free(packet);
}

void Worker::punt(const Packet& found, flow::Bytes frame, const RxQueue& from) noexcept {
    PuntLane& lane = shared_.gates[from.device]->lanes[number_];
    // To one of our ports, but not to an address of ours: the kernel would answer that nobody listens there.
    if (found.fate == flow::PacketFate::not_ours)
        lane.drop(intake_.ledger());
    else
        lane.give(frame, intake_.ledger());
}

void Worker::settle_punts() noexcept {
    for (const auto& gate : shared_.gates) {
        if (gate != nullptr) gate->lanes[number_].settle(intake_.ledger());
    }
}

void Worker::show_to_capture(rte_mbuf* packet, flow::Bytes bytes, const RxQueue& from) noexcept {
    const std::uint64_t now_ns = wall_ns();
    const std::uint64_t captured_ms = time_of(packet, from, 0);  // 0: not a capture's packet
    capture_.offer(bytes, from.link,
                   {.received_ns = captured_ms != 0 ? captured_ms * 1'000'000 : now_ns,
                    .wire_bytes = rte_pktmbuf_pkt_len(packet)});
}

// What this worker owns.
void Worker::keep(const Packet& found, flow::Bytes frame, const rte_mbuf* packet, const RxQueue& from) noexcept {
    if (found.fate == flow::PacketFate::whole) [[likely]]
        return intake_.take(found, time_of(packet, from, now_ms_));
    if (found.fate != flow::PacketFate::fragment) return;
    const auto clock = from.capture_time ? static_cast<std::uint32_t>(from.device) + 1 : 0;
    const auto gathered = intake_.gather(frame, from.link, time_of(packet, from, now_ms_), clock);
    if (!gathered) return;
    const std::uint32_t owner = shared_.owners.route(gathered->packet, number_, from.sticky);
    if (owner == number_)
        intake_.take(gathered->packet, time_of(packet, from, now_ms_));
    else
        pass_on(*gathered, owner, packet);
}

// A datagram put together here that is another worker's (of a split exporter) travels there as any other frame.
void Worker::pass_on(const Intake::Gathered& gathered, std::uint32_t owner, const rte_mbuf* last) noexcept {
    rte_mbuf* copy = copy_of(gathered.frame, last);
    if (copy == nullptr) return lose(gathered.packet);
    if (!hand_off(copy, gathered.packet, owner)) rte_pktmbuf_free(copy);
}

bool Worker::hand_off(rte_mbuf* packet, const Packet& found, std::uint32_t owner) noexcept {
    flow::SpscRing<rte_mbuf*>& ring = *rings_.outgoing[owner];
    while (!ring.push(packet)) {
        if (shared_.pace == Pace::live) return lose(found), false;
        take_handed_over();  // a replay waits; two workers that wait for each other go on taking
    }
    intake_.handed_off(found);
    bump(counts_.handed_off, 1);
    return true;
}

void Worker::lose(const Packet& found) noexcept {
    intake_.lost_at_hand_off(found);
    bump(counts_.handoff_lost, 1);
}

bool Worker::take_handed_over() noexcept {
    bool any = false;
    for (flow::SpscRing<rte_mbuf*>* ring : rings_.incoming) {
        rte_mbuf* packet = nullptr;
        for (unsigned n = 0; ring != nullptr && n < kBurst && ring->pop(packet); ++n) {
            const RxQueue& from = shared_.port_of[packet->port];
            // Read again rather than carried along: it is rare, and the buffer has the bytes. It was booked where it came.
            const flow::Bytes frame = bytes_of(packet);
            keep(intake_.read_handed_over(frame, from.link), frame, packet, from);
            rte_pktmbuf_free(packet);
            any = true;
        }
    }
    return any;
}

// How full the fullest is of what packets and batches wait in before they are lost, in thousandths.
std::uint32_t Worker::fill() noexcept {
    std::size_t most = 0;
    for (std::size_t q = 0; q < queues_.size(); ++q) {
        if (queues_[q].capture_time) continue;  // a file waits
        const int waiting = rx_queue_fill(queues_[q]);
        const std::size_t places = std::max<std::size_t>(queues_[q].descriptors, 1);
        const auto known = static_cast<std::int32_t>(waiting * 1000 / static_cast<int>(places));
        fills_[q].store(waiting < 0 ? -1 : std::min(known, 1000), std::memory_order_relaxed);
        most = std::max(most, waiting >= 0 ? static_cast<std::size_t>(waiting) * 1000 / places
                                           : std::size_t{full_bursts_[q]} * kBurst * 1000 / kBacklog);
    }
    for (const flow::SpscRing<rte_mbuf*>* ring : rings_.incoming) {
        if (ring != nullptr) most = std::max(most, ring->size() * 1000 / ring->capacity());
    }
    most = std::max<std::size_t>(most, intake_.lane().fill());
    return static_cast<std::uint32_t>(std::min<std::size_t>(most, 1000));
}

void Worker::housekeep() noexcept {
    now_ms_ = wall_ms();
    follow_generation();
    settle_punts();
    if (shared_.pace == Pace::live) intake_.fairness().observe(fill());
    intake_.tick(now_ms_);
    counts_.slots_free.store(intake_.lane().free_slots(), std::memory_order_relaxed);
    counts_.slots_archive.store(intake_.archive().at_archive(), std::memory_order_relaxed);
}

void Worker::follow_generation() noexcept {
    const Generation* generation = shared_.generations.read();
    if (generation == intake_.generation()) return;
    intake_.use(*generation);
    shared_.generations.acknowledge(number_, generation->number);
}

flow::Bytes Worker::bytes_of(rte_mbuf* packet) noexcept {
    const std::uint32_t length = rte_pktmbuf_pkt_len(packet);
    if (packet->nb_segs == 1) [[likely]]
        return {rte_pktmbuf_mtod(packet, const std::uint8_t*), length};
    const auto fits = static_cast<std::uint32_t>(length < kLinearBytes ? length : kLinearBytes);
    const void* bytes = rte_pktmbuf_read(packet, 0, fits, linear_.get());
    return {static_cast<const std::uint8_t*>(bytes), fits};
}

std::uint64_t Worker::time_of(const rte_mbuf* packet, const RxQueue& from, std::uint64_t now_ms) const noexcept {
    if (!from.capture_time || (packet->ol_flags & shared_.timestamp_flag) == 0) return now_ms;
    // net_pcap gives microseconds since 1970.
    return *RTE_MBUF_DYNFIELD(packet, shared_.timestamp_offset, const rte_mbuf_timestamp_t*) / 1000;
}

// A chain of buffers with these bytes; port and capture time of `like`. nullptr: no buffer is left.
rte_mbuf* Worker::copy_of(flow::Bytes frame, const rte_mbuf* like) const noexcept {
    rte_mbuf* head = nullptr;
    while (!frame.empty()) {
        rte_mbuf* part = rte_pktmbuf_alloc(like->pool);
        if (part == nullptr || (head != nullptr && rte_pktmbuf_chain(head, part) != 0)) {
            rte_pktmbuf_free(part);
            rte_pktmbuf_free(head);
            return nullptr;
        }
        if (head == nullptr) head = part;
        const auto bytes = static_cast<std::uint16_t>(std::min<std::size_t>(frame.size(), rte_pktmbuf_tailroom(part)));
        std::copy_n(frame.data(), bytes, rte_pktmbuf_append(head, bytes));
        frame = frame.subspan(bytes);
    }
    head->port = like->port;
    if (shared_.timestamp_offset < 0) return head;
    head->ol_flags |= like->ol_flags & shared_.timestamp_flag;
    *RTE_MBUF_DYNFIELD(head, shared_.timestamp_offset, rte_mbuf_timestamp_t*) =
        *RTE_MBUF_DYNFIELD(like, shared_.timestamp_offset, const rte_mbuf_timestamp_t*);
    return head;
}

void MatchCore::run() noexcept {
    shared_.running.fetch_add(1);
    std::uint32_t turns = 0;
    for (;;) {
        const bool last = worker_.finished();  // before the look into the ring: nothing can come after
        flow::FlowBatch* batch = worker_.lane().take();
        if (batch != nullptr) {
            const auto* generation = static_cast<const Generation*>(batch->generation);
            if (generation != desk_.generation()) {
                desk_.use(*generation);
                shared_.generations.acknowledge(core_, generation->number);
            }
            if (batch->rows != 0) {
                desk_.open_bucket(batch->bucket_s, batch->received_ms);
                match_.process(*batch);
            }
            worker_.lane().give_back(batch);
        } else if (last) {
            break;
        }
        if (batch == nullptr || ++turns % kHousekeepTurns == 0) {
            if (desk_.generation() != nullptr && desk_.due(wall_ms())) desk_.hand_over();
        }
        idle_.turn(batch != nullptr);
    }
    desk_.finish();
    shared_.running.fetch_sub(1);
}

}  // namespace dataplane
