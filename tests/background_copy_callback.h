#ifndef CONVOY_TESTS_BACKGROUND_COPY_CALLBACK_H_
#define CONVOY_TESTS_BACKGROUND_COPY_CALLBACK_H_

#include <bits.h>
#include <wrl/client.h>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "gtest/gtest.h"
#include "peer/base/mutex.h"

namespace convoy::testing {

// A callback object as programs write them. Its count begins at 0, as in BITS'
// samples; it is not deleted by its last Release, so that tests can look at it.
class RecordingCallback final : public IBackgroundCopyCallback3 {
 public:
  // Called with "transferred", "error", "modification", "file", "ranges"; what
  // it returns the callback returns.
  using Reaction =
      std::function<HRESULT(const std::string& what, IBackgroundCopyJob* job)>;

  RecordingCallback() = default;
  explicit RecordingCallback(Reaction reaction)
      : reaction_(std::move(reaction)) {}

  ULONG references() const { return references_; }
  std::vector<std::string> Calls() {
    MutexLock lock(&mutex_);
    return calls_;
  }
  int Count(const std::string& what) {
    MutexLock lock(&mutex_);
    int count = 0;
    for (const std::string& call : calls_) count += call == what ? 1 : 0;
    return count;
  }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid,
                                           void** object) override {
    if (riid != IID_IUnknown && riid != IID_IBackgroundCopyCallback &&
        (only_first_ || (riid != IID_IBackgroundCopyCallback2 &&
                         riid != IID_IBackgroundCopyCallback3))) {
      return E_NOINTERFACE;
    }
    *object = this;
    AddRef();
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override { return --references_; }

  HRESULT STDMETHODCALLTYPE JobTransferred(IBackgroundCopyJob* job) override {
    return React("transferred", job);
  }
  HRESULT STDMETHODCALLTYPE JobError(IBackgroundCopyJob* job,
                                     IBackgroundCopyError* error) override {
    BG_ERROR_CONTEXT context;
    HRESULT code = S_OK;
    if (error == nullptr || FAILED(error->GetError(&context, &code)) ||
        SUCCEEDED(code)) {
      return React("error without a code", job);
    }
    return React("error", job);
  }
  HRESULT STDMETHODCALLTYPE JobModification(IBackgroundCopyJob* job,
                                            DWORD) override {
    return React("modification", job);
  }
  HRESULT STDMETHODCALLTYPE FileTransferred(IBackgroundCopyJob* job,
                                            IBackgroundCopyFile*) override {
    return React("file", job);
  }
  HRESULT STDMETHODCALLTYPE
  FileRangesTransferred(IBackgroundCopyJob* job, IBackgroundCopyFile*,
                        DWORD count, const BG_FILE_RANGE ranges[]) override {
    for (DWORD i = 0; i < count; ++i) range_bytes_ += ranges[i].Length;
    return React("ranges", job);
  }

  UINT64 range_bytes() const { return range_bytes_; }
  // Offers IBackgroundCopyCallback alone.
  void OfferOnlyTheFirst() { only_first_ = true; }

 private:
  HRESULT React(const std::string& what, IBackgroundCopyJob* job) {
    {
      MutexLock lock(&mutex_);
      calls_.push_back(what);
    }
    return reaction_ ? reaction_(what, job) : S_OK;
  }

  const Reaction reaction_;
  std::atomic<bool> only_first_{false};
  std::atomic<ULONG> references_{0};
  std::atomic<UINT64> range_bytes_{0};
  Mutex mutex_;
  std::vector<std::string> calls_ ABSL_GUARDED_BY(mutex_);
};

// Sets a job's callback, and takes it away at the end: the callback is not
// called, nor held, afterwards.
class NotifyScope {
 public:
  NotifyScope(IBackgroundCopyJob* job, RecordingCallback& callback)
      : job_(job) {
    EXPECT_EQ(job->SetNotifyInterface(&callback), S_OK);
  }
  ~NotifyScope() { job_->SetNotifyInterface(nullptr); }
  NotifyScope(const NotifyScope&) = delete;
  NotifyScope& operator=(const NotifyScope&) = delete;

 private:
  const Microsoft::WRL::ComPtr<IBackgroundCopyJob> job_;
};

}  // namespace convoy::testing

#endif  // CONVOY_TESTS_BACKGROUND_COPY_CALLBACK_H_
