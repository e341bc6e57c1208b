// SPDX-License-Identifier: Apache-2.0
// What is new, for all pages that are open: server-sent events, rendered once and sent to everybody.
//
// Thread: any.
// Source: WHATWG HTML, "Server-sent events".
// Shape:  an id is <start of the process>-<number>: with Last-Event-ID of this process a stream goes on behind it where that is
//         still known; else, and whenever a reader was too slow, it begins with `configuration`, so that the page asks again.
// Each profile that is listened to has an event each second, which is heartbeat enough.
// Limits: kMostStreams streams; kKept messages are kept for those who are behind, however many are.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "control/http/server.hpp"

namespace api {

class Events {
  public:
    static constexpr std::size_t kMostStreams = 256;
    static constexpr std::size_t kKept = 64;

    Events();
    ~Events();
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

    // To every stream, or to those opened for just these profiles ("a,b"; "": none). `data`: JSON without line breaks.
    void publish(std::string_view event, std::string_view data);
    void publish_to(std::string_view profile, std::string_view event, std::string_view data);
    // What every new stream begins with: the last `data` of these events.
    void greet_with(std::string_view event, std::string_view data);
    // What streams are open for, each once.
    [[nodiscard]] std::vector<std::string> profiles() const;
    // 503 when there are too many streams.
    [[nodiscard]] http::Response open(const std::string& profile, const std::string& last_id);

  private:
    class Reader;
    struct Message {
        std::uint64_t number = 0;
        bool everybody = true;
        std::string profile{};
        std::shared_ptr<const std::string> text{};
    };
    struct State {
        mutable std::mutex mutex{};
        std::string process{};                          // what ids begin with; constant
        std::uint64_t newest = 0;                       // number of the last message
        std::deque<Message> kept{};                     // ascending
        std::map<std::string, std::string> greeting{};  // event -> data
        std::map<std::string, std::size_t> streams{};   // profile -> how many
        std::size_t open = 0;
    };

    void add(bool everybody, std::string_view profile, std::string_view event, std::string_view data);

    std::shared_ptr<State> state_;  // streams may outlive us
};

}  // namespace api
