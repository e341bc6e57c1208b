// SPDX-License-Identifier: Apache-2.0
// What a database of countries and autonomous systems says, as a list of prefixes that is looked through, and the same as
// a database. Of addresses that RandomRows likes.
//
// Thread: any; no state.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "filters/geo/database.hpp"

namespace support {

// Two letters; empty where nothing is known.
[[nodiscard]] std::string plain_country(const flow::IpAddress& address);
// 0 where nothing is known.
[[nodiscard]] std::uint32_t plain_as(const flow::IpAddress& address);
[[nodiscard]] std::vector<std::string> plain_as_names(std::uint32_t number);

// Written to a file of its own and read by us; the file is gone afterwards.
[[nodiscard]] std::shared_ptr<const filters::geo::Database> plain_database();

}  // namespace support
