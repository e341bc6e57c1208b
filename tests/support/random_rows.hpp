// SPDX-License-Identifier: Apache-2.0
// Rows as no exporter would send them but any could: every column, from few values, so that filters and rows meet often.
//
// What templates left out is as in a worker's slot: common columns 0, rare ones full of what stood there before, texts
// pointing anywhere. Same seed, same rows.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/exporter.hpp"

namespace support {

// Equally likely picks.
class Draw {
  public:
    explicit Draw(std::uint64_t seed) : random_(seed) {}

    [[nodiscard]] std::uint64_t any() { return random_(); }
    [[nodiscard]] std::uint32_t below(std::size_t n) { return static_cast<std::uint32_t>(random_() % n); }
    [[nodiscard]] bool one_in(std::uint32_t n) { return below(n) == 0; }
    template <class List>
    [[nodiscard]] const auto& of(const List& list) {
        return *(std::begin(list) + below(std::size(list)));
    }
    template <class T>
    [[nodiscard]] T of(std::initializer_list<T> list) {
        return list.begin()[below(list.size())];
    }

  private:
    std::mt19937_64 random_;
};

class RandomRows {
  public:
    // Rows name exporters of `exporters`, now and then one beyond, and sources below `sources` and one beyond.
    RandomRows(std::uint64_t seed, const flow::ExporterTable& exporters, std::uint16_t sources);

    // Adds rows; those of one batch have what few templates bring. The batch must have room.
    void add(flow::FlowBatch& batch, std::uint32_t rows);

  private:
    void write(flow::FlowBatch& batch, std::uint32_t row, std::uint64_t present);
    void write_what_is_always_there(flow::FlowBatch& batch, std::uint32_t row);

    Draw draw_;
    const flow::ExporterTable& exporters_;
    std::uint16_t sources_;
    std::vector<std::string> payloads_;
};

// Exporters of all protocols and both families; engine types and ids differ.
void add_random_exporters(flow::ExporterTable& table, std::uint64_t seed, std::uint32_t count);

}  // namespace support
