// SPDX-License-Identifier: Apache-2.0
// Bytes from a data file: rows, chunk parts, books, interfaces and pages. The first byte chooses.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "store/lmdb/check.hpp"
#include "store/series/counter_order.hpp"
#include "store/series/interface_values.hpp"
#include "store/series/schema.hpp"
#include "store/series/values.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void read_row(flow::Bytes bytes) {
    store::RowCursor row(7, bytes);
    std::uint64_t last = 7;
    while (const auto entry = row.next()) {
        require(entry->series >= last);
        last = entry->series;
    }
}

// What could be read must survive being written again.
void read_part(flow::Bytes bytes, bool with_max) {
    store::ChunkPoints points(30), again(30);
    if (!store::decode_part(bytes, with_max, points)) return;
    for (const store::Buffer& part : store::encode_chunk(points, with_max, store::kPartBytes)) {
        require(part.size() <= store::kPartBytes && store::decode_part(part, with_max, again));
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
        require(points[i].present == again[i].present);
        for (std::size_t c = 0; c < flow::kClasses; ++c) require(points[i].sum[c].bytes == again[i].sum[c].bytes);
    }
}

// The first byte chooses the list of names, which comes from the data directory, too.
void read_counters(flow::Bytes bytes) {
    static constexpr std::array<std::string_view, 5> kOwn{"a", "b", "c", "d", "e"};
    static const std::array<store::CounterOrder, 3> kOrders{
        store::CounterOrder("", kOwn), store::CounterOrder("x,c,y,,a,c", kOwn), store::CounterOrder("e,d,c,b,a", kOwn)};
    if (bytes.empty()) return;
    const store::CounterOrder& order = kOrders[bytes[0] % kOrders.size()];
    std::array<std::uint64_t, 5> read{}, again{};
    store::Buffer merged;
    const bool sound = order.decode(bytes.subspan(1), read);
    require(order.merge(merged, bytes.subspan(1), {}) == sound);
    require(order.decode(merged, again));
    require(!sound || again == read);
}

void read_points(flow::Bytes bytes) {
    std::vector<store::InterfacePoint> points, again;
    if (!store::take_points(bytes, 3600, points)) return;
    store::Buffer written;
    for (const store::InterfacePoint& p : points) {
        require(p.end_s >= 3600 && p.end_s < 7200 && p.seconds > 0);
        store::put_point(written, p);
    }
    require(store::take_points(written, 3600, again) && again.size() == points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        require(store::increases(points[i].increase) == store::increases(again[i].increase));
    }
}

// Two samples as they might be stored: whatever they say, an increase covers a time.
void read_samples(flow::Bytes bytes) {
    if (bytes.size() < 2) return;
    const std::size_t half = std::min<std::size_t>(bytes[0], bytes.size() - 1);
    flow::InterfaceSample base, now, again;
    if (!store::take_sample(bytes.subspan(1, half), base)) return;
    store::Buffer written;
    store::put_sample(written, base);
    require(store::take_sample(written, again) && store::totals(base) == store::totals(again));
    if (!store::take_sample(bytes.subspan(1 + half), now)) return;
    store::InterfacePoint point;
    if (store::compare(base, now, point) == store::Step::point) {
        require(point.seconds >= store::kLeastSampleSeconds && point.seconds <= store::kMostSampleSeconds);
        store::append(point, point);
    }
}

void check_pages(flow::Bytes bytes) {
    static const int fd = memfd_create("pages", MFD_CLOEXEC);
    require(fd >= 0 && ftruncate(fd, 0) == 0);
    require(pwrite(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    static_cast<void>(store::lmdb::find_damage(fd, 1, 100));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const flow::Bytes rest(data + 1, size - 1);
    switch (data[0] % 7) {
        case 0:
            read_row(rest);
            break;
        case 1:
            read_part(rest, false);
            break;
        case 2:
            read_part(rest, true);
            break;
        case 3:
            check_pages(rest);
            break;
        case 4:
            read_counters(rest);
            break;
        case 5:
            read_points(rest);
            break;
        case 6:
            read_samples(rest);
            break;
    }
    return 0;
}
