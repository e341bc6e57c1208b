// SPDX-License-Identifier: Apache-2.0
#include "control/supervisor.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <set>

#include "control/check.hpp"
#include "control/version.hpp"
#include "store/reader.hpp"

namespace control {

using flow::pass;

namespace {

dataplane::Hugepages hugepages_of(Hugepages h) {
    return h == Hugepages::on    ? dataplane::Hugepages::on
           : h == Hugepages::off ? dataplane::Hugepages::off
                                 : dataplane::Hugepages::automatic;
}

constexpr std::uint32_t kSnapshot_s = 60;

// What was added.
flow::ExporterCounts since(const flow::ExporterCounts& then, flow::ExporterCounts now) {
#define X(name, text) now.name -= then.name;
    FLOW_EXPORTER_COUNTS(X)
#undef X
    return now;
}

std::vector<std::string> device_names(const Config& config) {
    std::vector<std::string> names;
    for (const DeviceConfig& device : config.devices) names.push_back(device.name);
    return names;
}

std::vector<dataplane::DeviceOptions> device_options(const Config& config) {
    std::vector<dataplane::DeviceOptions> out;
    for (std::size_t d = 0; d < config.devices.size(); ++d) {
        const DeviceConfig& device = config.devices[d];
        dataplane::DeviceOptions& options = out.emplace_back();
        for (const InterfaceAddress& a : device.addresses) options.addresses.push_back({a.address, a.bits});
        options.tap = device.tap_name(d);
        options.punt_per_s = device.punt_limit;
    }
    return out;
}

double ratio(std::uint64_t busy, std::uint64_t idle) {
    return busy + idle == 0 ? 0 : static_cast<double>(busy) / static_cast<double>(busy + idle);
}

}  // namespace

std::uint64_t Supervisor::wall_ms() noexcept {
    using namespace std::chrono;
    return static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

Supervisor::Supervisor(Config config, bool replay, Log& log)
    : log_(log), replay_(replay), config_(std::move(config)), started_ms_(wall_ms()) {}

Supervisor::~Supervisor() {
    (void)stop();
}

flow::Result<std::unique_ptr<Supervisor>> Supervisor::create(Config config, bool replay, Log& log) {
    std::unique_ptr<Supervisor> supervisor(new Supervisor(std::move(config), replay, log));
    auto filters = make_filter_environment(supervisor->config_);
    if (!filters) return pass(filters);
    supervisor->filters_ = std::move(*filters);
    supervisor->filters_.environment.exporters = &supervisor->exporters_;
    auto program = compile_channels(supervisor->config_, supervisor->filters_.environment);
    if (!program) return pass(program);
    supervisor->first_program_ = std::move(*program);
    return supervisor;
}

flow::Result<void> Supervisor::open() {
    auto store = store::Store::open(
        {.directory = config_.data, .retention = store_retention(config_.retention), .replay = replay_});
    if (!store) return pass(store);
    store_ = std::move(*store);
    if (const std::string note = store_->stats().note; !note.empty()) log_.warning(note);
    exporters_.preload(store_->exporters(), store_->take_memories());
    if (!config_.archive.enabled) return {};
    auto archive = open_archive(config_, replay_, *store_, source_names_);
    if (!archive) return pass(archive);
    archive_ = std::move(*archive);
    const store::archive::Stats found = archive_->stats();
    if (found.recovered_blocks + found.damaged_blocks != 0) {
        log_.warning("the archive has " + std::to_string(found.recovered_blocks) +
                     " blocks that were on the disk and not in the catalogue, and " +
                     std::to_string(found.damaged_blocks) + " that are damaged and skipped");
    }
    return {};
}

// Ways from the cores to store and archive.
void Supervisor::open_lanes() {
    const std::size_t cores = config_.cores.size() + config_.match_cores.size();
    for (std::size_t i = 0; i < cores; ++i) {
        handovers_.push_back(
            std::make_unique<dataplane::Engine::Handover>(dataplane::kTalliesPerCore * kMostGenerations));
        store_->add_lane(*handovers_.back());
    }
    store_->attach(exporters_);
    if (archive_ == nullptr) return;
    for (std::size_t i = 0; i < config_.cores.size(); ++i) {
        archive_lanes_.push_back(std::make_unique<flow::ArchiveLane>(dataplane::kSlots));
        archive_->add_lane(*archive_lanes_.back());
    }
    archive_->attach(exporters_);
}

flow::Result<void> Supervisor::start() {
    open_lanes();
    static_cast<void>(tell_renames(config_));
    auto plan = make_plan(config_, std::move(first_program_), next_generation_, *store_, config_.cores.size(),
                          config_.match_cores.size());
    if (!plan) return pass(plan);
    std::vector<flow::ArchiveLane*> lanes;
    for (const auto& lane : archive_lanes_) lanes.push_back(lane.get());
    auto engine = dataplane::Engine::start({.devices = device_names(config_),
                                            .device_options = device_options(config_),
                                            .cores = config_.cores,
                                            .match_cores = config_.match_cores,
                                            .hugepages = hugepages_of(config_.hugepages),
                                            .memory_mb = config_.memory_mb,
                                            .eal_args = config_.eal_args,
                                            .archive_lanes = std::move(lanes),
                                            .pace = replay_ ? dataplane::Pace::replay : dataplane::Pace::live},
                                           exporters_, handovers_);
    if (!engine) return pass(engine);
    engine_ = std::move(*engine);
    if (!replay_ && !engine_->warning().empty()) log_.warning(engine_->warning());
    open_port_sockets();
    if (auto ok = store_->start(); !ok) return pass(ok);
    publish(std::move(*plan));
    if (auto ok = engine_->run(); !ok) return pass(ok);
    for (const auto& device : engine_->devices()) {
        if (device.tap.empty()) continue;
        log_.info("device " + device.name + ": the kernel answers on " + device.tap +
                  "; LACP is not spoken: the switch's port must be a plain or static one");
    }
    reload_.when_ms = reload_.taken_ms = wall_ms();
    return {};
}

flow::Result<void> Supervisor::start_archive() {
    return archive_ != nullptr ? archive_->start() : flow::Result<void>{};
}

void Supervisor::publish(Plan plan) {
    for (std::size_t s = 0; s < plan.sources.size(); ++s) source_names_.set(plan.source_ids[s], plan.sources[s].name);
    engine_->publish(*plan.generation);
    ++next_generation_;
    plans_.push_back(std::move(plan));
}

void Supervisor::open_port_sockets() {
    bool shared = false;
    for (const auto& device : engine_->devices()) shared |= device.shared_with_kernel;
    if (!shared) return;
    std::set<std::uint16_t> ports;
    for (const SourceConfig& source : config_.sources) ports.insert(source.port);
    for (const std::string& remark : port_sockets_.set(ports)) log_.warning(remark);
}

void Supervisor::count_devices() {
    const auto devices = engine_->devices();
    counted_.resize(devices.size());
    answers_counted_.resize(devices.size());
    flow::Ledger delta;
    for (std::size_t d = 0; d < devices.size(); ++d) {
        const auto add = [&](flow::Counter counter, std::optional<std::uint64_t>& seen,
                             const std::optional<std::uint64_t>& now) {
            if (!now || *now <= seen.value_or(0)) return;
            delta[counter] += *now - seen.value_or(0);
            seen = now;
        };
        add(flow::Counter::port_missed, counted_[d].missed, devices[d].counters.missed);
        add(flow::Counter::port_no_mbuf, counted_[d].no_buffer, devices[d].counters.no_buffer);
        add(flow::Counter::port_errors, counted_[d].errors, devices[d].counters.errors);
        add(flow::Counter::punt_answers, answers_counted_[d], devices[d].punt_answers);
    }
    store_->add(delta);
}

void Supervisor::watch_store() {
    const store::Stats stats = store_->stats();
    const bool failing = stats.failing_since_ms != 0;
    if (failing)
        log_.limited(LogLevel::error, "store", "the store cannot commit, collection goes on in memory: " + stats.error);
    if (!failing && store_was_failing_) log_.info("the store commits again; nothing was lost");
    if (stats.clock_leap && !clock_had_leapt_) log_.warning(stats.clock_text);
    store_was_failing_ = failing;
    clock_had_leapt_ = stats.clock_leap;
}

void Supervisor::watch_archive() {
    if (archive_ == nullptr) return;
    const store::archive::Stats stats = archive_->stats();
    const bool failing = stats.failing_since_ms != 0;
    if (failing)
        log_.limited(LogLevel::error, "archive",
                     "the archive cannot write; flows are counted and tallied, and not archived: " + stats.error);
    if (!failing && archive_was_failing_) log_.info("the archive writes again");
    archive_was_failing_ = failing;
}

void Supervisor::remember_exporters() {
    if (ticks_++ % kSnapshot_s != 0) return;
    earlier_.push_back(store_->process_exporters());
    if (earlier_.size() > kRecent_s / kSnapshot_s) earlier_.pop_front();
}

// Of the second since the last tick.
void Supervisor::measure_rates() {
    const auto workers = engine_->workers();
    busy_.resize(workers.size());
    match_busy_.resize(workers.size());
    last_second_.resize(workers.size());
    for (std::size_t w = 0; w < workers.size(); ++w) {
        const auto& now = workers[w];
        const auto& then = last_second_[w];
        busy_[w] = ratio(now.busy_cycles - then.busy_cycles, now.idle_cycles - then.idle_cycles);
        match_busy_[w] =
            ratio(now.match_busy_cycles - then.match_busy_cycles, now.match_idle_cycles - then.match_idle_cycles);
    }
    last_second_ = workers;
    auto devices = engine_->devices();
    last_devices_.resize(devices.size());
    punted_s_.resize(devices.size());
    punt_dropped_s_.resize(devices.size());
    for (std::size_t d = 0; d < devices.size(); ++d) {
        punted_s_[d] = static_cast<double>(devices[d].punted - last_devices_[d].punted);
        punt_dropped_s_[d] = static_cast<double>(devices[d].punt_dropped - last_devices_[d].punt_dropped);
    }
    last_devices_ = std::move(devices);
}

void Supervisor::tick() {
    const std::scoped_lock lock(mutex_);
    collect_generations();
    forget_renames();
    count_devices();
    watch_store();
    watch_archive();
    remember_exporters();
    for (const std::string& remark : engine_->remarks()) log_.warning(remark);
    measure_rates();
}

flow::Result<std::unique_ptr<dataplane::CaptureTap>> Supervisor::capture(const flow::Prefix& exporters) {
    const std::scoped_lock lock(mutex_);
    return engine_->capture(exporters);
}

bool Supervisor::drained() {
    return engine_->drained();
}

Config Supervisor::config() {
    const std::scoped_lock lock(mutex_);
    return config_;
}

void Supervisor::fill_devices_and_workers(Status& status) {
    for (const auto& device : engine_->devices()) {
        const std::size_t d = status.devices.size();
        status.devices.push_back({.name = device.name,
                                  .driver = device.driver,
                                  .mac = device.mac,
                                  .link_up = device.link_up,
                                  .rss = device.spread,
                                  .queues = device.queues,
                                  .missed = device.counters.missed,
                                  .no_buffer = device.counters.no_buffer,
                                  .errors = device.counters.errors,
                                  .tap = device.tap,
                                  .punted = device.punted,
                                  .punt_dropped = device.punt_dropped,
                                  .punt_answers = device.punt_answers,
                                  .punted_s = d < punted_s_.size() ? punted_s_[d] : 0,
                                  .punt_dropped_s = d < punt_dropped_s_.size() ? punt_dropped_s_[d] : 0});
    }
    for (const auto& queue : engine_->queues()) {
        QueueStatus& now = status.queues.emplace_back();
        now.device = queue.device;
        now.queue = queue.queue;
        now.core = queue.core;
        now.packets = queue.received;
        if (queue.fill) now.fill_ratio = *queue.fill / 1000.0;
    }
    const auto workers = engine_->workers();
    for (std::size_t w = 0; w < workers.size(); ++w) {
        const auto& worker = workers[w];
        WorkerStatus now{
            .core = worker.core,
            .match_core = worker.match_core,
            .busy_ratio = w < busy_.size() ? busy_[w] : 0,
            .match_busy_ratio = {},
            .packets = worker.packets,
            .handed_off = worker.handed_off,
            .handoff_lost = worker.handoff_lost,
            .slots_used = static_cast<std::uint32_t>(worker.slots - std::min(worker.slots, worker.slots_free)),
            .slots = static_cast<std::uint32_t>(worker.slots),
            .text_failures = worker.text_failures,
            .slots_archive = static_cast<std::uint32_t>(worker.slots_archive)};
        if (worker.match_core) now.match_busy_ratio = w < match_busy_.size() ? match_busy_[w] : 0;
        status.workers.push_back(now);
        for (const auto& thinned : worker.thinned)
            status.thinned.push_back({.address = thinned.address, .factor = thinned.factor, .core = worker.core});
    }
}

Status Supervisor::status() {
    const std::scoped_lock lock(mutex_);
    Status status;
    status.version = kVersion;
    status.pid = getpid();
    status.now_ms = wall_ms();
    status.started_ms = started_ms_;
    status.config_file = std::filesystem::absolute(config_.file).lexically_normal().string();
    status.data_directory = config_.data;
    status.generation = plans_.back().generation->number;
    status.reload = reload_;
    status.hugepages = engine_->hugepages();
    fill_devices_and_workers(status);
    status.filters = plans_.back().generation->program->figures();
    if (filters_.geo != nullptr) status.geo.assign(filters_.geo->files().begin(), filters_.geo->files().end());
    status.store = store_->stats();
    status.archive_policy = config_.archive.text();
    if (archive_ != nullptr) status.archive = archive_->stats();
    status.process_ledger = store_->process_ledger();
    status.total_ledger = store_->total_ledger();
    status.sources = plans_.back().sources;
    status.series = plans_.back().series;
    status.series_totals = store_->process_series();
    const auto counts = store_->process_exporters();
    for (std::uint32_t id = 0; id < exporters_.size(); ++id) {
        const flow::ExporterKey& key = exporters_.key(id);
        const auto now = id < counts.size() ? counts[id] : flow::ExporterCounts{};
        const bool known = !earlier_.empty() && id < earlier_.front().size();
        status.exporters.push_back({.key = key,
                                    .source = source_names_.of(key.source_id),
                                    .counts = now,
                                    .recent = known ? since(earlier_.front()[id], now) : now});
    }
    status.metrics_exporters = config_.metrics_exporters;
    return status;
}

flow::Result<void> Supervisor::stop() {
    const std::scoped_lock one_at_a_time(reload_mutex_);
    const std::scoped_lock lock(mutex_);
    if (engine_ == nullptr || store_ == nullptr) return {};
    engine_->stop();
    count_devices();  // what was lost while draining, too
    for (const auto& lane : archive_lanes_) lane->ended.store(true);
    if (archive_ != nullptr) archive_->stop();
    auto stopped = store_->stop();
    const flow::Ledger ledger = store_->total_ledger();
    if (const auto broken = flow::broken_law(ledger, true); stopped && !broken.empty())
        log_.error("the ledger does not balance after the end, which is a bug: " + std::string(broken));
    archive_.reset();
    engine_.reset();
    return stopped;
}

}  // namespace control
