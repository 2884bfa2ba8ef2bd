// What a job can ask for besides its files: a command at its end, another HTTP
// method, a time limit, checks of certificates; and reading its bytes while
// they come.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/file_reader.h"
#include "client/job_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"
#include "tests/buf_client.h"
#include "tests/eventually.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uid_t kAnna = 61'001;

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return ErrorDetailOf(status).reason();
}

// Looks until the file is there.
bool Appears(const std::string& path) {
  return Eventually([&path] { return Exists(path); });
}

class JobOptionsTest : public ::testing::Test {
 protected:
  JobOptionsTest() { chmod(folder_.path().c_str(), 0777); }

  std::string Serve(Nginx& origin, const std::string& name, std::size_t size) {
    const std::string bytes = RandomBytes(size, size);
    WriteFile(origin.root() + "/" + name, bytes);
    return bytes;
  }
  std::string Local(const std::string& name) const {
    return folder_.path() + "/" + name;
  }
  static ClientOptions ClientOf(const TestDaemon& daemon) {
    ClientOptions options;
    options.socket_path = daemon.socket();
    return options;
  }

  TempDir folder_;
};

class NotifyCommandTest : public JobOptionsTest {
 protected:
  // Writes who it is and what it was told to `name`, which appears as a whole.
  v1::Job JobThatTells(const std::string& name) const {
    const std::string path = Local(name);
    v1::Job job;
    job.set_display_name("tells");
    v1::NotifyCommand& command = *job.mutable_notify_command();
    command.set_program("/bin/sh");
    command.add_arguments("-c");
    command.add_arguments(absl::StrCat(
        "{ id -u; echo $CONVOY_JOB_STATE $CONVOY_JOB_NAME $CONVOY_JOB_ERROR; "
        "echo $CONVOY_JOB_ID; } > ",
        path, ".part && mv ", path, ".part ", path));
    return job;
  }
  Nginx origin_;
};

TEST_F(NotifyCommandTest, RunsWhenTheJobIsTransferredAndWhenItFails) {
  TestDaemon daemon;
  Serve(origin_, "a", 1000);
  const auto good =
      daemon.Run({File(origin_.Url("a"), Local("a"))}, JobThatTells("good"));
  ASSERT_TRUE(good.ok()) << good.status();
  ASSERT_TRUE(Appears(Local("good")));
  EXPECT_EQ(ReadFile(Local("good")),
            absl::StrCat(getuid(), "\nTRANSFERRED tells\n", good->id(), "\n"));

  const auto bad =
      daemon.Run({File(origin_.Url("none"), Local("b"))}, JobThatTells("bad"));
  ASSERT_TRUE(bad.ok()) << bad.status();
  ASSERT_TRUE(Appears(Local("bad")));
  EXPECT_THAT(ReadFile(Local("bad")), HasSubstr("ERROR tells HTTP_STATUS\n"));
}

TEST_F(NotifyCommandTest, AJobThatCompletesItselfRunsItToo) {
  TestDaemon daemon;
  Serve(origin_, "a", 1000);
  v1::FetchRequest request;
  *request.mutable_job() = JobThatTells("told");
  *request.add_files() = File(origin_.Url("a"), Local("a"));
  const auto job = daemon.Fetch(request);
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(Appears(Local("told")));
  EXPECT_THAT(ReadFile(Local("told")), HasSubstr("TRANSFERRED"));
}

TEST_F(NotifyCommandTest, RunsWithTheRightsOfTheUserWhoseJobItIs) {
  if (getuid() != 0) GTEST_SKIP() << "only root can be two users";
  TestDaemon daemon;
  const BufClient anna(daemon.socket(), kAnna);
  Serve(origin_, "a", 1000);
  const std::string script = absl::StrCat(
      "id -u > ", Local("who"), ".part; cat /etc/shadow > ", Local("shadow"),
      "; mv ", Local("who"), ".part ", Local("who"));
  const ProcessResult fetched = anna.Call(
      "convoy.v1.JobService/Fetch",
      absl::StrCat(R"({"job":{"notify_command":{"program":"/bin/sh",)",
                   R"("arguments":["-c",")", script, R"("]}},)",
                   R"("files":[{"remote_url":")", origin_.Url("a"),
                   R"(","local_path":")", Local("a"), R"("}]})"));
  EXPECT_EQ(fetched.exit_code, 0) << fetched.output;
  ASSERT_TRUE(Appears(Local("who")));
  EXPECT_EQ(ReadFile(Local("who")), absl::StrCat(kAnna, "\n"));
  EXPECT_EQ(ReadFile(Local("shadow")), "");
  struct stat made = {};
  ASSERT_EQ(stat(Local("who").c_str(), &made), 0);
  EXPECT_EQ(made.st_uid, kAnna);
}

class ReadWhileRunningTest : public JobOptionsTest {
 protected:
  static Nginx::Options Slow(const std::string& rate) {
    Nginx::Options options;
    options.location = absl::StrCat("limit_rate ", rate, ";");
    return options;
  }
};

TEST_F(ReadWhileRunningTest, BytesComeBeforeTheFileIsWhole) {
  // Would take a minute.
  Nginx origin(Slow("300k"));
  TestDaemon::Options options;
  // One connection, so that the bytes come in order.
  options.settings = {{"http.max_connections_per_file", "1"}};
  TestDaemon daemon(options);
  const std::string bytes = Serve(origin, "a", 18'000'000);
  const auto job = daemon.Create({File(origin.Url("a"), Local("a"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon.Resume(job->id()).ok());

  const JobClient client(ClientOf(daemon));
  v1::ReadFileRequest request;
  request.set_job_id(job->id());
  FileReader reader(client.options(), request);
  std::string read;
  for (int i = 0; i < 3; ++i) {
    const auto block = reader.Next();
    ASSERT_TRUE(block.ok() && block->has_value()) << block.status();
    EXPECT_EQ((*block)->offset_bytes(), read.size());
    read += (*block)->data();
  }
  EXPECT_EQ(daemon.Get(job->id())->state(), v1::JOB_STATE_TRANSFERRING);
  EXPECT_TRUE(read == bytes.substr(0, read.size()));
  const auto filled = client.GetFilledRanges(job->id(), 0);
  ASSERT_TRUE(filled.ok()) << filled.status();
  ASSERT_GE(filled->ranges_size(), 1);
  EXPECT_EQ(filled->ranges(0).offset_bytes(), 0);
  EXPECT_GE(filled->ranges(0).length_bytes(), read.size());
  EXPECT_LT(filled->ranges(0).length_bytes(), bytes.size());
}

TEST_F(ReadWhileRunningTest, CatWritesTheFileWhileItComes) {
  Nginx origin(Slow("1m"));
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "a", 2'000'000);
  const auto job = daemon.Create({File(origin.Url("a"), Local("a"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ProcessOptions options;
  options.argv = {Runfile("client/cli/convoy"), "--socket", daemon.socket(),
                  "cat", absl::StrCat(job->id(), ":0")};
  options.output_path = Local("out");
  Process cat(options);
  ASSERT_TRUE(daemon.Resume(job->id()).ok());
  EXPECT_EQ(cat.Wait(kPatience), 0);
  EXPECT_TRUE(ReadFile(Local("out")) == bytes);

  options.argv.back() = absl::StrCat(job->id(), ":1");
  const ProcessResult missing = RunProcess(options);
  EXPECT_EQ(missing.exit_code, 5);
}

TEST_F(ReadWhileRunningTest, CancelEndsAReaderThatWaits) {
  TestDaemon daemon;
  const auto job = daemon.Create({File("http://127.0.0.1:1/none", Local("a"))});
  ASSERT_TRUE(job.ok()) << job.status();
  const JobClient client(ClientOf(daemon));
  v1::ReadFileRequest request;
  request.set_job_id(job->id());
  FileReader reader(client.options(), request);
  std::thread canceller([&daemon, &job] { (void)daemon.Cancel(job->id()); });
  const auto end = reader.Next();
  canceller.join();
  EXPECT_EQ(end.status().code(), absl::StatusCode::kCancelled);

  // And its own Cancel.
  const auto other =
      daemon.Create({File("http://127.0.0.1:1/none", Local("b"))});
  request.set_job_id(other->id());
  FileReader waiting(client.options(), request);
  std::thread ender([&waiting] { waiting.Cancel(); });
  EXPECT_EQ(waiting.Next().status().code(), absl::StatusCode::kCancelled);
  ender.join();
}

class MethodTest : public JobOptionsTest {
 protected:
  // Gives what `files` has to who asks by POST.
  static Nginx::Options PostOnly(const Nginx& files) {
    Nginx::Options options;
    options.location = absl::StrCat(
        "if ($request_method != POST) { return 405; } proxy_method GET; "
        "proxy_buffering off; proxy_pass ",
        files.Url(""), ";");
    return options;
  }
  static v1::Job ByPost() {
    v1::Job job;
    job.mutable_http()->set_method("POST");
    return job;
  }
};

TEST_F(MethodTest, AFileThatIsGivenToPostAloneComesByOneRequest) {
  Nginx files;
  Nginx origin(PostOnly(files));
  TestDaemon daemon;
  const std::string bytes = Serve(files, "a", 9'000'000);
  const auto by_get = daemon.Run({File(origin.Url("a"), Local("a"))});
  ASSERT_TRUE(by_get.ok()) << by_get.status();
  EXPECT_EQ(by_get->error().detail().http_status(), 405);

  const std::size_t before = origin.Log().size();
  const auto made =
      daemon.Create({File(origin.Url("a"), Local("b"))}, ByPost());
  ASSERT_TRUE(made.ok()) << made.status();
  const auto explained = daemon.Explain(made->id());
  ASSERT_TRUE(explained.ok());
  EXPECT_THAT(explained->DebugString(), HasSubstr("the job asks by POST"));
  ASSERT_TRUE(daemon.Resume(made->id()).ok());
  const auto job = daemon.WaitFor(
      made->id(), {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->error().message();
  ASSERT_TRUE(daemon.Complete(made->id()).ok());
  EXPECT_TRUE(ReadFile(Local("b")) == bytes);
  // Written when the request has ended at the server, too.
  const auto asked = [&] { return origin.Log().substr(before); };
  EXPECT_TRUE(Eventually([&] { return !asked().empty(); }));
  EXPECT_EQ(asked(), "200 9000000 POST /a HTTP/1.1\n");
}

TEST_F(MethodTest, ABrokenOneIsBegunAnewAlsoByANewDaemon) {
  Nginx::Options slow;
  slow.rate = "300k";
  Nginx files(slow);
  Nginx origin(PostOnly(files));
  TestDaemon daemon;
  const std::string bytes = Serve(files, "a", 6'000'000);
  const auto made =
      daemon.Create({File(origin.Url("a"), Local("a"))}, ByPost());
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_TRUE(daemon.Resume(made->id()).ok());
  ASSERT_TRUE(daemon.WaitForBytes(made->id(), 1).ok());
  daemon.Kill();
  daemon.Start();
  const auto came = [&] {
    return daemon.Get(made->id())->progress().source_bytes().origin_bytes();
  };
  const std::int64_t before = came();
  ASSERT_TRUE(Eventually([&] { return came() > before; }));
  origin.Stop();
  files.Release();
  origin.Start();
  const auto job = daemon.WaitFor(made->id(), {v1::JOB_STATE_TRANSFERRED});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_GT(job->progress().source_bytes().origin_bytes(), bytes.size());
  ASSERT_TRUE(daemon.Complete(made->id()).ok());
  EXPECT_TRUE(ReadFile(Local("a")) == bytes);
}

TEST_F(MethodTest, TheCommandLineSaysWhatDoesNotFit) {
  TestDaemon daemon;
  ProcessOptions options;
  options.argv = {Runfile("client/cli/convoy"),
                  "--socket",
                  daemon.socket(),
                  "get",
                  "--method",
                  "POST",
                  "--header",
                  "X-A: b",
                  "--approve-key",
                  std::string(43, 'A') + "=",
                  "http://127.0.0.1:1/a",
                  "--mirror",
                  "http://127.0.0.1:1/m",
                  "-o",
                  Local("a")};
  const ProcessResult result = RunProcess(options);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("files[0].mirror_urls cannot be used"));
  EXPECT_THAT(result.output, HasSubstr("hint: ask by GET"));
}

TEST_F(JobOptionsTest, AJobThatTakesTooLongIsInError) {
  Nginx::Options slow;
  slow.rate = "10k";
  Nginx origin(slow);
  TestDaemon daemon;
  Serve(origin, "a", 4'000'000);
  v1::Job job;
  job.mutable_maximum_download_time()->set_seconds(1);
  const auto ended =
      daemon.Run({File(origin.Url("a"), Local("a"))}, std::move(job));
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(ended->error().detail().reason(),
            v1::ERROR_REASON_MAX_DOWNLOAD_TIME);
}

TEST_F(JobOptionsTest, TheMachinesInactivityTimeoutHoldsForAllJobs) {
  TestDaemon free;
  v1::Job asks;
  asks.mutable_inactivity_timeout()->set_seconds(90 * 86'400);
  const auto own = free.Create({}, asks);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->inactivity_timeout().seconds(), 90 * 86'400);
  free.Kill();
  free.Start();
  EXPECT_EQ(free.Get(own->id())->inactivity_timeout().seconds(), 90 * 86'400);
  v1::Job wrong;
  wrong.mutable_inactivity_timeout()->set_seconds(59);
  EXPECT_EQ(ErrorDetailOf(free.Create({}, wrong).status()).field(),
            "job.inactivity_timeout");

  TestDaemon::Options options;
  options.settings = {{"limits.job_inactivity_seconds", "7776001"}};
  TestDaemon bound(options);
  const auto told = bound.Create({}, asks);
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->inactivity_timeout().seconds(), 7'776'001);
  const auto explained = bound.Explain(told->id());
  ASSERT_TRUE(explained.ok()) << explained.status();
  ASSERT_GT(explained->factors_size(), 0);
  EXPECT_EQ(explained->factors(0).policy(), "limits.job_inactivity_seconds");
  EXPECT_EQ(explained->factors(0).provider(), "command line");
}

TEST_F(JobOptionsTest, AJobWhoseFilesAreTooLargeIsInError) {
  Nginx origin;
  TestDaemon daemon;
  Serve(origin, "a", 600'000);
  Serve(origin, "b", 400'001);
  v1::Job job;
  job.set_maximum_download_bytes(1'000'000);
  const auto ended = daemon.Run(
      {File(origin.Url("a"), Local("a")), File(origin.Url("b"), Local("b"))},
      std::move(job));
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(ended->error().detail().reason(),
            v1::ERROR_REASON_MAX_DOWNLOAD_SIZE);
}

TEST_F(JobOptionsTest, AClientReadsPartsOfAFileAsItAsksForThem) {
  Nginx origin;
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "a", 4 << 20);
  const JobClient client(ClientOf(daemon));
  v1::CreateJobRequest create;
  create.mutable_job()->set_display_name("parts");
  create.mutable_job()->set_on_demand(true);
  *create.add_files() = File(origin.Url("a"), Local("a"));
  const auto job = client.CreateJob(create);
  ASSERT_TRUE(job.ok()) << job.status();
  for (const std::int64_t offset : {3 << 20, 1 << 20}) {
    v1::RequestRangesRequest request;
    request.set_job_id(job->id());
    v1::FileRange* const range = request.add_ranges();
    range->set_offset_bytes(offset);
    range->set_length_bytes(1000);
    ASSERT_TRUE(client.RequestRanges(request).ok());
    ASSERT_TRUE(client.ResumeJob(job->id()).ok());
    v1::ReadFileRequest read;
    read.set_job_id(job->id());
    *read.add_ranges() = *range;
    FileReader reader(client.options(), read);
    std::string got;
    while (true) {
      const auto block = reader.Next();
      ASSERT_TRUE(block.ok()) << block.status();
      if (!block->has_value()) break;
      got += (*block)->data();
    }
    EXPECT_EQ(got, bytes.substr(static_cast<std::size_t>(offset), 1000));
  }
  EXPECT_TRUE(Eventually([&] {
    return client.GetJob(job->id())->state() == v1::JOB_STATE_SUSPENDED;
  }));
  EXPECT_LT(client.GetJob(job->id())->progress().transferred_bytes(), 4 << 20);
}

TEST_F(JobOptionsTest, BlockedUrlsAreRefusedAlsoBehindARedirect) {
  Nginx blocked;
  Serve(blocked, "a", 1000);
  Nginx::Options redirects;
  redirects.location = absl::StrCat("return 302 ", blocked.Url("a"), ";");
  Nginx origin(redirects);
  TestDaemon::Options options;
  options.settings = {
      {"http.blocked_urls", absl::StrCat(blocked.Url(""), "*")}};
  TestDaemon daemon(options);

  const absl::Status refused =
      daemon.Create({File(blocked.Url("a"), Local("a"))}).status();
  EXPECT_EQ(ReasonOf(refused), v1::ERROR_REASON_BLOCKED_BY_POLICY) << refused;
  EXPECT_EQ(ErrorDetailOf(refused).policy(), "http.blocked_urls");
  EXPECT_EQ(ErrorDetailOf(refused).field(), "files[0].remote_url");

  const auto job = daemon.Run({File(origin.Url("a"), Local("a"))});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_BLOCKED_BY_POLICY);
  const auto explained = daemon.Explain(job->id());
  ASSERT_TRUE(explained.ok());
  EXPECT_EQ(explained->factors(0).policy(), "http.blocked_urls");
  EXPECT_EQ(explained->factors(0).provider(), "command line");
  EXPECT_EQ(blocked.BodyBytesSent(), 0);
}

TEST_F(JobOptionsTest, AnUntrustedServerIsTakenOnlyWhenTheJobSaysSo) {
  Nginx::Options options;
  options.tls = true;
  Nginx origin(options);
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "a", 1000);
  const auto refused = daemon.Run({File(origin.Url("a"), Local("a"))});
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->error().detail().reason(), v1::ERROR_REASON_TRUST_FAILURE);
  v1::Job job;
  job.mutable_http()->mutable_tls()->set_ignore_untrusted_chain(true);
  const auto taken = daemon.Run({File(origin.Url("a"), Local("b"))}, job);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken->state(), v1::JOB_STATE_TRANSFERRED)
      << taken->error().message();
  const auto files = daemon.Files(taken->id());
  EXPECT_EQ(files->front().http_status(), 206);
  EXPECT_THAT(files->front().server_address(), HasSubstr("127.0.0.1:"));
}

class ApprovalTest : public JobOptionsTest {
 protected:
  ApprovalTest() : origin_(Tls()) {}

  static Nginx::Options Tls() {
    Nginx::Options options;
    options.tls = true;
    options.rate = "300k";
    return options;
  }
  // A job that trusts the origin, begun; it is not tried again by itself.
  std::string Begin(const std::string& name) {
    v1::Job job;
    job.mutable_minimum_retry_delay()->set_seconds(3600);
    job.mutable_http()->mutable_tls()->set_ca_file(origin_.certificate_path());
    job.mutable_http()->mutable_certificate_approval();
    const auto made =
        daemon_.Create({File(origin_.Url(name), Local(name))}, job);
    EXPECT_TRUE(made.ok()) << made.status();
    EXPECT_TRUE(daemon_.Resume(made->id()).ok());
    return made->id();
  }
  // The key that the job waits for; its detail has the origin's certificate.
  std::string AwaitKey(const std::string& id) {
    const auto job =
        daemon_.WaitFor(id, {v1::JOB_STATE_TRANSIENT_ERROR, v1::JOB_STATE_ERROR,
                             v1::JOB_STATE_TRANSFERRED});
    EXPECT_TRUE(job.ok()) << job.status();
    EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSIENT_ERROR);
    const v1::ErrorDetail& detail = job->error().detail();
    EXPECT_EQ(detail.reason(), v1::ERROR_REASON_SERVER_CERTIFICATE_NOT_APPROVED)
        << job->error().message();
    EXPECT_EQ(detail.server_certificates_size(), 1);
    std::string pem = absl::Base64Escape(detail.server_certificates(0));
    const std::string file = ReadFile(origin_.certificate_path());
    EXPECT_THAT(absl::StrReplaceAll(file, {{"\n", ""}}), HasSubstr(pem));
    return detail.server_key();
  }
  std::string Convoy(std::vector<std::string> arguments) const {
    ProcessOptions options;
    options.argv = {Runfile("client/cli/convoy"), "--socket", daemon_.socket()};
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    const ProcessResult result = RunProcess(options);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.output;
  }

  Nginx origin_;
  TestDaemon daemon_;
};

TEST_F(ApprovalTest, AJobWaitsUntilEachOfTheServersKeysIsApproved) {
  const std::string bytes = Serve(origin_, "a", 6'000'000);
  const std::string id = Begin("a");
  const std::string key = AwaitKey(id);
  EXPECT_EQ(key.size(), 44u);
  EXPECT_THAT(Convoy({"show", id}), HasSubstr("--approve-key " + key));
  EXPECT_THAT(Convoy({"explain", id}), HasSubstr("its key " + key));
  daemon_.Kill();
  daemon_.Start();
  EXPECT_EQ(AwaitKey(id), key);
  EXPECT_EQ(origin_.Log(), "");

  Convoy({"set", id, "--approve-key", key});
  ASSERT_TRUE(daemon_.Resume(id).ok());
  const auto moving = daemon_.WaitForBytes(id, 1);
  ASSERT_TRUE(moving.ok()) << moving.status();

  // The server comes back with another key.
  origin_.Stop();
  const auto broken = daemon_.WaitFor(id, {v1::JOB_STATE_TRANSIENT_ERROR});
  ASSERT_TRUE(broken.ok()) << broken.status();
  const std::int64_t had = broken->progress().transferred_bytes();
  const std::string log = origin_.Log();
  origin_.RenewCertificate();
  origin_.Release();
  origin_.Start();
  ASSERT_TRUE(daemon_.Resume(id).ok());
  const std::string renewed = AwaitKey(id);
  EXPECT_NE(renewed, key);
  EXPECT_EQ(origin_.Log(), log);
  Convoy({"set", id, "--approve-key", renewed});
  ASSERT_TRUE(daemon_.Resume(id).ok());
  const auto job =
      daemon_.WaitFor(id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->error().message();
  EXPECT_EQ(job->http().certificate_approval().approved_keys_size(), 2);
  // It went on from what it had.
  EXPECT_GT(had, 0);
  EXPECT_THAT(origin_.Log().substr(log.size()), Not(HasSubstr("200 6000000")));
  ASSERT_TRUE(daemon_.Complete(id).ok());
  EXPECT_TRUE(ReadFile(Local("a")) == bytes);
}

TEST_F(ApprovalTest, ARefusedKeyIsAnError) {
  Serve(origin_, "a", 1000);
  const std::string id = Begin("a");
  Convoy({"set", id, "--refuse-key", AwaitKey(id)});
  ASSERT_TRUE(daemon_.Resume(id).ok());
  const auto job =
      daemon_.WaitFor(id, {v1::JOB_STATE_ERROR, v1::JOB_STATE_TRANSFERRED});
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_TRUST_FAILURE);
  EXPECT_EQ(origin_.Log(), "");
}

TEST_F(JobOptionsTest, AClientOutlivesItsDaemonAndServesEightThreads) {
  TestDaemon daemon;
  const auto job = daemon.Create({File("http://127.0.0.1:1/none", Local("a"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ClientOptions options = ClientOf(daemon);
  options.deadline = kPatience;
  const JobClient client(options);
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  std::atomic<int> wrong{0};
  const auto hammer = [&](int number) {
    v1::UpdateJobRequest update;
    update.mutable_job()->set_id(job->id());
    update.mutable_update_mask()->add_paths("description");
    for (int i = 0; !stop; ++i) {
      update.mutable_job()->set_description(absl::StrCat(number, ":", i));
      absl::Status status;
      switch ((number + i) % 4) {
        case 0:
          status = client.UpdateJob(update).status();
          break;
        case 1:
          status = client.ResumeJob(job->id()).status();
          break;
        case 2:
          status = client.SuspendJob(job->id()).status();
          break;
        default:
          status = client.GetJob(job->id()).status();
      }
      if (status.ok()) {
        ++answered;
      } else if (!absl::IsUnavailable(status)) {
        ++wrong;
        ADD_FAILURE() << status;
      }
    }
  };
  std::vector<std::thread> threads;
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back(hammer, number);
  }
  const auto wait_for_more = [&answered] {
    const int before = answered;
    return Eventually([&] { return answered >= before + 100; });
  };
  EXPECT_TRUE(wait_for_more());
  daemon.Kill();
  EXPECT_TRUE(IsDaemonUnreachable(client.GetJob(job->id()).status()));
  daemon.Start();
  EXPECT_TRUE(wait_for_more());
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(client.GetJob(job->id()).ok());
}

}  // namespace
}  // namespace convoy::testing
