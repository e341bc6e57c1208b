// SPDX-License-Identifier: Apache-2.0
#include "control/host_names.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace control {
namespace {

using namespace std::chrono_literals;
using Addresses = HostNames::Addresses;

flow::IpAddress ip(const char* text) {
    return flow::IpAddress::parse(text).value();
}

// A name server that answers when it is told to; look-ups may outlive the test.
struct Gate {
    std::mutex mutex;
    std::condition_variable opened;
    bool open = false;
    std::atomic<int> asked = 0;

    void wait() {
        std::unique_lock lock(mutex);
        opened.wait(lock, [&] { return open; });
    }
    void let_go() {
        const std::scoped_lock lock(mutex);
        open = true;
        opened.notify_all();
    }
};

TEST(HostNames, EachNameIsAskedOnceWhateverItsCase) {
    const auto asked = std::make_shared<std::atomic<int>>(0);
    HostNames names(10s, [asked](const std::string& name) -> flow::Result<Addresses> {
        ++*asked;
        EXPECT_EQ(name, "www.example.com");
        return Addresses{ip("2001:db8::1"), ip("192.0.2.2"), ip("192.0.2.1"), ip("192.0.2.2")};
    });
    const Addresses expected{ip("192.0.2.1"), ip("192.0.2.2"), ip("2001:db8::1")};
    Addresses sorted = expected;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(names.resolve("www.example.com").value(), sorted);
    EXPECT_EQ(names.resolve("WWW.Example.com").value(), sorted);
    EXPECT_EQ(*asked, 1);
}

TEST(HostNames, FailuresAreRememberedToo) {
    const auto asked = std::make_shared<std::atomic<int>>(0);
    HostNames names(10s, [asked](const std::string&) -> flow::Result<Addresses> {
        ++*asked;
        return flow::fail("host name \"gone\" is not known");
    });
    EXPECT_EQ(names.resolve("gone").error().message, "host name \"gone\" is not known");
    EXPECT_EQ(names.resolve("gone").error().message, "host name \"gone\" is not known");
    EXPECT_EQ(*asked, 1);
    HostNames empty(10s, [](const std::string&) -> flow::Result<Addresses> { return Addresses{}; });
    EXPECT_NE(empty.resolve("nothing").error().message.find("has no address"), std::string::npos);
}

TEST(HostNames, ADeadServerCostsTheLimitOnceForAllNames) {
    const auto gate = std::make_shared<Gate>();
    HostNames names(20ms, [gate](const std::string&) -> flow::Result<Addresses> {
        ++gate->asked;
        gate->wait();
        return Addresses{ip("192.0.2.1")};
    });
    for (const char* name : {"a.example", "b.example", "c.example", "a.example"}) {
        const auto found = names.resolve(name);
        ASSERT_FALSE(found.has_value()) << name;
        EXPECT_NE(found.error().message.find("'" + std::string(name) + "' was not found within the 20 ms"),
                  std::string::npos)
            << found.error().message;
    }
    EXPECT_LE(gate->asked, 1) << "no time was left for the others";
    gate->let_go();
}

TEST(HostNames, WhatIsNoNameIsNotAsked) {
    HostNames names(10s, [](const std::string& name) -> flow::Result<Addresses> {
        ADD_FAILURE() << name;
        return Addresses{};
    });
    for (const std::string& name :
         {std::string("10.1"), std::string("1"), std::string("a.b.1."), std::string(""), std::string("."),
          std::string("0x7f"), std::string(300, 'a'), std::string("a\0b", 3)})
        EXPECT_NE(names.resolve(name).error().message.find("is none: write a name"), std::string::npos) << name;
}

TEST(HostNames, TheSystemKnowsItself) {
    HostNames names(10s);
    const auto found = names.resolve("localhost");
    if (!found) GTEST_SKIP() << "this machine does not know localhost: " << found.error().message;
    for (const auto& address : *found)
        EXPECT_TRUE(address == ip("127.0.0.1") || address == ip("::1")) << address.text();
}

}  // namespace
}  // namespace control
