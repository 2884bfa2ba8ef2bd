#include "daemon/http_options_check.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "convoy/v1/error_detail.pb.h"
#include "convoy/v1/job.pb.h"
#include "gtest/gtest.h"
#include "proto/error_detail.h"

namespace convoy {
namespace {

using Edit = std::function<void(v1::HttpOptions* options)>;

absl::Status Check(const Edit& edit) {
  v1::HttpOptions options;
  edit(&options);
  return CheckHttpOptions("h", options);
}

Edit Header(std::string name, std::string value) {
  return [name, value](v1::HttpOptions* options) {
    v1::HttpHeader* header = options->add_headers();
    header->set_name(name);
    header->set_value(value);
  };
}

v1::HttpCredentials Basic(std::string user, std::string password) {
  v1::HttpCredentials credentials;
  credentials.set_scheme(v1::HttpCredentials::SCHEME_BASIC);
  credentials.set_user_name(std::move(user));
  credentials.set_password(std::move(password));
  return credentials;
}

v1::HttpCredentials By(v1::HttpCredentials::Scheme scheme,
                       v1::HttpCredentials credentials) {
  credentials.set_scheme(scheme);
  return credentials;
}

v1::HttpCredentials Bearer(std::string token) {
  v1::HttpCredentials credentials;
  credentials.set_scheme(v1::HttpCredentials::SCHEME_BEARER);
  credentials.set_bearer_token(std::move(token));
  return credentials;
}

std::string Repeated(absl::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) absl::StrAppend(&all, text);
  return all;
}

Edit Credentials(std::vector<v1::HttpCredentials> all) {
  return [all](v1::HttpOptions* options) {
    for (const auto& one : all) *options->add_credentials() = one;
  };
}

v1::HttpCredentials For(v1::HttpCredentials::Target target,
                        v1::HttpCredentials credentials) {
  credentials.set_target(target);
  return credentials;
}

Edit Proxy(v1::HttpProxy::Mode mode, std::string url,
           std::vector<std::string> bypass = {}) {
  return [=](v1::HttpOptions* options) {
    options->mutable_proxy()->set_mode(mode);
    options->mutable_proxy()->set_url(url);
    for (const auto& one : bypass) options->mutable_proxy()->add_bypass(one);
  };
}

Edit Tls(std::string ca, std::string certificate, std::string key) {
  return [=](v1::HttpOptions* options) {
    options->mutable_tls()->set_ca_file(ca);
    options->mutable_tls()->set_client_certificate_file(certificate);
    options->mutable_tls()->set_client_key_file(key);
  };
}

Edit Method(std::string method) {
  return [method](v1::HttpOptions* options) { options->set_method(method); };
}

// Of 32 equal bytes.
std::string Key(char byte) { return absl::Base64Escape(std::string(32, byte)); }

Edit Approval(std::vector<std::string> approved,
              std::vector<std::string> refused) {
  return [approved, refused](v1::HttpOptions* options) {
    auto& approval = *options->mutable_certificate_approval();
    for (const auto& key : approved) approval.add_approved_keys(key);
    for (const auto& key : refused) approval.add_refused_keys(key);
  };
}

constexpr auto kServer = v1::HttpCredentials::TARGET_SERVER;
constexpr auto kProxy = v1::HttpCredentials::TARGET_PROXY;
constexpr auto kDigest = v1::HttpCredentials::SCHEME_DIGEST;
constexpr auto kNtlm = v1::HttpCredentials::SCHEME_NTLM;
constexpr auto kOverride = v1::HttpProxy::MODE_OVERRIDE;

TEST(CheckHttpOptionsTest, TakesWhatTheContractAllows) {
  const Edit allowed[] = {
      [](v1::HttpOptions*) {},
      Header("X-Token", "a b\tc \xC3\xA4"),
      Header("!#$%&'*+-.^_`|~09", ""),
      Header(std::string(256, 'n'), std::string(8192, 'v')),
      Header("Authorization", "Basic eDp5"),
      Credentials({Basic("u", "")}),
      Credentials({Basic(std::string(300, 'u'), std::string(4096, 'p'))}),
      Credentials({By(kNtlm, Basic("DOMAIN\\u", "p"))}),
      // Limits are of characters, not of bytes.
      Credentials(
          {Basic(Repeated("\xC3\xA4", 300), Repeated("\xC3\xBC", 4096))}),
      Credentials({Basic("u", "p"), By(kDigest, Basic("u", "p")),
                   By(kNtlm, Basic("u", "p")), For(kProxy, Basic("v", "q"))}),
      Credentials({Basic("u", "a:b c\xC3\xA4")}),
      Credentials({Bearer(std::string(16384, 't'))}),
      Credentials({For(kServer, Bearer("t")), For(kProxy, Basic("u", "p"))}),
      Proxy(v1::HttpProxy::MODE_DIRECT, ""),
      Proxy(v1::HttpProxy::MODE_CONFIGURED, "", {"localhost", ".example.org"}),
      Proxy(kOverride, "socks5h://p:1080",
            std::vector<std::string>(32'767, "h")),
      Proxy(kOverride, "http://p",
            {"*", "<local>", "192.168.*", "https://a.example:8443", "::1"}),
      Tls("/ca", "/cert", "/key"),
      Tls("", "/cert", ""),
      [](v1::HttpOptions* options) {
        options->set_redirect_policy(v1::HTTP_REDIRECT_POLICY_REFUSE);
      },
      [](v1::HttpOptions* options) {
        for (int i = 0; i < 64; ++i) Header("A", "b")(options);
      },
      Method("GET"),
      Method("POST"),
      Method("x!#$%&'*+-.^_`|~09"),
      Method(std::string(32, 'M')),
      Approval({}, {}),
      Approval({Key('a'), Key('b')}, {Key('c')}),
      Approval(std::vector<std::string>(64, Key('a')),
               std::vector<std::string>(64, Key('b'))),
  };
  for (const Edit& edit : allowed) EXPECT_EQ(Check(edit), absl::OkStatus());
}

struct Refused {
  Edit edit;
  absl::string_view field;
  absl::string_view message;  // A part of it.
};

void ExpectRefused(const Refused& one) {
  const absl::Status status = Check(one.edit);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << one.field;
  EXPECT_EQ(ErrorDetailOf(status).field(), one.field) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), one.message)) << status;
}

TEST(CheckHttpOptionsTest, RefusesWrongHeaders) {
  const Refused cases[] = {
      {Header("", "x"), "h.headers[0].name", "is required"},
      {Header("a b", "x"), "h.headers[0].name", "is no header name"},
      {Header("a:", "x"), "h.headers[0].name", "is no header name"},
      {Header("a\r\nb", "x"), "h.headers[0].name", "is no header name"},
      {Header("\xC3\xA4", "x"), "h.headers[0].name", "is no header name"},
      {Header(std::string(257, 'n'), ""), "h.headers[0].name", "longer"},
      {Header("A", std::string(8193, 'v')), "h.headers[0].value", "longer"},
      {Header("A", "x\r\nB: y"), "h.headers[0].value", "line break"},
      {Header("A", "x\ny"), "h.headers[0].value", "line break"},
      {Header("A", std::string("x\0y", 3)), "h.headers[0].value", "control"},
      {Header("A", "\x7F"), "h.headers[0].value", "control"},
      {Header("A", "\xFF"), "h.headers[0].value", "not UTF-8"},
      {[](v1::HttpOptions* options) {
         for (int i = 0; i < 65; ++i) Header("A", "b")(options);
       },
       "h.headers", "more than 64"},
  };
  for (const Refused& one : cases) ExpectRefused(one);
}

TEST(CheckHttpOptionsTest, RefusesHeadersThatTheTransferSets) {
  for (const char* name :
       {"Range", "If-Range", "Content-Length", "Transfer-Encoding",
        "Connection", "Accept-Encoding", "RANGE"}) {
    ExpectRefused({Header(name, "x"), "h.headers[0].name", "sets itself"});
  }
}

TEST(CheckHttpOptionsTest, TakesOneHost) {
  EXPECT_EQ(Check(Header("hOsT", "files.example:8080")), absl::OkStatus());
  ExpectRefused({Header("Host", ""), "h.headers[0].value", "is empty"});
  const Edit two = [](v1::HttpOptions* options) {
    Header("Host", "a")(options);
    Header("host", "b")(options);
  };
  ExpectRefused({two, "h.headers[1].name", "once more"});
}

TEST(CheckHttpOptionsTest, RefusesHeadersThatCredentialsSet) {
  const auto with = [](std::string name, v1::HttpCredentials credentials) {
    return [=](v1::HttpOptions* options) {
      Header(name, "x")(options);
      *options->add_credentials() = credentials;
    };
  };
  ExpectRefused({with("authorization", Basic("u", "p")), "h.headers[0].name",
                 "http.credentials"});
  ExpectRefused({with("Proxy-Authorization", For(kProxy, Basic("u", "p"))),
                 "h.headers[0].name", "http.credentials"});
  EXPECT_TRUE(Check(with("Authorization", For(kProxy, Basic("u", "p")))).ok());
  EXPECT_TRUE(Check(with("Proxy-Authorization", Basic("u", "p"))).ok());
}

TEST(CheckHttpOptionsTest, RefusesWrongCredentials) {
  v1::HttpCredentials no_scheme;
  v1::HttpCredentials unknown_scheme;
  unknown_scheme.set_scheme(static_cast<v1::HttpCredentials::Scheme>(9));
  v1::HttpCredentials bearer_and_user = Bearer("t");
  bearer_and_user.set_user_name("u");
  v1::HttpCredentials bearer_and_password = Bearer("t");
  bearer_and_password.set_password("p");
  v1::HttpCredentials basic_and_token = Basic("u", "p");
  basic_and_token.set_bearer_token("t");
  const auto unknown_target = static_cast<v1::HttpCredentials::Target>(7);
  const std::string at = "h.credentials[0]";
  const struct {
    v1::HttpCredentials credentials;
    absl::string_view field;
    absl::string_view message;
  } cases[] = {
      {no_scheme, ".scheme", "is required"},
      {unknown_scheme, ".scheme", "is required"},
      {For(unknown_target, Basic("u", "p")), ".target", "is unknown"},
      {For(kProxy, Bearer("t")), ".scheme", "for servers only"},
      {Bearer(""), ".bearer_token", "is required"},
      {Bearer(std::string(16385, 't')), ".bearer_token", "longer"},
      {Bearer("a b"), ".bearer_token", "visible ASCII"},
      {Bearer("a\r\nb"), ".bearer_token", "visible ASCII"},
      {Bearer("\xC3\xA4"), ".bearer_token", "visible ASCII"},
      {bearer_and_user, ".user_name", "not used with BEARER"},
      {bearer_and_password, ".password", "not used with BEARER"},
      {Basic("", "p"), ".user_name", "is required"},
      {Basic(std::string(301, 'u'), "p"), ".user_name", "longer"},
      {Basic("u:v", "p"), ".user_name", "colon"},
      {Basic("u\n", "p"), ".user_name", "control"},
      {Basic("u", std::string(4097, 'p')), ".password", "longer"},
      {Basic("u", "p\r"), ".password", "control"},
      {basic_and_token, ".bearer_token", "BEARER only"},
  };
  for (const auto& one : cases) {
    ExpectRefused({Credentials({one.credentials}), absl::StrCat(at, one.field),
                   one.message});
  }
}

TEST(CheckHttpOptionsTest, RefusesTwoLoginsForOneTarget) {
  const Refused cases[] = {
      {Credentials({Basic("u", "p"), For(kServer, Bearer("t"))}),
       "h.credentials[1].scheme", "is given alone"},
      {Credentials({Bearer("t"), By(kNtlm, Basic("u", "p"))}),
       "h.credentials[1].scheme", "is given alone"},
      {Credentials({Basic("u", "p"), Basic("u", "p")}),
       "h.credentials[1].scheme", "is given twice"},
      {Credentials({Basic("u", "p"), By(kDigest, Basic("v", "p"))}),
       "h.credentials[1].user_name", "one login"},
      {Credentials({For(kProxy, Basic("u", "p")),
                    For(kProxy, By(kNtlm, Basic("u", "q")))}),
       "h.credentials[1].password", "one login"},
  };
  for (const Refused& one : cases) ExpectRefused(one);
  ExpectRefused(
      {Credentials({Basic("u", "p"), For(kProxy, Basic("v", "q")),
                    By(kDigest, Basic("u", "p")), By(kNtlm, Basic("w", "p"))}),
       "h.credentials[3].user_name", "one login"});
}

TEST(CheckHttpOptionsTest, RefusesWrongProxies) {
  const auto unknown = static_cast<v1::HttpProxy::Mode>(8);
  const Refused cases[] = {
      {Proxy(unknown, ""), "h.proxy.mode", "is unknown"},
      {Proxy(kOverride, ""), "h.proxy.url", "is required"},
      {Proxy(kOverride, "ftp://p"), "h.proxy.url", "scheme"},
      {Proxy(kOverride, "http://u:p@p"), "h.proxy.url", "http.credentials"},
      {Proxy(kOverride, "http://" + std::string(2200, 'p')), "h.proxy.url",
       "longer"},
      {Proxy(v1::HttpProxy::MODE_DIRECT, "http://p"), "h.proxy.url",
       "MODE_OVERRIDE only"},
      {Proxy(v1::HttpProxy::MODE_UNSPECIFIED, "", {"a", ""}),
       "h.proxy.bypass[1]", "is required"},
      {Proxy(v1::HttpProxy::MODE_UNSPECIFIED, "", {"a,b"}), "h.proxy.bypass[0]",
       "is not one host name"},
      {Proxy(v1::HttpProxy::MODE_UNSPECIFIED, "", {"a b"}), "h.proxy.bypass[0]",
       "is not one host name"},
      {Proxy(v1::HttpProxy::MODE_UNSPECIFIED, "",
             std::vector<std::string>(32'768, "h")),
       "h.proxy.bypass", "longer than 32767 characters"},
      {Proxy(v1::HttpProxy::MODE_UNSPECIFIED, "", {std::string(255, 'h')}),
       "h.proxy.bypass[0]", "longer"},
      {Proxy(v1::HttpProxy::MODE_UNSPECIFIED, "", {"a/b"}), "h.proxy.bypass[0]",
       "is not one host name"},
      {Proxy(v1::HttpProxy::MODE_UNSPECIFIED, "", {"ftp://a"}),
       "h.proxy.bypass[0]", "is not one host name"},
      {Proxy(v1::HttpProxy::MODE_UNSPECIFIED, "", {"http://"}),
       "h.proxy.bypass[0]", "is not one host name"},
  };
  for (const Refused& one : cases) ExpectRefused(one);
}

TEST(CheckHttpOptionsTest, RefusesWrongTlsFilesAndRedirects) {
  const Refused cases[] = {
      {Tls("ca", "", ""), "h.tls.ca_file", "not absolute"},
      {Tls("/ca/", "", ""), "h.tls.ca_file", "ends with"},
      {Tls("", "/a/../b", ""), "h.tls.client_certificate_file", "component"},
      {Tls("", "/a", "b"), "h.tls.client_key_file", "not absolute"},
      {Tls("", "", "/key"), "h.tls.client_certificate_file", "is required"},
      {[](v1::HttpOptions* options) {
         options->set_redirect_policy(static_cast<v1::HttpRedirectPolicy>(17));
       },
       "h.redirect_policy", "is unknown"},
  };
  for (const Refused& one : cases) ExpectRefused(one);
}

TEST(CheckHttpOptionsTest, RefusesKeysThatNoServerHas) {
  const std::string at = "h.certificate_approval.";
  std::string loose = Key('a');  // Other unused bits; the same bytes.
  loose[42] = static_cast<char>(loose[42] + 1);
  std::string url_safe = Key('\xff');
  std::replace(url_safe.begin(), url_safe.end(), '/', '_');
  for (const std::string& key :
       {std::string(), std::string("x"), absl::Base64Escape("short"),
        absl::Base64Escape(std::string(33, 'x')), Key('a') + "\n",
        Key('a').substr(0, 43), "sha256//" + Key('a'), loose, url_safe}) {
    ExpectRefused(
        {Approval({Key('b'), key}, {}), at + "approved_keys[1]", "base64"});
    ExpectRefused({Approval({}, {key}), at + "refused_keys[0]", "base64"});
  }
  ExpectRefused({Approval(std::vector<std::string>(65, Key('a')), {}),
                 at + "approved_keys", "more than 64"});
  ExpectRefused({Approval({}, std::vector<std::string>(65, Key('a'))),
                 at + "refused_keys", "more than 64"});
  ExpectRefused({Approval({Key('a'), Key('b')}, {Key('c'), Key('b')}),
                 at + "refused_keys[1]", "approved_keys too"});
}

TEST(CheckHttpOptionsTest, RefusesMethodsThatBringNoFile) {
  for (const char* method : {"HEAD", "CONNECT", "OPTIONS", "TRACE", "head"}) {
    ExpectRefused({Method(method), "h.method", "no files"});
  }
  for (const char* method :
       {" ", "PO ST", "POST\r\nX: y", "P\xC3\xA4", "a/b"}) {
    ExpectRefused({Method(method), "h.method", "is no HTTP method"});
  }
  ExpectRefused({Method(std::string(33, 'M')), "h.method", "longer"});
}

TEST(CheckHttpOptionsTest, NeverRepeatsSecrets) {
  const Edit edits[] = {
      Header("A", "hunter2\n"),
      Credentials({Bearer("hunter2 ")}),
      Credentials({Basic("u", "hunter2\n")}),
      Proxy(kOverride, "http://u:hunter2@p"),
  };
  for (const Edit& edit : edits) {
    const absl::Status status = Check(edit);
    ASSERT_FALSE(status.ok());
    EXPECT_FALSE(absl::StrContains(status.ToString(), "hunter2")) << status;
  }
}

}  // namespace
}  // namespace convoy
