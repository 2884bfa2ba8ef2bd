#ifndef CONVOY_CLIENT_BACKGROUND_COPY_FILE_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_FILE_H_

#include <deliveryoptimization.h>
#include <objidl.h>
#include <wrl/client.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "client/background_copy/com_object.h"
#include "client/background_copy/job_access.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"
#include "peer/base/mutex.h"

namespace convoy::background_copy {

// IBackgroundCopyFile to IBackgroundCopyFile6; a file of Delivery Optimization
// as IDeliveryOptimizationFile and ...2 too. Asks the daemon at each call; a
// file whose job has left the history answers as it was when the object was
// made. Thread-safe.
//
// A file that IDeliveryOptimizationJob2::AddFile made has no place at first:
// the daemon hears of it when SetProperty(DOFilePropertyId_DownloadSinkFilePath
// or
// ...DownloadSinkInterface) gives it one.
class BackgroundCopyFile final
    : public ComObject<IBackgroundCopyFile6, IDeliveryOptimizationFile,
                       IDeliveryOptimizationFile2> {
 public:
  BackgroundCopyFile(JobAccess job, v1::JobFile file)
      : job_(std::move(job)), made_of_(std::move(file)), file_(&made_of_) {}
  // Without a path. Counted in `without_path` while it has none.
  BackgroundCopyFile(JobAccess job, v1::JobFile file,
                     std::shared_ptr<std::atomic<int>> without_path)
      : job_(std::move(job)),
        made_of_(std::move(file)),
        without_path_(std::move(without_path)),
        wanted_(made_of_),
        file_(&made_of_) {
    ++*without_path_;
  }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** object) override;

  // IBackgroundCopyFile
  HRESULT STDMETHODCALLTYPE GetRemoteName(LPWSTR* name) override;
  HRESULT STDMETHODCALLTYPE GetLocalName(LPWSTR* name) override;
  HRESULT STDMETHODCALLTYPE GetProgress(BG_FILE_PROGRESS* progress) override;

  // IBackgroundCopyFile2
  HRESULT STDMETHODCALLTYPE GetFileRanges(DWORD* count,
                                          BG_FILE_RANGE** ranges) override;
  HRESULT STDMETHODCALLTYPE SetRemoteName(LPCWSTR name) override;

  // IBackgroundCopyFile3
  HRESULT STDMETHODCALLTYPE GetTemporaryName(LPWSTR* name) override;
  HRESULT STDMETHODCALLTYPE SetValidationState(BOOL state) override;
  HRESULT STDMETHODCALLTYPE GetValidationState(BOOL* state) override;
  HRESULT STDMETHODCALLTYPE IsDownloadedFromPeer(BOOL* from_peer) override;

  // IBackgroundCopyFile4
  HRESULT STDMETHODCALLTYPE GetPeerDownloadStats(UINT64* from_origin,
                                                 UINT64* from_peers) override;

  // IBackgroundCopyFile5
  HRESULT STDMETHODCALLTYPE SetProperty(
      BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE value) override;
  HRESULT STDMETHODCALLTYPE GetProperty(
      BITS_FILE_PROPERTY_ID id, BITS_FILE_PROPERTY_VALUE* value) override;

  // IBackgroundCopyFile6
  HRESULT STDMETHODCALLTYPE UpdateDownloadPosition(UINT64 offset) override;
  HRESULT STDMETHODCALLTYPE
  RequestFileRanges(DWORD count, const BG_FILE_RANGE* ranges) override;
  HRESULT STDMETHODCALLTYPE
  GetFilledFileRanges(DWORD* count, BG_FILE_RANGE** ranges) override;

  // IDeliveryOptimizationFile, IDeliveryOptimizationFile2: file_delivery.cc.
  HRESULT STDMETHODCALLTYPE GetStats(DOSwarmStats* stats) override;
  HRESULT STDMETHODCALLTYPE GetProperty(DOFilePropertyId id,
                                        VARIANT* value) override;
  HRESULT STDMETHODCALLTYPE SetProperty(DOFilePropertyId id,
                                        const VARIANT* value) override;

 private:
  ~BackgroundCopyFile() override {
    if (without_path_ != nullptr && !HasPath()) --*without_path_;
  }

  // As the object was made, or as it was when it got its path.
  const v1::JobFile& made_of() const { return *file_.load(); }
  bool HasPath() const { return !made_of().local_path().empty(); }
  HRESULT Read(v1::JobFile* file) const;
  HRESULT Request(v1::RequestRangesRequest request);
  // Adds the file to the job. `stream` may be empty.
  HRESULT Place(const std::string& path,
                Microsoft::WRL::ComPtr<ISequentialStream> stream);
  // Changes what it will be. DO_E_INVALID_STATE: it has its place.
  HRESULT Want(const std::function<void(v1::JobFile& file)>& change);
  HRESULT SetPath(const VARIANT& value);
  HRESULT SetStream(const VARIANT& value);
  HRESULT SetSize(const VARIANT& value);
  HRESULT SetIntegrityInfo(const VARIANT& value);
  HRESULT SetIntegrityMandatory(const VARIANT& value);

  const JobAccess job_;
  const v1::JobFile made_of_;
  const std::shared_ptr<std::atomic<int>> without_path_;  // Null: has one.
  mutable Mutex mutex_;
  // Before it has a path: what it will be.
  v1::JobFile wanted_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<const v1::JobFile> placed_ ABSL_GUARDED_BY(mutex_);
  std::atomic<const v1::JobFile*> file_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_FILE_H_
