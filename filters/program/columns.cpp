// SPDX-License-Identifier: Apache-2.0
#include "filters/program/columns.hpp"

namespace filters::program {

namespace {

using flow::Column;
using flow::ColumnSet;
using language::Reading;
using language::Subject;

const ColumnSet kScale = {Column::sampling, Column::thinning};
const ColumnSet kTimes = {Column::first_ms, Column::last_ms};

ColumnSet with(ColumnSet set, std::initializer_list<Column> more) {
    set.add(ColumnSet(more));
    return set;
}
ColumnSet with(ColumnSet set, const ColumnSet& more) {
    set.add(more);
    return set;
}

// What it is worked out of, presence apart.
ColumnSet values_of(Subject subject) {
    switch (subject.reading) {
        case Reading::column:
            return {subject.column};
        case Reading::icmp_type:
        case Reading::icmp_code:
            return {Column::dst_port};
        case Reading::packets:
            return with(kScale, {Column::in_packets});
        case Reading::bytes:
            return with(kScale, {Column::in_bytes});
        case Reading::out_packets:
            return with(kScale, {Column::out_packets});
        case Reading::out_bytes:
            return with(kScale, {Column::out_bytes});
        case Reading::flows:
            return {Column::thinning, Column::flow_count, Column::present};
        case Reading::duration_ms:
            return kTimes;
        case Reading::pps:
            return with(with(kScale, kTimes), {Column::in_packets});
        case Reading::bps:
            return with(with(kScale, kTimes), {Column::in_bytes});
        case Reading::bpp:
            return with(kScale, {Column::in_packets, Column::in_bytes});
        case Reading::count:
            return {};
        case Reading::mpls_label:
        case Reading::mpls_exp:
        case Reading::mpls_eos:
            return {Column::mpls};
        case Reading::ingress_acl:
            return {Column::ingress_acl};
        case Reading::egress_acl:
            return {Column::egress_acl};
        case Reading::same_ttl:
            return {Column::min_ttl, Column::max_ttl};
        case Reading::in_port_block:
            return {subject.index == 0 ? Column::src_port : Column::dst_port, Column::port_block_start,
                    Column::port_block_end, Column::port_block_size};
        case Reading::exporter_address:
        case Reading::exporter_id:
        case Reading::exporter_version:
        case Reading::engine_type:
        case Reading::engine_id:
            return {Column::exporter};
        case Reading::application_bytes:
        case Reading::tls_ja3:
        case Reading::tls_ja4:
        case Reading::tls_server_name:
            return {Column::payload, Column::proto};
    }
    return ColumnSet::all();
}

}  // namespace

ColumnSet columns_of(Subject subject) {
    ColumnSet out = values_of(subject);
    if (language::presence_of(subject) != 0) out.add(Column::present);
    return out;
}

ColumnSet columns_of(const Tables& tables) {
    ColumnSet out;
    for (const Subject subject : tables.numbers) out.add(columns_of(subject));
    for (const auto& shared : tables.prefixes) {
        for (const Subject subject : shared.subjects) out.add(columns_of(subject));
    }
    for (const MaskTable& mask : tables.masks) out.add(columns_of(mask.table.subject));
    for (const TextIndex& index : tables.texts) {
        for (const Subject subject : index.subjects) out.add(columns_of(subject));
    }
    if (!tables.exporters.empty() && tables.known_exporters != nullptr) out.add(Column::exporter);
    return out;
}

}  // namespace filters::program
