// Credentials for several schemes, their limits, and notes that another client
// has overtaken.
#include <bits.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "peer/test_http_server.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

class LoginTest : public BackgroundCopyTest {
 protected:
  static HRESULT Set(IBackgroundCopyJob* job, BG_AUTH_SCHEME scheme,
                     std::wstring user, std::wstring password,
                     BG_AUTH_TARGET target = BG_AUTH_TARGET_SERVER) {
    BG_AUTH_CREDENTIALS login = {};
    login.Target = target;
    login.Scheme = scheme;
    login.Credentials.Basic = {user.data(), password.data()};
    return As<IBackgroundCopyJob2>(job)->SetCredentials(&login);
  }
  static HRESULT Remove(IBackgroundCopyJob* job, BG_AUTH_SCHEME scheme) {
    return As<IBackgroundCopyJob2>(job)->RemoveCredentials(
        BG_AUTH_TARGET_SERVER, scheme);
  }

  // The one job of the test, as another client sees it.
  static v1::Job Seen() {
    grpc::ClientContext context;
    v1::ListJobsResponse jobs;
    EXPECT_TRUE(daemon().jobs().ListJobs(&context, {}, &jobs).ok());
    EXPECT_EQ(jobs.jobs_size(), 1);
    return jobs.jobs_size() == 1 ? jobs.jobs(0) : v1::Job();
  }
  // Another client sets `field` to what `job` says.
  static void Change(const std::string& field, v1::Job job) {
    job.set_id(Seen().id());
    v1::UpdateJobRequest request;
    *request.mutable_job() = std::move(job);
    request.mutable_update_mask()->add_paths(field);
    grpc::ClientContext context;
    v1::Job updated;
    EXPECT_TRUE(daemon().jobs().UpdateJob(&context, request, &updated).ok());
  }
  // "SCHEME USER" each.
  static std::vector<std::string> Logins() {
    std::vector<std::string> logins;
    const v1::Job job = Seen();
    for (const v1::HttpCredentials& one : job.http().credentials()) {
      logins.push_back(
          absl::StrCat(v1::HttpCredentials::Scheme_Name(one.scheme()), " ",
                       one.user_name()));
    }
    return logins;
  }
};

TEST_F(LoginTest, SchemesOfOneLoginStandBesideEachOther) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(Set(job.Get(), BG_AUTH_SCHEME_BASIC, L"ann", L"old"), S_OK);
  ASSERT_EQ(Set(job.Get(), BG_AUTH_SCHEME_DIGEST, L"ann", L"pencil"), S_OK);
  ASSERT_EQ(Set(job.Get(), BG_AUTH_SCHEME_NEGOTIATE, L"ann", L"pencil"), S_OK);
  EXPECT_EQ(Logins(),
            (std::vector<std::string>{"SCHEME_BASIC ann", "SCHEME_DIGEST ann",
                                      "SCHEME_NTLM ann"}));
  EXPECT_EQ(Remove(job.Get(), BG_AUTH_SCHEME_DIGEST), S_OK);
  EXPECT_EQ(Remove(job.Get(), BG_AUTH_SCHEME_DIGEST), S_FALSE);
  EXPECT_EQ(Logins(),
            (std::vector<std::string>{"SCHEME_BASIC ann", "SCHEME_NTLM ann"}));
  EXPECT_EQ(Remove(job.Get(), BG_AUTH_SCHEME_NTLM), S_OK);
  EXPECT_EQ(Logins(), std::vector<std::string>{"SCHEME_BASIC ann"});
  // A target has one login: the last one.
  ASSERT_EQ(Set(job.Get(), BG_AUTH_SCHEME_DIGEST, L"bob", L"chalk"), S_OK);
  EXPECT_EQ(Logins(), std::vector<std::string>{"SCHEME_DIGEST bob"});
  ASSERT_EQ(Set(job.Get(), BG_AUTH_SCHEME_BASIC, L"eve", L"ink",
                BG_AUTH_TARGET_PROXY),
            S_OK);
  EXPECT_EQ(Logins(), (std::vector<std::string>{"SCHEME_DIGEST bob",
                                                "SCHEME_BASIC eve"}));
  EXPECT_EQ(Set(job.Get(), BG_AUTH_SCHEME_PASSPORT, L"ann", L"x"), E_NOTIMPL);
}

// The password that was given last holds for the schemes given before, too.
TEST_F(LoginTest, TheServerChoosesAmongThem) {
  TestHttpServer server([](const TestHttpServer::Request& request,
                           TestHttpServer::Connection& connection) {
    // ann:pencil
    if (request.Header("Authorization") == "Basic YW5uOnBlbmNpbA==") {
      connection.Send(OkAnswer("for ann"));
    } else {
      connection.Send(AnswerWith(
          "401 Unauthorized",
          {"WWW-Authenticate: NTLM", "WWW-Authenticate: Basic realm=x"}));
    }
  });
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(
      job->AddFile(Wide(server.Url("/file")).c_str(), WidePath("got").c_str()),
      S_OK);
  ASSERT_EQ(Set(job.Get(), BG_AUTH_SCHEME_BASIC, L"ann", L"old"), S_OK);
  ASSERT_EQ(Set(job.Get(), BG_AUTH_SCHEME_DIGEST, L"ann", L"pencil"), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), "for ann");
}

TEST_F(LoginTest, AnNtlmLoginBeginsItsHandshake) {
  TestHttpServer server([](const TestHttpServer::Request& request,
                           TestHttpServer::Connection& connection) {
    connection.Send(
        absl::StartsWith(request.Header("Authorization"), "NTLM ")
            ? OkAnswer("let in")
            : AnswerWith("401 Unauthorized", {"WWW-Authenticate: NTLM"}));
  });
  for (const BG_AUTH_SCHEME scheme :
       {BG_AUTH_SCHEME_NTLM, BG_AUTH_SCHEME_NEGOTIATE}) {
    const Com<IBackgroundCopyJob> job = MakeJob();
    ASSERT_EQ(job->AddFile(Wide(server.Url("/file")).c_str(),
                           WidePath("got").c_str()),
              S_OK);
    ASSERT_EQ(Set(job.Get(), scheme, L"LAB\\ann", L"pencil"), S_OK);
    ASSERT_EQ(job->Resume(), S_OK);
    EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
    EXPECT_EQ(job->Cancel(), S_OK);
  }
}

// 150 of them are 300 bytes.
TEST_F(LoginTest, LimitsAreOfCharacters) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  EXPECT_EQ(Set(job.Get(), BG_AUTH_SCHEME_BASIC, std::wstring(151, L'ä'),
                std::wstring(2049, L'ü')),
            S_OK);
  EXPECT_EQ(Set(job.Get(), BG_AUTH_SCHEME_BASIC, std::wstring(300, L'ä'),
                std::wstring(4096, L'ü')),
            S_OK);
  EXPECT_EQ(Seen().http().credentials(0).user_name().size(), 600u);
  EXPECT_EQ(Set(job.Get(), BG_AUTH_SCHEME_BASIC, std::wstring(301, L'ä'), L"x"),
            BG_E_USERNAME_TOO_LARGE);
  EXPECT_EQ(
      Set(job.Get(), BG_AUTH_SCHEME_BASIC, L"ann", std::wstring(4097, L'ü')),
      BG_E_PASSWORD_TOO_LARGE);
  // A list is longer in bytes than it may be in characters.
  const std::wstring list = L"p:1 " + std::wstring(20'000, L'ä');
  EXPECT_EQ(
      job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE, list.c_str(), nullptr),
      S_OK);
}

TEST_F(LoginTest, SecurityFlagsFollowAnotherClient) {
  const auto http = As<IBackgroundCopyJobHttpOptions>(MakeJob().Get());
  const ULONG given =
      BG_SSL_IGNORE_CERT_DATE_INVALID | BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT;
  ULONG flags = 0;
  ASSERT_EQ(http->SetSecurityFlags(given), S_OK);
  v1::Job other;
  other.mutable_http()->mutable_tls()->set_ignore_host_name(true);
  Change("http.tls", other);
  EXPECT_EQ(http->GetSecurityFlags(&flags), S_OK);
  EXPECT_EQ(flags, ULONG{BG_SSL_IGNORE_CERT_CN_INVALID});

  ASSERT_EQ(http->SetSecurityFlags(given), S_OK);
  other.mutable_http()->set_redirect_policy(v1::HTTP_REDIRECT_POLICY_REFUSE);
  Change("http.redirect_policy", other);
  EXPECT_EQ(http->GetSecurityFlags(&flags), S_OK);
  EXPECT_EQ(flags & BG_HTTP_REDIRECT_POLICY_MASK,
            ULONG{BG_HTTP_REDIRECT_POLICY_DISALLOW});
  // What it does not touch stays as it was given.
  ASSERT_EQ(http->SetSecurityFlags(given), S_OK);
  other.set_description("touched");
  Change("description", other);
  EXPECT_EQ(http->GetSecurityFlags(&flags), S_OK);
  EXPECT_EQ(flags, given);
}

TEST_F(LoginTest, CustomHeadersFollowAnotherClient) {
  const auto http = As<IBackgroundCopyJobHttpOptions>(MakeJob().Get());
  ASSERT_EQ(http->SetCustomHeaders(L"X-Mine: 1\r\n"), S_OK);
  v1::Job other;
  other.mutable_http()->add_headers()->set_name("X-Theirs");
  other.mutable_http()->mutable_headers(0)->set_value("2");
  Change("http.headers", other);
  LPWSTR text = nullptr;
  EXPECT_EQ(http->GetCustomHeaders(&text), E_ACCESSDENIED);
  EXPECT_EQ(text, nullptr);
  Change("http.headers", v1::Job());
  EXPECT_EQ(http->GetCustomHeaders(&text), S_FALSE);
  EXPECT_EQ(text, nullptr);
}

TEST_F(LoginTest, PeerCachingFlagsFollowAnotherClient) {
  const auto job = As<IBackgroundCopyJob4>(MakeJob().Get());
  DWORD flags = 9;
  ASSERT_EQ(job->SetPeerCachingFlags(BG_JOB_ENABLE_PEERCACHING_CLIENT), S_OK);
  v1::Job other;
  other.set_private_(true);
  Change("private", other);
  EXPECT_EQ(job->GetPeerCachingFlags(&flags), S_OK);
  EXPECT_EQ(flags, 0u);

  ASSERT_EQ(job->SetPeerCachingFlags(BG_JOB_ENABLE_PEERCACHING_CLIENT), S_OK);
  other.set_download_mode(v1::DOWNLOAD_MODE_HTTP_ONLY);
  Change("download_mode", other);
  EXPECT_EQ(job->GetPeerCachingFlags(&flags), S_OK);
  EXPECT_EQ(flags, 0u);

  ASSERT_EQ(job->SetPeerCachingFlags(0), S_OK);
  other.set_private_(false);
  other.set_download_mode(v1::DOWNLOAD_MODE_LAN);
  Change("private", other);
  Change("download_mode", other);
  EXPECT_EQ(job->GetPeerCachingFlags(&flags), S_OK);
  EXPECT_EQ(flags, DWORD{BG_JOB_ENABLE_PEERCACHING_CLIENT |
                         BG_JOB_ENABLE_PEERCACHING_SERVER});
}

// What the flags do to the job.
TEST_F(LoginTest, PeerCachingFlagsAreTheJobsSources) {
  const auto job = As<IBackgroundCopyJob4>(MakeJob().Get());
  ASSERT_EQ(job->SetPeerCachingFlags(0), S_OK);
  EXPECT_EQ(Seen().download_mode(), v1::DOWNLOAD_MODE_HTTP_ONLY);
  EXPECT_TRUE(Seen().private_());
  ASSERT_EQ(job->SetPeerCachingFlags(BG_JOB_ENABLE_PEERCACHING_SERVER), S_OK);
  EXPECT_EQ(Seen().download_mode(), v1::DOWNLOAD_MODE_HTTP_ONLY);
  EXPECT_FALSE(Seen().private_());
  ASSERT_EQ(job->SetPeerCachingFlags(BG_JOB_ENABLE_PEERCACHING_CLIENT), S_OK);
  EXPECT_NE(Seen().download_mode(), v1::DOWNLOAD_MODE_HTTP_ONLY);
  EXPECT_FALSE(Seen().private_());
}

}  // namespace
}  // namespace convoy::testing
