// SPDX-License-Identifier: Apache-2.0
#include "control/profile_change.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <set>

#include "control/config.hpp"

namespace control {
namespace {

bool same_but_for_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string with_plain_line_ends(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r' || !text.substr(i + 1).starts_with('\n')) out += text[i];
    }
    return out;
}

void set(std::optional<std::string>& held, const std::optional<std::string>& wanted, std::string_view usual) {
    if (wanted && held.value_or(std::string(usual)) != *wanted) held = with_plain_line_ends(*wanted);
}

// Those that stay keep their places, new ones come behind them; the order of sources means nothing.
std::optional<std::vector<std::string>> merged(const std::optional<std::vector<std::string>>& held,
                                               const std::vector<std::string>& wanted) {
    if (wanted.empty()) return std::nullopt;
    const std::set<std::string_view> all(wanted.begin(), wanted.end());
    if (!held || all.size() != wanted.size()) return wanted;
    std::vector<std::string> out;
    std::copy_if(held->begin(), held->end(), std::back_inserter(out),
                 [&](const auto& name) { return all.contains(name); });
    for (const std::string& name : wanted) {
        if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
    return out;
}

void set_values(ChannelText& channel, const ChannelValues& values, std::int64_t order) {
    static const std::string kColour = ChannelConfig{}.colour;
    set(channel.name, values.name, {});
    set(channel.filter, values.filter, {});
    if (values.colour && !same_but_for_case(channel.colour.value_or(kColour), *values.colour))
        channel.colour = values.colour;
    set(channel.sign, values.sign, "+");
    if (values.order && channel.order.value_or(order) != *values.order) channel.order = values.order;
    if (values.sources) channel.sources = merged(channel.sources, *values.sources);
}

std::vector<ChannelText>::iterator find(ProfileText& profile, const std::string& name) {
    return std::find_if(profile.channels.begin(), profile.channels.end(),
                        [&](const auto& c) { return c.name == name; });
}

void add_channel(ProfileText& profile, const ChannelValues& values) {
    const bool says_orders = std::any_of(profile.channels.begin(), profile.channels.end(),
                                         [](const auto& c) { return c.order.has_value(); });
    const std::vector<std::int64_t> orders = orders_of(profile);
    ChannelText& channel = profile.channels.emplace_back();
    // On top of the others, where it would be if none of them said its order.
    if (says_orders && !values.order)
        channel.order = std::min<std::int64_t>(*std::max_element(orders.begin(), orders.end()), INT64_MAX - 1) + 1;
    set_values(channel, values, static_cast<std::int64_t>(profile.channels.size()));
}

flow::Result<void> no_channel(const std::string& name) {
    return flow::fail("there is no channel \"" + name + "\" in this profile: look at its list of channels");
}

flow::Result<void> change(ProfileText& profile, const SetChannel& set) {
    const auto found = find(profile, set.channel);
    if (found == profile.channels.end()) return no_channel(set.channel);
    set_values(*found, set.values, found - profile.channels.begin() + 1);
    return {};
}

flow::Result<void> change(ProfileText& profile, const DeleteChannel& remove) {
    const auto found = find(profile, remove.channel);
    if (found == profile.channels.end()) return no_channel(remove.channel);
    if (profile.channels.size() == 1)
        return flow::fail("channel \"" + remove.channel +
                          "\" is the last one of its profile: delete the profile instead");
    profile.channels.erase(found);
    return {};
}

flow::Result<void> reorder(ProfileText& profile, const std::vector<std::string>& names) {
    std::vector<std::int64_t> orders = orders_of(profile);
    std::vector<std::int64_t> wanted = orders;
    std::sort(wanted.begin(), wanted.end());
    // Numbers that leave gaps are kept; where two are equal they cannot tell the order.
    if (std::adjacent_find(wanted.begin(), wanted.end()) != wanted.end()) std::iota(wanted.begin(), wanted.end(), 1);
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto found = find(profile, names[i]);
        if (found == profile.channels.end()) return no_channel(names[i]);
        if (!seen.insert(names[i]).second)
            return flow::fail("order names channel \"" + names[i] + "\" twice: name each channel once");
        if (seen.size() > wanted.size()) break;
        const auto at = static_cast<std::size_t>(found - profile.channels.begin());
        if (orders[at] != wanted[i]) found->order = wanted[i];
    }
    if (names.size() != profile.channels.size())
        return flow::fail("order names " + std::to_string(names.size()) + " channels, the profile has " +
                          std::to_string(profile.channels.size()) + ": name each channel once");
    return {};
}

}  // namespace

std::vector<std::int64_t> orders_of(const ProfileText& profile) {
    std::vector<std::int64_t> out;
    for (const ChannelText& channel : profile.channels)
        out.push_back(channel.order.value_or(static_cast<std::int64_t>(out.size()) + 1));
    return out;
}

std::vector<std::size_t> stacked(const ProfileText& profile) {
    const std::vector<std::int64_t> orders = orders_of(profile);
    std::vector<std::size_t> out(orders.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
    const auto key = [&](std::size_t i) { return std::pair(profile.channels[i].sign == "-", orders[i]); };
    std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    return out;
}

flow::Result<ProfileText> changed(const ProfileText& before, const ProfileChange& wanted, std::string_view implied) {
    ProfileText out = before;
    flow::Result<void> done;
    if (const auto* profile = std::get_if<SetProfile>(&wanted)) {
        set(out.name, profile->name, implied);
        set(out.description, profile->description, {});
        set(out.group, profile->group, {});
        if (!profile->order.empty()) done = reorder(out, profile->order);
    } else if (const auto* add = std::get_if<AddChannel>(&wanted)) {
        add_channel(out, add->values);
    } else if (const auto* one = std::get_if<SetChannel>(&wanted)) {
        done = change(out, *one);
    } else {
        done = change(out, std::get<DeleteChannel>(wanted));
    }
    if (!done) return flow::pass(done);
    return out;
}

}  // namespace control
