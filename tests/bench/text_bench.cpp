// SPDX-License-Identifier: Apache-2.0
// What texts cost: ns a record for names that repeat and names that do not, ns a sample of payload, ns a TLS hello; and
// what compiling their patterns costs.
#include <benchmark/benchmark.h>
#include <time.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "filters/program/text_index.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/hello_builder.hpp"

namespace {

using filters::language::Reading;
using filters::language::Subject;
using filters::program::Marks;
using filters::program::PredicateSet;
using filters::program::TextIndex;
using filters::program::TextScan;
using filters::text::Pattern;
using filters::text::PatternKind;
using flow::Column;

std::string host(std::size_t i) {
    static const char* const kServices[] = {"www", "cdn", "api", "img", "mail", "static", "edge", "login"};
    static const char* const kZones[] = {"com", "net", "org", "de", "io", "co.uk"};
    return std::string(kServices[i % 8]) + std::to_string(i / 48 % 9) + ".site-" + std::to_string(i * 7919 % 100'003) +
           ".example." + kZones[i % 6];
}

// What operators write: domains with all that is below them, families of hosts, words.
std::vector<Pattern> host_patterns(std::size_t count) {
    std::vector<Pattern> out;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string site = "site-" + std::to_string(i * 104'729 % 100'003);
        switch (i % 4) {
            case 0:
                out.push_back({PatternKind::regex, "(^|\\.)" + site + "\\.example\\.com$", true});
                break;
            case 1:
                out.push_back({PatternKind::regex, "^(www|cdn)[0-9]*\\." + site + "\\.", true});
                break;
            case 2:
                out.push_back({PatternKind::regex, site + "\\.example\\.(net|org|io)", true});
                break;
            default:
                out.push_back({PatternKind::regex, "^[a-z]+[0-9]+\\." + site + "[0-9]?\\..*$", true});
        }
    }
    return out;
}

struct Rig {
    Rig(Subject subject, const std::vector<Pattern>& patterns) {
        for (const Pattern& pattern : patterns) {
            filters::program::Predicate predicate;
            predicate.texts.push_back({subject, pattern});
            static_cast<void>(predicates.intern(std::move(predicate)));
        }
        indexes = std::move(filters::program::build_texts(predicates, filters::Environment{}).value().indexes);
        static_cast<void>(scan.fit(indexes));
        bits.resize(predicates.size() * filters::program::kWords);
        words.resize(predicates.size());
        touched.resize(predicates.size());
    }
    void run(const flow::FlowBatch& batch) { scan.run(batch, Marks{bits.data(), words.data(), touched.data()}); }

    PredicateSet predicates;
    std::vector<TextIndex> indexes;
    TextScan scan;
    std::vector<std::uint64_t> bits;
    std::vector<std::uint32_t> words;
    std::vector<std::uint8_t> touched;
};

// CPU time of this thread between the two: the machine may have other things to do.
class Meter {
  public:
    void start() { begin_ = now(); }
    void stop() { sum_ += now() - begin_; }
    void report(benchmark::State& state, std::size_t rows, const char* unit) const {
        state.counters[unit] = sum_ / static_cast<double>(state.iterations()) / static_cast<double>(rows);
    }

  private:
    static double now() {
        timespec t{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
    }
    double begin_ = 0;
    double sum_ = 0;
};

// Arguments: patterns, different hosts. Few hosts come most often, as they do.
void hosts(benchmark::State& state) {
    Rig rig(Column::http_host, host_patterns(static_cast<std::size_t>(state.range(0))));
    std::mt19937 random(1);
    const auto distinct = static_cast<double>(state.range(1));
    std::vector<support::FilterBatch> batches(8);
    for (auto& batch : batches) {
        for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) {
            const double u = std::uniform_real_distribution<>(0, 1)(random);
            const std::string name = host(static_cast<std::size_t>(distinct * u * u * u));
            batch.add({.more = {{Column::http_host, std::string_view(name)}}});
        }
    }
    std::size_t turn = 0;
    Meter meter;
    meter.start();
    for (auto _ : state) rig.run(*batches[turn++ % batches.size()]);
    meter.stop();
    meter.report(state, flow::kBatchRows, "ns/record");
}
BENCHMARK(hosts)->ArgsProduct({{1000}, {50, 500, 10'000, 1'000'000}});

// Every host is new.
void host_flood(benchmark::State& state) {
    Rig rig(Column::http_host, host_patterns(1000));
    support::FilterBatch batch;
    std::size_t next = 0;
    Meter meter;
    for (auto _ : state) {
        batch->reset();
        for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) {
            const std::string name = "n" + std::to_string(next) + host(next);
            ++next;
            batch.add({.more = {{Column::http_host, std::string_view(name)}}});
        }
        meter.start();
        rig.run(*batch);
        meter.stop();
    }
    meter.report(state, flow::kBatchRows, "ns/record");
}
BENCHMARK(host_flood);

void host_scan_alone(benchmark::State& state) {
    std::vector<filters::text::TextTable::Entry> entries;
    for (const Pattern& pattern : host_patterns(1000))
        entries.push_back({pattern, static_cast<std::uint32_t>(entries.size())});
    const auto table = filters::text::TextTable::compile(entries);
    filters::text::Scratch scratch;
    static_cast<void>(table->fit(scratch));
    std::vector<std::string> names;
    for (std::size_t i = 0; i < 4096; ++i) names.push_back("n" + std::to_string(i) + host(i));
    std::size_t at = 0;
    for (auto _ : state) {
        std::uint32_t found = 0;
        benchmark::DoNotOptimize(table->match(
            names[at++ % names.size()], scratch,
            [](std::uint32_t id, void* to) { *static_cast<std::uint32_t*>(to) += id; }, &found));
    }
}
BENCHMARK(host_scan_alone);

std::string packet(std::string_view payload) {
    std::string out(12, 'm');
    out += std::string("\x08\x00\x45\x00", 4) + support::number(payload.size() + 40, 2) + std::string(5, '\0') +
           '\x06' + std::string(10, '\1') + std::string(12, 't') + '\x50' + std::string(7, 't');
    return out + std::string(payload);
}

// Samples of 512 bytes in all: HTTP heads, TLS records, zeros and noise.
std::string sample(std::mt19937& random) {
    std::string out;
    switch (random() % 4) {
        case 0:
            out = "GET /index" + std::to_string(random()) + ".html HTTP/1.1\r\nHost: " + host(random() % 100'000) +
                  "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko\r\nAccept: */*\r\nCookie: id=";
            while (out.size() < 458) out += std::to_string(random());
            break;
        case 1:
            out = std::string("\x17\x03\x03\x01\xc0", 5);
            while (out.size() < 458) out += static_cast<char>(random());
            break;
        case 2:
            out = "\x01\x02" + std::string(456, '\0');
            break;
        default:
            out = support::chrome_hello().record();
            out.resize(458, '\0');
    }
    out.resize(458);
    return packet(out);
}

// 200 patterns as intrusion rules have them.
std::vector<Pattern> payload_patterns() {
    std::vector<Pattern> out;
    for (std::size_t i = 0; i < 200; ++i) {
        const std::string n = std::to_string(i * 7919);
        switch (i % 5) {
            case 0:
                out.push_back({PatternKind::content, "/cgi-bin/tool" + n});
                break;
            case 1:
                out.push_back({PatternKind::regex, "User-Agent: [^\\r\\n]*bot" + n, true});
                break;
            case 2:
                out.push_back({PatternKind::regex, "^(GET|POST) /[a-z]+" + n + "\\.php"});
                break;
            case 3:
                out.push_back({PatternKind::content, "\x90\x90\x90" + n});
                break;
            default:
                out.push_back({PatternKind::regex, "id=" + n.substr(0, 4) + "[0-9a-f]{8}"});
        }
    }
    return out;
}

void payload(benchmark::State& state, Subject subject, const std::vector<Pattern>& patterns) {
    Rig rig(subject, patterns);
    std::mt19937 random(2);
    std::vector<support::FilterBatch> batches(4);
    constexpr std::uint32_t kRows = 1000;  // what the arena takes
    for (auto& batch : batches) {
        for (std::uint32_t row = 0; row < kRows; ++row) batch.add({.proto = 6, .payload = sample(random)});
    }
    std::size_t turn = 0;
    Meter meter;
    meter.start();
    for (auto _ : state) rig.run(*batches[turn++ % batches.size()]);
    meter.stop();
    meter.report(state, kRows, "ns/sample");
}
BENCHMARK_CAPTURE(payload, 200_patterns, Subject(Reading::application_bytes), payload_patterns());
BENCHMARK_CAPTURE(payload, ja3, Subject(Reading::tls_ja3),
                  std::vector<Pattern>{{PatternKind::equal, std::string(32, 'a')}});
BENCHMARK_CAPTURE(payload, ja4, Subject(Reading::tls_ja4),
                  std::vector<Pattern>{{PatternKind::equal, std::string(36, 'a')}});
BENCHMARK_CAPTURE(payload, server_names, Subject(Reading::tls_server_name), host_patterns(1000));

void compile_hosts(benchmark::State& state) {
    for (auto _ : state) {
        Rig rig(Column::http_host, host_patterns(static_cast<std::size_t>(state.range(0))));
        state.counters["bytes"] = static_cast<double>(rig.indexes.front().table.bytes());
    }
}
BENCHMARK(compile_hosts)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
