// SPDX-License-Identifier: Apache-2.0
#include "control/http/server.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <future>

#include <atomic>
#include <chrono>
#include <thread>

#include "control/http/listener.hpp"
#include "tests/control/http_client.hpp"
#include "tests/control/temporary_directory.hpp"

namespace http {
namespace {

const control::Endpoint kLoopback4{flow::IpAddress::v4(0x7f000001), 0};
const control::Endpoint kLoopback6{flow::IpAddress::parse("::1").value(), 0};

std::vector<Route> routes() {
    return {{"GET", "/metrics", Reach::anyone,
             [](const Request&) {
                 return Response{200, "text/plain", "up 1\n"};
             }},
            {"GET", "/echo", Reach::anyone,
             [](const Request& r) {
                 return Response{200, "text/plain", r.query.contains("a") ? r.query.at("a") : "none"};
             }},
            {"PATCH", "/api/{a}/x", Reach::anyone,
             [](const Request& r) {
                 return Response{.status = 201,
                                 .body = r.method + " " + r.at.at("a") + " " + r.headers.at("x-y") + " " + r.who.client,
                                 .headers = {{"ETag", "\"1\""}, {"Cache-Control", "no-cache"}}};
             }},
            {"POST", "/reload", Reach::unix_socket, [](const Request& r) {
                 return Response{422, "application/json", r.body};
             }}};
}

class HttpServer : public testing::Test {
  protected:
    void SetUp() override {
        auto started = Server::start({kLoopback4}, {path()}, routes());
        ASSERT_TRUE(started.has_value()) << started.error().text();
        server_ = std::move(*started);
    }
    [[nodiscard]] std::string path() const { return (directory_.path() / "control.sock").string(); }
    [[nodiscard]] control::Endpoint tcp() const { return server_->endpoints().at(0); }

    control::TemporaryDirectory directory_;
    std::unique_ptr<Server> server_;
};

bool starts_with(const std::string& text, const std::string& start) {
    return text.substr(0, start.size()) == start;
}

// An answer that takes its time keeps nobody else waiting, not even at the end.
TEST(HttpServerLater, OthersAreServedMeanwhile) {
    const control::TemporaryDirectory directory;
    const std::string path = (directory.path() / "control.sock").string();
    std::promise<void> go;
    const std::shared_future<void> gone = go.get_future().share();
    auto server = Server::start({kLoopback4}, {path},
                                {{"POST", "/slow", Reach::unix_socket,
                                  [gone](const Request& r) {
                                      return answer_later([gone, body = r.body] {
                                          gone.wait();
                                          return Response{422, "text/plain", "done " + body};
                                      });
                                  }},
                                 {"GET", "/quick", Reach::anyone, [](const Request&) {
                                      return Response{200, "text/plain", "quick"};
                                  }}});
    ASSERT_TRUE(server.has_value()) << server.error().text();
    auto slow = std::async(std::launch::async, [&] { return talk(path, request("POST", "/slow", "x")); });
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(talk((*server)->endpoints().at(0), request("GET", "/quick")).ends_with("quick"));
        EXPECT_TRUE(talk(path, request("GET", "/quick")).ends_with("quick"));
    }
    EXPECT_EQ(slow.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    go.set_value();
    const std::string answer = slow.get();
    EXPECT_TRUE(starts_with(answer, "HTTP/1.1 422")) << answer;
    EXPECT_TRUE(answer.ends_with("done x")) << answer;
}

TEST_F(HttpServer, ServesTcpAndUnix) {
    for (const std::string& answer :
         {talk(tcp(), request("GET", "/metrics")), talk(path(), request("GET", "/metrics"))}) {
        EXPECT_TRUE(starts_with(answer, "HTTP/1.1 200")) << answer;
        EXPECT_NE(answer.find("Content-Type: text/plain\r\n"), std::string::npos) << answer;
        EXPECT_TRUE(answer.ends_with("\r\n\r\nup 1\n")) << answer;
    }
}

TEST_F(HttpServer, DecodesQueriesAndKeepsHeadWithoutBody) {
    EXPECT_TRUE(talk(tcp(), request("GET", "/echo?a=x%20y&b=1")).ends_with("\r\n\r\nx y"));
    const std::string head = talk(tcp(), request("HEAD", "/metrics"));
    EXPECT_TRUE(starts_with(head, "HTTP/1.1 200")) << head;
    EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
}

TEST_F(HttpServer, RefusesWhatHasNoRoute) {
    EXPECT_TRUE(starts_with(talk(tcp(), request("GET", "/nothing")), "HTTP/1.1 404"));
    const std::string answer = talk(tcp(), request("DELETE", "/metrics"));
    EXPECT_TRUE(starts_with(answer, "HTTP/1.1 405")) << answer;
    EXPECT_NE(answer.find("Allow: GET\r\n"), std::string::npos) << answer;
}

TEST_F(HttpServer, GivesHandlersPlacesHeadersAndWhoAsks) {
    const std::string line = "PATCH /api/b%20c/x HTTP/1.1\r\nHost: t\r\nX-Y: 1\r\nx-y: 2\r\nConnection: close\r\n\r\n";
    const std::string answer = talk(tcp(), line);
    EXPECT_TRUE(starts_with(answer, "HTTP/1.1 201")) << answer;
    EXPECT_NE(answer.find("\r\n\r\nPATCH b c 1, 2 127.0.0.1:"), std::string::npos) << answer;
    EXPECT_NE(answer.find("ETag: \"1\"\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("no-store"), std::string::npos) << answer;
    EXPECT_TRUE(talk(path(), line).ends_with(" unix uid " + std::to_string(getuid())));
}

TEST_F(HttpServer, RefusesInJsonBelowApi) {
    const auto body = [](const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); };
    EXPECT_EQ(body(talk(tcp(), request("GET", "/api/nothing"))),
              R"({"error":"not_found","detail":"there is nothing at /api/nothing"})");
    EXPECT_EQ(body(talk(tcp(), request("GET", "/api/a/x"))), R"({"error":"method","detail":"/api/a/x takes PATCH"})");
    EXPECT_TRUE(starts_with(talk(tcp(), request("GET", "/api/%zz")), "HTTP/1.1 400"));
    EXPECT_TRUE(starts_with(talk(tcp(), request("GET", "/api/../metrics")), "HTTP/1.1 400"));
}

TEST_F(HttpServer, LimitsHeaders) {
    const auto flood = [](std::size_t headers, const std::string& value) {
        std::string out = "GET /metrics HTTP/1.1\r\nHost: t\r\nConnection: close\r\n";
        for (std::size_t i = 2; i < headers; ++i) out += "X-" + std::to_string(i) + ": " + value + "\r\n";
        return out + "\r\n";
    };
    EXPECT_TRUE(starts_with(talk(tcp(), flood(kMaxHeaders, "a")), "HTTP/1.1 200"));
    EXPECT_TRUE(starts_with(talk(tcp(), flood(kMaxHeaders + 1, "a")), "HTTP/1.1 431"));
    EXPECT_TRUE(starts_with(talk(tcp(), flood(50, std::string(1000, 'a'))), "HTTP/1.1 431"));
}

TEST_F(HttpServer, KeepsUnixRoutesFromTcp) {
    EXPECT_TRUE(starts_with(talk(tcp(), request("POST", "/reload", "x")), "HTTP/1.1 404"));
    const std::string answer = talk(path(), request("POST", "/reload", "x"));
    EXPECT_TRUE(starts_with(answer, "HTTP/1.1 422")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nx")) << answer;
}

TEST_F(HttpServer, LimitsBodies) {
    EXPECT_TRUE(starts_with(talk(path(), request("POST", "/reload", std::string(kMaxBodyBytes, 'x'))), "HTTP/1.1 422"));
    EXPECT_TRUE(
        starts_with(talk(path(), request("POST", "/reload", std::string(kMaxBodyBytes + 1, 'x'))), "HTTP/1.1 413"));
}

TEST_F(HttpServer, SurvivesNonsense) {
    for (const std::string& bytes :
         {std::string("GET\r\n\r\n"), "GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\n\r\n",
          std::string("GET / HTTP/1.1\r\nContent-Length: -1\r\nConnection: close\r\n\r\n")}) {
        talk(tcp(), bytes);
    }
    // Half a request keeps its connection until the idle timeout, and nobody else waits for it.
    const Socket half = connect_and_send(tcp(), std::string("\0\0\0\0\r\n\r\n", 8));
    EXPECT_TRUE(starts_with(talk(tcp(), request("GET", "/metrics")), "HTTP/1.1 200"));
}

TEST_F(HttpServer, ASecondServerIsRefusedAndTheFirstStays) {
    EXPECT_NE(Server::start({tcp()}, {}, routes()).error().text().find("cannot listen on 127.0.0.1:"),
              std::string::npos);
    EXPECT_NE(Server::start({}, {path()}, routes()).error().text().find("another process listens on"),
              std::string::npos);
    EXPECT_TRUE(starts_with(talk(path(), request("GET", "/metrics")), "HTTP/1.1 200"));
}

TEST_F(HttpServer, UnixSocketHasItsModeAndGoesWithTheServer) {
    struct stat file {};
    ASSERT_EQ(stat(path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0660u);
    server_.reset();
    EXPECT_NE(stat(path().c_str(), &file), 0);
}

TEST(HttpListener, ReplacesADeadSocketButNoFile) {
    const control::TemporaryDirectory directory;
    const std::string path = (directory.path() / "s").string();
    { const auto dead = listen_unix(path); }
    EXPECT_TRUE(Server::start({}, {path}, routes()).has_value());
    directory.write("file", "precious");
    EXPECT_NE(Server::start({}, {(directory.path() / "file").string()}, routes()).error().text().find("is no socket"),
              std::string::npos);
    EXPECT_NE(listen_unix(std::string(120, 'x')).error().text().find("1 to 107 bytes"), std::string::npos);
}

TEST(HttpListener, ListensOnIpv6) {
    auto server = Server::start({kLoopback4, kLoopback6}, {}, routes());
    if (!server) GTEST_SKIP() << "no IPv6 here: " << server.error().text();
    EXPECT_TRUE(starts_with(talk((*server)->endpoints().at(1), request("GET", "/metrics")), "HTTP/1.1 200"));
}

// What the end of a stream must give free.
struct Resource {
    std::atomic<bool> held{true};
};

// Says "tick" after every second question; ends after `ticks` of them, or never.
class Ticks final : public Stream {
  public:
    Ticks(int ticks, std::shared_ptr<Resource> resource) : left_(ticks), resource_(std::move(resource)) {}
    ~Ticks() override { resource_->held = false; }

    std::ptrdiff_t read(char* to, std::size_t bytes) override {
        asked_ = !asked_;
        if (asked_) return 0;
        if (left_ == 0) return -1;
        if (left_ > 0) --left_;
        return static_cast<std::ptrdiff_t>(std::string_view("tick").copy(to, bytes));
    }

  private:
    int left_;
    bool asked_ = false;
    std::shared_ptr<Resource> resource_;
};

// Nothing ever comes.
class Silence final : public Stream {
  public:
    explicit Silence(std::shared_ptr<Resource> resource) : resource_(std::move(resource)) {}
    ~Silence() override { resource_->held = false; }
    std::ptrdiff_t read(char*, std::size_t) override { return 0; }

  private:
    std::shared_ptr<Resource> resource_;
};

std::vector<Route> stream_routes(const std::shared_ptr<Resource>& resource) {
    return {{"GET", "/ticks", Reach::anyone,
             [=](const Request&) { return Response{.stream = std::make_shared<Ticks>(3, resource)}; }},
            {"GET", "/silence", Reach::anyone,
             [=](const Request&) { return Response{.stream = std::make_shared<Silence>(resource)}; }},
            {"GET", "/plain", Reach::anyone, [](const Request&) { return Response{.body = "up"}; }}};
}

void wait_until_free(const Resource& resource) {
    for (int i = 0; i < 1000 && resource.held; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_FALSE(resource.held);
}

TEST(HttpStream, IsSentAsItComes) {
    const auto resource = std::make_shared<Resource>();
    const auto server = Server::start({kLoopback4}, {}, stream_routes(resource));
    ASSERT_TRUE(server.has_value()) << server.error().text();
    const std::string answer = talk((*server)->endpoints().at(0), request("GET", "/ticks"));
    EXPECT_NE(answer.find("Transfer-Encoding: chunked"), std::string::npos) << answer;
    std::size_t ticks = 0;
    for (auto at = answer.find("tick"); at != std::string::npos; at = answer.find("tick", at + 1)) ++ticks;
    EXPECT_EQ(ticks, 3u) << answer;
    EXPECT_TRUE(answer.ends_with("0\r\n\r\n")) << answer;
    wait_until_free(*resource);
}

TEST(HttpStream, IsGivenFreeWhenTheClientGoesThoughNothingWasToBeSent) {
    const auto resource = std::make_shared<Resource>();
    const auto server = Server::start({kLoopback4}, {}, stream_routes(resource));
    ASSERT_TRUE(server.has_value()) << server.error().text();
    const control::Endpoint at = (*server)->endpoints().at(0);
    {
        const Socket client = connect_and_send(at, request("GET", "/silence"));
        EXPECT_TRUE(talk(at, request("GET", "/plain")).ends_with("up")) << "others are served meanwhile";
        EXPECT_TRUE(resource->held);
    }
    wait_until_free(*resource);
}

TEST(HttpStream, EndsWithTheServer) {
    const auto resource = std::make_shared<Resource>();
    auto server = Server::start({kLoopback4}, {}, stream_routes(resource));
    ASSERT_TRUE(server.has_value()) << server.error().text();
    const control::Endpoint at = (*server)->endpoints().at(0);
    const Socket client = connect_and_send(at, request("GET", "/silence"));
    EXPECT_TRUE(talk(at, request("GET", "/plain")).ends_with("up"));
    server->reset();
    EXPECT_FALSE(resource->held);
}

}  // namespace
}  // namespace http
