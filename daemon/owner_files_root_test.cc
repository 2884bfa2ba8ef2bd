#include <fcntl.h>
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/broker_files.h"
#include "daemon/broker_testing.h"
#include "daemon/owner_files.h"
#include "daemon/owner_groups.h"
#include "daemon/owner_identity.h"
#include "gtest/gtest.h"
#include "peer/base/fake_executor.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr JobOwner kRoot = {0, 0};
constexpr JobOwner kAlice = {61001, 61001};
constexpr JobOwner kBob = {61002, 61002};
constexpr gid_t kTeam = 61100;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

struct stat StatOf(const std::string& path) {
  struct stat found = {};
  lstat(path.c_str(), &found);
  return found;
}

bool Exists(const std::string& path) {
  struct stat found = {};
  return lstat(path.c_str(), &found) == 0;
}

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return status.ok() ? v1::ERROR_REASON_UNSPECIFIED
                     : ErrorDetailOf(status).reason();
}

// "Uid", "Gid", "Groups" and "CapEff" of the calling thread, as the kernel
// shows them.
std::string ThreadStatus() {
  const std::string path =
      absl::StrCat("/proc/self/task/", syscall(SYS_gettid), "/status");
  std::string status;
  for (const absl::string_view line : absl::StrSplit(Contents(path), '\n')) {
    for (const char* key : {"Uid:", "Gid:", "Groups:", "CapEff:"}) {
      if (absl::StartsWith(line, key)) absl::StrAppend(&status, line, "\n");
    }
  }
  return status;
}

// Does the kernel let this process be another user at all?
bool CanSwitchUsers() {
  setfsuid(kAlice.uid);
  const bool switched = setfsuid(-1) == static_cast<int>(kAlice.uid);
  setfsuid(0);
  return switched && syscall(SYS_setgroups, 0, nullptr) == 0;
}

// Every test needs a process that can be any user. By itself, and by a broker.
class OwnerFilesRootTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "does not run as root";
    if (!CanSwitchUsers()) {
      GTEST_SKIP() << "cannot switch users here (a user namespace?)";
    }
    ASSERT_NE(mkdtemp(&folder_[0]), nullptr);
    ASSERT_EQ(chmod(folder_.c_str(), 0755), 0);
    const mode_t mask = umask(022);
    if (GetParam()) {
      broker_ = std::make_unique<BrokerWorld>();
      files_ = MakeBrokerFiles(&broker_->client());
    } else {
      files_ = MakeOwnerFiles();
    }
    umask(mask);
    status_before_ = ThreadStatus();
  }
  ~OwnerFilesRootTest() override {
    if (files_ == nullptr) return;
    EXPECT_EQ(ThreadStatus(), status_before_);
    if (std::system(absl::StrCat("rm -rf ", folder_).c_str()) != 0)
      std::abort();
  }

  std::string In(const std::string& name) { return folder_ + "/" + name; }
  std::string MakeFolder(const std::string& name, const JobOwner& owner,
                         mode_t mode) {
    EXPECT_EQ(mkdir(In(name).c_str(), 0700), 0);
    EXPECT_EQ(chown(In(name).c_str(), owner.uid, owner.gid), 0);
    EXPECT_EQ(chmod(In(name).c_str(), mode), 0);
    return In(name);
  }
  std::string MakeFile(const std::string& name, const JobOwner& owner,
                       mode_t mode) {
    std::ofstream(In(name)) << "secret";
    EXPECT_EQ(chown(In(name).c_str(), owner.uid, owner.gid), 0);
    EXPECT_EQ(chmod(In(name).c_str(), mode), 0);
    return In(name);
  }
  TemporaryFile Make(const JobOwner& owner, const std::string& path) {
    auto made = files_->CreateTemporary(owner, path, job_, 0);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *std::move(made) : TemporaryFile{};
  }
  absl::Status Create(const JobOwner& owner, const std::string& path) {
    return files_->CreateTemporary(owner, path, job_, 0).status();
  }

  std::string folder_ = "/tmp/convoy-root-XXXXXX";
  const JobId job_ = JobId::Random();
  std::unique_ptr<BrokerWorld> broker_;
  std::unique_ptr<OwnerFiles> files_;
  std::string status_before_;
};

INSTANTIATE_TEST_SUITE_P(Does, OwnerFilesRootTest, testing::Bool(),
                         [](const auto& by_broker) {
                           return by_broker.param ? "ByABroker" : "ByItself";
                         });

TEST_P(OwnerFilesRootTest, FilesBelongToTheOwnerFromTheFirstMoment) {
  MakeFolder("alice", kAlice, 0700);
  const TemporaryFile file = Make(kAlice, In("alice/movie"));
  EXPECT_EQ(StatOf(file.path).st_uid, kAlice.uid);
  EXPECT_EQ(StatOf(file.path).st_gid, kAlice.gid);
  EXPECT_EQ(
      files_->Publish(kAlice, file.path, file.identity, In("alice/movie")),
      absl::OkStatus());
  EXPECT_EQ(StatOf(In("alice/movie")).st_uid, kAlice.uid);
  EXPECT_EQ(StatOf(In("alice/movie")).st_mode, S_IFREG | 0644u);
}

TEST_P(OwnerFilesRootTest, NobodyMakesFilesInAFolderOfAnother) {
  MakeFolder("alice", kAlice, 0755);
  MakeFolder("root", kRoot, 0755);
  EXPECT_EQ(ReasonOf(Create(kBob, In("alice/movie"))),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(ReasonOf(Create(kAlice, In("root/movie"))),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(ReasonOf(files_->CheckDestination(kBob, In("alice/movie"))),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(files_->CheckDestination(kAlice, In("alice/movie")),
            absl::OkStatus());
  EXPECT_EQ(files_->CheckDestination(kRoot, In("alice/movie")),
            absl::OkStatus());
}

TEST_P(OwnerFilesRootTest, NobodyGetsThroughAClosedFolder) {
  MakeFolder("alice", kAlice, 0700);
  MakeFolder("alice/open", kAlice, 0777);
  MakeFile("alice/open/file", kAlice, 0666);
  ASSERT_EQ(symlink(In("alice/open").c_str(), In("link").c_str()), 0);
  for (const char* path : {"alice/open/file", "link/file"}) {
    EXPECT_EQ(ReasonOf(files_->OpenSource(kBob, In(path)).status()),
              v1::ERROR_REASON_ACCESS_DENIED);
    EXPECT_EQ(ReasonOf(Create(kBob, In(path))), v1::ERROR_REASON_ACCESS_DENIED);
    EXPECT_TRUE(files_->OpenSource(kAlice, In(path)).ok());
  }
}

TEST_P(OwnerFilesRootTest, NobodyReadsWhatOnlyAnotherMayRead) {
  MakeFile("of-alice", kAlice, 0600);
  MakeFile("of-root", kRoot, 0600);
  MakeFile("of-alice-write-only", kAlice, 0200);
  EXPECT_EQ(ReasonOf(files_->OpenSource(kBob, In("of-alice")).status()),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(ReasonOf(files_->OpenSource(kAlice, In("of-root")).status()),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(ReasonOf(files_->ReadSmallFile(kBob, In("of-alice"), 100).status()),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(
      ReasonOf(files_->OpenSource(kAlice, In("of-alice-write-only")).status()),
      v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(*files_->ReadSmallFile(kAlice, In("of-alice"), 100), "secret");
  EXPECT_EQ(*files_->ReadSmallFile(kRoot, In("of-alice"), 100), "secret");
}

TEST_P(OwnerFilesRootTest, NobodyListsWhatOnlyAnotherMayRead) {
  const std::string folder = MakeFolder("alice", kAlice, 0755);
  const std::string secret = MakeFolder("alice/secret", kAlice, 0700);
  EXPECT_TRUE(files_->ListFiles(kAlice, folder, 10).ok());
  EXPECT_EQ(ReasonOf(files_->ListFiles(kBob, folder, 10).status()),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(ReasonOf(files_->ListFiles(kBob, secret, 10).status()),
            v1::ERROR_REASON_ACCESS_DENIED);
}

TEST_P(OwnerFilesRootTest, NobodyTouchesATemporaryFileOfAnother) {
  MakeFolder("shared", kRoot, 0777);
  const TemporaryFile file = Make(kAlice, In("shared/movie"));
  EXPECT_EQ(
      ReasonOf(files_->OpenTemporary(kBob, file.path, file.identity).status()),
      v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_EQ(ReasonOf(files_->Publish(kBob, file.path, file.identity,
                                     In("shared/movie"))),
            v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_EQ(ReasonOf(Create(kBob, In("shared/movie"))),
            v1::ERROR_REASON_ACCESS_DENIED);
  for (const FileIdentity& identity : {file.identity, FileIdentity{}}) {
    EXPECT_EQ(files_->RemoveTemporary(kBob, file.path, identity),
              absl::OkStatus());
    EXPECT_EQ(files_->RemoveTemporary(kRoot, file.path, identity),
              absl::OkStatus());
  }
  EXPECT_TRUE(Exists(file.path));
}

// bob may write in alice's folder, and makes her publish what he can still
// write.
TEST_P(OwnerFilesRootTest, AFileThatAnotherPutThereIsNotTaken) {
  MakeFolder("shared", kAlice, 0777);
  const TemporaryFile file = Make(kAlice, In("shared/movie"));
  unlink(file.path.c_str());
  MakeFile("shared/trap", kBob, 0666);
  rename(In("shared/trap").c_str(), file.path.c_str());
  const FileIdentity reused = {0, StatOf(file.path).st_ino};
  EXPECT_EQ(ReasonOf(files_->OpenTemporary(kAlice, file.path, reused).status()),
            v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_EQ(
      ReasonOf(files_->Publish(kAlice, file.path, reused, In("shared/movie"))),
      v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_EQ(files_->RemoveTemporary(kAlice, file.path, {}), absl::OkStatus());
  EXPECT_TRUE(Exists(file.path));
}

// A link to a victim's file under the name of the attacker's temporary file,
// with the victim's inode: what a reused inode number would allow.
TEST_P(OwnerFilesRootTest, AHardLinkToAnothersFileGivesNoRights) {
  MakeFolder("bob", kBob, 0700);
  MakeFile("victim", kAlice, 0644);
  const std::string name = TemporaryPath(In("bob/x"), job_, 0);
  ASSERT_EQ(link(In("victim").c_str(), name.c_str()), 0);
  const FileIdentity identity = {0, StatOf(name).st_ino};
  EXPECT_EQ(ReasonOf(files_->OpenTemporary(kBob, name, identity).status()),
            v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_EQ(ReasonOf(files_->Publish(kBob, name, identity, In("bob/x"))),
            v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_EQ(ReasonOf(Create(kBob, In("bob/x"))),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(Contents(In("victim")), "secret");
  EXPECT_EQ(StatOf(In("victim")).st_mode, S_IFREG | 0644u);
}

TEST_P(OwnerFilesRootTest, AStickyFolderProtectsItsFiles) {
  MakeFolder("tmp", kRoot, 01777);
  MakeFile("tmp/of-alice", kAlice, 0666);
  EXPECT_EQ(ReasonOf(files_->CheckDestination(kBob, In("tmp/of-alice"))),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(files_->CheckDestination(kBob, In("tmp/new")), absl::OkStatus());
  EXPECT_EQ(files_->CheckDestination(kAlice, In("tmp/of-alice")),
            absl::OkStatus());
  const TemporaryFile file = Make(kBob, In("tmp/of-alice"));
  EXPECT_EQ(ReasonOf(files_->Publish(kBob, file.path, file.identity,
                                     In("tmp/of-alice"))),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_EQ(Contents(In("tmp/of-alice")), "secret");
}

TEST_P(OwnerFilesRootTest, TheGroupOfTheOwnerCounts) {
  MakeFolder("team", {0, kTeam}, 0770);
  MakeFile("of-team", {0, kTeam}, 0640);
  const JobOwner alice_in_team = {kAlice.uid, kTeam};
  EXPECT_EQ(ReasonOf(Create(kAlice, In("team/movie"))),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_FALSE(files_->OpenSource(kAlice, In("of-team")).ok());
  EXPECT_EQ(files_->CheckDestination(alice_in_team, In("team/movie")),
            absl::OkStatus());
  EXPECT_TRUE(files_->OpenSource(alice_in_team, In("of-team")).ok());
  const TemporaryFile file = Make(alice_in_team, In("team/movie"));
  EXPECT_EQ(StatOf(file.path).st_gid, kTeam);
}

TEST_P(OwnerFilesRootTest, TheDaemonsOwnGroupsDoNotCount) {
  MakeFile("of-root-group", {kBob.uid, 0}, 0640);
  const std::vector<gid_t> own = {0, kTeam};
  ASSERT_EQ(syscall(SYS_setgroups, own.size(), own.data()), 0);
  MakeFile("of-team", {kBob.uid, kTeam}, 0640);
  EXPECT_FALSE(files_->OpenSource(kAlice, In("of-root-group")).ok());
  EXPECT_FALSE(files_->OpenSource(kAlice, In("of-team")).ok());
  gid_t now[8] = {};
  EXPECT_EQ(getgroups(8, now), 2);  // They are back.
  EXPECT_EQ(now[1], kTeam);
  ASSERT_EQ(syscall(SYS_setgroups, 0, nullptr), 0);
  status_before_ = ThreadStatus();
}

TEST_P(OwnerFilesRootTest, SupplementaryGroupsAreTaken) {
  MakeFile("of-team", {0, kTeam}, 0640);
  const auto identity = OwnerIdentity::Take(kAlice, {5, kTeam});
  ASSERT_TRUE(identity.ok());
  const UniqueFd fd(open(In("of-team").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(fd.valid());
}

// A folder into which one may put files without seeing what is there.
TEST_P(OwnerFilesRootTest, PublishesIntoAFolderThatTheOwnerCannotRead) {
  MakeFolder("drop", kRoot, 0733);
  const TemporaryFile file = Make(kAlice, In("drop/movie"));
  EXPECT_EQ(files_->Publish(kAlice, file.path, file.identity, In("drop/movie")),
            absl::OkStatus());
  EXPECT_EQ(StatOf(In("drop/movie")).st_uid, kAlice.uid);
}

TEST_P(OwnerFilesRootTest, SomebodyElsesFolderCannotBeRemovedFrom) {
  MakeFolder("root", kRoot, 0755);
  const std::string name = TemporaryPath("root/movie", job_, 0);
  MakeFile(name, kAlice, 0600);
  EXPECT_EQ(ReasonOf(files_->RemoveTemporary(kAlice, In(name), {})),
            v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_TRUE(Exists(In(name)));
}

TEST_P(OwnerFilesRootTest, NoCapabilityIsTakenAlongAndAllAreGivenBack) {
  const std::string path = MakeFile("of-root", kRoot, 0600);
  {
    const auto identity = OwnerIdentity::Take(kAlice, {kTeam});
    ASSERT_TRUE(identity.ok()) << identity.status();
    EXPECT_EQ(setfsuid(-1), static_cast<int>(kAlice.uid));
    EXPECT_EQ(setfsgid(-1), static_cast<int>(kAlice.gid));
    EXPECT_EQ(geteuid(), 0u);  // Not alice's to signal or trace.
    EXPECT_NE(ThreadStatus(), status_before_);
    EXPECT_EQ(open(path.c_str(), O_RDONLY | O_CLOEXEC), -1);
    EXPECT_EQ(errno, EACCES);
    EXPECT_EQ(chown(path.c_str(), kAlice.uid, kAlice.gid), -1);
    EXPECT_EQ(chmod(path.c_str(), 0666), -1);
  }
  EXPECT_EQ(ThreadStatus(), status_before_);
  EXPECT_EQ(Contents(path), "secret");
}

TEST(OwnerIdentityTest, RootKeepsItsRights) {
  if (geteuid() != 0) GTEST_SKIP() << "does not run as root";
  const std::string before = ThreadStatus();
  {
    const auto identity = OwnerIdentity::Take(kRoot, {});
    ASSERT_TRUE(identity.ok());
    EXPECT_EQ(ThreadStatus(), before);
  }
  EXPECT_EQ(ThreadStatus(), before);
}

TEST(OwnerGroupsTest, AUidWithoutANameHasNoGroups) {
  EXPECT_TRUE(LookUpGroups(kAlice).empty());
  const std::vector<gid_t> groups = LookUpGroups(kRoot);
  EXPECT_EQ(std::count(groups.begin(), groups.end(), 0u), 1);
}

TEST(OwnerGroupsTest, BelievesALookupForAMinute) {
  FakeClock clock;
  int lookups = 0;
  OwnerGroups groups(clock, [&](const JobOwner& owner) {
    ++lookups;
    return std::vector<gid_t>{owner.gid, static_cast<gid_t>(lookups)};
  });
  EXPECT_EQ(groups.GroupsOf(kAlice), (std::vector<gid_t>{61001, 1}));
  clock.Advance(absl::Seconds(59));
  EXPECT_EQ(groups.GroupsOf(kAlice), (std::vector<gid_t>{61001, 1}));
  EXPECT_EQ(groups.GroupsOf(kBob), (std::vector<gid_t>{61002, 2}));
  EXPECT_EQ(groups.GroupsOf({kAlice.uid, kTeam}),
            (std::vector<gid_t>{kTeam, 3}));
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(groups.GroupsOf(kAlice), (std::vector<gid_t>{61001, 4}));
}

TEST_P(OwnerFilesRootTest, ThreadsOfDifferentOwnersDoNotMix) {
  const std::vector<JobOwner> owners = {kAlice, kBob, kRoot, {61003, kTeam}};
  for (const JobOwner& owner : owners) {
    MakeFolder(absl::StrCat(owner.uid), owner, 0700);
    MakeFile(absl::StrCat("of-", owner.uid), owner, 0600);
  }
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < owners.size(); ++t) {
    threads.emplace_back([&, t] {
      const JobOwner& owner = owners[t];
      const JobOwner& other = owners[(t + 1) % owners.size()];
      const std::string before = ThreadStatus();
      const std::string path = In(absl::StrCat(owner.uid, "/movie"));
      for (int i = 0; i < 200; ++i) {
        const auto file = files_->CreateTemporary(owner, path, job_, i);
        if (!file.ok() || StatOf(file->path).st_uid != owner.uid ||
            StatOf(file->path).st_gid != owner.gid) {
          ++wrong;
          continue;
        }
        if (i % 2 == 0 && files_->RemoveTemporary(owner, file->path, {}) !=
                              absl::OkStatus()) {
          ++wrong;
        }
        const bool may = owner.uid == 0;
        if (files_->OpenSource(owner, In(absl::StrCat("of-", other.uid)))
                .ok() != may) {
          ++wrong;
        }
        if (ThreadStatus() != before) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace convoy
