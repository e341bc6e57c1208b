// SPDX-License-Identifier: Apache-2.0
#include "control/query/print_csv.hpp"

#include "control/query/address_text.hpp"
#include "control/query/names.hpp"
#include "control/query/numbers.hpp"
#include "control/query/tags.hpp"

namespace query {

namespace {

using flow::Column;

constexpr std::size_t kLabels = 10;
constexpr std::size_t kWidestCsv = 1024;
constexpr std::size_t kWidestPipe = 512;

void comma_number(Pen& p, std::uint64_t v) {
    p.put(',');
    p.number(v);
}
void comma_address(Pen& p, const flow::IpAddress& a, bool v6) {
    p.put(',');
    address_text(p, a, v6);
}
void comma_mac(Pen& p, std::uint64_t mac) {
    p.put(',');
    mac_text(p, mac);
}
void comma_latency(Pen& p, std::uint32_t us) {
    p.put(',');
    latency(p, us, 9);
}

void write_flow(Pen& p, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    const std::uint32_t row = r.row;
    r.times.seconds(p, r.sums.first_ms);
    p.put(',');
    r.times.seconds(p, r.sums.last_ms);
    p.put(',');
    duration_seconds(p, duration_of(r.sums), 0);
    comma_address(p, b.src_addr[row], r.is_v6());
    comma_address(p, b.dst_addr[row], r.is_v6());
    comma_number(p, b.src_port[row]);
    comma_number(p, b.dst_port[row]);
    p.put(',');
    write_protocol(p, b.proto[row]);
    p.put(',');
    flags_text(p, r.sums.tcp_flags);
    comma_number(p, b.forwarding_status[row]);
    comma_number(p, b.tos[row]);
    comma_number(p, r.sums.in_packets);
    comma_number(p, r.sums.in_bytes);
    comma_number(p, r.sums.out_packets);
    comma_number(p, r.sums.out_bytes);
    comma_number(p, b.input_if[row]);
    comma_number(p, b.output_if[row]);
    comma_number(p, b.src_as[row]);
    comma_number(p, b.dst_as[row]);
    comma_number(p, b.src_mask[row]);
    comma_number(p, b.dst_mask[row]);
}

void write_rest(Pen& p, const Record& r) {
    const flow::FlowBatch& b = r.batch;
    comma_number(p, r.rare(Column::dst_tos, b.dst_tos));
    comma_number(p, b.direction[r.row]);
    comma_address(p, b.next_hop[r.row], r.is_v6() && r.has(Column::next_hop));
    comma_address(p, r.rare(Column::bgp_next_hop, b.bgp_next_hop), r.is_v6() && r.has(Column::bgp_next_hop));
    comma_number(p, r.rare(Column::src_vlan, b.src_vlan));
    comma_number(p, r.rare(Column::dst_vlan, b.dst_vlan));
    comma_mac(p, r.rare(Column::in_src_mac, b.in_src_mac));
    comma_mac(p, r.rare(Column::out_dst_mac, b.out_dst_mac));
    comma_mac(p, r.rare(Column::in_dst_mac, b.in_dst_mac));
    comma_mac(p, r.rare(Column::out_src_mac, b.out_src_mac));
    const flow::MplsStack stack = r.rare(Column::mpls, b.mpls);
    for (std::size_t i = 0; i < kLabels; ++i) {
        p.put(',');
        write_mpls_label(p, stack, i, 0);
    }
    comma_latency(p, r.rare(Column::client_latency_us, b.client_latency_us));
    comma_latency(p, r.rare(Column::server_latency_us, b.server_latency_us));
    comma_latency(p, r.rare(Column::app_latency_us, b.app_latency_us));
    comma_address(p, r.router(), false);
    const std::uint32_t domain = r.exporter().domain;
    comma_number(p, domain >> 8 & 0xff);
    p.put('/');
    p.number(domain & 0xff);
    comma_number(p, r.exporter_number());
    p.put(',');
    r.times.milliseconds(p, r.received_ms());
}

}  // namespace

flow::ColumnSet CsvPrinter::columns() const {
    flow::ColumnSet all = sums_columns();
    all.add({Column::src_addr,
             Column::dst_addr,
             Column::src_port,
             Column::dst_port,
             Column::proto,
             Column::family,
             Column::tos,
             Column::forwarding_status,
             Column::input_if,
             Column::output_if,
             Column::src_as,
             Column::dst_as,
             Column::src_mask,
             Column::dst_mask,
             Column::direction,
             Column::next_hop,
             Column::exporter,
             Column::dst_tos,
             Column::bgp_next_hop,
             Column::src_vlan,
             Column::dst_vlan,
             Column::in_src_mac,
             Column::out_dst_mac,
             Column::in_dst_mac,
             Column::out_src_mac,
             Column::mpls,
             Column::client_latency_us,
             Column::server_latency_us,
             Column::app_latency_us});
    return all;
}

void CsvPrinter::header(std::string& out) {
    if (quiet_) return;
    out +=
        "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out,sas,das,smk,dmk,dtos,dir,nh,nhb,svln,dvln,"
        "ismc,odmc,idmc,osmc,mpls1,mpls2,mpls3,mpls4,mpls5,mpls6,mpls7,mpls8,mpls9,mpls10,cl,sl,al,ra,eng,exid,tr\n";
}

void CsvPrinter::record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                        std::string& out) {
    const Record r{batch, row, sums, style_, times_, 0};
    std::array<char, kWidestCsv> line;
    Pen pen(line.data());
    write_flow(pen, r);
    write_rest(pen, r);
    pen.put('\n');
    out.append(line.data(), static_cast<std::size_t>(pen.at() - line.data()));
}

void pipe_address(Pen& pen, const flow::IpAddress& address, bool v6) noexcept {
    const auto word = [&](std::uint64_t w) {
        pen.number(w & 0xffffffff);
        pen.put('|');
    };
    word(v6 ? address.high() >> 32 : 0);
    word(v6 ? address.high() : 0);
    word(v6 ? address.low() >> 32 : 0);
    pen.number(address.low() & 0xffffffff);
}

flow::ColumnSet PipePrinter::columns() const {
    flow::ColumnSet all = sums_columns();
    all.add({Column::src_addr, Column::dst_addr, Column::src_port, Column::dst_port, Column::proto, Column::family,
             Column::src_as, Column::dst_as, Column::input_if, Column::output_if, Column::tos});
    return all;
}

void PipePrinter::record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                         std::string& out) {
    const bool is_v6 = batch.family[row] == 6;
    const bool v6 = reads_as_v6(batch.src_addr[row], is_v6) || reads_as_v6(batch.dst_addr[row], is_v6);
    std::array<char, kWidestPipe> line;
    Pen p(line.data());
    const auto bar_number = [&](std::uint64_t v) {
        p.put('|');
        p.number(v);
    };
    p.number(pipe_family(v6));
    bar_number(sums.first_ms);
    bar_number(sums.last_ms);
    bar_number(batch.proto[row]);
    p.put('|');
    pipe_address(p, batch.src_addr[row], v6);
    bar_number(batch.src_port[row]);
    p.put('|');
    pipe_address(p, batch.dst_addr[row], v6);
    bar_number(batch.dst_port[row]);
    bar_number(batch.src_as[row]);
    bar_number(batch.dst_as[row]);
    bar_number(batch.input_if[row]);
    bar_number(batch.output_if[row]);
    bar_number(sums.tcp_flags);
    bar_number(batch.tos[row]);
    bar_number(sums.in_packets);
    bar_number(sums.in_bytes);
    p.put('\n');
    out.append(line.data(), static_cast<std::size_t>(p.at() - line.data()));
}

}  // namespace query
