// SPDX-License-Identifier: Apache-2.0
// How a new configuration gets into the running daemon: made aside, then taken over in one step.
#include <algorithm>
#include <utility>

#include "control/check.hpp"
#include "control/profile_files.hpp"
#include "control/supervisor.hpp"

namespace control {

using flow::pass;

flow::Result<Supervisor::Next> Supervisor::prepare() {
    auto read = load_config(config_.file);
    if (!read) return pass(read);
    if (auto ok = check_retention(*read); !ok) return pass(ok);
    // What was given on the command line, or cannot change without a restart, stays as it is.
    Next next{
        .config = config_, .filters = {}, .plan = {}, .restart_needed = restart_needed(config_, *read), .renamed = {}};
    Config& merged = next.config;
    merged.log_level = read->log_level;
    merged.addresses = read->addresses;
    merged.retention = read->retention;
    merged.metrics_exporters = read->metrics_exporters;
    merged.http.hosts = read->http.hosts;
    merged.http.users = read->http.users;
    merged.filters = read->filters;
    merged.filters.pattern_cache = config_.filters.pattern_cache;
    merged.profiles_dir = read->profiles_dir;
    merged.sources = read->sources;
    merged.exporters = read->exporters;
    const ArchiveConfig running = config_.archive;
    merged.archive = read->archive;
    merged.archive.enabled = running.enabled;
    merged.archive.compression = running.compression;
    merged.archive.writers = running.writers;
    merged.archive.cores = running.cores;
    merged.archive.memory_mb = running.memory_mb;
    merged.profiles = read->profiles;
    auto filters = make_filter_environment(merged, &filters_);
    if (!filters) return pass(filters);
    next.filters = std::move(*filters);
    next.filters.environment.exporters = &exporters_;
    auto program = compile_channels(merged, next.filters.environment);
    if (!program) return pass(program);
    next.renamed = tell_renames(merged);
    auto plan = make_plan(merged, std::move(*program), next_generation_, *store_, config_.cores.size(),
                          config_.match_cores.size());
    if (!plan) {
        take_back(next.renamed);
        return pass(plan);
    }
    next.plan = std::move(*plan);
    return next;
}

flow::Result<void> Supervisor::take_over(Next next) {
    collect_generations();
    if (plans_.size() == kMostGenerations) {
        return flow::fail("the store is behind and still holds " + std::to_string(kMostGenerations) +
                          " configurations; reload again when `net-collector status` shows that it commits");
    }
    if (auto ok = store_->set_retention(store_retention(next.config.retention)); !ok) return ok;
    if (archive_ != nullptr) archive_->set_retention(archive_retention(next.config));
    config_ = std::move(next.config);
    filters_ = std::move(next.filters);
    log_.set_level(config_.log_level);
    open_port_sockets();
    publish(std::move(next.plan));
    reload_.restart_needed = std::move(next.restart_needed);
    log_.info("configuration " + std::to_string(next_generation_ - 1) +
              " is in use: " + std::to_string(config_.sources.size()) + " sources, " +
              std::to_string(plans_.back().generation->program->channels()) + " channels");
    for (const std::string& key : reload_.restart_needed)
        log_.warning("'" + key + "' changed, and needs a restart to take effect");
    return {};
}

ReloadStatus Supervisor::reload() {
    const std::scoped_lock one_at_a_time(reload_mutex_);
    const std::uint64_t begun_ms = wall_ms();
    auto next = prepare();
    const std::scoped_lock lock(mutex_);
    const Renamed renamed = next ? next->renamed : Renamed{};
    const auto taken = next ? take_over(std::move(*next)) : flow::Result<void>(tl::unexpected(next.error()));
    if (next && !taken) take_back(renamed);
    reload_.when_ms = begun_ms;
    reload_.ok = taken.has_value();
    reload_.error = taken ? "" : taken.error().text();
    if (taken) reload_.taken_ms = begun_ms;
    if (!taken) log_.error("reload refused, the old configuration stays:\n" + reload_.error);
    return reload_;
}

Supervisor::Renamed Supervisor::tell_renames(const Config& config) {
    if (replay_) return {};
    const std::scoped_lock lock(renames_mutex_);
    const std::vector<Rename> all = renames(config.profiles_dir, config);
    // Those that were told before stay in the journal until they are durable.
    const bool goes_on =
        renames_told_.size() <= all.size() && std::equal(renames_told_.begin(), renames_told_.end(), all.begin());
    std::vector<store::ChannelRename> fresh;
    for (std::size_t i = goes_on ? renames_told_.size() : 0; i < all.size(); ++i)
        fresh.push_back({all[i].from_profile, all[i].from_channel, all[i].to_profile, all[i].to_channel});
    Renamed out{store_->rename_channels(fresh), std::exchange(renames_told_, all)};
    renames_durable_after_ = store_->stats().commits + 2;  // one may be under way
    return out;
}

void Supervisor::take_back(const Renamed& renamed) {
    if (replay_) return;
    const std::scoped_lock lock(renames_mutex_);
    store_->take_back(renamed.former);
    renames_told_ = renamed.told_before;
}

void Supervisor::forget_renames() {
    const std::scoped_lock lock(renames_mutex_);
    if (renames_told_.empty() || store_->stats().commits < renames_durable_after_) return;
    const auto directory = DirectoryLock::take(config_.profiles_dir, 0);
    if (!directory) return;  // somebody edits: in a second, then
    if (read_renames(config_.profiles_dir) != renames_told_) return;
    if (const auto done = write_renames(config_.profiles_dir, {}); !done) {
        log_.limited(LogLevel::warning, "renames", done.error().message);
        return;
    }
    renames_told_.clear();
}

void Supervisor::collect_generations() {
    while (plans_.size() > 1 && engine_->all_use(plans_[1].generation->number) && plans_[0].generation->let_go()) {
        plans_.erase(plans_.begin());
    }
}

}  // namespace control
