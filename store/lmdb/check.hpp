// SPDX-License-Identifier: Apache-2.0
// Looks for damage in a data file before LMDB walks through it: LMDB trusts its pages, and a truncated or
// overwritten file would end the process (SIGBUS on a page beyond the end, an assertion on a page that is
// none).
//
// Source: page layout of LMDB 0.9 (MDB_page, MDB_node, MDB_db, MDB_meta), data version 1.
// Limits: no checksums, so a value whose bytes changed is not found here; its decoder must bear it.
#pragma once

#include <cstdint>
#include <string>

namespace store::lmdb {

// `fd`: the data file. `transaction`: id of an open read transaction, which keeps its pages from being reused
// meanwhile. All tree pages are read and at most `leaves` leaves. Empty when sound, else what is wrong ("page
// 17 is not ...").
[[nodiscard]] std::string find_damage(int fd, std::uint64_t transaction, std::uint64_t leaves);

}  // namespace store::lmdb
