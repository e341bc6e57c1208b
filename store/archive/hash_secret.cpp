// SPDX-License-Identifier: Apache-2.0
#include "store/archive/hash_secret.hpp"

#include <sys/random.h>

#include <chrono>

namespace store::archive {
namespace {

HashSecret draw() noexcept {
    HashSecret secret{};
    if (getrandom(&secret, sizeof secret, GRND_NONBLOCK) != sizeof secret) {
        // Early in the boot the kernel may have nothing yet: a clock in nanoseconds is better than a constant.
        const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
        secret = {now * 0x9e3779b97f4a7c15ull, (now ^ now << 32) * 0xff51afd7ed558ccdull,
                  0x9e3779b97f4a7c15ull ^ now << 8, 0xff51afd7ed558ccdull ^ now << 8};
    }
    secret.odd |= 1;  // an even factor would lose bits
    secret.other_odd |= 1;
    return secret;
}

}  // namespace

const HashSecret kHashSecret = draw();

}  // namespace store::archive
