// Settings, times, HTTP options and files' details: facts 39 to 44, 60 and 77
// to 78 of BITS, by their number, and what has none.
#include <bits.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

using ConformanceTest = BackgroundCopyTest;

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

BG_AUTH_CREDENTIALS Login(BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme,
                          wchar_t* user, wchar_t* password) {
  BG_AUTH_CREDENTIALS login = {};
  login.Target = target;
  login.Scheme = scheme;
  login.Credentials.Basic = {user, password};
  return login;
}

TEST_F(ConformanceTest, Fact39_UnsetCustomHeadersAreNull) {
  const auto http = As<IBackgroundCopyJobHttpOptions>(MakeJob().Get());
  LPWSTR text = reinterpret_cast<LPWSTR>(1);
  EXPECT_EQ(http->GetCustomHeaders(&text), S_FALSE);
  EXPECT_EQ(text, nullptr);
}

TEST_F(ConformanceTest, Fact40_CustomHeadersComeBackAsTheyWereGiven) {
  const auto http = As<IBackgroundCopyJobHttpOptions>(MakeJob().Get());
  LPWSTR text = nullptr;
  EXPECT_EQ(http->SetCustomHeaders(L"Wine: test\r\n"), S_OK);
  EXPECT_EQ(http->GetCustomHeaders(&text), S_OK);
  EXPECT_EQ(Take(text), "Wine: test\r\n");
  EXPECT_EQ(http->SetCustomHeaders(L"no header"), E_INVALIDARG);
  // Longer than one annotation.
  const std::wstring longest = L"X-Long: " + std::wstring(6000, L'y');
  EXPECT_EQ(http->SetCustomHeaders(longest.c_str()), S_OK);
  EXPECT_EQ(http->GetCustomHeaders(&text), S_OK);
  EXPECT_EQ(Wide(Take(text)), longest);
}

TEST_F(ConformanceTest, Fact41_NullRemovesTheCustomHeaders) {
  const auto http = As<IBackgroundCopyJobHttpOptions>(MakeJob().Get());
  ASSERT_EQ(http->SetCustomHeaders(L"Wine: test\r\n"), S_OK);
  EXPECT_EQ(http->SetCustomHeaders(nullptr), S_OK);
  LPWSTR text = reinterpret_cast<LPWSTR>(1);
  EXPECT_EQ(http->GetCustomHeaders(&text), S_FALSE);
  EXPECT_EQ(text, nullptr);
}

TEST_F(ConformanceTest, Fact42_SecurityFlags) {
  const auto http = As<IBackgroundCopyJobHttpOptions>(MakeJob().Get());
  ULONG flags = 1;
  EXPECT_EQ(http->GetSecurityFlags(&flags), S_OK);
  EXPECT_EQ(flags, 0u);
  EXPECT_EQ(http->SetSecurityFlags(0), S_OK);
  EXPECT_EQ(http->GetSecurityFlags(&flags), S_OK);
  EXPECT_EQ(flags, 0u);
  const ULONG some = BG_SSL_IGNORE_UNKNOWN_CA | BG_SSL_ENABLE_CRL_CHECK |
                     BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT;
  EXPECT_EQ(http->SetSecurityFlags(some), S_OK);
  EXPECT_EQ(http->GetSecurityFlags(&flags), S_OK);
  EXPECT_EQ(flags, some);
  EXPECT_EQ(http->SetSecurityFlags(0x100000), E_NOTIMPL);
}

TEST_F(ConformanceTest, Fact43_And44_TheSameWhenTheJobIsTransferred) {
  const Com<IBackgroundCopyJob> job = TransferredJob();
  const auto http = As<IBackgroundCopyJobHttpOptions>(job.Get());
  LPWSTR text = nullptr;
  EXPECT_EQ(http->SetCustomHeaders(L"Wine: test\r\n"), S_OK);
  EXPECT_EQ(http->GetCustomHeaders(&text), S_OK);
  EXPECT_EQ(Take(text), "Wine: test\r\n");
  EXPECT_EQ(http->SetCustomHeaders(nullptr), S_OK);
  text = reinterpret_cast<LPWSTR>(1);
  EXPECT_EQ(http->GetCustomHeaders(&text), S_FALSE);
  EXPECT_EQ(text, nullptr);
  ULONG flags = 1;
  EXPECT_EQ(http->GetSecurityFlags(&flags), S_OK);
  EXPECT_EQ(flags, 0u);
  EXPECT_EQ(http->SetSecurityFlags(0), S_OK);
  EXPECT_EQ(http->GetSecurityFlags(&flags), S_OK);
  EXPECT_EQ(flags, 0u);
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_TRANSFERRED);
  EXPECT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(StateOf(job.Get()), BG_JOB_STATE_ACKNOWLEDGED);
}

TEST_F(ConformanceTest, Fact60_And78_Credentials) {
  const auto job = As<IBackgroundCopyJob2>(MakeJob().Get());
  wchar_t user[] = L"ann";
  wchar_t password[] = L"pencil";
  auto login = Login(static_cast<BG_AUTH_TARGET>(3), BG_AUTH_SCHEME_BASIC, user,
                     password);
  EXPECT_EQ(job->SetCredentials(&login), BG_E_INVALID_AUTH_TARGET);
  login = Login(BG_AUTH_TARGET_SERVER, static_cast<BG_AUTH_SCHEME>(9), user,
                password);
  EXPECT_EQ(job->SetCredentials(&login), BG_E_INVALID_AUTH_SCHEME);
  for (const BG_AUTH_SCHEME scheme :
       {BG_AUTH_SCHEME_NTLM, BG_AUTH_SCHEME_NEGOTIATE}) {
    login = Login(BG_AUTH_TARGET_PROXY, scheme, nullptr, nullptr);
    EXPECT_EQ(job->SetCredentials(&login), S_OK);
  }
  EXPECT_EQ(job->RemoveCredentials(BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC),
            S_FALSE);
  login = Login(BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, user, password);
  EXPECT_EQ(job->SetCredentials(&login), S_OK);
  std::wstring long_name(301, L'u');
  login.Credentials.Basic.UserName = long_name.data();
  EXPECT_EQ(job->SetCredentials(&login), BG_E_USERNAME_TOO_LARGE);
  EXPECT_EQ(
      job->RemoveCredentials(BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_DIGEST),
      S_FALSE);
  EXPECT_EQ(job->RemoveCredentials(BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC),
            S_OK);
}

TEST_F(ConformanceTest, CredentialsHeadersAndProxyReachTheOriginTogether) {
  Nginx::Options options;
  options.location = "auth_basic x; auth_basic_user_file " + Path("users") +
                     "; if ($http_x_token != \"right\") { return 403; }";
  WriteFile(Path("users"), "ann:{PLAIN}pencil\n");
  Nginx guarded(options);
  WriteFile(guarded.root() + "/file", "guarded");

  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(
      job->AddFile(Wide(guarded.Url("file")).c_str(), WidePath("got").c_str()),
      S_OK);
  wchar_t user[] = L"ann";
  wchar_t password[] = L"pencil";
  auto login =
      Login(BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, user, password);
  ASSERT_EQ(As<IBackgroundCopyJob2>(job.Get())->SetCredentials(&login), S_OK);
  // Each setter leaves the secrets of the others where they are.
  login = Login(BG_AUTH_TARGET_PROXY, BG_AUTH_SCHEME_BASIC, user, password);
  ASSERT_EQ(As<IBackgroundCopyJob2>(job.Get())->SetCredentials(&login), S_OK);
  const auto http = As<IBackgroundCopyJobHttpOptions>(job.Get());
  ASSERT_EQ(http->SetCustomHeaders(L"X-Token: right\r\n"), S_OK);
  ASSERT_EQ(http->SetSecurityFlags(BG_SSL_IGNORE_CERT_CN_INVALID), S_OK);
  ASSERT_EQ(
      job->SetProxySettings(BG_JOB_PROXY_USAGE_NO_PROXY, nullptr, nullptr),
      S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), "guarded");
}

TEST_F(ConformanceTest, ProxySettingsComeBackAsTheyWereGiven) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  BG_JOB_PROXY_USAGE usage = BG_JOB_PROXY_USAGE_OVERRIDE;
  LPWSTR list = nullptr;
  LPWSTR bypass = nullptr;
  EXPECT_EQ(job->GetProxySettings(&usage, &list, &bypass), S_OK);
  EXPECT_EQ(usage, BG_JOB_PROXY_USAGE_PRECONFIG);
  EXPECT_EQ(list, nullptr);
  EXPECT_EQ(
      job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE, nullptr, nullptr),
      E_INVALIDARG);
  EXPECT_EQ(job->SetProxySettings(BG_JOB_PROXY_USAGE_NO_PROXY, L"p:1", nullptr),
            E_INVALIDARG);
  EXPECT_EQ(
      job->SetProxySettings(BG_JOB_PROXY_USAGE_AUTODETECT, L"p:1", nullptr),
      E_INVALIDARG);
  ASSERT_EQ(
      job->SetProxySettings(BG_JOB_PROXY_USAGE_AUTODETECT, nullptr, nullptr),
      S_OK);
  EXPECT_EQ(job->GetProxySettings(&usage, &list, &bypass), S_OK);
  EXPECT_EQ(usage, BG_JOB_PROXY_USAGE_AUTODETECT);
  EXPECT_EQ(list, nullptr);
  ASSERT_EQ(job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE,
                                  L"proxy.example.org:3128",
                                  L"*.example.org;<local>"),
            S_OK);
  EXPECT_EQ(job->GetProxySettings(&usage, &list, &bypass), S_OK);
  EXPECT_EQ(usage, BG_JOB_PROXY_USAGE_OVERRIDE);
  EXPECT_EQ(Take(list), "proxy.example.org:3128");
  EXPECT_EQ(Take(bypass), "*.example.org;<local>");
  ASSERT_EQ(
      job->SetProxySettings(BG_JOB_PROXY_USAGE_PRECONFIG, nullptr, nullptr),
      S_OK);
  EXPECT_EQ(job->GetProxySettings(&usage, &list, &bypass), S_OK);
  EXPECT_EQ(usage, BG_JOB_PROXY_USAGE_PRECONFIG);
}

// Without a proxy in the configuration that is: none.
TEST_F(ConformanceTest, WhatAutodetectFindsIsTheConfigurationsProxy) {
  const Content content = MakeContent("detected");
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
  ASSERT_EQ(
      job->SetProxySettings(BG_JOB_PROXY_USAGE_AUTODETECT, nullptr, nullptr),
      S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
}

TEST_F(ConformanceTest, ADownloadGoesThroughTheProxyThatTheJobNames) {
  const Content content = MakeContent("proxied");
  Nginx::Options options;
  options.location = "proxy_pass http://$http_host$request_uri;";
  Nginx proxy(options);
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
  ASSERT_EQ(job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE,
                                  Wide(proxy.Url("")).c_str(), nullptr),
            S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_GE(proxy.BodyBytesSent(),
            static_cast<std::int64_t>(content.bytes.size()));
}

TEST_F(ConformanceTest, Fact77_ARedirectIsReportedWhereItIsAskedFor) {
  const Content content = MakeContent("target");
  Nginx::Options options;
  options.location = "return 302 " + origin().Url("target") + ";";
  Nginx redirecting(options);
  const std::string given = redirecting.Url("from");
  for (const ULONG flags : {BG_HTTP_REDIRECT_POLICY_ALLOW_SILENT,
                            BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT}) {
    const Com<IBackgroundCopyJob> job = MakeJob();
    ASSERT_EQ(
        As<IBackgroundCopyJobHttpOptions>(job.Get())->SetSecurityFlags(flags),
        S_OK);
    ASSERT_EQ(job->AddFile(Wide(given).c_str(), WidePath("got").c_str()), S_OK);
    ASSERT_EQ(job->Resume(), S_OK);
    ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
    Com<IEnumBackgroundCopyFiles> files;
    ASSERT_EQ(job->EnumFiles(&files), S_OK);
    Com<IBackgroundCopyFile> file;
    ASSERT_EQ(files->Next(1, &file, nullptr), S_OK);
    LPWSTR name = nullptr;
    ASSERT_EQ(file->GetRemoteName(&name), S_OK);
    EXPECT_EQ(Take(name), flags == BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT
                              ? origin().Url("target")
                              : given);
    ASSERT_EQ(job->Cancel(), S_OK);
  }
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(As<IBackgroundCopyJobHttpOptions>(job.Get())->SetSecurityFlags(
                BG_HTTP_REDIRECT_POLICY_DISALLOW),
            S_OK);
  ASSERT_EQ(job->AddFile(Wide(given).c_str(), WidePath("got").c_str()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  Com<IBackgroundCopyError> error;
  ASSERT_EQ(job->GetError(&error), S_OK);
  BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
  HRESULT code = S_OK;
  ASSERT_EQ(error->GetError(&context, &code), S_OK);
  EXPECT_EQ(code, static_cast<HRESULT>(0x80072F7Cu));
  EXPECT_EQ(context, BG_ERROR_CONTEXT_REMOTE_FILE);
}

TEST_F(ConformanceTest, AServerWithAnUnknownCertificateNeedsTheFlag) {
  Nginx::Options options;
  options.tls = true;
  Nginx secure(options);
  WriteFile(secure.root() + "/file", "secret");
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(
      job->AddFile(Wide(secure.Url("file")).c_str(), WidePath("got").c_str()),
      S_OK);
  ASSERT_EQ(job->SetNoProgressTimeout(0), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  const auto http = As<IBackgroundCopyJobHttpOptions>(job.Get());
  ASSERT_EQ(http->SetSecurityFlags(BG_SSL_IGNORE_UNKNOWN_CA |
                                   BG_SSL_IGNORE_CERT_CN_INVALID),
            S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
}

TEST_F(ConformanceTest, ClientCertificatesAreFiles) {
  const auto http = As<IBackgroundCopyJobHttpOptions>(MakeJob().Get());
  BG_CERT_STORE_LOCATION location;
  LPWSTR store = nullptr;
  BYTE* hash = nullptr;
  LPWSTR subject = nullptr;
  EXPECT_EQ(http->GetClientCertificate(&location, &store, &hash, &subject),
            E_NOT_SET);
  EXPECT_EQ(http->RemoveClientCertificate(), S_FALSE);
  EXPECT_EQ(http->SetClientCertificateByName(
                BG_CERT_STORE_LOCATION_LOCAL_MACHINE, L"MY", L"subject"),
            E_NOTIMPL);
  ASSERT_EQ(
      http->SetClientCertificateByName(BG_CERT_STORE_LOCATION_LOCAL_MACHINE,
                                       L"/etc/a.pem", L"/etc/a.key"),
      S_OK);
  ASSERT_EQ(http->GetClientCertificate(&location, &store, &hash, &subject),
            S_OK);
  EXPECT_EQ(location, BG_CERT_STORE_LOCATION_LOCAL_MACHINE);
  EXPECT_EQ(Take(store), "/etc/a.pem");
  EXPECT_EQ(Take(subject), "/etc/a.key");
  EXPECT_EQ(http->RemoveClientCertificate(), S_OK);
}

TEST_F(ConformanceTest, WriteOnlyHeadersAreSentAndNotShown) {
  Nginx::Options options;
  options.location = "if ($http_x_token != \"right\") { return 403; }";
  Nginx guarded(options);
  WriteFile(guarded.root() + "/file", "guarded");
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(
      job->AddFile(Wide(guarded.Url("file")).c_str(), WidePath("got").c_str()),
      S_OK);
  const auto http = As<IBackgroundCopyJobHttpOptions3>(job.Get());
  ASSERT_EQ(http->SetCustomHeaders(L"X-Token: right\r\n"), S_OK);
  ASSERT_EQ(http->MakeCustomHeadersWriteOnly(), S_OK);
  LPWSTR text = nullptr;
  EXPECT_EQ(http->GetCustomHeaders(&text), E_ACCESSDENIED);
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
}

TEST_F(ConformanceTest, TheNotifyCommandRunsAndComesBackAsItWasGiven) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const auto job2 = As<IBackgroundCopyJob2>(job.Get());
  LPWSTR program = nullptr;
  LPWSTR parameters = nullptr;
  EXPECT_EQ(job2->GetNotifyCmdLine(&program, &parameters), S_OK);
  EXPECT_EQ(Take(program), "");
  EXPECT_EQ(Take(parameters), "");
  const std::wstring line = L"touch  \"" + WidePath("a file") + L"\"";
  ASSERT_EQ(job2->SetNotifyCmdLine(L"/usr/bin/touch", line.c_str()), S_OK);
  EXPECT_EQ(job2->GetNotifyCmdLine(&program, &parameters), S_OK);
  EXPECT_EQ(Take(program), "/usr/bin/touch");
  EXPECT_EQ(Wide(Take(parameters)), line);
  const Content content = MakeContent("notify");
  ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  EXPECT_TRUE(Eventually([&] { return Exists(Path("a file")); }));
  EXPECT_EQ(job2->SetNotifyCmdLine(nullptr, nullptr), S_OK);
  EXPECT_EQ(job2->GetNotifyCmdLine(&program, &parameters), S_OK);
  EXPECT_EQ(Take(program), "");
  EXPECT_EQ(Take(parameters), "");
}

UINT64 Ticks(const FILETIME& time) {
  return UINT64{time.dwHighDateTime} << 32 | time.dwLowDateTime;
}

UINT64 ModifiedAt(IBackgroundCopyJob* job) {
  BG_JOB_TIMES times = {};
  EXPECT_EQ(job->GetTimes(&times), S_OK);
  return Ticks(times.ModificationTime);
}

UINT64 BytesOf(IBackgroundCopyJob* job) {
  BG_JOB_PROGRESS progress = {};
  EXPECT_EQ(job->GetProgress(&progress), S_OK);
  return progress.BytesTransferred;
}

TEST_F(ConformanceTest, GetTimes_EachKindOfChangeMovesTheModificationTime) {
  Nginx::Options options;
  options.location = "limit_rate 100k;";
  Nginx slow(options);
  WriteFile(slow.root() + "/file", RandomBytes(8'000'000, 3));
  const std::wstring url = Wide(slow.Url("file"));
  const std::wstring path = WidePath("got");
  const Com<IBackgroundCopyJob> job = MakeJob();
  const auto job5 = As<IBackgroundCopyJob5>(job.Get());
  const auto http = As<IBackgroundCopyJobHttpOptions>(job.Get());
  BITS_JOB_PROPERTY_VALUE cost = {};
  cost.Dword = BITS_COST_STATE_UNRESTRICTED;
  struct Change {
    const char* what;
    std::function<HRESULT()> make;
  };
  const Change changes[] = {
      {"display name", [&] { return job->SetDisplayName(L"other"); }},
      {"description", [&] { return job->SetDescription(L"other"); }},
      {"priority", [&] { return job->SetPriority(BG_JOB_PRIORITY_HIGH); }},
      {"retry delay", [&] { return job->SetMinimumRetryDelay(77); }},
      {"timeout", [&] { return job->SetNoProgressTimeout(77); }},
      {"notify flags",
       [&] { return job->SetNotifyFlags(BG_NOTIFY_JOB_ERROR); }},
      {"command",
       [&] { return job5->SetNotifyCmdLine(L"/bin/true", nullptr); }},
      {"proxy",
       [&] {
         return job->SetProxySettings(BG_JOB_PROXY_USAGE_NO_PROXY, nullptr,
                                      nullptr);
       }},
      {"headers", [&] { return http->SetCustomHeaders(L"X-A: b\r\n"); }},
      {"security",
       [&] { return http->SetSecurityFlags(BG_SSL_IGNORE_CERT_CN_INVALID); }},
      {"download time", [&] { return job5->SetMaximumDownloadTime(7777); }},
      {"cost",
       [&] {
         return job5->SetProperty(BITS_JOB_PROPERTY_ID_COST_FLAGS, cost);
       }},
      {"peers", [&] { return job5->SetPeerCachingFlags(0); }},
      {"added file", [&] { return job->AddFile(url.c_str(), path.c_str()); }},
      {"remote name",
       [&] {
         return job5->ReplaceRemotePrefix(url.c_str(), (url + L"?x").c_str());
       }},
      {"state", [&] { return job->Resume(); }},
  };
  UINT64 before = ModifiedAt(job.Get());
  for (const Change& change : changes) {
    EXPECT_EQ(change.make(), S_OK) << change.what;
    const UINT64 after = ModifiedAt(job.Get());
    EXPECT_GT(after, before) << change.what;
    before = after;
  }
  // Nothing but bytes changes then.
  ASSERT_TRUE(Eventually([&] { return BytesOf(job.Get()) > 0; }));
  ASSERT_EQ(StateOf(job.Get()), BG_JOB_STATE_TRANSFERRING);
  before = ModifiedAt(job.Get());
  const UINT64 bytes = BytesOf(job.Get());
  ASSERT_TRUE(Eventually([&] { return BytesOf(job.Get()) > bytes; }));
  EXPECT_GT(ModifiedAt(job.Get()), before);
}

TEST_F(ConformanceTest, TimesMoveAndTheCompletionTimeIsSetAtTheEnd) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  BG_JOB_TIMES made = {};
  ASSERT_EQ(job->GetTimes(&made), S_OK);
  EXPECT_GT(Ticks(made.CreationTime), 0u);
  EXPECT_EQ(Ticks(made.TransferCompletionTime), 0u);
  ASSERT_EQ(job->SetDescription(L"x"), S_OK);
  BG_JOB_TIMES changed = {};
  ASSERT_EQ(job->GetTimes(&changed), S_OK);
  EXPECT_EQ(Ticks(changed.CreationTime), Ticks(made.CreationTime));
  EXPECT_GT(Ticks(changed.ModificationTime), Ticks(made.ModificationTime));
  const Com<IBackgroundCopyJob> done = TransferredJob();
  ASSERT_EQ(done->GetTimes(&changed), S_OK);
  EXPECT_GE(Ticks(changed.TransferCompletionTime), Ticks(changed.CreationTime));
}

// What the administrator allows is told, whoever asked for what.
TEST_F(ConformanceTest, TheMaximumDownloadTimeInForceIsTold) {
  for (const std::string bound : {"100", "0"}) {
    TestDaemon::Options options;
    options.parent_folder = MemoryFolder();
    options.settings = {{"limits.max_download_seconds", bound}};
    const TestDaemon bounded(options);
    setenv("CONVOY_SOCKET", bounded.socket().c_str(), 1);
    Com<IBackgroundCopyManager> own;
    ASSERT_EQ(CoCreateInstance(__uuidof(BackgroundCopyManager), nullptr,
                               CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&own)),
              S_OK);
    GUID id;
    Com<IBackgroundCopyJob> made;
    ASSERT_EQ(own->CreateJob(L"a", BG_JOB_TYPE_DOWNLOAD, &id, &made), S_OK);
    const auto job = As<IBackgroundCopyJob4>(made.Get());
    const bool is_bounded = bound != "0";
    ULONG seconds = 0;
    EXPECT_EQ(job->GetMaximumDownloadTime(&seconds), S_OK);
    EXPECT_EQ(seconds, is_bounded ? 100u : INFINITE);
    EXPECT_EQ(job->SetMaximumDownloadTime(1000), S_OK);
    EXPECT_EQ(job->GetMaximumDownloadTime(&seconds), S_OK);
    EXPECT_EQ(seconds, is_bounded ? 100u : 1000u);
    EXPECT_EQ(job->SetMaximumDownloadTime(10), S_OK);
    EXPECT_EQ(job->GetMaximumDownloadTime(&seconds), S_OK);
    EXPECT_EQ(seconds, 10u);
    EXPECT_EQ(job->SetMaximumDownloadTime(INFINITE), S_OK);
    EXPECT_EQ(job->GetMaximumDownloadTime(&seconds), S_OK);
    EXPECT_EQ(seconds, is_bounded ? 100u : 315'360'000u);
    setenv("CONVOY_SOCKET", daemon().socket().c_str(), 1);
  }
}

TEST_F(ConformanceTest, MaximumDownloadTimeAndPeerCaching) {
  const auto job = As<IBackgroundCopyJob4>(MakeJob().Get());
  ULONG seconds = 0;
  EXPECT_EQ(job->GetMaximumDownloadTime(&seconds), S_OK);
  EXPECT_EQ(seconds, 7'776'000u);
  EXPECT_EQ(job->SetMaximumDownloadTime(90), S_OK);
  EXPECT_EQ(job->GetMaximumDownloadTime(&seconds), S_OK);
  EXPECT_EQ(seconds, 90u);
  EXPECT_EQ(job->SetMaximumDownloadTime(365 * 86'400), S_OK);
  EXPECT_EQ(job->GetMaximumDownloadTime(&seconds), S_OK);
  EXPECT_EQ(seconds, 365u * 86'400);
  DWORD flags = 0;
  for (const DWORD each : {0, 1, 2, 3, 7}) {
    EXPECT_EQ(job->SetPeerCachingFlags(each), S_OK);
    EXPECT_EQ(job->GetPeerCachingFlags(&flags), S_OK);
    EXPECT_EQ(flags, each);
  }
  EXPECT_EQ(job->SetPeerCachingFlags(8), E_NOTIMPL);
}

TEST_F(ConformanceTest, AclFlagsAreKept) {
  const auto job = As<IBackgroundCopyJob3>(MakeJob().Get());
  DWORD flags = 9;
  EXPECT_EQ(job->GetFileACLFlags(&flags), S_OK);
  EXPECT_EQ(flags, 0u);
  EXPECT_EQ(job->SetFileACLFlags(BG_COPY_FILE_DACL | BG_COPY_FILE_OWNER), S_OK);
  EXPECT_EQ(job->GetFileACLFlags(&flags), S_OK);
  EXPECT_EQ(flags, DWORD{BG_COPY_FILE_DACL | BG_COPY_FILE_OWNER});
  EXPECT_EQ(job->SetFileACLFlags(0x10), E_INVALIDARG);
}

TEST_F(ConformanceTest, PropertiesOfAJob) {
  const auto job = As<IBackgroundCopyJob5>(MakeJob().Get());
  BITS_JOB_PROPERTY_VALUE value = {};
  value.Enable = TRUE;
  EXPECT_EQ(job->SetProperty(BITS_JOB_PROPERTY_DYNAMIC_CONTENT, value), S_OK);
  value = {};
  EXPECT_EQ(job->GetProperty(BITS_JOB_PROPERTY_DYNAMIC_CONTENT, &value), S_OK);
  EXPECT_EQ(value.Enable, TRUE);
  EXPECT_EQ(job->GetProperty(BITS_JOB_PROPERTY_ON_DEMAND_MODE, &value), S_OK);
  EXPECT_EQ(value.Enable, FALSE);
  value.Enable = TRUE;
  EXPECT_EQ(job->SetProperty(BITS_JOB_PROPERTY_ON_DEMAND_MODE, value), S_OK);
  value = {};
  EXPECT_EQ(job->GetProperty(BITS_JOB_PROPERTY_ON_DEMAND_MODE, &value), S_OK);
  EXPECT_EQ(value.Enable, TRUE);
  EXPECT_EQ(job->SetProperty(static_cast<BITS_JOB_PROPERTY_ID>(99), value),
            BG_E_UNKNOWN_PROPERTY_ID);
}

TEST_F(ConformanceTest, StoredCredentialsAreForProxiesAlone) {
  const auto job = As<IBackgroundCopyJob5>(MakeJob().Get());
  const auto id = BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS;
  BITS_JOB_PROPERTY_VALUE value = {};
  value.Target = BG_AUTH_TARGET_SERVER;
  EXPECT_EQ(job->SetProperty(id, value),
            BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED);
  value.Target = static_cast<BG_AUTH_TARGET>(3);
  EXPECT_EQ(job->SetProperty(id, value), BG_E_INVALID_AUTH_TARGET);
  EXPECT_EQ(job->GetProperty(id, &value), S_OK);
  EXPECT_EQ(value.Target, 0);
  value.Target = BG_AUTH_TARGET_PROXY;
  EXPECT_EQ(job->SetProperty(id, value), S_OK);
  value = {};
  EXPECT_EQ(job->GetProperty(id, &value), S_OK);
  EXPECT_EQ(value.Target, BG_AUTH_TARGET_PROXY);
}

TEST_F(ConformanceTest, TheMaximumDownloadSizeIsKept) {
  const auto job = As<IBackgroundCopyJob5>(MakeJob().Get());
  BITS_JOB_PROPERTY_VALUE value = {};
  value.Uint64 = 9;
  EXPECT_EQ(job->GetProperty(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, &value),
            S_OK);
  EXPECT_EQ(value.Uint64, 0u);
  value.Uint64 = UINT64{5} << 40;
  EXPECT_EQ(job->SetProperty(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, value), S_OK);
  value = {};
  EXPECT_EQ(job->GetProperty(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, &value),
            S_OK);
  EXPECT_EQ(value.Uint64, UINT64{5} << 40);
  value.Uint64 = BG_SIZE_UNKNOWN;
  EXPECT_EQ(job->SetProperty(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, value),
            BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE);
}

TEST_F(ConformanceTest, AJobThatIsTooLargeIsInError) {
  const Content content = MakeContent("too_large", 5000);
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("got").c_str()), S_OK);
  BITS_JOB_PROPERTY_VALUE value = {};
  value.Uint64 = 4999;
  const auto job5 = As<IBackgroundCopyJob5>(job.Get());
  ASSERT_EQ(job5->SetProperty(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, value),
            S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  Com<IBackgroundCopyError> error;
  ASSERT_EQ(job->GetError(&error), S_OK);
  BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_NONE;
  HRESULT code = S_OK;
  ASSERT_EQ(error->GetError(&context, &code), S_OK);
  EXPECT_EQ(code, BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED);
  EXPECT_EQ(context, BG_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER);
  LPWSTR text = nullptr;
  ASSERT_EQ(error->GetErrorDescription(0x409, &text), S_OK);
  EXPECT_TRUE(absl::StartsWith(
      Take(text), "The job's files are larger than it may fetch. "));

  value.Uint64 = 5000;
  ASSERT_EQ(job5->SetProperty(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, value),
            S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  ASSERT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), content.bytes);
}

TEST_F(ConformanceTest, TheIntegrityLevelFollowsTheOwner) {
  const auto job = As<IBackgroundCopyJob4>(MakeJob().Get());
  ULONG level = 0;
  ASSERT_EQ(job->GetOwnerIntegrityLevel(&level), S_OK);
  EXPECT_EQ(level, geteuid() == 0 ? 0x3000u : 0x2000u);
  EXPECT_EQ(job->GetOwnerIntegrityLevel(nullptr), E_INVALIDARG);
}

TEST_F(ConformanceTest, DetailsOfAFile) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const Content content = MakeContent("details", 5000);
  ASSERT_EQ(job->AddFile(Wide(origin().Url("wrong/details")).c_str(),
                         WidePath("got").c_str()),
            S_OK);
  ASSERT_EQ(
      As<IBackgroundCopyJob3>(job.Get())->ReplaceRemotePrefix(
          Wide(origin().Url("wrong")).c_str(), Wide(origin().Url("")).c_str()),
      S_OK);
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  Com<IBackgroundCopyFile> first;
  ASSERT_EQ(files->Next(1, &first, nullptr), S_OK);
  const auto file = As<IBackgroundCopyFile6>(first.Get());
  ASSERT_EQ(file->SetRemoteName(content.url.c_str()), S_OK);
  LPWSTR text = nullptr;
  ASSERT_EQ(file->GetRemoteName(&text), S_OK);
  EXPECT_EQ(Wide(Take(text)), content.url);
  EXPECT_EQ(file->SetValidationState(TRUE), E_PENDING);
  EXPECT_EQ(file->SetValidationState(FALSE), E_PENDING);
  DWORD count = 9;
  BG_FILE_RANGE* ranges = nullptr;
  EXPECT_EQ(file->GetFileRanges(&count, &ranges), S_FALSE);
  EXPECT_EQ(count, 0u);

  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  ASSERT_EQ(file->GetTemporaryName(&text), S_OK);
  EXPECT_EQ(ReadFile(Take(text)), content.bytes);
  ASSERT_EQ(file->GetFilledFileRanges(&count, &ranges), S_OK);
  ASSERT_EQ(count, 1u);
  EXPECT_EQ(ranges[0].InitialOffset, 0u);
  EXPECT_EQ(ranges[0].Length, 5000u);
  CoTaskMemFree(ranges);
  BOOL yes = TRUE;
  ASSERT_EQ(file->GetValidationState(&yes), S_OK);
  EXPECT_EQ(yes, FALSE);
  ASSERT_EQ(file->SetValidationState(TRUE), S_OK);
  ASSERT_EQ(file->GetValidationState(&yes), S_OK);
  EXPECT_EQ(yes, TRUE);
  ASSERT_EQ(file->IsDownloadedFromPeer(&yes), S_OK);
  EXPECT_EQ(yes, FALSE);
  UINT64 from_origin = 0;
  UINT64 from_peers = 9;
  ASSERT_EQ(file->GetPeerDownloadStats(&from_origin, &from_peers), S_OK);
  EXPECT_EQ(from_origin, 5000u);
  EXPECT_EQ(from_peers, 0u);
  BITS_FILE_PROPERTY_VALUE headers = {};
  ASSERT_EQ(
      file->GetProperty(BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, &headers),
      S_OK);
  EXPECT_TRUE(absl::StrContains(Take(headers.String), "nginx"));
}

// What Windows alone has, says so.
TEST_F(ConformanceTest, WhatIsNotOfferedIsNotImplemented) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  const auto job4 = As<IBackgroundCopyJob4>(job.Get());
  BG_JOB_REPLY_PROGRESS reply = {};
  EXPECT_EQ(job4->GetReplyProgress(&reply), E_NOTIMPL);
  EXPECT_EQ(job4->SetReplyFileName(L"/tmp/reply"), E_NOTIMPL);
  const auto http = As<IBackgroundCopyJobHttpOptions3>(job.Get());
  BYTE hash[20] = {};
  EXPECT_EQ(http->SetClientCertificateByID(BG_CERT_STORE_LOCATION_CURRENT_USER,
                                           L"MY", hash),
            E_NOTIMPL);
  const auto token = As<IBitsTokenOptions>(job.Get());
  EXPECT_EQ(token->SetHelperToken(), E_NOTIMPL);
  EXPECT_EQ(token->ClearHelperToken(), E_NOTIMPL);
  EXPECT_EQ(token->SetHelperTokenFlags(BG_TOKEN_NETWORK), E_NOTIMPL);
}

}  // namespace
}  // namespace convoy::testing
