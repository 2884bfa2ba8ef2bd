// IDOManager and IDODownload against a real daemon and a real origin. A number
// in a test's name is that of a fact that programs rely on
// (client/delivery_optimization/README.md).
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/delivery_optimization_caller.h"
#include "tests/delivery_optimization_world.h"

namespace convoy::testing {
namespace {

using Microsoft::WRL::ComPtr;

bool Exists(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0;
}

// An origin so slow that a download is seen while it runs.
Nginx::Options Slow() {
  Nginx::Options options;
  options.rate = "100k";
  return options;
}

// A file at `origin`, and its URL.
std::wstring Serve(Nginx& origin, const std::string& name, std::size_t size) {
  WriteFile(origin.root() + "/" + name, RandomBytes(size, size));
  return Wide(origin.Url(name));
}

TEST_F(DeliveryOptimizationTest, OneClassGivesBothManagers) {
  ComPtr<IDOManager> downloads;
  ASSERT_EQ(CoCreateInstance(CLSID_DeliveryOptimization, nullptr, CLSCTX_ALL,
                             IID_PPV_ARGS(&downloads)),
            S_OK);
  const auto jobs = As<IBackgroundCopyManager>(downloads.Get());
  EXPECT_EQ(As<IDOManager>(jobs.Get()), downloads);
  EXPECT_EQ(As<IUnknown>(jobs.Get()), As<IUnknown>(downloads.Get()));
  // The DO flavour's codes.
  ComPtr<IBackgroundCopyJob> job;
  EXPECT_EQ(jobs->GetJob(IID_IUnknown, &job), DO_E_JOB_NOT_FOUND);
}

TEST_F(DeliveryOptimizationTest, QueuesOfJobsAndDownloadsAreApart) {
  const Content content = MakeContent("apart");
  const auto download = TransferredDownload(content.url, WidePath("apart"));
  ComPtr<IDOManager> downloads;
  ASSERT_EQ(CoCreateInstance(CLSID_DeliveryOptimization, nullptr, CLSCTX_ALL,
                             IID_PPV_ARGS(&downloads)),
            S_OK);
  for (IBackgroundCopyManager* jobs :
       {manager(), As<IBackgroundCopyManager>(downloads.Get()).Get()}) {
    ComPtr<IEnumBackgroundCopyJobs> all;
    ASSERT_EQ(jobs->EnumJobs(0, &all), S_OK);
    ULONG count = 1;
    EXPECT_EQ(all->GetCount(&count), S_OK);
    EXPECT_EQ(count, 0u);
  }
}

TEST_F(DeliveryOptimizationTest, ProgramInCFetchesAFile) {
  const Content content = MakeContent("in-c");
  EXPECT_EQ(DownloadInC(content.url.c_str(), WidePath("in-c").c_str()), S_OK);
  EXPECT_EQ(ReadFile(Path("in-c")), content.bytes);
}

TEST_F(DeliveryOptimizationTest, Fact80_ProxyBlanketsAreTaken) {
  const auto download = Make();
  for (IUnknown* object : {static_cast<IUnknown*>(downloads()),
                           static_cast<IUnknown*>(download.Get())}) {
    EXPECT_EQ(CoSetProxyBlanket(
                  object, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_NONE,
                  COLE_DEFAULT_PRINCIPAL, RPC_C_AUTHN_LEVEL_DEFAULT,
                  RPC_C_IMP_LEVEL_IMPERSONATE, nullptr, EOAC_STATIC_CLOAKING),
              S_OK);
    ComPtr<IClientSecurity> security;
    EXPECT_EQ(object->QueryInterface(IID_PPV_ARGS(&security)), E_NOINTERFACE);
  }
}

TEST_F(DeliveryOptimizationTest, Fact81_StartWithoutRangesIsTheWholeFile) {
  const Content content = MakeContent("whole");
  const auto by_count = TransferredDownload(content.url, WidePath("count"));
  EXPECT_EQ(StatusOf(by_count.Get()).BytesTransferred, content.bytes.size());
  const auto by_null = Make(content.url, WidePath("null"));
  EXPECT_EQ(by_null->Start(nullptr), S_OK);
  ASSERT_TRUE(Reaches(by_null.Get(), DODownloadState_Transferred));
  EXPECT_EQ(by_null->Finalize(), S_OK);
  EXPECT_EQ(ReadFile(Path("null")), content.bytes);
}

TEST_F(DeliveryOptimizationTest, Fact81_StartOfAPausedOneGoesOn) {
  Nginx origin(Slow());
  const auto download =
      Make(Serve(origin, "file", 20'000'000), WidePath("paused"));
  ASSERT_EQ(Start(download.Get()), S_OK);
  EXPECT_EQ(StatusOf(download.Get()).State, DODownloadState_Transferring);
  EXPECT_EQ(download->Start(nullptr), DO_E_INVALID_STATE);
  EXPECT_EQ(download->Pause(), S_OK);
  EXPECT_EQ(StatusOf(download.Get()).State, DODownloadState_Paused);
  EXPECT_EQ(StatusOf(download.Get()).Error, S_OK);
  EXPECT_EQ(Start(download.Get(), {{0, 10}}), DO_E_DOWNLOAD_RANGES_UNEXPECTED);
  EXPECT_EQ(download->Start(nullptr), S_OK);
  EXPECT_EQ(StatusOf(download.Get()).State, DODownloadState_Transferring);
}

TEST_F(DeliveryOptimizationTest, Fact82_AFatalErrorIsInErrorAndPaused) {
  const auto download = Make(Wide(origin().Url("none")), WidePath("none"));
  ASSERT_EQ(Start(download.Get()), S_OK);
  ASSERT_TRUE(Reaches(download.Get(), DODownloadState_Paused));
  const DO_DOWNLOAD_STATUS status = StatusOf(download.Get());
  EXPECT_EQ(status.Error, HTTP_E_STATUS_NOT_FOUND);
  EXPECT_EQ(status.ExtendedError, HTTP_E_STATUS_NOT_FOUND);
}

TEST_F(DeliveryOptimizationTest, Fact82_ATransientErrorIsInExtendedErrorAlone) {
  const std::wstring url =
      L"http://127.0.0.1:" + std::to_wstring(FreePort()) + L"/file";
  const auto download = Make(url, WidePath("transient"));
  ASSERT_EQ(Start(download.Get()), S_OK);
  ASSERT_TRUE(Reaches(download.Get(), DODownloadState_Paused));
  const DO_DOWNLOAD_STATUS status = StatusOf(download.Get());
  EXPECT_EQ(status.Error, S_OK);
  EXPECT_TRUE(FAILED(status.ExtendedError));
}

TEST_F(DeliveryOptimizationTest, Fact83_TheFileAppearsAtFinalize) {
  const Content content = MakeContent("final");
  const auto download = Make(content.url, WidePath("final"));
  EXPECT_EQ(download->Finalize(), DO_E_INVALID_STATE);
  ASSERT_EQ(Start(download.Get()), S_OK);
  ASSERT_TRUE(Reaches(download.Get(), DODownloadState_Transferred));
  EXPECT_FALSE(Exists(Path("final")));
  EXPECT_EQ(download->Finalize(), S_OK);
  EXPECT_EQ(ReadFile(Path("final")), content.bytes);
  EXPECT_EQ(StatusOf(download.Get()).State, DODownloadState_Finalized);
  EXPECT_EQ(download->Start(nullptr), DO_E_INVALID_STATE);
  EXPECT_EQ(download->Abort(), DO_E_INVALID_STATE);
  EXPECT_EQ(download->Pause(), DO_E_INVALID_STATE);
}

TEST_F(DeliveryOptimizationTest, Fact83_AbortRemovesWhatCame) {
  const Content content = MakeContent("abort");
  const auto download = TransferredDownload(content.url, WidePath("abort"));
  EXPECT_EQ(download->Abort(), S_OK);
  EXPECT_EQ(StatusOf(download.Get()).State, DODownloadState_Aborted);
  EXPECT_EQ(download->Abort(), DO_E_INVALID_STATE);
  EXPECT_TRUE(std::filesystem::is_empty(Path("")));
}

TEST_F(DeliveryOptimizationTest, Fact84_TheCallbackIsToldOfTransferred) {
  const Content content = MakeContent("told");
  const auto callback = Microsoft::WRL::Make<StatusCallback>(
      [](IDODownload* download, const DO_DOWNLOAD_STATUS& status) {
        DO_DOWNLOAD_STATUS now;
        EXPECT_EQ(download->GetStatus(&now), S_OK);
        if (status.State == DODownloadState_Transferred) {
          EXPECT_EQ(download->Finalize(), S_OK);
        }
      });
  const auto download = Make(content.url, WidePath("told"));
  ASSERT_EQ(SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                      callback.Get()),
            S_OK);
  ASSERT_EQ(Start(download.Get()), S_OK);
  EXPECT_TRUE(
      Eventually([&] { return callback->Saw(DODownloadState_Finalized); }));
  EXPECT_TRUE(callback->Saw(DODownloadState_Transferred));
  EXPECT_EQ(ReadFile(Path("told")), content.bytes);
}

TEST_F(DeliveryOptimizationTest, TheCallbackEndsTheLoopOfTheThreadThatSetIt) {
  const Content content = MakeContent("loop");
  const auto callback = Microsoft::WRL::Make<StatusCallback>(
      [](IDODownload*, const DO_DOWNLOAD_STATUS& status) {
        if (status.State == DODownloadState_Transferred) PostQuitMessage(3);
      });
  const auto download = Make(content.url, WidePath("loop"));
  ASSERT_EQ(SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                      callback.Get()),
            S_OK);
  ASSERT_EQ(Start(download.Get()), S_OK);
  MSG message = {};
  EXPECT_FALSE(GetMessage(&message, nullptr, 0, 0));
  EXPECT_EQ(message.wParam, 3u);
  EXPECT_EQ(download->Finalize(), S_OK);
}

TEST_F(DeliveryOptimizationTest, Fact84_TheCallbackMayPause) {
  Nginx origin(Slow());
  WriteFile(origin.root() + "/file", std::string(1'000'000, 'x'));
  std::atomic<HRESULT> paused{E_PENDING};
  const auto callback = Microsoft::WRL::Make<StatusCallback>(
      [&paused](IDODownload* download, const DO_DOWNLOAD_STATUS& status) {
        if (status.State == DODownloadState_Transferring && paused != S_OK) {
          paused = download->Pause();
        }
      });
  const auto download = Make(Wide(origin.Url("file")), WidePath("pause"));
  ASSERT_EQ(SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                      callback.Get()),
            S_OK);
  ASSERT_EQ(Start(download.Get()), S_OK);
  EXPECT_TRUE(Reaches(download.Get(), DODownloadState_Paused));
  EXPECT_TRUE(
      Eventually([&] { return callback->Saw(DODownloadState_Paused); }));
  EXPECT_EQ(paused, S_OK);
  const DO_DOWNLOAD_STATUS status = StatusOf(download.Get());
  EXPECT_EQ(status.Error, S_OK);
  EXPECT_EQ(status.ExtendedError, S_OK);
  EXPECT_EQ(
      SetObject(download.Get(), DODownloadProperty_CallbackInterface, nullptr),
      S_OK);
}

TEST_F(DeliveryOptimizationTest, Fact84_ACallbackSetAfterwardsIsToldToo) {
  const Content content = MakeContent("late");
  const auto download = TransferredDownload(content.url, WidePath("late"));
  const auto callback = Microsoft::WRL::Make<StatusCallback>();
  ASSERT_EQ(SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                      callback.Get()),
            S_OK);
  EXPECT_TRUE(
      Eventually([&] { return callback->Saw(DODownloadState_Transferred); }));
}

TEST_F(DeliveryOptimizationTest, Fact84_AReplacedCallbackIsNotCalledAgain) {
  Nginx::Options slow;
  slow.rate = "20k";
  Nginx origin(slow);
  const auto download = Make(Serve(origin, "file", 200'000), WidePath("two"));
  const auto first = Microsoft::WRL::Make<StatusCallback>();
  const auto second = Microsoft::WRL::Make<StatusCallback>();
  SetObject(download.Get(), DODownloadProperty_CallbackInterface, first.Get());
  ASSERT_EQ(Start(download.Get()), S_OK);
  ASSERT_TRUE(Eventually([&] { return !first->states().empty(); }));
  EXPECT_EQ(SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                      second.Get()),
            S_OK);
  EXPECT_TRUE(
      Eventually([&] { return second->Saw(DODownloadState_Transferred); }));
  EXPECT_FALSE(first->Saw(DODownloadState_Transferred));
  // Only this test still holds it.
  first->AddRef();
  EXPECT_EQ(first->Release(), 1u);
}

TEST_F(DeliveryOptimizationTest, Fact85_NoCallbackIsOneToo) {
  const auto download = Make();
  EXPECT_EQ(
      SetObject(download.Get(), DODownloadProperty_CallbackInterface, nullptr),
      S_OK);
}

TEST_F(DeliveryOptimizationTest, Fact85_TheCallersVariantStaysTheCallers) {
  const auto download = Make();
  const auto stream = Microsoft::WRL::Make<SinkStream>();
  EXPECT_EQ(SetObject(download.Get(), DODownloadProperty_StreamInterface,
                      static_cast<IStream*>(stream.Get())),
            S_OK);
  stream->AddRef();
  EXPECT_EQ(stream->Release(), 2u);
  // Set() frees its text at once.
  EXPECT_EQ(Set(download.Get(), DODownloadProperty_Uri, L"http://a/b"), S_OK);
  EXPECT_EQ(TextOf(download.Get(), DODownloadProperty_Uri), "http://a/b");
  VARIANT text;
  VariantInit(&text);
  text.vt = VT_BSTR;
  text.bstrVal = SysAllocString(L"kept");
  EXPECT_EQ(download->SetProperty(DODownloadProperty_DisplayName, &text), S_OK);
  EXPECT_STREQ(text.bstrVal, L"kept");
  VariantClear(&text);
}

TEST_F(DeliveryOptimizationTest, Fact86_AStreamNeedOnlyWrite) {
  const Content content = MakeContent("stream", 100'000);
  const auto stream = Microsoft::WRL::Make<SinkStream>();
  const auto download = Make(content.url);
  SetObject(download.Get(), DODownloadProperty_StreamInterface,
            static_cast<IStream*>(stream.Get()));
  ASSERT_EQ(Start(download.Get(), {{0, DO_LENGTH_TO_EOF}}), S_OK);
  ASSERT_TRUE(Reaches(download.Get(), DODownloadState_Transferred));
  EXPECT_EQ(stream->bytes(), content.bytes);
  EXPECT_EQ(download->Finalize(), S_OK);
  EXPECT_EQ(StatusOf(download.Get()).State, DODownloadState_Finalized);
}

TEST_F(DeliveryOptimizationTest, Fact86_AStreamThatFailsIsAnError) {
  const Content content = MakeContent("refused");
  for (const auto& [on_write, on_commit] :
       {std::make_pair(E_FAIL, S_OK), std::make_pair(S_OK, E_FAIL)}) {
    const auto stream = Microsoft::WRL::Make<SinkStream>(on_write, on_commit);
    const auto download = Make(content.url);
    SetObject(download.Get(), DODownloadProperty_StreamInterface,
              static_cast<IStream*>(stream.Get()));
    ASSERT_EQ(Start(download.Get(), {{0, 100}}), S_OK);
    EXPECT_TRUE(Eventually([&] {
      const DO_DOWNLOAD_STATUS status = StatusOf(download.Get());
      return status.State == DODownloadState_Paused && status.Error == E_FAIL;
    }));
    EXPECT_EQ(download->Finalize(), DO_E_INVALID_STATE);
    EXPECT_EQ(download->Abort(), S_OK);
  }
}

TEST_F(DeliveryOptimizationTest, Fact87_EnumDownloadsFindsByProperty) {
  const Content content = MakeContent("found");
  const auto download = Make(content.url, WidePath("found"));
  Set(download.Get(), DODownloadProperty_DisplayName, L"a name");
  Set(download.Get(), DODownloadProperty_ContentId, L"content");
  ASSERT_EQ(Start(download.Get()), S_OK);
  const std::string id = TextOf(download.Get(), DODownloadProperty_Id);
  const std::vector<std::pair<DODownloadProperty, std::wstring>> all = {
      {DODownloadProperty_Id, Wide(id)},
      {DODownloadProperty_Id, L"{" + Wide(id) + L"}"},
      {DODownloadProperty_Uri, content.url},
      {DODownloadProperty_ContentId, L"content"},
      {DODownloadProperty_DisplayName, L"a name"},
      {DODownloadProperty_LocalPath, WidePath("found")},
  };
  for (const auto& [property, value] : all) {
    int found = 0;
    EXPECT_EQ(Count(property, value, &found), S_OK) << property;
    EXPECT_EQ(found, 1) << property;
  }
}

TEST_F(DeliveryOptimizationTest, Fact87_NoMatchByIdIsNoDownloads) {
  int found = 0;
  EXPECT_EQ(Count(DODownloadProperty_Id,
                  L"4991d34b-80a1-4291-83b6-3328366b9097", &found),
            DO_E_NO_DOWNLOADS);
  // A program counts so before its first download.
  EXPECT_EQ(Count(DODownloadProperty_DisplayName, L"nobody", &found), S_OK);
  EXPECT_EQ(found, 0);
}

TEST_F(DeliveryOptimizationTest, Fact88_TheEndOfAnEnumerationIsASuccess) {
  const Content content = MakeContent("end");
  const auto download = TransferredDownload(content.url, WidePath("end"));
  ComPtr<IEnumUnknown> all;
  ASSERT_EQ(downloads()->EnumDownloads(nullptr, &all), S_OK);
  ComPtr<IUnknown> one;
  ULONG fetched = 7;
  EXPECT_EQ(all->Next(1, &one, &fetched), S_OK);
  EXPECT_EQ(fetched, 1u);
  const HRESULT end = all->Next(1, &one, &fetched);
  EXPECT_TRUE(SUCCEEDED(end));
  EXPECT_EQ(fetched, 0u);
}

TEST_F(DeliveryOptimizationTest, AFoundDownloadCanBeFinished) {
  const Content content = MakeContent("again");
  std::string id;
  {
    const auto download = TransferredDownload(content.url, WidePath("again"));
    id = TextOf(download.Get(), DODownloadProperty_Id);
  }
  const std::wstring wide_id = Wide(id);
  const DO_DOWNLOAD_ENUM_CATEGORY category = {DODownloadProperty_Id,
                                              wide_id.c_str()};
  ComPtr<IEnumUnknown> all;
  ASSERT_EQ(downloads()->EnumDownloads(&category, &all), S_OK);
  ComPtr<IUnknown> one;
  ASSERT_EQ(all->Next(1, &one, nullptr), S_OK);
  const auto found = As<IDODownload>(one.Get());
  EXPECT_EQ(TextOf(found.Get(), DODownloadProperty_LocalPath), Path("again"));
  EXPECT_EQ(found->Finalize(), S_OK);
  EXPECT_EQ(ReadFile(Path("again")), content.bytes);
}

TEST_F(DeliveryOptimizationTest, Fact89_ASecondDownloadToAPathAbortsTheFirst) {
  Nginx origin(Slow());
  const auto first = Make(Serve(origin, "file", 20'000'000), WidePath("same"));
  ASSERT_EQ(Start(first.Get()), S_OK);
  const Content content = MakeContent("second");
  const auto second = TransferredDownload(content.url, WidePath("same"));
  EXPECT_EQ(StatusOf(first.Get()).State, DODownloadState_Aborted);
  EXPECT_EQ(second->Finalize(), S_OK);
  EXPECT_EQ(ReadFile(Path("same")), content.bytes);
}

TEST_F(DeliveryOptimizationTest, Fact90_ALostTemporaryFileIsAnError) {
  Nginx origin(Slow());
  const auto download =
      Make(Serve(origin, "file", 20'000'000), WidePath("lost"));
  ASSERT_EQ(Start(download.Get()), S_OK);
  const std::string id = TextOf(download.Get(), DODownloadProperty_Id);
  std::string temporary;
  ASSERT_TRUE(Eventually([&] {
    temporary = daemon().Files(id)->at(0).temporary_path();
    return !temporary.empty() && Exists(temporary);
  }));
  ASSERT_EQ(download->Pause(), S_OK);
  ASSERT_TRUE(std::filesystem::remove(temporary));
  ASSERT_EQ(download->Start(nullptr), S_OK);
  ASSERT_TRUE(Reaches(download.Get(), DODownloadState_Paused));
  EXPECT_EQ(StatusOf(download.Get()).Error,
            HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
}

TEST_F(DeliveryOptimizationTest, Fact91_APathThatIsNoneIsRefused) {
  const Content content = MakeContent("path");
  for (const wchar_t* path : {L"relative", L"?f309/./1", L"/tmp/../x"}) {
    const auto download = Make(content.url, path);
    const HRESULT result = Start(download.Get());
    EXPECT_TRUE(result == HRESULT_FROM_WIN32(ERROR_INVALID_NAME) ||
                result == E_ACCESSDENIED)
        << std::hex << result;
  }
}

TEST_F(DeliveryOptimizationTest, StartNeedsAUrlAndASink) {
  const auto without_url = Make(L"", WidePath("a"));
  EXPECT_EQ(Start(without_url.Get()), DO_E_DOWNLOAD_NO_URI);
  const auto without_sink = Make(L"http://127.0.0.1/");
  EXPECT_EQ(Start(without_sink.Get()), DO_E_FILE_DOWNLOADSINK_UNSPECIFIED);
  EXPECT_EQ(StatusOf(without_sink.Get()).State, DODownloadState_Created);
}

TEST_F(DeliveryOptimizationTest, Fact92_ValuesThatAreNoneAreRefused) {
  const auto download = Make();
  VARIANT value;
  VariantInit(&value);
  value.vt = VT_ARRAY | VT_UI1;
  value.parray = SafeArrayCreateVector(VT_UI1, 0, 100);
  EXPECT_EQ(download->SetProperty(DODownloadProperty_SecurityContext, &value),
            CRYPT_E_FILE_ERROR);
  VariantClear(&value);
  EXPECT_EQ(
      Set(download.Get(), DODownloadProperty_IntegrityCheckInfo, L"not JSON"),
      E_INVALIDARG);
  EXPECT_EQ(Set(download.Get(), DODownloadProperty_IntegrityCheckInfo,
                L"{\"PiecesHashFileUrl\": \"http://a/b.torrent\"}"),
            S_OK);
  EXPECT_EQ(SetNumber(download.Get(), DODownloadProperty_Uri, 1), E_INVALIDARG);
  EXPECT_EQ(SetNumber(download.Get(), DODownloadProperty_CostPolicy, 9),
            E_INVALIDARG);
}

TEST_F(DeliveryOptimizationTest, Fact93_AStreamGetsItsRanges) {
  const Content content = MakeContent("ranges", 5000);
  const auto stream = Microsoft::WRL::Make<SinkStream>();
  const auto download = Make(content.url);
  SetObject(download.Get(), DODownloadProperty_StreamInterface,
            static_cast<IStream*>(stream.Get()));
  EXPECT_EQ(Start(download.Get()), DO_E_DOWNLOAD_RANGES_EXPECTED);
  ASSERT_EQ(Start(download.Get(), {{0, 100}, {200, 1000}}), S_OK);
  ASSERT_TRUE(Reaches(download.Get(), DODownloadState_Transferred));
  EXPECT_EQ(stream->bytes(),
            content.bytes.substr(0, 100) + content.bytes.substr(200, 1000));
  const DO_DOWNLOAD_STATUS status = StatusOf(download.Get());
  EXPECT_EQ(status.BytesTotal, 1100u);
  EXPECT_EQ(status.BytesTransferred, 1100u);
  VARIANT size;
  EXPECT_EQ(Get(download.Get(), DODownloadProperty_TotalSizeBytes, &size),
            S_OK);
  EXPECT_EQ(size.vt, VT_UI8);
  EXPECT_EQ(size.ullVal, 1100u);
}

TEST_F(DeliveryOptimizationTest, RangesThatAreNoneAreRefused) {
  const Content content = MakeContent("bad-ranges");
  const auto overlapping = Make(content.url, WidePath("overlapping"));
  EXPECT_EQ(Start(overlapping.Get(), {{0, 100}, {50, 100}}),
            DO_E_OVERLAPPING_RANGES);
  const auto falling = Make(content.url, WidePath("falling"));
  EXPECT_EQ(Start(falling.Get(), {{50, 10}, {0, 10}}), DO_E_OVERLAPPING_RANGES);
  const auto empty = Make(content.url, WidePath("empty"));
  EXPECT_EQ(Start(empty.Get(), {{0, 0}}), DO_E_INVALID_RANGE);
}

TEST_F(DeliveryOptimizationTest, Fact94_PropertiesAreReadAsTheyWereWritten) {
  const Content content = MakeContent("properties");
  const auto download = Make(content.url, WidePath("properties"));
  const auto check = [&] {
    EXPECT_EQ(TextOf(download.Get(), DODownloadProperty_DisplayName), "name");
    EXPECT_EQ(TextOf(download.Get(), DODownloadProperty_CorrelationVector),
              "vector");
    EXPECT_EQ(TextOf(download.Get(), DODownloadProperty_HttpCustomHeaders),
              "X-One: 1\r\n");
    VARIANT value;
    EXPECT_EQ(
        Get(download.Get(), DODownloadProperty_ForegroundPriority, &value),
        S_OK);
    EXPECT_EQ(value.vt, VT_BOOL);
    EXPECT_EQ(value.boolVal, VARIANT_TRUE);
    EXPECT_EQ(Get(download.Get(), DODownloadProperty_CostPolicy, &value), S_OK);
    EXPECT_EQ(value.vt, VT_UI4);
    EXPECT_EQ(value.ulVal, static_cast<ULONG>(DODownloadCostPolicy_Standard));
    EXPECT_EQ(Get(download.Get(), DODownloadProperty_NoProgressTimeoutSeconds,
                  &value),
              S_OK);
    EXPECT_EQ(value.ulVal, 77u);
  };
  Set(download.Get(), DODownloadProperty_DisplayName, L"name");
  Set(download.Get(), DODownloadProperty_CorrelationVector, L"vector");
  Set(download.Get(), DODownloadProperty_HttpCustomHeaders, L"X-One: 1\r\n");
  SetBool(download.Get(), DODownloadProperty_ForegroundPriority, true);
  SetNumber(download.Get(), DODownloadProperty_CostPolicy,
            DODownloadCostPolicy_Standard);
  SetNumber(download.Get(), DODownloadProperty_NoProgressTimeoutSeconds, 77);
  check();
  const std::string id = TextOf(download.Get(), DODownloadProperty_Id);
  EXPECT_EQ(id.size(), 36u);
  ASSERT_EQ(Start(download.Get()), S_OK);
  ASSERT_TRUE(Reaches(download.Get(), DODownloadState_Transferred));
  check();
  EXPECT_EQ(TextOf(download.Get(), DODownloadProperty_Id), id);
  EXPECT_EQ(Set(download.Get(), DODownloadProperty_DisplayName, L"other"),
            S_OK);
  EXPECT_EQ(TextOf(download.Get(), DODownloadProperty_DisplayName), "other");
  EXPECT_EQ(Set(download.Get(), DODownloadProperty_LocalPath, L"/tmp/other"),
            DO_E_INVALID_STATE);
}

TEST_F(DeliveryOptimizationTest, CellularNetworksAreLeftOutByTheirCost) {
  const Content content = MakeContent("cellular");
  const auto download = Make(content.url, WidePath("cellular"));
  const auto flags = [] {
    grpc::ClientContext context;
    v1::ListJobsResponse jobs;
    EXPECT_TRUE(daemon().jobs().ListJobs(&context, {}, &jobs).ok());
    EXPECT_EQ(jobs.jobs_size(), 1);
    return jobs.jobs_size() == 1 ? jobs.jobs(0).cost_flags() : 0;
  };
  const auto set_policy = [&](DODownloadCostPolicy policy) {
    return SetNumber(download.Get(), DODownloadProperty_CostPolicy,
                     static_cast<UINT>(policy));
  };
  const auto disallow = [&](bool disallowed) {
    return SetBool(download.Get(), DODownloadProperty_DisallowOnCellular,
                   disallowed);
  };
  ASSERT_EQ(disallow(true), S_OK);
  ASSERT_EQ(Start(download.Get()), S_OK);
  EXPECT_EQ(flags(), BITS_JOB_TRANSFER_POLICY_STANDARD);
  ASSERT_EQ(set_policy(DODownloadCostPolicy_NoRoaming), S_OK);
  EXPECT_EQ(flags(), BITS_JOB_TRANSFER_POLICY_STANDARD);
  ASSERT_EQ(set_policy(DODownloadCostPolicy_Unrestricted), S_OK);
  EXPECT_EQ(flags(), BITS_JOB_TRANSFER_POLICY_UNRESTRICTED);
  ASSERT_EQ(set_policy(DODownloadCostPolicy_NoRoaming), S_OK);
  ASSERT_EQ(disallow(false), S_OK);
  EXPECT_EQ(flags(), BITS_JOB_TRANSFER_POLICY_NOT_ROAMING);
  VARIANT value;
  ASSERT_EQ(Get(download.Get(), DODownloadProperty_CostPolicy, &value), S_OK);
  EXPECT_EQ(value.ulVal, static_cast<ULONG>(DODownloadCostPolicy_NoRoaming));
}

TEST_F(DeliveryOptimizationTest, AuthHeadersAreReadByWhoSetThem) {
  const Content content = MakeContent("auth");
  const auto download = Make(content.url, WidePath("auth"));
  const auto plain = Make(content.url, WidePath("plain"));
  ASSERT_EQ(Set(download.Get(), DODownloadProperty_HttpCustomHeaders,
                L"X-One: 1\r\n"),
            S_OK);
  ASSERT_EQ(
      Set(plain.Get(), DODownloadProperty_HttpCustomHeaders, L"X-One: 1\r\n"),
      S_OK);
  ASSERT_EQ(Set(download.Get(), DODownloadProperty_HttpCustomAuthHeaders,
                L"Authorization: secret\r\n"),
            S_OK);
  ASSERT_EQ(Start(download.Get()), S_OK);
  ASSERT_EQ(Start(plain.Get()), S_OK);
  EXPECT_EQ(TextOf(download.Get(), DODownloadProperty_HttpCustomAuthHeaders),
            "Authorization: secret\r\n");
  EXPECT_EQ(TextOf(plain.Get(), DODownloadProperty_HttpCustomAuthHeaders), "");
  // The daemon tells them to nobody.
  const std::wstring path = WidePath("auth");
  const DO_DOWNLOAD_ENUM_CATEGORY category = {DODownloadProperty_LocalPath,
                                              path.c_str()};
  ComPtr<IEnumUnknown> all;
  ASSERT_EQ(downloads()->EnumDownloads(&category, &all), S_OK);
  ComPtr<IUnknown> one;
  ASSERT_EQ(all->Next(1, &one, nullptr), S_OK);
  VARIANT value;
  EXPECT_EQ(Get(As<IDODownload>(one.Get()).Get(),
                DODownloadProperty_HttpCustomAuthHeaders, &value),
            E_ACCESSDENIED);
}

TEST_F(DeliveryOptimizationTest, PropertiesKnowWhoMayReadAndWriteThem) {
  const auto download = Make();
  VARIANT value;
  EXPECT_EQ(Set(download.Get(), DODownloadProperty_Id, L"x"),
            DO_E_READ_ONLY_PROPERTY);
  EXPECT_EQ(SetNumber(download.Get(), DODownloadProperty_HttpStatusCode, 1),
            DO_E_READ_ONLY_PROPERTY);
  for (const DODownloadProperty property :
       {DODownloadProperty_SecurityFlags, DODownloadProperty_NetworkToken,
        DODownloadProperty_SecurityContext, DODownloadProperty_DecryptionInfo,
        DODownloadProperty_IntegrityCheckInfo}) {
    EXPECT_EQ(Get(download.Get(), property, &value), DO_E_WRITE_ONLY_PROPERTY);
  }
  const auto none = static_cast<DODownloadProperty>(1000);
  EXPECT_EQ(Get(download.Get(), none, &value), DO_E_UNKNOWN_PROPERTY_ID);
  EXPECT_EQ(SetBool(download.Get(), none, true), DO_E_UNKNOWN_PROPERTY_ID);
  EXPECT_EQ(download->GetProperty(DODownloadProperty_Uri, nullptr),
            E_INVALIDARG);
}

TEST_F(DeliveryOptimizationTest, TellsWhatTheServerAnswered) {
  const Content content = MakeContent("answer");
  const auto download = TransferredDownload(content.url, WidePath("answer"));
  VARIANT status;
  ASSERT_EQ(Get(download.Get(), DODownloadProperty_HttpStatusCode, &status),
            S_OK);
  EXPECT_EQ(status.vt, VT_UI4);
  EXPECT_THAT(status.ulVal, ::testing::AnyOf(200u, 206u));
  EXPECT_EQ(TextOf(download.Get(), DODownloadProperty_HttpServerIPAddress),
            "127.0.0.1");
  EXPECT_EQ(
      Wide(TextOf(download.Get(), DODownloadProperty_HttpRedirectionTarget)),
      content.url);
  EXPECT_THAT(TextOf(download.Get(), DODownloadProperty_HttpResponseHeaders),
              ::testing::HasSubstr("nginx"));
}

TEST_F(DeliveryOptimizationTest, TellsWhereARedirectLedTo) {
  const Content content = MakeContent("moved");
  Nginx::Options options;
  options.location = "return 302 " + origin().Url("moved") + ";";
  Nginx redirecting(options);
  const std::wstring given = Wide(redirecting.Url("from"));
  const auto download = TransferredDownload(given, WidePath("moved"));
  EXPECT_EQ(
      Wide(TextOf(download.Get(), DODownloadProperty_HttpRedirectionTarget)),
      content.url);
  EXPECT_EQ(Wide(TextOf(download.Get(), DODownloadProperty_Uri)), given);
}

TEST_F(DeliveryOptimizationTest, ABlockingStartReturnsAtTheEnd) {
  const Content content = MakeContent("blocking");
  const auto whole = Make(content.url, WidePath("blocking"));
  EXPECT_EQ(SetBool(whole.Get(), DODownloadProperty_BlockingMode, true), S_OK);
  EXPECT_EQ(Start(whole.Get()), S_OK);
  EXPECT_EQ(StatusOf(whole.Get()).State, DODownloadState_Transferred);
  const auto failing = Make(Wide(origin().Url("none")), WidePath("failing"));
  SetBool(failing.Get(), DODownloadProperty_BlockingMode, true);
  EXPECT_EQ(Start(failing.Get()), HTTP_E_STATUS_NOT_FOUND);
}

TEST_F(DeliveryOptimizationTest, CallbacksKeepToTheirFrequency) {
  Nginx origin(Slow());
  const auto download = Make(Serve(origin, "file", 300'000), WidePath("often"));
  const auto callback = Microsoft::WRL::Make<StatusCallback>();
  SetObject(download.Get(), DODownloadProperty_CallbackInterface,
            callback.Get());
  EXPECT_EQ(
      SetNumber(download.Get(), DODownloadProperty_CallbackFreqPercent, 101),
      E_INVALIDARG);
  EXPECT_EQ(
      SetNumber(download.Get(), DODownloadProperty_CallbackFreqPercent, 100),
      S_OK);
  ASSERT_EQ(Start(download.Get()), S_OK);
  ASSERT_TRUE(
      Eventually([&] { return callback->Saw(DODownloadState_Transferred); }));
  // One for each state (Transferring may be told before and after the start),
  // none for the bytes between.
  EXPECT_LE(callback->states().size(), 3u);
}

TEST_F(DeliveryOptimizationTest, AnIdAloneLeavesNothingBehind) {
  std::string id;
  {
    const auto download = Make();
    id = TextOf(download.Get(), DODownloadProperty_Id);
    EXPECT_EQ(daemon().Get(id)->state(), v1::JOB_STATE_SUSPENDED);
  }
  EXPECT_EQ(daemon().Get(id)->state(), v1::JOB_STATE_CANCELLED);
}

}  // namespace
}  // namespace convoy::testing
