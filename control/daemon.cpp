// SPDX-License-Identifier: Apache-2.0
#include "control/daemon.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <future>
#include <iostream>

#include "control/check.hpp"
#include "control/cli/commands.hpp"
#include "control/live_rates.hpp"
#include "control/log.hpp"
#include "control/notify.hpp"
#include "control/privileges.hpp"
#include "control/supervisor.hpp"
#include "control/web.hpp"

namespace control {
namespace {

using flow::pass;

constexpr int kFailed = 1, kBadConfig = 3;

// Blocked in every thread, EAL's too, and read from a descriptor.
int block_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Those of --device, with what the file says of them.
std::vector<DeviceConfig> given_devices(const Config& config, const std::vector<std::string>& names) {
    std::vector<DeviceConfig> out;
    for (const std::string& name : names) {
        const auto known = std::find_if(config.devices.begin(), config.devices.end(),
                                        [&](const DeviceConfig& device) { return device.name == name; });
        out.push_back(known == config.devices.end() ? DeviceConfig{.name = name} : *known);
    }
    return out;
}

flow::Result<Config> configure(const DaemonOptions& options) {
    auto config = load_config(
        cli::config_path({.out = std::cout, .err = std::cerr, .config_path = options.config_file, .data_path = {}}));
    if (!config) return pass(config);
    if (!options.data.empty()) {
        set_data_directory(*config, std::filesystem::absolute(options.data));
        config->overridden.insert(config->overridden.end(), {"data", "socket"});
    }
    if (!options.devices.empty()) {
        config->devices = given_devices(*config, options.devices);
        config->overridden.emplace_back("devices");
    }
    if (!options.replay.empty()) {
        config->devices.clear();
        for (const std::string& file : options.replay)
            config->devices.push_back({.name = "pcap:" + std::filesystem::absolute(file).string()});
        config->metrics.reset();
        config->http.listen.clear();
    }
    if (config->devices.empty())
        return flow::fail("no device: name one in `devices`, for example devices = [\"loopback\"]");
    if (auto ok = check_retention(*config); !ok) return pass(ok);
    return config;
}

bool cpu_is_enough() {
#ifdef __AVX2__
    return __builtin_cpu_supports("avx2") != 0;
#else
    return true;
#endif
}

// The operator's command stands beside the daemon.
std::string command_path(const DaemonOptions& options) {
    if (!options.command.empty()) return std::filesystem::absolute(options.command);
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "net-collector";
}

// What is written to while running; with `owner`, for that user.
flow::Result<void> prepare_directories(const Config& config, const Identity* owner) {
    const std::string& patterns = config.filters.pattern_cache;
    if (auto ok = prepare_directory(config.data, owner, patterns); !ok) return ok;
    return patterns.empty() ? flow::Result<void>{} : prepare_pattern_cache(patterns, owner);
}

// What is on the disk goes to the user before packets come: with millions of files that takes its time, and so may what is
// to be repaired.
flow::Result<void> start(Supervisor& supervisor) {
    const StillStarting patience;
    if (auto ok = supervisor.open(); !ok) return ok;
    const Config config = supervisor.config();
    if (!config.user.empty()) {
        const auto identity = find_user(config.user);
        if (!identity) return tl::unexpected(identity.error());
        if (auto ok = prepare_directories(config, &*identity); !ok) return ok;
    }
    return supervisor.start();
}

// Root's work is done: the sockets, ports and files are open.
flow::Result<void> become_user(const Config& config) {
    if (config.user.empty()) return {};
    auto identity = find_user(config.user);
    if (!identity) return pass(identity);
    if (!config.profiles_dir.empty() && std::filesystem::is_directory(config.profiles_dir)) {
        if (auto ok = prepare_directory(config.profiles_dir, &*identity); !ok) return pass(ok);
    }
    if (auto ok = give_to(config.socket, *identity); !ok) return pass(ok);
    // A reload may bind low ports. AF_XDP takes its program off the interface at the end.
    const bool af_xdp = std::any_of(config.devices.begin(), config.devices.end(),
                                    [](const auto& d) { return d.name.starts_with("af_xdp:"); });
    static constexpr std::array<const char*, 3> kCapabilities{"cap_net_bind_service", "cap_net_admin", "cap_net_raw"};
    return drop_privileges(*identity, std::span(kCapabilities).first(af_xdp ? kCapabilities.size() : 1));
}

// Reloads that SIGHUP asks for, on a thread of their own: signals, the watchdog and device counters go on.
class SignalledReload {
  public:
    SignalledReload(Supervisor& supervisor, Web& web) : supervisor_(supervisor), web_(web) {}

    // Another SIGHUP during a reload means another reload behind it.
    void ask() {
        again_ = running_.valid();
        if (again_) return;
        notify_reloading();
        running_ = std::async(std::launch::async, [this] { return supervisor_.reload(); });
    }
    void look() {
        if (!running_.valid() || running_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
        const bool ok = running_.get().ok;
        web_.configure();
        notify_ready(ok ? "collecting" : "collecting; the last reload was refused");
        if (again_) ask();
    }
    [[nodiscard]] bool running() const noexcept { return running_.valid(); }

  private:
    Supervisor& supervisor_;
    Web& web_;
    std::future<ReloadStatus> running_;
    bool again_ = false;
};

// False: time to end.
bool handle_signals(int fd, SignalledReload& reload) {
    signalfd_siginfo info{};
    while (read(fd, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        if (info.ssi_signo != SIGHUP) return false;
        reload.ask();
    }
    return true;
}

void serve(int signals, Supervisor& supervisor, Web& web, const DaemonOptions& options) {
    using Clock = std::chrono::steady_clock;
    constexpr long kReloadLook_ms = 20;
    const bool replay = !options.replay.empty();
    LiveRates rates(std::cout, isatty(STDOUT_FILENO) != 0);
    SignalledReload reload(supervisor, web);
    auto next_tick = Clock::now() + std::chrono::seconds(1);
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next_tick - Clock::now()).count();
        const long most_ms = replay ? 2 : reload.running() ? kReloadLook_ms : 1000;
        pollfd poll_for{.fd = signals, .events = POLLIN, .revents = 0};
        poll(&poll_for, 1, static_cast<int>(std::clamp<long>(left, 0, most_ms)));
        if (!handle_signals(signals, reload)) break;
        reload.look();
        if (replay && supervisor.drained()) break;
        if (Clock::now() < next_tick) continue;
        next_tick += std::chrono::seconds(1);
        supervisor.tick();
        web.tick();
        notify_alive();
        if (options.live_rates) rates.show(supervisor.status());
    }
    if (options.live_rates) rates.end();
}

int print_replay_ledger(const Config& config, const DaemonOptions& options) {
    const cli::Context context{.out = std::cout,
                               .err = std::cerr,
                               .colour = isatty(STDOUT_FILENO) != 0,
                               .json = options.output == "json",
                               .config_path = {},
                               .data_path = config.data};
    if (auto shown = cli::show_ledger(context, {.idle = true}); !shown) {
        std::cerr << "net-collectord: " << shown.error().message << '\n';
        return kFailed;
    }
    return 0;
}

}  // namespace

int run_daemon(const DaemonOptions& options) {
    const bool replay = !options.replay.empty();
    const auto give_up = [](const flow::Error& error, int code) {
        std::cerr << "net-collectord: " << error.text() << '\n';
        return code;
    };
    if (!cpu_is_enough()) {
        return give_up(
            {.message = "this build needs a CPU with AVX2; configure another with `meson configure -Dmarch=corei7`"},
            kFailed);
    }
    const int signals = block_signals();
    if (signals < 0) return give_up({.message = "cannot read signals: signalfd failed"}, kFailed);
    auto config = configure(options);
    if (!config) return give_up(config.error(), kBadConfig);
    if (auto ok = prepare_directories(*config, nullptr); !ok) return give_up(ok.error(), kFailed);

    Log log(replay && config->log_level < LogLevel::warning ? LogLevel::warning : config->log_level);
    auto supervisor = Supervisor::create(std::move(*config), replay, log);
    if (!supervisor) return give_up(supervisor.error(), kBadConfig);
    if (auto ok = start(**supervisor); !ok) return give_up(ok.error(), kFailed);
    const Config running = (*supervisor)->config();  // a copy: a reload may come as soon as the server listens

    auto web = Web::open(running, command_path(options), **supervisor, log);
    if (!web) return give_up(web.error(), kFailed);
    if (auto ok = become_user(running); !ok) return give_up(ok.error(), kFailed);
    if (auto ok = (*supervisor)->start_archive(); !ok) return give_up(ok.error(), kFailed);
    (*web)->serve();  // a reload on its thread needs what this thread was left with: capabilities are a thread's

    std::string listening;
    for (const SourceConfig& source : running.sources)
        listening += " " + source.name + ":" + std::to_string(source.port);
    log.info("collecting on" + listening);
    log.info("archive: " + running.archive.text());
    (*web)->announce();
    notify_ready("collecting");
    serve(signals, **supervisor, **web, options);

    notify_stopping();
    web->reset();
    if (auto ok = (*supervisor)->stop(); !ok) return give_up(ok.error(), kFailed);
    log.info("ended: everything decoded is committed");
    return replay ? print_replay_ledger(running, options) : 0;
}

}  // namespace control
