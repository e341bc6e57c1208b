// SPDX-License-Identifier: Apache-2.0
// `net-collector query` of the oracle's flows, archived without a daemon: what nfdump 1.7.1 answers, byte for byte. Answers are
// those recorded in tests/data/valid/nfdump_answers.txt, and of ../shared/oracle/stats.out where that is there.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "control/cli/run.hpp"
#include "store/archive/segment.hpp"
#include "store/store.hpp"
#include "tests/control/temporary_directory.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/oracle_flows.hpp"

namespace query_answers {

namespace {

using Lines = std::vector<std::string>;

constexpr std::uint32_t kSlot_s = 1'768'477'800;  // 2026-01-15T11:50:00Z

struct Case {
    std::string asked;
    std::string set;
    std::vector<std::string> words;
    Lines answer;
};

// A data directory as the daemon would leave it.
class Data {
  public:
    explicit Data(std::string directory) : directory_(std::move(directory)) {}

    // The datagrams in one slot after the other, `times` times.
    void make(const std::vector<support::Bytes>& datagrams, std::uint32_t times) {
        store::Options options;
        options.directory = directory_;
        options.replay = true;
        auto store = store::Store::open(std::move(options));
        ASSERT_TRUE(store) << store.error().text();
        const auto ids = (*store)->source_ids(std::vector<std::string>{"edge"});
        ASSERT_TRUE(ids);
        flow::ExporterTable exporters;
        (*store)->attach(exporters);
        store::ArchiveNews news;
        for (std::uint32_t i = 0; i < times; ++i) {
            segment(datagrams, kSlot_s + i * store::kSlotSeconds, ids->at(0), exporters, news);
        }
        EXPECT_NE((*store)->archive(news), 0u);
        ASSERT_TRUE((*store)->start());
        ASSERT_TRUE((*store)->stop());
    }

  private:
    void segment(const std::vector<support::Bytes>& datagrams, std::uint32_t slot_s, std::uint32_t source_id,
                 flow::ExporterTable& exporters, store::ArchiveNews& news) {
        support::DecodeRig rig(&exporters);
        for (const support::Bytes& datagram : datagrams) {
            rig.take({.payload = datagram,
                      .exporter = flow::IpAddress::parse("127.0.0.1").value(),
                      .received_ms = slot_s * 1000ull,
                      .source_id = source_id,
                      .source = 0,
                      .accepts = decode::Accepts::any});
        }
        ASSERT_EQ(flow::broken_law(rig.ledger()), "");
        bool exists = false;
        auto writer = store::archive::SegmentWriter::create(
            directory_ + "/archive",
            {.key = {.slot_s = slot_s, .source_id = source_id}, .source = "edge", .replaces = {}, .made_ms = 0},
            exists);
        ASSERT_TRUE(writer) << writer.error().text();
        store::archive::BlockBuilder builder;
        for (flow::FlowBatch* batch : rig.writer().batches()) {
            batch->received_ms = slot_s * 1000ull;
            batch->bucket_s = slot_s;
            std::vector<std::uint64_t> all(flow::kBatchRows / 64);
            for (std::uint32_t row = 0; row < batch->rows; ++row) all[row / 64] |= 1ull << (row % 64);
            ASSERT_EQ(builder.add(*batch, all.data(), 0), batch->rows);
        }
        std::vector<std::uint8_t> bytes;
        const auto sums = builder.encode(exporters, store::archive::Compression::lz4, bytes);
        ASSERT_TRUE((*writer)->append(bytes, sums));
        ASSERT_TRUE((*writer)->sync());
        (*writer)->seal();
        news.segments.push_back((*writer)->entry());
        news.ledger[flow::Counter::flows_archived] += news.segments.back().rows;
    }

    std::string directory_;
};

// Options one by one; the filter's words together; _ in a format stands for a blank.
std::vector<std::string> options_and_filter(const std::vector<std::string>& words) {
    static const std::string with_value = " -n -s -o -O -A -t -c -l -L ";
    std::vector<std::string> out;
    std::size_t i = 0;
    for (; i < words.size() && words[i].starts_with('-'); ++i) {
        out.push_back(words[i]);
        if (with_value.find(' ' + words[i] + ' ') == std::string::npos) continue;
        std::string value = words[++i];
        if (value.starts_with("fmt:")) std::replace(value.begin(), value.end(), '_', ' ');
        out.push_back(value);
    }
    std::string filter;
    for (; i < words.size(); ++i) filter += (filter.empty() ? "" : " ") + words[i];
    if (!filter.empty()) out.push_back(filter);
    return out;
}

std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    return line;
}

// `$ SET WORDS...`, or of the notes `$ nfdump -r rich.nf WORDS...`, and the answer behind it.
std::vector<Case> cases(const std::string& path) {
    const std::map<std::string, std::string> sets = {{"rich.nf", "rich"}, {"v5.nf", "v5"}, {"M/a", "twice"}};
    std::vector<Case> out;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("$ ")) {
            std::istringstream in(line.substr(2));
            std::vector<std::string> words;
            for (std::string word; in >> word;) words.push_back(word);
            const bool of_notes = words[0] == "nfdump";
            const std::size_t skip = of_notes ? 3 : 1;
            out.push_back({line,
                           of_notes ? sets.at(words[2]) : words[0],
                           options_and_filter({words.begin() + static_cast<std::ptrdiff_t>(skip), words.end()}),
                           {}});
        } else if (!trimmed(line).empty() && !out.empty()) {
            out.back().answer.push_back(trimmed(line));
        }
    }
    return out;
}

bool has(const Case& c, const std::string& format) {
    const auto at = std::find(c.words.begin(), c.words.end(), format);
    return at != c.words.end();
}

// Without what tells of files, of the run, and of the moment of receipt.
Lines comparable(const std::string& text, const Case& c, bool dates) {
    static const std::regex of_the_run("^(Time window: |Total flows processed: |Sys: |Coverage: ).*");
    static const std::regex received("^\\s*\"received\" :.*");
    static const std::regex date("^[0-9]{4}-[0-9]{2}-[0-9]{2} ");
    Lines out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        line = trimmed(line);
        if (line.empty() || std::regex_match(line, of_the_run)) continue;
        if (has(c, "json") && std::regex_match(line, received)) continue;
        if (has(c, "csv") && std::count(line.begin(), line.end(), ',') > 40) line.erase(line.rfind(','));
        out.push_back(dates ? line : std::regex_replace(line, date, ""));
    }
    return out;
}

class Recorded : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        setenv("TZ", "UTC", 1);
        tzset();
        directory_ = new control::TemporaryDirectory;
        Data(data("rich")).make(support::oracle_v9(), 1);
        Data(data("twice")).make(support::oracle_v9(), 2);
        Data(data("v5")).make(support::oracle_v5(), 1);
    }
    static void TearDownTestSuite() { delete directory_; }
    static std::string data(const std::string& set) { return (directory_->path() / set).string(); }

    static void compare(const Case& c, bool dates) {
        const std::string where = data(c.set);
        std::vector<const char*> argv = {"net-collector", "query", "--data", where.c_str()};
        for (const std::string& word : c.words) argv.push_back(word.c_str());
        std::ostringstream out, err;
        const int code = cli::run(static_cast<int>(argv.size()), argv.data(), out, err, false, kSlot_s + 7200);
        EXPECT_EQ(code, 0) << c.asked << ": " << err.str();
        const Lines lines = comparable(out.str(), c, dates);
        for (std::size_t i = 0; i < std::max(lines.size(), c.answer.size()); ++i) {
            const std::string nothing = "(no such line)";
            EXPECT_EQ(i < c.answer.size() ? c.answer[i] : nothing, i < lines.size() ? lines[i] : nothing) << c.asked;
        }
    }

    static inline control::TemporaryDirectory* directory_ = nullptr;
};

}  // namespace

TEST_F(Recorded, AnswersAreNfdumps) {
    const std::vector<Case> all = cases(TEST_DATA "/valid/nfdump_answers.txt");
    EXPECT_GT(all.size(), 80u);
    for (const Case& c : all) compare(c, true);
}

TEST_F(Recorded, AnswersOfTheNotesToo) {
    const std::vector<Case> all = cases(ORACLE "/stats.out");
    if (all.empty()) GTEST_SKIP() << "no " ORACLE "/stats.out here";
    for (const Case& c : all) compare(c, false);
}

}  // namespace query_answers
