// SPDX-License-Identifier: Apache-2.0
// How long the server has patience, and with how many: requests that never end, answers that take their time, streams.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "control/http/guard.hpp"
#include "control/http/passwords.hpp"
#include "control/http/places.hpp"
#include "control/http/server.hpp"
#include "tests/control/http_client.hpp"
#include "tests/control/temporary_directory.hpp"

namespace http {
namespace {

const control::Endpoint kAnyPort{flow::IpAddress::v4(0x7f000001), 0};

void wait_for(const std::function<bool()>& there) {
    for (int i = 0; i < 3000 && !there(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(there());
}

// Until `text` has come, or the end.
std::string read_until(const Socket& socket, const std::string& text) {
    std::string out;
    char byte = 0;
    while (!out.ends_with(text) && recv(socket.fd(), &byte, 1, 0) == 1) out += byte;
    return out;
}

void say(const Socket& socket, const std::string& bytes) {
    EXPECT_EQ(send(socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

class Never final : public Stream {
  public:
    explicit Never(std::atomic<int>& open) : open_(open) { ++open_; }
    ~Never() override { --open_; }
    std::ptrdiff_t read(char*, std::size_t) override { return 0; }

  private:
    std::atomic<int>& open_;
};

class Once final : public Stream {
  public:
    std::ptrdiff_t read(char* to, std::size_t bytes) override {
        return std::exchange(said_, true) ? -1 : static_cast<std::ptrdiff_t>(std::string_view("once").copy(to, bytes));
    }

  private:
    bool said_ = false;
};

// Closed until somebody opens it.
class Gate {
  public:
    void open() {
        const std::scoped_lock lock(mutex_);
        open_ = true;
        opened_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        opened_.wait(lock, [this] { return open_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool open_ = false;
};

class Patience : public testing::Test {
  protected:
    void TearDown() override { gate_.open(); }
    void start(Server::Options options = {}) {
        std::vector<Route> routes{
            {"GET", "/quick", Reach::anyone, [](const Request&) { return Response{.body = "quick"}; }},
            {"POST", "/quick", Reach::anyone, [](const Request&) { return Response{.body = "posted"}; }},
            {"GET", "/never", Reach::anyone,
             [this](const Request&) { return Response{.stream = std::make_shared<Never>(streams_)}; }},
            {"GET", "/once", Reach::anyone,
             [](const Request&) { return Response{.stream = std::make_shared<Once>()}; }},
            {"GET", "/slow", Reach::anyone, [this](const Request&) {
                 const Place place = places_.take();
                 if (place == nullptr) return Response{.status = 503, .body = "no place"};
                 return answer_later([this, place] {
                     gate_.pass();
                     return Response{.body = "slow"};
                 });
             }}};
        if (options.guard != nullptr) {
            for (Route& route : options.guard->routes()) routes.push_back(std::move(route));
        }
        auto started = Server::start({kAnyPort}, {}, std::move(routes), options);
        ASSERT_TRUE(started.has_value()) << started.error().text();
        server_ = std::move(*started);
    }
    [[nodiscard]] control::Endpoint at() const { return server_->endpoints().at(0); }
    static std::string get(const std::string& path, const std::string& more = {}) {
        return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + more + "\r\n";
    }
    [[nodiscard]] bool is_served() const { return talk(at(), request("GET", "/quick")).ends_with("quick"); }

    std::atomic<int> streams_{0};
    Places places_{1000};
    Gate gate_;
    std::unique_ptr<Server> server_;  // the first to go: what it makes uses the above
};

TEST_F(Patience, EndsWithRequestsThatNeverDo) {
    start({.request_time_s = 1});
    const std::string header = "GET /quick HTTP/1.1\r\nHost: test\r\nX-Slow: ";
    const std::string body = "POST /quick HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n";
    for (const std::string& begin : {std::string{}, std::string("GE"), header, body}) {
        const Socket client = connect_and_send(at(), begin);
        // A byte now and then does not help.
        std::atomic<bool> cut{false};
        std::thread dawdle([&] {
            while (!cut && send(client.fd(), "a", begin.empty() ? 0 : 1, MSG_NOSIGNAL) >= 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
        });
        EXPECT_FALSE(read_all(client).starts_with("HTTP/1.1 200")) << begin;
        cut = true;
        dawdle.join();
        EXPECT_TRUE(is_served());
    }
}

TEST_F(Patience, LetsStreamsAndTheirConnectionsLast) {
    start({.request_time_s = 1});
    const Socket stream = connect_and_send(at(), get("/never"));
    read_until(stream, "\r\n\r\n");
    const Socket late = connect_and_send(at(), "GE");
    EXPECT_EQ(read_all(late), "") << "cut, and so is nobody else:";
    EXPECT_EQ(streams_, 1);
    // The connection of a stream that ended takes the next request.
    const Socket again = connect_and_send(at(), get("/once"));
    EXPECT_NE(read_until(again, "0\r\n\r\n").find("once"), std::string::npos);
    say(again, get("/quick"));
    EXPECT_TRUE(read_until(again, "quick").ends_with("quick"));
    EXPECT_EQ(read_all(again), "") << "one that asks nothing more is cut";
}

TEST_F(Patience, AnswersTheHeadOfAStreamAndIsDone) {
    start({.request_time_s = 1});
    const Socket client = connect_and_send(at(), "HEAD /never HTTP/1.1\r\nHost: test\r\n\r\n");
    EXPECT_TRUE(read_all(client).starts_with("HTTP/1.1 200"));
    wait_for([this] { return streams_ == 0; });
}

TEST_F(Patience, RefusesWhatIsTooMuchAndLosesNoPlace) {
    start();
    std::vector<Socket> clients;
    const auto ask = [&] { clients.push_back(connect_and_send(at(), request("GET", "/slow"))); };
    for (std::size_t i = 0; i < kMostAnswersAtOnce + kMostWaitingAnswers; ++i) ask();
    // Some of them are refused when the threads are slow to take up the first; others fill their places.
    std::string refused;
    while (!refused.starts_with("HTTP/1.1 503")) {
        const Socket one = connect_and_send(at(), request("GET", "/slow"));
        timeval patience{.tv_sec = 0, .tv_usec = 200'000};
        setsockopt(one.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        refused = read_all(one);
    }
    EXPECT_NE(refused.find("Retry-After: 1"), std::string::npos) << refused;
    EXPECT_TRUE(is_served());
    gate_.open();
    for (const Socket& client : clients) {
        const std::string answer = read_all(client);
        EXPECT_TRUE(answer.ends_with("slow") || answer.starts_with("HTTP/1.1 503")) << answer;
    }
    std::vector<Place> all;
    wait_for([&] {
        all.clear();
        for (int i = 0; i < 1000; ++i) all.push_back(places_.take());
        return std::find(all.begin(), all.end(), nullptr) == all.end();
    });
}

TEST_F(Patience, WhoLeavesBeforeTheAnswerKeepsNobodyWaiting) {
    start();
    for (int i = 0; i < 8; ++i) {
        const Socket gone = connect_and_send(at(), request("GET", "/slow"));
        EXPECT_TRUE(is_served());
    }
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(is_served());
}

TEST_F(Patience, StreamsEndWithTheSession) {
    const control::TemporaryDirectory directory;
    const std::string file = (directory.path() / "users").string();
    const auto hash = hash_password("right horse");
    ASSERT_TRUE(hash && save_users(file, {{"vic", {Role::viewer, *hash}}}));
    std::atomic<std::uint64_t> now_s{1000};
    Guard guard([](const std::string&) {}, [&] { return now_s.load(); });
    const control::HttpConfig config{.listen = {}, .certificate = {}, .key = {}, .hosts = {}, .users = file};
    ASSERT_TRUE(guard.configure(config));
    start({.guard = &guard});
    const auto body_of = [](const std::string& answer) {
        return nlohmann::json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
    };
    const auto session = [&](const std::string& method, const std::string& body, const std::string& more) {
        return talk(at(), method + " " + kSessionPath + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + more +
                              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    };
    // What a browser sends with everything.
    const auto log_in = [&] {
        const std::string first = body_of(session("GET", "", ""))["csrf"];
        const std::string answer = session("POST", R"({"user": "vic", "password": "right horse"})",
                                           "Content-Type: application/json\r\nX-CSRF-Token: " + first + "\r\n");
        const auto cookie = answer.find("net-collector=");
        return "Cookie: " + answer.substr(cookie, answer.find(';', cookie) - cookie) +
               "\r\nX-CSRF-Token: " + body_of(answer)["csrf"].get<std::string>() + "\r\n";
    };
    const auto ends = [&](const std::function<void(const std::string& headers)>& end) {
        const std::string headers = log_in();
        const Socket stream = connect_and_send(at(), get("/never", headers));
        EXPECT_TRUE(read_until(stream, "\r\n\r\n").starts_with("HTTP/1.1 200"));
        EXPECT_EQ(streams_, 1);
        end(headers);
        EXPECT_EQ(read_until(stream, "0\r\n\r\n"), "0\r\n\r\n");
        wait_for([this] { return streams_ == 0; });
    };
    ends([&](const std::string& headers) { EXPECT_TRUE(session("DELETE", "", headers).starts_with("HTTP/1.1 204")); });
    ends([&](const std::string&) { now_s += kIdle_s; });
    ends([&](const std::string&) {
        ASSERT_TRUE(save_users(file, {}));
        ASSERT_TRUE(guard.configure(config));
    });
    server_.reset();
}

}  // namespace
}  // namespace http
