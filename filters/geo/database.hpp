// SPDX-License-Identifier: Apache-2.0
// Countries and autonomous systems of addresses, out of MaxMind databases (GeoLite2, DB-IP, IPinfo and others of
// that form).
//
// Thread: immutable; any.
// Source: MaxMind DB File Format Specification 2.0; field names of GeoLite2: country.iso_code, else
//         registered_country.iso_code; autonomous_system_number and autonomous_system_organization. Those of IPinfo, where
//         the former are not there: country_code; asn ("AS64496") and as_name.
// Shape:  each file is walked once by open() and then let go of; what stays is about 20 bytes for each stretch of
//         addresses of one value.
// Limits: see tree.hpp and values.hpp. Names of AS are cut after kMostNameBytes.
// Errors: a file that is not there, damaged, or without what it is given for; its path is the error's place.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/geo/stretches.hpp"
#include "filters/language/ast.hpp"

namespace filters::geo {

inline constexpr std::size_t kMostNameBytes = 255;

// A file that was opened.
struct About {
    std::string path;
    std::string type;           // "GeoLite2-ASN"
    std::uint64_t built_s = 0;  // since 1970
};

struct AutonomousSystem {
    std::uint32_t number = 0;
    std::string name{};  // may be empty
    friend auto operator<=>(const AutonomousSystem&, const AutonomousSystem&) = default;
};

class Database {
  public:
    // Paths; empty: without. One file may serve for both.
    [[nodiscard]] static flow::Result<std::shared_ptr<const Database>> open(const std::string& country_path,
                                                                            const std::string& as_path);

    [[nodiscard]] bool has_countries() const noexcept { return !countries_.empty(); }
    [[nodiscard]] bool has_as() const noexcept { return !systems_.empty(); }

    // Nets below are the fewest that say it, apart from each other, in the order of language::Net.
    // Of a country by its two letters in upper case; none when the database does not know it.
    [[nodiscard]] std::vector<language::Net> country(std::string_view code) const;
    [[nodiscard]] bool has_country(std::string_view code) const noexcept;
    // Of all AS whose number is in one of `numbers`, which are sorted and apart.
    [[nodiscard]] std::vector<language::Net> as(std::span<const language::Range> numbers) const;
    // By number, then name: a number has more than one where the database says so.
    [[nodiscard]] std::span<const AutonomousSystem> systems() const noexcept {
        return has_as() ? std::span(systems_).subspan(1) : std::span<const AutonomousSystem>{};
    }

    // Of one address; empty and 0 where it is not known.
    [[nodiscard]] std::string_view country_of(const flow::IpAddress& address) const noexcept;
    [[nodiscard]] const AutonomousSystem& as_of(const flow::IpAddress& address) const noexcept;

    [[nodiscard]] std::span<const About> files() const noexcept { return files_; }

  private:
    Database() = default;
    [[nodiscard]] flow::Result<void> read_countries(const std::string& path);
    [[nodiscard]] flow::Result<void> read_systems(const std::string& path);

    std::vector<About> files_;
    // By value; 0 is "not known". Empty without a database.
    std::vector<std::string> countries_;  // ascending
    Space country_space_;
    std::vector<AutonomousSystem> systems_;  // ascending
    Space as_space_;
};

}  // namespace filters::geo
