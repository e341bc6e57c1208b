// SPDX-License-Identifier: Apache-2.0
// Bytes from a data file: rows, chunk parts and pages. The first byte chooses.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "store/lmdb/check.hpp"
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
    switch (data[0] % 4) {
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
    }
    return 0;
}
