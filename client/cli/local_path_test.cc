#include "client/cli/local_path.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace convoy {
namespace {

class LocalPathTest : public ::testing::Test {
 protected:
  LocalPathTest() {
    char folder[] = "/tmp/convoy-path-XXXXXX";
    folder_ = mkdtemp(folder);
    std::filesystem::create_directories(folder_ + "/real/deep");
    std::filesystem::create_symlink("real/deep", folder_ + "/link");
    std::filesystem::current_path(folder_);
  }
  ~LocalPathTest() override {
    std::filesystem::current_path("/");
    std::filesystem::remove_all(folder_);
  }

  std::string folder_;
};

TEST_F(LocalPathTest, IsSeenFromTheWorkingDirectory) {
  EXPECT_EQ(AbsolutePath("a"), folder_ + "/a");
  EXPECT_EQ(AbsolutePath("./real/../a"), folder_ + "/a");
  EXPECT_EQ(AbsolutePath("/srv/a"), "/srv/a");
}

TEST_F(LocalPathTest, FollowsLinksToFoldersAsTheKernelDoes) {
  EXPECT_EQ(AbsolutePath("link/../a"), folder_ + "/real/a");
  EXPECT_EQ(AbsolutePath("link/a"), folder_ + "/real/deep/a");
}

TEST_F(LocalPathTest, KeepsTheLastComponentAsItIs) {
  EXPECT_EQ(AbsolutePath("link"), folder_ + "/link");
}

TEST_F(LocalPathTest, FoldersThatDoNotExistAreTheDaemonsConcern) {
  EXPECT_EQ(AbsolutePath("no/such/../a"), folder_ + "/no/a");
  EXPECT_EQ(AbsolutePath("real/."), folder_ + "/real");
  EXPECT_EQ(AbsolutePath("real/deep/.."), folder_ + "/real");
}

TEST(FileNameOfUrlTest, IsTheLastPartOfThePath) {
  EXPECT_EQ(*FileNameOfUrl("http://o.test/d/a.iso"), "a.iso");
  EXPECT_EQ(*FileNameOfUrl("http://o.test/a?x=/y#/z"), "a");
  EXPECT_EQ(*FileNameOfUrl("http://o.test/a%20b%2"), "a b%2");
  EXPECT_EQ(*FileNameOfUrl("file:///srv/a"), "a");
}

TEST(FileNameOfUrlTest, RefusesWhatCannotBeAFile) {
  for (const char* url :
       {"", "a", "http://o.test", "http://o.test/", "http://o.test/d/",
        "http://o.test/..", "http://o.test/%2e%2e", "http://o.test/a%2fb",
        "http://o.test/a%00b"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(FileNameOfUrl(url).status())) << url;
  }
  EXPECT_FALSE(FileNameOfUrl("http://o.test/" + std::string(256, 'a')).ok());
}

}  // namespace
}  // namespace convoy
