// SPDX-License-Identifier: Apache-2.0
// GET /series, /totals and /peak: what channels counted.
//
// A year of 21 channels is read in one go and written as text without a tree of values in between.
//
// Thread: the server's; reading and writing on threads of answer_later().
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "control/http/api/edge.hpp"
#include "control/http/api/losses.hpp"
#include "control/http/api/reply.hpp"
#include "control/http/api/series_question.hpp"
#include "control/http/api/shared.hpp"

namespace api {

// The rows of a question with the value of each step.
struct SeriesValues {
    static constexpr std::uint64_t kNothing = ~0ull;  // nothing was counted

    control::TimeSpan span{};  // of whole steps
    std::uint32_t resolution_s = 0;
    std::uint32_t newest_s = 0;
    std::vector<SeriesRow> rows{};
    std::vector<std::vector<std::uint64_t>> values{};  // by row, by step

    [[nodiscard]] std::size_t steps() const noexcept { return (span.to_s - span.from_s) / resolution_s; }
    void add(std::size_t row, std::uint32_t at_s, std::uint64_t more) noexcept {
        std::uint64_t& value = values[row][(at_s - span.from_s) / resolution_s];
        value = value == kNothing ? more : value + more;
    }
};

class SeriesRoutes {
  public:
    SeriesRoutes(const World& world, Common& common, const Edge& edge, Losses& losses)
        : world_(world), common_(common), edge_(edge), losses_(losses) {}

    [[nodiscard]] std::vector<http::Route> routes();

  private:
    using ClassCells = std::array<flow::Cell, flow::kClasses>;
    using Ask = http::Response (SeriesRoutes::*)(const SeriesQuestion& question);

    [[nodiscard]] http::Handler later(Ask ask);
    [[nodiscard]] http::Response series(const SeriesQuestion& question);
    [[nodiscard]] http::Response totals(const SeriesQuestion& question);
    [[nodiscard]] http::Response peak(const SeriesQuestion& question);
    [[nodiscard]] Answered<std::vector<SeriesRow>> rows_of(const SeriesQuestion& question);
    [[nodiscard]] Answered<SeriesValues> values_of(const SeriesQuestion& question);
    [[nodiscard]] bool is_at_edge(const SeriesQuestion& question) const;
    [[nodiscard]] bool knows_seconds(const control::TimeSpan& span) const;
    void visit_edge(const std::vector<SeriesRow>& rows, const control::TimeSpan& span,
                    const std::function<void(std::size_t row, std::uint32_t at_s, const Edge::Entry&)>& use) const;
    void read_edge(const SeriesQuestion& question, SeriesValues& out) const;
    // The span that was added up: whole steps, or the seconds of the moving edge.
    [[nodiscard]] flow::Result<control::TimeSpan> add_up(const SeriesQuestion& question,
                                                         const std::vector<SeriesRow>& rows,
                                                         std::vector<ClassCells>& sums);
    [[nodiscard]] flow::Result<void> choose_steps(const store::Reader& reader, const SeriesQuestion& question,
                                                  SeriesValues& out);
    [[nodiscard]] flow::Result<void> read(const store::Reader& reader, const SeriesQuestion& question,
                                          SeriesValues& out) const;

    [[nodiscard]] std::uint64_t now_s() const { return world_.now_ms() / 1000; }

    const World& world_;
    Common& common_;
    const Edge& edge_;
    Losses& losses_;
};

}  // namespace api
