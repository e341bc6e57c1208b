// SPDX-License-Identifier: Apache-2.0
#include "control/privileges.hpp"

#include <gtest/gtest.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "tests/control/temporary_directory.hpp"

namespace control {
namespace {

// Runs `body` in a child, which may give up root; its result is the exit code.
int in_child(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool has(const char* capability) {
    cap_value_t value = 0;
    cap_from_name(capability, &value);
    cap_flag_value_t flag = CAP_CLEAR;
    cap_t caps = cap_get_proc();
    cap_get_flag(caps, value, CAP_EFFECTIVE, &flag);
    cap_free(caps);
    return flag == CAP_SET;
}

TEST(Privileges, AnUnknownUserIsAnErrorWithAdvice) {
    const auto user = find_user("no-such-user-here");
    ASSERT_FALSE(user.has_value());
    EXPECT_NE(user.error().text().find("create it"), std::string::npos);
    EXPECT_EQ(find_user("root").value().uid, 0u);
}

TEST(Privileges, DropsRootForGoodAndKeepsOnlyWhatIsNamed) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    const int result = in_child([] {
        const auto nobody = find_user("nobody");
        if (!nobody) return 1;
        constexpr const char* kKept[] = {"cap_net_admin"};
        const bool had = has("cap_net_admin");
        if (!drop_privileges(*nobody, kKept)) return had ? 2 : 77;
        if (getuid() != nobody->uid || geteuid() != nobody->uid || getgid() != nobody->gid) return 3;
        if (setuid(0) == 0) return 4;
        if (!has("cap_net_admin") || has("cap_net_raw") || has("cap_setuid")) return 5;
        return 0;
    });
    if (result == 77) GTEST_SKIP() << "this container has no CAP_NET_ADMIN to keep";
    EXPECT_EQ(result, 0);
}

TEST(Privileges, WithoutRootOnlyOneselfWillDo) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to become nobody first";
    EXPECT_EQ(in_child([] {
                  const auto nobody = find_user("nobody");
                  const auto root = find_user("root");
                  if (!drop_privileges(*nobody, {})) return 1;
                  if (!drop_privileges(*nobody, {})) return 2;
                  return drop_privileges(*root, {}).has_value() ? 3 : 0;
              }),
              0);
}

TEST(Privileges, TheDataDirectoryBelongsToTheUserAndItsGroupReadsIt) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    const TemporaryDirectory directory;
    const std::string data = (directory.path() / "data").string();
    ASSERT_TRUE(prepare_directory(data, nullptr).has_value());
    directory.write("data/sub/data.mdb", "x");
    chmod((data + "/sub/data.mdb").c_str(), 0600);
    directory.write("outside", "x");
    std::filesystem::create_symlink(directory.path() / "outside", directory.path() / "data/link");
    const auto nobody = find_user("nobody");
    ASSERT_TRUE(prepare_directory(data, &*nobody).has_value());
    struct stat file {};
    ASSERT_EQ(stat((data + "/sub/data.mdb").c_str(), &file), 0);
    EXPECT_EQ(file.st_uid, nobody->uid);
    EXPECT_EQ(file.st_gid, nobody->gid);
    EXPECT_EQ(file.st_mode & 0777, 0640u);
    ASSERT_EQ(stat(data.c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 07777, 02750u);
    ASSERT_EQ(stat((directory.path() / "outside").c_str(), &file), 0);
    EXPECT_EQ(file.st_uid, 0u) << "symbolic links are not followed";
}

TEST(Privileges, OnlyADirectoryOfCompiledPatternsIsGivenAndNothingInIt) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    const TemporaryDirectory directory;
    const auto nobody = find_user("nobody");
    const auto owner_of = [&](const std::string& name) {
        struct stat file {};
        EXPECT_EQ(stat((directory.path() / name).c_str(), &file), 0) << name;
        return file.st_uid;
    };
    const auto prepare = [&](const std::string& name) {
        const std::string path = (directory.path() / name).string();
        EXPECT_TRUE(prepare_pattern_cache(path, nullptr).has_value());
        EXPECT_TRUE(prepare_pattern_cache(path, &*nobody).has_value());
        return owner_of(name) == nobody->uid;
    };
    EXPECT_TRUE(prepare("new"));
    directory.write("ours/ab.patterns", "x");
    EXPECT_TRUE(prepare("ours"));
    EXPECT_EQ(owner_of("ours/ab.patterns"), 0u);
    directory.write("cache/apt/archive", "x");
    EXPECT_FALSE(prepare("cache")) << "a directory of somebody else";
    EXPECT_EQ(owner_of("cache/apt"), 0u);
    directory.write("open/ab.patterns", "x");
    chmod((directory.path() / "open").c_str(), 0777);
    EXPECT_FALSE(prepare("open")) << "others can write it";

    directory.write("data/patterns/ab.patterns", "x");
    directory.write("data/other", "x");
    const std::string data = (directory.path() / "data").string();
    EXPECT_TRUE(prepare_directory(data, &*nobody, data + "/patterns").has_value());
    EXPECT_EQ(owner_of("data/other"), nobody->uid);
    EXPECT_EQ(owner_of("data/patterns"), 0u) << "left to prepare_pattern_cache()";
    EXPECT_EQ(owner_of("data/patterns/ab.patterns"), 0u);
}

}  // namespace
}  // namespace control
