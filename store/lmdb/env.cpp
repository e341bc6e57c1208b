// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/env.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string_view>

#include "store/lmdb/check.hpp"
#include "store/lmdb/shared.hpp"
#include "store/lmdb/txn.hpp"

namespace store::lmdb {
namespace {

constexpr std::uint64_t kSmallestMap = 64ull << 20;
constexpr unsigned kMaxTables = 64;
constexpr off_t kLockFileBytes = 65536;  // room for a thousand readers

// The environments of this process. LMDB allows one per file: closing a second one would drop the first one's
// locks, and with them what protects its readers. Hence process-wide.
struct List {
    std::mutex mutex;
    std::vector<std::unique_ptr<Shared>> environments;  // guarded by mutex
};
List& list() {
    static List the_list;
    return the_list;
}

std::string size_text(std::uint64_t bytes) {
    return std::to_string(bytes >> 20) + " MiB";
}

std::string advice(int code) {
    switch (code) {
        case MDB_MAP_FULL:
            return ": the data file has its largest size: allow more address space (ulimit -v), or keep data "
                   "for less time";
        case ENOSPC:
        case EDQUOT:
            return ": free some space on that disk";
        case EIO:
            return ": look at the disk's health (dmesg)";
        case EACCES:
        case EPERM:
            return ": run this as the collector's user, or join that user's group";
        case MDB_INVALID:
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
            return ": the data file is damaged, or none of ours: restore a backup, or move it away";
        case MDB_VERSION_MISMATCH:
            return ": written by another version of LMDB: export it there, or move it away";
        case MDB_READERS_FULL:
            return ": too many programs read it at once: end some of them";
        case MDB_MAP_RESIZED:
            return ": it has grown beyond this program's address space: allow more (ulimit -v)";
        case MDB_PANIC:
            return ": a write to the disk failed before: look at the disk's health (dmesg)";
        default:
            return "";
    }
}

// LMDB makes its lock file sparse; on a full disk the first touch of it would be SIGBUS. So its blocks come
// first.
flow::Result<void> reserve_lock_file(const std::string& directory) {
    const std::string path = directory + "/lock.mdb";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (fd < 0) return flow::fail(explain(directory, "open lock.mdb", errno));
    struct stat file {};
    int code = fstat(fd, &file) != 0 ? errno : 0;
    const bool reserved = file.st_size >= kLockFileBytes && file.st_blocks * 512 >= kLockFileBytes;
    if (code == 0 && !reserved) code = posix_fallocate(fd, 0, kLockFileBytes);
    // Readers of the group write their slots here, whatever the umask says.
    if (code == 0 && file.st_size == 0 && fchmod(fd, 0660) != 0) code = errno;
    close(fd);
    if (code != 0) return flow::fail(explain(directory, "reserve lock.mdb", code));
    return {};
}

flow::Result<void> open_in_map(Shared& shared, const EnvOptions& options, std::uint64_t map_bytes) {
    MDB_env* env = nullptr;
    if (const int rc = mdb_env_create(&env); rc != 0) return fail(shared, "open", rc);
    shared.env.reset(env);
    mdb_env_set_maxdbs(env, kMaxTables);
    mdb_env_set_mapsize(env, map_bytes);
    const unsigned flags = MDB_NOTLS | (options.read_only ? MDB_RDONLY : 0u);
    const int rc = mdb_env_open(env, options.directory.c_str(), flags, 0640);
    if (rc == 0) return {};
    shared.env.reset();
    if (rc == ENOMEM && map_bytes / 2 >= kSmallestMap) return open_in_map(shared, options, map_bytes / 2);
    return fail(shared, "open", rc);
}

flow::Result<void> note_map_size(Shared& shared, std::uint64_t wanted) {
    MDB_envinfo info{};
    mdb_env_info(shared.env.get(), &info);
    if (info.me_mapsize >= wanted) return {};
    rlimit limit{};
    getrlimit(RLIMIT_AS, &limit);
    shared.note = "data directory " + shared.directory + ": at most " + size_text(info.me_mapsize) +
                  " can be stored instead of " + size_text(wanted) + ", because the address space is limited" +
                  (limit.rlim_cur == RLIM_INFINITY ? "" : " to " + size_text(limit.rlim_cur)) +
                  ": raise that (ulimit -v)";
    return {};
}

flow::Result<void> refuse_damage(Shared& shared, std::uint64_t leaves) {
    std::string damage;
    // More than once: two commits of a running collector between the two steps take the meta page away.
    for (int attempt = 0; attempt < 3; ++attempt) {
        MDB_txn* txn = nullptr;
        if (const int rc = mdb_txn_begin(shared.env.get(), nullptr, MDB_RDONLY, &txn); rc != 0)
            return fail(shared, "read", rc);
        const std::unique_ptr<MDB_txn, AbortTxn> guard(txn);
        int fd = -1;
        mdb_env_get_fd(shared.env.get(), &fd);
        damage = find_damage(fd, mdb_txn_id(txn), leaves);
        if (damage.empty()) return {};
    }
    return flow::fail("data directory " + shared.directory + ": data.mdb is damaged, " + damage +
                      ": restore a backup, or move it away");
}

// Opens the first table and compares the schema in it; a new file gets ours.
flow::Result<void> check_schema(Shared& shared, const EnvOptions& options, MDB_txn* txn) {
    static constexpr std::string_view kKey = "schema";
    MDB_dbi dbi = 0;
    MDB_val key{kKey.size(), const_cast<char*>(kKey.data())}, value{};
    int rc = mdb_dbi_open(txn, options.tables[0].c_str(), 0, &dbi);
    if (rc == MDB_NOTFOUND) {
        MDB_stat main{};
        mdb_env_stat(shared.env.get(), &main);
        if (options.read_only || main.ms_entries != 0) {
            return flow::fail("data directory " + shared.directory +
                              ": its data.mdb is not a collector's: name another directory");
        }
        std::uint32_t schema = options.schema;
        value = {sizeof schema, &schema};
        rc = mdb_dbi_open(txn, options.tables[0].c_str(), MDB_CREATE, &dbi);
        if (rc == 0) rc = mdb_put(txn, dbi, &key, &value, 0);
        if (rc != 0) return fail(shared, "create", rc);
        return {};
    }
    if (rc == 0) rc = mdb_get(txn, dbi, &key, &value);
    if (rc != 0) return fail(shared, "read the schema version", rc);
    std::uint32_t stored = 0;
    if (value.mv_size != sizeof stored) return fail(shared, "read the schema version", MDB_CORRUPTED);
    std::memcpy(&stored, value.mv_data, sizeof stored);
    shared.is_older = stored < options.schema;
    if (stored > options.schema) {
        return flow::fail("data directory " + shared.directory + " was written by a newer version (schema " +
                          std::to_string(stored) + ", this program knows " + std::to_string(options.schema) +
                          "): install that version again, or use another directory");
    }
    return {};
}

flow::Result<void> open_tables(Shared& shared, const EnvOptions& options) {
    MDB_txn* txn = nullptr;
    int rc = mdb_txn_begin(shared.env.get(), nullptr, options.read_only ? MDB_RDONLY : 0u, &txn);
    if (rc != 0) return fail(shared, "read", rc);
    std::unique_ptr<MDB_txn, AbortTxn> guard(txn);
    if (auto checked = check_schema(shared, options, txn); !checked) return flow::pass(checked);
    for (const std::string& name : options.tables) {
        MDB_dbi dbi = 0;
        rc = mdb_dbi_open(txn, name.c_str(), options.read_only ? 0u : static_cast<unsigned>(MDB_CREATE), &dbi);
        if (rc == MDB_NOTFOUND && shared.is_older) {  // read only: its writer did not know this table
            dbi = Table::kNone;
            rc = 0;
        }
        if (rc != 0) return fail(shared, ("open table " + name).c_str(), rc);
        shared.tables.push_back(dbi);
    }
    rc = mdb_txn_commit(guard.release());
    if (rc != 0) return fail(shared, "create tables", rc);
    return {};
}

flow::Result<std::unique_ptr<Shared>> open_new(const EnvOptions& options) {
    auto shared = std::make_unique<Shared>();
    shared->directory = options.directory;
    shared->read_only = options.read_only;
    shared->table_names = options.tables;
    const std::string path = options.directory + "/data.mdb";
    const bool is_new = access(path.c_str(), F_OK) != 0;
    if (options.read_only && is_new) {
        if (errno != ENOENT) return fail(*shared, "open data.mdb", errno);
        return flow::fail("data directory " + options.directory +
                          ": there is no data.mdb: name the directory that the collector writes to, or start it");
    }
    if (!options.read_only) {
        if (auto done = reserve_lock_file(options.directory); !done) return flow::pass(done);
    }
    if (auto done = open_in_map(*shared, options, options.map_bytes); !done) return flow::pass(done);
    if (auto done = note_map_size(*shared, options.map_bytes); !done) return flow::pass(done);
    int dead = 0;
    mdb_reader_check(shared->env.get(), &dead);
    if (auto done = refuse_damage(*shared, options.check_pages); !done) return flow::pass(done);
    if (auto done = open_tables(*shared, options); !done) return flow::pass(done);
    struct stat file {};
    if (stat(path.c_str(), &file) != 0) return fail(*shared, "open", errno);
    if (is_new && chmod(path.c_str(), 0640) != 0) return fail(*shared, "open", errno);
    shared->device = file.st_dev;
    shared->inode = file.st_ino;
    return shared;
}

Shared* find_open(const std::string& directory) {
    struct stat file {};
    if (stat((directory + "/data.mdb").c_str(), &file) != 0) return nullptr;
    for (const auto& shared : list().environments) {
        if (shared->device == file.st_dev && shared->inode == file.st_ino) return shared.get();
    }
    return nullptr;
}

}  // namespace

std::string explain(const std::string& directory, const char* what, int code) {
    return "data directory " + directory + ": " + what + ": " + mdb_strerror(code) + advice(code);
}

tl::unexpected<flow::Error> fail(Shared& shared, const char* what, int code) {
    // After a failed write of a meta page LMDB refuses everything until the file is opened again.
    if (code == MDB_PANIC) shared.needs_reopen.store(true, std::memory_order_relaxed);
    return flow::fail(explain(shared.directory, what, code));
}

flow::Result<Env> Env::open(const EnvOptions& options) {
    List& all = list();
    const std::scoped_lock lock(all.mutex);
    Shared* shared = find_open(options.directory);
    if (shared == nullptr) {
        auto opened = open_new(options);
        if (!opened) return flow::pass(opened);
        shared = all.environments.emplace_back(std::move(*opened)).get();
    } else if ((shared->read_only && !options.read_only) || shared->table_names != options.tables) {
        return flow::fail("data directory " + options.directory +
                          ": this process has it open in another way: close that first");
    }
    ++shared->handles;
    return Env(shared);
}

Env::~Env() {
    if (shared_ == nullptr) return;
    List& all = list();
    const std::scoped_lock lock(all.mutex);
    if (--shared_->handles > 0) return;
    std::erase_if(all.environments, [this](const auto& s) { return s.get() == shared_; });
}

flow::Result<ReadTxn> Env::read() const {
    MDB_txn* txn = nullptr;
    if (const int rc = mdb_txn_begin(shared_->env.get(), nullptr, MDB_RDONLY, &txn); rc != 0)
        return fail(*shared_, "read", rc);
    return ReadTxn(txn, shared_);
}

flow::Result<WriteTxn> Env::write() {
    MDB_txn* txn = nullptr;
    if (const int rc = mdb_txn_begin(shared_->env.get(), nullptr, 0, &txn); rc != 0) return fail(*shared_, "write", rc);
    return WriteTxn(txn, shared_);
}

Table Env::table(std::size_t i) const noexcept {
    return Table{shared_->tables[i]};
}
const std::string& Env::directory() const noexcept {
    return shared_->directory;
}
const std::string& Env::note() const noexcept {
    return shared_->note;
}
bool Env::needs_reopen() const noexcept {
    return shared_->needs_reopen.load(std::memory_order_relaxed);
}
bool Env::is_shared() const {
    const std::scoped_lock lock(list().mutex);
    return shared_->handles > 1;
}

EnvInfo Env::info() const {
    MDB_envinfo info{};
    MDB_stat main{};
    mdb_env_info(shared_->env.get(), &info);
    mdb_env_stat(shared_->env.get(), &main);
    int fd = -1;
    mdb_env_get_fd(shared_->env.get(), &fd);
    struct stat file {};
    fstat(fd, &file);
    return {info.me_mapsize, (info.me_last_pgno + 1) * main.ms_psize, static_cast<std::uint64_t>(file.st_size)};
}

void Env::clear_dead_readers() noexcept {
    int dead = 0;
    mdb_reader_check(shared_->env.get(), &dead);
}

flow::Result<void> Env::copy_to(const std::string& directory) const {
    std::error_code code;
    std::filesystem::create_directories(directory, code);
    if (code) return flow::fail("backup: cannot make " + directory + ": " + code.message());
    const std::string path = directory + "/data.mdb";
    if (access(path.c_str(), F_OK) == 0) {
        return flow::fail("backup: " + directory + " holds a data.mdb already: name an empty directory");
    }
    const int rc = mdb_env_copy2(shared_->env.get(), directory.c_str(), MDB_CP_COMPACT);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool durable = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    if (rc == 0 && durable) return {};
    const int reason = rc != 0 ? rc : errno;
    unlink(path.c_str());  // half a copy is worse than none
    return flow::fail("backup: " + explain(directory, "copy", reason));
}

}  // namespace store::lmdb
