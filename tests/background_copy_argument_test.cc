// What a program can get wrong, and limits: facts 64 to 66, 71 and 76 of BITS,
// by their number; NULL, huge texts and texts that are none, unknown flags.
#include <deliveryoptimization.h>
#include <oleauto.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/background_copy/manager.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/background_copy_callback.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

using ::testing::AnyOf;
using ConformanceTest = BackgroundCopyTest;

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

// Half of a surrogate pair: no character, alone or in wide text of four bytes.
constexpr wchar_t kNoText[] = L"a\xD800z";

bool IsRefused(HRESULT result) {
  return result == E_INVALIDARG || result == E_POINTER || result == E_NOTIMPL ||
         result == BG_E_STRING_TOO_LONG;
}

// The first file of a job.
Com<IBackgroundCopyFile> FirstFile(IBackgroundCopyJob* job) {
  Com<IEnumBackgroundCopyFiles> files;
  Com<IBackgroundCopyFile> file;
  EXPECT_EQ(job->EnumFiles(&files), S_OK);
  EXPECT_EQ(files->Next(1, &file, nullptr), S_OK);
  return file;
}

TEST_F(ConformanceTest, PeerCachesAreNotAdministered) {
  const auto caches = As<IBitsPeerCacheAdministration>(manager());
  ASSERT_NE(caches.Get(), nullptr);
  DWORD number = 0;
  IEnumBitsPeers* peers = reinterpret_cast<IEnumBitsPeers*>(&number);
  EXPECT_EQ(caches->GetMaximumCacheSize(&number), E_NOTIMPL);
  EXPECT_EQ(caches->SetConfigurationFlags(BG_ENABLE_PEERCACHING_CLIENT),
            E_NOTIMPL);
  EXPECT_EQ(caches->EnumPeers(&peers), E_NOTIMPL);
  EXPECT_EQ(peers, nullptr);
  EXPECT_EQ(caches->DiscoverPeers(), E_NOTIMPL);
  // One object, whichever interface it is asked for.
  EXPECT_EQ(As<IUnknown>(caches.Get()).Get(), As<IUnknown>(manager()).Get());
}

TEST_F(ConformanceTest, Fact57_NullIsRefusedByEveryMethodOfAJob) {
  const Com<IBackgroundCopyJob> first = MakeJob();
  const auto job = As<IBackgroundCopyJob5>(first.Get());
  const auto http = As<IBackgroundCopyJobHttpOptions3>(first.Get());
  const auto token = As<IBitsTokenOptions>(first.Get());
  LPWSTR text = nullptr;
  BG_JOB_PROXY_USAGE usage;
  BG_CERT_STORE_LOCATION location;
  BYTE* hash = nullptr;
  BG_FILE_INFO no_names = {};
  const HRESULT results[] = {
      job->QueryInterface(IID_IUnknown, nullptr),
      job->AddFileSet(1, nullptr),
      job->AddFileSet(0, &no_names),
      job->AddFileSet(1, &no_names),
      job->GetType(nullptr),
      job->GetErrorCount(nullptr),
      job->SetDisplayName(nullptr),
      job->GetMinimumRetryDelay(nullptr),
      job->GetNoProgressTimeout(nullptr),
      job->GetProxySettings(nullptr, &text, &text),
      job->GetProxySettings(&usage, nullptr, &text),
      job->GetProxySettings(&usage, &text, nullptr),
      job->SetNotifyCmdLine(nullptr, L"a b"),
      job->GetNotifyCmdLine(nullptr, &text),
      job->GetNotifyCmdLine(&text, nullptr),
      job->GetReplyProgress(nullptr),
      job->GetReplyData(nullptr, nullptr),
      job->SetReplyFileName(nullptr),
      job->GetReplyFileName(nullptr),
      job->SetCredentials(nullptr),
      job->ReplaceRemotePrefix(nullptr, L"b"),
      job->ReplaceRemotePrefix(L"a", nullptr),
      job->AddFileWithRanges(nullptr, nullptr, 1, nullptr),
      job->AddFileWithRanges(L"http://a/", L"/tmp/a", 1, nullptr),
      job->GetFileACLFlags(nullptr),
      job->GetPeerCachingFlags(nullptr),
      job->GetOwnerIntegrityLevel(nullptr),
      job->GetOwnerElevationState(nullptr),
      job->GetMaximumDownloadTime(nullptr),
      job->GetProperty(BITS_JOB_PROPERTY_ID_COST_FLAGS, nullptr),
      http->SetClientCertificateByID(BG_CERT_STORE_LOCATION_CURRENT_USER,
                                     nullptr, nullptr),
      http->SetClientCertificateByName(BG_CERT_STORE_LOCATION_CURRENT_USER,
                                       nullptr, nullptr),
      http->GetClientCertificate(nullptr, &text, &hash, &text),
      http->GetClientCertificate(&location, nullptr, &hash, &text),
      http->GetClientCertificate(&location, &text, nullptr, &text),
      http->GetClientCertificate(&location, &text, &hash, nullptr),
      http->GetCustomHeaders(nullptr),
      http->GetSecurityFlags(nullptr),
      http->SetHttpMethod(nullptr),
      http->GetHttpMethod(nullptr),
      token->GetHelperTokenFlags(nullptr),
      token->GetHelperTokenSid(BG_TOKEN_NETWORK, nullptr),
  };
  int number = 0;
  for (const HRESULT result : results) {
    EXPECT_TRUE(IsRefused(result)) << number << ": " << std::hex << result;
    ++number;
  }
}

TEST_F(ConformanceTest, Fact57_NullIsRefusedByEveryOtherMethod) {
  const Com<IBackgroundCopyJob> job = FailedJob();
  const auto file = As<IBackgroundCopyFile6>(FirstFile(job.Get()).Get());
  Com<IBackgroundCopyError> error;
  ASSERT_EQ(job->GetError(&error), S_OK);
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  Com<IBackgroundCopyJob> made;
  GUID id;
  DWORD count = 0;
  BG_FILE_RANGE* ranges = nullptr;
  UINT64 bytes = 0;
  HRESULT code = S_OK;
  BG_ERROR_CONTEXT context;
  const HRESULT results[] = {
      manager()->CreateJob(L"a", BG_JOB_TYPE_DOWNLOAD, nullptr, &made),
      manager()->CreateJob(L"a", BG_JOB_TYPE_DOWNLOAD, &id, nullptr),
      manager()->EnumJobs(0, nullptr),
      manager()->GetErrorDescription(E_FAIL, 0, nullptr),
      manager()->QueryInterface(IID_IUnknown, nullptr),
      file->QueryInterface(IID_IUnknown, nullptr),
      file->GetRemoteName(nullptr),
      file->GetLocalName(nullptr),
      file->GetProgress(nullptr),
      file->GetFileRanges(nullptr, &ranges),
      file->GetFileRanges(&count, nullptr),
      file->SetRemoteName(nullptr),
      file->GetTemporaryName(nullptr),
      file->GetValidationState(nullptr),
      file->IsDownloadedFromPeer(nullptr),
      file->GetPeerDownloadStats(nullptr, &bytes),
      file->GetPeerDownloadStats(&bytes, nullptr),
      file->GetProperty(BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, nullptr),
      file->RequestFileRanges(1, nullptr),
      file->GetFilledFileRanges(nullptr, &ranges),
      file->GetFilledFileRanges(&count, nullptr),
      error->QueryInterface(IID_IUnknown, nullptr),
      error->GetError(nullptr, &code),
      error->GetError(&context, nullptr),
      error->GetFile(nullptr),
      error->GetErrorDescription(0, nullptr),
      error->GetErrorContextDescription(0, nullptr),
      error->GetProtocol(nullptr),
      files->Next(1, nullptr, nullptr),
      files->Clone(nullptr),
      files->GetCount(nullptr),
      files->QueryInterface(IID_IUnknown, nullptr),
  };
  int number = 0;
  for (const HRESULT result : results) {
    EXPECT_TRUE(IsRefused(result)) << number << ": " << std::hex << result;
    ++number;
  }
}

TEST_F(ConformanceTest, TextsThatAreNoneAreRefused) {
  const Com<IBackgroundCopyJob> first = MakeJob();
  const std::wstring url = Wide(origin().Url("a"));
  const std::wstring path = WidePath("a");
  ASSERT_EQ(first->AddFile(url.c_str(), path.c_str()), S_OK);
  const auto job = As<IBackgroundCopyJob5>(first.Get());
  const auto http = As<IBackgroundCopyJobHttpOptions3>(first.Get());
  const auto file = As<IBackgroundCopyFile2>(FirstFile(first.Get()).Get());
  std::wstring none = kNoText;
  std::wstring local = path;
  BG_FILE_INFO info = {none.data(), local.data()};
  BG_FILE_RANGE range = {0, 1};
  BG_AUTH_CREDENTIALS login = {};
  login.Target = BG_AUTH_TARGET_SERVER;
  login.Scheme = BG_AUTH_SCHEME_BASIC;
  login.Credentials.Basic = {none.data(), none.data()};
  GUID id;
  Com<IBackgroundCopyJob> made;
  const HRESULT results[] = {
      manager()->CreateJob(kNoText, BG_JOB_TYPE_DOWNLOAD, &id, &made),
      job->SetDisplayName(kNoText),
      job->SetDescription(kNoText),
      job->AddFile(kNoText, path.c_str()),
      job->AddFile(url.c_str(), (path + kNoText).c_str()),
      job->AddFileSet(1, &info),
      job->AddFileWithRanges(kNoText, path.c_str(), 1, &range),
      job->ReplaceRemotePrefix(kNoText, L"http://b"),
      job->ReplaceRemotePrefix(L"http://", kNoText),
      job->SetNotifyCmdLine(kNoText, nullptr),
      job->SetNotifyCmdLine(L"/bin/true", kNoText),
      job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE, kNoText, nullptr),
      job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE, L"p:1", kNoText),
      job->SetCredentials(&login),
      http->SetCustomHeaders((std::wstring(L"A: ") + kNoText).c_str()),
      http->SetClientCertificateByName(BG_CERT_STORE_LOCATION_CURRENT_USER,
                                       kNoText, nullptr),
      http->SetHttpMethod(kNoText),
      file->SetRemoteName(kNoText),
  };
  int number = 0;
  for (const HRESULT result : results) {
    EXPECT_EQ(result, E_INVALIDARG) << number;
    ++number;
  }
  // What was refused has changed nothing.
  LPWSTR text = nullptr;
  ASSERT_EQ(file->GetRemoteName(&text), S_OK);
  EXPECT_EQ(Wide(Take(text)), url);
  ASSERT_EQ(first->GetDisplayName(&text), S_OK);
  EXPECT_EQ(Take(text), "job");
}

TEST_F(ConformanceTest, HugeTextsAreRefusedAndTheJobGoesOn) {
  const std::wstring huge(3'000'000, L'x');
  const Com<IBackgroundCopyJob> first = MakeJob();
  const auto job = As<IBackgroundCopyJob5>(first.Get());
  const auto http = As<IBackgroundCopyJobHttpOptions3>(first.Get());
  const std::wstring url = Wide(origin().Url("a"));
  ASSERT_EQ(job->AddFile(url.c_str(), WidePath("a").c_str()), S_OK);
  const auto file = As<IBackgroundCopyFile2>(FirstFile(first.Get()).Get());
  std::wstring user = huge;
  wchar_t password[] = L"p";
  BG_AUTH_CREDENTIALS login = {};
  login.Target = BG_AUTH_TARGET_SERVER;
  login.Scheme = BG_AUTH_SCHEME_BASIC;
  login.Credentials.Basic = {user.data(), password};
  EXPECT_EQ(job->SetCredentials(&login), BG_E_USERNAME_TOO_LARGE);
  login.Credentials.Basic = {password, user.data()};
  EXPECT_EQ(job->SetCredentials(&login), BG_E_PASSWORD_TOO_LARGE);
  EXPECT_EQ(
      job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE, huge.c_str(), nullptr),
      BG_E_PROXY_LIST_TOO_LARGE);
  EXPECT_EQ(
      job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE, L"p:1", huge.c_str()),
      BG_E_PROXY_BYPASS_LIST_TOO_LARGE);
  EXPECT_EQ(job->SetNotifyCmdLine((L"/" + huge).c_str(), nullptr),
            BG_E_STRING_TOO_LONG);
  EXPECT_EQ(job->SetNotifyCmdLine(L"/bin/true", huge.c_str()),
            BG_E_STRING_TOO_LONG);
  EXPECT_EQ(job->SetDisplayName(huge.c_str()), E_INVALIDARG);
  EXPECT_EQ(job->SetDescription(huge.c_str()), BG_E_STRING_TOO_LONG);
  EXPECT_EQ(file->SetRemoteName((L"http://a/" + huge).c_str()), E_INVALIDARG);
  EXPECT_EQ(job->AddFile((L"http://a/" + huge).c_str(), L"/tmp/a"),
            E_INVALIDARG);
  EXPECT_EQ(job->AddFile(url.c_str(), (L"/" + huge).c_str()), E_INVALIDARG);
  EXPECT_EQ(job->ReplaceRemotePrefix(url.c_str(), (url + huge).c_str()),
            BG_E_STRING_TOO_LONG);
  // The first name would not be too long, the second would: both stay.
  const std::wstring longer = url + std::wstring(1500, L'y');
  ASSERT_EQ(job->AddFile(longer.c_str(), WidePath("b").c_str()), S_OK);
  EXPECT_EQ(job->ReplaceRemotePrefix(url.c_str(),
                                     (url + std::wstring(1000, L'z')).c_str()),
            BG_E_STRING_TOO_LONG);
  EXPECT_TRUE(IsRefused(http->SetCustomHeaders((L"A: " + huge).c_str())));
  EXPECT_TRUE(IsRefused(http->SetClientCertificateByName(
      BG_CERT_STORE_LOCATION_CURRENT_USER, (L"/" + huge).c_str(), nullptr)));
  EXPECT_EQ(StateOf(first.Get()), BG_JOB_STATE_SUSPENDED);
  LPWSTR text = nullptr;
  ASSERT_EQ(file->GetRemoteName(&text), S_OK);
  EXPECT_EQ(Wide(Take(text)), url);
}

// Lengths are counted in characters, of which UTF-8 may need four bytes each.
TEST_F(ConformanceTest, TheLongestTextsMayBeOfAnyCharacters) {
  const std::wstring name(256, L'\U0001F4E6');
  const Com<IBackgroundCopyJob> job = MakeJob(name.c_str());
  LPWSTR text = nullptr;
  ASSERT_EQ(job->GetDisplayName(&text), S_OK);
  EXPECT_EQ(Wide(Take(text)), name);
  const std::wstring description(1024, L'\U0001F4E6');
  ASSERT_EQ(job->SetDescription(description.c_str()), S_OK);
  ASSERT_EQ(job->GetDescription(&text), S_OK);
  EXPECT_EQ(Wide(Take(text)), description);
  // A program's parameters are kept in notes, which are cut.
  const std::wstring word(1990, L'\u00e4');
  const std::wstring parameters = L"a " + word + L" " + word;
  const auto job2 = As<IBackgroundCopyJob2>(job.Get());
  ASSERT_EQ(job2->SetNotifyCmdLine(L"/bin/true", parameters.c_str()), S_OK);
  LPWSTR program = nullptr;
  ASSERT_EQ(job2->GetNotifyCmdLine(&program, &text), S_OK);
  EXPECT_EQ(Take(program), "/bin/true");
  EXPECT_EQ(Wide(Take(text)), parameters);
}

TEST_F(ConformanceTest, UnknownFlagsAndEnumeratorsOfAllUsers) {
  Com<IEnumBackgroundCopyJobs> jobs;
  EXPECT_EQ(manager()->EnumJobs(2, &jobs), E_NOTIMPL);
  EXPECT_EQ(jobs, nullptr);
  const Com<IBackgroundCopyJob> job = MakeJob();
  // Who runs the daemon is an administrator of it.
  EXPECT_EQ(manager()->EnumJobs(BG_JOB_ENUM_ALL_USERS, &jobs), S_OK);
  GUID id;
  Com<IBackgroundCopyJob> made;
  EXPECT_EQ(manager()->CreateJob(L"a", static_cast<BG_JOB_TYPE>(7), &id, &made),
            E_INVALIDARG);
  EXPECT_EQ(job->SetProxySettings(static_cast<BG_JOB_PROXY_USAGE>(9), nullptr,
                                  nullptr),
            E_INVALIDARG);
  const auto job2 = As<IBackgroundCopyJob2>(job.Get());
  EXPECT_EQ(job2->RemoveCredentials(static_cast<BG_AUTH_TARGET>(0),
                                    BG_AUTH_SCHEME_BASIC),
            BG_E_INVALID_AUTH_TARGET);
  EXPECT_EQ(job2->RemoveCredentials(BG_AUTH_TARGET_SERVER,
                                    static_cast<BG_AUTH_SCHEME>(0)),
            BG_E_INVALID_AUTH_SCHEME);
  BITS_JOB_PROPERTY_VALUE value = {};
  EXPECT_EQ(As<IBackgroundCopyJob5>(job.Get())->GetProperty(
                static_cast<BITS_JOB_PROPERTY_ID>(0), &value),
            BG_E_UNKNOWN_PROPERTY_ID);
  Com<IUnknown> none;
  EXPECT_EQ(job->QueryInterface(IID_IBackgroundCopyManager, &none),
            E_NOINTERFACE);
  EXPECT_EQ(none, nullptr);
}

TEST_F(ConformanceTest, Fact64_CancelLeavesTheFileThatWasThereBefore) {
  WriteFile(Path("got"), "of before");
  const Com<IBackgroundCopyJob> job = TransferredJob();
  ASSERT_EQ(job->Cancel(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), "of before");
}

// BITS has 60 jobs of a user, and 200 files of a job; 500 ranges of a file.
TEST_F(ConformanceTest, Fact65_OfJobsAndFilesThereMayBeMoreThanInBits) {
  Com<IBackgroundCopyJob> job;
  for (int i = 0; i < 61; ++i) job = MakeJob();
  const std::wstring url = Wide(origin().Url("file"));
  std::vector<std::wstring> names;
  for (int i = 0; i < 201; ++i) {
    names.push_back(url);
    names.push_back(WidePath(std::to_string(i)));
  }
  std::vector<BG_FILE_INFO> files;
  for (std::size_t i = 0; i < names.size(); i += 2) {
    files.push_back({names[i].data(), names[i + 1].data()});
  }
  EXPECT_EQ(job->AddFileSet(static_cast<ULONG>(files.size()), files.data()),
            S_OK);
  std::vector<BG_FILE_RANGE> ranges;
  for (UINT64 i = 0; i < 501; ++i) ranges.push_back({2 * i, 1});
  const auto job3 = As<IBackgroundCopyJob3>(job.Get());
  EXPECT_EQ(job3->AddFileWithRanges(url.c_str(), WidePath("a").c_str(), 501,
                                    ranges.data()),
            BG_E_TOO_MANY_RANGES_IN_FILE);
  EXPECT_EQ(job3->AddFileWithRanges(url.c_str(), WidePath("a").c_str(), 500,
                                    ranges.data()),
            S_OK);
}

// A daemon of its own: the limits are its administrator's.
TEST_F(ConformanceTest, Fact65_LimitsHaveTheirCodes) {
  TestDaemon::Options options;
  options.settings = {{"limits.max_jobs_per_machine", "1"},
                      {"limits.max_files_per_job", "2"},
                      {"limits.max_ranges_per_file", "2"}};
  TestDaemon small(options);
  setenv("CONVOY_SOCKET", small.socket().c_str(), 1);
  for (const CLSID& clsid :
       {CLSID_BackgroundCopyManager, CLSID_DeliveryOptimization}) {
    const bool bits = clsid == CLSID_BackgroundCopyManager;
    const HRESULT quota = HRESULT_FROM_WIN32(1816);  // NOT_ENOUGH_QUOTA
    Com<IBackgroundCopyManager> own;
    ASSERT_EQ(background_copy::CreateManager(
                  clsid, IID_IBackgroundCopyManager,
                  reinterpret_cast<void**>(own.GetAddressOf())),
              S_OK);
    GUID id;
    Com<IBackgroundCopyJob> job;
    ASSERT_EQ(own->CreateJob(L"1", BG_JOB_TYPE_DOWNLOAD, &id, &job), S_OK);
    Com<IBackgroundCopyJob> second;
    EXPECT_EQ(own->CreateJob(L"2", BG_JOB_TYPE_DOWNLOAD, &id, &second),
              bits ? BG_E_TOO_MANY_JOBS_PER_MACHINE : quota);
    EXPECT_EQ(second, nullptr);
    BG_FILE_RANGE ranges[] = {{0, 1}, {2, 1}, {4, 1}};
    EXPECT_EQ(As<IBackgroundCopyJob3>(job.Get())->AddFileWithRanges(
                  L"http://127.0.0.1/a", WidePath("a").c_str(), 3, ranges),
              bits ? BG_E_TOO_MANY_RANGES_IN_FILE : quota);
    for (const char* name : {"a", "b"}) {
      ASSERT_EQ(job->AddFile(L"http://127.0.0.1/a", WidePath(name).c_str()),
                S_OK);
    }
    EXPECT_EQ(job->AddFile(L"http://127.0.0.1/a", WidePath("c").c_str()),
              bits ? BG_E_TOO_MANY_FILES_IN_JOB : quota);
    EXPECT_EQ(job->Cancel(), S_OK);
  }
  setenv("CONVOY_SOCKET", daemon().socket().c_str(), 1);
}

// What a fleet's program relies on: the state leaves SUSPENDED at once, and
// moves on only.
TEST_F(ConformanceTest, Fact71_AHealthyDownloadNeverGoesBack) {
  Nginx::Options options;
  options.location = "limit_rate 300k;";
  Nginx slow(options);
  WriteFile(slow.root() + "/file", RandomBytes(300'000, 7));
  const Com<IBackgroundCopyJob> job = MakeJob();
  ASSERT_EQ(
      job->AddFile(Wide(slow.Url("file")).c_str(), WidePath("got").c_str()),
      S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  std::vector<BG_JOB_STATE> states;
  ASSERT_TRUE(Eventually([&] {
    const BG_JOB_STATE state = StateOf(job.Get());
    if (states.empty() || states.back() != state) states.push_back(state);
    return state == BG_JOB_STATE_TRANSFERRED;
  }));
  for (std::size_t i = 0; i < states.size(); ++i) {
    EXPECT_THAT(states[i],
                AnyOf(BG_JOB_STATE_QUEUED, BG_JOB_STATE_CONNECTING,
                      BG_JOB_STATE_TRANSFERRING, BG_JOB_STATE_TRANSFERRED));
    // QUEUED, CONNECTING and TRANSFERRING are 0, 1 and 2; TRANSFERRED is last.
    if (i > 0) {
      EXPECT_GT(states[i], states[i - 1]);
    }
  }
}

TEST_F(ConformanceTest, Fact76_EveryCodeHasADescription) {
  for (const HRESULT code :
       {S_OK, E_FAIL, BG_E_EMPTY, BG_S_PARTIAL_COMPLETE, BG_E_HTTP_ERROR_404,
        DO_E_NO_DOWNLOADS, static_cast<HRESULT>(0x8019024Fu),
        static_cast<HRESULT>(0x80070002u), static_cast<HRESULT>(0xDEADBEEFu)}) {
    LPWSTR text = nullptr;
    EXPECT_EQ(manager()->GetErrorDescription(code, 0, &text), S_OK);
    EXPECT_GT(Take(text).size(), 5u) << std::hex << code;
  }
}

}  // namespace
}  // namespace convoy::testing
