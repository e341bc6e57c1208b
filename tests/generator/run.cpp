// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/run.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <limits>
#include <memory>

#include "tests/generator/report.hpp"
#include "tests/generator/stream.hpp"

namespace generator {

namespace {

constexpr std::uint64_t kSecondUs = 1'000'000;
constexpr std::uint64_t kLongestSleepUs = 200'000;
constexpr std::size_t kBatch = 64;
constexpr std::uint64_t kFullDatagram = 30;  // records; v5's number, the largest of all
constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();

std::uint64_t wall_us() {
    using std::chrono::duration_cast, std::chrono::microseconds;
    return static_cast<std::uint64_t>(
        duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

std::uint64_t steady_us() {
    using std::chrono::duration_cast, std::chrono::microseconds;
    return static_cast<std::uint64_t>(
        duration_cast<microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
}

std::uint64_t records_wanted(const Options& o) {
    std::uint64_t wanted = o.count.value_or(kEndless);
    if (o.for_seconds && o.rate != 0) {
        const double in_time = std::ceil(*o.for_seconds * static_cast<double>(o.rate));
        wanted = std::min(wanted, static_cast<std::uint64_t>(in_time));
    }
    return wanted;
}

// When record number `n` is due, from the start.
std::uint64_t due_us(std::uint64_t n, std::uint64_t rate) {
    return n / rate * kSecondUs + n % rate * kSecondUs / rate;
}

bool is_loopback(const flow::IpAddress& a) {
    return a.is_v4() && a.as_v4() >> 24 == 127;
}

flow::Result<void> set_source(StreamOptions& stream, const Options& o, const Endpoint& to) {
    const bool ipv4 = to.address.is_v4();
    const bool loopback = is_loopback(to.address);
    if (!o.source.empty()) {
        const auto source = flow::IpAddress::parse(o.source);
        if (!source || source->is_v4() != ipv4) {
            return flow::fail("--source \"" + o.source + "\" is not an address of the target's family; give an " +
                              (ipv4 ? "IPv4" : "IPv6") + " address");
        }
        stream.first_address = *source;
    } else if (loopback) {
        stream.first_address = flow::IpAddress::v4(0x7f000001);
    } else if (!o.file.empty()) {
        stream.first_address = *flow::IpAddress::parse(ipv4 ? "192.0.2.1" : "2001:db8::1");
    } else {
        stream.several_addresses = false;  // no address of this machine may be taken for granted
    }
    return {};
}

// Rates of the last second, on a terminal only.
class LiveLine {
  public:
    explicit LiveLine(bool on) : on_(on) {}
    LiveLine(const LiveLine&) = delete;
    LiveLine& operator=(const LiveLine&) = delete;
    ~LiveLine() {
        if (shown_) std::fputc('\n', stderr);
    }
    void show(std::uint64_t now_us, const Stream& s) {
        if (!on_ || now_us < last_us_ + kSecondUs) return;
        if (last_us_ != 0) {
            const double seconds = static_cast<double>(now_us - last_us_) / 1e6;
            std::fprintf(stderr, "\r%10.0f records/s %8.0f datagrams/s %8.2f Mbit/s  %llu records sent ",
                         static_cast<double>(s.records() - records_) / seconds,
                         static_cast<double>(s.datagrams() - datagrams_) / seconds,
                         static_cast<double>(s.datagram_bytes() - bytes_) * 8e-6 / seconds,
                         static_cast<unsigned long long>(s.records()));
            std::fflush(stderr);
            shown_ = true;
        }
        last_us_ = now_us;
        records_ = s.records();
        datagrams_ = s.datagrams();
        bytes_ = s.datagram_bytes();
    }

  private:
    bool on_;
    bool shown_ = false;
    std::uint64_t last_us_ = 0;
    std::uint64_t records_ = 0;
    std::uint64_t datagrams_ = 0;
    std::uint64_t bytes_ = 0;
};

// The moment of record number `n` in a file, from its start.
std::uint64_t file_us(const Options& o, std::uint64_t n) {
    if (!o.span_seconds) return due_us(n, o.rate);
    return static_cast<std::uint64_t>(*o.span_seconds * 1e6 / static_cast<double>(*o.count) * static_cast<double>(n));
}

// A datagram takes at most what one second brings, so that a slow stream has short ones and not late ones.
std::uint64_t most_records(const Options& o, std::uint64_t left) {
    return o.rate == 0 ? left : std::min(left, o.rate);
}

flow::Result<double> write_file(const Options& o, const Endpoint& to, Stream& stream, std::uint64_t start_us,
                                const std::atomic<bool>& stop) {
    flow::Result<PcapOutput> file = PcapOutput::create(o.file, to);
    if (!file) return flow::pass(file);
    std::array<std::uint8_t, kMaxDatagram> buffer{};
    const std::uint64_t wanted = records_wanted(o);
    while (stream.records() < wanted && !stop) {
        const std::uint64_t now_us = start_us + file_us(o, stream.records());
        const Datagram d = stream.next(now_us, most_records(o, wanted - stream.records()), buffer.data());
        file->write(now_us, {d.source, {buffer.data(), d.size}});
    }
    flow::Result<void> written = file->finish();
    if (!written) return flow::pass(written);
    return static_cast<double>(file_us(o, stream.records())) / 1e6;
}

// How many records the rate has brought after `elapsed_us`.
std::uint64_t records_due(const Options& o, std::uint64_t elapsed_us, std::uint64_t wanted) {
    if (o.rate == 0) return wanted;
    const std::uint64_t rest = elapsed_us % kSecondUs * o.rate / kSecondUs;
    return std::min(wanted, elapsed_us / kSecondUs * o.rate + rest);
}

// How many records must be due before the next datagram goes: it is filled first, as devices do.
std::uint64_t next_datagram(const Options& o, std::uint64_t sent, std::uint64_t wanted) {
    return sent + std::min(kFullDatagram, most_records(o, wanted - sent));
}

struct Batch {
    std::array<std::array<std::uint8_t, kMaxDatagram>, kBatch> buffers{};
    std::array<Outgoing, kBatch> datagrams;
    std::size_t size = 0;

    void fill(Stream& stream, const Options& o, std::uint64_t due, std::uint64_t wanted) {
        const std::uint64_t now_us = wall_us();
        for (size = 0; size < kBatch; ++size) {
            if (stream.records() == wanted || next_datagram(o, stream.records(), wanted) > due) break;
            std::uint8_t* const buffer = buffers[size].data();
            const Datagram d = stream.next(now_us, most_records(o, wanted - stream.records()), buffer);
            datagrams[size] = {d.source, {buffer, d.size}};
        }
    }
};

void sleep_us(std::uint64_t us) {
    const timespec span{0, static_cast<long>(std::min(us, kLongestSleepUs) * 1000)};
    nanosleep(&span, nullptr);  // a signal ends it early, which is wanted
}

// When to give up on a rate that cannot be reached.
std::uint64_t deadline_us(const Options& o) {
    if (!o.for_seconds) return kEndless;
    return static_cast<std::uint64_t>(*o.for_seconds * 1e6 * (o.rate == 0 ? 1.0 : 1.1)) + (o.rate == 0 ? 0 : kSecondUs);
}

flow::Result<double> send_live(const Options& o, const Endpoint& to, Stream& stream, const std::atomic<bool>& stop) {
    flow::Result<UdpOutput> socket = UdpOutput::open(to);
    if (!socket) return flow::pass(socket);
    const auto batch = std::make_unique<Batch>();
    LiveLine line(isatty(STDERR_FILENO) != 0);
    const std::uint64_t wanted = records_wanted(o);
    const std::uint64_t deadline = deadline_us(o);
    const std::uint64_t start_us = steady_us();
    std::uint64_t elapsed_us = 0;
    while (!stop && stream.records() < wanted && elapsed_us < deadline) {
        const std::uint64_t due = records_due(o, elapsed_us, wanted);
        const std::uint64_t next = next_datagram(o, stream.records(), wanted);
        if (due >= next) {
            batch->fill(stream, o, due, wanted);
            flow::Result<void> sent = socket->send({batch->datagrams.data(), batch->size});
            if (!sent) return flow::pass(sent);
        } else {
            const std::uint64_t at_us = due_us(next, o.rate);
            sleep_us(at_us > elapsed_us ? at_us - elapsed_us : 1);
        }
        elapsed_us = steady_us() - start_us;
        line.show(elapsed_us + 1, stream);
    }
    return static_cast<double>(elapsed_us) / 1e6;
}

}  // namespace

flow::Result<std::string> run(const Options& o, const std::atomic<bool>& stop) {
    flow::Result<Endpoint> to = resolve(o.host, o.port.value_or(default_port(o.protocol)));
    if (!to) return flow::pass(to);
    const std::uint64_t start_us = o.start_ms ? *o.start_ms * 1000 : wall_us();
    StreamOptions options;
    options.protocol = o.protocol;
    options.seed = o.seed;
    options.model = o.model;
    options.exporters = o.exporters;
    options.ipv6_share = o.ipv6_share;
    options.sampling = o.sampling.value_or(o.protocol == Protocol::sflow ? 1000 : 1);
    options.per_datagram = o.per_datagram.value_or(0);
    options.late_templates = o.late_templates;
    options.max_datagram = to->address.is_v4() ? kMaxDatagram : kMaxDatagramOverIpv6;
    options.start_ms = start_us / 1000;
    flow::Result<void> source = set_source(options, o, *to);
    if (!source) return flow::pass(source);
    Stream stream(options);
    flow::Result<double> seconds =
        o.file.empty() ? send_live(o, *to, stream, stop) : write_file(o, *to, stream, start_us, stop);
    if (!seconds) return flow::pass(seconds);
    if (o.file.empty() && o.for_seconds && o.rate != 0 && !stop && stream.records() < records_wanted(o)) {
        std::fprintf(stderr, "flow-generator: this machine did not reach %llu records/s; fewer were sent\n",
                     static_cast<unsigned long long>(o.rate));
    }
    const std::string target = o.file.empty() ? to->address.text() + " port " + std::to_string(to->port) : o.file;
    const Run what{o.protocol, target, o.seed, *seconds};
    return o.json ? report_json(what, stream) : report_text(what, stream);
}

}  // namespace generator
