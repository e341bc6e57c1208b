// SPDX-License-Identifier: Apache-2.0
// Of a segment file that was cut short `query -r` said that the answer was complete; of a pipe it waited for a writer.
#include <sys/stat.h>

#include "tests/query_command/command_rig.hpp"

namespace query {
namespace {

class Issue284 : public Command {};

TEST_F(Issue284, AFileThatWasCutShortIsNotComplete) {
    const store::SegmentEntry& whole = archive_->segments().front();
    const std::string path = directory_->path() / "cut.flows";
    std::filesystem::copy_file(archive_->archive() + "/" + whole.key.path(), path);
    const Said before = ask({"-r", path});
    EXPECT_NE(before.out.find("Coverage: all was read"), std::string::npos) << before.out;
    std::filesystem::resize_file(path, whole.bytes - 64);
    const Said said = ask({"-r", path});
    EXPECT_EQ(said.out.find("Coverage: all was read"), std::string::npos) << said.out;
    EXPECT_NE(said.out.find("damaged"), std::string::npos) << said.out;
}

TEST_F(Issue284, APipeIsRefusedAtOnce) {
    const std::string path = directory_->path() / "pipe.flows";
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    const Said said = ask({"-r", path});
    EXPECT_EQ(said.code, 1);
    EXPECT_NE(said.err.find("a pipe or a device"), std::string::npos) << said.err;
}

}  // namespace
}  // namespace query
