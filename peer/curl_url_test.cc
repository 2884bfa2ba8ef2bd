#include "peer/curl_url.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

HttpUrl Url(absl::string_view text) {
  absl::StatusOr<HttpUrl> url = HttpUrl::Parse(text);
  EXPECT_TRUE(url.ok()) << url.status();
  return *url;
}

v1::ErrorReason ReasonOf(const absl::StatusOr<HttpUrl>& url) {
  return ErrorDetailOf(url.status()).reason();
}

std::string Resolved(absl::string_view base, absl::string_view reference) {
  const absl::StatusOr<HttpUrl> url = Url(base).Resolve(reference);
  return url.ok() ? url->text() : ReasonName(ReasonOf(url));
}

TEST(HttpUrlTest, KnowsItsOrigin) {
  EXPECT_EQ(Url("http://Example.ORG/f").origin(), "http://example.org:80");
  EXPECT_EQ(Url("HTTPS://example.org").origin(), "https://example.org:443");
  EXPECT_EQ(Url("https://example.org:8443/").origin(),
            "https://example.org:8443");
  EXPECT_EQ(Url("http://[::1]:80/").origin(), "http://[::1]:80");
  EXPECT_EQ(Url("https://example.org:443").origin(),
            Url("https://EXAMPLE.org/x").origin());
  EXPECT_NE(Url("http://example.org").origin(),
            Url("https://example.org").origin());
  EXPECT_TRUE(Url("https://h").IsHttps());
  EXPECT_FALSE(Url("http://h").IsHttps());
}

TEST(HttpUrlTest, AnotherHostStandsInForItsOwn) {
  const HttpUrl url = Url("https://h:81/a%2Fb/../c?d=/e");
  for (const char* authority :
       {"o.example", "O.example:82", "192.0.2.1:82", "[2001:db8::1]"}) {
    const auto other = url.WithAuthority(authority);
    ASSERT_TRUE(other.ok()) << other.status();
    EXPECT_EQ(other->text(),
              absl::StrCat("https://", authority,
                           url.text().substr(url.text().find("81/") + 2)));
  }
  for (const char* wrong :
       {"", "a/b", "u@h", "h?", "h#", "a b", "h:port", "h:99999", "[::1"}) {
    EXPECT_FALSE(url.WithAuthority(wrong).ok()) << wrong;
  }
}

TEST(HttpUrlTest, LeavesEscapesAndNamesAsTheyAre) {
  EXPECT_EQ(Url("http://h/a%2Fb?c=%20d#e").text(), "http://h/a%2Fb?c=%20d");
  EXPECT_EQ(Url("http://b\xC3\xBC"
                "cher.example/")
                .host(),
            "b\xC3\xBC"
            "cher.example");
}

TEST(HttpUrlTest, SpellingsOfOneUrlAreNormalizedAlike) {
  const std::string plain = Url("https://example.org/a/b?c=D").normalized();
  EXPECT_EQ(plain, "https://example.org/a/b?c=D");
  for (const char* same :
       {"HTTPS://Example.ORG/a/b?c=D", "https://example.org:443/a/b?c=D",
        "https://example.org/a/b?c=D#there"}) {
    EXPECT_EQ(Url(same).normalized(), plain) << same;
  }
  for (const char* other :
       {"http://example.org/a/b?c=D", "https://example.org:444/a/b?c=D",
        "https://example.org/A/b?c=D", "https://example.org/a/b?c=d",
        "https://example.org/a/b"}) {
    EXPECT_NE(Url(other).normalized(), plain) << other;
  }
  EXPECT_EQ(Url("http://H").normalized(), "http://h/");
  EXPECT_EQ(Url("http://[::1]:8080/f").normalized(), "http://[::1]:8080/f");
}

TEST(HttpUrlTest, ASuffixMakesTheNameLongerAndKeepsTheQuery) {
  const auto with = [](absl::string_view base) {
    const absl::StatusOr<HttpUrl> url = Url(base).WithSuffix(".torrent");
    return url.ok() ? url->text() : ReasonName(ReasonOf(url));
  };
  EXPECT_EQ(with("http://h:81/a/f.iso"), "http://h:81/a/f.iso.torrent");
  EXPECT_EQ(with("http://h/f?k=v/"), "http://h/f.torrent?k=v/");
  EXPECT_EQ(with("http://h/a%20b%2Fc"), "http://h/a%20b%2Fc.torrent");
  EXPECT_EQ(with("http://h"), "INVALID_ARGUMENT");
  EXPECT_EQ(with("http://h/a/"), "INVALID_ARGUMENT");
  EXPECT_EQ(with(absl::StrCat("http://h/",
                              std::string(HttpUrl::kMaxLength - 12, 'x'))),
            "INVALID_ARGUMENT");
}

TEST(HttpUrlTest, NamesItsFile) {
  const auto name = [](const std::string& text) {
    return std::string(Url(text).FileName());
  };
  EXPECT_EQ(name("http://h:81/a/f.iso"), "f.iso");
  EXPECT_EQ(name("http://h/f?k=v/w#x"), "f");
  EXPECT_EQ(name("http://h/a%20b%2Fc"), "a%20b%2Fc");
  EXPECT_EQ(name("http://h"), "");
  EXPECT_EQ(name("http://h?f"), "");
  EXPECT_EQ(name("http://h/a/"), "");
}

TEST(HttpUrlTest, RefusesOtherSchemes) {
  for (const char* text : {"ftp://h/f", "file:///f", "gopher://h", "x://h"}) {
    EXPECT_EQ(ReasonOf(HttpUrl::Parse(text)),
              v1::ERROR_REASON_PROTOCOL_NOT_AVAILABLE)
        << text;
  }
}

TEST(HttpUrlTest, RefusesWhatIsNoUrl) {
  const std::string long_url =
      absl::StrCat("http://h/", std::string(HttpUrl::kMaxLength, 'x'));
  for (const absl::string_view text :
       {absl::string_view(""), absl::string_view("h/f"),
        absl::string_view("http://"), absl::string_view("http://h:99999/"),
        absl::string_view("http://h:port/"), absl::string_view("http://h /"),
        absl::string_view("http://h/a b"), absl::string_view("http://h/\n"),
        absl::string_view("http://h/\0x", 11), absl::string_view(long_url)}) {
    EXPECT_EQ(ReasonOf(HttpUrl::Parse(text)), v1::ERROR_REASON_INVALID_ARGUMENT)
        << text;
  }
}

TEST(HttpUrlTest, RefusesUserNamesAndNamesThemNot) {
  const absl::StatusOr<HttpUrl> url = HttpUrl::Parse("http://me:sesame@h/f");
  EXPECT_EQ(ReasonOf(url), v1::ERROR_REASON_INVALID_ARGUMENT);
  EXPECT_FALSE(absl::StrContains(url.status().ToString(), "sesame"));
}

TEST(HttpUrlTest, ResolvesLocations) {
  const char base[] = "http://h:81/a/b?q";
  EXPECT_EQ(Resolved(base, "c"), "http://h:81/a/c");
  EXPECT_EQ(Resolved(base, "/c"), "http://h:81/c");
  EXPECT_EQ(Resolved(base, "../c/./d"), "http://h:81/c/d");
  EXPECT_EQ(Resolved(base, "?r"), "http://h:81/a/b?r");
  EXPECT_EQ(Resolved(base, "//i/c"), "http://i/c");
  EXPECT_EQ(Resolved(base, "https://i/c#d"), "https://i/c");
  EXPECT_EQ(Resolved(base, "/a b%20c"), "http://h:81/a%20b%20c");
  EXPECT_EQ(Resolved(base, "http://me:sesame@i/c"), "http://i/c");
}

TEST(HttpUrlTest, RefusesLocationsThatLeadNowhere) {
  EXPECT_EQ(Resolved("http://h/", "ftp://h/"), "PROTOCOL_NOT_AVAILABLE");
  EXPECT_EQ(Resolved("http://h/", "file:///etc/passwd"),
            "PROTOCOL_NOT_AVAILABLE");
  EXPECT_EQ(Resolved("http://h/", "http://"), "INVALID_ARGUMENT");
  EXPECT_EQ(Resolved("http://h/", std::string(HttpUrl::kMaxLength + 1, 'x')),
            "INVALID_ARGUMENT");
}

}  // namespace
}  // namespace convoy
