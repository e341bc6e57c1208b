// SPDX-License-Identifier: Apache-2.0
// flow-generator: exit code 0 sent (also after Ctrl-C), 1 could not send or write, 2 wrong use.
#include <csignal>
#include <cstdio>

#include "tests/generator/run.hpp"

namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void ask_to_stop(int) {
    stop_asked = true;
}

}  // namespace

int main(int argc, char** argv) {
    const auto parsed = generator::parse_options(argc, argv);
    if (const int* code = std::get_if<int>(&parsed)) return *code;
    struct sigaction action {};
    action.sa_handler = ask_to_stop;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    const auto report = generator::run(std::get<generator::Options>(parsed), stop_asked);
    if (!report) {
        std::fprintf(stderr, "flow-generator: %s\n", report.error().message.c_str());
        return 1;
    }
    std::fputs(report->c_str(), stdout);
    return 0;
}
