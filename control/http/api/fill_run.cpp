// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/fill_run.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "control/http/api/read_child.hpp"

namespace api {
namespace {

constexpr int kLook_ms = 100;
// Of the way, until the store has the last of it.
constexpr double kMostOnTheWay = 0.99;

class Run {
  public:
    Run(const World& world, const FillPlan& plan, const FillWatch& watch)
        : world_(world), plan_(plan), watch_(watch), answer_(plan.question) {}

    flow::Result<std::string> run() {
        auto child = ReadChild::start(
            world_.command, {"series-cells", "--config", world_.config().file, "--data", world_.data_directory},
            fill::to_json(plan_.question));
        if (!child) return flow::pass(child);
        std::string bytes;
        std::vector<fill::Values> values;
        for (bool more = true; more;) {
            more = child->read(bytes, kLook_ms);
            if (auto taken = answer_.take(bytes, values); !taken) return flow::pass(taken);
            bytes.clear();
            if (auto given = give(values); !given) return flow::pass(given);
            watch_.progress(std::min(answer_.progress(), kMostOnTheWay));
            if (std::string why = watch_.must_end(); !why.empty()) return flow::fail(std::move(why));
        }
        if (const int code = child->wait(); code != 0 || !answer_.is_complete()) {
            const std::string said = child->said();
            return flow::fail(said.empty() ? "the archive's reader ended early, with " + std::to_string(code) : said);
        }
        if (auto durable = wait_for(last_); !durable) return flow::pass(durable);
        watch_.progress(1);
        return answer_.covers();
    }

  private:
    flow::Result<void> pause() const {
        std::this_thread::sleep_for(std::chrono::milliseconds(kLook_ms));
        if (std::string why = watch_.must_end(); !why.empty()) return flow::fail(std::move(why));
        return {};
    }
    // The program waits for us while we wait for the store.
    flow::Result<void> give(std::vector<fill::Values>& values) {
        for (fill::Values& one : values) {
            const store::FillPiece piece = piece_of(plan_.series[one.source], std::move(one));
            if (piece.points.empty()) continue;
            std::uint64_t number = 0;
            while ((number = world_.store->fill(piece)) == 0) {
                if (auto ok = pause(); !ok) return ok;
            }
            last_ = number;
        }
        values.clear();
        return {};
    }
    flow::Result<void> wait_for(std::uint64_t number) const {
        while (world_.store->fill_state().durable < number) {
            if (auto ok = pause(); !ok) return ok;
        }
        return {};
    }

    const World& world_;
    const FillPlan& plan_;
    const FillWatch& watch_;
    fill::AnswerReader answer_;
    std::uint64_t last_ = 0;  // piece that was given to the store
};

}  // namespace

flow::Result<std::string> run_fill(const World& world, const FillPlan& plan, const FillWatch& watch) {
    auto covers = Run(world, plan, watch).run();
    if (!covers) world.store->drop_fills();
    return covers;
}

store::FillPiece piece_of(const FillPlan::Series& series, fill::Values values) {
    store::FillPiece piece{.series = series.id, .step_s = values.step_s, .points = std::move(values.points)};
    std::erase_if(piece.points, [&](const store::FillPoint& p) { return p.at_s >= series.to_s; });
    for (store::FillPoint& p : piece.points) p.at_least = p.at_least && p.at_s + values.step_s > series.begun_s;
    return piece;
}

}  // namespace api
