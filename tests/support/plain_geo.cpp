// SPDX-License-Identifier: Apache-2.0
#include "tests/support/plain_geo.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "tests/support/mmdb_writer.hpp"

namespace support {

namespace {

struct Known {
    const char* prefix;
    std::string_view country;  // empty: no entry of its own
    std::uint32_t as = 0;      // 0: no entry of its own
    std::string_view name{};
};

// A wider prefix stands before those within it; one number has two names, one name two numbers.
constexpr std::array kKnown = {
    Known{"10.0.0.0/8", "DE", 65001, "Example Net"},
    Known{"10.1.255.0/24", "FR", 559, "SWITCH"},
    Known{"10.2.0.0/16", "", 17, "Example Net"},
    Known{"172.16.0.0/12", "US"},
    Known{"192.168.0.0/16", "", 65001, "Example Net of old"},
    Known{"255.255.255.255/32", "CH", 4200000001, "last of all"},
    Known{"2001:db8::/32", "DE", 65001, "Example Net"},
    Known{"2001:db8:dead::/48", "CH", 65535, "example dead"},
    Known{"fe80::/10", "US", 65536, "Link"},
};

const Known* find(const flow::IpAddress& address, bool (*has)(const Known&)) {
    const Known* found = nullptr;
    for (const Known& known : kKnown) {
        if (has(known) && flow::Prefix::parse(known.prefix)->contains(address)) found = &known;
    }
    return found;
}

}  // namespace

std::string plain_country(const flow::IpAddress& address) {
    const Known* known = find(address, [](const Known& k) { return !k.country.empty(); });
    return known == nullptr ? "" : std::string(known->country);
}

std::uint32_t plain_as(const flow::IpAddress& address) {
    const Known* known = find(address, [](const Known& k) { return k.as != 0; });
    return known == nullptr ? 0 : known->as;
}

std::vector<std::string> plain_as_names(std::uint32_t number) {
    std::vector<std::string> out;
    for (const Known& known : kKnown) {
        if (known.as == number && number != 0) out.emplace_back(known.name);
    }
    return out;
}

std::shared_ptr<const filters::geo::Database> plain_database() {
    MmdbWriter country(6, 24, "Plain-Country");
    MmdbWriter as(6, 32, "Plain-ASN");
    for (const Known& known : kKnown) {
        if (!known.country.empty()) country.add(known.prefix, Mmdb::country(known.country));
        if (known.as != 0) as.add(known.prefix, Mmdb::as(known.as, known.name));
    }
    std::string folder = (std::filesystem::temp_directory_path() / "plain-geo.XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    const auto write = [&](const char* name, const std::string& bytes) {
        const std::string path = folder + "/" + name;
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    };
    const auto country_path = write("country.mmdb", country.bytes());
    const auto as_path = write("as.mmdb", as.bytes());
    auto database = filters::geo::Database::open(country_path, as_path);
    std::filesystem::remove_all(folder);
    return database.value();
}

}  // namespace support
