#include "daemon/job_proto.h"

#include <unistd.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "daemon/config_file.h"
#include "daemon/job.h"
#include "daemon/job_testing.h"
#include "daemon/settings.h"
#include "gtest/gtest.h"

namespace convoy {
namespace {

Settings DefaultSettings() { return *ParseConfig({}, {}); }

std::shared_ptr<const v1::Job> Snapshot(const Job& job) {
  return JobSnapshot(job, {}, DefaultSettings());
}

JobFile& AddFile(Job* job) {
  job->files.emplace_back();
  job->files.back().index = static_cast<int>(job->files.size()) - 1;
  return job->files.back();
}

TEST(JobSnapshotTest, ShowsTheJob) {
  Job job;
  job.id = JobId::Random();
  job.owner = {0, 0};
  job.state = v1::JOB_STATE_TRANSIENT_ERROR;
  job.priority = v1::JOB_PRIORITY_HIGH;
  job.notify_flags = 0;
  job.error_count = 4;
  job.display_name = "name";
  job.description = "text";
  job.no_progress_timeout = absl::Milliseconds(1500);
  job.create_time = absl::FromUnixMillis(1700000000250);
  job.modify_time = absl::FromUnixSeconds(1700000001);
  job.transfer_complete_time = absl::FromUnixSeconds(1700000002);
  job.next_retry_time = absl::FromUnixSeconds(1700000003);
  job.revision = 12;
  job.failure = std::make_unique<JobFailure>();
  job.failure->detail.set_reason(v1::ERROR_REASON_TIMEOUT);
  job.failure->message = "too slow";
  job.failure->file_index = 0;
  job.failure->time = absl::FromUnixSeconds(1700000004);

  const auto shown = JobSnapshot(job, {123}, DefaultSettings());
  EXPECT_EQ(shown->id(), job.id.ToString());
  EXPECT_EQ(shown->display_name(), "name");
  EXPECT_EQ(shown->description(), "text");
  EXPECT_EQ(shown->type(), v1::JOB_TYPE_DOWNLOAD);
  EXPECT_EQ(shown->priority(), v1::JOB_PRIORITY_HIGH);
  EXPECT_EQ(shown->state(), v1::JOB_STATE_TRANSIENT_ERROR);
  EXPECT_EQ(shown->owner().user_name(), "root");
  EXPECT_EQ(shown->no_progress_timeout().seconds(), 1);
  EXPECT_EQ(shown->no_progress_timeout().nanos(), 500000000);
  EXPECT_TRUE(shown->has_notify_flags());
  EXPECT_EQ(shown->notify_flags(), 0u);
  EXPECT_EQ(shown->error_count(), 4);
  EXPECT_EQ(shown->create_time().seconds(), 1700000000);
  EXPECT_EQ(shown->create_time().nanos(), 250000000);
  EXPECT_EQ(shown->modify_time().seconds(), 1700000001);
  EXPECT_EQ(shown->transfer_complete_time().seconds(), 1700000002);
  EXPECT_EQ(shown->next_retry_time().seconds(), 1700000003);
  EXPECT_EQ(shown->etag(), "12");
  EXPECT_EQ(shown->progress().rate_bytes_per_second(), 123);
  EXPECT_EQ(shown->error().detail().reason(), v1::ERROR_REASON_TIMEOUT);
  EXPECT_EQ(shown->error().message(), "too slow");
  EXPECT_TRUE(shown->error().has_file_index());
  EXPECT_EQ(shown->error().time().seconds(), 1700000004);
}

TEST(JobSnapshotTest, LeavesOutWhatIsNotThere) {
  Job job;
  job.owner = {3999999999, 0};
  const auto shown = Snapshot(job);
  EXPECT_EQ(shown->owner().uid(), 3999999999u);
  EXPECT_EQ(shown->owner().user_name(), "");
  EXPECT_FALSE(shown->has_http());
  EXPECT_FALSE(shown->has_error());
  EXPECT_FALSE(shown->has_transfer_complete_time());
  EXPECT_FALSE(shown->has_next_retry_time());
  EXPECT_EQ(shown->notify_flags(), 3u);
}

TEST(JobSnapshotTest, TheNextRunIsShownWhenTheCommandHasEnded) {
  Job job;
  job.notification = std::make_unique<v1::JobNotification>();
  job.notification->mutable_next_run_time()->set_seconds(1700000003);
  EXPECT_FALSE(Snapshot(job)->notification().has_next_run_time());
  job.notification->set_last_result("exited with status 3");
  EXPECT_EQ(Snapshot(job)->notification().next_run_time().seconds(),
            1700000003);
}

TEST(JobSnapshotTest, ARetryTimeBelongsToTransientError) {
  Job job;
  job.next_retry_time = absl::FromUnixSeconds(1700000003);
  job.state = v1::JOB_STATE_QUEUED;
  EXPECT_FALSE(Snapshot(job)->has_next_retry_time());
}

TEST(JobSnapshotTest, TimeoutsDefaultByPriority) {
  const struct {
    v1::JobPriority priority;
    std::int64_t timeout;
    std::int64_t delay;
  } cases[] = {
      {v1::JOB_PRIORITY_FOREGROUND, 3600, 60},
      {v1::JOB_PRIORITY_HIGH, 3600, 600},
      {v1::JOB_PRIORITY_NORMAL, 86400, 600},
      {v1::JOB_PRIORITY_LOW, 86400, 600},
  };
  for (const auto& one : cases) {
    Job job;
    job.priority = one.priority;
    EXPECT_EQ(Snapshot(job)->no_progress_timeout().seconds(), one.timeout);
    EXPECT_EQ(Snapshot(job)->minimum_retry_delay().seconds(), one.delay);
  }
  Job job;
  job.no_progress_timeout = absl::ZeroDuration();
  job.minimum_retry_delay = absl::Seconds(1);
  EXPECT_EQ(Snapshot(job)->no_progress_timeout().seconds(), 0);
  EXPECT_EQ(Snapshot(job)->minimum_retry_delay().seconds(), 1);
}

TEST(JobSnapshotTest, NeverShowsSecrets) {
  Job job;
  auto http = std::make_shared<v1::HttpOptions>();
  v1::HttpHeader* header = http->add_headers();
  header->set_name("Cookie");
  header->set_value("hunter2");
  v1::HttpCredentials* basic = http->add_credentials();
  basic->set_scheme(v1::HttpCredentials::SCHEME_BASIC);
  basic->set_user_name("user");
  basic->set_password("hunter2");
  v1::HttpCredentials* bearer = http->add_credentials();
  bearer->set_scheme(v1::HttpCredentials::SCHEME_BEARER);
  bearer->set_bearer_token("hunter2");
  http->mutable_tls()->set_client_key_file("/key");
  http->mutable_proxy()->set_url("http://proxy");
  job.http = http;
  const auto shown = Snapshot(job);
  EXPECT_FALSE(absl::StrContains(shown->SerializeAsString(), "hunter2"));
  EXPECT_EQ(shown->http().headers(0).name(), "Cookie");
  EXPECT_EQ(shown->http().credentials(0).user_name(), "user");
  EXPECT_EQ(shown->http().credentials(1).scheme(),
            v1::HttpCredentials::SCHEME_BEARER);
  EXPECT_EQ(shown->http().tls().client_key_file(), "/key");
  EXPECT_EQ(shown->http().proxy().url(), "http://proxy");
  // The job keeps them.
  EXPECT_EQ(job.http->headers(0).value(), "hunter2");
}

TEST(JobSnapshotTest, AddsUpTheFiles) {
  Job job;
  JobFile& a = AddFile(&job);
  a.size = 10;
  a.flushed_bytes = 10;
  a.transferred = true;
  a.transfer = std::make_unique<FileTransferState>();
  a.transfer->sources = {11, 2, 0, 100, 0, 6};
  JobFile& b = AddFile(&job);
  b.ranges = {{0, 3}, {7, 4}};
  b.flushed_bytes = 2;
  b.transfer = std::make_unique<FileTransferState>();
  b.transfer->sources = {1, 0, 5, 1000, 20, 0};
  const auto progress = Snapshot(job)->progress();
  EXPECT_EQ(progress.transferred_bytes(), 12);
  EXPECT_EQ(progress.total_bytes(), 17);
  EXPECT_EQ(progress.transferred_files(), 1);
  EXPECT_EQ(progress.total_files(), 2);
  EXPECT_EQ(progress.source_bytes().origin_bytes(), 12);
  EXPECT_EQ(progress.source_bytes().mirror_bytes(), 2);
  EXPECT_EQ(progress.source_bytes().local_bytes(), 5);
  EXPECT_EQ(progress.source_bytes().lan_bytes(), 1100);
  EXPECT_EQ(progress.source_bytes().group_bytes(), 20);
  EXPECT_EQ(progress.source_bytes().internet_bytes(), 6);
}

TEST(JobSnapshotTest, TheDownloadModeIsTheOneInForce) {
  Job job;
  EXPECT_EQ(Snapshot(job)->download_mode(), v1::DOWNLOAD_MODE_LAN);
  EXPECT_FALSE(Snapshot(job)->private_());
  job.download_mode = v1::DOWNLOAD_MODE_INTERNET;
  job.is_private = true;
  EXPECT_EQ(Snapshot(job)->download_mode(), v1::DOWNLOAD_MODE_LAN);
  EXPECT_TRUE(Snapshot(job)->private_());
  job.download_mode = v1::DOWNLOAD_MODE_SIMPLE;
  EXPECT_EQ(Snapshot(job)->download_mode(), v1::DOWNLOAD_MODE_SIMPLE);
}

TEST(JobSnapshotTest, TheTotalIsAbsentUntilEachSizeIsKnown) {
  Job job;
  EXPECT_TRUE(Snapshot(job)->progress().has_total_bytes());
  EXPECT_EQ(Snapshot(job)->progress().total_bytes(), 0);
  AddFile(&job).size = 5;
  AddFile(&job).ranges = {{0, 3}, {7, ByteRange::kToEnd}};
  EXPECT_FALSE(Snapshot(job)->progress().has_total_bytes());
  job.files[1].size = 9;
  EXPECT_EQ(Snapshot(job)->progress().total_bytes(), 14);
  AddFile(&job);
  EXPECT_FALSE(Snapshot(job)->progress().has_total_bytes());
  job.files[2].size = 0;
  EXPECT_EQ(Snapshot(job)->progress().total_bytes(), 14);
}

TEST(JobSnapshotTest, HugeSizesDoNotOverflow) {
  Job job;
  for (int i = 0; i < 4; ++i) AddFile(&job).size = std::int64_t{1} << 62;
  EXPECT_EQ(Snapshot(job)->progress().total_bytes(),
            std::numeric_limits<std::int64_t>::max());
}

TEST(FileSnapshotTest, ShowsTheFile) {
  Job job;
  AddFile(&job);
  JobFile& file = AddFile(&job);
  file.remote_url = "https://h/a";
  file.local_path = "/d/a";
  file.ranges = {{1, 2}, {5, ByteRange::kToEnd}};
  file.mirror_urls = {"http://m/a"};
  file.expected_size = 0;
  file.expected_sha256 = std::string(31, '\xAB') + "\x01";
  file.client_file_id = "mine";
  file.size = 8;
  file.flushed_bytes = 3;
  file.transfer = std::make_unique<FileTransferState>();
  file.transfer->temporary_path = "/d/.part";
  file.transfer->validator = {"\"e\"", "yesterday"};
  file.transfer->response_headers = {{"Server", "x"}};
  file.transfer->effective_url = "https://h2/a";
  file.transfer->integrity = "size";
  file.transfer->content_id = std::string(19, '\xCD') + "\x02";
  file.transfer->sources = {1, 2, 3};
  const v1::JobFile shown = FileSnapshot(job, file);
  EXPECT_EQ(shown.index(), 1);
  EXPECT_EQ(shown.remote_url(), "https://h/a");
  EXPECT_EQ(shown.local_path(), "/d/a");
  ASSERT_EQ(shown.ranges_size(), 2);
  EXPECT_EQ(shown.ranges(0).offset_bytes(), 1);
  EXPECT_EQ(shown.ranges(0).length_bytes(), 2);
  EXPECT_FALSE(shown.ranges(1).has_length_bytes());
  EXPECT_EQ(shown.mirror_urls(0), "http://m/a");
  EXPECT_TRUE(shown.has_expected_size_bytes());
  EXPECT_EQ(shown.expected_sha256(),
            "abababababababababababababababababababababababababababababab"
            "ab01");
  EXPECT_EQ(shown.client_file_id(), "mine");
  EXPECT_EQ(shown.size_bytes(), 8);
  EXPECT_EQ(shown.transferred_bytes(), 3);
  EXPECT_EQ(shown.temporary_path(), "/d/.part");
  EXPECT_EQ(shown.validator().etag(), "\"e\"");
  EXPECT_EQ(shown.validator().last_modified(), "yesterday");
  EXPECT_EQ(shown.response_headers(0).value(), "x");
  EXPECT_EQ(shown.effective_url(), "https://h2/a");
  EXPECT_EQ(shown.integrity(), "size");
  EXPECT_EQ(shown.source_bytes().local_bytes(), 3);
  EXPECT_EQ(shown.content_id(), "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd02");
  EXPECT_FALSE(shown.has_manifest());
  EXPECT_FALSE(shown.has_error());
}

TEST(FileSnapshotTest, ShowsTheProofThatWasAsked) {
  Job job;
  JobFile& file = AddFile(&job);
  file.proof = std::make_unique<FileProof>();
  file.proof->required = v1::INTEGRITY_MANDATORY;
  EXPECT_EQ(FileSnapshot(job, file).required_integrity(),
            v1::INTEGRITY_MANDATORY);
  EXPECT_FALSE(FileSnapshot(job, file).has_manifest());
  file.proof->manifest_info_hash = std::string(20, '\x01');
  file.proof->manifest_sha256 = std::string(32, '\xFE');
  file.proof->manifest_location = "/m";
  const v1::Manifest shown = FileSnapshot(job, file).manifest();
  EXPECT_EQ(shown.location(), "/m");
  EXPECT_EQ(shown.info_hash(), "0101010101010101010101010101010101010101");
  EXPECT_EQ(shown.sha256().size(), 64u);
  EXPECT_EQ(shown.sha256().substr(0, 2), "fe");
}

TEST(FileSnapshotTest, AFileThatWasNotBegunHasNoTransfer) {
  Job job;
  const v1::JobFile shown = FileSnapshot(job, AddFile(&job));
  EXPECT_FALSE(shown.has_size_bytes());
  EXPECT_FALSE(shown.has_validator());
  EXPECT_FALSE(shown.has_expected_size_bytes());
  EXPECT_EQ(shown.temporary_path(), "");
}

TEST(FileSnapshotTest, ACompletedFileHasNoTemporaryPath) {
  Job job;
  JobFile& file = AddFile(&job);
  file.transferred = file.completed = true;
  file.transfer = std::make_unique<FileTransferState>();
  file.transfer->temporary_path = "/d/.part";
  const v1::JobFile shown = FileSnapshot(job, file);
  EXPECT_TRUE(shown.completed());
  EXPECT_EQ(shown.temporary_path(), "");
}

TEST(FileSnapshotTest, TheErrorIsAtTheFileThatFailed) {
  Job job;
  AddFile(&job);
  AddFile(&job);
  job.failure = std::make_unique<JobFailure>();
  job.failure->message = "broken";
  job.failure->file_index = 1;
  EXPECT_FALSE(FileSnapshot(job, job.files[0]).has_error());
  EXPECT_EQ(FileSnapshot(job, job.files[1]).error().message(), "broken");
  job.failure->file_index.reset();
  EXPECT_FALSE(FileSnapshot(job, job.files[1]).has_error());
}

TEST(FileSnapshotTest, BytesOfTheNetworkAreMadeUtf8) {
  Job job;
  JobFile& file = AddFile(&job);
  file.transfer = std::make_unique<FileTransferState>();
  file.transfer->validator = {"\"\xFF\"", "\xFE"};
  file.transfer->response_headers = {{"N\xFF", "v\xE4"}};
  file.transfer->effective_url = "http://h/\xFF";
  const v1::JobFile shown = FileSnapshot(job, file);
  EXPECT_EQ(shown.validator().etag(), "\"?\"");
  EXPECT_EQ(shown.response_headers(0).value(), "v?");
  EXPECT_TRUE(v1::JobFile().ParseFromString(shown.SerializeAsString()));
}

TEST(SnapshotTest, AnyJobCanBeReadByAClient) {
  std::mt19937_64 random(1);
  const Settings settings = DefaultSettings();
  for (int i = 0; i < 200; ++i) {
    Job job = MakeRandomJob(1, random);
    // Checked when they came in.
    job.display_name = "name";
    job.description.clear();
    job.http = nullptr;
    if (job.failure != nullptr) job.failure->detail.Clear();
    for (JobFile& file : job.files) {
      file.remote_url = file.local_path = "/a";
      file.mirror_urls.clear();
      if (file.proof != nullptr) file.proof->manifest_location = "/c";
      if (file.transfer == nullptr) continue;
      file.transfer->temporary_path = "/b";
      file.transfer->sources = {1, 2, 3};
    }
    EXPECT_TRUE(v1::Job().ParseFromString(
        JobSnapshot(job, {}, settings)->SerializeAsString()));
    for (const JobFile& file : job.files) {
      EXPECT_TRUE(v1::JobFile().ParseFromString(
          FileSnapshot(job, file).SerializeAsString()));
    }
  }
}

TEST(MakeHttpSettingsTest, WithoutOptionsAllIsDefault) {
  const auto settings = MakeHttpSettings(nullptr, "ca", "cert", "key");
  EXPECT_TRUE(settings->headers.empty());
  EXPECT_EQ(settings->server_credentials.schemes, AuthSchemes::kNone);
  EXPECT_EQ(settings->proxy_mode, ProxyMode::kConfigured);
  EXPECT_EQ(settings->redirect_policy, RedirectPolicy::kFollow);
  EXPECT_EQ(settings->ca_pem, "ca");
  EXPECT_EQ(settings->client_certificate_pem, "cert");
  EXPECT_EQ(settings->client_key_pem, "key");
}

TEST(MakeHttpSettingsTest, TakesEveryOption) {
  v1::HttpOptions options;
  v1::HttpHeader* header = options.add_headers();
  header->set_name("A");
  header->set_value("b");
  v1::HttpCredentials* server = options.add_credentials();
  server->set_scheme(v1::HttpCredentials::SCHEME_BEARER);
  server->set_bearer_token("t");
  v1::HttpCredentials* proxy = options.add_credentials();
  proxy->set_target(v1::HttpCredentials::TARGET_PROXY);
  proxy->set_scheme(v1::HttpCredentials::SCHEME_DIGEST);
  proxy->set_user_name("u");
  proxy->set_password("p");
  options.mutable_proxy()->set_mode(v1::HttpProxy::MODE_OVERRIDE);
  options.mutable_proxy()->set_url("http://proxy");
  options.mutable_proxy()->add_bypass("h");
  options.set_redirect_policy(v1::HTTP_REDIRECT_POLICY_FOLLOW_INSECURE);
  options.set_method("POST");
  options.mutable_certificate_approval()->add_approved_keys("a");
  options.mutable_certificate_approval()->add_refused_keys("r");
  const auto settings = MakeHttpSettings(&options, "", "", "");
  ASSERT_EQ(settings->headers.size(), 1u);
  EXPECT_EQ(settings->headers[0].name, "A");
  EXPECT_EQ(settings->headers[0].value, "b");
  EXPECT_EQ(settings->server_credentials.schemes, AuthSchemes::kBearer);
  EXPECT_EQ(settings->server_credentials.bearer_token, "t");
  EXPECT_EQ(settings->proxy_credentials.schemes, AuthSchemes::kDigest);
  EXPECT_EQ(settings->proxy_credentials.user_name, "u");
  EXPECT_EQ(settings->proxy_credentials.password, "p");
  EXPECT_EQ(settings->proxy_mode, ProxyMode::kOverride);
  EXPECT_EQ(settings->proxy_url, "http://proxy");
  EXPECT_EQ(settings->proxy_bypass, std::vector<std::string>{"h"});
  EXPECT_EQ(settings->redirect_policy, RedirectPolicy::kFollowInsecure);
  EXPECT_EQ(settings->method, "POST");
  ASSERT_TRUE(settings->certificate_approval.has_value());
  EXPECT_EQ(settings->certificate_approval->approved_keys,
            std::vector<std::string>{"a"});
  EXPECT_EQ(settings->certificate_approval->refused_keys,
            std::vector<std::string>{"r"});

  options.clear_certificate_approval();
  options.set_method("GET");
  options.mutable_proxy()->set_mode(v1::HttpProxy::MODE_DIRECT);
  options.set_redirect_policy(v1::HTTP_REDIRECT_POLICY_REFUSE);
  options.mutable_credentials(0)->set_scheme(v1::HttpCredentials::SCHEME_BASIC);
  const auto other = MakeHttpSettings(&options, "", "", "");
  EXPECT_EQ(other->proxy_mode, ProxyMode::kDirect);
  EXPECT_EQ(other->redirect_policy, RedirectPolicy::kRefuse);
  EXPECT_EQ(other->method, "");
  EXPECT_FALSE(other->certificate_approval.has_value());
  EXPECT_EQ(other->server_credentials.schemes, AuthSchemes::kBasic);
}

TEST(MakeHttpSettingsTest, ChecksOfTheChainAreLeftOutOneByOne) {
  v1::HttpOptions options;
  options.mutable_tls()->set_ignore_certificate_dates(true);
  const auto dates = MakeHttpSettings(&options, "", "", "");
  EXPECT_TRUE(dates->chain_checks.ignore_dates);
  EXPECT_FALSE(dates->chain_checks.ignore_unknown_ca);
  EXPECT_FALSE(dates->chain_checks.ignore_usage);
  EXPECT_FALSE(dates->ignore_untrusted_chain);
  options.mutable_tls()->set_ignore_unknown_ca(true);
  options.mutable_tls()->set_ignore_certificate_usage(true);
  const auto all = MakeHttpSettings(&options, "", "", "");
  EXPECT_TRUE(all->chain_checks.ignore_unknown_ca);
  EXPECT_TRUE(all->chain_checks.ignore_usage);
}

TEST(MakeHttpSettingsTest, SchemesOfOneTargetAreOneLogin) {
  v1::HttpOptions options;
  for (const auto scheme :
       {v1::HttpCredentials::SCHEME_NTLM, v1::HttpCredentials::SCHEME_BASIC}) {
    v1::HttpCredentials* const one = options.add_credentials();
    one->set_scheme(scheme);
    one->set_user_name("u");
    one->set_password("p");
  }
  const auto settings = MakeHttpSettings(&options, "", "", "");
  EXPECT_EQ(settings->server_credentials.schemes,
            AuthSchemes::kNtlm | AuthSchemes::kBasic);
  EXPECT_EQ(settings->server_credentials.user_name, "u");
  EXPECT_EQ(settings->server_credentials.password, "p");
  EXPECT_EQ(settings->proxy_credentials.schemes, AuthSchemes::kNone);
}

}  // namespace
}  // namespace convoy
