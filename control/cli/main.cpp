// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <iostream>

#include "control/cli/run.hpp"

int main(int argc, char** argv) {
    const bool colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    return cli::run(argc, argv, std::cout, std::cerr, colour, static_cast<std::uint64_t>(std::time(nullptr)));
}
