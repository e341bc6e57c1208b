// SPDX-License-Identifier: Apache-2.0
// Looking slots through: the part of a Scanner that reads headers only.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "store/query/reader_facts.hpp"
#include "store/query/scanner.hpp"

namespace store::query {

namespace {

using flow::Column;
using flow::ColumnSet;
using Place = archive::BlockReader::Place;

constexpr unsigned kSlotShift = 24;             // Sink::begin(): slot above, block below
constexpr std::uint64_t kGapBytes = 64 * 1024;  // less between two columns is read along

}  // namespace

bool Scanner::is_outside(const SegmentEntry& entry) const noexcept {
    const Window& window = context_.options.window;
    return entry.last_ms < window.from_ms || entry.first_ms > window.to_ms;
}

// All of a slot and source at once: one of them alone may have been merged with another that is wanted.
bool Scanner::rule_out(std::span<const SegmentChoice> choices) {
    if (context_.plan.counts_rows()) return false;
    if (std::ranges::all_of(choices, [&](const SegmentChoice& choice) { return is_outside(choice.entry); }))
        return true;
    return !source_planner_.filter(SourceAlone(choices.front().source)).may_hold;
}

void Scanner::count(const SegmentEntry& entry) {
    ++report_.segments;
    report_.received_from_ms = std::min(report_.received_from_ms, entry.received_from_ms);
    report_.received_to_ms = std::max(report_.received_to_ms, entry.received_to_ms);
    report_.first_ms = std::min(report_.first_ms, entry.first_ms);
    report_.last_ms = std::max(report_.last_ms, entry.last_ms);
}

void Scanner::skip(const SegmentEntry& entry) {
    ++report_.segments_skipped;
    report_.rows_skipped += entry.rows;
    context_.rows_done.fetch_add(entry.rows, std::memory_order_relaxed);
}

std::vector<BlockJob> Scanner::look_through(std::uint64_t slot) {
    const auto choices = context_.slots[slot];
    std::vector<BlockJob> jobs;
    if (rule_out(choices)) {
        for (const SegmentChoice& choice : choices) {
            count(choice.entry);
            skip(choice.entry);
        }
        return jobs;
    }
    SlotFiles files = context_.opener.open(choices);
    for (const SegmentEntry& entry : files.entries) count(entry);
    report_.segments_expired += files.expired;
    report_.segments_failed += files.failed;
    for (std::string& note : files.notes) report_.notes.push_back(std::move(note));
    next_number_ = slot << kSlotShift;
    for (const auto& segment : files.files) {
        if (!context_.plan.counts_rows() && is_outside(segment->choice.entry)) {
            skip(segment->choice.entry);
        } else {
            look_through(segment, jobs);
        }
        if (context_.list.stopped()) break;
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        jobs[i].slot = slot;
        jobs[i].index = static_cast<std::uint32_t>(i);
        if (i < context_.list.ahead()) fetch({jobs[i].segment, std::exchange(jobs[i].fetch, {})});
    }
    return jobs;
}

void Scanner::look_through(const std::shared_ptr<OpenSegment>& segment, std::vector<BlockJob>& jobs) {
    const archive::SegmentHeaders& headers = segment->headers;
    for (std::uint64_t offset = headers.first_block(); offset < headers.bytes();) {
        const auto opened = reader_.open_header(headers, offset);
        if (opened && reader_.bytes() != 0) {
            look_at_block(segment, offset, jobs);
            offset += reader_.bytes();
            continue;
        }
        ++report_.blocks_damaged;
        report_.notes.push_back(segment->choice.path + ": " +
                                (opened ? "a block without an end" : opened.error().message));
        offset = behind_damage(*segment, offset);
    }
}

// Where the next block seems to begin.
std::uint64_t Scanner::behind_damage(OpenSegment& segment, std::uint64_t offset) {
    return map(segment) ? segment.file().find_block(offset + 1) : segment.headers.bytes();
}

bool Scanner::map(OpenSegment& segment) {
    const auto mapped = segment.map();
    if (mapped) return true;
    ++report_.segments_failed;
    report_.notes.push_back(mapped.error().text());
    return false;
}

void Scanner::look_at_block(const std::shared_ptr<const OpenSegment>& segment, std::uint64_t offset,
                            std::vector<BlockJob>& jobs) {
    ++report_.blocks;
    const std::uint64_t number = next_number_++;
    BlockJob job{.number = number, .segment = segment, .offset = offset};
    if (!context_.plan.counts_rows()) {
        const ReaderFacts facts(reader_, exporter_ids_.of(reader_.exporters()), segment->choice.source);
        const Truth window = planner_.window(facts);
        const Truth filter = window.may_hold ? planner_.filter(facts) : Truth{};
        if (skip_block(window, filter)) return;
        job.window_holds = !window.may_fail;
        job.filter_holds = !filter.may_fail;
    } else {
        job.window_holds = context_.options.window.everything();
    }
    // A program without an outline has to be run.
    job.filter_holds &= context_.options.program == nullptr || context_.options.program->outline() != nullptr;
    job.fetch = bytes_to_read(job.filter_holds, job.window_holds);
    for (Place& place : job.fetch) place.offset += offset;
    jobs.push_back(std::move(job));
}

bool Scanner::skip_block(const Truth& window, const Truth& filter) {
    if (window.may_hold && filter.may_hold) return false;
    if (!window.may_hold) {
        ++report_.skipped_time;
    } else {
        switch (filter.by) {
            case RuledOutBy::absent:
                ++report_.skipped_absent;
                break;
            case RuledOutBy::addresses:
                ++report_.skipped_addresses;
                break;
            default:
                ++report_.skipped_zones;
                break;
        }
    }
    report_.rows_skipped += reader_.rows();
    context_.rows_done.fetch_add(reader_.rows(), std::memory_order_relaxed);
    return true;
}

// In the order they lie in, neighbours together. The sink's columns only where it is sure that they are needed.
std::vector<Place> Scanner::bytes_to_read(bool filter_holds, bool window_holds) const {
    ColumnSet columns;
    if (!filter_holds) columns.add(context_.filter_columns);
    if (!window_holds) columns.add(context_.window_columns);
    if (filter_holds) columns.add(context_.options.columns);
    std::vector<Place> pieces;
    for (std::size_t c = 0; c < flow::kColumns; ++c) {
        const auto column = static_cast<Column>(c);
        if (!columns.has(column)) continue;
        const Place place = reader_.column_place(column);
        if (place.bytes != 0) pieces.push_back(place);
    }
    std::ranges::sort(pieces, {}, &Place::offset);
    std::vector<Place> out;
    for (const Place& piece : pieces) {
        if (!out.empty() && piece.offset <= out.back().offset + out.back().bytes + kGapBytes) {
            const std::uint64_t end = std::max(out.back().offset + out.back().bytes, piece.offset + piece.bytes);
            out.back().bytes = end - out.back().offset;
        } else {
            out.push_back(piece);
        }
    }
    return out;
}

void Scanner::fetch(const Fetch& wanted) noexcept {
    for (const Place& place : wanted.places) wanted.segment->headers.fetch(place.offset, place.bytes);
}

}  // namespace store::query
