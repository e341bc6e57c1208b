// SPDX-License-Identifier: Apache-2.0
#include "control/rename_journal.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "control/config_problems.hpp"
#include "control/profile_files.hpp"

namespace control {
namespace {

constexpr const char* kName = "/.renamed";

bool take_name(const std::string& text, std::string& profile, std::string& channel) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return false;
    profile = text.substr(0, slash);
    channel = text.substr(slash + 1);
    if (channel == "*") channel.clear();
    return is_name(profile) && (channel.empty() || is_name(channel));
}
std::string name_text(const std::string& profile, const std::string& channel) {
    return profile + "/" + (channel.empty() ? "*" : channel);
}

bool is_there(const Config& config, const std::string& profile, const std::string& channel) {
    return std::any_of(config.profiles.begin(), config.profiles.end(), [&](const ProfileConfig& p) {
        return p.name == profile &&
               (channel.empty() || std::any_of(p.channels.begin(), p.channels.end(),
                                               [&](const ChannelConfig& c) { return c.name == channel; }));
    });
}

}  // namespace

std::vector<Rename> read_renames(const std::string& directory) {
    std::vector<Rename> out;
    std::ifstream file(directory + kName);
    for (std::string line; out.size() < kMostRenames && std::getline(file, line);) {
        std::istringstream words(line);
        std::string from, to;
        Rename one;
        if (words >> from >> to && take_name(from, one.from_profile, one.from_channel) &&
            take_name(to, one.to_profile, one.to_channel))
            out.push_back(std::move(one));
    }
    return out;
}

std::vector<Rename> renames(const std::string& directory, const Config& config) {
    std::vector<Rename> out = read_renames(directory);
    if (out.empty()) return out;
    const Rename& newest = out.back();
    const bool made = is_there(config, newest.to_profile, newest.to_channel) &&
                      !is_there(config, newest.from_profile, newest.from_channel);
    if (!made) out.pop_back();
    return out;
}

flow::Result<void> write_renames(const std::string& directory, const std::vector<Rename>& all) {
    const std::string path = directory + kName;
    if (all.empty()) return remove_file(path);
    std::string text;
    for (std::size_t i = all.size() - std::min(all.size(), kMostRenames); i < all.size(); ++i) {
        text += name_text(all[i].from_profile, all[i].from_channel) + " " +
                name_text(all[i].to_profile, all[i].to_channel) + "\n";
    }
    return replace_file(directory, path, text);
}

}  // namespace control
