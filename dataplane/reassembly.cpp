// SPDX-License-Identifier: Apache-2.0
#include "dataplane/reassembly.hpp"

#include <algorithm>
#include <cstring>

namespace dataplane {

using flow::Bytes;
using flow::Counter;
using flow::Ledger;

namespace {

constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kFragmentHeader = 44;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kFragmentBytes = 8;
constexpr std::size_t kMostIp = 65535;
constexpr std::size_t kMostLink = 64;

// Extension headers that may stand before or behind the fragment header (RFC 8200 section 4.1).
constexpr bool is_extension(std::uint8_t proto) noexcept {
    return proto == 0 || proto == 43 || proto == 44 || proto == 51 || proto == 60 || proto == 135 || proto == 139 ||
           proto == 140;
}

// Where the first fragment header of an IPv6 packet is; parse_headers has walked the same chain to its end.
std::optional<std::size_t> fragment_header(Bytes frame, const flow::Headers& h) noexcept {
    std::size_t at = h.network_offset + kIpv6Header;
    std::uint8_t kind = frame[h.network_offset + 6u];
    for (unsigned n = 0; n <= flow::kMaxExtensions && kind != kFragmentHeader; ++n) {
        if (at + kFragmentBytes > frame.size() || !is_extension(kind)) return std::nullopt;
        const std::size_t units = frame[at + 1];
        const std::size_t bytes = kind == 51 ? (units + 2) * 4 : (units + 1) * 8;
        kind = frame[at];
        at += bytes;
    }
    if (kind != kFragmentHeader || at + kFragmentBytes > frame.size()) return std::nullopt;
    return at;
}

// Offset and flag as both families hold them, from `begin` on with `before` bytes of headers that count to the 65,535.
std::optional<Fragment> checked(Fragment f, std::size_t before) noexcept {
    if (f.data.empty() || f.link.size() > kMostLink) return std::nullopt;
    if (f.more && f.data.size() % 8 != 0) return std::nullopt;
    if (before + f.offset + f.data.size() > kMostIp) return std::nullopt;
    return f;
}

std::optional<Fragment> read_ipv4(Bytes frame, const flow::Headers& h, Fragment f) noexcept {
    const std::uint8_t* ip = frame.data() + h.network_offset;
    const std::size_t header_bytes = (ip[0] & 15u) * 4;
    const std::size_t end = std::min<std::size_t>(h.network_bytes, frame.size() - h.network_offset);
    if (header_bytes > end) return std::nullopt;
    const std::uint16_t place = flow::load_be16(ip + 6);
    f.id = flow::load_be16(ip + 4);
    f.proto = ip[9];
    f.offset = (place & 0x1fffu) * 8;
    f.more = (place & 0x2000) != 0;
    f.header = {ip, header_bytes};
    f.data = {ip + header_bytes, end - header_bytes};
    return checked(f, header_bytes);
}

std::optional<Fragment> read_ipv6(Bytes frame, const flow::Headers& h, Fragment f) noexcept {
    const auto at = fragment_header(frame, h);
    if (!at) return std::nullopt;
    const std::uint8_t* header = frame.data() + *at;
    const std::size_t begin = *at + kFragmentBytes;
    const std::size_t end = std::min<std::size_t>(h.network_offset + h.network_bytes, frame.size());
    if (begin > end) return std::nullopt;
    const std::uint16_t place = flow::load_be16(header + 2);
    f.id = flow::load_be32(header + 4);
    f.proto = header[0];
    f.offset = place & 0xfff8u;
    f.more = (place & 1) != 0;
    f.header = frame.subspan(h.network_offset, kIpv6Header);
    f.data = frame.subspan(begin, end - begin);
    return checked(f, *at - h.network_offset - kIpv6Header);
}

std::uint32_t tag_of(const Fragment& f) noexcept {
    const std::uint64_t h =
        (flow::hash(f.src) ^ flow::hash(f.dst) * 3 ^ f.id ^ std::uint64_t{f.proto} << 32) * 0x9e3779b97f4a7c15ull;
    return static_cast<std::uint32_t>(h >> 32);
}

struct Range {
    std::size_t from, to;  // units of 8 bytes
};
Range units_of(const Fragment& f) noexcept {
    return {f.offset / 8, (f.offset + f.data.size() + 7) / 8};
}

// Calls visit(word, mask) for each word that [from, to) has bits in.
template <class Visit>
void each_word(Range r, Visit&& visit) noexcept {
    for (std::size_t word = r.from / 64; word * 64 < r.to; ++word) {
        std::uint64_t mask = ~0ull;
        if (word * 64 < r.from) mask &= ~0ull << (r.from - word * 64);
        if ((word + 1) * 64 > r.to) mask &= ~0ull >> ((word + 1) * 64 - r.to);
        visit(word, mask);
    }
}

template <class Units>
std::size_t count(const Units& units, Range r) noexcept {
    std::size_t n = 0;
    each_word(r, [&](std::size_t word, std::uint64_t mask) {
        n += static_cast<std::size_t>(__builtin_popcountll(units[word] & mask));
    });
    return n;
}

template <class Units>
bool has(const Units& units, std::size_t unit) noexcept {
    return unit < units.size() * 64 && (units[unit / 64] >> (unit % 64) & 1) != 0;
}

}  // namespace

std::optional<Fragment> read_fragment(Bytes frame, const flow::Headers& h) noexcept {
    Fragment f{.src = h.src, .dst = h.dst, .family = h.family, .link = frame.first(h.network_offset)};
    return h.family == 4 ? read_ipv4(frame, h, f) : read_ipv6(frame, h, f);
}

bool may_be_udp(Bytes frame, const flow::Headers& h) noexcept {
    if (h.family == 4) return h.proto == kUdp;
    const auto at = fragment_header(frame, h);
    return at && (frame[*at] == kUdp || is_extension(frame[*at]));
}

bool Reassembler::allocate() noexcept {
    void* pages =
        mmap(nullptr, sizeof(Datagram) * kBuffers, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return false;
    datagrams_.reset(static_cast<Datagram*>(pages));
    return true;
}

std::optional<Reassembler::Whole> Reassembler::add(const Fragment& f, std::uint64_t received_ms,
                                                   Ledger& ledger) noexcept {
    const std::uint32_t tag = tag_of(f);
    std::size_t i = find(f, tag);
    if (i == kBuffers || received_ms >= slots_[i].since_ms + kTimeoutMs) {
        expire_on(f.clock, received_ms, ledger);
        i = create(f, tag, received_ms, ledger);
    }
    Datagram& d = datagrams_[i];
    ++d.fragments;
    if (slots_[i].state != State::filling) {
        kill(i, slots_[i].state, ledger);
        return std::nullopt;
    }
    const auto end = static_cast<std::uint32_t>(f.offset + f.data.size());
    if (count(d.covered, units_of(f)) != 0) {
        if (!is_duplicate(d, f)) kill(i, State::overlapping, ledger);
        return std::nullopt;
    }
    if ((d.total != 0 && end > d.total) || (!f.more && (d.total != 0 || d.end > end))) {
        kill(i, State::bad, ledger);
        return std::nullopt;
    }
    store(d, f);
    if (d.total == 0 || d.have != d.total) return std::nullopt;
    if (d.family == 4 && d.header_bytes + d.total > kMostIp) {  // the first one's header may be longer than the others'
        kill(i, State::bad, ledger);
        return std::nullopt;
    }
    slots_[i].state = State::free;
    --used_;
    return Whole{assemble(d), d.fragments};
}

std::size_t Reassembler::find(const Fragment& f, std::uint32_t tag) const noexcept {
    if (used_ == 0) return kBuffers;
    for (std::size_t i = 0; i < kBuffers; ++i) {
        const Slot& slot = slots_[i];
        if (slot.state == State::free || slot.tag != tag || slot.clock != f.clock || slot.src != f.src) continue;
        const Datagram& d = datagrams_[i];
        if (d.dst == f.dst && d.id == f.id && d.proto == f.proto && d.family == f.family) return i;
    }
    return kBuffers;
}

std::size_t Reassembler::create(const Fragment& f, std::uint32_t tag, std::uint64_t received_ms,
                                Ledger& ledger) noexcept {
    make_room(f.src, ledger);
    std::size_t i = 0;
    while (slots_[i].state != State::free) ++i;
    slots_[i] = {f.src, received_ms, next_order_++, tag, f.clock, State::filling};
    ++used_;
    Datagram& d = datagrams_[i];
    d.dst = f.dst;
    d.id = f.id;
    d.proto = f.proto;
    d.family = f.family;
    d.link_bytes = d.header_bytes = d.fragments = d.have = d.end = d.total = 0;
    d.covered.fill(0);
    d.starts.fill(0);
    return i;
}

void Reassembler::make_room(const flow::IpAddress& src, Ledger& ledger) noexcept {
    std::size_t oldest = kBuffers, own_oldest = kBuffers, own = 0;
    for (std::size_t i = 0; i < kBuffers; ++i) {
        if (slots_[i].state == State::free) continue;
        if (oldest == kBuffers || slots_[i].order < slots_[oldest].order) oldest = i;
        if (slots_[i].src != src) continue;
        ++own;
        if (own_oldest == kBuffers || slots_[i].order < slots_[own_oldest].order) own_oldest = i;
    }
    if (own == kBuffersPerAddress)
        drop(own_oldest, Counter::fragments_evicted, ledger);
    else if (used_ == kBuffers)
        drop(oldest, Counter::fragments_evicted, ledger);
}

void Reassembler::drop(std::size_t i, Counter why, Ledger& ledger) noexcept {
    ledger[why] += datagrams_[i].fragments;
    slots_[i].state = State::free;
    --used_;
}

// The place stays taken until the datagram's time is over: what of it comes later shares its fate.
void Reassembler::kill(std::size_t i, State why, Ledger& ledger) noexcept {
    Datagram& d = datagrams_[i];
    ledger[why == State::bad ? Counter::fragments_bad : Counter::fragments_overlapping] += d.fragments;
    d.fragments = 0;
    slots_[i].state = why;
}

void Reassembler::expire(std::uint64_t now_ms, bool all, Ledger& ledger) noexcept {
    if (!all) return expire_on(0, now_ms, ledger);
    for (std::size_t i = 0; i < kBuffers && used_ != 0; ++i) {
        if (slots_[i].state != State::free) drop(i, Counter::fragments_expired, ledger);
    }
}

// A capture that is read faster than another must not end what waits for the other's next fragment.
void Reassembler::expire_on(std::uint32_t clock, std::uint64_t now_ms, Ledger& ledger) noexcept {
    for (std::size_t i = 0; i < kBuffers && used_ != 0; ++i) {
        const Slot& slot = slots_[i];
        if (slot.state != State::free && slot.clock == clock && now_ms >= slot.since_ms + kTimeoutMs)
            drop(i, Counter::fragments_expired, ledger);
    }
}

bool Reassembler::is_duplicate(const Datagram& d, const Fragment& f) noexcept {
    const Range r = units_of(f);
    const auto end = f.offset + f.data.size();
    const bool same_place = count(d.covered, r) == r.to - r.from && has(d.starts, r.from) &&
                            count(d.starts, {r.from + 1, r.to}) == 0 && (has(d.starts, r.to) || !has(d.covered, r.to));
    const bool is_last = d.total != 0 && r.to == (d.total + 7) / 8;
    return same_place && f.more != is_last && (f.more || end == d.total) &&
           std::memcmp(d.bytes.data() + kRoom + f.offset, f.data.data(), f.data.size()) == 0;
}

void Reassembler::store(Datagram& d, const Fragment& f) noexcept {
    const auto end = static_cast<std::uint32_t>(f.offset + f.data.size());
    std::memcpy(d.bytes.data() + kRoom + f.offset, f.data.data(), f.data.size());
    const Range r = units_of(f);
    each_word(r, [&](std::size_t word, std::uint64_t mask) { d.covered[word] |= mask; });
    d.starts[r.from / 64] |= 1ull << (r.from % 64);
    d.have += static_cast<std::uint32_t>(f.data.size());
    d.end = std::max(d.end, end);
    if (!f.more) d.total = end;
    if (f.offset != 0) return;
    d.link_bytes = static_cast<std::uint32_t>(f.link.size());
    d.header_bytes = static_cast<std::uint32_t>(f.header.size());
    std::uint8_t* const ip = d.bytes.data() + kRoom - d.header_bytes;
    std::copy(f.link.begin(), f.link.end(), ip - d.link_bytes);
    std::copy(f.header.begin(), f.header.end(), ip);
}

// The first fragment's headers, now of a whole packet.
Bytes Reassembler::assemble(Datagram& d) noexcept {
    std::uint8_t* const ip = d.bytes.data() + kRoom - d.header_bytes;
    const auto set = [ip](std::size_t at, std::size_t value) {
        ip[at] = static_cast<std::uint8_t>(value >> 8);
        ip[at + 1] = static_cast<std::uint8_t>(value);
    };
    if (d.family == 4) {
        set(2, d.header_bytes + d.total);
        set(6, 0);
    } else {
        set(4, d.total);
        ip[6] = d.proto;
    }
    return {ip - d.link_bytes, d.link_bytes + d.header_bytes + d.total};
}

}  // namespace dataplane
