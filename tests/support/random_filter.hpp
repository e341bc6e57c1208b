// SPDX-License-Identifier: Apache-2.0
// Filters out of the whole language, driven by its own table: a new row of fields() is asked without being named here.
//
// Values are those of rows of a sample, or near them, so that most tests hold for some rows and not for others.
// Same seed and sample, same filters.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "filters/language/fields.hpp"
#include "tests/support/random_rows.hpp"
#include "tests/support/reference_filter.hpp"

namespace support {

class RandomFilter {
  public:
    // `sample` has rows; both must outlive it. Countries and names of AS are asked where the world knows them.
    RandomFilter(std::uint64_t seed, const flow::FlowBatch& sample, const FilterWorld& world);

    // Whether `world` knows what the field asks for.
    [[nodiscard]] static bool can_ask(const filters::language::Field& field, const FilterWorld& world);
    // Tests joined by and, or and not, brackets at most `depth` deep.
    [[nodiscard]] std::string filter(unsigned depth);
    // One test of any row of the table.
    [[nodiscard]] std::string test();
    [[nodiscard]] std::string test(const filters::language::Field& field);

  private:
    using Field = filters::language::Field;
    using Subject = filters::language::Subject;

    [[nodiscard]] std::string direction();
    [[nodiscard]] std::string operand(const Field& field);
    [[nodiscard]] std::string numbers(const Field& field);
    [[nodiscard]] std::string number(const Field& field);
    [[nodiscard]] std::string spelt(const Field& field, std::uint64_t value);
    [[nodiscard]] std::string flags(const Field& field);
    [[nodiscard]] std::string nets(const Field& field);
    [[nodiscard]] std::string address(const Field& field);
    [[nodiscard]] std::string prefix(const Field& field);
    [[nodiscard]] std::string text(const Field& field);
    [[nodiscard]] std::string digest(const Field& field);
    // A piece of a text that stands in the sample, perhaps all of it; never empty. Quotes do not occur.
    [[nodiscard]] std::string piece(const Field& field, bool whole);
    [[nodiscard]] std::string pattern(const Field& field);
    [[nodiscard]] std::string quoted(const std::string& text);
    template <class Item>
    [[nodiscard]] std::string list(Item item);
    [[nodiscard]] std::string comparison();
    // What the field looks at in some row that has it; 0, :: or empty when no drawn row does.
    [[nodiscard]] std::uint64_t number_in_sample(const Field& field);
    [[nodiscard]] flow::IpAddress address_in_sample(const Field& field);
    [[nodiscard]] std::string text_in_sample(const Field& field);

    Draw draw_;
    const flow::FlowBatch& sample_;
    const FilterWorld& world_;
    std::vector<const Field*> askable_;
    const Field* last_ = nullptr;
};

}  // namespace support
