#ifndef CONVOY_CLIENT_BACKGROUND_COPY_JOB_H_
#define CONVOY_CLIENT_BACKGROUND_COPY_JOB_H_

#include <deliveryoptimization.h>

#include <atomic>
#include <memory>
#include <utility>

#include "client/background_copy/com_object.h"
#include "client/background_copy/job_access.h"
#include "convoy/v1/job.pb.h"

namespace convoy::background_copy {

// A job, as IBackgroundCopyJob to IBackgroundCopyJob5,
// IBackgroundCopyJobHttpOptions to ...3 and IBitsTokenOptions; a job of
// Delivery Optimization as IDeliveryOptimizationJob and ...2 too. It holds no
// state: each call asks the daemon, and any number of objects and processes may
// stand for one job. Which methods answer E_NOTIMPL, and why: README.md.
//
// Thread-safe. Calls block until the daemon has answered, at most the deadline
// of ClientOptions.
class BackgroundCopyJob final
    : public ComObject<IBackgroundCopyJob5, IBackgroundCopyJobHttpOptions3,
                       IBitsTokenOptions, IDeliveryOptimizationJob,
                       IDeliveryOptimizationJob2> {
 public:
  explicit BackgroundCopyJob(JobAccess job) : job_(std::move(job)) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** object) override;

  // Files: job_files.cc.
  HRESULT STDMETHODCALLTYPE AddFileSet(ULONG count,
                                       BG_FILE_INFO* files) override;
  HRESULT STDMETHODCALLTYPE AddFile(LPCWSTR remote_url,
                                    LPCWSTR local_name) override;
  HRESULT STDMETHODCALLTYPE AddFileWithRanges(LPCWSTR remote_url,
                                              LPCWSTR local_name, DWORD count,
                                              BG_FILE_RANGE* ranges) override;
  HRESULT STDMETHODCALLTYPE
  EnumFiles(IEnumBackgroundCopyFiles** files) override;
  HRESULT STDMETHODCALLTYPE ReplaceRemotePrefix(LPCWSTR old_prefix,
                                                LPCWSTR new_prefix) override;

  // What Delivery Optimization adds: job_delivery.cc.
  HRESULT STDMETHODCALLTYPE AddFileWithRanges(LPCWSTR file_id,
                                              LPCWSTR remote_url,
                                              LPCWSTR local_name, DWORD count,
                                              BG_FILE_RANGE ranges[],
                                              UINT64 file_size) override;
  HRESULT STDMETHODCALLTYPE AddFile(LPCWSTR file_id, LPCWSTR remote_url,
                                    DWORD count, BG_FILE_RANGE ranges[],
                                    REFIID riid, void** file) override;
  HRESULT STDMETHODCALLTYPE GetProperty(DOJobPropertyId id,
                                        VARIANT* value) override;
  HRESULT STDMETHODCALLTYPE SetProperty(DOJobPropertyId id,
                                        const VARIANT* value) override;

  // Life and what it shows: job.cc.
  HRESULT STDMETHODCALLTYPE Suspend() override;
  HRESULT STDMETHODCALLTYPE Resume() override;
  HRESULT STDMETHODCALLTYPE Cancel() override;
  HRESULT STDMETHODCALLTYPE Complete() override;
  HRESULT STDMETHODCALLTYPE TakeOwnership() override;
  HRESULT STDMETHODCALLTYPE GetId(GUID* id) override;
  HRESULT STDMETHODCALLTYPE GetType(BG_JOB_TYPE* type) override;
  HRESULT STDMETHODCALLTYPE GetProgress(BG_JOB_PROGRESS* progress) override;
  HRESULT STDMETHODCALLTYPE GetTimes(BG_JOB_TIMES* times) override;
  HRESULT STDMETHODCALLTYPE GetState(BG_JOB_STATE* state) override;
  HRESULT STDMETHODCALLTYPE GetError(IBackgroundCopyError** error) override;
  HRESULT STDMETHODCALLTYPE GetErrorCount(ULONG* errors) override;
  HRESULT STDMETHODCALLTYPE GetOwner(LPWSTR* owner) override;
  HRESULT STDMETHODCALLTYPE GetOwnerIntegrityLevel(ULONG* level) override;
  HRESULT STDMETHODCALLTYPE GetOwnerElevationState(BOOL* elevated) override;

  // Settings: job_settings.cc.
  HRESULT STDMETHODCALLTYPE SetDisplayName(LPCWSTR name) override;
  HRESULT STDMETHODCALLTYPE GetDisplayName(LPWSTR* name) override;
  HRESULT STDMETHODCALLTYPE SetDescription(LPCWSTR text) override;
  HRESULT STDMETHODCALLTYPE GetDescription(LPWSTR* text) override;
  HRESULT STDMETHODCALLTYPE SetPriority(BG_JOB_PRIORITY priority) override;
  HRESULT STDMETHODCALLTYPE GetPriority(BG_JOB_PRIORITY* priority) override;
  HRESULT STDMETHODCALLTYPE SetMinimumRetryDelay(ULONG seconds) override;
  HRESULT STDMETHODCALLTYPE GetMinimumRetryDelay(ULONG* seconds) override;
  HRESULT STDMETHODCALLTYPE SetNoProgressTimeout(ULONG seconds) override;
  HRESULT STDMETHODCALLTYPE GetNoProgressTimeout(ULONG* seconds) override;
  HRESULT STDMETHODCALLTYPE SetMaximumDownloadTime(ULONG seconds) override;
  HRESULT STDMETHODCALLTYPE GetMaximumDownloadTime(ULONG* seconds) override;
  HRESULT STDMETHODCALLTYPE SetPeerCachingFlags(DWORD flags) override;
  HRESULT STDMETHODCALLTYPE GetPeerCachingFlags(DWORD* flags) override;
  HRESULT STDMETHODCALLTYPE SetFileACLFlags(DWORD flags) override;
  HRESULT STDMETHODCALLTYPE GetFileACLFlags(DWORD* flags) override;
  HRESULT STDMETHODCALLTYPE SetProperty(BITS_JOB_PROPERTY_ID id,
                                        BITS_JOB_PROPERTY_VALUE value) override;
  HRESULT STDMETHODCALLTYPE
  GetProperty(BITS_JOB_PROPERTY_ID id, BITS_JOB_PROPERTY_VALUE* value) override;

  // Notification: job_notification.cc.
  HRESULT STDMETHODCALLTYPE SetNotifyFlags(ULONG flags) override;
  HRESULT STDMETHODCALLTYPE GetNotifyFlags(ULONG* flags) override;
  HRESULT STDMETHODCALLTYPE SetNotifyInterface(IUnknown* object) override;
  HRESULT STDMETHODCALLTYPE GetNotifyInterface(IUnknown** object) override;
  HRESULT STDMETHODCALLTYPE
  SetServerCertificateValidationInterface(IUnknown* callback) override;
  HRESULT STDMETHODCALLTYPE SetNotifyCmdLine(LPCWSTR program,
                                             LPCWSTR parameters) override;
  HRESULT STDMETHODCALLTYPE GetNotifyCmdLine(LPWSTR* program,
                                             LPWSTR* parameters) override;

  // How to speak to the origin: job_http.cc.
  HRESULT STDMETHODCALLTYPE SetProxySettings(BG_JOB_PROXY_USAGE usage,
                                             const WCHAR* list,
                                             const WCHAR* bypass) override;
  HRESULT STDMETHODCALLTYPE GetProxySettings(BG_JOB_PROXY_USAGE* usage,
                                             LPWSTR* list,
                                             LPWSTR* bypass) override;
  HRESULT STDMETHODCALLTYPE
  SetCredentials(BG_AUTH_CREDENTIALS* credentials) override;
  HRESULT STDMETHODCALLTYPE RemoveCredentials(BG_AUTH_TARGET target,
                                              BG_AUTH_SCHEME scheme) override;
  HRESULT STDMETHODCALLTYPE SetCustomHeaders(LPCWSTR headers) override;
  HRESULT STDMETHODCALLTYPE GetCustomHeaders(LPWSTR* headers) override;
  HRESULT STDMETHODCALLTYPE MakeCustomHeadersWriteOnly() override;
  HRESULT STDMETHODCALLTYPE SetSecurityFlags(ULONG flags) override;
  HRESULT STDMETHODCALLTYPE GetSecurityFlags(ULONG* flags) override;
  HRESULT STDMETHODCALLTYPE SetHttpMethod(LPCWSTR method) override;
  HRESULT STDMETHODCALLTYPE GetHttpMethod(LPWSTR* method) override;

  // The certificate that servers see: job_certificate.cc.
  HRESULT STDMETHODCALLTYPE SetClientCertificateByID(
      BG_CERT_STORE_LOCATION location, LPCWSTR store, BYTE* hash) override;
  HRESULT STDMETHODCALLTYPE SetClientCertificateByName(
      BG_CERT_STORE_LOCATION location, LPCWSTR store, LPCWSTR subject) override;
  HRESULT STDMETHODCALLTYPE
  GetClientCertificate(BG_CERT_STORE_LOCATION* location, LPWSTR* store,
                       BYTE** hash, LPWSTR* subject) override;
  HRESULT STDMETHODCALLTYPE RemoveClientCertificate() override;

  // E_NOTIMPL: job_unsupported.cc.
  HRESULT STDMETHODCALLTYPE
  GetReplyProgress(BG_JOB_REPLY_PROGRESS* progress) override;
  HRESULT STDMETHODCALLTYPE GetReplyData(byte** data, UINT64* size) override;
  HRESULT STDMETHODCALLTYPE SetReplyFileName(LPCWSTR name) override;
  HRESULT STDMETHODCALLTYPE GetReplyFileName(LPWSTR* name) override;
  HRESULT STDMETHODCALLTYPE SetHelperTokenFlags(BG_TOKEN flags) override;
  HRESULT STDMETHODCALLTYPE GetHelperTokenFlags(BG_TOKEN* flags) override;
  HRESULT STDMETHODCALLTYPE SetHelperToken() override;
  HRESULT STDMETHODCALLTYPE ClearHelperToken() override;
  HRESULT STDMETHODCALLTYPE GetHelperTokenSid(BG_TOKEN location,
                                              LPWSTR* sid) override;

 private:
  ~BackgroundCopyJob() override = default;

  HRESULT SetNotificationClass(REFCLSID clsid);

  const JobAccess job_;
  // Files that AddFile made through this object and that have no path yet.
  const std::shared_ptr<std::atomic<int>> without_path_ =
      std::make_shared<std::atomic<int>>(0);
};

}  // namespace convoy::background_copy

#endif  // CONVOY_CLIENT_BACKGROUND_COPY_JOB_H_
