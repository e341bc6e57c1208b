// SPDX-License-Identifier: Apache-2.0
// A segment as a crash or a bad disk may leave it, through recovery and verify. The first byte chooses: bytes of our own as the
// whole file, or a sound segment with some of its bytes changed and its end cut or grown.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "store/archive/recovery.hpp"
#include "store/archive/segment.hpp"
#include "store/archive/verify.hpp"

namespace {

using store::SegmentEntry;
using store::SegmentKey;
using Bytes = std::vector<std::uint8_t>;

constexpr SegmentKey kKey{1'768'477'800, 1, 0, 0};
constexpr std::uint32_t kBlocks = 3, kRows = 40;

void require(bool holds) {
    if (!holds) std::abort();
}

// In memory where there is room for it; one process, one directory.
struct Directory {
    Directory() {
        path = std::string(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + "/segment_fuzz.XXXXXX";
        require(mkdtemp(path.data()) != nullptr);
    }
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    void clear() const {
        for (const auto& entry : std::filesystem::directory_iterator(path)) std::filesystem::remove_all(entry.path());
    }
    [[nodiscard]] std::string file() const { return path + "/" + kKey.path(); }
    std::string path;
};

Bytes make_segment() {
    const auto batch = std::make_unique<flow::FlowBatch>();
    batch->reset();
#define X(name, type, what) batch->name.fill({});
    FLOW_COMMON_COLUMNS(X)
#undef X
    flow::ExporterTable exporters;
    require(exporters.find_or_add({.source_id = 1}).has_value());
    Bytes out = store::archive::encode({kKey, 1, "edge", {}});
    std::array<std::uint64_t, flow::kBatchRows / 64> all;
    all.fill(~0ull);
    store::archive::BlockBuilder builder;
    for (std::uint32_t b = 0; b < kBlocks; ++b) {
        batch->rows = kRows;
        batch->received_ms = kKey.slot_s * 1000ull + b;
        for (std::uint32_t r = 0; r < kRows; ++r) batch->in_bytes[r] = b * kRows + r;
        builder.add(*batch, all.data(), 0);
        builder.encode(exporters, store::archive::Compression::lz4, out);
    }
    return out;
}

// Of `changes`: how the end is moved (2 bytes), then place (2 bytes) and value of each changed byte.
Bytes changed(Bytes bytes, std::span<const std::uint8_t> changes) {
    if (changes.size() < 2) return bytes;
    const int moved = static_cast<std::int8_t>(changes[0]) * 64 + changes[1];
    const auto size = static_cast<std::ptrdiff_t>(bytes.size()) + moved;
    bytes.resize(static_cast<std::size_t>(std::max<std::ptrdiff_t>(size, 0)));
    for (std::size_t i = 2; i + 3 <= changes.size() && !bytes.empty(); i += 3) {
        const std::size_t at = static_cast<std::size_t>(changes[i] << 8 | changes[i + 1]) % bytes.size();
        bytes[at] = changes[i + 2];
    }
    return bytes;
}

void write(const Directory& directory, const Bytes& bytes) {
    std::filesystem::create_directories(std::filesystem::path(directory.file()).parent_path());
    std::ofstream out(directory.file(), std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void check(const Directory& directory, const std::vector<SegmentEntry>& catalogue, std::uint64_t size) {
    store::archive::Options options;
    options.directory = directory.path;
    const auto found = store::archive::recover(options, catalogue);
    require(found.has_value());
    require(found->news.ledger[flow::Counter::flows_archived] == found->rows);
    for (const SegmentEntry& e : found->catalogue) require(e.sealed && e.bytes <= size);
    const auto again = store::archive::recover(options, found->catalogue);
    require(again && again->news.segments.empty() && again->news.gone.empty() && again->rows == 0);
    const auto report = store::archive::verify({.directory = directory.path}, found->catalogue);
    require(report.has_value());
    for (const SegmentEntry& e : found->catalogue) require(catalogue.empty() ? report->done.rows == e.rows : true);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Directory directory;
    static const Bytes sound = make_segment();
    if (size < 2) return 0;
    const std::span<const std::uint8_t> rest(data + 2, size - 2);
    const Bytes bytes = data[0] % 4 == 0 ? Bytes(rest.begin(), rest.end()) : changed(sound, rest);
    static_cast<void>(store::archive::decode(bytes));
    directory.clear();
    write(directory, bytes);
    std::vector<SegmentEntry> catalogue;
    if (data[0] % 2 == 0) {  // as much of it was synced as the second byte says
        SegmentEntry& entry = catalogue.emplace_back();
        entry.key = kKey;
        entry.bytes = 64 + data[1] * std::uint64_t{64};
    }
    check(directory, catalogue, std::max<std::uint64_t>(bytes.size(), 64 + 255 * 64));
    return 0;
}
