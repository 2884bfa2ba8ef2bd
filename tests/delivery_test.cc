// Files from a real nginx through a real convoyd.

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"
#include "proto/grpc_status.h"
#include "tests/nginx.h"
#include "tests/process.h"
#include "tests/temp_dir.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return ErrorDetailOf(status).reason();
}

// The bytes are compared, not printed.
::testing::AssertionResult HasBytes(const std::string& path,
                                    const std::string& bytes) {
  const std::string found = ReadFile(path);
  if (found == bytes) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << path << " has " << found.size() << " bytes, sha-256 "
         << Sha256Hex(found) << "; wanted " << bytes.size() << " bytes, "
         << Sha256Hex(bytes);
}

class DeliveryTest : public ::testing::Test {
 protected:
  // Puts a file at the origin.
  std::string Serve(Nginx& origin, const std::string& name, std::size_t size) {
    const std::string bytes = RandomBytes(size, size);
    WriteFile(origin.root() + "/" + name, bytes);
    return bytes;
  }

  // So slow that a job of some megabytes is seen while it runs.
  static Nginx::Options Slow() {
    Nginx::Options options;
    options.rate = "300k";
    return options;
  }

  std::string Local(const std::string& name) const {
    return destination_.path() + "/" + name;
  }

  TempDir destination_;
};

TEST_F(DeliveryTest, FileGetsItsNameAtCompleteAndNotBefore) {
  Nginx origin;
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "a.bin", 3'000'000);

  const auto job = daemon.Run({File(origin.Url("a.bin"), Local("a.bin"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().transferred_bytes(), 3'000'000);
  EXPECT_EQ(job->progress().total_bytes(), 3'000'000);
  EXPECT_FALSE(Exists(Local("a.bin")));

  const auto completed = daemon.Complete(job->id());
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_EQ(completed->job().state(), v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_FALSE(completed->partial());
  EXPECT_TRUE(HasBytes(Local("a.bin"), bytes));
  EXPECT_THAT(ListFolder(destination_.path()), ElementsAre("a.bin"));

  const auto again = daemon.Complete(job->id());
  EXPECT_EQ(ReasonOf(again.status()), v1::ERROR_REASON_INVALID_STATE);
}

TEST_F(DeliveryTest, EmptyFileIsDelivered) {
  Nginx origin;
  TestDaemon daemon;
  Serve(origin, "empty", 0);
  const auto job = daemon.Run({File(origin.Url("empty"), Local("empty"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  EXPECT_TRUE(HasBytes(Local("empty"), ""));
}

TEST_F(DeliveryTest, FetchDoesAllInOneCall) {
  Nginx origin;
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "a.bin", 200'000);
  v1::FetchRequest request;
  *request.add_files() = File(origin.Url("a.bin"), Local("a.bin"));
  request.mutable_files(0)->set_expected_sha256(Sha256Hex(bytes));
  const auto job = daemon.Fetch(request);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state(), v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(job->display_name(), "a.bin");
  EXPECT_TRUE(HasBytes(Local("a.bin"), bytes));
}

TEST_F(DeliveryTest, FetchWithTheSameRequestIdIsTheSameJob) {
  Nginx origin;
  TestDaemon daemon;
  Serve(origin, "a.bin", 1000);
  v1::FetchRequest request;
  *request.add_files() = File(origin.Url("a.bin"), Local("a.bin"));
  request.set_request_id("7b0e6c3e");
  const auto first = daemon.Fetch(request);
  ASSERT_TRUE(first.ok()) << first.status();
  daemon.Kill();
  daemon.Start();
  const auto second = daemon.Fetch(request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->id(), second->id());

  request.mutable_files(0)->set_local_path(Local("b.bin"));
  const auto other = daemon.Fetch(request);
  EXPECT_EQ(ReasonOf(other.status()), v1::ERROR_REASON_REQUEST_ID_REUSED);
}

TEST_F(DeliveryTest, FetchOfAMissingFileEndsWithTheJobsError) {
  Nginx origin;
  TestDaemon daemon;
  v1::FetchRequest request;
  *request.add_files() = File(origin.Url("missing"), Local("a.bin"));
  const auto job = daemon.Fetch(request);
  const v1::ErrorDetail detail = ErrorDetailOf(job.status());
  EXPECT_EQ(detail.reason(), v1::ERROR_REASON_HTTP_STATUS) << job.status();
  EXPECT_EQ(detail.http_status(), 404);
  EXPECT_EQ(detail.context(), v1::ERROR_CONTEXT_REMOTE_FILE);
}

TEST_F(DeliveryTest, SuspendedJobGoesOnWhereItWas) {
  Nginx origin(Slow());
  TestDaemon daemon;
  constexpr std::int64_t kSize = 24'000'000;
  const std::string bytes = Serve(origin, "a.bin", kSize);
  const auto job = daemon.Create({File(origin.Url("a.bin"), Local("a.bin"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon.Resume(job->id()).ok());
  ASSERT_TRUE(daemon.WaitForBytes(job->id(), 3'000'000).ok());
  const auto suspended = daemon.Suspend(job->id());
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  EXPECT_EQ(suspended->state(), v1::JOB_STATE_SUSPENDED);
  EXPECT_GE(suspended->progress().transferred_bytes(), 3'000'000);

  origin.Release();
  ASSERT_TRUE(daemon.Resume(job->id()).ok());
  const auto done = daemon.WaitFor(job->id(), {v1::JOB_STATE_TRANSFERRED});
  ASSERT_TRUE(done.ok()) << done.status();
  // What was on disk was not fetched again.
  EXPECT_LE(done->progress().source_bytes().origin_bytes() -
                suspended->progress().source_bytes().origin_bytes(),
            kSize - suspended->progress().transferred_bytes() + 1'000'000);
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  EXPECT_TRUE(HasBytes(Local("a.bin"), bytes));
}

TEST_F(DeliveryTest, JobGoesOnAfterTheDaemonWasKilled) {
  Nginx origin(Slow());
  TestDaemon daemon;
  constexpr std::int64_t kSize = 24'000'000;
  const std::string bytes = Serve(origin, "a.bin", kSize);
  const auto job = daemon.Create({File(origin.Url("a.bin"), Local("a.bin"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon.Resume(job->id()).ok());
  const auto before = daemon.WaitForBytes(job->id(), 3'000'000);
  ASSERT_TRUE(before.ok()) << before.status();
  daemon.Kill();
  origin.Release();
  daemon.Start();
  const auto after = daemon.Get(job->id());
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_GE(after->progress().transferred_bytes(),
            before->progress().transferred_bytes());
  const auto done = daemon.WaitFor(job->id(), {v1::JOB_STATE_TRANSFERRED});
  ASSERT_TRUE(done.ok()) << done.status();
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  EXPECT_TRUE(HasBytes(Local("a.bin"), bytes));
}

TEST_F(DeliveryTest, JobWaitsForAnOriginThatIsDownAndGoesOn) {
  Nginx origin;
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "a.bin", 100'000);
  origin.Stop();
  const auto job = daemon.Create({File(origin.Url("a.bin"), Local("a.bin"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon.Resume(job->id()).ok());
  const auto waits = daemon.WaitFor(job->id(), {v1::JOB_STATE_TRANSIENT_ERROR});
  ASSERT_TRUE(waits.ok()) << waits.status();
  EXPECT_EQ(waits->error().detail().reason(), v1::ERROR_REASON_CONNECT_FAILURE);
  EXPECT_TRUE(waits->has_next_retry_time());
  const auto explained = daemon.Explain(job->id());
  ASSERT_TRUE(explained.ok()) << explained.status();
  EXPECT_TRUE(explained->has_next_action_time()) << explained->DebugString();
  origin.Start();
  const auto done = daemon.WaitFor(job->id(), {v1::JOB_STATE_TRANSFERRED});
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_FALSE(done->has_error());
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  EXPECT_TRUE(HasBytes(Local("a.bin"), bytes));
}

TEST_F(DeliveryTest, RangesStandOneAfterAnother) {
  Nginx origin;
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "a.bin", 1'000'000);
  v1::JobFile file = File(origin.Url("a.bin"), Local("a.bin"));
  const auto add = [&file](std::int64_t offset, std::int64_t length) {
    v1::FileRange* const range = file.add_ranges();
    range->set_offset_bytes(offset);
    if (length > 0) range->set_length_bytes(length);
  };
  add(0, 100);
  add(200, 1000);
  add(500'000, 300'000);
  add(999'990, 0);
  const auto job = daemon.Run({file});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().total_bytes(), 301'110);
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  EXPECT_TRUE(HasBytes(Local("a.bin"), bytes.substr(0, 100) +
                                           bytes.substr(200, 1000) +
                                           bytes.substr(500'000, 300'000) +
                                           bytes.substr(999'990)));
  EXPECT_LT(origin.BodyBytesSent(), 400'000);
}

TEST_F(DeliveryTest, AThousandFilesOfOneJob) {
  Nginx origin;
  TestDaemon daemon;
  std::vector<v1::JobFile> files;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = absl::StrCat("f", i);
    WriteFile(origin.root() + "/" + name, absl::StrCat("content of ", i));
    files.push_back(File(origin.Url(name), Local(name)));
  }
  const auto job = daemon.Run(files);
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().transferred_files(), 1000);
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(ReadFile(Local(absl::StrCat("f", i))),
              absl::StrCat("content of ", i));
  }
  EXPECT_EQ(ListFolder(destination_.path()).size(), 1000U);
}

TEST_F(DeliveryTest, WrongDigestIsAnErrorAndNoFile) {
  Nginx origin;
  TestDaemon daemon;
  Serve(origin, "a.bin", 100'000);
  v1::JobFile file = File(origin.Url("a.bin"), Local("a.bin"));
  file.set_expected_sha256(Sha256Hex("something else"));
  const auto job = daemon.Run({file});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  ASSERT_TRUE(daemon.Cancel(job->id()).ok());
  EXPECT_THAT(ListFolder(destination_.path()), IsEmpty());
}

TEST_F(DeliveryTest, WrongSizeIsAnErrorBeforeTheBody) {
  Nginx origin;
  TestDaemon daemon;
  Serve(origin, "a.bin", 50'000'000);
  v1::JobFile file = File(origin.Url("a.bin"), Local("a.bin"));
  file.set_expected_size_bytes(50'000'001);
  const auto job = daemon.Run({file});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_SIZE_MISMATCH);
  EXPECT_LT(job->progress().source_bytes().origin_bytes(), 10'000'000);
}

TEST_F(DeliveryTest, LocalSourceIsCopied) {
  TestDaemon daemon;
  const std::string bytes = RandomBytes(5'000'000, 5);
  WriteFile(Local("source"), bytes);
  const auto job =
      daemon.Run({File("file://" + Local("source"), Local("copy"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().source_bytes().local_bytes(), 5'000'000);
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  EXPECT_TRUE(HasBytes(Local("copy"), bytes));
}

TEST_F(DeliveryTest, MirrorServesWhatTheOriginDoesNot) {
  Nginx origin;
  Nginx mirror;
  TestDaemon daemon;
  const std::string bytes = Serve(mirror, "a.bin", 100'000);
  v1::JobFile file = File(origin.Url("a.bin"), Local("a.bin"));
  file.add_mirror_urls(mirror.Url("a.bin"));
  const auto job = daemon.Run({file});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  EXPECT_EQ(job->progress().source_bytes().mirror_bytes(), 100'000);
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  EXPECT_TRUE(HasBytes(Local("a.bin"), bytes));
}

TEST_F(DeliveryTest, NewRemoteNameIsTakenWhileTheJobRuns) {
  Nginx first(Slow());
  Nginx second;
  TestDaemon daemon;
  const std::string bytes = Serve(first, "a.bin", 40'000'000);
  WriteFile(second.root() + "/b.bin", bytes);
  // The same time stamp: the same version of the file.
  struct stat attributes = {};
  ASSERT_EQ(stat((first.root() + "/a.bin").c_str(), &attributes), 0);
  const timespec times[2] = {attributes.st_atim, attributes.st_mtim};
  ASSERT_EQ(utimensat(AT_FDCWD, (second.root() + "/b.bin").c_str(), times, 0),
            0);

  const auto job = daemon.Create({File(first.Url("a.bin"), Local("a.bin"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon.Resume(job->id()).ok());
  ASSERT_TRUE(daemon.WaitForBytes(job->id(), 2'000'000).ok());
  v1::UpdateFileRequest request;
  request.set_job_id(job->id());
  request.mutable_file()->set_index(0);
  request.mutable_file()->set_remote_url(second.Url("b.bin"));
  request.mutable_update_mask()->add_paths("remote_url");
  grpc::ClientContext context;
  v1::JobFile updated;
  const grpc::Status status =
      daemon.jobs().UpdateFile(&context, request, &updated);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(updated.remote_url(), second.Url("b.bin"));
  const auto done = daemon.WaitFor(job->id(), {v1::JOB_STATE_TRANSFERRED});
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_LE(second.BodyBytesSent(), 38'000'000);
  ASSERT_TRUE(daemon.Complete(job->id()).ok());
  EXPECT_TRUE(HasBytes(Local("a.bin"), bytes));
}

TEST_F(DeliveryTest, TlsNeedsATrustedCertificate) {
  Nginx::Options options;
  options.tls = true;
  Nginx origin(options);
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "a.bin", 300'000);

  const auto refused = daemon.Run({File(origin.Url("a.bin"), Local("a.bin"))});
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_EQ(refused->state(), v1::JOB_STATE_ERROR);
  EXPECT_EQ(refused->error().detail().reason(), v1::ERROR_REASON_TRUST_FAILURE);

  v1::Job job;
  job.mutable_http()->mutable_tls()->set_ca_file(origin.certificate_path());
  const auto trusted =
      daemon.Run({File(origin.Url("a.bin"), Local("b.bin"))}, job);
  ASSERT_TRUE(trusted.ok()) << trusted.status();
  ASSERT_EQ(trusted->state(), v1::JOB_STATE_TRANSFERRED)
      << trusted->DebugString();
  ASSERT_TRUE(daemon.Complete(trusted->id()).ok());
  EXPECT_TRUE(HasBytes(Local("b.bin"), bytes));
}

TEST_F(DeliveryTest, CompleteKeepsWhatIsWholeAndRemovesTheRest) {
  Nginx origin;
  Nginx slow(Slow());
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "small", 10'000);
  Serve(slow, "large", 50'000'000);
  const auto job = daemon.Create({File(origin.Url("small"), Local("small")),
                                  File(slow.Url("large"), Local("large"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon.Resume(job->id()).ok());
  ASSERT_TRUE(daemon.WaitForBytes(job->id(), 10'000 + 1).ok());
  const auto completed = daemon.Complete(job->id());
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_TRUE(completed->partial());
  EXPECT_EQ(completed->job().state(), v1::JOB_STATE_ACKNOWLEDGED);
  EXPECT_TRUE(HasBytes(Local("small"), bytes));
  EXPECT_THAT(ListFolder(destination_.path()), ElementsAre("small"));
}

TEST_F(DeliveryTest, CompleteCanBeRepeatedAfterAFailure) {
  Nginx origin;
  TestDaemon daemon;
  const std::string bytes = Serve(origin, "a", 10'000);
  const auto job = daemon.Run({File(origin.Url("a"), Local("first")),
                               File(origin.Url("a"), Local("second"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
  ASSERT_EQ(mkdir(Local("second").c_str(), 0755), 0);
  const auto failed = daemon.Complete(job->id());
  EXPECT_EQ(ReasonOf(failed.status()), v1::ERROR_REASON_PATH_NOT_REGULAR);
  EXPECT_EQ(ErrorDetailOf(failed.status()).local_path(), Local("second"));
  const auto still = daemon.Get(job->id());
  ASSERT_TRUE(still.ok());
  EXPECT_EQ(still->state(), v1::JOB_STATE_TRANSFERRED);
  ASSERT_EQ(rmdir(Local("second").c_str()), 0);
  const auto completed = daemon.Complete(job->id());
  ASSERT_TRUE(completed.ok()) << completed.status();
  EXPECT_TRUE(HasBytes(Local("first"), bytes));
  EXPECT_TRUE(HasBytes(Local("second"), bytes));
  EXPECT_THAT(ListFolder(destination_.path()), ElementsAre("first", "second"));
}

TEST_F(DeliveryTest, CancelRemovesEverything) {
  Nginx origin(Slow());
  TestDaemon daemon;
  Serve(origin, "a.bin", 40'000'000);
  const auto job = daemon.Create({File(origin.Url("a.bin"), Local("a.bin"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon.Resume(job->id()).ok());
  ASSERT_TRUE(daemon.WaitForBytes(job->id(), 1).ok());
  const auto cancelled = daemon.Cancel(job->id());
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->job().state(), v1::JOB_STATE_CANCELLED);
  EXPECT_THAT(ListFolder(destination_.path()), IsEmpty());
  EXPECT_EQ(ReasonOf(daemon.Resume(job->id()).status()),
            v1::ERROR_REASON_INVALID_STATE);
}

TEST_F(DeliveryTest, FullDiskIsAnErrorThatLosesNothing) {
  Nginx origin;
  TestDaemon daemon;
  const std::string disk = Local("disk");
  ASSERT_EQ(mkdir(disk.c_str(), 0755), 0);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=4m") != 0) {
    GTEST_SKIP() << "this machine does not let the test mount a small disk";
  }
  const std::string bytes = Serve(origin, "a.bin", 8'000'000);
  const auto job = daemon.Run({File(origin.Url("a.bin"), disk + "/a.bin")});
  EXPECT_TRUE(job.ok()) << job.status();
  if (job.ok()) {
    EXPECT_EQ(job->state(), v1::JOB_STATE_ERROR);
    EXPECT_EQ(job->error().detail().reason(), v1::ERROR_REASON_DISK_FULL);
    EXPECT_EQ(job->error().detail().context(), v1::ERROR_CONTEXT_LOCAL_FILE);
    EXPECT_THAT(job->error().message(), HasSubstr(disk));
    EXPECT_EQ(mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
    EXPECT_TRUE(daemon.Resume(job->id()).ok());
    const auto done = daemon.WaitFor(job->id(), {v1::JOB_STATE_TRANSFERRED});
    EXPECT_TRUE(done.ok()) << done.status();
    EXPECT_TRUE(daemon.Complete(job->id()).ok());
    EXPECT_TRUE(HasBytes(disk + "/a.bin", bytes));
  }
  daemon.Kill();
  EXPECT_EQ(umount(disk.c_str()), 0);
}

TEST_F(DeliveryTest, ForegroundJobGoesBeforeAllOthers) {
  Nginx origin(Slow());
  TestDaemon::Options one_at_a_time;
  one_at_a_time.settings = {{"scheduler.max_running_jobs", "1"}};
  TestDaemon daemon(one_at_a_time);
  Serve(origin, "large", 40'000'000);
  Serve(origin, "small", 100'000);
  const auto low = daemon.Create({File(origin.Url("large"), Local("large"))});
  ASSERT_TRUE(low.ok()) << low.status();
  ASSERT_TRUE(daemon.Resume(low->id()).ok());
  ASSERT_TRUE(daemon.WaitForBytes(low->id(), 1).ok());

  v1::Job urgent;
  urgent.set_priority(v1::JOB_PRIORITY_FOREGROUND);
  const auto first =
      daemon.Run({File(origin.Url("small"), Local("small"))}, urgent);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->state(), v1::JOB_STATE_TRANSFERRED);
  const auto other = daemon.Get(low->id());
  ASSERT_TRUE(other.ok());
  EXPECT_NE(other->state(), v1::JOB_STATE_TRANSFERRED);
  EXPECT_TRUE(daemon.WaitFor(low->id(), {v1::JOB_STATE_TRANSFERRING}).ok());
}

TEST_F(DeliveryTest, StopIsCleanAndLosesNothing) {
  Nginx origin(Slow());
  TestDaemon daemon;
  Serve(origin, "a.bin", 24'000'000);
  const auto job = daemon.Create({File(origin.Url("a.bin"), Local("a.bin"))});
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(daemon.Resume(job->id()).ok());
  ASSERT_TRUE(daemon.WaitForBytes(job->id(), 3'000'000).ok());
  EXPECT_EQ(daemon.Stop(), 0);
  // As a purge of the package asks.
  ProcessOptions options;
  options.argv = {Runfile("daemon/convoyd"), "--list-temporaries",
                  daemon.state_directory()};
  const ProcessResult listed = RunProcess(options);
  EXPECT_EQ(listed.exit_code, 0) << listed.output;
  EXPECT_EQ(listed.output,
            Local(absl::StrCat(".convoy-", job->id(), "-0.part")) + '\0');
  origin.Release();
  daemon.Start();
  const auto after = daemon.Get(job->id());
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_GE(after->progress().transferred_bytes(), 3'000'000);
  EXPECT_TRUE(daemon.WaitFor(job->id(), {v1::JOB_STATE_TRANSFERRED}).ok());
}

}  // namespace
}  // namespace convoy::testing
