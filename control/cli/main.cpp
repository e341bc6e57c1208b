// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <iostream>

#include "control/cli/run.hpp"
#include "control/standard_places.hpp"

namespace {

// Of a pipe: `... | head` has seen enough.
bool reader_has_gone() {
    pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

}  // namespace

int main(int argc, char** argv) {
    control::keep_standard_places();
    const bool colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    const int status =
        cli::run(argc, argv, std::cout, std::cerr, colour, static_cast<std::uint64_t>(std::time(nullptr)));
    if (std::cout.flush() || reader_has_gone()) return status;
    std::cerr << "net-collector: standard output could not take everything: is its disk full?\n";
    return status != EXIT_SUCCESS ? status : EXIT_FAILURE;
}
