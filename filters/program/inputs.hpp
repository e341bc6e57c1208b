// SPDX-License-Identifier: Apache-2.0
// What number indexes read: columns of the batch as they stand, or numbers worked out of them, each at most once a
// batch, and which rows have them.
//
// Thread: one core.
// Memory: 16 KiB for each number worked out, 256 bytes for each presence bit; all allocated by the constructor.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "filters/program/readings.hpp"

namespace filters::program {

struct Input {
    const void* values = nullptr;         // bytes_of(subject) each; whole words of rows may be read
    const std::uint64_t* rows = nullptr;  // that have it; none past the batch
    const std::uint64_t* zero = nullptr;  // rows that lack it and count as 0; nullptr: none
    std::uint32_t count = 0;              // rows of the batch
    bool all = false;                     // every row of the batch has it
    bool none = false;                    // no row has it: values mean nothing

    template <class Value>
    [[nodiscard]] const Value* as() const noexcept {
        return static_cast<const Value*>(values);
    }
};

class Inputs {
  public:
    // `asked`: all numbers that will be asked for.
    Inputs(std::span<const language::Subject> asked, language::Missing missing);

    // A new batch; what was given for the last one is void.
    void begin(const flow::FlowBatch& batch) noexcept;
    [[nodiscard]] Input get(language::Subject subject) noexcept;
    [[nodiscard]] const std::uint64_t* every_row() const noexcept { return every_.data(); }

  private:
    struct alignas(64) Values {
        std::array<std::uint64_t, flow::kBatchRows> numbers;
    };
    struct Worked {
        language::Subject subject{};
        std::unique_ptr<Values> values{};
        RowBits rows{};
        RowBits zero{};
        bool done = false;
    };
    [[nodiscard]] Input column(language::Subject subject) noexcept;
    [[nodiscard]] Input worked_out(Worked& slot) noexcept;
    // A counter without sampling and thinning is its column.
    [[nodiscard]] const void* unscaled(language::Subject subject) noexcept;
    [[nodiscard]] Input seen(const void* values, std::uint64_t bit, bool reads_zero) noexcept;
    void list_rows_with(unsigned bit) noexcept;
    void take_stock() noexcept;
    void count_labels(const Worked& slot) noexcept;

    const language::Missing missing_;
    const flow::FlowBatch* batch_ = nullptr;
    BatchFacts facts_{};
    std::uint32_t last_rows_ = 0;
    bool stock_taken_ = false;
    bool labels_counted_ = false;
    std::uint64_t present_all_ = 0;  // and of all rows' `present`
    alignas(64) RowBits every_{};
    std::uint64_t listed_ = 0;        // presence bits of which present_ and absent_ hold
    std::vector<RowBits> present_{};  // by bit
    std::vector<RowBits> absent_{};
    std::vector<Worked> worked_{};
};

}  // namespace filters::program
