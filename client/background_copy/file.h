#ifndef CONVOY_CLIENT_BACKGROUND_COPY_FILE_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_FILE_H_

#include <deliveryoptimization.h>

#include <utility>

#include "client/background_copy/com_object.h"
#include "client/background_copy/job_access.h"
#include "convoy/v1/job.pb.h"
#include "convoy/v1/job_service.pb.h"

namespace convoy::background_copy {

// IBackgroundCopyFile to IBackgroundCopyFile6; a file of Delivery Optimization
// as IDeliveryOptimizationFile and ...2 too. Asks the daemon at each call; a
// file whose job has left the history answers as it was when the object was
// made. Thread-safe.
class BackgroundCopyFile final
    : public ComObject<IBackgroundCopyFile6, IDeliveryOptimizationFile,
                       IDeliveryOptimizationFile2> {
 public:
  BackgroundCopyFile(JobAccess job, v1::JobFile file)
      : job_(std::move(job)), made_of_(std::move(file)) {}

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
  ~BackgroundCopyFile() override = default;

  HRESULT Read(v1::JobFile* file) const;
  HRESULT Request(v1::RequestRangesRequest request);

  const JobAccess job_;
  const v1::JobFile made_of_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_FILE_H_
