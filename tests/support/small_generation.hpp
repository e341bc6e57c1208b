// SPDX-License-Identifier: Apache-2.0
// A Generation without configuration and store: sources and channels given, series numbered as they come. For tests.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "dataplane/generation.hpp"

namespace support {

struct SmallChannel {
    std::string filter;
    std::vector<std::uint16_t> sources{};  // empty = all
};

inline std::unique_ptr<dataplane::Generation> make_generation(std::uint64_t number,
                                                              const std::vector<dataplane::SourceRule>& sources,
                                                              const std::vector<SmallChannel>& channels,
                                                              std::size_t decoders = 1, std::size_t matchers = 0,
                                                              const std::vector<dataplane::PrefixRule>& rules = {},
                                                              dataplane::ArchivePolicy archive = {}) {
    auto made = std::make_unique<dataplane::Generation>(dataplane::SourceMap(sources, rules));
    made->number = number;
    made->archive = std::move(archive);
    std::vector<filters::ChannelSpec> specs;
    std::uint32_t series = 0;
    for (const SmallChannel& channel : channels) {
        specs.push_back({.name = "test", .filter = channel.filter, .place = {}, .sources = channel.sources});
        made->series.channel_base.push_back(series);
        auto& rank = made->series.channel_rank.emplace_back();
        const std::size_t slots = channel.sources.empty() ? sources.size() : channel.sources.size();
        if (!channel.sources.empty()) rank.resize(sources.size());
        for (std::size_t i = 0; i < channel.sources.size(); ++i)
            rank[channel.sources[i]] = static_cast<std::uint16_t>(i);
        for (std::size_t i = 0; i < slots; ++i) made->series.series_id.push_back(series++);
    }
    auto program = filters::Program::compile(specs, filters::Environment::with_sources(sources.size()));
    if (!program) throw std::runtime_error(program.error().text());
    made->program = std::move(*program);
    if (auto ok = made->make_kits(decoders, matchers); !ok) throw std::runtime_error(ok.error().text());
    return made;
}

// The other end of a lane: adds up what comes, gives tallies back. Sums by series id and class.
class TallySink {
  public:
    explicit TallySink(flow::SpscRing<flow::Tally*>& handover) : handover_(handover) {}

    // Takes what is there; how many tallies that was.
    std::size_t drain() {
        std::size_t taken = 0;
        flow::Tally* tally = nullptr;
        while (handover_.pop(tally)) {
            ++taken;
            ledger.add(tally->ledger);
            for (const std::uint32_t cell : tally->touched()) {
                const std::uint32_t id = tally->series().series_id[cell / flow::kClasses];
                if (cells.size() <= id) cells.resize(id + 1);
                flow::Cell& to = cells[id][cell % flow::kClasses];
                to.flows += tally->cell(cell).flows;
                to.packets += tally->cell(cell).packets;
                to.bytes += tally->cell(cell).bytes;
                buckets[tally->bucket_s] += tally->cell(cell).flows;
            }
            for (const auto& e : tally->exporters()) {
                if (exporters.size() <= e.id) exporters.resize(e.id + 1);
                exporters[e.id].add(e.counts);
            }
            flow::SpscRing<flow::Tally*>& home = tally->home();
            tally->clear();
            if (!home.push(tally)) throw std::runtime_error("a tally found no place at home");
        }
        return taken;
    }
    [[nodiscard]] std::uint64_t flows(std::uint32_t series) const {
        std::uint64_t n = 0;
        if (series < cells.size()) {
            for (const flow::Cell& c : cells[series]) n += c.flows;
        }
        return n;
    }

    flow::Ledger ledger;
    std::vector<std::array<flow::Cell, flow::kClasses>> cells;
    std::vector<flow::ExporterCounts> exporters;
    std::map<std::uint32_t, std::uint64_t> buckets;  // flows of all series by bucket

  private:
    flow::SpscRing<flow::Tally*>& handover_;
};

}  // namespace support
