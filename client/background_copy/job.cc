#include "client/background_copy/job.h"

#include <unistd.h>

#include <cerrno>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/background_copy/copy_error.h"
#include "client/background_copy/guid_text.h"
#include "client/background_copy/job_values.h"
#include "client/background_copy/session.h"
#include "client/background_copy/stream_path.h"
#include "client/background_copy/wide_text.h"
#include "convoy/v1/job_service.pb.h"

namespace convoy::background_copy {

HRESULT BackgroundCopyJob::QueryInterface(REFIID riid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (IsOneOf<IUnknown, IBackgroundCopyJob, IBackgroundCopyJob2,
              IBackgroundCopyJob3, IBackgroundCopyJob4, IBackgroundCopyJob5>(
          riid)) {
    *object = static_cast<IBackgroundCopyJob5*>(this);
  } else if (IsOneOf<IBackgroundCopyJobHttpOptions,
                     IBackgroundCopyJobHttpOptions2,
                     IBackgroundCopyJobHttpOptions3>(riid)) {
    *object = static_cast<IBackgroundCopyJobHttpOptions3*>(this);
  } else if (IsOneOf<IBitsTokenOptions>(riid)) {
    *object = static_cast<IBitsTokenOptions*>(this);
  } else if (job_.flavour().kind == Flavour::Kind::kBits) {
    return E_NOINTERFACE;
  } else if (IsOneOf<IDeliveryOptimizationJob>(riid)) {
    *object = static_cast<IDeliveryOptimizationJob*>(this);
  } else if (IsOneOf<IDeliveryOptimizationJob2>(riid)) {
    *object = static_cast<IDeliveryOptimizationJob2*>(this);
  } else {
    return E_NOINTERFACE;
  }
  AddRef();
  return S_OK;
}

HRESULT BackgroundCopyJob::Suspend() {
  return job_.Code(job_.client().SuspendJob(job_.id()).status());
}

HRESULT BackgroundCopyJob::Resume() {
  if (*without_path_ > 0) return DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
  const FileStreams::Refusals refusals =
      job_.session().streams().RefusalsOf(job_.id());
  const absl::StatusOr<v1::Job> job = job_.client().ResumeJob(job_.id());
  if (!job.ok()) return job_.Code(job.status());
  FileStreams::GoOn(refusals);
  const bool nothing_to_do = job->state() == v1::JOB_STATE_TRANSFERRED;
  return nothing_to_do && job_.flavour().resume_needs_work
             ? job_.flavour().empty
             : S_OK;
}

HRESULT BackgroundCopyJob::Cancel() {
  const absl::StatusOr<v1::CancelJobResponse> cancelled =
      job_.client().CancelJob(job_.id());
  if (!cancelled.ok()) return job_.Code(cancelled.status());
  job_.session().streams().Remove(job_.id());
  return cancelled->left_over_paths().empty() ? S_OK
                                              : job_.flavour().files_left_over;
}

// What a stream refused, it answered: Resume tries again. Files that went to
// streams are not kept.
HRESULT BackgroundCopyJob::Complete() {
  FileStreams& streams = job_.session().streams();
  const HRESULT refusal = streams.Refusal(job_.id());
  if (FAILED(refusal)) return refusal;
  std::vector<v1::JobFile> files;
  if (job_.flavour().kind == Flavour::Kind::kDeliveryOptimization) {
    const HRESULT read = job_.ReadFiles(&files);
    if (FAILED(read)) return read;
  }
  const absl::StatusOr<v1::CompleteJobResponse> completed =
      job_.client().CompleteJob(job_.id());
  if (!completed.ok()) return job_.Code(completed.status());
  streams.Remove(job_.id());
  bool is_left_over = !completed->left_over_paths().empty();
  for (const v1::JobFile& file : files) {
    if (IsStreamPath(file.local_path()) &&
        unlink(file.local_path().c_str()) != 0 && errno != ENOENT) {
      is_left_over = true;
    }
  }
  if (completed->partial() && job_.flavour().tells_partial_complete) {
    return BG_S_PARTIAL_COMPLETE;
  }
  return is_left_over ? job_.flavour().files_left_over : S_OK;
}

HRESULT BackgroundCopyJob::TakeOwnership() {
  return job_.Code(job_.client().TakeOwnership(job_.id()).status());
}

HRESULT BackgroundCopyJob::GetId(GUID* id) {
  if (id == nullptr) return E_INVALIDARG;
  *id = GuidOfText(job_.id());
  return S_OK;
}

HRESULT BackgroundCopyJob::GetType(BG_JOB_TYPE* type) {
  if (type == nullptr) return E_INVALIDARG;
  *type = BG_JOB_TYPE_DOWNLOAD;
  return S_OK;
}

HRESULT BackgroundCopyJob::GetProgress(BG_JOB_PROGRESS* progress) {
  if (progress == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (SUCCEEDED(result)) *progress = ProgressOf(job.progress());
  return result;
}

HRESULT BackgroundCopyJob::GetTimes(BG_JOB_TIMES* times) {
  if (times == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (SUCCEEDED(result)) *times = TimesOf(job);
  return result;
}

HRESULT BackgroundCopyJob::GetState(BG_JOB_STATE* state) {
  if (state == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (SUCCEEDED(result)) *state = StateOf(job.state(), job_.flavour());
  return result;
}

HRESULT BackgroundCopyJob::GetError(IBackgroundCopyError** error) {
  if (error == nullptr) return E_INVALIDARG;
  *error = nullptr;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  const bool failed = job.state() == v1::JOB_STATE_ERROR ||
                      job.state() == v1::JOB_STATE_TRANSIENT_ERROR;
  if (!failed || !job.has_error()) return job_.flavour().no_error_information;
  *error = new CopyError(job_, job.error());
  return S_OK;
}

HRESULT BackgroundCopyJob::GetErrorCount(ULONG* errors) {
  if (errors == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (SUCCEEDED(result)) *errors = static_cast<ULONG>(job.error_count());
  return result;
}

// The user's name where Windows has a SID; a user without one: the number.
HRESULT BackgroundCopyJob::GetOwner(LPWSTR* owner) {
  if (owner == nullptr) return E_INVALIDARG;
  *owner = nullptr;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  return GiveText(job.owner().user_name().empty()
                      ? absl::StrCat(job.owner().uid())
                      : job.owner().user_name(),
                  owner);
}

// As Windows tells of an administrator's elevated program, for root's jobs; of
// a user's program for all others.
HRESULT BackgroundCopyJob::GetOwnerIntegrityLevel(ULONG* level) {
  if (level == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (FAILED(result)) return result;
  *level = job.owner().uid() == 0 ? SECURITY_MANDATORY_HIGH_RID
                                  : SECURITY_MANDATORY_MEDIUM_RID;
  return S_OK;
}

// TRUE for root's jobs.
HRESULT BackgroundCopyJob::GetOwnerElevationState(BOOL* elevated) {
  if (elevated == nullptr) return E_INVALIDARG;
  v1::Job job;
  const HRESULT result = job_.Read(&job);
  if (SUCCEEDED(result)) *elevated = job.owner().uid() == 0 ? TRUE : FALSE;
  return result;
}

}  // namespace convoy::background_copy
