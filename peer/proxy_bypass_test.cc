#include "peer/proxy_bypass.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace convoy {
namespace {

bool Bypasses(const std::string& entry, const std::string& url) {
  const auto parsed = HttpUrl::Parse(url);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return IsBypassed({entry}, *parsed);
}

struct Case {
  const char* entry;
  std::vector<const char*> meant;
  std::vector<const char*> others;
};

TEST(ProxyBypassTest, AnEntryMeansWhatItSays) {
  const Case cases[] = {
      {"example.org",
       {"http://example.org/a", "https://EXAMPLE.org:8443/",
        "http://example.org./"},
       {"http://www.example.org/", "http://example.orgs/",
        "http://example.or/"}},
      {"Intranet.", {"http://intranet/"}, {"http://intranet.example/"}},
      {".example.org",
       {"http://example.org/", "http://a.b.Example.org/"},
       {"http://anexample.org/", "http://example.org.uk/"}},
      {"*.example.org",
       {"http://a.example.org/", "http://a.b.example.org/"},
       {"http://example.org/", "http://anexample.org/"}},
      {"192.168.*",
       {"http://192.168.0.1/", "https://192.168.77.8:9/"},
       {"http://192.16.8.1/", "http://10.192.168.1/", "http://a.example/"}},
      {"10.*",
       {"http://10.1.2.3/"},
       {"http://110.1.2.3/", "http://101.2.3.4/"}},
      {"f*r.example", {"http://far.example/"}, {"http://fat.example/"}},
      {"*", {"http://a/", "https://a.example/", "http://[2001:db8::1]/"}, {}},
      {"127.0.0.1", {"http://127.0.0.1/"}, {"http://127.0.0.2/"}},
      {"2001:db8::1",
       {"http://[2001:DB8:0::1]/"},
       {"http://[2001:db8::2]/", "http://a.example/"}},
      {"[2001:db8::1]:81",
       {"http://[2001:db8::1]:81/"},
       {"http://[2001:db8::1]/"}},
      {"2001:db8:*", {"http://[2001:db8::7]/"}, {"http://[2001:db9::7]/"}},
      {"<LOCAL>",
       {"http://intranet/", "http://localhost:8080/", "http://127.1.2.3/",
        "http://[::1]/"},
       {"http://a.example/", "http://10.0.0.1/", "http://[2001:db8::1]/",
        "http://[fe80::1]/"}},
      {"https://a.example",
       {"https://a.example/"},
       {"http://a.example/", "https://b.example/"}},
      {"http://*", {"http://a.example/"}, {"https://a.example/"}},
      {"a.example:8080",
       {"http://a.example:8080/"},
       {"http://a.example/", "http://b.example:8080/"}},
      {"https://a.example:443",
       {"https://a.example/"},
       {"http://a.example:443/"}},
      {"http://", {}, {"http://a.example/"}},
  };
  for (const Case& one : cases) {
    for (const char* url : one.meant) {
      EXPECT_TRUE(Bypasses(one.entry, url)) << one.entry << " " << url;
    }
    for (const char* url : one.others) {
      EXPECT_FALSE(Bypasses(one.entry, url)) << one.entry << " " << url;
    }
  }
}

TEST(ProxyBypassTest, OneOfManyEntriesIsEnough) {
  const auto url = HttpUrl::Parse("http://b.example/");
  ASSERT_TRUE(url.ok());
  EXPECT_TRUE(IsBypassed({"a.example", "b.example"}, *url));
  EXPECT_FALSE(IsBypassed({"a.example", "c.example"}, *url));
  EXPECT_FALSE(IsBypassed({}, *url));
}

}  // namespace
}  // namespace convoy
