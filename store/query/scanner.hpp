// SPDX-License-Identifier: Apache-2.0
// One thread of a scan: looks slots through for blocks that can match, and reads those.
//
// Thread: a Scanner belongs to one; a ScanContext is shared by all of a scan.
// Shape:  of a page first the filter's columns, then the window's, then the sink's: each only where rows are left.
#pragma once

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "store/query/plan.hpp"
#include "store/query/scan.hpp"
#include "store/query/slot_files.hpp"
#include "store/query/work_list.hpp"

namespace store::query {

struct ScanContext {
    ScanContext(const Options& given, std::vector<std::span<const SegmentChoice>> all_slots);

    const Options& options;
    const Plan plan;
    const bool ordered;
    const std::vector<std::span<const SegmentChoice>> slots;  // of one slot and source each, in order
    flow::ColumnSet filter_columns{};
    flow::ColumnSet window_columns{};
    SlotOpener opener;
    WorkList list;
    // A sink has enough, or all rows of the limit have passed. Written by: any thread of the scan.
    std::atomic<bool> enough{false};
    // For progress. Written by: any thread of the scan.
    std::atomic<std::uint64_t> rows_done{0}, rows_passed{0};
    std::uint64_t rows_left;  // of Limits::rows; touched by the thread whose turn it is
};

// What blocks' exporters are called in the scan's table.
class ExporterIds {
  public:
    explicit ExporterIds(flow::ExporterTable& table) : table_(table) {}
    // Valid until the next call.
    [[nodiscard]] std::span<const std::uint32_t> of(std::span<const flow::ExporterKey> keys);
    [[nodiscard]] std::uint64_t unknown() const noexcept { return unknown_; }

    static constexpr std::uint32_t kUnknown = ~0u;  // in no table

  private:
    flow::ExporterTable& table_;
    std::unordered_map<flow::ExporterKey, std::uint32_t, flow::ExporterKeyHash> ids_{};
    std::vector<flow::ExporterKey> last_keys_{};
    std::vector<std::uint32_t> last_ids_{};
    std::uint64_t unknown_ = 0;
};

class Scanner {
  public:
    // `sink`: called only in turn where rows come in order. Errors: no memory.
    [[nodiscard]] static flow::Result<std::unique_ptr<Scanner>> make(ScanContext& context, Sink& sink);

    // Until there is nothing more to do.
    void run();
    [[nodiscard]] const Report& report() const noexcept { return report_; }  // what this thread did
    [[nodiscard]] const std::vector<Planner::Tally>& tallies() const noexcept { return planner_.tallies(); }

  private:
    static constexpr std::size_t kWords = flow::kBatchRows / 64;
    using RowBits = std::array<std::uint64_t, kWords>;
    struct Unmap {
        void operator()(flow::FlowBatch* batch) const noexcept { munmap(batch, sizeof(flow::FlowBatch)); }
    };
    // Columns of the page in hand.
    struct Page {
        std::uint32_t number = 0;
        flow::ColumnSet read{};
        std::uint32_t count = 0;  // rows left
    };

    Scanner(ScanContext& context, Sink& sink);

    // scanner_plan.cpp
    [[nodiscard]] std::vector<BlockJob> look_through(std::uint64_t slot);
    [[nodiscard]] bool rule_out(std::span<const SegmentChoice> choices);
    [[nodiscard]] bool is_outside(const SegmentEntry& entry) const noexcept;
    void count(const SegmentEntry& entry);
    void skip(const SegmentEntry& entry);
    void look_through(const std::shared_ptr<OpenSegment>& segment, std::vector<BlockJob>& jobs);
    void look_at_block(const std::shared_ptr<const OpenSegment>& segment, std::uint64_t offset,
                       std::vector<BlockJob>& jobs);
    [[nodiscard]] std::uint64_t behind_damage(OpenSegment& segment, std::uint64_t offset);
    [[nodiscard]] bool map(OpenSegment& segment);
    [[nodiscard]] bool skip_block(const Truth& window, const Truth& filter);
    [[nodiscard]] std::vector<archive::BlockReader::Place> bytes_to_read(bool filter_holds, bool window_holds) const;
    static void fetch(const Fetch& wanted) noexcept;

    // scanner.cpp
    void read(const BlockJob& job);
    void take_stock();
    [[nodiscard]] flow::Result<void> read_pages(const BlockJob& job, std::span<const std::uint32_t> exporters);
    [[nodiscard]] flow::Result<void> fill(Page& page, const flow::ColumnSet& columns,
                                          std::span<const std::uint32_t> exporters, const BlockJob& job);
    [[nodiscard]] flow::Result<void> select(Page& page, std::span<const std::uint32_t> exporters, const BlockJob& job);
    void keep_matches(Page& page);
    void keep_window(Page& page);
    [[nodiscard]] bool deliver(Page& page, const BlockJob& job);
    [[nodiscard]] bool begin(const BlockJob& job);
    void trim(Page& page);
    [[nodiscard]] bool take_whole(const BlockJob& job);
    void end();

    ScanContext& context_;
    Sink& sink_;
    Planner planner_;
    Planner source_planner_;  // asked of whole segments, which are not told as blocks
    ExporterIds exporter_ids_;
    archive::BlockReader reader_{};
    std::unique_ptr<filters::Matcher> matcher_{};
    std::unique_ptr<flow::FlowBatch, Unmap> batch_{};
    alignas(64) RowBits rows_{};
    std::uint64_t next_number_ = 0;  // of the blocks of the slot that is looked through
    bool begun_ = false;             // the sink knows of the block in hand
    // Of the block in hand: columns that no row has, which nobody looks at; those with one value, which stay in the batch from
    // page to page once they are there for so many rows.
    flow::ColumnSet absent_{}, constant_{}, standing_{};
    std::uint32_t standing_rows_ = 0;
    flow::ColumnSet touched_{};  // columns of the block in hand that were read
    Report report_{};
};

}  // namespace store::query
