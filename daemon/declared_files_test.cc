#include "daemon/declared_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>

#include "daemon/owner_files.h"

namespace convoy {
namespace {

class DeclaredFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/filesXXXXXX";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/f";
    std::ofstream(path_) << "test";
    chmod(path_.c_str(), 0644);
    delivered_.set_local_path(path_);
    delivered_.set_size_bytes(4);
    // printf test | sha256sum
    delivered_.set_expected_sha256(
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
  }
  std::string Difference(bool digest = true, mode_t mode = 0644) {
    const auto difference =
        files_->Difference(owner_, delivered_, mode, digest);
    EXPECT_TRUE(difference.ok()) << difference.status();
    return difference.value_or("error");
  }

  const JobOwner owner_ = {geteuid(), getegid()};
  const std::unique_ptr<OwnerFiles> owner_files_ = MakeOwnerFiles();
  const std::unique_ptr<DeclaredFiles> files_ =
      MakeDeclaredFiles(owner_files_.get());
  std::string folder_, path_;
  v1::JobFile delivered_;
};

TEST_F(DeclaredFilesTest, TellsWhatDiffers) {
  EXPECT_EQ(Difference(), "");
  std::ofstream(path_) << "tent";
  EXPECT_EQ(Difference(false), "");
  EXPECT_EQ(Difference(true), "has other bytes than were delivered");
  std::ofstream(path_) << "tents";
  EXPECT_EQ(Difference(), "has 5 bytes, not 4");
  unlink(path_.c_str());
  EXPECT_EQ(Difference(), "is gone");
  ASSERT_EQ(symlink("/etc/hostname", path_.c_str()), 0);
  EXPECT_EQ(Difference(), "is no plain file any more");
}

TEST_F(DeclaredFilesTest, SetsTheModeInPlace) {
  EXPECT_EQ(Difference(true, 0600), "");
  struct stat found = {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(DeclaredFilesTest, RemovesPlainFilesAlone) {
  EXPECT_TRUE(files_->Remove(owner_, path_).ok());
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
  EXPECT_TRUE(files_->Remove(owner_, path_).ok());
  EXPECT_TRUE(files_->Remove(owner_, folder_ + "/none/f").ok());
  EXPECT_FALSE(files_->Remove(owner_, folder_).ok());
  EXPECT_EQ(access(folder_.c_str(), F_OK), 0);
}

TEST_F(DeclaredFilesTest, HashesAFile) {
  const auto digest = files_->Sha256Of(owner_, path_);
  ASSERT_TRUE(digest.ok());
  EXPECT_EQ(*digest, delivered_.expected_sha256());
}

}  // namespace
}  // namespace convoy
