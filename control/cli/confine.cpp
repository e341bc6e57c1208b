// SPDX-License-Identifier: Apache-2.0
#include "control/cli/confine.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>

// Sanitizers map more than any program may have.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)  // as g++ tells it
#define UNDER_SANITIZER 1
#elif defined(__has_feature)  // as clang++ does
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#ifndef UNDER_SANITIZER
#define UNDER_SANITIZER 0
#endif

namespace cli {
namespace {

constexpr bool kMemoryCanBeLimited = UNDER_SANITIZER == 0;

flow::Result<void> limit(__rlimit_resource resource, std::uint64_t most, const char* what) {
    rlimit now{};
    if (getrlimit(resource, &now) != 0) return flow::fail_errno(std::string("cannot read the limit of ") + what);
    now.rlim_max = std::min<rlim_t>(now.rlim_max, most);
    now.rlim_cur = now.rlim_max;
    if (setrlimit(resource, &now) != 0) return flow::fail_errno(std::string("cannot limit ") + what);
    return {};
}

flow::Result<void> give_up_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
    if (syscall(SYS_capset, &header, none) != 0) return flow::fail_errno("cannot give up capabilities");
    return {};
}

// The disk's, too, where its scheduler knows priorities.
void step_back() {
    constexpr int kThisProcess = 1, kLowest = 2 << 13 | 7;
    constexpr int kNicest = 19;
    static_cast<void>(setpriority(PRIO_PROCESS, 0, kNicest));
    static_cast<void>(syscall(SYS_ioprio_set, kThisProcess, 0, kLowest));
}

}  // namespace

flow::Result<void> confine() {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return flow::fail_errno("cannot bind this process to the one that started it");
    if (auto ok = give_up_capabilities(); !ok) return ok;
    step_back();
    // Not the address space: the store's map is reserved at 1 TiB.
    if (kMemoryCanBeLimited) {
        if (auto ok = limit(RLIMIT_DATA, kConfinedMemory, "memory"); !ok) return ok;
    }
    if (auto ok = limit(RLIMIT_CPU, kConfinedProcessor_s, "processor time"); !ok) return ok;
    if (auto ok = limit(RLIMIT_FSIZE, kConfinedFile, "files"); !ok) return ok;
    if (auto ok = limit(RLIMIT_NOFILE, kConfinedDescriptors, "descriptors"); !ok) return ok;
    return limit(RLIMIT_CORE, 0, "core dumps");
}

}  // namespace cli
