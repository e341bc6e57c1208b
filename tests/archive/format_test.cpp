// SPDX-License-Identifier: Apache-2.0
// FORMAT.md tells enough: a reader that was written from it alone (read_segment.py) sees the rows that the program's own sees.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <numeric>
#include <sstream>
#include <string>

#include "store/archive/segment.hpp"
#include "store/archive/stored_columns.hpp"
#include "tests/archive/same_rows.hpp"
#include "tests/archive/support.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using archive_test::Batch;
using archive_test::make_batch;
using flow::Column;
using flow::FlowBatch;
using flow::IpAddress;
using store::archive::Compression;

// As read_segment.py prints them.
template <class T>
void print(std::ostream& out, const FlowBatch& batch, const T& value) {
    const auto hexadecimal = [&](const char* bytes, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            std::array<char, 3> digits{};
            std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(bytes[i]));
            out << digits.data();
        }
    };
    if constexpr (std::is_same_v<T, IpAddress>) {
        hexadecimal(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
    } else if constexpr (std::is_same_v<T, flow::Text>) {
        hexadecimal(batch.arena.view(value).data(), value.length);
    } else if constexpr (std::is_same_v<T, flow::MplsStack>) {
        for (const std::uint32_t label : value.labels) out << label << ",";
        out << value.count;
    } else if constexpr (std::is_same_v<T, flow::AclId>) {
        out << value.acl << "," << value.ace << "," << value.xace;
    } else {
        out << static_cast<std::uint64_t>(value);
    }
}

std::string rows_of(const std::string& path) {
    std::ostringstream out;
    bool gone = false;
    const auto file = store::archive::SegmentFile::open(path, 0, gone);
    EXPECT_TRUE(file);
    if (!file) return {};
    store::archive::BlockReader reader;
    const Batch batch = make_batch();
    for (std::size_t at = file->first_block(); at < file->bytes().size(); at += reader.bytes()) {
        EXPECT_TRUE(reader.open(file->bytes().subspan(at)));
        std::vector<std::uint32_t> ids(reader.exporters().size());
        std::iota(ids.begin(), ids.end(), 0u);
        for (std::uint32_t page = 0; page < reader.pages(); ++page) {
            batch->reset();
            EXPECT_TRUE(reader.read(page, flow::ColumnSet::all(), ids, 0, *batch));
            EXPECT_TRUE(reader.read_received(page, *batch));
            for (std::uint32_t row = 0; row < batch->rows; ++row) {
#define X(id, name)                       \
    out << #name << "=";                  \
    print(out, *batch, batch->name[row]); \
    out << " ";
                ARCHIVE_COLUMNS(X)
#undef X
                out << "received_ms=" << batch->row_received_ms[row] << "\n";
            }
        }
    }
    return out.str();
}

// What the script prints; `code`: its exit code.
std::string rows_by_script(const std::string& path, int& code) {
    const std::string command = "/usr/bin/python3 '" READ_SEGMENT "' '" + path + "'";
    FILE* output = popen(command.c_str(), "r");
    if (output == nullptr) return {};
    std::string out;
    std::array<char, 65536> buffer;
    while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), output)) out.append(buffer.data(), n);
    const int status = pclose(output);
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

// Rows of which columns follow from addresses, run, and are told against each other.
void add_plausible(FlowBatch& batch, support::Draw& draw) {
    for (; batch.rows < flow::kBatchRows; ++batch.rows) {
        const std::uint32_t row = batch.rows, host = draw.below(draw.one_in(4) ? 300 : 20);
#define X(name, type, what) batch.name[row] = {};
        FLOW_COMMON_COLUMNS(X)
#undef X
        batch.present[row] = 0xffff;
        batch.src_addr[row] = host % 9 == 8 ? IpAddress::parse("2001:db8::" + std::to_string(host)).value()
                                            : IpAddress::v4(0x0a000000 + host * 77);
        batch.dst_addr[row] = IpAddress::v4(static_cast<std::uint32_t>(draw.any()));
        batch.src_as[row] = draw.one_in(500) ? 7 : 64'512 + host % 30;
        batch.src_mask[row] = static_cast<std::uint8_t>(20 + host % 5);
        batch.first_ms[row] = batch.received_ms - draw.below(5000);
        batch.last_ms[row] = batch.first_ms[row] + draw.below(2000);
        batch.in_packets[row] = 1 + draw.below(5);
        batch.in_bytes[row] = 40 * batch.in_packets[row] * (1 + draw.below(1000));
        batch.dst_port[row] = static_cast<std::uint16_t>(draw.one_in(2) ? 443 : draw.below(65536));
        batch.proto[row] = draw.one_in(3) ? 17 : 6;
        batch.thinning[row] = 1;
    }
    batch.present_any = 0xffff;
}

TEST(Format, AReaderWrittenFromItsDescriptionSeesTheSameRows) {
    const store::archive::test::TempDir directory;
    flow::ExporterTable exporters;
    support::add_random_exporters(exporters, 3, 5);
    support::Draw draw(1);
    for (const Compression compression : {Compression::none, Compression::lz4, Compression::zstd}) {
        store::archive::NewSegment segment;
        segment.key.part = static_cast<std::uint16_t>(compression);
        segment.source = "border";
        bool exists = false;
        auto writer = store::archive::SegmentWriter::create(directory.path(), segment, exists);
        ASSERT_TRUE(writer) << writer.error().text();
        for (const std::uint64_t seed : {1, 2, 3}) {
            store::archive::BlockBuilder builder;
            support::RandomRows random(seed, exporters, 1);
            for (std::uint32_t i = 0; i < 3; ++i) {
                const Batch batch = make_batch();
                batch->received_ms = 1'768'477'800'000 + i * 4321;
                batch->keep.fill(~0ull);
                if (seed == 3) {
                    add_plausible(*batch, draw);
                } else {
                    random.add(*batch, seed == 1 ? 20 : 150);
                }
                builder.add(*batch, batch->keep.data(), 0);
            }
            std::vector<std::uint8_t> block;
            const auto sums = builder.encode(exporters, compression, block);
            ASSERT_TRUE((*writer)->append(block, sums));
        }
        ASSERT_TRUE((*writer)->sync());
        const std::string path = directory / segment.key.path();
        const std::string expected = rows_of(path);
        int code = 0;
        const std::string found = rows_by_script(path, code);
        if (code == 77) {
            std::puts("python3-zstandard is not installed: blocks in zstd were not compared");
            continue;
        }
        ASSERT_EQ(code, 0);
        ASSERT_FALSE(expected.empty());
        const auto differs = std::mismatch(expected.begin(), expected.end(), found.begin(), found.end()).first;
        EXPECT_TRUE(expected == found) << "from here on: "
                                       << expected.substr(static_cast<std::size_t>(differs - expected.begin()), 100);
    }
}

}  // namespace
