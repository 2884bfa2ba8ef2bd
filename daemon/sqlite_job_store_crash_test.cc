// What the store keeps when the process or the machine stops at any moment, and
// when the disk does not take more.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/job_store.h"
#include "daemon/job_testing.h"
#include "gtest/gtest.h"
#include "peer/base/unique_fd.h"
#include "proto/error_detail.h"
#include "sqlite3.h"

namespace convoy {
namespace {

constexpr int kBatch = 3;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

void WriteFile(const std::string& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary) << contents;
  chmod(path.c_str(), 0600);
}

// Stages a batch of jobs, and commits. The name of a job tells its batch.
absl::Status CommitBatch(JobStore& store, std::uint64_t batch) {
  for (int i = 0; i < kBatch; ++i) {
    const Job job = MakeJob(batch * kBatch + static_cast<std::uint64_t>(i), 2);
    store.PutJob(job);
    for (const JobFile& file : job.files) store.PutFile(job.id, file);
  }
  return store.Commit();
}

// The batches in the store. Each must be whole.
std::set<std::uint64_t> Batches(JobStore& store) {
  std::map<std::uint64_t, int> jobs;
  const absl::Status status = store.LoadJobs([&](std::unique_ptr<Job> job) {
    EXPECT_EQ(job->files.size(), 2u);
    ++jobs[job->sequence / kBatch];
  });
  EXPECT_EQ(status, absl::OkStatus());
  std::set<std::uint64_t> batches;
  for (const auto& [batch, count] : jobs) {
    EXPECT_EQ(count, kBatch) << "batch " << batch << " is torn";
    batches.insert(batch);
  }
  return batches;
}

std::set<std::uint64_t> BatchesIn(const std::string& path) {
  auto store = OpenSqliteJobStore(path);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? Batches(**store) : std::set<std::uint64_t>();
}

std::set<std::uint64_t> FirstBatches(std::uint64_t count) {
  std::set<std::uint64_t> batches;
  for (std::uint64_t i = 0; i < count; ++i) batches.insert(i);
  return batches;
}

std::string MakeFolder() {
  std::string folder = "/tmp/convoy-crash-XXXXXX";
  if (mkdtemp(&folder[0]) == nullptr) std::abort();
  return folder;
}

class SqliteJobStoreCrashTest : public testing::Test {
 protected:
  ~SqliteJobStoreCrashTest() override {
    if (std::system(absl::StrCat("rm -rf ", folder_).c_str()) != 0)
      std::abort();
  }

  const std::string folder_ = MakeFolder();
  const std::string path_ = folder_ + "/jobs.db";
};

// Commits batches from `first` on for ever, and tells each that is
// acknowledged.
[[noreturn]] void CommitForEver(const std::string& path, std::uint64_t first,
                                int acknowledged) {
  auto store = OpenSqliteJobStore(path);
  if (!store.ok()) _exit(1);
  for (std::uint64_t batch = first;; ++batch) {
    if (!CommitBatch(**store, batch).ok()) _exit(2);
    if (write(acknowledged, &batch, sizeof(batch)) != sizeof(batch)) _exit(3);
  }
}

TEST_F(SqliteJobStoreCrashTest, AKilledProcessLosesNothingAcknowledged) {
  std::mt19937 random(1);
  std::uint64_t next = 0;
  for (int round = 0; round < 24; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      CommitForEver(path_, next, ends[1]);
    }
    close(ends[1]);
    const UniqueFd acknowledged(ends[0]);
    std::uint64_t last = 0;
    for (unsigned i = random() % 50 + 1; i > 0; --i) {
      ASSERT_EQ(read(acknowledged.get(), &last, sizeof(last)),
                static_cast<ssize_t>(sizeof(last)));
    }
    kill(child, SIGKILL);
    while (read(acknowledged.get(), &last, sizeof(last)) > 0) {
    }
    int result = 0;
    waitpid(child, &result, 0);
    ASSERT_TRUE(WIFSIGNALED(result)) << result;

    const std::set<std::uint64_t> found = BatchesIn(path_);
    // One more may have been stored without its acknowledgement.
    ASSERT_GE(found.size(), last + 1);
    ASSERT_LE(found.size(), last + 2);
    ASSERT_EQ(found, FirstBatches(found.size()));
    next = found.size();
  }
}

TEST_F(SqliteJobStoreCrashTest, ATornLogLosesOnlyItsTail) {
  std::vector<std::size_t> log_sizes;  // After each commit.
  std::string log;
  std::string database;
  {
    auto store = OpenSqliteJobStore(path_);
    ASSERT_TRUE(store.ok()) << store.status();
    for (std::uint64_t batch = 0; batch < 10; ++batch) {
      ASSERT_EQ(CommitBatch(**store, batch), absl::OkStatus());
      log = Contents(path_ + "-wal");
      log_sizes.push_back(log.size());
    }
    database = Contents(path_);
  }
  std::mt19937 random(1);
  for (int i = 0; i < 40; ++i) {
    const std::size_t kept =
        log_sizes[0] + random() % (log.size() - log_sizes[0]);
    WriteFile(path_, database);
    WriteFile(path_ + "-wal", log.substr(0, kept));
    std::uint64_t whole = 0;
    while (log_sizes[whole] <= kept) ++whole;
    EXPECT_EQ(BatchesIn(path_), FirstBatches(whole)) << kept;
  }
}

// Runs `body` in a process of its own; returns what it says.
std::string InChild(const std::function<std::string()>& body) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    const std::string text = body();
    if (write(ends[1], text.data(), text.size()) < 0) _exit(1);
    _exit(0);
  }
  close(ends[1]);
  const UniqueFd read_end(ends[0]);
  std::string text;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = read(read_end.get(), buffer, sizeof(buffer))) > 0) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  int result = 0;
  waitpid(child, &result, 0);
  EXPECT_TRUE(WIFEXITED(result) && WEXITSTATUS(result) == 0) << result;
  return text;
}

void LimitFileSize(rlim_t bytes) {
  struct rlimit limit = {};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(SqliteJobStoreCrashTest, ACommitThatDoesNotFitKeepsNothing) {
  const std::string said = InChild([&]() -> std::string {
    signal(SIGXFSZ, SIG_IGN);
    auto store = OpenSqliteJobStore(path_);
    if (!store.ok()) return store.status().ToString();
    if (!CommitBatch(**store, 0).ok()) return "the first commit failed";

    const std::size_t full = Contents(path_ + "-wal").size();
    LimitFileSize(full + 6000);
    const absl::Status status = CommitBatch(**store, 1);
    if (Batches(**store) != FirstBatches(1)) return "something was kept";
    if (CommitBatch(**store, 1).ok()) return "the second try fitted";
    LimitFileSize(full + 1000);
    if ((*store)->CheckWritable().ok()) return "the check wrote nothing";
    LimitFileSize(RLIM_INFINITY);

    if (!(*store)->CheckWritable().ok()) return "the check went on failing";
    if (!(*store)->Commit().ok()) return "something was still staged";
    if (Batches(**store) != FirstBatches(1)) return "something was kept later";
    if (!CommitBatch(**store, 1).ok()) return "it did not recover";
    return absl::StrCat(status.ToString(), "; ",
                        ReasonName(ErrorDetailOf(status).reason()));
  });
  EXPECT_TRUE(absl::StartsWith(said, "UNAVAILABLE: the job store ")) << said;
  EXPECT_TRUE(absl::EndsWith(said, "; STORE_UNAVAILABLE")) << said;
  EXPECT_EQ(BatchesIn(path_), FirstBatches(2));
}

// An SQLite VFS that knows which bytes of each file were synced: what is left
// of it when the power fails and the disk has written nothing else. A removal
// lasts when the folder is synced, which the real VFS does when it first syncs
// a file that it made.
class SyncedFiles {
 public:
  static SyncedFiles& Instance() {
    static SyncedFiles* const files = new SyncedFiles;
    return *files;
  }

  // From now on new connections use it.
  void Install() { sqlite3_vfs_register(&vfs_, /*makeDflt=*/1); }
  void Uninstall() {
    sqlite3_vfs_unregister(&vfs_);
    contents_.clear();
    removed_.clear();
  }
  // Writes what is left of the files in `from` into `to`.
  void Copy(const std::string& from, const std::string& to) const {
    for (const auto& [path, contents] : contents_) {
      const std::size_t slash = path.rfind('/');
      if (path.substr(0, slash) == from) {
        WriteFile(to + path.substr(slash), contents);
      }
    }
  }

 private:
  struct File {
    sqlite3_file base;
    std::string* path;
    sqlite3_file* real;
  };

  SyncedFiles() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "synced";
    vfs_.szOsFile = sizeof(File);
    vfs_.xOpen = Open;
    vfs_.xDelete = Delete;
    methods_.iVersion = 1;  // Without shared memory.
    methods_.xClose = [](sqlite3_file* file) {
      File* const self = reinterpret_cast<File*>(file);
      const int result = self->real->pMethods->xClose(self->real);
      std::free(self->real);
      delete self->path;
      return result;
    };
    methods_.xRead = [](sqlite3_file* file, void* to, int count,
                        sqlite3_int64 offset) {
      return Real(file)->pMethods->xRead(Real(file), to, count, offset);
    };
    methods_.xWrite = [](sqlite3_file* file, const void* from, int count,
                         sqlite3_int64 offset) {
      return Real(file)->pMethods->xWrite(Real(file), from, count, offset);
    };
    methods_.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
      return Real(file)->pMethods->xTruncate(Real(file), size);
    };
    methods_.xSync = [](sqlite3_file* file, int flags) {
      const std::string& path = *reinterpret_cast<File*>(file)->path;
      SyncedFiles& self = Instance();
      if (self.contents_.count(path) == 0) {
        for (const std::string& gone : self.removed_)
          self.contents_.erase(gone);
        self.removed_.clear();
      }
      self.removed_.erase(path);
      self.contents_[path] = Contents(path);
      return Real(file)->pMethods->xSync(Real(file), flags);
    };
    methods_.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
      return Real(file)->pMethods->xFileSize(Real(file), size);
    };
    methods_.xLock = [](sqlite3_file* file, int level) {
      return Real(file)->pMethods->xLock(Real(file), level);
    };
    methods_.xUnlock = [](sqlite3_file* file, int level) {
      return Real(file)->pMethods->xUnlock(Real(file), level);
    };
    methods_.xCheckReservedLock = [](sqlite3_file* file, int* result) {
      return Real(file)->pMethods->xCheckReservedLock(Real(file), result);
    };
    methods_.xFileControl = [](sqlite3_file* file, int op, void* argument) {
      return Real(file)->pMethods->xFileControl(Real(file), op, argument);
    };
    methods_.xSectorSize = [](sqlite3_file* file) {
      return Real(file)->pMethods->xSectorSize(Real(file));
    };
    methods_.xDeviceCharacteristics = [](sqlite3_file* file) {
      return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
    };
  }

  static sqlite3_file* Real(sqlite3_file* file) {
    return reinterpret_cast<File*>(file)->real;
  }

  static int Open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags,
                  int* out_flags) {
    SyncedFiles& self = Instance();
    File* const opened = reinterpret_cast<File*>(file);
    opened->base.pMethods = nullptr;
    opened->real = static_cast<sqlite3_file*>(
        std::calloc(1, static_cast<std::size_t>(self.real_->szOsFile)));
    const int result =
        self.real_->xOpen(self.real_, path, opened->real, flags, out_flags);
    if (result != SQLITE_OK) {
      std::free(opened->real);
      return result;
    }
    opened->path = new std::string(path);
    opened->base.pMethods = &self.methods_;
    return SQLITE_OK;
  }

  static int Delete(sqlite3_vfs*, const char* path, int sync) {
    SyncedFiles& self = Instance();
    if (sync != 0) {
      self.contents_.erase(path);
    } else {
      self.removed_.insert(path);
    }
    return self.real_->xDelete(self.real_, path, sync);
  }

  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_;
  sqlite3_io_methods methods_ = {};
  std::map<std::string, std::string> contents_;
  std::set<std::string> removed_;
};

TEST_F(SqliteJobStoreCrashTest, APowerLossLosesNothingAcknowledged) {
  SyncedFiles& synced = SyncedFiles::Instance();
  synced.Install();
  {
    auto store = OpenSqliteJobStore(path_);
    ASSERT_TRUE(store.ok()) << store.status();
    for (std::uint64_t batch = 0; batch < 20; ++batch) {
      // Large, so that the log is copied into the database now and then.
      Job large = MakeJob(1'000'000 * kBatch + batch * kBatch, 1);
      large.files[0].transfer = std::make_unique<FileTransferState>();
      large.files[0].transfer->checkpoint = std::string(1 << 20, 'c');
      (*store)->PutJob(large);
      (*store)->PutFile(large.id, large.files[0]);
      (*store)->RemoveJob(large.id);
      ASSERT_EQ(CommitBatch(**store, batch), absl::OkStatus());

      const std::string after = absl::StrCat(folder_, "/", batch);
      ASSERT_EQ(mkdir(after.c_str(), 0700), 0);
      WriteFile(after + "/jobs.db", "");
      synced.Copy(folder_, after);
      EXPECT_EQ(BatchesIn(after + "/jobs.db"), FirstBatches(batch + 1));
    }
  }
  synced.Uninstall();
}

}  // namespace
}  // namespace convoy
