#include "client/background_copy/stream_pump.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/background_copy/flavour.h"
#include "client/background_copy/hresult.h"
#include "client/job_client.h"
#include "proto/error_detail.h"

namespace convoy::background_copy {
namespace {

constexpr absl::Duration kRetry = absl::Milliseconds(300);
constexpr absl::Duration kLongestWait = absl::Seconds(5);

bool IsOtherVersion(const absl::Status& status) {
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  return detail.has_value() &&
         detail->reason() == v1::ERROR_REASON_REMOTE_FILE_CHANGED &&
         detail->context() == v1::ERROR_CONTEXT_REMOTE_FILE;
}

// The job is CANCELLED, ACKNOWLEDGED or gone.
bool IsOver(const absl::Status& status) {
  if (absl::IsCancelled(status)) return true;
  const std::optional<v1::ErrorDetail> detail = GetErrorDetail(status);
  return detail.has_value() &&
         (detail->reason() == v1::ERROR_REASON_INVALID_STATE ||
          detail->reason() == v1::ERROR_REASON_NOT_FOUND);
}

}  // namespace

StreamPump::StreamPump(const ClientOptions& client, std::string job_id,
                       int file_index,
                       Microsoft::WRL::ComPtr<ISequentialStream> stream,
                       std::function<void(State)> on_end)
    : shared_(std::make_shared<Shared>()) {
  shared_->client = client;
  shared_->job_id = std::move(job_id);
  shared_->file_index = file_index;
  shared_->stream = std::move(stream);
  shared_->on_end = std::move(on_end);
  thread_ = std::thread([shared = shared_] {
    Run(shared);
    shared->stream.Reset();
    MutexLock lock(&shared->mutex);
    shared->ended = true;
    shared->changed.NotifyAll();
  });
}

StreamPump::~StreamPump() {
  const bool is_own_thread = thread_.get_id() == std::this_thread::get_id();
  bool ended = false;
  {
    MutexLock lock(&shared_->mutex);
    shared_->stopping = true;
    if (shared_->reader != nullptr) shared_->reader->Cancel();
    shared_->changed.NotifyAll();
    const absl::Time end = absl::Now() + kLongestWait;
    while (!is_own_thread && !shared_->ended && absl::Now() < end) {
      shared_->changed.WaitFor(&shared_->mutex, end - absl::Now());
    }
    ended = shared_->ended;
  }
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

StreamPump::State StreamPump::state() const {
  MutexLock lock(&shared_->mutex);
  return shared_->state;
}

HRESULT StreamPump::error() const {
  MutexLock lock(&shared_->mutex);
  return shared_->error;
}

int StreamPump::failures() const {
  MutexLock lock(&shared_->mutex);
  return shared_->failures;
}

void StreamPump::GoOn(int failures) {
  MutexLock lock(&shared_->mutex);
  if (shared_->over) return;
  if (shared_->state == State::kFailed) {
    if (shared_->failures != failures) return;
    shared_->state = State::kRuns;
    shared_->error = S_OK;
  }
  shared_->go_on = true;
  shared_->changed.NotifyAll();
}

void StreamPump::Run(const std::shared_ptr<Shared>& shared) {
  while (true) {
    absl::Status why;
    if (!shared->has_all) why = Read(*shared);
    if (why.ok()) {
      shared->has_all = true;
      const HRESULT committed = Commit(*shared);
      if (SUCCEEDED(committed)) {
        End(*shared, State::kDone, S_OK);
        return;
      }
      if (!End(*shared, State::kFailed, committed)) return;
    } else if (IsOtherVersion(why)) {
      // What was written cannot be taken back.
      {
        MutexLock lock(&shared->mutex);
        shared->over = true;
      }
      End(*shared, State::kFailed,
          HresultOf(why, DeliveryOptimizationFlavour()));
      return;
    } else if (IsOver(why)) {
      {
        MutexLock lock(&shared->mutex);
        shared->over = true;
      }
      End(*shared, State::kOver, S_OK);
      return;
    }
    // The daemon is away, or the job stopped. Nobody says when a job goes on
    // that another process resumes.
    const bool is_away = IsDaemonUnreachable(why);
    if (!Wait(*shared, is_away ? kRetry : 10 * kRetry)) return;
  }
}

absl::StatusOr<std::string> StreamPump::VersionNow(const Shared& shared) {
  const JobClient client(shared.client);
  v1::ListFilesRequest request;
  request.set_job_id(shared.job_id);
  do {
    const absl::StatusOr<v1::ListFilesResponse> page =
        client.ListFiles(request);
    if (!page.ok()) return page.status();
    for (const v1::JobFile& file : page->files()) {
      if (file.index() == shared.file_index) {
        return file.validator().SerializeAsString();
      }
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return std::string();
}

absl::Status StreamPump::CheckVersion(Shared& shared) {
  if (shared.position == 0) return absl::OkStatus();
  const absl::StatusOr<std::string> version = VersionNow(shared);
  if (!version.ok()) return version.status();
  if (shared.version.empty()) shared.version = *version;
  return *version == shared.version
             ? absl::OkStatus()
             : Error(v1::ERROR_REASON_REMOTE_FILE_CHANGED,
                     v1::ERROR_CONTEXT_REMOTE_FILE)
                   .Status("the file changed while it was read");
}

absl::Status StreamPump::Read(Shared& shared) {
  absl::Status status = CheckVersion(shared);
  if (!status.ok()) return status;
  v1::ReadFileRequest request;
  request.set_job_id(shared.job_id);
  request.set_file_index(shared.file_index);
  if (shared.position > 0) {
    request.add_ranges()->set_offset_bytes(shared.position);
  }
  FileReader reader(shared.client, request);
  {
    MutexLock lock(&shared.mutex);
    if (shared.stopping) return absl::CancelledError();
    shared.reader = &reader;
  }
  HRESULT written = S_OK;
  auto block = reader.Next();
  while (SUCCEEDED(written) && block.ok() && block->has_value()) {
    const bool is_first = shared.position == 0;
    written = Write(shared, (*block)->data());
    if (is_first && SUCCEEDED(written)) {
      status = CheckVersion(shared);
      if (!status.ok()) break;
    }
    block = reader.Next();
  }
  {
    MutexLock lock(&shared.mutex);
    shared.reader = nullptr;
  }
  if (FAILED(written)) {
    End(shared, State::kFailed, written);
    return absl::AbortedError("the stream refused");
  }
  return status.ok() ? block.status() : status;
}

// The count that Write tells is not looked at: some streams leave it as it was.
HRESULT StreamPump::Write(Shared& shared, const std::string& data) {
  ULONG count = 0;
  const HRESULT result = shared.stream->Write(
      data.data(), static_cast<ULONG>(data.size()), &count);
  if (SUCCEEDED(result)) shared.position += data.size();
  return result;
}

HRESULT StreamPump::Commit(Shared& shared) {
  Microsoft::WRL::ComPtr<IStream> stream;
  if (FAILED(shared.stream.As(&stream))) return S_OK;
  const HRESULT result = stream->Commit(STGC_DEFAULT);
  return result == E_NOTIMPL ? S_OK : result;
}

bool StreamPump::End(Shared& shared, State state, HRESULT error) {
  if (state == State::kFailed) {
    {
      MutexLock lock(&shared.mutex);
      if (shared.stopping) return false;
    }
    // Before it is told: who hears of it may resume the job.
    static_cast<void>(JobClient(shared.client).SuspendJob(shared.job_id));
  }
  {
    MutexLock lock(&shared.mutex);
    if (shared.stopping) return false;
    shared.state = state;
    shared.error = error;
    if (state == State::kFailed) {
      ++shared.failures;
      // What was meant before is not a wish to try it again.
      shared.go_on = false;
    }
  }
  shared.on_end(state);
  return true;
}

bool StreamPump::Wait(Shared& shared, absl::Duration time) {
  MutexLock lock(&shared.mutex);
  // A stream that refused is not written to again by itself.
  const bool has_failed = shared.state == State::kFailed;
  if (!shared.stopping && !shared.go_on && !has_failed) {
    shared.changed.WaitFor(&shared.mutex, time);
  }
  while (!shared.stopping && !shared.go_on && has_failed) {
    shared.changed.Wait(&shared.mutex);
  }
  shared.go_on = false;
  return !shared.stopping;
}

}  // namespace convoy::background_copy
