// SPDX-License-Identifier: Apache-2.0
#include "control/query/selection.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <limits>

#include "control/config_problems.hpp"
#include "store/archive/block.hpp"
#include "store/archive/segment.hpp"

namespace query {
namespace {

using store::SegmentEntry;
using store::query::SegmentChoice;

constexpr std::uint32_t kEver = std::numeric_limits<std::uint32_t>::max();

void add(Selection& selection, SegmentChoice choice) {
    const SegmentEntry& e = choice.entry;
    selection.first_ms = std::min(selection.first_ms, e.first_ms);
    selection.last_ms = std::max(selection.last_ms, e.last_ms);
    selection.received_from_ms = std::min(selection.received_from_ms, e.received_from_ms);
    selection.received_to_ms = std::max(selection.received_to_ms, e.received_to_ms);
    selection.rows += e.rows;
    selection.segments.push_back(std::move(choice));
}

Outcome<std::uint32_t> number_of(const std::string& name, const std::vector<std::string>& names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<std::uint32_t>(found - names.begin());
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const auto near = control::nearest(name, candidates);
    return refuse(Trouble::no_data, "nothing is known of a source \"" + name + "\"" +
                                        (near.empty() ? ": `net-collector sources` lists them"
                                                      : ": did you mean \"" + std::string(near) + "\"?"));
}

SegmentChoice choice_of(const SegmentEntry& entry, const std::string& archive_directory) {
    return {.entry = entry,
            .path = archive_directory + "/" + entry.key.path(),
            .source = static_cast<std::uint16_t>(entry.key.source_id)};
}

bool made_by_nfdump(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return false;  // of a pipe it would wait for a writer
    std::array<char, 2> magic{};
    std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
    return (magic[0] == '\x0c' && magic[1] == '\xa5') || (magic[0] == '\xa5' && magic[1] == '\x0c');
}

tl::unexpected<Refusal> no_segment(const std::string& path, const flow::Error& why) {
    if (made_by_nfdump(path))
        return refuse(Trouble::usage,
                      path +
                          " is a file of nfdump's, which is not read here: bring it into the archive with "
                          "`nfreplay -H 127.0.0.1 -p PORT -v 9 -r " +
                          path + "` (PORT: that of a source), or with `net-collectord --replay` of a capture");
    return refuse(Trouble::failed, why.text());
}

void add_block(SegmentEntry& entry, const store::archive::BlockSums& sums, std::uint64_t end) {
    entry.bytes = end;
    ++entry.blocks;
    entry.rows += sums.rows;
    entry.received_from_ms = std::min(entry.received_from_ms, sums.received_from_ms);
    entry.received_to_ms = std::max(entry.received_to_ms, sums.received_to_ms);
    entry.first_ms = std::min(entry.first_ms, sums.first_ms);
    entry.last_ms = std::max(entry.last_ms, sums.last_ms);
    entry.flows += sums.flows;
    entry.packets += sums.packets;
    entry.bytes_sum += sums.bytes;
}

// As the catalogue would have it. What is torn at the end belongs to it, so that the answer says that something is missing:
// the file was cut short, or a block is being written.
SegmentEntry entry_of(const store::archive::SegmentFile& file) {
    SegmentEntry entry;
    entry.key = file.key();
    entry.bytes = file.first_block();
    store::archive::BlockReader reader;
    const auto bytes = file.bytes();
    std::uint32_t damaged = 0;
    for (std::size_t at = file.first_block(); at < bytes.size();) {
        if (!reader.open(bytes.subspan(at))) {
            ++damaged;
            at = file.find_block(at + 1);
            continue;
        }
        at += reader.bytes();
        add_block(entry, reader.sums(), at);
        entry.damaged_blocks += damaged;
        damaged = 0;
    }
    if (damaged != 0) entry.bytes = bytes.size();
    entry.damaged_blocks += damaged;
    return entry;
}

}  // namespace

Outcome<Selection> select_archive(const store::Reader& reader, const std::string& archive_directory,
                                  const std::vector<std::string>& only) {
    Selection selection;
    auto sources = reader.sources();
    if (!sources) return refuse(Trouble::failed, sources.error().text());
    selection.sources = *std::move(sources);
    for (const std::string& name : only) {
        const auto number = number_of(name, selection.sources);
        if (!number) return tl::unexpected(number.error());
        selection.source_ids.push_back(*number);
    }
    const auto entries = reader.segments(0, kEver, selection.source_ids);
    if (!entries) return refuse(Trouble::failed, entries.error().text());
    selection.segments.reserve(entries->size());
    for (const SegmentEntry& entry : *entries) add(selection, choice_of(entry, archive_directory));
    return selection;
}

Outcome<Selection> select_files(const Request& request, const std::vector<std::string>& only) {
    Selection selection;
    const auto paths = named_files(request);
    if (!paths) return tl::unexpected(paths.error());
    for (const std::string& path : *paths) {
        bool gone = false;
        const auto file = store::archive::SegmentFile::open(path, 0, gone);
        if (!file && gone && paths->size() > 1) continue;  // expired meanwhile
        if (!file) return no_segment(path, file.error());
        if (!only.empty() && std::find(only.begin(), only.end(), file->source()) == only.end()) continue;
        auto name = std::find(selection.sources.begin(), selection.sources.end(), file->source());
        if (name == selection.sources.end()) name = selection.sources.insert(name, file->source());
        const auto number = static_cast<std::uint16_t>(name - selection.sources.begin());
        add(selection, {.entry = entry_of(*file), .path = path, .source = number});
    }
    if (selection.segments.empty())
        return refuse(Trouble::no_data, "no segment files there" +
                                            std::string(only.empty() ? "" : " of the sources asked for") +
                                            ": `net-collector archive list` lists those of the data directory");
    return selection;
}

std::function<std::vector<SegmentChoice>(const store::SegmentKey&)> refreshed(const store::Reader& reader,
                                                                              const std::string& archive_directory) {
    return [&reader, archive_directory](const store::SegmentKey& key) {
        std::vector<SegmentChoice> out;
        const std::array sources{key.source_id};
        const auto entries = reader.segments(key.slot_s, key.slot_s + 1, sources);
        if (!entries) return out;
        for (const SegmentEntry& entry : *entries) out.push_back(choice_of(entry, archive_directory));
        return out;
    };
}

}  // namespace query
