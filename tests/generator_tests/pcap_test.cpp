// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pcap.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/packet_builder.hpp"

namespace generator_tests {

namespace {

class PcapFile : public testing::Test {
  protected:
    void TearDown() override { std::filesystem::remove(path_); }
    void write(std::span<const std::uint8_t> bytes) {
        std::ofstream(path_, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }

    std::string path_ = (std::filesystem::path(testing::TempDir()) / "pcap_test.pcap").string();
};

}  // namespace

TEST_F(PcapFile, ReadsBackWhatWasWritten) {
    auto writer = support::PcapWriter::create(path_, support::kLinkRawIp);
    ASSERT_TRUE(writer);
    const support::Bytes one = support::from_hex("45 00 01");
    const support::Bytes two(9000, 7);
    writer->write(1'768'477'800'000'001, one);
    writer->write(1'768'477'801'999'999, two);
    ASSERT_TRUE(writer->finish());
    const auto capture = support::read_pcap(path_);
    ASSERT_TRUE(capture) << capture.error().text();
    EXPECT_EQ(capture->link_type, support::kLinkRawIp);
    ASSERT_EQ(capture->packets.size(), 2u);
    EXPECT_EQ(capture->packets[0].bytes, one);
    EXPECT_EQ(capture->packets[0].time_us, 1'768'477'800'000'001u);
    EXPECT_EQ(capture->packets[1].bytes, two);
    EXPECT_EQ(capture->packets[1].original_length, 9000u);
}

TEST_F(PcapFile, EndsAtACutPacket) {
    auto writer = support::PcapWriter::create(path_);
    ASSERT_TRUE(writer);
    writer->write(1, support::from_hex("0102"));
    writer->write(2, support::from_hex("030405"));
    ASSERT_TRUE(writer->finish());
    std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
    const auto capture = support::read_pcap(path_);
    ASSERT_TRUE(capture);
    EXPECT_EQ(capture->packets.size(), 1u);
}

TEST_F(PcapFile, SaysWhatIsWrong) {
    const auto missing = support::read_pcap("/no/such/file.pcap");
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("/no/such/file.pcap"), std::string::npos);
    write(support::from_hex("00112233445566778899"));
    EXPECT_FALSE(support::read_pcap(path_));
    EXPECT_FALSE(support::PcapWriter::create("/no/such/folder/file.pcap"));
    if (std::filesystem::exists("/dev/full")) {
        auto full = support::PcapWriter::create("/dev/full");
        ASSERT_TRUE(full);
        EXPECT_FALSE(full->finish());
    }
}

}  // namespace generator_tests
