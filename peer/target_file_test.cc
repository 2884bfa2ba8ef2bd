#include "peer/target_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <csignal>
#include <string>

#include "peer/transfer_testing.h"

namespace convoy {
namespace {

// No file of this process can grow beyond `bytes`, for the object's lifetime.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    struct rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  struct rlimit before_ = {};
  void (*handler_)(int) = nullptr;
};

TEST(TargetFileTest, ReadsWhatItWrote) {
  TestFile file;
  const auto target = OpenTargetFile(file.Open());
  ASSERT_TRUE(target->Allocate(100).ok());
  ASSERT_TRUE(target->Write(90, "hello").ok());
  ASSERT_TRUE(target->Sync().ok());
  char buffer[5];
  ASSERT_TRUE(target->Read(90, buffer, sizeof(buffer)).ok());
  EXPECT_EQ(std::string(buffer, 5), "hello");
  EXPECT_EQ(*target->Size(), 100);
  ASSERT_TRUE(target->SetSize(92).ok());
  EXPECT_EQ(file.Size(), 92);
}

TEST(TargetFileTest, SaysThatSomebodyCutTheFile) {
  TestFile file("hello");
  const auto target = OpenTargetFile(file.Open());
  char buffer[6];
  EXPECT_EQ(ReasonOf(target->Read(0, buffer, sizeof(buffer))),
            v1::ERROR_REASON_LOCAL_FILE_CHANGED);
}

TEST(TargetFileTest, CopiesFromAnotherFile) {
  const std::string content = TestContent(300 * kKiB);
  TestFile source(content);
  TestFile file;
  const auto target = OpenTargetFile(file.Open());
  const UniqueFd from = source.Open();
  std::int64_t at = 0;
  while (at < 200 * kKiB) {
    const auto copied =
        target->CopyFrom(from.get(), 100'000 + at, at, 200 * kKiB - at);
    ASSERT_TRUE(copied.ok());
    ASSERT_GT(*copied, 0);
    at += *copied;
  }
  EXPECT_TRUE(file.Content() == content.substr(100'000, 200 * kKiB));
  EXPECT_EQ(*target->CopyFrom(from.get(), 300 * kKiB, 0, 10), 0);
}

TEST(TargetFileTest, CopiesWhereTheKernelCannotCopyByItself) {
  TestFile file;
  const auto target = OpenTargetFile(file.Open());
  const UniqueFd from(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  const auto copied = target->CopyFrom(from.get(), 0, 0, 5);
  ASSERT_TRUE(copied.ok()) << copied.status();
  EXPECT_EQ(file.Content(), "Name:");
}

TEST(TargetFileTest, FullDiskIsDiskFull) {
  const auto target =
      OpenTargetFile(UniqueFd(open("/dev/full", O_RDWR | O_CLOEXEC)));
  const absl::Status status = target->Write(0, "x");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_DISK_FULL);
  EXPECT_EQ(status.message(), "cannot write the file: No space left on device");
  EXPECT_FALSE(ErrorDetailOf(status).retryable());
}

TEST(TargetFileTest, AFileInMemoryTakesNoSpaceBeforeItIsWritten) {
  const int memory =
      open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  struct statfs file_system = {};
  if (memory < 0 || fstatfs(memory, &file_system) != 0 ||
      file_system.f_type != TMPFS_MAGIC || file_system.f_blocks == 0) {
    GTEST_SKIP() << "/dev/shm is no file system in memory, with a limit";
  }
  const auto target = OpenTargetFile(UniqueFd(memory));
  ASSERT_TRUE(target->Allocate(1 << 20).ok());
  EXPECT_EQ(*target->Size(), 1 << 20);
  struct stat info = {};
  ASSERT_EQ(fstat(memory, &info), 0);
  EXPECT_EQ(info.st_blocks, 0);
  ASSERT_TRUE(target->Allocate(100).ok());
  EXPECT_EQ(*target->Size(), 1 << 20);
  const auto all = static_cast<std::int64_t>(file_system.f_blocks) *
                   static_cast<std::int64_t>(file_system.f_bsize);
  EXPECT_EQ(ReasonOf(target->Allocate(2 * all)), v1::ERROR_REASON_DISK_FULL);
}

TEST(TargetFileTest, FileThatMayNotGrowIsAnError) {
  TestFile file;
  const auto target = OpenTargetFile(file.Open());
  const FileSizeLimit limit(4096);
  const std::string bytes(8192, 'x');
  EXPECT_EQ(ReasonOf(target->Write(0, bytes)), v1::ERROR_REASON_LOCAL_FILE_IO);
  EXPECT_FALSE(target->Allocate(1 << 20).ok());
}

TEST(TargetFileTest, ErrorsNameTheLocalFile) {
  const auto target =
      OpenTargetFile(UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)));
  const absl::Status status = target->Write(0, "x");
  EXPECT_EQ(ErrorDetailOf(status).context(), v1::ERROR_CONTEXT_LOCAL_FILE);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_LOCAL_FILE_IO);
}

}  // namespace
}  // namespace convoy
