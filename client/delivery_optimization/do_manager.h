#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DO_MANAGER_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DO_MANAGER_H_

#include <deliveryoptimization.h>
#include <wrl/implements.h>

#include "client/background_copy/session.h"

namespace convoy::delivery_optimization {

// The object of the class DeliveryOptimization: makes and finds downloads
// (IDOManager) and the jobs of Delivery Optimization's queue
// (IBackgroundCopyManager, background_copy/manager.h). Thread-safe.
class DoManager final
    : public Microsoft::WRL::RuntimeClass<
          Microsoft::WRL::RuntimeClassFlags<Microsoft::WRL::ClassicCom>,
          IDOManager, IBackgroundCopyManager> {
 public:
  DoManager(background_copy::Session& session,
            Microsoft::WRL::ComPtr<IBackgroundCopyManager> jobs)
      : session_(session), jobs_(std::move(jobs)) {}

  HRESULT STDMETHODCALLTYPE CreateDownload(IDODownload** download) override;
  // NULL: all downloads of this user that are not finalized or aborted, also
  // those that other processes have started; else those whose Id, Uri,
  // ContentId, DisplayName or LocalPath is `category->Value`.
  // DO_E_NO_DOWNLOADS: there is none; but by DisplayName S_OK and an enumerator
  // of nothing, because a program counts with it before it makes its first
  // download.
  HRESULT STDMETHODCALLTYPE
  EnumDownloads(const DO_DOWNLOAD_ENUM_CATEGORY* category,
                IEnumUnknown** downloads) override;

  HRESULT STDMETHODCALLTYPE CreateJob(LPCWSTR display_name, BG_JOB_TYPE type,
                                      GUID* id,
                                      IBackgroundCopyJob** job) override {
    return jobs_->CreateJob(display_name, type, id, job);
  }
  HRESULT STDMETHODCALLTYPE GetJob(REFGUID id,
                                   IBackgroundCopyJob** job) override {
    return jobs_->GetJob(id, job);
  }
  HRESULT STDMETHODCALLTYPE EnumJobs(DWORD flags,
                                     IEnumBackgroundCopyJobs** jobs) override {
    return jobs_->EnumJobs(flags, jobs);
  }
  HRESULT STDMETHODCALLTYPE GetErrorDescription(HRESULT code, DWORD language,
                                                LPWSTR* text) override {
    return jobs_->GetErrorDescription(code, language, text);
  }

 private:
  background_copy::Session& session_;
  const Microsoft::WRL::ComPtr<IBackgroundCopyManager> jobs_;
};

// For RegisterComClass; as background_copy::CreateManager.
HRESULT CreateDoManager(REFCLSID clsid, REFIID riid, void** object);

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DO_MANAGER_H_
