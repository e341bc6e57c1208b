// SPDX-License-Identifier: Apache-2.0
#include "store/series/schema.hpp"

#include <filesystem>

namespace store {
namespace {
// Leaves read at each start to find damage: the whole of a file of 1 GiB, in about a second.
constexpr std::uint64_t kCheckedLeaves = 262144;
constexpr std::uint64_t kCheckedLeavesReading = 256;
}  // namespace

flow::Result<lmdb::Env> open_environment(const std::string& directory, bool read_only, std::uint64_t map_bytes) {
    if (!read_only) {
        std::error_code code;
        std::filesystem::create_directories(directory, code);
        if (code) {
            return flow::fail("cannot make the data directory " + directory + ": " + code.message() +
                              ": make it, owned by the collector's user");
        }
    }
    lmdb::EnvOptions options{
        .directory = directory,
        .tables = {"meta", "ledger", "sources", "catalogue", "marks", "exporters", "counts", "templates", "live",
                   "folded", "options", "books", "ledger_books", "interfaces", "interface_hours", "segments"}};
    for (const Resolution& r : kResolutions) options.tables.emplace_back(r.table);
    options.schema = kSchema;
    options.read_only = read_only;
    options.map_bytes = map_bytes;
    options.check_pages = read_only ? kCheckedLeavesReading : kCheckedLeaves;
    return lmdb::Env::open(options);
}

tl::unexpected<flow::Error> fail_damaged(const lmdb::Env& env, const char* table) {
    return flow::fail("data directory " + env.directory() + ": a record of table " + table +
                      " is damaged: restore a backup, or move the data away");
}

}  // namespace store
