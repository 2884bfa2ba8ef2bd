#include "client/background_copy/file_streams.h"

#include <utility>

#include "client/background_copy/hresult.h"
#include "client/background_copy/session.h"
#include "client/job_watcher.h"

namespace convoy::background_copy {
namespace {

// ErrorDetail.field of an error that is a stream's: its code is the stream's.
constexpr char kField[] = "stream";

}  // namespace

void FileStreams::Add(const JobAccess& job, int file_index, Stream stream) {
  MutexLock lock(&mutex_);
  Entry& entry = jobs_[job.id()][file_index];
  entry.stream = stream;
  entry.pump = std::make_shared<StreamPump>(
      job.client().options(), job.id(), file_index, std::move(stream),
      [this, id = job.id()](StreamPump::State) {
        session_.callbacks().Refresh(id);
      });
}

FileStreams::Stream FileStreams::Find(const std::string& job_id,
                                      int file_index) {
  MutexLock lock(&mutex_);
  const auto job = jobs_.find(job_id);
  if (job == jobs_.end()) return {};
  const auto file = job->second.find(file_index);
  return file == job->second.end() ? Stream() : file->second.stream;
}

void FileStreams::Show(v1::Job* job) {
  MutexLock lock(&mutex_);
  const auto found = jobs_.find(job->id());
  if (found == jobs_.end() || IsFinalState(job->state())) return;
  for (const auto& [index, entry] : found->second) {
    // In this order: a failure that is shown is counted.
    const StreamPump::State state = entry.pump->state();
    job->set_error_count(job->error_count() + entry.pump->failures());
    if (state == StreamPump::State::kRuns &&
        job->state() == v1::JOB_STATE_TRANSFERRED) {
      job->set_state(v1::JOB_STATE_TRANSFERRING);
    }
    if (state != StreamPump::State::kFailed ||
        job->state() == v1::JOB_STATE_ERROR) {
      continue;
    }
    job->set_state(v1::JOB_STATE_ERROR);
    v1::JobError* const error = job->mutable_error();
    error->Clear();
    error->set_message("the program's stream refused the file");
    error->set_file_index(index);
    error->mutable_detail()->set_reason(v1::ERROR_REASON_LOCAL_FILE_IO);
    error->mutable_detail()->set_context(v1::ERROR_CONTEXT_LOCAL_FILE);
    error->mutable_detail()->set_field(kField);
  }
}

HRESULT FileStreams::Refusal(const std::string& job_id) {
  MutexLock lock(&mutex_);
  const auto found = jobs_.find(job_id);
  if (found == jobs_.end()) return S_OK;
  for (const auto& [index, entry] : found->second) {
    if (entry.pump->state() == StreamPump::State::kFailed) {
      return entry.pump->error();
    }
  }
  return S_OK;
}

HRESULT FileStreams::CodeOf(const JobAccess& job, const v1::JobError& error) {
  if (error.detail().field() == kField) {
    const HRESULT refusal = Refusal(job.id());
    if (FAILED(refusal)) return refusal;
  }
  return HresultOfDetail(error.detail(), job.flavour());
}

FileStreams::Refusals FileStreams::RefusalsOf(const std::string& job_id) {
  Refusals refusals;
  MutexLock lock(&mutex_);
  const auto found = jobs_.find(job_id);
  if (found == jobs_.end()) return refusals;
  for (const auto& [index, entry] : found->second) {
    refusals.emplace_back(entry.pump, entry.pump->failures());
  }
  return refusals;
}

void FileStreams::GoOn(const Refusals& refusals) {
  for (const auto& [pump, count] : refusals) pump->GoOn(count);
}

void FileStreams::Remove(const std::string& job_id) {
  Entries removed;  // Goes without the lock.
  MutexLock lock(&mutex_);
  const auto found = jobs_.find(job_id);
  if (found == jobs_.end()) return;
  removed = std::move(found->second);
  jobs_.erase(found);
}

}  // namespace convoy::background_copy
