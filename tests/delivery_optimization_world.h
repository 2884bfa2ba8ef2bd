#ifndef CONVOY_TESTS_DELIVERY_OPTIMIZATION_WORLD_H_
#define CONVOY_TESTS_DELIVERY_OPTIMIZATION_WORLD_H_

#include <deliveryoptimization.h>
#include <oleauto.h>
#include <wrl.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "peer/base/mutex.h"
#include "tests/background_copy_world.h"

namespace convoy::testing {

// Notes what it is told; `on_status` is called from inside of the call.
class StatusCallback final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          IDODownloadStatusCallback> {
 public:
  using OnStatus = std::function<void(IDODownload*, const DO_DOWNLOAD_STATUS&)>;

  explicit StatusCallback(OnStatus on_status = nullptr)
      : on_status_(std::move(on_status)) {}

  HRESULT STDMETHODCALLTYPE OnStatusChange(
      IDODownload* download, const DO_DOWNLOAD_STATUS* status) override {
    if (on_status_ != nullptr) on_status_(download, *status);
    MutexLock lock(&mutex_);
    states_.push_back(status->State);
    return S_OK;
  }

  std::vector<DODownloadState> states() const {
    MutexLock lock(&mutex_);
    return states_;
  }
  bool Saw(DODownloadState state) const;

 private:
  const OnStatus on_status_;
  mutable Mutex mutex_;
  std::vector<DODownloadState> states_ ABSL_GUARDED_BY(mutex_);
};

// A sink as programs write them: only Write does something.
class SinkStream final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          Microsoft::WRL::ChainInterfaces<IStream, ISequentialStream>> {
 public:
  // What Write and Commit answer.
  explicit SinkStream(HRESULT on_write = S_OK, HRESULT on_commit = E_NOTIMPL)
      : on_write_(on_write), on_commit_(on_commit) {}

  // Leaves `written` as it is.
  HRESULT STDMETHODCALLTYPE Write(const void* from, ULONG size,
                                  ULONG* written) override;
  HRESULT STDMETHODCALLTYPE Commit(DWORD) override { return on_commit_; }

  HRESULT STDMETHODCALLTYPE Read(void*, ULONG, ULONG*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE Seek(LARGE_INTEGER, DWORD,
                                 ULARGE_INTEGER*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE SetSize(ULARGE_INTEGER) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE CopyTo(IStream*, ULARGE_INTEGER, ULARGE_INTEGER*,
                                   ULARGE_INTEGER*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE Revert() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE LockRegion(ULARGE_INTEGER, ULARGE_INTEGER,
                                       DWORD) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE UnlockRegion(ULARGE_INTEGER, ULARGE_INTEGER,
                                         DWORD) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE Stat(STATSTG*, DWORD) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Clone(IStream**) override { return E_NOTIMPL; }

  std::string bytes() const {
    MutexLock lock(&mutex_);
    return bytes_;
  }

 private:
  const HRESULT on_write_;
  const HRESULT on_commit_;
  mutable Mutex mutex_;
  std::string bytes_ ABSL_GUARDED_BY(mutex_);
};

// A program that uses Delivery Optimization.
class DeliveryOptimizationTest : public BackgroundCopyTest {
 protected:
  void SetUp() override;
  // Aborts the downloads that the test left.
  void TearDown() override;

  IDOManager* downloads() { return downloads_.Get(); }

  // Made, with a URL and a local path where they are given.
  ComPtr<IDODownload> Make(const std::wstring& url = L"",
                           const std::wstring& path = L"");
  // Made, started as a whole, in TRANSFERRED.
  ComPtr<IDODownload> TransferredDownload(const std::wstring& url,
                                          const std::wstring& path);

  static HRESULT Set(IDODownload* download, DODownloadProperty property,
                     const std::wstring& text);
  static HRESULT SetBool(IDODownload* download, DODownloadProperty property,
                         bool value);
  static HRESULT SetNumber(IDODownload* download, DODownloadProperty property,
                           UINT value);
  static HRESULT SetObject(IDODownload* download, DODownloadProperty property,
                           IUnknown* object);
  static HRESULT Get(IDODownload* download, DODownloadProperty property,
                     VARIANT* value);
  // The text of a property; fails the test if it has none.
  static std::string TextOf(IDODownload* download, DODownloadProperty property);

  static HRESULT Start(IDODownload* download,
                       const std::vector<DO_DOWNLOAD_RANGE>& ranges = {});
  static DO_DOWNLOAD_STATUS StatusOf(IDODownload* download);
  static ::testing::AssertionResult Reaches(IDODownload* download,
                                            DODownloadState state,
                                            absl::Duration timeout = kPatience);

  // EnumDownloads by a property; `found` is the number of its elements.
  HRESULT Count(DODownloadProperty property, const std::wstring& value,
                int* found);

 private:
  ComPtr<IDOManager> downloads_;
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_DELIVERY_OPTIMIZATION_WORLD_H_
