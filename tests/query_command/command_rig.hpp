// SPDX-License-Identifier: Apache-2.0
// The command called as from a shell, on an archive made for the purpose and a configuration with two sources and a profile.
//
// Thread: one.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "control/cli/context.hpp"
#include "control/cli/run.hpp"
#include "tests/control/temporary_directory.hpp"
#include "tests/query_command/archive_data.hpp"

namespace query {

using Json = nlohmann::json;

struct Said {
    int code;
    std::string out, err;
    [[nodiscard]] std::size_t lines() const {
        return static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n'));
    }
};

class Command : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        setenv("TZ", "UTC", 1);
        tzset();
        directory_ = new control::TemporaryDirectory;
        archive_ = new ArchiveData((directory_->path() / "data").string());
        ASSERT_TRUE(archive_->make());
        std::ofstream(config()) << "devices = [\"loopback\"]\ndata = \"" << archive_->directory() << R"("
[[source]]
name = "edge"
port = 2055
[[source]]
name = "peer"
port = 2056
)";
        std::filesystem::create_directory(directory_->path() / "profiles.d");
        std::ofstream(directory_->path() / "profiles.d" / "zone.toml") << R"(
[[channel]]
name = "dns"
filter = "port 53"
sources = ["edge"]
[[channel]]
name = "web"
filter = "port 80 # the web"
)";
    }
    static void TearDownTestSuite() {
        delete archive_;
        delete directory_;
    }
    static std::string config() { return (directory_->path() / "net-collector.toml").string(); }

    // `query` with --config.
    static Said ask(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"query", "--config", config()});
        return run(std::move(arguments));
    }
    static Said run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "net-collector");
        std::vector<const char*> argv;
        for (const std::string& a : arguments) argv.push_back(a.c_str());
        std::ostringstream out, err;
        const int code = cli::run(static_cast<int>(argv.size()), argv.data(), out, err, false, kSlot_s + 7200);
        return {code, out.str(), err.str()};
    }

    static inline control::TemporaryDirectory* directory_ = nullptr;
    static inline ArchiveData* archive_ = nullptr;
};

}  // namespace query
