// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/events.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>

#include "control/http/api/reply.hpp"

namespace api {
namespace {

constexpr const char* kRetry = "retry: 2000\n\n";

std::string rendered(const std::string& process, std::uint64_t number, std::string_view event, std::string_view data) {
    std::string out = "id: " + process + "-" + std::to_string(number) + "\nevent: ";
    out.append(event).append("\ndata: ").append(data).append("\n\n");
    return out;
}

}  // namespace

// One open page. What it still has to send of a message is shared with all others.
class Events::Reader : public http::Stream {
  public:
    Reader(std::shared_ptr<State> state, std::string profile, std::uint64_t behind, std::string first)
        : state_(std::move(state)),
          profile_(std::move(profile)),
          sent_(behind),
          text_(std::make_shared<const std::string>(std::move(first))) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() override {
        const std::scoped_lock lock(state_->mutex);
        --state_->open;
        const auto mine = state_->streams.find(profile_);
        if (--mine->second == 0) state_->streams.erase(mine);
    }

    std::ptrdiff_t read(char* to, std::size_t bytes) override {
        if (text_ == nullptr && !next()) return 0;
        const std::size_t some = std::min(bytes, text_->size() - offset_);
        std::memcpy(to, text_->data() + offset_, some);
        offset_ += some;
        if (offset_ == text_->size()) text_ = nullptr;
        return static_cast<std::ptrdiff_t>(some);
    }

  private:
    bool next() {
        const std::scoped_lock lock(state_->mutex);
        if (sent_ == state_->newest) return false;
        offset_ = 0;
        if (state_->kept.empty() || state_->kept.front().number > sent_ + 1) {
            // Too slow: what was missed is not told, the page asks for all of it again.
            sent_ = state_->newest;
            text_ = std::make_shared<const std::string>(
                rendered(state_->process, sent_, "configuration", state_->greeting["configuration"]));
            return true;
        }
        const auto first = state_->kept.front().number;
        for (; sent_ < state_->newest; ++sent_) {
            const Message& message = state_->kept[static_cast<std::size_t>(sent_ + 1 - first)];
            if (!message.everybody && message.profile != profile_) continue;
            text_ = message.text;
            ++sent_;
            return true;
        }
        return false;
    }

    const std::shared_ptr<State> state_;
    const std::string profile_;
    std::uint64_t sent_;
    std::shared_ptr<const std::string> text_;
    std::size_t offset_ = 0;
};

Events::Events() : state_(std::make_shared<State>()) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    state_->process = std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    state_->greeting["configuration"] = "{\"generation\":0}";
}
Events::~Events() = default;

void Events::add(bool everybody, std::string_view profile, std::string_view event, std::string_view data) {
    const std::scoped_lock lock(state_->mutex);
    const std::uint64_t number = ++state_->newest;
    state_->kept.push_back({number, everybody, std::string(profile),
                            std::make_shared<const std::string>(rendered(state_->process, number, event, data))});
    // Each profile that is listened to has a message a second of its own.
    while (state_->kept.size() > kKept * std::max<std::size_t>(state_->streams.size(), 1)) state_->kept.pop_front();
}

void Events::publish(std::string_view event, std::string_view data) {
    add(true, {}, event, data);
}
void Events::publish_to(std::string_view profile, std::string_view event, std::string_view data) {
    add(false, profile, event, data);
}

void Events::greet_with(std::string_view event, std::string_view data) {
    const std::scoped_lock lock(state_->mutex);
    state_->greeting[std::string(event)] = data;
}

std::vector<std::string> Events::profiles() const {
    const std::scoped_lock lock(state_->mutex);
    std::vector<std::string> out;
    for (const auto& [profile, count] : state_->streams) out.push_back(profile);
    return out;
}

http::Response Events::open(const std::string& profile, const std::string& last_id) {
    const std::scoped_lock lock(state_->mutex);
    if (state_->open == kMostStreams) {
        http::Response busy =
            problem(503, "busy", std::to_string(kMostStreams) + " pages listen already: close some of them");
        busy.headers.emplace_back("Retry-After", "10");
        return busy;
    }
    std::uint64_t behind = state_->newest;
    std::string first = kRetry;
    const std::string ours = state_->process + "-";
    std::uint64_t last = 0;
    const char* end = last_id.data() + last_id.size();
    const bool goes_on = last_id.starts_with(ours) &&
                         std::from_chars(last_id.data() + ours.size(), end, last).ptr == end &&
                         last <= state_->newest && (state_->kept.empty() || last + 1 >= state_->kept.front().number);
    if (goes_on) {
        behind = last;
    } else {
        for (const auto& [event, data] : state_->greeting) first += rendered(state_->process, behind, event, data);
    }
    ++state_->streams[profile];
    ++state_->open;
    http::Response out;
    out.content_type = "text/event-stream";
    out.stream = std::make_shared<Reader>(state_, profile, behind, std::move(first));
    return out;
}

}  // namespace api
