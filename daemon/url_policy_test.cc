#include "daemon/url_policy.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "daemon/settings.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

Settings Blocking(const std::vector<std::string>& patterns) {
  Settings settings;
  for (const std::string& pattern : patterns) {
    settings.config.mutable_http()->add_blocked_urls(pattern);
  }
  return settings;
}

bool Blocks(const std::string& pattern, const std::string& url) {
  return !CheckUrlNotBlocked("f", url, Blocking({pattern})).ok();
}

TEST(UrlPolicyTest, ABlockedUrlIsRefusedAndTheKeyNamed) {
  const absl::Status status =
      CheckUrlNotBlocked("files[0].remote_url", "http://h/secret?token=x",
                         Blocking({"ftp://*", "http://*"}));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  const v1::ErrorDetail detail = ErrorDetailOf(status);
  EXPECT_EQ(detail.reason(), v1::ERROR_REASON_BLOCKED_BY_POLICY);
  EXPECT_EQ(detail.policy(), "http.blocked_urls");
  EXPECT_EQ(detail.field(), "files[0].remote_url");
  EXPECT_FALSE(absl::StrContains(status.message(), "token")) << status;
  EXPECT_TRUE(
      absl::StrContains(status.message(), "(http.blocked_urls, default)"))
      << status;
}

TEST(UrlPolicyTest, OfAJobThatWasTakenBeforeTheUrlIsNamed) {
  const Settings settings = Blocking({"http://*"});
  const absl::Status status =
      CheckFetchNotBlocked("http://origin.example/f", settings);
  const v1::ErrorDetail detail = ErrorDetailOf(status);
  EXPECT_EQ(detail.reason(), v1::ERROR_REASON_BLOCKED_BY_POLICY);
  EXPECT_EQ(detail.policy(), "http.blocked_urls");
  EXPECT_EQ(detail.url(), "http://origin.example/f");
  EXPECT_EQ(status.message(),
            "the URL matches \"http://*\", which the configuration blocks "
            "(http.blocked_urls)");
  EXPECT_TRUE(CheckFetchNotBlocked("https://origin.example/f", settings).ok());
}

TEST(UrlPolicyTest, AnotherSpellingDoesNotHelp) {
  EXPECT_TRUE(Blocks("http://h.example/*", "HTTP://H.Example/a"));
  EXPECT_TRUE(Blocks("http://h.example/*", "http://h.example:80/a"));
  EXPECT_TRUE(Blocks("https://h.example/*", "https://h.example:443?a"));
  EXPECT_TRUE(Blocks("https://h.example/*", "https://h.example"));
  EXPECT_TRUE(Blocks("*://h.example:8080/*", "http://h.example:8080/a"));
  EXPECT_TRUE(Blocks("file://*", "file:///etc/hosts"));
  EXPECT_FALSE(Blocks("http://h.example/*", "http://h.example:8080/a"));
  EXPECT_FALSE(Blocks("http://h.example/*", "https://h.example/a"));
}

TEST(UrlPolicyTest, PathsAndNothingAreNotBlocked) {
  EXPECT_FALSE(Blocks("*", ""));
  EXPECT_FALSE(Blocks("*", "/a/manifest"));
  EXPECT_TRUE(CheckUrlNotBlocked("f", "http://h/", Blocking({})).ok());
}

}  // namespace
}  // namespace convoy
