// SPDX-License-Identifier: Apache-2.0
// What filters are compiled against, besides their own text.
//
// Thread: read while compiling; `exporters` also while matching, for as long as the Program lives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "filters/language/context.hpp"
#include "filters/language/subject.hpp"

namespace flow {
class ExporterTable;
}

namespace filters::geo {
class Database;
}

namespace filters {

struct Environment {
    std::vector<std::string> sources{};  // names, by source index: what `ident` and source lists mean
    language::Missing missing = language::Missing::no_match;
    language::Context context{};
    // Where rows' exporter ids lead: router ip, engine-id ... Without it these never hold.
    const flow::ExporterTable* exporters = nullptr;
    // Countries and AS of addresses; without it `geo` is an error.
    const geo::Database* geo = nullptr;
    // Directory for compiled pattern sets; empty: none are kept.
    std::string pattern_cache{};

    // With sources that are called "0", "1" ...
    [[nodiscard]] static Environment with_sources(std::size_t count) {
        Environment out;
        for (std::size_t i = 0; i < count; ++i) out.sources.push_back(std::to_string(i));
        return out;
    }
};

}  // namespace filters
