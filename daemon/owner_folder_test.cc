#include "daemon/owner_folder.h"

#include <cerrno>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

TEST(FileErrorTest, NamesReasonPathAndUid) {
  struct {
    int error;
    v1::ErrorReason reason;
  } const cases[] = {
      {EACCES, v1::ERROR_REASON_ACCESS_DENIED},
      {EPERM, v1::ERROR_REASON_ACCESS_DENIED},
      {ENOENT, v1::ERROR_REASON_PATH_NOT_FOUND},
      {ENOTDIR, v1::ERROR_REASON_PATH_NOT_FOUND},
      {ELOOP, v1::ERROR_REASON_PATH_NOT_REGULAR},
      {EISDIR, v1::ERROR_REASON_PATH_NOT_REGULAR},
      {ENOSPC, v1::ERROR_REASON_DISK_FULL},
      {EDQUOT, v1::ERROR_REASON_DISK_FULL},
      {EROFS, v1::ERROR_REASON_READ_ONLY_FILE_SYSTEM},
      {ENAMETOOLONG, v1::ERROR_REASON_INVALID_ARGUMENT},
      {EIO, v1::ERROR_REASON_LOCAL_FILE_IO},
  };
  for (const auto& [error, reason] : cases) {
    const absl::Status status = FileError(error, "/a/b", "open", 61001);
    EXPECT_EQ(ErrorDetailOf(status).reason(), reason) << status;
    EXPECT_EQ(ErrorDetailOf(status).local_path(), "/a/b");
    EXPECT_TRUE(absl::StartsWith(status.message(), "cannot open /a/b: "))
        << status;
  }
  EXPECT_TRUE(
      absl::StrContains(FileError(EACCES, "/a", "open", 61001).message(),
                        "uid 61001 needs the right"));
}

TEST(SplitAbsolutePathTest, SplitsAtTheLastSlash) {
  const auto split = SplitAbsolutePath("/a/b c/d");
  ASSERT_TRUE(split.ok());
  EXPECT_EQ(split->folder, "/a/b c");
  EXPECT_EQ(split->name, "d");
  const auto top = SplitAbsolutePath("/d");
  ASSERT_TRUE(top.ok());
  EXPECT_EQ(top->folder, "/");
  EXPECT_EQ(top->name, "d");
}

TEST(SplitAbsolutePathTest, NamesWithDotsAreNoDots) {
  for (const char* path : {"/...", "/a/.b", "/a/b.", "/..a/b", "/.a./..b"}) {
    EXPECT_TRUE(SplitAbsolutePath(path).ok()) << path;
  }
}

}  // namespace
}  // namespace convoy
