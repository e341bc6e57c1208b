// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/edit_input.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "control/config_problems.hpp"

namespace api {
namespace {

// One object, key by key; what is wrong first is what is told.
class Reader {
  public:
    Reader(const Json& object, std::string path, std::initializer_list<std::string_view> keys)
        : object_(object), path_(std::move(path)) {
        if (!object.is_object()) {
            wrong("", "is no object");
            return;
        }
        for (const auto& [key, value] : object.items()) {
            if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
            const auto near = control::nearest(key, {keys.begin(), keys.size()});
            if (error_.empty())
                error_ = "there is no key \"" + path_ + key + "\" here" +
                         (near.empty() ? "" : ": did you mean \"" + path_ + std::string(near) + "\"?");
        }
    }
    void text(const char* key, std::optional<std::string>& out) {
        const Json* value = find(key);
        if (value == nullptr) return;
        if (!value->is_string()) return wrong(key, "is no text");
        out = value->get<std::string>();
    }
    void number(const char* key, std::optional<std::int64_t>& out) {
        const Json* value = find(key);
        if (value == nullptr) return;
        if (!value->is_number_integer()) return wrong(key, "is no whole number");
        out = value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX ? INT64_MAX
                                                                                     : value->get<std::int64_t>();
    }
    void texts(const char* key, std::optional<std::vector<std::string>>& out) {
        const Json* value = find(key);
        if (value == nullptr) return;
        if (!value->is_array() ||
            !std::all_of(value->begin(), value->end(), [](const Json& v) { return v.is_string(); }))
            return wrong(key, "is no list of texts");
        out = value->get<std::vector<std::string>>();
    }
    [[nodiscard]] const Json* find(const char* key) const {
        if (!object_.is_object()) return nullptr;
        const auto found = object_.find(key);
        return found == object_.end() ? nullptr : &*found;
    }
    void wrong(const std::string& key, const std::string& what) {
        if (error_.empty()) error_ = "\"" + path_ + key + "\" " + what;
    }
    [[nodiscard]] const std::string& error() const noexcept { return error_; }

  private:
    const Json& object_;
    const std::string path_;
    std::string error_;
};

flow::Result<control::ChannelValues> channel_at(const Json& given, const std::string& path) {
    Reader reader(given, path, {"name", "filter", "colour", "sign", "order", "sources"});
    control::ChannelValues out;
    reader.text("name", out.name);
    reader.text("filter", out.filter);
    reader.text("colour", out.colour);
    reader.text("sign", out.sign);
    reader.number("order", out.order);
    reader.texts("sources", out.sources);
    if (!reader.error().empty()) return flow::fail(reader.error());
    return out;
}

}  // namespace

flow::Result<control::ChannelValues> channel_input(const Json& given) {
    return channel_at(given, {});
}

flow::Result<control::ProfileText> new_profile_input(const Json& given) {
    Reader reader(given, {}, {"name", "description", "group", "channels"});
    control::ProfileText out;
    reader.text("name", out.name);
    reader.text("description", out.description);
    reader.text("group", out.group);
    if (!out.name && reader.error().empty()) reader.wrong("name", "is missing: give the profile a name");
    const Json* channels = reader.find("channels");
    if (channels != nullptr && !channels->is_array()) reader.wrong("channels", "is no list");
    if (!reader.error().empty()) return flow::fail(reader.error());
    for (std::size_t i = 0; channels != nullptr && i < channels->size(); ++i) {
        auto channel = channel_at((*channels)[i], "channels[" + std::to_string(i) + "].");
        if (!channel) return flow::pass(channel);
        if (channel->sources && channel->sources->empty()) channel->sources.reset();
        out.channels.push_back(*std::move(channel));
    }
    if (out.description && out.description->empty()) out.description.reset();
    if (out.group && out.group->empty()) out.group.reset();
    return out;
}

flow::Result<control::SetProfile> profile_input(const Json& given) {
    Reader reader(given, {}, {"name", "description", "group", "order"});
    control::SetProfile out;
    std::optional<std::vector<std::string>> order;
    reader.text("name", out.name);
    reader.text("description", out.description);
    reader.text("group", out.group);
    reader.texts("order", order);
    if (!reader.error().empty()) return flow::fail(reader.error());
    out.order = order.value_or(std::vector<std::string>{});
    return out;
}

}  // namespace api
