// SPDX-License-Identifier: Apache-2.0
// net-collector passwd, with a configuration of its own; at a terminal made for the purpose, too.
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "control/http/passwords.hpp"
#include "control/http/users.hpp"
#include "tests/control/cli_rig.hpp"

namespace cli {
namespace {

constexpr const char* kPassword = "correct horse";

class Passwd : public testing::Test {
  protected:
    void SetUp() override { configure("[http]\nusers = \"users\"\n"); }
    void configure(const std::string& text) {
        std::ofstream(config()) << "user = \"\"\ndevices = [\"loopback\"]\n[[source]]\nname = \"edge\"\nport = 2055\n"
                                << text;
    }
    [[nodiscard]] std::string config() const { return (directory_.path() / "net-collector.toml").string(); }
    [[nodiscard]] std::string file() const { return (directory_.path() / "users").string(); }

    Said passwd(std::vector<std::string> arguments, const std::string& typed = std::string(kPassword) + "\n") const {
        arguments.insert(arguments.begin(), "passwd");
        arguments.insert(arguments.end(), {"-c", config()});
        std::istringstream input(typed);
        std::streambuf* const before = std::cin.rdbuf(input.rdbuf());
        Said said = run_cli(arguments);
        std::cin.rdbuf(before);
        return said;
    }
    [[nodiscard]] http::Users users() const { return http::load_users(file()).value_or(http::Users{}); }

    control::TemporaryDirectory directory_;
};

TEST_F(Passwd, AddsChangesListsAndDeletes) {
    ASSERT_EQ(passwd({"ann", "--role", "admin", "--stdin"}).code, 0);
    ASSERT_EQ(passwd({"vic", "--stdin"}).code, 0);
    struct stat about {};
    ASSERT_EQ(stat(file().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777u, 0640u);
    EXPECT_EQ(users().at("ann").role, http::Role::admin);
    EXPECT_EQ(users().at("vic").role, http::Role::viewer);
    EXPECT_TRUE(http::verify_password(users().at("ann").hash, kPassword));

    ASSERT_EQ(passwd({"ann", "--stdin"}, "another horse\n").code, 0);
    EXPECT_EQ(users().at("ann").role, http::Role::admin) << "the role stays";
    EXPECT_TRUE(http::verify_password(users().at("ann").hash, "another horse"));
    EXPECT_EQ(passwd({"--list", "-o", "json"}).json(), Json::parse(R"([{"user":"ann","role":"admin"},
                                                                      {"user":"vic","role":"viewer"}])"));
    EXPECT_NE(passwd({"--list"}).out.find("vic"), std::string::npos);
    EXPECT_EQ(passwd({"vic", "--delete"}).code, 0);
    EXPECT_EQ(users().count("vic"), 0u);
    EXPECT_EQ(passwd({"vic", "--delete"}).code, code_of(Exit::no_data));
}

TEST_F(Passwd, RefusesWhatIsWrongAndWritesNothing) {
    const struct {
        const char* name;
        std::vector<std::string> arguments;
        std::string typed;
        Exit exit;
    } cases[] = {
        {"nobody", {}, "", Exit::usage},
        {"user and list", {"ann", "--list"}, "", Exit::usage},
        {"a name of two fields", {"ann:admin", "--stdin"}, "correct horse\n", Exit::usage},
        {"role", {"ann", "--role", "root", "--stdin"}, "correct horse\n", Exit::usage},
        {"role of the deleted", {"ann", "--delete", "--role", "admin"}, "", Exit::usage},
        {"too short", {"ann", "--stdin"}, "1234567\n", Exit::failed},
        {"too long", {"ann", "--stdin"}, std::string(http::kMostPasswordBytes + 1, 'x') + "\n", Exit::failed},
        {"no password", {"ann", "--stdin"}, "", Exit::failed},
    };
    for (const auto& c : cases) {
        const Said said = passwd(c.arguments, c.typed);
        EXPECT_EQ(said.code, code_of(c.exit)) << c.name << ": " << said.err;
        EXPECT_FALSE(said.err.empty()) << c.name;
        EXPECT_NE(access(file().c_str(), F_OK), 0) << c.name;
    }
    std::ofstream(file()) << "not a users file\n";
    chmod(file().c_str(), 0640);
    EXPECT_NE(passwd({"ann", "--stdin"}).err.find("line 1"), std::string::npos) << "what is there is not lost";
    configure("");
    EXPECT_NE(passwd({"ann", "--stdin"}).err.find("[http]"), std::string::npos);
}

// What a terminal shows while `typed` is typed there, and how it ended.
Said at_a_terminal(const std::string& config, const std::string& typed) {
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
        const Said said = run_cli({"passwd", "ann", "-c", config});
        std::cout << said.out << said.err << std::flush;
        _exit(said.code);
    }
    std::string shown;
    std::array<char, 256> piece{};
    std::size_t asked = 0, sent = 0;
    for (ssize_t got = 0; (got = read(terminal, piece.data(), piece.size())) > 0;) {
        shown.append(piece.data(), static_cast<std::size_t>(got));
        for (; shown.find(": ", asked) != std::string::npos && sent < typed.size();) {
            asked = shown.find(": ", asked) + 2;
            const auto end = std::min(typed.find('\n', sent), typed.size() - 1) + 1;
            if (write(terminal, typed.data() + sent, end - sent) < 0) break;
            sent = end;
        }
    }
    int status = 0;
    waitpid(child, &status, 0);
    close(terminal);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, shown, {}};
}

TEST_F(Passwd, AsksTwiceAtATerminalWithoutShowingIt) {
    const Said said = at_a_terminal(config(), "correct horse\ncorrect horse\n");
    EXPECT_EQ(said.code, 0) << said.out;
    EXPECT_EQ(said.out.find("horse"), std::string::npos) << said.out;
    EXPECT_TRUE(http::verify_password(users().at("ann").hash, kPassword));
}

TEST_F(Passwd, AtATerminalTakesNeitherTwoPasswordsNorAnInterrupt) {
    for (const char* typed : {"correct horse\ncorrect house\n", "\x03"}) {
        const Said said = at_a_terminal(config(), typed);
        EXPECT_EQ(said.code, code_of(Exit::failed)) << said.out;
        EXPECT_NE(said.out.find("nothing was changed"), std::string::npos) << said.out;
        EXPECT_NE(access(file().c_str(), F_OK), 0);
    }
}

}  // namespace
}  // namespace cli
