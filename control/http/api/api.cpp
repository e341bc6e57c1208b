// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/api.hpp"

#include <iterator>
#include <utility>

namespace api {

Api::Api(World world) : world_(std::move(world)) {
    world_.reload = [this, reload = std::move(world_.reload)] {
        control::ReloadStatus out = reload();
        common_.forget();
        return out;
    };
}
Api::~Api() = default;

std::vector<http::Route> Api::routes() {
    std::vector<http::Route> out;
    const auto add = [&](std::vector<http::Route> more) {
        out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    };
    add(status_.routes());
    add(profiles_.routes());
    add(profile_edits_.routes());
    add(series_.routes());
    add(live_.routes());
    add(exporters_.routes());
    add(ledger_.routes());
    add(problems_.routes());
    add(filter_checks_.routes());
    add(queries_.routes());
    add(fills_.routes());
    return out;
}

void Api::tick() {
    common_.forget();
    if (watch_.is_due(world_.now_ms())) exporters_.forget_templates();
    live_.tick();
    problems_.tick(world_.now_ms());
    for (const std::string& fill : fills_.take_changed()) events_.publish("fill", fill);
}

}  // namespace api
