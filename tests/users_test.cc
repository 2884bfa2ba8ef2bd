// Three users on one daemon: what each can see and do, and tricks with paths.
//
// The calls are made by `buf curl` under the user's own uid.

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/buf_client.h"
#include "tests/nginx.h"
#include "tests/temp_dir.h"
#include "tests/test_broker.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr uid_t kAnna = 61'001;
constexpr uid_t kBert = 61'002;

std::string OneFile(const std::string& url, const std::string& path) {
  return absl::StrCat(R"({"job":{"display_name":"n"},"files":[{"remote_url":")",
                      url, R"(","local_path":")", path, R"("}]})");
}

std::string OfJob(const std::string& id) {
  return absl::StrCat(R"({"job_id":")", id, R"("})");
}

// The first job id in an answer.
std::string IdIn(const std::string& json) {
  const std::string mark = R"("id":)";
  const std::size_t at = json.find(mark);
  if (at == std::string::npos) return "";
  const std::size_t begin = json.find('"', at + mark.size()) + 1;
  return json.substr(begin, json.find('"', begin) - begin);
}

// By a daemon that is root, and by one that has a broker.
class UsersTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (getuid() != 0) GTEST_SKIP() << "only root can be three users";
    TestDaemon::Options options;
    if (GetParam()) {
      broker_ = std::make_unique<TestBroker>();
      options.uid = TestBroker::kUid;
      options.broker = broker_->socket();
    }
    daemon_ = std::make_unique<TestDaemon>(options);
    root_ = std::make_unique<BufClient>(daemon_->socket());
    anna_ = std::make_unique<BufClient>(daemon_->socket(), kAnna);
    bert_ = std::make_unique<BufClient>(daemon_->socket(), kBert);
    WriteFile(origin_.root() + "/a", bytes_);
    chmod(homes_.path().c_str(), 0755);
    MakeHome(kAnna);
    MakeHome(kBert);
  }

  void MakeHome(uid_t uid) {
    const std::string home = Home(uid);
    ASSERT_EQ(mkdir(home.c_str(), 0700), 0);
    ASSERT_EQ(chown(home.c_str(), uid, uid), 0);
  }

  std::string Home(uid_t uid) const {
    return absl::StrCat(homes_.path(), "/", uid);
  }

  ProcessResult Create(const BufClient& user, const std::string& path) {
    return user.Call("convoy.v1.JobService/CreateJob",
                     OneFile(origin_.Url("a"), path));
  }

  ProcessResult Fetch(const BufClient& user, const std::string& url,
                      const std::string& path) {
    return user.Call("convoy.v1.JobService/Fetch",
                     absl::StrCat(R"({"files":[{"remote_url":")", url,
                                  R"(","local_path":")", path, R"("}]})"));
  }

  // The daemon said no, and said why.
  void ExpectRefused(const ProcessResult& result) {
    EXPECT_NE(result.exit_code, 0) << result.output;
    EXPECT_THAT(
        ErrorDetailIn(result).reason(),
        AnyOf(v1::ERROR_REASON_ACCESS_DENIED, v1::ERROR_REASON_PATH_NOT_FOUND,
              v1::ERROR_REASON_PATH_NOT_REGULAR,
              v1::ERROR_REASON_INVALID_ARGUMENT))
        << result.output;
  }

  const std::string bytes_ = RandomBytes(50'000, 7);
  Nginx origin_;
  TempDir homes_;
  std::unique_ptr<TestBroker> broker_;
  std::unique_ptr<TestDaemon> daemon_;
  std::unique_ptr<BufClient> root_;
  std::unique_ptr<BufClient> anna_;
  std::unique_ptr<BufClient> bert_;
};

INSTANTIATE_TEST_SUITE_P(Daemons, UsersTest, ::testing::Bool(),
                         [](const auto& test) {
                           return test.param ? "WithABroker" : "OfRoot";
                         });

TEST_P(UsersTest, FileBelongsToWhoAskedForIt) {
  const std::string path = Home(kAnna) + "/a";
  const ProcessResult fetch = Fetch(*anna_, origin_.Url("a"), path);
  ASSERT_EQ(fetch.exit_code, 0) << fetch.output;
  struct stat attributes = {};
  ASSERT_EQ(stat(path.c_str(), &attributes), 0);
  EXPECT_EQ(attributes.st_uid, kAnna);
  EXPECT_EQ(attributes.st_gid, kAnna);
  EXPECT_TRUE(ReadFile(path) == bytes_);
}

TEST_P(UsersTest, JobsOfOthersDoNotExist) {
  const ProcessResult created = Create(*anna_, Home(kAnna) + "/a");
  ASSERT_EQ(created.exit_code, 0) << created.output;
  const std::string id = IdIn(created.output);
  for (const char* method :
       {"GetJob", "ResumeJob", "SuspendJob", "CompleteJob", "CancelJob",
        "ListFiles", "ExplainJob", "WatchJob"}) {
    const ProcessResult result =
        bert_->Call(absl::StrCat("convoy.v1.JobService/", method), OfJob(id));
    EXPECT_EQ(result.exit_code, BufExitCode(5)) << method << result.output;
  }
  const ProcessResult taken =
      bert_->Call("convoy.v1.JobService/TakeOwnership", OfJob(id));
  EXPECT_NE(taken.exit_code, 0) << taken.output;
  const ProcessResult list = bert_->Call("convoy.v1.JobService/ListJobs", "{}");
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.output, Not(HasSubstr(id)));
  const ProcessResult all =
      bert_->Call("convoy.v1.JobService/ListJobs", R"({"all_users":true})");
  EXPECT_EQ(all.exit_code, BufExitCode(7)) << all.output;

  const ProcessResult own = anna_->Call("convoy.v1.JobService/ListJobs", "{}");
  EXPECT_THAT(own.output, HasSubstr(id));
  const ProcessResult administrator =
      root_->Call("convoy.v1.JobService/ListJobs", R"({"all_users":true})");
  EXPECT_THAT(administrator.output, HasSubstr(id));
}

TEST_P(UsersTest, AdministratorTakesAJobOver) {
  const std::string id = IdIn(Create(*anna_, Home(kAnna) + "/a").output);
  const ProcessResult taken =
      root_->Call("convoy.v1.JobService/TakeOwnership", OfJob(id));
  ASSERT_EQ(taken.exit_code, 0) << taken.output;
  EXPECT_EQ(anna_->Call("convoy.v1.JobService/GetJob", OfJob(id)).exit_code,
            BufExitCode(5));
}

TEST_P(UsersTest, OthersFoldersAreOutOfReach) {
  ExpectRefused(Create(*bert_, Home(kAnna) + "/a"));
  ExpectRefused(Create(*bert_, "/etc/convoy-test"));
  ExpectRefused(Create(*bert_, "/root/convoy-test"));
  EXPECT_THAT(ListFolder(Home(kAnna)), IsEmpty());
}

TEST_P(UsersTest, OthersFilesCannotBeReadAsSource) {
  const std::string secret = Home(kAnna) + "/secret";
  WriteFile(secret, "secret");
  ASSERT_EQ(chown(secret.c_str(), kAnna, kAnna), 0);
  ExpectRefused(Fetch(*bert_, "file://" + secret, Home(kBert) + "/a"));
  ExpectRefused(Fetch(*bert_, "file:///etc/shadow", Home(kBert) + "/a"));
  // Through a link of one's own.
  const std::string link = Home(kBert) + "/link";
  ASSERT_EQ(symlink(secret.c_str(), link.c_str()), 0);
  ExpectRefused(Fetch(*bert_, "file://" + link, Home(kBert) + "/a"));
  EXPECT_FALSE(Exists(Home(kBert) + "/a"));
}

TEST_P(UsersTest, SymbolicLinkAtTheDestinationIsNotFollowed) {
  const std::string victim = Home(kAnna) + "/victim";
  WriteFile(victim, "precious");
  const std::string link = Home(kBert) + "/a";
  ASSERT_EQ(symlink(victim.c_str(), link.c_str()), 0);
  ExpectRefused(Create(*bert_, link));
  EXPECT_EQ(ReadFile(victim), "precious");
}

TEST_P(UsersTest, FolderThatBecomesALinkGivesNoRights) {
  const std::string folder = Home(kBert) + "/folder";
  ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
  ASSERT_EQ(chown(folder.c_str(), kBert, kBert), 0);
  const ProcessResult created = Create(*bert_, folder + "/a");
  ASSERT_EQ(created.exit_code, 0) << created.output;
  const std::string id = IdIn(created.output);
  ASSERT_EQ(rmdir(folder.c_str()), 0);
  ASSERT_EQ(symlink(Home(kAnna).c_str(), folder.c_str()), 0);
  bert_->Call("convoy.v1.JobService/ResumeJob", OfJob(id));
  const auto job =
      daemon_->WaitFor(id, {v1::JOB_STATE_ERROR, v1::JOB_STATE_TRANSFERRED});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), v1::JOB_STATE_ERROR);
  EXPECT_THAT(ListFolder(Home(kAnna)), IsEmpty());
}

TEST_P(UsersTest, ThingsThatAreNoPlainFilesAreRefused) {
  const std::string home = Home(kBert);
  ASSERT_EQ(mkfifo((home + "/fifo").c_str(), 0666), 0);
  ASSERT_EQ(mkdir((home + "/folder").c_str(), 0777), 0);
  ExpectRefused(Create(*bert_, home + "/fifo"));
  ExpectRefused(Create(*bert_, home + "/folder"));
  ExpectRefused(Create(*bert_, home + "/folder/"));
  ExpectRefused(Create(*bert_, home + "/../61001/a"));
  ExpectRefused(Create(*bert_, home + "/missing/a"));
  ExpectRefused(Create(*bert_, "/proc/self/fd/1"));
  ExpectRefused(Create(*bert_, "/dev/null"));
  ExpectRefused(Fetch(*bert_, "file://" + home + "/fifo", home + "/a"));
  ExpectRefused(Fetch(*bert_, "file:///proc/self/environ", home + "/a"));
  ExpectRefused(Fetch(*bert_, "file:///dev/zero", home + "/a"));
}

TEST_P(UsersTest, HardLinkToAnothersFileIsReplacedNotWritten) {
  // A folder both can write to, on one file system.
  const std::string shared = homes_.path() + "/shared";
  ASSERT_EQ(mkdir(shared.c_str(), 0777), 0);
  ASSERT_EQ(chmod(shared.c_str(), 0777), 0);
  const std::string victim = homes_.path() + "/victim";
  WriteFile(victim, "precious");
  ASSERT_EQ(link(victim.c_str(), (shared + "/a").c_str()), 0);
  const ProcessResult fetch = Fetch(*bert_, origin_.Url("a"), shared + "/a");
  ASSERT_EQ(fetch.exit_code, 0) << fetch.output;
  EXPECT_EQ(ReadFile(victim), "precious");
  EXPECT_TRUE(ReadFile(shared + "/a") == bytes_);
}

TEST_P(UsersTest, TemporaryFileThatWasSwappedIsNotPublished) {
  const std::string path = Home(kBert) + "/a";
  const std::string id = IdIn(Create(*bert_, path).output);
  ASSERT_EQ(bert_->Call("convoy.v1.JobService/ResumeJob", OfJob(id)).exit_code,
            0);
  ASSERT_TRUE(daemon_->WaitFor(id, {v1::JOB_STATE_TRANSFERRED}).ok());
  const auto files = daemon_->Files(id);
  ASSERT_TRUE(files.ok()) << files.status();
  const std::string temporary = (*files)[0].temporary_path();
  const std::string secret = Home(kAnna) + "/secret";
  WriteFile(secret, "secret");
  ASSERT_EQ(unlink(temporary.c_str()), 0);
  ASSERT_EQ(symlink(secret.c_str(), temporary.c_str()), 0);
  const ProcessResult completed =
      bert_->Call("convoy.v1.JobService/CompleteJob", OfJob(id));
  EXPECT_NE(completed.exit_code, 0) << completed.output;
  EXPECT_FALSE(Exists(path));
  EXPECT_EQ(ReadFile(secret), "secret");
}

TEST_P(UsersTest, DaemonOfAUserServesThatUserAndRoot) {
  TestDaemon::Options options;
  options.uid = kAnna;
  TestDaemon own(options);
  const BufClient anna(own.socket(), kAnna);
  const BufClient bert(own.socket(), kBert);
  const BufClient root(own.socket());
  EXPECT_EQ(anna.Call("convoy.v1.JobService/ListJobs", "{}").exit_code, 0);
  EXPECT_EQ(root.Call("convoy.v1.JobService/ListJobs", "{}").exit_code, 0);
  EXPECT_NE(bert.Call("convoy.v1.JobService/ListJobs", "{}").exit_code, 0);
  const ProcessResult fetch = Fetch(anna, origin_.Url("a"), Home(kAnna) + "/a");
  EXPECT_EQ(fetch.exit_code, 0) << fetch.output;
  EXPECT_TRUE(ReadFile(Home(kAnna) + "/a") == bytes_);
}

}  // namespace
}  // namespace convoy::testing
