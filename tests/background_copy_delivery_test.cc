// The manager of Delivery Optimization's class: its codes, defaults and queue,
// where they differ from BITS'.
#include <deliveryoptimization.h>
#include <deliveryoptimizationerrors.h>
#include <netinet/in.h>
#include <oleauto.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "client/background_copy/guid_text.h"
#include "client/background_copy/manager.h"
#include "gtest/gtest.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {
namespace {

template <typename T>
using Com = Microsoft::WRL::ComPtr<T>;

class DeliveryQueueTest : public BackgroundCopyTest {
 protected:
  void SetUp() override {
    BackgroundCopyTest::SetUp();
    ASSERT_EQ(background_copy::CreateManager(
                  CLSID_DeliveryOptimization, IID_IBackgroundCopyManager,
                  reinterpret_cast<void**>(delivery_.GetAddressOf())),
              S_OK);
  }
  void TearDown() override {
    Com<IEnumBackgroundCopyJobs> jobs;
    ASSERT_EQ(delivery_->EnumJobs(0, &jobs), S_OK);
    Com<IBackgroundCopyJob> job;
    while (jobs->Next(1, &job, nullptr) == S_OK) job->Cancel();
    BackgroundCopyTest::TearDown();
  }

  Com<IBackgroundCopyJob> MakeDelivery() {
    GUID id;
    Com<IBackgroundCopyJob> job;
    EXPECT_EQ(
        delivery_->CreateJob(L"delivery", BG_JOB_TYPE_DOWNLOAD, &id, &job),
        S_OK);
    return job;
  }

  static std::string IdOf(IBackgroundCopyJob* job) {
    GUID id;
    EXPECT_EQ(job->GetId(&id), S_OK);
    return background_copy::TextOfGuid(id);
  }

  Com<IBackgroundCopyManager> delivery_;
};

TEST_F(DeliveryQueueTest, TheTwoQueuesAreApart) {
  GUID id;
  Com<IBackgroundCopyJob> job;
  ASSERT_EQ(delivery_->CreateJob(L"a", BG_JOB_TYPE_DOWNLOAD, &id, &job), S_OK);
  Com<IBackgroundCopyJob> found;
  EXPECT_EQ(manager()->GetJob(id, &found), BG_E_NOT_FOUND);
  EXPECT_EQ(delivery_->GetJob(id, &found), S_OK);
  ULONG count = 9;
  Com<IEnumBackgroundCopyJobs> jobs;
  ASSERT_EQ(manager()->EnumJobs(0, &jobs), S_OK);
  EXPECT_EQ(jobs->GetCount(&count), S_OK);
  EXPECT_EQ(count, 0u);
  ASSERT_EQ(delivery_->EnumJobs(0, &jobs), S_OK);
  EXPECT_EQ(jobs->GetCount(&count), S_OK);
  EXPECT_EQ(count, 1u);
}

TEST_F(DeliveryQueueTest, CodesAreThoseOfDeliveryOptimization) {
  const Com<IBackgroundCopyJob> job = MakeDelivery();
  EXPECT_EQ(job->Resume(), DO_E_EMPTY);
  Com<IBackgroundCopyError> error;
  EXPECT_EQ(job->GetError(&error), DO_E_ERROR_INFORMATION_UNAVAILABLE);
  EXPECT_EQ(job->SetNotifyFlags(BG_NOTIFY_DISABLE), E_NOTIMPL);
  EXPECT_EQ(job->SetNotifyFlags(BG_NOTIFY_FILE_RANGES_TRANSFERRED), E_NOTIMPL);
  ASSERT_EQ(job->Cancel(), S_OK);
  EXPECT_EQ(job->Cancel(), DO_E_INVALID_STATE);
  EXPECT_EQ(job->Resume(), DO_E_INVALID_STATE);
  EXPECT_EQ(job->SetNoProgressTimeout(1), DO_E_INVALID_STATE);
  Com<IBackgroundCopyJob> none;
  EXPECT_EQ(delivery_->GetJob(CLSID_DeliveryOptimization, &none),
            DO_E_NOT_FOUND);
}

TEST_F(DeliveryQueueTest, ArgumentsHaveItsCodesToo) {
  const Content content = MakeContent("arguments");
  const Com<IBackgroundCopyJob> bits = MakeJob();
  const Com<IBackgroundCopyJob> delivery = MakeDelivery();
  for (IBackgroundCopyJob* job : {bits.Get(), delivery.Get()}) {
    const bool is_bits = job == bits.Get();
    const HRESULT range = is_bits ? BG_E_INVALID_RANGE : DO_E_INVALID_RANGE;
    const HRESULT length = is_bits ? BG_E_STRING_TOO_LONG : E_INVALIDARG;
    const std::wstring path = WidePath(is_bits ? "a" : "b");
    BG_FILE_RANGE far = {UINT64{1} << 63, 1};
    EXPECT_EQ(As<IBackgroundCopyJob3>(job)->AddFileWithRanges(
                  content.url.c_str(), path.c_str(), 1, &far),
              range);
    ASSERT_EQ(job->AddFile(content.url.c_str(), path.c_str()), S_OK);
    Com<IEnumBackgroundCopyFiles> files;
    ASSERT_EQ(job->EnumFiles(&files), S_OK);
    Com<IBackgroundCopyFile> file;
    ASSERT_EQ(files->Next(1, &file, nullptr), S_OK);
    const auto file6 = As<IBackgroundCopyFile6>(file.Get());
    EXPECT_EQ(file6->UpdateDownloadPosition(UINT64{1} << 63), range);
    EXPECT_EQ(file6->RequestFileRanges(1, &far), range);
    EXPECT_EQ(job->SetDescription(std::wstring(1025, L'x').c_str()), length);
    EXPECT_EQ(As<IBackgroundCopyJob3>(job)->ReplaceRemotePrefix(
                  L"http://", (L"http://" + std::wstring(2200, L'x')).c_str()),
              length);
    const auto job2 = As<IBackgroundCopyJob2>(job);
    EXPECT_EQ(job2->SetNotifyCmdLine(std::wstring(300, L'x').c_str(), nullptr),
              length);
    EXPECT_EQ(
        job2->SetNotifyCmdLine(L"/bin/true", std::wstring(4001, L'x').c_str()),
        length);
  }
}

// Proxies, logins and properties: what the library decides itself.
TEST_F(DeliveryQueueTest, SettingsHaveItsCodesToo) {
  const Com<IBackgroundCopyJob> bits = MakeJob();
  const Com<IBackgroundCopyJob> delivery = MakeDelivery();
  for (IBackgroundCopyJob* job : {bits.Get(), delivery.Get()}) {
    const auto code = [is_bits = job == bits.Get()](HRESULT of_bits,
                                                    HRESULT other) {
      return is_bits ? of_bits : other;
    };
    const std::wstring long_list(40'000, L'x');
    EXPECT_EQ(job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE,
                                    long_list.c_str(), nullptr),
              code(BG_E_PROXY_LIST_TOO_LARGE, E_INVALIDARG));
    EXPECT_EQ(job->SetProxySettings(BG_JOB_PROXY_USAGE_OVERRIDE, L"proxy:1",
                                    long_list.c_str()),
              code(BG_E_PROXY_BYPASS_LIST_TOO_LARGE, E_INVALIDARG));
    const auto job2 = As<IBackgroundCopyJob2>(job);
    const auto log_in = [&job2](int target, int scheme, std::wstring user,
                                std::wstring password) {
      BG_AUTH_CREDENTIALS login = {};
      login.Target = static_cast<BG_AUTH_TARGET>(target);
      login.Scheme = static_cast<BG_AUTH_SCHEME>(scheme);
      login.Credentials.Basic = {user.data(), password.data()};
      return job2->SetCredentials(&login);
    };
    EXPECT_EQ(log_in(9, BG_AUTH_SCHEME_BASIC, L"u", L"p"),
              code(BG_E_INVALID_AUTH_TARGET, E_INVALIDARG));
    EXPECT_EQ(log_in(BG_AUTH_TARGET_SERVER, 9, L"u", L"p"),
              code(BG_E_INVALID_AUTH_SCHEME, E_INVALIDARG));
    EXPECT_EQ(log_in(BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC,
                     std::wstring(301, L'u'), L"p"),
              code(BG_E_USERNAME_TOO_LARGE, E_INVALIDARG));
    EXPECT_EQ(log_in(BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, L"u",
                     std::wstring(4097, L'p')),
              code(BG_E_PASSWORD_TOO_LARGE, E_INVALIDARG));
    EXPECT_EQ(job2->RemoveCredentials(static_cast<BG_AUTH_TARGET>(9),
                                      BG_AUTH_SCHEME_BASIC),
              code(BG_E_INVALID_AUTH_TARGET, E_INVALIDARG));
    EXPECT_EQ(job2->RemoveCredentials(BG_AUTH_TARGET_SERVER,
                                      static_cast<BG_AUTH_SCHEME>(9)),
              code(BG_E_INVALID_AUTH_SCHEME, E_INVALIDARG));
    const auto job5 = As<IBackgroundCopyJob5>(job);
    BITS_JOB_PROPERTY_VALUE value = {};
    value.Uint64 = UINT64{1} << 63;
    EXPECT_EQ(job5->SetProperty(BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, value),
              code(BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE, E_INVALIDARG));
    value = {};
    value.Target = BG_AUTH_TARGET_SERVER;
    EXPECT_EQ(
        job5->SetProperty(BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, value),
        code(BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED, E_NOTIMPL));
    value.Target = static_cast<BG_AUTH_TARGET>(9);
    EXPECT_EQ(
        job5->SetProperty(BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, value),
        code(BG_E_INVALID_AUTH_TARGET, E_INVALIDARG));
  }
}

TEST_F(DeliveryQueueTest, FilesAndErrorsHaveItsCodesToo) {
  const Com<IBackgroundCopyJob> bits = MakeJob();
  const Com<IBackgroundCopyJob> delivery = MakeDelivery();
  Nginx::Options options;
  options.location = "limit_rate 1k;";
  Nginx slow(options);
  WriteFile(slow.root() + "/file", std::string(100'000, 'x'));
  WriteFile(Path("local"), "bytes");
  for (IBackgroundCopyJob* job : {bits.Get(), delivery.Get()}) {
    const bool is_bits = job == bits.Get();
    ASSERT_EQ(job->AddFile(WidePath("local").c_str(),
                           WidePath(is_bits ? "a" : "b").c_str()),
              S_OK);
    Com<IEnumBackgroundCopyFiles> files;
    ASSERT_EQ(job->EnumFiles(&files), S_OK);
    Com<IBackgroundCopyFile> file;
    ASSERT_EQ(files->Next(1, &file, nullptr), S_OK);
    EXPECT_EQ(As<IBackgroundCopyFile6>(file.Get())->UpdateDownloadPosition(1),
              is_bits ? BG_E_RANDOM_ACCESS_NOT_SUPPORTED
                      : DO_E_INSUFFICIENT_RANGE_SUPPORT);
    ASSERT_EQ(job->AddFile(Wide(slow.Url("file")).c_str(),
                           WidePath(is_bits ? "c" : "d").c_str()),
              S_OK);
    ASSERT_EQ(As<IBackgroundCopyJob4>(job)->SetMaximumDownloadTime(1), S_OK);
    ASSERT_EQ(job->Resume(), S_OK);
    ASSERT_TRUE(Reaches(job, BG_JOB_STATE_ERROR));
    Com<IBackgroundCopyError> error;
    ASSERT_EQ(job->GetError(&error), S_OK);
    // An error that has to do with no URL.
    LPWSTR protocol = nullptr;
    EXPECT_EQ(error->GetProtocol(&protocol),
              is_bits ? BG_E_PROTOCOL_NOT_AVAILABLE
                      : DO_E_ERROR_INFORMATION_UNAVAILABLE);
  }
}

TEST_F(DeliveryQueueTest, PrioritiesBelowForegroundAreOne) {
  const Com<IBackgroundCopyJob> job = MakeDelivery();
  const auto daemons = [&] {
    return daemon().Get(IdOf(job.Get()))->priority();
  };
  BG_JOB_PRIORITY told;
  for (const BG_JOB_PRIORITY given :
       {BG_JOB_PRIORITY_HIGH, BG_JOB_PRIORITY_LOW, BG_JOB_PRIORITY_NORMAL}) {
    ASSERT_EQ(job->SetPriority(given), S_OK);
    EXPECT_EQ(job->GetPriority(&told), S_OK);
    EXPECT_EQ(told, given);
    EXPECT_EQ(daemons(), v1::JOB_PRIORITY_NORMAL);
  }
  ASSERT_EQ(job->SetPriority(BG_JOB_PRIORITY_FOREGROUND), S_OK);
  EXPECT_EQ(job->GetPriority(&told), S_OK);
  EXPECT_EQ(told, BG_JOB_PRIORITY_FOREGROUND);
  EXPECT_EQ(daemons(), v1::JOB_PRIORITY_FOREGROUND);
  EXPECT_EQ(job->SetPriority(static_cast<BG_JOB_PRIORITY>(9)), E_NOTIMPL);
}

TEST_F(DeliveryQueueTest, AnErrorIsTheRemoteFilesOrHasNoContext) {
  const Com<IBackgroundCopyJob> remote = MakeDelivery();
  ASSERT_EQ(remote->AddFile(Wide(origin().Url("none")).c_str(),
                            WidePath("none").c_str()),
            S_OK);
  // Nobody listens there.
  const Com<IBackgroundCopyJob> other = MakeDelivery();
  const std::wstring nobody =
      L"http://127.0.0.1:" + std::to_wstring(FreePort()) + L"/file";
  ASSERT_EQ(other->AddFile(nobody.c_str(), WidePath("other").c_str()), S_OK);
  for (IBackgroundCopyJob* job : {remote.Get(), other.Get()}) {
    ASSERT_EQ(job->SetNoProgressTimeout(0), S_OK);
    ASSERT_EQ(job->Resume(), S_OK);
    ASSERT_TRUE(Reaches(job, BG_JOB_STATE_ERROR));
    Com<IBackgroundCopyError> error;
    ASSERT_EQ(job->GetError(&error), S_OK);
    BG_ERROR_CONTEXT context;
    HRESULT code;
    ASSERT_EQ(error->GetError(&context, &code), S_OK);
    EXPECT_EQ(context, job == remote.Get() ? BG_ERROR_CONTEXT_REMOTE_FILE
                                           : BG_ERROR_CONTEXT_NONE);
    LPWSTR text = nullptr;
    ASSERT_EQ(error->GetErrorContextDescription(0, &text), S_OK);
    EXPECT_NE(Take(text), "");
  }
}

TEST_F(DeliveryQueueTest, TheNoProgressTimeoutFollowsThePriority) {
  const Com<IBackgroundCopyJob> job = MakeDelivery();
  ULONG seconds = 0;
  ASSERT_EQ(job->GetNoProgressTimeout(&seconds), S_OK);
  EXPECT_EQ(seconds, 86'400u);
  ASSERT_EQ(job->SetPriority(BG_JOB_PRIORITY_FOREGROUND), S_OK);
  ASSERT_EQ(job->GetNoProgressTimeout(&seconds), S_OK);
  EXPECT_EQ(seconds, 3'600u);
}

TEST_F(DeliveryQueueTest, AJobIsKeptFor30DaysWhereBitsKeepsItFor90) {
  const auto job = daemon().Get(IdOf(MakeDelivery().Get()));
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->inactivity_timeout().seconds(), 30 * 86'400);
}

// What is not documented for this class is not told.
TEST_F(DeliveryQueueTest, ConnectingIsToldAsTransferring) {
  // Somebody listens, and never answers.
  const int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(silent, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(silent, 16), 0);
  ASSERT_EQ(getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size),
            0);
  const std::wstring url =
      L"http://127.0.0.1:" + std::to_wstring(ntohs(address.sin_port)) + L"/";
  const Com<IBackgroundCopyJob> bits = MakeJob();
  const Com<IBackgroundCopyJob> delivery = MakeDelivery();
  for (IBackgroundCopyJob* job : {bits.Get(), delivery.Get()}) {
    const std::wstring path = WidePath(job == bits.Get() ? "a" : "b");
    ASSERT_EQ(job->AddFile((url + L"file").c_str(), path.c_str()), S_OK);
    ASSERT_EQ(job->Resume(), S_OK);
  }
  EXPECT_TRUE(Reaches(bits.Get(), BG_JOB_STATE_CONNECTING));
  EXPECT_TRUE(Reaches(delivery.Get(), BG_JOB_STATE_TRANSFERRING));
  EXPECT_EQ(bits->Cancel(), S_OK);
  EXPECT_EQ(delivery->Cancel(), S_OK);
  close(silent);
}

TEST_F(DeliveryQueueTest, AnEarlyCompleteHasNoCodeOfItsOwn) {
  const Content content = MakeContent("early");
  const Com<IBackgroundCopyJob> job = MakeDelivery();
  const std::wstring nobody =
      L"http://127.0.0.1:" + std::to_wstring(FreePort()) + L"/file";
  ASSERT_EQ(job->AddFile(content.url.c_str(), WidePath("whole").c_str()), S_OK);
  ASSERT_EQ(job->AddFile(nobody.c_str(), WidePath("none").c_str()), S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Eventually([&] {
    BG_JOB_PROGRESS progress = {};
    job->GetProgress(&progress);
    return progress.FilesTransferred == 1;
  }));
  EXPECT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("whole")), content.bytes);
  EXPECT_FALSE(Exists(Path("none")));
}

TEST_F(DeliveryQueueTest, AJobOfBitsDoesNotOfferItsInterfaces) {
  const Com<IBackgroundCopyJob> job = MakeJob();
  Com<IDeliveryOptimizationJob> offered;
  EXPECT_EQ(job.As(&offered), E_NOINTERFACE);
}

TEST_F(DeliveryQueueTest, FilesHaveIdsSizesAndStatistics) {
  const Content content = MakeContent("delivery", 4000);
  const Com<IBackgroundCopyJob> job = MakeDelivery();
  const auto own = As<IDeliveryOptimizationJob>(job.Get());
  BG_FILE_RANGE ranges[] = {{0, 10}, {5, 10}};
  EXPECT_EQ(own->AddFileWithRanges(L"id", content.url.c_str(),
                                   WidePath("got").c_str(), 2, ranges, 4000),
            DO_E_OVERLAPPING_RANGES);
  // Its ranges rise, where those of BITS may come in any order.
  BG_FILE_RANGE falling[] = {{20, 10}, {0, 10}};
  EXPECT_EQ(own->AddFileWithRanges(L"id", content.url.c_str(),
                                   WidePath("got").c_str(), 2, falling, 4000),
            DO_E_OVERLAPPING_RANGES);
  EXPECT_EQ(As<IBackgroundCopyJob3>(job.Get())->AddFileWithRanges(
                content.url.c_str(), WidePath("got").c_str(), 2, falling),
            DO_E_OVERLAPPING_RANGES);
  ASSERT_EQ(own->AddFileWithRanges(L"the id", content.url.c_str(),
                                   WidePath("got").c_str(), 0, nullptr, 4000),
            S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  Com<IBackgroundCopyFile> file;
  ASSERT_EQ(files->Next(1, &file, nullptr), S_OK);
  DOSwarmStats stats = {};
  ASSERT_EQ(As<IDeliveryOptimizationFile>(file.Get())->GetStats(&stats), S_OK);
  EXPECT_EQ(Take(stats.fileId), "the id");
  EXPECT_EQ(Wide(Take(stats.sourceURL)), content.url);
  EXPECT_EQ(stats.fileSize, 4000u);
  EXPECT_EQ(stats.bytesFromHttp, 4000u);
  EXPECT_EQ(stats.totalBytesDownloaded, 4000u);
  EXPECT_EQ(stats.status, SwarmStatus_Complete);
  VARIANT size;
  VariantInit(&size);
  ASSERT_EQ(As<IDeliveryOptimizationFile2>(file.Get())
                ->GetProperty(DOFilePropertyId_TotalSizeBytes, &size),
            S_OK);
  EXPECT_EQ(size.vt, VT_UI8);
  EXPECT_EQ(size.ullVal, 4000u);
  EXPECT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), content.bytes);
}

// It comes to the daemon with its file, in one call, however many there are.
TEST_F(DeliveryQueueTest, EachFileHasItsId) {
  const std::wstring url = Wide(origin().Url("any"));
  const Com<IBackgroundCopyJob> job = MakeDelivery();
  const auto own = As<IDeliveryOptimizationJob>(job.Get());
  const auto changes = [&] {
    int number = 0;
    EXPECT_TRUE(
        absl::SimpleAtoi(daemon().Get(IdOf(job.Get()))->etag(), &number));
    return number;
  };
  const int before = changes();
  constexpr int kFiles = 200;
  std::vector<std::wstring> ids;
  for (int i = 0; i < kFiles; ++i) {
    ids.push_back(std::to_wstring(i) + L" \n" + std::wstring(1019, L'\u00e4'));
    const std::wstring path = WidePath(std::to_string(i));
    ASSERT_EQ(own->AddFileWithRanges(ids.back().c_str(), url.c_str(),
                                     path.c_str(), 0, nullptr, 4000),
              S_OK)
        << i;
  }
  EXPECT_EQ(changes(), before + kFiles);
  EXPECT_EQ(
      own->AddFileWithRanges(std::wstring(1025, L'x').c_str(), url.c_str(),
                             WidePath("long").c_str(), 0, nullptr, 4000),
      E_INVALIDARG);
  Com<IEnumBackgroundCopyFiles> files;
  ASSERT_EQ(job->EnumFiles(&files), S_OK);
  ULONG count = 0;
  ASSERT_EQ(files->GetCount(&count), S_OK);
  EXPECT_EQ(count, ULONG{kFiles});
  for (const std::wstring& id : ids) {
    Com<IBackgroundCopyFile> file;
    ASSERT_EQ(files->Next(1, &file, nullptr), S_OK);
    DOSwarmStats stats = {};
    ASSERT_EQ(As<IDeliveryOptimizationFile>(file.Get())->GetStats(&stats),
              S_OK);
    EXPECT_EQ(Wide(Take(stats.fileId)), id);
    CoTaskMemFree(stats.sourceURL);
  }
}

TEST_F(DeliveryQueueTest, AFileGetsItsPathAfterItsUrl) {
  const Content content = MakeContent("pathless", 4000);
  const Com<IBackgroundCopyJob> job = MakeDelivery();
  Com<IDeliveryOptimizationFile2> file;
  ASSERT_EQ(As<IDeliveryOptimizationJob2>(job.Get())->AddFile(
                L"the id", content.url.c_str(), 0, nullptr,
                IID_IDeliveryOptimizationFile2,
                reinterpret_cast<void**>(file.GetAddressOf())),
            S_OK);
  const auto copy = As<IBackgroundCopyFile>(file.Get());
  LPWSTR name = nullptr;
  ASSERT_EQ(copy->GetRemoteName(&name), S_OK);
  EXPECT_EQ(Wide(Take(name)), content.url);
  // The daemon has not heard of it, and the job cannot run without it.
  EXPECT_EQ(job->Resume(), DO_E_FILE_DOWNLOADSINK_UNSPECIFIED);
  EXPECT_EQ(As<IBackgroundCopyFile2>(file.Get())->SetRemoteName(L"http://a/b"),
            DO_E_FILE_DOWNLOADSINK_UNSPECIFIED);

  VARIANT value;
  VariantInit(&value);
  value.vt = VT_BSTR;
  value.bstrVal = SysAllocString(WidePath("got").c_str());
  ASSERT_EQ(file->SetProperty(DOFilePropertyId_DownloadSinkFilePath, &value),
            S_OK);
  EXPECT_EQ(file->SetProperty(DOFilePropertyId_DownloadSinkFilePath, &value),
            DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
  VariantClear(&value);
  value.vt = VT_UI8;
  value.ullVal = 4000;
  ASSERT_EQ(file->SetProperty(DOFilePropertyId_TotalSizeBytes, &value), S_OK);
  value = {};
  ASSERT_EQ(file->GetProperty(DOFilePropertyId_TotalSizeBytes, &value), S_OK);
  EXPECT_EQ(value.ullVal, 4000u);

  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_TRANSFERRED));
  DOSwarmStats stats = {};
  ASSERT_EQ(As<IDeliveryOptimizationFile>(file.Get())->GetStats(&stats), S_OK);
  EXPECT_EQ(Take(stats.fileId), "the id");
  EXPECT_EQ(stats.bytesFromHttp, 4000u);
  CoTaskMemFree(stats.sourceURL);
  EXPECT_EQ(job->Complete(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), content.bytes);
}

TEST_F(DeliveryQueueTest, AFileThatNeverGetsAPathIsNotOfTheJob) {
  const Content content = MakeContent("forgotten");
  const Com<IBackgroundCopyJob> job = MakeDelivery();
  const auto own = As<IDeliveryOptimizationJob2>(job.Get());
  void* object = reinterpret_cast<void*>(1);
  EXPECT_EQ(own->AddFile(L"id", nullptr, 0, nullptr,
                         IID_IDeliveryOptimizationFile, &object),
            E_INVALIDARG);
  EXPECT_EQ(object, nullptr);
  EXPECT_EQ(own->AddFile(L"id", content.url.c_str(), 0, nullptr,
                         IID_IBackgroundCopyJob, &object),
            E_NOINTERFACE);
  {
    Com<IDeliveryOptimizationFile> file;
    ASSERT_EQ(own->AddFile(L"id", content.url.c_str(), 0, nullptr,
                           IID_PPV_ARGS(&file)),
              S_OK);
    EXPECT_EQ(job->Resume(), DO_E_FILE_DOWNLOADSINK_UNSPECIFIED);
  }
  EXPECT_EQ(job->Resume(), DO_E_EMPTY);
}

TEST_F(DeliveryQueueTest, AWrongSizeIsAnError) {
  const Content content = MakeContent("sized", 4000);
  const Com<IBackgroundCopyJob> job = MakeDelivery();
  ASSERT_EQ(As<IDeliveryOptimizationJob>(job.Get())->AddFileWithRanges(
                L"id", content.url.c_str(), WidePath("got").c_str(), 0, nullptr,
                4001),
            S_OK);
  ASSERT_EQ(job->Resume(), S_OK);
  ASSERT_TRUE(Reaches(job.Get(), BG_JOB_STATE_ERROR));
  VARIANT code;
  VariantInit(&code);
  ASSERT_EQ(As<IDeliveryOptimizationJob2>(job.Get())->GetProperty(
                DOJobPropertyId_ExtendedErrorInfo, &code),
            S_OK);
  EXPECT_EQ(code.vt, VT_UI4);
  EXPECT_EQ(code.ulVal, 0x80D0681Du);
}

}  // namespace
}  // namespace convoy::testing
