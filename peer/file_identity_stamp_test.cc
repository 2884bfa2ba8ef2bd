#include "peer/file_identity_stamp.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "peer/base/unique_fd.h"
#include "peer/cache_testing.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

class FileIdentityStampTest : public testing::Test {
 protected:
  const TempFolder folder_;
  const std::string path_ = folder_.Write("file", "bytes");
  const UniqueFd fd_ = OpenToRead(path_);
  const FileIdentityStamp stamp_ = StampOf(fd_.get()).value();
};

TEST_F(FileIdentityStampTest, SaysWhatStatSays) {
  struct stat found = {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(stamp_.device, found.st_dev);
  EXPECT_EQ(stamp_.inode, found.st_ino);
  EXPECT_EQ(stamp_.size, 5);
  EXPECT_EQ(stamp_.mtime_ns,
            found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec);
}

TEST_F(FileIdentityStampTest, OtherNamesAndRightsAreTheSameBytes) {
  ASSERT_EQ(link(path_.c_str(), folder_.Path("second").c_str()), 0);
  ASSERT_EQ(rename(path_.c_str(), folder_.Path("third").c_str()), 0);
  ASSERT_EQ(chmod(folder_.Path("third").c_str(), 0600), 0);
  ASSERT_EQ(unlink(folder_.Path("second").c_str()), 0);
  ASSERT_EQ(unlink(folder_.Path("third").c_str()), 0);
  EXPECT_TRUE(StillSame(fd_.get(), stamp_));
}

TEST_F(FileIdentityStampTest, AWriteInPlaceIsAChange) {
  ChangeInPlace(path_);
  EXPECT_FALSE(StillSame(fd_.get(), stamp_));
}

TEST_F(FileIdentityStampTest, AnotherLengthIsAChange) {
  ASSERT_EQ(truncate(path_.c_str(), 4), 0);
  EXPECT_FALSE(StillSame(fd_.get(), stamp_));
}

TEST_F(FileIdentityStampTest, AnotherFileOfEqualLengthAndTimeIsAChange) {
  const UniqueFd other = OpenToRead(folder_.Write("other", "bytes"));
  struct stat found = {};
  ASSERT_EQ(fstat(fd_.get(), &found), 0);
  const struct timespec times[2] = {found.st_atim, found.st_mtim};
  ASSERT_EQ(futimens(other.get(), times), 0);
  EXPECT_FALSE(StillSame(other.get(), stamp_));
}

TEST_F(FileIdentityStampTest, AClosedFileIsNotTheSame) {
  EXPECT_FALSE(StillSame(-1, stamp_));
  EXPECT_EQ(ErrorDetailOf(StampOf(-1).status()).reason(),
            v1::ERROR_REASON_LOCAL_FILE_IO);
}

TEST_F(FileIdentityStampTest, AFolderIsNoPlainFile) {
  const UniqueFd folder(open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_EQ(ErrorDetailOf(StampOf(folder.get()).status()).reason(),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
}

}  // namespace
}  // namespace convoy
