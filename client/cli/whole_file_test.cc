#include "client/cli/whole_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "proto/error_detail.h"

namespace convoy {
namespace {

class WholeFileTest : public ::testing::Test {
 protected:
  WholeFileTest() {
    char folder[] = "/tmp/convoy-whole-XXXXXX";
    folder_ = mkdtemp(folder);
    path_ = folder_ + "/file";
  }
  ~WholeFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Content() const {
    std::ifstream file(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  ino_t Inode() const {
    struct stat info = {};
    EXPECT_EQ(stat(path_.c_str(), &info), 0);
    return info.st_ino;
  }
  std::size_t Entries() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  std::string folder_;
  std::string path_;
};

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return ErrorDetailOf(status).reason();
}

TEST_F(WholeFileTest, AKeyMayBeBehindALinkOrInAPipe) {
  EXPECT_EQ(ReasonOf(ReadKeyFile(path_, 5).status()),
            v1::ERROR_REASON_PATH_NOT_FOUND);
  std::ofstream(path_) << "bytes";
  std::filesystem::create_symlink("file", folder_ + "/link");
  EXPECT_EQ(*ReadKeyFile(folder_ + "/link", 5), "bytes");
  EXPECT_FALSE(ReadKeyFile(path_, 4).ok());
  EXPECT_FALSE(ReadKeyFile(folder_, 5).ok());

  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "piped", 5), 5);
  close(ends[1]);
  EXPECT_EQ(*ReadKeyFile("/dev/fd/" + std::to_string(ends[0]), 5), "piped");
  close(ends[0]);
}

TEST_F(WholeFileTest, IsMadeWithTheModeThatFilesHave) {
  const mode_t before = umask(027);
  const auto written = WriteWholeFile(path_, "bytes");
  umask(before);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_TRUE(*written);
  EXPECT_EQ(Content(), "bytes");
  struct stat info = {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(WholeFileTest, IsReplacedByAnotherFile) {
  ASSERT_TRUE(WriteWholeFile(path_, "old bytes").ok());
  const ino_t before = Inode();
  EXPECT_TRUE(WriteWholeFile(path_, "new bytes").value_or(false));
  EXPECT_EQ(Content(), "new bytes");
  EXPECT_NE(Inode(), before);
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(WholeFileTest, IsLeftAloneWhenItsBytesAreRight) {
  ASSERT_TRUE(WriteWholeFile(path_, "bytes").ok());
  const ino_t before = Inode();
  EXPECT_FALSE(WriteWholeFile(path_, "bytes").value_or(true));
  EXPECT_EQ(Inode(), before);
}

TEST_F(WholeFileTest, LinksAreNeitherReadNorReplaced) {
  std::ofstream(folder_ + "/secret") << "secret";
  std::filesystem::create_symlink("secret", path_);
  EXPECT_EQ(ReasonOf(ReadWholeFile(path_, 100).status()),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
  EXPECT_EQ(ReasonOf(WriteWholeFile(path_, "bytes").status()),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
  EXPECT_TRUE(std::filesystem::is_symlink(path_));
  EXPECT_TRUE(OpenPlainFile(path_, true).ok());
}

TEST_F(WholeFileTest, ReadsUpToALimit) {
  EXPECT_EQ(ReadWholeFile(path_, 5).value(), "");
  ASSERT_TRUE(WriteWholeFile(path_, "bytes").ok());
  EXPECT_EQ(ReadWholeFile(path_, 5).value(), "bytes");
  EXPECT_EQ(ReasonOf(ReadWholeFile(path_, 4).status()),
            v1::ERROR_REASON_LOCAL_FILE_IO);
}

TEST_F(WholeFileTest, AFailureNamesThePathAndLeavesNothingBehind) {
  const std::string path = folder_ + "/none/file";
  const auto written = WriteWholeFile(path, "bytes");
  EXPECT_EQ(ReasonOf(written.status()), v1::ERROR_REASON_PATH_NOT_FOUND);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(ReasonOf(WriteWholeFile(path_, "bytes").status()),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
  EXPECT_EQ(ErrorDetailOf(WriteWholeFile(path_, "bytes").status()).local_path(),
            path_);
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(WholeFileTest, APipeDoesNotHoldItUp) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(ReasonOf(OpenPlainFile(path_, false).status()),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
}

}  // namespace
}  // namespace convoy
