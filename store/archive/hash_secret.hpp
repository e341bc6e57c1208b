// SPDX-License-Identifier: Apache-2.0
// What tables of values that come from the network are hashed with: drawn at the start of the process, so that nobody can
// choose addresses or texts that fall into one place of a table, and hold up the archive or a query. Nothing on disk depends on
// it.
//
// Thread: any; constant after static initialisation.
#pragma once

#include <cstdint>

namespace store::archive {

struct HashSecret {
    std::uint64_t first, second;
    std::uint64_t odd, other_odd;
};
extern const HashSecret kHashSecret;

}  // namespace store::archive
