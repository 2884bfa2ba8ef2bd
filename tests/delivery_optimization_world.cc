#include "tests/delivery_optimization_world.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace convoy::testing {

bool StatusCallback::Saw(DODownloadState state) const {
  MutexLock lock(&mutex_);
  return std::find(states_.begin(), states_.end(), state) != states_.end();
}

HRESULT SinkStream::Write(const void* from, ULONG size, ULONG*) {
  if (FAILED(on_write_)) return on_write_;
  MutexLock lock(&mutex_);
  bytes_.append(static_cast<const char*>(from), size);
  return on_write_;
}

void DeliveryOptimizationTest::SetUp() {
  BackgroundCopyTest::SetUp();
  ASSERT_EQ(CoCreateInstance(__uuidof(::DeliveryOptimization), nullptr,
                             CLSCTX_LOCAL_SERVER, IID_PPV_ARGS(&downloads_)),
            S_OK);
}

void DeliveryOptimizationTest::TearDown() {
  ComPtr<IEnumUnknown> all;
  if (downloads_ != nullptr &&
      SUCCEEDED(downloads_->EnumDownloads(nullptr, &all))) {
    ComPtr<IUnknown> one;
    ULONG fetched = 0;
    while (all->Next(1, &one, &fetched) == S_OK) {
      ComPtr<IDODownload> download;
      if (SUCCEEDED(one.As(&download))) download->Abort();
    }
  }
  BackgroundCopyTest::TearDown();
}

BackgroundCopyTest::ComPtr<IDODownload> DeliveryOptimizationTest::Make(
    const std::wstring& url, const std::wstring& path) {
  ComPtr<IDODownload> download;
  EXPECT_EQ(downloads_->CreateDownload(&download), S_OK);
  if (!url.empty()) {
    EXPECT_EQ(Set(download.Get(), DODownloadProperty_Uri, url), S_OK);
  }
  if (!path.empty()) {
    EXPECT_EQ(Set(download.Get(), DODownloadProperty_LocalPath, path), S_OK);
  }
  return download;
}

BackgroundCopyTest::ComPtr<IDODownload>
DeliveryOptimizationTest::TransferredDownload(const std::wstring& url,
                                              const std::wstring& path) {
  ComPtr<IDODownload> download = Make(url, path);
  EXPECT_EQ(Start(download.Get()), S_OK);
  EXPECT_TRUE(Reaches(download.Get(), DODownloadState_Transferred));
  return download;
}

HRESULT DeliveryOptimizationTest::Set(IDODownload* download,
                                      DODownloadProperty property,
                                      const std::wstring& text) {
  VARIANT value;
  VariantInit(&value);
  value.vt = VT_BSTR;
  value.bstrVal = SysAllocString(text.c_str());
  const HRESULT result = download->SetProperty(property, &value);
  // The library has its own copy.
  VariantClear(&value);
  return result;
}

HRESULT DeliveryOptimizationTest::SetBool(IDODownload* download,
                                          DODownloadProperty property,
                                          bool is_true) {
  VARIANT value;
  VariantInit(&value);
  value.vt = VT_BOOL;
  value.boolVal = is_true ? VARIANT_TRUE : VARIANT_FALSE;
  return download->SetProperty(property, &value);
}

HRESULT DeliveryOptimizationTest::SetNumber(IDODownload* download,
                                            DODownloadProperty property,
                                            UINT number) {
  VARIANT value;
  VariantInit(&value);
  value.vt = VT_UI4;
  value.ulVal = number;
  return download->SetProperty(property, &value);
}

HRESULT DeliveryOptimizationTest::SetObject(IDODownload* download,
                                            DODownloadProperty property,
                                            IUnknown* object) {
  VARIANT value;
  VariantInit(&value);
  value.vt = VT_UNKNOWN;
  value.punkVal = object;
  return download->SetProperty(property, &value);
}

HRESULT DeliveryOptimizationTest::Get(IDODownload* download,
                                      DODownloadProperty property,
                                      VARIANT* value) {
  VariantInit(value);
  return download->GetProperty(property, value);
}

std::string DeliveryOptimizationTest::TextOf(IDODownload* download,
                                             DODownloadProperty property) {
  VARIANT value;
  EXPECT_EQ(Get(download, property, &value), S_OK);
  EXPECT_EQ(value.vt, VT_BSTR);
  if (value.vt != VT_BSTR) return "";
  std::string text;
  for (UINT i = 0; i < SysStringLen(value.bstrVal); ++i) {
    text += static_cast<char>(value.bstrVal[i]);
  }
  VariantClear(&value);
  return text;
}

HRESULT DeliveryOptimizationTest::Start(
    IDODownload* download, const std::vector<DO_DOWNLOAD_RANGE>& ranges) {
  // The structure ends with one range of many.
  std::vector<char> space(sizeof(DO_DOWNLOAD_RANGES_INFO) +
                          ranges.size() * sizeof(DO_DOWNLOAD_RANGE));
  auto* const info = reinterpret_cast<DO_DOWNLOAD_RANGES_INFO*>(space.data());
  info->RangeCount = static_cast<UINT>(ranges.size());
  DO_DOWNLOAD_RANGE* const to = info->Ranges;
  std::copy(ranges.begin(), ranges.end(), to);
  return download->Start(info);
}

DO_DOWNLOAD_STATUS DeliveryOptimizationTest::StatusOf(IDODownload* download) {
  DO_DOWNLOAD_STATUS status = {};
  EXPECT_EQ(download->GetStatus(&status), S_OK);
  return status;
}

::testing::AssertionResult DeliveryOptimizationTest::Reaches(
    IDODownload* download, DODownloadState state, absl::Duration timeout) {
  DO_DOWNLOAD_STATUS status = {};
  if (Eventually(
          [&] {
            return SUCCEEDED(download->GetStatus(&status)) &&
                   status.State == state;
          },
          timeout)) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << "state " << status.State << ", error " << std::hex << status.Error
         << ", extended " << status.ExtendedError;
}

HRESULT DeliveryOptimizationTest::Count(DODownloadProperty property,
                                        const std::wstring& value, int* found) {
  *found = 0;
  const DO_DOWNLOAD_ENUM_CATEGORY category = {property, value.c_str()};
  ComPtr<IEnumUnknown> all;
  const HRESULT result = downloads_->EnumDownloads(&category, &all);
  if (FAILED(result)) return result;
  ComPtr<IUnknown> one;
  ULONG fetched = 0;
  while (SUCCEEDED(all->Next(1, one.ReleaseAndGetAddressOf(), &fetched)) &&
         fetched == 1) {
    ++*found;
  }
  return result;
}

}  // namespace convoy::testing
