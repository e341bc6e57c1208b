// SPDX-License-Identifier: Apache-2.0
// net-collector capture against a daemon that captures what the test says.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "control/http/server.hpp"
#include "control/pcap.hpp"
#include "control/status_json.hpp"
#include "tests/control/cli_rig.hpp"

namespace cli {
namespace {

// Gives its bytes a few at a time with pauses between; then ends, or waits for ever.
class FakeStream final : public http::Stream {
  public:
    FakeStream(std::string bytes, bool endless) : bytes_(std::move(bytes)), endless_(endless) {}

    std::ptrdiff_t read(char* to, std::size_t bytes) override {
        pause_ = !pause_;
        if (pause_) return 0;
        if (at_ == bytes_.size()) return endless_ ? 0 : -1;
        const std::size_t taken = bytes_.copy(to, std::min<std::size_t>(bytes, 50), at_);
        at_ += taken;
        return static_cast<std::ptrdiff_t>(taken);
    }

  private:
    std::string bytes_;
    const bool endless_;
    std::size_t at_ = 0;
    bool pause_ = false;
};

std::string pcap_of(std::size_t frames) {
    std::string file;
    control::put_pcap_header(file, flow::LinkType::ethernet);
    for (std::size_t i = 0; i < frames; ++i) {
        const std::vector<std::uint8_t> frame(60 + i, static_cast<std::uint8_t>(i));
        control::put_pcap_frame(file, frame, 60, i);
    }
    return file;
}

class OnCapture : public testing::Test {
  protected:
    void SetUp() override {
        using http::Reach;
        using http::Request;
        auto started = http::Server::start(
            {}, {(directory_.path() / "control.sock").string()},
            {{"GET", control::kCapturePath, Reach::unix_socket,
              [this](const Request& request) -> http::Response {
                  asked_ = request.query.at("exporter");
                  if (!refusal_.empty()) return {.status = 409, .body = refusal_};
                  return {.status = 200, .stream = std::make_shared<FakeStream>(bytes_, endless_)};
              }},
             {"GET", control::kCaptureCountsPath, Reach::unix_socket, [](const Request&) -> http::Response {
                  return {.status = 200, .body = control::capture_counts_json(100, 3)};
              }}});
        ASSERT_TRUE(started.has_value()) << started.error().text();
        server_ = std::move(*started);
    }
    [[nodiscard]] Said capture(std::vector<std::string> more, const std::string& to) {
        more.insert(more.begin(), {"capture", "--exporter", "2001:db8::/32", "-d", directory_.path().string()});
        more.push_back(to);
        return run_cli(more);
    }
    [[nodiscard]] std::string file() const { return (directory_.path() / "x.pcap").string(); }
    [[nodiscard]] std::string written() const {
        std::ifstream in(file(), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    control::TemporaryDirectory directory_;
    std::string bytes_ = pcap_of(20), refusal_, asked_;
    bool endless_ = true;
    std::unique_ptr<http::Server> server_;
};

TEST_F(OnCapture, EndsAfterSoManyFrames) {
    const Said said = capture({"--count", "7"}, file());
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(asked_, "2001:db8::/32") << "through the query of a URL";
    EXPECT_EQ(written(), pcap_of(7));
    EXPECT_EQ(said.out,
              "7 frames of 2001:db8::/32 written to " + file() + "; 3 dropped because they came faster than written\n");
    const Json json = capture({"--count", "1", "-o", "json"}, file()).json();
    EXPECT_EQ(json.at("frames"), 1);
    EXPECT_EQ(json.at("dropped"), 3);
}

TEST_F(OnCapture, EndsAfterATimeEvenIfNothingComes) {
    bytes_ = pcap_of(0);
    const Said said = capture({"--for", "1s"}, file());
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(written(), pcap_of(0)) << "a valid file without frames";
    EXPECT_EQ(said.out.substr(0, 9), "0 frames ");
}

TEST_F(OnCapture, WritesWholeFramesOnlyWhenTheDaemonEnds) {
    bytes_ = pcap_of(3);
    bytes_.pop_back();
    endless_ = false;
    const Said said = capture({}, file());
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(written(), pcap_of(2));
    EXPECT_NE(said.out.find("; an unknown number of dropped"), std::string::npos) << said.out;
}

TEST_F(OnCapture, ToStandardOutputTellsBesideIt) {
    const Said said = capture({"--count", "2"}, "-");
    ASSERT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.out, pcap_of(2));
    EXPECT_NE(said.err.find("2 frames of"), std::string::npos) << said.err;
    EXPECT_EQ(run_cli({"capture", "--exporter", "::1", "-d", directory_.path().string(), "-"}, true).code,
              code_of(Exit::usage))
        << "not to a terminal";
}

TEST_F(OnCapture, Refusals) {
    refusal_ = "another capture is under way\n";
    const Said refused = capture({}, file());
    EXPECT_EQ(refused.code, code_of(Exit::failed));
    EXPECT_EQ(refused.err, "net-collector: another capture is under way\n");
    refusal_.clear();

    const Said nowhere = capture({"--count", "1"}, (directory_.path() / "none/x.pcap").string());
    EXPECT_EQ(nowhere.code, code_of(Exit::failed));
    EXPECT_NE(nowhere.err.find("is its directory there"), std::string::npos) << nowhere.err;

    bytes_ = "this is no capture, but long enough to be one";
    const Said strange = capture({}, file());
    EXPECT_EQ(strange.code, code_of(Exit::failed));
    EXPECT_NE(strange.err.find("is it of the same version?"), std::string::npos) << strange.err;

    EXPECT_EQ(capture({"--for", "0s"}, file()).code, code_of(Exit::usage));
    EXPECT_EQ(run_cli({"capture", "--exporter", "router", file()}).code, code_of(Exit::usage));
    EXPECT_EQ(run_cli({"capture", file()}).code, code_of(Exit::usage)) << "whose?";
    server_.reset();
    EXPECT_EQ(capture({}, file()).code, code_of(Exit::not_running));
}

}  // namespace
}  // namespace cli
