// SPDX-License-Identifier: Apache-2.0
// `net-collector channel fill`: a channel's past out of the archive, by the running daemon.
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/client.hpp"
#include "control/cli/commands.hpp"
#include "control/cli/daemon_json.hpp"
#include "control/cli/interrupts.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kPath = "/api/v1/fills";
// The daemon waits some seconds for a channel that was made just now.
constexpr long kTimeout_s = 30;
constexpr int kLook_ms = 250;

Exit exit_of(long status) {
    constexpr long kNotFound = 404, kNothingToFill = 409, kBadValue = 422;
    if (status == kNotFound || status == kNothingToFill) return Exit::no_data;
    return status == kBadValue ? Exit::usage : Exit::failed;
}

// The object of an answer; a refusal's sentence as the failure.
Outcome<Json> answered(const Outcome<Answer>& answer) {
    if (!answer) return tl::unexpected(answer.error());
    auto body = parsed(*answer);
    if (answer->status < 400) return body;
    return failure(exit_of(answer->status), body ? text(*body, "detail") : "the daemon refused");
}

class ProgressLine {
  public:
    explicit ProgressLine(const Context& context) : context_(context) {}
    void show(const Json& fill) {
        if (!context_.colour) return;
        const std::string state = text(fill, "state");
        const int percent = static_cast<int>(ratio(fill, "progress") * 100);
        context_.err << "\r\033[K" << (state == "waiting" ? "waiting for another fill" : std::to_string(percent) + "%")
                     << std::flush;
        shown_ = true;
    }
    ~ProgressLine() {
        if (shown_) context_.err << "\r\033[K" << std::flush;
    }

  private:
    const Context& context_;
    bool shown_ = false;
};

bool has_ended(const Json& fill) {
    const std::string state = text(fill, "state");
    return state != "waiting" && state != "running";
}

// Until it has ended, or somebody interrupts: then it is cancelled.
Outcome<Json> watch(const Context& context, const std::string& socket, Json fill) {
    const std::string path = std::string(kPath) + "/" + text(fill, "id");
    const Interrupts interrupts;
    ProgressLine progress(context);
    while (!has_ended(fill)) {
        progress.show(fill);
        if (interrupts.wait(kLook_ms)) {
            if (auto cancelled = ask(socket, "DELETE", path, kTimeout_s); !cancelled)
                return tl::unexpected(cancelled.error());
            return failure(Exit::failed, "cancelled; what was filled by then stays, and filling it again does no harm");
        }
        auto next = answered(ask(socket, "GET", path, kTimeout_s));
        if (!next) return next;
        fill = *std::move(next);
    }
    return fill;
}

}  // namespace

Done fill_channel(const Context& context, const FillQuery& query) {
    const std::string name = query.channel.empty() ? query.profile : query.profile + "/" + query.channel;
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos)
        return failure(Exit::usage, name + " is no PROFILE/CHANNEL: `net-collector profiles` lists them");
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    Json body{{"profile", name.substr(0, slash)}, {"channel", name.substr(slash + 1)}};
    if (!query.from.empty()) body["from"] = query.from;
    if (!query.to.empty()) body["to"] = query.to;
    const std::string sent = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    auto fill = answered(ask(where->socket, "POST", kPath, kTimeout_s, sent));
    if (!fill) return tl::unexpected(fill.error());
    auto ended = watch(context, where->socket, *std::move(fill));
    if (!ended) return tl::unexpected(ended.error());
    if (context.json) context.out << ended->dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    if (text(*ended, "state") != "done")
        return failure(Exit::failed, name + ": " + text(*ended, "state") + ": " + text(*ended, "detail"));
    if (!context.json) context.out << name << " is filled; covers " << text(*ended, "covers") << '\n';
    return {};
}

}  // namespace cli
