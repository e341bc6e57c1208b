// SPDX-License-Identifier: Apache-2.0
// Many pages at once, over sockets: each hears what is new, one too many is told so, and who leaves makes room.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <thread>

#include "control/http/api/events.hpp"
#include "tests/control/http_client.hpp"

namespace api {
namespace {

std::string read_until(const http::Socket& socket, const std::string& text) {
    std::string out;
    std::array<char, 512> bytes;
    while (out.find(text) == std::string::npos) {
        const ssize_t got = recv(socket.fd(), bytes.data(), bytes.size(), 0);
        if (got <= 0) return out + "<end>";
        out.append(bytes.data(), static_cast<std::size_t>(got));
    }
    return out;
}

TEST(Streams, AreManyAtOnceAndBounded) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < 2 * Events::kMostStreams + 100) GTEST_SKIP() << "too few files may be open here";
    Events events;
    const std::vector<http::Route> routes{
        {"GET", "/events", http::Reach::anyone, [&](const http::Request&) { return events.open("zone", ""); }}};
    auto server = http::Server::start({{flow::IpAddress::v4(0x7f000001), 0}}, {}, routes);
    ASSERT_TRUE(server.has_value()) << server.error().text();
    const control::Endpoint at = (*server)->endpoints().at(0);
    const auto open = [&] { return http::connect_and_send(at, http::request("GET", "/events")); };

    std::vector<http::Socket> pages;
    for (std::size_t i = 0; i < 120; ++i) pages.push_back(open());
    for (const http::Socket& page : pages) EXPECT_NE(read_until(page, "retry: 2000").find("200 OK"), std::string::npos);
    for (int round = 0; round < 3; ++round) {
        const std::string word = "round " + std::to_string(round);
        events.publish("configuration", word);
        for (const http::Socket& page : pages) EXPECT_NE(read_until(page, word).find(word), std::string::npos);
    }
    while (pages.size() < Events::kMostStreams) pages.push_back(open());
    for (std::size_t i = 120; i < pages.size(); ++i) read_until(pages[i], "retry: 2000");
    const std::string one_more = read_all(open());
    EXPECT_TRUE(one_more.starts_with("HTTP/1.1 503")) << one_more;
    EXPECT_NE(one_more.find("Retry-After: "), std::string::npos) << one_more;

    pages.clear();
    for (int i = 0; i < 3000 && !events.profiles().empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(events.profiles().empty()) << "all are given free";
    EXPECT_NE(read_until(open(), "retry: 2000").find("200 OK"), std::string::npos);
}

}  // namespace
}  // namespace api
