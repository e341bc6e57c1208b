// SPDX-License-Identifier: Apache-2.0
#include "control/host_names.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "filters/language/lexer.hpp"

namespace control {
namespace {

constexpr std::size_t kMostNameBytes = 253;  // RFC 1035 section 2.3.4, as text

std::string quoted(std::string_view name) {
    return "host name " + filters::language::quoted(name);
}

// getaddrinfo() would read "10.1" as 10.0.0.1.
bool ends_in_a_number(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    const std::string_view last = name.substr(name.rfind('.') + 1);
    return last.empty() ||
           std::all_of(last.begin(), last.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) ||
           last.starts_with("0x");
}

std::string lower(std::string_view name) {
    std::string out(name);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

// Where a look-up leaves what it found; its thread and the one that waits both hold it.
struct Answer {
    std::mutex mutex;
    std::condition_variable come;
    std::optional<flow::Result<HostNames::Addresses>> result;  // guarded by mutex
};

std::string why_not(int error) {
    switch (error) {
        case EAI_NONAME:
        case EAI_NODATA:
            return "is not known: correct it, or write the address";
        case EAI_AGAIN:
            return "cannot be looked up now, no name server answers: check /etc/resolv.conf, or write the address";
        default:
            return std::string("cannot be looked up: ") + gai_strerror(error);
    }
}

}  // namespace

flow::Result<HostNames::Addresses> HostNames::ask_system(const std::string& name) {
    const addrinfo wanted{.ai_flags = 0,
                          .ai_family = AF_UNSPEC,
                          .ai_socktype = SOCK_DGRAM,  // each address once
                          .ai_protocol = 0,
                          .ai_addrlen = 0,
                          .ai_addr = nullptr,
                          .ai_canonname = nullptr,
                          .ai_next = nullptr};
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(name.c_str(), nullptr, &wanted, &found); error != 0)
        return flow::fail(quoted(name) + " " + why_not(error));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
    Addresses out;
    for (const addrinfo* one = found; one != nullptr && out.size() < kMostAddresses; one = one->ai_next) {
        if (one->ai_family == AF_INET) {
            out.push_back(flow::IpAddress::v4(ntohl(reinterpret_cast<sockaddr_in*>(one->ai_addr)->sin_addr.s_addr)));
        } else if (one->ai_family == AF_INET6) {
            out.push_back(flow::IpAddress::v6(reinterpret_cast<sockaddr_in6*>(one->ai_addr)->sin6_addr.s6_addr));
        }
    }
    return out;
}

flow::Result<HostNames::Addresses> HostNames::look_up(const std::string& name) {
    const auto too_late = [&] {
        return flow::fail(quoted(name) + " was not found within the " + std::to_string(limit_.count()) +
                          " ms that all names together have (filters.resolve_timeout): check the name servers of this "
                          "machine, or write the address");
    };
    if (left_ <= std::chrono::nanoseconds::zero()) return too_late();
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = std::make_shared<Answer>();
    try {
        std::thread([answer, name, ask = look_up_] {
            auto result = ask(name);
            const std::scoped_lock lock(answer->mutex);
            answer->result = std::move(result);
            answer->come.notify_one();
        }).detach();
    } catch (const std::system_error& error) {
        return flow::fail(quoted(name) + " cannot be looked up: " + error.what());
    }
    std::unique_lock lock(answer->mutex);
    const bool came = answer->come.wait_until(lock, begin + left_, [&] { return answer->result.has_value(); });
    left_ -= std::chrono::steady_clock::now() - begin;
    if (!came) return too_late();
    auto result = std::move(*answer->result);
    if (!result) return result;
    std::sort(result->begin(), result->end());
    result->erase(std::unique(result->begin(), result->end()), result->end());
    if (result->empty()) return flow::fail(quoted(name) + " has no address: correct it, or write the address");
    return result;
}

flow::Result<HostNames::Addresses> HostNames::resolve(std::string_view name) {
    if (name.size() > kMostNameBytes || ends_in_a_number(name) || name.find('\0') != std::string_view::npos)
        return flow::fail(quoted(name) + " is none: write a name like \"www.example.com\", or a complete address");
    const std::string key = lower(name);
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second;
    return known_.emplace(key, look_up(key)).first->second;
}

}  // namespace control
