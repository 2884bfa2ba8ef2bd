#include "daemon/declaration_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class DeclarationFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/jobsXXXXXX";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(absl::StrCat(folder_, "/", name)) << text;
  }
  DeclarationFolder Read(DaemonIdentity identity = {0, 0}) const {
    return ReadDeclarationFolder(folder_, identity);
  }
  static std::string Job(const std::string& name,
                         const std::string& more = "") {
    return absl::StrCat(name, ":\n  url: https://example.org/f\n  path: /",
                        name, "\n", more);
  }

  std::string folder_;
};

TEST_F(DeclarationFolderTest, ReadsYamlFilesInNameOrder) {
  Write("b.yaml", Job("second"));
  Write("a.yaml", Job("first", "  owner: root\n  group: \"12\"\n"));
  Write(".c.yaml.swp", "no");
  Write(".hidden.yaml", "no");
  Write("readme.txt", "no");
  const DeclarationFolder folder = Read();
  EXPECT_THAT(folder.mistakes, IsEmpty());
  ASSERT_EQ(folder.jobs.size(), 2u);
  EXPECT_EQ(folder.jobs[0].declaration.name, "first");
  EXPECT_EQ(folder.jobs[0].owner.gid, 12u);
  EXPECT_EQ(folder.jobs[1].declaration.provider(), folder_ + "/b.yaml:1");
}

TEST_F(DeclarationFolderTest, ABadFileNeverStopsTheGoodOnes) {
  Write("a.yaml", Job("good") + Job("bad", "  oops: 1\n"));
  Write("b.yaml", Job("fine"));
  const DeclarationFolder folder = Read();
  EXPECT_THAT(folder.mistakes,
              ElementsAre(StartsWith(folder_ + "/a.yaml:7: bad.oops: ")));
  EXPECT_THAT(folder.wrong_files, ElementsAre(folder_ + "/a.yaml"));
  ASSERT_EQ(folder.jobs.size(), 1u);
  EXPECT_EQ(folder.jobs[0].declaration.name, "fine");
}

TEST_F(DeclarationFolderTest, ANameIsDeclaredOnce) {
  Write("a.yaml", Job("one"));
  Write("b.yaml", Job("one"));
  const DeclarationFolder folder = Read();
  EXPECT_EQ(folder.jobs.size(), 1u);
  EXPECT_THAT(folder.mistakes,
              ElementsAre(absl::StrCat(folder_,
                                       "/b.yaml:1: one: is declared "
                                       "in ",
                                       folder_,
                                       "/a.yaml:1 too; allowed: "
                                       "once")));
}

TEST_F(DeclarationFolderTest, APathBelongsToOneJob) {
  const std::string same =
      "second:\n  files:\n  - url: https://example.org/o\n    path: /o\n"
      "  - url: https://example.org/g\n    path: //first\n";
  Write("a.yaml", Job("first"));
  Write("b.yaml", same);
  Write("c.yaml", Job("third") + "gone:\n  state: absent\n  path: /third\n");
  const DeclarationFolder folder = Read();
  EXPECT_EQ(folder.jobs.size(), 1u);
  EXPECT_THAT(
      folder.mistakes,
      ElementsAre(
          absl::StrCat(folder_,
                       "/b.yaml:6: second.files[1].path: belongs to "
                       "the job of ",
                       folder_,
                       "/a.yaml:1 too; allowed: one job for a path, or labels "
                       "of which no machine has both"),
          StartsWith(absl::StrCat(folder_,
                                  "/c.yaml:6: gone.files[0].path: belongs to "
                                  "the job of ",
                                  folder_, "/c.yaml:1 too"))));
}

TEST_F(DeclarationFolderTest, JobsOfOtherMachinesMayNameTheSamePath) {
  const auto labelled = [](const std::string& name, const std::string& labels) {
    return name +
           ":\n  url: https://example.org/f\n  path: /f\n  labels: " + labels +
           "\n";
  };
  Write("a.yaml", labelled("canary", "[site=a, ring=canary]"));
  Write("b.yaml", labelled("rest", "[ring=rest]"));
  EXPECT_THAT(Read().mistakes, IsEmpty());
  Write("b.yaml", labelled("rest", "[disk=large]"));
  EXPECT_EQ(Read().mistakes.size(), 1u);
}

TEST_F(DeclarationFolderTest, UsersMustBeThere) {
  Write("a.yaml", Job("one", "  owner: nobody-of-that-name\n"));
  Write("b.yaml", Job("two", "  group: no-such-group\n"));
  EXPECT_THAT(
      Read().mistakes,
      ElementsAre(StartsWith(folder_ + "/a.yaml:4: one.owner: there is no "
                                       "user \"nobody-of-that-name\""),
                  StartsWith(folder_ + "/b.yaml:4: two.group: there is no "
                                       "group")));
}

TEST_F(DeclarationFolderTest, AUsersDaemonServesThatUserAlone) {
  Write("a.yaml", Job("mine"));
  Write("b.yaml", Job("roots", "  owner: root\n"));
  const DeclarationFolder folder = Read({1234, 1234});
  ASSERT_EQ(folder.jobs.size(), 1u);
  EXPECT_EQ(folder.jobs[0].owner.uid, 1234u);
  EXPECT_THAT(folder.mistakes,
              ElementsAre(StartsWith(folder_ + "/b.yaml:4: roots.owner: is "
                                               "another user")));
}

TEST_F(DeclarationFolderTest, AFolderThatIsNotThereIsNotAnEmptyOne) {
  EXPECT_TRUE(Read().readable);
  folder_ += "/none";
  EXPECT_FALSE(Read().readable);
  EXPECT_THAT(Read().mistakes, IsEmpty());
}

TEST_F(DeclarationFolderTest, WhatOthersMayWriteIsNotTrusted) {
  Write("a.yaml", Job("one"));
  ASSERT_EQ(chmod((folder_ + "/a.yaml").c_str(), 0646), 0);
  EXPECT_THAT(Read().mistakes,
              ElementsAre(StartsWith(folder_ + "/a.yaml:1: may be written by "
                                               "others")));
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  EXPECT_FALSE(Read().readable);
}

TEST_F(DeclarationFolderTest, AFileThatCannotBeReadIsAMistake) {
  ASSERT_EQ(symlink("/nonexistent/file", (folder_ + "/a.yaml").c_str()), 0);
  EXPECT_THAT(Read().mistakes,
              ElementsAre(StartsWith(folder_ + "/a.yaml:1: cannot be read")));
}

}  // namespace
}  // namespace convoy
