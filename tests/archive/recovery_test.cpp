// SPDX-License-Identifier: Apache-2.0
// What a crash leaves in the directory, and what a start makes of it.
#include "store/archive/recovery.hpp"

#include <numeric>

#include "store/archive/holdings.hpp"
#include "store/archive/merge.hpp"
#include "store/archive/verify.hpp"
#include "tests/archive/archive_rig.hpp"

namespace store::archive {
namespace {

using flow::Counter;
using test::kSlot;
using test::numbers_of;
using test::read_file;
using test::Rig;
using test::write_file;

constexpr std::uint32_t kBlocks = 5, kRows = 700;

// A segment of kBlocks blocks of kRows rows, numbered through; sealed, as it is on disk.
SegmentEntry write_segment(Rig& rig, const SegmentKey& key, std::uint64_t number = 0,
                           const std::string& source = "source0") {
    bool exists = false;
    auto writer = SegmentWriter::create(rig.dir.path(), {key, source, {}, 1}, exists);
    EXPECT_TRUE(writer) << (writer ? "" : writer.error().message);
    const auto batch = std::make_unique<flow::FlowBatch>();
    batch->reset();
#define X(name, type, what) batch->name.fill({});
    FLOW_COMMON_COLUMNS(X)
#undef X
    std::array<std::uint64_t, flow::kBatchRows / 64> all;
    all.fill(~0ull);
    BlockBuilder builder;
    std::vector<std::uint8_t> bytes;
    for (std::uint32_t b = 0; b < kBlocks; ++b) {
        batch->rows = kRows;
        batch->received_ms = key.slot_s * 1000ull + number;
        for (std::uint32_t r = 0; r < kRows; ++r) batch->in_bytes[r] = number++;
        builder.add(*batch, all.data(), 0);
        bytes.clear();
        const BlockSums sums = builder.encode(rig.table, Compression::lz4, bytes);
        EXPECT_TRUE((*writer)->append(bytes, sums));
    }
    EXPECT_TRUE((*writer)->sync());
    (*writer)->seal();
    return (*writer)->entry();
}

// The entry as it was when `blocks` of them had been synced.
SegmentEntry as_of(const Rig& rig, const SegmentEntry& whole, std::uint32_t blocks) {
    bool gone = false;
    const auto file = SegmentFile::open(rig.dir / whole.key.path(), 0, gone);
    SegmentEntry e;
    e.key = whole.key;
    e.bytes = file->first_block();
    BlockWalk walk(*file, e.bytes);
    for (std::uint32_t b = 0; b < blocks; ++b) {
        EXPECT_TRUE(walk.next([](const Damage&) { ADD_FAILURE(); }));
        add_block(e, walk.sums());
        e.bytes = walk.end();
    }
    return e;
}

Recovered recovered(Rig& rig, std::vector<SegmentEntry> catalogue) {
    auto r = recover(rig.options(), catalogue);
    EXPECT_TRUE(r) << (r ? "" : r.error().message);
    EXPECT_TRUE(r->news.recovered);
    EXPECT_EQ(r->news.ledger[Counter::flows_archived], r->rows);
    // A second start finds nothing to do.
    auto again = recover(rig.options(), r->catalogue);
    EXPECT_TRUE(again->news.segments.empty());
    EXPECT_TRUE(again->news.gone.empty());
    EXPECT_EQ(again->rows + again->blocks + again->damaged_blocks, 0u);
    return std::move(*r);
}

constexpr SegmentKey kKey{kSlot, 0, 0, 0};

TEST(Recovery, NothingIsFoundWhereNothingHappened) {
    Rig rig;
    const auto entry = write_segment(rig, kKey);
    const auto r = recovered(rig, {entry});
    EXPECT_TRUE(r.news.segments.empty());
    EXPECT_TRUE(r.news.gone.empty());
    EXPECT_EQ(r.catalogue.size(), 1u);
}

TEST(Recovery, WholeBlocksBehindTheEntryAreAdopted) {
    for (std::uint32_t blocks = 0; blocks <= kBlocks; ++blocks) {
        Rig rig;
        const auto whole = write_segment(rig, kKey);
        const bool has_entry = blocks != 0;
        const auto r = recovered(rig, has_entry ? std::vector{as_of(rig, whole, blocks)} : std::vector<SegmentEntry>{});
        ASSERT_EQ(r.catalogue.size(), 1u);
        const SegmentEntry& e = r.catalogue[0];
        EXPECT_TRUE(e.sealed);
        EXPECT_EQ(e.bytes, whole.bytes);
        EXPECT_EQ(e.rows, whole.rows);
        EXPECT_EQ(e.blocks, kBlocks);
        EXPECT_EQ(e.damaged_blocks, 0u);
        EXPECT_EQ(e.received_to_ms, whole.received_to_ms);
        EXPECT_EQ(e.bytes_sum, whole.bytes_sum);
        EXPECT_EQ(r.blocks, kBlocks - blocks);
        EXPECT_EQ(r.rows, (kBlocks - blocks) * kRows);
        EXPECT_EQ(numbers_of(rig.dir.path(), e).size(), whole.rows);
    }
}

TEST(Recovery, ATornTailIsCountedAndCutOff) {
    Rig rig;
    const auto whole = write_segment(rig, kKey);
    const auto bytes = read_file(rig.dir / kKey.path());
    const auto four = as_of(rig, whole, 4);
    for (std::uint64_t size = four.bytes + 1; size < whole.bytes; size += 97) {
        for (const std::uint32_t catalogued : {2u, 4u}) {
            auto torn = bytes;
            torn.resize(size);
            write_file(rig.dir / kKey.path(), bytes);
            const auto entry = as_of(rig, whole, catalogued);
            write_file(rig.dir / kKey.path(), torn);
            const auto r = recovered(rig, {entry});
            ASSERT_EQ(r.damaged_blocks, 1u) << size;
            ASSERT_EQ(r.catalogue[0].damaged_blocks, 1u);
            ASSERT_EQ(r.catalogue[0].rows, 4 * kRows);
            ASSERT_EQ(r.catalogue[0].bytes, four.bytes);
            ASSERT_EQ(std::filesystem::file_size(rig.dir / kKey.path()), four.bytes);
        }
    }
    // A power loss may leave the length, and zeros.
    auto zeroed = bytes;
    std::fill(zeroed.begin() + static_cast<std::ptrdiff_t>(four.bytes), zeroed.end(), std::uint8_t{0});
    write_file(rig.dir / kKey.path(), zeroed);
    EXPECT_EQ(recovered(rig, {as_of(rig, whole, 1)}).catalogue[0].rows, 4 * kRows);
}

TEST(Recovery, ADamagedBlockIsSkippedAndThoseBehindItAdopted) {
    Rig rig;
    const auto whole = write_segment(rig, kKey);
    const auto bytes = read_file(rig.dir / kKey.path());
    const auto one = as_of(rig, whole, 1), two = as_of(rig, whole, 2), three = as_of(rig, whole, 3);
    for (std::uint64_t at = two.bytes; at < three.bytes; at += 61) {
        auto damaged = bytes;
        damaged[at] ^= 0x10;
        write_file(rig.dir / kKey.path(), damaged);
        const auto r = recovered(rig, {one});
        const SegmentEntry& e = r.catalogue.at(0);
        if (e.damaged_blocks == 0) continue;  // padding, which nothing depends on
        ASSERT_EQ(e.damaged_blocks, 1u) << at;
        ASSERT_EQ(e.rows, 4 * kRows) << at;
        ASSERT_EQ(e.bytes, whole.bytes) << at;
        ASSERT_EQ(r.rows, 3 * kRows) << at;
    }
}

TEST(Recovery, EntriesWithoutAFileAreGone) {
    Rig rig;
    const auto kept = write_segment(rig, kKey);
    SegmentEntry lost = kept, open = kept;
    lost.key.part = 7;
    open.key.part = 8;
    open.sealed = false;
    const auto r = recovered(rig, {kept, lost, open});
    EXPECT_EQ(r.news.gone, (std::vector{lost.key, open.key}));
    EXPECT_EQ(r.catalogue.size(), 1u);
    EXPECT_EQ(r.rows, 0u);
}

struct Stray {
    const char* name;  // below the archive; nullptr: the path of kKey
    std::vector<std::uint8_t> bytes;
    const char* after;  // where it is afterwards; empty: gone
    std::uint64_t damaged;
};

TEST(Recovery, StrayFiles) {
    const auto header = encode({kKey, 1, "source0", {}});
    const auto foreign = encode({{kSlot, 0, 0, 9}, 1, "source0", {}});
    auto torn = header;
    torn[50] ^= 1;
    const std::string ours = kKey.path(), aside = ours + ".damaged";
    const Stray strays[] = {
        {"notes.txt", {1, 2, 3}, "notes.txt", 0},
        {"2026-01-15/readme", {1}, "2026-01-15/readme", 0},
        {"2026-01-15/1151-0-0-0.flows", {1}, "2026-01-15/1151-0-0-0.flows", 0},
        {"lost+found/1150-0-0-0.flows", {1}, "lost+found/1150-0-0-0.flows", 0},
        {ours.c_str(), {}, "", 1},
        {ours.c_str(), header, "", 0},
        {ours.c_str(), torn, aside.c_str(), 1},
        {ours.c_str(), {1, 2, 3}, aside.c_str(), 1},
        {ours.c_str(), foreign, ours.c_str(), 0},
    };
    for (const Stray& s : strays) {
        Rig rig;
        write_file(rig.dir / s.name, s.bytes);
        const auto r = recover(rig.options(), {});
        ASSERT_TRUE(r) << r.error().message;
        EXPECT_EQ(r->damaged_blocks, s.damaged) << s.name;
        EXPECT_TRUE(r->catalogue.empty()) << s.name;
        if (s.after[0] == '\0') {
            EXPECT_FALSE(std::filesystem::exists(rig.dir / s.name));
        } else {
            EXPECT_EQ(read_file(rig.dir / s.after), s.bytes) << s.name;
        }
    }
}

TEST(Recovery, AFileOfAnotherSourceIsLeftAlone) {
    Rig rig;
    write_segment(rig, kKey, 0, "somebody else");
    const auto r = recovered(rig, {});
    EXPECT_TRUE(r.catalogue.empty());
    EXPECT_TRUE(std::filesystem::exists(rig.dir / kKey.path()));
}

TEST(Recovery, AFileShorterThanItsEntryIsForVerify) {
    Rig rig;
    const auto whole = write_segment(rig, kKey);
    auto bytes = read_file(rig.dir / kKey.path());
    bytes.resize(bytes.size() - 100);
    write_file(rig.dir / kKey.path(), bytes);
    SegmentEntry open = whole;
    open.sealed = false;
    const auto r = recovered(rig, {open});
    EXPECT_EQ(r.damaged_blocks, 1u);
    EXPECT_EQ(r.catalogue[0].bytes, bytes.size());
    EXPECT_TRUE(r.catalogue[0].sealed);
    const auto report = verify({.directory = rig.dir.path()}, r.catalogue);
    ASSERT_EQ(report->findings.size(), 1u);
    EXPECT_EQ(report->findings[0].fault, Fault::damaged_block);
}

// --- merging ---

Held held(const SegmentEntry& e) {
    return {e.key, e.sealed, e.blocks, e.damaged_blocks, e.rows, e.bytes};
}

struct Merge {
    explicit Merge(Rig& rig) : context(rig.options(), {}) {
        inputs = {write_segment(rig, {kSlot, 0, 0, 0}, 0), write_segment(rig, {kSlot, 0, 0, 1}, kBlocks * kRows),
                  write_segment(rig, {kSlot, 0, 1, 0}, 2 * kBlocks * kRows)};
        for (const SegmentEntry& e : inputs) group.push_back(held(e));
        auto made = merge(context, group, {kSlot, 0, kMergedWriter, 0}, [] { return false; });
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        merged = *made;
    }
    Context context;
    std::vector<SegmentEntry> inputs;
    std::vector<Held> group;
    SegmentEntry merged;
};

TEST(Merge, KeepsRowsAndOrder) {
    Rig rig;
    const Merge m(rig);
    EXPECT_EQ(m.merged.rows, 3 * kBlocks * kRows);
    EXPECT_EQ(m.merged.blocks, 1u);
    EXPECT_TRUE(m.merged.sealed);
    SegmentEntry sum;
    for (const SegmentEntry& e : m.inputs) {
        sum.flows += e.flows;
        sum.packets += e.packets;
        sum.bytes_sum += e.bytes_sum;
    }
    EXPECT_EQ(m.merged.flows, sum.flows);
    EXPECT_EQ(m.merged.bytes_sum, sum.bytes_sum);
    EXPECT_EQ(m.merged.received_from_ms, m.inputs[0].received_from_ms);
    EXPECT_EQ(m.merged.received_to_ms, m.inputs[2].received_to_ms);
    std::vector<std::uint64_t> wanted(m.merged.rows);
    std::iota(wanted.begin(), wanted.end(), 0);
    EXPECT_EQ(numbers_of(rig.dir.path(), m.merged), wanted);
    bool gone = false;
    const auto file = SegmentFile::open(rig.dir / m.merged.key.path(), 0, gone);
    EXPECT_EQ(file->replaces(), (std::vector<SegmentPart>{{0, 0}, {0, 1}, {1, 0}}));
    // Receive times come along, row by row.
    BlockReader reader;
    ASSERT_TRUE(reader.open(file->bytes().subspan(file->first_block())));
    const auto batch = std::make_unique<flow::FlowBatch>();
    const std::vector<std::uint32_t> ids(reader.exporters().size());
    for (std::uint32_t page = 0, row = 0; page < reader.pages(); ++page) {
        batch->reset();
        ASSERT_TRUE(reader.read(page, {flow::Column::in_bytes}, ids, 0, *batch));
        ASSERT_TRUE(reader.read_received(page, *batch));
        for (std::uint32_t r = 0; r < batch->rows; ++r, ++row)
            ASSERT_EQ(batch->row_received_ms[r], kSlot * 1000ull + row / kRows * kRows);
    }
}

TEST(Merge, LeavesDamagedInputsAsTheyAre) {
    Rig rig;
    auto whole = write_segment(rig, kKey);
    auto bytes = read_file(rig.dir / kKey.path());
    bytes[as_of(rig, whole, 2).bytes + 200] ^= 1;
    write_file(rig.dir / kKey.path(), bytes);
    const Context context(rig.options(), {});
    const std::vector<Held> group{held(whole)};
    EXPECT_FALSE(merge(context, group, {kSlot, 0, kMergedWriter, 0}, [] { return false; }));
    EXPECT_FALSE(std::filesystem::exists(rig.dir / SegmentKey{kSlot, 0, kMergedWriter, 0}.path()));
    // Whole, but not what its entry says.
    Rig other;
    whole = write_segment(other, kKey);
    ++whole.rows;
    const Context second(other.options(), {});
    const std::vector<Held> wrong{held(whole)};
    const auto made = merge(second, wrong, {kSlot, 0, kMergedWriter, 0}, [] { return false; });
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find("3500 of 3501 rows"), std::string::npos) << made.error().message;
    EXPECT_FALSE(merge(second, wrong, {kSlot, 0, kMergedWriter, 0}, [] { return true; })) << "stopped";
}

TEST(Merge, ACrashBeforeTheCommitLeavesTheInputs) {
    Rig rig;
    const Merge m(rig);
    const auto r = recovered(rig, m.inputs);
    EXPECT_EQ(r.catalogue.size(), 3u);
    EXPECT_EQ(r.rows, 0u);
    EXPECT_FALSE(std::filesystem::exists(rig.dir / m.merged.key.path()));
}

TEST(Merge, ACrashBehindTheCommitLeavesTheMerged) {
    for (std::size_t deleted = 0; deleted <= 3; ++deleted) {
        Rig rig;
        const Merge m(rig);
        for (std::size_t i = 0; i < deleted; ++i) std::filesystem::remove(rig.dir / m.inputs[i].key.path());
        const auto r = recovered(rig, {m.merged});
        ASSERT_EQ(r.catalogue.size(), 1u) << deleted;
        EXPECT_EQ(r.catalogue[0].key, m.merged.key);
        EXPECT_EQ(r.rows, 0u) << "nothing is counted twice";
        EXPECT_EQ(r.damaged_blocks, 0u);
        EXPECT_EQ(list_segments(rig.dir.path())->size(), 1u) << "what it replaces goes";
    }
}

TEST(Merge, AFileThatTookTheNameOfAReplacedOneIsKept) {
    Rig rig;
    const Merge m(rig);
    for (const SegmentEntry& e : m.inputs) std::filesystem::remove(rig.dir / e.key.path());
    write_segment(rig, kKey, 0);
    auto bytes = read_file(rig.dir / kKey.path());
    const auto header = encode({kKey, ~0ull, "source0", {}});  // made after the merged one
    std::copy(header.begin(), header.end(), bytes.begin());
    write_file(rig.dir / kKey.path(), bytes);
    const auto r = recovered(rig, {m.merged});
    EXPECT_EQ(r.catalogue.size(), 2u);
    EXPECT_EQ(r.rows, kBlocks * kRows);
}

TEST(Merge, WithAnOlderCatalogueTheMergedOneHolds) {
    Rig rig;
    const Merge m(rig);
    std::filesystem::remove(rig.dir / m.inputs[1].key.path());
    const auto r = recovered(rig, {});
    ASSERT_EQ(r.catalogue.size(), 1u);
    EXPECT_EQ(r.catalogue[0].key, m.merged.key);
    EXPECT_EQ(r.rows, m.merged.rows);
}

// --- verify ---

TEST(Verify, FindsEveryFault) {
    Rig rig;
    std::vector<SegmentEntry> catalogue;
    for (std::uint16_t part = 0; part < 6; ++part) catalogue.push_back(write_segment(rig, {kSlot, 0, 0, part}));
    std::vector<VerifyProgress> seen;
    const VerifyOptions options{.directory = rig.dir.path(),
                                .progress = [&](const VerifyProgress& p) { seen.push_back(p); }};
    auto clean = verify(options, catalogue);
    ASSERT_TRUE(clean) << clean.error().message;
    EXPECT_TRUE(clean->findings.empty());
    EXPECT_EQ(clean->done.rows, 6 * kBlocks * kRows);
    EXPECT_EQ(seen.size(), 6u);
    EXPECT_EQ(seen.back().bytes_done, seen.back().bytes);

    const auto path = [&](std::uint16_t part) { return rig.dir / SegmentKey{kSlot, 0, 0, part}.path(); };
    std::filesystem::remove(path(0));
    auto bytes = read_file(path(1));
    const auto two = as_of(rig, catalogue[1], 2);
    bytes[two.bytes + 200] ^= 1;
    write_file(path(1), bytes);
    bytes.resize(100);
    write_file(path(2), bytes);
    write_file(path(3), read_file(path(4)));
    ++catalogue[4].flows;
    SegmentEntry unknown = catalogue[5];
    catalogue.pop_back();

    const auto report = verify(options, catalogue);
    ASSERT_TRUE(report);
    std::vector<std::pair<Fault, std::uint16_t>> found;
    for (const Finding& f : report->findings) found.emplace_back(f.fault, f.key.part);
    EXPECT_EQ(found, (std::vector<std::pair<Fault, std::uint16_t>>{{Fault::missing, 0},
                                                                   {Fault::damaged_block, 1},
                                                                   {Fault::unreadable, 2},
                                                                   {Fault::foreign, 3},
                                                                   {Fault::wrong_figures, 4},
                                                                   {Fault::not_catalogued, 5}}));
    EXPECT_EQ(report->faults, 6u);
    EXPECT_EQ(report->findings[1].offset, two.bytes);
    EXPECT_EQ(report->findings[1].bytes, as_of(rig, unknown, 3).bytes - two.bytes);
    EXPECT_EQ(report->repairs.gone, std::vector{catalogue[0].key});
    ASSERT_EQ(report->repairs.segments.size(), 2u);
    EXPECT_EQ(report->repairs.segments[0].damaged_blocks, 1u);
    EXPECT_EQ(report->repairs.segments[0].rows, 4 * kRows);
    EXPECT_EQ(report->repairs.segments[0].bytes, catalogue[1].bytes);
    for (const Fault f : {Fault::missing, Fault::unreadable, Fault::foreign, Fault::damaged_block, Fault::wrong_figures,
                          Fault::not_catalogued})
        EXPECT_STRNE(fault_name(f), "");

    // With the repairs the damage that is known is no news, but it is still told.
    catalogue[1] = report->repairs.segments[0];
    const auto again = verify(options, std::span(&catalogue[1], 1));
    EXPECT_TRUE(again->repairs.segments.empty());

    VerifyOptions stops = options;
    stops.cancelled = [] { return true; };
    EXPECT_TRUE(verify(stops, catalogue)->cancelled);
    VerifyOptions expired = options;
    expired.still_there = [](const SegmentKey&) { return false; };
    EXPECT_EQ(verify(expired, std::span(catalogue.data(), 1))->repairs.gone.size(), 0u) << "gone by retention";
}

}  // namespace
}  // namespace store::archive
