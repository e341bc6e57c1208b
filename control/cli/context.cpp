// SPDX-License-Identifier: Apache-2.0
#include "control/cli/context.hpp"

#include <grp.h>
#include <sys/stat.h>

#include <filesystem>

namespace cli {
namespace {

namespace fs = std::filesystem;

const std::string kCheckoutConfig = "conf/net-collector.toml";
const std::string kCheckoutData = "var";

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}
// "the group net-collector", which may read what is in `directory`.
std::string group_of(const std::string& directory) {
    struct stat found {};
    if (stat(directory.c_str(), &found) != 0) return "the daemon's group";
    const group* known = getgrgid(found.st_gid);
    return known == nullptr ? "group " + std::to_string(found.st_gid) : "the group " + std::string(known->gr_name);
}

bool has_data(const std::string& directory) {
    return is_there(fs::path(directory) / "data.mdb");
}

}  // namespace

tl::unexpected<Failure> failure(Exit exit, std::string message) {
    return tl::unexpected<Failure>(Failure{exit, std::move(message)});
}

std::string config_path(const Context& context) {
    if (!context.config_path.empty()) return context.config_path;
    const std::string installed(control::kDefaultConfigPath);
    return !is_there(installed) && is_there(kCheckoutConfig) ? kCheckoutConfig : installed;
}

Outcome<control::Config> read_config(const Context& context) {
    auto config = control::load_config(config_path(context));
    if (!config) return failure(Exit::failed, config.error().text());
    return *std::move(config);
}

Outcome<Whereabouts> find_daemon(const Context& context) {
    if (!context.data_path.empty() && context.config_path.empty()) {
        const std::string data = fs::absolute(context.data_path).lexically_normal().string();
        return Whereabouts{data, data + "/control.sock", {}};
    }
    auto config = control::load_whereabouts(config_path(context));
    if (!config)
        return failure(Exit::failed,
                       config.error().text() + "\ncorrect it, or name the data directory with --data DIR");
    if (!context.data_path.empty()) {
        set_data_directory(*config, fs::absolute(context.data_path).lexically_normal().string());
    } else if (config->file == kCheckoutConfig && !has_data(config->data) && has_data(kCheckoutData)) {
        set_data_directory(*config, fs::absolute(kCheckoutData).string());
    }
    return Whereabouts{config->data, config->socket, config->retention};
}

Outcome<store::Reader> open_data(const std::string& directory) {
    std::error_code error;
    if (!fs::exists(fs::path(directory) / "data.mdb", error)) {
        if (error == std::errc::permission_denied) {
            return failure(Exit::failed, "you may not look into " + directory + ": become a member of " +
                                             group_of(directory) + " (`usermod -aG`, then log in again), or root");
        }
        return failure(Exit::no_data, "there is no collected data in " + directory +
                                          ": start net-collectord, or name another directory with --data DIR");
    }
    auto reader = store::Reader::open(directory);
    if (!reader) return failure(Exit::failed, reader.error().text());
    return *std::move(reader);
}

}  // namespace cli
