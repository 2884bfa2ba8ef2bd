#include "client/delivery_optimization/gateway.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace convoy::delivery_optimization {
namespace {

DownloadParts Of(const std::string& url) {
  DownloadParts parts;
  parts.file.set_remote_url(url);
  return parts;
}

std::vector<std::string> MirrorsOf(const DownloadParts& parts) {
  return {parts.file.mirror_urls().begin(), parts.file.mirror_urls().end()};
}

// The mirror of `url`; empty: it has none.
std::string Mirror(const std::string& gateway, const std::string& url) {
  DownloadParts parts = Of(url);
  NameGateway(gateway, &parts);
  return parts.file.mirror_urls().empty() ? "" : parts.file.mirror_urls(0);
}

TEST(GatewayTest, TheConnectionStringNamesIt) {
  EXPECT_EQ(GatewayIn("HostName=hub.example.net;DeviceId=d;"
                      "SharedAccessKey=abc=;GatewayHostName=10.0.0.200"),
            "10.0.0.200");
  EXPECT_EQ(GatewayIn("gatewayhostname=gate.example.org:8080;HostName=h"),
            "gate.example.org:8080");
  EXPECT_EQ(GatewayIn("GatewayHostName=[fe80::1]:80"), "[fe80::1]:80");
  EXPECT_EQ(GatewayIn("HostName=hub.example.net;DeviceId=d"), "");
  EXPECT_EQ(GatewayIn("HostName=h;GatewayHostName=;"), "");
  EXPECT_EQ(GatewayIn(""), "");
  EXPECT_EQ(GatewayIn("no string of that kind"), "");
}

TEST(GatewayTest, WhatIsNoHostIsRefused) {
  for (const char* value :
       {"a/b", "a b", "a@b", "a:", "a:0", "a:65536", "a:+80", "[a]", "[::1",
        "http://a", "\xc3\xa4", "::1"}) {
    EXPECT_EQ(GatewayIn(std::string("GatewayHostName=") + value), std::nullopt)
        << value;
  }
}

TEST(GatewayTest, ItIsAskedAsAConnectedCacheWants) {
  EXPECT_EQ(Mirror("gate", "http://origin.example.org/a/b"),
            "http://gate/a/b?cacheHostOrigin=origin.example.org");
  EXPECT_EQ(Mirror("gate:81", "HTTP://origin:8080/a?x=1#part"),
            "http://gate:81/a?x=1&cacheHostOrigin=origin:8080");
  EXPECT_EQ(Mirror("gate", "http://origin"),
            "http://gate/?cacheHostOrigin=origin");
  EXPECT_EQ(Mirror("gate", "http://origin?x"),
            "http://gate/?x&cacheHostOrigin=origin");
}

TEST(GatewayTest, SomeUrlsAreNotForIt) {
  EXPECT_EQ(Mirror("", "http://origin/a"), "");
  EXPECT_EQ(Mirror("gate", "https://origin/a"), "");
  EXPECT_EQ(Mirror("gate", "file:///a"), "");
  EXPECT_EQ(Mirror("gate", "http://gate/a"), "");
  EXPECT_EQ(Mirror("gate", "http://origin/" + std::string(2200, 'a')), "");
}

TEST(GatewayTest, SecretsDoNotGoThere) {
  DownloadParts with_headers = Of("http://origin/a");
  with_headers.headers = "A: b";
  EXPECT_FALSE(NameGateway("gate", &with_headers));
  DownloadParts with_auth = Of("http://origin/a");
  with_auth.auth_headers = "Authorization: Bearer x";
  EXPECT_FALSE(NameGateway("gate", &with_auth));
  DownloadParts with_certificate = Of("http://origin/a");
  with_certificate.certificate = "pem";
  EXPECT_FALSE(NameGateway("gate", &with_certificate));
  DownloadParts with_file = Of("http://origin/a");
  with_file.job.mutable_http()->mutable_tls()->set_client_certificate_file(
      "/a");
  EXPECT_FALSE(NameGateway("gate", &with_file));
}

TEST(GatewayTest, ItTakesThePlaceOfAnotherAndLeavesMirrors) {
  DownloadParts parts = Of("http://origin/a");
  parts.file.add_mirror_urls("http://mirror/a");
  EXPECT_TRUE(NameGateway("one", &parts));
  EXPECT_FALSE(NameGateway("one", &parts));
  EXPECT_TRUE(NameGateway("two", &parts));
  EXPECT_EQ(MirrorsOf(parts),
            (std::vector<std::string>{"http://two/a?cacheHostOrigin=origin",
                                      "http://mirror/a"}));
  EXPECT_TRUE(NameGateway("", &parts));
  EXPECT_EQ(MirrorsOf(parts), std::vector<std::string>{"http://mirror/a"});
}

}  // namespace
}  // namespace convoy::delivery_optimization
