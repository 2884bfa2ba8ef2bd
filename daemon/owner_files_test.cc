#include "daemon/owner_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/broker_files.h"
#include "daemon/broker_testing.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

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

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

v1::ErrorReason ReasonOf(const absl::Status& status) {
  if (status.ok()) return v1::ERROR_REASON_UNSPECIFIED;
  EXPECT_EQ(ErrorDetailOf(status).context(), v1::ERROR_CONTEXT_LOCAL_FILE);
  EXPECT_FALSE(ErrorDetailOf(status).local_path().empty());
  // The message names the path.
  EXPECT_TRUE(
      absl::StrContains(status.message(), ErrorDetailOf(status).local_path()))
      << status;
  return ErrorDetailOf(status).reason();
}

// As whoever runs the tests, in a folder of its own: what this process does
// itself, and what it asks a broker to do.
class OwnerFilesTest : public testing::TestWithParam<bool> {
 protected:
  OwnerFilesTest() {
    if (mkdtemp(&folder_[0]) == nullptr) std::abort();
    const mode_t mask = umask(027);
    if (GetParam()) {
      broker_ = std::make_unique<BrokerWorld>();
      EXPECT_EQ(broker_->client().Check(), absl::OkStatus());
      files_ = MakeBrokerFiles(&broker_->client());
    } else {
      files_ = MakeOwnerFiles();
    }
    umask(mask);
  }
  ~OwnerFilesTest() override {
    if (std::system(absl::StrCat("rm -rf ", folder_).c_str()) != 0)
      std::abort();
  }

  std::string In(const std::string& name) { return folder_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(In(name)) << text;
    return In(name);
  }
  TemporaryFile Make(const std::string& local_path, const std::string& text) {
    auto made = files_->CreateTemporary(owner_, local_path, job_, 3);
    EXPECT_TRUE(made.ok()) << made.status();
    if (!made.ok()) return {};
    EXPECT_EQ(write(made->fd.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
    return *std::move(made);
  }
  absl::Status Publish(const TemporaryFile& file, const std::string& path) {
    return files_->Publish(owner_, file.path, file.identity, path);
  }

  std::string folder_ = "/tmp/convoy-owner-XXXXXX";
  const JobOwner owner_ = {geteuid(), getegid()};
  const JobId job_ = JobId::Random();
  std::unique_ptr<BrokerWorld> broker_;
  std::unique_ptr<OwnerFiles> files_;
};

std::string ByWhom(const testing::TestParamInfo<bool>& by_broker) {
  return by_broker.param ? "ByABroker" : "ByItself";
}
INSTANTIATE_TEST_SUITE_P(Does, OwnerFilesTest, testing::Bool(), ByWhom);

TEST_P(OwnerFilesTest, MakesATemporaryFileBesideItsDestination) {
  const TemporaryFile file = Make(In("movie"), "abc");
  EXPECT_EQ(file.path,
            In(absl::StrCat(".convoy-", job_.ToString(), "-3.part")));
  EXPECT_EQ(file.path, TemporaryPath(In("movie"), job_, 3));
  const struct stat found = StatOf(file.path);
  EXPECT_EQ(found.st_mode, S_IFREG | 0600u);
  EXPECT_EQ(found.st_dev, file.identity.device);
  EXPECT_EQ(found.st_ino, file.identity.inode);
  EXPECT_EQ(fcntl(file.fd.get(), F_GETFL) & O_ACCMODE, O_RDWR);
  EXPECT_EQ(fcntl(file.fd.get(), F_GETFD), FD_CLOEXEC);
  EXPECT_FALSE(Exists(In("movie")));
}

TEST_P(OwnerFilesTest, TheTemporaryPathOfAFileInTheTopFolder) {
  EXPECT_EQ(TemporaryPath("/movie", job_, 0),
            absl::StrCat("/.convoy-", job_.ToString(), "-0.part"));
}

TEST_P(OwnerFilesTest, ReplacesATemporaryFileThatIsThereAlready) {
  const TemporaryFile old = Make(In("movie"), "old");
  link(old.path.c_str(), In("other").c_str());
  const TemporaryFile file = Make(In("movie"), "");
  EXPECT_EQ(Contents(file.path), "");
  EXPECT_EQ(Contents(In("other")), "old");  // It was not opened again.
  EXPECT_NE(file.identity.inode, old.identity.inode);
}

TEST_P(OwnerFilesTest, DoesNotReplaceWhatIsNoPlainFile) {
  const std::string name = TemporaryPath(In("movie"), job_, 3);
  const auto reason = [&] {
    return ReasonOf(
        files_->CreateTemporary(owner_, In("movie"), job_, 3).status());
  };
  ASSERT_EQ(symlink("elsewhere", name.c_str()), 0);
  EXPECT_EQ(reason(), v1::ERROR_REASON_PATH_NOT_REGULAR);
  unlink(name.c_str());
  ASSERT_EQ(mkdir(name.c_str(), 0700), 0);
  EXPECT_EQ(reason(), v1::ERROR_REASON_PATH_NOT_REGULAR);
  EXPECT_FALSE(Exists(In("elsewhere")));
}

TEST_P(OwnerFilesTest, OpensTemporaryFilesOnlyForWriting) {
  const std::string path = Write("precious", "abc");
  const FileIdentity identity = {StatOf(path).st_dev, StatOf(path).st_ino};
  EXPECT_EQ(ReasonOf(files_->OpenTemporary(owner_, path, identity).status()),
            v1::ERROR_REASON_INTERNAL);
}

TEST_P(OwnerFilesTest, OpensTheTemporaryFileAgain) {
  const TemporaryFile file = Make(In("movie"), "abc");
  const auto fd = files_->OpenTemporary(owner_, file.path, file.identity);
  ASSERT_TRUE(fd.ok()) << fd.status();
  EXPECT_EQ(pwrite(fd->get(), "X", 1, 1), 1);
  EXPECT_EQ(Contents(file.path), "aXc");
  EXPECT_EQ(fcntl(fd->get(), F_GETFD), FD_CLOEXEC);
}

TEST_P(OwnerFilesTest, TheDeviceNumberMayChange) {
  TemporaryFile file = Make(In("movie"), "abc");
  file.identity.device += 1;
  EXPECT_TRUE(files_->OpenTemporary(owner_, file.path, file.identity).ok());
  EXPECT_EQ(Publish(file, In("movie")), absl::OkStatus());
}

// What somebody who may write in the folder can do to the temporary file.
class ChangedTemporaryTest : public OwnerFilesTest {
 protected:
  // Neither opened nor published.
  void ExpectChanged(const TemporaryFile& file) {
    EXPECT_EQ(
        ReasonOf(
            files_->OpenTemporary(owner_, file.path, file.identity).status()),
        v1::ERROR_REASON_LOCAL_FILE_CHANGED);
    EXPECT_EQ(ReasonOf(Publish(file, In("movie"))),
              v1::ERROR_REASON_LOCAL_FILE_CHANGED);
    EXPECT_FALSE(Exists(In("movie")));
  }
  absl::Status Remove(const TemporaryFile& file) {
    return files_->RemoveTemporary(owner_, file.path, file.identity);
  }
};

INSTANTIATE_TEST_SUITE_P(Does, ChangedTemporaryTest, testing::Bool(), ByWhom);

TEST_P(ChangedTemporaryTest, Gone) {
  const TemporaryFile file = Make(In("movie"), "abc");
  unlink(file.path.c_str());
  ExpectChanged(file);
  EXPECT_EQ(Remove(file), absl::OkStatus());
}

TEST_P(ChangedTemporaryTest, ReplacedByAnotherFile) {
  const TemporaryFile file = Make(In("movie"), "abc");
  Write("other", "other");
  rename(In("other").c_str(), file.path.c_str());
  ExpectChanged(file);
  EXPECT_EQ(Remove(file), absl::OkStatus());
  EXPECT_EQ(Contents(file.path), "other");
}

TEST_P(ChangedTemporaryTest, ReplacedByASymbolicLinkToItself) {
  const TemporaryFile file = Make(In("movie"), "abc");
  rename(file.path.c_str(), In("moved").c_str());
  ASSERT_EQ(symlink(In("moved").c_str(), file.path.c_str()), 0);
  ExpectChanged(file);
  EXPECT_EQ(Remove(file), absl::OkStatus());
  EXPECT_TRUE(S_ISLNK(StatOf(file.path).st_mode));
  EXPECT_EQ(Contents(In("moved")), "abc");
}

TEST_P(ChangedTemporaryTest, ReplacedByAFifo) {
  const TemporaryFile file = Make(In("movie"), "abc");
  unlink(file.path.c_str());
  ASSERT_EQ(mkfifo(file.path.c_str(), 0600), 0);
  ExpectChanged(file);
}

TEST_P(ChangedTemporaryTest, GivenAnotherName) {
  const TemporaryFile file = Make(In("movie"), "abc");
  ASSERT_EQ(link(file.path.c_str(), In("second").c_str()), 0);
  ExpectChanged(file);
  EXPECT_EQ(Remove(file), absl::OkStatus());
  EXPECT_FALSE(Exists(file.path));
}

TEST_P(ChangedTemporaryTest, GivenItsFinalNameByALink) {
  const TemporaryFile file = Make(In("movie"), "abc");
  ASSERT_EQ(link(file.path.c_str(), In("movie").c_str()), 0);
  EXPECT_EQ(ReasonOf(Publish(file, In("movie"))),
            v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_TRUE(Exists(file.path));
}

TEST_P(OwnerFilesTest, PublishGivesNameAndMode) {
  const TemporaryFile file = Make(In("movie"), "abc");
  ASSERT_EQ(Publish(file, In("movie")), absl::OkStatus());
  EXPECT_EQ(Contents(In("movie")), "abc");
  EXPECT_EQ(StatOf(In("movie")).st_mode, S_IFREG | 0640u);  // 0666 less 027.
  EXPECT_EQ(StatOf(In("movie")).st_ino, file.identity.inode);
  EXPECT_FALSE(Exists(file.path));
}

TEST_P(OwnerFilesTest, PublishReplacesThePlainFileOfThatName) {
  Write("movie", "old");
  link(In("movie").c_str(), In("kept").c_str());
  const TemporaryFile file = Make(In("movie"), "new");
  ASSERT_EQ(Publish(file, In("movie")), absl::OkStatus());
  EXPECT_EQ(Contents(In("movie")), "new");
  EXPECT_EQ(Contents(In("kept")), "old");
}

TEST_P(OwnerFilesTest, PublishCanBeRepeated) {
  const TemporaryFile file = Make(In("movie"), "abc");
  ASSERT_EQ(Publish(file, In("movie")), absl::OkStatus());
  EXPECT_EQ(Publish(file, In("movie")), absl::OkStatus());
  // Removal afterwards, as after a crash, does not harm it.
  EXPECT_EQ(files_->RemoveTemporary(owner_, file.path, file.identity),
            absl::OkStatus());
  EXPECT_EQ(Contents(In("movie")), "abc");
}

TEST_P(OwnerFilesTest, PublishDoesNotReplaceWhatIsNoPlainFile) {
  const TemporaryFile file = Make(In("movie"), "abc");
  Write("target", "target");
  ASSERT_EQ(symlink("target", In("link").c_str()), 0);
  ASSERT_EQ(symlink("nowhere", In("dangling").c_str()), 0);
  ASSERT_EQ(mkdir(In("folder").c_str(), 0700), 0);
  ASSERT_EQ(mkfifo(In("fifo").c_str(), 0600), 0);
  for (const char* name : {"link", "dangling", "folder", "fifo"}) {
    EXPECT_EQ(ReasonOf(Publish(file, In(name))),
              v1::ERROR_REASON_PATH_NOT_REGULAR)
        << name;
    EXPECT_EQ(ReasonOf(files_->CheckDestination(owner_, In(name))),
              v1::ERROR_REASON_PATH_NOT_REGULAR)
        << name;
  }
  EXPECT_EQ(Contents(In("target")), "target");
  EXPECT_EQ(Publish(file, In("movie")), absl::OkStatus());
}

TEST_P(OwnerFilesTest, PublishStaysInOneFolder) {
  const TemporaryFile file = Make(In("movie"), "abc");
  ASSERT_EQ(mkdir(In("folder").c_str(), 0700), 0);
  EXPECT_EQ(ReasonOf(Publish(file, In("folder/movie"))),
            v1::ERROR_REASON_INTERNAL);
  EXPECT_TRUE(Exists(file.path));
}

TEST_P(OwnerFilesTest, PublishesManyAndGoesOnAfterAFailure) {
  ASSERT_EQ(mkdir(In("folder").c_str(), 0700), 0);
  std::vector<Publication> publications;
  for (int i = 0; i < 6; ++i) {
    const std::string path = In(absl::StrCat(i % 2 == 0 ? "" : "folder/", i));
    auto file = files_->CreateTemporary(owner_, path, job_, i);
    ASSERT_TRUE(file.ok()) << file.status();
    publications.push_back({file->path, file->identity, path, {}});
  }
  unlink(publications[2].temporary_path.c_str());
  publications.push_back({In("missing/.convoy"), {1, 1}, In("missing/x"), {}});
  publications.push_back(
      {TemporaryPath(In("missing/x"), job_, 9), {1, 1}, In("missing/x"), {}});
  const std::vector<absl::Status> results =
      files_->PublishAll(owner_, publications);
  ASSERT_EQ(results.size(), 8u);
  for (const int i : {0, 1, 3, 4, 5}) {
    EXPECT_EQ(results[i], absl::OkStatus());
    EXPECT_TRUE(Exists(publications[i].local_path));
  }
  EXPECT_EQ(ReasonOf(results[2]), v1::ERROR_REASON_LOCAL_FILE_CHANGED);
  EXPECT_EQ(ReasonOf(results[6]), v1::ERROR_REASON_INTERNAL);
  EXPECT_EQ(ReasonOf(results[7]), v1::ERROR_REASON_PATH_NOT_FOUND);
}

TEST_P(OwnerFilesTest, RemovesByNameWhenTheIdentityIsNotKnown) {
  const TemporaryFile file = Make(In("movie"), "abc");
  EXPECT_EQ(
      files_->RemoveTemporary(owner_, TemporaryPath(In("movie"), job_, 3), {}),
      absl::OkStatus());
  EXPECT_FALSE(Exists(file.path));
}

TEST_P(OwnerFilesTest, RemovesPlainFilesOnly) {
  const std::string name = TemporaryPath(In("movie"), job_, 3);
  Write("target", "target");
  ASSERT_EQ(symlink("target", name.c_str()), 0);
  EXPECT_EQ(files_->RemoveTemporary(owner_, name, {}), absl::OkStatus());
  EXPECT_TRUE(S_ISLNK(StatOf(name).st_mode));
  EXPECT_EQ(Contents(In("target")), "target");
}

TEST_P(OwnerFilesTest, RemovesTemporaryFilesOnly) {
  const std::string id = job_.ToString();
  for (const std::string& name :
       {std::string("movie"), ".convoy-" + id + "-.part",
        ".convoy-" + id + "-x.part", ".convoy-" + id + "-3.par",
        "convoy-" + id + "-3.part", ".convoy-" + id + "3.part",
        ".convoy-" + id.substr(1) + "x-3.part"}) {
    Write(name, "abc");
    const FileIdentity identity = {StatOf(In(name)).st_dev,
                                   StatOf(In(name)).st_ino};
    EXPECT_EQ(ReasonOf(files_->RemoveTemporary(owner_, In(name), identity)),
              v1::ERROR_REASON_INTERNAL);
    EXPECT_TRUE(Exists(In(name))) << name;
  }
}

TEST_P(OwnerFilesTest, RemovalNeedsNoFolder) {
  EXPECT_EQ(files_->RemoveTemporary(
                owner_, TemporaryPath(In("missing/movie"), job_, 3), {1, 1}),
            absl::OkStatus());
}

TEST_P(OwnerFilesTest, ChecksDestinations) {
  Write("file", "old");
  EXPECT_EQ(files_->CheckDestination(owner_, In("new")), absl::OkStatus());
  EXPECT_EQ(files_->CheckDestination(owner_, In("file")), absl::OkStatus());
  EXPECT_EQ(ReasonOf(files_->CheckDestination(owner_, In("missing/new"))),
            v1::ERROR_REASON_PATH_NOT_FOUND);
  EXPECT_EQ(ReasonOf(files_->CheckDestination(owner_, In("file/new"))),
            v1::ERROR_REASON_PATH_NOT_FOUND);
  EXPECT_EQ(
      ReasonOf(files_->CheckDestination(owner_, In(std::string(300, 'x')))),
      v1::ERROR_REASON_INVALID_ARGUMENT);
  EXPECT_EQ(Contents(In("file")), "old");
}

TEST_P(OwnerFilesTest, FollowsSymbolicLinksOfFolders) {
  ASSERT_EQ(mkdir(In("real").c_str(), 0700), 0);
  ASSERT_EQ(symlink("real", In("link").c_str()), 0);
  const TemporaryFile file = Make(In("link/movie"), "abc");
  ASSERT_EQ(Publish(file, In("link/movie")), absl::OkStatus());
  EXPECT_EQ(Contents(In("real/movie")), "abc");
}

TEST_P(OwnerFilesTest, RefusesPathsThatAreNotPlain) {
  for (const std::string& path :
       {std::string(), std::string("relative"), In(""), In("."), In(".."),
        In("../x"), In("./x"), "/" + std::string(5000, 'x'),
        In(std::string("a\0b", 3))}) {
    EXPECT_EQ(ErrorDetailOf(files_->CheckDestination(owner_, path)).reason(),
              v1::ERROR_REASON_INVALID_ARGUMENT)
        << path;
    EXPECT_EQ(ErrorDetailOf(files_->OpenSource(owner_, path).status()).reason(),
              v1::ERROR_REASON_INVALID_ARGUMENT)
        << path;
  }
}

TEST_P(OwnerFilesTest, OpensPlainSourcesForReading) {
  Write("source", "abc");
  const auto fd = files_->OpenSource(owner_, In("source"));
  ASSERT_TRUE(fd.ok()) << fd.status();
  EXPECT_EQ(fcntl(fd->get(), F_GETFL) & O_ACCMODE, O_RDONLY);
  EXPECT_EQ(fcntl(fd->get(), F_GETFD), FD_CLOEXEC);
}

TEST_P(OwnerFilesTest, RefusesSourcesThatAreNotPlain) {
  Write("source", "abc");
  ASSERT_EQ(symlink("source", In("link").c_str()), 0);
  ASSERT_EQ(mkfifo(In("fifo").c_str(), 0600), 0);
  for (const std::string& path :
       {In("link"), In("fifo"), folder_, std::string("/dev/null"),
        std::string("/proc/self/environ"), std::string("/proc/self/mem"),
        std::string("/proc/self/fd/0"), std::string("/proc/1/status"),
        std::string("/dev/fd/0"), std::string("/sys/kernel/uevent_seqnum")}) {
    EXPECT_EQ(ReasonOf(files_->OpenSource(owner_, path).status()),
              v1::ERROR_REASON_PATH_NOT_REGULAR)
        << path;
  }
  EXPECT_EQ(ReasonOf(files_->OpenSource(owner_, In("missing")).status()),
            v1::ERROR_REASON_PATH_NOT_FOUND);
}

// /proc has links that lead to whatever the daemon has open.
TEST_P(OwnerFilesTest, DoesNotGoThroughTheDaemonsOwnDescriptors) {
  Write("source", "abc");
  const UniqueFd folder(open(folder_.c_str(), O_PATH | O_DIRECTORY));
  const std::string by_number = absl::StrCat("/proc/self/fd/", folder.get());
  ASSERT_TRUE(Exists(by_number + "/source"));
  ASSERT_EQ(symlink(by_number.c_str(), In("door").c_str()), 0);
  for (const std::string& path :
       {by_number + "/source", In("door/source"),
        absl::StrCat("/proc/self/root", In("source"))}) {
    EXPECT_EQ(ReasonOf(files_->OpenSource(owner_, path).status()),
              v1::ERROR_REASON_PATH_NOT_REGULAR)
        << path;
    EXPECT_EQ(ReasonOf(files_->CheckDestination(owner_, path)),
              v1::ERROR_REASON_PATH_NOT_REGULAR)
        << path;
  }
}

TEST_P(OwnerFilesTest, ReadsSmallFiles) {
  Write("key", "abc");
  Write("empty", "");
  EXPECT_EQ(*files_->ReadSmallFile(owner_, In("key"), 3), "abc");
  EXPECT_EQ(*files_->ReadSmallFile(owner_, In("empty"), 3), "");
  EXPECT_EQ(ReasonOf(files_->ReadSmallFile(owner_, In("key"), 2).status()),
            v1::ERROR_REASON_INVALID_ARGUMENT);
}

TEST_P(OwnerFilesTest, LeavesNoDescriptorOpen) {
  const auto lowest_free = [] { return UniqueFd(dup(0)).get(); };
  const int before = lowest_free();
  {
    const TemporaryFile file = Make(In("movie"), "abc");
    EXPECT_FALSE(files_->OpenSource(owner_, In("missing")).ok());
    EXPECT_EQ(files_->CheckDestination(owner_, In("movie")), absl::OkStatus());
    EXPECT_EQ(Publish(file, In("movie")), absl::OkStatus());
  }
  // A broker closes its own before it takes the next request.
  EXPECT_EQ(files_->CheckDestination(owner_, In("movie")), absl::OkStatus());
  EXPECT_EQ(lowest_free(), before);
}

TEST_P(OwnerFilesTest, ADaemonOfAUserServesThatUserOnly) {
  if (geteuid() == 0) GTEST_SKIP() << "runs as root";
  const JobOwner other = {owner_.uid + 1, owner_.gid};
  const absl::Status status = files_->CheckDestination(other, In("movie"));
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_ACCESS_DENIED);
  EXPECT_TRUE(absl::StrContains(status.message(), "cannot touch files"));
}

// ListFiles.

TEST_P(OwnerFilesTest, ListsThePlainFilesBelowAFolder) {
  ASSERT_EQ(mkdir(In("x").c_str(), 0700), 0);
  ASSERT_EQ(mkdir(In("x/sub").c_str(), 0700), 0);
  ASSERT_EQ(mkdir(In("x/.git").c_str(), 0700), 0);
  Write("x/b", "22");
  Write("x/a", "1");
  Write("x/sub/c", "333");
  Write("x/.dot", "");
  Write("x/.git/d", "");
  ASSERT_EQ(symlink(In("x/a").c_str(), In("x/link").c_str()), 0);
  ASSERT_EQ(symlink("/etc", In("x/etc").c_str()), 0);
  ASSERT_EQ(mkfifo(In("x/pipe").c_str(), 0600), 0);
  const auto files = files_->ListFiles(owner_, In("x"), 3);
  ASSERT_TRUE(files.ok()) << files.status();
  std::string text;
  for (const FoundFile& file : *files) {
    absl::StrAppend(&text, file.path.substr(In("x").size()), " ", file.size,
                    "\n");
  }
  EXPECT_EQ(text, "/a 1\n/b 2\n/sub/c 3\n");
  EXPECT_EQ(ReasonOf(files_->ListFiles(owner_, In("x"), 2).status()),
            v1::ERROR_REASON_INVALID_ARGUMENT);
}

TEST_P(OwnerFilesTest, ListsAFileItself) {
  const auto files = files_->ListFiles(owner_, Write(".a", "text"), 1);
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ((*files)[0].path, In(".a"));
  EXPECT_EQ((*files)[0].size, 4);
}

TEST_P(OwnerFilesTest, ListsNothingElse) {
  EXPECT_EQ(ReasonOf(files_->ListFiles(owner_, In("none"), 1).status()),
            v1::ERROR_REASON_PATH_NOT_FOUND);
  ASSERT_EQ(symlink(folder_.c_str(), In("link").c_str()), 0);
  EXPECT_EQ(ReasonOf(files_->ListFiles(owner_, In("link"), 1).status()),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
  EXPECT_EQ(ReasonOf(files_->ListFiles(owner_, "/proc/self", 1).status()),
            v1::ERROR_REASON_PATH_NOT_REGULAR);
}

}  // namespace
}  // namespace convoy
