// SPDX-License-Identifier: Apache-2.0
// `query -r PIPE` waited for somebody to write into it, and not even Ctrl-C ended it; a pipe named as a segment in the archive
// held up the daemon's start.
#include <sys/stat.h>

#include "store/archive/recovery.hpp"
#include "tests/archive/archive_rig.hpp"

namespace store::archive {
namespace {

TEST(Issue282, PipesAndDirectoriesAreNoSegments) {
    const test::TempDir directory;
    const SegmentKey pipe{test::kSlot, 1, 0, 0}, folder{test::kSlot, 1, 0, 1};
    const std::string day = directory / pipe.path().substr(0, pipe.path().find('/'));
    ASSERT_TRUE(std::filesystem::create_directory(day));
    ASSERT_EQ(mkfifo((directory / pipe.path()).c_str(), 0600), 0);
    ASSERT_TRUE(std::filesystem::create_directory(directory / folder.path()));
    for (const SegmentKey& key : {pipe, folder}) {
        bool gone = true;
        const auto file = SegmentFile::open(directory / key.path(), 0, gone);
        ASSERT_FALSE(file);
        EXPECT_FALSE(gone);
        EXPECT_NE(file.error().message.find("is a directory, a pipe or a device"), std::string::npos)
            << file.error().message;
        EXPECT_FALSE(SegmentHeaders::open(directory / key.path(), 0, gone));
    }
    Options options;
    options.directory = directory.path();
    const auto recovered = recover(options, {});
    ASSERT_TRUE(recovered);
    EXPECT_TRUE(recovered->catalogue.empty());
}

}  // namespace
}  // namespace store::archive
