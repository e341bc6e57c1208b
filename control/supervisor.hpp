// SPDX-License-Identifier: Apache-2.0
// The running daemon: what is up, in which order it came up, and how a new configuration gets in.
//
// Thread: create(), start() and stop() by the main thread; reload(), status() and tick() by any. While a reload reads, looks up
//         host names and compiles, the others go on: only its last step takes their mutex.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "control/archive_setup.hpp"
#include "control/config.hpp"
#include "control/filter_environment.hpp"
#include "control/log.hpp"
#include "control/plan.hpp"
#include "control/port_sockets.hpp"
#include "control/rename_journal.hpp"
#include "control/source_names.hpp"
#include "control/status.hpp"
#include "dataplane/engine.hpp"

namespace control {

class Supervisor {
  public:
    // Compiles the filters; an error is one of the configuration. `log` must outlive the supervisor. `replay`: devices
    // are captures to be read to their end; nothing is lost, nothing expires.
    static flow::Result<std::unique_ptr<Supervisor>> create(Config config, bool replay, Log& log);
    // Opens the store and the archive, and repairs what a run that was killed left of them. Once, before start().
    flow::Result<void> open();
    // Starts the ports, publishes the first generation, starts the cores. Once.
    flow::Result<void> start();
    // Starts the archive's writers: the first files that they make are the user's that the daemon has become by then.
    flow::Result<void> start_archive();
    ~Supervisor();

    // Reads the configuration file again, checks and compiles it aside and publishes it. On any error the old one stays.
    ReloadStatus reload();
    [[nodiscard]] Status status();
    // Begins to copy what exporters within a prefix send; see dataplane::Engine::capture().
    [[nodiscard]] flow::Result<std::unique_ptr<dataplane::CaptureTap>> capture(const flow::Prefix& exporters);
    // Each second: device counters into the ledger, old generations away, remarks into the log.
    void tick();
    // Every capture is at its end and decoded.
    [[nodiscard]] bool drained();
    // Drains, commits, closes; the error is that of the last commit.
    flow::Result<void> stop();

    [[nodiscard]] Config config();
    // From open() to the end of stop(); what it offers to any thread.
    [[nodiscard]] store::Store* store() noexcept { return store_.get(); }

  private:
    // All of a new configuration, aside from the one in use.
    struct Renamed {
        store::FormerNames former{};
        std::vector<Rename> told_before{};
    };
    struct Next {
        Config config;
        FilterEnvironment filters;
        Plan plan;
        std::vector<std::string> restart_needed;
        Renamed renamed{};
    };

    static std::uint64_t wall_ms() noexcept;  // since 1970

    Supervisor(Config config, bool replay, Log& log);
    flow::Result<Next> prepare();
    flow::Result<void> take_over(Next next);
    void publish(Plan plan);
    // Tells the store which channels are called otherwise in `config`, before it is asked for their ids.
    Renamed tell_renames(const Config& config);
    void take_back(const Renamed& renamed);
    // The journal's, once they are durable.
    void forget_renames();
    void collect_generations();
    void open_port_sockets();
    void count_devices();
    void watch_store();
    void watch_archive();
    void open_lanes();
    void remember_exporters();
    void measure_rates();
    void fill_devices_and_workers(Status& status);

    // Configurations alive at once: the one in use and older ones whose tallies are still on their way to the disk.
    static constexpr std::size_t kMostGenerations = 8;

    std::mutex reload_mutex_;  // one reload at a time; taken before mutex_
    std::mutex mutex_;         // guards what is below; config_ and filters_ change under both
    Log& log_;
    const bool replay_;
    Config config_;
    FilterEnvironment filters_;
    std::unique_ptr<const filters::Program> first_program_;  // until start()
    ReloadStatus reload_;
    std::uint64_t started_ms_ = 0;

    // In the order of their making: what is below goes first.
    flow::ExporterTable exporters_;
    std::vector<std::unique_ptr<dataplane::Engine::Handover>> handovers_;
    std::vector<std::unique_ptr<flow::ArchiveLane>> archive_lanes_;  // of each worker; none: nothing is archived
    SourceNames source_names_;
    std::vector<Plan> plans_;  // the last is the one in use
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<dataplane::Engine> engine_;
    std::unique_ptr<store::archive::Archive> archive_;  // its writers read the engine's batches
    PortSockets port_sockets_;

    std::uint64_t next_generation_ = 1;
    std::mutex renames_mutex_;                                   // taken last; guards:
    std::vector<Rename> renames_told_;                           // of the journal, to the store
    std::uint64_t renames_durable_after_ = 0;                    // commits of the store
    std::vector<dataplane::PortCounters> counted_;               // of each device, already in the ledger
    std::vector<std::optional<std::uint64_t>> answers_counted_;  // the kernel's, by device
    std::vector<dataplane::EngineWorker> last_second_;           // of each worker, for the busy ratio
    std::vector<double> busy_, match_busy_;
    std::vector<dataplane::EngineDevice> last_devices_;  // as of the last second
    std::vector<double> punted_s_, punt_dropped_s_;      // of each device
    // Counts of each exporter, a minute apart, oldest first: what `recent` begins with.
    std::deque<std::vector<flow::ExporterCounts>> earlier_;
    std::uint32_t ticks_ = 0;
    bool store_was_failing_ = false, clock_had_leapt_ = false, archive_was_failing_ = false;
};

}  // namespace control
