// SPDX-License-Identifier: Apache-2.0
#include "store/query/scanner.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "filters/program/lanes.hpp"
#include "filters/program/marks.hpp"
#include "filters/program/readings.hpp"
#include "store/query/reader_facts.hpp"

namespace store::query {

namespace {

using flow::Column;
using flow::ColumnSet;

// So many blocks a thread are known, and on their way from the disk, before they are read.
constexpr std::size_t kAheadOfEach = 4;

// For all its rows, so that it can be told without reading it.
bool has_one_value(const archive::BlockReader& block, Column column) {
    if (column == Column::source) return true;
    if (column == Column::exporter) return block.exporters().size() == 1;
    switch (filters::program::bytes_of(column)) {
        case 0:
            return false;  // texts, stacks: their zones tell nothing
        case sizeof(flow::IpAddress): {
            const archive::AddressZone zone = block.address_zone(column);
            return zone.any ? zone.all && zone.low == zone.high : !filters::program::is_rare(column);
        }
        default: {
            const archive::Zone zone = block.zone(column);
            return zone.any ? zone.all && zone.low == zone.high : !filters::program::is_rare(column);
        }
    }
}

}  // namespace

ScanContext::ScanContext(const Options& given, std::vector<std::span<const SegmentChoice>> all_slots)
    : options(given),
      plan(given.program == nullptr ? nullptr : given.program->outline(), given.window),
      ordered(given.ordered || given.limits.rows != 0 || plan.counts_rows()),
      slots(std::move(all_slots)),
      opener(given.refresh),
      list(slots.size(), kAheadOfEach * std::max<std::size_t>(given.threads, 1)),
      rows_left(given.limits.rows) {
    if (given.program != nullptr) filter_columns = given.program->columns();
    if (!given.window.everything()) window_columns = {Column::first_ms, Column::last_ms};
}

std::span<const std::uint32_t> ExporterIds::of(std::span<const flow::ExporterKey> keys) {
    if (std::ranges::equal(keys, last_keys_)) return last_ids_;
    last_keys_.assign(keys.begin(), keys.end());
    last_ids_.clear();
    for (const flow::ExporterKey& key : keys) {
        const auto [at, fresh] = ids_.try_emplace(key, kUnknown);
        if (fresh) {
            at->second = table_.find_or_add(key).value_or(kUnknown);
            if (at->second == kUnknown) ++unknown_;
        }
        last_ids_.push_back(at->second);
    }
    return last_ids_;
}

Scanner::Scanner(ScanContext& context, Sink& sink)
    : context_(context),
      sink_(sink),
      planner_(context.plan),
      source_planner_(context.plan),
      exporter_ids_(*context.options.exporters) {}

flow::Result<std::unique_ptr<Scanner>> Scanner::make(ScanContext& context, Sink& sink) {
    std::unique_ptr<Scanner> out(new Scanner(context, sink));
    void* pages = mmap(nullptr, sizeof(flow::FlowBatch), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return flow::fail_errno("no memory for a thread of the query");
    out->batch_.reset(static_cast<flow::FlowBatch*>(pages));
    if (context.options.program != nullptr) {
        auto matcher = filters::Matcher::make(*context.options.program);
        if (!matcher) return flow::pass(matcher);
        out->matcher_ = std::move(*matcher);
    }
    return out;
}

void Scanner::run() {
    for (;;) {
        WorkList::Work work = context_.list.next();
        switch (work.kind) {
            case WorkList::Work::Kind::end:
                report_.exporters_unknown = exporter_ids_.unknown();
                return;
            case WorkList::Work::Kind::slot:
                context_.list.planned(work.slot, look_through(work.slot));
                break;
            case WorkList::Work::Kind::block:
                fetch(work.fetch);
                read(work.block);
                context_.list.done(work.block);
                break;
        }
    }
}

void Scanner::end() {
    context_.enough.store(true, std::memory_order_relaxed);
    context_.list.stop();
}

// --- reading ---

void Scanner::read(const BlockJob& job) {
    begun_ = false;
    touched_ = {};
    const auto opened = reader_.open_header(job.segment->headers, job.offset);
    flow::Result<void> done{};
    if (!opened) {
        done = opened;
    } else if (!take_whole(job)) {
        ++report_.blocks_read;
        done = read_pages(job, exporter_ids_.of(reader_.exporters()));
        for (std::size_t c = 0; c < flow::kColumns; ++c) {
            const auto column = static_cast<Column>(c);
            if (touched_.has(column)) report_.bytes_read += reader_.column_bytes(column);
        }
    }
    if (!done) {
        ++report_.blocks_damaged;
        report_.notes.push_back(job.segment->choice.path + ": " + done.error().message);
    }
}

bool Scanner::take_whole(const BlockJob& job) {
    const std::uint32_t rows = reader_.rows();
    if (!job.filter_holds || !job.window_holds) return false;
    if (context_.options.limits.rows != 0) {
        if (!context_.list.await_turn(job)) return true;
        if (context_.rows_left < rows) return false;
    }
    if (!begin(job)) return true;
    if (!sink_.take_whole(reader_)) return false;
    if (context_.options.limits.rows != 0 && (context_.rows_left -= rows) == 0) end();
    ++report_.blocks_whole;
    report_.rows += rows;
    report_.rows_passed += rows;
    context_.rows_done.fetch_add(rows, std::memory_order_relaxed);
    context_.rows_passed.fetch_add(rows, std::memory_order_relaxed);
    return true;
}

// Once a block: what need not be read for each of its pages.
void Scanner::take_stock() {
    absent_ = constant_ = standing_ = {};
    for (std::size_t c = 0; c < flow::kColumns; ++c) {
        const auto column = static_cast<Column>(c);
        const std::uint64_t bit = flow::present_bit(column);
        if (filters::program::is_rare(column) && (reader_.present_any() & bit) == 0) absent_.add(column);
        if (has_one_value(reader_, column)) constant_.add(column);
    }
}

flow::Result<void> Scanner::read_pages(const BlockJob& job, std::span<const std::uint32_t> exporters) {
    take_stock();
    for (Page page; page.number < reader_.pages(); ++page.number) {
        if (context_.list.stopped()) return {};
        page.count = reader_.page_rows(page.number);
        if (page.count > standing_rows_) standing_ = {};
        page.read = standing_;
        for (std::size_t word = 0; word < kWords; ++word)
            rows_[word] = filters::program::rows_of_word(word, page.count);
        batch_->reset();
        if (auto selected = select(page, exporters, job); !selected) return selected;
        report_.rows += reader_.page_rows(page.number);
        context_.rows_done.fetch_add(reader_.page_rows(page.number), std::memory_order_relaxed);
        if (page.count == 0) continue;
        if (auto filled = fill(page, context_.options.columns, exporters, job); !filled) return filled;
        if (context_.options.received) {
            if (auto filled = reader_.read_received(page.number, *batch_); !filled) return filled;
        }
        if (!deliver(page, job)) return {};
    }
    return {};
}

// Brings what of `columns` is not there yet; called with none it sets the batch's own facts.
flow::Result<void> Scanner::fill(Page& page, const ColumnSet& columns, std::span<const std::uint32_t> exporters,
                                 const BlockJob& job) {
    ColumnSet wanted = columns;
    wanted.remove(page.read);
    wanted.remove(absent_);
    if (wanted.empty() && batch_->rows != 0) return {};
    page.read.add(wanted);
    touched_.add(wanted);
    if (auto read = reader_.read(page.number, wanted, exporters, job.segment->choice.source, *batch_); !read)
        return read;
    ColumnSet varying = wanted;
    varying.remove(constant_);
    ColumnSet of_one_value = wanted;
    of_one_value.remove(varying);
    if (standing_.empty()) standing_rows_ = batch_->rows;
    if (standing_rows_ <= batch_->rows) standing_.add(of_one_value);
    return {};
}

flow::Result<void> Scanner::select(Page& page, std::span<const std::uint32_t> exporters, const BlockJob& job) {
    if (!job.filter_holds) {
        if (auto filled = fill(page, context_.filter_columns, exporters, job); !filled) return filled;
        keep_matches(page);
    }
    if (!job.window_holds && page.count != 0) {
        if (auto filled = fill(page, context_.window_columns, exporters, job); !filled) return filled;
        keep_window(page);
    }
    return {};
}

void Scanner::keep_matches(Page& page) {
    const auto found = matcher_->match(*batch_);
    if (found.empty() || found.front().channel != 0) {
        page.count = 0;
        return;
    }
    std::copy_n(found.front().rows, kWords, rows_.begin());
    page.count = found.front().count;
}

void Scanner::keep_window(Page& page) {
    const Window& window = context_.options.window;
    page.count = 0;
    if (window.nothing()) return;
    for (std::size_t word = 0; word < kWords; ++word) {
        if (rows_[word] == 0) continue;
        const std::size_t row = word * 64;
        rows_[word] &= filters::program::lanes_between(batch_->first_ms.data() + row, window.from_ms, window.to_ms) &
                       filters::program::lanes_between(batch_->last_ms.data() + row, window.from_ms, window.to_ms);
        page.count += static_cast<std::uint32_t>(std::popcount(rows_[word]));
    }
}

// Tells the sink of the block once. False: the scan was stopped.
bool Scanner::begin(const BlockJob& job) {
    if (begun_) return true;
    if (context_.ordered && !context_.list.await_turn(job)) return false;
    begun_ = true;
    sink_.begin(job.number);
    return true;
}

// False: the scan ends.
bool Scanner::deliver(Page& page, const BlockJob& job) {
    if (!begin(job)) return false;
    const bool limited = context_.options.limits.rows != 0;
    if (limited) trim(page);
    report_.rows_passed += page.count;
    context_.rows_passed.fetch_add(page.count, std::memory_order_relaxed);
    const bool more = sink_.take(*batch_, rows_.data(), page.count, reader_, page.number);
    if (more && !(limited && context_.rows_left == 0)) return true;
    end();
    return false;
}

// Rows beyond the limit go.
void Scanner::trim(Page& page) {
    std::uint64_t left = context_.rows_left;
    std::uint32_t kept = 0;
    for (std::uint64_t& word : rows_) {
        while (static_cast<std::uint64_t>(std::popcount(word)) > left) word &= ~(1ull << (63 - std::countl_zero(word)));
        const auto count = static_cast<std::uint32_t>(std::popcount(word));
        left -= count;
        kept += count;
    }
    page.count = kept;
    context_.rows_left = left;
}

}  // namespace store::query
