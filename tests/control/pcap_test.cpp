// SPDX-License-Identifier: Apache-2.0
#include "control/pcap.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace control {
namespace {

std::string three_frames() {
    std::string file;
    put_pcap_header(file, flow::LinkType::ethernet);
    for (const std::size_t bytes : {60u, 0u, 1514u}) {
        const std::vector<std::uint8_t> frame(bytes, 0xab);
        put_pcap_frame(file, frame, 2000, 1'700'000'000'123'456'789);
    }
    return file;
}

TEST(Pcap, HeaderAndFrameAsLibpcapReadsThem) {
    std::string file;
    put_pcap_header(file, flow::LinkType::linux_sll);
    const std::vector<std::uint8_t> frame{1, 2, 3};
    put_pcap_frame(file, frame, 1500, 1'700'000'000'123'456'789);
    const std::string expected(
        "\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x71\x00\x00\x00"
        "\x00\xf1\x53\x65\x40\xe2\x01\x00\x03\x00\x00\x00\xdc\x05\x00\x00\x01\x02\x03",
        43);
    EXPECT_EQ(file, expected);
}

TEST(Pcap, SplitterGivesWholePartsHoweverTheyCome) {
    const std::string file = three_frames();
    for (const std::size_t step : {1u, 7u, 24u, 100u, 100'000u}) {
        PcapSplitter splitter;
        std::string back;
        std::size_t parts = 0;
        for (std::size_t at = 0; at < file.size(); at += step) {
            splitter.add(std::string_view(file).substr(at, step));
            for (std::string_view part = splitter.next(); !part.empty(); part = splitter.next()) {
                back += part;
                ++parts;
            }
        }
        EXPECT_EQ(back, file) << step;
        EXPECT_EQ(parts, 4u) << step;
        EXPECT_EQ(splitter.frames(), 3u) << step;
    }
}

TEST(Pcap, AFrameCutOffIsNotGiven) {
    const std::string file = three_frames();
    PcapSplitter splitter;
    splitter.add(std::string_view(file).substr(0, file.size() - 1));
    while (!splitter.next().empty()) continue;
    EXPECT_EQ(splitter.frames(), 2u);
    EXPECT_FALSE(splitter.broken());
}

TEST(Pcap, WhatIsNoPcapIsBroken) {
    PcapSplitter text;
    text.add("{\"ok\":true, this is no capture}");
    EXPECT_TRUE(text.next().empty());
    EXPECT_TRUE(text.broken());

    std::string file = three_frames();
    file.replace(24 + 8, 4, "\xff\xff\xff\xff");  // captured bytes of the first frame
    PcapSplitter lying;
    lying.add(file);
    EXPECT_EQ(lying.next().size(), 24u);
    EXPECT_TRUE(lying.next().empty());
    EXPECT_TRUE(lying.broken());
}

}  // namespace
}  // namespace control
