// SPDX-License-Identifier: Apache-2.0
// A sequence of frames, most of them fragments, through two workers and beside them through the reassembler alone: the
// ledger's laws hold, room is bounded, and what is put together is what a slow and obvious model puts together.
//
// Input: steps of six bytes. kind and flags, offset, length, address and id, content, milliseconds that pass.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

#include "tests/support/frame_builder.hpp"
#include "tests/support/worker_rig.hpp"

namespace {

using dataplane::Fragment;
using dataplane::Reassembler;
using flow::Counter;
using support::Bytes;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

// Reassembly as one would explain it: a list of pieces a datagram.
class Model {
  public:
    std::optional<Bytes> add(const Fragment& f, std::uint64_t now_ms) {
        expire(now_ms, false);
        Datagram& d = datagram_of(f, now_ms);
        ++d.fragments;
        if (d.dead) return end(d, *d.dead), std::nullopt;
        const std::size_t last = f.offset + f.data.size();
        std::size_t overlaps = 0;
        bool duplicate = false;
        for (const Piece& p : d.pieces) {
            if (p.offset >= last || f.offset >= p.offset + p.bytes.size()) continue;
            ++overlaps;
            duplicate = p.offset == f.offset && p.more == f.more &&
                        std::equal(p.bytes.begin(), p.bytes.end(), f.data.begin(), f.data.end());
        }
        if (overlaps != 0) {
            if (overlaps != 1 || !duplicate) end(d, Counter::fragments_overlapping);
            return std::nullopt;
        }
        std::size_t have = f.data.size();
        std::optional<std::size_t> total;
        if (!f.more) total = last;
        for (const Piece& p : d.pieces) {
            const std::size_t piece_end = p.offset + p.bytes.size();
            have += p.bytes.size();
            if ((!p.more && (!f.more || last > piece_end)) || (!f.more && piece_end > last))
                return end(d, Counter::fragments_bad), std::nullopt;
            if (!p.more) total = piece_end;
        }
        d.pieces.push_back({f.offset, Bytes(f.data.begin(), f.data.end()), f.more});
        if (f.offset == 0) d.header_bytes = f.header.size();
        if (!total || have != *total) return std::nullopt;
        if (f.family == 4 && d.header_bytes + have > 65535) return end(d, Counter::fragments_bad), std::nullopt;
        Bytes out(have);
        for (const Piece& p : d.pieces)
            std::copy(p.bytes.begin(), p.bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(p.offset));
        ledger[Counter::fragments_used] += d.fragments;
        datagrams_.erase(datagrams_.begin() + (&d - datagrams_.data()));
        return out;
    }
    void expire(std::uint64_t now_ms, bool all) {
        std::erase_if(datagrams_, [&](Datagram& d) {
            if (!all && now_ms < d.since_ms + Reassembler::kTimeoutMs) return false;
            ledger[Counter::fragments_expired] += d.fragments;
            return true;
        });
    }
    [[nodiscard]] std::size_t under_way() const { return datagrams_.size(); }
    flow::Ledger ledger;

  private:
    struct Piece {
        std::size_t offset;
        Bytes bytes;
        bool more;
    };
    struct Datagram {
        Fragment key;
        std::uint64_t since_ms;
        std::uint64_t fragments = 0;
        std::size_t header_bytes = 0;
        std::vector<Piece> pieces{};
        std::optional<Counter> dead{};
    };
    void end(Datagram& d, Counter why) {
        ledger[why] += std::exchange(d.fragments, 0);
        d.dead = why;
    }
    Datagram& datagram_of(const Fragment& f, std::uint64_t now_ms) {
        const auto found = std::find_if(datagrams_.begin(), datagrams_.end(), [&](const Datagram& d) {
            return d.key.src == f.src && d.key.dst == f.dst && d.key.id == f.id && d.key.proto == f.proto &&
                   d.key.family == f.family;
        });
        if (found != datagrams_.end()) return *found;
        const auto of_source = [&](const Datagram& d) { return d.key.src == f.src; };
        // In order of arrival: the first is the oldest.
        auto victim = datagrams_.end();
        if (std::count_if(datagrams_.begin(), datagrams_.end(), of_source) == Reassembler::kBuffersPerAddress)
            victim = std::find_if(datagrams_.begin(), datagrams_.end(), of_source);
        else if (datagrams_.size() == Reassembler::kBuffers)
            victim = datagrams_.begin();
        if (victim != datagrams_.end()) {
            ledger[Counter::fragments_evicted] += victim->fragments;
            datagrams_.erase(victim);
        }
        datagrams_.push_back({f, now_ms});
        return datagrams_.back();
    }
    std::vector<Datagram> datagrams_;
};

struct Step {
    std::uint8_t flags, offset, length, who, content, pause_ms;
};

// A datagram to port 2055 that says it is empty, then bytes that depend on their place.
Bytes content(std::size_t offset, std::size_t bytes, std::uint8_t kind) {
    constexpr std::uint8_t kHeader[]{0, 1, 2055 >> 8, 2055 & 255, 0, 8, 0, 0};
    Bytes out(bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
        const std::size_t at = offset + i;
        out[i] = at < 8 ? kHeader[at] : static_cast<std::uint8_t>(at * 31 + kind % 2);
    }
    return out;
}

Bytes frame_of(const Step& s) {
    const bool more = (s.flags & 4) != 0;
    const auto units = static_cast<std::uint16_t>((s.flags & 0x20) != 0 ? s.offset * 32 : s.offset);
    const std::size_t bytes = (s.flags & 0x40) != 0 ? s.length * 8u : s.length;
    const Bytes data = content(units * 8u, bytes, s.content);
    const auto protocol = static_cast<std::uint8_t>(s.content % 16 == 15 ? 60 : 17);
    if (s.flags % 4 == 2) {
        return support::Frame()
            .ethernet()
            .ipv6({.src = "2001:db8::" + std::to_string(s.who % 32)})
            .fragment_header(units, more, s.who / 32)
            .protocol(protocol)
            .payload(data)
            .build();
    }
    return support::Frame()
        .ethernet()
        .ipv4({.src = "10.0.0." + std::to_string(s.who % 32),
               .id = static_cast<std::uint16_t>(s.who / 32 + s.flags / 128 * s.content),
               .more_fragments = more,
               .fragment_offset = static_cast<std::uint16_t>(units & 0x1fff),
               .options = Bytes((s.flags & 0x10) != 0 ? 40 : 0, 1),
               .protocol = 17})
        .payload(data)
        .build();
}

struct World {
    World() { require(alone.allocate(), "memory"); }
    support::WorkerRig rig{{.workers = 2}};
    Reassembler alone;
    flow::Ledger ledger;
    Model model;
    std::uint64_t now_ms = 1'700'000'000'000;

    void compare(const Bytes& frame) {
        const auto headers = flow::parse_headers(frame, flow::LinkType::ethernet);
        if (!headers.fragment || headers.fault != flow::Headers::Fault::none) return;
        const auto fragment = dataplane::read_fragment(frame, headers);
        if (!fragment) return;
        const auto whole = alone.add(*fragment, now_ms, ledger);
        const auto expected = model.add(*fragment, now_ms);
        require(whole.has_value() == expected.has_value(), "whole at the same moment");
        require(alone.under_way() >= model.under_way(), "what expires is dropped by and by");
        require(alone.under_way() <= Reassembler::kBuffers, "bounded");
        if (!whole) return;
        ledger[Counter::fragments_used] += whole->fragments;
        require(whole->frame.size() >= expected->size() &&
                    std::equal(expected->rbegin(), expected->rend(), whole->frame.rbegin()),
                "the same bytes");
    }
    void end() {
        alone.expire(now_ms, true, ledger);
        model.expire(now_ms, true);
        require(ledger.values == model.ledger.values, "the same books");
        for (int turn = 0; turn < 2; ++turn) rig.tick(now_ms += 100'000);
        require(flow::broken_law(rig.sink.ledger, true).empty(), "the laws");
        require(rig.broken_sum().empty(), "the exporters' books");
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    while (size >= sizeof(Step)) {
        const Step step{data[0], data[1], data[2], data[3], data[4], data[5]};
        data += sizeof(Step);
        size -= sizeof(Step);
        Bytes frame;
        if (step.flags % 4 == 3) {
            const std::size_t bytes = std::min<std::size_t>(size, step.length);
            frame.assign(data, data + bytes);
            data += bytes;
            size -= bytes;
        } else {
            frame = frame_of(step);
        }
        world.now_ms += step.pause_ms;
        world.rig.receive((step.flags & 8) != 0 ? 1 : 0, frame, world.now_ms);
        world.rig.take_handed_over(world.now_ms);
        world.compare(frame);
    }
    world.end();
    return 0;
}
