// SPDX-License-Identifier: Apache-2.0
// Named counters as bytes: each has the index of its name in a list that the data directory keeps, and only those that
// are not zero are written. Names are only ever added to the list, so what was written once stays readable, by older and
// newer programs alike.
//
// Thread: any; loading with a transaction of its own.
// Shape:  (index minus the index before minus one, the first: index; value)... as varints, ascending; the list is in
//         table meta, separated by commas.
// Limits: counters of a name that this program does not have are kept by merge(), and left out by decode().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/lmdb/txn.hpp"
#include "store/series/values.hpp"

namespace store {

class CounterOrder {
  public:
    CounterOrder() = default;
    // `own`: the names of this program's counters; counter i below is own[i]. They may not contain a comma.
    CounterOrder(std::string_view stored_list, std::span<const std::string_view> own);
    // The list under `meta_key`; with none, the order is that of `own`.
    static flow::Result<CounterOrder> load(const lmdb::Env& env, const lmdb::Txn& txn, std::string_view meta_key,
                                           std::span<const std::string_view> own);
    // Writes the list where the stored one lacks names.
    flow::Result<void> save(const lmdb::Env& env, lmdb::WriteTxn& txn, std::string_view meta_key) const;

    // Appends counters that are not zero; `own` may be shorter than the names: the rest is zero.
    void encode(Buffer& to, std::span<const std::uint64_t> own) const;
    // Adds to `own`. False: damaged; some may have been added.
    [[nodiscard]] bool decode(flow::Bytes from, std::span<std::uint64_t> own) const noexcept;
    // Replaces `to` by the bytes of `stored` with `own` added. False: `stored` is damaged and counts as nothing.
    [[nodiscard]] bool merge(Buffer& to, flow::Bytes stored, std::span<const std::uint64_t> own) const;

    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] std::string list() const;
    // The stored list did not have own counter i.
    [[nodiscard]] bool is_new(std::size_t i) const noexcept { return index_of_[i] >= stored_; }

  private:
    static constexpr std::uint32_t kNotOurs = ~0u;
    std::vector<std::string> names_;       // by stored index
    std::size_t stored_ = 0;               // of these, so many were in the stored list
    std::vector<std::uint32_t> index_of_;  // by own index
    std::vector<std::uint32_t> own_of_;    // by stored index; kNotOurs
};

}  // namespace store
