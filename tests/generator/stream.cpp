// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/stream.hpp"

#include <algorithm>

namespace generator {

namespace {

constexpr std::uint32_t kRefreshDatagrams = 500;
constexpr std::uint64_t kRefreshUs = 10'000'000;
constexpr std::uint64_t kDayMs = 86'400'000;

flow::IpAddress count_up(flow::IpAddress a, std::uint32_t by) {
    if (a.is_v4()) return flow::IpAddress::v4(a.as_v4() + by);
    const std::uint64_t low = a.low() + by;
    for (unsigned i = 0; i < 8; ++i) a.bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
    return a;
}

MixOptions mix_options(const StreamOptions& o) {
    MixOptions mix;
    mix.seed = o.seed;
    mix.model = o.model;
    mix.ipv6_share = o.protocol == Protocol::v5 ? 0 : o.ipv6_share;
    mix.max_bytes = o.protocol == Protocol::v5 ? 0xffffffffu : ~0ull;
    mix.single_packets = o.protocol == Protocol::sflow;
    return mix;
}

}  // namespace

Stream::Stream(const StreamOptions& options)
    : options_(options),
      mix_(mix_options(options)),
      encoder_(make_encoder({options.protocol, options.max_datagram, options.sampling})),
      exporters_(options.exporters),
      refresh_(options.exporters) {
    Random random(options.seed ^ 0x5851f42d4c957f2dull);
    for (std::uint32_t i = 0; i < options.exporters; ++i) {
        Exporter& e = exporters_[i];
        e.address = options.several_addresses ? count_up(options.first_address, i) : options.first_address;
        e.domain = i + 1;
        if (options.late_templates != 0) refresh_[i] = {options.late_templates, ~0ull};
        // Up for 1 to 31 days: sysUptime stays below its 49.7 days for a while.
        e.boot_ms = options.start_ms - kDayMs - random.below(30 * kDayMs);
    }
}

bool Stream::templates_due(std::uint64_t now_us) const noexcept {
    const Refresh& r = refresh_[turn_];
    return r.datagrams == 0 || now_us >= r.at_us;
}

std::size_t Stream::send_templates(std::uint64_t now_us, std::uint8_t* buffer) {
    refresh_[turn_] = {kRefreshDatagrams, now_us + kRefreshUs};
    const std::size_t size = encoder_->templates(exporters_[turn_], now_us, buffer);
    if (size != 0) ++template_datagrams_;
    return size;
}

std::uint32_t Stream::fill(std::uint64_t now_us, std::uint64_t max_records, std::uint8_t* buffer) {
    const std::uint64_t scale = options_.sampling;
    if (options_.per_datagram != 0) max_records = std::min<std::uint64_t>(max_records, options_.per_datagram);
    encoder_->begin(exporters_[turn_], now_us, buffer);
    std::uint32_t records = 0;
    while (records < max_records) {
        if (!has_waiting_) mix_.next(waiting_, now_us / 1000);
        has_waiting_ = !encoder_->add(waiting_);
        if (has_waiting_) break;
        counts_.add(waiting_, waiting_.packets * scale, encoder_->counted_bytes(waiting_) * scale);
        ++records;
    }
    return records;
}

Datagram Stream::next(std::uint64_t now_us, std::uint64_t max_records, std::uint8_t* buffer) {
    Exporter& exporter = exporters_[turn_];
    Datagram out{exporter.address, 0, 0};
    if (templates_due(now_us)) out.size = send_templates(now_us, buffer);
    if (out.size == 0) {
        out.records = fill(now_us, max_records, buffer);
        out.size = encoder_->finish();
        exporter.records += out.records;
        --refresh_[turn_].datagrams;
        turn_ = (turn_ + 1) % exporters_.size();
    }
    ++exporter.datagrams;
    ++datagrams_;
    datagram_bytes_ += out.size;
    return out;
}

}  // namespace generator
