// SPDX-License-Identifier: Apache-2.0
#include "control/live_rates.hpp"

#include <ostream>

#include "control/cli/text.hpp"

namespace control {

namespace {
constexpr std::uint32_t kPlainEvery = 10;
}

void LiveRates::show(const Status& status) {
    using flow::Counter;
    const flow::Ledger& now = status.process_ledger;
    const double seconds = static_cast<double>(status.now_ms - then_ms_) / 1000;
    const bool first = then_ms_ == 0;
    const auto rate = [&](Counter c) { return cli::scaled(static_cast<double>(now[c] - then_[c]) / seconds); };
    const std::uint64_t skipped = now[Counter::records_seen] - now[Counter::records_flow] -
                                  now[Counter::records_option] - now[Counter::records_counter];
    const std::uint64_t lost = now[Counter::flows_lost_ring] + now[Counter::port_missed] + now[Counter::handoff_lost];
    std::string line =
        first ? std::string()
              : rate(Counter::datagrams_received) + " datagrams/s  " + rate(Counter::records_flow) + " flows/s  " +
                    cli::scaled(8 * static_cast<double>(now[Counter::packet_bytes] - then_[Counter::packet_bytes]) /
                                seconds) +
                    "bit/s  " + std::to_string(status.exporters.size()) + " exporters  " + cli::scaled(skipped) +
                    " skipped  " + cli::scaled(lost) + " lost";
    if (!first && !status.workers.empty()) {
        line += "  busy " + std::to_string(static_cast<int>(status.workers[0].busy_ratio * 100)) + " %";
    }
    then_ = now;
    then_ms_ = status.now_ms;
    if (first || (!terminal_ && ++calls_ % kPlainEvery != 1)) return;
    if (terminal_)
        out_ << "\r\x1b[K" << line << std::flush;
    else
        out_ << line << std::endl;
}

void LiveRates::end() {
    if (terminal_) out_ << '\n' << std::flush;
}

}  // namespace control
