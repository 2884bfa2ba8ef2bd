#ifndef CONVOY_CLIENT_BACKGROUND_COPY_COPY_ERROR_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_COPY_ERROR_H_

#include <bits.h>

#include "client/background_copy/com_object.h"
#include "client/background_copy/job_access.h"
#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

// IBackgroundCopyError: the error of a job as it was when the object was made.
// Descriptions are in English, whatever language is asked for. Thread-safe.
class CopyError final : public ComObject<IBackgroundCopyError> {
 public:
  CopyError(JobAccess job, v1::JobError error);

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** object) override;
  HRESULT STDMETHODCALLTYPE GetError(BG_ERROR_CONTEXT* context,
                                     HRESULT* code) override;
  HRESULT STDMETHODCALLTYPE GetFile(IBackgroundCopyFile** file) override;
  HRESULT STDMETHODCALLTYPE GetErrorDescription(DWORD language,
                                                LPWSTR* text) override;
  HRESULT STDMETHODCALLTYPE GetErrorContextDescription(DWORD language,
                                                       LPWSTR* text) override;
  HRESULT STDMETHODCALLTYPE GetProtocol(LPWSTR* protocol) override;

 private:
  ~CopyError() override = default;

  const JobAccess job_;
  const v1::JobError error_;
  const HRESULT code_;
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_COPY_ERROR_H_
