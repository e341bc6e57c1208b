// SPDX-License-Identifier: Apache-2.0
// The ids of series and sources: given once, never taken back.
//
// Thread: one at a time (Store guards it with a mutex).
// Limits: names of 1 to 255 bytes.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/reader.hpp"
#include "store/series/engine.hpp"
#include "store/store.hpp"

namespace store {

class Names {
  public:
    Names(std::vector<StoredSeries> series, std::vector<std::string> sources);

    // What is new or changed is added to `inbox`, for the next commit. `now_ms` dates a changed filter.
    flow::Result<std::vector<std::uint32_t>> series_ids(std::span<const SeriesName> names, std::uint64_t now_ms,
                                                        Inbox& inbox);
    flow::Result<std::vector<std::uint32_t>> source_ids(std::span<const std::string> names, Inbox& inbox);
    flow::Result<void> rename_series(const SeriesName& from, const SeriesName& to, Inbox& inbox);
    flow::Result<void> rename_source(const std::string& from, const std::string& to, Inbox& inbox);
    // As Store has them; what series were called is put before what is in `former`.
    void rename_channel(const ChannelRename& rename, std::uint64_t now_ms, Inbox& inbox, FormerNames& former);
    void take_back(const FormerNames& former, Inbox& inbox);

  private:
    using Key = std::tuple<std::string, std::string, std::string>;  // profile, channel, source
    static Key key(const SeriesName& name) { return {name.profile, name.channel, name.source}; }
    static Key key(const StoredSeries& series) { return {series.profile, series.channel, series.source}; }
    void rename(StoredSeries& series, const Key& to, Inbox& inbox);
    [[nodiscard]] std::string retired(const StoredSeries& series, std::uint64_t now_ms) const;

    std::vector<StoredSeries> series_;  // by id; of the marks only the newest
    std::map<Key, std::uint32_t> series_id_;
    std::vector<std::string> sources_;  // by id
    std::map<std::string, std::uint32_t> source_id_;
};

}  // namespace store
