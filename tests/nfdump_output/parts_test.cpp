// SPDX-License-Identifier: Apache-2.0
// What lines are made of: numbers, times, addresses, formats and their errors.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>

#include "control/query/address_text.hpp"
#include "control/query/json_text.hpp"
#include "control/query/local_time.hpp"
#include "control/query/numbers.hpp"
#include "control/query/print.hpp"

namespace query {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

template <class Write>
std::string written(Write&& write) {
    std::array<char, 512> text;
    Pen pen(text.data());
    write(pen);
    return {text.data(), pen.at()};
}

TEST(Numbers, AreScaledAndRoundedAsPrintfDoes) {
    std::mt19937_64 random(5);
    const auto check = [](std::uint64_t v) {
        const double unit = v >= 1'000'000'000'000 ? 1e12 : v >= 1'000'000'000 ? 1e9 : 1e6;
        std::array<char, 64> text{};
        std::snprintf(text.data(), text.size(), "%.1f %c", static_cast<double>(v) / unit,
                      unit == 1e12  ? 'T'
                      : unit == 1e9 ? 'G'
                                    : 'M');
        ASSERT_EQ(scaled_number(v, false), text.data()) << v;
        ASSERT_EQ(scaled_number(v, true), std::to_string(v));
    };
    for (int i = 0; i < 200'000; ++i) {
        const std::uint64_t v = random() >> (random() % 44);
        if (v < 1'000'000) continue;
        check(v);
        check(v / 50'000 * 50'000 + 1'000'000);           // ties of M
        check(v / 50'000'000 * 50'000'000 + 10'000'000);  // and of G
    }
    check(kLargest);
    EXPECT_EQ(scaled_number(999'999, false), "999999");
}

TEST(Numbers, RatesOfTooMuchAreTheLargestNumber) {
    EXPECT_EQ(bits_per_second(kLargest, 1), kLargest);
    EXPECT_EQ(packets_per_second(kLargest, 1), kLargest);
    EXPECT_EQ(bits_per_second(1ull << 61, 1000), 1ull << 63 << 1 == 0 ? kLargest : 0);
    EXPECT_EQ(bits_per_second(1500, 0), 0u);
    EXPECT_EQ(bytes_per_packet(1500, 0), 0u);
    EXPECT_EQ(percent_of(3, 0), 0.0);
}

TEST(Numbers, ADurationIsNeverNegative) {
    EXPECT_EQ(duration_of(2000, 1000), 0u);
    EXPECT_EQ(duration_of(0, kLargest), kLargest);
    EXPECT_EQ(written([](Pen& p) { duration_days(p, 86'400'000ull * 12 + 3'661'001); }), "12d 01:01:01.001");
    EXPECT_LT(written([](Pen& p) { duration_days(p, kLargest); }).size(), kWidestField);
}

TEST(Addresses, AreThoseOfInetNtop) {
    std::mt19937_64 random(6);
    for (int i = 0; i < 200'000; ++i) {
        flow::IpAddress a;
        for (std::size_t g = 0; g < 8; ++g) {
            const std::uint64_t r = random();
            if (r % 3 == 0) continue;  // many zeros
            const std::uint64_t v = r % 3 == 1 ? 0xffff : r >> 8 & (0xffff >> (r >> 4 & 12));
            a.bytes[2 * g] = static_cast<std::uint8_t>(v >> 8);
            a.bytes[2 * g + 1] = static_cast<std::uint8_t>(v);
        }
        std::array<char, INET6_ADDRSTRLEN> text{};
        ASSERT_NE(inet_ntop(AF_INET6, a.bytes.data(), text.data(), text.size()), nullptr);
        ASSERT_EQ(written([&](Pen& p) { ipv6_text(p, a); }), text.data());
    }
    EXPECT_EQ(written([](Pen& p) { address_text(p, flow::IpAddress{}, false); }), "0.0.0.0");
    EXPECT_EQ(written([](Pen& p) { address_text(p, flow::IpAddress::v4(0xffffffff), false); }), "255.255.255.255");
}

TEST(Times, FollowTheZoneThroughItsChanges) {
    for (const char* zone : {"UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Monrovia"}) {
        setenv("TZ", zone, 1);
        LocalTime times;
        for (std::uint64_t s = 0; s < 2'000'000'000; s += 1'234'567) {
            const auto t = static_cast<std::time_t>(s);
            std::tm tm{};
            localtime_r(&t, &tm);
            std::array<char, 64> text{};
            std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &tm);
            ASSERT_EQ(written([&](Pen& p) { times.milliseconds(p, s * 1000 + 7, 'T'); }),
                      text.data() + std::string(".007"))
                << zone;
        }
    }
    setenv("TZ", "UTC", 1);
    LocalTime times;
    EXPECT_EQ(written([&](Pen& p) { times.seconds(p, kLargest); }), "584556019-04-03 14:25:51");
    EXPECT_EQ(written([&](Pen& p) { times.seconds(p, 253402300800'000); }), "10000-01-01 00:00:00");
}

TEST(Json, TextsAreEscapedAndUtf8) {
    struct Example {
        std::string_view text, json;
    };
    for (const auto& [text, json] :
         {Example{"plain", "plain"}, Example{"a\"b\\c", "a\\\"b\\\\c"}, Example{"\n\x01", "\\u000a\\u0001"},
          Example{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"}, Example{"\xff", "\xef\xbf\xbd"},
          Example{"\xc3", "\xef\xbf\xbd"}, Example{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
          Example{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"}}) {
        std::string out;
        json_escape(text, out);
        EXPECT_EQ(out, json);
    }
}

TEST(Formats, ThatAreWrongAreToldApart) {
    struct Example {
        std::string format, message;
    };
    for (const auto& [format, message] :
         {Example{"fmt:%foo", "Output format parse error at: %foo"},
          Example{"fmt:%sa %foo bar", "Output format parse error at: %foo bar"},
          Example{"fmt:%tosx%sa", "Output format parse error at: %tosx%sa"},
          Example{"fmt:%SA", "Output format parse error at: %SA"},
          Example{"fmt:%sa%", "Output format parse error at: %"},
          Example{"fmt:%csv", "Output format parse error at: %csv"},
          Example{"fmt:", "Missing format description for user defined output format!"},
          Example{"nat", "Unknown output mode 'nat'"}, Example{"", "Unknown output mode ''"},
          Example{"fmt6:%sa", "Unknown output mode 'fmt6:%sa'"}}) {
        const auto printer = RecordPrinter::make({.format = format});
        ASSERT_FALSE(printer) << format;
        EXPECT_TRUE(printer.error().message.starts_with(message)) << printer.error().message;
    }
    std::string many = "fmt:";
    for (int i = 0; i < 600; ++i) many += "%sa";
    EXPECT_FALSE(RecordPrinter::make({.format = many}));
}

TEST(Summaries, SayWhatTheyCover) {
    Summary summary{.window_from_ms = 1768477800000, .window_to_ms = 1768477860000, .processed = 10, .passed = 4};
    summary.total = {.flows = 4, .in_bytes = 1000, .first_ms = 1000, .last_ms = 2000};
    summary.coverage = "partial: 99.2 %";
    setenv("TZ", "UTC", 1);
    std::string out;
    print_summary(summary, {}, out);
    EXPECT_NE(out.find("Time window: 2026-01-15 11:50:00 - 2026-01-15 11:51:00\n"), std::string::npos) << out;
    EXPECT_NE(out.find("Total flows processed: 10, passed: 4, Blocks skipped: 0, Bytes read: 0\n"), std::string::npos);
    EXPECT_TRUE(out.ends_with("\nCoverage: partial: 99.2 %\n")) << out;

    for (const char* format : {"json", "ndjson", "pipe"}) {
        out.clear();
        print_summary(summary, {.format = format}, out);
        EXPECT_EQ(out, "") << format;
    }
    out.clear();
    print_summary(summary, {.quiet = true}, out);
    EXPECT_EQ(out, "");
    summary.window_to_ms = 0;
    print_summary(summary, {}, out);
    EXPECT_NE(out.find("Time window: <unknown>\n"), std::string::npos) << out;
}

TEST(NoMatch, IsSaidWhereItBreaksNothing) {
    for (const char* format : {"line", "csv", "pipe", "null", "raw"}) {
        std::string out;
        print_no_match({.format = format}, out);
        EXPECT_EQ(out, "No matching flows\n");
    }
    std::string out;
    print_no_match({.format = "json"}, out);
    print_no_match({.objects = true}, out);
    EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace query
