// SPDX-License-Identifier: Apache-2.0
#include "store/series/engine.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "store/series/chunks.hpp"

namespace store {
namespace {

constexpr std::uint64_t kReaderCheckMs = 60'000, kForgetEveryMs = 3600'000, kDayMs = 86400'000;
// Chunks are written this long after their span has ended. In a replay the cores read at different places of
// the capture.
constexpr std::uint64_t kChunkAfterS = 30, kChunkAfterReplayS = 900;

constexpr std::uint64_t kNewestS = 60;  // buckets that stay as they are when memory is short

template <class T>
T& at_grown(std::vector<T>& values, std::size_t i) {
    if (i >= values.size()) values.resize(i + 1);
    return values[i];
}

}  // namespace

flow::Result<std::unique_ptr<Engine>> Engine::open(const Options& options) {
    if (auto sound = options.retention.check(); !sound) return flow::pass(sound);
    std::error_code code;
    std::filesystem::create_directories(options.directory, code);
    if (code) {
        return flow::fail("cannot make the data directory " + options.directory + ": " + code.message() +
                          ": make it, owned by the collector's user");
    }
    auto lock = lmdb::LockFile::take(options.directory);
    if (!lock) return flow::pass(lock);
    std::unique_ptr<Engine> engine(new Engine(options, std::move(*lock)));
    if (auto done = engine->open_data(); !done) return flow::pass(done);
    if (auto done = engine->load(); !done) return flow::pass(done);
    return engine;
}

flow::Result<void> Engine::open_data() {
    auto env = open_environment(options_.directory, false, options_.map_bytes);
    if (!env) return flow::pass(env);
    env_.emplace(std::move(*env));
    stats_.note = env_->note();
    return {};
}

flow::Result<void> Engine::load() {
    auto txn = env_->read();
    if (!txn) return flow::pass(txn);
    auto state = load_writer_state(*env_, *txn);
    if (!state) return flow::pass(state);
    auto unfolded = load_unfolded(*env_, *txn);
    if (!unfolded) return flow::pass(unfolded);
    auto ledger = load_ledger(*env_, *txn);
    if (!ledger) return flow::pass(ledger);
    auto exporters = load_exporters(*env_, *txn);
    if (!exporters) return flow::pass(exporters);
    auto templates = load_templates(*env_, *txn);
    if (!templates) return flow::pass(templates);
    auto options = load_options(*env_, *txn);
    if (!options) return flow::pass(options);
    auto interfaces = load_interfaces(*env_, *txn);
    if (!interfaces) return flow::pass(interfaces);
    auto count_order = load_count_order(*env_, *txn);
    if (!count_order) return flow::pass(count_order);
    auto ledger_order = load_ledger_order(*env_, *txn);
    if (!ledger_order) return flow::pass(ledger_order);
    auto schema = stored_schema(*env_, *txn);
    if (!schema) return flow::pass(schema);
    auto catalogue = load_catalogue(*env_, *txn);
    if (!catalogue) return flow::pass(catalogue);
    auto sources = load_sources(*env_, *txn);
    if (!sources) return flow::pass(sources);

    state_.progress = state->progress;
    state_.unfolded = std::move(*unfolded);
    clock_ = LeapGuard(state->last_commit_ms, state->deletion_waits_s);
    ledger_ = stored_ledger_ = *ledger;
    exporters_ = std::move(*exporters);
    templates_ = std::move(templates->templates);
    new_templates_.load(std::move(templates->excess), templates->bytes);
    exporter_options_ = std::move(*options);
    interfaces_.load(*interfaces);
    count_order_ = std::move(*count_order);
    ledger_order_ = std::move(*ledger_order);
    before_archive_ = is_before_archive(ledger_order_);
    if (before_archive_) book_not_archived(ledger_);
    upgrading_ = *schema < kSchema;
    catalogue_ = std::move(*catalogue);
    sources_ = std::move(*sources);
    series_count_ = static_cast<std::uint32_t>(catalogue_.size());
    process_series_.resize(series_count_);
    stored_exporters_ = static_cast<std::uint32_t>(exporters_.size());
    for (const StoredExporter& e : exporters_) counts_.push_back(e.counts);
    stats_.last_commit_ms = state->last_commit_ms;
    last_run_ = LastRun(ledger_, state->last_commit_ms / 1000, state->clean);
    if (!state->clean) close_last_run();
    return {};
}

void Engine::close_last_run() {
    for (std::uint32_t id = 0; id < counts_.size(); ++id) {
        const flow::ExporterCounts added = close_books(counts_[id]);
        if (added.held_lost == 0) continue;
        counts_[id].add(added);
        books_.add(last_run_.ended_s(), id, added);
        changed_counts_.insert(id);
    }
    add_of_last_run({});
}

void Engine::add_of_last_run(const flow::Ledger& found) {
    const flow::Ledger added = last_run_.add(found);
    if (added.values == flow::Ledger{}.values) return;
    ledger_.add(added);
    books_.add(last_run_.ended_s(), added);
}

void Engine::absorb(const flow::Tally& tally) {
    const std::uint32_t bucket_s = tally.bucket_s - tally.bucket_s % kBucketS;
    const auto& ids = tally.series().series_id;
    for (const std::uint32_t i : tally.touched()) {
        const std::uint32_t series = ids[i / flow::kClasses], c = i % flow::kClasses;
        Sums sums{};
        sums[c] = tally.cell(i);
        add(pending_.at(bucket_s, series), sums);
        add(at_grown(process_series_, series), sums);
        series_count_ = std::max(series_count_, series + 1);
    }
    if (!tally.touched().empty()) newest_s_ = std::max<std::uint64_t>(newest_s_, bucket_s + std::uint64_t{kBucketS});
    const std::uint64_t at_s = bucket_s != 0 ? bucket_s : tally.last_ms / 1000;
    for (const flow::Tally::Exporter& e : tally.exporters()) {
        books_.add(at_s, e.id, e.counts);
        at_grown(counts_, e.id).add(e.counts);
        at_grown(process_exporters_, e.id).add(e.counts);
        changed_counts_.insert(e.id);
    }
    for (const flow::LearnedTemplate& t : tally.templates) new_templates_.add(t);
    for (const flow::LearnedOption& o : tally.options) add_option(new_options_, o);
    for (const flow::InterfaceSample& s : tally.interfaces) interfaces_.add(s);
    books_.add(at_s, tally.ledger);
    ledger_.add(tally.ledger);
    process_ledger_.add(tally.ledger);
    if (pending_.size() > most_pending()) bound_pending();
}

void Engine::absorb(Inbox&& inbox) {
    add_of_last_run(inbox.recovered);
    segments_.add(std::move(inbox.segments));
    books_.add(0, inbox.ledger);
    ledger_.add(inbox.ledger);
    process_ledger_.add(inbox.ledger);
    for (StoredSeries& s : inbox.series) {
        series_count_ = std::max(series_count_, s.id + 1);
        new_series_.push_back(std::move(s));
    }
    process_series_.resize(std::max<std::size_t>(process_series_.size(), series_count_));
    std::move(inbox.sources.begin(), inbox.sources.end(), std::back_inserter(new_sources_));
    if (inbox.retention) options_.retention = *inbox.retention;
    if (inbox.drop_fills) fills_.drop();
    fills_.add(std::move(inbox.fills));
}

std::size_t Engine::most_pending() const noexcept {
    return std::max<std::size_t>(kMaxPendingCells, 20 * static_cast<std::size_t>(series_count_));
}

void Engine::bound_pending() {
    for (const std::uint32_t step_s : {300u, 7200u, 86400u}) {
        if (pending_.size() <= most_pending() / 2) return;
        pending_.coarsen(step_s, newest_s_ - std::min<std::uint64_t>(newest_s_, kNewestS));
    }
}

std::uint64_t Engine::data_time_s(Now now) const noexcept {
    return options_.replay ? newest_s_ : now.wall_ms / 1000;
}

flow::Result<void> Engine::commit(Now now, bool last) {
    if (!options_.replay) clock_.observe(now.wall_ms, now.steady_ms);
    const auto begin = std::chrono::steady_clock::now();
    auto done = reopen_when_needed();
    if (done) done = transaction(now, last);
    if (!done) {
        if (stats_.failing_since_ms == 0) stats_.failing_since_ms = std::max<std::uint64_t>(now.wall_ms, 1);
        stats_.error = done.error().message;
        ++stats_.failed_commits;
        return done;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    if (commit_times_.size() < kCommitTimes) commit_times_.emplace_back();
    commit_times_[stats_.commits++ % kCommitTimes] = took.count();
    stats_.commit_last_s = took.count();
    stats_.failing_since_ms = 0;
    stats_.error.clear();
    stats_.last_commit_ms = now.wall_ms;
    if (now.steady_ms - last_reader_check_ms_ >= kReaderCheckMs) {
        env_->clear_dead_readers();
        last_reader_check_ms_ = now.steady_ms;
    }
    return {};
}

flow::Result<void> Engine::reopen_when_needed() {
    if (env_ && (!env_->needs_reopen() || env_->is_shared())) return {};
    env_.reset();  // one environment per file and process: the old one goes first
    return open_data();
}

flow::Result<void> Engine::transaction(Now now, bool last) {
    auto txn = env_->write();
    if (!txn) return flow::pass(txn);
    CompactorState state = state_;
    std::uint64_t late_count = 0;
    seen_exporters_ = table_ != nullptr ? std::max(stored_exporters_, table_->size()) : stored_exporters_;
    if (auto done = save_records(*txn); !done) return done;
    if (auto done = save_exporters(*txn); !done) return done;
    if (auto done = save_books(*txn, state, now); !done) return done;
    if (auto done = save_cells(*txn, state, late_count); !done) return done;
    const std::uint64_t now_s = data_time_s(now);
    if (auto done = fills_.save(*env_, *txn, state, options_.retention, now_s); !done) return done;
    if (auto done = compact(*txn, state, now); !done) return done;
    const WriterState writer{state.progress, now.wall_ms, clock_.deletion_waits_s(), last};
    if (auto done = save_writer_state(*env_, *txn, writer); !done) return done;
    if (auto done = std::move(*txn).commit(); !done) return done;
    committed(std::move(state), late_count, now);
    return {};
}

flow::Result<void> Engine::save_records(lmdb::WriteTxn& txn) {
    for (const auto& [id, name] : new_sources_) {
        if (auto done = save_source(*env_, txn, id, name); !done) return done;
    }
    for (const StoredSeries& s : new_series_) {
        if (auto done = save_series(*env_, txn, s); !done) return done;
    }
    if (auto done = segments_.save(*env_, txn); !done) return done;
    return save_ledger(*env_, txn, stored_ledger_, ledger_);
}

flow::Result<void> Engine::save_exporters(lmdb::WriteTxn& txn) {
    if (upgrading_) {
        if (auto done = save_schema(*env_, txn); !done) return done;
        for (const StoredExporter& e : exporters_) {
            if (auto done = save_exporter(*env_, txn, e.id, e.key); !done) return done;
        }
        for (std::uint32_t id = 0; id < exporters_.size(); ++id) changed_counts_.insert(id);
    }
    for (std::uint32_t id = stored_exporters_; id < seen_exporters_; ++id) {
        if (auto done = save_exporter(*env_, txn, id, table_->key(id)); !done) return done;
    }
    if (auto done = new_templates_.save(*env_, txn); !done) return done;
    for (const auto& [key, learned] : new_options_.entries()) {
        auto saved = save_option(*env_, txn, learned.value);
        if (!saved) return flow::pass(saved);
        if (!*saved) ++stats_.options_refused;
    }
    if (auto done = save_count_order(*env_, txn, count_order_); !done) return done;
    for (const std::uint32_t id : changed_counts_) {
        if (auto done = save_counts(*env_, txn, count_order_, id, counts_[id]); !done) return done;
    }
    return interfaces_.save(*env_, txn);
}

flow::Result<void> Engine::save_books(lmdb::WriteTxn& txn, CompactorState& state, Now now) {
    const bool has_data_time = options_.replay && newest_s_ != 0;
    books_.place(has_data_time ? newest_s_ - 1 : now.wall_ms / 1000);
    if (before_archive_) {
        if (auto done = book_not_archived(*env_, txn, ledger_order_); !done) return done;
    }
    if (auto done = save_ledger_order(*env_, txn, ledger_order_); !done) return done;
    return books_.save(*env_, txn, count_order_, ledger_order_, state.damaged);
}

flow::Result<void> Engine::save_cells(lmdb::WriteTxn& txn, CompactorState& state, std::uint64_t& late_count) {
    if (pending_.empty()) return {};
    const auto cells = pending_.sorted();
    Progress& progress = state.progress;
    if (!progress.started) {
        progress.started = true;
        for (std::size_t level = 0; level < kResolutionCount; ++level) {
            progress.closed[level].until_s = kResolutions[level].chunk_start(cells.front()->bucket_s);
        }
    }
    std::vector<Late> late;
    std::vector<RowEntry> rows;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto& [bucket_s, series, sums] = *cells[i];
        if (bucket_s < progress.closed_until(0, series)) {
            late.push_back({series, bucket_s, sums, {}});
        } else {
            rows.push_back({series, sums});
        }
        if (rows.empty() || (i + 1 < cells.size() && cells[i + 1]->bucket_s == bucket_s)) continue;
        auto done = put_rows(txn, table(*env_, TableId::live), bucket_s, state.unfolded[bucket_s]++, rows);
        if (!done) return done;
        rows.clear();
    }
    late_count = late.size();
    for (std::size_t level = 0; level < kResolutionCount && !late.empty(); ++level) {
        std::erase_if(late, [&](const Late& l) { return l.bucket_s >= progress.closed_until(level, l.series); });
        if (auto done = merge_late(*env_, txn, level, late, state.damaged); !done) return done;
    }
    return {};
}

flow::Result<void> Engine::compact(lmdb::WriteTxn& txn, CompactorState& state, Now now) {
    const std::uint64_t now_s = data_time_s(now);
    Compactor compactor(*env_, txn, state, now_s, series_count_);
    // So much that a chunk of every series is written within a sixth of the finest span; more after a pause
    // or a slow commit.
    const std::uint64_t seconds =
        observed_ ? std::clamp<std::uint64_t>((now.steady_ms - last_turn_ms_) / 1000, 1, 600) : 1;
    std::uint64_t most = std::max<std::uint64_t>(512, series_count_ / 50) * seconds, buckets = 32 * seconds;
    const std::uint64_t finest_s = state.progress.closed[0].until_s;
    const bool is_behind = state.progress.started && finest_s + 4 * kResolutions[0].span_s() < now_s;
    if (options_.replay || is_behind) {
        most *= 8;
        buckets *= 32;
    }
    const std::uint64_t deletes = 2 * most;
    // A full disk is relieved by deleting, not by writing chunks.
    if (stats_.failing_since_ms == 0) {
        if (auto done = compactor.fold_buckets(buckets); !done) return done;
        if (!clock_.chunks_wait()) {
            auto done = compactor.write_chunks(options_.replay ? kChunkAfterReplayS : kChunkAfterS, most);
            if (!done) return done;
        }
    }
    if (auto done = compactor.clean_up(deletes); !done) return done;
    if (options_.replay || clock_.deletion_waits()) return {};
    if (auto done = compactor.expire(options_.retention, deletes); !done) return done;
    if (now.steady_ms - last_forget_ms_ < kForgetEveryMs) return {};
    const std::uint64_t kept_ms = options_.retention.days_interfaces * kDayMs;
    auto forgotten = interfaces_.forget(*env_, txn, now.wall_ms - std::min(now.wall_ms, kept_ms));
    if (!forgotten) return flow::pass(forgotten);
    state.deleted_rows += *forgotten;
    last_forget_ms_ = now.steady_ms;
    return {};
}

void Engine::committed(CompactorState&& state, std::uint64_t late_count, Now now) {
    state_ = std::move(state);
    stats_.late_cells += late_count;
    stored_ledger_ = ledger_;
    stored_exporters_ = seen_exporters_;
    pending_.clear();
    upgrading_ = before_archive_ = false;
    books_.clear();
    interfaces_.committed();
    new_templates_.committed();
    new_options_.clear();
    changed_counts_.clear();
    new_series_.clear();
    new_sources_.clear();
    segments_.clear();
    fills_.committed();
    last_turn_ms_ = now.steady_ms;
    observed_ = true;

    const std::uint64_t now_s = data_time_s(now);
    const std::uint64_t due_s = state_.progress.closed[0].until_s + kResolutions[0].span_s() +
                                (options_.replay ? kChunkAfterReplayS : kChunkAfterS);
    stats_.chunk_backlog_s = state_.progress.started && now_s > due_s ? now_s - due_s : 0;
}

}  // namespace store
