#include "peer/file_link.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "peer/base/unique_fd.h"
#include "peer/cache_testing.h"
#include "peer/contents.h"
#include "peer/file_identity_stamp.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kId(20, '\xab');
const std::string kOther(20, '\x01');

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return ErrorDetailOf(status).reason();
}

int ModeOf(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : -1;
}

class FileLinkTest : public testing::Test {
 protected:
  FileLinkFolder Links(FileLinkFolder::Clone clone) const {
    return FileLinkFolder(cache_, std::move(clone));
  }
  std::string LinkPath(const std::string& id) const {
    return cache_ + "/" + absl::BytesToHexString(id);
  }
  absl::StatusOr<HeldFile> Add(const FileLinkFolder& links,
                               const std::string& path,
                               const std::string& id = kId) const {
    return links.Add(OpenToRead(path).get(), geteuid(), id);
  }

  const TempFolder folder_;
  const std::string cache_ = folder_.Path("cache");
  const std::string path_ = folder_.Write("file", "some bytes");
  const FileIdentityStamp identity_ = StampOf(OpenToRead(path_).get()).value();
  const FileLinkFolder hard_ = Links(NoClone);
  const FileLinkFolder reflinks_ = Links(CopyingClone);
};

TEST_F(FileLinkTest, MakesAFolderThatOnlyTheDaemonMayEnter) {
  ASSERT_TRUE(Add(hard_, path_).ok());
  EXPECT_EQ(ModeOf(cache_), 0700);
}

TEST_F(FileLinkTest, AHardLinkIsTheSameFile) {
  const auto held = Add(hard_, path_);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->holding, ContentHolding::kHardLink);
  EXPECT_EQ(held->identity, identity_);
  const auto opened = hard_.Open(kId);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE(StillSame(opened->get(), identity_));
  EXPECT_THAT(TempFolder::NamesIn(cache_),
              ElementsAre(absl::BytesToHexString(kId)));
}

TEST_F(FileLinkTest, AHardLinkOutlivesTheUsersName) {
  ASSERT_TRUE(Add(hard_, path_).ok());
  ASSERT_EQ(unlink(path_.c_str()), 0);
  const auto opened = hard_.Open(kId);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ReadAll(opened->get()), "some bytes");
  EXPECT_TRUE(StillSame(opened->get(), identity_));
}

TEST_F(FileLinkTest, AHelperMakesHardLinks) {
  std::vector<std::string> asked;
  FileLinkFolder::Helper helper;
  helper.link = [&](int fd, uid_t owner, const std::string& folder,
                    const std::string& name) {
    EXPECT_TRUE(StillSame(fd, identity_));
    EXPECT_EQ(owner, geteuid());
    EXPECT_EQ(folder, cache_);
    asked.push_back(name);
    return absl::ErrnoToStatus(
        link(path_.c_str(), (folder + "/" + name).c_str()) == 0 ? 0 : errno,
        "link");
  };
  const auto held = Add(FileLinkFolder(cache_, helper), path_);
  ASSERT_TRUE(held.ok()) << held.status();
  if (held->holding == ContentHolding::kReflink) {
    GTEST_SKIP() << "this file system makes reflinks";
  }
  EXPECT_EQ(held->holding, ContentHolding::kHardLink);
  EXPECT_EQ(held->identity, identity_);
  EXPECT_THAT(asked, ElementsAre(".new-" + absl::BytesToHexString(kId)));
}

TEST_F(FileLinkTest, AHelperThatRefusesLeavesTheFileWhereItIs) {
  FileLinkFolder::Helper helper;
  helper.link = [](int, uid_t, const std::string&, const std::string&) {
    return absl::PermissionDeniedError("not here");
  };
  const auto held = Add(FileLinkFolder(cache_, helper), path_);
  ASSERT_TRUE(held.ok()) << held.status();
  if (held->holding == ContentHolding::kReflink) {
    GTEST_SKIP() << "this file system makes reflinks";
  }
  EXPECT_EQ(held->holding, ContentHolding::kFinalPath);
  EXPECT_THAT(held->why, HasSubstr("not here"));
  EXPECT_THAT(TempFolder::NamesIn(cache_), IsEmpty());
}

TEST_F(FileLinkTest, AReflinkIsAFileOfItsOwnThatOnlyTheDaemonMayRead) {
  const auto held = Add(reflinks_, path_);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->holding, ContentHolding::kReflink);
  EXPECT_NE(held->identity.inode, identity_.inode);
  EXPECT_EQ(held->identity.size, identity_.size);
  EXPECT_EQ(ModeOf(LinkPath(kId)), 0600);
  ChangeInPlace(path_);  // The copy is not touched.
  const auto opened = reflinks_.Open(kId);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ReadAll(opened->get()), "some bytes");
  EXPECT_TRUE(StillSame(opened->get(), held->identity));
}

TEST_F(FileLinkTest, AReflinkOutlivesTheUsersName) {
  ASSERT_TRUE(Add(reflinks_, path_).ok());
  ASSERT_EQ(unlink(path_.c_str()), 0);
  const auto opened = reflinks_.Open(kId);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(ReadAll(opened->get()), "some bytes");
}

// Where the file system of /tmp has reflinks; the tests above need none.
TEST_F(FileLinkTest, ReflinksForRealWhereTheFileSystemCan) {
  const UniqueFd probe(
      open(folder_.Path("probe").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (ioctl(probe.get(), FICLONE, OpenToRead(path_).get()) != 0) {
    GTEST_SKIP() << "no reflinks here";
  }
  const FileLinkFolder real(cache_);
  const auto held = Add(real, path_);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->holding, ContentHolding::kReflink);
}

TEST_F(FileLinkTest, TheMachinesOwnCloneMakesSomeLinkHere) {
  const FileLinkFolder real(cache_);
  const auto held = Add(real, path_);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_NE(held->holding, ContentHolding::kFinalPath) << held->why;
}

TEST_F(FileLinkTest, AnotherFileTakesThePlaceOfTheFirst) {
  const std::string second = folder_.Write("second", "other");
  for (const FileLinkFolder* links : {&hard_, &reflinks_}) {
    ASSERT_TRUE(Add(*links, path_).ok());
    ASSERT_TRUE(Add(*links, second).ok());
    EXPECT_EQ(ReadAll(links->Open(kId)->get()), "other");
    EXPECT_THAT(TempFolder::NamesIn(cache_),
                ElementsAre(absl::BytesToHexString(kId)));
  }
}

TEST_F(FileLinkTest, TheSameFileTwiceLeavesNoTemporaryName) {
  ASSERT_TRUE(Add(hard_, path_).ok());
  ASSERT_TRUE(Add(hard_, path_).ok());
  EXPECT_THAT(TempFolder::NamesIn(cache_),
              ElementsAre(absl::BytesToHexString(kId)));
}

TEST_F(FileLinkTest, WhatAnInterruptedAddLeftIsNoHindrance) {
  ASSERT_TRUE(Add(hard_, path_, kOther).ok());
  folder_.Write("cache/.new-" + absl::BytesToHexString(kId), "half");
  ASSERT_EQ(Add(hard_, path_)->holding, ContentHolding::kHardLink);
  EXPECT_EQ(ReadAll(hard_.Open(kId)->get()), "some bytes");
}

TEST_F(FileLinkTest, AFileOfAnotherUserGetsNoHardLink) {
  const auto held = hard_.Add(OpenToRead(path_).get(), geteuid() + 1, kId);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->holding, ContentHolding::kFinalPath);
  EXPECT_EQ(held->identity, identity_);
  EXPECT_THAT(held->why, HasSubstr("the file is uid"));
  EXPECT_THAT(TempFolder::NamesIn(cache_), IsEmpty());
}

// What another one's file is to a daemon that runs as root.
TEST_F(FileLinkTest, RootLinksAPrivateFileOfItsOwner) {
  constexpr uid_t kOwner = 12'345;
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  const UniqueFd fd = OpenToRead(path_);
  if (geteuid() != 0 || chown(path_.c_str(), kOwner, kOwner) != 0) {
    GTEST_SKIP() << "needs root";
  }
  const auto held = hard_.Add(fd.get(), kOwner, kId);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->holding, ContentHolding::kHardLink) << held->why;
  EXPECT_EQ(ReadAll(hard_.Open(kId)->get()), "some bytes");
}

// Two file systems: nothing can be linked from one to the other.
TEST_F(FileLinkTest, AFileOfAnotherFileSystemStaysAtItsPath) {
  std::string other = "/dev/shm/convoy-cache-XXXXXX";
  struct stat there = {};
  if (mkdtemp(&other[0]) == nullptr || stat(other.c_str(), &there) != 0) {
    GTEST_SKIP() << "no /dev/shm";
  }
  const auto held = Add(FileLinkFolder(other + "/cache"), path_);
  const bool same_device = there.st_dev == identity_.device;
  std::filesystem::remove_all(other);
  if (same_device) GTEST_SKIP() << "no second file system";
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->holding, ContentHolding::kFinalPath);
  EXPECT_EQ(held->identity, identity_);
}

TEST_F(FileLinkTest, AnOldLinkGoesWhenNoneCanBeMade) {
  ASSERT_TRUE(Add(hard_, path_).ok());
  ASSERT_EQ(hard_.Add(OpenToRead(path_).get(), geteuid() + 1, kId)->holding,
            ContentHolding::kFinalPath);
  EXPECT_THAT(TempFolder::NamesIn(cache_), IsEmpty());
}

TEST_F(FileLinkTest, AFolderThatOthersMayEnterGetsNoLinks) {
  ASSERT_EQ(mkdir(cache_.c_str(), 0755), 0);
  ASSERT_EQ(chmod(cache_.c_str(), 0755), 0);
  const auto held = Add(hard_, path_);
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_EQ(held->holding, ContentHolding::kFinalPath);
  EXPECT_THAT(held->why, HasSubstr("chmod 700"));
  EXPECT_EQ(ReasonOf(hard_.Open(kId).status()), v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(ReasonOf(hard_.RemoveAllBut({}).status()),
            v1::ERROR_REASON_ACCESS_DENIED);
}

TEST_F(FileLinkTest, AFileWithoutANameIsGone) {
  const UniqueFd fd = OpenToRead(path_);
  ASSERT_EQ(unlink(path_.c_str()), 0);
  EXPECT_EQ(ReasonOf(hard_.Add(fd.get(), geteuid(), kId).status()),
            v1::ERROR_REASON_PATH_NOT_FOUND);
  // A copy needs no name.
  EXPECT_EQ(reflinks_.Add(fd.get(), geteuid(), kId)->holding,
            ContentHolding::kReflink);
}

TEST_F(FileLinkTest, AFileThatIsWrittenMeanwhileIsNotLinked) {
  const FileLinkFolder links = Links([this](int destination, int source) {
    ChangeInPlace(path_);
    return CopyingClone(destination, source);
  });
  EXPECT_EQ(ReasonOf(Add(links, path_).status()),
            v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_THAT(TempFolder::NamesIn(cache_), IsEmpty());
}

TEST_F(FileLinkTest, AFolderIsNoFile) {
  const UniqueFd fd(open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_EQ(ReasonOf(hard_.Add(fd.get(), geteuid(), kId).status()),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
}

TEST_F(FileLinkTest, WhatIsNotThereCannotBeOpenedButRemoved) {
  EXPECT_EQ(ReasonOf(hard_.Open(kId).status()),
            v1::ERROR_REASON_PATH_NOT_FOUND);
  EXPECT_EQ(hard_.Remove(kId), absl::OkStatus());
  ASSERT_TRUE(Add(hard_, path_, kOther).ok());
  EXPECT_EQ(ReasonOf(hard_.Open(kId).status()),
            v1::ERROR_REASON_PATH_NOT_FOUND);
  EXPECT_EQ(hard_.Remove(kId), absl::OkStatus());
}

TEST_F(FileLinkTest, ASymbolicLinkIsNotFollowed) {
  ASSERT_TRUE(Add(hard_, path_, kOther).ok());
  ASSERT_EQ(symlink(path_.c_str(), LinkPath(kId).c_str()), 0);
  EXPECT_EQ(ReasonOf(hard_.Open(kId).status()),
            v1::ERROR_REASON_PATH_NOT_FOUND);
}

TEST_F(FileLinkTest, RemovingALinkLeavesTheUsersFile) {
  ASSERT_TRUE(Add(hard_, path_).ok());
  EXPECT_EQ(hard_.Remove(kId), absl::OkStatus());
  EXPECT_THAT(TempFolder::NamesIn(cache_), IsEmpty());
  EXPECT_EQ(ReadAll(OpenToRead(path_).get()), "some bytes");
}

TEST_F(FileLinkTest, RemovesStraysAndNothingElse) {
  ASSERT_TRUE(Add(hard_, path_, kId).ok());
  ASSERT_TRUE(Add(hard_, path_, kOther).ok());
  folder_.Write("cache/.new-" + absl::BytesToHexString(kId), "half");
  folder_.Write("cache/notes.txt", "somebody's");
  folder_.Write("cache/" + std::string(40, 'A'), "no name of ours");
  folder_.Write("cache/" + std::string(39, 'a'), "nor this");
  const auto removed = hard_.RemoveAllBut({kId});
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_EQ(*removed, 2);
  EXPECT_THAT(TempFolder::NamesIn(cache_),
              ElementsAre(std::string(40, 'A'), std::string(39, 'a'),
                          absl::BytesToHexString(kId), "notes.txt"));
}

TEST_F(FileLinkTest, MeasuresWhatALinkCosts) {
  ASSERT_TRUE(Add(hard_, path_).ok());
  auto uses = hard_.Measure({kOther, kId});
  ASSERT_TRUE(uses.ok()) << uses.status();
  EXPECT_FALSE((*uses)[0].exists);
  EXPECT_TRUE((*uses)[1].exists);
  EXPECT_TRUE((*uses)[1].shared);
  ASSERT_EQ(unlink(path_.c_str()), 0);
  uses = hard_.Measure({kId});
  ASSERT_TRUE(uses.ok()) << uses.status();
  EXPECT_FALSE((*uses)[0].shared);
  EXPECT_GT((*uses)[0].allocated_bytes, 0);
}

TEST_F(FileLinkTest, KnowsItsFileSystem) {
  EXPECT_EQ(ReasonOf(hard_.Space().status()), v1::ERROR_REASON_PATH_NOT_FOUND);
  ASSERT_TRUE(Add(hard_, path_).ok());
  const auto space = hard_.Space();
  ASSERT_TRUE(space.ok()) << space.status();
  EXPECT_GT(space->size, 0);
  EXPECT_LT(space->free, space->size);
  EXPECT_EQ(hard_.Device().value(), identity_.device);
}

}  // namespace
}  // namespace convoy
