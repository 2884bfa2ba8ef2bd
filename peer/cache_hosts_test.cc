#include "peer/cache_hosts.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "peer/base/fake_executor.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr char kUrl[] = "http://origin.test:8080/pub/a%20b.img?sig=1";

absl::Status Failure(v1::ErrorReason reason, bool retryable = true) {
  return Error(reason, v1::ERROR_CONTEXT_GENERAL_TRANSPORT)
      .Retryable(retryable)
      .Status("it failed");
}

class CacheHostsTest : public testing::Test {
 protected:
  CacheHostsTest() { Set({"http://cache.test:3128", "https://two.test/c/"}); }

  void Set(std::vector<std::string> hosts,
           CacheHostSettings::Style style = CacheHostSettings::Style::kHost,
           bool on_vpn = true) {
    CacheHostSettings settings;
    settings.hosts = std::move(hosts);
    settings.style = style;
    settings.ban = absl::Seconds(60);
    settings.on_vpn = on_vpn;
    hosts_.Set(std::move(settings));
  }
  // The first way.
  CacheHosts::Way First(const std::string& url = kUrl) {
    return hosts_.WaysTo(url).at(0);
  }
  void Fail(const absl::Status& error) {
    hosts_.OnFailed(*First().route, error);
  }

  FakeClock clock_;
  CacheHosts hosts_{clock_};
};

TEST_F(CacheHostsTest, ByHostThePathStaysAndTheHostHeaderNamesTheOrigin) {
  const std::vector<CacheHosts::Way> ways = hosts_.WaysTo(kUrl);
  ASSERT_EQ(ways.size(), 2u);
  EXPECT_EQ(ways[0].address, "http://cache.test:3128");
  ASSERT_TRUE(ways[0].route);
  EXPECT_EQ(ways[0].route->url, "http://cache.test:3128/pub/a%20b.img?sig=1");
  EXPECT_EQ(ways[0].route->host_header, "origin.test:8080");
  ASSERT_TRUE(ways[1].route);
  EXPECT_EQ(ways[1].route->url, "https://two.test/c/pub/a%20b.img?sig=1");
  EXPECT_EQ(ways[1].address, "https://two.test");
}

TEST_F(CacheHostsTest, ByPathTheOriginIsTheFirstPart) {
  Set({"http://cache.test/depot/"}, CacheHostSettings::Style::kPath);
  EXPECT_EQ(First().route->url,
            "http://cache.test/depot/origin.test:8080/pub/a%20b.img?sig=1");
  EXPECT_EQ(First().route->host_header, "");
}

TEST_F(CacheHostsTest, AConnectedCacheFindsTheOriginInTheQuery) {
  Set({"http://cache.test/"}, CacheHostSettings::Style::kConnectedCache);
  EXPECT_EQ(First().route->url,
            "http://cache.test/pub/a%20b.img?sig=1"
            "&cacheHostOrigin=origin.test:8080");
  EXPECT_EQ(First().route->host_header, "");
  EXPECT_EQ(First("http://origin.test/f").route->url,
            "http://cache.test/f?cacheHostOrigin=origin.test");
  EXPECT_EQ(First("http://origin.test").route->url,
            "http://cache.test/?cacheHostOrigin=origin.test");
}

TEST_F(CacheHostsTest, AnHttpsFileIsNotAskedForInTheClear) {
  const std::vector<CacheHosts::Way> ways =
      hosts_.WaysTo("https://origin.test/f");
  EXPECT_FALSE(ways.at(0).route);
  EXPECT_EQ(ways.at(0).policy, "cache_host.hosts");
  EXPECT_TRUE(ways.at(1).route);
}

TEST_F(CacheHostsTest, OnAVpnTheyAreAskedOnlyWhereTheConfigurationAllowsIt) {
  Set({"http://cache.test"}, CacheHostSettings::Style::kHost, false);
  EXPECT_TRUE(First().route);
  hosts_.SetOnVpn(true);
  EXPECT_FALSE(First().route);
  EXPECT_EQ(First().policy, "cache_host.on_vpn");
  Set({"http://cache.test"}, CacheHostSettings::Style::kHost, true);
  EXPECT_TRUE(First().route);
}

TEST_F(CacheHostsTest, WhoCannotBeReachedIsLeftAloneByAllForAWhile) {
  Fail(Failure(v1::ERROR_REASON_CONNECT_FAILURE));
  EXPECT_FALSE(First().route);
  EXPECT_FALSE(First("http://other.test/x").route);
  EXPECT_EQ(First().policy, "cache_host.ban_seconds");
  EXPECT_EQ(
      First().refused,
      "it failed and is left alone until 2023-11-14T22:14:20Z: it failed");
  EXPECT_TRUE(hosts_.WaysTo(kUrl).at(1).route);
  clock_.Advance(absl::Seconds(59));
  EXPECT_FALSE(First().route);
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(First().route);
}

TEST_F(CacheHostsTest, AfterABadAnswerItIsLeftAloneForThatOriginOnly) {
  Fail(Error(v1::ERROR_REASON_HTTP_STATUS, v1::ERROR_CONTEXT_REMOTE_FILE)
           .HttpStatus(502)
           .Retryable()
           .Status("the origin answered with HTTP status 502"));
  EXPECT_FALSE(First().route);
  EXPECT_FALSE(First("http://origin.test:8080/other").route);
  EXPECT_TRUE(First("http://other.test/x").route);
}

TEST_F(CacheHostsTest, AFileThatItDoesNotHaveIsNoFailure) {
  Fail(Failure(v1::ERROR_REASON_HTTP_STATUS, false));
  Fail(Failure(v1::ERROR_REASON_REMOTE_FILE_CHANGED));
  Fail(Failure(v1::ERROR_REASON_INSUFFICIENT_RANGE_SUPPORT));
  EXPECT_TRUE(First().route);
}

TEST_F(CacheHostsTest, WhatIsForTheOriginAloneIsNeverCached) {
  const auto why = [](const HttpSettings& http, bool is_private) {
    TransferSpec spec;
    spec.http = std::make_shared<const HttpSettings>(http);
    spec.is_private = is_private;
    return WhyNeverCached(spec);
  };
  EXPECT_EQ(why(HttpSettings(), false), "");
  EXPECT_NE(why(HttpSettings(), true), "");
  TransferSpec refused;
  refused.http = std::make_shared<const HttpSettings>();
  refused.urls_alone = true;
  EXPECT_NE(WhyNeverCached(refused), "");
  HttpSettings http;
  http.headers = {{"X-Token", "1"}};
  EXPECT_NE(why(http, false), "");
  http = HttpSettings();
  http.server_credentials.schemes = AuthSchemes::kBearer;
  EXPECT_NE(why(http, false), "");
  http = HttpSettings();
  http.client_certificate_pem = "PEM";
  EXPECT_NE(why(http, false), "");
  http = HttpSettings();
  http.certificate_approval = CertificateApproval();
  EXPECT_NE(why(http, false), "");
  http = HttpSettings();
  http.method = "POST";
  EXPECT_EQ(why(http, false),
            "the job asks by POST: its files come from the origin alone");
}

}  // namespace
}  // namespace convoy
