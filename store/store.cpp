// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/reader.hpp"
#include "store/series/engine.hpp"
#include "store/series/names.hpp"

namespace store {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kCommitEveryMs = 1000;
// How often the lanes are looked into; a replay waits for its tallies to come back.
constexpr milliseconds kLook{20}, kLookReplay{1};
constexpr std::size_t kReplayCells = 200'000;  // pending, after which a replay commits without waiting for the second
constexpr int kLastTries = 5;
constexpr milliseconds kBetweenLastTries{500};

std::uint64_t system_wall_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(now).count());
}
std::uint64_t system_steady_ms() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);  // goes on while the machine sleeps, as the wall clock does
    return static_cast<std::uint64_t>(now.tv_sec) * 1000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

}  // namespace

class Store::Impl {
  public:
    Impl(Options options, std::unique_ptr<Engine> engine)
        : options_(std::move(options)), engine_(std::move(engine)), names_(engine_->catalogue(), engine_->sources()) {
        if (!options_.wall_ms) options_.wall_ms = system_wall_ms;
        if (!options_.steady_ms) options_.steady_ms = system_steady_ms;
        publish();
    }
    ~Impl() {
        // The error is in stats(), for who wants it; here is nobody to tell.
        static_cast<void>(stop());
    }

    flow::Result<void> start() {
        if (thread_.joinable()) return flow::fail("the store is running already");
        stopping_ = false;
        thread_ = std::thread([this] { run(); });
        pthread_setname_np(thread_.native_handle(), "store");
        return {};
    }

    flow::Result<void> stop() {
        if (!thread_.joinable()) return {};
        {
            const std::scoped_lock lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
        return last_;
    }

    // Calls change(names, inbox) under the mutex.
    template <class Change>
    auto with_names(Change change) {
        const std::scoped_lock lock(mutex_);
        return change(names_, inbox_);
    }
    std::uint64_t archive(const ArchiveNews& news) {
        const std::scoped_lock lock(mutex_);
        const std::uint64_t pending = view_.stats.pending_segments + inbox_.segments.size();
        if (pending + news.segments.size() + news.gone.size() > kMaxPendingSegments) return 0;
        inbox_.segments.add(news);
        (news.recovered ? inbox_.recovered : inbox_.ledger).add(news.ledger);
        return ++archive_told_;
    }
    std::uint64_t fill(FillPiece&& piece) {
        const std::scoped_lock lock(mutex_);
        if (fills_given_ - view_.fills.durable >= kMostFillPieces) return 0;
        inbox_.fills.push_back(std::move(piece));
        return ++fills_given_;
    }
    void drop_fills() {
        const std::scoped_lock lock(mutex_);
        inbox_.drop_fills = true;
        for (FillPiece& piece : inbox_.fills) piece.points.clear();  // keeps its number
    }
    // Copies out of what publish() left.
    template <class Copy>
    auto view(Copy copy) const {
        const std::scoped_lock lock(mutex_);
        return copy(view_);
    }
    void add(const flow::Ledger& delta) {
        const std::scoped_lock lock(mutex_);
        inbox_.ledger.add(delta);
    }

    struct View {
        Stats stats;
        flow::Ledger process_ledger, total_ledger;
        std::vector<SeriesCells> series;
        std::vector<flow::ExporterCounts> exporters;
        std::uint64_t archive_durable = 0;  // number of the news
        FillState fills;
    };

    Options options_;
    std::unique_ptr<Engine> engine_;  // of the store thread, once started
    std::vector<flow::SpscRing<flow::Tally*>*> lanes_;

  private:
    void run() {
        std::uint64_t next_ms = options_.steady_ms() + kCommitEveryMs;
        for (;;) {
            const bool last = is_stopping();  // asked before the lanes are emptied: the cores have stopped by then
            const bool found = empty_lanes();
            if (last) break;
            const std::uint64_t now_ms = options_.steady_ms();
            if (now_ms >= next_ms || (options_.replay && engine_->pending_cells() > kReplayCells)) {
                last_ = turn(false);
                next_ms = now_ms + kCommitEveryMs;
            } else if (!found) {
                wait(options_.replay ? kLookReplay : kLook);
            }
        }
        for (int i = 0; i < kLastTries; ++i) {
            last_ = turn(true);
            if (last_) break;
            std::this_thread::sleep_for(kBetweenLastTries);
        }
    }

    bool is_stopping() {
        const std::scoped_lock lock(mutex_);
        return stopping_;
    }
    void wait(milliseconds time) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, time, [this] { return stopping_; });
    }

    bool empty_lanes() {
        bool found = false;
        flow::Tally* tally = nullptr;
        for (flow::SpscRing<flow::Tally*>* lane : lanes_) {
            while (lane->pop(tally)) {
                engine_->absorb(*tally);
                tally->clear();
                homeless_.push_back(tally);
                found = true;
            }
        }
        // A home ring has room for all of its tallies, so this ends with none left; else they go next time.
        std::erase_if(homeless_, [](flow::Tally* t) { return t->home().push(t); });
        return found;
    }

    flow::Result<void> turn(bool last) {
        Inbox inbox;
        std::uint64_t told = 0;
        {
            // After the lanes: what a tally refers to was named before it was handed over.
            const std::scoped_lock lock(mutex_);
            std::swap(inbox, inbox_);
            told = archive_told_;
        }
        engine_->absorb(std::move(inbox));
        auto done = engine_->commit({options_.wall_ms(), options_.steady_ms()}, last);
        publish(done ? told : 0);
        return done;
    }

    // `durable`: news of the archive up to this number are, 0: as before.
    void publish(std::uint64_t durable = 0) {
        Stats stats = engine_->stats();
        const std::scoped_lock lock(mutex_);
        view_.stats = std::move(stats);
        view_.process_ledger = engine_->process_ledger();
        view_.total_ledger = engine_->total_ledger();
        view_.series = engine_->process_series();
        view_.exporters = engine_->process_exporters();
        view_.fills = engine_->fill_state();
        view_.archive_durable = std::max(view_.archive_durable, durable);
    }

    std::vector<flow::Tally*> homeless_;  // store thread
    flow::Result<void> last_{};           // store thread; read after it ended

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;  // guarded by mutex_, as all below
    Names names_;
    Inbox inbox_;
    std::uint64_t archive_told_ = 0;  // news so far
    std::uint64_t fills_given_ = 0;   // pieces so far
    View view_;
    std::thread thread_;
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

flow::Result<std::unique_ptr<Store>> Store::open(Options options) {
    auto engine = Engine::open(options);
    if (!engine) return flow::pass(engine);
    return std::unique_ptr<Store>(new Store(std::make_unique<Impl>(std::move(options), std::move(*engine))));
}

std::vector<flow::ExporterKey> Store::exporters() const {
    std::vector<flow::ExporterKey> keys;
    for (const StoredExporter& e : impl_->engine_->exporters()) keys.push_back(e.key);
    return keys;
}
std::unordered_map<std::uint32_t, flow::ExporterMemory> Store::take_memories() {
    std::unordered_map<std::uint32_t, flow::ExporterMemory> memories;
    for (auto& [id, templates] : impl_->engine_->take_templates()) memories[id].templates = std::move(templates);
    for (auto& [id, options] : impl_->engine_->take_options()) memories[id].options = std::move(options);
    for (const StoredExporter& e : impl_->engine_->exporters()) {
        if (e.counts.sequence.known) memories[e.id].sequence = e.counts.sequence;
    }
    return memories;
}

flow::Result<std::vector<std::uint32_t>> Store::series_ids(std::span<const SeriesName> names) {
    const std::uint64_t now_ms = impl_->options_.wall_ms();
    return impl_->with_names([&](Names& all, Inbox& inbox) { return all.series_ids(names, now_ms, inbox); });
}
flow::Result<std::vector<std::uint32_t>> Store::source_ids(std::span<const std::string> names) {
    return impl_->with_names([&](Names& all, Inbox& inbox) { return all.source_ids(names, inbox); });
}
flow::Result<void> Store::rename_series(const SeriesName& from, const SeriesName& to) {
    return impl_->with_names([&](Names& all, Inbox& inbox) { return all.rename_series(from, to, inbox); });
}
flow::Result<void> Store::rename_source(const std::string& from, const std::string& to) {
    return impl_->with_names([&](Names& all, Inbox& inbox) { return all.rename_source(from, to, inbox); });
}
FormerNames Store::rename_channels(std::span<const ChannelRename> renames) {
    const std::uint64_t now_ms = impl_->options_.wall_ms();
    return impl_->with_names([&](Names& all, Inbox& inbox) {
        FormerNames former;
        for (const ChannelRename& rename : renames) all.rename_channel(rename, now_ms, inbox, former);
        return former;
    });
}
void Store::take_back(const FormerNames& former) {
    impl_->with_names([&](Names& all, Inbox& inbox) { all.take_back(former, inbox); });
}
flow::Result<void> Store::set_retention(const Retention& retention) {
    if (auto sound = retention.check(); !sound) return sound;
    impl_->with_names([&](Names&, Inbox& inbox) { inbox.retention = retention; });
    return {};
}
void Store::add(const flow::Ledger& delta) {
    impl_->add(delta);
}

std::uint64_t Store::archive(const ArchiveNews& news) {
    return impl_->archive(news);
}
std::uint64_t Store::archive_durable() const {
    return impl_->view([](const Impl::View& v) { return v.archive_durable; });
}

std::uint64_t Store::fill(FillPiece piece) {
    return impl_->fill(std::move(piece));
}
void Store::drop_fills() {
    impl_->drop_fills();
}
FillState Store::fill_state() const {
    return impl_->view([](const Impl::View& v) { return v.fills; });
}

void Store::attach(const flow::ExporterTable& exporters) {
    impl_->engine_->attach(exporters);
}
void Store::add_lane(flow::SpscRing<flow::Tally*>& handover) {
    impl_->lanes_.push_back(&handover);
}
flow::Result<void> Store::start() {
    return impl_->start();
}
flow::Result<void> Store::stop() {
    return impl_->stop();
}

Stats Store::stats() const {
    return impl_->view([](const Impl::View& v) { return v.stats; });
}
flow::Ledger Store::process_ledger() const {
    return impl_->view([](const Impl::View& v) { return v.process_ledger; });
}
flow::Ledger Store::total_ledger() const {
    return impl_->view([](const Impl::View& v) { return v.total_ledger; });
}
std::vector<SeriesCells> Store::process_series() const {
    return impl_->view([](const Impl::View& v) { return v.series; });
}
std::vector<flow::ExporterCounts> Store::process_exporters() const {
    return impl_->view([](const Impl::View& v) { return v.exporters; });
}

flow::Result<void> Store::backup(const std::string& target_directory) {
    auto reader =
        Reader::open(impl_->options_.directory);  // a handle of its own: the engine may reopen its environment
    if (!reader) return flow::pass(reader);
    return reader->backup(target_directory);
}

}  // namespace store
