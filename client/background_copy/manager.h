#ifndef CONVOY_CLIENT_BACKGROUND_COPY_MANAGER_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_MANAGER_H_

#include <deliveryoptimization.h>

#include "client/background_copy/com_object.h"
#include "client/background_copy/flavour.h"

namespace convoy::background_copy {

class Session;

// IBackgroundCopyManager: makes and finds the jobs of its flavour's queue.
// IBitsPeerCacheAdministration, of BITS' classes: E_NOTIMPL throughout, what
// peers get is the daemon's and its configuration's. Thread-safe.
class BackgroundCopyManager final
    : public ComObject<IBackgroundCopyManager, IBitsPeerCacheAdministration> {
 public:
  BackgroundCopyManager(Session& session, const Flavour& flavour)
      : session_(session), flavour_(flavour) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** object) override;
  HRESULT STDMETHODCALLTYPE CreateJob(LPCWSTR display_name, BG_JOB_TYPE type,
                                      GUID* id,
                                      IBackgroundCopyJob** job) override;
  HRESULT STDMETHODCALLTYPE GetJob(REFGUID id,
                                   IBackgroundCopyJob** job) override;
  HRESULT STDMETHODCALLTYPE EnumJobs(DWORD flags,
                                     IEnumBackgroundCopyJobs** jobs) override;
  HRESULT STDMETHODCALLTYPE GetErrorDescription(HRESULT code, DWORD language,
                                                LPWSTR* text) override;

  // IBitsPeerCacheAdministration.
  HRESULT STDMETHODCALLTYPE GetMaximumCacheSize(DWORD* bytes) override;
  HRESULT STDMETHODCALLTYPE SetMaximumCacheSize(DWORD bytes) override;
  HRESULT STDMETHODCALLTYPE GetMaximumContentAge(ULONG* seconds) override;
  HRESULT STDMETHODCALLTYPE SetMaximumContentAge(ULONG seconds) override;
  HRESULT STDMETHODCALLTYPE GetConfigurationFlags(DWORD* flags) override;
  HRESULT STDMETHODCALLTYPE SetConfigurationFlags(DWORD flags) override;
  HRESULT STDMETHODCALLTYPE
  EnumRecords(IEnumBitsPeerCacheRecords** all) override;
  HRESULT STDMETHODCALLTYPE GetRecord(REFGUID id,
                                      IBitsPeerCacheRecord** record) override;
  HRESULT STDMETHODCALLTYPE ClearRecords() override;
  HRESULT STDMETHODCALLTYPE DeleteRecord(REFGUID id) override;
  HRESULT STDMETHODCALLTYPE DeleteUrl(LPCWSTR url) override;
  HRESULT STDMETHODCALLTYPE EnumPeers(IEnumBitsPeers** all) override;
  HRESULT STDMETHODCALLTYPE ClearPeers() override;
  HRESULT STDMETHODCALLTYPE DiscoverPeers() override;

 private:
  ~BackgroundCopyManager() override = default;

  Session& session_;
  const Flavour& flavour_;
};

// Makes a manager of a BITS class, or of the DeliveryOptimization class, and
// gives its interface `riid`. ERROR_SERVICE_DISABLED as HRESULT (0x80070422)
// if no daemon can be reached within 5 s; E_ACCESSDENIED if this user may not
// connect to it.
HRESULT CreateManager(REFCLSID clsid, REFIID riid, void** object);

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_MANAGER_H_
