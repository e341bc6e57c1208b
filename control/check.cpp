// SPDX-License-Identifier: Apache-2.0
#include "control/check.hpp"

#include "control/config_problems.hpp"
#include "control/filter_excerpt.hpp"
#include "filters/language/parser.hpp"

namespace control {

store::Retention store_retention(const Retention& retention) {
    const auto days = [&](std::size_t i) {
        return static_cast<std::uint32_t>(retention.keep_s[i] / Retention::kDay_s);
    };
    return {days(0), days(1), days(2), days(3), days(4), retention.ledger_days, retention.interfaces_days};
}

flow::Result<void> check(const Config& config) {
    Problems problems;
    if (const auto kept = store_retention(config.retention).check(); !kept) {
        problems.add({config.file, 0, 0}, "retention: " + kept.error().message);
    }
    for (const ProfileConfig& profile : config.profiles) {
        for (const ChannelConfig& channel : profile.channels) {
            FilterTexts texts;
            const auto ast = filters::language::parse(channel.filter, texts.remembering({}));
            if (ast) continue;
            flow::Error error = texts.shown(ast.error(), channel.filter, channel.filter_place,
                                            "filter of channel \"" + channel.name + "\": ");
            problems.add(std::move(error.place), std::move(error.message));
        }
    }
    if (!problems.empty()) return tl::unexpected(problems.joined());
    return {};
}

}  // namespace control
