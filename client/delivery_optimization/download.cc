#include "client/delivery_optimization/download.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "client/background_copy/hresult.h"
#include "client/background_copy/job_notes.h"
#include "client/background_copy/stream_path.h"
#include "client/delivery_optimization/download_status.h"
#include "client/delivery_optimization/gateway.h"
#include "client/delivery_optimization/unstarted_downloads.h"
#include "client/job_client.h"
#include "proto/error_detail.h"

namespace convoy::delivery_optimization {
namespace {

using background_copy::JobAccess;
using background_copy::SetNote;

const background_copy::Flavour& Codes() {
  return background_copy::DeliveryOptimizationFlavour();
}

// As HresultOf; a local path that is none has Win32's code.
HRESULT CodeOf(const absl::Status& status) {
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  if (detail.has_value() &&
      detail->reason() == v1::ERROR_REASON_INVALID_ARGUMENT &&
      absl::StrContains(detail->field(), "local_path")) {
    return HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
  }
  return background_copy::HresultOf(status, Codes());
}

}  // namespace

Download::Download(background_copy::Session& session) : session_(session) {
  background_copy::SetNote(background_copy::kQueueNote,
                           std::string(kDownloadQueue), &parts_.job);
  UnstartedDownloads::Of(session_).Add(this);
}

Download::Download(background_copy::Session& session, const v1::Job& job,
                   const v1::JobFile& file)
    : session_(session),
      parts_{job, file, "", "", ""},
      job_(JobAccess(session, Codes(), job.id())),
      started_(true) {
  parts_.headers = background_copy::Note(job, kHeadersTextNote).value_or("");
}

Download::~Download() {
  UnstartedDownloads::Of(session_).Remove(this);
  const std::optional<JobAccess> made = job();
  if (!made.has_value()) return;
  DownloadWatch::Of(session_).Remove(made->id(), this);
  if (!is_started()) static_cast<void>(made->client().CancelJob(made->id()));
}

HRESULT Download::QueryInterface(REFIID riid, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (riid != IID_IUnknown && riid != IID_IDODownload) return E_NOINTERFACE;
  *object = static_cast<IDODownload*>(this);
  AddRef();
  return S_OK;
}

ULONG Download::Release() {
  const ULONG left = --references_;
  if (left == 0) delete this;
  return left;
}

bool Download::TryAddRef() {
  ULONG count = references_;
  while (count != 0) {
    if (references_.compare_exchange_weak(count, count + 1)) return true;
  }
  return false;
}

std::optional<DownloadParts> Download::Unstarted() {
  MutexLock call(&calls_);
  MutexLock lock(&mutex_);
  if (started_ || aborted_) return std::nullopt;
  DownloadParts parts = parts_;
  if (job_.has_value()) parts.job.set_id(job_->id());
  return parts;
}

HRESULT Download::Start(const DO_DOWNLOAD_RANGES_INFO* ranges) {
  bool blocking;
  {
    MutexLock call(&calls_);
    DO_DOWNLOAD_STATUS status;
    HRESULT result = GetStatus(&status);
    if (FAILED(result)) return result;
    if (status.State == DODownloadState_Created) {
      result = Begin(ranges);
    } else if (status.State != DODownloadState_Paused) {
      return DO_E_INVALID_STATE;
    } else if (ranges != nullptr && ranges->RangeCount > 0) {
      return DO_E_DOWNLOAD_RANGES_UNEXPECTED;
    } else {
      result = Resume();
    }
    if (FAILED(result)) return result;
    MutexLock lock(&mutex_);
    blocking = blocking_;
  }
  return blocking ? WaitForEnd() : S_OK;
}

HRESULT Download::Begin(const DO_DOWNLOAD_RANGES_INFO* ranges) {
  StreamPointer stream;
  {
    MutexLock lock(&mutex_);
    stream = stream_;
  }
  HRESULT result = Prepare(ranges, stream != nullptr);
  if (FAILED(result)) return result;
  // Found first: of two that start at once neither aborts the other.
  const std::vector<v1::Job> rivals =
      stream == nullptr ? FindRivals() : std::vector<v1::Job>();
  {
    UniqueFd lock;
    result = PlaceCertificate(&parts_, &lock);
    if (FAILED(result)) return result;
    result = MakeJob(/*with_file=*/true);
  }
  if (FAILED(result)) {
    RemoveCertificate(parts_.job.http().tls().client_certificate_file());
    return result;
  }
  for (const v1::Job& rival : rivals) AbortRival(rival);
  const std::string id = job_id();
  {
    MutexLock lock(&mutex_);
    started_ = true;
    if (stream != nullptr) {
      DownloadWatch& watch = DownloadWatch::Of(session_);
      pump_ = std::make_shared<StreamPump>(
          session_.client().options(), id, /*file_index=*/0, stream,
          [&watch, id](StreamPump::State) { watch.Refresh(id); });
    }
  }
  UnstartedDownloads::Of(session_).Remove(this);
  Watch();
  return Resume();
}

HRESULT Download::Prepare(const DO_DOWNLOAD_RANGES_INFO* ranges,
                          bool has_stream) {
  if (parts_.file.remote_url().empty()) return DO_E_DOWNLOAD_NO_URI;
  if (has_stream) {
    if (ranges == nullptr || ranges->RangeCount == 0) {
      return DO_E_DOWNLOAD_RANGES_EXPECTED;
    }
    SetNote(kStreamNote, std::string("1"), &parts_.job);
    parts_.file.set_local_path(background_copy::NewStreamPath());
  } else if (parts_.file.local_path().empty()) {
    return DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
  }
  NameGateway(Gateway(), &parts_);
  return AddRanges(ranges);
}

HRESULT Download::AddRanges(const DO_DOWNLOAD_RANGES_INFO* ranges) {
  parts_.file.clear_ranges();
  const UINT count = ranges == nullptr ? 0 : ranges->RangeCount;
  for (UINT i = 0; i < count; ++i) {
    const DO_DOWNLOAD_RANGE& range = ranges->Ranges[i];
    constexpr UINT64 kLongest = UINT64{1} << 62;
    const bool to_end = range.Length == DO_LENGTH_TO_EOF;
    if (range.Offset > kLongest || (!to_end && range.Length > kLongest)) {
      return DO_E_INVALID_RANGE;
    }
    if (i > 0 && range.Offset < ranges->Ranges[i - 1].Offset) {
      return DO_E_OVERLAPPING_RANGES;
    }
    v1::FileRange* const added = parts_.file.add_ranges();
    added->set_offset_bytes(static_cast<std::int64_t>(range.Offset));
    if (!to_end) {
      added->set_length_bytes(static_cast<std::int64_t>(range.Length));
    }
  }
  return S_OK;
}

HRESULT Download::MakeJob(bool with_file) {
  v1::Job wanted = parts_.job;
  if (wanted.display_name().empty()) wanted.set_display_name("download");
  std::optional<JobAccess> made = job();
  if (made.has_value()) {
    // It was made for its id.
    wanted.set_id(made->id());
    HRESULT result =
        made->Set({"display_name", "priority", "no_progress_timeout", "http",
                   "cost_flags", "annotations"},
                  wanted);
    if (FAILED(result) || !with_file) return result;
    v1::AddFilesRequest request;
    request.set_job_id(made->id());
    *request.add_files() = parts_.file;
    return CodeOf(session_.client().AddFiles(request).status());
  }
  v1::CreateJobRequest request;
  *request.mutable_job() = std::move(wanted);
  if (with_file) *request.add_files() = parts_.file;
  const absl::StatusOr<v1::Job> created =
      session_.client().CreateJob(std::move(request));
  if (!created.ok()) return CodeOf(created.status());
  MutexLock lock(&mutex_);
  job_.emplace(session_, Codes(), created->id());
  return S_OK;
}

std::vector<v1::Job> Download::FindRivals() {
  std::vector<v1::Job> rivals;
  v1::ListJobsRequest request;
  (*request.mutable_annotations())[std::string(background_copy::kQueueNote)] =
      std::string(kDownloadQueue);
  const std::optional<JobAccess> self = job();
  do {
    const absl::StatusOr<v1::ListJobsResponse> page =
        session_.client().ListJobs(request);
    if (!page.ok()) return {};  // CreateJob tells it.
    for (const v1::Job& other : page->jobs()) {
      if (self.has_value() && self->id() == other.id()) continue;
      v1::JobFile file;
      const JobAccess access(session_, Codes(), other.id());
      if (SUCCEEDED(access.ReadFile(0, &file)) &&
          file.local_path() == parts_.file.local_path()) {
        rivals.push_back(other);
      }
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return rivals;
}

void Download::AbortRival(const v1::Job& rival) {
  static_cast<void>(session_.client().CancelJob(rival.id()));
  RemoveCertificate(rival.http().tls().client_certificate_file());
}

HRESULT Download::Resume() {
  const std::string id = job_id();
  std::shared_ptr<StreamPump> pump;
  {
    MutexLock lock(&mutex_);
    pump = pump_;
  }
  const int failures = pump == nullptr ? 0 : pump->failures();
  const HRESULT result = CodeOf(session_.client().ResumeJob(id).status());
  if (SUCCEEDED(result) && pump != nullptr) pump->GoOn(failures);
  return result;
}

HRESULT Download::WaitForEnd() {
  Watch();
  while (true) {
    DO_DOWNLOAD_STATUS status;
    const HRESULT result = GetStatus(&status);
    if (FAILED(result)) return result;
    const bool waits = status.State == DODownloadState_Paused &&
                       status.Error == S_OK && status.ExtendedError != S_OK;
    if (status.State != DODownloadState_Transferring && !waits) {
      const bool is_whole = status.State == DODownloadState_Transferred ||
                            status.State == DODownloadState_Finalized;
      return is_whole ? S_OK : FAILED(status.Error) ? status.Error : E_ABORT;
    }
    MutexLock lock(&mutex_);
    changed_.WaitFor(&mutex_, absl::Seconds(1));
  }
}

HRESULT Download::Pause() {
  MutexLock call(&calls_);
  DO_DOWNLOAD_STATUS status;
  const HRESULT result = GetStatus(&status);
  if (FAILED(result)) return result;
  if (status.State != DODownloadState_Transferring &&
      status.State != DODownloadState_Paused) {
    return DO_E_INVALID_STATE;
  }
  return CodeOf(session_.client().SuspendJob(job()->id()).status());
}

HRESULT Download::Abort() {
  MutexLock call(&calls_);
  DO_DOWNLOAD_STATUS status;
  const HRESULT result = GetStatus(&status);
  if (FAILED(result)) return result;
  if (status.State == DODownloadState_Finalized ||
      status.State == DODownloadState_Aborted) {
    return DO_E_INVALID_STATE;
  }
  if (status.State == DODownloadState_Created) {
    MutexLock lock(&mutex_);
    aborted_ = true;
    return S_OK;
  }
  const JobAccess access = *job();
  v1::Job now;
  const HRESULT read = access.Read(&now);
  if (FAILED(read)) return read;
  const HRESULT cancelled =
      CodeOf(session_.client().CancelJob(access.id()).status());
  if (SUCCEEDED(cancelled)) {
    RemoveCertificate(now.http().tls().client_certificate_file());
  }
  return cancelled;
}

HRESULT Download::Finalize() {
  MutexLock call(&calls_);
  DO_DOWNLOAD_STATUS status;
  const HRESULT result = GetStatus(&status);
  if (FAILED(result)) return result;
  if (status.State != DODownloadState_Transferred) return DO_E_INVALID_STATE;
  const JobAccess access = *job();
  v1::Job now;
  const HRESULT read = access.Read(&now);
  if (FAILED(read)) return read;
  const HRESULT ended =
      background_copy::Note(now, kStreamNote).has_value()
          ? EndStreamed(access)
          : CodeOf(session_.client().CompleteJob(access.id()).status());
  if (SUCCEEDED(ended)) {
    RemoveCertificate(now.http().tls().client_certificate_file());
  }
  return ended;
}

// The stream has the bytes; their file goes.
HRESULT Download::EndStreamed(const JobAccess& access) {
  const HRESULT noted = access.Edit({"annotations"}, [](v1::Job& job) {
    SetNote(kFinalizedNote, std::string("1"), &job);
    return S_OK;
  });
  if (FAILED(noted)) return noted;
  return CodeOf(session_.client().CancelJob(access.id()).status());
}

HRESULT Download::GetStatus(DO_DOWNLOAD_STATUS* status) {
  if (status == nullptr) return E_INVALIDARG;
  *status = {};
  {
    MutexLock lock(&mutex_);
    if (!started_) {
      status->State =
          aborted_ ? DODownloadState_Aborted : DODownloadState_Created;
      return S_OK;
    }
  }
  v1::Job now;
  const HRESULT result = job()->Read(&now);
  if (FAILED(result)) return result;
  *status = StatusOf(now);
  return S_OK;
}

DO_DOWNLOAD_STATUS Download::StatusOf(const v1::Job& job) const {
  DO_DOWNLOAD_STATUS status = StatusOfJob(job);
  std::shared_ptr<StreamPump> pump;
  {
    MutexLock lock(&mutex_);
    pump = pump_;
  }
  if (pump == nullptr || status.State == DODownloadState_Aborted ||
      status.State == DODownloadState_Finalized) {
    return status;
  }
  const StreamPump::State state = pump->state();
  if (state == StreamPump::State::kFailed) {
    status.State = DODownloadState_Paused;
    status.Error = pump->error();
  } else if (state == StreamPump::State::kRuns &&
             status.State == DODownloadState_Transferred) {
    status.State = DODownloadState_Transferring;
  }
  return status;
}

std::optional<JobAccess> Download::job() const {
  MutexLock lock(&mutex_);
  return job_;
}

std::string Download::job_id() const {
  MutexLock lock(&mutex_);
  return job_.has_value() ? job_->id() : "";
}

bool Download::is_started() const {
  MutexLock lock(&mutex_);
  return started_;
}

void Download::Watch() {
  std::string id;
  {
    MutexLock lock(&mutex_);
    if (!started_ || (callback_ == nullptr && !blocking_)) return;
    id = job_->id();
  }
  DownloadWatch::Of(session_).Add(id, this);
}

void Download::Observe(const v1::Job& job) {
  CallbackPointer callback;
  std::shared_ptr<MessageQueue> messages;
  DO_DOWNLOAD_STATUS status = StatusOf(job);
  {
    MutexLock lock(&mutex_);
    const auto stamp = [](const v1::Job& one) {
      return std::make_pair(one.modify_time().seconds(),
                            one.modify_time().nanos());
    };
    if (observed_.has_value() && stamp(job) < stamp(*observed_)) return;
    observed_ = job;
    changed_.NotifyAll();
    if (callback_ == nullptr || !IsDue(status)) return;
    told_ = status;
    told_at_ = absl::Now();
    callback = callback_;
    messages = callback_messages_;
    called_ = callback.Get();
  }
  {
    const MessageRedirect redirect(std::move(messages));
    callback->OnStatusChange(this, &status);
  }
  // Who waits for the end of the call may be the last to hold the object.
  callback.Reset();
  MutexLock lock(&mutex_);
  called_ = nullptr;
  changed_.NotifyAll();
}

bool Download::IsDue(const DO_DOWNLOAD_STATUS& status) {
  if (!told_.has_value() || told_->State != status.State ||
      told_->Error != status.Error ||
      told_->ExtendedError != status.ExtendedError) {
    return true;
  }
  if (told_->BytesTransferred == status.BytesTransferred &&
      told_->BytesTotal == status.BytesTotal) {
    return false;
  }
  if (callback_percent_ == 0 && callback_seconds_ == 0) return true;
  const UINT64 came = status.BytesTransferred > told_->BytesTransferred
                          ? status.BytesTransferred - told_->BytesTransferred
                          : 0;
  const bool by_percent = callback_percent_ != 0 && status.BytesTotal != 0 &&
                          came >= status.BytesTotal / 100.0 * callback_percent_;
  const bool by_time =
      callback_seconds_ != 0 &&
      absl::Now() - told_at_ >= absl::Seconds(callback_seconds_);
  return by_percent || by_time;
}

}  // namespace convoy::delivery_optimization
