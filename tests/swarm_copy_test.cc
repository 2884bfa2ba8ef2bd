// Contents that a machine has already, or gets for another file just now: real
// daemons.

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "convoy/v1/swarm_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/eventually.h"
#include "tests/swarm_site.h"
#include "tests/test_daemon.h"

namespace convoy::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kSize = 6 * kMiB;

class SwarmCopyTest : public ::testing::Test {
 protected:
  explicit SwarmCopyTest(const Nginx::Options& origin = {}) : site_(origin) {
    file_ = site_.Serve("a.bin", kSize);
    before_ = site_.origin().BodyBytesSent();
  }

  // The file as a job names it. `strict`: nothing is taken that its manifest
  // does not vouch for.
  v1::JobFile FileTo(const std::string& name, bool strict = false) const {
    v1::JobFile file = File(file_.url, site_.Local(name));
    if (!strict) return file;
    file.set_required_integrity(v1::INTEGRITY_MANDATORY);
    file.mutable_manifest()->set_info_hash(
        absl::BytesToHexString(file_.info_hash));
    return file;
  }
  v1::JobFile WithManifestAt(v1::JobFile file) {
    file.mutable_manifest()->set_location(
        absl::StrCat(site_.origin().root(), "/", file_.name, ".torrent"));
    return file;
  }
  std::string Begin(int machine, const std::vector<v1::JobFile>& files,
                    v1::Job job = {}) {
    TestDaemon& daemon = site_.machine(machine);
    const auto created = daemon.Create(files, std::move(job));
    EXPECT_TRUE(created.ok()) << created.status();
    if (!created.ok()) return "";
    EXPECT_TRUE(daemon.Resume(created->id()).ok());
    return created->id();
  }
  v1::Job Wait(int machine, const std::string& id) {
    const auto job = site_.machine(machine).WaitFor(
        id, {v1::JOB_STATE_TRANSFERRED, v1::JOB_STATE_ERROR});
    if (!job.ok()) {
      const auto why = site_.machine(machine).Explain(id);
      ADD_FAILURE() << job.status() << (why.ok() ? why->DebugString() : "");
      return {};
    }
    EXPECT_EQ(job->state(), v1::JOB_STATE_TRANSFERRED) << job->DebugString();
    EXPECT_EQ(job->error_count(), 0) << job->DebugString();
    return *job;
  }
  // Wait; then its files have the names, and are right.
  v1::Job End(int machine, const std::string& id,
              const std::vector<std::string>& names) {
    const v1::Job job = Wait(machine, id);
    EXPECT_TRUE(site_.machine(machine).Complete(id).ok());
    for (const std::string& name : names) {
      EXPECT_TRUE(HasBytes(site_.Local(name), file_.bytes));
    }
    return job;
  }
  // Of the file, and the manifests that were asked for.
  double Copies() {
    return static_cast<double>(site_.origin().BodyBytesSent() - before_) /
           static_cast<double>(kSize);
  }
  std::vector<v1::Content> Contents(int machine) {
    const auto stub =
        v1::SwarmService::NewStub(site_.machine(machine).Connect());
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    v1::ListContentsResponse response;
    const grpc::Status status = stub->ListContents(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.contents().begin(), response.contents().end()};
  }
  // All of the file comes from the LAN, with the origin stopped.
  void ExpectItIsGiven() {
    site_.origin().Stop();
    const int last = 1;
    site_.StartMachine(FromPeersAlone());
    const v1::Job job =
        End(last, Begin(last, {WithManifestAt(FileTo("other"))}), {"other"});
    EXPECT_EQ(job.progress().source_bytes().lan_bytes(), kSize);
    EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  }

  SwarmSite site_;
  PublishedFile file_;
  std::int64_t before_ = 0;
};

class SlowSwarmCopyTest : public SwarmCopyTest {
 protected:
  SlowSwarmCopyTest() : SwarmCopyTest(SlowOrigin("100k")) {}

  // Begins two jobs; returns when the second one waits for the first.
  void BeginBoth() {
    site_.StartMachine();
    first_ = Begin(0, {FileTo("a", true)});
    ASSERT_TRUE(site_.machine(0).WaitForBytes(first_, 1).ok());
    second_ = Begin(0, {FileTo("b", true)});
    const v1::ExplainJobResponse why = site_.machine(0).ExplainUntil(
        second_, [](const v1::ExplainJobResponse& said) {
          return absl::StrContains(said.DebugString(), "gets the same content");
        });
    ASSERT_THAT(why.DebugString(), HasSubstr("gets the same content"));
  }

  std::string first_;
  std::string second_;
};

TEST_F(SwarmCopyTest, WhatWasTransferredBeforeARestartIsGivenOnceItIsComplete) {
  site_.StartMachine();
  const std::string id = Begin(0, {FileTo("a")});
  Wait(0, id);
  EXPECT_EQ(site_.machine(0).Stop(), 0);
  site_.machine(0).Start();
  EXPECT_TRUE(Contents(0).empty());
  End(0, id, {"a"});
  ExpectItIsGiven();
}

TEST_F(SwarmCopyTest, WhatNobodyPublishedIsGivenAfterARestartToo) {
  site_.StartMachine();
  v1::JobFile file = FileTo("a");
  file.set_expected_sha256(Sha256Hex(file_.bytes));
  // No manifest is looked for.
  std::remove(
      absl::StrCat(site_.origin().root(), "/", file_.name, ".torrent").c_str());
  const std::string id = Begin(0, {file});
  Wait(0, id);
  EXPECT_EQ(site_.machine(0).Stop(), 0);
  site_.machine(0).Start();
  End(0, id, {"a"});
  site_.StartMachine(FromPeersAlone());
  file.set_local_path(site_.Local("b"));
  const v1::Job job = End(1, Begin(1, {file}), {"b"});
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), kSize);
  EXPECT_LE(Copies(), 1.05);
}

TEST_F(SwarmCopyTest, TwoFilesOfOneJobAreOneCopyOfTheOrigin) {
  for (const bool strict : {false, true}) {
    site_.StartMachine();
    before_ = site_.origin().BodyBytesSent();
    const int machine = strict ? 1 : 0;
    // The second machine takes the first one's copy, once.
    const std::string id =
        Begin(machine, {FileTo("a", strict), FileTo("b", strict)});
    const v1::Job job = End(machine, id, {"a", "b"});
    const v1::SourceBytes& bytes = job.progress().source_bytes();
    EXPECT_EQ(bytes.local_bytes(), kSize) << job.DebugString();
    EXPECT_EQ(bytes.origin_bytes() + bytes.lan_bytes(), kSize);
    EXPECT_LE(Copies(), 1.05);
  }
}

TEST_F(SlowSwarmCopyTest, TwoJobsAreOneCopyOfTheOrigin) {
  BeginBoth();
  site_.origin().Release();
  End(0, first_, {"a"});
  const v1::Job job = End(0, second_, {"b"});
  EXPECT_EQ(job.progress().source_bytes().local_bytes(), kSize);
  EXPECT_LE(Copies(), 1.05);
}

TEST_F(SlowSwarmCopyTest, WhoWaitedFetchesWhatTheOtherJobLeaves) {
  BeginBoth();
  // Meanwhile it copies what there is.
  ASSERT_TRUE(site_.machine(0).WaitForBytes(second_, 1).ok());
  site_.origin().Release();
  ASSERT_TRUE(site_.machine(0).Cancel(first_).ok());
  const v1::Job job = End(0, second_, {"b"});
  const v1::SourceBytes& bytes = job.progress().source_bytes();
  EXPECT_GT(bytes.local_bytes(), 0);
  EXPECT_EQ(bytes.local_bytes() + bytes.origin_bytes(), kSize);
}

// The first one goes on when the second, which has its place, is whole.
TEST_F(SlowSwarmCopyTest, AJobThatIsSuspendedLeavesItsPlace) {
  BeginBoth();
  ASSERT_TRUE(site_.machine(0).Suspend(first_).ok());
  site_.origin().Release();
  End(0, second_, {"b"});
  ASSERT_TRUE(site_.machine(0).Resume(first_).ok());
  const v1::Job job = End(0, first_, {"a"});
  EXPECT_GT(job.progress().source_bytes().local_bytes(), 0);
}

TEST_F(SwarmCopyTest, WhatTheCacheHasIsNotFetchedAgain) {
  site_.StartMachine();
  End(0, Begin(0, {FileTo("a")}), {"a"});
  for (const bool strict : {false, true}) {
    const std::string name = strict ? "strict" : "b";
    const v1::Job job = End(0, Begin(0, {FileTo(name, strict)}), {name});
    EXPECT_EQ(job.progress().source_bytes().local_bytes(), kSize);
    EXPECT_EQ(job.progress().source_bytes().origin_bytes(), 0);
  }
  site_.machine(0).Kill();
  site_.machine(0).Start();
  const v1::Job job = End(0, Begin(0, {FileTo("c")}), {"c"});
  EXPECT_EQ(job.progress().source_bytes().local_bytes(), kSize);
  EXPECT_LE(Copies(), 1.05);
  ExpectItIsGiven();
}

// A file of the cache that somebody wrote into is not believed.
TEST_F(SwarmCopyTest, WhatWasChangedIsFetched) {
  site_.StartMachine();
  End(0, Begin(0, {FileTo("a")}), {"a"});
  std::string wrong = file_.bytes;
  wrong[wrong.size() / 2] ^= 1;
  WriteFile(site_.Local("a"), wrong);
  const v1::Job job = End(0, Begin(0, {FileTo("b", true)}), {"b"});
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), kSize);
}

TEST_F(SwarmCopyTest, WhatCameWithoutPeersIsNotGiven) {
  v1::Job http_only;
  http_only.set_download_mode(v1::DOWNLOAD_MODE_HTTP_ONLY);
  site_.StartMachine();
  const std::string id = Begin(0, {FileTo("a")}, http_only);
  Wait(0, id);
  EXPECT_TRUE(Contents(0).empty());
  End(0, id, {"a"});
  EXPECT_TRUE(Contents(0).empty());
  const v1::ExplainJobResponse why = site_.machine(0).ExplainUntil(
      id, [](const v1::ExplainJobResponse&) { return true; });
  EXPECT_THAT(why.DebugString(), HasSubstr("are not kept for peers"));
  EXPECT_EQ(site_.machine(0).Stop(), 0);
  site_.machine(0).Start();
  EXPECT_TRUE(Contents(0).empty());
  site_.StartMachine();
  const v1::Job job = End(1, Begin(1, {FileTo("b")}), {"b"});
  EXPECT_EQ(job.progress().source_bytes().origin_bytes(), kSize);
  EXPECT_EQ(job.progress().source_bytes().lan_bytes(), 0);
}

TEST_F(SwarmCopyTest, WhatIsTooSmallForPeersIsNotGiven) {
  site_.StartMachine({{"swarm.min_file_size_bytes", absl::StrCat(kSize + 1)}});
  const std::string id = Begin(0, {WithManifestAt(FileTo("a"))});
  End(0, id, {"a"});
  EXPECT_TRUE(Contents(0).empty());
  const v1::ExplainJobResponse why = site_.machine(0).ExplainUntil(
      id, [](const v1::ExplainJobResponse&) { return true; });
  EXPECT_THAT(why.DebugString(), HasSubstr("swarm.min_file_size_bytes"));
}

}  // namespace
}  // namespace convoy::testing
