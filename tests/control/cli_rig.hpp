// SPDX-License-Identifier: Apache-2.0
// net-collector called as from a shell, on data made for the purpose.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "control/cli/context.hpp"
#include "control/cli/run.hpp"
#include "tests/control/stored_data.hpp"
#include "tests/control/temporary_directory.hpp"

namespace cli {

using Json = nlohmann::json;

struct Said {
    int code;
    std::string out, err;
    [[nodiscard]] Json json() const { return Json::parse(out, nullptr, false); }
};

inline Said run_cli(std::vector<std::string> arguments, bool colour = false) {
    arguments.insert(arguments.begin(), "net-collector");
    std::vector<const char*> argv;
    for (const std::string& a : arguments) argv.push_back(a.c_str());
    std::ostringstream out;
    std::ostringstream err;
    // Five minutes after the start of the data.
    const int code = run(static_cast<int>(argv.size()), argv.data(), out, err, colour, control::kDataStart_s + 300);
    return {code, out.str(), err.str()};
}

constexpr int code_of(Exit exit) {
    return static_cast<int>(exit);
}

class OnData : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        directory_ = new control::TemporaryDirectory;
        ASSERT_TRUE(control::make_data(data()));
    }
    static void TearDownTestSuite() {
        delete directory_;
        directory_ = nullptr;
    }
    static std::string data() { return (directory_->path() / "data").string(); }
    static inline control::TemporaryDirectory* directory_ = nullptr;
};

}  // namespace cli
