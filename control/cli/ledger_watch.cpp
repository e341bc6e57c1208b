// SPDX-License-Identifier: Apache-2.0
// `net-collector ledger --watch`: totals with rates beside them, drawn anew each second.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <ostream>
#include <sstream>

#include "control/cli/interrupts.hpp"
#include "control/cli/ledger.hpp"
#include "control/duration.hpp"

namespace cli {
namespace {

constexpr int kPeriod_ms = 1000;
// A store without news for so long has nothing to write: nothing comes.
constexpr std::uint64_t kStill_ms = 3000;

// What was added to each line in a second, between the two commits seen last.
class Rates {
  public:
    const std::vector<double>& of(const Picture& picture, std::uint64_t commit_ms, std::uint64_t now_ms) {
        std::vector<std::uint64_t> values;
        for (const PictureLine& line : picture.lines()) values.push_back(line.value);
        if (values_.size() != values.size()) {
            rates_.assign(values.size(), 0);
        } else if (commit_ms > commit_ms_) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                // What is in flight may become less: that is no rate.
                const std::uint64_t more = values[i] > values_[i] ? values[i] - values_[i] : 0;
                rates_[i] = static_cast<double>(more) * 1000 / static_cast<double>(commit_ms - commit_ms_);
            }
        } else {
            if (now_ms > seen_ms_ + kStill_ms) rates_.assign(values.size(), 0);
            return rates_;
        }
        values_ = std::move(values);
        commit_ms_ = commit_ms;
        seen_ms_ = now_ms;
        return rates_;
    }

  private:
    std::vector<std::uint64_t> values_;
    std::vector<double> rates_;
    std::uint64_t commit_ms_ = 0, seen_ms_ = 0;
};

// Lines of the terminal; without one as many as there are.
std::size_t terminal_lines() {
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row != 0;
    return known ? size.ws_row : std::numeric_limits<std::size_t>::max();
}

std::size_t lines_of(const std::string& frame) {
    return static_cast<std::size_t>(std::count(frame.begin(), frame.end(), '\n'));
}

// On a terminal over what is there, line by line so that nothing flickers; else one below the other.
void show(std::ostream& out, const std::string& frame, bool terminal) {
    if (!terminal) {
        out << frame << '\n' << std::flush;
        return;
    }
    std::string drawn = "\x1b[H";
    for (const char c : frame) {
        if (c == '\n') drawn += "\x1b[K";
        drawn += c;
    }
    out << drawn << "\x1b[J" << std::flush;
}

}  // namespace

Done watch_ledger(const Context& context, const LedgerQuery& query, const store::Reader& reader,
                  const CannotTell& unknown) {
    if (context.json) return failure(Exit::usage, "--watch is for people: leave -o json out, or ask again and again");
    const Interrupts interrupts;
    const Style style{context.colour};
    Rates rates;
    if (context.colour) context.out << "\x1b[2J";
    for (std::uint32_t shown = 1;; ++shown) {
        const auto view = read_ledger(reader, query.exporter);
        if (!view) return tl::unexpected(view.error());
        const Picture picture = picture_of(query, *view, unknown);
        const std::vector<double>& a_second =
            rates.of(picture, view->commit_ms, std::uint64_t{shown} * std::uint64_t{kPeriod_ms});
        const auto draw = [&](bool brief) {
            std::ostringstream frame;
            frame << style.bold("net-collector ledger") << ", written at " << control::time_text(view->commit_ms / 1000)
                  << "; total and a second, Ctrl-C ends\n";
            if (query.exporter.empty()) frame << verdict(view->ledger, query.idle, style) << '\n';
            frame << '\n';
            print_ledger(frame, query, *view, picture, a_second, style, brief);
            return frame.str();
        };
        std::string frame = draw(false);
        // Losses that are none give way first.
        if (context.colour && lines_of(frame) >= terminal_lines()) frame = draw(true);
        show(context.out, frame, context.colour);
        if (shown == query.times || interrupts.wait(kPeriod_ms)) return judge(view->ledger, query.idle);
    }
}

}  // namespace cli
