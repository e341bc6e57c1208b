// SPDX-License-Identifier: Apache-2.0
#include "control/archive_setup.hpp"

#include <sys/statvfs.h>

#include <limits>

#include "store/reader.hpp"

namespace control {
namespace {

store::archive::Compression compression_of(ArchiveCompression c) {
    switch (c) {
        case ArchiveCompression::lz4:
            return store::archive::Compression::lz4;
        case ArchiveCompression::zstd:
            return store::archive::Compression::zstd;
        case ArchiveCompression::none:
            break;
    }
    return store::archive::Compression::none;
}

}  // namespace

store::archive::ArchiveRetention archive_retention(const Config& config) {
    const ArchiveConfig& archive = config.archive;
    store::archive::ArchiveRetention out{
        .keep_s = archive.keep_for_s, .most_bytes = archive.max_bytes, .least_free_bytes = archive.min_free_bytes};
    struct statvfs disk {};
    if (out.least_free_bytes == 0 && statvfs(config.data.c_str(), &disk) == 0)
        out.least_free_bytes = disk.f_blocks / 100 * archive.min_free_percent * disk.f_frsize;
    return out;
}

flow::Result<std::unique_ptr<store::archive::Archive>> open_archive(const Config& config, bool replay,
                                                                    store::Store& store, const SourceNames& sources) {
    const auto reader = store::Reader::open(config.data);
    if (!reader) return tl::unexpected(reader.error());
    auto catalogue = reader->segments(0, std::numeric_limits<std::uint32_t>::max());
    if (!catalogue) return flow::pass(catalogue);
    store::archive::Options options{.directory = config.data + "/archive",
                                    .compression = compression_of(config.archive.compression),
                                    .writers = config.archive.writers,
                                    .cores = config.archive.cores,
                                    .memory_bytes = std::size_t{config.archive.memory_mb} << 20,
                                    .retention = archive_retention(config),
                                    .replay = replay};
    options.tell = [&store](const store::ArchiveNews& news) { return store.archive(news); };
    options.durable = [&store] { return store.archive_durable(); };
    options.source_name = [&sources](std::uint32_t id) { return sources.of(id); };
    options.clock_leapt = [&store] { return store.stats().clock_leap; };
    return store::archive::Archive::open(std::move(options), *catalogue);
}

}  // namespace control
