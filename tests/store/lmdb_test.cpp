// SPDX-License-Identifier: Apache-2.0
// The LMDB room: transactions, and data files that are none.
#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>
#include <functional>
#include <random>

#include "store/lmdb/env.hpp"
#include "store/lmdb/lock_file.hpp"
#include "store/lmdb/txn.hpp"
#include "tests/store/support.hpp"

namespace store {
namespace {

using test::Feeder;
using test::kTestMapBytes;
using test::TempDir;

flow::Bytes bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
std::string text(flow::Bytes b) {
    return {reinterpret_cast<const char*>(b.data()), b.size()};
}

flow::Result<lmdb::Env> open_env(const TempDir& dir, bool read_only = false) {
    return lmdb::Env::open({.directory = dir.path(),
                            .tables = {"a", "b"},
                            .schema = 1,
                            .read_only = read_only,
                            .map_bytes = kTestMapBytes});
}

TEST(Lmdb, CommittedIsThereAndAbortedIsNot) {
    TempDir dir;
    auto env = open_env(dir);
    ASSERT_TRUE(env) << env.error().message;
    const lmdb::Table b = env->table(1);
    {
        auto txn = env->write();
        ASSERT_TRUE(txn->put(b, bytes("key"), bytes("value")));
        ASSERT_TRUE(std::move(*txn).commit());
    }
    {
        auto txn = env->write();
        ASSERT_TRUE(txn->put(b, bytes("key"), bytes("other")));  // and dropped
    }
    const auto txn = env->read();
    EXPECT_EQ(text(**txn->get(b, bytes("key"))), "value");
    EXPECT_FALSE(*txn->get(b, bytes("none")));
    EXPECT_EQ(txn->entries(b), 1u);
}

TEST(Lmdb, CursorGoesBothWaysAndDeletes) {
    TempDir dir;
    auto env = open_env(dir);
    const lmdb::Table b = env->table(1);
    auto txn = env->write();
    for (int i = 0; i < 2000; ++i) {
        const std::string key = std::to_string(10000 + i);
        ASSERT_TRUE(txn->put_last(b, bytes(key), bytes(std::string(500, 'x'))));
    }
    ASSERT_TRUE(txn->put_last(b, bytes("0"), bytes("not the last")));
    {
        auto cursor = txn->cursor(b);
        EXPECT_TRUE(*cursor->seek(bytes("105000")));
        EXPECT_EQ(text(cursor->key()), "10501");
        EXPECT_TRUE(*cursor->previous());
        EXPECT_EQ(text(cursor->key()), "10500");
        EXPECT_FALSE(*cursor->seek(bytes("2")));
        EXPECT_TRUE(*cursor->last());
        EXPECT_EQ(text(cursor->key()), "11999");
        EXPECT_FALSE(*cursor->next());
        int seen = 0;
        for (auto more = cursor->first(); *more; more = cursor->next()) {
            if (seen++ % 3 != 0) {
                ASSERT_TRUE(cursor->erase());
            }
        }
        EXPECT_EQ(seen, 2001);
    }
    EXPECT_EQ(txn->entries(b), 667u);
    EXPECT_TRUE(std::move(*txn).commit());
}

TEST(Lmdb, OneFileIsOneEnvironmentInAProcess) {
    TempDir dir;
    auto first = open_env(dir);
    {
        auto second = open_env(dir, true);
        ASSERT_TRUE(second);
        EXPECT_TRUE(first->is_shared());
        auto txn = first->write();
        ASSERT_TRUE(txn->put(first->table(0), bytes("k"), bytes("v")));
        ASSERT_TRUE(std::move(*txn).commit());
        EXPECT_TRUE(*second->read()->get(second->table(0), bytes("k")));
    }
    EXPECT_FALSE(first->is_shared());
    EXPECT_TRUE(first->read());
    *first = std::move(*open_env(dir));
    EXPECT_TRUE(first->read());
}

TEST(Lmdb, AReadOnlyEnvironmentDoesNotBecomeAWriter) {
    TempDir dir;
    ASSERT_TRUE(open_env(dir));
    const auto reader = open_env(dir, true);
    const auto writer = open_env(dir);
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().message,
              "data directory " + dir.path() + ": this process has it open in another way: close that first");
}

TEST(LockFile, IsTakenOnceAndNamesTheProcess) {
    TempDir dir;
    {
        const auto first = lmdb::LockFile::take(dir.path());
        ASSERT_TRUE(first);
        const auto second = lmdb::LockFile::take(dir.path());
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().message, "data directory " + dir.path() + " is in use by another collector, process " +
                                              std::to_string(getpid()) + ": stop that one, or use another directory");
    }
    EXPECT_TRUE(lmdb::LockFile::take(dir.path()));
    EXPECT_FALSE(lmdb::LockFile::take(dir / "missing"));
}

TEST(Schema, ANewerOneIsRefusedUnchanged) {
    TempDir dir;
    {
        MDB_env* env = nullptr;
        ASSERT_EQ(mdb_env_create(&env), 0);
        mdb_env_set_maxdbs(env, 4);
        ASSERT_EQ(mdb_env_open(env, dir.path().c_str(), 0, 0640), 0);
        MDB_txn* txn = nullptr;
        MDB_dbi meta = 0;
        ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
        ASSERT_EQ(mdb_dbi_open(txn, "meta", MDB_CREATE, &meta), 0);
        std::uint32_t schema = kSchema + 1;
        std::string name = "schema";
        MDB_val key{name.size(), name.data()}, value{sizeof schema, &schema};
        ASSERT_EQ(mdb_put(txn, meta, &key, &value, 0), 0);
        ASSERT_EQ(mdb_txn_commit(txn), 0);
        mdb_env_close(env);
    }
    const std::string wanted = "data directory " + dir.path() + " was written by a newer version (schema " +
                               std::to_string(kSchema + 1) + ", this program knows " + std::to_string(kSchema) +
                               "): install that version again, "
                               "or use another directory";
    const auto engine = Engine::open(test::options(dir));
    ASSERT_FALSE(engine);
    EXPECT_EQ(engine.error().message, wanted);
    const auto reader = Reader::open(dir.path());
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().message, wanted);
}

TEST(Reader, SaysWhatIsMissing) {
    TempDir dir;
    const auto none = Reader::open(dir.path());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().message,
              "data directory " + dir.path() +
                  ": there is no data.mdb: name the directory that the collector writes to, or start it");
    EXPECT_FALSE(Reader::open(dir / "missing"));
}

// Some data in every table, in enough pages.
void fill(const TempDir& dir) {
    Options options = test::options(dir);
    auto engine = Engine::open(options);
    ASSERT_TRUE(engine) << engine.error().message;
    Inbox inbox;
    Feeder feeder(200);
    for (std::uint32_t id = 0; id < 200; ++id) {
        inbox.series.push_back(
            {id, "live", "channel" + std::to_string(id), "source", {{1, std::string(id * 20, 'f')}}});
    }
    inbox.sources.emplace_back(0, "source");
    (*engine)->absorb(std::move(inbox));
    std::mt19937_64 random(1);
    for (std::uint32_t at = 1'700'000'000; at < 1'700'000'000 + 9000; at += 10) {
        for (std::uint32_t id = 0; id < 200; id += 1 + static_cast<std::uint32_t>(random() % 4))
            feeder.add(id, static_cast<std::uint32_t>(random() % 4), {1, random() % 100, random() % 10000});
        feeder.tally().ledger[flow::Counter::records_seen] += 1;
        feeder.feed(**engine, at);
        ASSERT_TRUE((*engine)->commit({at * 1000ull, at * 1000ull}));
    }
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
void write_file(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
}

// In a child: 0 = opened and read, 1 = refused with an error, else the wait status of a crash.
int use_in_child(const std::string& directory) {
    const pid_t child = fork();
    if (child == 0) {
        int refused = 0;
        if (auto reader = Reader::open(directory)) {
            std::vector<std::uint32_t> ids(200);
            for (std::uint32_t i = 0; i < 200; ++i) ids[i] = i;
            for (const Resolution& r : kResolutions) {
                if (!reader->series(ids, 1'700'000'000, 1'700'010'000, r.step_s)) refused = 1;
            }
            if (!reader->catalogue() || !reader->exporters() || !reader->templates() || !reader->ledger()) refused = 1;
        } else {
            refused = 1;
        }
        Options options;
        options.directory = directory;
        options.map_bytes = kTestMapBytes;
        if (auto engine = Engine::open(options)) {
            test::name_series(**engine, 200);
            Feeder feeder(200);
            for (std::uint32_t i = 0; i < 20; ++i) {
                for (std::uint32_t s = 0; s < 200; ++s) feeder.add(s, 0, {1, 1, 1});
                feeder.feed(**engine, 1'700'009'000 + i * 60);
                if (!(*engine)->commit({(1'700'009'000 + i * 60) * 1000ull, i * 60'000ull})) refused = 1;
            }
        } else {
            refused = 1;
        }
        _exit(refused);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -status;
}

TEST(Damage, FilesThatAreNoneAreRefused) {
    TempDir dir;
    fill(dir);
    if (HasFatalFailure()) return;
    const std::string sound = read_file(dir / "data.mdb");
    struct Case {
        const char* what;
        std::string content;
    };
    const Case cases[] = {
        {"text", "this is not a data file\n"},
        {"zeros", std::string(1 << 20, '\0')},
        {"half a header", sound.substr(0, 100)},
        {"one page", sound.substr(0, 4096)},
        {"two pages", sound.substr(0, 8192)},
        {"half", sound.substr(0, sound.size() / 2)},
        {"not a whole number of pages", sound.substr(0, sound.size() / 2 + 1000)},
    };
    for (const Case& c : cases) {
        write_file(dir / "data.mdb", c.content);
        EXPECT_EQ(use_in_child(dir.path()), 1) << c.what;
        const auto engine = Engine::open(test::options(dir));
        ASSERT_FALSE(engine) << c.what;
        EXPECT_NE(engine.error().message.find("restore a backup, or move it away"), std::string::npos)
            << engine.error().message;
        EXPECT_EQ(read_file(dir / "data.mdb"), c.content) << c.what << ": left as it was";
    }
    write_file(dir / "data.mdb", sound);
    EXPECT_EQ(use_in_child(dir.path()), 0);
}

TEST(Damage, OverwrittenPagesNeverEndTheProcess) {
    TempDir dir;
    fill(dir);
    if (HasFatalFailure()) return;
    const std::string sound = read_file(dir / "data.mdb");
    const std::size_t pages = sound.size() / 4096;
    std::mt19937_64 random(2);
    int refused = 0;
    for (int round = 0; round < 120; ++round) {
        std::string content = sound;
        char* page = content.data() + 4096 * (random() % pages);
        switch (random() % 4) {
            case 0:
                std::fill(page, page + 4096, '\0');
                break;
            case 1:
                std::generate(page, page + 4096, [&] { return static_cast<char>(random()); });
                break;
            case 2:
                page[random() % 64] = static_cast<char>(random());
                break;
            case 3:
                page[random() % 4096] = static_cast<char>(random());
                break;
        }
        write_file(dir / "data.mdb", content);
        const int result = use_in_child(dir.path());
        ASSERT_TRUE(result == 0 || result == 1) << "round " << round << ": " << result;
        refused += result;
    }
    EXPECT_GT(refused, 0);
}

TEST(Map, LimitedAddressSpaceGivesASmallerOne) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)  // as g++ tells it
    GTEST_SKIP() << "sanitizers need the address space";
#elif defined(__has_feature)  // as clang++ does
#if __has_feature(address_sanitizer)
    GTEST_SKIP() << "sanitizers need the address space";
#endif
#endif
    TempDir dir;
    const pid_t child = fork();
    if (child == 0) {
        const rlimit limit{4ull << 30, 4ull << 30};
        setrlimit(RLIMIT_AS, &limit);
        Options options;
        options.directory = dir.path();
        const auto engine = Engine::open(options);
        const bool noted =
            engine && (*engine)->stats().note.find("address space is limited to 4096 MiB") != std::string::npos;
        _exit(noted ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace store
