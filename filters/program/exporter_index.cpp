// SPDX-License-Identifier: Apache-2.0
#include "filters/program/exporter_index.hpp"

namespace filters::program {

namespace {

using flow::ExporterKey;
using flow::Protocol;
using language::Reading;

// sFlow has no number among NetFlow's; nfdump shows its own, 5.
std::uint64_t version_of(Protocol protocol) noexcept {
    return protocol == Protocol::sflow5 ? 5 : static_cast<std::uint64_t>(protocol);
}

}  // namespace

std::uint64_t number_of(language::Subject subject, const ExporterKey& key, std::uint32_t id) noexcept {
    switch (subject.reading) {
        case Reading::exporter_version:
            return version_of(key.protocol);
        case Reading::engine_type:
            return key.domain >> 8 & 0xff;
        case Reading::engine_id:
            return key.domain & 0xff;
        default:
            return std::uint64_t{id} + 1;
    }
}

const flow::IpAddress& address_of(const ExporterKey& key) noexcept {
    return key.protocol == Protocol::sflow5 ? key.agent : key.address;
}

void ExporterIndex::run(const flow::FlowBatch& batch, const flow::ExporterTable& exporters,
                        Marks marks) const noexcept {
    const std::uint32_t known = exporters.size();
    for (std::uint32_t first = 0; first < batch.rows;) {
        const std::uint32_t id = batch.exporter[first];
        std::uint32_t end = first + 1;
        while (end < batch.rows && batch.exporter[end] == id) ++end;
        if (id < known) mark(exporters.key(id), id, first, end, marks);
        first = end;
    }
}

void ExporterIndex::mark(const ExporterKey& key, std::uint32_t id, std::uint32_t first, std::uint32_t end,
                         Marks marks) const noexcept {
    const auto range = [&](PredicateId predicate) { marks.range(predicate, first, end); };
    for (const WideTable& table : numbers) {
        const std::uint64_t number = number_of(table.subject, key, id);
        table.sets.each(table.sets.heads[table.find(number)], range);
    }
    const flow::IpAddress& address = address_of(key);
    for (const PrefixTable& table : addresses) table.each(address, range);
    for (const MaskTable& mask : masks) mask.each(address, range);
}

}  // namespace filters::program
