// SPDX-License-Identifier: Apache-2.0
// DPDK's environment: started once a process, from our configuration. Whoever makes a port needs a reference to it.
//
// Thread: control only. Call start() before other threads exist, with all signals blocked: EAL's own threads inherit the mask.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/device.hpp"
#include "dataplane/flow/result.hpp"

namespace dataplane {

enum class Hugepages : std::uint8_t { automatic, on, off };

struct EalOptions {
    std::vector<std::uint32_t> cores;  // CPUs of the workers, then of the match cores
    Hugepages hugepages = Hugepages::automatic;
    std::uint32_t memory_mb = 256;
    std::vector<std::string> extra;  // appended as they are
};

class Eal {
  public:
    static flow::Result<std::unique_ptr<Eal>> start(const EalOptions& options, const std::vector<Device>& devices);
    ~Eal();
    Eal(const Eal&) = delete;
    Eal& operator=(const Eal&) = delete;

    [[nodiscard]] bool hugepages() const noexcept { return hugepages_; }
    // For the log; empty when all is as it should be.
    [[nodiscard]] const std::string& warning() const noexcept { return warning_; }
    // What DPDK itself said last, for error messages.
    [[nodiscard]] static std::string last_words();
    // EAL's number of options.cores[i]; 0 is the main thread.
    [[nodiscard]] static unsigned lcore(std::size_t i) noexcept { return static_cast<unsigned>(i) + 1; }

  private:
    Eal() = default;
    bool hugepages_ = false;
    std::string warning_;
};

// Free hugepages of the machine, all sizes, in MiB.
[[nodiscard]] std::uint64_t free_hugepages_mb();

}  // namespace dataplane
