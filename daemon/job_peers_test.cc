#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "daemon/config_file.h"
#include "daemon/job_manager.h"
#include "daemon/job_manager_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

// What jobs have to do with peers: what transfers are told, what is counted,
// which contents are kept and released.
namespace convoy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kContent(20, 'c');
const std::string kOther(20, 'o');

Settings With(ConfigOverrides overrides) {
  return *ParseConfig({}, std::move(overrides));
}

TransferNews OfContent(const std::string& content_id, std::int64_t size = 100) {
  TransferNews news = FakeTransferEngine::Progress(size, size);
  news.content_id = content_id;
  return news;
}

class JobPeersTest : public testing::Test {
 protected:
  // A resumed job of one file.
  std::string Run(ManagerHarness& harness,
                  const std::function<void(v1::Job*, v1::JobFile*)>& edit) {
    v1::CreateJobRequest request;
    request.mutable_job()->set_display_name("job");
    v1::JobFile* const file = request.add_files();
    file->set_remote_url("http://origin.example/a");
    file->set_local_path("/d/a");
    edit(request.mutable_job(), file);
    const absl::StatusOr<v1::Job> job = harness.Create(request);
    EXPECT_TRUE(job.ok()) << job.status();
    EXPECT_TRUE(harness.Resume(job->id()).ok());
    return job->id();
  }
  std::string Run(const std::function<void(v1::Job*, v1::JobFile*)>& edit) {
    return Run(h_, edit);
  }
  const TransferSpec& Spec() { return h_.engine.spec(h_.engine.count() - 1); }

  // A job whose files, one for each content, are all transferred.
  std::string Transferred(const std::vector<std::string>& contents,
                          bool is_private = false) {
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < contents.size(); ++i) {
      paths.push_back("/d/" + std::to_string(i));
    }
    const std::string id = h_.CreateRunning(paths);
    if (is_private) SetPrivate(id, true);
    const std::size_t begun = h_.engine.count() - contents.size();
    for (std::size_t i = 0; i < contents.size(); ++i) {
      h_.engine.SendEnd(
          begun + i, {absl::OkStatus(), std::nullopt, OfContent(contents[i])});
    }
    h_.RunUntilIdle();
    EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRED);
    return id;
  }
  void SetPrivate(const std::string& id, bool is_private) {
    v1::UpdateJobRequest request;
    request.mutable_job()->set_id(id);
    request.mutable_job()->set_private_(is_private);
    request.mutable_update_mask()->add_paths("private");
    EXPECT_TRUE(h_.Update(request).ok());
  }
  std::vector<std::string> KeptPaths() {
    FakeContents& contents = h_.engine.contents();
    return contents.Locked([&] {
      std::vector<std::string> paths;
      for (const KeepRequest& request : contents.kept) {
        paths.push_back(request.local_path);
      }
      return paths;
    });
  }
  std::vector<std::string> Released() {
    FakeContents& contents = h_.engine.contents();
    return contents.Locked([&] { return contents.released; });
  }

  ManagerHarness h_;
};

// What transfers are told.

TEST_F(JobPeersTest, ATransferHasTheConfigurationsModeUnlessTheJobAsksForLess) {
  Run([](v1::Job*, v1::JobFile*) {});
  EXPECT_EQ(Spec().download_mode, DownloadMode::kLan);
  EXPECT_EQ(Spec().mode_policy, "swarm.download_mode");
  EXPECT_FALSE(Spec().is_private);
  EXPECT_FALSE(Spec().foreground);
  EXPECT_EQ(Spec().proof_demand, ProofDemand::kNone);
  EXPECT_EQ(Spec().owner, h_.caller.uid);
  EXPECT_EQ(Spec().origin_delay, absl::ZeroDuration());

  Run([](v1::Job* job, v1::JobFile* file) {
    file->set_local_path("/d/b");
    job->set_download_mode(v1::DOWNLOAD_MODE_HTTP_ONLY);
    job->set_private_(true);
    job->set_priority(v1::JOB_PRIORITY_FOREGROUND);
    file->set_required_integrity(v1::INTEGRITY_MANDATORY);
  });
  EXPECT_EQ(Spec().download_mode, DownloadMode::kHttpOnly);
  EXPECT_EQ(Spec().mode_policy, "job");
  EXPECT_TRUE(Spec().is_private);
  EXPECT_TRUE(Spec().foreground);
  EXPECT_EQ(Spec().proof_demand, ProofDemand::kJob);
}

TEST_F(JobPeersTest, TheConfigurationDemandsProofAndDelaysTheOrigin) {
  ManagerHarness harness(
      With({{"swarm.integrity", "mandatory"},
            {"swarm.origin_delay_foreground_seconds", "2"},
            {"swarm.origin_delay_background_seconds", "600"}}));
  Run(harness, [](v1::Job*, v1::JobFile*) {});
  EXPECT_EQ(harness.engine.spec(0).proof_demand, ProofDemand::kPolicy);
  EXPECT_EQ(harness.engine.spec(0).origin_delay, absl::Minutes(10));
  Run(harness, [](v1::Job* job, v1::JobFile* file) {
    file->set_local_path("/d/b");
    job->set_priority(v1::JOB_PRIORITY_FOREGROUND);
  });
  EXPECT_EQ(harness.engine.spec(1).origin_delay, absl::Seconds(2));
}

TEST_F(JobPeersTest, AManifestsUrlIsPassedOn) {
  Run([](v1::Job*, v1::JobFile* file) {
    file->mutable_manifest()->set_location("https://h/a.torrent");
    file->mutable_manifest()->set_info_hash(std::string(40, '1'));
    file->mutable_manifest()->set_sha256(std::string(64, '2'));
  });
  EXPECT_EQ(Spec().manifest_url, "https://h/a.torrent");
  EXPECT_EQ(Spec().manifest, "");
  EXPECT_EQ(Spec().manifest_info_hash, std::string(20, '\x11'));
  EXPECT_EQ(Spec().manifest_sha256, std::string(32, '\x22'));
}

TEST_F(JobPeersTest, AManifestsFileIsReadWithTheOwnersRights) {
  Run([](v1::Job*, v1::JobFile* file) {
    file->mutable_manifest()->set_location("/m/a.torrent");
  });
  EXPECT_EQ(Spec().manifest, "PEM of /m/a.torrent");
  EXPECT_EQ(Spec().manifest_url, "");
}

TEST_F(JobPeersTest, AManifestThatCannotBeReadFailsOnlyWhoDemandsProof) {
  h_.files.Fail(
      "/m", Error(v1::ERROR_REASON_PATH_NOT_FOUND, v1::ERROR_CONTEXT_LOCAL_FILE)
                .LocalPath("/m")
                .Status("there is no /m"));
  Run([](v1::Job*, v1::JobFile* file) {
    file->mutable_manifest()->set_location("/m");
    file->mutable_manifest()->set_sha256(std::string(64, '2'));
  });
  ASSERT_EQ(h_.engine.count(), 1u);
  EXPECT_EQ(Spec().manifest, "");
  EXPECT_EQ(Spec().manifest_sha256, std::string(32, '\x22'));

  const std::string id = Run([](v1::Job*, v1::JobFile* file) {
    file->set_local_path("/d/b");
    file->mutable_manifest()->set_location("/m");
    file->set_required_integrity(v1::INTEGRITY_MANDATORY);
  });
  EXPECT_EQ(h_.engine.count(), 1u);
  EXPECT_EQ(h_.Get(id)->error().detail().reason(),
            v1::ERROR_REASON_PATH_NOT_FOUND);
  EXPECT_EQ(h_.Get(id)->error().detail().local_path(), "/m");
  EXPECT_FALSE(h_.files.Exists("/d/b"));
}

// UpdateJob.

TEST_F(JobPeersTest, ARunningJobGoesOnInItsNewModeFromTheCheckpoint) {
  const std::string id = Run([](v1::Job*, v1::JobFile*) {});
  h_.engine.SendNews(0, FakeTransferEngine::Progress(40, 100));
  h_.RunUntilIdle();
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(id);
  request.mutable_job()->set_download_mode(v1::DOWNLOAD_MODE_HTTP_ONLY);
  request.mutable_update_mask()->add_paths("download_mode");
  EXPECT_EQ(h_.Update(request)->download_mode(), v1::DOWNLOAD_MODE_HTTP_ONLY);
  ASSERT_EQ(h_.engine.Running(), std::vector<std::size_t>{1});
  EXPECT_EQ(Spec().download_mode, DownloadMode::kHttpOnly);
  EXPECT_EQ(Spec().checkpoint, "checkpoint");

  SetPrivate(id, true);
  ASSERT_EQ(h_.engine.Running(), std::vector<std::size_t>{2});
  EXPECT_TRUE(Spec().is_private);
}

TEST_F(JobPeersTest, AChangeThatTransfersDoNotSeeLeavesThemAlone) {
  const std::string id = Run([](v1::Job*, v1::JobFile*) {});
  v1::UpdateJobRequest request;
  request.mutable_job()->set_id(id);
  // More than the configuration allows: as before.
  request.mutable_job()->set_download_mode(v1::DOWNLOAD_MODE_INTERNET);
  request.mutable_job()->set_priority(v1::JOB_PRIORITY_HIGH);
  request.mutable_update_mask()->add_paths("download_mode");
  request.mutable_update_mask()->add_paths("priority");
  EXPECT_EQ(h_.Update(request)->download_mode(), v1::DOWNLOAD_MODE_LAN);
  EXPECT_EQ(h_.engine.count(), 1u);

  request.mutable_job()->set_priority(v1::JOB_PRIORITY_FOREGROUND);
  EXPECT_TRUE(h_.Update(request).ok());
  ASSERT_EQ(h_.engine.count(), 2u);
  EXPECT_TRUE(Spec().foreground);
}

// What is counted.

TEST_F(JobPeersTest, BytesOfPeersAreCountedAndStored) {
  const std::string id = Run([](v1::Job*, v1::JobFile*) {});
  TransferNews news = OfContent(kContent);
  news.flushed_bytes = 60;
  news.origin_bytes = 1;
  news.lan_bytes = 20;
  news.group_bytes = 30;
  news.internet_bytes = 9;
  h_.engine.SendNews(0, news);
  h_.Advance(absl::Seconds(1));
  v1::SourceBytes bytes = h_.Get(id)->progress().source_bytes();
  EXPECT_EQ(bytes.origin_bytes(), 1);
  EXPECT_EQ(bytes.lan_bytes(), 20);
  EXPECT_EQ(bytes.group_bytes(), 30);
  EXPECT_EQ(bytes.internet_bytes(), 9);
  EXPECT_EQ(h_.Files(id)[0].content_id(),
            "6363636363636363636363636363636363636363");
  EXPECT_EQ(h_.Stored(id)->files[0].transfer->content_id, kContent);

  // Another transfer adds to that.
  h_.Suspend(id).value();
  h_.Resume(id).value();
  news.lan_bytes = 5;
  h_.engine.SendNews(1, news);
  h_.RunUntilIdle();
  EXPECT_EQ(h_.Get(id)->progress().source_bytes().lan_bytes(), 25);
  v1::HostStatistics statistics;
  h_.manager().FillStatistics(&statistics);
  EXPECT_EQ(statistics.lan_bytes(), 25);
  EXPECT_EQ(statistics.group_bytes(), 60);
  EXPECT_EQ(statistics.internet_bytes(), 18);
}

TEST_F(JobPeersTest, RunningContentsNameTheirJobs) {
  const std::string id = Run([](v1::Job*, v1::JobFile*) {});
  EXPECT_THAT(h_.manager().RunningContents(h_.caller), IsEmpty());
  TransferNews news = OfContent(kContent);
  news.flushed_bytes = 1;
  h_.engine.SendNews(0, news);
  h_.RunUntilIdle();
  EXPECT_THAT(h_.manager().RunningContents(h_.caller),
              ElementsAre(std::pair(kContent, id)));
  EXPECT_THAT(h_.manager().RunningContents({7, 7, false}), IsEmpty());
  EXPECT_THAT(h_.manager().RunningContents({7, 7, true}),
              ElementsAre(std::pair(kContent, id)));
  h_.Suspend(id).value();
  EXPECT_THAT(h_.manager().RunningContents(h_.caller), IsEmpty());
}

TEST_F(JobPeersTest, BytesOfPeersAreProgress) {
  const std::string id = Run([](v1::Job* job, v1::JobFile*) {
    job->mutable_no_progress_timeout()->set_seconds(60);
  });
  TransferNews news = OfContent(kContent, 1'000'000);
  news.origin_bytes = 0;
  for (int second = 1; second <= 120; ++second) {
    news.lan_bytes = news.flushed_bytes = 1000 * second;
    h_.engine.SendNews(0, news);
    h_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_TRANSFERRING);
  EXPECT_NEAR(
      static_cast<double>(h_.Get(id)->progress().rate_bytes_per_second()), 1000,
      100);
  h_.Advance(absl::Seconds(70));
  EXPECT_EQ(h_.StateOf(id), v1::JOB_STATE_ERROR);
}

// Contents.

TEST_F(JobPeersTest, CompletedFilesAreKeptForPeers) {
  const std::string id = Transferred({kContent, "", kOther});
  EXPECT_THAT(KeptPaths(), IsEmpty());
  EXPECT_TRUE(h_.Complete(id).ok());
  EXPECT_THAT(KeptPaths(), ElementsAre("/d/0", "/d/2"));
  const KeepRequest& kept = h_.engine.contents().kept[1];
  EXPECT_EQ(kept.content_id, kOther);
  EXPECT_EQ(kept.owner, h_.caller.uid);
  EXPECT_EQ(kept.owner_group, h_.caller.gid);
  EXPECT_FALSE(kept.pinned);
  EXPECT_THAT(Released(), IsEmpty());
}

TEST_F(JobPeersTest, AFileIsKeptOnceWhenCompleteMustBeRepeated) {
  const std::string id = Transferred({kContent, kOther});
  h_.files.Fail("/d/1", absl::InternalError("no space"));
  EXPECT_FALSE(h_.Complete(id).ok());
  EXPECT_THAT(KeptPaths(), ElementsAre("/d/0"));
  h_.files.Fail("/d/1", absl::OkStatus());
  EXPECT_TRUE(h_.Complete(id).ok());
  EXPECT_THAT(KeptPaths(), ElementsAre("/d/0", "/d/1"));
}

TEST_F(JobPeersTest, PrivateFilesAreNotKept) {
  const std::string id = Transferred({kContent}, /*is_private=*/true);
  EXPECT_TRUE(h_.Complete(id).ok());
  EXPECT_THAT(KeptPaths(), IsEmpty());
}

TEST_F(JobPeersTest, FilesOfAJobWithoutPeersAreNotKept) {
  for (const v1::DownloadMode mode :
       {v1::DOWNLOAD_MODE_SIMPLE, v1::DOWNLOAD_MODE_HTTP_ONLY}) {
    const std::string id = Transferred({kContent});
    v1::UpdateJobRequest request;
    request.mutable_job()->set_id(id);
    request.mutable_job()->set_download_mode(mode);
    request.mutable_update_mask()->add_paths("download_mode");
    ASSERT_TRUE(h_.Update(request).ok());
    EXPECT_THAT(Released(), Contains(kContent));
    EXPECT_TRUE(h_.Complete(id).ok());
    EXPECT_THAT(KeptPaths(), IsEmpty());
  }
}

TEST_F(JobPeersTest, CancelReleasesTheContentsWhenItIsDurable) {
  const std::string id = Transferred({kContent, "", kOther});
  h_.store.fail_commits = 1;
  EXPECT_FALSE(h_.Cancel(id).ok());
  EXPECT_THAT(Released(), IsEmpty());
  EXPECT_TRUE(h_.Cancel(id).ok());
  EXPECT_THAT(Released(), ElementsAre(kContent, kOther));
  EXPECT_THAT(KeptPaths(), IsEmpty());
}

TEST_F(JobPeersTest, CancelLeavesFilesThatHaveTheirNames) {
  const std::string id = Transferred({kContent, kOther});
  h_.files.Fail("/d/1", absl::InternalError("no space"));
  EXPECT_FALSE(h_.Complete(id).ok());
  EXPECT_TRUE(h_.Cancel(id).ok());
  EXPECT_THAT(Released(), ElementsAre(kOther));
}

TEST_F(JobPeersTest, ARestartReleasesNothing) {
  const std::string id = Transferred({kContent});
  h_.files.may_write = [] { return false; };
  EXPECT_TRUE(h_.Cancel(id).ok());
  h_.files.may_write = nullptr;
  EXPECT_EQ(Released().size(), 1u);
  h_.KillAndRestart();
  EXPECT_EQ(Released().size(), 1u);
}

TEST_F(JobPeersTest, AJobThatBecomesPrivateReleasesItsContents) {
  const std::string id = Transferred({kContent});
  SetPrivate(id, true);
  EXPECT_THAT(Released(), ElementsAre(kContent));
  SetPrivate(id, true);
  EXPECT_EQ(Released().size(), 1u);
}

}  // namespace
}  // namespace convoy
