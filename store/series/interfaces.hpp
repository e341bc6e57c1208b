// SPDX-License-Identifier: Apache-2.0
// Interface counters on their way to disk and back (store/interfaces.hpp).
//
// Thread: the store thread; reading by any with its own transaction.
// Limits: kMaxInterfaces, kMaxInterfacesOfOne; a value of an hour is a page's part at most, and an interface has at most
//         256 of them an hour. When the disk fails for long, points of an interface are put together: their sums stay
//         exact.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/interfaces.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/interface_values.hpp"
#include "store/series/schema.hpp"

namespace store {

inline constexpr std::size_t kMaxPendingPoints = 2 * kMaxInterfaces;

class Interfaces {
  public:
    // What is stored, at start.
    void load(const std::vector<StoredInterface>& stored);
    void add(const flow::InterfaceSample& sample);
    // What is new since the last commit.
    [[nodiscard]] flow::Result<void> save(const lmdb::Env& env, lmdb::WriteTxn& txn);
    void committed();
    // Those whose newest sample is from before `limit_ms`; how many it were. Looks at all: for once an hour.
    [[nodiscard]] flow::Result<std::uint64_t> forget(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint64_t limit_ms);

    [[nodiscard]] std::size_t size() const noexcept { return known_.size(); }
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }  // samples, for the limits above

  private:
    using Id = std::uint64_t;  // exporter << 32 | index
    struct Known {
        flow::InterfaceSample base{};
        bool changed = false;  // since the last commit
    };
    [[nodiscard]] Known* find_or_add(Id id);
    void remember(Id id, const InterfacePoint& point);

    std::unordered_map<Id, Known> known_;
    std::unordered_map<std::uint32_t, std::size_t> of_exporter_;
    std::vector<Id> changed_;
    std::map<Id, std::vector<InterfacePoint>> points_;
    std::size_t point_count_ = 0;
    std::uint64_t refused_ = 0;
};

[[nodiscard]] flow::Result<std::vector<StoredInterface>> load_interfaces(const lmdb::Env& env, const lmdb::Txn& txn);
// Appends the points of the hour of `from_s` that end in [from_s, to_s). The start of the next hour that has rows, of any
// interface; kNoHour when there is none.
inline constexpr std::uint32_t kNoHour = ~0u;
[[nodiscard]] flow::Result<std::uint32_t> read_points(const lmdb::Env& env, const lmdb::Txn& txn,
                                                      std::uint32_t exporter, std::uint32_t index, std::uint32_t from_s,
                                                      std::uint32_t to_s, std::vector<InterfacePoint>& points);

}  // namespace store
