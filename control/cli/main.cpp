// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <iostream>

#include "control/cli/run.hpp"

namespace {

// Of a pipe: `... | head` has seen enough.
bool reader_has_gone() {
    pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

// Where standard input, output or error is closed, the next file that is opened would take its place, and be written to: the
// store's own, too. What is written to them fails then.
void keep_standard_places() {
    for (int place = 0; place <= STDERR_FILENO; ++place) {
        if (fcntl(place, F_GETFD) == -1 && open("/dev/null", O_RDONLY) != place) std::abort();
    }
}

}  // namespace

int main(int argc, char** argv) {
    keep_standard_places();
    const bool colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    const int status =
        cli::run(argc, argv, std::cout, std::cerr, colour, static_cast<std::uint64_t>(std::time(nullptr)));
    if (std::cout.flush() || reader_has_gone()) return status;
    std::cerr << "net-collector: standard output could not take everything: is its disk full?\n";
    return status != EXIT_SUCCESS ? status : EXIT_FAILURE;
}
