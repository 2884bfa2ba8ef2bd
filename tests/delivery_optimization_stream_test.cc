// Files of Delivery Optimization's jobs whose bytes a stream gets
// (IDeliveryOptimizationFile2), and what vouches for them.
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/background_copy_callback.h"
#include "tests/delivery_optimization_world.h"

namespace convoy::testing {
namespace {

using Microsoft::WRL::ComPtr;

// Only what a sink must be; `on_write` is called from inside of Write.
class PlainSink final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          ISequentialStream> {
 public:
  explicit PlainSink(std::function<HRESULT()> on_write)
      : on_write_(std::move(on_write)) {}

  HRESULT STDMETHODCALLTYPE Write(const void* from, ULONG size,
                                  ULONG*) override {
    const HRESULT result = on_write_();
    if (FAILED(result)) return result;
    MutexLock lock(&mutex_);
    bytes_.append(static_cast<const char*>(from), size);
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Read(void*, ULONG, ULONG*) override {
    return E_NOTIMPL;
  }

  std::string bytes() {
    MutexLock lock(&mutex_);
    return bytes_;
  }
  // Nobody but the test holds it.
  bool IsReleased() {
    AddRef();
    return Release() == 1;
  }

 private:
  const std::function<HRESULT()> on_write_;
  Mutex mutex_;
  std::string bytes_ ABSL_GUARDED_BY(mutex_);
};

class FileStreamTest : public DeliveryOptimizationTest {
 protected:
  void SetUp() override {
    DeliveryOptimizationTest::SetUp();
    std::filesystem::create_directory(Path("tmp"));
    const char* const before = getenv("TMPDIR");
    if (before != nullptr) temporary_before_ = before;
    setenv("TMPDIR", Path("tmp").c_str(), 1);
    jobs_ = As<IBackgroundCopyManager>(downloads());
    GUID id;
    ASSERT_EQ(jobs_->CreateJob(L"streams", BG_JOB_TYPE_DOWNLOAD, &id, &job_),
              S_OK);
  }
  void TearDown() override {
    if (job_ != nullptr) job_->Cancel();
    if (temporary_before_.has_value()) {
      setenv("TMPDIR", temporary_before_->c_str(), 1);
    } else {
      unsetenv("TMPDIR");
    }
    DeliveryOptimizationTest::TearDown();
  }

  ComPtr<IDeliveryOptimizationFile2> AddFile(const std::wstring& url) {
    ComPtr<IDeliveryOptimizationFile2> file;
    EXPECT_EQ(As<IDeliveryOptimizationJob2>(job_.Get())
                  ->AddFile(L"id", url.c_str(), 0, nullptr,
                            IID_IDeliveryOptimizationFile2,
                            reinterpret_cast<void**>(file.GetAddressOf())),
              S_OK);
    return file;
  }
  static HRESULT SetObject(IDeliveryOptimizationFile2* file, IUnknown* object) {
    VARIANT value;
    VariantInit(&value);
    value.vt = VT_UNKNOWN;
    value.punkVal = object;
    return file->SetProperty(DOFilePropertyId_DownloadSinkInterface, &value);
  }
  static HRESULT SetText(IDeliveryOptimizationFile2* file, DOFilePropertyId id,
                         const std::wstring& text) {
    VARIANT value;
    VariantInit(&value);
    value.vt = VT_BSTR;
    value.bstrVal = SysAllocString(text.c_str());
    const HRESULT result = file->SetProperty(id, &value);
    VariantClear(&value);
    return result;
  }
  static HRESULT SetMandatory(IDeliveryOptimizationFile2* file) {
    VARIANT value;
    VariantInit(&value);
    value.vt = VT_BOOL;
    value.boolVal = VARIANT_TRUE;
    return file->SetProperty(DOFilePropertyId_IntegrityCheckMandatory, &value);
  }
  std::string JobId() {
    GUID id;
    EXPECT_EQ(job_->GetId(&id), S_OK);
    wchar_t text[40];
    StringFromGUID2(id, text, 40);
    std::string plain;
    for (const wchar_t* c = text; *c != L'\0'; ++c) {
      if (*c != L'{' && *c != L'}') plain += static_cast<char>(tolower(*c));
    }
    return plain;
  }
  IBackgroundCopyJob* job() { return job_.Get(); }

 private:
  ComPtr<IBackgroundCopyManager> jobs_;
  ComPtr<IBackgroundCopyJob> job_;
  std::optional<std::string> temporary_before_;
};

TEST_F(FileStreamTest, AFileGoesToAStreamAndAnotherToAPath) {
  const Content streamed = MakeContent("streamed", 300'000);
  const Content placed = MakeContent("placed", 3000);
  const auto stream = Microsoft::WRL::Make<SinkStream>();
  const auto by_stream = AddFile(streamed.url);
  const auto by_path = AddFile(placed.url);
  EXPECT_EQ(SetText(by_path.Get(), DOFilePropertyId_DownloadSinkFilePath,
                    WidePath("placed")),
            S_OK);
  EXPECT_EQ(job()->Resume(), DO_E_FILE_DOWNLOADSINK_UNSPECIFIED);
  ASSERT_EQ(SetObject(by_stream.Get(), static_cast<IStream*>(stream.Get())),
            S_OK);
  LPWSTR name = nullptr;
  ASSERT_EQ(As<IBackgroundCopyFile>(by_stream.Get())->GetLocalName(&name),
            S_OK);
  EXPECT_EQ(Take(name), "");
  VARIANT value;
  VariantInit(&value);
  ASSERT_EQ(
      by_stream->GetProperty(DOFilePropertyId_DownloadSinkInterface, &value),
      S_OK);
  ASSERT_EQ(value.vt, VT_UNKNOWN);
  ComPtr<IUnknown> held;
  held.Attach(value.punkVal);
  EXPECT_EQ(As<IUnknown>(held.Get()),
            As<IUnknown>(static_cast<IStream*>(stream.Get())));
  VariantInit(&value);
  ASSERT_EQ(
      by_path->GetProperty(DOFilePropertyId_DownloadSinkInterface, &value),
      S_OK);
  EXPECT_EQ(value.punkVal, nullptr);

  ASSERT_EQ(job()->Resume(), S_OK);
  ASSERT_TRUE(BackgroundCopyTest::Reaches(job(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_EQ(stream->bytes(), streamed.bytes);
  EXPECT_EQ(job()->Complete(), S_OK);
  EXPECT_EQ(BackgroundCopyTest::StateOf(job()), BG_JOB_STATE_ACKNOWLEDGED);
  EXPECT_EQ(ReadFile(Path("placed")), placed.bytes);
  EXPECT_TRUE(std::filesystem::is_empty(Path("tmp")));
}

TEST_F(FileStreamTest, AStreamGetsTheRangesOfItsFile) {
  const Content content = MakeContent("stream-ranges", 5000);
  const auto stream = Microsoft::WRL::Make<SinkStream>();
  BG_FILE_RANGE ranges[] = {{0, 100}, {200, 1000}};
  ComPtr<IDeliveryOptimizationFile2> file;
  ASSERT_EQ(
      As<IDeliveryOptimizationJob2>(job())->AddFile(
          L"id", content.url.c_str(), 2, ranges, IID_IDeliveryOptimizationFile2,
          reinterpret_cast<void**>(file.GetAddressOf())),
      S_OK);
  ASSERT_EQ(SetObject(file.Get(), static_cast<IStream*>(stream.Get())), S_OK);
  ASSERT_EQ(job()->Resume(), S_OK);
  ASSERT_TRUE(BackgroundCopyTest::Reaches(job(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_EQ(stream->bytes(),
            content.bytes.substr(0, 100) + content.bytes.substr(200, 1000));
}

TEST_F(FileStreamTest, TheJobIsTransferredWhenItsStreamHasAll) {
  const Content content = MakeContent("slow-stream");
  absl::Notification entered;
  absl::Notification leave;
  const auto stream = Microsoft::WRL::Make<PlainSink>([&] {
    if (!entered.HasBeenNotified()) entered.Notify();
    leave.WaitForNotification();
    return S_OK;
  });
  std::string when_told;
  RecordingCallback callback(
      [&](const std::string& what, IBackgroundCopyJob* told) -> HRESULT {
        if (what != "transferred") return S_OK;
        when_told = stream->bytes();
        return told->Complete();
      });
  const auto file = AddFile(content.url);
  ASSERT_EQ(SetObject(file.Get(), stream.Get()), S_OK);
  {
    const NotifyScope scope(job(), callback);
    ASSERT_EQ(job()->Resume(), S_OK);
    entered.WaitForNotification();
    ASSERT_TRUE(daemon().WaitFor(JobId(), {v1::JOB_STATE_TRANSFERRED}).ok());
    EXPECT_EQ(BackgroundCopyTest::StateOf(job()), BG_JOB_STATE_TRANSFERRING);
    EXPECT_EQ(callback.Count("transferred"), 0);
    leave.Notify();
    EXPECT_TRUE(BackgroundCopyTest::Reaches(job(), BG_JOB_STATE_ACKNOWLEDGED));
  }
  EXPECT_EQ(callback.Count("transferred"), 1);
  EXPECT_EQ(when_told, content.bytes);
  EXPECT_TRUE(Eventually([&] { return stream->IsReleased(); }));
}

TEST_F(FileStreamTest, Fact86_AStreamThatRefusesIsAnErrorAndCompleteFails) {
  const Content content = MakeContent("refusing");
  std::atomic<HRESULT> answer{E_FAIL};
  const auto stream =
      Microsoft::WRL::Make<PlainSink>([&] { return answer.load(); });
  RecordingCallback callback;
  const auto file = AddFile(content.url);
  ASSERT_EQ(SetObject(file.Get(), stream.Get()), S_OK);
  const NotifyScope scope(job(), callback);
  ASSERT_EQ(job()->Resume(), S_OK);
  ASSERT_TRUE(BackgroundCopyTest::Reaches(job(), BG_JOB_STATE_ERROR));
  EXPECT_TRUE(Eventually([&] { return callback.Count("error") == 1; }));
  ComPtr<IBackgroundCopyError> error;
  ASSERT_EQ(job()->GetError(&error), S_OK);
  BG_ERROR_CONTEXT context = BG_ERROR_CONTEXT_UNKNOWN;
  HRESULT code = S_OK;
  ASSERT_EQ(error->GetError(&context, &code), S_OK);
  EXPECT_EQ(context, BG_ERROR_CONTEXT_NONE);
  EXPECT_EQ(code, E_FAIL);
  VARIANT extended;
  VariantInit(&extended);
  ASSERT_EQ(As<IDeliveryOptimizationJob2>(job())->GetProperty(
                DOJobPropertyId_ExtendedErrorInfo, &extended),
            S_OK);
  EXPECT_EQ(extended.ulVal, static_cast<ULONG>(E_FAIL));
  EXPECT_EQ(job()->Complete(), E_FAIL);

  answer = S_OK;
  ASSERT_EQ(job()->Resume(), S_OK);
  ASSERT_TRUE(BackgroundCopyTest::Reaches(job(), BG_JOB_STATE_TRANSFERRED));
  EXPECT_EQ(stream->bytes(), content.bytes);
  EXPECT_EQ(job()->Complete(), S_OK);
  EXPECT_EQ(callback.Count("error"), 1);
}

TEST_F(FileStreamTest, AStreamMayCancelItsJob) {
  const Content content = MakeContent("cancelling");
  std::atomic<HRESULT> cancelled{E_PENDING};
  const auto stream = Microsoft::WRL::Make<PlainSink>([&] {
    cancelled = job()->Cancel();
    return S_OK;
  });
  {
    const auto file = AddFile(content.url);
    ASSERT_EQ(SetObject(file.Get(), stream.Get()), S_OK);
  }
  ASSERT_EQ(job()->Resume(), S_OK);
  EXPECT_TRUE(BackgroundCopyTest::Reaches(job(), BG_JOB_STATE_CANCELLED));
  EXPECT_TRUE(Eventually([&] { return stream->IsReleased(); }));
  EXPECT_EQ(cancelled, S_OK);
}

TEST_F(FileStreamTest, AFileHasOneSink) {
  const Content content = MakeContent("one-sink");
  const auto stream = Microsoft::WRL::Make<SinkStream>();
  IStream* const sink = stream.Get();
  const auto streamed = AddFile(content.url);
  EXPECT_EQ(SetObject(streamed.Get(), nullptr), E_INVALIDARG);
  EXPECT_EQ(SetObject(streamed.Get(), job()), E_INVALIDARG);
  ASSERT_EQ(SetObject(streamed.Get(), sink), S_OK);
  EXPECT_EQ(SetObject(streamed.Get(), sink),
            DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
  EXPECT_EQ(SetText(streamed.Get(), DOFilePropertyId_DownloadSinkFilePath,
                    WidePath("a")),
            DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
  const auto placed = AddFile(content.url);
  ASSERT_EQ(SetText(placed.Get(), DOFilePropertyId_DownloadSinkFilePath,
                    WidePath("b")),
            S_OK);
  EXPECT_EQ(SetObject(placed.Get(), sink), DO_E_FILE_DOWNLOADSINK_ALREADY_SET);
}

TEST_F(FileStreamTest, WhatVouchesForAFileIsSetBeforeItsSink) {
  const auto file = AddFile(L"http://127.0.0.1:9/vouched");
  const wchar_t kInfo[] = L"{\"PiecesHashFileUrl\": \"http://a/b.torrent\"}";
  EXPECT_EQ(SetText(file.Get(), DOFilePropertyId_IntegrityCheckInfo, L"none"),
            E_INVALIDARG);
  EXPECT_EQ(SetText(file.Get(), DOFilePropertyId_IntegrityCheckMandatory, L"1"),
            E_INVALIDARG);
  EXPECT_EQ(SetText(file.Get(), DOFilePropertyId_IntegrityCheckInfo, kInfo),
            S_OK);
  EXPECT_EQ(SetMandatory(file.Get()), S_OK);
  VARIANT value;
  VariantInit(&value);
  EXPECT_EQ(file->GetProperty(DOFilePropertyId_IntegrityCheckInfo, &value),
            DO_E_WRITE_ONLY_PROPERTY);
  ASSERT_EQ(SetText(file.Get(), DOFilePropertyId_DownloadSinkFilePath,
                    WidePath("vouched")),
            S_OK);
  EXPECT_EQ(file->GetProperty(DOFilePropertyId_IntegrityCheckMandatory, &value),
            S_OK);
  EXPECT_EQ(value.vt, VT_BOOL);
  EXPECT_EQ(value.boolVal, VARIANT_TRUE);
  const v1::JobFile made = daemon().Files(JobId())->at(0);
  EXPECT_EQ(made.manifest().location(), "http://a/b.torrent");
  EXPECT_EQ(made.required_integrity(), v1::INTEGRITY_MANDATORY);
  EXPECT_EQ(SetText(file.Get(), DOFilePropertyId_IntegrityCheckInfo, kInfo),
            DO_E_INVALID_STATE);
  EXPECT_EQ(SetMandatory(file.Get()), DO_E_INVALID_STATE);
}

// Nothing vouches for the bytes.
TEST_F(FileStreamTest, AMandatoryCheckThatCannotBeMadeIsAnError) {
  const Content content = MakeContent("unvouched");
  const auto file = AddFile(content.url);
  ASSERT_EQ(SetMandatory(file.Get()), S_OK);
  ASSERT_EQ(SetText(file.Get(), DOFilePropertyId_DownloadSinkFilePath,
                    WidePath("unvouched")),
            S_OK);
  ASSERT_EQ(job()->Resume(), S_OK);
  EXPECT_TRUE(BackgroundCopyTest::Reaches(job(), BG_JOB_STATE_ERROR));
}

TEST_F(FileStreamTest, WhatIsNotOfferedSaysSo) {
  const auto file = AddFile(L"http://127.0.0.1:9/none");
  VARIANT value;
  VariantInit(&value);
  EXPECT_EQ(
      file->SetProperty(DOFilePropertyId_DownloadSinkMemoryStream, &value),
      DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED);
  EXPECT_EQ(
      file->GetProperty(DOFilePropertyId_DownloadSinkMemoryStream, &value),
      DO_E_MEMORYSTREAM_DOWNLOAD_NOT_SUPPORTED);
  EXPECT_EQ(SetText(file.Get(), DOFilePropertyId_DecryptionInfo, L"{}"),
            E_NOTIMPL);
  EXPECT_EQ(SetText(file.Get(), DOFilePropertyId_DecryptionInfo, L"none"),
            E_INVALIDARG);
  EXPECT_EQ(file->GetProperty(DOFilePropertyId_DecryptionInfo, &value),
            DO_E_WRITE_ONLY_PROPERTY);
  EXPECT_EQ(file->GetProperty(static_cast<DOFilePropertyId>(99), &value),
            DO_E_UNKNOWN_PROPERTY_ID);
}

}  // namespace
}  // namespace convoy::testing
