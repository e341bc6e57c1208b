// SPDX-License-Identifier: Apache-2.0
#include "dataplane/eal.hpp"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <sched.h>

#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

namespace dataplane {
namespace {

// DPDK logs to a stream; the last lines are kept for error messages and nothing is printed behind the log's back.
// A process has one EAL, and its log stream is one too.
std::mutex log_mutex;
std::deque<std::string> log_lines;
constexpr std::size_t kLogLines = 8;

ssize_t keep_log(void*, const char* text, std::size_t size) {
    const std::scoped_lock lock(log_mutex);
    std::string line(text, size);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    if (line.empty()) return static_cast<ssize_t>(size);
    log_lines.push_back(std::move(line));
    if (log_lines.size() > kLogLines) log_lines.pop_front();
    return static_cast<ssize_t>(size);
}

void capture_log() {
    FILE* stream = fopencookie(nullptr, "w", {.read = nullptr, .write = keep_log, .seek = nullptr, .close = nullptr});
    if (stream == nullptr) return;
    setvbuf(stream, nullptr, _IOLBF, 0);
    rte_openlog_stream(stream);
}

// "0@(0,1),1@0,2@1": the main thread may run anywhere, worker i on its core.
std::string lcore_map(const std::vector<std::uint32_t>& cores) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    std::string everywhere;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed)) everywhere += (everywhere.empty() ? "" : ",") + std::to_string(cpu);
    }
    std::string map = "--lcores=0@(" + everywhere + ")";
    for (std::size_t i = 0; i < cores.size(); ++i)
        map += "," + std::to_string(Eal::lcore(i)) + "@" + std::to_string(cores[i]);
    return map;
}

flow::Result<void> check_cores(const std::vector<std::uint32_t>& cores) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    std::set<std::uint32_t> seen;
    for (const std::uint32_t core : cores) {
        if (core >= CPU_SETSIZE || !CPU_ISSET(core, &allowed)) {
            return flow::fail("cores: this machine (or this process's affinity) has no CPU " + std::to_string(core) +
                              "; `lscpu` lists them");
        }
        if (!seen.insert(core).second) return flow::fail("cores: CPU " + std::to_string(core) + " is given twice");
    }
    return {};
}

}  // namespace

std::uint64_t free_hugepages_mb() {
    std::uint64_t total_mb = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", error)) {
        const std::string name = entry.path().filename();  // hugepages-2048kB
        std::uint64_t count = 0;
        std::ifstream(entry.path() / "free_hugepages") >> count;
        total_mb += count * std::strtoull(name.c_str() + name.find('-') + 1, nullptr, 10) / 1024;
    }
    return total_mb;
}

std::string Eal::last_words() {
    const std::scoped_lock lock(log_mutex);
    std::string words;
    for (const std::string& line : log_lines) words += (words.empty() ? "" : "; ") + line;
    return words.empty() ? "DPDK gave no reason" : words;
}

flow::Result<std::unique_ptr<Eal>> Eal::start(const EalOptions& options, const std::vector<Device>& devices) {
    if (auto ok = check_cores(options.cores); !ok) return flow::pass(ok);
    std::unique_ptr<Eal> eal(new Eal);
    const std::uint64_t huge_mb = free_hugepages_mb();
    eal->hugepages_ = options.hugepages != Hugepages::off && huge_mb >= options.memory_mb;
    if (options.hugepages == Hugepages::on && !eal->hugepages_) {
        return flow::fail("hugepages: " + std::to_string(options.memory_mb) + " MiB are needed and " +
                          std::to_string(huge_mb) +
                          " MiB are free; reserve some (README, bare metal) or set hugepages = \"auto\"");
    }
    if (!eal->hugepages_ && options.hugepages == Hugepages::automatic) {
        eal->warning_ =
            "no hugepages free: running on plain memory, which is slower and cannot drive PCI devices at full rate";
    }
    std::vector<std::string> arguments{"net-collectord",
                                       lcore_map(options.cores),
                                       "--no-telemetry",
                                       "--log-level=*:error",
                                       "-m",
                                       std::to_string(options.memory_mb)};
    if (eal->hugepages_) {
        arguments.emplace_back("--in-memory");
    } else {
        arguments.insert(arguments.end(), {"--no-huge", "--no-shconf"});
    }
    bool pci = false;
    for (const Device& device : devices) {
        pci |= device.kind == DeviceKind::pci;
        for (const Device::PortSpec& port : device.ports) arguments.push_back(port.argument);
    }
    if (!pci) arguments.emplace_back("--no-pci");
    arguments.insert(arguments.end(), options.extra.begin(), options.extra.end());

    capture_log();
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    if (rte_eal_init(static_cast<int>(argv.size()), argv.data()) < 0) {
        return flow::fail("DPDK does not start: " + std::string(rte_strerror(rte_errno)) + " (" + last_words() + ")");
    }
    return eal;
}

Eal::~Eal() {
    rte_log_set_global_level(RTE_LOG_EMERG);  // it complains about its own cleaning up
    rte_eal_cleanup();
}

}  // namespace dataplane
