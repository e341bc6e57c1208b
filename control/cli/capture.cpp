// SPDX-License-Identifier: Apache-2.0
// `net-collector capture`: what an exporter really sends, as a pcap file.
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/client.hpp"
#include "control/cli/commands.hpp"
#include "control/cli/daemon_json.hpp"
#include "control/cli/interrupts.hpp"
#include "control/cli/picture.hpp"
#include "control/duration.hpp"
#include "control/pcap.hpp"
#include "control/status_json.hpp"

namespace cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr long kCountsTimeout_s = 5;

// The file that is written, or standard output; made when the first bytes are there.
class Output {
  public:
    Output(const Context& context, const std::string& path) : path_(path), to_(path == "-" ? &context.out : nullptr) {}

    // False when it cannot be written.
    bool write(std::string_view bytes) {
        if (to_ == nullptr) {
            file_.open(path_, std::ios::binary | std::ios::trunc);
            to_ = &file_;
        }
        to_->write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return to_->good();
    }
    bool end() { return to_ == nullptr || to_->flush().good(); }

  private:
    const std::string path_;
    std::ofstream file_;
    std::ostream* to_;
};

// A capture on its way from the daemon to the file.
class Capture {
  public:
    Capture(const Context& context, const CaptureQuery& query, std::uint64_t for_s)
        : query_(query), output_(context, query.file) {
        if (for_s != 0) end_ = Clock::now() + std::chrono::seconds(for_s);
    }

    // Writes whole frames only, so that the file is right whenever it ends. False: enough.
    bool take(std::string_view bytes) {
        splitter_.add(bytes);
        for (std::string_view part = splitter_.next(); !part.empty(); part = splitter_.next()) {
            if (!output_.write(part)) {
                failed_ = true;
                return false;
            }
            if (query_.count != 0 && splitter_.frames() == query_.count) return false;
        }
        return !splitter_.broken();
    }
    [[nodiscard]] bool go_on() const { return !interrupts_.wait(0) && (!end_ || Clock::now() < *end_); }
    [[nodiscard]] bool written() { return output_.end() && !failed_; }
    [[nodiscard]] bool broken() const noexcept { return splitter_.broken(); }
    [[nodiscard]] std::uint64_t frames() const noexcept { return splitter_.frames(); }

  private:
    const CaptureQuery& query_;
    Interrupts interrupts_;
    std::optional<Clock::time_point> end_;
    Output output_;
    control::PcapSplitter splitter_;
    bool failed_ = false;
};

// How many were lost because we were too slow; nothing when the daemon does not say.
std::optional<std::uint64_t> ask_dropped(const std::string& socket) {
    const auto answer = ask(socket, "GET", control::kCaptureCountsPath, kCountsTimeout_s);
    if (!answer) return std::nullopt;
    const auto counts = parsed(*answer);
    if (!counts || !counts->contains("dropped")) return std::nullopt;
    return number(*counts, "dropped");
}

Done tell(const Context& context, const CaptureQuery& query, std::uint64_t frames,
          const std::optional<std::uint64_t>& dropped) {
    // The file may be standard output: then this goes beside it.
    std::ostream& out = query.file == "-" ? context.err : context.out;
    if (context.json) {
        nlohmann::ordered_json json{{"file", query.file}, {"exporter", query.exporter}, {"frames", frames}};
        json["dropped"] = dropped ? nlohmann::ordered_json(*dropped) : nlohmann::ordered_json(nullptr);
        out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
        return {};
    }
    out << exact(frames) << " frames of " << query.exporter << " written to "
        << (query.file == "-" ? "standard output" : query.file) << "; "
        << (dropped ? exact(*dropped) : "an unknown number of") << " dropped because they came faster than written\n";
    return {};
}

}  // namespace

Done capture(const Context& context, const CaptureQuery& query) {
    if (!flow::Prefix::parse(query.exporter))
        return failure(Exit::usage, "--exporter " + query.exporter +
                                        " is no address: write 192.0.2.1, 2001:db8::1, or a prefix like 10.0.0.0/8");
    const auto for_s =
        query.for_time.empty() ? std::optional<std::uint64_t>(0) : control::parse_duration(query.for_time);
    if (!for_s || (*for_s == 0 && !query.for_time.empty()))
        return failure(Exit::usage, "--for " + query.for_time + " is no length of time: write 10s, 5m, 1h30m");
    if (query.file == "-" && context.colour)
        return failure(Exit::usage, "standard output is a terminal: name a file, or pipe it (... - | tcpdump -r -)");
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());

    Capture capture(context, query, *for_s);
    // While the daemon still captures.
    std::optional<std::uint64_t> dropped;
    const auto or_ask = [&](bool more) {
        if (!more) dropped = ask_dropped(where->socket);
        return more;
    };
    const auto followed = follow(
        where->socket, control::kCapturePath + ("?exporter=" + escaped(query.exporter)),
        [&](std::string_view bytes) { return or_ask(capture.take(bytes)); }, [&] { return or_ask(capture.go_on()); });
    if (!followed) return tl::unexpected(followed.error());
    if (capture.broken())
        return failure(Exit::failed, "the daemon's capture is not understood: is it of the same version?");
    if (!capture.written())
        return failure(Exit::failed, "cannot write " + query.file + ": is its directory there, and room on the disk?");
    return tell(context, query, capture.frames(), dropped);
}

}  // namespace cli
