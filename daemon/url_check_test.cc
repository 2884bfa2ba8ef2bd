#include "daemon/url_check.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/error_detail.pb.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

constexpr v1::ErrorReason kOk = v1::ERROR_REASON_UNSPECIFIED;
constexpr v1::ErrorReason kInvalid = v1::ERROR_REASON_INVALID_ARGUMENT;
constexpr v1::ErrorReason kScheme = v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE;
constexpr v1::ErrorReason kTooLong = v1::ERROR_REASON_STRING_TOO_LONG;

v1::ErrorReason ReasonOf(const absl::Status& status) {
  return status.ok() ? kOk : ErrorDetailOf(status).reason();
}

struct UrlCase {
  std::string url;
  v1::ErrorReason reason;
};

std::string LongUrl(std::size_t characters) {
  const std::string head = "http://h/";
  return head + std::string(characters - head.size(), 'x');
}

TEST(CheckRemoteUrlTest, TakesHttpHttpsAndFile) {
  for (const std::string& url : {
           std::string("http://example.org"),
           std::string("HTTPS://Example.org:8443/a%20b?x=@#frag"),
           std::string("http://127.0.0.1:1/"),
           std::string("http://[::1]:65535/a"),
           std::string("http://[fe80::1%25eth0]/"),
           std::string("http://[2001:db8::7]"),
           std::string("http://b\xC3\xBC"
                       "cher.example/"),
           std::string("http://under_score.example/?q"),
           std::string("http://example.org:/empty-port"),
           std::string("file:///etc/hosts"),
           std::string("File:///a%20b/c"),
           std::string("http://h/user@host"),
           LongUrl(2200),
       }) {
    EXPECT_EQ(CheckRemoteUrl("f", url), absl::OkStatus()) << url;
  }
}

TEST(CheckTrackerUrlTest, TakesHttpHttpsAndUdpWithAPort) {
  const UrlCase cases[] = {
      {"http://tracker.example/announce", kOk},
      {"https://tracker.example:8443/a?key=1", kOk},
      {"udp://tracker.example:6969", kOk},
      {"udp://[2001:db8::7]:6969/announce", kOk},
      {"udp://tracker.example/announce", kInvalid},
      {"udp://tracker.example:0", kInvalid},
      {"udp://", kInvalid},
      {"http://u:p@tracker.example/announce", kInvalid},
      {"ftp://tracker.example", kScheme},
      {"tracker.example:6969", kInvalid},
      {"", kInvalid},
  };
  for (const UrlCase& one : cases) {
    EXPECT_EQ(ReasonOf(CheckTrackerUrl("f", one.url)), one.reason) << one.url;
  }
}

TEST(CheckHostPortTest, TakesAHostAndAPort) {
  const UrlCase cases[] = {
      {"depot.example:6772", kOk},
      {"10.1.2.3:1", kOk},
      {"[fd00::1]:65535", kOk},
      {"[fe80::1%eth0]:6772", kOk},
      {"", kInvalid},
      {"depot.example", kInvalid},
      {"depot.example:", kInvalid},
      {":6772", kInvalid},
      {"fd00::1", kInvalid},
      {"[fd00::1]", kInvalid},
      {"[depot]:6772", kInvalid},
      {"depot:0", kInvalid},
      {"depot:65536", kInvalid},
      {"depot:+1", kInvalid},
      {"a b:6772", kInvalid},
      {"http://depot:6772", kInvalid},
      {"u@depot:6772", kInvalid},
  };
  for (const UrlCase& one : cases) {
    EXPECT_EQ(ReasonOf(CheckHostPort("f", one.url)), one.reason) << one.url;
  }
}

TEST(CheckRemoteUrlTest, RefusesAllElse) {
  const UrlCase cases[] = {
      {"", kInvalid},
      {"example.org/a", kInvalid},
      {"/etc/hosts", kInvalid},
      {"//example.org/a", kInvalid},
      {"localhost:8080/a", kInvalid},
      {"http:/example.org", kInvalid},
      {"http:example.org", kInvalid},
      {"http:x://example.org", kInvalid},
      {"http://", kInvalid},
      {"http:///path", kInvalid},
      {"http://:80/", kInvalid},
      {"http://h:0/", kInvalid},
      {"http://h:65536/", kInvalid},
      {"http://h:99999999999999999999/", kInvalid},
      {"http://h:8o/", kInvalid},
      {"http://h:-1/", kInvalid},
      {"http://[::1/", kInvalid},
      {"http://[::1]x/", kInvalid},
      {"http://[127.0.0.1]/", kInvalid},
      {"http://[::1%25]/", kInvalid},
      {"http://[::1%25a/b]/", kInvalid},
      {"http://::1/", kInvalid},
      {"http://a<b/", kInvalid},
      {"http://a\\b/", kInvalid},
      {"http://a%41/", kInvalid},
      {"http://user@h/", kInvalid},
      {"http://user:secret@h/", kInvalid},
      {"http://@h/", kInvalid},
      {"http://h/a b", kInvalid},
      {" http://h/", kInvalid},
      {"http://h/\t", kInvalid},
      {"http://h/\r\nX: y", kInvalid},
      {"http://h/\x7F", kInvalid},
      {std::string("http://h/\0", 10), kInvalid},
      {"http://h/\xFF", kInvalid},
      {"ftp://h/a", kScheme},
      {"FTP://h/a", kScheme},
      {"data:text/plain,x", kScheme},
      {"javascript:x", kScheme},
      {"httpx://h/", kScheme},
      {"socks5://h/", kScheme},
      {LongUrl(2201), kTooLong},
  };
  for (const UrlCase& one : cases) {
    const absl::Status status = CheckRemoteUrl("files[2].remote_url", one.url);
    EXPECT_EQ(ReasonOf(status), one.reason) << one.url << ": " << status;
    EXPECT_EQ(ErrorDetailOf(status).field(), "files[2].remote_url") << one.url;
    EXPECT_TRUE(absl::StartsWith(status.message(), "files[2].remote_url "));
  }
}

TEST(CheckRemoteUrlTest, NeverRepeatsSecrets) {
  for (const char* url : {"http://user:hunter2@h/", "http://h:x/?hunter2",
                          "http://[hunter2]/", "http://h hunter2/"}) {
    const absl::Status status = CheckRemoteUrl("f", url);
    ASSERT_FALSE(status.ok());
    EXPECT_FALSE(absl::StrContains(status.ToString(), "hunter2")) << status;
  }
}

TEST(CheckRemoteUrlTest, CountsCharactersNotBytes) {
  std::string url = "http://h/";
  while (url.size() < 4000) url += "\xC3\xA4";
  EXPECT_TRUE(CheckRemoteUrl("f", url).ok());
}

TEST(CheckRemoteUrlTest, FileUrlsNameAPlainPathOfThisMachine) {
  for (const char* url :
       {"file://host/a", "file://localhost/a", "file:/a", "file:a", "file://",
        "file:///", "file:///a/", "file:///a/../b", "file:///a/%2E%2E/b",
        "file:///a%00b", "file:///a%2", "file:///a%zz", "file:///a%",
        "file:///a?b", "file:///a#b", "file:///a%FF", "file:///a%2F"}) {
    EXPECT_EQ(ReasonOf(CheckRemoteUrl("f", url)), kInvalid) << url;
  }
}

TEST(CheckMirrorUrlTest, TakesHttpAndHttpsOnly) {
  EXPECT_TRUE(CheckMirrorUrl("f", "http://h/").ok());
  EXPECT_TRUE(CheckMirrorUrl("f", "https://h/").ok());
  const absl::Status status = CheckMirrorUrl("f", "file:///a");
  EXPECT_EQ(ReasonOf(status), kScheme);
  EXPECT_EQ(status.message(),
            "f has the scheme \"file\"; allowed: http, https");
}

TEST(CheckProxyUrlTest, TakesProxySchemes) {
  for (const char* scheme : {"http", "https", "socks5", "socks5h"}) {
    EXPECT_TRUE(CheckProxyUrl("f", absl::StrCat(scheme, "://p:3128"),
                              UserInfo::kRefused)
                    .ok());
  }
  EXPECT_EQ(ReasonOf(CheckProxyUrl("f", "socks4://p", UserInfo::kRefused)),
            kScheme);
  EXPECT_EQ(ReasonOf(CheckProxyUrl("f", "file:///p", UserInfo::kRefused)),
            kScheme);
  EXPECT_EQ(ReasonOf(CheckProxyUrl("f", "http://u:p@p", UserInfo::kRefused)),
            kInvalid);
  EXPECT_TRUE(CheckProxyUrl("f", "http://u:p@p", UserInfo::kAllowed).ok());
  EXPECT_EQ(ReasonOf(CheckProxyUrl("f", "http://u:p@", UserInfo::kAllowed)),
            kInvalid);
}

TEST(PathOfFileUrlTest, UndoesEscapes) {
  EXPECT_EQ(*PathOfFileUrl("f", "file:///a%20b/%C3%A4%25"), "/a b/\xC3\xA4%");
  EXPECT_EQ(*PathOfFileUrl("f", "FILE:///a+b"), "/a+b");
}

TEST(UrlAddressTest, IsSchemeHostAndPort) {
  EXPECT_EQ(UrlAddress("http://Example.ORG/a?b"), "http://example.org:80");
  EXPECT_EQ(UrlAddress("HTTPS://example.org"), "https://example.org:443");
  EXPECT_EQ(UrlAddress("https://example.org:"), "https://example.org:443");
  EXPECT_EQ(UrlAddress("http://[::1]:8080/x:9"), "http://[::1]:8080");
  EXPECT_EQ(UrlAddress("http://[::1]/"), "http://[::1]:80");
  EXPECT_EQ(UrlAddress("file:///a%20b"), "/a b");
  EXPECT_EQ(UrlAddress("nonsense"), "");
}

}  // namespace
}  // namespace convoy
