#ifndef CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_H_
#define CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_H_

#include <deliveryoptimization.h>
#include <wrl/client.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "client/background_copy/job_access.h"
#include "client/background_copy/session.h"
#include "client/background_copy/stream_pump.h"
#include "client/com/messages.h"
#include "client/delivery_optimization/download_properties.h"
#include "client/delivery_optimization/download_watch.h"
#include "peer/base/mutex.h"
#include "peer/base/unique_fd.h"

namespace convoy::delivery_optimization {

// A download: a job with one file. Until Start it is only here, unless its id
// was asked for; a job that was made for its id and not started goes with the
// object, which EnumDownloads of this process finds (UnstartedDownloads).
// Afterwards each call asks the daemon, and the object may go and be found
// again by EnumDownloads.
//
// Thread-safe. Callbacks come on the thread of DownloadWatch, for as long as
// the program holds the object; all methods may be called from inside of them.
class Download final : public IDODownload, private WatchedDownload {
 public:
  explicit Download(background_copy::Session& session);
  // One that was started, perhaps by another process.
  Download(background_copy::Session& session, const v1::Job& job,
           const v1::JobFile& file);
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void** object) override;
  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override;

  HRESULT STDMETHODCALLTYPE
  Start(const DO_DOWNLOAD_RANGES_INFO* ranges) override;
  HRESULT STDMETHODCALLTYPE Pause() override;
  HRESULT STDMETHODCALLTYPE Abort() override;
  HRESULT STDMETHODCALLTYPE Finalize() override;
  HRESULT STDMETHODCALLTYPE GetStatus(DO_DOWNLOAD_STATUS* status) override;
  // What is written and not read: DO_E_WRITE_ONLY_PROPERTY; read and not
  // written: DO_E_READ_ONLY_PROPERTY; none: DO_E_UNKNOWN_PROPERTY_ID.
  HRESULT STDMETHODCALLTYPE GetProperty(DODownloadProperty property,
                                        VARIANT* value) override;
  HRESULT STDMETHODCALLTYPE SetProperty(DODownloadProperty property,
                                        const VARIANT* value) override;

  bool TryAddRef() override;
  // What it will be; the job with its id, where it has one. Nothing: it was
  // started or aborted.
  std::optional<DownloadParts> Unstarted();
  // Empty: there is no job yet.
  std::string job_id() const;

 private:
  using StreamPointer = Microsoft::WRL::ComPtr<ISequentialStream>;
  using StreamPump = background_copy::StreamPump;
  using CallbackPointer = Microsoft::WRL::ComPtr<IDODownloadStatusCallback>;

  ~Download();

  void ReleaseRef() override { Release(); }
  void Observe(const v1::Job& job) override;

  // Start of a download that is CREATED. REQUIRES: calls_.
  HRESULT Begin(const DO_DOWNLOAD_RANGES_INFO* ranges)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_);
  // What it will be, as Start is called for it.
  HRESULT Prepare(const DO_DOWNLOAD_RANGES_INFO* ranges, bool has_stream)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_);
  HRESULT AddRanges(const DO_DOWNLOAD_RANGES_INFO* ranges)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_);
  // Makes the job, with the file if `with_file`.
  HRESULT MakeJob(bool with_file) ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_);
  // Jobs of other downloads to the same local path.
  std::vector<v1::Job> FindRivals() ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_);
  void AbortRival(const v1::Job& rival);
  HRESULT Resume() ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_);
  // Makes the file of the certificate in `parts`, if there is one, and names it
  // in them. `*lock` keeps it there until the job names it.
  HRESULT PlaceCertificate(DownloadParts* parts, UniqueFd* lock);
  // Removes a file of PlaceCertificate, unless a living job names it; others
  // that are named by none go too.
  void RemoveCertificate(const std::string& file);
  HRESULT WaitForEnd();
  HRESULT EndStreamed(const background_copy::JobAccess& access);

  // S_FALSE: this is none of the properties that only the process knows.
  HRESULT SetLocalProperty(DODownloadProperty property, const VARIANT& value);
  HRESULT GetLocalProperty(DODownloadProperty property, VARIANT* value);
  HRESULT SetStream(const VARIANT& value);
  HRESULT SetCallback(const VARIANT& value);
  // Waits for the end of a call of `old` that is being made, but not longer
  // than 5 seconds (it may wait for a lock that the caller holds), and not
  // on the thread of the callbacks (it may be the call itself).
  void WaitForCall(const IDODownloadStatusCallback* old);
  HRESULT ChangeStarted(const PropertyRule& rule, const VARIANT& value)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_);
  HRESULT ChangeFile(const PropertyRule& rule, const VARIANT& value)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_);
  // E_CHANGED_STATE: somebody else changed the job between read and write.
  HRESULT ChangeJob(const PropertyRule& rule, const VARIANT& value)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_);

  // Empty: there is no job yet.
  std::optional<background_copy::JobAccess> job() const;
  bool is_started() const;
  // With what the stream says.
  DO_DOWNLOAD_STATUS StatusOf(const v1::Job& job) const;
  // If it is to be told of its job.
  void Watch();
  bool IsDue(const DO_DOWNLOAD_STATUS& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::atomic<ULONG> references_{1};
  background_copy::Session& session_;

  // Held by one changing call at a time, also while the daemon is asked.
  Mutex calls_;
  // As wanted, until Start; then only the texts of the headers.
  DownloadParts parts_ ABSL_GUARDED_BY(calls_);

  mutable Mutex mutex_;
  CondVar changed_;
  std::optional<background_copy::JobAccess> job_ ABSL_GUARDED_BY(mutex_);
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool aborted_ ABSL_GUARDED_BY(mutex_) = false;
  bool blocking_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint32_t callback_percent_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint32_t callback_seconds_ ABSL_GUARDED_BY(mutex_) = 0;
  CallbackPointer callback_ ABSL_GUARDED_BY(mutex_);
  // Of the thread that set the callback.
  std::shared_ptr<MessageQueue> callback_messages_ ABSL_GUARDED_BY(mutex_);
  // The callback of the call that is being made.
  IDODownloadStatusCallback* called_ ABSL_GUARDED_BY(mutex_) = nullptr;
  StreamPointer stream_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<StreamPump> pump_ ABSL_GUARDED_BY(mutex_);

  // What was observed and told last.
  std::optional<v1::Job> observed_ ABSL_GUARDED_BY(mutex_);
  std::optional<DO_DOWNLOAD_STATUS> told_ ABSL_GUARDED_BY(mutex_);
  absl::Time told_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace convoy::delivery_optimization

#endif  // CONVOY_CLIENT_DELIVERY_OPTIMIZATION_DOWNLOAD_H_
