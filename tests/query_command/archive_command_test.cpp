// SPDX-License-Identifier: Apache-2.0
// `net-collector archive`, and what an answer says of an archive that is not whole.
#include "tests/query_command/command_rig.hpp"

namespace query {
namespace {

TEST_F(Command, ListsTheArchiveByDayAndSource) {
    const Said said = run({"archive", "list", "--data", archive_->directory()});
    ASSERT_EQ(said.code, 0) << said.err;
    std::istringstream lines(said.out);
    std::string heading, edge, peer, together;
    std::getline(lines, heading);
    std::getline(lines, edge);
    std::getline(lines, peer);
    std::getline(lines, together);
    EXPECT_TRUE(heading.starts_with("DAY"));
    EXPECT_TRUE(edge.starts_with("2026-01-15  edge")) << said.out;
    EXPECT_NE(edge.find(" 34 "), std::string::npos) << said.out;
    EXPECT_NE(peer.find("4.00k"), std::string::npos) << said.out;
    EXPECT_NE(peer.find("2026-01-15T11:55:00Z"), std::string::npos) << said.out;
    EXPECT_TRUE(together.starts_with("together")) << said.out;

    const Said json = run({"archive", "list", "--data", archive_->directory(), "--source", "edge", "-o", "json"});
    const Json all = Json::parse(json.out);
    EXPECT_EQ(all["together"]["flows"], 34);
    EXPECT_EQ(all["days"].size(), 1u);
    EXPECT_EQ(run({"archive", "list", "--data", archive_->directory(), "--segments"}).lines(),
              archive_->segments().size() + 2);
}

TEST_F(Command, VerifyFindsDamage) {
    control::TemporaryDirectory other;
    ArchiveData archive((other.path() / "data").string());
    ASSERT_TRUE(archive.make());
    const Said whole = run({"archive", "verify", "--data", archive.directory()});
    EXPECT_EQ(whole.code, 0) << whole.out << whole.err;
    EXPECT_NE(whole.out.find("no fault"), std::string::npos) << whole.out;

    // Some bytes of the second segment's first block, and the third one gone.
    const std::string second = archive.archive() + "/" + archive.segments().at(1).key.path();
    std::fstream file(second, std::ios::in | std::ios::out | std::ios::binary);
    constexpr std::streamoff kAt = 700;
    std::string bytes(300, '\0');
    file.seekg(kAt);
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    for (char& byte : bytes) byte = static_cast<char>(byte ^ 0x55);
    file.seekp(kAt);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    std::filesystem::remove(archive.archive() + "/" + archive.segments().at(2).key.path());
    const Said said = run({"archive", "verify", "--data", archive.directory()});
    EXPECT_EQ(said.code, 1);
    EXPECT_NE(said.out.find("damaged block"), std::string::npos) << said.out;
    EXPECT_NE(said.out.find("missing"), std::string::npos) << said.out;
    const Json json = Json::parse(run({"archive", "verify", "--data", archive.directory(), "-o", "json"}).out);
    EXPECT_EQ(json["ok"], false);
    EXPECT_EQ(json["faults"], 2);

    const Said query = run({"query", "--data", archive.directory(), "-o", "null", "proto", "udp"});
    EXPECT_EQ(query.code, 0);
    EXPECT_NE(query.out.find("partial: yes"), std::string::npos) << query.out;
    EXPECT_NE(query.out.find("segments expired meanwhile: 1"), std::string::npos) << query.out;

    const Said repaired = run({"archive", "verify", "--data", archive.directory(), "--repair"});
    EXPECT_EQ(repaired.code, 1);
    EXPECT_NE(repaired.out.find("repaired: 1 entries corrected, 1 taken out"), std::string::npos)
        << repaired.out << repaired.err;
    const Said after = run({"archive", "verify", "--data", archive.directory()});
    EXPECT_NE(after.out.find("damaged block"), std::string::npos) << after.out;
    EXPECT_EQ(after.out.find("missing"), std::string::npos) << after.out;
}

TEST_F(Command, AnArchiveThatCannotBeReadIsNoAnswer) {
    control::TemporaryDirectory other;
    ArchiveData archive((other.path() / "data").string());
    ASSERT_TRUE(archive.make());
    for (const store::SegmentEntry& entry : archive.segments())
        std::filesystem::resize_file(archive.archive() + "/" + entry.key.path(), 10);
    const Said said = run({"query", "--data", archive.directory(), "-o", "null"});
    EXPECT_EQ(said.code, 1);
    EXPECT_NE(said.err.find("none of 15 segments could be read, the first because of archive"), std::string::npos)
        << said.err;
    EXPECT_NE(said.out.find("partial: yes (segments that could not be read, see --explain: 15)"), std::string::npos);
}

TEST_F(Command, DryRunSaysWhatRetentionWouldDelete) {
    const auto expire = [](std::vector<std::string> more) {
        more.insert(more.begin(), {"archive", "expire", "--config", config()});
        return run(std::move(more));
    };
    const Said refused = expire({});
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("--dry-run"), std::string::npos);
    // Two hours after the first slot.
    EXPECT_NE(expire({"--dry-run", "--min-free", "1B"}).out.find("nothing would go"), std::string::npos);
    const Json old = Json::parse(expire({"--dry-run", "--min-free", "1B", "--keep", "110m", "-o", "json"}).out);
    ASSERT_GE(old["would_go"].size(), 1u);
    EXPECT_EQ(old["would_go"][0]["source"], "edge");
    EXPECT_EQ(old["would_go"][0]["reason"], "too old");
    EXPECT_LT(old["segments"], archive_->segments().size());
    const Json large = Json::parse(expire({"--dry-run", "--min-free", "1B", "--max-size", "1B", "-o", "json"}).out);
    EXPECT_EQ(large["segments"], archive_->segments().size());
    EXPECT_EQ(large["would_go"][0]["reason"], "for room");
    EXPECT_EQ(expire({"--dry-run", "--keep", "soon"}).code, 2);
    EXPECT_EQ(expire({"--dry-run", "--max-size", "100"}).code, 2);
}

TEST_F(Command, AnEmptyArchiveIsNoError) {
    control::TemporaryDirectory other;
    store::Options options;
    options.directory = (other.path() / "data").string();
    ASSERT_TRUE(store::Store::open(std::move(options)).has_value());
    const std::string data = (other.path() / "data").string();
    const Said said = run({"query", "--data", data, "-o", "line"});
    EXPECT_EQ(said.code, 0);
    EXPECT_NE(said.out.find("No matching flows"), std::string::npos) << said.out;
    EXPECT_NE(said.err.find("nothing has been archived yet"), std::string::npos) << said.err;
    EXPECT_EQ(run({"archive", "list", "--data", data}).code, 0);
    EXPECT_EQ(run({"archive", "verify", "--data", data}).code, 0);
    EXPECT_EQ(run({"series", "--data", data, "--filter", "port 53"}).code, 0);
}

}  // namespace
}  // namespace query
