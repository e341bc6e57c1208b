// SPDX-License-Identifier: Apache-2.0
#include "control/config_http.hpp"

#include <algorithm>
#include <cctype>

#include "control/config_network.hpp"

namespace control {
namespace {

constexpr std::size_t kMaxListen = 16;
constexpr std::size_t kMaxHosts = 64;

// One text, or a list of them.
bool read_texts(const TableReader& reader, std::string_view key, std::vector<std::string>& out) {
    const toml::node* node = reader.node(key);
    if (node == nullptr || !node->is_string()) return reader.texts(key, out);
    out = {node->as_string()->get()};
    return true;
}

void read_listen(const TableReader& reader, HttpConfig& out) {
    std::vector<std::string> texts;
    if (!read_texts(reader, "listen", texts)) return;
    out.listen.clear();
    if (texts == std::vector<std::string>{"off"}) return;
    if (texts.empty()) reader.fault("listen", "is empty: write \"off\", or an address");
    if (texts.size() > kMaxListen)
        reader.fault("listen", "has more than " + std::to_string(kMaxListen) + " addresses: leave some out");
    for (const std::string& text : texts) {
        const auto endpoint = Endpoint::parse(text);
        if (endpoint && std::find(out.listen.begin(), out.listen.end(), *endpoint) == out.listen.end()) {
            out.listen.push_back(*endpoint);
        } else if (endpoint) {
            reader.fault("listen", "names " + text + " twice");
        } else {
            reader.fault("listen", "is \"" + text +
                                       "\": write ADDRESS:PORT like \"127.0.0.1:8080\" or \"[::1]:8080\", a list of "
                                       "them, or \"off\"");
        }
    }
}

// As it stands in an address of a browser, without the port.
bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
    });
}

void read_hosts(const TableReader& reader, HttpConfig& out) {
    if (!read_texts(reader, "hosts", out.hosts)) return;
    if (out.hosts.size() > kMaxHosts)
        reader.fault("hosts", "has more than " + std::to_string(kMaxHosts) + " names: leave some out");
    for (std::string& host : out.hosts) {
        if (!is_host(host)) {
            reader.fault("hosts", "has \"" + host + "\": write a name like \"collector.example.net\", without a port");
        }
        std::transform(host.begin(), host.end(), host.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    }
}

void read_path(const TableReader& reader, std::string_view key, const std::filesystem::path& directory,
               std::string& out) {
    if (!reader.text(key, out)) return;
    if (out.empty()) reader.fault(key, "is empty: name a file, or leave the key out");
    out = absolute_from(directory, out);
}

// What everybody on the network can reach needs encryption and a login.
void check_reach(const TableReader& reader, const HttpConfig& http) {
    if (http.certificate.empty() != http.key.empty()) {
        const char* const there = http.certificate.empty() ? "key" : "certificate";
        reader.fault(there, std::string("stands alone: TLS needs both certificate and key; name the ") +
                                (http.certificate.empty() ? "certificate" : "key") + " too, or remove it");
    }
    const auto open =
        std::find_if(http.listen.begin(), http.listen.end(), [](const Endpoint& e) { return !is_loopback(e.address); });
    if (open == http.listen.end()) return;
    std::string missing;
    if (http.certificate.empty() && http.key.empty()) missing = "TLS (certificate and key)";
    if (http.users.empty()) missing += std::string(missing.empty() ? "" : " and ") + "a login (users)";
    if (missing.empty()) return;
    reader.fault("listen", "has " + open->text() + ", which others on the network can reach: that needs " + missing +
                               "; or listen on 127.0.0.1 and come through ssh -L 8080:127.0.0.1:8080");
}

}  // namespace

void read_http(const TableReader& top, const std::filesystem::path& directory, Config& config, Problems& problems) {
    const toml::table* table = top.subtable("http");
    if (table == nullptr) return;
    const TableReader reader(*table, config.file, "http.", problems);
    reader.only({"listen", "hosts", "certificate", "key", "users"});
    HttpConfig& http = config.http;
    read_listen(reader, http);
    read_hosts(reader, http);
    read_path(reader, "certificate", directory, http.certificate);
    read_path(reader, "key", directory, http.key);
    read_path(reader, "users", directory, http.users);
    check_reach(reader, http);
}

}  // namespace control
