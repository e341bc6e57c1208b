// SPDX-License-Identifier: Apache-2.0
// Rows in an order against std::stable_sort, whole, the first of them, from several threads' parts, and with little memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>

#include "store/query/sorted.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using flow::Column;
using flow::FlowBatch;
using store::query::Order;
using store::query::Ordering;
using store::query::SortedRows;
using store::query::Sorting;
using store::query::Sums;

struct Flows {
    Flows(std::uint64_t seed, std::uint32_t batch_count, std::uint32_t rows) {
        support::add_random_exporters(exporters, seed, 10);
        support::RandomRows random(seed, exporters, 3);
        for (std::uint32_t b = 0; b < batch_count; ++b) {
            batches.push_back(std::make_unique<FlowBatch>());
            batches.back()->reset();
            random.add(*batches.back(), rows);
        }
    }
    flow::ExporterTable exporters{};
    std::vector<std::unique_ptr<FlowBatch>> batches{};
};

std::array<std::uint64_t, flow::kBatchRows / 64> every_row(const FlowBatch& batch) {
    std::array<std::uint64_t, flow::kBatchRows / 64> out{};
    for (std::uint32_t row = 0; row < batch.rows; ++row) out[row / 64] |= 1ull << row % 64;
    return out;
}

void add(SortedRows& rows, const Flows& flows, std::size_t from, std::size_t step) {
    for (std::size_t b = from; b < flows.batches.size(); b += step) {
        rows.begin(b);
        rows.add(*flows.batches[b], every_row(*flows.batches[b]).data(), 0);
    }
}

struct Plain {
    std::uint64_t value;
    std::uint32_t batch, row;
};

// By value alone, equal ones as they came. Sums are those of one row alone.
std::vector<Plain> plain(const Flows& flows, const Ordering& order) {
    std::vector<Plain> out;
    for (std::uint32_t b = 0; b < flows.batches.size(); ++b) {
        const FlowBatch& batch = *flows.batches[b];
        for (std::uint32_t row = 0; row < batch.rows; ++row) {
            std::array<std::uint64_t, flow::kBatchRows / 64> one{};
            one[row / 64] |= 1ull << row % 64;
            store::query::Groups alone({});
            alone.add(batch, one.data(), 0);
            out.push_back({store::query::value_of(order.order, alone.total()), b, row});
        }
    }
    std::stable_sort(out.begin(), out.end(), [&](const Plain& a, const Plain& b) {
        return order.ascending ? a.value < b.value : a.value > b.value;
    });
    return out;
}

void expect_row(const FlowBatch& got, std::uint32_t row, const FlowBatch& wanted, std::uint32_t wanted_row) {
    EXPECT_EQ(got.present[row], wanted.present[wanted_row]);
    EXPECT_EQ(got.src_addr[row], wanted.src_addr[wanted_row]);
    EXPECT_EQ(got.in_bytes[row], wanted.in_bytes[wanted_row]);
    EXPECT_EQ(got.sampling[row], wanted.sampling[wanted_row]);
    EXPECT_EQ(got.first_ms[row], wanted.first_ms[wanted_row]);
    EXPECT_EQ(got.exporter[row], wanted.exporter[wanted_row]);
    if (wanted.has(wanted_row, Column::nat_dst_addr)) {
        EXPECT_EQ(got.nat_dst_addr[row], wanted.nat_dst_addr[wanted_row]);
    }
    if (wanted.has(wanted_row, Column::user)) {
        EXPECT_EQ(got.arena.view(got.user[row]), wanted.arena.view(wanted.user[wanted_row]));
    }
}

Sorting everything(const Ordering& order) {
    Sorting out;
    out.order = order;
    out.columns = flow::ColumnSet::all();
    return out;
}

TEST(SortedRows, AllInEveryOrder) {
    const Flows flows(3, 2, 300);
    for (int o = 0; o <= static_cast<int>(Order::duration); ++o) {
        const Ordering order(static_cast<Order>(o));
        SortedRows rows(everything(order));
        add(rows, flows, 0, 1);
        const auto wanted = plain(flows, order);
        const auto got = rows.finish();
        ASSERT_EQ(got.size(), wanted.size());
        EXPECT_EQ(rows.left_out(), 0u);
        for (std::size_t i = 0; i < got.size(); ++i) {
            expect_row(rows.batch(got[i].batch), got[i].row, *flows.batches[wanted[i].batch], wanted[i].row);
            EXPECT_EQ(store::query::value_of(order.order, got[i].sums), wanted[i].value);
        }
    }
}

TEST(SortedRows, TheFirstOfManyFromThreeThreads) {
    const Flows flows(5, 9, 2000);
    const Ordering order(Order::bytes);
    const auto wanted = plain(flows, order);
    for (const std::uint64_t count : {1ull, 10ull, 5000ull, 100'000ull}) {
        Sorting sorting = everything(order);
        sorting.count = count;
        SortedRows rows(sorting), second(sorting), third(sorting);
        add(rows, flows, 0, 3);
        add(second, flows, 1, 3);
        add(third, flows, 2, 3);
        rows.merge(third);
        rows.merge(second);
        const auto got = rows.finish();
        ASSERT_EQ(got.size(), std::min<std::size_t>(count, wanted.size()));
        EXPECT_EQ(rows.left_out(), 0u);
        for (std::size_t i = 0; i < got.size(); ++i) {
            ASSERT_EQ(store::query::value_of(order.order, got[i].sums), wanted[i].value) << count << " " << i;
            expect_row(rows.batch(got[i].batch), got[i].row, *flows.batches[wanted[i].batch], wanted[i].row);
        }
    }
}

TEST(SortedRows, WithLittleMemoryTheFirstAreRightAndTheRestIsCounted) {
    const Flows flows(6, 6, 2000);
    const Ordering order(Order::tstart);
    const auto wanted = plain(flows, order);
    Sorting sorting = everything(order);
    sorting.memory_bytes = 2'000'000;
    SortedRows rows(sorting);
    add(rows, flows, 0, 1);
    const auto got = rows.finish();
    ASSERT_GT(got.size(), 100u);
    ASSERT_LT(got.size(), wanted.size());
    EXPECT_EQ(rows.left_out(), wanted.size() - got.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(store::query::value_of(order.order, got[i].sums), wanted[i].value) << i;
        expect_row(rows.batch(got[i].batch), got[i].row, *flows.batches[wanted[i].batch], wanted[i].row);
    }
}

}  // namespace
