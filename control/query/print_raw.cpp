// SPDX-License-Identifier: Apache-2.0
#include "control/query/print_raw.hpp"

#include "control/query/address_text.hpp"
#include "control/query/names.hpp"
#include "control/query/numbers.hpp"
#include "control/query/sections.hpp"
#include "control/query/shown_text.hpp"
#include "control/query/tags.hpp"

namespace query {

namespace {

using flow::Column;

constexpr std::size_t kLabel = 13;  // characters before the =
constexpr std::size_t kValue = 17;  // numbers and most texts are right-aligned
constexpr std::size_t kAddress = 16;
constexpr std::size_t kInterfaceDigits = 8, kAsDigits = 5, kCounterDigits = 10;

// Lines "  label        =   value", one behind the other.
class Block {
  public:
    explicit Block(std::string& out) : out_(out) {}

    template <class Write>
    void line(std::string_view label, Write&& write) {
        label_of(label);
        std::array<char, kWidestField> text;
        Pen pen(text.data());
        write(pen);
        out_.append(text.data(), pen.at());
        out_ += '\n';
    }
    void number(std::string_view label, std::uint64_t v) {
        line(label, [&](Pen& p) { p.number(v, kValue); });
    }
    // Of up to `digits` as number(), of more further to the right.
    void wide_number(std::string_view label, std::uint64_t v, std::size_t digits) {
        line(label, [&](Pen& p) {
            p.blanks(kValue - digits);
            p.number(v, digits);
        });
    }
    // A number and what it stands for.
    void number(std::string_view label, std::uint64_t v, std::string_view meaning) {
        line(label, [&](Pen& p) {
            p.number(v, kValue);
            p.text(meaning);
        });
    }
    void text(std::string_view label, std::string_view value) {
        label_of(label);
        out_ += value;
        out_ += '\n';
    }
    void address(std::string_view label, const flow::IpAddress& a, bool v6) {
        line(label, [&](Pen& p) {
            p.blanks(kValue - kAddress);
            std::array<char, kWidestAddress> whole;
            Pen inner(whole.data());
            address_text(inner, a, v6);
            p.right({whole.data(), static_cast<std::size_t>(inner.at() - whole.data())}, kAddress);
        });
    }
    void mac(std::string_view label, std::uint64_t v) {
        line(label, [&](Pen& p) { mac_text(p, v); });
    }

  private:
    void label_of(std::string_view label) {
        out_ += "  ";
        out_ += label;
        if (label.size() < kLabel) out_.append(kLabel - label.size(), ' ');
        out_ += "= ";
    }
    std::string& out_;
};

void time(Block& block, std::string_view label, const Record& r, std::uint64_t ms) {
    block.line(label, [&](Pen& p) {
        p.number(ms, kValue);
        p.text(" [");
        if (ms == 0) {
            p.text("<unknown>.000");
        } else {
            r.times.milliseconds(p, ms);
        }
        p.put(']');
    });
}

void hexadecimal(Block& block, std::string_view label, std::uint8_t v, std::string_view meaning) {
    block.line(label, [&](Pen& p) {
        p.blanks(kValue - 4);
        p.text("0x");
        p.hexadecimal_padded(v, 2);
        p.put(' ');
        p.text(meaning);
    });
}

void write_source(Block& block, const Record& r) {
    const flow::ExporterKey key = r.exporter();
    std::string meaning;
    if (r.is_event()) {
        meaning = "EVENT";
    } else {
        meaning = key.protocol == flow::Protocol::sflow5 ? "SFLOW v" : "NETFLOW v";
        meaning += std::to_string(static_cast<unsigned>(key.protocol) % 100);
    }
    const bool sampled = r.batch.sampling[r.row] > 1;
    meaning += sampled ? ", Sampled" : ", Unsampled";
    hexadecimal(block, "Flags", static_cast<std::uint8_t>((r.is_event() ? 1 : 0) | (sampled ? 2 : 0)), meaning);
    block.number("engine type", key.domain >> 8 & 0xff);
    block.number("engine ID", key.domain & 0xff);
    block.number("export sysid", r.exporter_number());
}

void write_generic(Block& block, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    time(block, "first", r, r.sums.first_ms);
    time(block, "last", r, r.sums.last_ms);
    time(block, "received at", r, r.received_ms());
    block.line("proto", [&](Pen& p) {
        p.number(b.proto[r.row], kValue);
        p.put(' ');
        write_protocol(p, b.proto[r.row]);
    });
    std::array<char, 8> flags;
    Pen pen(flags.data());
    flags_text(pen, r.sums.tcp_flags);
    hexadecimal(block, "tcp flags", r.sums.tcp_flags, {flags.data(), flags.size()});
    if (r.is_icmp()) {
        block.line("ICMP", [&](Pen& p) {
            p.blanks(kValue - 4);
            p.number(b.dst_port[r.row] >> 8, 2);
            p.put('.');
            p.number_left(b.dst_port[r.row] & 0xff, 2);
            p.text(" type.code");
        });
    } else {
        block.number("src port", b.src_port[r.row]);
        block.number("dst port", b.dst_port[r.row]);
        block.number("src tos", b.tos[r.row]);
    }
    block.wide_number("in packets", r.sums.in_packets, kCounterDigits);
    block.wide_number("in bytes", r.sums.in_bytes, kCounterDigits);
    block.address("src addr", b.src_addr[r.row], r.is_v6());
    block.address("dst addr", b.dst_addr[r.row], r.is_v6());
}

void mask(Block& block, std::string_view label, const Record& r, const flow::IpAddress& a, std::uint8_t bits) {
    block.line(label, [&](Pen& p) {
        p.number(bits, kValue);
        p.put(' ');
        if (bits != 0) address_text(p, network_of(a, r.is_v6(), bits), r.is_v6());
        p.put('/');
        p.number(bits);
    });
}

void write_misc(Block& block, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    block.wide_number("input", b.input_if[r.row], kInterfaceDigits);
    block.wide_number("output", b.output_if[r.row], kInterfaceDigits);
    mask(block, "src mask", r, b.src_addr[r.row], b.src_mask[r.row]);
    mask(block, "dst mask", r, b.dst_addr[r.row], b.dst_mask[r.row]);
    block.number("fwd status", b.forwarding_status[r.row]);
    block.number("dst tos", r.rare(Column::dst_tos, b.dst_tos));
    block.number("direction", b.direction[r.row]);
    hexadecimal(block, "biFlow Dir", 0, "");
    const std::uint8_t reason = r.rare(Column::end_reason, b.end_reason);
    hexadecimal(block, "end reason", reason, end_reason_title(reason));
}

void write_routing(Block& block, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    if (has_counters(r)) {
        block.wide_number("out packets", r.sums.out_packets, kCounterDigits);
        block.wide_number("out bytes", r.sums.out_bytes, kCounterDigits);
        block.wide_number("aggr flows", r.sums.flows, kCounterDigits);
    }
    if (has_vlans(r)) {
        block.number("src vlan", r.rare(Column::src_vlan, b.src_vlan));
        block.number("dst vlan", r.rare(Column::dst_vlan, b.dst_vlan));
    }
    if (has_as(r)) {
        block.wide_number("src as", b.src_as[r.row], kAsDigits);
        block.wide_number("dst as", b.dst_as[r.row], kAsDigits);
    }
    if (r.has(Column::bgp_next_hop)) block.address("bgp next hop", b.bgp_next_hop[r.row], r.is_v6());
    if (r.has(Column::next_hop)) block.address("ip next hop", b.next_hop[r.row], r.is_v6());
    if (has_router(r)) block.address("ip exporter", r.router(), false);
}

void write_labels(Block& block, const flow::MplsStack& stack) {
    for (std::uint32_t i = 0; i < stack.count; ++i) {
        std::string label = "MPLS Lbl ";
        label += i < 9 ? " " : "";
        label += std::to_string(i + 1);
        block.line(label, [&](Pen& p) { write_mpls_label(p, stack, i, kValue - 4); });
    }
}

void latency_line(Block& block, std::string_view label, std::uint32_t us) {
    block.line(label, [&](Pen& p) {
        latency(p, us, kValue);
        p.text(" ms");
    });
}

void write_link(Block& block, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    if (r.has(Column::mpls)) write_labels(block, b.mpls[r.row]);
    if (has_macs(r)) {
        block.mac("in src mac", r.rare(Column::in_src_mac, b.in_src_mac));
        block.mac("out dst mac", r.rare(Column::out_dst_mac, b.out_dst_mac));
        block.mac("in dst mac", r.rare(Column::in_dst_mac, b.in_dst_mac));
        block.mac("out src mac", r.rare(Column::out_src_mac, b.out_src_mac));
    }
    if (has_neighbours(r)) {
        block.wide_number("bgp next as", r.rare(Column::next_as, b.next_as), kAsDigits);
        block.wide_number("bgp prev as", r.rare(Column::prev_as, b.prev_as), kAsDigits);
    }
    if (r.has(Column::client_latency_us)) {
        latency_line(block, "cli latency", b.client_latency_us[r.row]);
        latency_line(block, "srv latency", b.server_latency_us[r.row]);
        latency_line(block, "app latency", b.app_latency_us[r.row]);
    }
}

void acl(Block& block, std::string_view label, const flow::AclId& id) {
    block.line(label, [&](Pen& p) {
        p.blanks(6);
        write_acl_text(p, id);
    });
}

void write_events(Block& block, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    if (r.has(Column::firewall_event)) {
        const std::uint16_t extended = r.rare(Column::firewall_xevent, b.firewall_xevent);
        const std::string_view label = extended_event_label(extended);
        block.number("connect ID", r.rare(Column::flow_id, b.flow_id));
        block.number("fw event", b.firewall_event[r.row],
                     ": " + std::string(firewall_event_title(b.firewall_event[r.row])));
        block.number("fw ext event", extended, ": " + (label.empty() ? std::to_string(extended) : std::string(label)));
        time(block, "Event time", r, r.rare(Column::event_ms, b.event_ms));
    }
    if (r.has(Column::nat_src_addr)) {
        block.address("src xlt ip", b.nat_src_addr[r.row], false);
        block.address("dst xlt ip", b.nat_dst_addr[r.row], false);
    }
    if (r.has(Column::nat_src_port)) {
        block.number("src xlt port", b.nat_src_port[r.row]);
        block.number("dst xlt port", b.nat_dst_port[r.row]);
    }
    if (r.has(Column::ingress_acl)) {
        acl(block, "Ingress ACL", b.ingress_acl[r.row]);
        acl(block, "Egress ACL", b.egress_acl[r.row]);
    }
    if (r.has(Column::user)) {
        block.text("username", "      " + shown_text(b.arena.view(b.user[r.row]).substr(0, kWidestText)));
    }
    if (r.has(Column::nat_event)) {
        block.number("nat event", b.nat_event[r.row], ": " + std::string(nat_event_label(b.nat_event[r.row])));
        time(block, "Event time", r, r.rare(Column::event_ms, b.event_ms));
    }
}

void write_application(Block& block, const Record& r) {
    const std::string_view name = r.text(Column::application, r.batch.application);
    std::string text(kValue - 5, ' ');
    std::array<char, kWidestField> id;
    Pen pen(id.data());
    write_application_id(pen, r.batch.application_id[r.row]);
    text.append(id.data(), pen.at());
    text += ": ";
    text += name.empty() ? "<no info>" : shown_text(name.substr(0, kWidestText));
    block.text("app ID", text);
}

void write_end(Block& block, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    if (r.has(Column::port_block_start)) {
        block.number("pblock start", b.port_block_start[r.row]);
        block.number("pblock end", b.port_block_end[r.row]);
        block.number("pblock step", b.port_block_step[r.row]);
        block.number("pblock size", b.port_block_size[r.row]);
    }
    if (r.has(Column::application_id)) write_application(block, r);
    if (r.has(Column::ingress_vrf)) {
        block.number("ingress VRF", b.ingress_vrf[r.row]);
        block.number("egress VRF", b.egress_vrf[r.row]);
    }
}

}  // namespace

void RawPrinter::record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                        std::string& out) {
    const Record r{batch, row, sums, style_, times_, ++printed_};
    out += "\nFlow Record: \n";
    Block block(out);
    block.number("RecordCount", r.number);
    write_source(block, r);
    write_generic(block, r);
    if (has_misc(r)) write_misc(block, r);
    write_routing(block, r);
    write_link(block, r);
    write_events(block, r);
    write_end(block, r);
}

}  // namespace query
