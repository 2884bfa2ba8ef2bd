// Every property of a download, what a program can get wrong, callbacks that
// are taken away, and a daemon that goes.
#include <atomic>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/delivery_optimization_world.h"

namespace convoy::testing {
namespace {

using FaultTest = DeliveryOptimizationTest;
using Microsoft::WRL::ComPtr;
using ::testing::AnyOf;

enum class Access { kBoth, kRead, kWrite };

struct PropertyShape {
  DODownloadProperty property;
  VARTYPE type;
  Access access;
  // What a value of the right type is answered.
  HRESULT written = S_OK;
};

// As documented, but for what has no meaning here (E_NOTIMPL).
constexpr PropertyShape kProperties[] = {
    {DODownloadProperty_Id, VT_BSTR, Access::kRead},
    {DODownloadProperty_Uri, VT_BSTR, Access::kBoth},
    {DODownloadProperty_ContentId, VT_BSTR, Access::kBoth},
    {DODownloadProperty_DisplayName, VT_BSTR, Access::kBoth},
    {DODownloadProperty_LocalPath, VT_BSTR, Access::kBoth},
    {DODownloadProperty_HttpCustomHeaders, VT_BSTR, Access::kBoth},
    {DODownloadProperty_CostPolicy, VT_UI4, Access::kBoth},
    {DODownloadProperty_SecurityFlags, VT_UI4, Access::kWrite},
    {DODownloadProperty_CallbackFreqPercent, VT_UI4, Access::kBoth},
    {DODownloadProperty_CallbackFreqSeconds, VT_UI4, Access::kBoth},
    {DODownloadProperty_NoProgressTimeoutSeconds, VT_UI4, Access::kBoth},
    {DODownloadProperty_ForegroundPriority, VT_BOOL, Access::kBoth},
    {DODownloadProperty_BlockingMode, VT_BOOL, Access::kBoth},
    {DODownloadProperty_CallbackInterface, VT_UNKNOWN, Access::kBoth},
    {DODownloadProperty_StreamInterface, VT_UNKNOWN, Access::kBoth},
    {DODownloadProperty_SecurityContext, VT_ARRAY | VT_UI1, Access::kWrite,
     CRYPT_E_FILE_ERROR},
    {DODownloadProperty_NetworkToken, VT_BOOL, Access::kWrite},
    {DODownloadProperty_CorrelationVector, VT_BSTR, Access::kBoth},
    {DODownloadProperty_DecryptionInfo, VT_BSTR, Access::kWrite, E_NOTIMPL},
    {DODownloadProperty_IntegrityCheckInfo, VT_BSTR, Access::kWrite},
    {DODownloadProperty_IntegrityCheckMandatory, VT_BOOL, Access::kBoth},
    {DODownloadProperty_TotalSizeBytes, VT_UI8, Access::kBoth},
    {DODownloadProperty_DisallowOnCellular, VT_BOOL, Access::kBoth},
    {DODownloadProperty_HttpCustomAuthHeaders, VT_BSTR, Access::kBoth},
    {DODownloadProperty_HttpAllowSecureToNonSecureRedirect, VT_BOOL,
     Access::kBoth},
    {DODownloadProperty_NonVolatile, VT_BOOL, Access::kBoth},
    {DODownloadProperty_HttpRedirectionTarget, VT_BSTR, Access::kRead},
    {DODownloadProperty_HttpResponseHeaders, VT_BSTR, Access::kRead},
    {DODownloadProperty_HttpServerIPAddress, VT_BSTR, Access::kRead},
    {DODownloadProperty_HttpStatusCode, VT_UI4, Access::kRead},
};

// A value that the property takes.
VARIANT ValueFor(const PropertyShape& shape) {
  VARIANT value;
  VariantInit(&value);
  value.vt = shape.type;
  if (shape.type == VT_BSTR) {
    const bool is_json =
        shape.property == DODownloadProperty_DecryptionInfo ||
        shape.property == DODownloadProperty_IntegrityCheckInfo;
    value.bstrVal = SysAllocString(
        is_json ? L"{\"PiecesHashFileUrl\": \"http://a/b.torrent\"}" : L"A: b");
  } else if (shape.type == VT_UI8) {
    value.ullVal = 1000;
  } else if (shape.type == VT_BOOL) {
    value.boolVal = VARIANT_TRUE;
  } else if (shape.type == VT_UI4) {
    value.ulVal = 1;
  } else if (shape.type == (VT_ARRAY | VT_UI1)) {
    value.parray = SafeArrayCreateVector(VT_UI1, 0, 10);
  }
  return value;
}

TEST_F(FaultTest, EveryPropertyHasItsTypeAndAccess) {
  EXPECT_EQ(std::size(kProperties), 30u);
  for (const PropertyShape& shape : kProperties) {
    const auto download = Make();
    VARIANT value = ValueFor(shape);
    const HRESULT written = download->SetProperty(shape.property, &value);
    EXPECT_EQ(written, shape.access == Access::kRead ? DO_E_READ_ONLY_PROPERTY
                                                     : shape.written)
        << shape.property;
    VARIANT read;
    VariantInit(&read);
    const HRESULT result = download->GetProperty(shape.property, &read);
    if (shape.access == Access::kWrite) {
      EXPECT_EQ(result, DO_E_WRITE_ONLY_PROPERTY) << shape.property;
      EXPECT_EQ(read.vt, VT_EMPTY);
    } else {
      EXPECT_EQ(result, S_OK) << shape.property;
      EXPECT_EQ(read.vt, shape.type) << shape.property;
    }
    if (shape.access == Access::kBoth && shape.type == VT_BSTR) {
      EXPECT_STREQ(read.bstrVal, value.bstrVal) << shape.property;
    } else if (shape.access == Access::kBoth && shape.type == VT_UI4) {
      EXPECT_EQ(read.ulVal, 1u) << shape.property;
    } else if (shape.access == Access::kBoth && shape.type == VT_UI8) {
      EXPECT_EQ(read.ullVal, 1000u) << shape.property;
    } else if (shape.access == Access::kBoth && shape.type == VT_BOOL) {
      EXPECT_EQ(read.boolVal, VARIANT_TRUE) << shape.property;
    }
    VariantClear(&read);
    VariantClear(&value);
  }
}

TEST_F(FaultTest, NoPropertyTakesAValueOfAnotherType) {
  for (const PropertyShape& shape : kProperties) {
    if (shape.access == Access::kRead) continue;
    const auto download = Make();
    VARIANT value;
    VariantInit(&value);
    value.vt = VT_R8;
    value.dblVal = 1;
    EXPECT_EQ(download->SetProperty(shape.property, &value), E_INVALIDARG)
        << shape.property;
    EXPECT_EQ(download->SetProperty(shape.property, nullptr), E_INVALIDARG)
        << shape.property;
    if (shape.type != VT_BSTR) continue;
    // Half of a surrogate pair is no character.
    EXPECT_EQ(Set(download.Get(), shape.property, L"a\xD800"), E_INVALIDARG)
        << shape.property;
  }
}

TEST_F(FaultTest, NullIsRefused) {
  EXPECT_EQ(downloads()->CreateDownload(nullptr), E_INVALIDARG);
  EXPECT_EQ(downloads()->EnumDownloads(nullptr, nullptr), E_INVALIDARG);
  ComPtr<IEnumUnknown> all;
  const DO_DOWNLOAD_ENUM_CATEGORY no_value = {DODownloadProperty_Uri, nullptr};
  EXPECT_EQ(downloads()->EnumDownloads(&no_value, &all), E_INVALIDARG);
  const DO_DOWNLOAD_ENUM_CATEGORY no_key = {DODownloadProperty_CostPolicy,
                                            L"1"};
  EXPECT_EQ(downloads()->EnumDownloads(&no_key, &all), E_INVALIDARG);
  const auto download = Make();
  EXPECT_EQ(download->GetStatus(nullptr), E_INVALIDARG);
  EXPECT_EQ(download->GetProperty(DODownloadProperty_Id, nullptr),
            E_INVALIDARG);
  EXPECT_EQ(download->QueryInterface(IID_IUnknown, nullptr), E_POINTER);
}

TEST_F(FaultTest, ACallbackThatWasRemovedIsOver) {
  const Content content = MakeContent("removed");
  const auto download = TransferredDownload(content.url, WidePath("removed"));
  absl::Notification entered;
  absl::Notification leave;
  std::atomic<bool> left{false};
  const auto callback = Microsoft::WRL::Make<StatusCallback>(
      [&](IDODownload*, const DO_DOWNLOAD_STATUS&) {
        if (!entered.HasBeenNotified()) entered.Notify();
        leave.WaitForNotification();
        left = true;
      });
  ASSERT_EQ(SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                      callback.Get()),
            S_OK);
  entered.WaitForNotification();
  std::thread remover([&] {
    EXPECT_EQ(SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                        nullptr),
              S_OK);
    EXPECT_TRUE(left);
    // Only this test still holds it.
    callback->AddRef();
    EXPECT_EQ(callback->Release(), 1u);
  });
  leave.Notify();
  remover.join();
}

TEST_F(FaultTest, ACallbackMayRemoveItself) {
  const Content content = MakeContent("itself");
  const auto download = TransferredDownload(content.url, WidePath("itself"));
  std::atomic<int> calls{0};
  std::atomic<HRESULT> removed{E_PENDING};
  const auto callback = Microsoft::WRL::Make<StatusCallback>(
      [&](IDODownload* told, const DO_DOWNLOAD_STATUS&) {
        ++calls;
        removed =
            SetObject(told, DODownloadProperty_CallbackInterface, nullptr);
      });
  ASSERT_EQ(SetObject(download.Get(), DODownloadProperty_CallbackInterface,
                      callback.Get()),
            S_OK);
  EXPECT_TRUE(Eventually([&] { return removed == S_OK; }));
  EXPECT_EQ(download->Finalize(), S_OK);
  EXPECT_TRUE(Eventually([&] {
    callback->AddRef();
    return callback->Release() == 1;
  }));
  EXPECT_EQ(calls, 1);
}

TEST_F(FaultTest, ADownloadGoesOnOverKills) {
  Nginx::Options options;
  options.location = "limit_rate 1m;";
  Nginx origin(options);
  const std::string bytes = RandomBytes(2'000'000, 5);
  WriteFile(origin.root() + "/file", bytes);
  const auto callback = Microsoft::WRL::Make<StatusCallback>();
  const auto stream = Microsoft::WRL::Make<SinkStream>();
  const auto file = Make(Wide(origin.Url("file")), WidePath("got"));
  const auto sunk = Make(Wide(origin.Url("file")));
  ASSERT_EQ(SetObject(sunk.Get(), DODownloadProperty_StreamInterface,
                      static_cast<IStream*>(stream.Get())),
            S_OK);
  ASSERT_EQ(SetObject(file.Get(), DODownloadProperty_CallbackInterface,
                      callback.Get()),
            S_OK);
  ASSERT_EQ(Start(file.Get()), S_OK);
  ASSERT_EQ(Start(sunk.Get(), {{0, DO_LENGTH_TO_EOF}}), S_OK);
  DO_DOWNLOAD_STATUS status;
  for (int i = 0; i < 2; ++i) {
    daemon().Kill();
    EXPECT_EQ(file->GetStatus(&status),
              HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE));
    daemon().Start();
    ASSERT_TRUE(Eventually([&] { return file->GetStatus(&status) == S_OK; }));
  }
  ASSERT_TRUE(Reaches(sunk.Get(), DODownloadState_Transferred));
  ASSERT_TRUE(
      Eventually([&] { return callback->Saw(DODownloadState_Transferred); }));
  EXPECT_EQ(stream->bytes(), bytes);
  EXPECT_EQ(file->Finalize(), S_OK);
  EXPECT_EQ(ReadFile(Path("got")), bytes);
  EXPECT_TRUE(
      Eventually([&] { return callback->Saw(DODownloadState_Finalized); }));
  int told = 0;
  for (const DODownloadState state : callback->states()) {
    told += state == DODownloadState_Transferred ? 1 : 0;
  }
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace convoy::testing
