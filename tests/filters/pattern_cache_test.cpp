// SPDX-License-Identifier: Apache-2.0
// Compiled patterns in files: whatever is wrong with a file, the patterns mean the same.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "filters/program/program.hpp"
#include "filters/text/pattern_cache.hpp"
#include "filters/text/pattern_db.hpp"

namespace {

namespace fs = std::filesystem;
using filters::text::Pattern;
using filters::text::PatternCache;
using filters::text::PatternDb;
using filters::text::PatternKind;
using filters::text::Scratch;

const std::vector<Pattern> kPatterns = {
    {PatternKind::content, "abc"}, {PatternKind::regex, "x[0-9]+y", true}, {PatternKind::regex, "^begin.*end$"}};
constexpr std::size_t kHeaderBytes = 80;

class PatternCacheTest : public testing::Test {
  protected:
    PatternCacheTest() {
        std::string name = (fs::temp_directory_path() / "patterns-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
    }
    ~PatternCacheTest() override { fs::remove_all(directory_); }

    // Compiles with the directory and looks whether the patterns mean what they say; true when they came from a file.
    bool compile() const {
        PatternCache cache(directory_.string(), 0);
        const auto db = PatternDb::compile(kPatterns, &cache);
        EXPECT_TRUE(db) << db.error().text();
        EXPECT_EQ(cache.trouble(), "");
        Scratch scratch;
        EXPECT_TRUE(scratch.fit(*db));
        const auto found = [&](std::string_view text) {
            std::set<std::uint32_t> ids;
            EXPECT_TRUE(db->scan(
                text, scratch,
                [](std::uint32_t id, void* to) { static_cast<std::set<std::uint32_t>*>(to)->insert(id); }, &ids));
            return ids;
        };
        EXPECT_EQ(found("abc X17Y"), (std::set<std::uint32_t>{0, 1}));
        EXPECT_EQ(found("begin to end"), std::set<std::uint32_t>{2});
        EXPECT_EQ(found("nothing"), std::set<std::uint32_t>{});
        return cache.found() == 1;
    }
    [[nodiscard]] std::vector<fs::path> files() const {
        std::vector<fs::path> out;
        for (const auto& entry : fs::directory_iterator(directory_)) out.push_back(entry.path());
        return out;
    }
    [[nodiscard]] fs::path only_file() const {
        EXPECT_EQ(files().size(), 1u);
        return files().front();
    }
    static std::string read(const fs::path& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static void write(const fs::path& path, const std::string& content) {
        fs::remove_all(path);
        std::ofstream(path, std::ios::binary) << content;
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    }

    fs::path directory_;
};

TEST_F(PatternCacheTest, CompilesOnce) {
    EXPECT_FALSE(compile());
    EXPECT_TRUE(compile());
    EXPECT_TRUE(compile());
    EXPECT_EQ(files().size(), 1u);
}

TEST_F(PatternCacheTest, ADamagedFileIsWrittenAnew) {
    EXPECT_FALSE(compile());
    const fs::path path = only_file();
    const std::string good = read(path);
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < kHeaderBytes + 64; ++at) places.push_back(at);
    for (std::size_t at = kHeaderBytes + 64; at < good.size(); at += 1 + good.size() / 40) places.push_back(at);
    places.push_back(good.size() - 1);
    for (const std::size_t at : places) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
        write(path, bad);
        EXPECT_FALSE(compile()) << "byte " << at;
        EXPECT_EQ(read(path).size(), good.size()) << at;
        EXPECT_TRUE(compile()) << "byte " << at;
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kHeaderBytes - 1, kHeaderBytes, kHeaderBytes + 1,
                                   good.size() / 2, good.size() - 1}) {
        write(path, good.substr(0, size));
        EXPECT_FALSE(compile()) << "cut to " << size;
        EXPECT_TRUE(compile()) << "cut to " << size;
    }
    write(path, good + "x");
    EXPECT_FALSE(compile());
    EXPECT_TRUE(compile());
}

TEST_F(PatternCacheTest, WhatIsNoFileOfOursIsLeftAlone) {
    EXPECT_FALSE(compile());
    const fs::path path = only_file();
    const std::string good = read(path);
    fs::remove(path);
    write(directory_ / "elsewhere", good);
    fs::create_symlink(directory_ / "elsewhere", path);
    EXPECT_FALSE(compile());
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(path))) << "the link was replaced";
    EXPECT_EQ(read(directory_ / "elsewhere"), good);
    EXPECT_TRUE(compile());
}

// Another version or platform writes another key; and should two share one, Hyperscan itself refuses the bytes.
TEST_F(PatternCacheTest, OfAnotherVersionOrPlatformIsCompiledAnew) {
    EXPECT_FALSE(compile());
    const fs::path path = only_file();
    const std::string good = read(path);
    PatternCache::Key key{};
    std::copy_n(good.begin() + 8, key.size(), reinterpret_cast<char*>(key.data()));
    for (const std::size_t at : {std::size_t{4}, std::size_t{12}, std::size_t{16}, std::size_t{20}, good.size() - 81}) {
        std::string bytes = good.substr(kHeaderBytes);
        bytes[at] = static_cast<char>(bytes[at] ^ 0x5a);
        PatternCache writer(directory_.string(), 0);
        writer.store(key, bytes, 0);
        PatternCache reader(directory_.string(), 0);
        ASSERT_EQ(reader.load(key), bytes);
        compile();
        EXPECT_TRUE(compile());
        EXPECT_EQ(read(path), good) << at;
    }
}

TEST_F(PatternCacheTest, AKeyIsOfAllThatMatters) {
    const auto key_after = [&](const std::vector<Pattern>& patterns) {
        PatternCache cache(directory_.string(), 0);
        EXPECT_TRUE(PatternDb::compile(patterns, &cache));
        return cache.found() == 0;
    };
    EXPECT_TRUE(key_after({{PatternKind::content, "abc"}}));
    EXPECT_TRUE(key_after({{PatternKind::content, "abc", true}}));
    EXPECT_TRUE(key_after({{PatternKind::content, "ab"}, {PatternKind::content, "c"}}));
    EXPECT_TRUE(key_after({{PatternKind::content, "a.c"}}));
    EXPECT_TRUE(key_after({{PatternKind::regex, "a.c"}}));
    EXPECT_FALSE(key_after({{PatternKind::regex, "a.c"}}));
}

TEST_F(PatternCacheTest, TwoProcessesAtOnce) {
    std::vector<pid_t> children;
    for (int child = 0; child < 3; ++child) {
        const pid_t pid = ::fork();
        ASSERT_GE(pid, 0);
        if (pid == 0) {
            for (int i = 0; i < 30; ++i) {
                compile();
                // One of them spoils what the others read.
                if (child == 0) {
                    for (const fs::path& path : files()) {
                        std::error_code gone;
                        fs::resize_file(path, static_cast<std::uintmax_t>(i) * 37, gone);
                    }
                }
            }
            ::_exit(testing::Test::HasFailure() ? 1 : 0);
        }
        children.push_back(pid);
    }
    for (const pid_t pid : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(pid, &status, 0), pid);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    compile();
    EXPECT_TRUE(compile());
    EXPECT_EQ(files().size(), 1u) << "nothing unfinished stays";
}

TEST_F(PatternCacheTest, IsBounded) {
    PatternCache cache(directory_.string(), 0);
    const auto key = [](std::size_t i) { return PatternCache::key_of(std::to_string(i)); };
    write(directory_ / ".unfinished-old", "x");
    write(directory_ / ".unfinished-new", "x");
    write(directory_ / "not-ours", "x");
    fs::last_write_time(directory_ / ".unfinished-old", fs::file_time_type::clock::now() - std::chrono::hours(2));
    for (std::size_t i = 0; i < PatternCache::kMostFiles + 10; ++i) {
        cache.store(key(i), "bytes " + std::to_string(i), 0);
        const fs::path path = [&] {
            for (const fs::path& p : files()) {
                if (read(p).find("bytes " + std::to_string(i)) != std::string::npos) return p;
            }
            return fs::path();
        }();
        ASSERT_FALSE(path.empty()) << i;
        fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::minutes(1000 - i));
        EXPECT_TRUE(i != 5 || cache.load(key(0)));  // used again: younger than all others
    }
    EXPECT_EQ(files().size(), PatternCache::kMostFiles + 2);
    EXPECT_TRUE(cache.load(key(0)));
    EXPECT_FALSE(cache.load(key(1)));
    EXPECT_TRUE(cache.load(key(PatternCache::kMostFiles + 9)));
    EXPECT_FALSE(fs::exists(directory_ / ".unfinished-old"));
    EXPECT_TRUE(fs::exists(directory_ / ".unfinished-new"));
    EXPECT_TRUE(fs::exists(directory_ / "not-ours"));
}

// Hyperscan believes the bytes: those that others could write are compiled anew.
TEST_F(PatternCacheTest, WhatOthersCouldWriteIsNotTaken) {
    const auto trouble_with_file = [&] {
        PatternCache cache(directory_.string(), 0);
        EXPECT_TRUE(PatternDb::compile(kPatterns, &cache));
        EXPECT_EQ(cache.found(), 0u);
        return cache.trouble();
    };
    EXPECT_FALSE(compile());
    for (const fs::perms writer : {fs::perms::group_write, fs::perms::others_write}) {
        fs::permissions(only_file(), writer, fs::perm_options::add);
        EXPECT_NE(trouble_with_file().find("that others may write were not taken"), std::string::npos);
        EXPECT_TRUE(compile()) << "it was written anew";
    }
    for (const fs::perms writer : {fs::perms::group_write, fs::perms::others_write}) {
        fs::permissions(directory_, writer, fs::perm_options::add);
        EXPECT_NE(trouble_with_file().find("others may write into " + directory_.string()), std::string::npos);
        fs::permissions(directory_, writer, fs::perm_options::remove);
    }
    EXPECT_TRUE(compile()) << "nothing was touched";
    if (::geteuid() != 0) GTEST_SKIP() << "only root can plant a file of another user";
    ASSERT_EQ(::chown(only_file().c_str(), 65534, 65534), 0);
    EXPECT_NE(trouble_with_file().find("compiled patterns of user 65534"), std::string::npos);
    EXPECT_TRUE(compile());
}

TEST_F(PatternCacheTest, KeepsOnlyWhatIsWorthIt) {
    PatternCache cache(directory_.string(), 1000);
    cache.store(PatternCache::key_of("a"), "bytes", 999);
    EXPECT_TRUE(files().empty());
    cache.store(PatternCache::key_of("a"), "bytes", 1000);
    EXPECT_EQ(cache.load(PatternCache::key_of("a")), "bytes");
}

TEST_F(PatternCacheTest, WithoutADirectoryThatCanBeWrittenFiltersWorkAndSayWhy) {
    write(directory_ / "file", "x");
    const std::string impossible = (directory_ / "file" / "patterns").string();
    PatternCache cache(impossible, 0);
    EXPECT_TRUE(PatternDb::compile(kPatterns, &cache));
    EXPECT_NE(cache.trouble().find("compiled patterns are not kept: cannot make " + impossible), std::string::npos)
        << cache.trouble();

    std::vector<filters::ChannelSpec> channels;
    for (int i = 0; i < 300; ++i) {
        const std::string n = std::to_string(i);
        channels.push_back({.name = "t/" + n, .filter = "payload regex '^([a-z]+\\.)*h" + n + "[0-9]{2,9}\\.com$' i"});
    }
    filters::Environment environment = filters::Environment::with_sources(1);
    environment.pattern_cache = impossible;
    const auto without = filters::Program::compile(channels, environment);
    ASSERT_TRUE(without) << without.error().text();
    EXPECT_EQ((*without)->figures().pattern_cache_trouble, cache.trouble());
    environment.pattern_cache = (directory_ / "made").string();
    const auto with = filters::Program::compile(channels, environment);
    ASSERT_TRUE(with);
    EXPECT_EQ((*with)->figures().pattern_cache_trouble, "");
    EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / "made"), {}), 1);
    ASSERT_TRUE(filters::Program::compile(channels, environment));
}

}  // namespace
