// SPDX-License-Identifier: Apache-2.0
#include "filters/program/program.hpp"

#include <chrono>

#include "filters/program/compile.hpp"

namespace filters {

flow::Result<std::unique_ptr<const Program>> Program::compile(std::span<const ChannelSpec> channels,
                                                              const Environment& environment, Keep keep) {
    const auto begin = std::chrono::steady_clock::now();
    auto compiled = program::compile(channels, environment, false, keep);
    if (!compiled) return flow::pass(compiled);
    const auto took = std::chrono::steady_clock::now() - begin;
    compiled->tables->figures.compile_us =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    return std::unique_ptr<const Program>(new Program(std::move(compiled->tables)));
}

Program::Program(std::unique_ptr<const program::Tables> tables) : tables_(std::move(tables)) {}
Program::~Program() = default;

std::size_t Program::channels() const noexcept {
    return tables_->roots.size();
}
bool Program::above_axis(std::uint32_t channel) const noexcept {
    return tables_->above_axis[channel] != 0;
}
const ProgramFigures& Program::figures() const noexcept {
    return tables_->figures;
}
const flow::ColumnSet& Program::columns() const noexcept {
    return tables_->columns;
}
const program::Outline* Program::outline() const noexcept {
    return tables_->outline.get();
}

}  // namespace filters
