// SPDX-License-Identifier: Apache-2.0
// What one archive writer takes from a lane to disk: rows/s, of the writer's thread and of the disk's, and bytes a row.
//
//   archive_writer_bench [DIRECTORY [SECONDS [none|lz4|zstd [SOURCES]]]]
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "store/archive/archive.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using store::archive::Archive;
using store::archive::Compression;

constexpr std::size_t kSlots = 256;

// Flows as a border router sees them: skewed addresses, few ports, sizes of all orders.
void fill(flow::FlowBatch& batch, std::uint32_t exporters, std::mt19937_64& random) {
    batch.reset();
#define X(name, type, what) batch.name.fill({});
    FLOW_COMMON_COLUMNS(X)
#undef X
    const auto skewed = [&](std::uint32_t most) {
        const double x = std::uniform_real_distribution<double>(0, 1)(random);
        return static_cast<std::uint32_t>(x * x * x * x * most);
    };
    batch.rows = batch.kept = flow::kBatchRows;
    batch.keep.fill(~0ull);
    const std::uint32_t exporter = static_cast<std::uint32_t>(random() % exporters);
    for (std::uint32_t r = 0; r < batch.rows; ++r) {
        batch.src_addr[r] = flow::IpAddress::v4(0x0a000000 + skewed(1 << 20));
        batch.dst_addr[r] = flow::IpAddress::v4(0xc0000000 + skewed(1 << 22));
        batch.next_hop[r] = flow::IpAddress::v4(0x0a0a0000 + skewed(8));
        batch.in_packets[r] = 1 + skewed(1000);
        batch.in_bytes[r] = batch.in_packets[r] * (40 + skewed(1400));
        batch.exporter[r] = exporter;
        batch.input_if[r] = 1 + skewed(16);
        batch.output_if[r] = 1 + skewed(16);
        batch.src_as[r] = 64512 + skewed(500);
        batch.dst_as[r] = 64512 + skewed(500);
        batch.src_port[r] = static_cast<std::uint16_t>(random());
        batch.dst_port[r] = random() % 3 == 0 ? 443 : static_cast<std::uint16_t>(random() % 2 == 0 ? 80 : random());
        batch.thinning[r] = 1;
        batch.proto[r] = random() % 4 == 0 ? 17 : 6;
        batch.tcp_flags[r] = batch.proto[r] == 6 ? 0x1b : 0;
        batch.src_mask[r] = 24;
        batch.dst_mask[r] = static_cast<std::uint8_t>(16 + skewed(8));
        batch.family[r] = 4;
        batch.present[r] = 0xffff;
    }
    batch.present_any = 0xffff;
}

double seconds_of_thread(const std::string& name) {
    double all = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        char comm[64] = {};
        if (FILE* f = std::fopen((task.path() / "comm").c_str(), "r")) {
            if (std::fscanf(f, "%63s", comm) != 1) comm[0] = '\0';
            std::fclose(f);
        }
        if (name != comm) continue;
        unsigned long user = 0, system = 0;
        if (FILE* f = std::fopen((task.path() / "stat").c_str(), "r")) {
            if (std::fscanf(f, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) {
                user = system = 0;
            }
            std::fclose(f);
        }
        all += static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
    return all;
}

Compression compression_of(const std::string& name) {
    if (name == "none") return Compression::none;
    return name == "zstd" ? Compression::zstd : Compression::lz4;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string directory = argc > 1 ? argv[1] : "/dev/shm/archive_writer_bench";
    const double seconds = argc > 2 ? std::atof(argv[2]) : 5;
    const std::string compression = argc > 3 ? argv[3] : "lz4";
    const auto sources = static_cast<std::uint32_t>(argc > 4 ? std::atoi(argv[4]) : 1);
    std::filesystem::remove_all(directory);

    flow::ExporterTable table;
    for (std::uint32_t i = 0; i < sources; ++i) {
        if (!table.find_or_add({.address = flow::IpAddress::v4(0xc0000200 + i), .source_id = i})) return 1;
    }
    std::vector<std::unique_ptr<flow::FlowBatch>> batches;
    std::mt19937_64 random(1);
    for (std::size_t i = 0; i < kSlots; ++i)
        fill(*batches.emplace_back(std::make_unique<flow::FlowBatch>()), sources, random);
    flow::ArchiveLane lane(kSlots);

    std::mutex mutex;
    std::uint64_t archived = 0, shed = 0;
    store::archive::Options options;
    options.directory = directory;
    options.compression = compression_of(compression);
    options.replay = true;
    options.tell = [&](const store::ArchiveNews& news) {
        const std::scoped_lock lock(mutex);
        archived += news.ledger[flow::Counter::flows_archived];
        shed += news.ledger[flow::Counter::archive_shed_disk];
        return std::uint64_t{1};
    };
    auto archive = Archive::open(options, {});
    if (!archive) {
        std::fprintf(stderr, "%s\n", archive.error().message.c_str());
        return 1;
    }
    (*archive)->add_lane(lane);
    (*archive)->attach(table);
    if (auto started = (*archive)->start(); !started) {
        std::fprintf(stderr, "%s\n", started.error().message.c_str());
        return 1;
    }
    const auto begin = Clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
    std::uint64_t pushed = 0, received_ms = 1'768'477'800'000;
    const auto push = [&](flow::FlowBatch* batch) {
        received_ms += 1;
        batch->received_ms = received_ms;
        batch->bucket_s = static_cast<std::uint32_t>(received_ms / 10'000 * 10);
        for (std::uint32_t r = 0; r < batch->rows; ++r) {
            batch->last_ms[r] = received_ms - r % 1000;
            batch->first_ms[r] = batch->last_ms[r] - r * 37 % 60'000;
        }
        while (!lane.filled.push(batch)) std::this_thread::yield();
        pushed += batch->rows;
    };
    for (auto& batch : batches) push(batch.get());
    while (passed() < seconds) {
        flow::FlowBatch* batch = nullptr;
        if (lane.home.pop(batch)) {
            push(batch);
        } else {
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
    }
    while (lane.filled.size() != 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
    const double lanes_s = passed(), writer_s = seconds_of_thread("archive-0"),
                 encoder_s = seconds_of_thread("arch-encode-0"), disk_s = seconds_of_thread("arch-disk-0");
    (*archive)->stop();
    const double all_s = passed();
    const auto stats = (*archive)->stats();
    const double rows = static_cast<double>(pushed);
    std::printf("%s, %s, %u sources: %.1f M rows in %.2f s (%.2f s until durable): %.2f M rows/s\n", directory.c_str(),
                compression.c_str(), sources, rows / 1e6, lanes_s, all_s, rows / lanes_s / 1e6);
    std::printf("  CPU a row: copying %.1f ns, encoding %.1f ns, disk %.1f ns; all of it on one core: %.1f M rows/s\n",
                writer_s / rows * 1e9, encoder_s / rows * 1e9, disk_s / rows * 1e9,
                rows / (writer_s + encoder_s + disk_s) / 1e6);
    std::printf("  archived %.1f M, given up %.1f M; %.2f bytes a row; %llu blocks; sync at most %.3f s\n",
                static_cast<double>(archived) / 1e6, static_cast<double>(shed) / 1e6,
                static_cast<double>(stats.bytes) / static_cast<double>(archived == 0 ? 1 : archived),
                static_cast<unsigned long long>(stats.blocks_written), stats.sync_max_s);
    std::filesystem::remove_all(directory);
    return archived + shed == pushed ? 0 : 1;
}
