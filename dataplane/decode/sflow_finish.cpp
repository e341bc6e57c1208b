// SPDX-License-Identifier: Apache-2.0
// What needs more than one record of a flow sample, and its texts.
#include <charconv>
#include <string_view>

#include "dataplane/decode/header_row.hpp"
#include "dataplane/decode/sflow_parts.hpp"

namespace decode::sflow {
namespace {

using flow::Bytes;
using flow::Column;
using flow::Cursor;
using flow::present_bit;

constexpr std::uint32_t kMostVlan = 4095;  // more means "not known"
constexpr std::size_t kMostTextBytes = 1024;

bool has(const Sample& s, Column c) noexcept {
    return (s.present & present_bit(c)) != 0;
}

void write_vlan(Column c, std::uint32_t id, std::uint16_t& place, Sample& s) noexcept {
    if (id > kMostVlan) return;
    place = static_cast<std::uint16_t>(id);
    s.present |= present_bit(c);
}

// The tags that were taken off before the header was sampled stand around those that it has.
void put_vlan_stack(Bytes stack, Sample& s) noexcept {
    Cursor at(stack);
    const std::uint64_t told = at.u32();
    const Bytes tags = at.take(told * 4);
    if (tags.empty()) return;
    const auto id = [&tags](std::size_t i) { return flow::load_be32(tags.data() + i * 4) & 0xfff; };
    const std::size_t count = tags.size() / 4;
    flow::FlowBatch& b = s.batch;
    if (has(s, Column::src_vlan) && !has(s, Column::inner_vlan)) {
        write_vlan(Column::inner_vlan, b.src_vlan[s.row], b.inner_vlan[s.row], s);
    } else if (count > 1 && !has(s, Column::inner_vlan)) {
        write_vlan(Column::inner_vlan, id(count - 1), b.inner_vlan[s.row], s);
    }
    write_vlan(Column::src_vlan, id(0), b.src_vlan[s.row], s);
}

void put_vlans(Sample& s) noexcept {
    flow::FlowBatch& b = s.batch;
    // A tag of id 0 brings a priority only; the switch knows the VLAN, and knows it where the tag was taken off.
    const bool tagged = has(s, Column::src_vlan) && b.src_vlan[s.row] != 0;
    if (!tagged) write_vlan(Column::src_vlan, s.src_vlan, b.src_vlan[s.row], s);
    write_vlan(Column::dst_vlan, s.dst_vlan, b.dst_vlan[s.row], s);
}

// Labels that the header lacks: entries of label stacks, top first, as MplsStack has them but for the TTL.
void put_labels(Bytes entries, Sample& s) noexcept {
    if (entries.empty() || has(s, Column::mpls)) return;
    flow::MplsStack& stack = s.batch.mpls[s.row];
    stack = {};
    stack.count = static_cast<std::uint32_t>(std::min(entries.size() / 4, stack.labels.size()));
    for (std::uint32_t i = 0; i < stack.count; ++i) stack.labels[i] = flow::load_be32(entries.data() + i * 4) >> 8;
    s.present |= present_bit(Column::mpls);
}

// The agent says where in the header the packet lies that comes out of a tunnel here: for kinds that layers.hpp does not know.
void go_to_inner_packet(Sample& s) noexcept {
    if (s.inner_offset >= s.header.size() || has(s, Column::tunnel_type)) return;
    if (!s.work.datagram.rule->inner_headers) return;
    const Bytes rest = s.header.subspan(s.inner_offset);
    using Depth = flow::Headers::Depth;
    flow::Layers inner = parse_layers(rest, flow::FirstHeader::ip, flow::Nesting::inner);
    if (inner.headers.depth < Depth::network) {
        inner = parse_layers(rest, flow::FirstHeader::ethernet, flow::Nesting::inner);
    }
    if (inner.headers.depth < Depth::network) return;
    flow::FlowBatch& b = s.batch;
    if (has(s, Column::src_addr)) {
        inner.has_tunnel_addresses = true;
        inner.tunnel = flow::Tunnel::other;
        inner.tunnel_src = b.src_addr[s.row];
        inner.tunnel_dst = b.dst_addr[s.row];
        inner.tunnel_proto = b.proto[s.row];
    }
    s.present &= ~(present_bit(Column::src_port) | present_bit(Column::tcp_flags));
    s.present |= write_headers(inner, b, s.row);
}

class TextBuffer {
  public:
    void put(char c) noexcept {
        if (used_ < text_.size())
            text_[used_++] = c;
        else
            fits_ = false;
    }
    void put(std::uint32_t number) noexcept {
        const auto [end, error] = std::to_chars(text_.data() + used_, text_.data() + text_.size(), number);
        if (error != std::errc())
            fits_ = false;
        else
            used_ = static_cast<std::size_t>(end - text_.data());
    }
    [[nodiscard]] bool empty() const noexcept { return used_ == 0; }
    [[nodiscard]] bool fits() const noexcept { return fits_; }
    [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), used_}; }

  private:
    std::array<char, kMostTextBytes> text_;
    std::size_t used_ = 0;
    bool fits_ = true;
};

void put_text(std::string_view text, flow::Text& place, Sample& s) noexcept {
    place = {};
    if (text.size() > kMostTextBytes || !s.batch.arena.add(text, place)) ++s.work.ledger[flow::Counter::texts_lost];
}
void put_text(const TextBuffer& buffer, flow::Text& place, Sample& s) noexcept {
    place = {};
    if (!buffer.fits() || !s.batch.arena.add(buffer.text(), place)) ++s.work.ledger[flow::Counter::texts_lost];
}
std::string_view text_of(Bytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// "65001 65002 {65010,65011}": segments in order, sets (type 1) in braces.
void put_path(Bytes path, TextBuffer& out) noexcept {
    Cursor at(path);
    bool first = true;
    while (at.left() != 0 && out.fits()) {
        const bool set = at.u32() == 1;
        const std::uint32_t length = at.u32();
        if (set && !first) out.put(' ');
        if (set) out.put('{');
        for (std::uint32_t i = 0; i < length && out.fits(); ++i) {
            if (set ? i != 0 : !first) out.put(set ? ',' : ' ');
            out.put(at.u32());
            first = false;
        }
        if (set) out.put('}');
        first &= !set;
    }
}

// "65001:100 65001:200". RFC 1997.
void put_communities(Bytes communities, TextBuffer& out) noexcept {
    for (std::size_t i = 0; i + 4 <= communities.size() && out.fits(); i += 4) {
        if (i != 0) out.put(' ');
        out.put(std::uint32_t{flow::load_be16(communities.data() + i)});
        out.put(':');
        out.put(std::uint32_t{flow::load_be16(communities.data() + i + 2)});
    }
}

void put_gateway(const Gateway& gateway, Sample& s) noexcept {
    if (gateway.path.empty() && gateway.communities.empty()) return;
    TextBuffer path, communities;
    put_path(gateway.path, path);
    put_communities(gateway.communities, communities);
    if (path.empty() && communities.empty()) return;
    put_text(path, s.batch.as_path[s.row], s);
    put_text(communities, s.batch.communities[s.row], s);
    s.present |= present_bit(Column::as_path);
}

}  // namespace

void finish_records(Sample& s) noexcept {
    if (s.inner_offset != 0) go_to_inner_packet(s);
    if (s.has_extras) put_vlan_stack(s.scratch.extras.vlan_stack, s);
    put_vlans(s);
    if (!s.has_extras) return;
    const Extras& extras = s.scratch.extras;
    put_labels(extras.mpls, s);
    put_gateway(extras.gateway, s);
    if (!extras.user.empty()) {
        put_text(text_of(extras.user), s.batch.user[s.row], s);
        s.present |= present_bit(Column::user);
    }
    if (!extras.url.empty() || !extras.host.empty()) {
        put_text(text_of(extras.host), s.batch.http_host[s.row], s);
        put_text(text_of(extras.url), s.batch.http_url[s.row], s);
        s.present |= present_bit(Column::http_host);
    }
}

}  // namespace decode::sflow
