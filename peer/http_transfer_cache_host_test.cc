#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "peer/cache_hosts.h"
#include "peer/http_transfer.h"
#include "peer/transfer_testing.h"

// Plain HTTP through cache hosts, and what an https origin's digest is good
// for.

namespace convoy {
namespace {

constexpr char kUrl[] = "http://origin.test/file";
constexpr char kCached[] = "http://cache.test/file";
constexpr char kCached2[] = "http://cache2.test/file";
constexpr char kModified[] = "Sat, 01 Jan 2022 00:00:00 GMT";

class CacheHostTransferTest : public testing::Test {
 protected:
  CacheHostTransferTest() {
    spec_.urls = {kUrl};
    spec_.http = std::make_shared<const HttpSettings>();
    UseHosts({"http://cache.test"});
    for (const char* url : {kUrl, kCached, kCached2}) Serve(url, content_);
    found_.identity = RemoteIdentity{kSize, Validator{"\"v1\"", kModified}};
  }

  static FakeRemoteFile Remote(const std::string& content,
                               const std::string& etag = "\"v1\"") {
    FakeRemoteFile file;
    file.content = content;
    file.etag = etag;
    file.last_modified = kModified;
    return file;
  }
  void Serve(const std::string& url, const std::string& content,
             const std::string& etag = "\"v1\"") {
    origin_.SetFile(url, Remote(content, etag));
  }
  void UseHosts(std::vector<std::string> hosts) {
    CacheHostSettings settings;
    settings.hosts = std::move(hosts);
    settings.ban = absl::Seconds(100);
    cache_hosts_.Set(std::move(settings));
  }
  void Refuse(const char* url, v1::ErrorReason reason) {
    FakeOriginFault fault;
    fault.fails_at_once = Error(reason, v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
                              .Retryable()
                              .Status("no connection to the server");
    origin_.AddFault(url, std::move(fault));
  }

  RecordingObserver& Start() {
    observer_ = std::make_unique<RecordingObserver>();
    observer_->SetOnVoid([this] { transfer_->CheckpointForgotten(); });
    TransferSpec spec;
    spec.urls = spec_.urls;
    spec.http = spec_.http;
    spec.ranges = spec_.ranges;
    spec.expected_sha256 = spec_.expected_sha256;
    spec.checkpoint = spec_.checkpoint;
    spec.foreground = spec_.foreground;
    spec.cache_host_delay = spec_.cache_host_delay;
    spec.proof_demand = spec_.proof_demand;
    transfer_.reset();
    transfer_ = std::make_unique<HttpTransfer>(
        HttpTransfer::Parts{&origin_, &executor_, &worker_, &clock_, 4,
                            &cache_hosts_},
        std::move(spec), OpenTargetFile(target_.Open()),
        std::make_shared<ObserverLink>(observer_.get(), &executor_),
        std::vector<PeerUse>(), found_);
    transfer_->Start();
    executor_.RunUntilIdle();
    return *observer_;
  }
  void Advance(absl::Duration by) {
    for (; by > absl::ZeroDuration(); by -= absl::Milliseconds(50)) {
      executor_.Advance(absl::Milliseconds(50));
      executor_.RunUntilIdle();
    }
  }
  const TransferNews& news() {
    return observer_->ended() ? observer_->end().news : observer_->all().back();
  }
  void ExpectWhole(std::int64_t from_cache_hosts, std::int64_t from_origin) {
    ASSERT_TRUE(observer_->ended());
    EXPECT_TRUE(observer_->status().ok()) << observer_->status();
    EXPECT_TRUE(target_.Content() == content_);
    EXPECT_EQ(news().cache_host_bytes, from_cache_hosts);
    EXPECT_EQ(news().origin_bytes, from_origin);
    EXPECT_FALSE(executor_.HasTimers());
  }
  std::vector<std::string> Asked() const {
    std::vector<std::string> urls;
    for (const OriginRequest& request : origin_.requests()) {
      urls.push_back(request.url);
    }
    return urls;
  }

  static constexpr std::int64_t kSize = 3 * kMiB + 5;

  const std::string content_ = TestContent(kSize);
  FakeClock clock_;
  FakeExecutor executor_{clock_};
  FakeFileWorker worker_{executor_};
  FakeOriginTransport origin_{executor_};
  CacheHosts cache_hosts_{clock_};
  TestFile target_;
  TransferSpec spec_;
  FoundContent found_;
  std::unique_ptr<RecordingObserver> observer_;
  std::unique_ptr<HttpTransfer> transfer_;
};

using Urls = std::vector<std::string>;

TEST_F(CacheHostTransferTest, TheCacheHostGivesAllAndTheOriginNothing) {
  Start();
  ExpectWhole(kSize, 0);
  ASSERT_EQ(Asked(), Urls{kCached});
  const OriginRequest& request = origin_.requests()[0];
  EXPECT_EQ(request.host_header, "origin.test");
  EXPECT_EQ(request.connect_timeout, absl::Seconds(3));
  EXPECT_EQ(request.settings->redirect_policy, RedirectPolicy::kRefuse);
  EXPECT_EQ(news().url_index, 0);
  ASSERT_EQ(news().cache_hosts.size(), 1u);
  EXPECT_EQ(news().cache_hosts[0].address, "http://cache.test");
  EXPECT_EQ(news().cache_hosts[0].use, PeerUse::Use::kUsed);
  EXPECT_EQ(news().validator.etag, "\"v1\"");
}

TEST_F(CacheHostTransferTest, WhenItDiesTheOriginGoesOnFromThere) {
  origin_.BreakAfter(kCached, kMiB);
  Refuse(kCached, v1::ERROR_REASON_CONNECT_FAILURE);
  Start();
  ExpectWhole(kMiB, kSize - kMiB);
  EXPECT_EQ(Asked(), (Urls{kCached, kCached, kUrl}));
  EXPECT_EQ(origin_.requests()[2].if_range, "\"v1\"");
  EXPECT_EQ(origin_.requests()[2].host_header, "");
  EXPECT_EQ(news().cache_hosts[0].policy, "cache_host.ban_seconds");
}

TEST_F(CacheHostTransferTest, ABanIsForAllTransfersOfTheMachine) {
  Refuse(kCached, v1::ERROR_REASON_CONNECT_FAILURE);
  Start();
  ExpectWhole(0, kSize);
  spec_.checkpoint.clear();
  Start();
  ExpectWhole(0, kSize);
  EXPECT_EQ(Asked(), (Urls{kCached, kUrl, kUrl}));
  clock_.Advance(absl::Seconds(101));
  Start();
  ExpectWhole(kSize, 0);
}

TEST_F(CacheHostTransferTest, TheNextOneIsAskedBeforeTheOrigin) {
  UseHosts({"http://cache.test", "http://cache2.test"});
  Refuse(kCached, v1::ERROR_REASON_CONNECT_FAILURE);
  Start();
  ExpectWhole(kSize, 0);
  EXPECT_EQ(Asked(), (Urls{kCached, kCached2}));
}

TEST_F(CacheHostTransferTest, AnotherVersionIsNeverTaken) {
  Serve(kCached, TestContent(kSize, 9), "\"v0\"");
  Start();
  ExpectWhole(0, kSize);
  EXPECT_EQ(news().cache_hosts[0].reason,
            "it has another version of the file than the origin");
  EXPECT_EQ(news().cache_hosts[0].use, PeerUse::Use::kRefused);
}

TEST_F(CacheHostTransferTest, AVersionThatChangesOnTheWayIsNotMixed) {
  origin_.BreakAfter(kCached, kMiB);
  Start();
  ExpectWhole(kSize, 0);
  spec_.checkpoint.clear();
  origin_.BreakAfter(kCached, kMiB);
  origin_.SetRates(kMiB, 0);
  Start();
  Advance(absl::Milliseconds(300));
  Serve(kCached, TestContent(kSize, 9), "\"v0\"");
  Advance(absl::Seconds(5));
  ExpectWhole(kMiB, kSize - kMiB);
}

TEST_F(CacheHostTransferTest, WhatWasFetchedBeforeIsGoneOnWithAtTheCacheHost) {
  cache_hosts_.Set({});
  origin_.SetRates(kMiB, 0);
  Start();
  Advance(absl::Milliseconds(1500));
  ASSERT_GT(news().flushed_bytes, 0);
  const std::int64_t flushed = news().flushed_bytes;
  spec_.checkpoint = news().checkpoint;
  origin_.SetRates(0, 0);
  UseHosts({"http://cache.test"});
  Start();
  ExpectWhole(kSize - flushed, 0);
  EXPECT_EQ(origin_.requests().back().if_range, "\"v1\"");
}

TEST_F(CacheHostTransferTest, ItWaitsAndAsksAgainBeforeTheOrigin) {
  spec_.cache_host_delay = absl::Seconds(10);
  for (int i = 0; i < 3; ++i) {
    FakeOriginFault missing;
    missing.status = 404;
    origin_.AddFault(kCached, missing);
  }
  Start();
  Advance(absl::Milliseconds(500));
  EXPECT_EQ(news().activity, "waiting for a cache host");
  ASSERT_TRUE(news().hold);
  EXPECT_EQ(news().hold->policy,
            "cache_host.fallback_delay_background_seconds");
  Advance(absl::Seconds(9));
  ExpectWhole(kSize, 0);
  EXPECT_EQ(Asked(), (Urls{kCached, kCached, kCached, kCached}));
}

TEST_F(CacheHostTransferTest, AfterTheDelayTheOriginIsAsked) {
  spec_.cache_host_delay = absl::Seconds(10);
  Refuse(kCached, v1::ERROR_REASON_CONNECT_FAILURE);
  Start();
  Advance(absl::Seconds(9));
  EXPECT_FALSE(observer_->ended());
  EXPECT_EQ(Asked(), Urls{kCached});
  Advance(absl::Seconds(2));
  ExpectWhole(0, kSize);
}

TEST_F(CacheHostTransferTest, NeverTheOriginMeansNever) {
  spec_.cache_host_delay = absl::InfiniteDuration();
  spec_.foreground = true;
  Refuse(kCached, v1::ERROR_REASON_CONNECT_FAILURE);
  Start();
  Advance(absl::Seconds(90));
  EXPECT_FALSE(observer_->ended());
  EXPECT_EQ(Asked(), Urls{kCached});
  EXPECT_EQ(news().hold->policy,
            "cache_host.fallback_delay_foreground_seconds");
  Advance(absl::Seconds(60));
  ExpectWhole(kSize, 0);
}

TEST_F(CacheHostTransferTest, SecretsStayWithTheOrigin) {
  HttpSettings http;
  http.headers = {{"X-Token", "secret"}};
  spec_.http = std::make_shared<const HttpSettings>(http);
  spec_.cache_host_delay = absl::Seconds(10);
  Start();
  ExpectWhole(0, kSize);
  EXPECT_EQ(Asked(), Urls{kUrl});
  EXPECT_EQ(news().cache_hosts[0].use, PeerUse::Use::kRefused);
  EXPECT_EQ(news().cache_hosts[0].policy, "job");
}

TEST_F(CacheHostTransferTest, WithoutTheOriginsWordOrADigestItIsNotTrusted) {
  found_.identity.reset();
  Start();
  ExpectWhole(0, kSize);
  EXPECT_EQ(Asked(), Urls{kUrl});
  spec_.expected_sha256 = Sha256Of(content_);
  Start();
  ExpectWhole(kSize, 0);
}

TEST_F(CacheHostTransferTest, WrongBytesOfTheRightVersionAreFoundOut) {
  spec_.expected_sha256 = Sha256Of(content_);
  Serve(kCached, TestContent(kSize, 9));
  Start();
  ExpectWhole(kSize, kSize);
  spec_.checkpoint.clear();
  // Half of each.
  origin_.BreakAfter(kCached, kMiB);
  Refuse(kCached, v1::ERROR_REASON_CONNECT_FAILURE);
  Start();
  ExpectWhole(kMiB, 2 * kSize - kMiB);
}

TEST_F(CacheHostTransferTest, ACacheThatServesNoRangesIsLeftForTheOrigin) {
  FakeRemoteFile file = Remote(content_);
  file.serves_ranges = false;
  origin_.SetFile(kCached, file);
  Start();
  ExpectWhole(kSize, 0);
  spec_.checkpoint.clear();
  origin_.BreakAfter(kCached, kMiB);
  Start();
  ExpectWhole(kMiB, kSize - kMiB);
}

TEST_F(CacheHostTransferTest, FailuresOfCacheHostsDoNotHideTheOrigins) {
  Refuse(kCached, v1::ERROR_REASON_CONNECT_FAILURE);
  FakeOriginFault missing;
  missing.status = 404;
  origin_.AddFault(kUrl, missing);
  Start();
  ASSERT_TRUE(observer_->ended());
  EXPECT_EQ(observer_->reason(), v1::ERROR_REASON_HTTP_STATUS);
  EXPECT_FALSE(observer_->retryable());
}

TEST_F(CacheHostTransferTest, MirrorsThatTheOriginNamedFollowTheJobs) {
  cache_hosts_.Set({});
  HttpSettings http;
  http.headers = {{"X-Token", "secret"}};
  spec_.http = std::make_shared<const HttpSettings>(http);
  found_.mirrors = {"http://mirror.test/file"};
  Serve("http://mirror.test/file", content_);
  FakeOriginFault gone;
  gone.status = 503;
  origin_.AddFault(kUrl, gone);
  Start();
  ASSERT_TRUE(observer_->ended());
  EXPECT_TRUE(observer_->status().ok()) << observer_->status();
  EXPECT_TRUE(target_.Content() == content_);
  EXPECT_EQ(news().mirror_bytes, kSize);
  EXPECT_EQ(news().url_index, 1);
  EXPECT_EQ(news().found_mirrors, found_.mirrors);
  EXPECT_TRUE(origin_.requests().back().settings->headers.empty());
}

class OriginDigestTest : public CacheHostTransferTest {
 protected:
  static constexpr char kSecure[] = "https://origin.test/file";
  OriginDigestTest() {
    cache_hosts_.Set({});
    spec_.urls = {kSecure};
    Serve(kSecure, content_);
  }
};

TEST_F(OriginDigestTest, TheDigestThatWasFoundIsChecked) {
  found_.sha256 = Sha256Of(content_);
  Start();
  ExpectWhole(0, kSize);
  EXPECT_EQ(news().integrity, "sha-256 sent by the origin over https");
  found_.sha256 = Sha256Of("other bytes");
  Start();
  ASSERT_TRUE(observer_->ended());
  EXPECT_EQ(observer_->reason(), v1::ERROR_REASON_VALIDATION_FAILED);
}

TEST_F(OriginDigestTest, TheDigestOfAnotherVersionIsNotHeldAgainstThisOne) {
  found_.sha256 = Sha256Of("the version before");
  found_.identity->validator.etag = "\"v0\"";
  Start();
  ExpectWhole(0, kSize);
  EXPECT_EQ(news().integrity, "size and validator of the origin");
}

TEST_F(OriginDigestTest, TheAnswersOwnDigestIsChecked) {
  FakeRemoteFile file = Remote(content_, "\"v2\"");
  file.headers = {{"Digest", "SHA-256=" + absl::Base64Escape(Sha256Of("x"))}};
  origin_.SetFile(kSecure, file);
  Start();
  ASSERT_TRUE(observer_->ended());
  EXPECT_EQ(observer_->reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  file.headers = {
      {"Digest", "SHA-256=" + absl::Base64Escape(Sha256Of(content_))}};
  origin_.SetFile(kSecure, file);
  Start();
  ExpectWhole(0, kSize);
  EXPECT_EQ(news().integrity, "sha-256 sent by the origin over https");
}

TEST_F(OriginDigestTest, MandatoryIntegrityNeedsItForTheVersionThatCame) {
  spec_.proof_demand = ProofDemand::kPolicy;
  found_.sha256 = Sha256Of("the version before");
  found_.identity->validator.etag = "\"v0\"";
  Start();
  ASSERT_TRUE(observer_->ended());
  EXPECT_EQ(observer_->reason(), v1::ERROR_REASON_VALIDATION_FAILED);
  EXPECT_EQ(ErrorDetailOf(observer_->status()).policy(), "swarm.integrity");
}

}  // namespace
}  // namespace convoy
