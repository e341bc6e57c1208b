// SPDX-License-Identifier: Apache-2.0
// When flows are missing: out of the ledger's books, per source.
//
// The books of the times that were asked for are added up once and kept; only the newest are read again.
//
// Thread: any; one at a time inside.
// Shape:  gaps are as long as a step, or five minutes (a book) where the step is shorter; neighbours of one reason and nearly
//         the same ratio are one gap.
// Limits: kMostBooks (book, source) pairs are kept; of times before the oldest of them nothing is told.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/http/api/shared.hpp"
#include "control/series_span.hpp"

namespace api {

struct Gap {
    std::uint32_t from_s = 0, to_s = 0;
    double ratio = 1;  // of the flows that are here
    std::string_view reason{};
};

// As Losses::gaps().
using GapsOf = std::function<flow::Result<std::vector<Gap>>(const control::TimeSpan& span, std::uint32_t step_s,
                                                            const std::vector<std::string>& sources)>;

class Losses {
  public:
    static constexpr std::size_t kMostBooks = 4'000'000;

    Losses(const World& world, Common& common) : world_(world), common_(common) {}

    // Of `sources` (none: all).
    [[nodiscard]] flow::Result<std::vector<Gap>> gaps(const control::TimeSpan& span, std::uint32_t step_s,
                                                      const std::vector<std::string>& sources);

  private:
    struct Part {  // of one source in one book; in flows
        std::uint32_t source = 0;
        float here = 0, missing = 0, in_us = 0, down = 0;
    };
    struct Step {
        double here = 0, missing = 0, in_us = 0, down = 0;

        void add(const Part& part) noexcept;
        [[nodiscard]] std::string_view reason() const noexcept;
    };
    using Books = std::map<std::uint32_t, std::vector<Part>>;  // by start; those without exporters are empty

    flow::Result<void> cover(std::uint32_t from_s, std::uint32_t now_s);
    flow::Result<void> read(const store::Reader& reader, std::uint32_t from_s, std::uint32_t to_s);
    flow::Result<void> learn_exporters(const store::Reader& reader);
    void add(const store::Book& book);
    void drop_oldest();
    [[nodiscard]] std::optional<Gap> empty_gap(std::uint32_t from_s, std::uint32_t to_s, std::uint32_t started_s) const;

    const World& world_;
    Common& common_;
    std::mutex mutex_;
    // Guarded by mutex_:
    Books books_{};
    std::size_t parts_ = 0;
    std::uint32_t from_s_ = 0, final_s_ = 0;  // what was read; books before `final_s_` do not change any more
    struct Exporter {
        std::uint32_t source = 0;
        flow::Protocol protocol{};
    };
    std::vector<Exporter> exporters_{};   // by id
    std::vector<std::string> sources_{};  // names that `Part::source` stands for
};

}  // namespace api
