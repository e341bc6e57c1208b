// SPDX-License-Identifier: Apache-2.0
#include "store/archive/archive.hpp"

#include <algorithm>

#include "store/archive/context.hpp"
#include "store/archive/keeper.hpp"
#include "store/archive/merge.hpp"
#include "store/archive/recovery.hpp"
#include "store/archive/writer.hpp"

namespace store::archive {
namespace {

constexpr std::size_t kNewsATime = 10'000;

}  // namespace

class Archive::Impl {
  public:
    Impl(Options options, const Recovered& recovered)
        : context_(std::move(options), recovered.catalogue),
          keeper_(context_),
          merger_(context_),
          recovered_blocks_(recovered.blocks),
          damaged_blocks_(recovered.damaged_blocks) {}
    ~Impl() { stop(); }

    // In pieces that the store takes; the ledger goes with the last one.
    flow::Result<void> tell(ArchiveNews news) {
        while (news.segments.size() + news.gone.size() > kNewsATime) {
            ArchiveNews some;
            some.recovered = true;
            const std::size_t entries = std::min(news.segments.size(), kNewsATime / 2);
            const std::size_t keys = std::min(news.gone.size(), kNewsATime - entries);
            some.segments.assign(news.segments.end() - static_cast<std::ptrdiff_t>(entries), news.segments.end());
            some.gone.assign(news.gone.end() - static_cast<std::ptrdiff_t>(keys), news.gone.end());
            news.segments.resize(news.segments.size() - entries);
            news.gone.resize(news.gone.size() - keys);
            if (context_.tell(some) == 0) return refused();
        }
        const bool is_empty = news.segments.empty() && news.gone.empty();
        if (!is_empty && context_.tell(news) == 0) return refused();
        return {};
    }

    void add_lane(flow::ArchiveLane& lane) { lanes_.push_back(&lane); }
    void attach(const flow::ExporterTable& exporters) { exporters_ = &exporters; }

    flow::Result<void> start() {
        if (!writers_.empty()) return flow::fail("the archive is running already");
        if (exporters_ == nullptr) return flow::fail("the archive does not know the exporters");
        const std::vector<std::uint32_t>& cores = context_.options.cores;
        for (std::size_t i = 0; i < context_.options.writers; ++i)
            writers_.push_back(std::make_unique<Writer>(context_, static_cast<std::uint16_t>(i), *exporters_));
        for (std::size_t i = 0; i < lanes_.size(); ++i) writers_[i % writers_.size()]->add_lane(*lanes_[i]);
        for (std::size_t i = 0; i < writers_.size(); ++i) {
            std::vector<std::uint32_t> core;
            if (!cores.empty()) core.push_back(cores[i % cores.size()]);
            if (auto started = writers_[i]->start(core); !started) {
                stop();
                writers_.clear();
                return started;
            }
        }
        keeper_.start();
        merger_.start();
        return {};
    }

    void stop() {
        merger_.stop();
        keeper_.stop();
        for (const auto& writer : writers_) writer->stop();
    }

    void set_retention(const ArchiveRetention& retention) { keeper_.set(retention); }

    [[nodiscard]] Stats stats() const {
        Stats s;
        const Holdings::Totals totals = context_.holdings.totals();
        s.segments = totals.segments;
        s.open_segments = totals.open;
        s.bytes = totals.bytes;
        s.rows = totals.rows;
        s.oldest_slot_s = totals.oldest_slot_s;
        s.deleted_segments = context_.deleted_segments;
        s.deleted_bytes = context_.deleted_bytes;
        s.merged_segments = context_.merged_segments;
        s.recovered_blocks = recovered_blocks_;
        s.damaged_blocks = damaged_blocks_;
        s.disk_free_bytes = context_.files.space(context_.options.directory).free_bytes;
        for (const auto& writer : writers_) add(s, writer->figures());
        if (s.error.empty()) s.error = keeper_.error();
        return s;
    }

  private:
    static tl::unexpected<flow::Error> refused() {
        return flow::fail("archive: the store does not take what was found on disk: it has too much to commit");
    }
    static void add(Stats& s, const DiskThread::Figures& f) {
        s.blocks_written += f.blocks_written;
        s.rows_written += f.rows_written;
        s.bytes_written += f.bytes_written;
        s.rows_shed += f.rows_shed;
        s.syncs += f.syncs;
        s.failed_writes += f.failed_writes;
        s.sync_last_s = std::max(s.sync_last_s, f.sync_last_s);
        s.sync_max_s = std::max(s.sync_max_s, f.sync_max_s);
        if (f.failing_since_ms == 0) return;
        if (s.failing_since_ms == 0 || f.failing_since_ms < s.failing_since_ms) {
            s.failing_since_ms = f.failing_since_ms;
            s.error = f.error;
        }
    }

    Context context_;
    Keeper keeper_;
    Merger merger_;
    const flow::ExporterTable* exporters_ = nullptr;
    std::vector<flow::ArchiveLane*> lanes_;
    std::vector<std::unique_ptr<Writer>> writers_;  // constant after start()
    const std::uint64_t recovered_blocks_, damaged_blocks_;
};

Archive::Archive(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Archive::~Archive() = default;

flow::Result<std::unique_ptr<Archive>> Archive::open(Options options, std::span<const SegmentEntry> catalogue) {
    if (auto made = make_directories(options.directory); !made) return flow::pass(made);
    auto recovered = recover(options, catalogue);
    if (!recovered) return flow::pass(recovered);
    auto impl = std::make_unique<Impl>(std::move(options), *recovered);
    if (auto told = impl->tell(std::move(recovered->news)); !told) return flow::pass(told);
    return std::unique_ptr<Archive>(new Archive(std::move(impl)));
}

void Archive::add_lane(flow::ArchiveLane& lane) {
    impl_->add_lane(lane);
}
void Archive::attach(const flow::ExporterTable& exporters) {
    impl_->attach(exporters);
}
flow::Result<void> Archive::start() {
    return impl_->start();
}
void Archive::set_retention(const ArchiveRetention& retention) {
    impl_->set_retention(retention);
}
Stats Archive::stats() const {
    return impl_->stats();
}
void Archive::stop() {
    impl_->stop();
}

}  // namespace store::archive
