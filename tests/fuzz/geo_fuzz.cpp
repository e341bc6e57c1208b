// SPDX-License-Identifier: Apache-2.0
// Any bytes as a MaxMind database: an error, or one whose prefixes and look-ups agree.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "filters/geo/database.hpp"

namespace {

using filters::geo::Database;
using filters::language::Net;
using filters::language::Range;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_countries(const Database& geo) {
    for (char first = 'A'; first <= 'Z'; ++first) {
        for (char second = 'A'; second <= 'Z'; ++second) {
            const std::string code{first, second};
            const auto nets = geo.country(code);
            require(geo.has_country(code) || nets.empty());
            for (const Net& net : nets) require(geo.country_of(net.address) == code);
        }
    }
}

void check_systems(const Database& geo) {
    for (const auto& system : geo.systems()) {
        const Range number{system.number, system.number};
        for (const Net& net : geo.as({&number, 1})) require(geo.as_of(net.address).number == system.number);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = memfd_create("geo", MFD_CLOEXEC);
    if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    if (const auto opened = Database::open(path, "")) check_countries(**opened);
    if (const auto opened = Database::open("", path)) check_systems(**opened);
    close(file);
    return 0;
}
