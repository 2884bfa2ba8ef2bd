#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/job_store.h"
#include "daemon/job_testing.h"
#include "daemon/sqlite_database.h"
#include "daemon/sqlite_schema.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

std::string MakeFolder() {
  std::string folder = "/tmp/convoy-store-XXXXXX";
  if (mkdtemp(&folder[0]) == nullptr) std::abort();
  return folder;
}

std::int64_t SizeOf(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0 ? found.st_size : -1;
}

int ModeOf(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : -1;
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

void Overwrite(const std::string& path, std::int64_t offset,
               const std::string& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(offset);
  file << bytes;
  ASSERT_TRUE(file.good());
}

class SqliteJobStoreTest : public testing::Test {
 protected:
  ~SqliteJobStoreTest() override {
    store_.reset();
    for (const char* suffix : {"", "-wal", "-journal"}) {
      unlink((path_ + suffix).c_str());
    }
    rmdir(folder_.c_str());
  }

  JobStore& Store() {
    if (store_ == nullptr) Open();
    return *store_;
  }
  void Open() {
    auto store = OpenSqliteJobStore(path_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void Reopen() {
    store_.reset();
    Open();
  }
  absl::Status OpenStatus() {
    store_.reset();
    return OpenSqliteJobStore(path_).status();
  }
  void Stage(const Job& job) {
    Store().PutJob(job);
    for (const JobFile& file : job.files) Store().PutFile(job.id, file);
  }
  void Put(const Job& job) {
    Stage(job);
    ASSERT_EQ(Store().Commit(), absl::OkStatus());
  }
  std::vector<std::string> Loaded() {
    std::vector<std::string> jobs;
    const absl::Status status = Store().LoadJobs(
        [&](std::unique_ptr<Job> job) { jobs.push_back(Describe(*job)); });
    EXPECT_EQ(status, absl::OkStatus());
    return jobs;
  }
  // Makes the database that the statements in the file `sql` describe.
  void Create(const std::string& sql) {
    close(open(path_.c_str(), O_CREAT | O_RDWR, 0600));
    ASSERT_NE(Contents(sql), "");
    ExecuteInFile(Contents(sql));
  }
  void ExecuteInFile(const std::string& sql) {
    store_.reset();
    auto database = SqliteDatabase::Open(path_);
    ASSERT_TRUE(database.ok()) << database.status();
    ASSERT_EQ((*database)->Execute(sql), absl::OkStatus());
  }
  UsedRequest Request(uid_t uid, const std::string& id, const Job& job) {
    return {uid, id, std::string("di\0gest", 7), job.id,
            absl::FromUnixSeconds(1000)};
  }
  bool Finds(uid_t uid, const std::string& id) {
    const auto found = Store().FindRequest(uid, id);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() && found->has_value();
  }

  const std::string folder_ = MakeFolder();
  const std::string path_ = folder_ + "/jobs.db";
  std::unique_ptr<JobStore> store_;
};

void ExpectRefused(const absl::Status& status, const std::string& message) {
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), message)) << status;
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_STORE_UNAVAILABLE);
}

TEST_F(SqliteJobStoreTest, WritesOneFileOfMany) {
  const Job job = MakeJob(1, 10000);
  Put(job);
  Reopen();
  JobFile file;
  file.index = 5000;
  file.remote_url = "https://elsewhere.example/";
  Store().PutFile(job.id, file);
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  // The log holds the pages that changed.
  EXPECT_LT(SizeOf(path_ + "-wal"), 8 * 4096);
  const auto found = Store().LoadJob(job.id);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ((*found)->files.size(), 10000u);
  EXPECT_EQ((*found)->files[5000].remote_url, file.remote_url);
  EXPECT_EQ((*found)->files[4999].remote_url, job.files[4999].remote_url);
}

TEST_F(SqliteJobStoreTest, LeavesNoSecretOfARemovedJob) {
  const std::string secret = "correct horse battery staple";
  Job job = MakeJob(1, 1);
  auto http = std::make_shared<v1::HttpOptions>();
  http->add_credentials()->set_password(secret);
  job.http = http;
  Put(job);
  EXPECT_TRUE(absl::StrContains(Contents(path_ + "-wal"), secret));
  Store().RemoveJob(job.id);
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  store_.reset();
  EXPECT_FALSE(absl::StrContains(Contents(path_), secret));
  EXPECT_EQ(SizeOf(path_ + "-wal"), -1);
}

TEST_F(SqliteJobStoreTest, ARequestOfARemovedJobIsNotKept) {
  Job job = MakeJob(1, 0);
  Put(job);
  Store().RemoveJob(job.id);
  Store().PutRequest(Request(5, "late", job));
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  EXPECT_FALSE(Finds(5, "late"));
}

TEST_F(SqliteJobStoreTest, AFailedCommitKeepsNothingAndTheNextWorks) {
  const Job first = MakeJob(1, 1);
  Put(first);
  const Job good = MakeJob(2, 1);
  Stage(good);
  Stage(MakeJob(1, 1));  // The sequence of `first`.
  Store().RemoveJob(first.id);
  const absl::Status status = Store().Commit();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(ErrorDetailOf(status).reason(), v1::ERROR_REASON_STORE_UNAVAILABLE);
  EXPECT_EQ(Loaded(), std::vector<std::string>{Describe(first)});

  ASSERT_EQ(Store().Commit(), absl::OkStatus());  // Nothing is staged any more.
  EXPECT_EQ(Loaded(), std::vector<std::string>{Describe(first)});
  Put(good);
  Reopen();
  EXPECT_EQ(Loaded(),
            (std::vector<std::string>{Describe(first), Describe(good)}));
}

TEST_F(SqliteJobStoreTest, AFileNeedsItsJob) {
  const Job job = MakeJob(1, 1);
  Store().PutFile(job.id, job.files[0]);
  EXPECT_EQ(Store().Commit().code(), absl::StatusCode::kUnavailable);
}

TEST_F(SqliteJobStoreTest, TheLogStaysBounded) {
  Job job = MakeJob(1, 1);
  Put(job);
  JobFile& file = job.files[0];
  std::int64_t largest = 0;
  for (int i = 0; i < 64; ++i) {
    file.transfer = std::make_unique<FileTransferState>();
    file.transfer->checkpoint = std::string(1 << 20, static_cast<char>(i));
    Store().PutFile(job.id, file);
    ASSERT_EQ(Store().Commit(), absl::OkStatus());
    largest = std::max(largest, SizeOf(path_ + "-wal"));
  }
  EXPECT_LT(largest, 20 << 20);
  EXPECT_LT(SizeOf(path_), 4 << 20);
}

// What a process of its own gets when it opens `path`.
std::string OpenInChild(const std::string& path) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t child = fork();
  if (child == 0) {
    const std::string text = OpenSqliteJobStore(path).status().ToString();
    const ssize_t written = write(ends[1], text.data(), text.size());
    _exit(written > 0 ? 0 : 1);
  }
  close(ends[1]);
  std::string text(1000, '\0');
  const ssize_t got = read(ends[0], &text[0], text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return text;
}

TEST_F(SqliteJobStoreTest, OneProcessMayHaveItOpen) {
  Open();
  const std::string elsewhere = OpenInChild(path_);
  EXPECT_TRUE(absl::StrContains(elsewhere, "FAILED_PRECONDITION")) << elsewhere;
  EXPECT_TRUE(absl::StrContains(elsewhere, "another convoyd uses " + path_))
      << elsewhere;
  ExpectRefused(OpenSqliteJobStore(path_).status(), "another convoyd uses");
  // A second attempt in this process must not have let go of the lock.
  EXPECT_TRUE(absl::StrContains(OpenInChild(path_), "another convoyd"));
  store_.reset();
  EXPECT_EQ(OpenInChild(path_), "OK");
}

TEST_F(SqliteJobStoreTest, AFileOfTheFirstSchemaIsBroughtUpToDate) {
  Create("daemon/testdata/store/schema_1.sql");
  Job expected;
  JobId::Bytes id;
  for (std::size_t i = 0; i < id.size(); ++i) {
    id[i] = static_cast<std::uint8_t>(i);
  }
  expected.id = JobId(id);
  expected.owner = {1000, 1001};
  expected.error_count = 2;
  expected.display_name = "old";
  expected.no_progress_timeout = absl::Minutes(1);
  expected.create_time = absl::FromUnixSeconds(1'700'000'000);
  expected.modify_time = absl::FromUnixSeconds(1'700'000'001);
  expected.revision = 12;
  expected.sequence = 7;
  expected.files.resize(2);
  expected.files[0].remote_url = "http://h/a";
  expected.files[0].local_path = "/d/a";
  JobFile& begun = expected.files[1];
  begun.index = 1;
  begun.remote_url = "http://h/b";
  begun.local_path = "/d/b";
  begun.expected_size = begun.size = 100;
  begun.flushed_bytes = 40;
  begun.transfer = std::make_unique<FileTransferState>();
  begun.transfer->temporary_path = "/d/.b";
  begun.transfer->device = 1;
  begun.transfer->inode = 2;
  begun.transfer->checkpoint = "\n";
  begun.transfer->validator.etag = "\"e\"";
  begun.transfer->effective_url = "http://h/b";
  begun.transfer->integrity = "size";
  begun.transfer->sources = {38, 2, 0};
  EXPECT_EQ(Loaded(), std::vector<std::string>{Describe(expected)});
  EXPECT_TRUE(Finds(1000, "r"));

  // What is new can be written, and read again.
  expected.is_private = true;
  expected.download_mode = v1::DOWNLOAD_MODE_GROUP;
  begun.proof = std::make_unique<FileProof>();
  begun.proof->manifest_location = "/m";
  begun.transfer->content_id = std::string(20, 'c');
  begun.transfer->sources.lan = 5;
  begun.transfer->http_status = 206;
  begun.transfer->server_address = "192.0.2.1:80";
  begun.validated = false;
  begun.client_file_id = "the caller's";
  MutableExtras(&expected).annotations["a"] = "b";
  expected.notices_due = kNotifyError;
  MutableExtras(&expected).inactivity_timeout = absl::Hours(90 * 24);
  MutableExtras(&expected).notify_watcher = "w";
  expected.notification = std::make_unique<v1::JobNotification>();
  expected.notification->set_number(12);
  expected.notification->set_last_result("exited with status 3");
  expected.notification->set_last_exit_code(3);
  Put(expected);
  Reopen();
  EXPECT_EQ(Loaded(), std::vector<std::string>{Describe(expected)});
}

TEST_F(SqliteJobStoreTest, RefusesANewerSchema) {
  Open();
  ExecuteInFile(
      absl::StrCat("PRAGMA user_version = ", SqliteSchemaVersion() + 1));
  ExpectRefused(OpenStatus(), "install the newer convoyd again");
}

TEST_F(SqliteJobStoreTest, RefusesAnotherProgramsFileAndLeavesItAlone) {
  Open();
  store_.reset();
  unlink(path_.c_str());
  close(open(path_.c_str(), O_CREAT | O_RDWR, 0600));
  ExecuteInFile("CREATE TABLE recipes (name TEXT)");
  const std::string before = Contents(path_);
  ExpectRefused(OpenStatus(), "is a database of another program");
  EXPECT_EQ(Contents(path_), before);
}

TEST_F(SqliteJobStoreTest, RefusesWhatIsNoDatabase) {
  Put(MakeJob(1, 1));
  store_.reset();
  Overwrite(path_, 0, std::string(4096, 'x'));
  ExpectRefused(OpenStatus(), "is damaged");
}

TEST_F(SqliteJobStoreTest, RefusesADamagedFileAfterACrash) {
  for (std::uint64_t i = 0; i < 1000; ++i) Stage(MakeJob(i, 1));
  ASSERT_EQ(Store().Commit(), absl::OkStatus());
  Reopen();
  Put(MakeJob(1000, 1));
  // As a crash leaves it: a database, and a log of later changes.
  const std::string log = Contents(path_ + "-wal");
  store_.reset();
  close(open((path_ + "-wal").c_str(), O_CREAT | O_RDWR, 0600));
  Overwrite(path_ + "-wal", 0, log);
  Overwrite(path_, 20 * 4096, std::string(4096, '\xff'));
  ExpectRefused(OpenStatus(), "put a backup in its place");
}

TEST_F(SqliteJobStoreTest, RefusesARowThatMakesNoSense) {
  Put(MakeJob(1, 1));
  ExecuteInFile("UPDATE jobs SET state = 77");
  const absl::Status status =
      Store().LoadJobs([](std::unique_ptr<Job>) { FAIL(); });
  ExpectRefused(status, "senseless state");
}

TEST_F(SqliteJobStoreTest, RefusesFilesWithoutAJob) {
  Put(MakeJob(1, 1));
  ExecuteInFile("DELETE FROM jobs");
  ExpectRefused(Store().LoadJobs([](std::unique_ptr<Job>) { FAIL(); }),
                "files without job");
}

TEST_F(SqliteJobStoreTest, OnlyItsUserMayReadIt) {
  const mode_t mask = umask(0);
  rmdir(folder_.c_str());
  Put(MakeJob(1, 1));
  EXPECT_EQ(ModeOf(folder_), 0700);
  EXPECT_EQ(ModeOf(path_), 0600);
  EXPECT_EQ(ModeOf(path_ + "-wal"), 0600);
  store_.reset();
  chmod(path_.c_str(), 0644);
  Put(MakeJob(2, 1));
  EXPECT_EQ(ModeOf(path_), 0600);
  EXPECT_EQ(ModeOf(path_ + "-wal"), 0600);
  umask(mask);
}

TEST_F(SqliteJobStoreTest, RefusesAFolderInWhichOthersWrite) {
  chmod(folder_.c_str(), 0777);
  ExpectRefused(OpenStatus(), "may be written by others");
}

TEST_F(SqliteJobStoreTest, RefusesASymbolicLink) {
  ASSERT_EQ(symlink("elsewhere", path_.c_str()), 0);
  ExpectRefused(OpenStatus(), "is no plain file");
}

TEST_F(SqliteJobStoreTest, SaysWhenTheFolderCannotBeMade) {
  const auto store = OpenSqliteJobStore(folder_ + "/missing/folder/jobs.db");
  EXPECT_EQ(store.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(absl::StrContains(store.status().message(),
                                "cannot make the state directory"))
      << store.status();
}

}  // namespace
}  // namespace convoy
