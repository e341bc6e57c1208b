// SPDX-License-Identifier: Apache-2.0
// `net-collector archive list`: what is in the archive.
#include "control/cli/archive.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/query_world.hpp"
#include "control/cli/text.hpp"
#include "control/duration.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

struct Line {
    std::string day, source;
    SegmentSums sums;
};

std::string one_digit(double value) {
    std::array<char, 32> out{};
    return {out.data(), static_cast<std::size_t>(std::snprintf(out.data(), out.size(), "%.1f", value))};
}

std::string received(std::uint64_t ms) {
    return control::time_text(ms / 1000);
}

// By day, then by source; or each segment.
std::vector<Line> lines_of(const Catalogue& catalogue, const ArchiveQuery& query) {
    std::map<std::pair<std::string, std::string>, SegmentSums> sums;
    for (const store::SegmentEntry& entry : catalogue.segments) {
        const std::string source = source_of(catalogue, entry.key);
        if (!query.source.empty() && source != query.source) continue;
        sums[{query.segments ? entry.key.path() : day_of(entry.key), source}].add(entry);
    }
    std::vector<Line> lines;
    for (const auto& [name, of] : sums) lines.push_back({name.first, name.second, of});
    return lines;
}

Json json_of(const SegmentSums& sums) {
    Json out{{"segments", sums.segments},
             {"flows", sums.rows},
             {"bytes", sums.bytes},
             {"bytes_per_flow", sums.bytes_per_flow()},
             {"damaged_blocks", sums.damaged_blocks}};
    if (sums.rows != 0) {
        out["oldest_ms"] = sums.received_from_ms;
        out["newest_ms"] = sums.received_to_ms;
    }
    return out;
}

void print_json(std::ostream& out, const Catalogue& catalogue, const std::vector<Line>& lines, const SegmentSums& all,
                bool segments) {
    Json json{{"directory", catalogue.directory}, {"together", json_of(all)}};
    json[segments ? "segments" : "days"] = Json::array();
    for (const Line& line : lines) {
        Json one{{segments ? "path" : "day", line.day}, {"source", line.source}};
        one.update(json_of(line.sums));
        json[segments ? "segments" : "days"].push_back(std::move(one));
    }
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

std::vector<std::string> cells_of(const std::string& day, const std::string& source, const SegmentSums& sums) {
    return {day,
            source,
            std::to_string(sums.segments),
            scaled(sums.rows),
            scaled(sums.bytes),
            one_digit(sums.bytes_per_flow()),
            sums.rows == 0 ? "" : received(sums.received_from_ms),
            sums.rows == 0 ? "" : received(sums.received_to_ms)};
}

}  // namespace

void SegmentSums::add(const store::SegmentEntry& entry) noexcept {
    ++segments;
    rows += entry.rows;
    bytes += entry.bytes;
    damaged_blocks += entry.damaged_blocks;
    received_from_ms = std::min(received_from_ms, entry.received_from_ms);
    received_to_ms = std::max(received_to_ms, entry.received_to_ms);
}

std::string day_of(const store::SegmentKey& key) {
    const std::string path = key.path();
    return path.substr(0, path.find('/'));
}

std::string source_of(const Catalogue& catalogue, const store::SegmentKey& key) {
    return key.source_id < catalogue.sources.size() ? catalogue.sources[key.source_id] : std::to_string(key.source_id);
}

Outcome<Catalogue> read_catalogue(const std::string& data_directory) {
    const auto reader = open_data(data_directory);
    if (!reader) return tl::unexpected(reader.error());
    auto segments = reader->segments(0, std::numeric_limits<std::uint32_t>::max());
    if (!segments) return failure(Exit::failed, segments.error().text());
    auto sources = reader->sources();
    if (!sources) return failure(Exit::failed, sources.error().text());
    return Catalogue{archive_of(data_directory), *std::move(segments), *std::move(sources)};
}

Done list_archive(const Context& context, const ArchiveQuery& query) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto catalogue = read_catalogue(where->data);
    if (!catalogue) return tl::unexpected(catalogue.error());
    const auto lines = lines_of(*catalogue, query);
    SegmentSums all;
    for (const Line& line : lines) {
        SegmentSums sums = line.sums;
        all.segments += sums.segments;
        all.rows += sums.rows;
        all.bytes += sums.bytes;
        all.damaged_blocks += sums.damaged_blocks;
        all.received_from_ms = std::min(all.received_from_ms, sums.received_from_ms);
        all.received_to_ms = std::max(all.received_to_ms, sums.received_to_ms);
    }
    if (context.json) {
        print_json(context.out, *catalogue, lines, all, query.segments);
        return {};
    }
    if (lines.empty()) {
        context.out << "nothing has been archived" << (query.source.empty() ? "" : " of this source")
                    << " yet: [archive] of the configuration says what is to be\n";
        return {};
    }
    Table table({query.segments ? "SEGMENT" : "DAY", "SOURCE", ">SEGMENTS", ">FLOWS", ">BYTES", ">BYTES/FLOW", "OLDEST",
                 "NEWEST"});
    for (const Line& line : lines) table.add(cells_of(line.day, line.source, line.sums));
    table.add(cells_of("together", "", all));
    table.print(context.out, Style{context.colour});
    if (all.damaged_blocks != 0)
        context.out << '\n'
                    << all.damaged_blocks
                    << " damaged blocks are left out of all answers: `net-collector archive verify`\n";
    return {};
}

}  // namespace cli
