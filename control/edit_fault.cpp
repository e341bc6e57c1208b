// SPDX-License-Identifier: Apache-2.0
#include "control/edit_fault.hpp"

#include <algorithm>

#include "control/channel_layout.hpp"
#include "control/check.hpp"
#include "control/config_text.hpp"
#include "control/filter_environment.hpp"
#include "control/filter_excerpt.hpp"

namespace control {
namespace {

// The values that were sent for a channel, and under which name: "", "channels[2].".
struct Sent {
    std::string prefix;
    const ChannelValues* values;
};

std::vector<Sent> sent_channels(const ProfileEdit& wanted) {
    std::vector<Sent> out;
    if (const auto* fresh = std::get_if<NewProfile>(&wanted.what)) {
        for (std::size_t i = 0; i < fresh->profile.channels.size(); ++i)
            out.push_back({"channels[" + std::to_string(i) + "].", &fresh->profile.channels[i]});
    } else if (const auto* change = std::get_if<ProfileChange>(&wanted.what)) {
        if (const auto* add = std::get_if<AddChannel>(change)) out.push_back({"", &add->values});
        if (const auto* set = std::get_if<SetChannel>(change)) out.push_back({"", &set->values});
    }
    return out;
}

// What was sent as `key`, as a text; nothing where it was not sent.
std::optional<std::string> sent_text(const ChannelValues& values, std::string_view key) {
    if (key == "name") return values.name;
    if (key == "filter") return values.filter;
    if (key == "colour") return values.colour;
    if (key == "sign") return values.sign;
    if (key == "order" && values.order) return std::to_string(*values.order);
    return std::nullopt;
}
std::optional<std::string> sent_text(const ProfileEdit& wanted, std::string_view key) {
    std::optional<std::string> name, description, group;
    if (const auto* fresh = std::get_if<NewProfile>(&wanted.what)) {
        name = fresh->profile.name;
        description = fresh->profile.description;
        group = fresh->profile.group;
    } else if (const auto* change = std::get_if<ProfileChange>(&wanted.what)) {
        if (const auto* profile = std::get_if<SetProfile>(change)) {
            name = profile->name;
            description = profile->description;
            group = profile->group;
        }
    }
    return key == "profile" ? name : key == "description" ? description : key == "group" ? group : std::nullopt;
}

bool lies_in(Span span, std::size_t at) {
    return at >= span.begin && at < std::max(span.end, span.begin + 1);
}

// The key of a table whose value is at `at`.
std::string key_at(const std::vector<TomlEntry>& entries, std::size_t at) {
    for (const TomlEntry& entry : entries) {
        if (lies_in(entry.value.span, at)) return entry.key;
    }
    return {};
}

void point(EditFault& fault, const std::string& field, const std::optional<std::string>& text) {
    if (!text) return;
    fault.field = field;
    fault.text = *text;
    fault.place = {{}, 1, 1};
}

}  // namespace

const std::string* channel_of(const ProfileChange& change) {
    if (const auto* set = std::get_if<SetChannel>(&change)) return &set->channel;
    if (const auto* remove = std::get_if<DeleteChannel>(&change)) return &remove->channel;
    return nullptr;
}

bool has_channel(const ProfileText& profile, const std::string& name) {
    return std::any_of(profile.channels.begin(), profile.channels.end(), [&](const auto& c) { return c.name == name; });
}

EditFault fault_of(const flow::Error& error, const ProfileEdit& wanted, const std::string& path,
                   const std::string& after) {
    EditFault out{.kind = EditFault::Kind::invalid, .message = error.message};
    const auto layout = layout_of(after);
    if (error.place.file != path || !layout) {
        out.message = error.text();
        return out;
    }
    const std::size_t at = offset_of(error.place, after);
    if (const std::string key = key_at(layout->tables.front().entries, at); !key.empty() && key != "channel") {
        point(out, key == "profile" ? "name" : key, sent_text(wanted, key));
        return out;
    }
    const std::vector<Sent> sent = sent_channels(wanted);
    const std::vector<KeyTable> channels = channel_tables(*layout);
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const std::string key = key_at(channels[i].entries, at);
        if (key.empty()) continue;
        const std::size_t which = sent.size() > 1 ? i : 0;
        if (which < sent.size()) point(out, sent[which].prefix + key, sent_text(*sent[which].values, key));
    }
    return out;
}

Edited<void> check_filters(const Config& config, const ProfileEdit& wanted, const std::optional<ProfileText>& before) {
    const std::vector<Sent> sent = sent_channels(wanted);
    const bool any = std::any_of(sent.begin(), sent.end(), [](const Sent& s) { return s.values->filter.has_value(); });
    if (!any) return {};
    auto made = make_filter_environment(config);
    if (!made) return {};  // check() tells
    filters::Environment environment = made->environment;
    environment.pattern_cache.clear();
    environment.context.include = include_within(config.profiles_dir);
    for (const Sent& one : sent) {
        if (!one.values->filter) continue;
        const std::string& filter = *one.values->filter;
        // What stands in the file already came from who may write there.
        const bool old = before && std::any_of(before->channels.begin(), before->channels.end(),
                                               [&](const ChannelText& c) { return c.filter == filter; });
        if (old) continue;
        filters::ChannelSpec spec;
        spec.filter = filter;
        spec.place = {{}, 1, 1};
        const auto program = filters::Program::compile({&spec, 1}, environment);
        if (program) continue;
        const auto* change = std::get_if<ProfileChange>(&wanted.what);
        const std::string* held = change == nullptr ? nullptr : channel_of(*change);
        const std::string name = held != nullptr ? *held : one.values->name.value_or("");
        return tl::unexpected<EditFault>(
            {.kind = EditFault::Kind::invalid,
             .message = "filter of channel \"" + name + "\": " + harmless(program.error().message),
             .field = one.prefix + "filter",
             .text = filter,
             .place = program.error().place});
    }
    return {};
}

std::string difference(const ProfileText& then, const ProfileText& now) {
    std::string out;
    const auto tell = [&](const std::string& what) { out += (out.empty() ? "" : ", ") + what; };
    const auto find = [](const ProfileText& p, const ChannelText& c) {
        const auto found =
            std::find_if(p.channels.begin(), p.channels.end(), [&](const auto& o) { return o.name == c.name; });
        return found == p.channels.end() ? nullptr : &*found;
    };
    if (then.name != now.name) tell("it has another name");
    if (then.description != now.description) tell("it has another description");
    if (then.group != now.group) tell("it has another group");
    for (const ChannelText& channel : then.channels) {
        const std::string name = "channel \"" + channel.name.value_or("") + "\"";
        const ChannelText* other = find(now, channel);
        if (other == nullptr) {
            tell(name + " is gone");
        } else {
            if (other->filter != channel.filter) tell(name + " has another filter");
            if (other->colour != channel.colour) tell(name + " has another colour");
            if (other->sign != channel.sign || other->order != channel.order) tell(name + " has another place");
            if (other->sources != channel.sources) tell(name + " has other sources");
        }
    }
    for (const ChannelText& channel : now.channels) {
        if (find(then, channel) == nullptr) tell("channel \"" + channel.name.value_or("") + "\" is new");
    }
    return out;
}

}  // namespace control
