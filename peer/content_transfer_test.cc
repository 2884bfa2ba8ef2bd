#include "peer/content_transfer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "peer/cache_hosts.h"
#include "peer/content_rules.h"
#include "peer/content_testing.h"
#include "peer/fake_swarm.h"
#include "peer/transfer_testing.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr char kUrl[] = "http://origin.test/file";
constexpr char kManifest[] = "http://origin.test/file.torrent";
constexpr char kCached[] = "http://cache.test/file";
constexpr std::int64_t kSize = 2 * kMiB;

class ContentTransferTest : public testing::Test {
 protected:
  ContentTransferTest() {
    spec_.urls = {kUrl};
    spec_.http = std::make_shared<const HttpSettings>();
    spec_.mode_policy = "swarm.download_mode";
    Serve(kUrl, content_);
    Serve(kCached, content_);
  }

  void Serve(const std::string& url, std::string content) {
    FakeRemoteFile file;
    file.content = std::move(content);
    file.etag = "\"v1\"";
    origin_.SetFile(url, std::move(file));
  }
  void UseCacheHost() {
    CacheHostSettings settings;
    settings.hosts = {"http://cache.test"};
    cache_hosts_.Set(std::move(settings));
  }
  void Fail(const std::string& url, absl::Status status) {
    FakeOriginFault fault;
    fault.fails_at_once = std::move(status);
    origin_.AddFault(url, std::move(fault));
  }
  static absl::Status NoConnection() {
    return Error(v1::ERROR_REASON_CONNECT_FAILURE,
                 v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
        .Retryable()
        .Status("no connection to the server");
  }

  RecordingObserver& Run() {
    observer_.SetOnVoid([this] { transfer_->CheckpointForgotten(); });
    ContentTransfer::Parts parts;
    parts.swarm = {&origin_, &executor_, &worker_,   &clock_,
                   4,        &swarm_,    &registry_, &cache_hosts_};
    parts.settings = &settings_;
    transfer_ = std::make_unique<ContentTransfer>(
        parts, std::move(spec_), OpenTargetFile(target_.Open()),
        std::make_shared<ObserverLink>(&observer_, &executor_));
    transfer_->Start();
    executor_.RunUntilIdle();
    return observer_;
  }
  void ExpectWhole() {
    ASSERT_TRUE(observer_.ended());
    EXPECT_TRUE(observer_.status().ok()) << observer_.status();
    EXPECT_TRUE(target_.Content() == content_);
  }
  const TransferNews& news() const { return observer_.end().news; }
  std::ptrdiff_t Asked(const std::string& url) const {
    return std::count_if(
        origin_.requests().begin(), origin_.requests().end(),
        [&url](const OriginRequest& request) { return request.url == url; });
  }

  const std::string content_ = TestContent(kSize);
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeFileWorker worker_{executor_};
  FakeOriginTransport origin_{executor_};
  FakeSwarm swarm_{executor_};
  FakeRegistry registry_;
  CacheHosts cache_hosts_{clock_};
  ContentSettings settings_;
  TestFile target_;
  TransferSpec spec_;
  RecordingObserver observer_;
  std::unique_ptr<ContentTransfer> transfer_;
};

TEST_F(ContentTransferTest, WithAManifestItGoesThroughTheSwarm) {
  Serve(kManifest, TestMetainfo(content_));
  Run();
  ExpectWhole();
  EXPECT_FALSE(news().content_id.empty());
  EXPECT_EQ(registry_.finished.size(), 1u);
}

TEST_F(ContentTransferTest, WithoutAnythingThatVouchesItIsPlainHttp) {
  Run();
  ExpectWhole();
  EXPECT_TRUE(news().content_id.empty());
  ASSERT_FALSE(news().peers.empty());
  EXPECT_EQ(news().peers[0].use, PeerUse::Use::kRefused);
  EXPECT_NE(news().peers[0].reason.find("nothing vouches"), std::string::npos);
}

TEST_F(ContentTransferTest, WhatTheOriginRefusesForGoodIsNotAskedTwice) {
  FakeOriginFault missing;
  missing.status = 404;
  origin_.AddFault(kUrl, missing);
  Run();
  ASSERT_TRUE(observer_.ended());
  EXPECT_EQ(observer_.reason(), v1::ERROR_REASON_HTTP_STATUS);
  EXPECT_EQ(Asked(kUrl), 1);
}

TEST_F(ContentTransferTest, AManifestOfAnotherFileLeadsToPlainHttp) {
  Serve(kManifest, TestMetainfo(TestContent(kSize, 9)));
  Run();
  for (int i = 0; i < 40 && !observer_.ended(); ++i) {
    executor_.Advance(absl::Seconds(1));
    executor_.RunUntilIdle();
  }
  ExpectWhole();
  EXPECT_TRUE(registry_.filling.empty());
}

TEST_F(ContentTransferTest, TheOriginTellsTheVersionAndTheCacheHostTheBytes) {
  UseCacheHost();
  Run();
  ExpectWhole();
  EXPECT_EQ(news().cache_host_bytes, kSize);
  EXPECT_EQ(news().origin_bytes, 0);
}

TEST_F(ContentTransferTest, InModeSimpleTheOriginIsAskedForTheVersionAlone) {
  UseCacheHost();
  spec_.download_mode = DownloadMode::kSimple;
  Serve(kManifest, TestMetainfo(content_));
  Run();
  ExpectWhole();
  EXPECT_EQ(news().cache_host_bytes, kSize);
  EXPECT_EQ(Asked(kUrl), 1);
  EXPECT_EQ(Asked(kManifest), 0);
}

TEST_F(ContentTransferTest, APrivateJobAsksTheOriginAlone) {
  UseCacheHost();
  spec_.is_private = true;
  Run();
  ExpectWhole();
  EXPECT_EQ(Asked(kCached), 0);
  EXPECT_EQ(Asked(kUrl), 1);
}

TEST_F(ContentTransferTest, AnotherMethodThanGetAsksTheOriginAloneAndOnce) {
  UseCacheHost();
  Serve(kManifest, TestMetainfo(content_));
  HttpSettings http;
  http.method = "POST";
  spec_.http = std::make_shared<const HttpSettings>(http);
  Run();
  ExpectWhole();
  ASSERT_EQ(origin_.requests().size(), 1u);
  EXPECT_EQ(origin_.requests()[0].url, kUrl);
  EXPECT_EQ(origin_.requests()[0].method, "POST");
  ASSERT_FALSE(news().peers.empty());
  EXPECT_EQ(news().peers[0].use, PeerUse::Use::kRefused);
  EXPECT_EQ(news().peers[0].reason, "the job asks by POST");
  EXPECT_EQ(news().peers[0].policy, "job");
  EXPECT_TRUE(registry_.filling.empty());
}

TEST_F(ContentTransferTest, ADigestMakesUpForAnOriginThatIsDown) {
  UseCacheHost();
  spec_.expected_sha256 = Sha256Of(content_);
  Fail(kUrl, NoConnection());
  Run();
  ExpectWhole();
  EXPECT_EQ(news().cache_host_bytes, kSize);
}

TEST_F(ContentTransferTest, WithoutADigestADownOriginIsAnError) {
  UseCacheHost();
  Fail(kUrl, NoConnection());
  Run();
  ASSERT_TRUE(observer_.ended());
  EXPECT_EQ(observer_.reason(), v1::ERROR_REASON_CONNECT_FAILURE);
  EXPECT_EQ(Asked(kCached), 0);
}

TEST_F(ContentTransferTest, WhereTheOriginIsNeverAskedItNeedNotAnswer) {
  UseCacheHost();
  spec_.cache_host_delay = absl::InfiniteDuration();
  Fail(kUrl, NoConnection());
  Run();
  ExpectWhole();
  EXPECT_EQ(news().cache_host_bytes, kSize);
  EXPECT_EQ(Asked(kUrl), 1);
}

}  // namespace
}  // namespace convoy
