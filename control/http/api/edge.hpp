// SPDX-License-Identifier: Apache-2.0
// The moving edge: what each series counted in each of the last 15 minutes' seconds, in memory.
//
// Thread: take() by one; the rest any.
// Shape:  a second's values are what the store's sums grew by between two calls of take(); empty ones are not kept.
// Limits: kMostEntries values (series x class); beyond them the oldest seconds go.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <shared_mutex>
#include <span>
#include <vector>

#include "store/store.hpp"

namespace api {

class Edge {
  public:
    static constexpr std::uint32_t kSeconds = 900;
    static constexpr std::size_t kMostEntries = 1'000'000;

    struct Entry {
        std::uint32_t series = 0;
        std::uint32_t traffic_class = 0;  // flow::TrafficClass
        flow::Cell cell{};
    };

    // `sums`: since start, by series id, as of the end of second `at_s`. The first call only sets where counting begins.
    void take(std::uint32_t at_s, std::vector<store::SeriesCells> sums);

    // From here on all seconds are known; 0: none yet.
    [[nodiscard]] std::uint32_t from_s() const;
    // Behind the last second.
    [[nodiscard]] std::uint32_t to_s() const;
    // Calls use(second, entry) for what was counted in [from_s, to_s).
    void visit(std::uint32_t from_s, std::uint32_t to_s,
               const std::function<void(std::uint32_t, const Entry&)>& use) const;

  private:
    struct Second {
        std::uint32_t at_s = 0;
        std::vector<Entry> entries{};
    };

    mutable std::shared_mutex mutex_;
    std::deque<Second> seconds_{};            // guarded by mutex_; ascending, without gaps
    std::size_t entries_ = 0;                 // guarded by mutex_
    std::vector<store::SeriesCells> last_{};  // of take() only
    bool began_ = false;                      // of take() only
};

}  // namespace api
